"""Linking in the terminal: why things belong together as a chain of evidence, what was judged, where a case stands."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.text import Text

from fanzha.chain import Case, Workspace
from fanzha.chain.holding import shares, weak_place
from fanzha.chain.judging import reports_of
from fanzha.document.figures import bits
from fanzha.document.gather import known_names
from fanzha.document.standing import ASKED_WEAK_MAX, Judgement, Share, Standing, Standings, Thing
from fanzha.document.words import code_name, pick
from fanzha.link.entities import Shared
from fanzha.link.judge import thing
from fanzha.link.linker import Linker
from fanzha.link.why import Hop, Why
from fanzha.show import parts
from fanzha.show.terminal import Terminal
from fanzha.store.masked import mask_value

SHOWN = 8  # parts of one link, reports of one move
ADVICE = {
    "same_report": "advice_same_report",
    "named_together": "advice_named_together",
    "judged": "advice_judged",
    "unknown": "advice_unknown",
    "nothing_shared": "advice_nothing_shared",
    "judged_apart": "advice_judged_apart",
    "one_more": "advice_one_more",
    "partial": "advice_partial",
    "invalid": "advice_invalid",
    "popular": "advice_popular",
    "benign": "advice_benign",
    "doubted": "advice_doubted",
}


def masked_thing(text: str) -> str:
    """A thing as a person wrote it, an identifier masked."""
    kind, value = thing(text)
    return value if kind == "report" else f"{kind}:{mask_value(kind, value)}"


# -- why two things ----------------------------------------------------------------------------------------------


def why(terminal: Terminal, workspace: Workspace, found: Why) -> None:
    """The answer: the chain of evidence, its weakest link and what it hangs on; or what is missing."""
    words, out = terminal.words, terminal.out
    a, b = masked_thing(found.a), masked_thing(found.b)
    linker = workspace.linker()
    threshold = linker.rules.threshold
    acts = [
        one
        for one in Standings.read(workspace.engine, known_names(workspace.engine)).judgements
        if one.act in found.acts
    ]
    if terminal.json_wanted:
        path = [_hop_json(linker, hop) for hop in found.path]
        behind = [_behind_json(one) for one in found.entity]
        more = {"a": a, "b": b, "path": path, "threshold": threshold, "judgements": [asdict(one) for one in acts]}
        more["entity"] = behind
        terminal.json({"why": {**asdict(found), **more}})
        return
    if not found.cases[0]:
        out.print(Text(words("why_unknown", a=a, b=b), style="bold"))
    elif found.together:
        out.print(Text(words("why_together", a=a, b=b, case=found.cases[0]), style="bold green"))
    else:
        out.print(Text(words("why_apart", a=a, b=b, case=found.cases[0], other=found.cases[1]), style="bold yellow"))
        if found.path:
            out.print(Text(words("why_nearest")))
    chain(terminal, workspace, found.path, found.weakest if found.together and len(found.path) > 1 else -1)
    if found.together and found.weakest >= 0:
        _weakest(terminal, found.path[found.weakest], threshold)
        _hangs(terminal, shares(linker, found.path[found.weakest]), found.without)
    for one in found.entity:
        out.print(_behind(terminal, one))
    if found.missing:
        out.print(Text(words("why_missing", missing=bits(found.missing), threshold=bits(threshold))))
    for code in found.advice:
        if code in ADVICE:
            out.print(Text(words(ADVICE[code])))
    judgements(terminal, acts)


def _behind(terminal: Terminal, one: Shared) -> Text:
    """That one person, organisation or device is behind two things, and by what."""
    said, words = _behind_json(one), terminal.words
    how = words("why_judged_hop", act=one.act) if one.act >= 0 else words("why_bits", bits=bits(one.weight))
    if one.value:
        how = f"{pick(code_name('kinds', one.kind), terminal.words.lang)} {said['value']}, {how}"
    kind, way = (pick(code_name(*code), terminal.words.lang) for code in (("entities", one.word), ("ties", one.how)))
    return Text(words("why_behind", a=said["left"], b=said["right"], kind=kind, way=way, how=how))


def _behind_json(one: Shared) -> dict[str, Any]:
    """Masked."""
    ends = {
        side: f"{kind}:{mask_value(kind, value)}" for side, (kind, value) in (("left", one.left), ("right", one.right))
    }
    return {**one._asdict(), **ends, "value": mask_value(one.kind, one.value)}


def _hop_json(linker: Linker, hop: Hop) -> dict[str, Any]:
    parts = [asdict(one) for one in shares(linker, hop)]
    return {"a": hop.a, "b": hop.b, "weight": hop.weight, "act": hop.act, "shares": parts}


def chain(terminal: Terminal, workspace: Workspace, hops: Sequence[Hop], weakest: int = -1) -> None:
    """Report, what is shared, report: one under the other."""
    words, out = terminal.words, terminal.out
    capped = False
    for n, hop in enumerate(hops):
        if n == 0:
            out.print(_report(terminal, workspace, hop.a))
        head = Text("  │ ")
        said = words("why_judged_hop", act=hop.act) if hop.act >= 0 else words("why_bits", bits=bits(hop.weight))
        head.append(said, style="bold")
        if n == weakest:
            head.append(f"  ← {words('why_weakest')}", style="yellow")
        out.print(head)
        shared = shares(workspace.linker(), hop)
        counted = [one for one in shared if one.weight]
        for one in counted[:SHOWN]:
            out.print(_share(terminal, one))
        for line in _nothing(terminal, [one for one in shared if not one.weight]):
            out.print(Text(f"  │      –  {line}", style="dim"))
        capped = capped or (hop.act < 0 and sum(one.weight for one in shared) > hop.weight)
        out.print(_report(terminal, workspace, hop.b))
    if capped:
        out.print(Text(words("why_class"), style="dim"))


def _report(terminal: Terminal, workspace: Workspace, number: str) -> Text:
    """A report by its number, place and time."""
    found = workspace.engine.rows(
        'SELECT reference, city, at_ms FROM reports WHERE "file" = ? AND "row" = ?', tuple(map(int, number.split("-")))
    )
    reference, city, at_ms = found[0] if found else ("", "", None)
    more = " · ".join(str(one) for one in (reference, city, terminal.moment(at_ms) if at_ms is not None else "") if one)
    line = Text(f"  ● {number}", style="bold")
    line.append(f"  {more}", style="not bold dim")
    return line


def _share(terminal: Terminal, one: Share) -> Text:
    line = Text(f"  │ {bits(one.weight):>6}  ")
    line.append(_said(terminal, one))
    line.append(f"  {_because(terminal, one)}", style="dim")
    return line


def _nothing(terminal: Terminal, parts: Sequence[Share]) -> list[str]:
    """What was shared and counts nothing, a line for each reason."""
    why_of: dict[str, list[str]] = {}
    for one in parts:
        why_of.setdefault(_because(terminal, one), []).append(_said(terminal, one))
    return [f"{', '.join(named[:SHOWN])}  {because}" for because, named in why_of.items()]


def _said(terminal: Terminal, one: Share) -> str:
    """The thing that is shared, in words."""
    if one.kind == "support":
        return terminal.words("why_support")
    return f"{pick(code_name('kinds', one.kind), terminal.words.lang)} {one.label}"


def _because(terminal: Terminal, one: Share) -> str:
    return pick(code_name("supports" if one.kind == "support" else "whys", one.why), terminal.words.lang)


def _weakest(terminal: Terminal, hop: Hop, threshold: int) -> None:
    words = terminal.words
    if hop.act >= 0:
        terminal.out.print(Text(words("why_link_judged", a=hop.a, b=hop.b, act=hop.act)))
    else:
        terminal.out.print(Text(words("why_link", a=hop.a, b=hop.b, bits=bits(hop.weight), threshold=bits(threshold))))


def _hangs(terminal: Terminal, parts: Sequence[Share], without: Sequence[int]) -> None:
    """What a link hangs on, and what would be left without it."""
    if not without or not parts:
        return
    words, what = terminal.words, _said(terminal, parts[0])
    if len(without) > 1:
        sizes = words("why_parts").join(map(str, without))
        terminal.out.print(Text(words("why_hangs", what=what, parts=sizes), style="yellow"))
    else:
        terminal.out.print(Text(words("why_holds", what=what, count=without[0])))


# -- one case ----------------------------------------------------------------------------------------------------


def standing(workspace: Workspace, case_id: str) -> Standing:
    """Where a case stands."""
    engine = workspace.engine
    return Standings.read(engine, known_names(engine)).of(case_id, weak_place(workspace.linker(), case_id))


def one_case(terminal: Terminal, workspace: Workspace, case: Case, asked: str) -> None:
    """One case: why, where the money is, where it stands, what next."""
    steps = workspace.steps(case.id)
    stands = standing(workspace, case.id)
    if terminal.json_wanted:
        terminal.json(
            {
                "as_of": workspace.as_of(),
                "case": asdict(case),
                "joins": _joins(workspace, case.id),
                "standing": parts.as_json(stands),
                "steps": [{**asdict(step), "target": mask_value(step.target_kind, step.target)} for step in steps],
            }
        )
        return
    led_here(terminal, case.id, asked)
    terminal.cases(workspace, [case], 1)
    joins(terminal, workspace, case.id, 20)
    _weak(terminal, stands, case.reports)
    _former(terminal, stands)
    parts.gang(terminal, stands)
    judgements(terminal, stands.judgements)
    terminal.steps(steps[:20])
    if len(steps) > 20:
        terminal.out.print(Text(terminal.words("more_steps", count=len(steps) - 20, case=case.id), style="dim"))


def what_holds(terminal: Terminal, workspace: Workspace, case: Case, asked: str) -> None:
    """What holds a case together, and where it is weakest."""
    stands = standing(workspace, case.id)
    if terminal.json_wanted:
        terminal.json({"holds": {"case": asdict(case), "joins": _joins(workspace, case.id), **parts.as_json(stands)}})
        return
    words = terminal.words
    led_here(terminal, case.id, asked)
    if case.reports < 2:
        terminal.out.print(Text(words("case_single", case=case.id)))
    else:
        terminal.out.print(Text(words("case_holds", case=case.id, reports=case.reports), style="bold"))
        joins(terminal, workspace, case.id, SHOWN)
        _weak(terminal, stands, case.reports)
    _former(terminal, stands)
    judgements(terminal, stands.judgements)


def led_here(terminal: Terminal, case_id: str, asked: str) -> None:
    """Say so if the number asked for is another one today."""
    if asked != case_id:
        terminal.out.print(Text(terminal.words("case_today", asked=asked, case=case_id), style="yellow"))


def _joins(workspace: Workspace, case_id: str) -> list[dict[str, Any]]:
    return [{**join, "value": mask_value(join["kind"], join["value"])} for join in workspace.joins(case_id)]


def joins(terminal: Terminal, workspace: Workspace, case_id: str, most: int) -> None:
    """The identifiers that reports of a case share, those that joined first."""
    columns = (("col_kind", "left"), ("col_identifier", "left"), ("col_reports", "right"), ("col_why", "left"))
    single = len(reports_of(workspace.engine, case_id)) < 2
    table = terminal.table("joins_one_title" if single else "joins_title", *columns)
    for join in _joins(workspace, case_id)[:most]:
        because = Text(pick(code_name("whys", join["why"]), terminal.words.lang), style="" if join["joins"] else "dim")
        kind = pick(code_name("kinds", join["kind"]), terminal.words.lang)
        table.add_row(kind, Text(join["value"]), str(join["reports"]), because)
    terminal.out.print(table)


def _weak(terminal: Terminal, stands: Standing, reports: int) -> None:
    """The weakest link of a case in two or three sentences."""
    weak, words = stands.weak, terminal.words
    if weak is None:
        if reports > ASKED_WEAK_MAX:
            terminal.out.print(Text(words("weak_not_sought", most=ASKED_WEAK_MAX), style="dim"))
        return
    if weak.act >= 0:
        said = words("why_link_judged", a=weak.a, b=weak.b, act=weak.act)
    else:
        said = words("case_link", a=weak.a, b=weak.b, bits=bits(weak.weight))
    terminal.out.print(Text(f"{said} {words('case_sides', one=weak.sides[0], other=weak.sides[1])}"))
    _hangs(terminal, weak.shares, weak.without)


def _former(terminal: Terminal, stands: Standing) -> None:
    if not stands.former:
        return
    words = terminal.words
    said = [words("former_by", number=one.number, report=one.report) for one in stands.former[:SHOWN]]
    terminal.out.print(Text(words("case_former", numbers=", ".join(said))))


# -- judgements --------------------------------------------------------------------------------------------------


def judgements(terminal: Terminal, found: Sequence[Judgement]) -> None:
    """What people judged: act, when, who, verdict, what, reason."""
    if not found:
        return
    columns = (("col_act", "right"), ("col_when", "left"), ("col_actor", "left"), ("col_verdict", "left"))
    table = terminal.table("judgements_title", *columns, ("col_between", "left"), ("col_said", "left"))
    for one in found:
        verdict = Text(pick(code_name("verdicts", one.verdict), terminal.words.lang))
        if one.state != "stands":
            verdict.append(f"  {pick(code_name('judged', one.state), terminal.words.lang)}", style="yellow")
        sides = " | ".join(things(terminal, side) for side in (one.left, one.right) if side)
        when = terminal.moment(one.at_ms)
        table.add_row(str(one.act), when, Text(one.actor), verdict, Text(sides), Text(one.reason, style="dim"))
    terminal.out.print(table)


def things(terminal: Terminal, side: Sequence[Thing]) -> str:
    """One side of a judgement in words, the first of many and how many more."""
    named = [label if kind == "report" else f"{kind}:{label}" for kind, label in side]
    if len(named) <= 3:
        return ", ".join(named)
    return terminal.words("more_of", first=", ".join(named[:2]), count=len(named) - 2)


def judged(terminal: Terminal, workspace: Workspace, act: int, went: Sequence[tuple[str, str, list[str]]]) -> None:
    """What a judgement moved, and how to take it back."""
    if terminal.json_wanted:
        moved = [{"before": before, "after": after, "reports": names} for before, after, names in went]
        terminal.json({"judged": {"act": act, "moved": moved, "take_back": f"fanzha undo {act}"}})
        return
    words, out = terminal.words, terminal.out
    out.print(Text(words("judged_act", act=act), style="bold"))
    for before, after, names in went:
        listed = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
        out.print(Text(words("judged_moved", count=len(names), before=before, after=after, reports=listed)))
    if not went:
        out.print(Text(words("judged_nothing")))
    out.print(Text(words("judged_undo", act=act)))
    case_ids = sorted({case for _, after, _ in went for case in after.split(", ")})
    shown = [case for case in workspace.cases() if case.id in case_ids or case.id in {before for before, _, _ in went}]
    if shown:
        terminal.cases(workspace, shown, len(shown))


def roles(terminal: Terminal, workspace: Workspace, case: Case, asked: str) -> None:
    """Who may play which part, what of the chain is seen, whom to ask next."""
    stands = standing(workspace, case.id)
    if terminal.json_wanted:
        terminal.json({"roles": parts.as_json(stands)})
        return
    led_here(terminal, case.id, asked)
    parts.gang(terminal, stands)
    parts.roles(terminal, stands)
    parts.coverage(terminal, stands)
    parts.requests(terminal, stands)
