"""The words of the pages, in both languages, from words.yaml; nothing a reader sees is written in code."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from fanzha.document.html import Child, Markup, el, escape, join
from fanzha.document.page import Said, Text
from fanzha.model.words import vocabulary

LANGS = ("zh", "en")
_NARROW_MARK = re.compile("(?<=[\u4e00-\u9fff“”])[,:;](?! )|[,:;](?=[\u4e00-\u9fff“”])")
_WIDE = {",": "，", ":": "：", ";": "；"}
_PLACE = re.compile(r"\{([a-z_]+)\}")


@cache
def groups() -> dict[str, dict[str, dict[str, str]]]:
    """words.yaml as read: {group: {code: {en, zh, note_en?, note_zh?}}}."""
    text = (files("fanzha.document") / "words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, dict[str, str]]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def word(key: str) -> Said:
    """One word of the interface; KeyError if words.yaml lacks it, which a test rules out."""
    entry = groups()["words"][key]
    return Said(entry["en"], entry["zh"])


def code_name(group: str, code: str) -> Said:
    """What a code is called. A code that words.yaml does not know is shown as it is, never hidden."""
    entry = groups()[group].get(code)
    return Said(entry["en"], entry["zh"]) if entry else Said(code, code)


def code_note(group: str, code: str) -> Said:
    """The explanation beside a code; empty if there is none."""
    entry = groups()[group].get(code, {})
    return Said(entry.get("note_en", ""), entry.get("note_zh", ""))


def term(name: str, code: str) -> Said:
    """What the model's vocabulary `name` calls `code`; the code itself if it is not there."""
    found = vocabulary(name).get(code)
    return Said(found.en, typeset(found.zh)) if found else Said(code, code)


def typeset(zh: str) -> str:
    """Chinese text with the full-width marks Chinese is set with, where a narrow one stands beside a Chinese character."""
    return _NARROW_MARK.sub(lambda match: _WIDE[match.group()], zh)


def term_note(name: str, code: str) -> Said:
    """The note of the model's vocabulary `name` on `code`; empty if there is none."""
    found = vocabulary(name).get(code)
    return Said(found.note_en, typeset(found.note_zh)) if found else Said("", "")


def pick(text: Text, lang: str) -> str:
    """The text in one language."""
    if isinstance(text, str):
        return text
    return text.zh if lang == "zh" else text.en


def put(said: Said, values: Mapping[str, Text]) -> Said:
    """`said` with its {places} filled with text."""
    return Said(
        *(_put(pick(said, lang), {name: pick(value, lang) for name, value in values.items()}) for lang in ("en", "zh"))
    )


def _put(template: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda match: values[match.group(1)], template)


def plural(said: Said, count: int) -> Said:
    """English "one|many" resolved for `count`; Chinese needs no plural."""
    one, _, many = said.en.partition("|")
    return Said(one if count == 1 or not many else many, said.zh)


def both(text: Text, tag: str = "span", extra: Mapping[str, str | int | float] | None = None) -> Markup:
    """The text in both languages, of which the page shows one; a single element where they are the same."""
    more = dict(extra or {})
    if isinstance(text, str) or text.en == text.zh:
        shown = pick(text, "en")
        return el(tag, more, shown) if more or tag != "span" else escape(shown)
    return join(
        el(tag, {**more, "class": f"{lang} {more.get('class', '')}".strip(), "lang": _TAGS[lang]}, pick(text, lang))
        for lang in LANGS
    )


_TAGS = {"zh": "zh-CN", "en": "en"}


def per_language(made: Mapping[str, Child], tag: str = "span") -> Markup:
    """Markup made once per language, each wrapped so that the page shows one of them."""
    return join(el(tag, {"class": lang, "lang": _TAGS[lang]}, made[lang]) for lang in LANGS)


def fill(text: Text, values: Mapping[str, Child]) -> Markup:
    """The text in both languages with its {places} filled with markup."""
    return per_language({lang: _filled(pick(text, lang), values) for lang in LANGS})


def _filled(template: str, values: Mapping[str, Child]) -> Markup:
    parts = _PLACE.split(template)
    return join(values[part] if index % 2 else part for index, part in enumerate(parts))


def bilingual(text: Text) -> str:
    """Both languages in one string, for tooltips and titles."""
    zh, en = pick(text, "zh"), pick(text, "en")
    return zh if zh == en else f"{zh} · {en}"
