"""The campaign that a checked message is like, in words: what people call it, how many received it, since when, how to see it."""

import shlex
from pathlib import Path
from typing import Final

from fanzha.document.figures import day
from fanzha.document.words import pick
from fanzha.model.words import vocabulary
from fanzha.recognise.answer import Like
from fanzha.show.words import Words

_ZONE: Final = "Asia/Shanghai"


def like_lines(words: Words, like: Like | None, workspace: Path | None) -> list[str]:
    """Lines about a campaign; none where the message is like none."""
    if like is None or workspace is None:
        return []
    same = words("check_like_message", number=like.message + 1) if like.message >= 0 else words("check_like_whole")
    lines = [words("check_like", same=same, campaign=like.campaign, name=_name(words, like)), _spread(words, like)]
    return [*lines, words("check_like_see", campaign=like.campaign, workspace=shlex.quote(str(workspace)))]


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
