"""Roles, leads, leaks, warnings and equal service, by hand."""

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import score_worlds as worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from score_worlds import AS_OF, report

from fanzha.errors import UnreadableFile
from fanzha.score import baselines
from fanzha.score.leads import leads, leaks, plain, warnings
from fanzha.score.measure import Part
from fanzha.score.parity import REPORTS_MIN, parity, partners
from fanzha.score.purses import Purses
from fanzha.score.roles import among_first, auc, roles
from fanzha.score.told import Told
from fanzha.store.engine import Engine

REFERENCES = ["P", "R0", "R0b", "R1", "R2"]


def fraction(part: Part, code: str, of: str = "", method: str = "fanzha") -> tuple[Any, Any]:
    one = part.line(method).get(code, of)
    return one.top, one.bottom


def test_auc_by_hand() -> None:
    # heads 3 and 1 against operators 2, 1 and 0: 3 beats all, 1 ties once and beats once -> 4.5 of 6
    assert auc({1: 3, 2: 1, 3: 2, 4: 1}, [1, 2], [3, 4, 5]) == (9, 12)
    assert auc({}, [1], [2]) == (1, 2)  # nobody is known: as good as a coin
    assert auc({}, [], [2]) == (0, 0)


@settings(deadline=None)
@given(
    st.dictionaries(st.integers(0, 9), st.integers(0, 4)),
    st.sets(st.integers(0, 4), min_size=1),
    st.sets(st.integers(5, 9), min_size=1),
)
def test_auc_turned_round_is_the_rest(ranking: dict[int, int], above: set[int], below: set[int]) -> None:
    won, pairs = auc(ranking, above, below)
    lost, _ = auc(ranking, below, above)
    assert won + lost == pairs
    every = [(ranking.get(a, 0), ranking.get(b, 0)) for a in above for b in below]
    assert won == sum(2 * (a > b) + (a == b) for a, b in every)


def test_ties_at_the_edge_count_by_chance() -> None:
    ranking = {1: 5, 2: 3, 3: 3, 4: 3}
    assert among_first(ranking, [1, 2, 3, 4, 5], {1, 2}, 2) == 1 + Fraction(1, 3)
    assert among_first(ranking, [1, 2, 3, 4, 5], {1, 2}, 9) == 2
    assert among_first({}, [], {1}, 3) == 0


def test_degree_counts_others_once(tmp_path: Path) -> None:
    degree = baselines.degrees(Told(worlds.workspace()))
    assert degree["+8613800000003"] == 4 + 2  # four numbers, two reports
    assert degree["A1"] == 2 + 2  # V0 and B1, two reports
    assert degree["B1"] == 3  # A1, H, Z


def test_degree_ranks_the_operator_above_the_head(tmp_path: Path) -> None:
    part = roles(Told(worlds.workspace()), worlds.write(tmp_path))
    assert part.made and part.why == ""
    # the boss is never seen: 0 against the operator's 6, a tie with the coerced one; the core member has 1 and A1's 4
    assert fraction(part, "heads_auc", method="degree") == (1, 4)
    assert fraction(part, "core_auc", method="degree") == (2, 4)
    assert fraction(part, "heads_first", method="degree") == (0, 1)
    assert fraction(part, "key_first", method="degree") == (1, 2)
    assert fraction(part, "coerced_first", method="degree") == (0, 2)
    assert fraction(part, "people_seen", method="degree") == (2, 4)
    assert part.details == {"heads": 1, "heads_seen": 0}


def test_a_table_of_roles_would_be_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ("+8613800000001", "R-BOSS", 90), ("A1", "R-CORE", 80), ("+8613800000004", "R-CORE", 10),
        ("+8613800000003", "R-OPER", 99), ("nobody", "R-BOSS", 99),
    ]  # fmt: skip
    monkeypatch.setattr(Told, "roles", rows)
    part = roles(Told(Engine()), worlds.write(tmp_path))
    assert part.made
    assert part.line().get("heads_auc").value == 1.0
    assert part.line().get("core_auc").value == 1.0
    assert part.line().get("key_first").value == 1.0
    assert fraction(part, "coerced_named_key") == (1, 3)


def test_identifiers_and_requests_by_hand(tmp_path: Path) -> None:
    truth = worlds.write(tmp_path)
    part = leads(Told(worlds.workspace()), truth, Purses(truth, AS_OF), AS_OF)
    # gang 1: A1 and the phone are named, B1 is reached by its money; gang 2: the phone and the certificate are named
    assert fraction(part, "identifiers_found") == (5, 5)
    assert fraction(part, "identifiers_found", "phone") == (2, 2)  # the second phone is not in use yet
    # by identifier alone R0b and R2 are one group, of gang 1 (the lower number); B1 is in no report
    assert fraction(part, "identifiers_found", "account", "same_identifier") == (1, 2)
    assert fraction(part, "requests_right") == (1, 2)  # B1, and not the shop
    assert fraction(part, "requests_right", "request_statement") == (1, 1)
    assert fraction(part, "requests_holding") == (1, 2)
    assert fraction(part, "numbers_right") == (1, 1)
    assert part.line().get("sites_right").why == "nothing_said"
    assert fraction(part, "requests_right", method="any_account") == (2, 7)  # A1 and B1 of V0 A1 B1 H Z Q Y


