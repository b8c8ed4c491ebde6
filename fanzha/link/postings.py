"""Who names what, as growing arrays: the resident index that linking works on. One report more costs microseconds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fanzha.link.kernels import Forest, Ints, Postings

_ROOM = 64


def _more(column: Ints, wanted: int, empty: int) -> Ints:
    """The column with room for `wanted` entries; new ones are `empty`. Doubling keeps the cost of growing constant per entry."""
    if wanted <= len(column):
        return column
    grown = np.full(max(wanted, 2 * len(column), _ROOM), empty, np.int64)
    grown[: len(column)] = column
    return grown


def _starts(lengths: Ints) -> Ints:
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)[:-1])) if len(lengths) else lengths


class Book:
    """Postings and forest with room to grow. `reports`, `keys` and `mentions` say how much of the arrays is in use."""

    def __init__(self) -> None:
        none = np.zeros(0, np.int64)
        self.reports = self.keys = self.mentions = 0
        self.p = Postings(*([none] * len(Postings._fields)))
        self.f = Forest(none, none, none, none)

    def room(self, reports: int = 0, keys: int = 0, mentions: int = 0) -> None:
        """Make room for so many more of each; to be called before they are written."""
        reports, keys, mentions = self.reports + reports, self.keys + keys, self.mentions + mentions
        p, f = self.p, self.f
        if mentions > len(p.key):
            p = p._replace(**{name: _more(getattr(p, name), mentions, -1) for name in ("key", "report", "after")})
            p = p._replace(discount=_more(p.discount, mentions, 0))
        if keys > len(p.head):
            p = p._replace(
                head=_more(p.head, keys, -1),
                **{name: _more(getattr(p, name), keys, 0) for name in ("named", "base", "kind")},
            )
        if reports > len(p.start):
            names = ("start", "length", "scam", "city", "day")
            p = p._replace(**{name: _more(getattr(p, name), reports, 0) for name in names})
            before = len(f.parent)
            f = Forest(*(_more(column, reports, 1) for column in f))
            for column in (f.parent, f.ring, f.low):
                column[before:] = np.arange(before, len(column))
        self.p, self.f = p, f

    def add_key(self, kind: int, base: int) -> int:
        """A new identifier that nobody names yet."""
        self.room(keys=1)
        k = self.keys
        self.p.kind[k], self.p.base[k], self.p.head[k], self.p.named[k] = kind, base, -1, 0
        self.keys += 1
        return k

    def add_report(self, scam: int, city: int, day: int) -> int:
        """A new report that names nothing yet."""
        self.room(reports=1)
        i = self.reports
        self.p.scam[i], self.p.city[i], self.p.day[i] = scam, city, day
        self.p.start[i], self.p.length[i] = self.mentions, 0
        self.reports += 1
        return i

    def name(self, i: int, claims: Sequence[tuple[int, int]]) -> None:
        """Write what a report names: (key, discount in milli-bits), sorted by key, each key once. It must name nothing yet."""
        self.room(mentions=len(claims))
        p = self.p
        p.start[i], p.length[i] = self.mentions, len(claims)
        for m, (k, discount) in enumerate(claims, self.mentions):
            p.key[m], p.discount[m], p.report[m], p.after[m] = k, discount, i, p.head[k]
            p.head[k] = m
            p.named[k] += 1
        self.mentions += len(claims)

    def forget(self, i: int) -> list[int]:
        """Take back what a report names; the keys concerned. The places of its mentions are not used again."""
        p, keys = self.p, []
        for m in range(int(p.start[i]), int(p.start[i] + p.length[i])):
            k = int(p.key[m])
            if p.head[k] == m:
                p.head[k] = p.after[m]
            else:
                q = int(p.head[k])
                while p.after[q] != m:
                    q = int(p.after[q])
                p.after[q] = p.after[m]
            p.named[k] -= 1
            keys.append(k)
        p.length[i] = 0
        return keys

    def load(self, facts: tuple[Ints, Ints, Ints], mentions: tuple[Ints, Ints, Ints], kind: Ints, base: Ints) -> None:
        """Fill an empty book at once. `facts`: scam, city, day ([reports]); `mentions`: report, key, discount, sorted by
        report and key, each pair once; `kind` and `base`: [keys]."""
        report, key, discount = mentions
        self.room(len(facts[0]), len(kind), len(report))
        self.reports, self.keys, self.mentions = len(facts[0]), len(kind), len(report)
        p, n, m, k = self.p, self.reports, self.mentions, self.keys
        p.scam[:n], p.city[:n], p.day[:n] = facts
        p.kind[:k], p.base[:k] = kind, base
        p.key[:m], p.report[:m], p.discount[:m] = key, report, discount
        p.length[:n] = np.bincount(report, minlength=n)
        p.start[:n] = _starts(p.length[:n])
        p.named[:k] = np.bincount(key, minlength=k)
        order = np.argsort(key, kind="stable")
        same = key[order][1:] == key[order][:-1]
        p.after[:m] = -1
        p.after[order[1:][same]] = order[:-1][same]
        p.head[key[order]] = order  # the last one written of each key is its newest mention

    def reports_of(self, k: int) -> list[int]:
        """The reports that name an identifier, the newest mention first."""
        found, q, p = [], int(self.p.head[k]), self.p
        while q >= 0:
            found.append(int(p.report[q]))
            q = int(p.after[q])
        return found

    def claims_of(self, i: int) -> list[tuple[int, int]]:
        """What a report names: (key, discount)."""
        first, length = int(self.p.start[i]), int(self.p.length[i])
        pair = (self.p.key[first : first + length].tolist(), self.p.discount[first : first + length].tolist())
        return list(zip(*pair, strict=True))

    def members(self, i: int) -> list[int]:
        """The tree of a report, in no order."""
        found, x = [i], int(self.f.ring[i])
        while x != i:
            found.append(x)
            x = int(self.f.ring[x])
        return found

    def part(self, members: Sequence[int]) -> None:
        """Take trees apart: every member stands alone. `members` must be whole trees."""
        which: NDArray[np.int64] = np.asarray(members, dtype=np.int64)
        f = self.f
        f.parent[which] = f.ring[which] = f.low[which] = which
        f.size[which] = 1
