"""Fanzha (反诈): from messy fraud reports to the right case, its money, and a proportionate next step.

    with fanzha.open("workspace") as workspace:
        workspace.admit(["examples/city"])
        for case in workspace.cases():
            print(case.id, case.reports, case.held)

These are all the public names; a test locks them. They are loaded at first use, so that `import fanzha` costs nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

from fanzha.model import version as _version

__version__ = _version.VERSION

if TYPE_CHECKING:
    from fanzha.chain import Case as Case
    from fanzha.chain import Step as Step
    from fanzha.chain import Workspace as Workspace
    from fanzha.chain import Workspace as open
    from fanzha.chain import restore_workspace as restore
    from fanzha.chain import verify_workspace as verify
    from fanzha.clean.text import Found as Found
    from fanzha.clean.text import find as find
    from fanzha.errors import FanzhaError as FanzhaError
    from fanzha.errors import NotFound as NotFound
    from fanzha.errors import RecordDamaged as RecordDamaged
    from fanzha.formats.inspection import Inspection as Inspection
    from fanzha.ingest.admit import Admission as Admission
    from fanzha.model.terms import Terms as Terms
    from fanzha.recognise.answer import check as check

_HOMES = {
    "Admission": ("fanzha.ingest.admit", "Admission"),
    "Case": ("fanzha.chain", "Case"),
    "FanzhaError": ("fanzha.errors", "FanzhaError"),
    "Found": ("fanzha.clean.text", "Found"),
    "Inspection": ("fanzha.formats.inspection", "Inspection"),
    "NotFound": ("fanzha.errors", "NotFound"),
    "RecordDamaged": ("fanzha.errors", "RecordDamaged"),
    "Step": ("fanzha.chain", "Step"),
    "Terms": ("fanzha.model.terms", "Terms"),
    "Workspace": ("fanzha.chain", "Workspace"),
    "check": ("fanzha.recognise.answer", "check"),
    "find": ("fanzha.clean.text", "find"),
    "open": ("fanzha.chain", "Workspace"),
    "restore": ("fanzha.chain", "restore_workspace"),
    "verify": ("fanzha.chain", "verify_workspace"),
}

__all__ = [
    "Admission",
    "Case",
    "FanzhaError",
    "Found",
    "Inspection",
    "NotFound",
    "RecordDamaged",
    "Step",
    "Terms",
    "Workspace",
    "__version__",
    "check",
    "find",
    "open",
    "restore",
    "verify",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'fanzha' has no attribute {name!r}")
    return getattr(importlib.import_module(home[0]), home[1])
