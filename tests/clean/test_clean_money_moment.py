"""Amounts and times: tables of what people write, and what must not be guessed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import chinese_number, moment, money
from fanzha.errors import InputError

NOW = int(datetime(2024, 3, 13, 7, 0, tzinfo=UTC).timestamp() * 1000)  # Wednesday 15:00 in Shanghai


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("35000", 3500000, "CNY"),
        ("35,000.00", 3500000, "CNY"),
        ("￥3.5万", 3500000, "CNY"),
        ("¥35000", 3500000, "CNY"),
        ("3万5千", 3500000, "CNY"),
        ("叁万伍仟元整", 3500000, "CNY"),
        ("三万五", 3500000, "CNY"),
        ("3.5w", 3500000, "CNY"),
        ("3.5W", 3500000, "CNY"),
        ("2k", 200000, "CNY"),
        ("一百二十块", 12000, "CNY"),
        ("1.2亿", 12000000000, "CNY"),
        ("三万零五", 3000500, "CNY"),
        ("一千二", 120000, "CNY"),
        ("两千块钱", 200000, "CNY"),
        ("三点五万", 3500000, "CNY"),
        ("壹佰贰拾元伍角整", 12050, "CNY"),
        ("12元5角3分", 1253, "CNY"),
        ("3块5", 350, "CNY"),
        ("３５０００元", 3500000, "CNY"),
        ("$1,200.50", 120050, "USD"),
        ("US$1200", 120000, "USD"),
        ("USD 1200", 120000, "USD"),
        ("1200美元", 120000, "USD"),
        ("500泰铢", 50000, "THB"),
        ("THB 500", 50000, "THB"),
        ("HK$20", 2000, "HKD"),
        ("€5", 500, "EUR"),
        ("£5.5", 550, "GBP"),
        ("RM50", 5000, "MYR"),
        ("S$5", 500, "SGD"),
        ("USDT 1200", 1200000000, "USDT"),
        ("1200U", 1200000000, "USDT"),
        ("0.000001 USDT", 1, "USDT"),
        ("1000 JPY", 1000, "JPY"),
        ("50万越南盾", 500000, "VND"),
        ("-12.30", -1230, "CNY"),
        ("(12.30)", -1230, "CNY"),
        ("12.30-", -1230, "CNY"),
        ("¥-12", -1200, "CNY"),
        ("-¥12", -1200, "CNY"),
        ("+12", 1200, "CNY"),
        ("12.340", 1234, "CNY"),
        ("$3.5 million", 350000000, "USD"),
        ("12,34,567 INR", 123456700, "INR"),
        (".5", 50, "CNY"),
        ("0", 0, "CNY"),
        ("5 lakh INR", 50000000, "INR"),
        ("1200元人民币", 120000, "CNY"),
        ("十五万", 15000000, "CNY"),
    ],
)
def test_money(text: str, minor: int, currency: str) -> None:
    found = money.parse(text)
    assert found == money.Money(minor, currency, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "元",
        "12.345",
        "1.200,50",
        "1,2",
        "12,34",
        "百万",
        "三五",
        "几万",
        "1.5 JPY",
        "1e5",
        "NaN",
        "Infinity",
        "12元13元",
        "USD 12 EUR",
        "$12欧元",
        "1" * 40,
        "9" * 18,
        "--5",
        "0x10",
        "3万5万",
        "abc",
        "1.2.3",
        "1 2 3",
    ],
)
def test_money_is_not_guessed(text: str) -> None:
    assert money.parse(text) is None


def test_money_units_and_currency() -> None:
    assert money.parse("35000", unit="fen") == money.Money(35000, "CNY", "35000")
    assert money.parse("350元", unit="fen") == money.Money(35000, "CNY", "350元")
    assert money.parse("12.5", unit="fen") is None
    assert money.parse("100", currency="JPY") == money.Money(100, "JPY", "100")
    assert money.parse("¥100", currency="JPY") == money.Money(100, "JPY", "¥100")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (3500000, "CNY", "35,000.00 CNY"),
        (-5, "CNY", "-0.05 CNY"),
        (1200, "JPY", "1,200 JPY"),
        (1, "USDT", "0.000001 USDT"),
        (0, "USD", "0.00 USD"),
    ],
)
def test_format_money(minor: int, currency: str, text: str) -> None:
    assert money.format_money(minor, currency) == text


@given(st.integers(-(10**14), 10**14), st.sampled_from(["CNY", "USD", "JPY", "USDT", "VND", "EUR"]))
def test_what_is_formatted_reads_back(minor: int, currency: str) -> None:
    found = money.parse(money.format_money(minor, currency))
    assert found is not None and (found.amount_minor, found.currency) == (minor, currency)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("一百零五", 105),
        ("一百五", 150),
        ("一千零一十", 1010),
        ("两万三千", 23000),
        ("3亿2千万", 320000000),
        ("一亿零五十", 100000050),
        ("三万亿", 3 * 10**12),
        ("万", None),
        ("五五", None),
        ("一千千", None),
        ("", None),
    ],
)
def test_chinese_numbers(text: str, value: int | None) -> None:
    assert chinese_number.value_of(text) == (None if value is None else Decimal(value))


def _local(at: moment.Moment | None) -> str | None:
    return (
        None
        if at is None
        else (datetime.fromtimestamp(at.at_ms / 1000, UTC) + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")
    )


@pytest.mark.parametrize(
    ("text", "local", "precision"),
    [
        ("2024-03-05 12:30:45", "2024-03-05 12:30:45", "second"),
        ("2024/3/5 12:30", "2024-03-05 12:30:00", "minute"),
        ("20240305123045", "2024-03-05 12:30:45", "second"),
        ("20240305", "2024-03-05 00:00:00", "day"),
        ("2024.03.05", "2024-03-05 00:00:00", "day"),
        ("2024年3月5日12时30分", "2024-03-05 12:30:00", "minute"),
        ("2024年3月5日下午3点", "2024-03-05 15:00:00", "hour"),
        ("２０２４－０３－０５", "2024-03-05 00:00:00", "day"),
        ("2024-03-05 24:00:00", "2024-03-06 00:00:00", "second"),
        ("25/03/2024 10:00", "2024-03-25 10:00:00", "minute"),
        ("03/25/2024", "2024-03-25 00:00:00", "day"),
        ("05/05/2024", "2024-05-05 00:00:00", "day"),
        ("5 March 2024 8:15 pm", "2024-03-05 20:15:00", "minute"),
        ("Mar 5, 2024", "2024-03-05 00:00:00", "day"),
        ("3月5日", "2024-03-05 00:00:00", "day"),
        ("4月5日", "2023-04-05 00:00:00", "day"),
        ("2月29日", "2024-02-29 00:00:00", "day"),
        ("昨晚八点", "2024-03-12 20:00:00", "hour"),
        ("今天下午3点半", "2024-03-13 15:30:00", "minute"),
        ("前天上午10点", "2024-03-11 10:00:00", "hour"),
        ("刚才", "2024-03-13 15:00:00", "minute"),
        ("昨天", "2024-03-12 00:00:00", "day"),
        ("大前天", "2024-03-10 00:00:00", "day"),
        ("上周五", "2024-03-08 00:00:00", "day"),
        ("上周五下午3点", "2024-03-08 15:00:00", "hour"),
        ("3天前", "2024-03-10 00:00:00", "day"),
        ("半小时前", "2024-03-13 14:30:00", "minute"),
        ("一个半小时前", "2024-03-13 13:30:00", "minute"),
        ("十分钟前", "2024-03-13 14:50:00", "minute"),
        ("昨晚", "2024-03-12 18:00:00", "part_of_day"),
        ("昨天凌晨2点", "2024-03-12 02:00:00", "hour"),
        ("今天中午12点", "2024-03-13 12:00:00", "hour"),
        ("昨天晚上12点", "2024-03-13 00:00:00", "hour"),
        ("yesterday 8pm", "2024-03-12 20:00:00", "hour"),
        ("last night", "2024-03-12 18:00:00", "part_of_day"),
        ("today at 15:30", "2024-03-13 15:30:00", "minute"),
        ("2 hours ago", "2024-03-13 13:00:00", "hour"),
        ("上个月5号", "2024-02-05 00:00:00", "day"),
    ],
)
def test_moment(text: str, local: str, precision: str) -> None:
    found = moment.parse(text, relative_to_ms=NOW)
    assert found is not None
    assert (_local(found), found.precision, found.zone, found.assumed_zone) == (local, precision, "Asia/Shanghai", True)
    assert found.original == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-02-30",
        "2023-02-29",
        "05/03/2024",
        "2024-13-01",
        "20240230",
        "2024-03-05 25:00:00",
        "2024-03-05 24:01",
        "12:30",
        "昨晚1点",
        "2024",
        "99999999",
        "1709613045",
        "45356",
        "周五",
        "2024-03-05 12:30:45 +99:00",
        "昨天25点",
        "0000-00-00",
        "24-03-05",
    ],
)
def test_moment_is_not_guessed(text: str) -> None:
    assert moment.parse(text, relative_to_ms=NOW) is None


@pytest.mark.parametrize("text", ["昨晚八点", "3天前", "刚才", "yesterday", "3月5日", "2 hours ago"])
def test_relative_needs_an_anchor(text: str) -> None:
    assert moment.parse(text) is None
    assert moment.parse(text, relative_to_ms=NOW) is not None


def test_offsets_epoch_and_serials() -> None:
    zulu = moment.parse("2024-03-05T12:30:45Z")
    assert zulu is not None and (zulu.at_ms, zulu.zone, zulu.assumed_zone) == (1709641845000, "UTC", False)
    offset = moment.parse("2024-03-05T12:30:45.123+08:00")
    assert offset is not None and (offset.at_ms, offset.zone) == (1709613045123, "+08:00")
    for text in ("1709613045", "1709613045000"):
        found = moment.parse(text, epoch=True)
        assert found is not None and found.at_ms == 1709613045000
    serial = moment.parse("45356.5", excel=True)
    assert serial is not None and _local(serial) == "2024-03-05 12:00:00"
    with pytest.raises(InputError):
        moment.parse("2024-03-05 08:00", zone="Mars/Olympus")


def test_summer_time_of_shanghai_before_1992() -> None:
    found = moment.parse("1988-07-01 12:00:00")
    assert found is not None and found.at_ms == 583729200000  # UTC+9 in the summers of 1986-1991


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)),
    st.sampled_from(["Asia/Shanghai", "Europe/London", "Asia/Bangkok"]),
)
def test_agrees_with_zoneinfo(when: datetime, zone: str) -> None:
    when = when.replace(microsecond=0)
    found = moment.parse(when.strftime("%Y-%m-%d %H:%M:%S"), zone=zone)
    assert found is not None
    expected = when.replace(tzinfo=ZoneInfo(zone)) - datetime(1970, 1, 1, tzinfo=UTC)
    assert found.at_ms == expected // timedelta(milliseconds=1)


@given(
    st.one_of(
        st.text(max_size=50), st.text("0123456789年月日点半昨今晚天前:-/. TZ+pm零一二三十万亿元块$¥,()", max_size=25)
    ),
    st.one_of(st.none(), st.integers(-(10**18), 10**18)),
)
def test_never_raises(text: str, now: int | None) -> None:
    for flags in ({}, {"epoch": True}, {"excel": True}):
        moment.parse(text, relative_to_ms=now, **flags)
    for currency in ("CNY", "JPY", "USDT"):
        money.parse(text, currency=currency)
        money.parse(text, unit="fen")
    chinese_number.value_of(text)
