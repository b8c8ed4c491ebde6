"""What leaves the workspace: tables, masked unless a purpose is named, which is journalled; what they were made with; backups."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from fanzha.errors import NotAllowed
from fanzha.model.terms import PURPOSES
from fanzha.store import backup
from fanzha.store.engine import Engine
from fanzha.store.masked import mask_table
from fanzha.store.record import Act, Record
from fanzha.store.tables import table


def rows_for(record: Record, engine: Engine, name: str, purpose: str, act: Act, to: str = "") -> pa.Table:
    """A table's rows in its fixed order, masked without a purpose. What is unmasked or goes to another body (`to`) is journalled, so
    that a correction reaches who has it; without `to` it is for own use.

    Raises NotFound for no such table, NotAllowed for a purpose that is none.
    """
    declared = table(name)
    rows = engine.all_rows(name)
    told = {"table": name, "purpose": purpose, "rows": rows.num_rows, **({"to": to.strip()} if to.strip() else {})}
    if not purpose:
        if "to" in told:
            record.note("export", act, told)
        return mask_table(declared, rows)
    if purpose not in PURPOSES:
        raise NotAllowed(
            f"{purpose!r} is no purpose for which personal data may be shown",
            f"{purpose!r} 不是允许的处理目的",
            remedy=f"choose one of: {', '.join(PURPOSES)}",
            remedy_zh=f"可选：{', '.join(PURPOSES)}",
        )
    record.note("export", act, told)
    return rows


def reference_in_use(record: Record) -> list[dict[str, Any]]:
    """The reference data and models in use: name, source, date, SHA-256 and the act that put each in use."""
    latest = {entry.public["name"]: entry for entry in record.journal.entries() if entry.act == "use"}
    return [
        {
            "name": name,
            "source": entry.public.get("source", ""),
            "as_of": entry.public.get("as_of", ""),
            "sha256": entry.public["sha256"],
            "act": entry.seq,
        }
        for name, entry in sorted(latest.items())
    ]


def write_backup(
    record: Record, path: Path, key_file: Path, hand_over_to: str, act: Act, progress: Callable[[int, int, str], None]
) -> int:
    """Write a backup of everything acknowledged, under the secret in `key_file` (made if it is not there); its bytes.

    With `hand_over_to` the workspace is handed over by it; a backup that fails takes that back.
    """
    secret = backup.read_secret(key_file, create=True)
    public = {"path": str(path.resolve())}
    if hand_over_to:
        entry = record.note("handover", act, {**public, "to": hand_over_to})
    else:
        entry = record.note("backup", act, public)
    try:
        return backup.back_up(record, path, secret, progress)
    except BaseException:
        if hand_over_to:
            record.note("undo", act, {"act": entry.seq})
        raise
