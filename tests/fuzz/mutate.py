"""Seeded mutation without coverage: what runs where no coverage-guided engine is installed."""

import random
from collections.abc import Iterator, Sequence

WORDS = (
    *(
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b'"',
        b"'",
        b"\r",
        b"\n",
        b"\t",
        b",",
        b";",
        b"|",
        b"=",
        b"<",
        b">",
        b"&",
        b"%",
    ),
    *(b"-1", b"1e999", b"NaN", b"99999999999999999999", b"0000-00-00", b"2024-02-30 25:61:61", b"\\ud800", b"\\u0000"),
    *(b"<!DOCTYPE a [", b"&a;", b"]]>", b"PK\3\4", b"PAR1", b"\x1f\x8b\x08", b"- &a *a", b"{", b"[", b"}", b"]"),
    *("进".encode(), "借".encode("gb18030"), "\u202e".encode(), "９".encode(), b"\x81", b"\xf0\x9f\x98\x80"),
)


def mutated(seeds: Sequence[bytes], seed: int, count: int) -> Iterator[bytes]:
    """So many inputs: bytes flipped, cut, doubled, replaced, words put in, two seeds joined. The same for the same seed."""
    rng = random.Random(seed)
    for _ in range(count):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.choice((1, 1, 2, 4, 16))):
            _once(data, rng, seeds)
        yield bytes(data)


def _once(data: bytearray, rng: random.Random, seeds: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    span = slice(at, at + rng.choice((1, 1, 2, 4, 8, 64, 512)))
    kind = rng.randrange(7)
    if kind == 0 and at < len(data):
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del data[span]
    elif kind == 2:
        data[at:at] = data[span] * rng.randrange(1, 4)
    elif kind == 3:
        data[span] = rng.randbytes(rng.randrange(9))
    elif kind == 4:
        data[at:at] = rng.choice(WORDS)
    elif kind == 5:
        data[span] = rng.choice(WORDS)
    else:
        other = rng.choice(seeds)
        data[at:] = other[rng.randrange(len(other) + 1) :]
