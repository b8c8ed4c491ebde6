"""Worlds with breaks, fronts, rests, tests and networks: the truth agrees with the files, and no other world changes."""

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from fanzha.formats.bank_feedback import COLUMNS as FEEDBACK
from fanzha.simulate import bodies, devices, make, planted_exits
from fanzha.simulate.parameters import Parameters, parameters
from fanzha.simulate.world import DAY_MS, Moved, World

SEED, SIZE = 5, make.Size(3000, 40, 3)
SKEW_MS = 5 * 60_000  # clocks of banks
Rows = list[dict[str, object]]


def values() -> Parameters:
    """The preset, with a quarter of the honest life: seconds show everything."""
    return parameters("exits").set(
        {
            "everyday.scale": 0.4,
            "exits.honest_per_chain": 40,
            "calls.per_person_day": 0.05,
            "population.country_shares": [0.8, 0.1, 0.1],
            "reporting.reported_share": 0.9,
        }
    )


def quiet(part: str, done: int, of: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def world() -> World:
    return make.world_of(SEED, SIZE, values(), quiet)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exits") / "world"
    make.make(SEED, SIZE, values(), folder, quiet, "exits")
    return folder


def truth(out: Path, name: str) -> Rows:
    read: Rows = pq.read_table(out / "truth" / f"{name}.parquet").to_pylist()
    return read


def number(row: dict[str, object], name: str) -> int:
    return int(str(row[name]))


@pytest.fixture(scope="module")
def legs(out: Path) -> dict[tuple[int, str], dict[str, object]]:
    """Every leg of every bank, by transfer and direction."""
    found = {}
    for path in sorted((out / "bodies" / "banks").glob("*/ledger.parquet")):
        for row in pq.ParquetFile(path).read().to_pylist():
            found[number(row, "transfer"), str(row["direction"])] = row
    return found


def test_the_tables_are_declared_and_hold_something(out: Path) -> None:
    for name, columns in planted_exits.SCHEMAS.items():
        table = pq.read_table(out / "truth" / f"{name}.parquet")
        assert dict(zip(table.schema.names, table.schema.types, strict=True)) == columns, name
        assert table.num_rows, name
    assert {row["kind"] for row in truth(out, "breaks")} == {
        "cash_deposit",
        "otc_wallet",
        "goods_sold",
        "abroad_arrival",
    }
    found = {row["mark"] for row in truth(out, "marks")}
    assert found >= {"merchant_front", "honest_shop", "dormant", "sleeper", "old_relation", "hired_hand", "paid_worker"}


def test_a_break_is_two_rows_of_ledgers_or_a_row_and_a_token(
    out: Path, legs: dict[tuple[int, str], dict[str, object]]
) -> None:
    for row in truth(out, "breaks"):
        left = legs[number(row, "out_transfer"), "out"]
        assert (left["account"], left["amount_minor"]) == (row["payer"], row["out_minor"])
        assert abs(number(left, "at_ms") - number(row, "out_ms")) <= SKEW_MS
        assert number(row, "in_ms") > number(row, "out_ms")
        assert 0 < number(row, "disputed_minor") <= number(row, "out_minor")
        if row["kind"] == "otc_wallet":
            assert row["in_transfer"] == -1 and str(row["payee"]).startswith("TRON:") and len(str(row["token"])) == 64
            continue
        came = legs[number(row, "in_transfer"), "in"]
        assert (came["account"], came["amount_minor"]) == (row["payee"], row["in_minor"])
        assert abs(number(came, "at_ms") - number(row, "in_ms")) <= SKEW_MS
        assert row["payer"] != row["payee"]
        if row["kind"] == "cash_deposit":
            assert left["cash"] and came["cash"] and not row["through"]
        if row["kind"] == "goods_sold":
            assert (
                came["summary"] in ("黄金回收款", "GOLD BUYBACK")
                and row["through"] == legs[number(row, "in_transfer"), "out"]["account"]
            )


def test_no_more_comes_in_by_cash_than_was_withdrawn(out: Path) -> None:
    """Deposits behind a visit to the machines are together at most what the visit took."""
    out_of, into = defaultdict(set), defaultdict(set)
    amounts = {}
    for row in truth(out, "breaks"):
        if row["kind"] == "cash_deposit":
            out_of[row["in_transfer"]].add(row["out_transfer"])
            amounts["out", row["out_transfer"]], amounts["in", row["in_transfer"]] = (
                number(row, "out_minor"),
                number(row, "in_minor"),
            )
    for deposit, visit in out_of.items():
        into[frozenset(visit)].add(deposit)
    assert into
    for visit, deposits in into.items():
        assert sum(amounts["in", one] for one in deposits) <= sum(amounts["out", one] for one in visit)


def test_tokens_reach_the_explorers_files(out: Path) -> None:
    exported = "".join(path.read_text("utf-8") for path in sorted((out / "received" / "chain").iterdir()))
    tokens = {str(row["token"]) for row in truth(out, "breaks") if row["kind"] == "otc_wallet"}
    assert len({one for one in tokens if one in exported}) > len(tokens) // 2


def test_balances_go_on_from_row_to_row_and_never_below_zero(out: Path) -> None:
    for path in (out / "bodies" / "banks").glob("*/ledger.parquet"):
        table = (
            pq.ParquetFile(path)
            .read(columns=["account", "direction", "amount_minor", "balance_minor", "at_ms"])
            .to_pylist()
        )
        assert all(row["balance_minor"] >= 0 for row in table)
        for before, row in pairwise(table):
            if before["account"] == row["account"]:
                sign = 1 if row["direction"] == "in" else -1
                assert before["balance_minor"] + sign * row["amount_minor"] == row["balance_minor"]
                assert before["at_ms"] <= row["at_ms"]


def test_every_parcel_is_where_it_was_or_has_left(world: World) -> None:
    """As in other worlds: what was paid, and what arrived from abroad, left or is held, by incident, currency and account."""
    held: dict[tuple[int, int], int] = defaultdict(int)
    came: dict[tuple[int, str], int] = defaultdict(int)
    gone: dict[tuple[int, str], int] = defaultdict(int)
    for one in sorted(world.moved, key=lambda each: (each.at_ms, each.arrived_ms)):
        for parcel in one.parcels:
            if one.purpose in ("scam", "arrival"):
                came[parcel.incident, world.currency(one.payee)] += parcel.amount_minor
            else:
                held[one.payer, parcel.incident] -= parcel.amount_minor
                assert held[one.payer, parcel.incident] >= 0, one
            if one.exit:
                gone[parcel.incident, world.currency(one.payer)] += parcel.amount_minor
            else:
                held[one.payee, parcel.incident] += parcel.amount_minor
    kept: dict[tuple[int, str], int] = defaultdict(int)
    for (account, incident), amount in held.items():
        kept[incident, world.currency(account)] += amount
    assert came and all(came[key] == gone[key] + kept[key] for key in came)


def test_fronts_take_victims_money_beside_sales_and_shops_that_were_paid_do_not_serve_the_chain(world: World) -> None:
    told = world.exits
    assert told is not None
    fronts = {account for account, mark in told.marks if mark == "merchant_front"}
    assert {one.payee for one in world.moved if one.purpose == "scam"} & fronts
    assert all(world.accounts.holder[one] >= world.holders.people and one in world.controller for one in fronts)
    fake = [one for one in world.moved if one.purpose == "merchant" and one.payee in fronts]
    assert len(fake) > 20 * len(fronts) and not any(one.parcels for one in fake)
    for row in planted_exits.marks(world, told):
        if row["mark"] == "honest_shop":
            assert row["account"] not in {str(int(world.accounts.number[one])) for one in fronts}


def test_nothing_moved_on_an_account_at_rest(world: World) -> None:
    told, t = world.exits, world.transfers
    assert told is not None
    for (account, mark), (since, woken) in told.marks.items():
        if mark in ("dormant", "sleeper"):
            mine = t.at_ms[(t.payer == account) | (t.payee == account)]
            assert woken - since >= 44 * DAY_MS
            assert not ((mine > since) & (mine < woken - 60_000)).any()
            assert (mine <= since).sum() >= 3 and (mine >= woken - 60_000).any()


def test_a_test_transfer_is_tiny_and_before_the_first_large_one_of_its_pair(world: World) -> None:
    told = world.exits
    assert told is not None and told.tests
    first: dict[tuple[int, int], Moved] = {}
    for one in world.moved:
        if one.parcels:
            first.setdefault((one.payer, one.payee), one)
    for tiny, large in told.tests:
        assert (tiny.payer, tiny.payee) == (large.payer, large.payee)
        assert 0 < large.at_ms - tiny.at_ms <= 45 * 60_000 and tiny.amount_minor * 20 <= large.amount_minor
        assert first[tiny.payer, tiny.payee] is large


def test_banks_tell_the_network_of_their_own_customers_transfers_only(
    out: Path, legs: dict[tuple[int, str], dict[str, object]]
) -> None:
    teams = {str(row["ip"]) for row in truth(out, "networks") if row["kind"] == "team"}
    seen = set()
    for (_, direction), row in legs.items():
        assert (row["ip"] is None) == (row["mac"] is None)
        if row["ip"] is not None:
            assert direction == "out" and not row["cash"] and row["currency"] == "CNY"
            seen.add(row["ip"])
    assert teams <= seen
    shared = {str(row["kind"]) for row in truth(out, "networks")}
    assert shared == {"team", "office", "cafe", "carrier"}


def test_a_feedback_file_has_the_network_columns_filled(out: Path) -> None:
    place = FEEDBACK.index("IP地址")
    cells = [
        line.split(",")[place].strip()
        for path in (out / "received" / "banks").glob("东江银行*.csv")
        for line in path.read_bytes().decode("gb18030").splitlines()[1:]
        if line.count(",") > place
    ]
    assert sum(cell.count(".") == 3 for cell in cells) > 20 and any(not cell for cell in cells)


def test_a_team_line_is_its_own_and_honest_ones_are_shared_by_honest_people(world: World) -> None:
    told = world.exits
    assert told is not None
    lines = {one.ip for one in told.networks if one.kind == "team"}
    on_a_line = np.isin(told.ips, list(lines))
    assert on_a_line.any() and all(int(one) in world.controller for one in np.unique(world.transfers.payer[on_a_line]))
    assert devices.ip_text(0) == devices.mac_text(0) == "" and devices.ip_text(11 << 24 | 258) == "11.0.1.2"
    assert devices.mac_text(0xACDE48000F0A) == "AC-DE-48-00-0F-0A"


def test_same_seed_same_world(world: World, out: Path, tmp_path: Path) -> None:
    make.make(SEED, SIZE, values(), tmp_path / "again", quiet, "exits")
    for path in sorted(out.rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(out)).read_bytes(), path


def test_other_presets_have_nothing_of_it(tmp_path: Path) -> None:
    p = parameters("town").set({"everyday.scale": 0.3, "calls.per_person_day": 0.02})
    make.make(SEED, make.Size(2000, 14, 1), p, tmp_path / "town", quiet, "town")
    told = yaml.safe_load((tmp_path / "town" / "parameters.yaml").read_text("utf-8"))
    assert not [name for name in told if name.startswith("exits.")] and set(told) < set(p)
    assert not [name for name in planted_exits.SCHEMAS if (tmp_path / "town" / "truth" / f"{name}.parquet").exists()]
    for path in (tmp_path / "town" / "bodies" / "banks").glob("*/ledger.parquet"):
        assert not {"ip", "mac"} & set(pq.read_schema(path).names)


def test_a_bank_that_is_asked_answers_about_accounts_beyond_a_break(out: Path) -> None:
    row = next(one for one in truth(out, "breaks") if one["kind"] == "cash_deposit")
    answer = bodies.ask(out, str(row["payee"]), number(row, "in_ms") + DAY_MS)
    assert answer.data and answer.ready_ms > number(row, "in_ms")