def test_an_identifier_counts_only_in_cases_of_its_gang(tmp_path: Path) -> None:
    truth = worlds.write(
        tmp_path, {"identifiers": [{"kind": "wallet", "value": "TRON:Tx", "gangs": [1, 2], "from_ms": 0}]}
    )
    engine = Engine()
    worlds.reported(engine, {"R0": "1-1", "R2": "1-2"})
    worlds.put(engine, "mentions", [worlds.mention(2, "wallet", "TRON:Tx")])
    part = leads(Told(engine), truth, Purses(truth, AS_OF), AS_OF)
    assert fraction(part, "identifiers_found") == (1, 2)


def test_prefixes_are_no_part_of_a_value() -> None:
    assert plain("sha256:AB") == plain("ab") and plain("group:财富群") == "财富群"


def test_the_company_of_the_order_number(tmp_path: Path) -> None:
    truth, engine = worlds.write(tmp_path), Told(worlds.workspace())
    held = [one for one in REFERENCES if one != "P"]
    part = leaks(engine, truth, held)
    assert not part.made and part.line("common_company").get("leak_right").why == "no_orders"
    (tmp_path / "bodies").mkdir()
    path = tmp_path / "bodies" / "deliveries.parquet"
    pq.write_table(pa.table({"order_no": ["DD00007123456789", "DD00001000000000"], "company": [7, 9]}), path)
    part = leaks(engine, truth, held)
    # R0 names company 7; R0b and R2 get it as the most common one and are right too, R1 is wrong (8)
    assert fraction(part, "leak_right", method="common_company") == (3, 4)
    assert fraction(part, "leak_named", method="common_company") == (1, 4)
    assert fraction(part, "companies_found", method="common_company") == (1, 2)
    path.write_bytes(b"no parquet")
    with pytest.raises(UnreadableFile):
        leaks(engine, truth, held)


def test_who_was_called_first_is_warned_first(tmp_path: Path) -> None:
    part = warnings(Told(worlds.workspace()), worlds.write(tmp_path), REFERENCES)
    # 100 has reported already; the crew's own second phone, 106 and 105 were called in this order; 105 is due, 107 never seen
    assert not part.made
    assert fraction(part, "warned_right", method="first_come") == (1, 3)
    assert fraction(part, "warned_found", method="first_come") == (1, 2)
    assert fraction(part, "warned_first", method="first_come") == (0, 2)
    empty = warnings(Told(Engine()), worlds.write(tmp_path), [])
    assert empty.line("first_come").get("warned_right").why == "nobody_called"


def test_partners_by_hand(tmp_path: Path) -> None:
    truth = worlds.write(tmp_path)
    found = partners(truth, {"R0": "a", "R0b": "a", "R1": "b", "R2": "a", "P": "a"})
    assert found == {"R0": (1, 2), "R0b": (1, 2), "R1": (0, 2), "R2": (0, 0)}


def groups(part: Part, by: str) -> dict[str, dict[str, Any]]:
    return {one["group"]: one for one in part.details["groups"] if one["by"] == by}


def test_equal_service_by_hand(tmp_path: Path) -> None:
    truth, told = worlds.write(tmp_path), Told(worlds.workspace())
    part = parity(told, truth, Purses(truth, AS_OF))
    by_age = groups(part, "age_band")
    assert by_age["26-40"]["reports"] == 3 and by_age["61+"]["reports"] == 1  # the stray report is in no group
    assert by_age["61+"]["group_linking"]["value"] == 1.0
    # incident 2: 30,000 of the 35,000 that came to C1 are told, its part is 25,714 and what is left over, of 30,000
    assert by_age["26-40"]["group_money"]["numerator"] == round(1 + 25_715 / 30_000, 4)
    # holds: A1 exact; B1 nothing of 40,000 (all of incident 0, which has 80,000 left); C1 24,000 of 25,000, 800 of it incident 2's
    assert by_age["61+"]["group_error"]["value"] == 0.0
    assert by_age["26-40"]["group_error"]["denominator"] == 2
    assert by_age["26-40"]["group_error"]["numerator"] == pytest.approx(40 / 80 + 800 / 20_000)
    assert part.line().get("gap_linking", "age_band").why == "too_few_groups"
    assert groups(part, "migrant").keys() == {"no"}


def test_the_gap_is_between_large_groups_only(tmp_path: Path) -> None:
    old = [report(f"O{n}", 10 + n, 1, age_band="61+") for n in range(REPORTS_MIN)]
    young = [report(f"Y{n}", 50 + n, 2, age_band="18-25") for n in range(REPORTS_MIN)]
    few = [report(f"F{n}", 90 + n, 3, age_band="<18") for n in range(2)]
    truth = worlds.write(tmp_path, {"reports": [*old, *young, *few]})
    engine = Engine()
    cases = {
        **{one["reference"]: "1-1" for one in old},
        **{one["reference"]: f"2-{n // 10}" for n, one in enumerate(young)},
    }
    worlds.reported(engine, {**cases, "F0": "9-1", "F1": "9-2"})
    part = parity(Told(engine), truth, Purses(truth, AS_OF))
    assert groups(part, "age_band")["<18"]["group_linking"]["value"] == 0.0
    gap = part.line().get("gap_linking", "age_band")
    # each of the twenty young finds 9 of 19
    assert gap.value == pytest.approx(1 - 9 / 19, abs=1e-4) and gap.bottom == 2
    assert part.line("same_identifier").get("gap_linking", "age_band").value == 0.0
    assert part.line().get("gap_money", "age_band").value is None


def test_a_person_is_behind_phone_and_account(tmp_path: Path) -> None:
    truth = worlds.write(tmp_path)
    assert truth.person_by_value["+8613800000002"] == truth.person_by_value["A1"] == 2
    assert Counter(truth.person_by_value.values())[2] == 2
