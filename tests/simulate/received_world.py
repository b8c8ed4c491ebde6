"""A tiny world with a whole fraud chain, written once for the tests that look at what is received and what is planted."""

import atexit
import json
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fanzha.simulate import calling, everyday, gangs, ledgers, make, planted, population, receive, reporting
from fanzha.simulate.parameters import Parameters, parameters
from fanzha.simulate.reporting import Report
from fanzha.simulate.world import DAY_MS, World

SEED, PEOPLE, DAYS, GANGS, INCIDENTS = 11, 5000, 30, 5, 60


@dataclass(frozen=True)
class Written:
    """A world, what it was made from, and where it stands."""

    world: World
    p: Parameters
    reports: list[Report]
    out: Path


def small() -> Parameters:
    """Little honest life and many people abroad, so that a few seconds show everything."""
    return parameters("town").set(
        {
            "population.country_shares": [0.6, 0.2, 0.2],
            "gangs.target_countries": [0.5, 0.25, 0.25],
            "everyday.scale": 0.2,
            "calls.per_person_day": 0.06,
            "reporting.reported_share": 0.9,
            "reporting.file_days": 30,
            "bodies.consumer_share": 0.05,
            "bodies.file_days": 30,
        }
    )


def tiny(seed: int = SEED) -> tuple[World, Parameters]:
    """The world in memory."""
    p = small()
    holders = population.holders(seed, PEOPLE, p)
    accounts = population.accounts(seed, holders, p, make.START_MS)
    period = (make.START_MS, make.START_MS + DAYS * DAY_MS)
    honest = everyday.add_everyday(seed, holders, accounts, p, period)
    world = World(seed, *period, population.banks(p), holders, accounts, honest)
    gangs.add_chain(world, p, GANGS, INCIDENTS, moved_max=5000)
    world.transfers, world.transfer_of = make.merged(world)
    return world, p


def write(world: World, p: Parameters, out: Path) -> list[Report]:
    """The whole folder."""
    out.mkdir(parents=True, exist_ok=True)
    about = {"fanzha_world": 1, "seed": world.seed, "start_ms": world.start_ms, "end_ms": world.end_ms}
    (out / "world.json").write_text(json.dumps(about), encoding="utf-8")
    (out / "parameters.yaml").write_text(p.written(), encoding="utf-8")
    ledgers.write_ledgers(world, p, out, lambda done, total: None)
    calling.write_calls(world, p, out)
    reports = reporting.reports(world, p)
    planted.write_truth(world, reports, out)
    receive.write_received(world, reports, p, out)
    return reports


@cache
def written() -> Written:
    """The world in a folder that goes when the tests are over."""
    folder = Path(tempfile.mkdtemp(prefix="received_world_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    world, p = tiny()
    return Written(world, p, write(world, p, folder / "world"), folder / "world")
