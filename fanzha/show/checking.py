"""What was found in a message, in the terminal: verdict, kind, the words that tell, what is known, why, the innocent side, what to do."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fanzha.clean import domain, url
from fanzha.document.html import visible
from fanzha.document.words import code_name, pick
from fanzha.model.words import vocabulary
from fanzha.recognise.alone import Alone
from fanzha.recognise.answer import Answer
from fanzha.recognise.check import Reading
from fanzha.recognise.claiming import claimed
from fanzha.recognise.public_numbers import told_to
from fanzha.recognise.signs import signs
from fanzha.show.check_inputs import Asked
from fanzha.show.check_like import seen_lines
from fanzha.show.marking import message_pieces, safe, shortened, speakers
from fanzha.show.words import Words

VERDICTS: Final = {
    "scam": "bold white on red",
    "suspicious": "bold black on yellow",
    "no_sign": "bold green",
    "unsure": "bold cyan",
}
# Red, green and blue alone do not tell tricks apart for everybody: each has its number as well.
COLOURS: Final = ("red", "yellow", "magenta", "cyan", "blue", "green")
SUPERSCRIPTS: Final = "¹²³⁴⁵⁶⁷⁸⁹"
_POINT: Final = "· "
ODDS: Final = ((0.95, "almost_certain"), (0.8, "very_likely"), (0.5, "likely"), (0.1, "possible"), (0.02, "unlikely"))
MESSAGES_SHOWN, IDENTIFIERS_SHOWN, HIDDEN_SHOWN = 8, 20, 400
NARROW: Final = 60  # columns: in fewer a label stands above its lines, not beside them

LABELS: Final = (
    *("check_about", "check_kind", "check_seen", "check_claims", "check_hidden", "check_messages", "check_found"),
    "check_why",
    *("check_innocent", "check_next"),
)


def show(console: Console, words: Words, asked: Asked, answer: Answer, workspace: Path | None = None) -> None:
    """One answer, for a person. `workspace` is the one that was asked what it knows."""
    before, after = rows(words, asked, answer, workspace)
    console.print(verdict_line(words, answer))
    _grid(console, words, before)
    if not answer.only:
        _message(console, words, answer.reading, speakers(asked.messages, asked.senders))
    _grid(console, words, after)


Rows = list[tuple[str, Sequence[Text]]]


def rows(words: Words, asked: Asked, answer: Answer, workspace: Path | None) -> tuple[Rows, Rows]:
    """(label, lines) of what stands before the message, and of what stands after it."""
    before: Rows = [
        ("check_about", [Text(line, style="dim") for line in notes(words, asked, answer)]),
        ("check_kind", _kinds(words, answer)),
        ("check_seen", [Text(line) for line in seen_lines(words, answer, workspace)]),
        ("check_claims", _claims(words, answer)),
        ("check_hidden", [Text(line) for line in hidden_lines(words, asked, answer)]),
    ]
    after: Rows = [
        ("check_messages", _messages(words, asked, answer)),
        ("check_found", _identifiers(words, answer, asked_there=workspace is not None)),
        ("check_why", [Text(line) for line in why_lines(words, answer)]),
        ("check_innocent", [Text(line) for line in innocent_lines(words, answer)]),
        ("check_next", [Text(line, style="bold") for line in advice_lines(words, answer)]),
    ]
    return before, after


def _grid(console: Console, words: Words, rows: Rows) -> None:
    if console.width < NARROW:
        for label, lines in rows:
            if lines:
                console.print(Text(words(label), style="bold"))
            for line in _set_in(lines):
                console.print(Padding(line, (0, 0, 0, 2)))
        return
    table = Table.grid(padding=(0, 2))
    width = max(cell_len(words(label)) for label in LABELS)
    table.add_column(style="bold", no_wrap=True, min_width=width)
    table.add_column(overflow="fold")
    for label, lines in rows:
        for place, line in enumerate(_set_in(lines)):
            table.add_row(words(label) if place == 0 else "", line)
    if table.row_count:
        console.print(table)


def _set_in(lines: Sequence[Text]) -> Iterator[Text | Padding]:
    """Lines with what stands below the first of each set in, where it is wrapped too, instead of behind a point."""
    for line in lines:
        first, *below = line.split("\n")
        yield first
        yield from (Padding(one[len(_POINT) :], (0, 0, 0, 2)) for one in below)


def verdict_line(words: Words, answer: Answer) -> Text:
    """The verdict with its probability, in words and as a figure."""
    line = Text()
    line.append(f" {vocabulary('check_verdicts')[answer.verdict].say(words.lang)} ", style=VERDICTS[answer.verdict])
    if said := odds_line(words, answer):
        line.append(f"  {said}", style="bold")
    return line


def odds_line(words: Words, answer: Answer) -> str:
    """How sure, or why there is no figure; "" where the verdict says it all."""
    if answer.stated is not None:
        word, figure = odds(answer.stated), share(words, answer.stated)
        if answer.verdict == "no_sign" and word == "possible":  # "no sign found, possibly a scam" says two things
            return words("check_odds_open", share=figure)
        return words(f"check_odds_{word}", share=figure)
    if answer.verdict == "suspicious":
        if not answer.only:
            return words("check_odds_named" if answer.named else "check_odds_part")
        if answer.called:
            return words("check_odds_named")
        return words("check_odds_known" if any(one.joins for one in answer.known.values()) else "check_odds_wrong")
    return words("check_odds_held_back") if answer.verdict == "no_sign" else ""


def odds(probability: float) -> str:
    """The word for a probability: a key of `check_odds_*`."""
    return next((word for least, word in ODDS if probability >= least), "very_unlikely")


def share(words: Words, probability: float) -> str:
    """Of a hundred messages like this one how many are scams; never all and never none."""
    hundred = round(100 * probability)
    if 1 <= hundred < 100:
        return words.pick(f"{hundred}", f"{hundred}%")
    return words("check_share_most" if hundred else "check_share_least")


def _kinds(words: Words, answer: Answer) -> list[Text]:
    terms, lures = vocabulary("scam_types"), vocabulary("lures")
    lines = [
        Text.assemble(terms[kind].say(words.lang), (words.pick(f" ({kind})", f"（{kind}）"), "dim"))
        for kind, _ in answer.kinds
    ]
    if len(lines) > 1:
        lines[1:] = [Text.assemble(words("check_kind_or"), line) for line in lines[1:]]
    if not lines and answer.verdict in ("scam", "suspicious") and not answer.only:
        lines = [Text(words("check_kind_unknown"), style="dim")]
    return lines + [Text(lures[lure].say(words.lang)) for lure in answer.reading.lures if not answer.only]


def _claims(words: Words, answer: Answer) -> list[Text]:
    declared = signs()
    named = dict.fromkeys(declared[mark.code].say(words.lang) for mark in claimed(answer.reading))
    return [Text("; ".join(named) if words.lang == "en" else "；".join(named))] if named and not answer.only else []


def notes(words: Words, asked: Asked, answer: Answer) -> list[str]:
    """What to know about what was looked at: a file, a picture without letters, a text that was cut, a language not learned."""
    said = []
    if asked.name or asked.what != "text":
        said.append(words(f"check_is_{asked.what}", name=asked.name, messages=len(asked.messages)))
    if asked.codes:
        said.append(words("check_codes", codes=len(asked.codes)))
    if asked.no_letters:
        said.append(words("check_no_letters"))
    if asked.attached:
        said.append(words("check_attached", names=", ".join(safe(name) for name in asked.attached)))
    if asked.unread:
        said.append(words("check_unread", names=", ".join(safe(name) for name in asked.unread)))
    if answer.cut:
        said.append(words("check_cut", characters=f"{len(answer.reading.prepared.original):,}"))
    return said


def hidden_lines(words: Words, asked: Asked, answer: Answer) -> list[str]:
    """What a mail hides from its reader, what that is worth, and whether it looks like a scam by itself."""
    hidden = asked.hidden.hidden
    if not hidden:
        return []
    shown = safe(hidden[:HIDDEN_SHOWN].strip()) + (" …" if len(hidden) > HIDDEN_SHOWN else "")
    lines = [
        shown,
        words("check_hidden_many" if asked.hidden.unusual else "check_hidden_usual", characters=f"{len(hidden):,}"),
    ]
    if answer.piece is not None and not answer.piece.places:
        lines.append(words("check_hidden_worse"))
    return lines


def _message(console: Console, words: Words, reading: Reading, speaking: Sequence[tuple[int, str]] = ()) -> None:
    marked, legend = marked_text(reading, speaking)
    if not marked.plain.strip():
        return
    console.print()
    console.print(Padding(marked, (0, 2), expand=False))
    _tricks(console, words, legend)
    console.print()


def _tricks(console: Console, words: Words, legend: Sequence[str]) -> None:
    """The tricks by number, each beside what an honest sender would do; in a narrow terminal above it."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", style="dim")
    tactics = vocabulary("tactics")
    for number, code in enumerate(legend):
        name = tactics[code].say(words.lang) if code else words("check_telling")
        note = tactics[code].note(words.lang) if code else ""
        named = Text(f"{_superscript(number)} {name}", style=COLOURS[number % len(COLOURS)])
        if console.width >= NARROW:
            table.add_row(Text.assemble("  ", named), note)
            continue
        console.print(Padding(named, (0, 0, 0, 2)))
        if note:
            console.print(Padding(Text(note, style="dim"), (0, 0, 0, 4)))
    if table.row_count:
        console.print(table)


