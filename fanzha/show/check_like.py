"""What is known in a workspace of a checked message's words: the campaign that it is like (what people call it, how many received it, since
when, how to see it), and what people here said of the same words."""

import shlex
from pathlib import Path
from typing import Final

from fanzha.document.figures import day
from fanzha.document.words import pick
from fanzha.model.words import vocabulary
from fanzha.recognise.answer import Answer, Like, Verdict
from fanzha.show.words import Words

_ZONE: Final = "Asia/Shanghai"


def like_lines(words: Words, like: Like | None, workspace: Path | None) -> list[str]:
    """Lines about a campaign; none where the message is like none."""
    if like is None or workspace is None:
        return []
    same = words("check_like_message", number=like.message + 1) if like.message >= 0 else words("check_like_whole")
    lines = [words("check_like", same=same, campaign=like.campaign, name=_name(words, like)), _spread(words, like)]
    return [*lines, words("check_like_see", campaign=like.campaign, workspace=shlex.quote(str(workspace)))]


def seen_lines(words: Words, answer: Answer, workspace: Path | None) -> list[str]:
    """What is known here of the same words: the campaign they are of, and what people said of them."""
    return [*like_lines(words, answer.like, workspace), *(_said(words, one) for one in answer.said)]


def _said(words: Words, said: Verdict) -> str:
    """One person's verdict: on which words, what, when; not who, and nothing of the text."""
    kinds = vocabulary("scam_types")
    kind = kinds[said.kind].say(words.lang) if said.kind in kinds else ""
    verdict = words("check_said_scam" if said.verdict == "scam" else "check_said_honest")
    return words(
        "check_said",
        where=words("check_said_message", number=said.message + 1) if said.message >= 0 else "",
        same=words("check_said_same" if said.same else "check_said_near"),
        verdict=_both(words, verdict, kind) if kind else verdict,
        date=pick(day(said.at_ms, _ZONE), words.lang),
    )


def _name(words: Words, like: Like) -> str:
    """What a person called it, or how it stands where nobody has."""
    kinds, states = vocabulary("scam_types"), vocabulary("campaign_states")
    kind = kinds[like.kind].say(words.lang) if like.kind in kinds else ""
    if like.judged == "honest":
        return words("check_like_honest", title=like.title or "–")
    if like.judged:
        title = _both(words, like.title, kind) if like.title and kind else like.title or kind
        return words("check_like_named", title=title)
    state = states[like.state].say(words.lang)
    named = _both(words, state, kind) if kind and like.state == "known" else state
    return words("check_like_unnamed", state=named)


def _both(words: Words, title: str, kind: str) -> str:
    return words.pick(f"{title} ({kind})", f"{title}（{kind}）")


def _spread(words: Words, like: Like) -> str:
    if like.first_ms is None or like.last_ms is None:
        return words("check_like_count", reports=like.reports)
    first, last = (pick(day(at, _ZONE), words.lang) for at in (like.first_ms, like.last_ms))
    return words("check_like_since", reports=like.reports, first=first, last=last)
