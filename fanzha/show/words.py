"""The command line's sentences, in the language chosen once at the start."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

LANGUAGES = ("zh", "en")


@cache
def _sentences() -> dict[str, dict[str, str]]:
    text = (files("fanzha.show") / "words.yaml").read_text(encoding="utf-8")
    sentences: dict[str, dict[str, str]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return sentences


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences in one language ("zh" or "en")."""

    lang: str

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of schema `words.yaml` called `key`, with its values filled in."""
        return _sentences()[key][self.lang].format(**values)

    def pick(self, en: str, zh: str) -> str:
        """The one of two texts that is in this language."""
        return zh if self.lang == "zh" else en


def choose_language(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """The language of a run: `--lang zh|en`, else FANZHA_LANG, else the locale; English if nothing says Chinese."""
    for place, argument in enumerate(arguments):
        value = argument.partition("=")[2] if argument.startswith("--lang=") else ""
        if argument == "--lang" and place + 1 < len(arguments):
            value = arguments[place + 1]
        if value in LANGUAGES:
            return value
    wish = next(
        (environment[name] for name in ("FANZHA_LANG", "LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    return "zh" if wish.startswith("zh") else "en"
