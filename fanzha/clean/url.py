"""Web addresses: refanged, and in one normal form (RFC 3986 section 6, WHATWG URL host parsing)."""

import re
import unicodedata
from typing import Final
from urllib.parse import unquote

from fanzha.clean import domain
from fanzha.clean.ip_host import ends_in_number, ipv4, ipv6
from fanzha.clean.value import Value

KIND: Final = "url"

_TEXT_MAX: Final = 4096
_PORTS: Final = {"http": 80, "https": 443, "ftp": 21}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_COLON: Final = re.compile(r"\[\s?(:|://|:/)\s?\]")
_SLASH: Final = re.compile(r"\[\s?/\s?\]")
_SCHEME: Final = re.compile(r"(h(?:tt|xx|\*\*|xt|tx)p|ftp|fxp)(s?)\s{0,3}:[/\\\s]{0,6}", re.IGNORECASE)
_FOREIGN: Final = re.compile(r"[a-z][a-z0-9+.\-]*:(?!\d)", re.IGNORECASE)
_SPLIT: Final = re.compile(r"[/?\\]")
_PORT: Final = re.compile(r"(.*?)(?::(\d{0,5}))?", re.DOTALL)
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT: Final = frozenset(chr(c) for c in range(33, 127)) - frozenset('"<>\\^`{|}[]')
_HOST_FULL_WIDTH: Final = str.maketrans({chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)})
_MILLIBITS_PER_CHARACTER: Final = 2500
_MILLIBITS_MAX: Final = 64_000


def refang(text: str) -> str:
    """`hxxp[:]//evil[.]top` as it was meant: `http://evil.top`."""
    text = domain.refang(text.translate(_HOST_FULL_WIDTH))
    for _ in range(8):
        cleared = domain.refang(_SLASH.sub("/", _COLON.sub(r"\1", text)))
        if cleared == text:
            break
        text = cleared
    found = _SCHEME.match(text)
    if found:
        web = found[1][0].lower() == "h"
        text = f"{'http' if web else 'ftp'}{found[2].lower()}://{text[found.end() :]}"
    return text


def defang(normal: str) -> str:
    """The form that is safe to print: `hxxp://evil[.]top/x`."""
    scheme, _, rest = normal.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme.replace('tt', 'xx')}://{authority.replace('.', '[.]')}{slash}{path}"


def parse(text: str) -> Value | None:
    """A web address with or without scheme (then http is written), defanged or not; None when it is none.

    Userinfo, fragment and default port are dropped: in `http://icbc.com@evil.top` the host is evil.top. IPv4 in
    decimal, octal or hexadecimal becomes dotted. A host under no known suffix stays with `valid=False`, problem `suffix`.
    """
    if len(text) > _TEXT_MAX:
        return None
    plain = _CONTROL.sub("", refang(text.strip().strip("\"'`<>"))).strip()
    scheme, after, rest = plain.partition("://")
    named = bool(after) and scheme in ("http", "https", "ftp", "ftps")
    if not named:
        if _FOREIGN.match(plain) or "@" in plain:
            return None
        scheme, rest = "http", plain
    rest = rest.partition("#")[0]
    cut = _SPLIT.search(rest)
    authority, tail = (rest[: cut.start()], rest[cut.start() :]) if cut else (rest, "")
    found = _PORT.fullmatch(authority.rpartition("@")[2])
    if found is None:
        return None
    name, port = found[1], found[2]
    host = _host(name)
    if not named and host is not None and ends_in_number(host) and name.strip() != host:
        return None  # 03/11/2026 and 14:05 are no addresses; numbers are folded to dotted form only behind a scheme
    if host is None or (port and int(port) > 65535):
        return None
    if not named and (("." not in host) or host[0] == "[" or (ends_in_number(host) and not (tail or port))):
        return None  # 1.2.3.4 or 3.14 alone is not yet a web address
    problem = _problem(host)
    if not named and problem:
        return None
    number = f":{int(port)}" if port and int(port) != _PORTS.get(scheme) else ""
    normal = f"{scheme}://{host}{number}{_path(tail)}"
    return Value(KIND, normal, text, not problem, False, problem)


def _host(name: str) -> str | None:
    if name.startswith("[") and name.endswith("]"):
        inside = ipv6(name[1:-1])
        return None if inside is None else f"[{inside}]"
    if "%" in name:
        name = unquote(name, errors="replace")
    ascii_host = domain.to_ascii(name.strip())
    if ascii_host is None:
        return None
    return ipv4(ascii_host) if ends_in_number(ascii_host) else ascii_host


def _problem(host: str) -> str:
    if host[0] == "[" or ends_in_number(host):
        return ""
    if "." not in host:
        return "host"
    return "" if domain.known_suffix(host) else "suffix"


def _unescape(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if char in _UNRESERVED else f"%{found[1].upper()}"


def _path(tail: str) -> str:
    """Path and query: escapes in upper case, letters unescaped, dot segments resolved, the rest escaped as UTF-8."""
    path, mark, query = tail.partition("?")
    path = _escape(path.replace("\\", "/"))
    query = _escape(query)
    if "/." in path:
        kept: list[str] = []
        segments = path.split("/")[1:]
        for i, segment in enumerate(segments):
            if segment == "..":
                del kept[-1:]
            elif segment != ".":
                kept.append(segment)
            if segment in (".", "..") and i == len(segments) - 1:
                kept.append("")
        path = "/" + "/".join(kept)
    return (path or "/") + (f"?{query}" if mark and query else "")


def _escape(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    raw = "".join(c if c in _KEPT else "".join(f"%{b:02X}" for b in c.encode("utf-8", "surrogatepass")) for c in text)
    # unescaping may uncover a new escape (%2541): again until nothing changes
    while True:
        cleared = _ESCAPE.sub(_unescape, raw)
        if cleared == raw:
            return raw
        raw = cleared


def host(normal: str) -> str:
    """Host of a normal form: A-labels, dotted IPv4 or IPv6 without brackets."""
    authority = normal.partition("://")[2].partition("/")[0]
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0]


def validate(normal: str) -> bool:
    """Whether this is a web address in normal form whose host is an IP or under a known suffix."""
    value = parse(normal)
    return value is not None and value.valid and value.normal == normal


def masked(normal: str) -> str:
    """Defanged host; path and query hidden, for they may carry a victim's token: `hxxp://evil[.]top/****`."""
    scheme, _, rest = defang(normal).partition("://")
    authority, _, path = rest.partition("/")
    return f"{scheme}://{authority}/{'****' if path else ''}"


def specificity(normal: str) -> int:
    """Milli-bits: those of the domain (32 bits for an IP) and 2.5 bits a character of path and query, at most 64."""
    name = host(normal)
    own = 32_000 if ":" in name or ends_in_number(name) else domain.specificity(name)
    path = normal.partition("://")[2].partition("/")[2]
    return min(_MILLIBITS_MAX, own + len(path) * _MILLIBITS_PER_CHARACTER)
