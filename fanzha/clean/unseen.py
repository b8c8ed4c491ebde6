"""Text of a mail that its reader does not see, kept in one text with what is seen: each part below a line that says so.

Nothing is lost where a mail is kept as one text, and whoever judges it can tell the parts again. The two brackets stand for nothing else
there: in what a mail says itself they are written as square ones (`plain`).
"""

from typing import Final, NamedTuple

PREVIEW: Final = "⟦not shown: the line that mail programs show in their lists / 不显示：列表预览⟧"
UNSEEN: Final = "⟦not shown to the reader / 对读者不显示⟧"
_PLAIN: Final = str.maketrans("⟦⟧", "[]")
PREVIEW_MAX: Final = 250  # characters of such a line that are usual
WORDS_MIN: Final = 8  # fewer words that are not seen are nothing to tell of; a Chinese sign is half a word


class Parts(NamedTuple):
    """What is seen; the line that mail programs show in their lists; what is not seen otherwise."""

    seen: str
    preview: str = ""
    unseen: str = ""

    @property
    def hidden(self) -> str:
        """All that is not seen."""
        return "\n".join(filter(None, (self.preview, self.unseen)))

    @property
    def unusual(self) -> bool:
        """Whether more is hidden than honest senders of advertising hide."""
        told = self.unseen + (self.preview if len(self.preview) > PREVIEW_MAX else "")
        wide = sum(char >= "\u2e80" for char in told)
        return len(told.split()) + wide // 2 >= WORDS_MIN


def plain(text: str) -> str:
    """Text without the brackets that set parts apart."""
    return text.translate(_PLAIN)


def joined(parts: Parts) -> str:
    """The parts as one text."""
    told = [plain(parts.seen)]
    told += [f"{mark}\n{plain(part)}" for mark, part in ((PREVIEW, parts.preview), (UNSEEN, parts.unseen)) if part]
    return "\n\n".join(told).strip("\n")


def parted(text: str) -> Parts:
    """The parts of one text again; a text without such lines is seen as a whole."""
    seen, _, unseen = text.partition(UNSEEN)
    seen, _, preview = seen.partition(PREVIEW)
    return Parts(*(part.strip("\n") for part in (seen, preview, unseen)))
