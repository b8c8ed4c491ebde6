"""The numbering plans of the world as tables, compiled from the metadata of the installed phonenumbers library.

A calling code is compiled when a number with it is first seen (about 2 ms each), and stays for the life of the process. The
rules are those of libphonenumber: which region answers for a shared code, leading digits, possible lengths, national prefixes
with their rewriting, and the prefixes for dialling abroad.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from fanzha.clean.digit_automaton import REJECT, Automata, Set, groups, lengths, parse

if TYPE_CHECKING:  # 50 ms to import: only when a number is first read
    from phonenumbers import PhoneMetadata
    from phonenumbers.phonemetadata import PhoneNumberDesc

NATIONAL_DIGITS_MAX: Final = 17  # as the library allows; E.164 itself ends at 15 with the code
SIZES: Final = 32  # lengths from 31 on count as 31

# What a length means under a plan, see `Plans.sizes`.
WRONG, POSSIBLE, TOO_LONG, LOCAL = range(4)
# How a plan rewrites a number whose national prefix has a group: not at all, to what follows from the group on, to new digits.
PLAIN, FROM_GROUP, NEW_DIGITS = range(3)

_TYPES: Final = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)
_RULE: Final = re.compile(r"(\d*)\\(\d)")

Ints = npt.NDArray[np.int64]


class UnknownPlan(ValueError):
    """The metadata says something these tables cannot; the library itself has to answer."""


class Region(NamedTuple):
    """From where a number without a country code is dialled."""

    plan: int
    code: int  # index of its calling code
    abroad: int  # state that follows the prefix for dialling abroad


class Plans:
    """Tables by index of calling code (0: none) and by plan: one plan for each code, more for regions that share one.

    code_at       4,096 entries: the calling code with which three symbols (four bits each) begin
    valid         by code: state that accepts the valid national numbers of all its regions
    general       by plan: state that accepts the general description
    prefix        by plan: state that follows the national prefix; its outcomes are in `automata`
    rule          by plan: PLAIN, FROM_GROUP or NEW_DIGITS; `literal` holds the digits before the group
    sizes         by plan and length, flat: WRONG, POSSIBLE, TOO_LONG or LOCAL
    """

    def __init__(self) -> None:
        from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS

        self.automata = Automata()
        self.regions_of: Final = dict(COUNTRY_CODE_TO_REGION_CODE)
        self.codes: Final = [0, *sorted(self.regions_of)]
        self.index_of: Final = {code: index for index, code in enumerate(self.codes)}
        self.code_digits: Ints = np.array([len(str(code)) for code in self.codes], dtype=np.int64)
        self.code_at: Ints = self._code_at()
        self.supported: Final = frozenset(SUPPORTED_REGIONS)
        count = len(self.codes) + len(self.supported)
        self.valid: Ints = np.full(len(self.codes), -1, dtype=np.int64)
        self.general: Ints = np.zeros(count, dtype=np.int64)
        self.prefix: Ints = np.zeros(count, dtype=np.int64)
        self.rule: Ints = np.zeros(count, dtype=np.int64)
        self.literal = [""] * count
        self.sizes: Ints = np.zeros(count * SIZES, dtype=np.int64)
        self._regions: dict[str, Region] = {}
        self.valid[0] = REJECT

    def _code_at(self) -> Ints:
        table = np.zeros((16, 16, 16), dtype=np.int64)
        for index, code in enumerate(self.codes[1:], 1):
            table[tuple(int(digit) for digit in str(code))] = index
        return table.ravel()

    def need(self, codes: Ints) -> None:
        """Compile the calling codes (indices) that are not compiled yet."""
        for index in np.unique(codes[self.valid.take(codes) < 0]).tolist():
            code = self.codes[index]
            self._compile_plan(index, metadata_of(code, self.regions_of[code][0]))
            self.valid[index] = self._compile_valid(code)

    def region(self, name: str) -> Region:
        """The region of an ISO 3166 code; UnknownPlan where the library does not know it."""
        if name not in self._regions:
            if name not in self.supported:
                raise UnknownPlan(name)
            metadata = metadata_of(0, name)
            code = self.index_of[metadata.country_code or 0]
            self.need(np.array([code]))
            plan = code
            if self.regions_of[self.codes[code]][0] != name:
                plan = len(self.codes) + len(self._regions)
                self._compile_plan(plan, metadata)
            try:
                abroad = self.automata.first(metadata.international_prefix or "")
            except ValueError as error:
                raise UnknownPlan(name) from error
            self._regions[name] = Region(plan, code, abroad if metadata.international_prefix else REJECT)
        return self._regions[name]

    def _compile_plan(self, plan: int, metadata: "PhoneMetadata") -> None:
        pattern, rule = metadata.national_prefix_for_parsing, metadata.national_prefix_transform_rule
        general = metadata.general_desc
        if general is None:
            raise UnknownPlan(metadata.id)
        try:
            self.prefix[plan] = self.automata.first(pattern) if pattern else REJECT
            self.general[plan] = self.automata.whole(self._of(general, -1, sized=False))
        except ValueError as error:
            raise UnknownPlan(metadata.id) from error
        if pattern and rule:
            found = _RULE.fullmatch(rule)
            if found is None or int(found[2]) != groups(pattern):
                raise UnknownPlan(metadata.id)
            self.rule[plan] = NEW_DIGITS if found[1] else FROM_GROUP
            self.literal[plan] = found[1]
        for size in range(SIZES):
            self.sizes[plan * SIZES + size] = _size(size, general)

    def _compile_valid(self, code: int) -> int:
        """Numbers of a type in the region that answers for them: the first whose leading digits or patterns fit."""
        regions = [metadata_of(code, name) for name in self.regions_of[code]]
        leads = [metadata.leading_digits if len(regions) > 1 else None for metadata in regions]
        threads: Set = frozenset()
        try:
            for number, (metadata, lead) in enumerate(zip(regions, leads, strict=True)):
                threads |= self._of(metadata.general_desc, -3 * number - 1)
                for name in _TYPES:
                    if name != "mobile" or not metadata.same_mobile_and_fixed_line_pattern:
                        threads |= self._of(getattr(metadata, name), -3 * number - 2)
                if lead is not None:
                    threads |= self.automata.language(parse(lead), self.automata.forever(-3 * number - 3))
        except ValueError as error:
            raise UnknownPlan(str(code)) from error

        def holds(marks: Set) -> bool:
            for number, lead in enumerate(leads):
                fits = -3 * number - 1 in marks and -3 * number - 2 in marks
                if lead is not None and -3 * number - 3 in marks:
                    return fits
                if lead is None and fits:
                    return True
            return False

        return self.automata.whole(threads, holds)

    def _of(self, description: "PhoneNumberDesc | None", mark: int, sized: bool = True) -> Set:
        """The numbers a description allows, by pattern and (`sized`) by length, as threads that end in `mark`."""
        if description is None or not description.national_number_pattern:
            return frozenset()
        node = parse(description.national_number_pattern)
        threads = self.automata.language(node, frozenset((mark,)))
        possible = frozenset(description.possible_length)
        if sized and possible and not lengths(node) <= possible:
            threads = self.automata.only(threads, possible)
        return threads


def metadata_of(code: int, region: str) -> "PhoneMetadata":
    """What the library holds for a region, or for a calling code that belongs to none (region 001)."""
    from phonenumbers import PhoneMetadata

    found = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if found is None:
        raise UnknownPlan(region)
    return found


def _size(size: int, general: "PhoneNumberDesc") -> int:
    """What the library's length test answers (`_test_number_length` with no type)."""
    possible = general.possible_length
    if size in general.possible_length_local_only:
        return LOCAL
    if size in possible:
        return POSSIBLE
    return TOO_LONG if possible and size > possible[-1] else WRONG


@cache
def plans() -> Plans:
    """The tables of this process."""
    return Plans()
