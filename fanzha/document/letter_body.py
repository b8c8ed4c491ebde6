"""What a letter looks like, in one language: headings, sentences, tables and the box for the reply, before any file format."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from fanzha.clean.currency import exponent
from fanzha.document.capitals import MINOR_MAX, capitals
from fanzha.document.figures import local, moment, money
from fanzha.document.html import visible
from fanzha.document.letter import (
    MEASURES,
    Letter,
    ground_name,
    innocent_name,
    law_name,
    said,
    title,
    to_submit,
)
from fanzha.document.page import Text
from fanzha.document.words import pick, put
from fanzha.errors import InputError

LANGS: Final = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}
# Beside what `visible` spells out: characters without width that would hide in a name or split it.
_HIDDEN: Final = re.compile("[\u00ad\u061c\u180e\u200b\u2060-\u2064\ufff9-\ufffb\U000e0000-\U000e007f]")
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """A table of two columns: what it is, and what it says. An empty right side is room to write in."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a head; `shares` are the widths of the columns in per mille, `right` those set to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[int, ...]
    right: tuple[int, ...] = ()


Block = Heading | Sentence | Pairs | Grid


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter in one language. `page` has places {n} and {total}; `banner` is empty for a letter in force."""

    lang: str
    title: str
    banner: str
    header: str
    page: str
    footer: str
    salutation: str
    blocks: tuple[Block, ...]


def sheets(letter: Letter, lang: str = "both") -> tuple[Sheet, ...]:
    """The letter in Chinese ("zh"), English ("en"), or Chinese and then English ("both"); InputError for another language."""
    langs = LANGS.get(lang)
    if langs is None:
        raise InputError(
            f"no letter is written in {lang!r}",
            f"文书没有 {lang!r} 这种语言",
            remedy="zh, en or both",
            remedy_zh="请选 zh、en 或 both",
        )
    return tuple(_sheet(letter, one) for one in langs)


def clear(text: str) -> str:
    """One line of text in which nothing is hidden: runs of white space are one space, what cannot be seen is spelled out."""
    spelled = visible(_SPACE.sub(" ", text).strip())
    return _HIDDEN.sub(lambda match: f"\\u{ord(match.group()):04x}", spelled)


def figures(minor: int, currency: str, lang: str) -> str:
    """An amount in figures with its currency: 人民币 12,000.00 元, CNY 12,000.00. Exact; no floating point."""
    digits = exponent(currency)
    whole, part = divmod(abs(minor), 10**digits)
    number = f"{'-' if minor < 0 else ''}{whole:,}" + (f".{part:0{digits}d}" if digits else "")
    return f"人民币 {number} 元" if (lang, currency) == ("zh", "CNY") else clear(f"{currency} {number}")


def in_words(minor: int | None, currency: str) -> str:
    """The amount in Chinese capitals; empty for another currency than the yuan, whose figures stand alone."""
    return capitals(minor) if currency == "CNY" and minor is not None and 0 <= minor <= MINOR_MAX else ""


def instant(at_ms: int | None, zone: str, lang: str) -> str:
    """The moment in the body's zone, with seconds where there are any."""
    if at_ms is None:
        return "—"
    second = local(at_ms, zone).second
    return pick(moment(at_ms, zone), lang) + (f":{second:02d}" if second else "")


class _Writer:
    """Words, amounts and moments of one letter in one language."""

    def __init__(self, letter: Letter, lang: str) -> None:
        self.letter, self.lang = letter, lang

    def word(self, key: str, group: str = "words", **values: Text) -> str:
        return clear(pick(put(said(group, key), values), self.lang))

    def tell(self, text: Text) -> str:
        return clear(pick(text, self.lang))

    def listed(self, texts: Iterable[str], zh: str, en: str) -> str:
        return (zh if self.lang == "zh" else en).join(texts)

    def at(self, at_ms: int | None) -> str:
        return instant(at_ms, self.letter.zone, self.lang)

    def money(self, minor: int | None) -> str:
        return "—" if minor is None else figures(minor, self.letter.currency, self.lang)

    def short(self, minor: int | None, currency: str) -> str:
        """An amount in a column: ¥1,200.00 in Chinese, CNY 1,200.00 in English; other signs may be missing in a font."""
        if minor is None:
            return "—"
        return (
            clear(money(minor, currency)) if (self.lang, currency) == ("zh", "CNY") else figures(minor, currency, "en")
        )


