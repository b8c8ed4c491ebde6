"""Movements that came back: what the index says of holders without asking the attribution, against the attribution."""

import random
from typing import Any

import pytest
from money_worlds import leg
from test_index import by_attribution, loaded

from fanzha.trace import exact
from fanzha.trace.index import MoneyIndex

Row = dict[str, Any]
A, B, C, D = (f"622200000000000000{n}" for n in range(1, 5))
NAMES = (A, B, C, D)


def statements(luck: random.Random) -> list[Row]:
    """Movements among four accounts, many of which come back: whole statements or not, balances or not, rows lost, times alike."""
    held = [luck.random() < 0.85 for _ in NAMES]
    stated = [luck.random() < 0.75 for _ in NAMES]
    nameless = luck.random() < 0.2
    balance = [luck.randrange(0, 120) for _ in NAMES]
    moves: list[tuple[int, int, int, int, bool]] = []
    minute = 0
    for _ in range(luck.randrange(4, 16)):
        minute += luck.choice((0, 1, 2))
        payer, payee, amount = luck.randrange(-1, 4), luck.randrange(-1, 4), luck.choice((5, 10, 20, 35))
        if payer == payee:
            continue
        moves.append((minute, payer, payee, amount, False))
        if luck.random() < 0.4:
            moves.append((minute + luck.choice((0, 1, 3, 6)), payee, payer, amount, True))
    legs: list[Row] = []
    for minute, payer, payee, amount, back in sorted(moves, key=lambda one: one[0]):
        for side, counter, change in ((payer, payee, -amount), (payee, payer, amount)):
            if side < 0:
                continue
            fee = 1 if change < 0 and not back and luck.random() < 0.1 else 0
            balance[side] += change - fee
            if not held[side] or luck.random() < 0.05:
                continue
            said = balance[side] + (7 if luck.random() < 0.03 else 0) if stated[side] else None
            name = "" if counter < 0 or (nameless and luck.random() < 0.5) else NAMES[counter]
            more: Row = {"summary": "冲正"} if back and luck.random() < 0.9 else {}
            legs.append(
                leg(len(legs), NAMES[side], minute + luck.choice((0, 0, 0, 1)), change - fee, said, name, **more)
            )
    return legs


@pytest.mark.parametrize("part", range(4))
def test_what_came_back_is_set_apart_as_the_attribution_does(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, fell_back, apart = 0, [0], 0
    holders = exact.holders

    def counting(*given: Any) -> Any:
        fell_back[0] += 1
        return holders(*given)

    for seed in range(20 * part, 20 * part + 20):
        luck = random.Random(seed)
        engine, transfers, counted = loaded(statements(luck))
        if not transfers:
            continue
        found = MoneyIndex.load(engine)
        apart += int((found.streams.through >= 0).sum())
        of = found.columns.back_of
        came_back = {transfers[place].number for pair in of.items() for place in pair}
        monkeypatch.setattr(exact, "holders", counting)
        for number in luck.sample([t.number for t in transfers], min(8, len(transfers))):
            asked += number not in came_back
            before = fell_back[0]
            said = found.holders([number])
            assert said == by_attribution(transfers, counted, [number]), (seed, number)
            if number in came_back:
                fell_back[0] = before
        two = luck.sample([t.number for t in transfers], min(2, len(transfers)))
        assert found.holders(two) == by_attribution(transfers, counted, two), (seed, two)
    assert apart > 10, "the worlds have what is tested"
    assert fell_back[0] < asked / 2, "most is answered without the attribution"
