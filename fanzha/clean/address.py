"""Postal addresses, as written: folded, and split only where the words of the address itself say how.

The province is written out in full (GB/T 2260: 广东深圳市 is 广东省深圳市), for its name is one of 34 and cannot be mistaken.
Nothing else is looked up, completed or corrected: 朝阳区 alone stays 朝阳区, for there are several.
"""

import re
from dataclasses import dataclass, fields
from functools import cache
from typing import Final

from fanzha.clean.digits import fold, stars
from fanzha.clean.value import Value

KIND: Final = "address"

_LENGTH_MAX: Final = 200
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_SPACE: Final = re.compile(r"\s+")
_BETWEEN_HAN: Final = re.compile(r"(?<=[\u4e00-\u9fff\d,;()\-]) (?=[\u4e00-\u9fff\d])|(?<=[\u4e00-\u9fff]) ")
_NAME: Final = r"[\u4e00-\u9fff]"
_CITY: Final = rf"{_NAME}(?:(?![省市区县旗路号]){_NAME}){{0,7}}?"
_DISTRICT: Final = rf"{_NAME}(?:(?![省县旗路号]){_NAME}){{0,8}}?"
_TOWN: Final = rf"{_NAME}(?:(?![省区县旗路号]){_NAME}){{0,8}}?"
# each part with the word that ends it, the shortest reading first; 市中区, 景德镇市 and 市场 keep their 市 and 镇
_PARTS: Final = (
    (
        "province",
        re.compile(rf"{_NAME}{{2,3}}省|{_NAME}{{2,8}}?自治区|{_NAME}{{2}}特别行政区|(?:北京|上海|天津|重庆)市"),
    ),
    ("city", re.compile(rf"{_CITY}(?:市|自治州|地区|盟)(?![场区县])")),
    # a housing estate (小区, 社区, 园区) is no district: it says where somebody lives
    ("district", re.compile(rf"{_DISTRICT}(?:新区|开发区|自治县|自治旗|(?<![小社园厂校库])区|县|旗|市)(?![场区])")),
    ("township", re.compile(rf"{_TOWN}(?:街道|乡|镇)(?![江市])")),
    ("road", re.compile(r"[\u4e00-\u9fff0-9]{1,12}?(?:大道|路|街|巷|弄|胡同)(?!道)")),
    ("number", re.compile(r"[0-9甲乙丙丁\-]{1,10}号")),
)
# GB/T 2260: code, name without its word, word; of municipalities the word stands before a district, not a city
_PROVINCES: Final = """
11 北京 市|12 天津 市|13 河北 省|14 山西 省|15 内蒙古 自治区|21 辽宁 省|22 吉林 省|23 黑龙江 省|31 上海 市|32 江苏 省|33 浙江 省
34 安徽 省|35 福建 省|36 江西 省|37 山东 省|41 河南 省|42 湖北 省|43 湖南 省|44 广东 省|45 广西 壮族自治区|46 海南 省|50 重庆 市
51 四川 省|52 贵州 省|53 云南 省|54 西藏 自治区|61 陕西 省|62 甘肃 省|63 青海 省|64 宁夏 回族自治区|65 新疆 维吾尔自治区
71 台湾 省|81 香港 特别行政区|82 澳门 特别行政区
"""
_COUNTRY: Final = ("中华人民共和国", "中国")
# forms with a field each for province and city say 北京市北京市
_TWICE: Final = re.compile(r"([\u4e00-\u9fff]{2}市)\1+(?=[\u4e00-\u9fff])")
# a road named after a province, and 海南藏族自治州, which lies in 青海
_NO_PLACE: Final = re.compile(r"[东南西北中]{0,2}(?:[路街道巷弄]|大[道街])|藏族|省|市|自治区|特别行政区")
_BY_NAME: Final = dict(_PARTS)
_MARKS: Final = re.compile(r"省|自治区|市|自治州|区|县|旗|街道|乡|镇|村|路|街|巷|弄|胡同|大道|号|栋|楼|单元|室|小区")
_LATIN: Final = re.compile(r"[A-Za-z0-9*][A-Za-z0-9 .,'#/()*\-]{9,}")
_WORD: Final = re.compile(r"[A-Za-z]{2,}")
_MILLIBITS_PER_PART: Final = 3000
_MILLIBITS_MAX: Final = 24_000


