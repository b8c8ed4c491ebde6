"""An answer of `fanzha check` for machines, and as the data of a page."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fanzha.document.check_page import Checked, write_check
from fanzha.document.page import Said
from fanzha.model.words import vocabulary
from fanzha.recognise.alone import Alone
from fanzha.recognise.answer import Answer, Like, Verdict
from fanzha.recognise.claiming import claimed
from fanzha.recognise.signs import signs
from fanzha.show.check_inputs import Asked
from fanzha.show.checking import advice_lines, innocent_lines, odds_line, rows
from fanzha.show.marking import message_pieces, safe, speakers
from fanzha.show.words import Words

NAME_MAX = 60


def as_json(asked: Asked, answer: Answer, words: Words, scorer: str) -> dict[str, Any]:
    """One answer for machines; places are of `text`."""
    reading, declared = answer.reading, signs()
    original = reading.prepared.original

    def places(found: Sequence[tuple[str, int, int]], name: str) -> list[dict[str, Any]]:
        return [{name: code, "start": a, "end": b, "words": original[a:b]} for code, a, b in found]

    return {
        "what": asked.what,
        "name": asked.name,
        "text": original,
        "cut": answer.cut,
        "verdict": answer.verdict,
        "score": answer.probability,
        "scorer": scorer,
        "language": reading.prepared.language,
        "language_known": reading.language_known,
        "scam_type": [{"kind": kind, "permille": permille} for kind, permille in answer.kinds] or None,
        "lures": list(reading.lures),
        "claimed": places([(mark.code, mark.start, mark.end) for mark in claimed(reading)], "sign"),
        "tactics": places([(declared[m.code].tactic, m.start, m.end) for m in reading.tactics], "tactic"),
        "telling": [{"start": a, "end": b, "words": original[a:b]} for a, b in reading.words],
        "disguise_permille": reading.prepared.plain.disguise_permille,
        "disguises": list(reading.prepared.plain.families),
        "identifiers": [_identifier(one, answer) for one in answer.alone],
        "reasons": [{"rule": rule.code, "text": rule.say(words.lang)} for rule in answer.reasons],
        "innocent": innocent_lines(words, answer),
        "advice": advice_lines(words, answer),
        "campaign": _campaign(answer.like),
        "people": [_said(one) for one in answer.said],
        "hidden": _hidden(asked, answer),
        "strongest": [place + 1 for place in answer.piece.places] if answer.piece is not None else None,
        "messages": [
            {"message": place + 1, "verdict": part.verdict, "score": part.probability} for place, part in answer.parts
        ],
    }


def _campaign(like: Like | None) -> dict[str, Any] | None:
    """The campaign that a message is like; `message` counts from 1, null where the whole text is like it."""
    if like is None:
        return None
    return {**asdict(like), "message": like.message + 1 if like.message >= 0 else None}


def _said(said: Verdict) -> dict[str, Any]:
    """A person's verdict; `message` counts from 1, null where the whole text was meant."""
    return {**said._asdict(), "message": said.message + 1 if said.message >= 0 else None}


def _hidden(asked: Asked, answer: Answer) -> dict[str, Any] | None:
    """What a mail hides from its reader."""
    if not asked.hidden.hidden:
        return None
    verdict = answer.hidden.verdict if answer.hidden is not None else "unsure"
    return {"text": asked.hidden.hidden, "unusual": asked.hidden.unusual, "verdict": verdict}


def _identifier(one: Alone, answer: Answer) -> dict[str, Any]:
    found = one.found
    known = answer.known.get((found.kind, found.normal))
    return {
        "kind": found.kind,
        "value": found.normal,
        "start": found.start,
        "end": found.end,
        "valid": found.valid,
        "signs": list(one.signs),
        "parts": dict(one.parts),
        "owner": one.owner[0],
        "known": {"reports": known.reports, "cases": list(known.cases), "why": known.why} if known else None,
    }


def write_page(
    path: Path, pairs: Sequence[tuple[Asked, Answer]], now_ms: int, lang: str, workspace: Path | None
) -> None:
    """Write answers as one page in both languages."""
    title = Said(Words("en")("check_title"), Words("zh")("check_title"))
    write_check(path, title, [_checked(*pair, workspace) for pair in pairs], now_ms, lang)


def _checked(asked: Asked, answer: Answer, workspace: Path | None) -> Checked:
    en, zh = Words("en"), Words("zh")
    odds = Said(odds_line(en, answer), odds_line(zh, answer))
    speaking = speakers(asked.messages, asked.senders)
    pieces, legend = message_pieces(answer.reading, speaking) if not answer.only else ([], [])
    tactics = vocabulary("tactics")
    tricks = [
        (Said(tactics[one].en, tactics[one].zh), Said(tactics[one].note("en"), tactics[one].note("zh")))
        if one
        else (Said(en("check_telling"), zh("check_telling")), Said("", ""))
        for one in legend
    ]
    in_english, in_chinese = (
        [row for part in rows(words, asked, answer, workspace) for row in part] for words in (en, zh)
    )
    told = tuple(
        (
            Said(en(label), zh(label)),
            tuple(Said(a.plain, b.plain) for a, b in zip(lines, other, strict=True)),
        )
        for (label, lines), (_, other) in zip(in_english, in_chinese, strict=True)
        if lines
    )
    return Checked(
        name=asked.name or _first_words(asked.text),
        verdict=answer.verdict,
        odds=odds if odds.en else None,
        advice=told[-1],
        pieces=tuple(pieces),
        legend=tuple(tricks),
        rows=told[:-1],
    )


def _first_words(text: str) -> str:
    """The beginning of a message, as its name."""
    line = " ".join(safe(text[: 2 * NAME_MAX]).split())
    return line if len(line) <= NAME_MAX else f"{line[:NAME_MAX]} …"
