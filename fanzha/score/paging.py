"""The page of a score: the score as plain data for `document.score_page`, every sentence in both languages."""

from collections.abc import Mapping, Sequence
from typing import Any

from fanzha.document.figures import moment, money
from fanzha.document.page import Said, Stamp, Text
from fanzha.document.score_page import Bar, Grid, Group, ScorePage, Section
from fanzha.model.version import VERSION
from fanzha.score.measure import Line, Measure, Part, Score
from fanzha.score.words import called, entry, said
from fanzha.store.masked import mask_value

ZONE = "Asia/Shanghai"
DASH = "—"


def page_of(score: Score, lang: str) -> ScorePage:
    """The page that opens in `lang` ("zh" or "en"); accounts are masked on it."""
    return ScorePage(
        stamp=Stamp(score.as_of_ms, ZONE, VERSION, lang),
        kicker=said("page", "kicker"),
        title=said("page", "title"),
        lead=said("page", "lead"),
        facts=_facts(score),
        facts_title=said("page", "world"),
        more=said("page", "more_measures"),
        heads=(said("page", "measure"), said("page", "pictures")),
        sections=tuple(_section(part) for part in score.parts if part.made),
        missing=tuple(_section(part) for part in score.parts if not part.made),
        missing_title=said("page", "not_made"),
        missing_note=said("page", "not_made_note"),
        groups=_groups(score.part("parity")),
        grids=(_accounts(score.part("tracing").details), _merges(score.part("linking").details)),
    )


def _facts(score: Score) -> tuple[tuple[Text, Text], ...]:
    linking = score.part("linking").details
    world = score.world
    facts: list[tuple[Text, Text]] = [
        (said("page", key), f"{world[key]:,}" if key in ("people", "transfers") else str(world[key]))
        for key in ("preset", "seed", "people", "transfers")
        if isinstance(world.get(key), str | int)
    ]
    facts.append((said("page", "reports"), f"{linking['reports_held']:,} / {linking['reports_in_truth']:,}"))
    facts.append((said("page", "as_of"), moment(score.as_of_ms, ZONE)))
    facts.append((said("page", "end"), moment(score.end_ms, ZONE)))
    return tuple(facts)


def value_text(measure: Measure) -> str:
    """A value as a reader sees it: to three digits, or a dash."""
    if measure.value is None:
        return DASH
    if measure.code.startswith("minutes"):
        return f"{measure.value:,.0f}"
    return f"{measure.value:.3f}"


def counts(measure: Measure) -> Text:
    """The numerator and denominator as a reader sees them."""
    if measure.bottom is None:
        return ""
    if measure.top is None:
        return said("page", "over_n", n=f"{measure.bottom:,}") if measure.value is not None else ""
    currency = measure.of.partition("/")[0]
    if entry("measures", measure.code).get("unit") == "money" and currency.isupper():
        return f"{money(int(measure.top), currency)} / {money(int(measure.bottom), currency)}"
    return f"{_short(measure.top)} / {_short(measure.bottom)}"


def _short(count: int | float) -> str:
    return f"{count:.3e}" if abs(count) >= 10**12 else f"{count:,}" if isinstance(count, int) else f"{count:,.1f}"


def _of(of: str) -> Said:
    """What a measure is of: a currency, a kind, or both."""
    parts = [called("groups", part) for part in of.split("/") if part]
    return Said(" ".join(one.en for one in parts), " ".join(one.zh for one in parts))


def full_name(measure: Measure) -> Said:
    """What a measure is called, with the currency or kind it is of."""
    name, of = said("measures", measure.code), _of(measure.of)
    return Said(f"{name.en} · {of.en}", f"{name.zh} · {of.zh}") if measure.of else name


def _bar(line: Line, measure: Measure) -> Bar:
    found = entry("measures", measure.code)
    why = said("whys", measure.why) if measure.why else Said("", "")
    top, bottom = said("measures", measure.code, "top"), said("measures", measure.code, "bottom")
    explained = Said(f"{top.en} / {bottom.en}", f"{top.zh} / {bottom.zh}") if top.en else Said(bottom.en, bottom.zh)
    share = None if measure.value is None or measure.code.startswith("minutes") else min(1.0, max(0.0, measure.value))
    return Bar(
        method=said("methods", line.method),
        ours=line.method == "fanzha",
        text=value_text(measure),
        share=share,
        counts=counts(measure),
        explained=explained,
        why=why,
        good=found["better"] == "high",
    )