def marked_text(reading: Reading, speaking: Sequence[tuple[int, str]] = ()) -> tuple[Text, list[str]]:
    """(the message with the words that tell in brackets, numbered and coloured by trick, the tricks in the order of their numbers)."""
    pieces, legend = message_pieces(reading, speaking)
    out = Text()
    for piece, number in pieces:
        if number:
            out.append(f"[{piece}]{_superscript(number - 1)}", style=f"bold {COLOURS[(number - 1) % len(COLOURS)]}")
        else:
            out.append(piece)
    return out, legend


def _superscript(number: int) -> str:
    return SUPERSCRIPTS[number] if number < len(SUPERSCRIPTS) else f"({number + 1})"


def _messages(words: Words, asked: Asked, answer: Answer) -> list[Text]:
    """The messages of a conversation that look like a scam by themselves, the likeliest first."""
    verdicts = vocabulary("check_verdicts")
    shown = sorted(answer.parts, key=lambda part: -part[1].probability)[:MESSAGES_SHOWN]
    lines = []
    for place, part in shown:
        sender = f" {shortened(asked.senders[place])}" if place < len(asked.senders) and asked.senders[place] else ""
        line = Text(words("check_message", number=place + 1) + sender, style="dim")
        line.append(f" {verdicts[part.verdict].say(words.lang)} ", style=VERDICTS[part.verdict])
        line.append(f" {safe(part.prepared.original[:120])}")
        lines.append(line)
    if answer.piece is not None and len(answer.piece.places) > 1:
        first, *_, last = answer.piece.places
        name = shortened(asked.senders[first]) if first < len(asked.senders) else ""
        lines.insert(0, Text(words("check_row", name=name, first=first + 1, last=last + 1)))
    if not lines and asked.messages:
        lines = [Text(words("check_no_message"))]
    return lines


