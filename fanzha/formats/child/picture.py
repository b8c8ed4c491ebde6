"""A picture (PNG, JPEG, WebP, BMP, TIFF) to what its codes say and to the text it shows.

Says {"codes": [texts of QR and other matrix codes]}, then {"text": paragraphs as lines}, "" where there is none; the second is left out
without the recogniser of letters (`letters`). Models are loaded before the child gives up its files. Everything runs on one thread: a
confined child can start no other.
"""

from typing import Any, BinaryIO

import cv2
import numpy as np
import zxingcpp

from fanzha.formats.child import letters
from fanzha.formats.child.letters import Piece
from fanzha.formats.child.saying import NotThis, Say, TooMuch

PIXELS_MAX = 60_000_000
GAP_MAX = 0.8  # of a line's height: lines further apart are paragraphs of their own
FULL_SHARE = 0.75  # of the way to the right edge: a line that ends before it ended by itself
SURE_MIN = 0.5
WRITTEN_WITHOUT_SPACES = (("\u0e00", "\u0e7f"), ("\u2e80", "\u9fff"), ("\uf900", "\ufaff"), ("\uff00", "\uffef"))

cv2.setNumThreads(1)
LETTERS = letters.load()


def main(pipe: BinaryIO, say: Say, _argument: dict[str, Any]) -> None:
    """Read the picture, say what it says."""
    seen = _decoded(np.frombuffer(pipe.read(), dtype=np.uint8))
    say({"codes": [found.text for found in zxingcpp.read_barcodes(seen) if found.text]})
    if LETTERS is not None:
        pieces = [one for one in LETTERS.pieces(seen) if one.sure >= SURE_MIN and one.text.strip()]
        say({"text": _paragraphs(_rows(pieces))})


def _decoded(data: Any) -> Any:
    """uint8[height, width, 3], what is transparent on white."""
    try:
        seen = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
        if seen is not None and not (seen.ndim == 3 and seen.shape[2] == 4 and seen.dtype == np.uint8):
            seen = cv2.imdecode(data, cv2.IMREAD_COLOR)  # turned as its camera says
    except cv2.error as error:
        raise NotThis from error
    if seen is None:
        raise NotThis
    if seen.shape[0] * seen.shape[1] > PIXELS_MAX:
        raise TooMuch
    if seen.shape[2] == 4:
        share = seen[:, :, 3:].astype(np.float32) / 255
        seen = (seen[:, :, :3] * share + 255 * (1 - share)).astype(np.uint8)
    return seen


def _rows(pieces: list[Piece]) -> list[Piece]:
    """Lines from top to bottom: pieces side by side are one."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces):
        if rows and rows[-1][0].top < (piece.top + piece.bottom) / 2 < rows[-1][0].bottom:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [
        Piece(
            min(one.top for one in row),
            max(one.bottom for one in row),
            min(one.left for one in row),
            max(one.right for one in row),
            " ".join(one.text for one in sorted(row, key=lambda one: one.left)),
            min(one.sure for one in row),
        )
        for row in rows
    ]


def _paragraphs(rows: list[Piece]) -> str:
    """Lines that the screen broke, which are full, are joined again, so that words across a break are found."""
    told: list[str] = []
    edge = max((row.right for row in rows), default=0.0)
    last: Piece | None = None
    for row in rows:
        height = row.bottom - row.top
        if (
            last is not None
            and row.top - last.bottom < GAP_MAX * height
            and abs(row.left - last.left) < 1.5 * height
            and last.right > FULL_SHARE * edge
        ):
            told[-1] += row.text if _close(told[-1][-1:]) and _close(row.text[:1]) else f" {row.text}"
        else:
            told.append(row.text)
        last = row
    return "\n".join(told)


def _close(char: str) -> bool:
    return any(first <= char <= last for first, last in WRITTEN_WITHOUT_SPACES)
