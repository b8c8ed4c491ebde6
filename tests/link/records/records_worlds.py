"""Small made-up sets of records with known truth: people with slips of the pen, payments seen from both ends."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product

from fanzha.link.records.fields import Field

GIVEN = [
    "".join(p) for p in product(("ma", "le", "ko", "ri", "sa", "tu", "ve"), ("lin", "dor", "nas", "bek", "rum", "fa"))
]
SURNAMES = [
    "".join(p)
    for p in product(("wal", "ber", "hof", "gru", "tan", "mol"), ("ter", "ger", "nik", "sen", "dez"), ("", "s", "ov"))
]
PEOPLE = (
    Field("given", "name", crossed="surname"),
    Field("surname", "name", crossed="given"),
    Field("born", "date"),
    Field("phone", "digits"),
    Field("town", "exact"),
)
PAYMENTS = (
    Field("memo", "text"),
    Field("day", "moment", cuts=(0, 1, 2, 4, 8)),
    Field("amount_minor", "amount"),
)
Columns = dict[str, list[str | None]]


def slip(rng: random.Random, text: str) -> str:
    """One character changed, dropped, or swapped with the next."""
    at = rng.randrange(len(text) - 1)
    letters = "0123456789" if text.isdigit() else "abcdefghijklmnopqrstuvwxyz"
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + rng.choice(letters) + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def people(seed: int, persons: int) -> tuple[Columns, list[int]]:
    """Records in mixed order and the person of each; two in five persons have a second record, some a third."""
    rng = random.Random(seed)
    rows: list[tuple[int, list[str | None]]] = []
    for person in range(persons):
        born = f"{rng.randrange(1940, 2005)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
        phone = "1" + "".join(rng.choice("0123456789") for _ in range(10))
        clean = [rng.choice(GIVEN), rng.choice(SURNAMES), born, phone, f"town{min(rng.randrange(9), rng.randrange(9))}"]
        rows.append((person, list(clean)))
        for _ in range(rng.choice((0, 0, 0, 1, 2))):
            copy: list[str | None] = [
                slip(rng, v) if rng.random() < 0.15 else None if rng.random() < 0.1 else v for v in clean
            ]
            if rng.random() < 0.05:
                copy[0], copy[1] = copy[1], copy[0]
            rows.append((person, copy))
    rng.shuffle(rows)
    return {f.name: [row[place] for _, row in rows] for place, f in enumerate(PEOPLE)}, [person for person, _ in rows]


def payments(seed: int, count: int) -> tuple[dict[str, list[object]], list[int], int]:
    """Two ends of each payment: columns, the payment of each row, and how many rows the left end has. One in ten has no right end."""
    rng = random.Random(seed)
    left, right = [], []
    for payment in range(count):
        memo = f"{rng.choice(GIVEN)} {rng.choice(SURNAMES)} {rng.choice(('rent', 'gift', 'loan', 'goods'))}"
        amount, day = round(10 ** rng.uniform(3, 6)), rng.randrange(90)
        left.append((payment, memo[: rng.choice((12, 40))], day, amount))
        if rng.random() < 0.9:
            fee = 0 if rng.random() < 0.5 else round(amount * rng.uniform(-0.03, 0.03))
            right.append((payment, memo[: rng.choice((12, 40))], day + rng.choice((1, 1, 2, 3)), amount - fee))
    rng.shuffle(right)
    rows = left + right
    columns: dict[str, list[object]] = {f.name: [row[place] for row in rows] for place, f in enumerate(PAYMENTS, 1)}
    return columns, [row[0] for row in rows], len(left)


def inner_pairs(labels: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def f1(groups: Sequence[int], truth: Sequence[int]) -> float:
    hit = inner_pairs(zip(groups, truth, strict=True))
    return 2 * hit / (inner_pairs(groups) + inner_pairs(truth))