@dataclass(frozen=True, slots=True)
class Parts:
    """What an address names, each part with its own last word (`广东省`, `南山区`, `12号`); empty where it is not written."""

    province: str = ""
    city: str = ""
    district: str = ""
    township: str = ""
    road: str = ""
    number: str = ""
    rest: str = ""


@cache
def provinces() -> dict[str, tuple[str, str]]:
    """Name of a province without its word -> (code of GB/T 2260, full name): 广东 -> ("44", "广东省")."""
    listed = (entry.split(" ") for entry in _PROVINCES.replace("\n", "|").strip("|").split("|"))
    return {name: (code, name + word) for code, name, word in listed}


def _folded(text: str) -> str:
    spaced = _SPACE.sub(" ", stars(fold(text)).replace("，", ",").replace("、", ",")).strip(" ,;\"'")
    if not _HAN.search(spaced):
        return spaced.upper()
    whole = _BETWEEN_HAN.sub("", spaced)
    for country in _COUNTRY:  # 中国银行大厦 keeps its name: no province follows
        bare = whole.removeprefix(country)
        if bare != whole and _leading_province(bare):
            whole = bare
    return _TWICE.sub(r"\1", _province_in_full(whole))


def _leading_province(written: str) -> str:
    return next((written[:n] for n in (3, 2) if written[:n] in provinces()), "")


def _province_in_full(written: str) -> str:
    """The full name of the province where a city (or a district of a municipality) follows its short name."""
    name = _leading_province(written)
    if not name or _NO_PLACE.match(written, len(name)):
        return written
    full, rest = provinces()[name][1], written[len(name) :]
    followed = _BY_NAME["city"].match(rest) or (full.endswith(("市", "行政区")) and _BY_NAME["district"].match(rest))
    return full + rest if followed else written


def parse(text: str) -> Value | None:
    """A Chinese address with two words of place at least (省, 市, 路, 号 ...), or a Latin one with a number and two words.

    Chinese is written without spaces, Latin in upper case. No one can check an address here: it is as valid as it is read.
    """
    if len(text) > _LENGTH_MAX:
        return None
    normal = _folded(text)
    if _HAN.search(normal):
        found = len(_MARKS.findall(normal)) >= 2
    else:
        found = bool(
            normal.isascii()
            and _LATIN.fullmatch(normal)
            and len(_WORD.findall(normal)) >= 2
            and any(c.isdigit() or c == "*" for c in normal)
            and " " in normal
        )
    return Value(KIND, normal, text, True, "*" in normal) if found else None


def split(normal: str) -> Parts:
    """The parts of a Chinese address in order, each read only where it stands at the beginning of what is left.

    What no word ends goes to `rest`, as does a Latin address whole.
    """
    held: dict[str, str] = {}
    left = normal
    for name, pattern in _PARTS:
        found = pattern.match(left)
        if found is not None:
            held[name] = found[0]
            left = left[found.end() :].lstrip(",;")
    return Parts(**held, rest=left)


def province_code(normal: str) -> str:
    """The code of GB/T 2260 (two digits) of the province an address names in full; empty where it names none."""
    return next((code for code, full in provinces().values() if normal.startswith(full)), "")


def validate(normal: str) -> bool:
    """Whether this reads as an address and is in normal form."""
    value = parse(normal)
    return value is not None and value.normal == normal


def masked(normal: str) -> str:
    """Down to the district, the rest hidden: `广东省深圳市南山区****`; of a Latin address what follows the last comma."""
    if _HAN.search(normal):
        parts = split(normal)
        return f"{parts.province}{parts.city}{parts.district}****"
    last = normal.rpartition(",")[2].strip() if "," in normal else ""
    return "****" if not last or any(c.isdigit() for c in last) else f"****, {last}"


def specificity(normal: str) -> int:
    """Milli-bits, low: three for each part that is written, six for a number, at most 24; a building holds many people."""
    if not _HAN.search(normal):
        return min(_MILLIBITS_MAX, _MILLIBITS_PER_PART * len(normal.split(" ")))
    parts = split(normal)
    written = sum(bool(getattr(parts, part.name)) for part in fields(parts))
    return min(_MILLIBITS_MAX, _MILLIBITS_PER_PART * (written + bool(parts.number)))
