"""Cells of mobile networks and postal addresses. Places are real, numbers and houses are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import address, cell


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("460-00-1234-56789", "460-00-1234-56789"),
        ("460-0-1234-56789", "460-00-1234-56789"),
        ("460:00:1234:56789", "460-00-1234-56789"),
        ("460_00_04D2_DDD5", "460-00-1234-56789"),
        ("460-00-0x4D2-0xDDD5", "460-00-1234-56789"),
        ("46000-1234-56789", "460-00-1234-56789"),
        ("310260-1234-56789", "310-260-1234-56789"),
        ("404-45-1234-5678", "404-45-1234-5678"),
        ("460-00-133142784", "460-00-133142784"),  # ECGI: network and 28 bits
        ("460-00-68719476734", "460-00-68719476734"),  # NCGI: 36 bits
        ("1234-56789", "1234-56789"),
        ("1234,56789", "1234-56789"),
        ("04D2/DDD5", "1234-56789"),
        ("LAC:1234 CI:56789", "1234-56789"),
        ("lac=04D2;cell id=DDD5", "1234-56789"),
        ("MCC 460 MNC 00 LAC 1234 CID 56789", "460-00-1234-56789"),
        ("CI:56789 LAC:1234", "1234-56789"),
        ("TAC 1234 ECI 133142784", "1234-133142784"),
        ("位置区码:1234 小区号:56789", "1234-56789"),
        ("４６０－００－１２３４－５６７８９", "460-00-1234-56789"),
        (" 1234 - 56789\t", "1234-56789"),
    ],
)
def test_cells_as_written(text: str, normal: str) -> None:
    value = cell.parse(text)
    assert value is not None
    assert (value.normal, value.valid, value.problem, value.original) == (normal, True, "", text)
    assert cell.validate(normal)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("123-45-1234-56789", "prefix"),  # no country has 123
        ("460-00-16777216-1", "range"),  # 25 bits of area
        ("460-00-1-68719476736", "range"),  # 37 bits of cell
        ("460-00-0-56789", "placeholder"),  # TS 23.003 reserves LAC 0000
        ("460-00-65534-56789", "placeholder"),  # and FFFE, "not known"
        ("460-00-1234-268435455", "placeholder"),  # all 28 bits set
        ("FFFF-FFFF", "placeholder"),
        ("460-00-0", "placeholder"),
    ],
)
def test_what_no_network_has_is_kept_as_invalid(text: str, problem: str) -> None:
    value = cell.parse(text)
    assert value is not None
    assert (value.valid, value.problem) == (False, problem)
    assert not cell.validate(value.normal)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234",
        "1-2-3-4-5",
        "460-00-XYZ-1",
        "46-0-1-2",
        "460-0000-1-2",
        "LAC:1 LAC:2",
        "LAC:1",
        "MCC:460 LAC:1 CI:2",
        "LAC:1 CI:2 north",
        "1234-56789\x00",
        "-" * 120,
        "1-" * 5000,
        "四六零-零零-一-二",
        "3楼-12",
        "123456789012-1",
    ],
)
def test_what_is_no_cell(text: str) -> None:
    assert cell.parse(text) is None
    assert not cell.validate(text)


def test_one_part_in_hexadecimal_makes_both_hexadecimal() -> None:
    assert cell.parse("10-1A").normal == "16-26"  # type: ignore[union-attr]
    assert cell.parse("10-11").normal == "10-11"  # type: ignore[union-attr]


def test_a_shown_cell_tells_the_area_only() -> None:
    assert cell.masked("460-00-1234-56789") == "460-00-1234-****"
    assert cell.masked("1234-56789") == "1234-****"
    assert cell.masked(cell.masked("1234-56789")) == "1234-****"
    assert cell.specificity("460-00-1234-56789") > 0
    assert cell.specificity("no cell") == 0


@given(st.sampled_from(["460", "414", "310"]), st.integers(1, 0xFFFD), st.integers(1, 0xFFFE))
def test_decimal_and_hexadecimal_are_one_cell(country: str, area: int, place: int) -> None:
    decimal, hexadecimal = (
        cell.parse(f"{country}-01-{area}-{place}"),
        cell.parse(f"{country}-01-0x{area:X}-0x{place:04X}"),
    )
    assert decimal is not None
    assert hexadecimal is not None
    assert decimal.normal == hexadecimal.normal == f"{country}-01-{area}-{place}"
    assert decimal.valid is hexadecimal.valid is True


@pytest.mark.parametrize(
    ("text", "normal", "code", "masked"),
    [
        ("广东省深圳市南山区示例路12号", "广东省深圳市南山区示例路12号", "44", "广东省深圳市南山区****"),
        ("广东深圳市南山区示例路12号", "广东省深圳市南山区示例路12号", "44", "广东省深圳市南山区****"),
        ("中国 广东省 深圳市 南山区 示例路 12 号", "广东省深圳市南山区示例路12号", "44", "广东省深圳市南山区****"),
        ("中华人民共和国北京市朝阳区示例街1号", "北京市朝阳区示例街1号", "11", "北京市朝阳区****"),
        ("北京市北京市朝阳区示例街1号", "北京市朝阳区示例街1号", "11", "北京市朝阳区****"),
        ("北京朝阳区示例街１号", "北京市朝阳区示例街1号", "11", "北京市朝阳区****"),
        ("上海浦东新区示例路1号", "上海市浦东新区示例路1号", "31", "上海市浦东新区****"),
        (
            "内蒙古呼和浩特市新城区示例街1号",
            "内蒙古自治区呼和浩特市新城区示例街1号",
            "15",
            "内蒙古自治区呼和浩特市新城区****",
        ),
        ("黑龙江大庆市让胡路区示例街1号", "黑龙江省大庆市让胡路区示例街1号", "23", "黑龙江省大庆市****"),
        ("吉林吉林市船营区示例路1号", "吉林省吉林市船营区示例路1号", "22", "吉林省吉林市船营区****"),
        ("吉林市船营区示例路1号", "吉林市船营区示例路1号", "", "吉林市船营区****"),  # the city, not the province
        ("海南藏族自治州共和县示例路1号", "海南藏族自治州共和县示例路1号", "", "海南藏族自治州共和县****"),  # in 青海
        (
            "广西南宁市青秀区示例大道1号",
            "广西壮族自治区南宁市青秀区示例大道1号",
            "45",
            "广西壮族自治区南宁市青秀区****",
        ),
        ("香港九龙区示例道1号", "香港特别行政区九龙区示例道1号", "81", "香港特别行政区九龙区****"),
        ("上海路12号3栋", "上海路12号3栋", "", "****"),  # a road named after a city
        ("北京西路12号", "北京西路12号", "", "****"),
        ("江西省景德镇市珠山区示例路1号", "江西省景德镇市珠山区示例路1号", "36", "江西省景德镇市珠山区****"),
        ("江苏省徐州市铜山区示例镇示例村1号", "江苏省徐州市铜山区示例镇示例村1号", "32", "江苏省徐州市铜山区****"),
        (
            "广东省深圳市阳光小区3号楼2单元",
            "广东省深圳市阳光小区3号楼2单元",
            "44",
            "广东省深圳市****",
        ),  # where somebody lives
        ("朝阳区示例路1号", "朝阳区示例路1号", "", "朝阳区****"),  # there are several: not completed
        ("中国银行大厦3楼12号", "中国银行大厦3楼12号", "", "****"),
    ],
)
def test_chinese_addresses(text: str, normal: str, code: str, masked: str) -> None:
    value = address.parse(text)
    assert value is not None
    assert (value.normal, value.valid, value.partial) == (normal, True, False)
    assert address.province_code(normal) == code
    assert address.masked(normal) == masked
    assert address.validate(normal)


def test_parts_of_an_address_are_the_words_of_the_address() -> None:
    parts = address.split("广东省深圳市南山区示例街道示例路12号3栋501室")
    assert parts == address.Parts("广东省", "深圳市", "南山区", "示例街道", "示例路", "12号", "3栋501室")
    assert address.split("示例大厦3楼") == address.Parts(rest="示例大厦3楼")
    assert address.split("12 EXAMPLE STREET") == address.Parts(rest="12 EXAMPLE STREET")


@pytest.mark.parametrize(
    ("text", "normal", "masked"),
    [
        ("12 Example Street, Springfield", "12 EXAMPLE STREET, SPRINGFIELD", "****, SPRINGFIELD"),
        ("12  Example\nStreet,  Springfield ", "12 EXAMPLE STREET, SPRINGFIELD", "****, SPRINGFIELD"),
        ("Flat 3, 12 Example Road, SW1 0AA", "FLAT 3, 12 EXAMPLE ROAD, SW1 0AA", "****"),
        ("Unit ** Example Tower", "UNIT ** EXAMPLE TOWER", "****"),
    ],
)
def test_latin_addresses(text: str, normal: str, masked: str) -> None:
    value = address.parse(text)
    assert value is not None
    assert (value.normal, value.partial) == (normal, "*" in normal)
    assert address.masked(normal) == masked
    assert address.province_code(normal) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "北京",
        "不详",
        "广东省",
        "hello world",
        "12345678901",
        "http://a.top/1 2 3 aa bb",
        "北京市朝阳区示例街1号" * 20,
        "ab 1",
        "\x00" * 50,
        "Пушкина 12, Москва 1",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert address.parse(text) is None
    assert not address.validate(text)


def test_a_hidden_house_number_is_partial() -> None:
    value = address.parse("广东省深圳市南山区示例路**号")
    assert value is not None
    assert value.partial
    assert not address.parse("广东省深圳市南山区示例路12号").partial  # type: ignore[union-attr]


def test_all_provinces_have_their_code() -> None:
    listed = address.provinces()
    assert len(listed) == 34
    assert len({code for code, _ in listed.values()}) == 34
    assert sum(full.endswith("省") for _, full in listed.values()) == 23
    assert sum(full.endswith("自治区") for _, full in listed.values()) == 5
    assert sum(full.endswith("行政区") for _, full in listed.values()) == 2
    for name, (code, full) in listed.items():
        assert full.startswith(name)
        assert address.province_code(f"{full}示例市示例区") == code


def test_every_part_written_says_more_and_no_address_joins() -> None:
    steps = ["广东省深圳市", "广东省深圳市南山区", "广东省深圳市南山区示例路", "广东省深圳市南山区示例路12号"]
    bits = [address.specificity(step) for step in steps]
    assert bits == sorted(set(bits))
    assert address.specificity("广东省深圳市南山区示例街道示例路12号3栋501室") <= 24_000


WORDS = st.sampled_from(
    [
        "北京",
        "北京市",
        "广东",
        "广东省",
        "深圳市",
        "海南",
        "藏族自治州",
        "吉林",
        "吉林市",
        "中国",
        "中华人民共和国",
        "朝阳区",
        "小区",
        "路",
        "街道",
        "镇",
        "1号",
        "大",
        "12",
        ",",
        "、",
        "内蒙古",
        "自治区",
        "香港",
        "新区",
        "*",
        "-",
        "(",
        " ",
        "\u3000",
        "ａ",
        "楼",
        "\n",
    ]
)


@given(st.lists(WORDS, max_size=14).map("".join))
def test_an_address_in_normal_form_stays_as_it_is_and_loses_nothing(text: str) -> None:
    value = address.parse(text)
    if value is None:
        return
    again = address.parse(value.normal)
    assert again is not None
    assert again.normal == value.normal
    parts = address.split(value.normal)
    joined = parts.province + parts.city + parts.district + parts.township + parts.road + parts.number + parts.rest
    assert joined == value.normal.replace(",", "").replace(";", "") or "," in value.normal
    shown = address.masked(value.normal)
    assert shown.endswith("****") or ", " in shown
    assert parts.number not in shown or not parts.number


@given(st.text(max_size=130))
def test_nothing_raises_and_what_is_parsed_is_stable(text: str) -> None:
    for module in (address, cell):
        assert module.validate(text) in (True, False)
        assert module.specificity(text) >= 0
        assert module.masked(text).count("*") >= 4
        value = module.parse(text)
        if value is not None:
            again = module.parse(value.normal)
            assert again is not None
            assert (again.normal, again.valid) == (value.normal, value.valid)