def _section(part: Part) -> Section:
    """A part with its main measures first; each measure has one bar per method that has it."""
    keys: dict[tuple[str, str], list[Bar]] = {}
    named: dict[tuple[str, str], Measure] = {}
    for line in part.lines:
        for measure in line.measures:
            key = (measure.code, measure.of)
            keys.setdefault(key, []).append(_bar(line, measure))
            named.setdefault(key, measure)
    groups = {
        key: Group(full_name(named[key]), said("page", f"better_{entry('measures', key[0])['better']}"), tuple(bars))
        for key, bars in keys.items()
    }
    first = main_measures(part)
    return Section(
        key=part.name,
        title=said("parts", part.name),
        note=said("parts", part.name, "note"),
        why=said("whys", part.why) if part.why else Said("", ""),
        main=tuple(groups[key] for key in first),
        rest=tuple(groups[key] for key in groups if key not in first),
        methods=tuple((said("methods", line.method), said("methods", line.method, "note")) for line in part.lines),
    )


def main_measures(part: Part) -> list[tuple[str, str]]:
    """The measures shown at once, by code and what they are of: of several currencies the first, which is most in use."""
    chosen: dict[tuple[str, str], None] = {}
    seen: set[str] = set()
    for line in part.lines:
        for measure in line.measures:
            every = measure.code.startswith("gap_")
            if entry("measures", measure.code).get("main") and (every or measure.code not in seen):
                chosen[measure.code, measure.of] = None
            seen.add(measure.code)
    return list(chosen)


def _groups(part: Part) -> Grid:
    least = part.details["reports_min"]
    codes = ("group_linking", "group_money", "group_error")
    rows: list[tuple[tuple[Text, ...], bool]] = []
    for one in part.details["groups"]:
        by, group = called("groups", one["by"]), called("groups", one["group"])
        name = Said(f"{by.en}: {group.en}", f"{by.zh}：{group.zh}")
        values = tuple(DASH if one[code]["value"] is None else f"{one[code]['value']:.3f}" for code in codes)
        rows.append(((name, f"{one['reports']:,}", *values), one["reports"] < least))
    heads = (said("page", "group"), said("page", "count"), *(said("measures", code) for code in codes))
    note = said("page", "parity_note", least=least)
    return Grid("groups", said("page", "parity"), note, heads, tuple(rows), said("whys", "nothing_to_count"), numbers=4)


def _accounts(details: Mapping[str, Any]) -> Grid:
    rows: list[tuple[tuple[Text, ...], bool]] = []
    for one in details["worst_accounts"]:
        account, currency = one["account"], one["currency"]
        shown = mask_value("wallet" if ":" in account else "account", account)
        amounts = (money(one[name], currency) for name in ("said_minor", "true_minor", "error_minor"))
        rows.append(((shown, *amounts), False))
    heads = tuple(said("page", key) for key in ("account", "said", "truly", "error"))
    title, note, none = (said("page", key) for key in ("worst_accounts", "worst_note", "no_errors"))
    return Grid("worst-accounts", title, note, heads, tuple(rows), none, numbers=3)


def _merges(details: Mapping[str, Any]) -> Grid:
    rows: list[tuple[tuple[Text, ...], bool]] = []
    for one in details["worst_merges"]:
        rows.append(((one["case_id"], f"{one['wrong_pairs']:,}", _gangs(one["gangs"])), False))
    heads = tuple(said("page", key) for key in ("case", "wrong_pairs", "gangs"))
    title, none = said("page", "worst_merges"), said("page", "no_merges")
    return Grid("worst-merges", title, Said("", ""), heads, tuple(rows), none, numbers=0)


def _gangs(gangs: Sequence[Mapping[str, Any]]) -> Said:
    told = [
        said("page", "gang_n", gang=one["gang"], reports=one["reports"], references=", ".join(one["references"]))
        for one in gangs
    ]
    return Said("; ".join(one.en for one in told), "; ".join(one.zh for one in told))
