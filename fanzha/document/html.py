"""The only place that makes markup out of text: everything is escaped unless an element built here made it."""

import re
from collections.abc import Iterable, Mapping

from fanzha.errors import InputError


class Markup(str):
    """Text that is already markup. Only `el` and `join` make it."""

    __slots__ = ()


Child = str | Markup | None
Attributes = Mapping[str, str | int | float | bool | None]

_VOID = frozenset({"meta", "br", "hr", "img", "input", "col"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
# Beside this page or in a folder below or above it: no scheme, no host, no absolute path, nothing a browser would run.
_RELATIVE = re.compile(
    r"(?:(?:\.\./)*[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*)?(?:#[A-Za-z0-9_=&-]*)?\Z"
)
# Characters a reader cannot see but a browser acts upon: controls, direction overrides, lone surrogates, separators.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;"})


def visible(text: str) -> str:
    """`text` with invisible characters written out, so that hostile text cannot reorder or hide its neighbours."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def escape(text: str) -> Markup:
    """`text` as markup that shows exactly this text, in element content and in quoted attributes alike."""
    return Markup(visible(text).translate(_ESCAPES))


def join(parts: Iterable[Child], between: str = "") -> Markup:
    """The parts one after another; plain strings are escaped."""
    glue = escape(between)
    return Markup(glue.join(part if isinstance(part, Markup) else escape(part) for part in parts if part is not None))


def _attribute(name: str, value: str | int | float | bool) -> str:
    if not _NAME.match(name) or name.lower().startswith("on"):
        raise InputError(f"attribute {name!r} is not allowed", f"不允许的属性 {name!r}")
    if value is True:
        return f" {name}"
    text = str(value)
    if name in ("href", "src") and not _RELATIVE.match(text):
        raise InputError(f"link {text[:60]!r} is not relative", f"链接 {text[:60]!r} 不是相对地址")
    return f' {name}="{escape(text)}"'


def el(tag: str, attributes: Attributes | None = None, *children: Child) -> Markup:
    """One element. A trailing `_` is not needed: attributes come as a mapping. None and False leave one out."""
    shown = "".join(
        _attribute(name, value)
        for name, value in (attributes or {}).items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Markup(f"<{tag}{shown}>")
    return Markup(f"<{tag}{shown}>{join(children)}</{tag}>")


def relative(href: str) -> bool:
    """Whether `href` leads to a page kept with this one: no scheme, no host, no absolute path."""
    return bool(href) and bool(_RELATIVE.match(href))
