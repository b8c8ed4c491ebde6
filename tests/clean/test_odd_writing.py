"""Ways of writing that attackers other than ours use: undone where a word comes of it, and honest writing that looks alike left alone."""

import pytest

from fanzha.clean.disguise import undo
from fanzha.clean.odd_letters import turned_back
from fanzha.clean.restorable import Words

WORDS = Words(
    (
        "verify",
        "account",
        "customer",
        "blocked",
        "permata",
        "fell",
        "birth",
        "微信",
        "退款",
        "点击",
        "低息",
        "银行",
        "账户",
        "계좌",
        "บัญชี",
        "แจก",
    )
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("v-e.r_i*f'y", "verify"),
        ("cu_stomer is block-ed", "customer is blocked"),
        ("ver ify", "verify"),
        ("acc ou nt", "account"),
        ("ɹǝɯoʇsnɔ", "customer"),
        ("\u202eyfirev\u202c", "verify"),
        ("ver\u202eify\u202c", "verify"),
        ("a\u20a1count", "account"),
        ("c|_|stomer a(count", "customer account"),
        ("vveeriffy accoount", "verify account"),
        ("tnuocca yfirev", "account verify"),
        ("blcoekd ctosumer", "blocked customer"),
        ("customerverify accountblocked", "customer verify account blocked"),
        ("点a击", "点击"),
        ("退の款", "退款"),
        ("点😀击", "点击"),
        ("ㄱㅖㅈㅘ", "계좌"),
        ("เเจก", "แจก"),
    ],
)
def test_what_is_undone(written: str, read: str) -> None:
    assert undo(written, WORDS).text == read


@pytest.mark.parametrize(
    "written",
    [
        "ini pertama kali, birthday",  # one word that only looks misspelled
        "i feel fine",
        "利息低",
        "a股 k线",
        "50k₫ 2×3 abcฟรี",
        "file_name and/or x/y/z rock'n'roll (hello) [x] a<b",
        "안녕하세요",
        "be low a bout to day",
    ],
)
def test_honest_writing_stays(written: str) -> None:
    copy = undo(written, WORDS)
    assert (copy.text, copy.disguise_permille) == (written, 0)


def test_laughter_of_single_letters_makes_no_syllable() -> None:
    assert not undo("ㅋㅋㅋ ㅠㅠ ㅎㅎ", WORDS).families


def test_what_is_turned_round_keeps_its_length() -> None:
    assert turned_back("a\u202ecb\u202cd") == "a\u202ebc\u202cd"


def test_places_lead_back() -> None:
    written = "请点a击, c|_|stomer"
    copy = undo(written, WORDS)
    for word, original in (("点击", "点a击"), ("customer", "c|_|stomer")):
        at = copy.text.index(word)
        assert written[copy.origin[at] : copy.origin[at + len(word)]] == original


def test_a_misspelling_alone_is_left() -> None:
    assert undo("my accoount is fine, thank you all very much", WORDS).text.split()[1] == "accoount"
