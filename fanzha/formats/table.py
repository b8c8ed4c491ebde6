"""Any other table, in any container, through a mapping that is given or proposed."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from fanzha.errors import UnreadableFile
from fanzha.formats.apply import readings
from fanzha.formats.columns import Ledger
from fanzha.formats.grid import Reading, Recognition, Sheet, Source
from fanzha.formats.mapping import Mapping
from fanzha.formats.propose import proposals
from fanzha.formats.writing import write_table


@dataclass(frozen=True, slots=True)
class AnyTable:
    """CSV, TSV, XLSX, JSON, JSON lines, YAML or Parquet."""

    name: str = "table"
    en: str = "any other table, through a mapping"
    zh: str = "其他表格(按列对应关系读取)"

    def recognise(self, source: Source) -> Recognition:
        """Whether some table in the file tells of payments, calls or reports."""
        try:
            found = proposals(source)
        except UnreadableFile as error:
            return Recognition(self.name, 0, error.what, error.what_zh)
        understood = [(sheet, mapping) for sheet, mapping in found if mapping is not None]
        if not found:
            return Recognition(self.name, 0, "no table", "不是表格")
        if not understood:
            why = f"{len(found)} table(s), none understood", f"发现{len(found)}个表格,均无法理解其含义"
            return Recognition(self.name, 20, *why)
        sheet, mapping = understood[0]
        details = {**sheet.dialect, "container": sheet.container, "record": mapping.record}
        score = {"leg": 75, "call": 65, "report": 60}[mapping.record]
        return Recognition(self.name, score, "; ".join(mapping.why_en), ";".join(mapping.why_zh), details)

    def read(self, source: Source) -> Iterator[Reading]:
        """Every table that is understood, by its proposed mapping."""
        return self.read_with(source, None)

    def read_with(self, source: Source, mapping: Mapping | None) -> Iterator[Reading]:
        """Every table, by the mapping given, else by the one proposed for it.

        Rows of a further sheet that is not understood are quarantined whole, for nothing may be dropped in silence.
        Raises UnreadableFile where no table is understood.
        """
        chosen = [(sheet, mapping or proposal) for sheet, proposal in proposals(source)]
        if all(choice is None for _, choice in chosen):
            raise UnreadableFile(
                "no table in this file is understood",
                "文件中没有可以理解的表格",
                where=source.name,
                remedy="Describe its columns with `fanzha map`",
                remedy_zh="请用 fanzha map 说明各列含义",
            )
        for sheet, choice in chosen:
            yield from readings(choice, sheet, source) if choice is not None else refused(sheet)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """The first table as CSV; `write_table` has the other containers."""
        return write_table(next(iter(tables.values())), "csv")


def refused(sheet: Sheet) -> Iterator[Reading]:
    """Every row of a sheet that is not understood, in quarantine."""
    for grid in sheet.blocks(frozenset()):
        ledger = Ledger(grid)
        ledger.reasons.update(dict.fromkeys(range(len(grid.rows)), ("unreadable_file", "")))
        yield ledger.reading({})
