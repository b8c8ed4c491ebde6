"""Scripts: texts that swindlers sent in almost the same words to people of different cases. Near links, never a merger.

Looked at: whole chats and mails that were handed in, and each message that its reporter did not write. A text is its wording with
numbers and addresses masked (`fanzha.clean.near_text`); which are alike is exact there, which are compared is chosen by hashing.

Narratives that an officer wrote down (form `told`) are left out at any threshold: they follow the officer's template, not the
swindler's script. In examples/city, 36 of 741 pairs of narratives share 900 per mille; 3 of those 36 are of one case, 199 of all 741.

A script is sold and copied, so it weighs little: `script` in weights.yaml.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

import pyarrow as pa

from fanzha.clean.near_text import THRESHOLD_PERMILLE, families
from fanzha.link.identify import code_of
from fanzha.link.kernels import Ints
from fanzha.link.linker import Linker
from fanzha.link.near import Near
from fanzha.store.engine import arrow_schema
from fanzha.store.handed_in import by_others
from fanzha.store.tables import table

KIND: Final = "script"
HOW: Final = "same_script"
# What was handed in: first the chats and mails as they are, then their messages. A message belongs to the last report of a chat
# at or before its row in its file; where its writer is not named, it is a notice of the programme.
HANDED_IN_SQL = """
SELECT "file", "row", COALESCE("victim", ''), COALESCE("text", ''), "form" FROM "reports"
WHERE "form" IN ('chat', 'mail') AND ("at_ms" IS NULL OR "at_ms" <= ?) ORDER BY "file", "row"
"""
MESSAGES_SQL = """
SELECT "file", "row", "sender", "text" FROM "messages"
WHERE "sender" <> '' AND "text" <> '' AND ("at_ms" IS NULL OR "at_ms" <= ?) ORDER BY "file", "row"
"""
Report = tuple[int, int]  # file and row


class Text(NamedTuple):
    """A text, and the report (file and row) that it was handed in with."""

    report: Report
    text: str


def handed_in(reports: Iterable[tuple[Any, ...]], messages: Iterable[tuple[Any, ...]]) -> list[Text]:
    """Texts to compare. `reports`: rows of HANDED_IN_SQL; `messages`: rows of MESSAGES_SQL, sorted by file and row.

    A message that the reporter wrote, or that no handed-in chat holds, is left out.
    """
    found, chats = [], []
    for file, row, victim, text, form in reports:
        found.append(Text((file, row), text))
        if form == "chat":
            chats.append((file, row, victim))
    found += [Text(report, message[3]) for report, message in by_others(chats, messages)]
    return found


def scripts(texts: Sequence[Text], threshold_permille: int = THRESHOLD_PERMILLE) -> dict[str, tuple[Report, ...]]:
    """Reports of each script that several reports hold, sorted. A script is named by its first report: `3-17`.

    Two scripts with one first report (a chat with two copied messages) are one name; texts in any order give the same.
    """
    label = families([one.text for one in texts], threshold_permille)
    members: dict[int, set[Report]] = defaultdict(set)
    for number, one in zip(label.tolist(), texts, strict=True):
        members[number].add(one.report)
    by_first: dict[Report, set[Report]] = defaultdict(set)
    for found in members.values():
        if len(found) > 1:
            by_first[min(found)] |= found
    return {f"{file}-{row}": tuple(sorted(by_first[file, row])) for file, row in sorted(by_first)}


def same_script(
    linker: Linker, cases: Ints, reports: Iterable[tuple[Any, ...]], messages: Iterable[tuple[Any, ...]]
) -> pa.Table:
    """Rows of near_links: every two cases that hold one script, sorted. `cases`: [reports]; rows of the two statements above.

    A script that more than `near_cases_max` cases hold links none of them: it is an advertisement, a warning or a form letter.
    Weights put in use before scripts had one give none.
    """
    found: list[Near] = []
    known = KIND in linker.weights.cap
    for first, members in scripts(handed_in(reports, messages)).items() if known else ():
        codes = (code_of(f"{file}-{row}") for file, row in members)
        held = sorted({linker.case_id(int(cases[linker.place[code]])) for code in codes if code in linker.place})
        if len(held) <= linker.weights.near_cases_max:
            weight = linker.weights.weight(linker.weights.base(KIND, first), len(held))
            found += [Near(a, b, KIND, first, HOW, weight) for a, b in combinations(held, 2)]
    columns = list(zip(*sorted(found), strict=True)) or [()] * len(Near._fields)
    schema = arrow_schema(table("near_links"))
    return pa.table([pa.array(column, one.type) for column, one in zip(columns, schema, strict=True)], schema=schema)
