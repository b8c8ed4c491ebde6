"""The letters of a picture: where text stands, and what it says. Two networks of the package rapidocr, run by ONNX Runtime.

The package gives the models (PP-OCR, Cui et al. 2025, arXiv 2507.05595) and is not imported: importing it takes longer than reading a
screenshot. Where text stands comes from a map of probabilities (Liao et al. 2020, arXiv 1911.08947, differentiable binarization); what it
says from the likeliest sign of each step, repeats and blanks left out (Graves et al. 2006, connectionist temporal classification).
A line that reads badly is read upside down too, in place of a third network that looks at the direction of every line.
"""

import math
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

LONG_SIDE, SHORT_SIDE = 1_280, 640  # pixels, of the map of text: the first that is reached bounds the picture's size
SMALL_SIDE = 736  # smaller pictures are enlarged to it
MAP_PIXELS_MAX = 2_600_000
SIDE_MAX = 16_000  # a longer picture is made smaller: OpenCV turns none of more than 32,767
STEP = 32  # the network halves its map five times
TILE, SHARED = (
    1_600,
    128,
)  # pixels of the map: a longer one is made in parts, for much empty space around a line hides it
FLAT = 16  # of 255: no letters are paler
TEXT_MIN, BOX_MIN = 0.3, 0.4  # of a pixel, of the mean of a box; what is no text reads badly and falls out later
GROWN = 1.6  # the network marks the middle of a line; its box is this much of area by girth larger
THIN = 3  # pixels of the map
LINES_MAX = 1_000
HEIGHT = 48  # of a line, as the network reads it
WIDTH_MIN, WIDTH_MAX = 48, 3_200
STANDING = 1.5  # times higher than wide: a line that stands
SURE = 0.8  # below it, it may be upside down


class Piece(NamedTuple):
    """Text and where it stands, in pixels; how sure it is, 0 to 1."""

    top: float
    bottom: float
    left: float
    right: float
    text: str
    sure: float


