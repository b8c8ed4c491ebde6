"""Numbers as they are printed, and the register that ties each to file and row."""

from html.parser import HTMLParser

import pytest

from fanzha.document.case import case_html
from fanzha.document.figures import SHOWN_REFS, Register, bits, moment, money, shown, total, zone_text
from fanzha.document.index import index_html
from fanzha.document.page import Figure, Ref, Said, Stamp
from fanzha.document.quality import quality_html
from fanzha.document.totals import case_line, money_of, received
from fanzha.errors import InputError
from tests.document.sample import STAMP, case, gangs, index, quality, standing


class Reader(HTMLParser):
    """Collects ids and the figures that point to them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a" and "fig" in str(given.get("class")).split():
            self.links.append(str(given["href"]))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123450, "CNY", "¥1,234.50"),
        (5, "CNY", "¥0.05"),
        (-123, "USD", "−US$1.23"),
        (1200, "JPY", "JP¥1,200"),
        (1, "KWD", "KWD 0.001"),
        (10**17 + 1, "CNY", "¥1,000,000,000,000,000.01"),
        (100, "", "1.00"),
        (0, "EUR", "€0.00"),
    ],
)
def test_money_is_exact(minor: int, currency: str, text: str) -> None:
    assert money(minor, currency) == text


@pytest.mark.parametrize(
    ("millibit", "text"), [(12_450, "12.5"), (12_449, "12.4"), (0, "0.0"), (-1_500, "−1.5"), (-20, "0.0")]
)
def test_weights_are_bits_to_one_decimal(millibit: int, text: str) -> None:
    assert bits(millibit) == text


def test_moments_in_both_languages() -> None:
    assert moment(1_709_640_900_000, "Asia/Shanghai") == Said("5 Mar 2024 20:15", "2024年3月5日 20:15")
    assert moment(None, "UTC").en == "—"
    assert moment(-1, "UTC").en == "31 Dec 1969 23:59"
    assert zone_text(Stamp(0, "America/New_York")) == "America/New_York (UTC-05:00)"


def test_an_unknown_zone_is_said() -> None:
    with pytest.raises(InputError, match="time zone"):
        moment(0, "Mars/Base")


def test_units_are_spoken() -> None:
    assert shown(Figure(1, "", "reports")) == Said("1 report", "1起报案")
    assert shown(Figure(1200, "", "rows")) == Said("1,200 rows", "1,200行")
    assert shown(Figure(7, "", "parsecs")) == Said("7 parsecs", "7 parsecs")


def test_a_sum_keeps_every_row_once_and_never_mixes_currencies() -> None:
    a, b = Ref(1, "a", 1), Ref(1, "a", 2)
    assert total([Figure(1, "CNY", "", (a, b)), Figure(2, "CNY", "", (b,))]) == Figure(3, "CNY", "", (a, b), "summed")
    with pytest.raises(InputError, match="two currencies"):
        total([Figure(1, "CNY"), Figure(1, "USD")])


def test_totals_follow_the_lines() -> None:
    (one,) = money_of(case())
    assert (one.lost.value, one.held.value, one.exited.value, one.unlocated.value) == (
        95_438_000,
        17_600_000,
        46_400_000,
        31_438_000,
    )
    assert received(case(), "CNY").value == one.held.value + one.exited.value + one.unlocated.value
    line = case_line(case(), "case.html")
    assert (line.reports.value, line.places.value, line.steps, line.money) == (12, 5, 7, (one,))


@pytest.mark.parametrize(
    "text",
    [case_html(case(), standing()), index_html(index(), gangs()), quality_html(quality())],
    ids=["case", "index", "quality"],
)
def test_every_figure_leads_to_an_entry_with_rule_and_rows(text: str) -> None:
    page = Reader(text)
    assert len(page.ids) == len(set(page.ids))
    entries = {one for one in page.ids if one[0] == "e" and one[1:].isdigit()}
    assert page.links and {link[1:] for link in page.links} == entries
    register = text[text.index('id="register"') :]
    assert register.count('class="ev-rule"') == len(entries)
    assert "No row is named" not in register


@pytest.mark.parametrize(
    "text",
    [case_html(case(), standing()), index_html(index(), gangs()), quality_html(quality())],
    ids=["case", "index", "quality"],
)
def test_no_amount_is_printed_that_is_not_a_figure(text: str) -> None:
    """Every amount outside the register, the chart titles and the sums of a chart's columns stands inside a link."""

    class Loose(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.inside: list[str] = []
            self.loose: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            name = (
                "sum"
                if "col-sum" in str(given.get("class"))
                else "fig"
                if "fig" in str(given.get("class")).split()
                else tag
            )
            if tag not in ("meta", "br"):
                self.inside.append(name)

        def handle_endtag(self, tag: str) -> None:
            self.inside.pop()

        def handle_data(self, data: str) -> None:
            if "¥" in data and not {"fig", "title", "sum"} & set(self.inside):
                self.loose.append(data)

    reader = Loose()
    reader.feed(text[: text.index('id="register"')].rsplit("<", 1)[0])
    assert reader.loose == []


def test_a_figure_with_very_many_rows_lists_some_and_counts_the_rest() -> None:
    register = Register(STAMP)
    register.link(Figure(1, refs=tuple(Ref(1, "big.csv", n + 1) for n in range(SHOWN_REFS + 7))), "x")
    assert "big.csv × 7" in register.markup()


def test_the_same_figure_is_one_entry() -> None:
    register = Register(STAMP)
    figure = Figure(1, "CNY", "", (Ref(1, "a", 1),))
    assert register.number(figure, "x") == register.number(figure, "x") == 1
    assert register.number(figure, "y") == 2


def test_pages_are_the_same_every_time() -> None:
    assert case_html(case()) == case_html(case())
    assert index_html(index()) == index_html(index())
