"""Amounts in Chinese financial capitals: 人民币壹万贰仟元整.

Source: 正确填写票据和结算凭证的基本规定 (annex 1 of 支付结算办法, People's Bank of China, 银发〔1997〕393号), rules 1 to 3. Where the
rule leaves a choice, 零 is written after a 元 that stands in a place of 0 (壹仟陆佰捌拾元零叁角贰分) and not after such a 万 or 亿,
and no 整 follows 角.
"""

from typing import Final

from fanzha.errors import InputError

MINOR_MAX: Final = 10**16
_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
_BIG: Final = ((10**8, "亿"), (10**4, "万"))


def capitals(fen: int) -> str:
    """An amount of yuan in fen (0 to 10^16), with 人民币 before it; InputError outside that range."""
    if not 0 <= fen <= MINOR_MAX:
        raise InputError(f"no capitals for {fen} fen", f"{fen} 分超出大写金额范围", remedy="give 0 to 10^16 fen")
    yuan, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    said = f"{_whole(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"人民币{said}整"
    if said and (not jiao or yuan % 10 == 0):
        said += "零"
    if jiao:
        said += f"{_DIGITS[jiao]}角"
    if cent:
        said += f"{_DIGITS[cent]}分"
    return f"人民币{said}"


def _whole(number: int) -> str:
    """A number from 0 on; one 零 for any run of zeros inside it, none at its end."""
    if not number:
        return _DIGITS[0]
    for unit, sign in _BIG:
        if number >= unit:
            high, low = divmod(number, unit)
            gap = _DIGITS[0] if 0 < low < unit // 10 else ""
            return f"{_whole(high)}{sign}{gap}{_whole(low) if low else ''}"
    said, zeros = "", False
    for unit, sign in _PLACES:
        digit = number // unit % 10
        if digit:
            said += f"{_DIGITS[0] if zeros and said else ''}{_DIGITS[digit]}{sign}"
            zeros = False
        else:
            zeros = True
    return said
