"""Where a case stands, read from tables and shown: judgements find their cases, nothing stands in the clear, nobody is accused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fanzha
from fanzha.document.case import case_html
from fanzha.document.case_roles import named, percent, percents, reading
from fanzha.document.gangs import gangs_section
from fanzha.document.gather import known_names
from fanzha.document.index import index_html
from fanzha.document.page import CasePage, Said
from fanzha.document.standing import Bridge, Gang, Standing, Standings, masked_things, moves
from fanzha.model.words import vocabulary
from tests.document.sample import STAMP, case, gangs, index, standing

PLACES = st.dictionaries(
    st.tuples(st.integers(1, 3), st.integers(1, 4)), st.sets(st.sampled_from(["1-1", "1-2", "2-1"]), min_size=1)
)


def test_things_of_a_judgement_are_read_and_masked() -> None:
    assert masked_things("19-1, phone:+8613812345678, 2-3") == (
        ("report", "19-1"), ("phone", "+86138****5678"), ("report", "2-3"),
    )  # fmt: skip
    assert masked_things("") == masked_things(None) == ()
    assert [kind for kind, _ in masked_things("address:1 Long Street, Bangkok, 3-4")] == ["address", "report"]
    assert "Bangkok" not in masked_things("name:Wichai, Bangkok")[0][1], "what belongs to a value is masked with it"


@given(PLACES, PLACES)
def test_moves_tell_every_report_whose_cases_changed_and_no_other(
    before: dict[tuple[int, int], set[str]], after: dict[tuple[int, int], set[str]]
) -> None:
    went = moves(before, after)
    told = [name for _, _, names in went for name in names]
    changed = {
        f"{f}-{r}" for f, r in before.keys() | after.keys() if before.get((f, r), set()) != after.get((f, r), set())
    }
    assert sorted(told) == sorted(changed)
    assert [len(names) for _, _, names in went] == sorted((len(names) for _, _, names in went), reverse=True)
    assert moves(before, before) == []


def test_the_city_stands_as_its_tables_say(city: fanzha.Workspace) -> None:
    standings = Standings.read(city.engine, known_names(city.engine))
    for one in city.cases():
        found = standings.of(one.id)
        assert one.id == found.case_id and one.id not in found.siblings and found.weak is None
        assert (one.id, found.gang) in city.engine.rows("SELECT case_id, gang_id FROM gang_cases")
        assert len(found.roles) == len(standings.rows_of("roles", found.gang))
        sure = [role.confidence for role in found.roles if role.role.startswith("R-")]
        assert sure == sorted(sure, reverse=True), "the surest first"
        assert [role.role.startswith("R-") for role in found.roles] == sorted(
            (role.role.startswith("R-") for role in found.roles), reverse=True
        )
    whole = {row for (row,) in city.engine.rows("SELECT value FROM roles WHERE kind IN ('phone', 'account')")}
    shown = {role.label for one in city.cases() for role in standings.of(one.id).roles}
    assert whole and not whole & shown
    assert {gang.gang for gang in standings.gangs()} <= {
        g for (g,) in city.engine.rows("SELECT gang_id FROM gang_cases")
    }


def test_former_numbers_lead_through_numbers_that_were_given_up_themselves(city: fanzha.Workspace) -> None:
    def row(case_id: str, former: str) -> dict[str, object]:
        return {"case_id": case_id, "former": former, "file": 9, "row": 9}

    history = {"1-1": [row("1-1", "2-2")], "2-2": [row("2-2", "10-3"), row("2-2", "3-1"), row("2-2", "1-1")]}
    found = Standings(city.engine, history=history).of("1-1").former
    assert [one.number for one in found] == ["2-2", "3-1", "10-3"] and found[0].report == "9-9"


def test_the_page_says_all_of_it_in_both_languages() -> None:
    text = case_html(case(), standing())
    for said in (
        "The weakest link",
        "最弱一环",
        "What people judged",
        "人工认定",
        "Who may play which part",
        "下一步向谁调取",
    ):
        assert said in text, said
    assert "Officer Lin" in text and "he confessed" in text and "does not count" in text
    for code in ("S0", "S9"):
        assert f" {code}<" in text
    assert text.count('class="stage ') == 10
    assert {state: text.count(f'class="stage is-{state}-stage"') for state in ("seen", "hinted", "unknown")} == {
        "seen": 4, "hinted": 2, "unknown": 4,
    }  # fmt: skip
    assert 'href="case' not in text.split('id="gang"')[1].split("</section>")[0], "only pages that are there are linked"
    assert 'href="1-38.html' in text


def test_every_part_of_a_person_has_its_other_readings_beside_it() -> None:
    section = case_html(case(), standing()).split('id="roles"')[1].split("</section>")[0]
    rows = re.findall(r"<tr>.*?</tr>", section)[1:]
    assert len([row for row in rows if 'class="check"' in row]) == len(standing().roles)
    for word in ("guilty", "culprit", "criminal", "罪犯", "凶手"):
        assert word not in section
    assert "nobody is a suspect" in section and "任何人均不因本表成为嫌疑人" in section


def test_nothing_to_say_says_nothing() -> None:
    text = case_html(CasePage(case_id="1-1", stamp=STAMP), Standing("1-1"))
    assert case_html(CasePage(case_id="1-1", stamp=STAMP)) == text
    assert not [key for key in ("links", "gang", "roles", "coverage", "requests") if f'id="{key}"' in text]
    assert gangs_section([], {}) is None and 'id="gangs"' not in index_html(index())


def test_a_case_too_large_to_search_says_so() -> None:
    many = tuple(case().reports[0] for _ in range(121))
    page = CasePage(case_id="1-1", stamp=STAMP, reports=many)
    assert "fanzha why 1-1" in case_html(page, Standing("1-1"))
    assert "fanzha why 1-1" not in case_html(CasePage(case_id="1-1", stamp=STAMP, reports=many[:120]), Standing("1-1"))


def test_judgements_are_shown_where_no_identifier_is() -> None:
    text = case_html(CasePage(case_id="1-1", stamp=STAMP), Standing("1-1", judgements=standing().judgements))
    assert "Officer Lin" in text.split('id="links"')[1].split("</section>")[0]


def test_the_overview_groups_cases_by_gang() -> None:
    text = index_html(index(), gangs()).split('id="gangs"')[1].split("</section>")[0]
    assert 'href="case-1-2.html"' in text and "9-9" in text and 'href="9-9' not in text
    many = [
        Gang("1-1", ("1-1",), tuple(Bridge("2-2", "account", f"**{n}", "shared_account", 1, "weak") for n in range(9)))
    ]
    assert "others (5)" in str(gangs_section(many, {}))


@pytest.mark.parametrize(("per_mille", "text"), [(0, "0 %"), (4, "0 %"), (5, "1 %"), (994, "99 %"), (1000, "100 %")])
def test_per_mille_is_whole_percent(per_mille: int, text: str) -> None:
    assert percent(per_mille) == text


@pytest.mark.parametrize(
    ("shares", "shown"),
    [
        ((445, 445, 109), (45, 44, 11)),  # each rounded by itself: 101 %
        ((333, 333, 333), (34, 33, 33)),
        ((1000, 0, 0), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((), ()),
    ],
)
def test_shares_of_a_whole_sum_to_a_hundred(shares: tuple[int, ...], shown: tuple[int, ...]) -> None:
    assert percents(shares) == shown


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=7).filter(any))
def test_no_share_is_a_percent_off(shares: list[int]) -> None:
    found = percents(shares)
    assert sum(found) == 100
    for share, part in zip(shares, found, strict=True):
        assert abs(part * sum(shares) - 100 * share) < sum(shares)
    assert sorted(found) == [found[place] for place in sorted(range(len(shares)), key=lambda p: (shares[p], found[p]))]


def test_readings_come_from_both_vocabularies() -> None:
    assert reading("V-UNW").en == vocabulary("roles")["V-UNW"].en
    assert reading("shop").en == vocabulary("innocent")["shop"].en
    assert reading("brand_new") == Said("brand_new", "brand_new")
    assert named("readings", ["shop", "V-UNW"]).zh.count("；") == 1
