"""Amounts of money as integer minor units beside an ISO 4217 code. Never a float."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from fanzha.clean import chinese_number
from fanzha.clean.currency import CODES, SIGNS, WORDS, exponent
from fanzha.clean.digits import fold

_TEXT_MAX: Final = 64
_MINOR_MAX: Final = 2**63 - 1  # tables hold 64-bit integers


def _alternatives(*tables: "dict[str, str] | frozenset[str]") -> str:
    words = {word for table in tables for word in table}
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


_PREFIX: Final = re.compile(rf"({_alternatives(SIGNS, CODES)})\s*:?\s*(?![A-Z])")
_SUFFIX: Final = re.compile(rf"\s*({_alternatives(WORDS, CODES)})$")
# 1,234,567.89 and the Indian 12,34,567 and 1 234 567
_PLAIN: Final = re.compile(
    r"(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2}){1,6},\d{3}|\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?|\.\d+"
)
_SCALES: Final = {
    "W": 10**4,
    "K": 10**3,
    "M": 10**6,
    "BN": 10**9,
    "B": 10**9,
    "THOUSAND": 10**3,
    "MILLION": 10**6,
    "BILLION": 10**9,
    "LAKH": 10**5,
    "LAKHS": 10**5,
    "CRORE": 10**7,
    "CRORES": 10**7,
}
_SCALED: Final = re.compile(rf"(.*?)\s*({'|'.join(sorted(_SCALES, key=lambda w: (-len(w), w)))})")
_D: Final = "".join(chinese_number.DIGITS)
_N: Final = _D + "".join(chinese_number.UNITS)
_YUAN_JIAO_FEN: Final = re.compile(rf"(.+?)[元块圆塊圓](?:零)?(?:([\d{_D}])[角毛]?)?(?:零)?(?:([\d{_D}])分)?(?:钱)?")

# In running text: a blob of number characters, then what stands before and after it. A comma belongs to it only as a
# thousands separator; "account 6222...238, 35000" and "3000,5000" are two numbers each.
_BLOB: Final = re.compile(rf"[0-9{_N}](?:[0-9.点{_N}]|(?<![0-9]{{4}}),(?=[0-9]{{2,3}}(?![0-9])))*+")
_BLOB_MAX: Final = 28
_AFTER: Final = re.compile(
    rf"(?:\s?(?:([wW])|[kKmM]|bn|BN|(?i:thousand|million|billion|lakh|crore)s?)(?![A-Za-z0-9]))?"
    rf"(?:\s?((?i:{_alternatives(WORDS, CODES)}))(?![A-Za-z])(?:[\d{_D}][角毛])?(?:[\d{_D}]分)?)?[整正]?"
)
_BEFORE: Final = re.compile(rf"(?:(?<![A-Za-z])|^)(?i:{_alternatives(SIGNS, CODES)})\s?:?\s?-?$")
_BEFORE_ENDS: Final = frozenset(word[-1] for word in (*SIGNS, *CODES)) | frozenset(
    word[-1].lower() for word in (*SIGNS, *CODES)
)
# the cheap question first: may the character after a number begin what _AFTER reads?
_AFTER_STARTS: Final = frozenset(word[0] for word in (*WORDS, *CODES)) | frozenset("wWkKmMbBtTlLcC整正")
_AFTER_LOWER: Final = _AFTER_STARTS | frozenset(c.lower() for c in _AFTER_STARTS)
_SPLIT: Final = re.compile(r"[,.点]")


def scan(folded: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, named) of what may be an amount in folded text; `named` where a currency stands beside it.

    A bare number counts only with 万, 亿 or w. Linear in the length of the text.
    """
    for found in _BLOB.finditer(folded):
        start, end = found.span()
        while folded[end - 1] in ",.点":
            end -= 1
        follows = folded[end : end + 1]
        if follows == " ":
            follows = folded[end + 1 : end + 2]
        # the cheap questions first: most numbers are no amounts
        led = folded[start - 1 : start] if start else ""
        if led in " :-":
            led = folded[max(0, start - 4) : start].rstrip(" :-")[-1:]
        lead = _lead(folded, start) if led in _BEFORE_ENDS else start
        if lead == start:
            if follows not in _AFTER_LOWER and folded[start:end].isascii():
                continue
            if (led and led in "-_@/#") or (led.isascii() and led.isalpha() and folded[start - 1] == led):
                continue
        if end - start > _BLOB_MAX:
            continue
        after = _AFTER.match(folded, end) if follows in _AFTER_LOWER else None
        tail = after.end() if after else end
        word = after[2] if after else None
        if lead == start and not word:
            number = folded[start:end]
            big = number[-1] in "万亿萬億" or (after and after[1]) or any(c in number[1:-1] for c in "万亿萬億")
            if not big:
                continue
        yield lead, tail, lead != start or word is not None
        cuts = list(_SPLIT.finditer(folded, start, end))
        # 1.250,50 has a decimal comma: which number is meant is not guessed
        if cuts and lead == start and "." not in folded[start : cuts[-1].start()]:
            yield cuts[-1].end(), tail, word is not None  # "一是,35000元": the number after the last comma


