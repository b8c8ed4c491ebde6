"""The planted truth, as `fanzha simulate` wrote it: read when it is asked for, never into a workspace."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.errors import FanzhaError, InputError, NotFound, UnreadableFile

# The columns that scoring reads, by table.
COLUMNS: dict[str, tuple[str, ...]] = {
    "people": ("person", "role", "gang", "coerced", "age_band", "migrant", "region", "phone"),
    "accounts": ("account", "currency", "holder", "role", "innocent"),
    "reports": (
        "reference", "incident", "gang", "crew", "victim", "age_band", "migrant", "region", "at_ms", "received_ms",
    ),
    "payments": ("incident", "transfer", "payee", "at_ms", "amount_minor", "currency"),
    "parcels": (
        "transfer", "incident", "payer", "payee", "at_ms", "arrived_ms", "disputed_minor", "currency", "tier", "exit",
        "group",
    ),
    "identifiers": ("kind", "value", "gangs", "from_ms"),
    "leaks": ("company", "company_name", "person"),
    "next": ("person", "due_ms"),
}  # fmt: skip

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Truth:
    """The folder `truth` of a world. Raises NotFound where it is none, UnreadableFile where a file of it is damaged."""

    folder: Path

    def __post_init__(self) -> None:
        lacking = [name for name in COLUMNS if not (self.folder / f"{name}.parquet").is_file()]
        if lacking:
            raise NotFound(
                f"this folder is no truth of a synthetic country; it lacks {lacking[0]}.parquet",
                f"该文件夹不是合成国家的真值:缺少 {lacking[0]}.parquet",
                where=str(self.folder),
                remedy="name the folder `truth` that `fanzha simulate` wrote",
                remedy_zh="请指定 fanzha simulate 生成的 truth 文件夹",
            )

    @cached_property
    def world(self) -> dict[str, Any]:
        """What world.json beside the folder says of the world; empty where it is not there."""
        path = self.folder.parent / "world.json"
        if not path.is_file():
            return {}
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise _damaged(path, error) from error
        if not isinstance(told, dict):
            raise InputError("world.json does not describe a world", "world.json 未描述一个世界", where=str(path))
        return told

    def table(self, name: str) -> pa.Table:
        """The columns of one truth file that scoring reads."""
        path = self.folder / f"{name}.parquet"
        wanted = list(COLUMNS[name])
        try:
            held = pq.read_schema(path).names
            if lacking := [column for column in wanted if column not in held]:
                raise InputError(
                    f"the truth lacks the column {lacking[0]}",
                    f"真值缺少列 {lacking[0]}",
                    where=str(path),
                    remedy="write the world again with this version of fanzha",
                    remedy_zh="请用本版本重新生成该世界",
                )
            return pq.read_table(path, columns=wanted)
        except (OSError, pa.ArrowException) as error:
            raise _damaged(path, error) from error

    def _rows(self, name: str) -> Rows:
        found = self.table(name)
        return list(zip(*(found.column(column).to_pylist() for column in COLUMNS[name]), strict=True))

    @cached_property
    def people(self) -> dict[int, dict[str, Any]]:
        """Everybody in the chain and every target, by number."""
        return {row[0]: dict(zip(COLUMNS["people"], row, strict=True)) for row in self._rows("people")}

    @cached_property
    def accounts(self) -> dict[str, dict[str, Any]]:
        """Every account that the chain's money touched, by its number."""
        return {row[0]: dict(zip(COLUMNS["accounts"], row, strict=True)) for row in self._rows("accounts")}

    @cached_property
    def reports(self) -> dict[str, dict[str, Any]]:
        """The reports by reference."""
        return {row[0]: dict(zip(COLUMNS["reports"], row, strict=True)) for row in self._rows("reports")}

    @cached_property
    def payments(self) -> Rows:
        """What victims paid: incident, transfer, payee, at_ms, amount_minor, currency."""
        return self._rows("payments")

    @cached_property
    def parcels(self) -> Rows:
        """Whose money each transfer carried, in the order it moved; columns as COLUMNS says."""
        return sorted(self._rows("parcels"), key=lambda row: (row[4], row[5], row[0], row[1]))

    @cached_property
    def identifiers(self) -> Rows:
        """What gangs used: kind, value, gangs, from_ms."""
        return self._rows("identifiers")

    @cached_property
    def leaks(self) -> Rows:
        """Which company leaked whom: company, company_name, person."""
        return self._rows("leaks")

    @cached_property
    def next(self) -> Rows:
        """Who will be hit next: person, due_ms."""
        return self._rows("next")

    @cached_property
    def person_by_value(self) -> dict[str, int]:
        """The person behind a telephone or an account."""
        found = {str(one["phone"]): number for number, one in self.people.items() if one["phone"]}
        found.update({account: int(one["holder"]) for account, one in self.accounts.items()})
        return found

    @property
    def end_ms(self) -> int:
        """The end of the world (UTC ms): what world.json says, else the last parcel."""
        return int(self.world.get("end_ms") or max((row[5] for row in self.parcels), default=0))


def open_truth(folder: Path) -> Truth:
    """The truth in `folder`, or in the folder `truth` of the world `folder`."""
    return Truth(folder / "truth" if (folder / "truth").is_dir() else folder)


def _damaged(path: Path, error: Exception) -> FanzhaError:
    return UnreadableFile(
        f"a file of the truth could not be read: {error}",
        f"真值文件无法读取:{error}",
        where=str(path),
        remedy="write the world again: the same seed gives the same bytes",
        remedy_zh="请重新生成该世界:同一种子得到同样的内容",
    )
