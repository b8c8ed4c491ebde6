"""What a run of digits in free text is: phone, card, identity number, device, account. By length, check digits, context."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from fanzha.clean import account, bank_card, cn_id, imei, phone
from fanzha.clean.value import Value

# digits and stars, in groups set apart by one or two of space - ( )
_RUN: Final = re.compile(
    r"[(+0-9*](?:(?<=\()\+?[0-9*]|(?<=\+)\s?[0-9*]|(?<=[0-9*]))[0-9*]*+"
    r"(?:[ \-()]{1,2}(?:\+\s?)?[0-9*]++|[xX]{2,12}(?=[0-9*])[0-9*]++)*+[xX]?"
)
_GROUP: Final = re.compile(r"[0-9*xX]+")
_GAP: Final = re.compile(r"[ \-()+]+")
# how people set one number apart; anything else is several numbers side by side
_SHAPES: Final = frozenset(
    (
        *((3, 4, 4), (4, 4, 3), (3, 3, 5), (3, 8), (7, 4), (2, 3, 4, 4), (2, 11), (4, 3, 4, 4), (4, 11)),  # mobile
        *(
            (3, 4, 4),
            (4, 7),
            (4, 8),
            (4, 4, 4),
            (4, 3, 4),
            (3, 7),
            (3, 3, 4),
            (2, 8),
            (2, 2, 4, 4),
            (2, 3, 7),
            (2, 3, 8),
        ),  # fixed, 400
        *((4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 4, 4, 4, 2), (4, 4, 4, 4, 1), (4, 4, 4, 7), (6, 13), (6, 10), (4, 6, 5)),
        *((6, 8, 4), (6, 4, 4, 4), (3, 3, 4, 4, 4), (6, 12), (6, 2, 6, 1), (8, 6, 1)),
    )
)
_GROUPS_MAX: Final = 5
_PAIRS: Final = frozenset(shape for shape in _SHAPES if len(shape) == 2)
_HEADS: Final = frozenset(shape[:3] for shape in _SHAPES if len(shape) > 2)
_ACCOUNT: Final = re.compile(
    r"(?:账号|帐号|账户|帐户|卡号|卡里|尾号|account|acct|a/c|iban|转到|转入|转至|转给|汇到|汇入|汇至|汇给|打到|打入|存入|存到|paid to|sent to|transfer(?:red)? to)"
    r"[^\d\n]{0,12}$",
    re.IGNORECASE,
)
_CARD: Final = re.compile(r"(?:卡号|银行卡|储蓄卡|信用卡|借记卡|card)[^\d\n]{0,12}$", re.IGNORECASE)
_DEVICE: Final = re.compile(r"(?:imei|串号|串码)[^\d\n]{0,8}$", re.IGNORECASE)
_IDENTITY: Final = re.compile(r"(?:身份证|证件|id ?card|identity)[^\d\n]{0,10}$", re.IGNORECASE)
_CALL: Final = re.compile(r"(?:拨打|致电|来电|报警|电话|热线|客服|短信|dial|call|phone)[^\d\n]{0,6}$", re.IGNORECASE)
_WELL_KNOWN: Final = re.compile(
    r"95\d{3}|96110|100(?:86|10|00|99)|12(?:381|377|321|348|306|315|333|110|337)|400\d{7}|800\d{7}"
)
_EMERGENCY: Final = frozenset(("110", "119", "120", "122", "114"))
_DROP: Final = str.maketrans("", "", " -()\n")
_REPEATED: Final = re.compile(r"(\d)\1*")


def scan(folded: str, region: str) -> Iterator[tuple[int, int, Value]]:
    """(start, end, value) of the numbers in folded text; `region` is where bare phone numbers are dialled.

    Beyond 1,000 foreign numbers in one text the numbering plan is asked no more: they stay, as `unverified`.
    """
    plan = _Plan(region)
    for found in _RUN.finditer(folded):
        start, end = found.span()
        if end - start < 3:
            continue
        # digits glued to a word belong to the word: that group is left out, its neighbours are not
        if start and (folded[start - 1].isascii() and folded[start - 1].isalnum()):
            cut = _GAP.search(folded, start, end)
            if cut is None:
                continue
            start = cut.end()
        if end < len(folded) and folded[end].isascii() and folded[end].isalnum():
            gaps = [gap.start() for gap in _GAP.finditer(folded, start, end)]
            if not gaps:
                continue
            end = gaps[-1]
            if end <= start:  # "(00A": nothing is left of it
                continue
        yield from _run(folded, start, folded[start:end], plan)


def _run(folded: str, start: int, run: str, plan: "_Plan") -> Iterator[tuple[int, int, Value]]:
    before = folded[max(0, start - 20) : start]
    stripped = run.rstrip(" -(")
    if stripped.endswith(")") and "(" not in stripped:
        stripped = stripped[:-1].rstrip(" -")
    lead = 1 if stripped.startswith("(") and ")" not in stripped else 0
    stripped = stripped[lead:]
    groups = list(_GROUP.finditer(stripped))
    if len(groups) <= 12:
        value = classify(stripped, before, plan)
        if value is not None and (len(groups) == 1 or _is_one(stripped, groups, value, plan)):
            yield start + lead, start + lead + len(stripped), value
            return
    if len(groups) > 1:
        yield from _several(folded, start + lead, stripped, groups, plan)


def _is_one(run: str, groups: list[re.Match[str]], value: Value, plan: "_Plan") -> bool:
    """Whether groups that together make a value were meant as one number."""
    if run[0] in "+(" or value.partial or (plan.region != "CN" and value.kind == phone.KIND):
        return True
    shape = tuple(len(group[0]) for group in groups)
    if shape in _SHAPES or (value.valid and value.kind in ("bank_card", "cn_id")):
        return True
    # 1100 2233 4455 667: an account in even groups
    return value.kind == "account" and len(set(shape[:-1])) == 1 and 3 <= shape[0] <= 5 and shape[-1] <= shape[0]


class _Plan:
    """The numbering plan of one region, asked at most 1,000 times for one text (a question costs 50 microseconds)."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.left = 1000

    def parse(self, written: str) -> Value | None:
        """The phone number written, or an unverified one when the questions are used up."""
        self.left -= 1
        if self.left >= 0:
            return phone.parse(written, self.region)
        number = written.translate(_DROP)
        return Value(phone.KIND, number, written, False, False, "unverified") if number.startswith("+") else None


