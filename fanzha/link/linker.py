"""The resident linker: all reports and what they name, and which belong together. One report more updates its neighbourhood.

The partition is a function of the set of reports, the weights and the judgements alone, so any order of arrival gives the same.
A report that adds only links joins cases at once. Where a value became more popular, or a report was taken back, the trees
that it touched are taken apart and joined anew.
"""

import gc
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fanzha.link.benign import Benign
from fanzha.link.cut import Tie
from fanzha.link.cut_large import cut_large
from fanzha.link.identifiers import Identifiers
from fanzha.link.identify import Named, codes, file_and_row, read_named
from fanzha.link.judged import Judged
from fanzha.link.kernels import INTERPRETED, Ints, Kernels, bucket, compiled
from fanzha.link.pairs import neighbours
from fanzha.link.postings import Book
from fanzha.link.weigh import Pull, Weights

COMPILED_FROM = 8_000  # reports at once; below, starting the compiled kernels takes longer than they save
CUT_COMPILED_FROM = 2_000  # reports of one tree
DAY_MS = 86_400_000


@dataclass(slots=True)
class _Change:
    """What one update touched: how heavy each identifier was before, and reports whose links may be gone or new."""

    before: dict[int, tuple[int, int]] = field(default_factory=dict)  # key -> (weight, reports)
    loose: set[int] = field(default_factory=set)
    rising: set[int] = field(default_factory=set)


