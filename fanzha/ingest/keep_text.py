"""A text that a person gave a verdict on, kept as an original like a file: sealed under its own key, withdrawn and erased like one.
It tells of no case, so no report is made of it."""

from typing import Final

from fanzha.errors import InputError
from fanzha.ingest.reading import JUDGED_TEXT, read_into, source_of
from fanzha.ingest.state import begun
from fanzha.model.terms import Terms
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry
from fanzha.store.record import Act, Record

TEXT_MAX: Final = 1 << 20  # bytes of a text


def keep_text(record: Record, engine: Engine, text: str, terms: Terms, act: Act) -> Entry:
    """The admission that holds a text; the one of before where the same bytes are held already. InputError: empty, or above 1 MiB."""
    content = text.encode("utf-8", "surrogatepass")
    if not text.strip() or len(content) > TEXT_MAX:
        raise InputError(
            "a text to judge is neither empty nor larger than 1 MiB",
            "待判定文本不能为空，也不能超过 1 MiB",
            remedy="give the message itself, or a text file that holds it",
            remedy_zh="请给出消息原文，或包含该消息的文本文件",
        )
    held = record.receive([content])
    known = record.find(held.fingerprint)
    if known is not None:
        record.drop(held)
        return known
    public = {"format": JUDGED_TEXT, "score": 100, "terms": terms.as_dict(), "mapping": None}
    entry = record.add(
        held, act, public, {"name": "text", "why_en": "given with a verdict", "why_zh": "随人工判定提交"}
    )
    with engine.transaction():
        read_into(engine, begun(entry), source_of(content, "text", terms))
        _, stages, code = engine.stamp()
        engine.set_stamp(entry.seq + 1, stages, code)
    return entry


def kept_text(record: Record, file: int) -> str:
    """The text of an admission."""
    return record.content(record.journal.entries()[file])[:].decode("utf-8", "surrogatepass")
