"""Reference data that ships: every table keeps its rules, names its sources, and a broken one is refused."""

from datetime import date
from hashlib import sha256
from importlib.resources import files

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import issuer, phone, short_code, token, wallet
from fanzha.clean.bank_card import masked
from fanzha.clean.digits import luhn_digit
from fanzha.clean.reference.shipped import Table, read_shipped, shipped_tables
from fanzha.errors import InputError

TABLES = {table.name: table for table in shipped_tables()}
BINS = issuer.read_bins(TABLES["card_bins"].content)
CODES = short_code.read_short_codes(TABLES["short_codes"].content)


def test_every_file_of_reference_data_ships_as_a_table() -> None:
    folder = files("fanzha.clean.reference")
    assert {f"{name}.yaml" for name in TABLES} == {
        file.name for file in folder.iterdir() if file.name.endswith(".yaml")
    }
    for name, table in TABLES.items():
        assert table.content == (folder / f"{name}.yaml").read_bytes()
        assert table.digest == sha256(table.content).hexdigest()
        assert read_shipped(name, table.content) == table


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_every_row_names_its_source_and_day(table: Table) -> None:
    assert table.rows
    assert len({row.key for row in table.rows}) == len(table.rows)
    for row in table.rows:
        assert row.key
        assert row.what
        assert row.en.strip()
        assert any("\u4e00" <= c <= "\u9fff" for c in row.zh)
        assert len(row.source) > 20
        assert date(2017, 1, 1) <= date.fromisoformat(row.as_of) <= date(2026, 12, 31)
    assert table.origins == tuple(dict.fromkeys((row.source, row.as_of) for row in table.rows))


@pytest.mark.parametrize(
    ("leading", "zh", "card", "scheme"),
    [
        ("622202", "中国工商银行", "debit", "unionpay"),
        ("621700", "中国建设银行", "debit", "unionpay"),
        ("622848", "中国农业银行", "debit", "unionpay"),
        ("621661", "中国银行", "debit", "unionpay"),
        ("622260", "交通银行", "debit", "unionpay"),
        ("622188", "中国邮政储蓄银行", "debit", "unionpay"),
        ("622575", "招商银行", "credit", "unionpay"),
        ("439225", "招商银行", "credit", "visa"),
        ("370289", "招商银行", "credit", "amex"),
        ("356890", "招商银行", "credit", "jcb"),
    ],
)
def test_whose_card_it_is(leading: str, zh: str, card: str, scheme: str) -> None:
    first = f"{leading}000000000"
    found = BINS.issuer(first + luhn_digit(first))
    assert found is not None
    assert (found.zh, found.card, found.scheme) == (zh, card, scheme)
    assert BINS.issuer(f"{leading}******1234") == found
    assert BINS.issuer(masked(first)) is None  # four digits tell no bank


@pytest.mark.parametrize(
    "number", ["", "62", "62220", "****621234", "999998888877776666", "622202A00000"[:5], "６２２２０２"]
)
def test_no_issuer_is_guessed(number: str) -> None:
    assert BINS.issuer(number) is None


@pytest.mark.parametrize(
    ("number", "scheme"),
    [
        ("4111111111111111", "visa"),
        ("5555555555554444", "mastercard"),
        ("2223003122003222", "mastercard"),
        ("378282246310005", "amex"),
        ("3530111333300000", "jcb"),
        ("30569309025904", "diners"),
        ("6011111111111117", "discover"),
        ("6222021234567890128", "unionpay"),
    ],
)
def test_card_networks_of_published_samples(number: str, scheme: str) -> None:
    found = BINS.scheme(number)
    assert found is not None
    assert found.scheme == scheme


def test_no_network_without_a_range() -> None:
    assert BINS.scheme("9999999999") is None
    assert BINS.scheme("") is None
    assert BINS.scheme("3") is None


