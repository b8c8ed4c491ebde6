"""Telephone numbers: E.164 for subscribers, the bare number for Chinese service numbers.

Sources: ITU-T E.164; the numbering plan of the phonenumbers library (libphonenumber metadata); 电信网编号计划 (2017) for
service numbers (95, 96, 100xx, 12xxx, 106 ports, 400, 800) and for the prefixes of virtual operators.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from fanzha.clean.digits import MILLIBITS_PER_DIGIT, fold, is_digits, stars
from fanzha.clean.value import Value

KIND: Final = "phone"

_VIRTUAL: Final = ("162", "165", "167", "170", "171")
# A NUL stands before and behind each number, see `bare`.
_NOISE: Final = re.compile(r"[\s\-().·/_\"'`~]+")
_EXTENSION: Final = re.compile(r"(?:转|分机|e[xX][tT]\.?|E[xX][tT]\.?|#|;[eE][xX][tT]=)\s{0,3}:?\d{1,6}(?=\s*\0)")
_LABEL: Final = re.compile(r"\0\s*(?:tel|phone|mobile|电话|手机)\s{0,3}[::]?", re.IGNORECASE)
TOLL_FREE: Final = re.compile(r"[48]00\d{7}")
SMS_PORT: Final = re.compile(r"106\d{5,17}")
SHORT: Final = re.compile(r"11[049]|12[0-29]|100\d{2}|101\d{2}|11[68]\d{2,3}|12110\d{0,7}|12\d{3}|95\d{3,6}|96\d{3,4}")
_PARTIAL_MOBILE: Final = re.compile(r"(?:\+86|86)?(1[3-9*][\d*]{9})")
_PARTIAL_FIXED: Final = re.compile(r"(?:\+86|0)([1-9]\d{1,2}[\d*]{7,8})")
_PARTIAL_ABROAD: Final = re.compile(r"\+[1-9]\d[\d*]{5,13}")
_VISIBLE_MIN: Final = 4
TEXT_MAX: Final = 100
_MOBILE_PREFIX_MILLIBITS: Final = 5400  # ~42 allocated prefixes of three digits


@cache
def cn_mobile() -> re.Pattern[str]:
    """Allocated mobile numbers of China, from the same metadata that `phonenumbers.is_valid_number` reads."""
    from phonenumbers import PhoneMetadata  # 50 ms to import: only when a number is first read

    metadata = PhoneMetadata.metadata_for_region("CN", None)
    if metadata is None or metadata.mobile is None or metadata.mobile.national_number_pattern is None:
        raise RuntimeError("phonenumbers carries no metadata for CN mobiles")
    return re.compile(metadata.mobile.national_number_pattern)


def parse(text: str, region: str = "CN") -> Value | None:
    """A telephone number as dialled in `region` (ISO 3166 code), full or masked `138****1234`; None when it is none.

    `1[3-9]` and nine digits under a prefix nobody was given stays, with `valid=False`, problem `prefix`; a number with a
    country code that the plan does not know stays with problem `prefix` or `length`. Extensions are dropped.
    """
    if len(text) == 11 and text[0] == "1" and text[1] in "3456789" and region == "CN" and is_digits(text):
        return _mobile(text, text)
    if len(text) == 14 and text.startswith("+861") and text[4] in "3456789" and is_digits(text[1:]):
        return _mobile(text[3:], text)
    number = bare([text])[0]
    if number.startswith("00") and region == "CN":
        number = "+" + number[2:]
    hidden = stars(number, "xX")
    if "*" in hidden:
        return _partial(hidden, text, region)
    if not is_digits(number.removeprefix("+")):
        return None
    return _chinese(number, text, region) or _international(number, text, region)


def bare(texts: Sequence[str]) -> list[str]:
    """The signs of each number without label, extension and separators; nothing where a text is too long to be one."""
    folded = [fold(text) if len(text) <= TEXT_MAX and "\0" not in text else "" for text in texts]
    joined = "\0".join(["", *folded, ""])  # each pattern is looked for once in all, not once in each
    return _NOISE.sub("", _EXTENSION.sub("", _LABEL.sub("\0", joined))).split("\0")[1:-1]


def _mobile(national: str, text: str) -> Value:
    if cn_mobile().fullmatch(national):
        return Value(KIND, f"+86{national}", text)
    return Value(KIND, f"+86{national}", text, False, False, "prefix")


def _chinese(number: str, text: str, region: str) -> Value | None:
    """Chinese mobiles and service numbers; None sends the rest to the general plan."""
    if number.startswith("+86"):
        national = number[3:]
    elif region != "CN" or number.startswith("+"):
        return None
    elif len(number) == 13 and number.startswith("861") and number[3] in "3456789":
        national = number[2:]
    elif len(number) == 12 and number.startswith("01") and number[2] in "3456789":
        national = number[1:]  # a mobile of another city, as once dialled: 0 and eleven digits
    else:
        national = number
    if len(national) == 11 and national[0] == "1" and national[1] in "3456789":
        return _mobile(national, text)
    abroad = number.startswith("+")
    if TOLL_FREE.fullmatch(national) or (SHORT.fullmatch(national) and (not abroad or len(national) <= 6)):
        return Value(KIND, national, text)
    # +86 10 6xxx xxxx is a Beijing line; 106... without a country code is an SMS port
    if SMS_PORT.fullmatch(national) and not (abroad and len(national) == 10):
        return Value(KIND, national, text)
    return None


@lru_cache(maxsize=65536)
def _lookup(number: str, region: str) -> tuple[str, bool, str] | None:
    """(E.164, valid, problem) by the phonenumbers library, or None when it cannot be a number at all."""
    import phonenumbers

    phonenumbers.enable_pattern_cache()  # `re` itself forgets all but 512 patterns: ten times slower over many regions
    try:
        found = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_valid_number(found):
        return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164), True, ""
    if not number.startswith("+"):
        return None
    return number, False, "prefix" if phonenumbers.is_possible_number(found) else "length"


def dialled_in(text: str, regions: Sequence[str]) -> tuple[str, ...]:
    """Those of `regions` (ISO 3166 codes) whose plan has the number as it is written there, in their order; none with a country code."""
    number = bare([text])[0]
    if not is_digits(number) or number.startswith("00"):
        return ()
    return tuple(one for one in regions if (found := _lookup(number, one)) is not None and found[1])


def _international(number: str, text: str, region: str) -> Value | None:
    if not 5 <= len(number) <= 21:
        return None
    found = _lookup(number, region)
    if found is None:
        return None
    normal, valid, problem = found
    return Value(KIND, normal, text, valid, False, problem)


def _partial(hidden: str, text: str, region: str) -> Value | None:
    visible = hidden.replace("*", "").removeprefix("+")
    if not is_digits(visible) or len(visible) < _VISIBLE_MIN:
        return None
    found = _PARTIAL_MOBILE.fullmatch(hidden) if region == "CN" or hidden.startswith("+86") else None
    found = found or (_PARTIAL_FIXED.fullmatch(hidden) if region == "CN" else None)
    if found:
        return Value(KIND, f"+86{found[1]}", text, True, True)
    return Value(KIND, hidden, text, True, True) if _PARTIAL_ABROAD.fullmatch(hidden) else None


def kind_of(normal: str) -> str:
    """Sort of number: mobile, fixed, toll_free, short_code, sms_port, virtual, international or partial."""
    if "*" in normal:
        return "partial"
    if not normal.startswith("+"):
        if TOLL_FREE.fullmatch(normal):
            return "toll_free"
        return "sms_port" if SMS_PORT.fullmatch(normal) else "short_code"
    if not normal.startswith("+86"):
        return "international"
    national = normal[3:]
    if len(national) == 11 and national[0] == "1" and national[1] in "3456789":
        return "virtual" if national.startswith(_VIRTUAL) else "mobile"
    return "fixed"


def validate(normal: str) -> bool:
    """Whether this is a full number in normal form that the numbering plan allows."""
    value = parse(normal)
    return value is not None and value.valid and not value.partial and value.normal == normal


def masked(normal: str) -> str:
    """`+86138****1234`; service numbers stay as they are: they belong to no person."""
    if not normal.startswith("+"):
        return normal
    if len(normal) < 11:
        return f"{normal[:3]}****{normal[-2:]}"
    return f"{normal[:-8]}****{normal[-4:]}"


def specificity(normal: str) -> int:
    """Milli-bits: the prefix of a mobile is one of about 42, every further visible digit one of ten."""
    if normal.startswith("+86") and len(normal) == 14 and normal[3] == "1":
        prefix = _MOBILE_PREFIX_MILLIBITS if "*" not in normal[4:6] else 0
        return prefix + (len(normal) - 6 - normal.count("*", 6)) * MILLIBITS_PER_DIGIT
    digits = sum("0" <= c <= "9" for c in normal)
    # the first one or two digits are the country or service code
    return max(digits - 2, 1) * MILLIBITS_PER_DIGIT
