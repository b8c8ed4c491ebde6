"""Every rule of attribution against a reference that moves single units; conservation; hand-worked examples; what-if; lines."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

import brute_force
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_worlds import AS_OF, leg, paid, report, world

from fanzha.errors import InputError, NotFound
from fanzha.model.words import vocabulary
from fanzha.store.engine import Engine
from fanzha.store.tables import table
from fanzha.trace.attribute import Attribution, Entry, Parcel, attribute, carry, schedule
from fanzha.trace.explain import Line, explain
from fanzha.trace.follow import traced_inputs
from fanzha.trace.ledger import Sums, ledger, totals
from fanzha.trace.payments import Payment
from fanzha.trace.rules import RULES, pro_rata
from fanzha.trace.stated import Stated
from fanzha.trace.what_if import CLAIM_MAX, TracedInputs, attribution_rows, balances_at_end, presumed, pruned, what_if

A, B, C = "6222000000000000001", "6222000000000000002", "6222000000000000003"
V, W = "6222000000000000091", "6222000000000000092"
CONSERVING = tuple(brute_force.WAYS)


def chains_of(one: brute_force.World) -> list[list[Entry]]:
    return [[Entry(*row) for row in rows] for rows in brute_force.statements(one)]


def labels_of(one: brute_force.World) -> dict[int, int]:
    return {n: p.victim for n, p in enumerate(one.payments) if p.victim != brute_force.NOBODY}


def counted(parcels: Sequence[Parcel]) -> Counter[int]:
    assert all(parcel.amount > 0 for parcel in parcels)
    return Counter(dict(totals(parcels)))


def found_ends(found: Attribution, one: brute_force.World) -> brute_force.Ends:
    """What the kernel found, in the words of the reference."""
    gone = {}
    for number, payment in enumerate(one.payments):
        if not payment.payee_shows:
            fresh = found.fresh.get(number)
            gone[number] = counted([*found.taken.get(number, []), *([fresh] if fresh else [])])
    lost: list[Counter[int]] = [Counter() for _ in one.openings]
    for item in found.lost:
        lost[item.queue][item.parcel.label] += item.parcel.amount
    paid_in: Counter[int] = Counter()
    for parcel in found.fresh.values():
        paid_in[parcel.label] += parcel.amount
    return brute_force.Ends([counted(held) for held in found.held], {n: c for n, c in gone.items() if c}, lost, paid_in)


@pytest.mark.parametrize("rule", CONSERVING)
def test_random_worlds_agree_with_single_units(rule: str) -> None:
    for seed in range(1_500 if rule == "fifo" else 500):
        one = brute_force.random_world(seed)
        found = found_ends(attribute(chains_of(one), labels_of(one), rule), one)
        assert found == brute_force.ends(one, rule), seed


@pytest.mark.parametrize("rule", CONSERVING)
def test_what_victims_paid_is_all_accounted_for(rule: str) -> None:
    for seed in range(300):
        one = brute_force.random_world(seed)
        found = found_ends(attribute(chains_of(one), labels_of(one), rule), one)
        ended = sum([*found.held, *found.gone.values(), *found.lost], Counter())
        assert ended == found.paid, seed


def test_no_rule_finds_more_in_an_account_than_poison() -> None:
    for seed in range(300):
        one = brute_force.random_world(seed)
        lines, labels = chains_of(one), labels_of(one)
        most = attribute(lines, labels, "poison")
        for rule in CONSERVING:
            found = attribute(lines, labels, rule)
            assert found.totals == most.totals
            for held, bound, total in zip(found.held, most.held, found.totals, strict=True):
                assert counted(held) <= counted(bound), (seed, rule)
                assert sum(parcel.amount for parcel in held) <= total
                assert all(parcel.amount <= total for parcel in bound)


@pytest.mark.parametrize("rule", RULES)
def test_the_order_of_the_statements_changes_nothing(rule: str) -> None:
    for seed in range(100):
        one = brute_force.random_world(seed)
        lines, labels = chains_of(one), labels_of(one)
        order = list(range(len(lines)))
        random.Random(seed).shuffle(order)
        first = attribute(lines, labels, rule)
        second = attribute([lines[q] for q in order], dict(reversed(labels.items())), rule)
        assert [first.held[q] for q in order] == second.held
        assert {n: counted(p) for n, p in first.taken.items()} == {n: counted(p) for n, p in second.taken.items()}
        assert first.fresh == second.fresh


@pytest.mark.parametrize("rule", RULES)
def test_rows_before_any_disputed_money_can_be_left_out(rule: str) -> None:
    for seed in range(200):
        one = brute_force.random_world(seed)
        lines, labels = chains_of(one), labels_of(one)
        moves = schedule(lines)
        whole, short = (carry(some, len(lines), labels, rule) for some in (moves, pruned(moves, len(lines), labels)))
        assert (whole.held, whole.taken, whole.fresh, whole.order) == (
            short.held,
            short.taken,
            short.fresh,
            short.order,
        )
        assert whole.lost == short.lost


def mixed_account(rule: str) -> tuple[dict[int, int], dict[int, int]]:
    """40 of the holder's own, then 100 of victim 1, then 60 of victim 2, then 90 leaves: (left, stays) by victim."""
    rows = [
        Entry(0, 0, 1, 1, 100, 140),
        Entry(1, 0, 2, 2, 60, 200),
        Entry(2, 0, 3, 3, -90, 110),
    ]
    found = attribute([rows], {1: 1, 2: 2}, rule)
    return dict(totals(found.taken.get(3, []))), dict(totals(found.held[0]))


