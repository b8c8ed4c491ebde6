"""Messages in disguise, for tests and for `bench/evasion.py`: each family of the threat model (5.7) as a scammer would use it.

The tables are the attacker's own and know less, and other things, than those of `fanzha.clean`: homophones are drawn from all
characters of GB 2312 level 1, look-alikes from a list of their own. What a text offers nothing for comes back as it is: there is no
leet in Chinese, and no pinyin in English. This disguises messages that are there; it writes none.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

from fanzha.clean import disguise_tables

HAN = re.compile("[\u4e00-\u9fff]")
LATIN = re.compile("[A-Za-z]{3,}")
DIGITS = re.compile("[0-9]{5,}")
LINK = re.compile(
    r"(?:https?://|www\.)[!-~]+|\b[a-z0-9\-]+\.(?:com|cn|net|org|top|vip|cc|xyz|info)\b[!-~]*", re.IGNORECASE
)
# a message without any of the words has this share of its characters touched
SHARE = 0.15
_LOOKS = (
    "微 徽薇徵|信 佶伈|钱 浅线贱|贷 袋货|款 欵|账 帐胀|转 砖传|银 很跟|卡 咔佧|码 玛蚂|验 检险|证 怔征|密 蜜|客 喀|服 报|公 讼|安 按桉|警 擎|察 擦|法 砝|院 皖|投 役没|资 姿|票 漂|"
    "赚 嫌|奖 桨|领 颌|取 趣|刷 唰|单 弹|兼 搛|职 炽|充 铳|值 植|返 扳|利 莉|博 搏|彩 采|注 驻|付 咐|退 腿|税 锐|免 兔|费 沸|加 咖|群 裙|链 涟|官 管|平 坪|台 抬|提 堤|"
    "现 砚|支 吱|红 虹|包 苞|冻 栋|结 洁|录 禄|户 沪"
)
_PARTS = (
    "你亻尔|他亻也|们亻门|付亻寸|代亻弋|借亻昔|信亻言|证讠正|认讠人|话讠舌|请讠青|诈讠乍|钱钅戋|银钅艮|销钅肖|汇氵匚|法氵去|注氵主|活氵舌|打扌丁|接扌妾|投扌殳|招扌召|提扌是|红纟工|结纟吉|返辶反|"
    "退辶艮|连辶车|还辶不|进辶井|安宀女|客宀各|利禾刂|政正攵|行彳亍|的白勺|骗马扁|加力口|赚贝兼|转车专|群君羊|权木又|好女子|码石马|税禾兑|贷代贝|货化贝|资次贝|费弗贝|购贝勾|验马佥|机木几|财贝才|"
    "股月殳|职耳只|理王里"
)
LOOKS = {one[0]: one[2:] for one in _LOOKS.split("|")}
PARTS = {one[0]: one[1:] for one in _PARTS.split("|")}
PICTURES = {
    "钱": "💰",
    "银行": "🏦",
    "银行卡": "💳",
    "电话": "📞",
    "手机": "📱",
    "红包": "🧧",
    "链接": "🔗",
    "密码": "🔐",
    "警察": "👮",
    "股票": "📈",
    "快递": "📦",
    "加": "➕",
    "免费": "🆓",
    "bank": "🏦",
    "money": "💰",
    "phone": "📞",
    "card": "💳",
    "link": "🔗",
    "gift": "🎁",
    "password": "🔐",
}
SAID = {
    "不是": "唔系",
    "没有": "冇",
    "给": "畀",
    "他": "佢",
    "的": "嘅",
    "在": "喺",
    "找": "揾",
    "看": "睇",
    "赚钱": "揾钱",
    "不": "唔",
    "转账": "过数",
    "上班": "返工",
}
GLYPHS = {
    **dict(zip("aceopxyijsdhkmtb", "асеорхуіјѕԁһкмтв", strict=True)),
    **dict(zip("ABCEHIKMOPTXY", "АВСЕНІКМОРТХУ", strict=True)),
}
GREEK = dict(zip("aovieknptux", "αονιεκηρτυχ", strict=True))
LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "l": "1"}
MARKS = "\u0300\u0301\u0307\u0323\u0330\u0336\u0338"
SEPARATORS = (" ", ".", "-", "*", "_", "/", "·", "|")
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
DIRECTIONS = "\u200e\u200f\u202a\u202c\u2066\u2069"

Rule = Callable[[str, random.Random], str]


@cache
def level_one() -> dict[str, tuple[str, ...]]:
    """Reading -> the 3,755 common characters that have it as their usual one."""
    found: dict[str, list[str]] = {}
    for row in range(0xB0, 0xD8):
        for column in range(0xA1, 0xFF):
            char = bytes((row, column)).decode("gb2312", "ignore")
            known = disguise_tables.readings(char) if char else ()
            if known:
                found.setdefault(known[0], []).append(char)
    return {sound: tuple(chars) for sound, chars in found.items()}


@cache
def traditional() -> dict[str, str]:
    """Simplified -> a traditional character that folds to it."""
    made: dict[str, str] = {}
    for old, new in sorted(disguise_tables.simplified().items()):
        try:
            old.encode("big5")
        except UnicodeError:
            continue
        made.setdefault(new, old)
    return made


def _scatter(word: str, signs: str, rng: random.Random) -> str:
    return "".join(
        c + (rng.choice(signs) if i < len(word) - 1 and rng.random() < 0.6 else "") for i, c in enumerate(word)
    )


def _some(word: str, may: Callable[[str], str], rng: random.Random, share: float = 0.5) -> str:
    """At least one of the characters that can be changed, and about `share` of them."""
    can = [i for i, char in enumerate(word) if may(char)]
    if not can:
        return word
    chosen = {i for i in can if rng.random() < share} or {rng.choice(can)}
    return "".join(may(c) if i in chosen else c for i, c in enumerate(word))


def zero_width(word: str, rng: random.Random) -> str:
    return _scatter(word, UNSEEN, rng)


def bidi(word: str, rng: random.Random) -> str:
    return _scatter(word, DIRECTIONS, rng)


def combining(word: str, rng: random.Random) -> str:
    return "".join(c + (rng.choice(MARKS) if c.isascii() and c.isalnum() and rng.random() < 0.7 else "") for c in word)


def homoglyph(word: str, rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.2 and word.isascii() and word.isalpha():
        start = rng.choice((0x1D41A, 0x1D44E, 0x1D482, 0x1D5BA, 0x1D68A))
        return "".join(
            unicodedata.lookup("PLANCK CONSTANT") if start == 0x1D44E and c == "h" else chr(start + ord(c) - 97)
            for c in word.lower()
        )
    table = GREEK if kind < 0.35 else GLYPHS
    return _some(word, lambda c: table.get(c, ""), rng)


def full_width(word: str, rng: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word)


def leet(word: str, rng: random.Random) -> str:
    return (
        _some(word, lambda c: rng.choice(LEET[c.lower()]) if c.lower() in LEET else "", rng) if word.isascii() else word
    )


def emoji(word: str, rng: random.Random) -> str:
    return PICTURES.get(word.lower(), word)


def pinyin(word: str, rng: random.Random) -> str:
    sounds = [next(iter(disguise_tables.readings(char)), "") for char in word]
    if not all(sounds) or len(word) < 2:
        return word
    if word in ("微信", "加微信"):
        return word.replace("微信", rng.choice(("VX", "wx", "weixin", "V信", "wei信")))
    if rng.random() < 0.3:
        return rng.choice(("", " ")).join(sounds)
    at = rng.randrange(len(word))
    return word[:at] + sounds[at] + word[at + 1 :]


def homophone(word: str, rng: random.Random) -> str:
    if len(word) < 2 or not HAN.search(word):
        return word

    def other(char: str) -> str:
        sound = next(iter(disguise_tables.readings(char)), "")
        return rng.choice([c for c in level_one().get(sound, ()) if c != char] or [""])

    return _some(word, other, rng, 0.3)


def look_alike(word: str, rng: random.Random) -> str:
    return _some(word, lambda c: rng.choice(LOOKS[c]) if c in LOOKS else "", rng, 0.4)


def components(word: str, rng: random.Random) -> str:
    return _some(word, lambda c: PARTS.get(c, ""), rng, 0.7)


def script(word: str, rng: random.Random) -> str:
    return _some(word, lambda c: traditional().get(c, ""), rng, 0.6)


def dialect(word: str, rng: random.Random) -> str:
    return SAID.get(word, word)


def spacing(word: str, rng: random.Random) -> str:
    if len(word) < 2 or (not HAN.search(word) and len(word) < 5):
        return word
    sign = rng.choice(SEPARATORS)
    if rng.random() < 0.5 or HAN.search(word):
        return sign.join(word)
    at = rng.randrange(1, len(word))
    return word[:at] + sign + word[at:]


def numerals(digits: str, rng: random.Random) -> str:
    spelled = rng.choice(
        (
            "零一二三四五六七八九",
            "〇一二三四五六七八九",
            "零壹贰叁肆伍陆柒捌玖",
            "⓪①②③④⑤⑥⑦⑧⑨",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
            "０１２３４５６７８９",
        )
    )
    return "".join(spelled[int(c)] for c in digits)


def address(link: str, rng: random.Random) -> str:
    scheme, mark, rest = link.partition("://")
    if not mark:
        scheme, rest = "http", link
    host, slash, path = rest.partition("/")
    kind = rng.randrange(4)
    if kind == 0:
        return f"{scheme}://{rng.choice(('icbc.com.cn', 'www.apple.com'))}@{host}{slash}{path}"
    if kind == 1:
        return f"{scheme}://{host}/" + "".join(
            f"%{ord(c):02x}" if c.isalnum() and rng.random() < 0.5 else c for c in path
        )
    if kind == 2:
        return link.replace(".", rng.choice(("[.]", "(.)", "。")) if host.isascii() else ".")
    return f"{scheme.replace('tt', 'xx')}://{host}{slash}{path}"


BY_WORD: dict[str, Rule] = {
    "zero_width": zero_width,
    "bidi": bidi,
    "combining": combining,
    "homoglyph": homoglyph,
    "full_width": full_width,
    "leet": leet,
    "emoji": emoji,
    "pinyin": pinyin,
    "homophone": homophone,
    "look_alike": look_alike,
    "components": components,
    "traditional": script,
    "dialect": dialect,
    "spacing": spacing,
}
# All but text in pictures, which is the reader's of pictures.
FAMILIES = (*BY_WORD, "numerals", "address")
# Families that change the signs of numbers and addresses as well.
ON_NUMBERS = ("zero_width", "bidi", "combining", "full_width", "spacing", "numerals")


def disguise(text: str, family: str, rng: random.Random, words: Sequence[str]) -> str:
    """`text` with its telling `words` in disguise of one family; numbers and addresses for `numerals` and `address`.

    KeyError for a family that is none. Same rng state, same result.
    """
    if family == "numerals":
        return DIGITS.sub(lambda found: numerals(found[0], rng), text)
    if family == "address":
        return LINK.sub(lambda found: address(found[0], rng), text)
    rule = BY_WORD[family]
    links = [found.span() for found in LINK.finditer(text)]
    telling = _telling(text, words, family)
    met = [s for s in telling if not any(a < s[1] and s[0] < b for a, b in links)]
    parts, last = [], 0
    for start, end in met or _some_words(text, rng, links):
        if start >= last:
            parts += (text[last:start], rule(text[start:end], rng))
            last = end
    return "".join((*parts, text[last:]))


def _telling(text: str, words: Sequence[str], family: str) -> list[tuple[int, int]]:
    known = {"dialect": tuple(SAID), "emoji": tuple(PICTURES)}.get(family, tuple(words))
    if not known:
        return []
    every = sorted(known, key=lambda one: (-len(one), one))
    pattern = "|".join(rf"\b{re.escape(one)}\b" if one.isascii() else re.escape(one) for one in every)
    return [found.span() for found in re.finditer(pattern, text, re.IGNORECASE)]


def _some_words(text: str, rng: random.Random, links: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A share of the words of a text that holds none of the telling ones; Chinese is cut in twos."""
    every = [
        found.span() for found in re.finditer("[\u4e00-\u9fff]{2}|[A-Za-z]{4,}|[\u0e00-\u0e7f\uac00-\ud7a3]{3,8}", text)
    ]
    every = [s for s in every if not any(a < s[1] and s[0] < b for a, b in links)]
    return sorted(rng.sample(every, min(len(every), max(1, round(SHARE * len(every)))))) if every else []


def mixture(text: str, rng: random.Random, words: Sequence[str], families: int = 3) -> str:
    """Several families, one after another; what one has changed the next may no longer find."""
    for family in rng.sample(FAMILIES, families):
        text = disguise(text, family, rng, words)
    return text


def on_number(text: str, family: str, rng: random.Random) -> str:
    """Numbers of five digits and more in one of `ON_NUMBERS`."""
    rule = {"numerals": numerals, "spacing": lambda d, r: r.choice((" ", "-", ".")).join(d)}.get(family) or BY_WORD[
        family
    ]
    return DIGITS.sub(lambda found: rule(found[0], rng), text)
