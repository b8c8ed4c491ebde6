"""Bitcoin by inputs and outputs: followed by the rules of any money, exact to the satoshi; what no record says is said."""

import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from money_worlds import AS_OF, START, column, paid, report, sums, world

import fanzha
from fanzha.formats import known
from fanzha.formats.grid import Source
from fanzha.model.words import vocabulary
from fanzha.store.engine import Engine
from fanzha.trace.follow import followed
from fanzha.trace.index import MoneyIndex
from fanzha.trace.legs import LEGS_SQL, Leg
from fanzha.trace.pair import paired
from fanzha.trace.repair import POPULAR_MIN, batch_matches, popular_accounts
from fanzha.trace.retraced import retraced
from fanzha.trace.rules import RULES
from fanzha.trace.transactions import COINS_MAX, FEE_FLAT, fee_of, with_transactions
from tests.conftest import Run
from tests.formats.invented import joined
from tests.formats.samples_bitcoin import DAY, Chain, digest
from tests.formats.samples_records import bitcoin

Row = dict[str, Any]
OUTPUTS, INPUTS = "outputs", "inputs"


def own(name: str) -> str:
    return f"BTC:{bitcoin(name)}"


def tx(name: str) -> str:
    return f"BTC:tx:{digest(name)}"


def legs_of(chain: Chain, files: tuple[str, ...] = (OUTPUTS, INPUTS)) -> list[Row]:
    """The rows of both lists, admitted in this order."""
    made: list[Row] = []
    for number, one in enumerate(files if chain.inputs else (OUTPUTS,), 10):
        source = Source(chain.outputs_file() if one == OUTPUTS else chain.inputs_file())
        read = joined(list(known.read(f"bitcoin_{one}", source)), "legs").to_pylist()
        made += [{**row, "file": number} for row in read]
    return made


