"""The grounds of steps, as an officer reads them: grounds.yaml."""

from functools import cache
from importlib.resources import files

import yaml

from fanzha.model.words import Term


@cache
def grounds() -> dict[str, Term]:
    """The grounds by code, in the file's order."""
    text = (files("fanzha.respond") / "grounds.yaml").read_text(encoding="utf-8")
    raw = yaml.load(text, Loader=yaml.CSafeLoader)
    return {code: Term(code, said["en"], said["zh"]) for code, said in raw.items()}