def _sheet(letter: Letter, lang: str) -> Sheet:
    put_in = _Writer(letter, lang)
    number = {"case": letter.case_id, "number": str(letter.number)}
    recipient = pick(letter.recipient, lang)
    return Sheet(
        lang=lang,
        title=put_in.tell(title(letter.kind)),
        banner="" if letter.standing == "issued" else put_in.word(letter.standing),
        header=put_in.word("header", **number),
        page=pick(said("words", "page"), lang),
        footer=put_in.word("footer", zone=letter.zone),
        salutation=put_in.word("to", body=recipient) if recipient else "",
        blocks=tuple(_blocks(letter, put_in)),
    )


def _blocks(letter: Letter, say: _Writer) -> Iterator[Block]:
    partly = letter.kind == "correction" and letter.left_minor
    yield Sentence(say.word("correction_part" if partly else letter.kind, "asks"))
    if letter.left_minor and not partly:
        yield Sentence(say.word("lift_part"))
    yield Heading(say.word("particulars"))
    yield Pairs(tuple(_particulars(letter, say)))
    if letter.payees:
        yield Heading(say.word("payees"))
        yield _payees(letter, say)
    if letter.evidence:
        yield Heading(say.word("evidence"))
        yield _evidence(letter, say)
        if not letter.form.masked:
            yield Sentence(say.word("evidence_note"))
    if letter.kind not in ("return", "return_notice", "correction"):
        yield Heading(say.word("innocent"))
        yield Sentence(say.word(_innocent(letter)))
        if letter.innocent not in ("", "none"):
            what, note = innocent_name(letter)
            yield Sentence(say.word("innocent_shown", what=what, note=note))
    if letter.remedy:
        yield Heading(say.word("remedy"))
        yield from _remedy(letter, say)
    yield Heading(say.word("issued"))
    yield Pairs(tuple(_signed(letter, say)))
    if letter.form.replies:
        holder = letter.kind == "notice_to_holder"
        yield Heading(say.word("receipt" if holder else "reply"))
        if not holder:
            yield Sentence(say.word("reply_note"))
        yield Pairs(tuple(_reply(letter, say)))


def _innocent(letter: Letter) -> str:
    if letter.ground == "protective_hold":
        return "innocent_protective"
    if letter.kind == "notice_to_holder":
        return "innocent_holder"
    return "innocent_measure" if letter.form.amount and letter.kind != "lift" else "innocent_other"


def _particulars(letter: Letter, say: _Writer) -> Iterator[tuple[str, str]]:
    form = letter.form
    yield say.word("number"), str(letter.number)
    yield say.word("case"), clear(letter.case_id) or "—"
    if letter.follows >= 0:
        yield say.word("follows"), str(letter.follows)
    if letter.kind == "notice_to_holder" and letter.verb in MEASURES:
        yield say.word("measure"), say.word(letter.verb, "measures")
    yield say.word("account"), clear(letter.account)
    if letter.holder:
        yield say.word("holder"), clear(letter.holder)
    if letter.bank:
        yield say.word("bank"), say.tell(letter.bank)
    if letter.amount_minor is not None:
        yield say.word("amount_returned" if form.payees else "amount"), say.money(letter.amount_minor)
        if words := in_words(letter.amount_minor, letter.currency):
            yield say.word("amount_capitals"), words
    if letter.left_minor:
        yield say.word("still_held"), say.money(letter.left_minor)
    if letter.period_from_ms is not None:
        yield say.word("period"), say.word("period_from", at=say.at(letter.period_from_ms))
    if form.notice:
        yield say.word("notice_from"), say.at(letter.notice_from_ms)
        yield say.word("notice_until"), say.at(letter.notice_until_ms)
    elif letter.expires_ms is not None:
        yield say.word("from"), say.at(letter.from_ms) if letter.from_ms is not None else say.word("from_approval")
        yield say.word("watch_expires" if letter.kind == "watch" else "expires"), say.at(letter.expires_ms)
    if letter.reply_by_ms is not None:
        yield say.word("reply_by"), say.at(letter.reply_by_ms)
    yield say.word("ground_withdrawn" if letter.takes_back else "ground"), say.tell(ground_name(letter))
    yield say.word("law"), say.tell(law_name(letter))
    if letter.reason:
        yield say.word("reason"), say.tell(letter.reason)


