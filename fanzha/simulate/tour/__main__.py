"""`python -m fanzha.simulate.tour FOLDER --seed N [--truth FILE]`: writes the files of a synthetic country."""

import argparse
import sys
from pathlib import Path

from fanzha.errors import FanzhaError
from fanzha.simulate.tour.country import simulate
from fanzha.simulate.tour.deliver import write
from fanzha.simulate.tour.truth import write_truth


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0, or that of the error."""
    parser = argparse.ArgumentParser(
        prog="python -m fanzha.simulate.tour", description="Write a synthetic country's files."
    )
    parser.add_argument("folder", type=Path, help="where the files go")
    parser.add_argument("--seed", type=int, required=True, help="the same seed gives the same bytes")
    parser.add_argument("--preset", default="examples")
    parser.add_argument("--truth", type=Path, help="also write what really happened, away from the folder")
    chosen = parser.parse_args(arguments)
    try:
        world = simulate(chosen.preset, chosen.seed)
        for path in write(world, chosen.folder):
            print(path)
        if chosen.truth is not None:
            print(write_truth(world, chosen.truth))
    except FanzhaError as error:
        print(error.say("en"), file=sys.stderr)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
