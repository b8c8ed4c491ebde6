"""Makes a world and writes it: what the centre received, what each body keeps, and, away from both, the truth.

OUT/received   files as they reach an anti-fraud centre, for the door
OUT/bodies     what each bank, operator and police force holds; it answers when asked (bodies.ask)
OUT/truth      who did what; only a scoreboard reads it
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fanzha.errors import InputError, StorageFailed
from fanzha.model.version import VERSION
from fanzha.simulate import (
    calling,
    everyday,
    exits,
    gangs,
    ledgers,
    planted,
    planted_exits,
    population,
    receive,
    reporting,
)
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.world import DAY_MS, PURPOSES, Transfers, World

START_MS = 1_782_835_200_000  # 2026-07-01 00:00 in Shanghai
HONEST_PER_CHAIN = 1000  # honest transfers for one of the chain, at least
TARGETS_PER_CHAIN = 11  # transfers of the chain that one victim's money makes; only a first guess, the budget decides
PEOPLE_MIN, DAYS_MIN = 2_000, 14
WORLD_FILE = "world.json"
Progress = Callable[[str, int, int], None]  # which part, done, of how many


@dataclass(frozen=True, slots=True)
class Size:
    """How big a world is."""

    people: int
    days: int
    gangs: int

    def check(self) -> None:
        """Raises InputError where a world of this size could not hold its honest life or its gangs."""
        if self.people < PEOPLE_MIN or self.days < DAYS_MIN or not 0 <= self.gangs <= self.people // 500:
            raise InputError(
                f"a world of {self.people} people, {self.days} days and {self.gangs} gangs cannot be made",
                f"无法生成 {self.people} 人、{self.days} 天、{self.gangs} 个团伙的世界",
                remedy=f"at least {PEOPLE_MIN} people, {DAYS_MIN} days, and 500 people for each gang",
                remedy_zh=f"至少 {PEOPLE_MIN} 人、{DAYS_MIN} 天,且每个团伙对应 500 人",
            )


@dataclass(frozen=True, slots=True)
class Made:
    """What was written, in numbers."""

    out: Path
    people: int
    transfers: int
    honest: int
    chain: int
    incidents: int
    reports: int
    files: int


def world_of(seed: int, size: Size, p: Parameters, progress: Progress) -> World:
    """A world in memory: people, honest life, then the chain in the midst of it."""
    size.check()
    progress("people", 0, 1)
    holders = population.holders(seed, size.people, p)
    accounts = population.accounts(seed, holders, p, START_MS)
    progress("people", 1, 1)
    period = (START_MS, START_MS + size.days * DAY_MS)
    progress("everyday", 0, 1)
    honest = everyday.add_everyday(seed, holders, accounts, p, period)
    progress("everyday", 1, 1)
    world = World(seed, *period, population.banks(p), holders, accounts, honest)
    progress("chain", 0, 1)
    budget = len(honest) // (int(p["exits.honest_per_chain"]) if p["exits.on"] else HONEST_PER_CHAIN)
    if size.gangs:
        gangs.add_chain(world, p, size.gangs, max(1, budget // TARGETS_PER_CHAIN), moved_max=budget)
    world.transfers, world.transfer_of = merged(world)
    if world.exits is not None:
        exits.finish(world, p)
    progress("chain", 1, 1)
    return world


def merged(world: World) -> tuple[Transfers, np.ndarray]:
    """Honest money and the chain's in one, in time order; and the place of each of the chain's transfers in it."""
    honest, moved = world.transfers, world.moved
    codes = {name: code for code, name in enumerate(PURPOSES)}

    def column(name: str, kind: type[np.generic]) -> np.ndarray:
        return np.array([getattr(one, name) for one in moved], kind)

    at_ms = np.concatenate([honest.at_ms, column("at_ms", np.int64)])
    order = np.argsort(at_ms, kind="stable")
    purpose = np.array([codes[one.purpose] for one in moved], np.int8)
    payer = np.array([one.payer if one.desk < 0 else one.desk for one in moved], np.int32)
    incident = np.array([one.parcels[0].incident if one.parcels else -1 for one in moved], np.int32)
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return Transfers(
        payer=np.concatenate([honest.payer, payer])[order],
        payee=np.concatenate([honest.payee, column("payee", np.int32)])[order],
        at_ms=at_ms[order],
        arrived_ms=np.concatenate([honest.arrived_ms, column("arrived_ms", np.int64)])[order],
        amount_minor=np.concatenate([honest.amount_minor, column("amount_minor", np.int64)])[order],
        purpose=np.concatenate([honest.purpose, purpose])[order],
        incident=np.concatenate([honest.incident, incident])[order],
    ), places[len(honest) :]


def make(seed: int, size: Size, p: Parameters, out: Path, progress: Progress, preset: str = "") -> Made:
    """Make a world and write it into `out`, which is made and must be empty. The same seed, size and parameters: the same bytes.

    Raises InputError where the folder is not empty or the size is impossible, StorageFailed where it cannot be written.
    """
    size.check()
    if out.exists() and any(out.iterdir()):
        raise InputError(
            "the folder is not empty",
            "目录非空",
            where=str(out),
            remedy="name a new folder; a world is never written over another",
            remedy_zh="请指定新目录;不会覆盖已有内容",
        )
    try:
        return _written(world_of(seed, size, p, progress), size, p, out, progress, preset)
    except OSError as failure:
        raise StorageFailed(
            f"the world could not be written: {failure}",
            f"无法写入:{failure}",
            where=str(out),
            remedy="check the folder and the space left, remove what was begun, and try again",
            remedy_zh="请检查目录与剩余空间,删除未完成的内容后重试",
        ) from failure


def _written(world: World, size: Size, p: Parameters, out: Path, progress: Progress, preset: str) -> Made:
    out.mkdir(parents=True, exist_ok=True)
    chain = len(world.moved)
    about = {
        "fanzha_world": 1,
        "preset": preset,
        "seed": world.seed,
        "people": size.people,
        "days": size.days,
        "gangs": size.gangs,
        "start_ms": world.start_ms,
        "end_ms": world.end_ms,
        "transfers": len(world.transfers),
        "honest": len(world.transfers) - chain,
        "chain": chain,
        "version": VERSION,
    }
    (out / WORLD_FILE).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    (out / "parameters.yaml").write_text(p.written(), encoding="utf-8")
    ledgers.write_ledgers(world, p, out, lambda done, total: progress("ledgers", done, total))
    progress("calls", 0, 1)
    calling.write_calls(world, p, out)
    progress("calls", 1, 1)
    progress("reports", 0, 1)
    reports = reporting.reports(world, p)
    planted.write_truth(world, reports, out)
    planted_exits.write_exits(world, out)
    progress("reports", 1, 1)
    progress("received", 0, 1)
    receive.write_received(world, reports, p, out)
    progress("received", 1, 1)
    files = sum(path.is_file() for path in (out / "received").rglob("*"))
    incidents = sum(not one.stopped for one in world.incidents)
    return Made(
        out, size.people, len(world.transfers), len(world.transfers) - chain, chain, incidents, len(reports), files
    )
