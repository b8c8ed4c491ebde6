"""Who the sender says they are. A platform that is merely named as the way to reach somebody is not claimed."""

import re
from typing import Final

from fanzha.recognise.check import Reading
from fanzha.recognise.signs import Mark

# What a platform writes about: an account and what is wrong with it.
_MATTERS: Final = frozenset(
    (
        *("account_problem", "unusual_activity", "log_in", "give_code", "expiry", "purchase_not_made", "threat"),
        *("otp_notice", "prize"),
    )
)
_OFFICIAL: Final = re.compile(
    r"support|team\b|official|security|guidelines|copyright|verif|badge|官方|客服|安全中心|团队|中心|고객센터|공식|지원팀|ทีมงาน|đội ngũ|tim resmi",
    re.IGNORECASE,
)
_AS_CHANNEL: Final = re.compile(
    r"(?:\b(?:add|on|via|through|over|by|to|my|our|using|install|download|join|use|whats?app|at)|加|添加|联系|扫|下载|搜|搜索|通过|用|在|进|或)"
    r"[^\w\n]*(?:\w{1,10}[^\w\n]{1,2})?$",
    re.IGNORECASE,
)
_BEFORE: Final = 24


def claimed(reading: Reading) -> tuple[Mark, ...]:
    """The marks of who the sender says they are, without platforms that are named as a channel."""
    if all(mark.code != "social_platform" for mark in reading.claimed):
        return reading.claimed
    original = reading.prepared.original
    speaks = (
        not _MATTERS.isdisjoint(mark.code for mark in reading.prepared.marks) or _OFFICIAL.search(original) is not None
    )
    return tuple(
        mark
        for mark in reading.claimed
        if mark.code != "social_platform"
        or (speaks and not _AS_CHANNEL.search(original[max(0, mark.start - _BEFORE) : mark.start]))
    )
