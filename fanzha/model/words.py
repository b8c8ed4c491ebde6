"""The vocabularies of the field, kept as YAML that an officer can read: stages, roles, scam types, reasons, orders."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a vocabulary: its code and what it is called, with the remedy or note where there is one."""

    code: str
    en: str
    zh: str
    note_en: str = ""
    note_zh: str = ""

    def say(self, lang: str) -> str:
        """The word in `lang` ("zh" or "en")."""
        return self.zh if lang == "zh" else self.en

    def note(self, lang: str) -> str:
        """The note in `lang` ("zh" or "en"); may be empty."""
        return self.note_zh if lang == "zh" else self.note_en


@cache
def vocabulary(name: str) -> dict[str, Term]:
    """The terms of `schema/<name>.yaml`, by code, in the file's order."""
    text = (files("fanzha.model") / "schema" / f"{name}.yaml").read_text(encoding="utf-8")
    terms = {}
    for code, raw in yaml.load(text, Loader=yaml.CSafeLoader).items():
        terms[str(code)] = Term(
            str(code), raw["en"], raw["zh"], str(raw.get("note_en", "")), str(raw.get("note_zh", ""))
        )
    return terms