class Letters:
    """The two networks, loaded. One thread: a confined child can start no other."""

    def __init__(self, find: Any, read: Any) -> None:
        self._find, self._read = find, read
        told = read.get_modelmeta().custom_metadata_map["character"]
        self._signs = ["", *told.splitlines(), " "]  # the first is the blank

    def pieces(self, seen: Any) -> list[Piece]:
        """What a picture says, uint8[height, width, 3] (blue, green, red), line by line; one on its side or its head is set upright."""
        if (longer := max(seen.shape[:2])) > SIDE_MAX:
            smaller = tuple(max(1, side * SIDE_MAX // longer) for side in (seen.shape[1], seen.shape[0]))
            seen = cv2.resize(seen, smaller, interpolation=cv2.INTER_AREA)
        boxes = _boxes(*self._map(seen))
        if _stands(boxes):
            seen = np.ascontiguousarray(np.rot90(seen))
            boxes = _boxes(*self._map(seen))
        height, width = seen.shape[:2]
        found, heads = [], 0
        for box in boxes:
            line = _cut(seen, box)
            text, sure = self._line(line)
            if sure < SURE and (turned := self._line(cv2.rotate(line, cv2.ROTATE_180)))[1] >= SURE:
                text, sure = turned
                heads += 1
            corners = cv2.boxPoints(box)
            (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
            found.append(Piece(float(top), float(bottom), float(left), float(right), text, sure))
        if heads <= len(found) / 2:
            return found
        return [
            Piece(height - one.bottom, height - one.top, width - one.right, width - one.left, one.text, one.sure)
            for one in found
        ]

    def _map(self, seen: Any) -> tuple[Any, float]:
        """float32[rows, columns]: how likely each place is text, and how many of its pixels make one of the picture."""
        height, width = seen.shape[:2]
        longer, shorter = max(height, width), min(height, width)
        scale = min(max(LONG_SIDE / longer, SHORT_SIDE / shorter), max(1.0, SMALL_SIDE / shorter))
        scale = min(scale, max(LONG_SIDE / longer, 1.0), math.sqrt(MAP_PIXELS_MAX / (height * width)))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = cv2.resize(seen, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        right, below = -size[0] % STEP, -size[1] % STEP
        whole = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_REPLICATE)
        text = np.zeros(whole.shape[:2], np.float32)
        for row in range(0, max(1, text.shape[0] - SHARED), TILE - SHARED):
            for column in range(0, max(1, text.shape[1] - SHARED), TILE - SHARED):
                part = np.s_[row : row + TILE, column : column + TILE]
                if int(whole[part].max()) - int(whole[part].min()) < FLAT:  # in an empty part it sees what is not there
                    continue
                (out,) = self._find.run(None, {self._find.get_inputs()[0].name: _network(whole[part])})
                text[part] = np.maximum(text[part], out[0, 0])
        return text[: size[1], : size[0]], scale

    def _line(self, line: Any) -> tuple[str, float]:
        """A line's text and how sure it is."""
        height, width = line.shape[:2]
        wide = min(max(math.ceil(width * HEIGHT / height), 1), WIDTH_MAX)
        way = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
        given = _network(cv2.resize(line, (wide, HEIGHT), interpolation=way))
        if wide < WIDTH_MIN:
            given = np.pad(given, ((0, 0), (0, 0), (0, 0), (0, WIDTH_MIN - wide)))
        (out,) = self._read.run(None, {self._read.get_inputs()[0].name: given})
        best = out[0].argmax(axis=1)
        kept = best != 0
        kept[1:] &= best[1:] != best[:-1]
        if not kept.any():
            return "", 0.0
        sure = out[0][np.flatnonzero(kept), best[kept]]
        return "".join(self._signs[sign] for sign in best[kept]), float(sure.mean())


def load() -> Letters | None:
    """The networks, or None where the package is not there or its models are not of the family known here."""
    if find_spec("onnxruntime") is None or (package := find_spec("rapidocr")) is None or package.origin is None:
        return None
    import onnxruntime

    folder = Path(package.origin).parent / "models"
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    networks = []
    for kind in ("det", "rec"):
        models = sorted(folder.glob(f"PP-OCR*_{kind}_*.onnx"))
        if not models:
            return None
        networks.append(onnxruntime.InferenceSession(models[-1], options, providers=["CPUExecutionProvider"]))
    return Letters(*networks)


def _network(seen: Any) -> Any:
    """uint8[height, width, 3] as a network takes it: float32[1, 3, height, width], -1 to 1."""
    scaled = seen.astype(np.float32) * np.float32(2 / 255) - np.float32(1)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def _boxes(text: Any, scale: float) -> list[Any]:
    """Where lines stand, in pixels of the picture: (middle, (width, height), degrees), the width along the line or across one that stands."""
    marked = cv2.dilate((text > TEXT_MIN).astype(np.uint8), np.ones((2, 2), np.uint8))
    found = []
    for outline in cv2.findContours(marked, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0][:LINES_MAX]:
        middle, (width, height), turned = cv2.minAreaRect(outline)
        if min(width, height) < THIN or _mean(text, cv2.boxPoints((middle, (width, height), turned))) < BOX_MIN:
            continue
        more = GROWN * width * height / (width + height)  # on both sides
        turned = (turned + 45) % 180 - 45
        if turned > 45:
            width, height, turned = height, width, turned - 90
        at = (middle[0] + 0.5) / scale - 0.5, (middle[1] + 0.5) / scale - 0.5
        found.append((at, ((width + more) / scale, (height + more) / scale), turned))
    return found


def _stands(boxes: list[Any]) -> bool:
    """Whether most of the text stands, by area: the picture lies on its side."""
    areas = [(width * height, height >= STANDING * width) for _, (width, height), _ in boxes]
    standing = sum(area for area, stands in areas if stands)
    return bool(2 * standing > sum(area for area, _ in areas))


def _mean(text: Any, corners: Any) -> float:
    """The mean of the map within a box."""
    (left, top), (right, bottom) = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
    left, top = max(left, 0), max(top, 0)
    part = text[top : bottom + 1, left : right + 1]
    inside = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(inside, [(corners - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(part, inside)[0])


def _cut(seen: Any, box: Any) -> Any:
    """The part of a picture within a box, upright; what stands is laid down."""
    (x, y), (width, height), turned = box
    wide, high = max(1, round(width)), max(1, round(height))
    towards = cv2.getRotationMatrix2D((x, y), turned, 1.0)
    towards[:, 2] += (wide - 1) / 2 - x, (high - 1) / 2 - y
    cut = cv2.warpAffine(seen, towards, (wide, high), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.rot90(cut) if high >= STANDING * wide else cut
