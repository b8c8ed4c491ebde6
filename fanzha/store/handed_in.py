"""Chats as they were handed in: whose report each message belongs to, and who wrote it beside the reporter."""

from collections.abc import Iterable, Iterator
from typing import Any

Report = tuple[int, int]  # file and row


def by_others(
    chats: Iterable[tuple[int, int, str]], messages: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[Report, tuple[Any, ...]]]:
    """(report, message) of each message that its reporter did not write, in order.

    `chats`: file, row and reporter of each report of form `chat`. `messages`: rows that begin with file, row and sender, sorted by
    file and row. A message belongs to the last chat of its file that begins at or before it; one that no chat holds is left out.
    """
    held = sorted(chats)
    at = -1
    for message in messages:
        file, row, sender = message[:3]
        while at + 1 < len(held) and held[at + 1][:2] <= (file, row):
            at += 1
        if at >= 0 and held[at][0] == file and held[at][2] != sender:
            yield held[at][:2], message
