"""Drift: months by the calendar of the workspace, shares, an index that moves when scores do, and people's verdicts."""

from datetime import UTC, datetime

from fanzha.document.drift_page import Month, drift_html
from fanzha.document.page import Stamp
from fanzha.recognise.drift import BANDS_PPM, Scored, as_json, drift
from fanzha.recognise.naming import Feedback

ZONE = "Asia/Shanghai"


def at(year: int, month: int, day: int = 15, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp() * 1000)


def month_of(moment: int, count: int, ppm: int, verdict: str = "no_sign", kind: str = "") -> list[Scored]:
    return [(moment, verdict, ppm, kind)] * count


def test_months_follow_the_calendar_of_the_workspace() -> None:
    last = at(2026, 1, 31, 20)  # 1 February, four in the morning, in Shanghai
    found = drift([*month_of(last, 2, 5_000), *month_of(at(2026, 1, 1), 1, 5_000)], (), ZONE)
    assert [(one.month, one.messages) for one in found] == [("2026-01", 1), ("2026-02", 2)]


def test_the_index_is_nothing_for_the_same_scores_and_much_for_others() -> None:
    calm = month_of(at(2026, 1), 80, 500) + month_of(at(2026, 1), 20, 700_000, "scam", "T05")
    same = [(at(2026, 2), verdict, ppm, kind) for _, verdict, ppm, kind in calm * 3]
    moved = month_of(at(2026, 3), 40, 500) + month_of(at(2026, 3), 60, 250_000, "suspicious")
    few = month_of(at(2026, 4), 3, 999_999, "scam", "T01")
    first, second, third, fourth = drift([*calm, *same, *moved, *few], (), ZONE)
    assert first.psi_milli == 0 and second.psi_milli is not None and second.psi_milli < 20
    assert third.psi_milli is not None and third.psi_milli > 250
    assert fourth.psi_milli is None, "three texts say nothing"
    assert (first.scam, first.suspicious, first.unlike, first.kinds) == (20, 0, 0, (("T05", 20),))
    assert (third.suspicious, third.unlike, third.kinds) == (60, 60, ())
    assert as_json(third)["unlike_known_permille"] == 600


def test_verdicts_of_people_are_counted_in_the_month_they_were_given() -> None:
    said = [
        Feedback(5, at(2026, 5), 4, "honest", "", "scam", 800_000),
        Feedback(7, at(2026, 5), 6, "scam", "T05", "suspicious", 300_000),
        Feedback(9, at(2026, 5), 8, "scam", "T05", "no_sign", 3_000),
    ]
    only = drift([], said, ZONE)
    assert [(one.month, one.messages, one.judged, one.wrong) for one in only] == [("2026-05", 0, 3, 2)]


def test_a_moment_that_no_calendar_has_is_no_crash() -> None:
    found = drift([*month_of(2**62, 1, 5), *month_of(-(2**62), 1, 5), *month_of(at(2026, 1), 1, 5)], (), ZONE)
    assert [(one.month, one.messages) for one in found] == [("", 2), ("2026-01", 1)]


def test_bands_are_in_order_and_reach_the_verdicts() -> None:
    assert list(BANDS_PPM) == sorted(BANDS_PPM) and {100_000, 500_000} <= set(BANDS_PPM)


def test_the_page_shows_every_month_in_both_languages() -> None:
    lines = [
        Month(
            month=f"2026-{n:02d}", messages=1000 * n, scam=10, suspicious=5, mean_ppm=12_300, unlike=2,
            kinds=(("T05", 9), ("<b>", 1)), psi_milli=None if n == 3 else 114, judged=4, wrong=1,
        )
        for n in (1, 2, 3)
    ]  # fmt: skip
    page = drift_html(lines, Stamp(at(2026, 3), ZONE, "0", "zh"))
    assert all(one.month in page for one in lines) and "0.114" in page and "1 / 4" in page
    assert "虚假贷款" in page and "false loan" in page and "<b>" not in page and page.count('<svg class="bars"') == 3
    assert "尚无带时间的消息" in drift_html([], Stamp(at(2026, 3), ZONE, "0", "zh"))
