"""Invented names of people and businesses: made from the holder's number, so that nobody has to keep them.

Common family and given names are drawn more often than rare ones (assumption), so namesakes are there as in life.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fanzha.simulate.world import BUSINESSES, COUNTRIES, Ints, World

MASK = (1 << 64) - 1
SURNAMES = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈"
    "姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万覃武钱莫孔向汤"
)  # fmt: skip
SINGLE = tuple("伟芳娜敏静磊洋艳勇杰娟涛明超霞平刚丽强军波鹏宇浩凯健俊帆雪琳丹萍辉斌玲燕倩颖婷晨梅飞鑫博峰亮龙")
FIRST = tuple("建志文国晓海雨子小玉春秀丽佳俊美金永新红思天家宏立明雅欣桂庆淑少云嘉慧振智浩梓诗")
LAST = tuple("华英兰军平明强梅芳伟民生林霞燕红琴云辉东峰涛杰宁涵怡轩豪琪然博鹏雯洁娟龙波成珍莲栋")
# Every single name, then every pair; the skew of the draw makes the single ones and the first pairs common.
GIVEN = (*SINGLE, *(first + last for first in FIRST for last in LAST))
THAI_GIVEN = (
    "Somchai", "Somsak", "Malee", "Anong", "Niran", "Kanya", "Preecha", "Suda", "Wichai", "Arun", "Ploy", "Chai", "Dao",
    "Nattapong", "Siriporn", "Kamon", "Pranee", "Surasak", "Wanida", "Thana", "Rung", "Pimchai", "Narong", "Chalerm",
    "Jintana", "Kittisak", "Lamai", "Manop", "Nok", "Orawan", "Pakorn", "Ratchanee", "Sunee", "Tawan", "Usa", "Veera",
    "Yupin", "Apinya", "Boonsri", "Duangjai",
)  # fmt: skip
THAI_FAMILY = (
    "Saelim", "Boonmee", "Thongdee", "Srisuk", "Chaiyo", "Wongsa", "Rattana", "Kaewkla", "Suksawat", "Intara", "Phromma",
    "Jaidee", "Khamdee", "Meesuk", "Nakorn", "Panya", "Ruangsri", "Sombat", "Thepsiri", "Udomsuk", "Wattana", "Yodkham",
    "Arunrat", "Bunyasak", "Charoensuk", "Duangdee", "Hongthong", "Kanchana", "Limsakul", "Maneerat", "Nuansri",
    "Ounjai", "Pornchai", "Rungrot", "Sangthong", "Tongkham", "Chantara", "Vichit", "Yimyam", "Kongsuk",
)  # fmt: skip
INDIAN_GIVEN = (
    "Amit", "Priya", "Rahul", "Sunita", "Vijay", "Anjali", "Rajesh", "Kavita", "Sanjay", "Pooja", "Arjun", "Meena",
    "Deepak", "Neha", "Suresh", "Asha", "Manoj", "Ritu", "Anil", "Geeta", "Ravi", "Shanti", "Ashok", "Lata", "Nikhil",
    "Divya", "Gopal", "Rekha", "Harish", "Usha", "Imran", "Farida", "Joseph", "Mary", "Karan", "Swati", "Mohan", "Jaya",
    "Prakash", "Nandini",
)  # fmt: skip
INDIAN_FAMILY = (
    "Kumar", "Sharma", "Singh", "Das", "Ghosh", "Verma", "Gupta", "Patil", "Khan", "Roy", "Mishra", "Yadav", "Joshi",
    "Banerjee", "Deshmukh", "Kulkarni", "Srivastava", "Bose", "Ansari", "Tiwari", "Pawar", "Saha", "Chatterjee", "Jadhav",
    "Pandey", "Dutta", "Shinde", "Mondal", "Tripathi", "More", "Sen", "Dubey", "Kale", "Bhosale", "Paul", "Sinha",
    "Fernandes", "Nair", "Rao", "Chauhan",
)  # fmt: skip
HOUSES = tuple("恒信盛达鼎泰宏远嘉和瑞丰金福华安隆兴锦程永昌汇通顺旺天诚新亚东泽")
TRADES = {
    "employer": ("电子有限公司", "服装有限公司", "建设有限公司", "食品有限公司", "物业有限公司", "机械有限公司"),
    "shop": ("超市", "百货商行", "餐饮店", "便利店", "药房", "水果店", "五金店", "服饰店"),
    "landlord": ("房屋租赁有限公司", "公寓管理有限公司"),
    "utility": ("水务有限公司", "燃气有限公司", "供电有限公司"),
    "platform": ("网络科技有限公司", "电子商务有限公司", "快递有限公司"),
    "supplier": ("商贸有限公司", "物资有限公司", "供应链有限公司"),
    "group_buyer": ("社区团购店", "生鲜团购部"),
    "used_goods": ("二手数码店", "旧货商行"),
    "otc": ("信息咨询有限公司", "数字科技有限公司"),
    "charity": ("公益基金会", "慈善会"),
    "jeweller": ("珠宝行", "金店"),
}
TRADES_ABROAD = {
    "employer": ("Industries", "Textiles", "Foods", "Construction"),
    "shop": ("Mart", "Stores", "Pharmacy", "Restaurant"),
    "landlord": ("Housing", "Estates"),
    "utility": ("Power", "Water", "Gas"),
    "platform": ("Online", "Parcels", "Digital"),
    "supplier": ("Trading", "Supplies"),
    "group_buyer": ("Group Buying",),
    "used_goods": ("Used Phones", "Second Hand"),
    "otc": ("Exchange", "Consulting"),
    "charity": ("Foundation",),
    "jeweller": ("Jewellers", "Gold"),
}
FORMS_ABROAD = {"TH": ("Co Ltd", "Part Ltd"), "IN": ("Pvt Ltd", "Ltd")}
Bits = Any  # one whole number, or a column of unsigned 64-bit ones: the arithmetic below is the same


def _mixed(number: Bits, seed: int) -> Bits:
    """Sixty-four well-mixed bits of a number (the finalizer of SplitMix64, Steele, Lea and Flood 2014)."""
    bits = (number * 0x9E3779B97F4A7C15 + (seed * 0xD1B54A32D192ED03 & MASK)) & MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
    return bits ^ (bits >> 31)


def _common(bits: Bits, count: int) -> Bits:
    """A place below `count` from sixteen bits; low places are commoner: half of all draws are in the first quarter."""
    low = bits & 0xFFFF
    return (((low * low) >> 16) * count) >> 16


def _even(bits: Bits, count: int) -> Bits:
    """A place below `count` from sixteen bits, all alike."""
    return ((bits & 0xFFFF) * count) >> 16


def _spread(bits: Bits, count: int) -> Bits:
    """Like `_common`, from thirty-two bits: for long lists."""
    low = bits & 0xFFFFFFFF
    return (((low >> 16) * low >> 16) * count) >> 32


Pick = Callable[[Bits, int], Bits]
Part = tuple[tuple[str, ...], Pick, int]  # words, how one is drawn, at which bit


def _person_parts(country: str) -> tuple[str, Part, Part]:
    """What stands between the two parts of a person's name, and the parts."""
    if country == "CN":
        return "", (SURNAMES, _common, 0), (GIVEN, _spread, 16)
    given, family = (THAI_GIVEN, THAI_FAMILY) if country == "TH" else (INDIAN_GIVEN, INDIAN_FAMILY)
    return " ", (given, _common, 0), (family, _even, 16)


