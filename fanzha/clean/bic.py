"""Business identifier codes of banks and firms: ISO 9362:2022 (BIC, also called SWIFT code)."""

import re
from typing import Final

from fanzha.clean.digits import compact
from fanzha.clean.value import Value

KIND: Final = "bic"

_SHAPE: Final = re.compile(r"[0-9A-Z]{4}[A-Z]{2}[0-9A-Z]{2}(?:[0-9A-Z]{3})?")
_PRIMARY: Final = "XXX"
_MILLIBITS: Final = 15_000  # ~30,000 connected institutions
# ISO 3166-1 alpha-2, and XK that ISO 9362 uses for Kosovo
_COUNTRIES: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD "
    "CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF "
    "GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
    "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA "
    "NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI "
    "SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
    "VN VU WF WS YE YT ZA ZM ZW XK"
)
COUNTRIES: Final = frozenset(_COUNTRIES.split())


def parse(text: str) -> Value | None:
    """A code of 8 or 11 characters. `XXX`, the primary office, is left out of the normal form.

    An unknown country is problem `country`; a 0 in the eighth place, which is for test and training, problem `test`.
    """
    if len(text) > 100:
        return None
    code = compact(text).upper()
    if not _SHAPE.fullmatch(code):
        return None
    problem = "country" if code[4:6] not in COUNTRIES else "test" if code[7] == "0" else ""
    return Value(KIND, code.removesuffix(_PRIMARY) if len(code) == 11 else code, text, not problem, False, problem)


def validate(normal: str) -> bool:
    """Whether this is a code in normal form of a known country, not for test."""
    value = parse(normal)
    return value is not None and value.valid and value.normal == normal


def masked(normal: str) -> str:
    """As it is: it names an institution, not a person."""
    return normal


def specificity(normal: str) -> int:
    """Milli-bits: one of some 30,000 institutions, each with many customers."""
    return _MILLIBITS if _SHAPE.fullmatch(normal) else 0
