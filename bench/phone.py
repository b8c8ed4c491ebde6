"""Telephone numbers per second, beside the phonenumbers library on the same rows, in turn; every row compared first.

    python bench/phone.py --numbers 1000000 --seed 20261123 --result bench/results/phone.json

One column for each region of the world. A number is drawn from the patterns of its region and type (regions and types uniform;
three in five from the column's own region), written in one of many spellings, and one in four is then damaged: a digit changed,
dropped, added or swapped, another country code, or something around it. Ours is `phone_batch.read`, the function the readers of
call records use. The peer is parse, is_valid_number and the E.164 format, twice: as the
library comes, in a process of its own, and tuned, with every compiled pattern kept (`enable_pattern_cache`). Seconds are those of
the processor; each side uses one thread. Every answer is compared twice: with `phone.parse` of the same text, and,
where no rule of Chinese dialling comes first, with the library's own answer for the same digits.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import phonenumbers
import pyarrow as pa
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat

from fanzha.clean import phone
from fanzha.clean.digit_automaton import Node, parse
from fanzha.clean.digits import is_digits, stars
from fanzha.clean.phone_batch import PROBLEMS, read
from fanzha.clean.phone_plan import Plans

TYPES = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
BEFORE = (
    "Tel: ",
    "tel:",
    "电话：",
    "手机",
    "Phone ",
    "(",
    "'",
    "\t",
    "Mob. ",
    "~",
    "（",
    "No ",
    "\u200b",
    "#",
    "call ",
)
AFTER = (
    " ",
    ".",
    ")",
    "\t",
    " 张",
    "(家)",
    " home",
    ";",
    ",",
    " ext. 12",
    " x5",
    "#3",
    "/2",
    " / 5550100",
    "_",
    "?",
    "\n",
    "转8",
)
JUNK = ("", "-", "n/a", "不详", "unknown", "0", "110", "*", "+", "000000", "12345", "1" * 20, "none 2")
WIDE = str.maketrans("0123456789+", "０１２３４５６７８９＋")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def drawn(node: Node, rng: random.Random) -> str:
    """One member of a pattern."""
    kind = node[0]
    if kind == "set":
        return rng.choice([str(digit) for digit in range(10) if node[1] >> digit & 1])
    if kind == "cat":
        return "".join(drawn(part, rng) for part in node[1])
    if kind == "alt":
        return drawn(rng.choice(node[1]), rng)
    if kind == "rep":
        return "".join(drawn(node[1], rng) for _ in range(rng.randint(node[2], node[3])))
    return drawn(node[1], rng) if kind == "group" else ""


class World:
    """The patterns of every region and type, and of the codes that belong to no region."""

    def __init__(self) -> None:
        regions = [PhoneMetadata.metadata_for_region(name, None) for name in REGIONS]
        beyond = [
            PhoneMetadata.metadata_for_nongeo_region(code, None)
            for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
        ]
        self.of = {str(metadata.id) + str(metadata.country_code): metadata for metadata in regions + beyond}
        self.keys = list(self.of)
        self.patterns = {
            key: [
                parse(d.national_number_pattern)
                for d in (getattr(metadata, name) for name in TYPES)
                if d and d.national_number_pattern
            ]
            for key, metadata in self.of.items()
        }
        self.abroad = {metadata.id: parse(metadata.international_prefix or "00") for metadata in regions}
        self.codes = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)

    def number(self, key: str, rng: random.Random) -> tuple[int, str]:
        """(calling code, national number) of one region: type uniform, then a member of its pattern."""
        return self.of[key].country_code, drawn(rng.choice(self.patterns[key]), rng)


def grouped(digits: str, rng: random.Random) -> str:
    """Digits in groups of two to four, with one sign or none between them."""
    sign = rng.choice((" ", " ", "-", ".", "", "/"))
    parts, at = [], 0
    while at < len(digits):
        size = rng.randint(2, 4)
        parts.append(digits[at : at + size])
        at += size
    if len(parts) > 1 and rng.random() < 0.2:
        parts[0] = f"({parts[0]})"
    return sign.join(parts)


def spelled(code: int, national: str, region: str, rng: random.Random, world: World) -> str:
    """A number of any country as somebody in `region` might write it."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    kind = rng.random()
    if code == metadata.country_code and kind < 0.45:
        if kind < 0.15:
            zeros = len(national) - len(national.lstrip("0"))
            leading = {"italian_leading_zero": True, "number_of_leading_zeros": zeros} if zeros else {}
            whole = PhoneNumber(country_code=code, national_number=int(national), **leading)
            return phonenumbers.format_number(whole, PhoneNumberFormat.NATIONAL)
        return grouped((metadata.national_prefix or "") + national if kind < 0.35 else national, rng)
    if kind < 0.65:
        return f"+{code}{national}"
    if kind < 0.85:
        return rng.choice(("+{} {}", "(+{}) {}", "+{}-{}", "+ {} {}", "+{}(0){}")).format(code, grouped(national, rng))
    return (
        drawn(world.abroad[region], rng)
        + rng.choice(("", " ", "-"))
        + f"{code}{rng.choice(('', ' '))}{grouped(national, rng)}"
    )


