"""The page of a score: the score as plain data for `document.score_page`, every sentence in both languages."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import sqrt
from typing import Any

from fanzha.clean.currency import exponent
from fanzha.document.figures import moment, money
from fanzha.document.page import Said, Stamp, Text
from fanzha.document.score_page import Bar, Grid, Group, ScorePage, Section
from fanzha.document.words import put
from fanzha.model.version import VERSION
from fanzha.score.measure import Line, Measure, Part, Score
from fanzha.score.words import called, entry, said
from fanzha.store.masked import mask_value

ZONE = "Asia/Shanghai"
DASH = "—"
TRUE_MONEY = ("caught",)  # and every measure `_found`: what it is a share of is money of the truth
# How much of a currency a yuan buys, in hundredths: the fixed rates of the synthetic countries (assumption). Only for order.
PER_YUAN = {"CNY": 100, "THB": 460, "INR": 1200}


def page_of(score: Score, lang: str) -> ScorePage:
    """The page that opens in `lang` ("zh" or "en"); accounts are masked on it."""
    return ScorePage(
        stamp=Stamp(score.as_of_ms, ZONE, VERSION, lang),
        kicker=said("page", "kicker"),
        title=said("page", "title"),
        lead=said("page", "lead"),
        notes=page_notes(score),
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
    facts.append((said("page", "as_of"), DASH if nothing_measured(score) else moment(score.as_of_ms, ZONE)))
    facts.append((said("page", "end"), moment(score.end_ms, ZONE)))
    return tuple(facts)


def nothing_measured(score: Score) -> bool:
    """Whether the workspace holds nothing that the truth could be measured against."""
    return score.as_of_ms <= 0 or not score.part("linking").details["reports_held"]


def page_notes(score: Score) -> tuple[Text, ...]:
    """What a reader must know first: that nothing was measured, or how little it rests on, and what is not of this truth."""
    details = score.part("linking").details
    held, unknown = details["reports_held"], details["reports_unknown_to_truth"]
    if nothing_measured(score):
        return (said("page", "nothing_measured"),)
    # The standard error of a share is at most 1/(2 sqrt(n)); of a difference of two it is less than 1/sqrt(n).
    notes: list[Text] = [said("page", "small_sample", reports=f"{held:,}", least=f"{1 / sqrt(held):.2f}")]
    if unknown:
        notes.append(said("page", "other_origin", reports=f"{unknown:,}"))
    return tuple(notes)


def errors_note() -> Said:
    """That errors are no shares between 0 and 1."""
    return said("page", "beyond_one")


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
    groups = {key: Group(full_name(named[key]), _better(key[0]), tuple(bars)) for key, bars in keys.items()}
    first = main_measures(part)
    if empty := why_empty(part):
        groups, first = {}, []
    return Section(
        key=part.name,
        title=said("parts", part.name),
        note=said("parts", part.name, "note"),
        why=empty or (said("whys", part.why) if part.why else Said("", "")),
        main=tuple(groups[key] for key in first),
        rest=tuple(groups[key] for key in groups if key not in first),
        methods=()
        if empty
        else tuple((said("methods", line.method), said("methods", line.method, "note")) for line in part.lines),
    )


def can_exceed_one(code: str) -> bool:
    """Whether a measure is an error, which is a share of the money that is there but no part of it."""
    return code.endswith("_error")


def _better(code: str) -> Said:
    better = entry("measures", code)["better"]
    return said("page", "better_error" if can_exceed_one(code) else f"better_{better}")


def why_empty(part: Part) -> Said | None:
    """Why a part has no value at all, in one line; None where it has any."""
    measures = [measure for line in part.lines for measure in line.measures]
    if any(measure.value is not None for measure in measures):
        return None
    codes = dict.fromkeys([*filter(None, [part.why]), *(one.why for one in measures if one.why)])
    whys = [said("whys", code) for code in codes if code != "no_replay"] or [said("whys", "nothing_to_count")]
    told = said("page", "all_dashes")
    return put(told, {"why": Said(" ".join(one.en for one in whys), "".join(one.zh for one in whys))})


def main_measures(part: Part) -> list[tuple[str, str]]:
    """The measures shown at once, by code and what they are of: every currency with money in it, the one with most first."""
    money_in = _money_in(part)
    kinds: dict[str, list[str]] = {}
    for measure in (one for line in part.lines for one in line.measures):
        found = kinds.setdefault(measure.code, [])
        if measure.of not in found:
            found.append(measure.of)
    chosen = []
    for code, kept in kinds.items():
        known = entry("measures", code)
        if not known.get("main"):
            continue
        if known.get("unit") == "money" and len(kept) > 1:
            with_money = [of for of in kept if money_in.get(of)]
            unsaid = [of for of in kept if not of]  # of no currency: it cannot be said, and why must be read
            kept = [*unsaid, *sorted(with_money, key=lambda of: (-money_in[of], of))] or kept[:1]
        elif not code.startswith("gap_"):
            kept = kept[:1]
        chosen += [(code, of) for of in kept]
    return chosen


def _money_in(part: Part) -> dict[str, Fraction]:
    """The most money of the truth (yuan) that any measure of a part rests on, by currency."""
    most: dict[str, Fraction] = {}
    for one in (one for line in part.lines for one in line.measures):
        if (one.code in TRUE_MONEY or one.code.endswith("_found")) and one.of.isupper() and one.bottom:
            yuan = Fraction(one.bottom) * 100 / (PER_YUAN.get(one.of, 100) * 10 ** exponent(one.of))
            most[one.of] = max(yuan, most.get(one.of, yuan))
    return most


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