def _identifiers(words: Words, answer: Answer, *, asked_there: bool) -> list[Text]:
    lines = []
    unique = {(one.found.kind, one.found.normal): one for one in answer.alone}
    for key, one in list(unique.items())[:IDENTIFIERS_SHOWN]:
        named = dict(one.parts).get("digits")
        kind = words("check_number") if named else pick(code_name("kinds", one.found.kind), words.lang)
        line = Text(f"{kind}  ")
        line.append(shown_value(one), style="bold")
        leads_to = _shown_only(answer).get(key)
        said = [words("check_shown_only", name=leads_to)] if leads_to else [*said_of(words, one)]
        if asked_there:
            said.append(known_line(words, answer, key))
        lines.append(line.append("".join(f"\n{_POINT}{each}" for each in said)))
    return lines


def _shown_only(answer: Answer) -> dict[tuple[str, str], str]:
    """(kind, value) of addresses that are only the text of a link, as a mail is read (`shown (where it leads)`), with the site it leads to."""
    text, found = answer.reading.prepared.original, {}
    for one, after in pairwise(answer.alone):
        shown, leads = (dict(each.parts).get("registered") for each in (one, after))
        if shown and leads and shown != leads and text[one.found.end : after.found.start] == " (":
            found[one.found.kind, one.found.normal] = domain.masked(leads)
    return found