def _business_parts(country: str, kind: str, region: str) -> tuple[str, Part, Part]:
    """The same for a business of a region."""
    if country == "CN":
        houses = tuple(f"{region}{one}{two}" for one in HOUSES for two in HOUSES if one != two)
        return "", (houses, _even, 0), (TRADES[kind], _even, 16)
    first = THAI_FAMILY if country == "TH" else INDIAN_FAMILY
    forms = FORMS_ABROAD[country]
    trades = tuple(f"{trade} {form}" for trade in TRADES_ABROAD[kind] for form in forms)
    places = tuple(f"{name} {region}" for name in first)
    return " ", (places, _even, 0), (trades, _even, 16)


def _parts(world: World, holder: int) -> tuple[str, Part, Part]:
    country = COUNTRIES[int(world.holders.country[holder])]
    kind = int(world.holders.business[holder])
    if kind < 0:
        return _person_parts(country.code)
    return _business_parts(country.code, BUSINESSES[kind], country.regions[int(world.holders.region[holder])])


def holder_name(world: World, holder: int) -> str:
    """The name of one holder; "" for none (-1)."""
    if holder < 0:
        return ""
    between, (first, pick_first, at_first), (last, pick_last, at_last) = _parts(world, holder)
    bits = _mixed(int(holder), world.seed)
    return first[pick_first(bits >> at_first, len(first))] + between + last[pick_last(bits >> at_last, len(last))]


def names_of(world: World, holders: Ints) -> pa.StringArray:
    """The names of many holders, of the same length; null for none (-1). A name is the same as `holder_name` gives."""
    chosen, back = np.unique(np.asarray(holders, dtype=np.int64), return_inverse=True)
    there = chosen >= 0
    known = chosen[there]
    groups = _groups(world, known)
    bits = _mixed(known.astype(np.uint64), world.seed)
    join: Any = pc.binary_join_element_wise  # its stubs know no separator
    made: list[pa.StringArray] = []
    order: list[Ints] = []
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        between, (first, pick_first, at_first), (last, pick_last, at_last) = _parts(world, int(known[rows[0]]))
        own = bits[rows]
        left = _taken(first, pick_first(own >> at_first, len(first)))
        made.append(join(left, _taken(last, pick_last(own >> at_last, len(last))), between))
        order.append(rows)
    names: Any = pa.concat_arrays([pa.nulls(int((~there).sum()), pa.string()), *made])
    place = np.empty(len(chosen), dtype=np.int64)
    position = np.concatenate([np.flatnonzero(~there), *(np.flatnonzero(there)[rows] for rows in order)])
    place[position] = np.arange(len(chosen))
    result: pa.StringArray = names.take(pa.array(place[back.reshape(-1)]))
    return result


def _taken(words: tuple[str, ...], places: Bits) -> pa.StringArray:
    """The words at these places."""
    column: Any = pa.array(words, pa.string())
    result: pa.StringArray = column.take(pa.array(places.astype(np.int64)))
    return result


def _groups(world: World, holders: Ints) -> Ints:
    """A number for each holder: those with the same number draw their names from the same lists."""
    country = world.holders.country[holders].astype(np.int64)
    business = world.holders.business[holders].astype(np.int64)
    region = np.where(business < 0, 0, world.holders.region[holders].astype(np.int64))
    return (country * (len(BUSINESSES) + 1) + business + 1) * 64 + region