def _payees(letter: Letter, say: _Writer) -> Grid:
    head = tuple(say.word(key) for key in ("payee_name", "payee_account", "payee_bank", "payee_paid", "payee_amount"))
    unit = letter.currency
    rows = [
        (
            clear(one.name) or "—",
            clear(one.account) or "—",
            say.tell(one.bank) or "—",
            say.short(one.paid_minor, unit),
            say.short(one.amount_minor, unit),
        )
        for one in letter.payees
    ]
    paid, back = (sum(getattr(one, name) for one in letter.payees) for name in ("paid_minor", "amount_minor"))
    rows.append((say.word("total"), "", "", say.short(paid, unit), say.short(back, unit)))
    return Grid(head, tuple(rows), (150, 265, 185, 200, 200), (3, 4))


def _evidence(letter: Letter, say: _Writer) -> Grid:
    where = not letter.form.masked
    keys = ("evidence_n", *(("evidence_file", "evidence_row") if where else ()), "evidence_at", "evidence_amount")
    rows = tuple(
        (
            str(number),
            *((clear(one.file), str(one.row)) if where else ()),
            say.at(one.at_ms),
            say.short(one.amount_minor, one.currency),
        )
        for number, one in enumerate(letter.evidence, 1)
    )
    shares = (75, 350, 75, 290, 210) if where else (100, 500, 400)
    return Grid(tuple(say.word(key) for key in keys), rows, shares, (2, 4) if where else (2,))


def _remedy(letter: Letter, say: _Writer) -> Iterator[Block]:
    remedy, form = letter.remedy, letter.form
    if remedy is None:
        return
    whom = "remedy_notice" if form.notice else "remedy_holder" if form.masked else "remedy_bank"
    yield Sentence(say.word(whom))
    by_ms = letter.notice_until_ms if remedy.by_ms is None and form.notice else remedy.by_ms
    rows = [
        (say.word("remedy_where"), say.tell(remedy.where)),
        (say.word("remedy_by"), say.at(by_ms) if by_ms is not None else say.word("remedy_while")),
        (say.word("remedy_submit"), say.listed((say.tell(one) for one in to_submit(letter)), "；", "; ")),
    ]
    if remedy.contact:
        rows.append((say.word("remedy_contact"), say.tell(remedy.contact)))
    yield Pairs(tuple(rows))


def _signed(letter: Letter, say: _Writer) -> Iterator[tuple[str, str]]:
    yield say.word("proposer"), clear(letter.proposer) or "—"
    yield say.word("approvers"), say.listed(map(clear, letter.approvers), "、", ", ") or say.word("none_yet")
    yield say.word("proposed"), say.at(letter.proposed_ms)
    yield say.word("issuer"), say.tell(letter.issuer)
    if letter.standing == "issued":
        yield say.word("seal"), ""


def _reply(letter: Letter, say: _Writer) -> Iterator[tuple[str, str]]:
    for key in letter.form.replies:
        yield say.word(key, "replies"), say.word("yes_no") if key == "done" else ""
