"""Amounts of money as integer minor units beside an ISO 4217 code. Never a float."""

import re
from dataclasses import dataclass
from decimal import Decimal
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
_PLAIN: Final = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2}){1,6},\d{3}|\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?|\.\d+")
_SCALES: Final = {
    "W": 10**4, "K": 10**3, "M": 10**6, "BN": 10**9, "B": 10**9, "THOUSAND": 10**3, "MILLION": 10**6,
    "BILLION": 10**9, "LAKH": 10**5, "LAKHS": 10**5, "CRORE": 10**7, "CRORES": 10**7,
}
_SCALED: Final = re.compile(rf"(.*?)\s*({'|'.join(sorted(_SCALES, key=lambda w: (-len(w), w)))})")
_D: Final = "".join(chinese_number.DIGITS)
_N: Final = _D + "".join(chinese_number.UNITS)
_YUAN_JIAO_FEN: Final = re.compile(rf"(.+?)[元块圆塊圓](?:零)?(?:([\d{_D}])[角毛]?)?(?:零)?(?:([\d{_D}])分)?(?:钱)?")

_NUMBER: Final = r"\d{1,3}(?:,\d{2,3}){1,6}(?:\.\d{1,8})?|\d{1,16}(?:\.\d{1,8})?"
_SCALE_ZH: Final = rf"\s?(?:[{''.join(chinese_number.UNITS)}][\d{_N}]{{0,12}}|[wW](?![A-Za-z])|[kK](?![A-Za-z]))"
_SCALE_EN: Final = r"(?:\s?(?:[kKmM](?![A-Za-z])|bn(?![A-Za-z])|(?i:thousand|million|billion|lakh|crore)s?))"
_WORD: Final = rf"(?:{_alternatives(WORDS)}|{_alternatives(CODES)})"
_WORD_END: Final = r"(?![A-Za-z])"
# What may be an amount inside running text. Every repeat is bounded, so a scan is linear in the text.
IN_TEXT: Final = re.compile(
    rf"(?<![A-Za-z0-9.,])(?i:{_alternatives(SIGNS, CODES)})\s?:?\s?-?(?:{_NUMBER})(?:{_SCALE_ZH}|{_SCALE_EN})?"
    rf"(?:\s?(?i:{_WORD}){_WORD_END})?(?![\d])"
    rf"|(?<![A-Za-z0-9.,\-])(?:{_NUMBER})(?:{_SCALE_ZH}|{_SCALE_EN})?\s?(?i:{_WORD}){_WORD_END}(?:[\d{_D}]角)?(?:[\d{_D}]分)?[整正]?"
    rf"|(?<![A-Za-z0-9.,\-])(?:{_NUMBER})\s?(?:[万亿][\d{_N}]{{0,10}}|[wW](?![A-Za-z0-9]))"
    rf"|(?<![{_N}])[{_N}]{{1,24}}(?:点[{_D}]{{1,4}}[万亿千百])?(?:{_alternatives(WORDS)})(?:[{_D}]角)?(?:[{_D}]分)?[整正]?"
    rf"|(?<![{_N}])[{_D}十百千拾佰仟][{_N}]{{0,16}}[万亿萬億][{_N}]{{0,12}}"
)


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
