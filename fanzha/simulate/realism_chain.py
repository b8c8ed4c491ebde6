"""The fraud chain of a written world in figures, from its truth: cases, losses, delays, tiers, exits."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from fanzha.simulate.flow import PER_YUAN
from fanzha.simulate.spread import Spread, spread
from fanzha.simulate.world import DAY_MS, HOUR_MS, MINUTE_MS

# Yuan that the published figures of Singapore were converted with; assumption: 5.4 yuan for S$1.
LOSS_BELOW_YUAN, LOSS_ABOVE_YUAN = 27_000, 540_000
TIERS_NAMED = 4  # deeper ones are counted together
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chain:
    """`figures` by name as in published.yaml; None where the world has nothing to count. Shares are 0 to 1, money is yuan."""

    cases: int  # targets who paid
    reports: int
    figures: dict[str, float | None]
    loss: Spread | None  # yuan per case
    dwell: Spread | None  # minutes from arrival at the account that was paid to the first transfer onward
    later: Spread | None  # the same in every later account


def chain(out: Path, told: Row) -> Chain:
    """The figures of the chain of the world in `out`; `told` is its world.json."""
    payments, parcels, reports = (_rows(out, name) for name in ("payments", "parcels", "reports"))
    paid = [one for one in reports if one["incident"] >= 0 and not one["stopped"]]
    first = {one["incident"]: one for one in reversed(paid)}
    cases = _grouped(payments, "incident")
    loss = [sum(_yuan(one) for one in rows) for rows in cases.values()]
    figures: dict[str, float | None] = {"honest_per_chain": _part(told["honest"], told["chain"])}
    figures |= _losses(loss, [len(rows) for rows in cases.values()])
    figures |= {f"type_{name}": share for name, share in _shares(one["scam_type"] for one in first.values()).items()}
    figures |= {f"age_{name}": share for name, share in _shares(one["age_band"] for one in first.values()).items()}
    figures["repeat_share"] = _part(sum(bool(one["repeat"]) for one in paid), len(paid))
    figures["stopped_share"] = _part(sum(bool(one["stopped"]) for one in reports), len(reports))
    figures["reported_share"] = _part(len(first), len(cases))
    figures |= _delays(first, cases)
    figures["first_day_share"] = _first_day(out, first, cases)
    figures |= _tiers(parcels)
    figures |= _exits(parcels)
    figures |= _accounts(parcels, payments)
    dwell, later = _dwell(parcels)
    figures["first_hop_median_minutes"] = None if dwell is None else dwell.median
    figures["later_hop_median_minutes"] = None if later is None else later.median
    return Chain(len(cases), len(reports), figures, spread(loss) if loss else None, dwell, later)


def _rows(out: Path, name: str) -> list[Row]:
    made: list[Row] = pq.read_table(out / "truth" / f"{name}.parquet").to_pylist()
    return made


def _grouped(rows: list[Row], name: str) -> dict[int, list[Row]]:
    made: dict[int, list[Row]] = {}
    for row in rows:
        made.setdefault(row[name], []).append(row)
    return made


def _part(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _yuan(row: Row, name: str = "amount_minor") -> float:
    return float(row[name]) / 100 / PER_YUAN.get(row["currency"], 1.0)


def _shares(values: Iterable[str]) -> dict[str, float]:
    told = list(values)
    return {name: told.count(name) / len(told) for name in sorted(set(told))}


def _losses(loss: list[float], counts: list[int]) -> dict[str, float | None]:
    if not loss:
        return dict.fromkeys(("payments_per_case", "loss_median", "loss_mean", "loss_small_share", "loss_large_share"))
    return {
        "payments_per_case": float(np.mean(counts)),
        "loss_median": float(np.median(loss)),
        "loss_mean": float(np.mean(loss)),
        "loss_small_share": float(np.mean([one < LOSS_BELOW_YUAN for one in loss])),
        "loss_large_share": float(np.mean([one > LOSS_ABOVE_YUAN for one in loss])),
    }


def _delays(first: dict[int, Row], cases: dict[int, list[Row]]) -> dict[str, float | None]:
    """Time from a case's last payment before its first report to that report."""
    late = []
    for incident, report in first.items():
        before = [one["at_ms"] for one in cases.get(incident, ()) if one["at_ms"] <= report["at_ms"]]
        if before:
            late.append(report["at_ms"] - max(before))
    return {
        "report_within_hour": _part(sum(one < HOUR_MS for one in late), len(late)),
        "report_within_day": _part(sum(HOUR_MS <= one < DAY_MS for one in late), len(late)),
        "report_later": _part(sum(one >= DAY_MS for one in late), len(late)),
    }


