"""How wide a text will be drawn, near enough to keep labels apart without asking a browser."""

import unicodedata

_NARROW = frozenset("iljtfrI.,:;'|!()[] ·")


def width(text: str, size: float) -> float:
    """An upper estimate of the drawn width in pixels at a font size in pixels."""
    total = 0.0
    for letter in text:
        if unicodedata.combining(letter):
            continue
        if unicodedata.east_asian_width(letter) in "WF" or ord(letter) > 0x2E7F:
            total += 1.0
        elif letter in _NARROW:
            total += 0.36
        elif letter in "mwMW@%—…":
            total += 0.92
        elif letter.isupper():
            total += 0.72
        else:
            total += 0.6
    return total * size


def shortened(text: str, size: float, room: float) -> str:
    """`text`, or as much of it as fits `room` pixels with an ellipsis."""
    if width(text, size) <= room:
        return text
    kept = ""
    for letter in text:
        if width(f"{kept}{letter}…", size) > room:
            break
        kept += letter
    return f"{kept.rstrip()}…"


def tenth(value: float) -> str:
    """A coordinate to one decimal, the same on every machine, without a trailing zero."""
    tenths = round(value * 10)
    sign, rest = ("-" if tenths < 0 else ""), abs(tenths)
    return f"{sign}{rest // 10}.{rest % 10}" if rest % 10 else f"{sign}{rest // 10}"
