"""A trained scorer as one file: a JSON header and plain arrays, no code in it, closed by a SHA-256 of all before.

    magic 16 bytes · header length uint32 · header (UTF-8 JSON) · arrays one after the other, little-endian · SHA-256, 32 bytes

The header lists the arrays (name, type, shape) and says what the model was trained on. Nothing is executed on reading.
"""

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fanzha.errors import InputError
from fanzha.recognise.kernels import BUCKET_BITS, KIND_BITS

VERSION: Final = 3
SIZE_MAX: Final = 30_000_000  # bytes
_MAGIC: Final = b"FANZHA-SCORER\r\n\x00"
_HEADER_MAX: Final = 1_000_000
_NUMBERS: Final = ("unit", "highest", "mean", "lengthy", "warning", "excusing", "bias", "prior", "kind_unit")
_ARRAYS: Final = {"grams": "int16", "single": "float64", "pair_of": "int32", "pair": "float64", "kind_grams": "int8"}
_TYPES: Final = {"int8": "<i1", "int16": "<i2", "int32": "<i4", "float64": "<f8"}


@dataclass(frozen=True, slots=True)
class Model:
    """What a scorer knows.

    grams     int16[2**20]: weight of each bucket of n-grams, in units of `unit`
    concepts  names; single float64[C] their weights; pair_of int32[C, C], symmetric: number of a pair in `pair` float64[P], or -1
    highest, mean, lengthy  weights of the three window scores (`features.pooled`); bias
    warning, excusing  weights of the points of rules (`rules.points`); shifts  what is added to every text of a language
    prior     the sum of all is the log-odds of a scam where this share of texts are scams
    kinds     kinds of scam it tells apart; kind_grams int8[2**16, K]: what each bucket (its last 16 bits) says for each, in `kind_unit`
    about     what it was trained on: kind, seed, rows by source
    """

    grams: NDArray[np.int16]
    unit: float
    concepts: tuple[str, ...]
    single: NDArray[np.float64]
    pair_of: NDArray[np.int32]
    pair: NDArray[np.float64]
    highest: float
    mean: float
    lengthy: float
    warning: float
    excusing: float
    shifts: Mapping[str, float]
    bias: float
    prior: float
    kinds: tuple[str, ...]
    kind_grams: NDArray[np.int8]
    kind_unit: float
    about: Mapping[str, Any]


def pack(model: Model) -> bytes:
    """The file of a model: the same bytes for the same model."""
    arrays: dict[str, NDArray[Any]] = {
        "grams": model.grams,
        "single": model.single,
        "pair_of": model.pair_of,
        "pair": model.pair,
        "kind_grams": model.kind_grams,
    }
    header = {
        "version": VERSION,
        "bucket_bits": BUCKET_BITS,
        "concepts": model.concepts,
        "kinds": model.kinds,
        "shifts": dict(model.shifts),
        "numbers": {name: getattr(model, name) for name in _NUMBERS},
        "about": model.about,
        "arrays": [[name, array.dtype.name, list(array.shape)] for name, array in arrays.items()],
    }
    text = json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    body = b"".join(array.astype(_TYPES[array.dtype.name]).tobytes() for array in arrays.values())
    content = _MAGIC + struct.pack("<I", len(text)) + text + body
    return content + sha256(content).digest()


def unpack(content: bytes, where: str = "") -> Model:
    """The model of a file. InputError: cut, changed, too large, or of another version."""
    if len(content) > SIZE_MAX:
        raise _refused("is too large", "过大", where)
    start = len(_MAGIC) + 4
    if not content.startswith(_MAGIC) or len(content) < start + 32:
        raise _refused("is not one of this program", "不是本程序的模型文件", where)
    if sha256(content[:-32]).digest() != content[-32:]:
        raise _refused("is cut or changed: its checksum is wrong", "不完整或被改动：校验值不符", where)
    (length,) = struct.unpack_from("<I", content, len(_MAGIC))
    if length > min(_HEADER_MAX, len(content) - start - 32):
        raise _refused("has a header of a wrong length", "头部长度不对", where)
    try:
        header = json.loads(content[start : start + length])
        if header["version"] not in (1, 2, VERSION) or header["bucket_bits"] != BUCKET_BITS:
            raise _refused("was made by another version", "由其他版本生成", where)
        return _model(header, content, start + length)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise _refused(
            f"has a header that cannot be used ({problem})", f"头部无法使用（{problem}）", where
        ) from problem


def _model(header: dict[str, Any], content: bytes, at: int) -> Model:
    arrays: dict[str, NDArray[Any]] = {}
    for name, kind, shape in header["arrays"]:
        if not all(isinstance(side, int) and side >= 0 for side in shape):
            raise ValueError("shape")
        size = math.prod(shape)
        end = at + size * np.dtype(_TYPES[kind]).itemsize
        if end > len(content) - 32:
            raise ValueError("arrays longer than the file")
        arrays[name] = np.frombuffer(content, _TYPES[kind], size, at).reshape(shape).astype(kind)
        at = end
    if at != len(content) - 32:
        raise ValueError("arrays shorter than the file")
    numbers = {name: float(value) for name, value in header["numbers"].items()}
    concepts = tuple(str(name) for name in header["concepts"])
    if header["version"] == 1:  # as it was before kinds were learned
        header["kinds"], numbers["kind_unit"] = [], 1.0
        arrays["kind_grams"] = np.zeros((1 << KIND_BITS, 0), dtype=np.int8)
    if header["version"] < VERSION:  # as it was before rules spoke in the sum, and languages were set apart
        header["shifts"], numbers["warning"], numbers["excusing"] = {}, 0.0, 0.0
    told = tuple(str(name) for name in header["kinds"])
    shifts = {str(name): float(value) for name, value in header["shifts"].items()}
    expected = {
        "grams": (1 << BUCKET_BITS,),
        "single": (len(concepts),),
        "pair_of": (len(concepts),) * 2,
        "kind_grams": (1 << KIND_BITS, len(told)),
    }
    if any(arrays[name].shape != shape for name, shape in expected.items()) or arrays["pair"].ndim != 1:
        raise ValueError("shape")
    if any(arrays[name].dtype.name != kind for name, kind in _ARRAYS.items()):
        raise ValueError("type")
    pair_of = arrays["pair_of"]
    if pair_of.size and not -1 <= pair_of.min() <= pair_of.max() < len(arrays["pair"]):
        raise ValueError("pair")  # compiled code does not check bounds
    if not all(math.isfinite(value) for value in (*numbers.values(), *shifts.values())):
        raise ValueError("number")
    return Model(
        grams=arrays["grams"],
        unit=numbers["unit"],
        concepts=concepts,
        single=arrays["single"],
        pair_of=pair_of,
        pair=arrays["pair"],
        highest=numbers["highest"],
        mean=numbers["mean"],
        lengthy=numbers["lengthy"],
        warning=numbers["warning"],
        excusing=numbers["excusing"],
        shifts=shifts,
        bias=numbers["bias"],
        prior=numbers["prior"],
        kinds=told,
        kind_grams=arrays["kind_grams"],
        kind_unit=numbers["kind_unit"],
        about=dict(header["about"]),
    )


def _refused(what: str, what_zh: str, where: str) -> InputError:
    return InputError(
        f"The model file {what}.",
        f"模型文件{what_zh}。",
        where=where,
        remedy="train it again with this version, or use the one that comes with it",
        remedy_zh="用本版本重新训练，或使用随附模型",
    )
