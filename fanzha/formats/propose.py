"""Proposes what the columns of a table mean, from their names and from what stands in them.

Names decide first (`aliases.yaml`); columns without a known name are looked into: a column of which most filled cells are
valid phone numbers, card numbers, addresses, domains or wallets holds identifiers, one of long text holds the narrative. A
person confirms or changes the proposal; nothing is admitted on a guess about direction or unit.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from fanzha.clean import (
    bank_card,
    cn_id,
    cnaps,
    credit_code,
    domain,
    email,
    iban,
    iccid,
    imei,
    imsi,
    moment,
    phone,
    url,
    wallet,
)
from fanzha.formats.grid import Sheet, Source
from fanzha.formats.headers import chains, fields_of, normal, roles
from fanzha.formats.mapping import Mapping, Use
from fanzha.formats.sheets import open_sheets

_DAY = re.compile(r"[0-9]{4}[-/.年]?[0-9]{1,2}[-/.月]?[0-9]{1,2}日?")
_CLOCK = re.compile(r"[0-2]?[0-9][:\uff1a][0-5][0-9]([:\uff1a][0-5][0-9])?|[0-2][0-9][0-5][0-9][0-5][0-9]")
_LOOKED_AT = 60
_MOST = 0.8
_NARRATIVE_MIN = 12  # characters of the usual cell of a narrative
_OWN_NUMBER = re.compile(r"(?:账号|卡号|账户|account)[^0-9]{0,12}([0-9][0-9 *]{8,28}[0-9])", re.IGNORECASE)
_OWN_PHONE = re.compile(
    r"(?:号码|手机号|用户|本机|number|msisdn)[^0-9+]{0,12}(\+?[0-9][0-9 -]{6,18}[0-9])", re.IGNORECASE
)
_FEN = re.compile(r"[(\uff08\[]\s*分\s*[)\uff09\]]|(?:in)?(?:fen|cents)\b", re.IGNORECASE)
# domain before url: a bare host is a domain
_SNIFFERS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("wallet", lambda t: (v := wallet.parse(t)) is not None and v.valid),
    ("email", lambda t: email.parse(t) is not None),
    ("domain", lambda t: "/" not in t and (v := domain.parse(t)) is not None and v.valid),
    ("url", lambda t: ("/" in t or "[.]" in t) and (v := url.parse(t)) is not None and v.valid),
    ("cn_id", lambda t: len(t) in (15, 18) and (v := cn_id.parse(t)) is not None and v.valid),
    ("credit_code", lambda t: len(t) == 18 and credit_code.validate(t)),
    ("iban", lambda t: len(t) >= 15 and t[:1].isalpha() and (v := iban.parse(t)) is not None and v.valid),
    ("iccid", lambda t: len(t) in (19, 20) and iccid.validate(t)),
    ("imsi", lambda t: len(t) == 15 and t.startswith("460") and imsi.validate(t)),
    ("cnaps", lambda t: len(t) == 12 and cnaps.validate(t)),
    ("account", lambda t: len(t) >= 16 and (v := bank_card.parse(t)) is not None and v.valid),
    ("phone", lambda t: 7 <= len(t) <= 20 and (v := phone.parse(t)) is not None and v.valid),
    ("imei", lambda t: len(t) in (15, 16) and (v := imei.parse(t)) is not None and v.valid),
)


@dataclass(slots=True)
class _Draft:
    """A proposal in the making."""

    record: str
    uses: list[Use] = field(default_factory=list)
    fixed: dict[str, str] = field(default_factory=dict)
    why_en: list[str] = field(default_factory=list)
    why_zh: list[str] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        """Whether some column holds one of the fields."""
        return any(use.field in names for use in self.uses)

    def say(self, en: str, zh: str) -> None:
        """One more reason."""
        self.why_en.append(en)
        self.why_zh.append(zh)


def propose(sheet: Sheet) -> Mapping | None:
    """The mapping that fits best, or None where the table tells of no payment, call or scam report."""
    for make in (_leg, _call, _report):
        mapping = make(sheet)
        if mapping is not None:
            return mapping
    return None


def proposals(source: Source) -> list[tuple[Sheet, Mapping | None]]:
    """Every table of a file with its proposal, made once for all formats that look at the file.

    Raises UnreadableFile as `open_sheets` does.
    """
    held = source.opened.get("proposals")
    if isinstance(held, list):
        return held
    made = [(sheet, propose(sheet)) for sheet in open_sheets(source)]
    source.opened["proposals"] = made
    return made


def named_uses(sheet: Sheet, record: str) -> list[Use]:
    """Columns whose names are known for a kind of record, the most usual name of a field first."""
    known = fields_of(record)
    found: list[tuple[int, int, Use]] = []
    for position, header in enumerate(sheet.header):
        hit = known.get(normal(header))
        if hit is not None:
            found.append((hit[1], position, Use(hit[0], position, header)))
    return [use for _, _, use in sorted(found, key=lambda f: (f[0], f[1]))]


def _day_and_clock(sheet: Sheet, uses: list[Use]) -> list[Use]:
    """Two columns called time of which one holds only days and the other only clock times are one moment in two cells."""
    moments = [use for use in uses if use.field in ("at", "at_date", "at_time")]
    days = [use for use in moments if _all(sheet, use, _DAY)]
    clocks = [use for use in moments if _all(sheet, use, _CLOCK)]
    if not (days and clocks):
        return uses
    rest = [use for use in uses if use not in moments]
    return [*rest, replace(days[0], field="at_date"), replace(clocks[0], field="at_time")]


def _all(sheet: Sheet, use: Use, pattern: re.Pattern[str]) -> bool:
    cells = cells_of(sheet, use.position)
    return bool(cells) and all(pattern.fullmatch(cell) for cell in cells)


def _say_names(draft: _Draft) -> None:
    for use in sorted(draft.uses, key=lambda use: use.position):
        if use.header and use.field != "mention":
            draft.say(f"column “{use.header}” is {use.field}", f"“{use.header}”栏为 {use.field}")


def _leg(sheet: Sheet) -> Mapping | None:
    """A statement: moment, amount and direction by name, and an account by name or in the preamble."""
    draft = _Draft("leg", _day_and_clock(sheet, named_uses(sheet, "leg")))
    money = (draft.has("amount") and draft.has("direction")) or (draft.has("amount_in") and draft.has("amount_out"))
    if not money or not draft.has("at", "at_date"):
        return None
    if not draft.has("account"):
        found = _OWN_NUMBER.search("\n".join(sheet.preamble))
        if not found:
            return None
        draft.fixed["account"] = found[1]
        draft.say("the account stands above the table", "账号见表前说明")
    if not _mostly(sheet, draft, ("at", "at_date"), _is_moment):
        return None
    _say_names(draft)
    amount_headers = [use.header for use in draft.uses if use.field in ("amount", "amount_in", "amount_out")]
    unit = "fen" if any(_FEN.search(header) for header in amount_headers) else "yuan"
    if unit == "fen":
        draft.say("amounts are in fen, as the header says", "表头注明金额单位为分")
    numbered = any(normal(use.header) == "borrowingsigns" for use in draft.uses if use.field == "direction")
    return _finished(draft, unit=unit, numbered=numbered)


def _call(sheet: Sheet) -> Mapping | None:
    """Call records: the other number, moment and call type by name; the own number by name or in the preamble."""
    draft = _Draft("call", named_uses(sheet, "call"))
    if not (draft.has("counterparty") and draft.has("direction") and draft.has("at")):
        return None
    if not draft.has("subscriber"):
        found = _OWN_PHONE.search("\n".join(sheet.preamble))
        if not found:
            return None
        draft.fixed["subscriber"] = found[1]
        draft.say("the subscriber's number stands above the table", "本机号码见表前说明")
    if not _mostly(sheet, draft, ("counterparty",), lambda t: phone.parse(t) is not None):
        return None
    _say_names(draft)
    return _finished(draft)


def _finished(draft: _Draft, unit: str = "yuan", *, numbered: bool = False) -> Mapping:
    return Mapping(
        draft.record,
        tuple(draft.uses),
        fixed=draft.fixed,
        unit=unit,
        numbered=numbered,
        why_en=tuple(draft.why_en),
        why_zh=tuple(draft.why_zh),
    )


def cells_of(sheet: Sheet, position: int) -> list[str]:
    """Filled cells of a column of the sample, spread over it."""
    filled = [cell for cell in sheet.sample.column(position).to_pylist() if cell]
    step = max(1, len(filled) // _LOOKED_AT)
    return filled[::step][:_LOOKED_AT]


def _mostly(sheet: Sheet, draft: _Draft, names: tuple[str, ...], test: Callable[[str], bool]) -> bool:
    """Whether at least half the filled cells of the first column of the fields pass; an empty table passes."""
    for use in draft.uses:
        if use.field in names:
            cells = cells_of(sheet, use.position)
            if cells and 2 * sum(test(cell) for cell in cells) >= len(cells):
                return True
    return not len(sheet.sample.rows)


def _is_moment(text: str) -> bool:
    return moment.parse(text, zone="UTC", epoch=True) is not None


def _report(sheet: Sheet) -> Mapping | None:
    """Reports: a narrative or at least one column of identifiers."""
    draft = _Draft("report", [])
    taken: set[int] = set()
    for position, header in enumerate(sheet.header):
        use = _identifier(sheet, position, header)
        if use is not None:
            draft.uses.append(use)
            taken.add(position)
            draft.say(f"column “{header}” holds {use.kind}", f"“{header}”栏为 {use.kind} 标识")
    single: set[str] = set()
    for use in named_uses(sheet, "report"):
        if use.position in taken or (use.field in single and use.field not in ("text", "stated_type")):
            continue
        if not _believable(sheet, use):
            continue
        single.add(use.field)
        taken.add(use.position)
        draft.uses.append(use)
    if not draft.has("text"):
        longest = _narrative(sheet, taken)
        if longest is not None:
            draft.uses.append(longest)
    if not draft.has("text") and not draft.has("mention"):
        return None
    _say_names(draft)
    amount = [use.header for use in draft.uses if use.field == "amount"]
    return _finished(draft, "fen" if any(_FEN.search(header) for header in amount) else "yuan")


def _believable(sheet: Sheet, use: Use) -> bool:
    """Whether the cells bear out the name: times are times, text is not numbers."""
    cells = cells_of(sheet, use.position)
    if not cells:
        return use.field == "text"
    if use.field == "at":
        return 2 * sum(_is_moment(cell) for cell in cells) >= len(cells)
    if use.field == "amount":
        return 2 * sum(any(c.isdigit() for c in cell) for cell in cells) >= len(cells)
    if use.field == "text":
        return 2 * sum(any(c.isalpha() for c in cell) for cell in cells) >= len(cells)
    return True


def _identifier(sheet: Sheet, position: int, header: str) -> Use | None:
    """A column of identifiers, by its name or by what stands in it."""
    name = normal(header)
    last = normal(header.rsplit(".", 1)[-1])
    role = next((role for part, role in roles() if part in name), "")
    hit = fields_of("identifier").get(name) or (fields_of("identifier").get(last) if "." in header else None)
    cells = cells_of(sheet, position)
    if last in chains() or (hit and hit[0] == "wallet"):
        chain = last if last in chains() else ""
        parsed = sum(
            wallet.parse(c, chain=chain.upper() or None) is not None for cell in cells for c in cell.split("\x1f")[:1]
        )
        if cells and 2 * parsed >= len(cells):
            return Use("mention", position, header, "wallet", role, chain.upper())
    elif hit is not None and cells:
        return Use("mention", position, header, hit[0], role)
    if not cells:
        return None
    if "address" in name and "." in header and not any(" " in cell for cell in cells):
        return Use("mention", position, header, "wallet", role, last.upper())
    if normal(header) in fields_of("report") and fields_of("report")[normal(header)][0] in (
        "reference",
        "at",
        "amount",
        "victim",
    ):
        return None
    for kind, test in _SNIFFERS:
        if sum(test(cell.split("\x1f")[0]) for cell in cells) >= _MOST * len(cells):
            return Use("mention", position, header, kind, role)
    return None


def _narrative(sheet: Sheet, taken: set[int]) -> Use | None:
    """The column with the longest text, should it be text."""
    best, length = None, _NARRATIVE_MIN
    for position, header in enumerate(sheet.header):
        cells = [] if position in taken else cells_of(sheet, position)
        words = [cell for cell in cells if sum(c.isalpha() for c in cell) * 2 > len(cell)]
        if cells and 2 * len(words) > len(cells):
            usual = sorted(map(len, words))[len(words) // 2]
            if usual >= length:
                best, length = Use("text", position, header), usual + 1
    return best
