"""The lexicon made ready is what the phrases give, and is never used when anything it was made from has changed."""

import gzip
import json
from importlib.resources import files
from pathlib import Path

import pytest

from fanzha.clean.disguise import Words, undo
from fanzha.clean.phrases import Matcher
from fanzha.recognise import lexicon_file, signs


def test_it_is_fresh() -> None:
    held = lexicon_file.read()
    assert held is not None, "run: make lexicon"
    assert held == json.loads(json.dumps(signs.made())), "run: make lexicon"


def test_words_are_the_same_from_the_file() -> None:
    made = Words(("验证码", "银行卡", "crypto wallet", "บัญชี"))
    again = Words.from_kept(json.loads(json.dumps(made.kept())))
    for name in ("latin", "written", "neighbours", "by_sound", "sounds_within", "by_initials", "heads"):
        assert getattr(again, name) == getattr(made, name), name
    for text in ("淹证码", "yan zheng ma", "cryp.to w4llet", "银 行 卡"):
        assert undo(text, again) == undo(text, made)


@pytest.mark.parametrize("damage", ["cut", "garbage", "other", "none"])
def test_a_file_that_is_damaged_or_old_is_not_used(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (files("fanzha.recognise") / "lexicon" / lexicon_file.NAME).read_bytes()
    path = tmp_path / "lexicon" / lexicon_file.NAME
    path.parent.mkdir()
    if damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "garbage":
        path.write_bytes(b"\x1f\x8b garbage")
    elif damage == "other":
        path.write_bytes(gzip.compress(json.dumps({"digest": "0" * 40, "made": {}}).encode()))
    monkeypatch.setattr(
        lexicon_file, "files", lambda package: tmp_path if package == "fanzha.recognise" else files(package)
    )
    monkeypatch.setattr(lexicon_file, "digest", lambda: "1" * 40)
    assert lexicon_file.read() is None


def test_phrases_begin_and_end_at_words() -> None:
    matcher = Matcher({"bank": "word", "银行": "signs", "ing ": "open"})
    assert list(matcher.iter("banking bank 我银行")) == [
        ("word", 0, 4, False),
        ("word", 8, 12, True),
        ("signs", 14, 16, True),
    ]
    assert list(Matcher[str]({}).iter("bank")) == []
