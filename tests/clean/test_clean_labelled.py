"""Identifiers in free text that a label or a check digit makes: found where they stand, and nothing where there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import text

BRITISH = "GB82WEST12345698765432"
CODE = "91110000600037341L"
SIM = "89000123456789012341"
SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
SHA1 = "a9993e364706816aba3e25717850c26c9cd0d89d"
MD5 = "900150983cd24fb0d6963f7d28e17f72"


def _found(message: str) -> list[tuple[str, str, bool]]:
    return [(found.kind, found.normal, found.valid) for found in text.find(message)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"请汇到{BRITISH},谢谢", [("iban", BRITISH, True)]),
        ("pay GB82 WEST 1234 5698 7654 32 by Friday", [("iban", BRITISH, True)]),
        ("IBAN: GB82 WEST 1234 5698 7654 33 please", [("iban", "GB82WEST12345698765433", False)]),
        ("IBAN GB82 WEST 1234 now", [("iban", "GB82WEST1234", False)]),  # cut short, and so said
        ("GB82 WEST 1234 5698 7654 33 please", []),  # without label a wrong check digit is no IBAN
        (f"{BRITISH}X", []),
        (f"X{BRITISH}", []),
        (
            "DE89 3704 0044 0532 0130 00和FR1420041010050500013M02606",
            [("iban", "DE89370400440532013000", True), ("iban", "FR1420041010050500013M02606", True)],
        ),
        (f"统一社会信用代码:{CODE}", [("credit_code", CODE, True)]),
        (f"该公司信用代码为{CODE[:-1]}K", [("credit_code", CODE[:-1] + "K", False)]),
        (f"公司{CODE}注册", [("credit_code", CODE, True)]),
        (f"公司{CODE[:-1]}K注册", []),  # without label both check characters must hold
        (f"ICCID:{SIM}", [("iccid", SIM, True)]),
        (f"SIM卡号 {SIM[:4]} {SIM[4:8]} {SIM[8:]}", [("iccid", SIM, True)]),
        (f"ICCID {SIM[:-1]}2", [("iccid", SIM[:-1] + "2", False)]),
        ("IMSI:460001234567890", [("imsi", "460001234567890", True)]),
        ("imsi号460-00-1234567890", [("imsi", "460001234567890", True)]),
        ("安装包名:com.example.loan", [("app", "com.example.loan", True)]),
        ("package name: com.example.loan", [("app", "com.example.loan", True)]),
        ("Bundle ID=com.example.loan", [("app", "com.example.loan", True)]),
        (f"APK的SHA256:{SHA256}", [("app", f"sha256:{SHA256}", True)]),
        (f"安装包MD5 {MD5}", [("app", f"md5:{MD5}", True)]),
        (f"签名证书指纹:{SHA1}", [("certificate", f"sha1:{SHA1}", True)]),
        (
            "Certificate fingerprint: " + ":".join(SHA1[i : i + 2] for i in range(0, 40, 2)).upper(),
            [("certificate", f"sha1:{SHA1}", True)],
        ),
        (f"交易哈希 {SHA256}", []),  # of a transfer on a chain, not of a file
        (SHA256, []),
        ("联行号:102100099996", [("cnaps", "102100099996", True)]),
        ("开户行行号102100099995", [("cnaps", "102100099995", False)]),
        ("CNAPS code: 102100099996", [("cnaps", "102100099996", True)]),
        ("SWIFT CODE: BKCHCNBJ110", [("bic", "BKCHCNBJ110", True)]),
        ("SWIFT代码是ICBKCNBJ", [("bic", "ICBKCNBJ", True)]),
        (
            "BIC: DEUTDEFF, IBAN: DE89370400440532013000",
            [("bic", "DEUTDEFF", True), ("iban", "DE89370400440532013000", True)],
        ),
        ("swift delivery", []),
        ("SWIFT: RESPONSE", []),  # ON is no country
        ("基站460-00-1234-56789附近", [("cell", "460-00-1234-56789", True)]),
        ("基站编号:1234-56789", [("cell", "1234-56789", True)]),
        ("LAC:04D2 CI:DDD5", [("cell", "1234-56789", True)]),
        ("mcc 460, mnc 00, lac 1234, ci 5678", [("cell", "460-00-1234-5678", True)]),
        ("小区3-1201", []),  # a housing estate
        ("cell 555-1234", []),  # a telephone
        ("住址:北京朝阳区示例街1号,本人", [("address", "北京市朝阳区示例街1号", True)]),
        ("Address: 12 Example Street, Springfield.", [("address", "12 EXAMPLE STREET, SPRINGFIELD", True)]),
        ("网址:北京市朝阳区示例街1号", []),
        ("IP地址:192.0.2.1", []),
        ("地址不详", []),
    ],
)
def test_what_labels_and_check_digits_make(message: str, expected: list[tuple[str, str, bool]]) -> None:
    assert _found(message) == expected
    for found in text.find(message):
        assert found.original == message[found.start : found.end]


def test_an_address_yields_to_what_stands_in_it() -> None:
    message = "收货地址:广东深圳市南山区示例路12号3栋501室电话13812345678,家庭住址:上海浦东新区示例路1号3楼张某6222021234567890128"
    assert _found(message) == [
        ("address", "广东省深圳市南山区示例路12号3栋501室", True),
        ("phone", "+8613812345678", True),
        ("address", "上海市浦东新区示例路1号3楼张某", True),
        ("bank_card", "6222021234567890128", True),
    ]
    assert _found("地址在上海浦东新区示例路1号于昨晚八点")[0][0] == "address"


@pytest.mark.parametrize(
    "message",
    [
        f"I B A N {BRITISH}"[8:],
        "ＧＢ８２ ＷＥＳＴ １２３４ ５６９８ ７６５４ ３２",
        "GB82\u200bWEST12345698765432",
        "gb82 west 1234 5698 7654 32",
    ],
)
def test_tricks_of_writing_hide_no_iban(message: str) -> None:
    assert _found(message) == [("iban", BRITISH, True)]


@pytest.mark.parametrize(
    "message",
    [
        "ＩＭＳＩ：４６０００１２３４５６７８９０",
        "IMSI: 460 00 1234567890",
        "imsi=46000 1234567890",
        "IMSI号码为460001234567890",
    ],
)
def test_tricks_of_writing_hide_no_subscriber(message: str) -> None:
    assert ("imsi", "460001234567890", True) in _found(message)


def test_a_masked_value_after_its_label_is_partial() -> None:
    found = text.find("IMSI 46000******7890, 信用代码91110000******341L")
    assert [(one.kind, one.partial) for one in found] == [("imsi", True), ("credit_code", True)]


def test_the_role_of_a_labelled_value_is_told_by_the_words_before_it() -> None:
    assert text.find(f"转到对方账户{BRITISH}")[0].role == "payee"
    assert text.find(f"sent to IBAN {BRITISH}")[0].role == "payee"


def test_an_identity_number_is_not_taken_for_a_credit_code() -> None:
    assert _found("身份证11010519491231002X") == [("cn_id", "11010519491231002X", True)]


@pytest.mark.parametrize(
    "message",
    [
        "IBAN GB82 " * 4000,
        "IBAN " + "GB82 " * 6000,
        "GB82" * 8000,
        "swift code " * 5000,
        "lac 1 ci " * 5000,
        "地址为" * 10000,
        "行号 " * 8000 + "1" * 8000,
        "基站" + "1-" * 15000,
        "address: " + "a b 1, " * 6000,
        "地址:" + "区路" * 15000 + "1号",
        "ICCID 89" + "0 " * 15000,
        "信用代码" * 8000,
        "包名:" + "a." * 15000,
        "md5 " + "a1:" * 10000,
        "9" * 30000,
        "sha256 " + SHA256 * 500,
    ],
)
def test_hostile_text_ends_soon(message: str) -> None:
    # a search that backtracks would take hours over these
    assert all(found.original == message[found.start : found.end] for found in text.find(message))


LABELS = [
    "IBAN",
    "ICCID",
    "IMSI",
    "信用代码",
    "SWIFT",
    "BIC:",
    "联行号",
    "LAC",
    "CI",
    "基站",
    "地址:",
    "address is",
    "MD5",
    "指纹",
    "包名",
    "package:",
]
VALUES = [
    BRITISH,
    CODE,
    SIM,
    SHA1,
    "460001234567890",
    "DEUTDEFF500",
    "102100099996",
    "1234-56789",
    "com.example.loan",
    "北京市朝阳区示例街1号",
]


@given(st.lists(st.sampled_from([*LABELS, *VALUES]) | st.text(max_size=6), max_size=12).map(" ".join))
def test_spans_are_in_order_without_overlap_and_say_what_was_written(message: str) -> None:
    last = 0
    for found in text.find(message):
        assert last <= found.start < found.end <= len(message)
        assert found.original == message[found.start : found.end]
        assert found.normal
        last = found.end
