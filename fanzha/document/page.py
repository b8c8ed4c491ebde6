"""What a page is made from: plain frozen records, filled by `chain` from the tables, already masked for display.

Three conventions hold everywhere.

* `Text` is either a plain string (shown as it is in both languages) or `Said` (one text per language).
* `key` fields only join one record to another (a flow to its account). They are never printed, so they may be raw.
  Every other string is printed, so it must already be masked.
* Times are UTC milliseconds; money is integer minor units beside its ISO 4217 currency; weights are milli-bits.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """The same text in both languages."""

    en: str
    zh: str


Text = str | Said


@dataclass(frozen=True, slots=True)
class Ref:
    """A place in a received file. `row` 0 means the file as a whole; `byte_offset` -1 means it has no place of its own."""

    file: int
    name: str
    row: int = 0
    byte_offset: int = -1
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that can be walked back to the rows it was made from, and the rule that made it.

    `currency` is an ISO 4217 code for money in minor units, else ""; then `unit` is a code of words.yaml `units`
    ("rows", "reports", "millibit", "percent", ...) or "". `rule` is a code of words.yaml `rules`.
    """

    value: int
    currency: str = ""
    unit: str = ""
    refs: tuple[Ref, ...] = ()
    rule: str = "counted"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is printed on every page: as of when, in which zone, by which version, in which language it opens.

    `zone` is "" for a page on which no time of day stands: only the day of `as_of_ms` is printed then, as it is in UTC.
    """

    as_of_ms: int
    zone: str = "Asia/Shanghai"
    version: str = ""
    lang: str = "zh"


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence about the case, with the rows it rests on."""

    text: Text
    refs: tuple[Ref, ...] = ()
    rule: str = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One report of the case (tables reports, case_reports). `lost` is the loss as stated; one figure per currency."""

    ref: Ref
    reference: str = ""
    at_ms: int | None = None
    place: str = ""
    scam: Text = ""
    summary: str = ""
    lost: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One mark on the timeline. `kind` is call, payment, transfer, exit or report."""

    kind: str
    at_ms: int
    text: Text
    refs: tuple[Ref, ...]
    amount: Figure | None = None
    rule: str = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """One identifier and how it pulls reports together (tables pulls, joins).

    `refs` are the rows of the case's reports that name it: file and row equal those of a ReportLine's `ref`.
    `reports` counts all reports that name it, in any case. `weight` has unit millibit. `why` is a code of
    words.yaml `whys`: specific, together, slip, doubted, popular, benign, own, partial, weak_kind, invalid.
    """

    kind: str
    label: str
    weight: Figure
    reports: Figure
    joins: bool
    why: str
    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """Where disputed money is now, one account and currency (table disputed)."""

    key: str
    label: str
    tier: int
    received: Figure
    passed: Figure
    exited: Figure
    held: Figure
    unlocated: Figure
    holder: str = ""
    bank: Text = ""
    arrived_ms: int | None = None
    statement: bool = False
    statement_end_ms: int | None = None
    innocent: str = "none"
    same_holder: tuple[str, ...] = ()  # labels of other accounts of this holder (table entities)
    holder_tie: str = ""  # by what, code of words.yaml `ties`

    @property
    def currency(self) -> str:
        """The currency all five figures are in."""
        return self.received.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLine:
    """One transfer that carried disputed money (table flows).

    `payer` and `payee` are keys of AccountLine. A payer that is no such key is a victim, shown as `payer_label`.
    A payee that is "" left the accounts by `exit`. Exits are drawn from AccountLine.exited and ExitLine.
    """

    payer: str
    payee: str
    tier: int
    at_ms: int
    disputed: Figure
    amount: Figure
    payer_label: str = ""
    exit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitLine:
    """Where disputed money left what can be seen (table exits). `kind` is a code of schema/exits.yaml."""

    account: str
    kind: str
    disputed: Figure
    at_ms: int | None = None
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One proposal (table steps). `verb` is a code of schema/steps.yaml, `innocent` of schema/innocent.yaml; it stands in the order of
    `rank` and is adopted by `number`."""

    rank: int
    number: int
    verb: str
    target: str
    target_kind: str = ""
    body: Text = ""
    ground: Text = ""
    amount: Figure | None = None
    reachable: Figure | None = None
    expires_ms: int | None = None
    innocent: str = "none"
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLine:
    """A payment a victim states (table payments). `state` is found, counted, claimed or missing; no `amount` where none
    was said."""

    label: str
    state: str
    refs: tuple[Ref, ...] = ()
    amount: Figure | None = None
    at_ms: int | None = None

    @property
    def shown(self) -> bool:
        """Whether a statement shows it."""
        return self.state in ("found", "counted")


@dataclass(frozen=True, slots=True, kw_only=True)
class NearLink:
    """Another case that shares something too weak to join (table near_links). `href` is relative, or ""."""

    case_id: str
    kind: str
    label: str
    how: str
    weight: Figure
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCount:
    """How often one reason (schema/reasons.yaml) or note (schema/notes.yaml) was given; refs are its first rows."""

    code: str
    count: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One file admitted, and what became of its rows (table files): rows_in = kept + quarantined + structure."""

    file: int
    name: str
    rows_in: int
    kept: int
    quarantined: int
    structure: int
    format: Text = ""
    score: int = 0
    why: Text = ""
    size: int = 0
    encoding: str = ""
    item: str = ""
    at_ms: int | None = None
    actor: str = ""
    body: Text = ""
    purpose: Text = ""
    legal_basis: Text = ""
    tlp: str = ""
    reliability: str = ""
    withdrawn: bool = False
    erased: bool = False
    retain_until_ms: int | None = None
    reasons: tuple[CodeCount, ...] = ()
    notes: tuple[CodeCount, ...] = ()
    href: str = ""

    @property
    def unreadable(self) -> bool:
        """Nobody could read it: the whole file is in quarantine."""
        return any(reason.code == "unreadable_file" for reason in self.reasons)

    def ref(self) -> Ref:
        """The file as a whole."""
        return Ref(self.file, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything one case page shows."""

    case_id: str
    stamp: Stamp
    title: Text = ""
    lines: tuple[Line, ...] = ()
    reports: tuple[ReportLine, ...] = ()
    steps: tuple[StepLine, ...] = ()
    events: tuple[Event, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    flows: tuple[FlowLine, ...] = ()
    accounts: tuple[AccountLine, ...] = ()
    exits: tuple[ExitLine, ...] = ()
    payments: tuple[PaymentLine, ...] = ()
    near: tuple[NearLink, ...] = ()
    unknowns: tuple[Line, ...] = ()
    files: tuple[FileLine, ...] = ()
    index_href: str = ""
    quality_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What became of the money of one case or run, in one currency."""

    currency: str
    lost: Figure
    held: Figure
    exited: Figure
    unlocated: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case on the overview. `totals.case_line` makes it from a CasePage. `href` is relative."""

    case_id: str
    href: str
    reports: Figure
    places: Figure
    title: Text = ""
    first_ms: int | None = None
    last_ms: int | None = None
    money: tuple[Money, ...] = ()
    steps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """One deadline. `what` is a code of schema/order_dues.yaml, `verb` of schema/orders.yaml; `order` is -1 where it is about none;
    `label` is the account, masked. `href` leads to the case, "" where it has no page."""

    what: str
    due_ms: int
    order: int
    verb: str
    case_id: str
    label: str
    body: str
    amount: Figure | None
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPage:
    """Everything the overview of a run shows. `queue`: deadlines as they stood at `queue_ms` (UTC ms), the most urgent first."""

    stamp: Stamp
    queue: tuple[DueLine, ...] = ()
    queue_ms: int | None = None
    cases: tuple[CaseLine, ...] = ()
    files: tuple[FileLine, ...] = ()
    single_reports: Figure | None = None
    lines: tuple[Line, ...] = ()
    quality_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPage:
    """Everything the quality report shows: each file, and what became of each of its rows."""

    stamp: Stamp
    files: tuple[FileLine, ...] = ()
    index_href: str = ""


@dataclass(frozen=True, slots=True)
class FirstRows:
    """The first records of one table as they were understood: `refs` are their places, `lines` a column each.

    A cell is text, or a figure for money.
    """

    title: Text
    refs: tuple[Ref, ...]
    lines: tuple[tuple[Text, tuple[Text | Figure, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """One file looked at, before it is admitted or after.

    `changes`: codes of schema/changes.yaml, True where a finding of the file calls for it. `others`: what else it might be,
    with its score out of 100 and why. `members` of a bundle: name, format and how sure. `whole` is False where only its first rows were looked at.
    """

    stamp: Stamp
    file: FileLine
    first: tuple[FirstRows, ...] = ()
    changes: tuple[tuple[str, bool], ...] = ()
    others: tuple[tuple[Text, int, Text], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    members: tuple[tuple[str, Text, int], ...] = ()
    whole: bool = True
    quality_href: str = ""

    @property
    def admitted(self) -> bool:
        """Whether it is in the record."""
        return self.file.file >= 0
