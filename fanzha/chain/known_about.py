"""What a workspace knows of a message that is being checked: its identifiers, and whether others received the same words. Reads; the
message itself is not kept."""

from collections.abc import Iterable, Sequence

from fanzha.chain.workspace import Workspace
from fanzha.document.gather import known_names
from fanzha.link.identify import names_of
from fanzha.recognise.answer import Known, Like, Verdict
from fanzha.store.masked import mask_told

CASES_MAX = 5
MESSAGES_MAX = 500  # of a conversation, the last ones
_PULL = 'SELECT "reports", "joins", "why" FROM "pulls" WHERE "kind" = ? AND "value" = ?'
_CASES = 'SELECT DISTINCT "case_id" FROM "joins" WHERE "kind" = ? AND "value" = ? ORDER BY "case_id"'
_AS_TOLD = {"bank_card": "account"}  # a card is an account once it is joined by


def known_about(workspace: Workspace, identifiers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    """What reports say of each (kind, normal value); those that no report names are left out. A link is known by its site too."""
    workspace.refresh()
    found: dict[tuple[str, str], Known] = {}
    for kind, value in dict.fromkeys(identifiers):
        for name in names_of(_AS_TOLD.get(kind, kind), value):
            for reports, joins, why in workspace.engine.rows(_PULL, name):
                if reports and ((kind, value) not in found or reports > found[kind, value].reports):
                    cases = tuple(str(row[0]) for row in workspace.engine.rows(_CASES, name))
                    found[kind, value] = Known(int(reports), bool(joins), str(why), cases[:CASES_MAX])
    return found


def campaign_like(workspace: Workspace, text: str, messages: Sequence[str] = ()) -> Like | None:
    """The campaign whose words a text, or else one of its messages, almost is."""
    first = max(0, len(messages) - MESSAGES_MAX)
    found = workspace.recognising.first_like((text, *messages[first:]))
    if found is None:
        return None
    place, row = found
    title = mask_told(row["title"], known_names(workspace.engine)) if row["title"] else ""
    told = {
        name: row[name] for name in ("campaign", "state", "kind", "judged", "texts", "reports", "first_ms", "last_ms")
    }
    return Like(**told, title=title, message=first + place - 1 if place else -1)


def said_before(
    workspace: Workspace, text: str, messages: Sequence[str] = (), *, only: bool = False
) -> tuple[Verdict, ...]:
    """What people here said of a text or of its messages, or of almost the same words; `only`: an identifier is but itself."""
    first = max(0, len(messages) - MESSAGES_MAX)
    return workspace.recognising.said_before().among(text, enumerate(messages[first:], first), equal=only)