def test_hidden_digits_that_decide_between_two_banks_name_neither() -> None:
    bins = issuer.read_bins(
        _bins({"en": "A", "zh": "甲", "debit": ["62220212"]}, {"en": "B", "zh": "乙", "debit": ["62220213", "622203"]})
    )
    assert bins.issuer("622202******1234") is None
    assert bins.issuer("62220212****1234").en == "A"  # type: ignore[union-attr]
    assert bins.issuer("622203******1234").en == "B"  # type: ignore[union-attr]
    assert bins.lengths == (8, 6)


@pytest.mark.parametrize(
    ("number", "zh", "sector"),
    [
        ("110", "公安报警", "emergency"),
        ("96110", "反诈预警劝阻专线", "police"),
        ("12381", "工信部公共服务与涉诈预警劝阻", "government"),
        ("95588", "中国工商银行", "bank"),
        ("10086", "中国移动", "telecom"),
        ("95188", "支付宝", "payment"),
        ("12301", "原旅游服务热线（已并入12345）", "closed"),
    ],
)
def test_whose_number_it_is(number: str, zh: str, sector: str) -> None:
    found = CODES.owner(number)
    assert found is not None
    assert (found.zh, found.sector) == (zh, sector)


def test_short_numbers_are_in_the_normal_form_of_telephones() -> None:
    for number in CODES.owners:
        value = phone.parse(number)
        assert value is None or value.normal == number, number
    assert CODES.owner("+8613812345678") is None
    assert CODES.owner("") is None


