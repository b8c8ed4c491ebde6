"""What people say of campaigns and texts: acts in the journal. A naming holds for what is in the campaign later; a verdict on a
text (feedback) is learned from. Both are undone by their number, and everything is as before."""

from collections.abc import Sequence
from typing import NamedTuple

from fanzha.errors import InputError
from fanzha.model.words import vocabulary
from fanzha.recognise.facts import Facts
from fanzha.recognise.signs import LANGUAGES
from fanzha.store.journal import Entry, undone

VERDICTS = ("scam", "honest")
Place = tuple[int, int]  # file and row


class Naming(NamedTuple):
    """A person's name for a campaign. `members`: the texts it was given for, any of which carries it."""

    act: int
    verdict: str
    kind: str
    title: str
    members: tuple[Place, ...]


class Feedback(NamedTuple):
    """A person's verdict on a text that is kept as admission `file`, and what the program had said of it."""

    act: int
    at_ms: int
    file: int
    verdict: str
    kind: str
    said: str
    probability_ppm: int

    @property
    def wrong(self) -> bool:
        """Whether the program had warned of an honest text, or had not of a scam."""
        return (self.said in ("scam", "suspicious")) != (self.verdict == "scam")


def namings(entries: Sequence[Entry]) -> list[Naming]:
    """Namings that stand, in the order of the acts. One whose text was erased is gone."""
    gone = undone(entries)
    found = []
    for entry in entries:
        if entry.act == "campaign" and entry.seq not in gone and entry.private is not None:
            secret = entry.private
            members = tuple(place(one) for one in str(secret["members"]).split("\n"))
            title, kind = str(secret.get("title", "")), str(entry.public["kind"])
            found.append(Naming(entry.seq, str(entry.public["verdict"]), kind, title, members))
    return found


def feedbacks(entries: Sequence[Entry]) -> list[Feedback]:
    """Verdicts on texts that stand, the latest of each text, in the order of the acts; not of texts that were withdrawn or erased."""
    gone = undone(entries)
    out = {e.public["admission"] for e in entries if e.act in ("withdraw", "erase") and e.seq not in gone}
    latest: dict[int, Feedback] = {}
    for entry in entries:
        said = entry.public
        if entry.act == "feedback" and entry.seq not in gone and said["admission"] not in out:
            latest[said["admission"]] = Feedback(
                entry.seq, entry.at_ms, int(said["admission"]), str(said["verdict"]), str(said["kind"]), str(said["said"]),
                int(said["probability_ppm"]),
            )  # fmt: skip
    return sorted(latest.values())


def place(text: str) -> Place:
    """The place that people write as 3-17. InputError: written otherwise."""
    file, dash, row = text.strip().partition("-")
    if not (dash and file.isdecimal() and row.isdecimal()):
        raise InputError(
            f"{text!r} is no number of a campaign",
            f"{text!r} 不是同源信息编号",
            remedy="write it as `fanzha campaigns` lists it, such as 3-17",
            remedy_zh="请按 fanzha campaigns 所列书写，如 3-17",
        )
    return int(file), int(row)


def check_text(read: Facts) -> None:
    """InputError: a text in which there is nothing to learn from, as `fanzha check` says too. One in a language not learned is none."""
    if read.verdict == "unsure" and read.language in ("", *LANGUAGES):
        raise InputError(
            "there is too little text to judge",
            "文本太短，不足以判定",
            remedy="give the whole message, as `fanzha check` would take it",
            remedy_zh="请给出完整消息（要求同 fanzha check）",
        )


def check_verdict(verdict: str, kind: str) -> None:
    """InputError: a verdict or kind that there is not, or an honest text with a kind of scam."""
    kinds = vocabulary("scam_types")
    if verdict not in VERDICTS:
        raise InputError(
            f"{verdict!r} is no verdict on a text",
            f"{verdict!r} 不是有效的判定",
            remedy="write scam or honest",
            remedy_zh="请写 scam（诈骗）或 honest（正常）",
        )
    if kind and (kind not in kinds or verdict == "honest"):
        raise InputError(
            f"{kind!r} is no kind of scam that can stand here",
            f"此处不能填写诈骗类型 {kind!r}",
            remedy=f"with the verdict scam choose one of {', '.join(kinds)}",
            remedy_zh=f"判定为诈骗时可选：{'、'.join(kinds)}",
        )
