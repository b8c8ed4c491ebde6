"""A text that is rewritten step by step, with the way back to the original and a count of what was changed by which family."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Copy:
    """`text[i]` came from `original[origin[i]]`; `origin` has one entry more, the length of the original. `changed`: family -> characters."""

    text: str
    origin: Sequence[int]
    changed: dict[str, int] = field(default_factory=dict)

    def count(self, family: str, characters: int) -> None:
        """Note characters that an honest writer would have written otherwise; 0 notes the family alone."""
        self.changed[family] = self.changed.get(family, 0) + characters

    def apply(self, edits: Iterable[tuple[int, int, str]]) -> bool:
        """Replace `text[start:end]` for each (start, end, new). Of two that overlap the earlier one wins. True where any was made.

        All characters of a replacement come from the start of what it replaces, except that one of the same length keeps its places.
        """
        parts: list[str] = []
        kept: list[int] = []
        last = 0
        for start, end, new in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
            if start < last or self.text[start:end] == new:
                continue
            parts += (self.text[last:start], new)
            kept.extend(self.origin[last:start])
            kept.extend(self.origin[start:end] if len(new) == end - start else [self.origin[start]] * len(new))
            last = end
        if not parts:
            return False
        parts.append(self.text[last:])
        kept.extend(self.origin[last:])
        self.text, self.origin = "".join(parts), kept
        return True
