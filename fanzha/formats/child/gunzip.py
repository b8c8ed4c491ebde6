"""A gzipped file unpacked, as bytes. `argument`: {"limit": most bytes, "ratio": most bytes for each byte packed, "small": never refused below}."""

import zlib
from typing import Any, BinaryIO

from fanzha.formats.child.saying import NotThis, Say, TooMuch

STEP = 1 << 20


def main(pipe: BinaryIO, say: Say, argument: dict[str, Any]) -> None:
    """Unpack member after member."""
    packed = unpacked = 0
    engine: Any = None
    rest = pipe.read(STEP)
    packed += len(rest)
    try:
        while rest:
            if engine is None:
                if not rest.startswith(b"\x1f\x8b"[: len(rest)]):
                    raise NotThis
                engine = zlib.decompressobj(31)
            part = engine.decompress(rest, STEP)
            unpacked += len(part)
            if unpacked > argument["limit"] or unpacked > max(argument["small"], argument["ratio"] * packed):
                raise TooMuch
            if part:
                say(part)
            rest = engine.unconsumed_tail
            if engine.eof:
                rest, engine = engine.unused_data, None
            if not rest:
                rest = pipe.read(STEP)
                packed += len(rest)
        if engine is not None:
            raise NotThis
    except zlib.error as error:
        raise NotThis from error
