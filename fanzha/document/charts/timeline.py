"""What happened when: one lane for calls, payments, transfers, exits and reports; long quiet spells are cut and said."""

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from fanzha.document.charts.draw import line, path, picture, rect, words_at
from fanzha.document.charts.measure import tenth
from fanzha.document.figures import MONTHS, Register, clock, day, local, moment
from fanzha.document.html import Child, Markup, el
from fanzha.document.page import CasePage, Event, Figure, Said
from fanzha.document.words import code_name, pick, word

LANES = ("call", "payment", "transfer", "exit", "report")
_WIDTH, _LEFT, _TOP, _LANE, _BREAK = 1120.0, 120.0, 46.0, 46.0, 46.0
_BREAKS = 5
_QUIET_MS = 3 * 3_600_000
_QUIET_SHARE = 12  # a quiet spell is cut if it is also longer than this part of the whole
_TONES = {"call": "others", "payment": "victim", "transfer": "account", "exit": "exit", "report": "report"}


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time drawn to scale: its moments (UTC ms) and its place in pixels."""

    start_ms: int
    stop_ms: int
    x0: float
    x1: float

    def x(self, at_ms: int) -> float:
        """Where a moment lies."""
        if self.stop_ms == self.start_ms:
            return (self.x0 + self.x1) / 2
        return self.x0 + (self.x1 - self.x0) * (at_ms - self.start_ms) / (self.stop_ms - self.start_ms)


def spells(moments: list[int], left: float, right: float) -> list[Spell]:
    """Cut the longest quiet spells out; busier spells are given more width."""
    times = sorted(set(moments))
    if not times:
        return []
    quiet = max(_QUIET_MS, (times[-1] - times[0]) // _QUIET_SHARE)
    gaps = sorted(((b - a, a) for a, b in pairwise(times) if b - a > quiet), reverse=True)
    cuts = {start for _, start in gaps[:_BREAKS]}
    groups: list[list[int]] = [[]]
    for at in times:
        groups[-1].append(at)
        if at in cuts:
            groups.append([])
    room = right - left - _BREAK * (len(groups) - 1)
    weights = [
        1.0 + sqrt(sum(first <= at <= last for at in moments)) for first, last in ((g[0], g[-1]) for g in groups)
    ]
    made, x = [], left
    least = min(112.0, room / len(groups))
    spare = room - least * len(groups)
    for group, weight in zip(groups, weights, strict=True):
        wide = least + spare * weight / sum(weights)
        made.append(Spell(group[0], group[-1], x, x + wide))
        x += wide + _BREAK
    return made


def _length(ms: int) -> Said:
    minutes = ms // 60_000
    if minutes >= 2 * 1440:
        return Said(f"{minutes // 1440} d", f"{minutes // 1440}天")
    return (
        Said(f"{minutes // 60} h", f"{minutes // 60}小时") if minutes >= 60 else Said(f"{minutes} min", f"{minutes}分")
    )


def _head(spell: Spell, zone: str) -> tuple[Said, str]:
    first, last = day(spell.start_ms, zone), day(spell.stop_ms, zone)
    times = clock(spell.start_ms, zone)
    if spell.stop_ms != spell.start_ms:
        times = f"{times} – {clock(spell.stop_ms, zone)}"
    if first == last:
        return first, times
    a, b = local(spell.start_ms, zone), local(spell.stop_ms, zone)
    months = [MONTHS[at.month - 1] for at in (a, b)]
    start = f"{a.day}" if a.month == b.month else f"{a.day} {months[0]}"
    short = Said(f"{start}–{b.day} {months[1]} {b.year}", f"{a.month}月{a.day}日–{b.month}月{b.day}日")
    return short, times


def timeline(page: CasePage, register: Register) -> Markup | None:
    """The picture; None if nothing has a time."""
    events = [event for event in page.events if event.kind in LANES]
    if not events:
        return None
    lanes = [lane for lane in LANES if any(event.kind == lane for event in events)]
    drawn = spells([event.at_ms for event in events], _LEFT + 10, _WIDTH - 14)
    bottom = _TOP + _LANE * len(lanes)
    parts: list[Child] = []
    for rank, lane in enumerate(lanes):
        y = _TOP + _LANE * rank
        if rank % 2 == 0:
            parts.append(rect(0, y, _WIDTH, _LANE, "lane"))
        count = sum(event.kind == lane for event in events)
        parts.append(words_at(10, y + _LANE / 2 + 4, _counted(lane, count), style="name", size=12, room=_LEFT - 16))
    for before, spell in zip([None, *drawn], drawn, strict=False):
        date, times = _head(spell, page.stamp.zone)
        parts += [
            words_at(spell.x0, 16, date, style="col-head", size=12),
            words_at(spell.x0, 32, times, style="col-sum", size=11),
            line(spell.x0 - 8, _TOP, spell.x0 - 8, bottom, "tick"),
        ]
        if before is not None:
            parts += _cut(before, spell, bottom)
    largest = max((event.amount.value for event in events if event.amount), default=1)
    taken: dict[tuple[str, int], float] = {}
    for event in sorted(events, key=lambda one: (one.at_ms, one.amount.value if one.amount else 0)):
        spell = next(one for one in drawn if one.start_ms <= event.at_ms <= one.stop_ms)
        x, radius = spell.x(event.at_ms), _radius(event, largest)
        step = next((step for step in (0, -1, 1) if taken.get((event.kind, step), 0.0) <= x - radius), 0)
        taken[event.kind, step] = x + radius
        y = _TOP + _LANE * (lanes.index(event.kind) + 0.5) + step * 12.5
        parts.append(_mark(event, x, y, radius, page.stamp.zone, register))
    return picture(_WIDTH, bottom + 4, word("timeline_title"), *parts)


def _counted(lane: str, count: int) -> Said:
    name = code_name("events", lane)
    return Said(f"{name.en} ({count})", f"{name.zh}（{count}）")


def _cut(before: Spell, after: Spell, bottom: float) -> list[Child]:
    middle = (before.x1 + after.x0 - 8) / 2
    zigzag = "".join(
        f"{'L' if step else 'M'}{tenth(middle + (3 if step % 2 else -3))} {tenth(_TOP + step * 8)}"
        for step in range(int((bottom - _TOP) // 8) + 1)
    )
    return [
        path(zigzag, "cut"),
        words_at(middle, 32, _length(after.start_ms - before.stop_ms), style="quiet", size=11, anchor="middle"),
    ]


def _radius(event: Event, largest: int) -> float:
    """Half the width of a mark; the area of a circle grows with the amount."""
    if event.amount is None:
        return 8.0 if event.kind == "report" else 2.5
    return 3.5 + 6.0 * sqrt(max(event.amount.value, 0) / largest) if largest > 0 else 3.5


def _mark(event: Event, x: float, y: float, radius: float, zone: str, register: Register) -> Markup:
    figure = event.amount or Figure(1, "", "rows", event.refs, event.rule)
    when = moment(event.at_ms, zone)
    caption = Said(f"{when.en} {pick(event.text, 'en')}", f"{when.zh} {pick(event.text, 'zh')}")
    tone = _TONES[event.kind]
    if event.kind == "report":
        shape = path(
            f"M{tenth(x)} {tenth(y - 8)}L{tenth(x + 8)} {tenth(y)}L{tenth(x)} {tenth(y + 8)}L{tenth(x - 8)} {tenth(y)}Z",
            f"mark is-{tone}",
        )
    elif event.amount is None:
        shape = rect(x - 2.5, y - 9, 5, 18, f"mark is-{tone}", 2)
    else:
        shape = el("circle", {"cx": tenth(x), "cy": tenth(y), "r": tenth(radius), "class": f"mark is-{tone}"})
    return register.svg_link(figure, caption, shape)
