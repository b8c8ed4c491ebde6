"""The commands about campaigns: what several people received in almost the same words, and what a person says of it."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from rich.text import Text

from fanzha.show.options import NO_COMMON, Common, open_terminal, open_workspace
from fanzha.show.record_commands import follow_pages

if TYPE_CHECKING:
    from fanzha.chain import Workspace
    from fanzha.show.terminal import Terminal

Verdict = Literal["scam", "honest"]
Optional = Annotated[str, Parameter(show_default=False)]
SHOWN, EXAMPLE_MAX = 20, 280


def campaigns(
    campaign: Optional = "", /, *, case: Optional = "", limit: int = SHOWN, common: Common = NO_COMMON
) -> None:
    """List campaigns, what waits for a name first; or show one with its texts and identifiers.

    Parameters
    ----------
    campaign
        Number of a campaign, or of one of its texts / 同源信息编号.
    case
        Instead: kinds of scam that a case's narratives speak of, read now / 改为判读某案案情描述的诈骗类型.
    limit
        Rows shown / 显示行数.
    """
    terminal = open_terminal(common)
    with terminal.working(), open_workspace(common, terminal) as workspace:
        if case:
            told = workspace.recognising.told(workspace.case(case).id)
            terminal.finish()
            _told(terminal, case, told)
            return
        desk = workspace.recognising
        found = [desk.campaign(campaign)] if campaign else desk.campaigns()[:limit]
        told_of = [_masked(workspace, one) for one in found]
        terminal.finish()
        if terminal.json_wanted:
            terminal.json({"campaigns": told_of})
        elif campaign:
            _one(terminal, told_of[0])
        else:
            _list(terminal, told_of)


def name(
    campaign: str,
    /,
    *,
    verdict: Verdict = "scam",
    kind: Optional = "",
    title: Optional = "",
    reason: Optional = "",
    common: Common = NO_COMMON,
) -> None:
    """Say what a campaign is. It holds for what comes into it later, until it is taken back.

    Parameters
    ----------
    campaign
        Number of the campaign, or of one of its texts / 同源信息编号.
    verdict
        scam or honest / 诈骗或正常.
    kind
        Kind of scam, T01 to T18 or T99 / 诈骗类型.
    title
        What to call it / 名称.
    reason
        Why, for whoever reads it later / 理由.
    """
    terminal = open_terminal(common)
    with terminal.working(), open_workspace(common, terminal) as workspace:
        act = workspace.recognising.name(campaign, verdict=verdict, kind=kind, title=title, reason=reason)
        follow_pages(workspace, terminal)
        terminal.finish()
        terminal.say("campaign_named", campaign=campaign, act=act)


def feedback(
    text: str, /, *, verdict: Verdict, kind: Optional = "", reason: Optional = "", common: Common = NO_COMMON
) -> None:
    """Say what a text is. It is kept with the verdict, and the next training learns from it.

    Parameters
    ----------
    text
        The text, or a file that holds it / 文本，或文本文件.
    verdict
        scam or honest / 诈骗或正常.
    kind
        Kind of scam, T01 to T18 or T99 / 诈骗类型.
    reason
        Why, for whoever reads it later / 理由.
    """
    terminal = open_terminal(common)
    told = _text(text)
    with terminal.working(), open_workspace(common, terminal) as workspace:
        given = workspace.recognising.feedback(told, verdict=verdict, kind=kind, reason=reason)
        terminal.finish()
        values = {"file": given.file, "act": given.act, "percent": f"{given.probability_ppm / 10_000:.1f}"}
        said = terminal.words.pick(*_term("check_verdicts", given.said))
        terminal.say("feedback_wrong" if given.wrong else "feedback_agreed", said=said, **values)


def _text(given: str) -> str:
    """A text, or what is in the file it names, as `fanzha check` reads it; raises as that does."""
    from fanzha.show.check_inputs import asked

    return next(iter(asked([given]))).text


def _term(name: str, code: str) -> tuple[str, str]:
    from fanzha.model.words import vocabulary

    found = vocabulary(name).get(code)
    return (found.en, found.zh) if found else (code, code)


def _masked(workspace: "Workspace", one: dict[str, Any]) -> dict[str, Any]:
    """A campaign as it may be shown: examples and identifiers masked."""
    from fanzha.document.gather import known_names
    from fanzha.recognise.messages import places_of
    from fanzha.recognise.naming import place
    from fanzha.store.masked import mask_told, mask_value

    names = known_names(workspace.engine)
    examples = [place(text) for text in one["examples"].split(",")]
    written = workspace.recognising.texts(examples)
    named = workspace.engine.rows(
        'SELECT "kind", "value", "texts" FROM "campaign_identifiers" WHERE "campaign" = ? ORDER BY "texts" DESC, "kind", "value"',
        (one["campaign"],),
    )
    return {
        **one,
        "title": mask_told(one["title"], names),
        "examples": [
            {"at": f"{file}-{row}", "text": mask_told(text, names)[:EXAMPLE_MAX]}
            for (file, row), text in zip(examples, written, strict=True)
        ],
        "identifiers": [{"kind": k, "value": mask_value(k, value), "texts": texts} for k, value, texts in named],
        "members": [f"{file}-{row}" for file, row in places_of(workspace.engine, one["campaign"])],
    }


def _called(terminal: "Terminal", one: dict[str, Any]) -> str:
    kind = terminal.words.pick(*_term("scam_types", one["kind"])) if one["kind"] else ""
    honest = terminal.words("campaign_honest") if one["judged"] == "honest" else ""
    return " · ".join(part for part in (one["title"], kind, honest) if part) or "–"


def _list(terminal: "Terminal", found: list[dict[str, Any]]) -> None:
    if not found:
        terminal.say("campaigns_none")
        return
    columns = (("col_campaign", "left"), ("col_state", "left"), ("col_called", "left"), ("col_texts", "right"))
    more = (("col_chats", "right"), ("col_week", "right"), ("col_last", "left"))
    table = terminal.table("campaigns_title", *columns, *more)
    for one in found:
        state = Text(terminal.words.pick(*_term("campaign_states", one["state"])))
        state.stylize("bold red" if one["state"] == "new" else "")
        week, last = f"{one['recent']} / {one['before']}", terminal.moment(one["last_ms"])
        table.add_row(
            one["campaign"], state, Text(_called(terminal, one)), str(one["texts"]), str(one["reports"]), week, last
        )
    terminal.out.print(table)
    for one in found:
        if one["state"] == "new":
            terminal.out.print(Text(terminal.words("campaign_rising", campaign=one["campaign"]), style="bold"))
            _examples(terminal, one)


def _examples(terminal: "Terminal", one: dict[str, Any]) -> None:
    from fanzha.show.marking import safe

    for example in one["examples"]:
        terminal.out.print(Text(f"  {example['at']}  {safe(' '.join(example['text'].split()))}"))


def _one(terminal: "Terminal", one: dict[str, Any]) -> None:
    words = terminal.words
    state = words.pick(*_term("campaign_states", one["state"]))
    terminal.out.print(Text(words("campaign_head", campaign=one["campaign"], state=state), style="bold"))
    verdict = words.pick(*_term("check_verdicts", one["verdict"]))
    terminal.out.print(Text(words("campaign_called", name=_called(terminal, one), verdict=verdict)))
    span = {"first": terminal.moment(one["first_ms"]), "last": terminal.moment(one["last_ms"])}
    counts = {"texts": one["texts"], "chats": one["reports"], "recent": one["recent"], "before": one["before"]}
    terminal.out.print(Text(words("campaign_counts", **counts, **span)))
    _examples(terminal, one)
    for each in one["identifiers"][:SHOWN]:
        terminal.out.print(Text(f"  {each['kind']} {each['value']} ×{each['texts']}", style="dim"))
    if one["named_by"] >= 0:
        terminal.out.print(Text(words("campaign_by_act", act=one["named_by"]), style="dim"))


def _told(terminal: "Terminal", case: str, told: list[tuple[str, int]]) -> None:
    if terminal.json_wanted:
        terminal.json({"case": case, "kinds": dict(told)})
        return
    kinds = "; ".join(f"{terminal.words.pick(*_term('scam_types', kind))} {count}" for kind, count in told)
    terminal.out.print(Text(terminal.words("case_told", case=case, kinds=kinds or "–")))
