"""Identifiers, amounts and times in free text: where they stand, what they are, and whose they seem to be."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.clean import (
    address,
    domain,
    email,
    handle,
    labelled,
    moment,
    money,
    name,
    number_run,
    pinyin_disguise,
    sort_code,
    url,
    wallet,
)
from fanzha.clean.fold import normalise as normalise
from fanzha.clean.value import Value

_L: Final = r"[A-Za-z0-9_\-]"
_DOT: Final = r"(?:\.|\s{0,2}[\[({]\s?(?:\.|[dD][oO][tT]|点)\s?[\])}]\s{0,2}|\s[dD][oO][tT]\s|。(?=[A-Za-z0-9]))"
_HOST: Final = rf"(?:{_L}{{1,63}}+{_DOT}){{1,8}}[A-Za-z]{{2,24}}+(?![A-Za-z0-9_\-])"
_TAIL: Final = r"(?::\d{1,5})?(?:[/?][!-;=?-~]{0,2000})?"
_URL: Final = re.compile(
    r"[hHfF](?:[tTxX*]{2}|[xX][tT]|[tT][xX]|[xX])[pP][sS]?\s?(?::|\[\s?:\s?\])?\s?(?:(?:/|\\|\[/\]){2}|\[://\])"
    r"(?:[^\s/?#\\<>\"',，。；：！？、（）【】「」《》]|。(?=[A-Za-z0-9])){1,253}(?:[/?#\\][!-~]{0,2000})?"
)
_BARE: Final = re.compile(rf"(?<![\w@.\-*/]){_HOST}{_TAIL}", re.ASCII)
# the full stop that a host holds: inside a word, or in brackets
_INNER_DOT: Final = re.compile(rf"[.。](?:(?<={_L}.){_L}|(?<=[\[({{\s].)\s?[\])}}])")
_EMAIL: Final = re.compile(
    rf"(?<![\w.+\-*%])[A-Za-z0-9_%+\-*][A-Za-z0-9._%+\-*]{{0,63}}+(?:@|\s?[\[(]\s?(?:[aA][tT]|@)\s?[\])]\s?){_HOST}",
    re.ASCII,
)
_WALLET: Final = re.compile(
    r"[0bBT13](?<![A-Za-z0-9].)(?:(?<=0)[xX][0-9a-fA-F]{40}|(?<=b)c1[0-9a-z]{11,87}|(?<=B)C1[0-9A-Z]{11,87}"
    r"|(?<=[T13])[1-9A-HJ-NP-Za-km-z]{25,34})(?![A-Za-z0-9])"
)
_GLUED: Final = re.compile(r"[1-9](?<=[a-z].)[0-9 \-.]{10,40}(?![0-9A-Z])")
_LABEL: Final = re.compile(r"(?<![A-Za-z0-9_@./:\-])(?:[a-z]+ ){0,3}[a-z]+$")
_LABEL_MAX: Final = 24
_BEHIND: Final = re.compile("[a-z](?<=[0-9]{7}.)[a-z]{1,15}(?=[\u4e00-\u9fff])")
_DIGIT: Final = re.compile("[0-9]")
_TRAILING: Final = ".,;:!?)]}'\"*_~|"
_COUNTED: Final = re.compile(r"\s?(?:多|余|几|左右)?\s?[人个位名次条户家张台部件天年月日字步粉]")
_ABOUT: Final = re.compile(r"\s?(?:多|余|几|来)(?=\s?[元块万]|\s?$)")

# later ones win where they end at the same place: 本人电话 is whose phone it is, not a contact
_ROLES: Final = (
    (
        "contact",
        re.compile(r"来电|打来|接到|拨打|致电|电话|联系|客服|加我|添加"),
        re.compile(r"call(?:ed|s|ing)?(?: me)?(?: from)?|phoned|contact|text(?:ed)?|sms from"),
    ),
    (
        "payee",
        re.compile(
            r"(?:转到|转入|转至|转给|转账[到至给]|汇[到入至给]|汇款[到至给]|打[到入给]|打款[到至给]|存入|存到|收款|对方(?:的)?(?:账|帐|卡))"
        ),
        re.compile(r"paid (?:in)?to|sent to|transfer(?:red)? (?:\S{1,12} )?to|payee|beneficiary"),
    ),
    (
        "own",
        re.compile(
            r"(?:本人|我名下|自己|我的|我(?=卡|账|帐))(?:的)?(?:银行)?(?:卡号?|账[户号]|帐[户号]|手机|电话|号码|微信|身份证)(?:号码?)?|本人"
        ),
        re.compile(r"my (?:own |bank )?(?:account|card|number|phone|mobile|wallet|id)(?: number)?"),
    ),
)
_ROLE_WINDOW: Final = 20
_CHECKSUMS_MAX: Final = 200
_CLAUSE: Final = re.compile(r"[,，。;；!！?？\n]|\. ")
_ROLE_KINDS: Final = frozenset(("money", "moment"))


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found in a text: `original == text[start:end]`; the rest as in `Value`.

    `normal` is `CNY:3500000` (minor units) for money and UTC milliseconds for a moment. `problem` is `lookalike` where letters stood
    for digits, `approximate` for 3万余元. `role` is a cheap hint from the words just before: payee, contact, own or "".
    """

    kind: str
    start: int
    end: int
    original: str
    normal: str
    valid: bool = True
    partial: bool = False
    problem: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A span of the folded text; of two that overlap the higher rank wins, then the longer, then the earlier."""

    start: int
    end: int
    kind: str
    normal: str
    valid: bool
    partial: bool
    problem: str
    rank: int


def find(
    text: str, *, relative_to_ms: int | None = None, zone: str = "Asia/Shanghai", region: str = "CN"
) -> tuple[Found, ...]:
    """Everything of value in `text`, sorted by place, without overlaps.

    `relative_to_ms` (UTC) and `zone` give meaning to `昨晚八点`; without the first such phrases are left out. `region` is where
    bare phone numbers are dialled. Linear in the length of the text; never raises on any text.
    """
    folded, origin = normalise(text)
    candidates = list(_candidates(folded, relative_to_ms, zone, region))
    if not candidates:
        return ()
    candidates.sort(key=lambda c: (-c.rank, c.start - c.end, c.start, c.kind))
    starts: list[int] = []
    chosen: list[_Candidate] = []
    taken = bytearray(len(folded))
    for candidate in candidates:
        occupied = taken.find(1, candidate.start, candidate.end)
        free = candidate if occupied < 0 else _cut(folded, candidate, occupied)
        if free is not None:
            taken[free.start : free.end] = b"\x01" * (free.end - free.start)
            chosen.append(free)
    chosen.sort(key=lambda c: c.start)
    starts = [c.start for c in chosen]
    return tuple(_found(text, folded, origin, c, chosen, starts) for c in chosen)


def _cut(folded: str, candidate: _Candidate, end: int) -> _Candidate | None:
    """What is left of an address before something else begins: where it ends no sign says. Anything else is whole or not."""
    value = address.parse(folded[candidate.start : end]) if candidate.kind == address.KIND else None
    return None if value is None else _of(value, candidate.start, end, candidate.rank)


def _found(
    text: str, folded: str, origin: Sequence[int], candidate: _Candidate, chosen: list[_Candidate], starts: list[int]
) -> Found:
    start, end = origin[candidate.start], origin[candidate.end - 1] + 1
    problem = candidate.problem
    if not problem and candidate.kind not in _WITH_LETTERS:
        spelled = any(text[origin[i]] in "oOlI" and folded[i] in "01" for i in range(candidate.start, candidate.end))
        problem = "lookalike" if spelled else ""
    role = "" if candidate.kind in _ROLE_KINDS else _role(folded, candidate, chosen, starts)
    return Found(
        candidate.kind,
        start,
        end,
        text[start:end],
        candidate.normal,
        candidate.valid,
        candidate.partial,
        problem,
        role,
    )


_WITH_LETTERS: Final = frozenset(
    (
        *("url", "domain", "email", "wallet", "wechat", "telegram", "name"),
        *("address", "app", "bic", "cell", "certificate", "credit_code", "iban"),
    )
)


def _role(folded: str, candidate: _Candidate, chosen: list[_Candidate], starts: list[int]) -> str:
    """The role whose word stands nearest before the candidate, not across another number or the end of a sentence."""
    floor = max(0, candidate.start - _ROLE_WINDOW)
    place = bisect_right(starts, candidate.start) - 2
    if place >= 0 and chosen[place].kind not in _ROLE_KINDS:
        floor = max(floor, chosen[place].end)
    before = folded[floor : candidate.start].lower()
    if not before.strip(" ,:/;()-"):
        return ""
    chinese = not before.isascii()
    best, role = -1, ""
    for hint, words_zh, words_en in _ROLES:
        for match in words_zh.finditer(before) if chinese else words_en.finditer(before):
            # two clauses on it no longer speaks of this; one may only list: "转到张某,卡号..."
            if match.end() >= best and len(_CLAUSE.findall(before, match.end())) <= 1:
                best, role = match.end(), hint
    return role


def _candidates(folded: str, relative_to_ms: int | None, zone: str, region: str) -> Iterator[_Candidate]:
    lower = folded.lower()
    if "//" in folded or "[" in folded or "\\" in folded:
        yield from _urls(folded)
    if _may_hold_host(folded, lower):
        if "@" in folded or "at]" in lower or "at)" in lower or "at " in lower:
            yield from _emails(folded)
        yield from _hosts(folded)
    if len(folded) >= 26:
        yield from _wallets(folded)
    for kind, start, end, normal in handle.scan(folded, lower):
        if kind == "name":
            person = name.parse(normal)
            if person is not None:
                yield _Candidate(start, end, kind, person.normal, True, person.partial, "", 4)
        else:
            yield _Candidate(start, end, kind, normal, True, False, "", 9)
    for start, end, value in labelled.scan(folded, lower):
        # an address yields to anything else found in it
        yield _of(value, start, end, 3 if value.kind == address.KIND else 9)
    for start, end, value in sort_code.scan(folded, lower):
        yield _of(value, start, end, 9)
    if "*" in folded or _DIGIT.search(folded):
        for start, end, value in number_run.scan(_set_apart(folded), region):
            yield _of(value, start, end, _rank(value))
    yield from _amounts(folded)
    yield from _moments(folded, lower, relative_to_ms, zone)


def _may_hold_host(folded: str, lower: str) -> bool:
    if "dot" in lower or _INNER_DOT.search(folded):
        return True
    return "点" in folded and ("." in folded or "。" in folded or "点)" in folded or "点]" in folded)


def _set_apart(folded: str) -> str:
    """A label in pinyin that a long number is glued to (联xi138..., zhuandao6222...) becomes spaces; any other letters stay its own."""
    made = [*folded] if _GLUED.search(folded) else []
    for number in _GLUED.finditer(folded):
        end = number.start()
        found = _LABEL.search(folded[max(0, end - _LABEL_MAX) : end])
        tokens = found[0] if found else ""
        for label in (tokens, tokens.rpartition(" ")[2]):
            start = end - len(label)
            if label and _in_pinyin(label, beside=folded[start - 1 : start] >= "\u4e00"):
                made[start:end] = " " * len(label)
                break
    folded = "".join(made) or folded
    if folded.isascii():
        return folded
    return _BEHIND.sub(lambda found: " " * len(found[0]) if _in_pinyin(found[0], beside=True) else found[0], folded)


def _in_pinyin(label: str, *, beside: bool) -> bool:
    """Whether letters are two syllables of pinyin or more, or one beside a Chinese sign."""
    cut = [pinyin_disguise.spelled(token) for token in label.split(" ")]
    return all(cut) and (sum(map(len, cut)) > 1 or beside)


def _of(value: Value, start: int, end: int, rank: int) -> _Candidate:
    return _Candidate(start, end, value.kind, value.normal, value.valid, value.partial, value.problem, rank)


def _rank(value: Value) -> int:
    if value.partial:
        return 5
    if not value.valid:
        return 4
    return {"cn_id": 8, "bank_card": 7, "imei": 7, "phone": 6}.get(value.kind, 4)


def _urls(folded: str) -> Iterator[_Candidate]:
    for found in _URL.finditer(folded):
        written = found[0].rstrip(_TRAILING)
        value = url.parse(written)
        if value is None or not value.valid:
            # "https://evil.top点击领取": the address ends where the Chinese sentence goes on
            ascii_part = re.match(r"[!-~\s]*", written)
            shorter = ascii_part[0].rstrip(_TRAILING) if ascii_part else ""
            again = url.parse(shorter) if shorter else None
            if again is not None and (value is None or again.valid):
                written, value = shorter, again
        if value is not None:
            yield _of(value, found.start(), found.start() + len(written), 10)


def _emails(folded: str) -> Iterator[_Candidate]:
    for found in _EMAIL.finditer(folded):
        value = email.parse(found[0])
        if value is not None and value.valid:
            yield _of(value, found.start(), found.end(), 9)


def _hosts(folded: str) -> Iterator[_Candidate]:
    for found in _BARE.finditer(folded):
        written = found[0].rstrip(_TRAILING)
        value = domain.parse(written) or url.parse(written)
        if value is not None and value.valid:
            yield _of(value, found.start(), found.start() + len(written), 8)


def _wallets(folded: str) -> Iterator[_Candidate]:
    left = _CHECKSUMS_MAX
    for found in _WALLET.finditer(folded):
        written = found[0]
        if written[0] == "0":
            left -= 1
            if left < 0:  # a pure-Python Keccak costs .2 ms: after 200 the rest stay unverified
                yield _Candidate(*found.span(), wallet.KIND, f"ETH:{written.lower()}", False, False, "unverified", 5)
                continue
        value = wallet.parse(written)
        if value is not None:
            yield _of(value, *found.span(), 9 if value.valid else 5)


def _amounts(folded: str) -> Iterator[_Candidate]:
    last = -1
    seen: dict[str, money.Money | None] = {}
    for start, end, named in money.scan(folded):
        if start < last:
            continue  # the whole of this blob was an amount already
        written = folded[start:end].rstrip()
        if written not in seen:
            seen[written] = money.parse(written)
        amount = seen[written]
        if amount is None:
            continue
        end = start + len(written)
        about = _ABOUT.match(folded, end)
        if not named and not about and _COUNTED.match(folded, end):
            continue  # 3万人, 2万次: not money
        problem = "approximate" if about else ""
        last = end
        yield _Candidate(start, end, "money", f"{amount.currency}:{amount.amount_minor}", not about, False, problem, 7)


def _moments(folded: str, lower: str, relative_to_ms: int | None, zone: str) -> Iterator[_Candidate]:
    seen: dict[str, moment.Moment | None] = {}
    for start, end in moment.scan(folded, lower, relative=relative_to_ms is not None):
        written = folded[start:end].rstrip()
        if written not in seen:
            seen[written] = moment.parse(written, zone=zone, relative_to_ms=relative_to_ms)
        at = seen[written]
        if at is not None:
            yield _Candidate(start, start + len(written), "moment", str(at.at_ms), True, False, "", 7)
