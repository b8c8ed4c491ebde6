"""How people write numbers down: Chinese numerals, ten-thousands, spaced or full-width digits, masks, slips of the pen."""

from random import Random

CHINESE = "零一二三四五六七八九"
FULL_WIDTH = {ord(digit): 0xFF10 + int(digit) for digit in "0123456789"}
# Punctuation as a Chinese keyboard gives it; the source stays ASCII so that nothing in it is mistaken.
PUNCTUATION = {ord(","): 0xFF0C, ord("("): 0xFF08, ord(")"): 0xFF09, ord(";"): 0xFF1B}


def numeral(number: int) -> str:
    """A whole number in Chinese numerals as spoken: 35000 -> 三万五千, 10200 -> 一万零二百. Below 10**8."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        if not low:
            return numeral(high) + "万"
        return numeral(high) + "万" + ("零" if low < 1000 else "") + numeral(low)
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if gap and text else "") + CHINESE[digit] + name
            gap = False
        else:
            gap = True
    return text.removeprefix("一") if text.startswith("一十") else text or "零"


def ten_thousands(number: int) -> str:
    """35000 -> 3.5万; exact, never rounded."""
    whole, rest = divmod(number, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "万"


def spaced(number: str) -> str:
    """Groups of four, as printed on a card."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def full_width(number: str) -> str:
    """Digits as a Chinese keyboard may give them."""
    return number.translate(FULL_WIDTH)


def punctuated(text: str) -> str:
    """Chinese text with full-width commas, brackets and semicolons."""
    return text.translate(PUNCTUATION)


def wrong_digit(rng: Random, number: str) -> str:
    """One digit of the middle mistyped: a Luhn digit always notices."""
    at = rng.randrange(7, len(number) - 2)
    return number[:at] + str((int(number[at]) + rng.randrange(1, 10)) % 10) + number[at + 1 :]


def masked_phone(number: str) -> str:
    """+8613812345678 -> 138****5678."""
    local = number.removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}"


def dialled(number: str) -> str:
    """As a report writes it: +86138... -> 138..., +66812345678 -> +66 81 234 5678 (the report goes abroad)."""
    if number.startswith("+66"):
        return f"+66 {number[3:5]} {number[5:8]} {number[8:]}"
    return number.removeprefix("+86")


def defanged(host: str) -> str:
    """hxxp://name[.]tld/"""
    return "hxxp://" + host.replace(".", "[.]") + "/"


def evening_hour(hour: int) -> str:
    """八点 for 20; hours from 13 to 23."""
    return numeral(hour - 12) + "点"
