"""What people have judged, as linking reads it: which reports belong together or apart, which identifiers are one or nobody's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fanzha.link.identify import Key


@dataclass(frozen=True, slots=True)
class Judged:
    """Reports are codes of `identify.codes`; each list in the order of the acts.

    same                 pairs of reports that belong together
    apart                (left, right): no report of the left belongs with one of the right
    same_identifier      identifier -> the one it is counted as
    not_same_identifier  pairs of identifiers that are not the same, however alike they are written
    nobody               identifiers that belong to no swindler
    names                (report, identifier): the report concerns it, whatever was read
    not_names            (report, identifier): the report does not concern it
    also                 (report, report): the first belongs to the case of the second as well
    act_of               pair of reports judged the same, either way round -> number of the act
    apart_acts           number of the act of each entry of `apart`
    act_of_keys          pair of identifiers judged not the same, either way round -> number of the act
    """

    same: tuple[tuple[int, int], ...] = ()
    apart: tuple[tuple[frozenset[int], frozenset[int]], ...] = ()
    same_identifier: Mapping[Key, Key] = field(default_factory=dict)
    not_same_identifier: frozenset[tuple[Key, Key]] = frozenset()
    nobody: frozenset[Key] = frozenset()
    names: tuple[tuple[int, Key], ...] = ()
    not_names: frozenset[tuple[int, Key]] = frozenset()
    also: tuple[tuple[int, int], ...] = ()
    act_of: Mapping[tuple[int, int], int] = field(default_factory=dict)
    apart_acts: tuple[int, ...] = ()
    act_of_keys: Mapping[tuple[Key, Key], int] = field(default_factory=dict)