def test_tokens_are_contracts_whose_checksum_holds() -> None:
    for one in token.read_tokens(TABLES["tokens"].content):
        assert wallet.validate(one.contract) or wallet.parse(one.contract).valid  # type: ignore[union-attr]
        assert token.known()[one.contract] == one.code
    assert token.code_of("FAKE", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t") == ("USDT", True)
    assert token.code_of("USDT", "TXYZopYRdj2D9XRtbG411XZZ3kM5VkAeBf") == (
        "USDT@TXYZopYRdj2D9XRtbG411XZZ3kM5VkAeBf",
        False,
    )
    assert token.code_of("usdt", "") == ("USDT", False)
    assert token.code_of("", "") == ("", False)


SOURCE = {"source": "an invented list for tests", "as_of": "2026-11-25"}


def _bins(*banks: object, schemes: object = None) -> bytes:
    table = {"schemes": schemes or {**SOURCE, "networks": []}, "issuers": [{**SOURCE, "banks": list(banks)}]}
    return yaml.safe_dump(table, allow_unicode=True).encode()


def _networks(*networks: object) -> bytes:
    return _bins({"en": "A", "zh": "甲", "debit": ["622202"]}, schemes={**SOURCE, "networks": list(networks)})


def _codes(sectors: object, **other: object) -> bytes:
    return yaml.safe_dump({"blocks": [{**SOURCE, "sectors": sectors, **other}]}, allow_unicode=True).encode()


def _tokens(*tokens: object) -> bytes:
    return yaml.safe_dump({**SOURCE, "tokens": list(tokens)}, allow_unicode=True).encode()


BANK = {"en": "A", "zh": "甲"}
TETHER = {"code": "USDT", "chain": "TRON", "contract": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "en": "A", "zh": "甲"}
BROKEN = [
    ("card_bins", b""),
    ("card_bins", b"- a list"),
    ("card_bins", b"issuers: ["),
    ("card_bins", b"\xff\xfe\x00"),
    ("card_bins", b"a: !!python/object/apply:os.system [true]"),
    ("card_bins", _bins()),  # holds no row
    ("card_bins", _bins({**BANK, "debit": [622202]})),  # a number: leading zeros would be lost
    ("card_bins", _bins({**BANK, "debit": ["62220a"]})),
    ("card_bins", _bins({**BANK, "debit": ["６２２２０２"]})),
    ("card_bins", _bins({**BANK, "debit": "622202"})),
    ("card_bins", _bins({**BANK, "debit": ["622202"], "credit": ["622202"]})),
    ("card_bins", _bins({"en": "A", "debit": ["622202"]})),
    ("card_bins", _bins({"en": "A", "zh": " ", "debit": ["622202"]})),
    ("card_bins", _bins("a bank")),
    ("card_bins", _bins({**BANK, "debit": ["622202"]}).replace(b"2026-11-25", b"2026-13-25")),
    ("card_bins", _bins({**BANK, "debit": ["622202"]}).replace(b"an invented list for tests", b"''")),
    ("card_bins", _networks({**BANK, "scheme": "x", "ranges": [["62"]]})),
    ("card_bins", _networks({**BANK, "scheme": "x", "ranges": ["62"]})),
    ("card_bins", _networks({**BANK, "scheme": "x", "ranges": [["63", "62"]]})),
    ("card_bins", _networks({**BANK, "scheme": "x", "ranges": [["6", "62"]]})),
    ("short_codes", _codes({"bank": {"95588": "ICBC"}})),
    ("short_codes", _codes({"bank": {95588: BANK}})),
    ("short_codes", _codes({"casino": {"95588": BANK}})),
    ("short_codes", _codes({"bank": {"95588": BANK}, "police": {"95588": BANK}})),
    ("short_codes", _codes({"bank": ["95588"]})),
    ("short_codes", _codes([])),
    ("short_codes", _codes({"bank": {"95588": BANK}}, as_of=None)),
    ("short_codes", b"blocks: {a: b}"),
    ("short_codes", b"blocks: [1, 2]"),
    ("tokens", _tokens()),
    ("tokens", _tokens({**TETHER, "contract": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u"})),  # checksum
    ("tokens", _tokens({**TETHER, "chain": "ETH"})),
    ("tokens", _tokens({**TETHER, "code": ""})),
    ("tokens", _tokens(TETHER, TETHER)),
    ("tokens", _tokens("USDT")),
    ("unheard_of", b"a: b"),
]


@pytest.mark.parametrize(("name", "content"), BROKEN)
def test_a_broken_table_is_refused_in_both_languages(name: str, content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_shipped(name, content)
    assert name in caught.value.say("en")
    assert name in caught.value.say("zh")
    assert caught.value.remedy
    assert caught.value.remedy_zh


def test_the_tables_that_the_broken_ones_come_from_are_read() -> None:
    assert [
        row.key for row in read_shipped("card_bins", _networks({**BANK, "scheme": "x", "ranges": [["62", "63"]]})).rows
    ] == [
        "62-63",
        "622202",
    ]
    assert read_shipped("short_codes", _codes({"bank": {"95588": BANK}})).rows[0].what == "bank"
    assert read_shipped("tokens", _tokens(TETHER)).rows[0].key == f"TRON:{TETHER['contract']}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["622202", "甲", "A", "2026-11-25", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["source", "as_of", "blocks", "sectors", "bank", "issuers", "banks", "schemes", "networks", "debit"]
            )
            | st.sampled_from(["ranges", "tokens", "en", "zh", "code", "chain", "contract", "95588"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.sampled_from(sorted(TABLES)), JSON)
def test_any_other_content_is_refused_or_read_never_worse(name: str, content: object) -> None:
    try:
        table = read_shipped(name, yaml.safe_dump(content, allow_unicode=True).encode())
    except InputError:
        return
    assert table.rows


@given(st.sampled_from(sorted(TABLES)), st.binary(max_size=80))
def test_any_bytes_are_refused_or_read(name: str, content: bytes) -> None:
    with pytest.raises(InputError):
        read_shipped(name, content)


@pytest.mark.parametrize("content", [b"a: {source: x, as_of: 2024-00-01}\n", b"[" * 5000])
def test_a_date_that_is_none_and_endless_nesting_are_no_table(content: bytes) -> None:
    with pytest.raises(InputError):
        read_shipped("benign", content)