def damaged(text: str, rng: random.Random, world: World) -> str:
    """One thing goes wrong."""
    places = [at for at, sign in enumerate(text) if sign.isdigit()] or [0]
    at, kind = rng.choice(places), rng.randrange(6)
    if kind == 0:
        return text[:at] + str(rng.randrange(10)) + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + str(rng.randrange(10)) + text[at:]
    if kind == 3:
        return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
    if kind == 4:
        return re.sub(r"\+\d{1,3}", f"+{rng.choice((*world.codes, rng.randrange(1000)))}", text, count=1)
    around = rng.randrange(24)
    if around == 0:
        return text.translate(rng.choice((WIDE, ARABIC)))
    if around == 1:
        return rng.choice(JUNK)
    if around == 2:
        return text[:at] + rng.choice(("x", "*", "~", "O", "l", ",", "?", "\u00a0", "号", "'")) + text[at + 1 :]
    return rng.choice(BEFORE) + text if around % 2 else text + rng.choice(AFTER)


def columns(count: int, seed: int, world: World) -> dict[str, list[str]]:
    """About `count` texts, as many for each region of the world."""
    rng = random.Random(seed)
    result = {}
    for region in REGIONS:
        own = f"{region}{phonenumbers.country_code_for_region(region)}"
        texts = []
        for _ in range(-(-count // len(REGIONS))):
            code, national = world.number(own if rng.random() < 0.6 else rng.choice(world.keys), rng)
            text = spelled(code, national, region, rng, world)
            texts.append(damaged(text, rng, world) if rng.random() < 0.25 else text)
        result[region] = texts
    return result


def chinese(count: int, seed: int) -> list[str]:
    """Mobiles as a Chinese body sends them: bare, with +86 or 0086, spaced, with dashes, some service numbers and lines."""
    rng = random.Random(seed)
    texts = []
    for _ in range(count):
        mobile = f"1{rng.choice('3456789')}{rng.randrange(10**9):09d}"
        kind = rng.random()
        if kind < 0.5:
            texts.append(mobile)
        elif kind < 0.65:
            texts.append(f"+86{mobile}")
        elif kind < 0.75:
            texts.append(f"86{mobile}")
        elif kind < 0.82:
            texts.append(f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}")
        elif kind < 0.88:
            texts.append(f"0086-{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}")
        elif kind < 0.95:
            texts.append(f"0{rng.choice(('10', '21', '755', '571'))}-{rng.randrange(2, 9)}{rng.randrange(10**7):07d}")
        else:
            texts.append(rng.choice(("95588", "10086", "12381", f"106{rng.randrange(10**9):09d}", "4001234567")))
    return texts


def by_library(text: str, region: str) -> tuple[str | None, bool]:
    """What the peer says: E.164 text or None, and whether it is valid."""
    try:
        found = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None, False
    return phonenumbers.format_number(found, PhoneNumberFormat.E164), phonenumbers.is_valid_number(found)


def expected(text: str, region: str) -> tuple[str | None, str] | None:
    """Normal form and problem by the library alone; None where rules of Chinese dialling or masks come first."""
    digits = phone.bare([text])[0]
    if region == "CN" or digits.startswith("+86") or "*" in stars(digits, "xX"):
        return None
    if not is_digits(digits.removeprefix("+")) or not 5 <= len(digits) <= 21:
        return None, ""
    normal, valid = by_library(digits, region)
    if normal is None or not (valid or digits.startswith("+")):
        return None, ""
    if valid:
        return normal, ""
    return digits, "prefix" if phonenumbers.is_possible_number(phonenumbers.parse(digits, region)) else "length"


def by_parse(text: str, region: str) -> tuple[str | None, str]:
    """Normal form and problem by `phone.parse`."""
    value = phone.parse(text, region)
    return (None, "") if value is None else (value.normal, value.problem)


def compared(texts: list[str], region: str) -> dict[str, int]:
    """How many rows there were of each sort; `different` must be 0."""
    got = read(pa.array(texts, pa.string()), region)
    answers = [
        (normal, "" if normal is None else PROBLEMS[problem])
        for normal, problem in zip(got.normal.to_pylist(), got.problem.tolist(), strict=True)
    ]
    found = {"rows": len(texts), "asked": got.asked, "with_library": 0, "numbers": 0, "valid": 0, "different": 0}
    for text, answer in zip(texts, answers, strict=True):
        alone = expected(text, region)
        found["with_library"] += alone is not None
        found["numbers"] += answer[0] is not None
        found["valid"] += answer[0] is not None and not answer[1]
        if answer != by_parse(text, region) or (alone is not None and answer != alone):
            found["different"] += 1
            print("different:", region, repr(text), answer, by_parse(text, region), alone, file=sys.stderr)
    return found


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def compile_world() -> None:
    """Every calling code and region into fresh tables."""
    tables = Plans()
    for region in REGIONS:
        tables.region(region)
    tables.need(np.arange(len(tables.codes)))
    tables.automata.table()


FIRST = """
import time, pyarrow as pa
import phonenumbers
from fanzha.clean import phone, phone_batch
column = pa.array([f"138{n:08d}" for n in range({rows})], pa.string())
start = time.process_time()
phone_batch.read(column, "CN")
print(time.process_time() - start)
"""


def first_use(rows: int) -> float:
    """Seconds until a new process has read its first column of Chinese mobiles; the import of the library not counted."""
    done = subprocess.run([sys.executable, "-c", FIRST.replace("{rows}", str(rows))], capture_output=True, check=True)
    return float(done.stdout)


AS_IT_COMES = """
import json, sys, time, phonenumbers
from phonenumbers import PhoneNumberFormat
def read(text, region):
    try:
        found = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None, False
    return phonenumbers.format_number(found, PhoneNumberFormat.E164), phonenumbers.is_valid_number(found)
pairs = json.load(sys.stdin)
for turn in range(2):  # the first loads the metadata of every region
    start = time.process_time()
    for pair in pairs:
        read(*pair)
print(time.process_time() - start)
"""


def as_it_comes(pairs: list[tuple[str, str]]) -> float:
    """Seconds of the library without tuning, in a new process, its metadata already loaded."""
    given = json.dumps(pairs).encode()
    done = subprocess.run([sys.executable, "-c", AS_IT_COMES], input=given, capture_output=True, check=True)
    return float(done.stdout)


def rates(count: int, values: list[float]) -> dict[str, int]:
    return {
        "median": round(count / statistics.median(values)),
        "min": round(count / max(values)),
        "max": round(count / min(values)),
    }


PEERS = ("library", "tuned")


def measure(
    texts: dict[str, list[str]], home: list[str], repeats: int, sample: int, rng: random.Random
) -> dict[str, object]:
    """Ours over everything and the library over a sample, in turn; then the same for the Chinese column."""
    arrays = {region: pa.array(column, pa.string()) for region, column in texts.items()}
    own = pa.array(home, pa.string())
    flat = [(text, region) for region, column in texts.items() for text in column]
    names = (
        "world",
        "library_world",
        "tuned_world",
        "parse_world",
        "china",
        "library_china",
        "tuned_china",
        "parse_china",
    )
    taken: dict[str, list[float]] = {name: [] for name in names}
    ratios: dict[str, list[float]] = {f"{name}_than_{peer}": [] for name in ("world", "china") for peer in PEERS}
    some, near = flat[:sample], home[:sample]
    for _ in range(repeats):
        if sample < len(flat):
            some = sorted(rng.sample(flat, sample), key=lambda pair: pair[1])  # one region after another, as we read
            near = rng.sample(home, min(sample, len(home)))
        taken["world"].append(seconds(lambda: [read(column, region) for region, column in arrays.items()]))
        taken["library_world"].append(as_it_comes(some))
        taken["tuned_world"].append(seconds(lambda some=some: [by_library(*pair) for pair in some]))
        taken["parse_world"].append(seconds(lambda some=some: [phone.parse(*pair) for pair in some]))
        taken["china"].append(seconds(lambda: read(own, "CN")))
        taken["library_china"].append(as_it_comes([(text, "CN") for text in near]))
        taken["tuned_china"].append(seconds(lambda near=near: [by_library(text, "CN") for text in near]))
        taken["parse_china"].append(seconds(lambda near=near: [phone.parse(text, "CN") for text in near]))
        for name, count, part in (("world", len(flat), len(some)), ("china", len(home), len(near))):
            for peer in PEERS:
                ratio = taken[f"{peer}_{name}"][-1] / part * count / taken[name][-1]
                ratios[f"{name}_than_{peer}"].append(ratio)
    sizes = {"world": len(flat), "china": len(home)} | {f"{peer}_china": len(near) for peer in (*PEERS, "parse")}
    found = {name: rates(sizes.get(name, len(some)), values) for name, values in taken.items()}
    return {f"{name}_numbers_per_second": rate for name, rate in found.items()} | {
        f"{name}_times_faster": {
            "median": round(statistics.median(values), 1),
            "min": round(min(values), 1),
            "max": round(max(values), 1),
        }
        for name, values in ratios.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--sample", type=int, default=100_000, help="numbers the library reads in each repeat")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    phonenumbers.enable_pattern_cache()
    compiling = [seconds(compile_world) for _ in range(3)]
    texts = columns(wanted.numbers, wanted.seed, World())
    home = chinese(wanted.numbers // 2, wanted.seed)
    # the asked share counts the columns of the world only: a column too short to be compiled for is not in it
    checked = [compared(column, region) for region, column in texts.items()]
    near = compared(home[: wanted.numbers // 10], "CN")
    total = {name: sum(part[name] for part in checked) for name in near}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "numbers": total["rows"],
        "regions": len(texts),
        "seed": wanted.seed,
        "commit": commit,
        "cores": os.cpu_count(),
        "different": total["different"] + near["different"],
        "compared_with_library_alone": total["with_library"],
        "number_share": round(total["numbers"] / total["rows"], 4),
        "valid_share": round(total["valid"] / total["rows"], 4),
        "asked_the_library_share": round(total["asked"] / total["rows"], 5),
        "compile_world_seconds": round(statistics.median(compiling), 3),
        "first_column_seconds": {
            str(rows): round(statistics.median(first_use(rows) for _ in range(3)), 4)
            for rows in (10, 999, 1000, 100_000)
        },
        **measure(texts, home, wanted.repeats, wanted.sample, random.Random(wanted.seed)),
        "phonenumbers": phonenumbers.__version__,
        "pyarrow": pa.__version__,
    }
    print(json.dumps(result, indent=1, ensure_ascii=False))
    assert not result["different"], "see above"
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
