"""Texts written for Fanzha to train on (`fanzha/recognise/written`): messages, posts, mails and calls for which there is little open data.

A language model wrote them from knowledge of the field, without having seen the sets that recall is measured on. They hold no person's data: places
for links, numbers and accounts are filled here with invented ones, the same at every reading.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Final

from fanzha.recognise.labelled import Labelled, files_in, read

FOLDER: Final = "written"
SOURCE: Final = "written_"  # what the names of these sources begin with
_PLACE: Final = re.compile(r"\{(link|short|phone|account|code|mail|handle)\}")
_TRUNKS: Final = {"vi": "09", "th": "08", "id": "081", "ko": "010", "zh": "138", "en": "555"}
_MADE: Final[Mapping[str, Callable[[int, str], str]]] = {
    "link": lambda drawn, _: f"https://www.{_word(drawn)}.example/{_word(drawn >> 20)}",
    "short": lambda drawn, _: f"bit.ly/{_word(drawn)[:3]}{drawn % 10_000}",
    "phone": lambda drawn, lang: f"{_TRUNKS.get(lang, '0')}{drawn % 10_000_000:07d}",
    "account": lambda drawn, _: f"{drawn % 10**12:012d}",
    "code": lambda drawn, _: f"{drawn % 1_000_000:06d}",
    "mail": lambda drawn, _: f"{_word(drawn)}@{_word(drawn >> 20)}.example",
    "handle": lambda drawn, _: f"{_word(drawn)}_{drawn % 1_000}",
}


def written() -> list[Labelled]:
    """All of them, in order; the name of a source is `written_` and the name of its file."""
    folder = Path(str(files("fanzha.recognise") / FOLDER))
    return [replace(row, source=SOURCE + row.source, text=filled(row.text, row.lang)) for row in read(files_in(folder))]


def filled(text: str, lang: str = "") -> str:
    """A text with each place (`{link}`, `{short}`, `{phone}`, `{account}`, `{code}`, `{mail}`, `{handle}`) filled: by the text and
    the place alone, so that it is the same every time. Addresses are of the reserved ending .example, but for the shortened ones."""

    def fill(found: re.Match[str]) -> str:
        digest = blake2b(f"{found.start()} {text}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return _MADE[found[1]](int.from_bytes(digest), lang)

    return _PLACE.sub(fill, text)


def _word(drawn: int) -> str:
    """A word of three syllables that means nothing."""
    return "".join("bdfgklmnprst"[drawn >> 6 * at & 7] + "aeiou"[(drawn >> 6 * at + 3 & 7) % 5] for at in range(3))