class Linker:
    """Reports by number (0 is the first admitted), identifiers by number. See the module's docstring."""

    def __init__(self, weights: Weights, benign: Benign, judged: Judged | None = None) -> None:
        self.weights, self.judged = weights, judged or Judged()
        self.rules = weights.rules()
        self.book = Book()
        self.codes: list[int] = []  # file and row of each report
        self.place: dict[int, int] = {}  # and back
        self.ids = Identifiers(weights, benign, self.judged)
        self.label: dict[int, int] = {}  # case of the reports whose tree was cut
        self.refused: dict[int, list[Tie]] = {}  # smallest of a cut tree -> links not followed
        self._merged: Ints | None = np.zeros((0, 3), np.int64)
        self.own: list[tuple[int, int]] = []  # report and identifier that it calls the reporter's own
        self._told: dict[int, list[int]] = {}  # what reports added one by one name, as told
        self._named = Named(*(np.zeros(0, np.int64),) * 2, *(np.zeros(0, bool),) * 2)
        self._same: dict[int, list[int]] = {}  # report -> those judged the same, both ways
        for a, b in self.judged.same:
            self._same.setdefault(a, []).append(b)
            self._same.setdefault(b, []).append(a)
        self._apart = frozenset(code for left, right in self.judged.apart for code in left | right)
        self._facts: tuple[dict[str, int], dict[str, int]] = ({}, {})

    # -- reading -------------------------------------------------------------------------------------------------

    def load(self, reports: pa.Table, mentions: pa.Table) -> None:
        """Fill an empty linker with rows of REPORTS_SQL and MENTIONS_SQL, and join everything."""
        collecting = gc.isenabled()
        gc.disable()  # millions of new tuples and no circle among them: looking for some would take a third of the time
        try:
            self._load(reports, mentions)
        finally:
            gc.freeze()  # what was made now stays; else the collector walks it all every so many adds
            if collecting:
                gc.enable()

    def _load(self, reports: pa.Table, mentions: pa.Table) -> None:
        own = codes(reports["file"], reports["row"])
        self.codes = own.tolist()
        self.place = dict(zip(self.codes, range(len(self.codes)), strict=True))
        named = read_named(own, mentions, self.weights.cap, self.ids.register_all)
        self.ids.found_valid_all(named.key[named.valid])
        self.own = list(zip(named.report[named.own].tolist(), named.key[named.own].tolist(), strict=True))
        self._named = named
        counted = ~named.own & ~self._excluded(named)
        report, key, discount = named.report[counted], named.key[counted], np.zeros(int(counted.sum()), np.int64)
        self.ids.look_up_all(np.flatnonzero(np.bincount(key)).tolist())
        unsure = np.isin(key, np.array([k for k, targets in self.ids.targets.items() if targets], np.int64))
        extra = self._judged_claims() + [
            (i, k, less)
            for i, one in zip(report[unsure].tolist(), key[unsure].tolist(), strict=True)
            for k, less in self.ids.targets[one]
        ]
        if extra:
            more = np.array(extra, np.int64)
            report, key, discount = (np.concatenate(p) for p in zip((report, key, discount), more.T, strict=True))
        mentioned = self._least_discount(report, key, discount)
        seen = np.bincount(mentioned[1], minlength=len(self.ids.keys))
        kind = np.array([self.weights.classes[name] for name, _ in self.ids.keys], np.int64)
        base = self.ids.carried_all(seen)
        self.book.load(self._read_facts(reports), mentioned, kind, base)
        self._merged = self._join_all(self.book)
        self._follow_judged(range(len(self.codes)), whole=True)

    def _read_facts(self, reports: pa.Table) -> tuple[Ints, Ints, Ints]:
        numbers = [
            [0 if text in (None, "") else codes_of.setdefault(text, len(codes_of) + 1) for text in column.to_pylist()]
            for codes_of, column in zip(self._facts, (reports["stated_type"], reports["city"]), strict=True)
        ]
        day = [0 if at_ms is None else at_ms // DAY_MS for at_ms in reports["at_ms"].to_pylist()]
        return np.array(numbers[0], np.int64), np.array(numbers[1], np.int64), np.array(day, np.int64)

    @staticmethod
    def _least_discount(report: Ints, key: Ints, discount: Ints) -> tuple[Ints, Ints, Ints]:
        """Sorted by report and key, each pair once with its smallest discount."""
        order = np.lexsort((discount, key, report))
        report, key, discount = report[order], key[order], discount[order]
        first = np.ones(len(report), bool)
        first[1:] = (report[1:] != report[:-1]) | (key[1:] != key[:-1])
        return report[first], key[first], discount[first]

    # -- one more, one less --------------------------------------------------------------------------------------

    def add(self, reports: pa.Table, mentions: pa.Table) -> set[int]:
        """Add reports (rows of REPORTS_SQL, later in file and row than all there are) with their mentions.

        Returns the numbers of the reports whose case may have another number or other members now.
        """
        fresh = codes(reports["file"], reports["row"])
        if len(fresh) and self.codes and fresh[0] <= self.codes[-1]:
            raise ValueError("a report can only be added behind those that are there")
        named = read_named(fresh, mentions, self.weights.cap, self.ids.register_all)
        change = _Change()
        first = len(self.codes)
        for k in range(self.book.keys, len(self.ids.keys)):
            self.book.add_key(self.weights.classes[self.ids.keys[k][0]], 0)
        told: dict[int, list[int]] = {i: [] for i in range(len(fresh))}
        for i, k, own, valid in zip(named.report.tolist(), named.key.tolist(), named.own, named.valid, strict=True):
            if valid and not self.ids.valid[k]:
                self._touch(k, change)
                for unsure in self.ids.found_valid(k, bool(self.book.p.named[k])):
                    self._again(unsure, change)
            (self.own.append((first + i, k)) if own else told[i].append(k))
        for n, (scam, city, day) in enumerate(zip(*(x.tolist() for x in self._read_facts(reports)), strict=True)):
            i = self.book.add_report(scam, city, day)
            self.codes.append(int(fresh[n]))
            self.place[int(fresh[n])] = i
            self._told[i] = told[n]
        for k in sorted({k for keys in told.values() for k in keys}):
            self._meet(k, change)
        for i in range(first, len(self.codes)):
            self._claim(i, change)
        return self._settle(change, list(range(first, len(self.codes))))

    def remove(self, report_codes: Iterable[int]) -> set[int]:
        """Take back what reports name: each is a case by itself then, until the caller leaves it out. As `add` returns."""
        change, gone = _Change(), []
        for code in report_codes:
            i = self.place.pop(code)
            gone.append(i)
            change.loose.add(i)
            self._unclaim(i, change)
            self._told[i] = []
        return self._settle(change, gone)

    def _meet(self, k: int, change: _Change) -> None:
        """Somebody names an identifier as another's for the first time: look up what it may stand for, or who waited."""
        if not self.book.p.named[k] and k not in self.ids.targets:
            self._touch(k, change)
            for unsure in self.ids.look_up(k):
                self._again(unsure, change)

    def _again(self, unsure: int, change: _Change) -> None:
        """What an unsure identifier stands for has changed: those who name it name something else now."""
        for i in self.book.reports_of(unsure):
            self._unclaim(i, change)
            self._claim(i, change)
            change.loose.add(i)
            change.rising.add(i)

    def _told_by(self, i: int) -> list[int]:
        """The identifiers that a report names as somebody else's."""
        if i not in self._told:
            report = self._named.report
            low, high = np.searchsorted(report, [i, i + 1])
            own = self._named.own[low:high]
            self._told[i] = self._named.key[low:high][~own].tolist()
        code = self.codes[i]
        return [k for k in self._told[i] if (code, self.ids.keys[k]) not in self.judged.not_names]

    def _excluded(self, named: Named) -> NDArray[np.bool_]:
        """Which mentions a person judged not to concern their report."""
        out = np.zeros(len(named.key), bool)
        for code, key in self.judged.not_names:
            if code in self.place and key in self.ids.number:
                out |= (named.report == self.place[code]) & (named.key == self.ids.number[key])
        return out

    def _claim(self, i: int, change: _Change) -> None:
        told = self._told_by(i)
        least: dict[int, int] = dict.fromkeys(told, 0)
        for unsure in told:
            for k, less in self.ids.targets.get(unsure, ()):
                least[k] = min(less, least.get(k, less))
        for _, k, less in self._judged_claims(i):
            least[k] = less
        for k in least:
            self._touch(k, change)
        self.book.name(i, sorted(least.items()))

    def _unclaim(self, i: int, change: _Change) -> None:
        self._told_by(i)
        for k, _ in self.book.claims_of(i):
            self._touch(k, change)
        self.book.forget(i)

    def _touch(self, k: int, change: _Change) -> None:
        """Remember how heavy an identifier was before this update."""
        if k not in change.before:
            change.before[k] = (self._weight(k), int(self.book.p.named[k]))

    def _weight(self, k: int) -> int:
        p = self.book.p
        return max(0, int(p.base[k]) - self.rules.penalty * bucket(int(p.named[k])))

    def _settle(self, change: _Change, fresh: list[int]) -> set[int]:
        """Bring the forest up to what was changed; the reports concerned."""
        self._merged = None
        book, r = self.book, self.rules
        for k, (weight, count) in change.before.items():
            book.p.base[k] = self.ids.carried(k, int(book.p.named[k]))
            now, pairs, paired = self._weight(k), int(book.p.named[k]) <= r.pairs_max, count <= r.pairs_max
            worst = r.scam_differs + r.far if pairs else 0
            holds = now - worst >= r.threshold and k not in self.ids.discounted
            if weight and (now < weight or pairs != paired) and not holds and (paired or weight >= r.threshold):
                change.loose.update(book.reports_of(k))
            if now > weight or (now and pairs != paired):
                change.rising.update(book.reports_of(k))
        seen: set[int] = set()
        for i in sorted(change.loose):
            if i not in seen:
                tree = book.members(i)
                seen.update(tree)
                book.part(tree)
        which = sorted(seen | change.rising | set(fresh))
        scratch = np.zeros((0, 3), np.int64)
        self.kernels().join(book.p, r, book.f, np.array(which, np.int64), scratch)
        return self._follow_judged(which)

    def _join_all(self, book: Book) -> Ints:
        """Join every report of a book whose reports all stand alone; the lines of `join`."""
        merged = np.zeros((book.reports, 3), np.int64)
        return merged[: self.kernels().join(book.p, self.rules, book.f, np.arange(book.reports), merged)]

    def merges(self) -> Ints:
        """Which cases became one, [n, 3]: the case that stays, the case that was, the report that showed it, as they would have come
        about one report after the other in the order of admission, by all that is known now."""
        if self._merged is None:
            mine, again = self.book, Book()
            size, n, k = mine.mentions, mine.reports, mine.keys
            report = mine.p.report[:size]
            place = np.arange(size)
            live = (place >= mine.p.start[report]) & (place < mine.p.start[report] + mine.p.length[report])
            mentions = self._least_discount(report[live], mine.p.key[:size][live], mine.p.discount[:size][live])
            again.load((mine.p.scam[:n], mine.p.city[:n], mine.p.day[:n]), mentions, mine.p.kind[:k], mine.p.base[:k])
            self._merged = self._join_all(again)
        lines: dict[int, set[int]] = {}
        for a, b, i in self._merged.tolist():
            lines.setdefault(i, set()).update((a, b))
        found = [(min(cases), one, i) for i, cases in lines.items() for one in sorted(cases)[1:]]
        return np.array(found, np.int64).reshape(-1, 3)

    def kernels(self) -> Kernels:
        """Compiled where there is enough to do."""
        return compiled() if len(self.codes) >= COMPILED_FROM else INTERPRETED

    # -- judgements and cases ------------------------------------------------------------------------------------

    def _judged_claims(self, report: int | None = None) -> list[tuple[int, int, int]]:
        """What a person says that reports name beside what was read: (report, key, 0)."""
        found = []
        for code, key in self.judged.names:
            i = self.place.get(code)
            if i is not None and (report is None or i == report) and key in self.ids.number:
                found.append((i, self.ids.number[key], 0))
        return found

    def _follow_judged(self, which: Iterable[int], whole: bool = False) -> set[int]:
        """Join what was judged the same, and cut the trees that were judged apart or grew too large."""
        book, f = self.book, self.book.f
        for i in which if self._same else ():
            for code in self._same.get(self.codes[i], ()):
                if self.codes[i] in self.place and code in self.place:
                    INTERPRETED.unite(f, i, self.place[code])
        touched: set[int] = set()
        roots: set[int] = set()
        if not whole:
            seen: set[int] = set()
            for i in which:
                root = int(INTERPRETED.find(f.parent, i))
                if root not in seen:
                    seen.add(root)
                    members = book.members(root)
                    touched.update(members)
                    if len(members) > self.weights.case_max:
                        roots.add(root)
            for i in touched & self.label.keys():
                del self.label[i]
            for i in touched & self.refused.keys():
                del self.refused[i]
            apart = self._apart & {self.codes[i] for i in touched} if self._apart else frozenset[int]()
        else:
            roots.update(np.flatnonzero(f.size[: book.reports] > self.weights.case_max).tolist())
            apart = self._apart
        roots = {int(INTERPRETED.find(f.parent, i)) for i in (*roots, *self._places(apart))}
        for root in sorted(roots):
            members = sorted(book.members(root))
            labels, self.refused[members[0]] = self._cut(members)
            self.label.update(labels)
        return touched

    def _cut(self, members: list[int]) -> tuple[dict[int, int], list[Tie]]:
        said = {i: self._digest(i) for i in members}
        order = sorted(members, key=lambda i: (said[i], i))
        within = set(members)
        set_apart = [
            both for both in ([within.intersection(self._places(side)) for side in sides] for sides in self.judged.apart)
            if all(both)
        ]  # fmt: skip
        sides = np.array([[(i in a) + 2 * (i in b) for a, b in set_apart] for i in order], np.int64)
        same = [(self.place.get(a, -1), self.place.get(b, -1)) for a, b in self.judged.same]
        same = [(i, j) for i, j in same if i in within and j in within]
        kernels = compiled() if len(members) >= CUT_COMPILED_FROM else INTERPRETED
        sides = sides.reshape(len(order), len(set_apart))
        return cut_large(self.book, self.rules, kernels, order, sides, same, self.weights.case_max)

    def ties(self, members: list[int]) -> list[Tie]:
        """Every link between members of whole trees, what was judged the same first, then the strongest."""
        within, said = set(members), {i: self._digest(i) for i in members}
        judged = [(self.place.get(a, -1), self.place.get(b, -1)) for a, b in self.judged.same]
        found = []
        for i in members:
            for j, (weight, k) in neighbours(self.book, self.rules, i).items():
                if j < i and j in within:
                    low, high = sorted((said[i], said[j]))
                    found.append((-weight, low, high, Tie(i, j, weight, k)))
        found.sort(key=lambda one: one[:3])
        return [Tie(i, j, 0, -1) for i, j in judged if i in within and j in within] + [one[3] for one in found]

    def _digest(self, i: int) -> bytes:
        """A number made from what a report says, the same whenever it came."""
        said = sorted(self.ids.keys[k] for k, _ in self.book.claims_of(i))
        return hashlib.blake2b(repr((said, int(self.book.p.day[i]))).encode(), digest_size=8).digest()

    def _sides(self, members: list[int]) -> dict[int, set[tuple[int, bool]]]:
        """For each report the judgements that set it apart, and the side it is on."""
        found: dict[int, set[tuple[int, bool]]] = {i: set() for i in members}
        for number, both in enumerate(self.judged.apart):
            for side, reports in enumerate(both):
                for i in self._places(reports):
                    if i in found:
                        found[i].add((number, bool(side)))
        return found

    def _places(self, report_codes: Iterable[int]) -> list[int]:
        return [self.place[code] for code in report_codes if code in self.place]

    def case_of(self, i: int) -> int:
        """The case of a report: the number of its earliest report."""
        if i in self.label:
            return self.label[i]
        return int(self.book.f.low[INTERPRETED.find(self.book.f.parent, i)])

    def cases(self) -> Ints:
        """The case of every report, by number."""
        f = self.book.f
        parent = f.parent[: self.book.reports].copy()
        while True:
            above = parent[parent]
            if np.array_equal(above, parent):
                break
            parent = above
        found = f.low[parent]
        for i, label in self.label.items():
            found[i] = label
        return found

    def case_id(self, i: int) -> str:
        """The number of a case as people cite it: file and row of its earliest report."""
        return "{}-{}".format(*file_and_row(self.codes[i]))

    def pull(self, k: int) -> Pull:
        """The weight of an identifier and whether it joins by itself."""
        return self.ids.pull(k, int(self.book.p.named[k]))
