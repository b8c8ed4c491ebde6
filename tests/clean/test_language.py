"""Which language: six named, others said to be so, too little said to be so; never raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean.disguise import undo
from fanzha.clean.language import NAMED, OTHER, language
from fanzha.clean.restorable import Words


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("您的银行卡已被冻结", "zh"),
        ("您的銀行卡已被凍結，請點擊鏈接", "zh"),
        ("点击 https://example.com/a/very/long/path?with=english 领取奖品", "zh"),
        ("Apple ID 已被锁定,请登录 account 更新", "zh"),
        ("Your account has been locked", "en"),
        ("ok see u later", "en"),
        ("dont forget to call me when you reach home lah", "en"),
        ("พัสดุของคุณถูกระงับ", "th"),
        ("OTP ของคุณคือ 1234", "th"),
        ("Tài khoản của quý khách đã bị khoá", "vi"),
        ("Tai khoan cua quy khach da bi khoa, vui long truy cap", "vi"),
        ("Selamat anda mendapatkan hadiah dari kami", "id"),
        ("Silakan hubungi nomor ini untuk info pinjaman dana", "id"),
        ("고객님의 계좌가 정지되었습니다", "ko"),
        ("Jina litakuja hela tuma kwa namba hii", OTHER),
        ("Estimado cliente, su cuenta está bloqueada", OTHER),
        ("Prezado cliente, clique aqui para resgatar seus pontos", OTHER),
        ("Sehr geehrte Kundin, Ihr Konto wurde gesperrt", OTHER),
        ("Cher client, votre colis est en attente", OTHER),
        ("Tahniah! Sila semak akaun awak kerana pihak kami", OTHER),
        ("お客様の口座が一時停止されました", OTHER),
        ("Ваш счёт заблокирован", OTHER),
        ("حسابك محظور الآن", OTHER),
        ("आपका खाता बंद है", OTHER),
        ("", ""),
        ("OK", ""),
        ("你好", ""),
        ("123456 7890", ""),
        ("https://example.com/a", ""),
    ],
)
def test_languages(text: str, code: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize("code", NAMED)
def test_a_plain_copy_has_the_language_of_its_original(code: str) -> None:
    said = {
        "zh": "您的銀行卡已被凍結，請立即處理",
        "en": "Yоur account has been lосked, please verify",
        "th": "พัสดุของคุณถูกระงับ กรุณาติดต่อ",
        "vi": "Tài khoản của quý khách đã bị khoá, vui lòng đăng nhập",
        "id": "Selamat anda mendapatkan hadiah dari kami",
        "ko": "고객님의 계좌가 정지되었습니다",
    }[code]
    assert language(undo(said, Words(())).text) == code


@given(st.text(max_size=200))
def test_never_raises(text: str) -> None:
    assert language(text) in (*NAMED, OTHER, "")