def told(row: int, payee: str, satoshi: int, at_ms: int) -> list[Row]:
    """What a report names: an address, an amount and a moment."""
    return [
        {**m, "kind": "wallet" if m["kind"] == "account" else m["kind"], "value": m["value"].replace("CNY:", "BTC:")}
        for m in paid(row, own(payee), satoshi, (at_ms - START) // 60_000)
    ]


def traced(chain: Chain, *payments: tuple[str, int, str], files: tuple[str, ...] = (OUTPUTS, INPUTS)) -> Engine:
    """The chain after `trace`; each payment is a report of its own: address, satoshi, clock."""
    rows = legs_of(chain, files)
    mentions = []
    for number, (payee, satoshi, clock) in enumerate(payments, 1):
        at_ms = next(r["at_ms"] for r in rows if r["account"] == own(payee)) if not clock else at(clock)
        mentions += told(number, payee, satoshi, at_ms)
    reports = [report(number, currency="BTC") for number in range(1, len(payments) + 1)]
    return world(rows, reports, mentions)


def at(clock: str) -> int:
    hours, minutes, _ = map(int, clock.split(":"))
    return 1_789_948_800_000 + 3_600_000 * hours + 60_000 * minutes  # DAY, UTC


def repairs(engine: Engine, kind: str) -> list[tuple[Any, ...]]:
    return engine.rows(
        'SELECT t."payer", t."payee", r."amount_minor" FROM "repairs" AS r JOIN "transfers" AS t ON t."transfer" = r."transfer"'
        ' WHERE r."kind" = ? ORDER BY r."transfer"',
        (kind,),
    )


def two_transactions() -> Chain:
    """pay: the victim's coin and another of his to the swindler, a runner and change; split: what came on, with a helper's."""
    chain = Chain()
    chain.add("coin 1", "08:00:00", [], [("victim", 300_000_000)])
    chain.add("coin 2", "08:10:00", [], [("victim too", 50_000_000)])
    chain.add("coin 3", "08:20:00", [], [("helper", 120_000_000)])
    payees = [("swindler", 200_000_000), ("runner", 60_000_000), ("victim", 89_995_000)]
    chain.add("pay", "09:00:00", [("coin 1", 0), ("coin 2", 0)], payees)
    payees = [("desk", 150_000_000), ("hoard", 100_000_000), ("helper", 69_990_000)]
    chain.add("split", "10:00:00", [("pay", 0), ("coin 3", 0)], payees)
    return chain


def test_two_transactions_of_two_inputs_and_three_outputs_to_the_satoshi() -> None:
    engine = traced(two_transactions(), ("swindler", 200_000_000, "09:00:00"))
    # 2 BTC came to the swindler and went into `split` first: 1.5 of it to the desk, the 0.5 left to the hoard
    assert sums(engine) == {
        ("1-1", own("swindler")): (1, 200_000_000, 200_000_000, 0, 0, 0),
        ("1-1", tx("split")): (2, 200_000_000, 200_000_000, 0, 0, 0),
        ("1-1", own("desk")): (3, 150_000_000, 0, 0, 150_000_000, 0),
        ("1-1", own("hoard")): (3, 50_000_000, 0, 0, 50_000_000, 0),
    }
    # every transaction gives out what it took in: outputs and fee
    for name, fee in (("pay", 5_000), ("split", 10_000)):
        into, out = (
            engine.rows(f'SELECT SUM("amount_minor") FROM "transfers" WHERE "{side}" = ?', (tx(name),))[0][0]
            for side in ("payee", "payer")
        )
        assert into == out
        kept = 'SELECT "amount_minor" FROM "transfers" WHERE "payer" = ? AND "payee" = \'\''
        assert engine.rows(kept, (tx(name),)) == [(fee,)]


def test_other_rules_divide_the_transaction_otherwise_and_all_conserve() -> None:
    engine = traced(two_transactions(), ("swindler", 200_000_000, "09:00:00"))
    held: dict[str, dict[str, int]] = defaultdict(dict)
    whole: dict[str, int] = defaultdict(int)
    for rule, account, kept, left, unknown in engine.rows(
        'SELECT "rule", "account", "held_minor", "exited_minor", "unlocated_minor" FROM "attributions"'
    ):
        whole[rule] += kept + left + unknown
        if kept:
            held[rule][account] = kept
    assert set(whole) == set(RULES)
    assert {rule: amount for rule, amount in whole.items() if rule != "poison"} == dict.fromkeys(
        [rule for rule in RULES if rule != "poison"], 200_000_000
    )
    # 200 of 320 million are in dispute: five eighths of each output, and of the fee
    assert held["proportional"] == {own("desk"): 93_750_000, own("hoard"): 62_500_000, own("helper"): 43_743_750}
    assert held["lifo"] == {own("desk"): 30_000_000, own("hoard"): 100_000_000, own("helper"): 69_990_000}


def test_the_order_in_which_the_lists_are_admitted_changes_nothing() -> None:
    one, two = (
        traced(two_transactions(), ("swindler", 200_000_000, ""), files=files)
        for files in ((OUTPUTS, INPUTS), (INPUTS, OUTPUTS))
    )
    assert sums(one) == sums(two)
    assert repairs(one, "same_output") == repairs(two, "same_output")


def test_what_is_rule_and_what_is_record_is_said() -> None:
    engine = traced(two_transactions(), ("swindler", 200_000_000, "09:00:00"))
    assert set(column(engine, "repairs", "kind")) <= set(vocabulary("repairs"))
    rule = [(tx(name), payee) for name, payees in (("pay", ("swindler", "runner", "victim")), ("split", ("desk", "hoard", "helper"))) for payee in map(own, payees)]  # fmt: skip
    assert [row[:2] for row in repairs(engine, "split_by_rule")] == rule
    assert repairs(engine, "change") == [
        (tx("pay"), own("victim"), 89_995_000),
        (tx("split"), own("helper"), 69_990_000),
    ]
    assert repairs(engine, "co_spent") == [
        (own("victim too"), tx("pay"), 50_000_000),
        (own("helper"), tx("split"), 120_000_000),
    ]
    assert len(repairs(engine, "same_output")) == 4  # three coins and the swindler's output


def test_one_payer_needs_no_rule() -> None:
    chain = Chain()
    chain.add("coin", "08:00:00", [], [("a", 10_000_000)])
    chain.add("pay", "09:00:00", [("coin", 0)], [("b", 4_000_000), ("a", 5_999_000)])
    engine = traced(chain, ("b", 4_000_000, "09:00:00"))
    assert repairs(engine, "split_by_rule") == repairs(engine, "co_spent") == []
    assert repairs(engine, "change") == [(tx("pay"), own("a"), 5_999_000)]


def test_a_joint_transaction_ties_nobody() -> None:
    """Five people pay each ten million and get it back at a fresh address: no sign of one holder."""
    chain = Chain()
    for n in range(5):
        chain.add(f"coin {n}", "08:00:00", [], [(f"person {n}", 10_010_000)])
    spent = [(f"coin {n}", 0) for n in range(5)]
    chain.add("joint", "09:00:00", spent, [(f"fresh {n}", 10_000_000) for n in range(5)])
    chain.add("small", "09:30:00", [("joint", 0), ("joint", 1)], [("shop", 19_999_000)])
    engine = traced(chain, ("person 0", 10_010_000, "08:00:00"))
    assert [row[0] for row in repairs(engine, "co_spent")] == [own("fresh 1")]  # of `small` alone
    assert len(repairs(engine, "split_by_rule")) == 5


def test_the_output_that_is_spent_is_the_one_that_the_chain_names() -> None:
    """An address got clean coins first and disputed ones later, and spends the later: first in, first out would be wrong."""
    chain = Chain()
    chain.add("coin", "07:00:00", [], [("mule", 70_000_000)])
    chain.add("coin 2", "07:10:00", [], [("victim", 50_000_000)])
    chain.add("pay", "09:00:00", [("coin 2", 0)], [("mule", 49_990_000)])
    chain.add("on", "10:00:00", [("pay", 0)], [("desk", 49_980_000)])
    engine = traced(chain, ("mule", 49_990_000, "09:00:00"))
    assert sums(engine) == {
        ("1-1", own("mule")): (1, 49_990_000, 49_990_000, 0, 0, 0),
        ("1-1", tx("on")): (2, 49_990_000, 49_980_000, 10_000, 0, 0),
        ("1-1", own("desk")): (3, 49_980_000, 0, 0, 49_980_000, 0),
    }
    # and the other way: the clean ones are spent, the disputed ones lie there
    chain.add("clean", "11:00:00", [("coin", 0)], [("shop", 69_990_000)])
    chain.inputs.pop(1)
    chain.outputs.pop(3)
    engine = traced(chain, ("mule", 49_990_000, "09:00:00"))
    assert sums(engine) == {("1-1", own("mule")): (1, 49_990_000, 0, 0, 49_990_000, 0)}


def test_what_is_spent_of_an_output_that_no_list_shows_is_not_the_disputed_one() -> None:
    chain = Chain()
    chain.add("coin", "07:00:00", [], [("mule", 70_000_000)])
    chain.add("coin 2", "07:10:00", [], [("victim", 50_000_000)])
    chain.add("pay", "09:00:00", [("coin 2", 0)], [("mule", 49_990_000)])
    chain.add("clean", "11:00:00", [("coin", 0)], [("shop", 69_990_000)])
    chain.outputs.pop(0)  # the day of `coin` is not held
    engine = traced(chain, ("mule", 49_990_000, "09:00:00"))
    assert sums(engine) == {("1-1", own("mule")): (1, 49_990_000, 0, 0, 49_990_000, 0)}


def test_a_chain_within_one_block_is_followed_whatever_its_rows_order() -> None:
    chain = Chain()
    chain.add("coin", "07:00:00", [], [("victim", 50_000_000)])
    hops = [("coin", 0)]
    for n, payee in enumerate(("a", "b", "a", "c")):
        chain.add(f"hop {n}", "09:00:00", [hops[-1]], [(payee, 49_000_000 - 1_000 * n)])
        hops.append((f"hop {n}", 0))
    chain.outputs.reverse()
    chain.inputs.reverse()
    engine = traced(chain, ("a", 49_000_000, "09:00:00"))
    held = {account: row[4] for (_, account), row in sums(engine).items() if row[4]}
    assert held == {own("c"): 48_997_000}
    assert sum(row[3] for row in sums(engine).values()) == 3_000  # fees


def test_where_no_outputs_are_held_the_money_is_unlocated_in_the_transaction_and_held_by_nobody() -> None:
    chain = two_transactions()
    del chain.outputs[-3:]
    engine = traced(chain, ("swindler", 200_000_000, "09:00:00"))
    assert sums(engine)["1-1", tx("split")] == (2, 200_000_000, 0, 0, 0, 200_000_000)
    assert engine.rows('SELECT "account", "kind", "disputed_minor", "transfer" FROM "exits"') == [
        (tx("split"), "file_ends", 200_000_000, None)
    ]


def test_what_is_more_than_a_fee_is_an_output_that_no_list_shows() -> None:
    chain = two_transactions()
    del chain.outputs[-1:]  # the helper's change of 0.7 BTC
    engine = traced(chain, ("swindler", 200_000_000, "09:00:00"), ("helper", 120_000_000, "08:20:00"))
    # the helper's coin fills the hoard's output up, 0.5 BTC; the rest is somewhere
    assert sums(engine)["1-2", tx("split")] == (2, 120_000_000, 50_000_000, 0, 0, 70_000_000)
    assert not engine.rows('SELECT 1 FROM "transfers" WHERE "payer" = ? AND "payee" = \'\'', (tx("split"),))


@pytest.mark.parametrize(
    ("into", "out", "fee"),
    [
        ([100], [], 0),
        ([], [100], 0),
        ([100], [100], 0),
        ([100], [120], 0),
        ([FEE_FLAT + 1], [1], FEE_FLAT),
        ([2 * FEE_FLAT], [FEE_FLAT - 1], 0),
        ([10**9, 10**9], [18 * 10**8], 2 * 10**8),
        ([10**9, 10**9], [18 * 10**8 - 1], 0),
        ([COINS_MAX], [COINS_MAX - 5], 5),
        ([COINS_MAX + 1], [COINS_MAX - 5], 0),
        ([2**63 - 1] * 3, [1], 0),
    ],
)
def test_fees(into: list[int], out: list[int], fee: int) -> None:
    assert fee_of(into, out) == fee


def test_new_coins_come_from_nowhere() -> None:
    chain = Chain()
    chain.add("coin", "07:00:00", [], [("miner", 625_000_000), ("pool", 1_000)])
    engine = traced(chain, ("miner", 625_000_000, "07:00:00"))
    assert sums(engine) == {("1-1", own("miner")): (1, 625_000_000, 0, 0, 625_000_000, 0)}
    assert column(engine, "repairs", "kind") == []


def test_a_transaction_of_very_many_is_no_payment_firm() -> None:
    """Equal amounts in and out of a large joint transaction are not paired with each other."""
    count = POPULAR_MIN + 5
    chain = Chain()
    for n in range(count):
        chain.add(f"coin {n}", "07:00:00", [], [(f"in {n}", 2 * 10**8)])
    chain.add(
        "big",
        "09:00:00",
        [(f"coin {n}", 0) for n in range(count)],
        [(f"out {n}", 2 * 10**8 - 500) for n in range(count)],
    )
    engine = Engine()
    legs = [Leg(*row) for row in _as_legs(engine, legs_of(chain))]
    outs = [leg for leg in legs if leg.direction == "out"]
    ins = [leg for leg in legs if leg.direction == "in"]
    assert popular_accounts(outs, ins) == frozenset()
    assert batch_matches(outs, ins, popular_accounts(outs, ins)) == []
    found = paired(with_transactions(legs)).transfers
    assert {(t.payer.startswith("BTC:tx:"), t.payee.startswith("BTC:tx:")) for t in found if not t.fee} == {
        (True, False),
        (False, True),
    }


def _as_legs(engine: Engine, rows: list[Row]) -> list[tuple[Any, ...]]:
    from money_worlds import put

    put(engine, "legs", rows)
    return engine.rows(LEGS_SQL, (AS_OF,))


def test_lists_that_overlap_count_once() -> None:
    chain = two_transactions()
    once = traced(chain, ("swindler", 200_000_000, ""))
    twice = traced(chain, ("swindler", 200_000_000, ""), files=(OUTPUTS, INPUTS, OUTPUTS, INPUTS))
    assert sums(once) == sums(twice)
    assert len(column(once, "transfers", "transfer")) == len(column(twice, "transfers", "transfer"))


# Against a slow reckoning of its own, on random chains

Parcels = list[tuple[int, int]]  # amount, number of the payment or -1


def random_chain(rng: random.Random) -> tuple[Chain, list[tuple[str, int, str]]]:
    """A chain of several payers and payees a transaction, and payments that are told of: no two of one amount."""
    chain, unspent, sizes = Chain(), [], iter(rng.sample(range(1, 9_999), 400))
    for n in range(6):
        value = 40_000_000 + 10_000 * n + next(sizes)
        chain.add(f"coin {n}", f"0{n}:00:00", [], [(f"a{rng.randrange(6)}", value)])
        unspent.append((f"coin {n}", 0))
    reported = []
    for n in range(12):
        spent = [unspent.pop(rng.randrange(len(unspent))) for _ in range(min(rng.choice((1, 2, 3)), len(unspent)))]
        left = sum(chain.created[one][1] for one in spent) - rng.choice((0, 700, 5_000))
        outs = []
        for _ in range(rng.choice((0, 1, 2))):
            value = min(left // 3, 1_000_000 * rng.randrange(1, 9) + next(sizes))
            outs.append((f"a{rng.randrange(6)}", value))
            left -= value
        outs.append((f"a{rng.randrange(6)}", left))
        clock = f"{8 + n}:{rng.randrange(10, 60)}:00".rjust(8, "0")
        chain.add(f"t{n}", clock, spent, outs)
        unspent += [(f"t{n}", place) for place in range(len(outs))]
        if rng.random() < 0.3:
            reported.append((*outs[0], clock))
    return chain, reported


def slowly(chain: Chain, reported: list[tuple[str, int, str]]) -> dict[tuple[str, str], int]:
    """What is held by first in, first out: each output a list of parcels, each transaction one after the other."""
    lies: dict[tuple[str, str], Parcels] = {}
    text = {"o": [row.split("\t") for row in chain.outputs], "i": [row.split("\t") for row in chain.inputs]}
    spent_by: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in text["i"]:
        spent_by[row[12]].append((row[1], row[2]))
    told_of = {(own(payee), str(value), f"{DAY} {clock}"): n for n, (payee, value, clock) in enumerate(reported)}
    for row in text["o"]:
        if (row[1], "pot") not in lies:
            lies[row[1], "pot"] = [parcel for one in spent_by[row[1]] for parcel in lies.pop(one)]
        pot = lies[row[1], "pot"]
        need, taken = int(row[4]), []
        while need:
            amount, label = pot.pop(0) if pot else (need, -1)
            part = min(need, amount)
            if part < amount:
                pot.insert(0, (amount - part, label))
            taken.append((part, label))
            need -= part
        mine = told_of.get((f"BTC:{row[6]}", row[4], row[3]))
        lies[row[1], row[2]] = [(a, label if label >= 0 or mine is None else mine) for a, label in taken]
    address = {(row[1], row[2]): f"BTC:{row[6]}" for row in text["o"]}
    held: dict[tuple[str, str], int] = defaultdict(int)
    for place, parcels in lies.items():
        if place[1] != "pot":
            for amount, label in parcels:
                if label >= 0 and amount:
                    held[f"1-{label + 1}", address[place]] += amount
    return dict(held)


@pytest.mark.parametrize("seed", range(12))
def test_first_in_first_out_equals_a_slow_reckoning(seed: int) -> None:
    rng = random.Random(seed)
    chain, reported = random_chain(rng)
    engine = traced(chain, *reported, files=(OUTPUTS, INPUTS) if seed % 2 else (INPUTS, OUTPUTS))
    found = sums(engine)
    assert {key: row[4] for key, row in found.items() if row[4]} == slowly(chain, reported)
    assert all(row[1] == row[2] + row[3] + row[4] + row[5] for row in found.values())
    assert not any(row[4] for (_, account), row in found.items() if account.startswith("BTC:tx:"))
    # the resident index and what is made again from the tables say the same
    index = MoneyIndex.load(engine)
    again, first = retraced(engine, index), followed(engine, AS_OF)
    assert {key: one for key, one in again.sums.items() if one.received} == {
        key: one for key, one in first.sums.items() if one.received
    }
    for number in column(engine, "payments", "transfer"):
        amount = engine.rows('SELECT "amount_minor" FROM "transfers" WHERE "transfer" = ?', (number,))[0][0]
        holders = index.holders([number])
        assert sum(h.held_minor + h.exited_minor + h.unlocated_minor for h in holders) == amount


@pytest.mark.parametrize("seed", range(8))
def test_rows_of_which_many_are_missing_or_false_lose_no_satoshi(seed: int) -> None:
    rng = random.Random(seed)
    chain, reported = random_chain(rng)
    rows = [row for row in legs_of(chain) if rng.random() < 0.7]
    for row in rng.sample(rows, 6):
        row |= rng.choice(
            (
                {"amount_minor": 2**62},
                {"at_ms": row["at_ms"] - 10**9},
                {"serial": rows[0]["serial"]},
                {"counter_account": rows[0]["counter_account"]},
                {"account": rows[0]["account"]},
                {"direction": "in" if row["direction"] == "out" else "out"},
                {"serial": None},
                {"currency": "USDT"},
            )
        )
    mentions = [m for n, one in enumerate(reported, 1) for m in told(n, one[0], one[1], at(one[2]))]
    engine = world(rows, [report(n, currency="BTC") for n in range(1, len(reported) + 1)], mentions)
    found = sums(engine)
    assert all(row[1] == row[2] + row[3] + row[4] + row[5] for row in found.values())
    assert not any(row[4] for (_, account), row in found.items() if account.startswith("BTC:tx:"))
    index = MoneyIndex.load(engine)
    assert retraced(engine, index).sums == followed(engine, AS_OF).sums
    for number in column(engine, "payments", "transfer"):
        if number is not None:
            index.holders([number])


# As a person uses it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chain = two_transactions()
    made = tmp_path / "in"
    made.mkdir()
    (made / "inputs.tsv").write_bytes(chain.inputs_file())
    (made / "outputs.tsv").write_bytes(chain.outputs_file())
    said = f"I paid 2 BTC on {DAY} 17:00 to the address {bitcoin('swindler')} for an investment that was a fraud."
    (made / "report.csv").write_text(f"reference,reported_at,text\nR1,2026-09-22 09:00:00,{said}\n")
    return made


def _disputed(workspace: fanzha.Workspace) -> list[Row]:
    rows: list[Row] = workspace.table("disputed", purpose="audit").to_pylist()
    return rows


def test_in_a_workspace_nobody_is_asked_about_a_transaction(folder: Path, tmp_path: Path) -> None:
    with fanzha.open(tmp_path / "w", actor="tester") as workspace:
        assert [a.format for a in workspace.admit([folder])] == ["bitcoin_inputs", "bitcoin_outputs", "narrative"]
        case = workspace.cases()[0].id
        held = {one.account: one.held_minor for one in workspace.holders(case)}
        assert held == {own("desk"): 150_000_000, own("hoard"): 50_000_000}
        assert {x["account"]: x["held_minor"] for x in _disputed(workspace) if x["held_minor"]} == held
        # an address may be written without its chain
        assert workspace.trail(bitcoin("swindler")).rows() == workspace.trail(own("swindler")).rows()
        nobody = "BTC:tx:"
        for name, where in (("steps", "target"), ("requests", "value"), ("roles", "value"), ("patterns", "account")):
            assert not [v for v in workspace.table(name, purpose="audit")[where].to_pylist() if nobody in (v or "")]
        for name in ("outcomes", "near_links", "entities", "joins", "orders"):
            assert nobody not in json.dumps(workspace.table(name, purpose="audit").to_pylist(), default=str)


def test_at_the_command_line(folder: Path, run: Run) -> None:
    run("admit", folder)
    shown = run("trace", bitcoin("swindler")).stdout
    assert "BTC:tx:" in shown and digest("split") not in shown and bitcoin("desk") not in shown
    assert "no record says which input paid which output" in " ".join(shown.split())
