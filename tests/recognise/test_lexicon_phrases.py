"""The phrases of each language: each finds itself, none is so short or so plain that honest words hold it."""

import re

import pytest

from fanzha.clean.disguise import undo
from fanzha.recognise.prepared import prepare
from fanzha.recognise.signs import GAP_MAX, LANGUAGES, find, lexicon, restorable, signs

OURS = ("th", "vi", "id", "ko")
_HANGUL_ONE = re.compile("^[가-힣]$")
# Honest words of each language that hold a guilty word, or are spelled like one without their marks.
TRAPS = {
    "th": ["ซื้อของออนไลน์", "ถูกระงับสัญญาณชั่วครู่", "รับฝากข้อความเสียง", "ดูได้ทันทีที่แอป", "สำหรับเปิดบัญชีเงินฝาก"],
    "vi": [
        "ngày mai trời đẹp",
        "cước phí trong tháng",
        "bạn trúng tuyển rồi",
        "dung lượng còn lại",
        "bảo vệ trường",
        "gặp nhau nhé",
        "thuê bao trả trước",
    ],
    "id": ["tugas kuliah minggu ini", "slot waktu bimbingan", "rapat hari ini jam dua", "line antrian panjang"],
    "ko": [
        "수영장에서 만나요",
        "여성인 경우",
        "페이지를 넘기세요",
        "유산소 운동을 해요",
        "이 자리에 앉으세요",
        "도서관에서 책 대출이 가능한가요",
    ],
}


def marks(phrase: str, language: str) -> set[str]:
    return {mark.code for mark in find(undo(phrase, restorable()), language)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_signs_are_declared_and_no_phrase_is_twice_in_one(language: str) -> None:
    for code, phrases in lexicon(language).items():
        assert code in signs()
        assert len(phrases) == len(set(phrases)), code


@pytest.mark.parametrize("language", OURS)
def test_each_phrase_finds_itself(language: str) -> None:
    lost = []
    for code, phrases in lexicon(language).items():
        for phrase in phrases:
            written = " ".join(part.strip().removesuffix("*") for part in phrase.split(".."))
            if code not in marks(written, language):
                lost.append((code, phrase))
    assert not lost


@pytest.mark.parametrize("language", OURS)
def test_a_gap_holds_so_far_and_no_further(language: str) -> None:
    gapped = [
        (code, one.split("..")) for code, them in lexicon(language).items() for one in them if one.count("..") == 1
    ]
    assert gapped
    for code, (first, second) in gapped[:40]:
        near, far = (first.strip() + " " * (GAP_MAX + extra) + second.strip() for extra in (0, 1))
        assert code in marks(near, language), (code, first, second)
        parts = marks(first, language) | marks(second, language)
        assert code in parts or code not in marks(far, language), (code, first, second)


@pytest.mark.parametrize("language", OURS)
def test_no_phrase_speaks_for_and_against_a_sender(language: str) -> None:
    sides: dict[str, set[str]] = {}
    for code, phrases in lexicon(language).items():
        for phrase in phrases:
            sides.setdefault(undo(phrase, restorable()).text, set()).add(signs()[code].side)
    assert not [phrase for phrase, met in sides.items() if {"guilt", "innocent"} <= met]


@pytest.mark.parametrize("language", ("th", "ko"))
def test_phrases_that_are_found_inside_words_are_not_too_short(language: str) -> None:
    least = {"th": 3, "ko": 2}[language]
    short = [
        (code, part)
        for code, phrases in lexicon(language).items()
        if signs()[code].side == "guilt"
        for phrase in phrases
        for part in [phrase.replace("..", "").replace(" ", "")]
        if len(part) < least or _HANGUL_ONE.match(part)
    ]
    assert not short


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in TRAPS.items() for text in texts]
)
def test_honest_words_that_hold_a_guilty_one_stay_clean(language: str, text: str) -> None:
    declared = signs()
    assert not [mark for mark in prepare(text).marks if declared[mark.code].side == "guilt"]
    assert not {code for code in marks(text, language) if declared[code].side == "guilt"}


@pytest.mark.parametrize("language", OURS)
def test_there_are_phrases_for_honest_senders_too(language: str) -> None:
    kinds = {code for code, sign in signs().items() if sign.side == "innocent"}
    assert kinds <= set(lexicon(language))
    assert sum(len(lexicon(language)[code]) for code in kinds) >= 150
