"""Call records long enough for whole columns of numbers to be read at once: every row as it is read alone."""

import random

import pytest

from fanzha.clean import phone
from fanzha.clean.value import Value
from tests.formats.invented import bad_of, joined, notes_of, read_all

HEAD = "时间戳,事件类型,用户号码,归属地,对端号码,对端归属地,IMSI,IMEI,位置区,小区,经度,纬度,交换机,通话时长\n"
SPELLINGS = [
    *(
        "138{:08d}",
        "+86 139-{:08d}",
        "0086137{:08d}",
        "010-6{:07d}",
        "+4420794{:05d}",
        "0044 7700 9{:05d}",
        "106{:08d}",
    ),
    *(
        "138****{:04d}",
        "95588",
        "14{:09d}",
        "+1 (415) 555-{:04d}",
        "电话:136{:08d}",
        "6{:07d}转12",
        "无{:02d}",
        "1{:03d}",
    ),
]


@pytest.mark.parametrize("rows", [1_500, 17_000])
def test_every_number_is_read_as_it_is_alone(rows: int) -> None:
    rng = random.Random(rows)
    others = [rng.choice(SPELLINGS).format(rng.randrange(10**4)) for _ in range(rows)]
    own = "138{:08d}"
    lines = [
        f"20240301080509,语音主叫,{own.format(at)},甲省,{other},乙省,460001234567890,49015420323751,1A2B,3C4D,1,2,SW1,65\n"
        for at, other in enumerate(others)
    ]
    readings = read_all((HEAD + "".join(lines)).encode())
    values = [phone.parse(other) for other in others]
    read = joined(readings, "calls").to_pylist()
    assert [row["counterparty"] for row in read] == [value.normal for value in values if value is not None]
    assert [row["subscriber"] for row in read] == [
        f"+86{own.format(at)}" for at, value in enumerate(values) if value is not None
    ]
    unread = [at for at, value in enumerate(values) if value is None]
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(at + 2, "bad_phone") for at in unread]
    masked = sum(value is not None and value.partial for value in values)
    assert [note[1:] for note in notes_of(readings)].count(("partial", "counterparty")) == masked
    assert masked and unread


def test_plain_numbers_are_not_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """`phone.parse` sees the sample by which the format is known, and no more."""
    seen = []
    parse = phone.parse

    def counted(text: str, region: str = "CN") -> Value | None:
        seen.append(text)
        return parse(text, region)

    monkeypatch.setattr(phone, "parse", counted)
    lines = [f"20240301080509,语音主叫,138{at:08d},甲省,+86 10 6{at:07d},乙省,,,,,,,,65\n" for at in range(5_000)]
    assert joined(read_all((HEAD + "".join(lines)).encode()), "calls").num_rows == 5_000
    assert len(set(seen)) < 1_000
