"""Reports as an officer sums them up, in Chinese and English: clauses drawn from a small fixed grammar, with the slips of real
reports. Facts only; there is nothing here that could be used on anybody.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from fanzha.simulate import spell

STATED_MAX = 3  # payments that a report tells one by one
TEN_THOUSAND_MINOR = 1_000_000


@dataclass(frozen=True, slots=True)
class Named:
    """A value that a report names. `clean`: a careful reader gets exactly this value from the text."""

    kind: str
    value: str
    clean: bool = True


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment as its payer knows it."""

    account: str
    bank: str
    holder: str
    at_ms: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Case:
    """What a report has to tell. Identifiers in normal form, "" for none; `channel` is how the contact began,
    `via` the channel of the report."""

    scam_type: str
    channel: str
    city: str
    name: str
    own_phone: str
    currency: str
    offset_minutes: int
    at_ms: int
    paid: tuple[Paid, ...] = ()
    phone: str = ""
    site: str = ""
    app: str = ""
    certificate: str = ""
    im: str = ""
    wallet: str = ""
    order: str = ""
    company: str = ""
    via: str = ""


@cache
def phrases() -> dict[str, dict[str, Any]]:
    """The clauses by language."""
    text = (files("fanzha.simulate") / "phrases.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def noise(rng: Random, shares: dict[str, float]) -> frozenset[str]:
    """The slips of one report, each with its share."""
    return frozenset([name for name, share in shares.items() if rng.random() < share])


def kind(language: str, scam_type: str) -> str:
    """What a source calls this kind of scam."""
    words: dict[str, str] = phrases()[language]["kind"]
    return words.get(scam_type, words["other"])


def tell(rng: Random, case: Case, slips: frozenset[str]) -> tuple[str, tuple[Named, ...]]:
    """The text of a report and what it names: Chinese where the loss is in CNY, else English."""
    return Telling(rng, case, slips, "zh" if case.currency == "CNY" else "en").told()


class Telling:
    """One report being written."""

    def __init__(self, rng: Random, case: Case, slips: frozenset[str], language: str) -> None:
        self.rng, self.case, self.slips, self.language = rng, case, slips, language
        self.words = phrases()[language]
        self.named: list[Named] = []
        self.reported = self.local(case.at_ms)

    def local(self, at_ms: int) -> datetime:
        """Wall-clock time where the report was made."""
        return datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(minutes=self.case.offset_minutes)

    def draw(self, *path: str) -> str:
        """One clause of a list."""
        found: Any = self.words
        for name in path:
            found = found.get(name) or found["other"]
        chosen: str = found[int(self.rng.random() * len(found))]
        return chosen

    def told(self) -> tuple[str, tuple[Named, ...]]:
        """Text and what it names."""
        case, chinese = self.case, self.language == "zh"
        parts = [self.opening(), self.matter(), self.contact(), *self.tools(), "。" if chinese else ""]
        if case.paid:
            parts += [self.payment(place, paid) for place, paid in enumerate(case.paid[:STATED_MAX])]
            if len(case.paid) > STATED_MAX:
                parts.append(self.draw("more").format(count=len(case.paid) - STATED_MAX))
        else:
            parts.append(self.draw("stopped", case.via))
        if case.wallet:
            parts.append(self.draw("wallet").format(wallet=case.wallet.partition(":")[2]))
            self.named.append(Named("wallet", case.wallet))
        if case.paid:
            parts.append(self.draw("total").format(total=self.amount(sum(one.amount_minor for one in case.paid))))
        parts.append(self.draw("closing", case.via))
        text = "".join(parts)
        return (_punctuated(text) if chinese else text).strip(), tuple(dict.fromkeys(self.named))

    def opening(self) -> str:
        """Who, where, when."""
        case, at = self.case, self.reported
        if self.language == "en":
            return self.draw("opening", case.via).format(date=f"{at:%d %B %Y}", city=case.city, name=case.name)
        own = spell.masked_phone(case.own_phone) if case.own_phone else "未留"
        date = f"{at.year}年{at.month}月{at.day}日"
        name = f"{case.name[0]}某某"
        return self.draw("opening", case.via).format(date=date, city=case.city, name=name, own=own)

    def matter(self) -> str:
        """What it is about."""
        what = self.draw("matter", self.case.scam_type)
        return f"{what}。" if self.language == "zh" else f"Matter: {what}. "

    def contact(self) -> str:
        """The telephone that was used."""
        number = self.case.phone
        if not number:
            return self.draw("no_contact")
        channel = self.case.channel if self.case.channel in self.words["contact"] else "call"
        if "masked_phone" in self.slips and number.startswith("+86"):
            text = spell.masked_phone(number)
            self.named.append(Named("phone", "+86" + text, False))
        else:
            text = dialled(number)
            self.named.append(Named("phone", number))
        return self.draw("contact", channel).format(contact=text)

    def tools(self) -> list[str]:
        """Site, app, group, and the precise private fact that the caller knew."""
        case, told = self.case, []
        if case.site:
            site = spell.defanged(case.site) if "defanged" in self.slips else f"https://{case.site}/"
            told.append(self.draw("site").format(site=site))
            self.named.append(Named("domain", case.site))
        if case.app:
            told.append(self.draw("app").format(app=case.app))
            self.named.append(Named("app", case.app))
        if case.certificate:
            told.append(self.draw("certificate").format(certificate=case.certificate.partition(":")[2]))
            self.named.append(Named("certificate", case.certificate))
        if case.im:
            told.append(self.draw("im").format(im=case.im if self.language == "zh" else in_english(case.im)))
            self.named.append(Named("im", case.im, False))
        if case.order:
            told.append(self.draw("fact").format(order=case.order, company=case.company))
            self.named.append(Named("order", case.order, False))
        return told

    def payment(self, place: int, paid: Paid) -> str:
        """When, how much, to whom. Slips of the pen happen in the first payment told."""
        slips = self.slips if place == 0 else frozenset[str]()
        number, shape = paid.account, "pay"
        sort = "bank_card" if number.startswith("62") and len(number) >= 16 else "account"
        if "tail_only" in slips:
            shape, text = "tail", number[-4:]
            self.named.append(Named(sort, text, False))
        else:
            if "wrong_digit" in slips:
                number = _wrong_digit(self.rng, number)
            self.named.append(Named(sort, number, "wrong_digit" not in slips))
            text = spell.spaced(number) if "spaced" in slips and sort == "bank_card" else number
            text = spell.full_width(text) if "full_width" in slips and self.language == "zh" else text
        slang = "slang" in self.slips and self.language == "zh"
        return self.draw(shape).format(
            when=self.when(paid.at_ms),
            bank=paid.bank,
            payee=text,
            holder=paid.holder,
            verb=self.draw("slang_verb" if slang else "verb"),
            amount=self.amount(paid.amount_minor),
        )

    def when(self, at_ms: int) -> str:
        """The time of a payment, exact, in words of the next day, or not at all."""
        if "missing_time" in self.slips:
            return ""
        at = self.local(at_ms)
        if self.language == "en":
            return f" on {at:%d %B %Y at %H:%M}"
        if "relative_time" in self.slips and 18 <= at.hour <= 22:
            days = (self.reported.date() - at.date()).days
            if days == 1:
                return f"昨晚{spell.evening_hour(at.hour)}左右"
        return f"{at.month}月{at.day}日{at.hour}时{at.minute:02d}分"

    def amount(self, minor: int) -> str:
        """An amount as written."""
        whole, part = divmod(minor, 100)
        if self.language == "en":
            return f"{self.case.currency} {whole:,}.{part:02d}"
        if part == 0 and "chinese_numeral" in self.slips and whole < 10**8:
            return spell.numeral(whole) + "元"
        if minor >= TEN_THOUSAND_MINOR:
            if "approximate" in self.slips:
                return f"{whole // 10_000}万余元"
            if part == 0 and "wan" in self.slips:
                return spell.ten_thousands(whole) + "元"
        return f"{whole}.{part:02d}元" if part else f"{whole}元"


def dialled(number: str) -> str:
    """As a report writes a number: without the country code at home, grouped where it goes abroad."""
    if number.startswith("+91"):
        return f"+91 {number[3:8]} {number[8:]}"
    return spell.dialled(number)


def in_english(group: str) -> str:
    """The name of a chat group, word by word; what is no word of such names stays."""
    words: dict[str, str] = phrases()["en"]["group_words"]
    for chinese, english in words.items():
        group = group.replace(chinese, f" {english} ")
    return " ".join(group.split())


def _wrong_digit(rng: Random, number: str) -> str:
    """One digit of the middle mistyped."""
    at = len(number) // 3 + rng.randrange(max(1, len(number) // 3))
    return number[:at] + str((int(number[at]) + rng.randrange(1, 10)) % 10) + number[at + 1 :]


def _punctuated(text: str) -> str:
    """Chinese text with full-width punctuation, as `spell.punctuated` gives it; faster on long texts."""
    for plain, wide in spell.PUNCTUATION.items():
        text = text.replace(chr(plain), chr(wide))
    return text


def tell_popular(rng: Random, case: Case) -> tuple[str, tuple[Named, ...]]:
    """A small matter that names an account many people pay into."""
    telling, paid = Telling(rng, case, frozenset(), "zh"), case.paid[0]
    body = telling.draw("popular").format(
        payee=paid.account, bank=paid.bank, holder=paid.holder, amount=telling.amount(paid.amount_minor)
    )
    sort = "bank_card" if paid.account.startswith("62") else "account"
    return _punctuated(telling.opening() + body), (Named(sort, paid.account),)
