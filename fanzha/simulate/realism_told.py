"""The realism of a world in words and pictures: its figures beside the published ones and beside samples of other generators."""

from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import Any

import yaml

from fanzha.document.page import Said, Stamp, Text
from fanzha.document.realism_page import Bars, Curve, Curves, Mark, Part, Picture, RealismPage
from fanzha.document.words import put, typeset
from fanzha.simulate.flow import PER_YUAN
from fanzha.simulate.realism import Realism, Shape
from fanzha.simulate.spread import Spread

FEWEST = 30  # cases below which shares are not compared
MISSES = 3  # named in the introduction
ALIKE = 2.0  # two values within this factor are called alike
DISTRIBUTIONS = ("out_degree", "in_degree", "amount", "gap_hours", "per_account_day")
DWELL_ASSUMED = (0.8, 21.0)  # minutes, 5 to 95 % of the assumed lognormal (median 4, sigma 1)
BARS = ("type", "age", "tier", "exit", "report")
Samples = tuple[tuple[str, Shape], ...]


@cache
def _loaded(name: str) -> Any:
    return yaml.load((files("fanzha.simulate") / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def published() -> list[dict[str, Any]]:
    """The published figures and assumptions: name, value, unit, source, en, zh."""
    made: list[dict[str, Any]] = _loaded("published.yaml")
    return made


def say(key: str, **values: Text) -> Said:
    """A sentence of realism.yaml with its places filled."""
    entry = _loaded("realism.yaml")[key]
    return put(Said(entry["en"], typeset(entry["zh"])), values)


def page(found: Realism, samples: Samples, lang: str = "zh") -> RealismPage:
    """Everything that the page of a world shows; `samples` are the shapes of other generators by name, or none."""
    told = found.world
    lead = say("lead", **{name: f"{told[name]:,}" for name in ("people", "days", "transfers", "chain")})
    beside = Part(
        key="samples",
        title=say("samples"),
        note=say("samples_note"),
        pictures=tuple(_curves(name, found.shape, samples) for name in DISTRIBUTIONS) if samples else (),
    )
    rhythm = _rhythm(found.shape, bool(samples))
    parts = [
        *([beside] if samples else []),
        _graph(found.shape, samples),
        Part(key="rhythm", title=say("rhythm"), note=say("rhythm_note"), pictures=rhythm),
    ]
    if found.chain.cases:
        parts += [_chain(found), _figures(found)]
        lead = _joined(lead, _misses(found))
    stamp = Stamp(int(told["end_ms"]), version=str(told["version"]), lang=lang)
    return RealismPage(
        stamp=stamp, kicker=say("kicker"), title=say("title"), lead=lead, parts=tuple(parts), here=say("this"),
        there=say("published"),
    )  # fmt: skip


def number(value: float | None) -> str:
    """A figure to three digits, with thousands apart."""
    if value is None:
        return "—"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percent(value: float | None) -> str:
    """A share as per cent to one decimal."""
    return "—" if value is None else f"{100 * value:.1f} %"


def compared(here: float, there: float) -> str:
    """alike, more or less: two values of one kind, by their ratio."""
    if max(here, there) <= ALIKE * min(here, there):
        return "alike"
    return "more" if here > there else "less"


def _curves(name: str, shape: Shape, samples: Samples) -> Curves:
    here: Spread = getattr(shape, name)
    others = []
    for label, sample in samples:
        there: Spread = getattr(sample, name)
        others.append(
            say(
                "beside",
                name=label,
                median=number(there.median),
                tail=number(there.p99),
                middle=say(f"middle_{compared(here.median, there.median)}"),
                end=say(f"tail_{compared(here.p99 / here.median, there.p99 / there.median)}"),
            )
        )
    values: dict[str, Text] = {"median": number(here.median), "tail": number(here.p99)}
    told = say("curve_told", others=_listed(others), **values)
    curves = [Curve(say("this"), here.curve)]
    curves += [Curve(label, getattr(sample, name).curve) for label, sample in samples]
    return Curves(title=say(name), told=told, axis=say(f"axis_{name}"), curves=tuple(curves))


def _listed(texts: Iterable[Said]) -> Said:
    told = list(texts)
    return Said("; ".join(one.en for one in told), "；".join(one.zh for one in told))


def _joined(*texts: Said) -> Said:
    return Said("".join(one.en for one in texts), "".join(one.zh for one in texts))


def _graph(shape: Shape, samples: Samples) -> Part:
    """Table: the graph of the world and of each sample in single numbers."""
    shapes = [shape, *(one for _, one in samples)]
    rows: list[tuple[Text, ...]] = [
        (say("accounts"), *(f"{one.accounts:,}" for one in shapes)),
        (say("transfers"), *(f"{one.transfers:,}" for one in shapes)),
        (say("days"), *(f"{one.days:,}" for one in shapes)),
        (say("reciprocity"), *(percent(one.reciprocity) for one in shapes)),
        (say("components"), *(f"{one.components:,}" for one in shapes)),
        (say("largest"), *(percent(one.largest_component) for one in shapes)),
        (say("clustering"), *(f"{one.clustering:.4f}" for one in shapes)),
        (say("benford"), *(f"{one.benford:.3f}" for one in shapes)),
    ]
    for currency, amounts in shape.amounts.items():
        values = f"{number(amounts.median)}, {number(amounts.p99)}"
        rows.append((say("amount_of", currency=currency), values, *("—" for _ in samples)))
    heads: list[tuple[Text, str]] = [(say("figure"), "wide"), (say("here"), "num")]
    heads += [(name, "num") for name, _ in samples]
    return Part(key="graph", title=say("graph"), note="", heads=tuple(heads), rows=tuple(rows))


def _rhythm(shape: Shape, beside: bool) -> tuple[Picture, ...]:
    week = say("week")
    days = [Said(en, zh) for en, zh in zip(week.en.split(), week.zh.split(), strict=True)]
    clock: list[Text] = [f"{hour}" for hour in range(24)]
    made: list[Picture] = []
    for name, names, shares in (("hours", clock, shape.hours), ("weekdays", days, shape.weekdays)):
        if not shares:
            continue
        top, low = shares.index(max(shares)), shares.index(min(shares))
        ratio = number(shares[top] / shares[low]) if shares[low] else "—"
        told = say(f"{name}_told", top=names[top], low=names[low], ratio=ratio)
        made.append(
            Bars(
                title=say(name),
                told=_joined(told, say(f"{name}_samples")) if beside else told,
                names=tuple(names),
                here=shares,
                there=(None,) * len(shares),
                texts=tuple((percent(one), "") for one in shares),
            )
        )
    return tuple(made)


def _group(name: str) -> str:
    """The picture of bars that a figure belongs to; "" where it is none of theirs."""
    first = name.split("_")[0]
    return first if first in BARS else ""


def _error(cases: int) -> float:
    """Half the width of the 95 % interval of a share of one half among so many cases, in percentage points."""
    return 100 * 1.96 * 0.5 / sqrt(max(cases, 1))


def _chain(found: Realism) -> Part:
    pictures: list[Picture] = [*_loss(found), *_dwell(found), *(_bars(name, found) for name in BARS)]
    note = say(
        "chain_note",
        cases=f"{found.chain.cases:,}",
        reports=f"{found.chain.reports:,}",
        error=f"{_error(found.chain.cases):.0f}",
    )
    return Part(key="chain", title=say("chain"), note=note, pictures=tuple(pictures))


def _bars(group: str, found: Realism) -> Bars:
    """One distribution over classes beside the published one, and where they differ most."""
    known = [one for one in published() if _group(one["name"]) == group]
    names: list[Text] = [Said(one["en"], typeset(one["zh"])) for one in known]
    here = [found.chain.figures.get(one["name"]) or 0.0 for one in known]
    there = [float(one["value"]) for one in known]
    gaps = [abs(a - b) for a, b in zip(here, there, strict=True)]
    most, error = gaps.index(max(gaps)), _error(found.chain.cases)
    told = say(
        "bars_told",
        name=names[most],
        here=percent(here[most]),
        there=percent(there[most]),
        alike=str(sum(100 * gap <= error for gap in gaps)),
        all=str(len(gaps)),
        error=f"{error:.0f}",
        cases=f"{found.chain.cases:,}",
    )
    if found.chain.cases < FEWEST:
        told = say("bars_few", cases=f"{found.chain.cases:,}")
    texts = tuple((percent(a), percent(b)) for a, b in zip(here, there, strict=True))
    return Bars(title=say(group), told=told, names=tuple(names), here=tuple(here), there=tuple(there), texts=texts)


def _value(name: str) -> float:
    return float(next(one["value"] for one in published() if one["name"] == name))


def _loss(found: Realism) -> list[Picture]:
    if found.chain.loss is None:
        return []
    figures = found.chain.figures
    told = say(
        "loss_told",
        median=number(figures["loss_median"]),
        there=number(_value("loss_median")),
        small=percent(figures["loss_small_share"]),
        small_there=percent(_value("loss_small_share")),
        large=percent(figures["loss_large_share"]),
        large_there=percent(_value("loss_large_share")),
    )
    rate = PER_YUAN["CNY"]
    marks = (
        Mark(_value("loss_median") * rate, 0.5),
        Mark(27_000, 1 - _value("loss_small_share")),
        Mark(540_000, _value("loss_large_share")),
    )
    curves = (Curve(say("this"), found.chain.loss.curve),)
    return [
        Curves(
            title=say("loss"), told=told, axis=say("axis_loss"), curves=curves, marks=marks, marked=say("loss_points")
        )
    ]


def _dwell(found: Realism) -> list[Picture]:
    first, later = found.chain.dwell, found.chain.later
    if first is None or later is None:
        return []
    assumed = _value("first_hop_median_minutes")
    told = say(
        "dwell_told",
        first=number(first.median),
        first_there=number(assumed),
        later=number(later.median),
        later_there=number(_value("later_hop_median_minutes")),
    )
    marks = (Mark(assumed, 0.5), Mark(DWELL_ASSUMED[0], 0.95), Mark(DWELL_ASSUMED[1], 0.05))
    curves = (Curve(say("dwell_first"), first.curve), Curve(say("dwell_later"), later.curve))
    return [
        Curves(
            title=say("dwell"),
            told=told,
            axis=say("axis_dwell"),
            curves=curves,
            marks=marks,
            marked=say("dwell_assumed"),
        )
    ]


def _title(one: dict[str, Any]) -> Said:
    """The name of a published figure, with the distribution that it belongs to."""
    title = Said(one["en"], typeset(one["zh"]))
    if not _group(one["name"]):
        return title
    kind = say(_group(one["name"]))
    return Said(f"{kind.en}: {title.en}", f"{kind.zh}：{title.zh}")


def _form(one: dict[str, Any]) -> Callable[[float | None], str]:
    return percent if one["unit"] == "share" else number


def miss(one: dict[str, Any], here: float) -> float:
    """How far a figure is from the published one, 0 to 1: shares by their difference, others by it over the larger of the two.

    More honest transfers than the fewest assumed are no miss.
    """
    there = float(one["value"])
    if one["name"] == "honest_per_chain" and here >= there:
        return 0.0
    return abs(here - there) / (1.0 if one["unit"] == "share" else max(here, there))


def _misses(found: Realism) -> Said:
    """The sentence that names the figures furthest from what is published or assumed."""
    if found.chain.cases < FEWEST:
        return say("misses_few", cases=f"{found.chain.cases:,}")
    known = [(one, found.chain.figures.get(one["name"])) for one in published()]
    far = [(miss(one, here), one, here) for one, here in known if here is not None]
    far.sort(key=lambda row: (-row[0], str(row[1]["name"])))
    named = [
        say("miss", name=_title(one), here=_form(one)(here), there=_form(one)(float(one["value"])))
        for _, one, here in far[:MISSES]
    ]
    return say("misses", misses=_listed(named))


def _source(one: dict[str, Any]) -> Text:
    """Where a figure is from, in both languages where it says more than the name of a publication."""
    text, key = str(one["source"]), f"source_{one['name']}"
    if key in _loaded("realism.yaml"):
        return say(key)
    plain = {"assumption": "assumption", "the same": "the_same"}
    return say(plain[text]) if text in plain else text


def _figures(found: Realism) -> Part:
    """Table: every figure beside the published one and its source."""
    rows: list[tuple[Text, ...]] = []
    for one in published():
        form = _form(one)
        rows.append((_title(one), form(found.chain.figures.get(one["name"])), form(float(one["value"])), _source(one)))
    heads = ((say("figure"), "wide"), (say("here"), "num"), (say("published"), "num"), (say("source"), "wide"))
    return Part(key="figures", title=say("figures"), note=say("figures_note"), heads=heads, rows=tuple(rows))