def shown_value(one: Alone) -> str:
    """An identifier as it may be printed: a link so that no screen makes a link of it."""
    found = one.found
    if found.kind == "url":
        return visible(url.defang(found.normal))
    return domain.masked(found.normal) if found.kind == "domain" else visible(found.original)


def said_of(words: Words, one: Alone) -> list[str]:
    """What an identifier shows by itself, in words."""
    terms, declared = vocabulary("address_signs"), signs()
    parts = dict(one.parts)
    said = []
    if "registered" in parts and parts["registered"] != parts.get("host"):
        said.append(words("check_registered", name=domain.masked(parts["registered"])))
    if "digits" in parts:
        said.append(words(f"check_digits_{parts['sort']}", digits=parts["digits"]))
    elif "also" in parts and not one.signs:
        names = [words(f"check_country_{code}") for code in parts["also"].split(",")]
        said.append(words("check_also", countries=words.pick(", ", "、").join(names)))
    elif "sort" in parts and not one.signs:
        said.append(words(f"check_sort_{parts['sort']}"))
    if any(one.owner):
        said.append(words("check_owner", owner=words.pick(*one.owner)))
    return said + [(declared.get(sign) or terms[sign]).say(words.lang) for sign in one.signs]


def known_line(words: Words, answer: Answer, key: tuple[str, str]) -> str:
    """What the workspace holds on an identifier."""
    known = answer.known.get(key)
    if known is None:
        return words("check_unknown")
    cases = ", ".join(known.cases)
    why = pick(code_name("whys", known.why), words.lang)
    return words("check_known" if cases else "check_known_no_case", reports=known.reports, cases=cases, why=why)


def why_lines(words: Words, answer: Answer) -> list[str]:
    """Why, in words: the rules that hold; where none does, the words that resemble known scams."""
    if answer.only:
        return []
    lines = [f"{number}. {rule.say(words.lang)}" for number, rule in enumerate(answer.reasons, 1)]
    original = answer.reading.prepared.original
    telling = [safe(original[start:end]) for start, end in answer.reading.words]
    if not lines and telling and answer.verdict in ("scam", "suspicious"):
        lines = [words("check_why_words", words=", ".join(telling) if words.lang == "en" else "、".join(telling))]
    return lines


def innocent_lines(words: Words, answer: Answer) -> list[str]:
    """What speaks for an honest sender."""
    if answer.only:
        return []
    declared, original = signs(), answer.reading.prepared.original
    colon = words.pick(": ", "：")
    marked = [
        f"{declared[mark.code].say(words.lang)}{colon}{safe(original[mark.start : mark.end])}"
        for mark in answer.innocent_marks[:4]
    ]
    shown = {mark.code for mark in answer.innocent_marks[:4]}
    # a rule whose words are shown anyway says nothing more
    lines = [rule.say(words.lang) for rule in answer.innocent if not any(shown & need for need in rule.needs)] + marked
    terms = vocabulary("address_signs")
    # a false page links to the true one, and a false link is written as the true one
    if (
        any("official" in one.signs for one in answer.alone)
        and not _shown_only(answer)
        and not any(one.suspicious for one in answer.alone)
    ):
        lines.append(terms["official"].say(words.lang))
    return lines or ([words("check_innocent_none")] if answer.verdict in ("scam", "suspicious") else [])


def advice_lines(words: Words, answer: Answer) -> list[str]:
    """What to do now."""
    advice, lures = vocabulary("check_advice"), vocabulary("lures")
    lines = [advice[key].say(words.lang) for key in answer.advice if key in advice]
    if answer.verdict in ("scam", "suspicious") and not answer.only:
        lines.insert(1, words("check_call", numbers=_numbers(words, answer.reading.prepared.language)))
    lines += [lures[lure].note(words.lang) for lure in answer.reading.lures if not answer.only]
    return list(dict.fromkeys(filter(None, lines)))


def _numbers(words: Words, language: str) -> str:
    """Whom to call about a message in a language: number, who answers, country."""
    country = words.pick(" ({})", "（{}）")
    told = [
        f"{one.number} {words.pick(*one.who)}{country.format(words.pick(*one.country))}" for one in told_to(language)
    ]
    return words.pick("; ", "；").join(told)
