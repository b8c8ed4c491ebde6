"""Numbers written in Chinese: 三万五, 叁万伍仟, 3万5千, 一百二十, 1.2亿, 三点五万. GB/T 15835-2011; 中文大写金额 rules of
《支付结算办法》 annex 1."""

import re
from decimal import Decimal
from typing import Final

DIGITS: Final = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "幺": 1,
    "两": 2,
    "兩": 2,
    "貳": 2,
    "參": 3,
    "叄": 3,
    "陸": 6,
    "○": 0,
}
UNITS: Final = {
    **dict.fromkeys("十拾", 10),
    **dict.fromkeys("百佰", 100),
    **dict.fromkeys("千仟", 1000),
    **dict.fromkeys("万萬", 10**4),
    **dict.fromkeys("亿億", 10**8),
}
_D: Final = "".join(DIGITS)
_TOKEN: Final = re.compile(rf"\d{{1,20}}(?:\.\d{{1,10}})?|[{_D}]点[{_D}]{{1,6}}|[{_D}]|[{''.join(UNITS)}]")


def value_of(text: str) -> Decimal | None:
    """The number, or None when the text is not exactly one number (`三五` is a string of digits, `百万` names no number).

    A single digit after the last unit counts the next lower place: 三万五 is 35,000, 一千二 is 1,200, 三万零五 is 30,005.
    """
    tokens = _TOKEN.findall(text) if len(text) <= 40 else []
    if not tokens or "".join(tokens) != text:
        return None
    if len(tokens) == 1:
        return _plain(tokens[0])
    total, section = Decimal(0), Decimal(0)
    pending: Decimal | None = None
    zero = False
    small, big = 10**4, 10**16  # the last small and big unit: they must fall
    last = 0
    for token in tokens:
        unit = UNITS.get(token)
        if unit is None:
            number = _plain(token)
            if number is None or pending is not None:
                return None
            if number == 0:
                zero = True
            else:
                pending = number
        elif unit < 10**4:
            if pending is None:
                if unit != 10 or section:
                    return None
                pending = Decimal(1)  # 十五, 一万零十五
            if unit >= small:
                return None
            section, pending, small, last, zero = section + pending * unit, None, unit, unit, False
        else:
            section, pending = section + (pending or 0), None
            if unit == 10**8 and big == 10**4 and not section:
                total *= unit  # 三万亿
            elif not section or unit >= big:
                return None
            else:
                total = (total + section) * unit if unit == 10**8 else total + section * unit
            section, small, big, last, zero = Decimal(0), 10**4, unit, unit, False
    if pending is not None:
        section += pending * (last // 10) if last >= 100 and not zero and pending < 10 and pending % 1 == 0 else pending
        if last and pending >= last:
            return None
    return total + section


def _plain(token: str) -> Decimal | None:
    if token[0].isascii():
        return Decimal(token) if token.isascii() and token[0].isdigit() else None
    if token in UNITS:
        return Decimal(10) if UNITS[token] == 10 else None
    return Decimal("".join("." if c == "点" else str(DIGITS[c]) for c in token))