@pytest.mark.parametrize(
    ("rule", "left", "stays"),
    [
        ("fifo", {1: 50}, {1: 50, 2: 60}),  # the own 40, then 50 of victim 1
        ("lifo", {2: 60, 1: 30}, {1: 70}),  # all 60 of victim 2, then 30 of victim 1
        ("proportional", {1: 45, 2: 27}, {1: 55, 2: 33}),  # 90 of 200 is 45 %: 18 own, 45, 27
        # the own 40, then 50 of 160 in proportion 100 to 60: 31.25 and 18.75; the larger remainder gets the unit
        ("lowest_balance", {1: 31, 2: 19}, {1: 69, 2: 41}),
        ("poison", {1: 90, 2: 60}, {1: 100, 2: 60}),  # all may be anybody's, up to the 110 that stay
    ],
)
def test_one_account_by_every_rule(rule: str, left: dict[int, int], stays: dict[int, int]) -> None:
    assert mixed_account(rule) == (left, stays)


def test_lowest_balance_is_not_made_good_by_later_money() -> None:
    # Roscoe v Winder: 100 of the victim and 20 own; down to 30; then 500 of own money: the claim stays 30
    rows = [Entry(0, 0, 1, 1, 100, 120), Entry(1, 0, 2, 2, -90, 30), Entry(2, 0, 3, 3, 500, 530)]
    found = attribute([rows], {1: 1}, "lowest_balance")
    assert found.held == [[Parcel(30, 1)]]
    assert found.taken == {2: [Parcel(70, 1)]}


def test_own_money_is_spent_first_while_it_lasts() -> None:
    # Re Hallett: 100 of the victim with 80 own; 80 spent: all of the victim's is still there
    rows = [Entry(0, 0, 1, 1, 100, 180), Entry(1, 0, 2, 2, -80, 100)]
    assert attribute([rows], {1: 1}, "lowest_balance").held == [[Parcel(100, 1)]]


def test_poison_never_says_more_than_was_paid() -> None:
    # 10 of the victim in 1,000; all goes to another account and back: never more than 10 anywhere
    one = [Entry(0, 0, 1, 1, 10, 1_000), Entry(1, 0, 2, 2, -600, 400), Entry(3, 0, 3, 3, 600, 1_000)]
    two = [Entry(1, 1, 1, 2, 600, 600), Entry(3, 1, 2, 3, -600, 0)]
    assert attribute([one, two], {1: 1}, "poison").held == [[Parcel(10, 1)], []]


