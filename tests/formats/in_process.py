"""The jobs of the confined child in the test's own process: what they say is the same, and it is said in no time."""

import importlib
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from fanzha.formats import confined
from fanzha.formats.child.saying import NotThis, TooMuch
from fanzha.formats.confined import CAPS, REFUSED, Caps
from fanzha.formats.grid import Content


def values(
    job: str, data: bytes | Content, name: str, argument: dict[str, Any] | None = None, caps: Caps = CAPS
) -> Iterator[Any]:
    """As `confined.values`, without its bounds on memory and time."""
    module = importlib.import_module(f"fanzha.formats.child.{job}")
    said: list[object] = []
    refusal = 0
    try:
        module.main(io.BytesIO(bytes(data[: len(data)])), said.append, json.loads(json.dumps(argument or {})))
    except NotThis:
        refusal = 3
    except TooMuch:
        refusal = 4
    for value in said:
        yield value if isinstance(value, bytes) else json.loads(json.dumps(value))
    if refusal:
        raise confined.refused(name, *REFUSED[refusal])


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every reader of this test call the jobs directly."""
    monkeypatch.setattr(confined, "values", values)
