"""Identities of mobile subscribers: 3GPP TS 23.003 section 2.2; mobile country codes of ITU-T E.212.

At most fifteen digits: country (MCC, 3), network (MNC, 2 or 3), subscriber (MSIN). How long the MNC is depends on the
country; where a country uses both lengths it is not guessed.
"""

import re
from functools import cache
from typing import Final

from fanzha.clean.digits import MILLIBITS_PER_DIGIT, compact, is_digits, stars
from fanzha.clean.value import Value

KIND: Final = "imsi"

# ITU-T E.212 as listed in 2026-01: country, then its codes; ** is a code shared by several territories or by no country
_CODES: Final = """
GR 202|NL 204|BE 206|FR 208|MC 212|AD 213|ES 214|HU 216|BA 218|HR 219|RS 220|XK 221|IT 222|VA 225|RO 226|CH 228|CZ 230|SK 231
AT 232|GB 234 235|DK 238|SE 240|NO 242|FI 244|LT 246|LV 247|EE 248|RU 250|UA 255|BY 257|MD 259|PL 260|DE 262|GI 266|PT 268
LU 270|IE 272|IS 274|AL 276|MT 278|CY 280|GE 282|AM 283|BG 284|TR 286|FO 288|GL 290|SM 292|SI 293|MK 294|LI 295|ME 297
CA 302|PM 308|US 310 311 312 313 314 315 316|PR 330|MX 334|JM 338|BB 342|AG 344|KY 346|VG 348|BM 350|GD 352|MS 354|KN 356
LC 358|VC 360|AW 363|BS 364|AI 365|DM 366|CU 368|DO 370|HT 372|TT 374|TC 376|AZ 400|KZ 401|BT 402|IN 404 405 406|PK 410
AF 412|LK 413|MM 414|LB 415|JO 416|SY 417|IQ 418|KW 419|SA 420|YE 421|OM 422|AE 424|IL 425|BH 426|QA 427|MN 428|NP 429
IR 432|UZ 434|TJ 436|KG 437|TM 438|JP 440 441|KR 450|VN 452|HK 454|MO 455|KH 456|LA 457|CN 460 461|TW 466|KP 467|BD 470
MV 472|MY 502|AU 505|ID 510|TL 514|PH 515|TH 520|SG 525|BN 528|NZ 530|NR 536|PG 537|TO 539|SB 540|VU 541|FJ 542|WF 543
AS 544|KI 545|NC 546|PF 547|CK 548|WS 549|FM 550|MH 551|PW 552|TV 553|TK 554|NU 555|EG 602|DZ 603|MA 604|TN 605|LY 606
GM 607|SN 608|MR 609|ML 610|GN 611|CI 612|BF 613|NE 614|TG 615|BJ 616|MU 617|LR 618|SL 619|GH 620|NG 621|TD 622|CF 623
CM 624|CV 625|ST 626|GQ 627|GA 628|CG 629|CD 630|AO 631|GW 632|SC 633|SD 634|RW 635|ET 636|SO 637|DJ 638|KE 639|TZ 640
UG 641|BI 642|MZ 643|ZM 645|MG 646|ZW 648|NA 649|MW 650|LS 651|BW 652|SZ 653|KM 654|ZA 655|ER 657|SH 658|SS 659|BZ 702
GT 704|SV 706|HN 708|NI 710|CR 712|PA 714|PE 716|AR 722|BR 724|CL 730|CO 732|VE 734|BO 736|GY 738|EC 740|PY 744|SR 746
UY 748|FK 750|IO 995|** 289 340 362 647 742 901 902
"""
_TEST: Final = frozenset(("001", "991", "999"))  # test and private networks: many cards carry one number
# countries whose network codes have three digits, and those with both lengths
_THREE: Final = "302 310 311 312 313 314 316 330 334 342 344 346 348 352 354 356 358 360 365 366 376 708 732 750"
_BOTH: Final = "208 214 240 250 255 262 338 350 374 405 441 454 467 502 525 710 714 722 738"
_PARTIAL: Final = re.compile(r"[0-9*]{14,15}")
_VISIBLE_MIN: Final = 4
_NETWORK: Final = 5


@cache
def countries() -> dict[str, str]:
    """MCC -> ISO 3166 code, or `**` where several territories share one or it belongs to no country."""
    listed = (entry.split(" ") for entry in _CODES.replace("\n", "|").strip("|").split("|"))
    return {mcc: country for country, *codes in listed for mcc in codes}


def parse(text: str) -> Value | None:
    """An IMSI of 14 or 15 digits, full or masked `46000******7890`.

    Problem `prefix` where no country has the code, `placeholder` for test networks and a subscriber of one repeated digit.
    """
    if len(text) > 100:
        return None
    number = compact(text)
    if is_digits(number):
        if not 14 <= len(number) <= 15:
            return None
        problem = _problem(number)
        return Value(KIND, number, text, not problem, False, problem)
    hidden = stars(number, "xX")
    if not hidden.isascii() or not _PARTIAL.fullmatch(hidden) or len(hidden) - hidden.count("*") < _VISIBLE_MIN:
        return None
    return Value(KIND, hidden, text, True, True)


def _problem(number: str) -> str:
    if number[:3] in _TEST or not number[_NETWORK:].strip(number[-1]):
        return "placeholder"
    return "" if number[:3] in countries() else "prefix"


def split(normal: str) -> tuple[str, str, str]:
    """(MCC, MNC, MSIN) of a full number; MNC is empty, and MSIN all the rest, where the country uses both lengths."""
    mcc = normal[:3]
    if mcc in _BOTH.split() or countries().get(mcc, "**") == "**":
        return mcc, "", normal[3:]
    end = 6 if mcc in _THREE.split() else 5
    return mcc, normal[3:end], normal[end:]


def country(normal: str) -> str:
    """ISO 3166 code of the home network's country; empty where the code names none."""
    return countries().get(normal[:3], "").strip("*")


def validate(normal: str) -> bool:
    """Whether this is a full number in normal form of a country that exists."""
    return 14 <= len(normal) <= 15 and is_digits(normal) and not _problem(normal)


def masked(normal: str) -> str:
    """Country and network in part, last four: `46000******7890`."""
    return f"{normal[:_NETWORK]}******{normal[-4:]}"


def specificity(normal: str) -> int:
    """Milli-bits of the visible places of the subscriber; networks are few."""
    return sum(MILLIBITS_PER_DIGIT for c in normal[_NETWORK:] if c != "*")
