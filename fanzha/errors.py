"""One tree of errors. Each says what, where, why and what to do next, in both languages.

FanzhaError
├── InputError        the file, text or argument given cannot be used          exit 2
│   └── UnreadableFile    no reader can make sense of a file                   exit 2
├── NotFound          no such case, account, table, format                     exit 3
├── NotAllowed        a rule forbids the act (purpose, masking, who may)       exit 4
├── RecordDamaged     the book of record is not what was acknowledged          exit 5
├── WorkspaceBusy     another process owns the workspace                       exit 6
└── StorageFailed     the disk or the operating system refused                 exit 7
"""

from typing import ClassVar


class FanzhaError(Exception):
    """Root of the tree.

    `what` and `remedy` are given in English and Chinese; `where` names file and row, or path.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, what: str, what_zh: str, *, where: str = "", remedy: str = "", remedy_zh: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.what_zh = what_zh
        self.where = where
        self.remedy = remedy
        self.remedy_zh = remedy_zh

    def say(self, lang: str = "en") -> str:
        """The sentence a person reads: what, where, what next. `lang` is "en" or "zh"."""
        what, remedy = (self.what_zh, self.remedy_zh) if lang == "zh" else (self.what, self.remedy)
        if lang == "zh":
            place = f"(位置：{self.where})" if self.where else ""
            return f"{what}{place}" + (f"。下一步：{remedy}" if remedy else "")
        place = f" (at {self.where})" if self.where else ""
        return f"{what}{place}" + (f". Next: {remedy}" if remedy else "")

    def __str__(self) -> str:
        return self.say("en")


class InputError(FanzhaError):
    """The file, text or argument given cannot be used."""

    code = "input"
    exit_status = 2
    http_status = 422


class UnreadableFile(InputError):
    """No reader can make sense of a file. The file itself is still kept."""

    code = "unreadable"


class NotFound(FanzhaError):
    """No such case, account, table or format."""

    code = "not_found"
    exit_status = 3
    http_status = 404


class NotAllowed(FanzhaError):
    """A rule forbids the act."""

    code = "not_allowed"
    exit_status = 4
    http_status = 403


class RecordDamaged(FanzhaError):
    """The book of record is not what was acknowledged: a byte changed, an entry is missing."""

    code = "record_damaged"
    exit_status = 5


class WorkspaceBusy(FanzhaError):
    """Another process owns the workspace."""

    code = "busy"
    exit_status = 6
    http_status = 423


class StorageFailed(FanzhaError):
    """The disk or the operating system refused a write."""

    code = "storage"
    exit_status = 7
    http_status = 507
