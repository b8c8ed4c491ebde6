"""Worth of holds on synthetic countries: victims' money held on gang-controlled accounts against honest people's money held.

    python bench/worth.py --worlds city commingling --seed 20261123 --result bench/results/worth.json

Each world is written, replayed on its own clock, and its log of holds weighed beside simple rules (`fanzha/score/worth.py`), twice:
each report by itself (`alone`: a hold catches only money of what was reported by then, for after a hold the gang turns to other
accounts), and with a gang that goes on as if nothing had happened (`windfall`). Shares are of what freezing everything saves and
of the honest money that it holds, thrice: of all accounts that the money reached, by the truth, at the report (`freeze_downstream`);
without the shops and dealers where it was spent (`freeze_known`); of all that the tool knew, when it knew it (`freeze_told`). What `freeze_known` saves and the log does not is broken down by cause
(`lost`). Amounts are minor units of CNY; other currencies at the world's own rates. Same preset and seed, same figures.
"""

import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from fanzha.document.html import Markup, el, join
from fanzha.score.counterplay import Hold
from fanzha.score.locking import GANG, MINUTE_MS, Scale, Worth, _Kept
from fanzha.score.worth import Line, as_holds, beside, cuts, ending, frontier, policies, read_lines
from fanzha.simulate.world import COUNTRIES

ROOT = Path(__file__).parents[1]
RATES = {country.currency: Fraction(str(country.per_yuan)) for country in COUNTRIES}
GANGS = {"alone": False, "windfall": True}
FULL, NARROW, TOLD = "freeze_downstream", "freeze_known", "freeze_told"
MARKS = (0, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1_080, 1_440, 2_160, 2_880, 4_320, 10_080)  # minutes
LATER = (0, 20, 60, 180, 360, 720, 1_440, 2_880)  # minutes by which the full freeze comes late
EXPIRY_HOURS = 48  # see respond.propose
SHOWN = ("fanzha", "first_tier", FULL)


def fanzha(*arguments: object) -> tuple[dict[str, Any], float]:
    """What a command said as JSON, and its seconds. A command that fails ends this script with what it said."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "fanzha", *map(str, arguments), "--json"], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"fanzha {arguments[0]} ended with {done.returncode}\n{done.stdout}")
    return json.loads(done.stdout), round(time.perf_counter() - start, 2)


def number(share: Fraction | None) -> float | None:
    return None if share is None else round(float(share), 4)


def figures(worth: Worth, freezes: Mapping[str, Worth]) -> dict[str, Any]:
    """A policy's figures, and its shares of what each full freeze saves and holds."""
    shares = {name: beside(worth, full) for name, full in freezes.items()}
    return {
        **worth.as_dict(),
        **{
            f"of_{name}": {part: number(share) for part, share in one._asdict().items()} for name, one in shares.items()
        },
        "aim_reached": {name: one.reaches() for name, one in shares.items()},
    }


def curve(scale: Scale, lines: Sequence[Line], windfall: bool, full: Worth, narrow: Worth) -> dict[str, Any]:
    """Each threshold as a point (rule, way, saved, honest), and which of them nothing beats."""
    made = [(cut, scale.weigh(as_holds(lines, cut.keep, cut.way), windfall=windfall)) for cut in cuts(scale, lines)]
    shares = [beside(worth, full) for _, worth in made]
    harder = [beside(worth, narrow) for _, worth in made]
    places = [(one.saved or Fraction(0), one.honest or Fraction(0)) for one in shares]
    best = set(frontier(places))
    points = [
        {
            "rule": cut.rule,
            "way": cut.way,
            "saved": number(shares[at].saved),
            "saved_minutes": number(shares[at].saved_minutes),
            "honest": number(shares[at].honest),
            f"honest_of_{NARROW}": number(harder[at].honest),
            "honest_peak": number(shares[at].honest_peak),
            "people": number(shares[at].people),
            "incidents": number(shares[at].incidents),
            "unbeaten": at in best,
        }
        for at, (cut, _) in enumerate(made)
    ]
    within = [at for at in range(len(made)) if places[at][1] <= Fraction(2, 100)]
    enough = [at for at in range(len(made)) if places[at][0] >= Fraction(9, 10)]
    return {
        "points": points,
        "most_saved_within_2_percent": points[max(within, key=lambda at: places[at][0])] if within else None,
        "least_honest_from_90_percent": points[min(enough, key=lambda at: places[at][1])] if enough else None,
    }


def at_marks(worth: Worth) -> dict[str, list[int]]:
    """Saved and honest money at the marks since the report."""
    return {
        "saved": [level_at(worth.since_saved.levels, mark) for mark in MARKS],
        "honest": [level_at(worth.since_honest.levels, mark) for mark in MARKS],
    }


