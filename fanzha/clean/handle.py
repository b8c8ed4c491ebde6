"""Identifiers that only their context makes: WeChat and QQ numbers, Telegram handles, names after a label."""

import re
from collections.abc import Iterator
from typing import Final

from fanzha.clean.phrases import Labels

_LINK: Final = r"\s{0,2}(?:号码|账号|帐号|号|群|频道|ID|id|Id)?\s{0,2}(?:是|为|叫|[:：=@])?\s{0,2}@?"
_WECHAT: Final = re.compile(
    rf"(?:微信|薇信|威信|徽信|V信|v信|加[vV]|weixin|wechat|(?<![A-Za-z])(?:wx|vx)(?=[\s:：号=])){_LINK}"
    r"([A-Za-z][A-Za-z0-9_\-]{5,19})(?![A-Za-z0-9_\-@.])",
    re.IGNORECASE,
)
_QQ: Final = re.compile(
    rf"(?:(?<![A-Za-z])qq群?|扣扣|企鹅号?|Q群){_LINK}([1-9]\d{{4,10}})(?!\d|\s?[元块])", re.IGNORECASE
)
_TELEGRAM: Final = re.compile(
    rf"(?:telegram|(?<![A-Za-z])tg(?=[\s:：号@群=])|电报|纸飞机|飞机(?=号|群|[:：@])){_LINK}"
    r"([A-Za-z][A-Za-z0-9_]{4,31})(?![A-Za-z0-9_@.])"
    r"|(?<![A-Za-z0-9.])(?:https?://)?(?:t\.me|telegram\.me)/(?:joinchat/)?([A-Za-z][A-Za-z0-9_]{4,31})(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
_NAME: Final = re.compile(
    r"(?:户名|收款人(?:姓名)?|开户人|姓名|持卡人|账户名称?)\s{0,2}[:：]\s{0,2}([\u4e00-\u9fff*·]{2,20})(?![\u4e00-\u9fff])"
    r"|(?:户名|收款人|开户人|持卡人|报案人|报警人|被害人|受害人|事主)(?:为|是)?([\u4e00-\u9fff]{2,4}?)"
    r"(?=[)）,，、;；。(（\s]|称|说|报|到|的|在|于|被|转|$)"
    r"|in the name of ([A-Z][a-z]+(?: [A-Z][a-z]+){1,3})"
)
# in lower case, of each pattern: one of them occurs wherever it matches
_WECHAT_MARKS: Final = ("信", "加v", "wei", "wech", "wx", "vx")
_QQ_MARKS: Final = ("qq", "扣扣", "企鹅", "q群")
_TELEGRAM_MARKS: Final = ("telegram", "tg", "电报", "飞机", "t.me")
_NAME_MARKS: Final = ("名", "人", "事主", "in the name of")
_MARKS: Final = Labels((*_WECHAT_MARKS, *_QQ_MARKS, *_TELEGRAM_MARKS, *_NAME_MARKS))
# a label's noun is no handle: "wechat account", "telegram group", "微信 account"
_WORDS: Final = frozenset(
    (
        *("account", "number", "group", "channel", "message", "messages", "transfer", "friend", "friends", "contact"),
        *("payment", "wallet", "chats", "video", "voice", "called", "please", "public", "username", "whatsapp"),
        *("wechat", "weixin", "telegram"),
    )
)


def _is_named(folded: str, found: re.Match[str], group: int) -> bool:
    """Whether a word after a label is meant as a handle: "telegram crowdsale" is prose, "telegram: crowdsale" is not."""
    word, before = found[group], folded[found.start() : found.start(group)]
    if word.lower() in _WORDS:
        return False
    return group == 2 or not word.isalpha() or any(mark in before for mark in ":=@号是为叫ID\uff1a")


def scan(folded: str, lower: str) -> Iterator[tuple[str, int, int, str]]:
    """(kind, start, end, normal) of each identifier of context in folded text; kinds wechat, qq, telegram, name.

    `lower` is the folded text in lower case, to see cheaply which labels occur.
    """
    met = _MARKS.met(lower)
    if not met.isdisjoint(_WECHAT_MARKS):
        for found in _WECHAT.finditer(folded):
            if _is_named(folded, found, 1):
                # WeChat takes an id in either case for the same person
                yield "wechat", *found.span(1), found[1].lower()
    if not met.isdisjoint(_QQ_MARKS):
        for found in _QQ.finditer(folded):
            yield "qq", *found.span(1), found[1]
    if not met.isdisjoint(_TELEGRAM_MARKS):
        for found in _TELEGRAM.finditer(folded):
            group = 1 if found[1] else 2
            if _is_named(folded, found, group):
                yield "telegram", *found.span(group), found[group].lower()
    if not met.isdisjoint(_NAME_MARKS):
        for found in _NAME.finditer(folded):
            group = found.lastindex or 1
            yield "name", *found.span(group), found[group]
