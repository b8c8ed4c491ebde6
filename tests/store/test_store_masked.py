"""What may be shown: nothing that identifies a person leaves whole, whatever kind it is and wherever it stands."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import text
from fanzha.link.weigh import shipped_weights
from fanzha.model.table import Column, Table
from fanzha.store.masked import MASKS, OPEN_KINDS, mask_table, mask_text, mask_told, mask_value

PERSONAL = {
    "account": "622202123456789",
    "address": "广东省深圳市南山区示例路12号3栋501室",
    "bank_card": "6222021234567890128",
    "cell": "460-00-1234-56789",
    "cn_id": "11010519491231002X",
    "credit_code": "91110000600037341L",
    "email": "someone@example.com",
    "iban": "GB82WEST12345698765432",
    "iccid": "89000123456789012341",
    "imei": "49015420323751",
    "imsi": "460001234567890",
    "ip": "203.0.113.77",
    "mac": "00:1a:2b:3c:4d:5e",
    "name": "张某某",
    "phone": "+8613812345678",
    "wechat": "abc_123456",
}
INFRASTRUCTURE = {
    "app": "com.example.loan",
    "bic": "DEUTDEFF500",
    "certificate": "sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
    "cnaps": "102100099996",
    "domain": "evil.top",
    "url": "https://evil.top/a",
    "money": "CNY:3500000",
}


@pytest.mark.parametrize("kind", PERSONAL)
def test_personal_values_are_hidden_and_stay_so(kind: str) -> None:
    value = PERSONAL[kind]
    shown = mask_value(kind, value)
    assert "*" in shown
    assert value not in shown
    assert sum(c != "*" for c in shown) < len(value)
    assert shown.count("*") >= 4 or kind in ("name", "wechat", "email")
    assert mask_value(kind, shown).count("*") >= 1


@pytest.mark.parametrize("kind", INFRASTRUCTURE)
def test_infrastructure_is_shown(kind: str) -> None:
    assert mask_value(kind, INFRASTRUCTURE[kind]) == INFRASTRUCTURE[kind]


def test_every_kind_that_is_weighed_has_a_rule_or_the_strict_one() -> None:
    for kind in shipped_weights().cap:
        shown = mask_value(kind, "someone-0123456789")
        assert kind in MASKS or kind in OPEN_KINDS or shown == "so**************89"
    assert mask_value("never heard of", "abcd") == "****"
    assert mask_value("never heard of", "") == ""


NARRATIVE = (
    "报案人张某某称,转到GB82 WEST 1234 5698 7654 32,联行号102100099996,对方ICCID:89000123456789012341,"
    "IMSI 460001234567890,信用代码91110000600037341L,基站460-00-1234-56789,"
    "家庭住址:广东深圳市南山区示例路12号3栋501室,安装包名:com.example.loan,电话13812345678。"
)
SECRETS = (
    "WEST 1234",
    "12345698765432",
    "012345678901",
    "1234567890",
    "600037",
    "56789",
    "示例路12号",
    "501室",
    "13812345678",
)


def test_a_narrative_leaves_without_identifiers() -> None:
    shown = mask_told(NARRATIVE, ("张某某",))
    for secret in SECRETS:
        assert secret not in shown, secret
    assert "张某某" not in shown
    assert "广东省深圳市南山区****" in shown
    assert "com.example.loan" in shown  # infrastructure
    assert "102100099996" in shown
    assert shown.startswith("报案人")
    assert shown.endswith("。")


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("流水362220212345678901289999号", "流水36****99号"),
        ("编号 1100 2233 4455 6677 8899 0011 2233", "编号 11****33"),
        ("订单１２３４５６７８９０１２３４５６", "订单１２****５６"),
        ("转3500000元,编号123456", "转3500000元,编号123456"),  # an amount, and a short number
        ("电话138\x0012345678和\x00后", "电话+86138****5678和\ufffd后"),
        ("见https://evil.top/a?id=123456789012345678901", "见https://evil.top/a?id=123456789012345678901"),
    ],
)
def test_a_long_number_that_nobody_knows_is_hidden_too(plain: str, shown: str) -> None:
    assert mask_text(plain) == shown


def test_masking_a_text_twice_shows_no_more() -> None:
    once = mask_text(NARRATIVE)
    assert all(secret not in mask_text(once) for secret in SECRETS)


@given(
    st.lists(
        st.sampled_from([*PERSONAL.values(), "转到", "电话", "IBAN", "IMSI", "住址:", ",", "\n", " ", "\0"]),
        max_size=10,
    ).map(" ".join)
)
def test_what_is_found_in_a_text_does_not_stand_in_its_masked_form(plain: str) -> None:
    shown = mask_text(plain)
    for found in text.find(plain):
        if found.kind in PERSONAL and len(found.original) > 8 and found.valid and not found.partial:
            assert found.original not in shown


def test_columns_of_a_table_are_masked_by_their_kind() -> None:
    columns = (
        Column("account", "text", "account", "账号", sensitive=True, kind="account"),
        Column("place", "text", "address", "地址", sensitive=True, kind="address"),
        Column("open", "text", "anything", "其他"),
    )
    declared = Table("t", "t", "表", columns, ("account",))
    rows = pa.table(
        {
            "account": ["GB82WEST12345698765432", None],
            "place": ["广东省深圳市南山区示例路12号", None],
            "open": ["a", "b"],
        }
    )
    shown = mask_table(declared, rows).to_pydict()
    assert shown == {
        "account": ["GB82****5432", None],
        "place": ["广东省深圳市南山区****", None],
        "open": ["a", "b"],
    }