def level_at(levels: Iterable[tuple[int, int]], minute: int) -> int:
    found = 0
    for at_ms, level in levels:
        if at_ms // MINUTE_MS > minute:
            break
        found = level
    return found


def weighed(world: Path, log: Path) -> dict[str, Any]:
    """Everything about one world and one replay's log."""
    scale, lines = Scale(world, RATES), read_lines(log)
    plans = policies(scale, lines)
    paid = [(row[0], scale.money(row[4], row[5])) for row in scale.truth.payments]
    result: dict[str, Any] = {
        "paid_minor": sum(amount for _, amount in paid),
        "paid_reported_minor": sum(amount for incident, amount in paid if incident in scale.known),
        "log_lines": {verb: sum(line.verb == verb for line in lines) for verb in ("hold", "lift", "reached")},
        "since_report_minutes": list(MARKS),
        "lost": lost(scale, lines, plans),
    }
    for gang, windfall in GANGS.items():
        worth = {name: scale.weigh(holds, windfall=windfall) for name, holds in plans.items()}
        full, narrow = worth[FULL], worth[NARROW]
        freezes = {name: worth[name] for name in (FULL, NARROW, TOLD) if name in worth}
        lived = {name: scale.weigh(plans[name], windfall=windfall, blocks=False) for name in ("fanzha", *freezes)}
        ended = scale.weigh(ending(plans["fanzha"], EXPIRY_HOURS), windfall=windfall)
        late = {minutes: scale.weigh(shifted(plans[FULL], minutes), windfall=windfall) for minutes in LATER}
        result[gang] = {
            "policies": {name: figures(one, freezes) for name, one in worth.items()},
            "fanzha_where_payments_pass": figures(lived["fanzha"], {name: lived[name] for name in freezes}),
            "fanzha_not_renewed": figures(ended, freezes),
            "full_freeze_late": {str(minutes): number(beside(one, full).saved) for minutes, one in late.items()},
            "since_report": {name: at_marks(one) for name, one in worth.items()},
            "by_minute": {
                name: {
                    "saved": worth[name].since_saved.by_minute(1_440),
                    "honest": worth[name].since_honest.by_minute(1_440),
                }
                for name in SHOWN
            },
            "curve": curve(scale, lines, windfall, full, narrow),
        }
    return result


# -- what is lost, and why -----------------------------------------------------------------------------------------------

HOUR_MS = 60 * MINUTE_MS
Spot = tuple[str, str]  # account, currency


class Chain:
    """When an incident's money was in which account by the truth, with nothing held."""

    def __init__(self, scale: Scale) -> None:
        self.changes: dict[tuple[int, Spot], list[tuple[int, int]]] = defaultdict(list)
        self.first_tier: set[tuple[int, Spot]] = set()
        for _, incident, payer, payee, left_ms, arrived_ms, amount, currency, tier, way, _ in scale.truth.parcels:
            if payer:
                self.changes[incident, (payer, currency)].append((left_ms, -amount))
            if payee and not way:
                self.changes[incident, (payee, currency)].append((arrived_ms, amount))
                if tier == 1:
                    self.first_tier.add((incident, (payee, currency)))

    def there(self, incident: int, spot: Spot, at_ms: int) -> int:
        """Minor units of the incident's money in the account at a moment."""
        return max(0, sum(change for moment, change in self.changes.get((incident, spot), ()) if moment <= at_ms))


def caught(scale: Scale, holds: Sequence[Hold]) -> dict[tuple[int, Spot], int]:
    """Minor units held at the end on gang-controlled accounts, by incident and account; each report by itself."""
    play = _Kept(scale.truth, holds, scale.known)
    play.run()
    found: dict[tuple[int, Spot], int] = defaultdict(int)
    for one in play.caught:
        if scale.control.of(one.account) == GANG:
            found[one.incident, (one.account, one.currency)] += one.amount
    return found


def causes(
    chain: Chain, mine: Sequence[Line], incident: int, spot: Spot, known_ms: int, missing: int
) -> dict[str, int]:
    """Why `missing` minor units in one account were not held: cause and amount. `mine` are the log's lines for the account."""
    reached = [one.at_ms for one in mine if one.verb == "reached"]
    if not reached:
        named = (incident, spot) in chain.first_tier
        return {"first account never known" if named else "further account never known": missing}
    seen_ms = min((at_ms for at_ms in reached if at_ms >= known_ms), default=max(reached[0], known_ms))
    found: dict[str, int] = {}
    rest = min(missing, chain.there(incident, spot, seen_ms))
    hours = (seen_ms - known_ms) // HOUR_MS
    slow = "within 6 hours" if hours < 6 else "within a day" if hours < 24 else "after a day or more"
    found[f"gone before the account was known {slow}"] = missing - rest
    holds = [one for one in mine if one.verb == "hold"]
    again = [one.at_ms for one in holds if one.at_ms >= known_ms]
    if not again:
        found["held for earlier reports only" if holds else "known and not held"] = rest
        return found
    still = min(rest, chain.there(incident, spot, again[0]))
    found["gone between known and held"] = rest - still
    found["held, of too little"] = still
    return found


