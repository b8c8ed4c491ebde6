"""Columns of reports that hold identifiers: named or looked into, every kind of value becomes a mention of its kind."""

import pytest

from fanzha.formats.grid import Source
from fanzha.formats.mapping import Use
from fanzha.formats.propose import propose
from fanzha.formats.reports import identifiers
from fanzha.formats.sheets import open_sheets
from fanzha.formats.table import AnyTable
from tests.formats.invented import joined, notes_of

BRITISH = "GB82WEST12345698765432"
SHA1 = "a9993e364706816aba3e25717850c26c9cd0d89d"
# header of the column, kind, a cell, what is to be read from it
NAMED = [
    ("国际银行账号", "iban", "GB82 WEST 1234 5698 7654 32", [BRITISH]),
    ("IBAN", "iban", f"{BRITISH};DE89370400440532013000", [BRITISH, "DE89370400440532013000"]),
    ("ICCID", "iccid", "8900 0123 4567 8901 2341", ["89000123456789012341"]),
    ("SIM卡号", "iccid", "89000123456789012341F"[:20], ["89000123456789012341"]),
    ("IMSI", "imsi", "460-00-1234567890", ["460001234567890"]),
    ("包名", "app", "com.example.loan,com.example.pay", ["com.example.loan", "com.example.pay"]),
    ("APK SHA256", "app", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", None),
    ("证书指纹", "certificate", ":".join(SHA1[i : i + 2] for i in range(0, 40, 2)).upper(), [f"sha1:{SHA1}"]),
    ("签名MD5", "certificate", "900150983cd24fb0d6963f7d28e17f72", ["md5:900150983cd24fb0d6963f7d28e17f72"]),
    ("统一社会信用代码", "credit_code", "91110000 6000 3734 1L", ["91110000600037341L"]),
    ("联行号", "cnaps", "1021 0009 9996", ["102100099996"]),
    ("SWIFT Code", "bic", "DEUTDEFFXXX", ["DEUTDEFF"]),
    ("基站", "cell", "LAC:1234, CI:56789", ["1234-56789"]),
    ("CGI", "cell", "460-00-1234-56789|460-00-1234-1", ["460-00-1234-56789", "460-00-1234-1"]),
    ("收货地址", "address", "广东深圳市 南山区 示例路12号，3栋", ["广东省深圳市南山区示例路12号,3栋"]),
    ("mailing address", "address", "12 Example Street, Springfield", ["12 EXAMPLE STREET, SPRINGFIELD"]),
]


def _source(header: str, *cells: str) -> Source:
    rows = "".join(f'{row},"{cell}",被对方以投资为名骗走积蓄后报警\n' for row, cell in enumerate(cells, 1))
    return Source(f"案件编号,{header},案情描述\n{rows}".encode())


@pytest.mark.parametrize(("header", "kind", "cell", "values"), NAMED)
def test_a_named_column_gives_mentions_of_its_kind(header: str, kind: str, cell: str, values: list[str] | None) -> None:
    mentions = joined(list(AnyTable().read(_source(header, cell))), "mentions").to_pylist()
    own = [one for one in mentions if one["field"] == header]
    assert [one["kind"] for one in own] == [kind] * len(own)
    assert own
    if values is not None:
        assert [one["value"] for one in own] == values
    assert all(one["valid"] for one in own)
    for one in own:
        assert 0 <= one["start"] < one["stop"] <= len(cell)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([BRITISH, "DE89370400440532013000", "FR1420041010050500013M02606"], "iban"),
        (["91110000600037341L", "91350100M000100Y43"], "credit_code"),
        (["89000123456789012341", "89019990001234567893"], "iccid"),
        (["460001234567890", "460011234567891"], "imsi"),
        (["102100099996", "103100000026", "308584000013"], "cnaps"),
    ],
)
def test_a_column_without_a_known_name_is_looked_into(cells: list[str], kind: str) -> None:
    mapping = propose(open_sheets(_source("备用栏甲", *cells))[0])
    assert mapping is not None
    assert [use.kind for use in mapping.uses if use.header == "备用栏甲"] == [kind]
    assert any(kind in why for why in mapping.why_en)


def test_columns_of_plain_numbers_and_words_are_not_mistaken() -> None:
    for cells in (["123456789012", "223456789013"], ["delivery", "response"], ["1-2", "3-4"], ["北京", "上海"]):
        mapping = propose(open_sheets(_source("备用栏甲", *cells))[0])
        assert mapping is not None
        assert not [use.kind for use in mapping.uses if use.header == "备用栏甲" and use.field == "mention"]


@pytest.mark.parametrize(("header", "kind", "cell", "values"), NAMED)
def test_a_cell_that_is_no_identifier_is_noted_and_the_row_kept(
    header: str, kind: str, cell: str, values: object
) -> None:
    readings = list(AnyTable().read(_source(header, cell, "无法提供")))
    mentions = joined(readings, "mentions").to_pylist()
    assert {one["row"] for one in mentions if one["field"] == header} == {2}
    assert [(row, name) for row, code, name in notes_of(readings) if code == "unread_cell"] == [(3, header)]


def test_mistyped_values_stay_as_mentions() -> None:
    for kind, cell in (
        ("iban", "GB82WEST12345698765433"),
        ("iccid", "89000123456789012342"),
        ("cnaps", "102100099995"),
    ):
        found = list(identifiers(Use("mention", 1, "栏", kind), cell, Source(b"")))
        assert [(one.kind, one.normal, one.valid, one.problem) for one in found] == [(kind, cell, False, "check_digit")]


def test_a_column_of_accounts_names_an_iban_as_free_text_does() -> None:
    found = list(identifiers(Use("mention", 1, "收款账号", "account", "payee"), BRITISH, Source(b"")))
    assert [(one.kind, one.normal, one.role) for one in found] == [("iban", BRITISH, "payee")]


@pytest.mark.parametrize("kind", sorted({kind for _, kind, _, _ in NAMED}))
@pytest.mark.parametrize(
    "cell", ["", "\0", "９" * 40, "*" * 200, "A" * 100_000, "1;2;3|4,5", "\u202e\u200b", "不详", "-", "="]
)
def test_hostile_cells_raise_nothing(kind: str, cell: str) -> None:
    for found in identifiers(Use("mention", 1, "栏", kind), cell, Source(b"")):
        assert 0 <= found.start <= found.end <= len(cell)
