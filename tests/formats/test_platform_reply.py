"""Replies of banks by the names of the interface and by pinyin initials: read, explained, written, dirty, damaged."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.errors import UnreadableFile
from fanzha.formats import known
from fanzha.formats.grid import Fix, Reading, Source
from fanzha.formats.platform_reply import COLUMNS, PlatformReply
from tests.formats.invented import bad_of, card, damaged, joined, notes_of, rows_in, table_of, without_origin
from tests.formats.samples_payments import INITIALS_HEAD, PAYEE, PAYER, REPLY_HEAD, initials, reply

FORMAT = PlatformReply()
START = int(datetime(1987, 1, 1, tzinfo=UTC).timestamp())


def read(data: bytes, **settings_: object) -> list[Reading]:
    return list(FORMAT.read(Source(data, **settings_)))  # type: ignore[arg-type]


def ms(*parts: int) -> int:
    """A wall clock in Beijing as UTC milliseconds."""
    return 1000 * (int(datetime(*parts, tzinfo=UTC).timestamp()) - 8 * 3600)  # type: ignore[arg-type, misc]


def small(**changes: str) -> bytes:
    """One row of the interface without the columns that tell the account, and a good one."""
    names = [
        "transactionTime",
        "borrowingSigns",
        "currency",
        "transactionAmount",
        "accountBalance",
        "transactionSerial",
    ]
    names += ["opponentName", "opponentAccountNumber", "cashMark", "transactionStatus", "accountNumber"]
    good = ["20240506100500", "0", "CNY", "10", "", "S", "乙某某", card(9), "00", "00", PAYER]
    row = [changes.get(name, cell) for name, cell in zip(names, good, strict=True)]
    return "\n".join([",".join(names), ",".join(row), ",".join(good)]).encode() + b"\n"


def test_the_interface_in_full() -> None:
    readings = read(reply())
    legs = joined(readings, "legs").to_pylist()
    assert [leg["row"] for leg in legs] == [2, 3, 4, 5, 8]
    first = legs[0]
    assert (first["account"], first["holder"], first["direction"]) == (PAYER, "甲某某", "out")
    assert (first["at_ms"], first["amount_minor"], first["balance_minor"]) == (
        ms(2024, 5, 6, 10, 5),
        500_000,
        1_200_000,
    )
    assert (first["counter_account"], first["counter_holder"], first["counter_bank"]) == (
        PAYEE,
        "乙某某",
        "999999000001",
    )
    assert (first["serial"], first["summary"], first["place"], first["cash"]) == ("S1", "转账", "某地", False)
    assert (first["ip"], first["mac"]) == ("192.0.2.1", None)
    assert [leg["direction"] for leg in legs] == ["out", "in", "out", "out", "out"]
    assert [leg["cash"] for leg in legs] == [False, False, True, False, False]
    assert [leg["success"] for leg in legs] == [True, True, True, False, True]
    assert (legs[4]["currency"], legs[4]["amount_minor"], legs[4]["merchant"]) == ("USD", 1234, "某商户")
    assert [(bad.row, bad.reason, bad.field) for bad in bad_of(readings)] == [
        (6, "unknown_direction", "direction"),
        (7, "bad_amount", "amount_minor"),
    ]
    assert rows_in(readings) == 9
    assert (5, "failed_transaction", "success") in notes_of(readings)


def test_initials_in_full() -> None:
    readings = read(initials())
    legs = joined(readings, "legs").to_pylist()
    assert [(leg["account"], leg["direction"], leg["amount_minor"], leg["balance_minor"]) for leg in legs] == [
        (PAYEE, "in", 500_000, 510_000),
        (PAYEE, "out", 490_000, 20_000),
    ]
    assert legs[0]["at_ms"] == ms(2024, 5, 6, 10, 7, 30)
    assert [leg["place"] for leg in legs] == ["某某支行"] * 2
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(4, "unknown_direction"), (5, "bad_moment")]


def test_recognised_by_content_and_said_why() -> None:
    for data, en, zh in ((reply(), "the interface", "接口字段名"), (initials(), "pinyin initials", "拼音首字母")):
        found = known.recognise(Source(data, "x.bin"))
        assert found[0].format == "platform_reply"
        assert en in found[0].why_en and zh in found[0].why_zh
        assert len(found) == 2 or found[1].format == "table"


def test_offsets_lead_back_to_the_row() -> None:
    data = initials()
    for leg in joined(read(data), "legs").to_pylist():
        assert leg["serial"].encode() in data[leg["byte_offset"] :].split(b"\n", 1)[0]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["", "\t"])
def test_every_encoding_and_cell_end(codec: str, end: str) -> None:
    text = initials().decode("gb18030").replace("\t", end)
    assert without_origin(joined(read(text.encode(codec)), "legs")) == without_origin(joined(read(initials()), "legs"))
    assert without_origin(joined(read(gzip.compress(initials())), "legs")) == without_origin(
        joined(read(initials()), "legs")
    )


def test_one_object_a_line() -> None:
    head, *rows = reply().decode().splitlines()
    lines = []
    for row in rows[1:4]:
        pairs = zip(head.split(","), row.split(","), strict=True)
        lines.append("{" + ",".join(f'"{name}":"{cell}"' for name, cell in pairs) + "}")
    source = Source("\n".join(lines).encode())
    assert known.best(source).format == "platform_reply"
    assert joined(list(FORMAT.read(source)), "legs").column("serial").to_pylist() == ["S2", "S3", "S4"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"borrowingSigns": "1"}, None),
        ({"borrowingSigns": "借"}, None),
        ({"borrowingSigns": "２"}, ("unknown_direction", "direction")),
        ({"borrowingSigns": ""}, ("unknown_direction", "direction")),
        ({"transactionAmount": "-10"}, ("bad_amount", "amount_minor")),
        ({"transactionAmount": "１０．５０"}, None),
        ({"transactionAmount": "10.005"}, ("bad_amount", "amount_minor")),
        ({"transactionTime": "20240230100500"}, ("bad_moment", "at_ms")),
        ({"transactionTime": "'20240506100500"}, None),
        ({"transactionStatus": "02"}, ("failed_transaction_word", "success")),
        ({"opponentAccountNumber": "6.22202E+18"}, ("spreadsheet_loss", "counter_account")),
        ({"accountNumber": ""}, ("bad_account", "account")),
        ({"currency": "RMB"}, None),
        ({"currency": "鱼"}, ("bad_amount", "currency")),
    ],
)
def test_dirty_cells(changes: dict[str, str], expected: tuple[str, str] | None) -> None:
    readings = read(small(**changes))
    assert [(bad.reason, bad.field) for bad in bad_of(readings)] == ([expected] if expected else [])
    assert rows_in(readings) == 3
    assert len(joined(readings, "legs")) == (1 if expected else 2)


def test_numbers_as_direction_only_by_the_interface() -> None:
    for sign in ("0", "1", "2"):
        text = initials().decode("gb18030").replace("借", sign).replace("贷", sign)
        reasons = {bad.reason for bad in bad_of(read(text.encode()))}
        assert reasons == {"unknown_direction", "bad_moment"}  # the fourth row has no moment either


def test_whose_account_it_is() -> None:
    head, row = REPLY_HEAD.split(",", 2)[2], reply().decode().splitlines()[1].split(",", 2)[2]
    bare = f"{head}\n{row}\n{row}\n"
    nobody = read(bare.encode())
    assert [bad.reason for bad in bad_of(nobody)] == ["bad_account"] * 2
    assert "does not say" in FORMAT.recognise(Source(bare.encode())).why_en
    assert joined(read(bare.encode(), account=PAYEE), "legs").column("account").to_pylist() == [PAYEE] * 2
    stated = f"查询账号:{PAYER}\n\n{bare}"
    assert joined(read(stated.encode(), account=PAYEE), "legs").column("account").to_pylist() == [PAYER] * 2


def test_remarks_are_no_currency() -> None:
    text = initials().decode("gb18030").replace("人民币", "往来款")
    legs = joined(read(text.encode()), "legs")
    assert set(legs.column("currency").to_pylist()) == {"CNY"}
    assert legs.column("summary").to_pylist() == ["转账", "货款"]


def test_whole_moments_beside_a_day() -> None:
    text = initials().decode("gb18030").replace("100730", "20240506100730").replace("101200", "20240506101200")
    text = text.replace("101300", "20240506101300").replace("250000", "20240506250000")
    assert joined(read(text.encode()), "legs").column("at_ms").to_pylist() == [
        ms(2024, 5, 6, 10, 7, 30),
        ms(2024, 5, 6, 10, 12),
    ]


def test_a_second_header_titles_and_blank_lines_are_structure() -> None:
    lines = initials().decode("gb18030").splitlines()
    text = "\n".join(["某某银行交易明细", "", lines[0], lines[1], "", lines[0], lines[2], "合计" + "\t," * 15 + "\t"])
    readings = read(text.encode())
    assert len(joined(readings, "legs")) == 2
    assert bad_of(readings) == []
    assert rows_in(readings) == 8


def test_a_correction_by_the_name_of_the_column() -> None:
    readings = read(reply(), fixes={6: Fix(7, (("borrowingSigns", "1"),)), 2: Fix(8, drop=True)})
    legs = {leg["row"]: leg for leg in joined(readings, "legs").to_pylist()}
    assert legs[6]["direction"] == "in" and 2 not in legs
    assert (6, "corrected", "borrowingSigns") in notes_of(readings)


def test_truncated_in_the_middle_of_a_row() -> None:
    data = reply()
    cut = data[: data.index(b"S3") + 2]
    readings = read(cut)
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(4, "cell_count")]
    assert len(joined(readings, "legs")) == 2


@pytest.mark.parametrize(
    "data", [b"", b"\0\1", b"a,b\n1,2\n", INITIALS_HEAD.split(",dfzh")[0].encode() + b"\n1,2,3,4\n"]
)
def test_other_files_are_not_taken(data: bytes) -> None:
    assert FORMAT.recognise(Source(data)).score == 0
    with pytest.raises(UnreadableFile):
        read(data)


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files(seed: int) -> None:
    for whole in (reply(), initials()):
        for data in damaged(whole, seed):
            try:
                readings = read(data)
            except UnreadableFile:
                continue
            assert sum(len(r.tables.get("legs", [])) for r in readings) == sum(r.kept for r in readings)


WORD = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12) | st.none()
ACCOUNT = st.from_regex(r"[0-9]{8,19}", fullmatch=True)
LEG = st.fixed_dictionaries(
    {
        "account": ACCOUNT,
        "holder": WORD,
        "holder_id": st.just("11010119900307803X") | st.none(),
        "at_ms": st.integers(START, START + 2 * 10**9).map(lambda second: second * 1000),
        "direction": st.sampled_from(["in", "out"]),
        "amount_minor": st.integers(0, 10**13),
        "currency": st.sampled_from(["CNY", "USD", "JPY", "HKD"]),
        "balance_minor": st.integers(-(10**13), 10**13) | st.none(),
        "counter_account": ACCOUNT | st.none(),
        "counter_holder": WORD,
        "counter_bank": WORD,
        "serial": WORD,
        "cash": st.booleans() | st.none(),
        "success": st.booleans(),
        "summary": st.sampled_from(["=1+1", "@x", 'say "hi", all', "a\nb", "转账", None]),
        "merchant": WORD,
        "place": WORD,
        "ip": st.ip_addresses(v=4).map(str) | st.none(),
        "mac": st.sampled_from(["00:1a:2b:3c:4d:5e", "02:00:00:00:00:00", None]),
    }
)


@given(st.lists(LEG, min_size=1, max_size=10))
@settings(max_examples=20, deadline=None)
def test_what_is_written_is_read_again(rows: list[dict[str, object]]) -> None:
    legs = table_of("legs", [row for row in rows if not _summer_ends(int(str(row["at_ms"])))] or rows[:0])
    if not len(legs):
        return
    data = FORMAT.write({"legs": legs})
    readings = read(data)
    assert bad_of(readings) == []
    assert without_origin(joined(readings, "legs")) == without_origin(legs)
    assert data.decode().splitlines()[0] == ",".join(COLUMNS)


def _summer_ends(at_ms: int) -> bool:
    """Whether the wall clock stands twice: the hours around the end of summer time of 1986 to 1991."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return moment.year < 1992 and moment.month == 9 and moment.hour in range(14, 20)


def test_the_samples_survive_writing() -> None:
    for data in (reply(), initials()):
        legs = joined(read(data), "legs")
        assert without_origin(joined(read(FORMAT.write({"legs": legs})), "legs")) == without_origin(legs)
