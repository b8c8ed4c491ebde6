"""How fast `fanzha check` is: the stream as a whole on one core, by source, and one message from a cold start.

    python bench/check_speed.py [--result bench/results/check_speed.json]

Real messages of at most 300 characters of the shared sets. The stream takes lines of JSON and gives lines of JSON: normaliser, spans, identifiers,
scorer, kinds and reasons. Times are of the process; the best of several runs, since other programs share the machine.
"""

import argparse
import csv
import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.recognise_sets import FOLDER
from fanzha.recognise.answer import answer, scorer
from fanzha.recognise.stream import answers

SETS = ("fbs_zh", "mendeley_en", "nus_en_benign", "nus_zh_benign", "exais_en", "th_ssivakorn", "id_sms3", "vi_smishing")
ROWS, LENGTH_MAX, RUNS, CHUNK = 2_000, 300, 7, 1 << 16
MESSAGE = "Your parcel is on hold: unpaid customs fee. Pay within 24 hours at http://parcel-fee.top/a1"


def messages(name: str) -> list[str]:
    """The first messages of a set that are short."""
    with gzip.open(FOLDER / f"{name}.csv.gz", "rt", encoding="utf-8", errors="replace", newline="") as file:
        short = (row["text"] for row in csv.DictReader(file) if len(row["text"]) <= LENGTH_MAX)
        return [text for _, text in zip(range(ROWS), short, strict=False)]


def stream_speed(texts: list[str]) -> float:
    """Messages a second."""
    data = b"".join(
        json.dumps({"id": at, "text": text}, ensure_ascii=False).encode() + b"\n" for at, text in enumerate(texts)
    )
    chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        count = b"".join(answers(chunks, scorer())).count(b"\n")
        seconds.append(time.process_time() - start)
        assert count == len(texts)
    return len(texts) / min(seconds)


def cold(runs: int = 9) -> tuple[float, float]:
    """(median, least) seconds of the command on one message, as a person waits for it."""
    # as installed: where Python may keep what it compiled
    place = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "fanzha", "check", MESSAGE], check=True, stdout=subprocess.DEVNULL, env=place
        )
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:]), min(taken[1:])


def warm(runs: int = 200) -> float:
    """Median milliseconds of one message in a running process, telling words included."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        answer(MESSAGE, scorer())
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--result", type=Path)
    result = parser.parse_args().result
    if not FOLDER.exists():
        print("skipped: the shared sets are not here")
        return
    by_set = {name: messages(name) for name in SETS}
    every = [text for texts in by_set.values() for text in texts]
    median, least = cold()
    measured: dict[str, Any] = {
        "load_average": [round(one, 1) for one in os.getloadavg()],
        "cold_seconds": {"median": round(median, 3), "least": round(least, 3)},
        "warm_milliseconds": round(warm(), 2),
        "messages_per_second": {name: round(stream_speed(texts)) for name, texts in by_set.items()},
        "characters_mean": {name: round(statistics.mean(map(len, texts)), 1) for name, texts in by_set.items()},
    }
    measured["messages_per_second"]["all"] = round(stream_speed(every))
    measured["characters_mean"]["all"] = round(statistics.mean(map(len, every)), 1)
    print(json.dumps(measured, indent=1))
    if result:
        result.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
