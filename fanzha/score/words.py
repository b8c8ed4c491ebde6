"""The words of the score, in both languages, from words.yaml."""

from functools import cache
from importlib.resources import files

import yaml

from fanzha.document.page import Said
from fanzha.document.words import typeset


@cache
def groups() -> dict[str, dict[str, dict[str, str]]]:
    """words.yaml as read: {group: {code: {en, zh, ...}}}."""
    text = (files("fanzha.score") / "words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, dict[str, str]]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def entry(group: str, code: str) -> dict[str, str]:
    """One entry; KeyError if words.yaml lacks it, which a test rules out."""
    return groups()[group][code]


def said(group: str, code: str, field: str = "", **values: object) -> Said:
    """One sentence of an entry ("" is its name, else `top`, `bottom` or `note`), its places filled; empty if it has none."""
    found = entry(group, code)
    en, zh = (found.get(f"{field}_{lang}" if field else lang, "") for lang in ("en", "zh"))
    zh = typeset(zh)
    return Said(en.format(**values), zh.format(**values)) if values else Said(en, zh)


def called(group: str, code: str) -> Said:
    """The name of a code where there is one; the code itself, as a value of the world, where there is none."""
    found = groups()[group].get(code)
    return Said(found["en"], found["zh"]) if found else Said(code, code)
