"""Rows of a chat to messages, and the chat as one report of form `chat`: its text, in which identifiers are found.

The report stands at the row of the first message; each mention says in `field` which message it is in. A chat says what was
written, not what was paid: nothing in it counts as a stated payment (reports.form).
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from fanzha.clean import email, phone, text
from fanzha.formats.columns import Ledger, moments, record, truth
from fanzha.formats.grid import Grid, Reading, Source
from fanzha.formats.kernels import pc
from fanzha.formats.legs import field_column, when
from fanzha.formats.mapping import Mapping
from fanzha.formats.reports import Mentions, search
from fanzha.formats.strings import absent_as_null

TEXT_MAX = 20_000_000  # characters of one chat
MEDIA = ("text", "image", "voice", "video", "file", "call", "transfer", "sticker", "location", "other")


def messages_of(mapping: Mapping, grid: Grid, source: Source) -> Reading:
    """One block of messages. `fixed` of the mapping may name chat and platform for all rows."""
    ledger = Ledger(grid)
    zone = mapping.zone or source.zone
    at_text = when(mapping, grid)
    at_ms, assumed = moments(at_text, zone, mapping.date_order or source.date_order)
    ledger.reject(truth(pc.is_null(at_ms)), "bad_moment", "at_ms")
    told = field_column(mapping, grid, "text")
    medium = field_column(mapping, grid, "medium")
    medium = pc.if_else(pc.equal(medium, ""), "text", medium)
    columns: dict[str, pa.Array] = {  # type: ignore[type-arg]
        name: absent_as_null(field_column(mapping, grid, name)) for name in ("chat", "platform", "sender", "sender_id")
    }
    columns |= {"at_ms": at_ms, "text": absent_as_null(told), "medium": medium}
    if grid.first and assumed and not mapping.zone:
        ledger.about_file.append("zone_assumed")
    keep = ledger.kept()
    whole = record("messages", grid.rows, grid.offsets, columns)
    if not keep.all():
        whole = whole.filter(pa.array(keep))
    if not whole.num_rows:
        return ledger.reading({"messages": whole})
    report, mentions = _as_report(whole, zone, mapping.region or source.region)
    return ledger.reading({"messages": whole, "reports": report, "mentions": mentions})


def _as_report(messages: pa.Table, zone: str, region: str) -> tuple[pa.Table, pa.Table]:
    """The messages of one block as one report, and the mentions in each message with its row."""
    rows: Any = messages.column("row").combine_chunks()
    offsets: Any = messages.column("byte_offset").combine_chunks()
    texts: Sequence[str | None] = messages.column("text").to_pylist()
    senders: Sequence[str | None] = messages.column("sender").to_pylist()
    times: Sequence[int | None] = messages.column("at_ms").to_pylist()
    lines = [f"{sender or '?'}: {text}" for sender, text in zip(senders, texts, strict=True) if text]
    mentions = Mentions()
    search(texts, times, mentions, [zone] * len(texts), region)
    numbers = rows.to_pylist()
    mentions.column[:] = [f"message {numbers[index]}" for index in mentions.at]
    _speakers(messages, mentions, region)
    report = record(
        "reports",
        rows.slice(0, 1),
        offsets.slice(0, 1),
        {
            "at_ms": pa.array([max((at for at in times if at is not None), default=None)], pa.int64()),
            "text": pa.array(["\n".join(lines)[:TEXT_MAX]], pa.string()),
            "zone": pa.array([zone], pa.string()),
            "form": pa.array(["chat"], pa.string()),
        },
    )
    # every mention belongs to the one report and stands at its row; `field` names the message its place counts in
    return report, mentions.table_at(rows.slice(0, 1), offsets.slice(0, 1))


def _speakers(messages: pa.Table, mentions: Mentions, region: str) -> None:
    """Who speaks, where the export states an account or a number and not only a name: each once, as field `sender`."""
    seen: set[str] = set()
    columns = (messages.column(name).to_pylist() for name in ("platform", "sender", "sender_id"))
    for index, (platform, sender, sender_id) in enumerate(zip(*columns, strict=True)):
        written = str(sender_id or (sender if sender and sender.startswith("+") else ""))
        if not written or written in seen:
            continue
        seen.add(written)
        value = phone.parse(written, region=region) if written.startswith("+") else email.parse(written)
        if value is not None:
            found = text.Found(
                value.kind, 0, len(written), written, value.normal, value.valid, value.partial, value.problem
            )
        elif platform in ("wechat", "qq", "telegram"):
            found = text.Found(platform, 0, len(written), written, written.lower())
        else:
            continue
        mentions.add(index, "sender", found, "")
