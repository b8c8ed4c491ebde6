"""A PDF (ISO 32000) to the text of its pages.

Says {"pages": count}, then for each page {"page": number from 1, "text": lines, "more": what stands beside the text: values of form
fields, notes, addresses that links lead to}; or {"locked": true} where a password is wanted. Nothing is drawn, run or followed.
"""

import codecs
import ctypes
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import pypdfium2
from pypdfium2 import raw

from fanzha.formats.child.saying import NotThis, Say, TooMuch

CODECS = tuple(map(codecs.lookup, ("utf-16-le", "utf-8", "ascii")))  # later there is no file to load them from
PAGES_MAX = 5_000
CHARACTERS_MAX = 20_000_000
ANNOTATIONS_MAX = 2_000
VALUE_BYTES_MAX = 1 << 16
DAMAGED = (pypdfium2.PdfiumError, ValueError, OSError)


def main(pipe: BinaryIO, say: Say, _argument: dict[str, Any]) -> None:
    """Read the document, say its pages."""
    data = pipe.read()
    try:
        document = pypdfium2.PdfDocument(io.BytesIO(data).getvalue())
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            say({"locked": True})
            return
        raise NotThis from error
    count = len(document)
    if count > PAGES_MAX:
        raise TooMuch
    say({"pages": count})
    left = CHARACTERS_MAX
    for number in range(count):
        text, more = "", list[str]()
        try:
            page = document[number]
            text = page.get_textpage().get_text_range(errors="replace")
            more = list(_beside(document, page))
        except DAMAGED:  # one page may be damaged while the others are not
            say({"page": number + 1, "damaged": True})
            continue
        left -= len(text) + sum(map(len, more))
        if left < 0:
            raise TooMuch
        # a hyphen that only parts a word at the end of a line is said as U+FFFE
        say({"page": number + 1, "text": text.replace("\ufffe\r\n", "").replace("\r\n", "\n"), "more": more})


def _beside(document: Any, page: Any) -> Iterator[str]:
    """Values of form fields, notes, and where links lead, each once."""
    seen: set[str] = set()
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), ANNOTATIONS_MAX)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        found = ""
        if kind == raw.FPDF_ANNOT_LINK:
            found = _address(document, annotation)
        elif kind == raw.FPDF_ANNOT_WIDGET:
            found = _value(annotation, b"V")
        elif kind != raw.FPDF_ANNOT_POPUP:
            found = _value(annotation, b"Contents")
        raw.FPDFPage_CloseAnnot(annotation)
        if found.strip() and found not in seen:
            seen.add(found)
            yield found


def _value(annotation: Any, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if not 2 < size <= VALUE_BYTES_MAX:
        return ""
    held = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(held, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return held.raw[: size - 2].decode("utf-16-le", "replace")


def _address(document: Any, annotation: Any) -> str:
    link = raw.FPDFAnnot_GetLink(annotation)
    action = raw.FPDFLink_GetAction(link) if link else None
    if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
        return ""
    size = raw.FPDFAction_GetURIPath(document, action, None, 0)
    if not 1 < size <= VALUE_BYTES_MAX:
        return ""
    held = ctypes.create_string_buffer(size)
    raw.FPDFAction_GetURIPath(document, action, held, size)
    return held.raw[: size - 1].decode("utf-8", "replace")
