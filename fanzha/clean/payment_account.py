"""Accounts of payment firms: what Tenpay (WeChat Pay, QQ wallet) and Alipay call their users.

Normal forms: `TENPAY.big_lu_1`, `ALIPAY.2088...` or, where only the login is told, `ALIPAY.name@host` and `ALIPAY.138...`; the login
in lower case, for both firms take it in either. The firm is part of the form: the same telephone number is another account
at each. A user number and a login of one Alipay user are two forms; that they are one only registration data tell.
There is no colon in them: `BTC:...` is a wallet on a chain, an account of a firm is an account.
"""

import re
from typing import Final

from fanzha.clean.digits import MILLIBITS_PER_ALNUM, MILLIBITS_PER_DIGIT, fold, stars
from fanzha.clean.value import Value

KIND: Final = "payment_account"

FIRMS: Final = {
    **dict.fromkeys(("TENPAY", "WECHAT", "WEIXIN", "WXPAY", "微信", "微信支付", "财付通"), "TENPAY"),
    **dict.fromkeys(("ALIPAY", "支付宝"), "ALIPAY"),
}
_NORMAL: Final = ("TENPAY.", "ALIPAY.")
_PREFIXED: Final = re.compile(r"(TENPAY|ALIPAY)\.(.+)|([^:\s]{2,6}):(.+)", re.DOTALL)
_SHAPE: Final = re.compile(r"[0-9a-z*][0-9a-z_.@*+\-]{3,63}")
_SCIENTIFIC: Final = re.compile(r"[0-9]\.?[0-9]*e\+?[0-9]{2}")
_EDGE: Final = " \t\r\n\v\f'\"`=\u2018\u2019\u201c\u201d"
_VISIBLE_MIN: Final = 3


def parse(text: str, firm: str = "") -> Value | None:
    """An account in normal form, with its firm before a colon (`微信:...`, `ALIPAY:...`), or one that the caller knows to be of
    `firm`.

    None where no firm is known, where the rest cannot be a login, and for a number that a spreadsheet wrote as 2.088E+15.
    Masked ones carry `*`.
    """
    if len(text) > 100:
        return None
    plain = fold(text).strip(_EDGE)
    prefixed = _PREFIXED.fullmatch(plain)
    named = FIRMS.get((prefixed[1] or prefixed[3]).upper()) if prefixed else None
    if prefixed and named is None:
        return None
    login = stars((prefixed[2] or prefixed[4]) if prefixed else plain).strip(_EDGE).lower()
    chosen = named or FIRMS.get(firm.upper())
    if chosen is None or not _SHAPE.fullmatch(login) or _SCIENTIFIC.fullmatch(login):
        return None
    hidden = "*" in login
    if hidden and len(login) - login.count("*") < _VISIBLE_MIN:
        return None
    return Value(KIND, f"{chosen}.{login}", text, True, hidden)


def parts(normal: str) -> tuple[str, str]:
    """(firm, login) of a normal form; ("", the account) of any other account."""
    firm, _, login = normal.partition(".")
    return (firm, login) if normal.startswith(_NORMAL) else ("", normal)


def validate(normal: str) -> bool:
    """Whether this is a full account in normal form."""
    value = parse(normal)
    return value is not None and not value.partial and value.normal == normal


def masked(normal: str) -> str:
    """The firm, and of the login the first and last two characters, fewer of a short one: `ALIPAY.13****00`."""
    firm, _, login = normal.partition(".")
    shown = min(2, len(login) // 4)
    return f"{firm}.{login[:shown]}****{login[len(login) - shown :]}"


def specificity(normal: str) -> int:
    """Milli-bits: ten values for each visible digit, thirty-six for each other visible character; the firm adds none."""
    login = normal.partition(".")[2]
    return sum(MILLIBITS_PER_DIGIT if c.isdigit() else MILLIBITS_PER_ALNUM for c in login if c != "*")
