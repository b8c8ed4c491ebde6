"""Invented identifiers: right in form and check digit, drawn from a seeded stream, given out by nobody."""

from random import Random

from fanzha.clean import base58
from fanzha.clean.cn_id import check_character
from fanzha.clean.digits import luhn_digit

# Issuer prefixes that no card network lists; the synthetic country's banks.
CARD_PREFIXES = {
    "东江银行": "629911",
    "北岭银行": "629922",
    "云浦银行": "628833",
    "南屏农商银行": "628844",
}

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗"
GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "磊",
    "洋",
    "艳",
    "勇",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
    "建国",
    "秀兰",
    "志强",
    "丽华",
    "小红",
    "海燕",
    "文博",
    "子涵",
    "雨欣",
    "浩然",
    "佳怡",
    "国栋",
)
THAI_GIVEN = ("Somchai", "Malee", "Anong", "Niran", "Kanya", "Preecha", "Suda", "Wichai", "Arun", "Ploy", "Chai", "Dao")
THAI_FAMILY = ("Saelim", "Boonmee", "Thongdee", "Srisuk", "Chaiyo", "Wongsa", "Rattana", "Kaewkla")
IMEI_TEST = "00"  # reporting body 00: test equipment only


def stream(seed: int, name: str) -> Random:
    """A random stream of its own for each part of the world, so that one part can grow without moving another."""
    return Random(f"fanzha/{seed}/{name}")


def digits(rng: Random, count: int) -> str:
    """`count` random digits."""
    return "".join(str(rng.randrange(10)) for _ in range(count))


def card(rng: Random, bank: str) -> str:
    """A 19-digit card number of an invented issuer; the check digit holds."""
    body = CARD_PREFIXES[bank] + digits(rng, 12)
    return body + luhn_digit(body)


def wallet_id(rng: Random) -> str:
    """An account of the invented payment company, 16 digits."""
    return "7700" + digits(rng, 12)


def thai_account(rng: Random) -> str:
    """A 10-digit account of an invented Thai bank."""
    return "78" + digits(rng, 8)


def foreign_account(rng: Random) -> str:
    """An account at an invented bank abroad, 12 digits."""
    return "9901" + digits(rng, 8)


def cn_phone(rng: Random, prefixes: tuple[str, ...] = ("138", "139", "150", "158", "186", "133")) -> str:
    """A mainland mobile number in E.164."""
    return "+86" + rng.choice(prefixes) + digits(rng, 8)


def thai_phone(rng: Random) -> str:
    """A Thai mobile number in E.164."""
    return "+66" + rng.choice(("81", "89", "92")) + digits(rng, 7)


def imei(rng: Random) -> str:
    """Fourteen digits of a test device."""
    return IMEI_TEST + digits(rng, 12)


def imsi(rng: Random, country: str) -> str:
    """A SIM identity of a network code that no operator holds."""
    return ("46099" if country == "CN" else "52099") + digits(rng, 10)


def tron_address(rng: Random) -> str:
    """A TRON address with a right checksum: base58check of 0x41 and twenty seeded bytes."""
    return base58.encode_check(b"\x41" + rng.getrandbits(160).to_bytes(20, "big"))


def cn_id(rng: Random) -> str:
    """An identity number with a right check character, in an area code (990000) that GB/T 2260 does not assign."""
    body = f"990000{rng.randrange(1960, 2007)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}{digits(rng, 3)}"
    return body + check_character(body)


def site(rng: Random, word: str) -> str:
    """A domain that nobody can register: hyphens in places three and four are reserved (RFC 5890, section 2.3.1)."""
    return f"{rng.choice('bdfghjk')}{rng.choice('xyzw')}--{word}{rng.randrange(10, 99)}.{rng.choice(('com', 'top'))}"


def cn_name(rng: Random) -> str:
    """A common surname and a common given name."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def thai_name(rng: Random) -> str:
    """A common Thai given name and a family name, in Latin letters."""
    return f"{rng.choice(THAI_GIVEN)} {rng.choice(THAI_FAMILY)}"
