"""Random texts through the normaliser, the teller of languages and the finder of identifiers: none may raise, none may take more than linear time.

    python -m tests.fuzz.text_inputs --count 10000000 --jobs 2 [--seed N] [--result bench/results/fuzz_text.json]

Each text mixes scripts, controls, figures, addresses, words of scams in disguise and long runs. Every thousandth is long (20,000
characters), and is timed against a second one of half its length made in the same way. `make fuzztext` runs ten million.
"""

import argparse
import json
import multiprocessing
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from fanzha.clean import text
from fanzha.clean.disguise import undo
from fanzha.clean.language import language
from fanzha.clean.restorable import Words
from tests.clean import disguising
from tests.clean.vocabulary import CHINESE, ENGLISH

WORDS = Words((*CHINESE, *ENGLISH))
EVERY_LONG = 1_000
LONG = 20_000
# A long text may take this many milliseconds a thousand characters, on a machine that is shared.
MS_PER_THOUSAND_MAX = 20.0
# Twice as long may take three times as long: twice, and noise.
RATIO_MAX = 3.0
BLOCKS = (
    *((0x20, 0x7E),) * 6,
    *((0x4E00, 0x9FA5),) * 6,
    *((0x00, 0x1F), (0x80, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0x97F), (0xE00, 0xE5B), (0x1100, 0x11FF)),
    *((0x1E00, 0x1EFF), (0x2000, 0x206F), (0x20D0, 0x20FF), (0x2100, 0x214F), (0x2460, 0x24FF), (0x2600, 0x27BF), (0x2E80, 0x2FDF)),
    *((0x3000, 0x30FF), (0x3130, 0x318F), (0x3400, 0x4DBF), (0xAC00, 0xD7A3), (0xD800, 0xDFFF), (0xE000, 0xE0FF), (0xF900, 0xFAFF)),
    *((0xFE00, 0xFE0F), (0xFF00, 0xFFEF), (0x1D400, 0x1D7FF), (0x1F000, 0x1FAFF), (0x20000, 0x2A6DF), (0xE0000, 0xE01EF), (0x10FF00, 0x10FFFF)),
)  # fmt: skip
PIECES = (
    *(
        "http://",
        "https://a.com/",
        "www.",
        "[.]",
        "xn--",
        "%61%62",
        "0x7f",
        "@",
        "a@b.cc",
        "://",
        "13812345678",
        "1 3 8 ",
        "一三八",
        "①③⑧",
        "6222021234567890128",
    ),
    *(
        "三万五",
        "昨晚",
        "2024-01-02",
        "微 信",
        "v e r i f y ",
        "ver.ify",
        "亻尔",
        "钅",
        "zhuan zhang ",
        "+v",
        "💰",
        "👨‍👩‍👧",
        "\u200b",
        "\u202e",
        "\u0338",
        "v3rify ",
        "а",
        "대출",
        "เงิน",
        "\n",
        "  ",
    ),
)


def short(rng: random.Random) -> str:
    """A text of up to about 120 characters."""
    kind = rng.random()
    if kind < 0.25:
        made = "".join(rng.choice((*CHINESE, *ENGLISH, " ", "，", "请", "123")) for _ in range(rng.randrange(1, 12)))
        return disguising.disguise(made, rng.choice(disguising.FAMILIES), rng, (*CHINESE, *ENGLISH))
    parts = []
    for _ in range(rng.randrange(0, 14)):
        if rng.random() < 0.4:
            parts.append(rng.choice(PIECES))
        else:
            first, last = rng.choice(BLOCKS)
            parts.append("".join(chr(rng.randint(first, last)) for _ in range(rng.randrange(1, 9))))
    return "".join(parts)


def long(rng: random.Random, size: int) -> str:
    """A text of `size` characters that repeats one piece, or a few."""
    run = "".join(short(rng)[: rng.randrange(1, 12)] or "a" for _ in range(rng.randrange(1, 4)))
    return (run * (size // len(run) + 1))[:size]


def through(written: str) -> None:
    """What every text goes through."""
    copy = undo(written, WORDS)
    if len(copy.origin) != len(copy.text) + 1:
        raise AssertionError("a copy without its way back")
    language(copy.text)
    text.find(written)


def seconds(written: str) -> float:
    """CPU seconds, the best of three: the machine is shared."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        through(written)
        best = min(best, time.process_time() - start)
    return best


def batch(task: tuple[int, int]) -> dict[str, Any]:
    """(seed, count) -> counts; an exception is kept by its name with the text that made it."""
    seed, count = task
    rng = random.Random(seed)
    failed: Counter[str] = Counter()
    example: dict[str, str] = {}
    slow: list[str] = []
    slowest = 0.0
    characters = 0
    for number in range(count):
        if number % EVERY_LONG == EVERY_LONG - 1:
            written = long(rng, LONG)
            took = seconds(written)
            per_thousand = took * 1000 / (LONG / 1000)
            slowest = max(slowest, per_thousand)
            if per_thousand > MS_PER_THOUSAND_MAX and took > RATIO_MAX * seconds(written[: LONG // 2]):
                slow.append(ascii(written[:60]))
            characters += LONG
            continue
        written = short(rng)
        characters += len(written)
        try:
            through(written)
        except Exception as problem:  # noqa: BLE001 (what is looked for is whatever may be raised)
            name = f"{type(problem).__name__}: {problem}"[:120]
            failed[name] += 1
            example.setdefault(name, ascii(written))
    return {
        "count": count,
        "characters": characters,
        "failed": dict(failed),
        "example": example,
        "slow": slow,
        "slowest": slowest,
    }


def run(count: int, seed: int, jobs: int, size: int = 20_000) -> dict[str, Any]:
    """All batches together."""
    tasks = [(seed * 1_000_003 + number, min(size, count - number * size)) for number in range(-(-count // size))]
    start, cpu = time.perf_counter(), time.process_time()
    if jobs == 1:
        done = [batch(task) for task in tasks]
    else:
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            done = list(pool.imap_unordered(batch, tasks))
    failed: Counter[str] = Counter()
    for one in done:
        failed.update(one["failed"])
    took = time.perf_counter() - start
    inputs = sum(one["count"] for one in done)
    return {
        "seed": seed,
        "inputs": inputs,
        "characters": sum(one["characters"] for one in done),
        "exceptions": sum(failed.values()),
        "failed": dict(failed),
        "example": {name: written for one in done for name, written in one["example"].items()},
        "more_than_linear": [written for one in done for written in one["slow"]],
        "slowest_ms_per_thousand_characters": round(max(one["slowest"] for one in done), 2),
        "seconds": round(took, 1),
        "inputs_per_second": round(inputs / took),
        "cpu_seconds_here": round(time.process_time() - cpu, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    result = run(wanted.count, wanted.seed, wanted.jobs)
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.exit(bool(result["exceptions"] or result["more_than_linear"]))


if __name__ == "__main__":
    main()
