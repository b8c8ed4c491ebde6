"""How the columns of one layout become records: a small record that can be kept, shown, changed and used again.

`signature` names a layout by its container and normalised header, so that a mapping made once serves the next file.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace

from fanzha.errors import InputError
from fanzha.formats.grid import Sheet
from fanzha.formats.headers import normal

RECORDS = ("leg", "call", "report", "message", "account")
UNITS = ("yuan", "fen")


@dataclass(frozen=True, slots=True)
class Use:
    """One column put to use.

    field     a field of `aliases.yaml` ("account", "direction", "text", ...) or "mention" for an identifier of a report
    position  index in the header; header: its name, for people
    kind, role, chain  of a mention: kind of identifier ("" to find out from each text), its role, and for wallets the chain
    """

    field: str
    position: int
    header: str = ""
    kind: str = ""
    role: str = ""
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns of a layout mean.

    record      one of RECORDS
    uses        the columns in use; several of one field are alternatives, the first filled cell counts
    words       vocabulary -> word -> code, beside the listed words ("leg_direction": {"支取现金": "out"})
    fixed       field -> value that holds for every row ("account": the number in the preamble)
    unit        "yuan" for major units, "fen" for minor ones
    currency, zone, region, date_order   "" for those of the source
    form        of reports: "told", "chat" or "mail"
    shape       how the columns are laid out anew before they are read ("" for as they stand), see `shapes.py`
    numbered    whether 0 and 1 in the direction column are debit and credit (stated by the format, never guessed)
    why_en, why_zh  what the proposal rests on
    """

    record: str
    uses: tuple[Use, ...]
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    unit: str = "yuan"
    currency: str = ""
    zone: str = ""
    region: str = ""
    date_order: str = ""
    form: str = "told"
    shape: str = ""
    numbered: bool = False
    why_en: tuple[str, ...] = ()
    why_zh: tuple[str, ...] = ()

    def positions(self, name: str) -> tuple[int, ...]:
        """Where a field stands, in order of preference."""
        return tuple(use.position for use in self.uses if use.field == name)

    def has(self, name: str) -> bool:
        """Whether some column holds the field."""
        return any(use.field == name for use in self.uses)

    def wanted(self) -> frozenset[int]:
        """The columns to cut out of the file."""
        return frozenset(use.position for use in self.uses)

    def mentions(self) -> Iterator[Use]:
        """The columns that hold identifiers."""
        return (use for use in self.uses if use.field == "mention")

    def replaced(self, names: tuple[str, ...], first: int) -> "Mapping":
        """The mapping with the fields `names` in the columns from position `first` on, and not where they were."""
        kept = tuple(use for use in self.uses if use.field not in names)
        return replace(self, uses=(*kept, *(Use(name, first + place, name) for place, name in enumerate(names))))

    def to_json(self) -> str:
        """As JSON, keys sorted."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Mapping:
    """The mapping that `to_json` wrote. Raises InputError where it is none."""
    try:
        raw = json.loads(text)
        uses = tuple(Use(**use) for use in raw.pop("uses"))
        why_en, why_zh = tuple(raw.pop("why_en", ())), tuple(raw.pop("why_zh", ()))
        mapping = Mapping(uses=uses, why_en=why_en, why_zh=why_zh, **raw)
        known = mapping.record in RECORDS and mapping.unit in UNITS
        known = known and all(isinstance(use.position, int) and use.position >= 0 for use in uses)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _not_a_mapping(str(error)) from error
    if not known:
        raise _not_a_mapping(f"record {mapping.record!r}, unit {mapping.unit!r}")
    return mapping


def _not_a_mapping(detail: str) -> InputError:
    return InputError(
        f"this is not a mapping: {detail}",
        f"不是有效的列对应关系:{detail}",
        remedy="Make it with `fanzha map`",
        remedy_zh="请用 fanzha map 生成",
    )


def check_fits(mapping: Mapping, sheet: Sheet) -> None:
    """Raise InputError where the mapping uses a column that the table does not have."""
    for use in mapping.uses:
        if use.position >= len(sheet.header):
            raise InputError(
                f"the mapping uses column {use.position + 1} ({use.header}), the table has {len(sheet.header)}",
                f"对应关系使用第{use.position + 1}列({use.header}),但表格只有{len(sheet.header)}列",
                where=sheet.name,
                remedy="Propose a new mapping for this file",
                remedy_zh="请为该文件重新生成列对应关系",
            )


def signature(sheet: Sheet) -> str:
    """Name of a layout: the container and the normalised header, hashed (16 hexadecimal digits)."""
    parts = [sheet.container, *(normal(name) for name in sheet.header)]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