def _first_day(out: Path, first: dict[int, Row], cases: dict[int, list[Row]]) -> float | None:
    """Share of reported cases whose last payment falls within a day of the last contact before the first payment."""
    contacts: dict[int, list[int]] = {}
    for row in pq.read_table(out / "bodies" / "contacts.parquet", columns=["person", "at_ms"]).to_pylist():
        contacts.setdefault(row["person"], []).append(row["at_ms"])
    over = []
    for incident, report in first.items():
        times = [one["at_ms"] for one in cases.get(incident, ())]
        begun = [at for at in contacts.get(report["victim"], ()) if times and at <= min(times)]
        if begun:
            over.append(max(times) - max(begun) < DAY_MS)
    return _part(sum(over), len(over))


def _tiers(parcels: list[Row]) -> dict[str, float | None]:
    """Cases by the deepest tier of accounts that their money reached."""
    deepest: dict[int, int] = {}
    for row in parcels:
        if row["exit"] == "":
            deepest[row["incident"]] = max(row["tier"], deepest.get(row["incident"], 0))
    told = list(deepest.values())
    named = {f"tier_{tier}": _part(told.count(tier), len(told)) for tier in range(1, TIERS_NAMED + 1)}
    return named | {"tier_deeper": _part(sum(one > TIERS_NAMED for one in told), len(told))}


def _exits(parcels: list[Row]) -> dict[str, float | None]:
    """Where money left the accounts, by money."""
    money = dict.fromkeys(("cash", "crypto", "goods", "abroad"), 0.0)
    for row in parcels:
        if row["exit"]:
            money[row["exit"]] += _yuan(row, "disputed_minor")
    return {f"exit_{name}": _part(value, sum(money.values())) for name, value in money.items()}


def _accounts(parcels: list[Row], payments: list[Row]) -> dict[str, float | None]:
    """Accounts that each case's money came into, and those of them that victims paid."""
    reached: dict[int, set[str]] = {}
    for row in parcels:
        if row["exit"] == "" and row["payee"]:
            reached.setdefault(row["incident"], set()).add(row["payee"])
    paid = {incident: {one["payee"] for one in rows} for incident, rows in _grouped(payments, "incident").items()}
    return {
        "accounts_per_case": _part(sum(map(len, reached.values())), len(reached)),
        "first_accounts_per_case": _part(sum(map(len, paid.values())), len(paid)),
    }


def _dwell(parcels: list[Row]) -> tuple[Spread | None, Spread | None]:
    """Minutes from the arrival of a case's money in an account to the next transfer that takes some of it on."""
    leaves: dict[tuple[int, str], list[int]] = {}
    for row in parcels:
        leaves.setdefault((row["incident"], row["payer"]), []).append(row["at_ms"])
    found: tuple[list[float], list[float]] = ([], [])
    for row in parcels:
        if row["exit"]:
            continue
        onward = [at for at in leaves.get((row["incident"], row["payee"]), ()) if at >= row["arrived_ms"]]
        if onward:
            found[row["tier"] > 1].append((min(onward) - row["arrived_ms"]) / MINUTE_MS)
    return (spread(found[0]) if found[0] else None, spread(found[1]) if found[1] else None)