def test_equal_remainders_go_to_the_lowest_label() -> None:
    assert pro_rata(1, {7: 5, 3: 5}) == {3: 1, 7: 0}
    assert pro_rata(2, {7: 1, 3: 1, 5: 1}) == {3: 1, 5: 1, 7: 0}


@given(st.dictionaries(st.integers(-1, 9), st.integers(1, 10**24), min_size=1), st.integers(0, 10**25))
@settings(max_examples=80, deadline=None)
def test_shares_are_whole_exact_and_never_too_large(amounts: dict[int, int], wanted: int) -> None:
    amount = min(wanted, sum(amounts.values()))
    shares = pro_rata(amount, amounts)
    assert sum(shares.values()) == amount
    for label, share in shares.items():
        assert 0 <= share <= amounts[label]
        assert abs(share * sum(amounts.values()) - amount * amounts[label]) < sum(amounts.values())


@pytest.mark.parametrize("rule", CONSERVING)
def test_a_fee_on_the_way_is_lost_and_not_held(rule: str) -> None:
    # 60 of one victim and 40 of another leave the payer, 97 come: by the rule, who came first (last) bears the fee of 3
    payer = [Entry(0, 0, 1, 1, 60, 60), Entry(0, 0, 2, 2, 40, 100), Entry(1, 0, 3, 3, -100, 0)]
    found = attribute([payer, [Entry(1, 1, 1, 3, 97, 97)]], {1: 5, 2: 6}, rule)
    lost = Counter({item.parcel.label: item.parcel.amount for item in found.lost})
    # in proportion: 1.8 and 1.2; last in, first out: what lay lowest on the way is what left first, so it is the 60's
    assert lost == {"fifo": {5: 3}, "lifo": {5: 3}}.get(rule, {5: 2, 6: 1})
    assert counted(found.held[1]) + lost == Counter({5: 60, 6: 40})
    assert {item.queue for item in found.lost} == {1}
    most = attribute([payer, [Entry(1, 1, 1, 3, 97, 97)]], {1: 5, 2: 6}, "poison")
    assert counted(most.held[1]) == Counter({5: 60, 6: 40})


def test_more_that_comes_than_left_is_nobodys() -> None:
    payer = [Entry(0, 0, 1, 1, 100, 100), Entry(1, 0, 2, 2, -100, 0)]
    for rule in CONSERVING:
        found = attribute([payer, [Entry(1, 1, 1, 2, 104, 104)]], {1: 5}, rule)
        assert (found.held[1], found.totals[1]) == ([Parcel(100, 5)], 104)


def test_an_unknown_rule_is_refused_with_the_names_of_the_rules() -> None:
    with pytest.raises(NotFound, match="fifo, lifo, proportional, lowest_balance, poison"):
        attribute([], {}, "guess")


def test_every_rule_has_its_words() -> None:
    terms = vocabulary("attribution_rules")
    assert tuple(terms) == RULES
    assert all(term.en and term.zh and term.note_en and term.note_zh for term in terms.values())


def inputs_of(engine: Engine) -> TracedInputs:
    return traced_inputs(engine, AS_OF)


def two_victims() -> Engine:
    """A has 300; V pays 1,000, W pays 500; A sends B 900; B takes 500 in cash; Y says she paid C, whom nobody shows."""
    legs = [
        leg(1, A, 0, 100_000, 130_000, V),
        leg(2, A, 1, 50_000, 180_000, W),
        leg(3, A, 5, -90_000, 90_000, B),
        leg(4, B, 5, 90_000, 90_000, A),
        leg(5, B, 30, -50_000, 40_000, "", summary="ATM取款"),
    ]
    mentions = paid(1, A, 100_000, 0) + paid(2, A, 50_000, 1) + paid(3, C, 7_000, 2)
    return world(legs, [report(1), report(2), report(3)], mentions)


