"""What a caller is given of the cases: one case in figures, and one proposed step."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """One case: the reports that belong together, what they say was lost, and where the money is.

    Money is per currency, in minor units: stated by reporters, still held in accounts, left the accounts, and gone
    where no statement is held.
    """

    id: str
    reports: int
    first_ms: int | None
    last_ms: int | None
    places: tuple[str, ...]
    accounts: int
    tiers: int
    stated: dict[str, int]
    held: dict[str, int]
    exited: dict[str, int]
    unlocated: dict[str, int]
    steps: int


@dataclass(frozen=True, slots=True)
class Step:
    """One proposal: what to do next. Software proposes, a named person decides.

    `rank` is the order of urgency; by `number` it is adopted, and that stays whatever is ordered.
    """

    case_id: str
    rank: int
    number: int
    verb: str
    target_kind: str
    target: str
    body: str
    amount_minor: int | None
    currency: str
    expires_ms: int | None
    ground: str
    innocent: str
    reachable_minor: int