def _lead(folded: str, start: int) -> int:
    """Where a currency written before a number begins, else `start`."""
    return start - _currency_length(folded[max(0, start - 9) : start])


@lru_cache(maxsize=8192)
def _currency_length(before: str) -> int:
    """How many characters at the end of `before` name a currency; remembered, for texts repeat themselves."""
    found = _BEFORE.search(before)
    return len(before) - found.start() if found else 0


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `amount_minor` minor units (fen, cents, satoshi) of `currency` (ISO 4217, or USDT, USDC, BTC)."""

    amount_minor: int
    currency: str
    original: str


def parse(text: str, currency: str = "CNY", unit: str = "yuan") -> Money | None:
    """One amount, or None when the text is not exactly one (nothing is rounded or guessed).

    `currency` holds where the text names none; `unit` "fen" says that bare numbers are minor units already, "yuan" that
    they are major units. `$` alone is USD and `¥` is CNY unless `currency` itself is written so. More decimals than
    the currency has, `1.200,50` and numbers beyond 64 bits give None.
    """
    if len(text) > _TEXT_MAX:
        return None
    core = fold(text.replace("\uffe5", "¥").replace("₮", "USDT")).strip(" \t\r\n'\"`").upper()
    core, negative = _sign(core)
    prefix = _PREFIX.match(core)
    code = _code(prefix[1], currency) if prefix else None
    if prefix:
        core = core[prefix.end() :].strip()
        if core.startswith("-") and not negative:
            core, negative = core[1:].strip(), True
    whole = core.rstrip("整正")
    value = _yuan_jiao_fen(whole)
    if value is not None:
        named: str | None = "CNY"
    else:
        suffix = _SUFFIX.search(whole)
        named = _code(suffix[1], currency) if suffix else None
        value = _number(whole[: suffix.start()].strip() if suffix else whole)
    if value is None or (code and named and code != named):
        return None
    bare = not code and not named
    final = code or named or currency
    places = 0 if bare and unit == "fen" else exponent(final)
    minor = value.scaleb(places)
    if minor != minor.to_integral_value() or minor > _MINOR_MAX:
        return None
    return Money(-int(minor) if negative else int(minor), final, text)


def _sign(core: str) -> tuple[str, bool]:
    if core.startswith("(") and core.endswith(")"):
        return core[1:-1].strip(), True
    if core.startswith("-"):
        return core[1:].strip(), True
    if core.startswith("+"):
        return core[1:].strip(), False
    if core.endswith("-"):
        return core[:-1].strip(), True
    return core, False


def _code(word: str, currency: str) -> str:
    if word == "¥" and currency == "JPY":
        return "JPY"
    if word == "$" and currency in ("HKD", "SGD", "AUD", "CAD", "TWD", "NZD"):
        return currency
    return SIGNS.get(word) or WORDS.get(word) or word


def _number(core: str) -> Decimal | None:
    if _PLAIN.fullmatch(core):
        return Decimal(core.replace(",", "").replace(" ", "")) if len(core) <= 40 else None
    scaled = _SCALED.fullmatch(core)
    if scaled:
        inner = _number(scaled[1]) if _PLAIN.fullmatch(scaled[1]) else None
        return None if inner is None else inner * _SCALES[scaled[2]]
    if re.search(r"\d\s\d", core):
        return None  # two numbers side by side
    number = core.replace(",", "").replace(" ", "")
    # 12,34万 is no grouping anyone uses
    if "," in core and not re.match(r"\d{1,3}(?:,\d{3})+(?![\d,])", core):
        return None
    return chinese_number.value_of(number)


def _yuan_jiao_fen(core: str) -> Decimal | None:
    """壹佰贰拾元伍角, 12元5角3分, 3块5."""
    found = _YUAN_JIAO_FEN.fullmatch(core)
    if found is None:
        return None
    value = _number(found[1].strip())
    if value is None or ((found[2] or found[3]) and value % 1):
        return None
    for digit, tenth in ((found[2], Decimal("0.1")), (found[3], Decimal("0.01"))):
        if digit:
            value += (int(digit) if digit.isascii() else chinese_number.DIGITS[digit]) * tenth
    return value


def format_money(minor: int, currency: str) -> str:
    """`35,000.00 CNY`: grouped by thousands, with exactly the decimals of the currency."""
    places = exponent(currency)
    whole, part = divmod(abs(minor), 10**places)
    decimals = f".{part:0{places}d}" if places else ""
    return f"{'-' if minor < 0 else ''}{whole:,}{decimals} {currency}"