def _several(
    folded: str, offset: int, run: str, groups: list[re.Match[str]], plan: "_Plan"
) -> Iterator[tuple[int, int, Value]]:
    """Numbers side by side: at each group the longest usual shape that is a value, else the group alone."""
    lengths = [len(group[0]) for group in groups]
    at = 0
    while at < len(groups):
        taken = 1
        head = tuple(lengths[at : at + 3])
        if lengths[at] < 5 and head not in _HEADS and head[:2] not in _PAIRS and groups[at][0] not in _EMERGENCY:
            at += 1
            continue
        for count in range(min(_GROUPS_MAX, len(groups) - at), 0, -1):
            if count > 1 and tuple(lengths[at : at + count]) not in _SHAPES:
                continue
            if count == 1 and lengths[at] < 5 and groups[at][0] not in _EMERGENCY:
                continue
            start, end = groups[at].start(), groups[at + count - 1].end()
            if start and run[start - 1] == "+":
                start -= 1
            value = classify(run[start:end], folded[max(0, offset + start - 20) : offset + start], plan)
            if value is not None:
                yield offset + start, offset + end, value
                taken = count
                break
        at += taken


def classify(written: str, before: str, plan: _Plan) -> Value | None:
    """The one thing a written number is, given the 20 characters before it; None when nothing says."""
    if "*" in written or "x" in written[:-1].lower():
        return _masked(written)
    number = written.translate(_DROP)
    if number.startswith("+") or (number.startswith("00") and len(number) > 10):
        return plan.parse(written) if 7 <= len(number) <= 20 else None
    length = len(number)
    if length > 34 or (_REPEATED.fullmatch(number) and length > 4):
        return None
    if length == 18:
        value = cn_id.parse(number)
        if value is not None and (value.valid or _IDENTITY.search(before) or number[-1] in "xX"):
            return _own(value, written)
    if number[-1] in "xX":
        return None
    if 14 <= length <= 16 and _DEVICE.search(before):
        return _own(imei.parse(number), written)
    if length == 15 and _IDENTITY.search(before):
        return _own(cn_id.parse(number), written)
    return _card_or_account(number, written, before) or _phone(number, written, before, plan)


def _own(value: Value | None, written: str) -> Value | None:
    """The value as read from what was written rather than from its digits."""
    if value is None or value.original == written:
        return value
    return Value(value.kind, value.normal, written, value.valid, value.partial, value.problem)


def _masked(written: str) -> Value | None:
    return phone.parse(written) or cn_id.parse(written) or bank_card.parse(written)


def _card_or_account(number: str, written: str, before: str) -> Value | None:
    length = len(number)
    value = bank_card.parse(number) if 12 <= length <= 19 else None
    if value is not None:
        said = _CARD.search(before) is not None
        if 16 <= length <= 19 and number[0] in "34569" and (value.valid or number.startswith("62") or said):
            return _own(value, written)
        if value.valid and (said or (length == 15 and number.startswith(("34", "37")))):
            return _own(value, written)
    mobile = length == 11 and number[0] == "1" and number[1] in "3456789"
    if not mobile and length >= 8 and not _compact_time(number) and _ACCOUNT.search(before):
        return account.parse(written.replace(" ", ""))
    return None


def _compact_time(number: str) -> bool:
    """20240305 and 20240305123045 are times, not accounts."""
    if len(number) not in (8, 12, 14) or number[:2] not in ("19", "20"):
        return False
    try:
        date(int(number[:4]), int(number[4:6]), int(number[6:8]))
    except ValueError:
        return False
    return len(number) == 8 or (number[8:10] < "24" and number[10:12] < "60")


def _phone(number: str, written: str, before: str, plan: _Plan) -> Value | None:
    length = len(number)
    if plan.region == "CN":
        if length == 11 and number[0] == "1" and number[1] in "3456789":
            return _own(phone.parse(number), written)
        if length == 13 and number.startswith("861") and number[3] in "3456789":
            return _own(phone.parse(number), written)
        if _WELL_KNOWN.fullmatch(number) or (
            8 <= length <= 20 and number.startswith("106") and not _ACCOUNT.search(before)
        ):
            return _own(phone.parse(number), written)
        if number in _EMERGENCY or length in (5, 6):
            return _own(phone.parse(number), written) if _CALL.search(before) else None
        if number[0] != "0" or not 10 <= length <= 12:
            return None
    elif not 8 <= length <= 13:
        return None
    value = plan.parse(written)
    return value if value is not None and value.valid else None
