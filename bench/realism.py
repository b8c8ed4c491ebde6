"""How real a written world is: its distributions beside published figures and beside samples of AMLSim and AMLGentex.

    python bench/realism.py --world OUT --beside FOLDER --page realism.html --result bench/results/realism.json

FOLDER holds amlsim_20k/transactions.csv.gz and amlgentex_tx_log.parquet (not part of this repository); without it the world stands beside
the published figures only (fanzha/simulate/published.yaml, each with its source). The generators themselves are not in the package index.
"""

import argparse
import json
import subprocess
import time
from dataclasses import asdict
from pathlib import Path

from samples import amlgentex, amlsim

from fanzha.document.realism_page import write_realism
from fanzha.simulate.realism import Shape, measure, shape
from fanzha.simulate.realism_told import page, published
from fanzha.simulate.world import DAY_MS


def without_curves(value: object) -> object:
    """The figures alone: a curve is drawn on the page and can be made again."""
    if isinstance(value, dict):
        return {name: without_curves(one) for name, one in value.items() if name != "curve"}
    return round(value, 6) if isinstance(value, float) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", type=Path, required=True)
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--page", type=Path)
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    start = time.perf_counter()
    found = measure(wanted.world)
    seconds = time.perf_counter() - start
    samples: tuple[tuple[str, Shape], ...] = ()
    if wanted.beside:
        samples = (
            ("AMLSim", shape(amlsim(wanted.beside), DAY_MS)),
            ("AMLGentex", shape(amlgentex(wanted.beside)[0], DAY_MS)),
        )
    if wanted.page:
        write_realism(page(found, samples, wanted.lang), wanted.page)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    result = {
        "seed": found.world["seed"],
        "commit": commit.stdout.strip(),
        "seconds": round(seconds, 1),
        "world": without_curves(found.as_json()),
        "published": {one["name"]: one["value"] for one in published()},
        "beside": {name: without_curves(asdict(one)) for name, one in samples},
    }
    print(json.dumps(result["world"], indent=1, ensure_ascii=False))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
