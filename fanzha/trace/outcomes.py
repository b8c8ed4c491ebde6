"""What the holder of a reached account may be: mule, merchant front, receiver in good faith; three readings that begin equal.

A scorecard of whole points, one line a sign, over behaviour only (`behaviour.py`): nothing about who the holder is, where or how old, and
no hour of the day. A point is a quarter of a bit: four points make a reading twice as likely against the others. The points are
judgements, no measured rates of any country. They were looked at on replayed worlds of seeds 5 and 7 (town, commingling) and then tried
on seeds 11 and 13 (town) and 11 (commingling): AUC of `mule`, accounts that a gang controls against honest ones, .87 both times. The
worlds showed no merchant fronts, no shared telephones, devices or addresses and no dormant accounts: those points were tried on nothing.

Good faith for value: Civil Code of China, article 311; Supreme People's Court and Procuratorate, interpretation on fraud cases (2011),
article 10: who received the money for a real debt or goods at a fair price, without knowing, keeps it.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from fanzha.model.points import likelihoods
from fanzha.store.contract import Tables
from fanzha.trace.behaviour import DAY_MS, Behaviour, behaviours
from fanzha.trace.what_if import presumed

MADE = ("outcomes",)
READINGS = ("mule", "merchant_front", "good_faith")
LIKELIEST_MIN, MARGIN_MIN = 500, 250  # per mille; less is open
# Good faith needs value given or an old relation; that money stayed where it came shows neither.
GROUNDS = frozenset({"goods_for_it", "wages_for_it", "old_relation", "shop_before", "paid_staff", "family"})

DEVICES = frozenset({"shared_device", "shared_mac"})


class Sign(NamedTuple):
    """One line of the scorecard: points for each reading where it is seen."""

    code: str  # of schema/outcome_reasons.yaml
    mule: int
    merchant_front: int
    good_faith: int
    seen: Callable[[Behaviour], bool]

    @property
    def points(self) -> tuple[int, int, int]:
        """In the order of READINGS."""
        return self.mule, self.merchant_front, self.good_faith


SCORECARD: Final[tuple[Sign, ...]] = (
    Sign("sent_within_hours", 5, 4, -5, lambda b: b.fast >= 500),
    Sign("sent_on", 4, 3, -3, lambda b: b.sent >= 250),
    Sign("money_stayed", -4, -3, 1, lambda b: b.sent <= 50 and b.seen_ms >= DAY_MS),
    Sign("pass_through", 4, 2, -3, lambda b: "pass_through" in b.patterns),
    Sign("scatter_gather", 4, 1, -3, lambda b: "scatter_gather" in b.patterns),
    Sign("cycle", 2, 1, -1, lambda b: "cycle" in b.patterns),
    Sign("dormant", 3, 1, -1, lambda b: "dormant_then_active" in b.patterns),
    Sign("test_transfer", 2, 0, 0, lambda b: "test_transfer" in b.patterns),
    Sign("even_amounts", 1, 2, 0, lambda b: bool(b.patterns & {"equal_amounts", "structured"})),
    Sign("shared_device", 4, 2, -2, lambda b: bool(b.patterns & DEVICES)),
    # said once: where the device is shared, its line is as a matter of course
    Sign("shared_ip", 2, 1, -1, lambda b: "shared_ip" in b.patterns and not b.patterns & DEVICES),
    Sign("crowded_ip", 1, 0, 0, lambda b: "crowded_ip" in b.patterns and not b.patterns & {*DEVICES, "shared_ip"}),
    Sign("many_new_payers", 2, 3, 0, lambda b: b.new_payers >= 4 and not b.shop),
    Sign("no_history", 3, 2, -1, lambda b: b.movements_before < 10 or b.days_before < 7),
    Sign("ordinary_life", -4, -2, 2, lambda b: b.ordinary_days >= 10),
    Sign("no_spending", 3, 0, -1, lambda b: b.ordinary_days == 0),
    Sign("unusual_amount", 2, 2, -2, lambda b: b.usual < 0),
    Sign("ordinary_price", -2, -1, 3, lambda b: b.usual > 0),
    Sign("goods_for_it", -4, 2, 5, lambda b: b.goods),
    Sign("wages_for_it", -5, -3, 6, lambda b: b.wages),
    Sign("old_relation", -4, -2, 4, lambda b: b.old_payers),
    Sign("shop_before", -6, 1, 6, lambda b: b.shop or b.innocent == "shop"),
    Sign("shop_passes_on", 0, 6, -3, lambda b: b.sells and b.fast >= 500),
    Sign("sales_given_back", 0, 5, -6, lambda b: b.staged),  # such sales prove no shop
    Sign("paid_staff", -4, -2, 4, lambda b: b.innocent == "payroll"),
    Sign("family", -4, -4, 4, lambda b: b.innocent == "family"),
)


class Outcome(NamedTuple):
    """Per mille of each reading, the one that stands out or open, and the codes of the signs seen, the strongest first."""

    mule: int
    merchant_front: int
    good_faith: int
    likeliest: str
    reasons: tuple[str, ...]


def outcomes(engine: Tables, as_of: int) -> tuple[str, ...]:
    """Make the table outcomes from disputed, flows, transfers, patterns and legs up to `as_of` (UTC ms).

    One row for each reached account of which a statement is held. Returns the names of the tables made.
    """
    rows: list[tuple[Any, ...]] = []
    for purse, figures in sorted(behaviours(engine, as_of).items()):
        found = outcome(figures)
        unknown = presumed(figures.other, 0, found.likeliest)
        rows.append((*purse, *found[:3], found.likeliest, ",".join(found.reasons), unknown))
    engine.replace_rows("outcomes", rows)
    return MADE


def outcome(figures: Behaviour) -> Outcome:
    """The three readings by the scorecard. They begin equal and add up to 1000 but for rounding down."""
    seen = [sign for sign in SCORECARD if sign.seen(figures)]
    points = [sum(sign.points[reading] for sign in seen) for reading in range(3)]
    shares = likelihoods(points)
    order = sorted(range(3), key=lambda reading: -shares[reading])
    stands_out = shares[order[0]] >= LIKELIEST_MIN and shares[order[0]] - shares[order[1]] >= MARGIN_MIN
    if READINGS[order[0]] == "good_faith" and not GROUNDS & {sign.code for sign in seen}:
        stands_out = False
    reasons = tuple(sign.code for sign in sorted(seen, key=lambda sign: -_strength(sign)))  # stable: scorecard order
    return Outcome(shares[0], shares[1], shares[2], READINGS[order[0]] if stands_out else "open", reasons)


def _strength(sign: Sign) -> int:
    return max(sign.points) - min(sign.points)
