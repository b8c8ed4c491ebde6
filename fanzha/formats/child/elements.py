"""XML, streamed and without what XML can be made to do: a document type declaration is refused, so no entity can be declared
or fetched, and no token may be long (older expats take quadratic time over one).

The parser knows no encoding of several bytes a character but Unicode's: a document that declares another is transcoded first.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from fanzha.formats.child.saying import NotThis, TooMuch

STEP = 1 << 20
TOKEN_BYTES_MAX = 16 << 20
# A declared encoding that the parser does not know, and the codec for it (run.py loads these before it gives up files).
CODECS = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "cp936", "x-gbk", "windows-936"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "cp950"), "big5"),
    **dict.fromkeys(("shift_jis", "shift-jis", "windows-31j"), "shift_jis"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "euc_kr"),
}
_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.-]{1,40})["']""")


@dataclass(slots=True)
class Node:
    """An element with its children, by local name."""

    tag: str
    currency: str = ""
    text: str = ""
    children: "list[Node]" = field(default_factory=list)

    def all(self, *path: str) -> "Iterator[Node]":
        """Every element at the end of the path."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.tag == path[0]:
                yield from child.all(*path[1:])

    def at(self, *paths: str) -> str:
        """The text of the first path that has one; a path is names parted by /."""
        for path in paths:
            for node in self.all(*path.split("/")):
                if node.text.strip():
                    return " ".join(node.text.split())
        return ""

    def money(self, *paths: str) -> tuple[str, str]:
        """(number, currency) of the first path that has one."""
        for path in paths:
            for node in self.all(*path.split("/")):
                if node.text.strip():
                    return node.text.strip(), node.currency
        return "", ""


def parse(
    pipe: BinaryIO,
    start: Callable[[str, dict[str, str]], None],
    data: Callable[[str], None],
    end: Callable[[str], None],
) -> None:
    """Hand on elements and text as they come; the name of an element is its namespace, a blank, its local name.

    Raises NotThis where the document is damaged or declares a document type, TooMuch where a token is too long.
    """
    chunk = pipe.read(STEP)
    declared = _DECLARED.match(chunk)
    codec = CODECS.get(declared[1].decode().lower()) if declared else None
    decoder = codecs.getincrementaldecoder(codec)() if codec else None
    parser = expat.ParserCreate("utf-8" if codec else None, namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    fed = 0
    try:
        while chunk:
            part = decoder.decode(chunk).encode() if decoder else chunk
            parser.Parse(part, False)
            fed += len(part)
            if fed - parser.CurrentByteIndex > TOKEN_BYTES_MAX:
                raise TooMuch
            chunk = pipe.read(STEP)
        parser.Parse(decoder.decode(b"", True).encode() if decoder else b"", True)
    except (expat.ExpatError, UnicodeError, LookupError, ValueError) as error:
        raise NotThis from error


def _refuse(*_: object) -> None:
    raise NotThis
