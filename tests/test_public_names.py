"""The public door: these names, no others, each with types and a docstring."""

import inspect
import typing

import fanzha

NAMES = [
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
WORKSPACE = [
    "account",
    "acting",
    "acts",
    "admit",
    "as_of",
    "back_up",
    "case",
    "cases",
    "close",
    "correct",
    "correct_row",
    "dealt",
    "desk",
    "erase",
    "erasure_reach",
    "export",
    "holders",
    "inspect",
    "joins",
    "judge",
    "keep_mapping",
    "linker",
    "merge",
    "next_epoch",
    "now_ms",
    "order_lines",
    "propose_mapping",
    "rebuild",
    "recognising",
    "reference",
    "refresh",
    "report",
    "retain",
    "settle",
    "split",
    "steps",
    "table",
    "tables_differ",
    "traced",
    "trail",
    "undo",
    "why",
    "withdraw",
]


def test_these_names_and_no_others() -> None:
    assert sorted(fanzha.__all__) == NAMES
    assert all(hasattr(fanzha, name) for name in NAMES)
    assert not hasattr(fanzha, "sesame")


def test_the_workspace_has_these_methods() -> None:
    assert sorted(name for name in dir(fanzha.Workspace) if not name.startswith("_")) == WORKSPACE


def test_each_is_documented_and_typed() -> None:
    for name in NAMES:
        thing = getattr(fanzha, name)
        if not isinstance(thing, str):
            assert inspect.getdoc(thing), name
    for name in WORKSPACE:
        method = getattr(fanzha.Workspace, name)
        assert inspect.getdoc(method), name
        function = method.fget if isinstance(method, property) else method
        assert "return" in typing.get_type_hints(function), name
