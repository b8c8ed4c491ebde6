"""Where a line of Chinese, Latin or mixed text may end.

Between Chinese characters anywhere, but no closing mark begins a line and no opening mark ends one (the basic rules of GB/T 15834-2011
5.1 on where marks stand). A Latin word or a number stays whole unless it is longer than a line.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

_NO_START: Final = "，。、；：？！）》〉」』”’％…—·,.;:?!)]}%"
_NO_END: Final = "（《〈「『“‘([{¥$"
_WIDE: Final = (
    "\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
)
_PIECE: Final = re.compile(
    rf"[{re.escape(_NO_END)}]*(?:[{_WIDE}]|[^\s{_WIDE}{re.escape(_NO_END)}]+)?[{re.escape(_NO_START)}]*[{re.escape(_NO_END)}]*? ?"
)


def lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """`text` cut into lines not wider than `width` as `measure` says; at least one line. Nothing but spaces at an end is lost.

    A character wider than a whole line has a line of its own.
    """
    made: list[str] = []
    line = ""
    for piece in _pieces(text):
        if measure((line + piece).rstrip()) <= width:
            line += piece
            continue
        if line.strip():
            made.append(line.rstrip())
        line = ""
        for part in _cut(piece, width, measure):
            if line:
                made.append(line.rstrip())
            line = part
    return [*made, line.rstrip()] if line.strip() or not made else made


def _pieces(text: str) -> Iterator[str]:
    """What must stay on one line."""
    return (found for found in _PIECE.findall(text) if found)


def _cut(piece: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """A piece longer than a line, cut where the line is full."""
    start = 0
    while start < len(piece):
        low, high = 1, len(piece) - start
        while low < high:  # the longest beginning that fits; widths grow with length
            middle = (low + high + 1) // 2
            if measure(piece[start : start + middle].rstrip()) <= width:
                low = middle
            else:
                high = middle - 1
        yield piece[start : start + low]
        start += low