def lost(scale: Scale, lines: Sequence[Line], plans: Mapping[str, Sequence[Hold]]) -> dict[str, Any]:
    """What `freeze_known` saves and the log's holds do not, by cause; figures as everywhere, each report by itself."""
    chain, full, mine = Chain(scale), caught(scale, plans[NARROW]), caught(scale, plans["fanzha"])
    of_account: dict[Spot, list[Line]] = defaultdict(list)
    for one in lines:
        of_account[one.account, one.currency].append(one)
    sums: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for (incident, spot), amount in sorted(full.items()):
        missing = amount - min(amount, mine.get((incident, spot), 0))
        for cause, part in causes(chain, of_account[spot], incident, spot, scale.known[incident], missing).items():
            if part > 0:
                sums[cause] += scale.money(part, spot[1])
                places[cause] += 1
    total = sum(scale.money(amount, spot[1]) for (_, spot), amount in full.items())
    elsewhere = sum(scale.money(max(0, amount - full.get(key, 0)), key[1][1]) for key, amount in mine.items())
    return {
        "full_minor": total,
        "held_elsewhere_minor": elsewhere,  # further down than the full freeze would have met it: not lost after all
        "causes": {
            cause: {"minor": amount, "share": number(Fraction(amount, total or 1)), "accounts": places[cause]}
            for cause, amount in sums.most_common()
        },
    }


def shifted(holds: Iterable[Hold], minutes: int) -> list[Hold]:
    return [hold._replace(at_ms=hold.at_ms + minutes * MINUTE_MS) for hold in holds]


def measured(preset: str, seed: int, runs_max: int, kept: Path | None) -> dict[str, Any]:
    """One world written, replayed and weighed; with `kept`, what an earlier run left there is taken as it is."""
    with tempfile.TemporaryDirectory() as name:
        folder = (kept or Path(name)) / f"{preset}-{seed}-{runs_max}"
        world, log, told = folder / "world", folder / "replay.jsonl", folder / "replayed.json"
        if not told.is_file():
            fanzha("simulate", world, "--preset", preset, "--seed", seed)
            played, seconds = fanzha(
                "replay", world, "--workspace", folder / "workspace", "--log", log, "--runs-max", runs_max
            )
            left_out = ("log", "earlier")
            said = {**{one: value for one, value in played.items() if one not in left_out}, "seconds": seconds}
            told.write_text(json.dumps(said), encoding="utf-8")
        start = time.perf_counter()
        found = weighed(world, log)
        return {
            "replay": json.loads(told.read_text(encoding="utf-8")),
            "weigh_seconds": round(time.perf_counter() - start, 2),
            **found,
        }


# -- the picture ----------------------------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, TOP = 430.0, 300.0, 60.0, 70.0  # of a panel, and the room before it
LOWEST, HIGHEST = -4, 1  # powers of ten on the axis of honest money
TONES = {"alone": "#1f6f8b", "windfall": "#c0662b"}
NAMES = {
    "fanzha": "Fanzha 本系统",
    "first_tier": "first tier 仅一级卡",
    TOLD: "freeze as told 查到即冻",
    NARROW: "no shops 不含商户",
    "hold_known": "best by amount 限额止付上限",
    FULL: "freeze all 全部冻结",
}
SAID = {
    "alone": "each report by itself 逐案计算",
    "windfall": "gang goes on as before 团伙未察觉,含后续资金",
}


def spot(saved: float, honest: float) -> tuple[float, float]:
    """Where a point is in its panel; no honest money at all is at the left edge."""
    power = max(LOWEST, min(HIGHEST, math.log10(honest))) if honest > 0 else LOWEST
    return round((power - LOWEST) / (HIGHEST - LOWEST) * WIDTH, 1), round((1 - min(1.0, saved)) * HEIGHT, 1)


def words(x: float, y: float, text: str, anchor: str = "start", size: int = 11, tone: str = "#333") -> Markup:
    return el("text", {"x": x, "y": y, "font-size": size, "text-anchor": anchor, "fill": tone}, text)


def line(x1: float, y1: float, x2: float, y2: float, tone: str = "#ddd") -> Markup:
    return el("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": tone})


