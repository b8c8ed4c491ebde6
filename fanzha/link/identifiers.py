"""The identifiers that reports name, by number: what each carries, and which full ones a masked or mistyped one may stand for."""

from collections.abc import Sequence

import numpy as np

from fanzha.link.benign import Benign
from fanzha.link.identify import Key, names_of
from fanzha.link.judged import Judged
from fanzha.link.kernels import Ints, bucket
from fanzha.link.slips import Slips
from fanzha.link.weigh import Flags, Pull, Seen, Weights, carried, carried_all, pull, pull_all


class Identifiers:
    """Columns by number: `keys`, `base` (milli-bits of the value itself), `valid`, `partial`, `benign`.

    `targets`: of each unsure identifier the full ones it may be, with what is lost by not being sure (milli-bits);
    `discounted`: the full ones among them.
    """

    def __init__(self, weights: Weights, benign: Benign, judged: Judged) -> None:
        self.keys: list[Key] = []
        self.number: dict[Key, int] = {}
        self.base: list[int] = []
        self.valid, self.partial, self.benign = bytearray(), bytearray(), bytearray()
        self.targets: dict[int, tuple[tuple[int, int], ...]] = {}
        self.discounted: set[int] = set()
        self.lists = benign
        self._weights, self._judged = weights, judged
        self._slips = Slips(weights.partial_fits_max)
        apart = judged.not_same_identifier
        self._not_same = apart | {(b, a) for a, b in apart}

    def register(self, key: Key) -> int:
        """The number of an identifier; identifiers judged the same have one number."""
        return int(self.register_all([key])[0])

    def register_all(self, keys: Sequence[Key]) -> Ints:
        """`register` of many; their numbers."""
        same, number = self._judged.same_identifier, self.number
        if same:
            keys = [same.get(key, key) for key in keys]
        fresh = [key for key in dict.fromkeys(keys) if key not in number]
        number.update(zip(fresh, range(len(number), len(number) + len(fresh)), strict=True))
        self.keys += fresh
        self.base += [self._weights.base(kind, value) for kind, value in fresh]
        self.valid += bytes(len(fresh))
        self.partial += bytes("*" in value for _, value in fresh)
        self.benign += bytes(self.lists.covers(*key) for key in fresh)
        for key in fresh if self._judged.nobody else ():
            if self.judged_nobodys(key):
                self.benign[number[key]] = 1
        return np.array([number[key] for key in keys], np.int64)

    def judged_nobodys(self, key: Key) -> bool:
        """Whether a person judged that an identifier, or the site that an address is under, belongs to no swindler."""
        nobody = self._judged.nobody
        return key in nobody or (key[0] == "url" and bool(nobody.intersection(names_of(*key))))

    def carried(self, k: int, reports: int) -> int:
        """Milli-bits before popularity, if so many reports name it as somebody else's."""
        return carried(self._weights, self.base[k], self._seen(k, reports), bool(self.benign[k]))

    def pull(self, k: int, reports: int) -> Pull:
        """The weight of an identifier that so many reports name, and whether it joins by itself."""
        return pull(self._weights, self.base[k], self._seen(k, reports), bool(self.benign[k]))

    def found_valid_all(self, numbers: Ints) -> None:
        """These are valid; before anything was looked up."""
        np.frombuffer(self.valid, np.uint8)[numbers] = 1

    def carried_all(self, reports: Ints) -> Ints:
        """`carried` of all; `reports`: [keys]."""
        base, valid, partial, benign = self._columns()
        return carried_all(self._weights, base, reports, partial | ~valid, benign)

    def pull_all(self, reports: Ints) -> tuple[Ints, Flags, Ints]:
        """`pull` of all: weight, whether it joins, place of the reason in `weigh.WHY`; `reports`: [keys]."""
        base, valid, partial, benign = self._columns()
        return pull_all(self._weights, base, (reports, valid, partial), benign)

    def _columns(self) -> tuple[Ints, Flags, Flags, Flags]:
        valid, partial, benign = (np.array(flags, bool) for flags in (self.valid, self.partial, self.benign))
        return np.array(self.base, np.int64), valid, partial, benign

    def _seen(self, k: int, reports: int) -> Seen:
        return Seen(reports, bool(self.valid[k]), bool(self.partial[k]))

    # -- numbers not written out exactly

    def _looked_up(self, k: int) -> bool:
        """Whether masked and mistyped forms of this kind are looked for."""
        return not self.benign[k] and self._weights.cap[self.keys[k][0]] >= self._weights.threshold

    def look_up_all(self, numbers: Sequence[int]) -> None:
        """Look up at once what is named by somebody, so that targets do not depend on an order."""
        wanted = [k for k in numbers if self._looked_up(k)]
        self._slips.put_full((self.keys[k], k) for k in wanted if self.valid[k] and not self.partial[k])
        unsure = [k for k in wanted if self.partial[k] or not self.valid[k]]
        for k in unsure:
            if self.partial[k]:
                self._slips.add_masked(self.keys[k], k)
            else:
                self._slips.add_mistyped(self.keys[k], k)
        slipped = self._slips.slip_fits_all(self.keys[k] for k in unsure if not self.partial[k])
        for k in unsure:
            self._retarget(k, slipped.get(self.keys[k]))

    def look_up(self, k: int) -> list[int]:
        """One more identifier is named by somebody; the unsure ones that mean something else now."""
        if not self._looked_up(k):
            return []
        waiting = [k]
        if self.partial[k]:
            self._slips.add_masked(self.keys[k], k)
        elif self.valid[k]:
            waiting += self._slips.add_full(self.keys[k], k)
        else:
            self._slips.add_mistyped(self.keys[k], k)
        return [unsure for unsure in waiting if self._retarget(unsure)]

    def found_valid(self, k: int, named: bool) -> list[int]:
        """An identifier that failed its check in every mention so far is valid after all; as `look_up` returns."""
        self.valid[k] = 1
        self._slips.no_longer_mistyped(self.keys[k])
        return self.look_up(k) if named else []

    def _retarget(self, k: int, slipped: list[int] | None = None) -> bool:
        """Find anew what an unsure identifier may stand for; whether that changed. `slipped`: its `slip_fits`, if known."""
        found: list[tuple[int, int]] = []
        if self.partial[k]:
            fits = self._slips.masked_fits(self.keys[k])
            known = min(self.base[k], self._weights.unsure_cap)  # its visible characters only
            found = [(n, max(0, self.carried(n, 1) - known) + 1000 * (bucket(len(fits)) - 1)) for n in fits]
        elif not self.valid[k]:
            found = [
                (n, self._weights.slip_discount)
                for n in (self._slips.slip_fits(self.keys[k]) if slipped is None else slipped)
            ]
        if self._not_same:
            found = [(n, less) for n, less in found if (self.keys[k], self.keys[n]) not in self._not_same]
        new = tuple(sorted(found))
        if new == self.targets.get(k, ()):
            return False
        self.discounted.update(n for n, _ in new)
        self.targets[k] = new
        return True