def random_engine(seed: int, shuffled: bool) -> Engine:
    rng = random.Random(seed)
    accounts = [f"62220000000000000{n:02d}" for n in range(6)]
    balance = dict.fromkeys(accounts, 30_000)
    legs, mentions = [], []
    for n in range(50):
        payer, payee = rng.sample(accounts, 2)
        amount = rng.choice((1_000, 2_500, 9_999))
        balance[payer] -= amount
        balance[payee] += amount
        sides = ((2 * n, payer, -amount, balance[payer], payee), (2 * n + 1, payee, amount, balance[payee], payer))
        for row, account, change, after, counter in sides:
            if rng.random() < 0.9:
                legs.append(leg(row, account, n // 3, change, after, counter))
        if rng.random() < 0.2:
            mentions += paid(n % 4 + 1, payee, amount, n // 3, start=40 * n)
    if shuffled:
        rng.shuffle(legs)
        rng.shuffle(mentions)
    return world(legs, [report(n) for n in range(1, 5)], mentions)


def begun(inputs: TracedInputs) -> dict[tuple[str, str], int]:
    """What the victims of each case paid that was not in dispute already, by rule."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for rule in CONSERVING:
        labels = inputs.labels(rule)
        found = attribute(inputs.chains, labels, rule)
        for number, label in labels.items():
            found.begin(number, label, inputs.transfers[number].amount)
        for parcel in found.fresh.values():
            sums[rule, inputs.payments[parcel.label].stated.case_id] += parcel.amount
        for payment in inputs.payments:
            if payment.state == "claimed":
                sums[rule, payment.stated.case_id] += payment.stated.amount or 0
    return sums


def test_what_if_by_hand() -> None:
    rows = {(r[1], r[0], r[3]): r[4:] for r in attribution_rows(inputs_of(two_victims()))}
    # received, passed, exited, held, unlocated
    assert rows[A, "1-1", "fifo"] == (100_000, 60_000, 0, 40_000, 0)
    assert rows[A, "1-2", "fifo"] == (50_000, 0, 0, 50_000, 0)
    assert rows[B, "1-1", "fifo"] == (60_000, 0, 20_000, 40_000, 0)
    assert rows[A, "1-2", "lifo"] == (50_000, 50_000, 0, 0, 0)
    assert rows[A, "1-1", "lifo"] == (100_000, 40_000, 0, 60_000, 0)
    # B has from A, in the order it left: 500 of W, 400 of V; the 500 in cash are the last: 400 of V and 100 of W
    assert rows[B, "1-1", "lifo"] == (40_000, 0, 40_000, 0, 0)
    assert rows[B, "1-2", "lifo"] == (50_000, 0, 10_000, 40_000, 0)
    assert rows[A, "1-1", "proportional"] == (100_000, 50_000, 0, 50_000, 0)  # half of 1,800 leaves
    # own 300 first, then 600 of 1,500 in proportion two to one
    assert rows[A, "1-1", "lowest_balance"] == (100_000, 40_000, 0, 60_000, 0)
    assert rows[A, "1-2", "poison"] == (50_000, 50_000, 0, 50_000, 0)
    assert all(rows[C, "1-3", rule] == (7_000, 0, 0, 0, 7_000) for rule in RULES)


@pytest.mark.parametrize("seed", range(3))
def test_what_if_equals_the_stage_and_conserves(seed: int) -> None:
    engine = random_engine(seed, shuffled=False)
    rows = attribution_rows(inputs_of(engine))
    columns = table("attributions").column_names()
    assert len(columns) == len(rows[0])
    names = [c for c in columns if c != "rule"]
    select = ", ".join(f'"{c}"' for c in names)
    assert sorted(engine.rows(f'SELECT {select} FROM "disputed"')) == [(*r[:3], *r[4:]) for r in rows if r[3] == "fifo"]
    ended: dict[tuple[str, str], int] = defaultdict(int)
    for case_id, _, _, rule, received, passed, *left in rows:
        if rule != "poison":
            assert received == passed + sum(left), (case_id, rule)
            ended[rule, case_id] += sum(left)
    assert ended == begun(inputs_of(engine))
    assert attribution_rows(inputs_of(random_engine(seed, shuffled=True))) == rows


@pytest.mark.parametrize("seed", range(2))
def test_very_many_payments_are_told_apart_by_case(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = inputs_of(random_engine(seed, shuffled=False))
    apart = {rule: what_if(inputs, rule) for rule in RULES}
    monkeypatch.setattr("fanzha.trace.what_if.PAYMENTS_MAX", 0)
    assert [rule for rule in RULES if inputs.by_case(rule)] == ["proportional", "lowest_balance", "poison"]
    rounding = 2 * len(inputs.transfers)
    for rule in RULES:
        together = what_if(inputs, rule)
        for key in apart[rule].keys() | together.keys():
            one, other = apart[rule].get(key, Sums()), together.get(key, Sums())
            assert other.balanced() or rule == "poison"
            assert abs(one.held - other.held) <= (rounding if rule in ("proportional", "lowest_balance") else 0)
        lines = explain(inputs, inputs.purses[0], inputs.cases()[0], rule)
        assert lines[-1].disputed_after == together.get((inputs.cases()[0], inputs.purses[0]), Sums()).held


def test_a_rule_too_large_to_work_out_is_left_out_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = inputs_of(two_victims())
    monkeypatch.setattr("fanzha.trace.attribute.PARCELS_MAX", 3)
    assert {row[3] for row in attribution_rows(inputs)} == {"fifo", "lifo"}
    assert set(explain(inputs, (A, "CNY"), "1-1")[0].by_rule) == {"fifo", "lifo"}
    with pytest.raises(InputError, match="proportional"):
        explain(inputs, (A, "CNY"), "1-1", "proportional", ())


@pytest.mark.parametrize(
    ("stated", "counted_as"), [(None, 0), (7_000, 7_000), (CLAIM_MAX, CLAIM_MAX), (CLAIM_MAX + 1, 0)]
)
def test_a_claim_that_nobody_can_have_paid_makes_no_sum(stated: int | None, counted_as: int) -> None:
    claim = Stated("1-1", 1, 1, 1, C, None, stated, "CNY", None, "")
    inputs = TracedInputs([], [], {}, [Payment(claim, None, "claimed")])
    expected = [("1-1", C, "CNY", rule, counted_as, 0, 0, 0, counted_as) for rule in sorted(RULES)]
    assert attribution_rows(inputs) == expected


def test_presumed_money_is_what_is_there_beside_what_is_attributed() -> None:
    ends = balances_at_end(inputs_of(two_victims()))
    assert ends == {(A, "CNY"): 90_000, (B, "CNY"): 40_000}
    assert presumed(90_000, 70_000, "mule") == 20_000
    assert presumed(90_000, 70_000, "good_faith") == presumed(90_000, 70_000, "open") == 0
    assert presumed(90_000, 95_000, "mule") == 0


def brief(line: Line) -> tuple[str, int, int, int, int, int, int]:
    return (
        line.kind,
        line.row,
        line.change,
        line.disputed_change,
        line.undisputed_after,
        line.disputed_after,
        line.others_after,
    )


def test_an_account_explained_row_by_row() -> None:
    lines = explain(inputs_of(two_victims()), (A, "CNY"), "1-1")
    assert [brief(line) for line in lines] == [
        ("opening", 1, 30_000, 0, 30_000, 0, 0),
        ("row", 1, 100_000, 100_000, 30_000, 100_000, 0),
        ("row", 2, 50_000, 0, 30_000, 100_000, 50_000),
        ("row", 3, -90_000, -60_000, 0, 40_000, 50_000),  # the opening 300 leaves first
    ]
    assert [line.payment for line in lines] == [False, True, False, False]
    assert [(s.case_id, s.file, s.row, s.n, s.amount) for s in lines[-1].shares] == [
        ("1-1", 1, 1, 1, 40_000),
        ("1-2", 1, 2, 1, 50_000),
    ]
    assert [lines[-1].by_rule[rule].disputed_change for rule in RULES] == [-60_000, -40_000, -50_000, -40_000, -90_000]


@pytest.mark.parametrize("seed", range(3))
def test_lines_add_up_to_the_table(seed: int) -> None:
    inputs = inputs_of(random_engine(seed, shuffled=False))
    for rule in RULES:
        for (case_id, purse), sums in what_if(inputs, rule).items():
            if purse not in inputs.purses:
                continue
            lines = explain(inputs, purse, case_id, rule, ())
            assert lines[-1].disputed_after == sums.held
            if rule != "poison":
                assert sum(line.disputed_change for line in lines) == sums.held
                for line in lines:
                    assert line.pot_after == line.undisputed_after + line.disputed_after + line.others_after
                    assert sum(share.amount for share in line.shares) == line.disputed_after + line.others_after


def test_a_payment_out_of_the_victims_own_account_is_no_disputed_money_leaving_it() -> None:
    legs = [leg(1, V, 0, -100_000, 30_000, A), leg(2, A, 0, 100_000, 100_000, V), leg(3, A, 5, -20_000, 80_000, V)]
    legs.append(leg(4, V, 5, 20_000, 50_000, A))
    inputs = inputs_of(world(legs, [report(1)], paid(1, A, 100_000, 0)))
    lines = explain(inputs, (V, "CNY"), "1-1")
    assert [brief(line)[:4] for line in lines] == [
        ("opening", 1, 130_000, 0),
        ("row", 1, -100_000, 0),
        ("row", 4, 20_000, 20_000),
    ]
    assert lines[1].payment


def test_money_that_came_back_is_a_line_of_both_accounts() -> None:
    # A sends 600 of V's 1,000 to B, who has 100; an hour later the bank reverses it
    legs = [
        leg(1, A, 0, 100_000, 100_000, V),
        leg(2, B, 1, 10_000, 10_000, W),
        leg(3, A, 5, -60_000, 40_000, B),
        leg(4, B, 5, 60_000, 70_000, A),
        leg(5, B, 65, -60_000, 10_000, A, summary="冲正"),
        leg(6, A, 65, 60_000, 100_000, B, summary="冲正"),
    ]
    inputs = inputs_of(world(legs, [report(1)], paid(1, A, 100_000, 0)))
    for rule in RULES:
        lines = explain(inputs, (B, "CNY"), "1-1", rule, ())
        moved = [(line.row, line.disputed_change, line.pot_after) for line in lines if line.transfer is not None]
        assert moved == [(2, 0, 10_000), (4, 60_000, 70_000), (5, -60_000, 10_000)], rule
        assert explain(inputs, (A, "CNY"), "1-1", rule, ())[-1].disputed_after == 100_000
    assert balances_at_end(inputs) == {(A, "CNY"): 100_000, (B, "CNY"): 10_000}


def test_an_account_that_was_not_reached_is_refused() -> None:
    with pytest.raises(NotFound):
        explain(inputs_of(two_victims()), (C, "CNY"), "1-1")


def test_the_ledger_balances_under_every_conserving_rule() -> None:
    inputs = inputs_of(random_engine(5, shuffled=False))
    entered = {entry.transfer for chain in inputs.chains for entry in chain if entry.change > 0}
    for rule in CONSERVING:
        found = attribute(inputs.chains, inputs.labels(rule), rule)
        book = ledger(found, inputs.transfers, inputs.purses, entered)
        assert book.sums
        assert all(sums.balanced() for sums in book.sums.values())