def axes(name: str) -> list[Markup]:
    found = [words(0, -12, name, size=14)]
    for power in range(LOWEST, HIGHEST + 1):
        x, _ = spot(0, 10.0**power)
        found += [line(x, 0, x, HEIGHT), words(x, HEIGHT + 16, f"{10.0 ** (power + 2):g} %", "middle")]
    for tenth in range(0, 11, 2):
        _, y = spot(tenth / 10, 1)
        found += [line(0, y, WIDTH, y), words(-6, y + 4, f"{tenth * 10} %", "end")]
    right, top = spot(0.9, 0.02)
    aim = {"x": 0, "y": 0, "width": right, "height": top, "fill": "#2e7d32", "fill-opacity": 0.15}
    return [*found, el("rect", aim, None), words(4, top - 4, "aim 目标", tone="#2e7d32")]


def panel(name: str, told: Mapping[str, Any]) -> Markup:
    """One world: thresholds as dots, those that nothing beats joined by a line, policies by name."""
    drawn = axes(name)
    for gang, tone in TONES.items():
        points = [(one["saved"] or 0, one["honest"] or 0, one["unbeaten"]) for one in told[gang]["curve"]["points"]]
        best = sorted(spot(saved, honest) for saved, honest, unbeaten in points if unbeaten)
        way = " ".join(f"{x},{y}" for x, y in best)
        drawn.append(el("polyline", {"points": way, "fill": "none", "stroke": tone, "stroke-width": 1.5}, None))
        for saved, honest, _ in points:
            x, y = spot(saved, honest)
            drawn.append(el("circle", {"cx": x, "cy": y, "r": 2, "fill": tone, "fill-opacity": 0.6}, None))
        for policy, title in NAMES.items():
            if policy not in told[gang]["policies"]:
                continue
            share = told[gang]["policies"][policy][f"of_{FULL}"]
            x, y = spot(share["saved"] or 0, share["honest"] or 0)
            drawn.append(el("circle", {"cx": x, "cy": y, "r": 5, "fill": "none", "stroke": tone}, None))
            if gang == "alone":
                left, down = policy == NARROW, {"fanzha": -9, NARROW: 18}.get(policy, 4)
                drawn.append(words(x - 8 if left else x + 8, y + down, title, "end" if left else "start", 10, tone))
    return join(drawn)


def picture(worlds: Mapping[str, Mapping[str, Any]]) -> str:
    """The trade-off of each world side by side, as SVG."""
    step = WIDTH + LEFT + 30
    panels = [
        el("g", {"transform": f"translate({LEFT + step * at},{TOP})"}, panel(name, told))
        for at, (name, told) in enumerate(worlds.items())
    ]
    width, height = step * len(worlds) + 10, TOP + HEIGHT + 50
    head = [
        words(10, 20, "Share of what freezing everything saves, by share of the honest money it holds", size=14),
        words(10, 38, "纵轴:相对“全部冻结”的保全比例;横轴:相对其误冻无辜资金的比例", size=12),
        *(words(600, 20 + 18 * at, said, tone=TONES[gang]) for at, (gang, said) in enumerate(SAID.items())),
    ]
    size = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "font-family": "sans-serif"}
    ground = el("rect", {"width": width, "height": height, "fill": "#fff"}, None)
    return str(el("svg", size, ground, *head, *panels)) + "\n"


def compact(result: Mapping[str, Any]) -> str:
    """JSON with lists of numbers on one line each."""
    text = json.dumps(result, indent=1, ensure_ascii=False)
    for _ in range(2):  # pairs, then lists of pairs
        text = re.sub(r"\[\s+([-\d\[][-\d\s,.\[\]]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    return text + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", nargs="+", default=["city", "commingling"], help="presets")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--runs-max", type=int, default=60, help="runs of the stages in each replay, at most")
    parser.add_argument("--keep", type=Path, help="folder for worlds and logs; what is there is not made again")
    parser.add_argument("--result", type=Path, help="where the JSON goes")
    parser.add_argument("--note", default="", help="what else to say of the code that made the logs")
    parser.add_argument("--picture", type=Path, help="where the SVG of the curves goes")
    wanted = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "commit": commit,
        **({"note": wanted.note} if wanted.note else {}),
        "seed": wanted.seed,
        "runs_max": wanted.runs_max,
        "cores": os.cpu_count(),
        "worlds": {one: measured(one, wanted.seed, wanted.runs_max, wanted.keep) for one in wanted.worlds},
    }
    text = compact(result)
    if wanted.result:
        wanted.result.write_text(text, encoding="utf-8")
    if wanted.picture:
        wanted.picture.write_text(picture(result["worlds"]), encoding="utf-8")
    for name, told in result["worlds"].items():
        for gang in GANGS:
            for policy, one in told[gang]["policies"].items():
                share = one[f"of_{FULL}"]
                saved, honest, each = (share[part] for part in ("saved", "honest", "incidents"))
                print(f"{name:12} {gang:8} {policy:18} saved {saved} honest {honest} incidents {each}")


if __name__ == "__main__":
    main()
