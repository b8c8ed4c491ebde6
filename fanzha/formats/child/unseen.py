"""Which elements of HTML a reader does not see: what their styles and attributes come to, as CSS 2.1 cascades and inherits them.

Looked at: display, visibility, opacity, the size of letters, letters in the colour of what is behind them, boxes without a size, boxes
far off the page, the attribute `hidden`; from `style` attributes and from rules of `<style>` for a tag, a class or an id. Rules that hold on
some screens only (@media with conditions) and other selectors are left aside. Nothing is measured as a browser lays it out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

SAYS = frozenset(
    ("style", "class", "id", "hidden", "bgcolor", "background", "color", "text")
)  # attributes that are looked at
STYLE_MAX = 200_000
RULES_MAX = 4_000
SIZE_SEEN = 1.0  # px; letters of this size or less are not seen
FAINT = 0.05  # opacity
ALIKE = 24  # summed difference of red, green and blue of two colours that nobody tells apart
AWAY = 400.0  # px to the left or above: off any page
FONT = 16.0  # px of letters of which nothing is said
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.S)
_SELECTOR = re.compile(r"(?:(?:html|body|\*)\s+)*(?P<tag>[a-z][a-z0-9]*|\*)?(?P<own>[.#][\w\-]+)?", re.I)
_EVERYWHERE = re.compile(r"@media\s+(?:only\s+)?(?:all|screen)\s*", re.I)
_LENGTH = re.compile(r"(-?[0-9]*\.?[0-9]+)\s*(px|pt|em|rem|%|ex|ch|vh|vw|cm|mm|in)?")
_PX = {
    "px": 1.0,
    "": 1.0,
    "pt": 4 / 3,
    "rem": FONT,
    "ex": 8.0,
    "ch": 8.0,
    "vh": 8.0,
    "vw": 8.0,
    "cm": 38.0,
    "mm": 3.8,
    "in": 96.0,
}
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,?\s*(\d{1,3})\s*,?\s*(\d{1,3})\s*(?:[,/]\s*([0-9.]+)(%?))?\s*\)")
_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})")
_NAMED = dict(
    one.split("=")
    for one in (
        *("white=ffffff", "black=000000", "snow=fffafa", "ivory=fffff0", "whitesmoke=f5f5f5", "silver=c0c0c0"),
        *("gray=808080", "grey=808080", "red=ff0000", "blue=0000ff", "navy=000080", "green=008000", "yellow=ffff00"),
        *("ghostwhite=f8f8ff", "floralwhite=fffaf0", "lightgray=d3d3d3", "lightgrey=d3d3d3"),
    )
)
Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
LINK: Colour = (0, 0, 238)
Style = dict[str, tuple[str, bool]]  # property -> (value, whether it is important)


@dataclass(frozen=True)
class Look:
    """How an element looks, as far as what is in it takes it over. `shut`: nothing in it is seen; `ground` None: not known."""

    shut: bool = False
    faint: bool = False
    size: float = FONT
    colour: Colour | None = BLACK
    ground: Colour | None = WHITE

    @property
    def unseen(self) -> bool:
        """Whether text here is not seen."""
        return (
            self.shut or self.faint or self.size <= SIZE_SEEN or self.colour is None or _alike(self.colour, self.ground)
        )


@dataclass
class Sheet:
    """The rules of a page that are understood, by (tag, class or id); `unsure`: some other rule sets what is behind text."""

    rules: dict[tuple[str, str], Style] = field(default_factory=dict)
    unsure: bool = False

    def start(self) -> Look:
        """The page before its first element."""
        return Look(ground=None if self.unsure else WHITE)

    def look(self, parent: Look, tag: str, given: Mapping[str, str]) -> Look:
        """An element within another."""
        if SAYS.isdisjoint(given) and ("", "") not in self.rules and (tag, "") not in self.rules:
            return parent if tag != "a" or "href" not in given else replace(parent, colour=LINK)
        style = self._style(tag, given)
        said = {name: value for name, (value, _) in style.items()}
        size = _size(said.get("font-size", ""), parent.size)
        ground = _ground(said, given, parent.ground)
        own = said.get("color") or (
            given.get("color", "") if tag == "font" else given.get("text", "") if tag == "body" else ""
        )
        colour = LINK if tag == "a" and given.get("href") else parent.colour
        if own and own not in ("inherit", "currentcolor"):
            read = read_colour(own)
            colour = None if read == "none" else read if isinstance(read, tuple) else _other_than(ground)
        faint = parent.faint
        if "visibility" in said:
            faint = said["visibility"] in ("hidden", "collapse") or (faint and said["visibility"] == "inherit")
        shut = parent.shut or _shut(said, given, "display" in said)
        return Look(shut, faint, size, colour, ground)

    def _style(self, tag: str, given: Mapping[str, str]) -> Style:
        """What holds for an element: of two rules the closer one, unless the other is important."""
        classes = given.get("class", "").split()[:20]
        keys = [("", ""), (tag, "")]
        keys += [(name, f".{one}") for one in classes for name in ("", tag)]
        keys += [(name, f"#{given['id']}") for name in ("", tag) if given.get("id")]
        held: Style = {}
        for rule in [*(self.rules[key] for key in keys if key in self.rules), declarations(given.get("style", ""))]:
            _over(held, rule)
        return held


def _over(held: Style, rule: Style) -> None:
    for name, (value, important) in rule.items():
        if important or not held.get(name, ("", False))[1]:
            held[name] = (value, important)


@lru_cache(1_024)  # pages say the same again and again
def declarations(text: str) -> Style:
    """Declarations by name, in lower case; of two the later, unless the other is important."""
    held: Style = {}
    for part in text[:20_000].split(";")[:200]:
        name, colon, value = part.partition(":")
        if colon:
            plain = value.strip().lower()
            bare = plain.removesuffix("important").rstrip().removesuffix("!").rstrip() if "!" in plain else plain
            _over(held, {name.strip().lower(): (bare, bare != plain)})
    return held


def sheet_of(html: str) -> Sheet:
    """The rules of all `<style>` of a page, wherever they stand."""
    css = _COMMENT.sub(" ", "\n".join(_styles(html))[:STYLE_MAX])
    sheet, place = Sheet(), 0
    for _ in range(RULES_MAX):
        brace = css.find("{", place)
        if brace < 0:
            break
        head = css[place:brace].rpartition(";")[2].strip(" \t\r\n}")
        if head.startswith("@"):
            # what holds on some screens only is passed over, what holds on all is read like the rest
            place = brace + 1 if _EVERYWHERE.fullmatch(head + " ") else _block_end(css, brace)
            continue
        end = css.find("}", brace)
        end = len(css) if end < 0 else end
        style = declarations(css[brace + 1 : end])
        for selector in head.split(",")[:100]:
            _rule(sheet, selector.strip(), style)
        place = end + 1
    return sheet


def _styles(html: str) -> Iterator[str]:
    """What stands in each `<style>`."""
    lower, place = html.lower(), 0
    if len(lower) != len(html):  # a few letters change their length
        lower = html
    while (start := lower.find("<style", place)) >= 0:
        begin = lower.find(">", start)
        end = lower.find("</style", begin)
        if begin < 0 or end < 0:
            return
        yield html[begin + 1 : end]
        place = end


def _rule(sheet: Sheet, selector: str, style: Style) -> None:
    found = _SELECTOR.fullmatch(selector)
    if found is None or not (found["tag"] or found["own"]):
        sheet.unsure = (
            sheet.unsure or "background" in style or "background-color" in style or "background-image" in style
        )
        return
    tag = "" if found["tag"] in (None, "*") else found["tag"].lower()
    _over(sheet.rules.setdefault((tag, found["own"] or ""), {}), style)


def _block_end(css: str, brace: int) -> int:
    """After the brace that closes the one at `brace`."""
    depth = 0
    for found in re.compile(r"[{}]").finditer(css, brace):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.end()
    return len(css)


def _alike(one: Colour, other: Colour | None) -> bool:
    return other is not None and sum(abs(a - b) for a, b in zip(one, other, strict=True)) <= ALIKE


def _other_than(ground: Colour | None) -> Colour:
    """A colour that is not understood is taken for one that is seen."""
    return WHITE if ground == BLACK else BLACK


def read_colour(text: str) -> Colour | str:
    """A colour; "none" for one that is not there (transparent), "" for what is not understood."""
    plain = text.strip().lower()
    if plain == "transparent":
        return "none"
    if found := _RGB.match(plain):
        if found[4] is not None and _number(found[4]) / (100 if found[5] else 1) <= FAINT:
            return "none"
        return min(int(found[1]), 255), min(int(found[2]), 255), min(int(found[3]), 255)
    digits = _NAMED.get(plain) or ((found := _HEX.fullmatch(plain)) and found[1]) or ""
    digits = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)) if len(digits) == 6 else ""


def _ground(said: Mapping[str, str], given: Mapping[str, str], behind: Colour | None) -> Colour | None:
    """What is behind the text of an element; a picture may be anything."""
    plain = said.get("background-color") or said.get("background", "")
    pictured = "background" in given or any(
        "url(" in said.get(name, "") or "gradient" in said.get(name, "") for name in ("background", "background-image")
    )
    if pictured:
        return None
    named = plain.split() or [given.get("bgcolor", "")]
    # a background is a colour among other words; rgb( ... ) may hold blanks
    for one in (plain, *named):
        read = read_colour(one) if one else ""
        if isinstance(read, tuple):
            return read
    return behind if all(one in ("", "none", "transparent", "inherit", "initial", "unset") for one in named) else None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


def _length(text: str, own: float = FONT) -> float | None:
    """A length in px; None where there is none. A share is of `own`."""
    found = _LENGTH.match(text.strip())
    if found is None:
        return None
    unit = found[2] or ""
    return float(found[1]) * (own / 100 if unit == "%" else own if unit == "em" else _PX[unit])


def _size(text: str, parent: float) -> float:
    if not text or text in ("inherit", "unset"):
        return parent
    found = _length(text, parent)
    return found if found is not None else max(parent, FONT) if parent <= SIZE_SEEN else parent


def _shut(said: Mapping[str, str], given: Mapping[str, str], displayed: bool) -> bool:
    """Whether nothing in an element is seen, whatever stands inside."""
    if said.get("display") == "none" or ("hidden" in given and not displayed):
        return True
    if "opacity" in said and _number(said["opacity"].rstrip("%")) <= FAINT:
        return True
    if said.get("overflow", said.get("overflow-y", "")) in ("hidden", "clip"):
        boxes = (_length(said[name]) for name in ("height", "max-height", "width", "max-width") if name in said)
        if any(box is not None and 0 <= box <= SIZE_SEEN for box in boxes):
            return True
    if said.get("position") in ("absolute", "fixed"):
        places = (_length(said[name]) for name in ("left", "top", "right", "bottom") if name in said)
        if any(place is not None and place <= -AWAY for place in places):
            return True
        if re.match(r"rect\(\s*(?:0|1)(?:px)?[\s,]", said.get("clip", "")):
            return True
    away = [_length(said[name]) for name in ("text-indent", "margin-left") if name in said]
    return any(one is not None and one <= -AWAY for one in away) or "scale(0)" in said.get("transform", "")
