"""Conversations judged by what each person says in a row; what a mail hides; rules that hold are told whatever the verdict."""

import io
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from fanzha.document.html import visible
from fanzha.recognise.answer import answer, check, scorer
from fanzha.recognise.check import SUSPICIOUS_AT, Scorer
from fanzha.recognise.claiming import claimed
from fanzha.recognise.conversation import PIECE_MAX, Piece, discounted, stretches, strongest
from fanzha.recognise.prepared import prepare
from fanzha.recognise.rules import hits
from fanzha.recognise.rules_scorer import RulesScorer
from fanzha.show import checking, marking
from fanzha.show.check_answers import as_json, write_page
from fanzha.show.check_inputs import Asked, opened
from fanzha.show.words import Words

rules = RulesScorer()
MUM = """[24/11/2025, 09:01:11] Messages and calls are end-to-end encrypted. No one outside of this chat can read them.
[24/11/2025, 09:01:11] +44 7700 900321: Hi mum its me, my phone broke this is my temp number
[24/11/2025, 09:03:40] Janet Doe: Oh no love are you alright?
[24/11/2025, 09:05:10] +44 7700 900321: i have a bill to pay today £1,860, could you pay it and ill send it back tomorrow
[24/11/2025, 09:06:00] Janet Doe: Can I ring you?
[24/11/2025, 09:06:20] +44 7700 900321: mic is broken too x please mum its due at 12. Name Mr T Okoro sort 04-00-75 acc 12345678
[24/11/2025, 09:07:20] Jane Dolan: who is this
"""
STEPS = ("我是市公安局民警", "您名下银行卡涉嫌洗钱", "请立即把钱转到安全账户", "不要告诉家人")
LINE = "[LINE] 与王磊的聊天记录\n\n2025/11/24(一)\n10:00\t王磊\t老师内部群，带单打新，稳赚不赔\n10:01\t陈芳\t真的假的\n"
WECHAT = "2025-11-24 20:01:11 林婉\n你好呀\n\n2025-11-24 20:02:30 我\n什么群\n\n2025-11-24 20:03:02 林琳\n老师内部群\n\n2025-11-24 20:04:02 林琳\n今晚开放\n\n2025-11-24 20:05:02 我\n真的吗\n\n2025-11-24 20:06:02 我\n好\n"
TELEGRAM = (
    '{"name": "Mia", "type": "personal_chat", "id": 1,\n "messages": [{"id": 1, "type": "message", "date": "2024-03-01T10:00:00",'
    ' "date_unixtime": "1709287200", "from": "Mia Long", "from_id": "user1", "text": "hello there"}, {"id": 2, "type": "message",'
    ' "date": "2024-03-01T10:01:00", "date_unixtime": "1709287260", "from": "Bo", "from_id": "user2", "text": "hi"}]}'
)


def shown(one: Asked, lang: str = "en", judge: Scorer | None = None) -> str:
    out = io.StringIO()
    said = answer(one.text, judge or scorer(), one.messages, senders=one.senders, hidden=one.hidden.hidden)
    checking.show(Console(file=out, width=300), Words(lang), one, said)
    return out.getvalue()


def test_who_said_what_is_printed_with_shortened_names(tmp_path: Path) -> None:
    one = opened(MUM.encode(), "chat.txt")
    assert one.senders == (
        "",
        "+44 7700 900321",
        "Janet Doe",
        "+44 7700 900321",
        "Janet Doe",
        "+44 7700 900321",
        "Jane Dolan",
    )
    for lang in ("en", "zh"):
        said = shown(one, lang)
        assert "J** D**: Oh no love" in said and "J** D** (2): who is this" in said
        assert "Janet" not in said and "Dolan" not in said and "7700 900321" not in said and "+447700900321" not in said
        assert "04-00-75 acc 12345678" in said  # an account that can be looked up
    both = answer(one.text, rules, one.messages, senders=one.senders)
    assert [item.found.normal for item in both.alone if item.found.kind == "account"] == ["040075-12345678"]
    write_page(tmp_path / "p.html", [(one, both)], 0, "en", None)
    page = (tmp_path / "p.html").read_text()
    assert "J** D**: " in page and "Janet" not in page and "900321" not in page


@pytest.mark.parametrize(
    ("data", "names"),
    [(LINE, ["王**: ", "陈**: "]), (WECHAT, ["林**: ", "我: ", "林** (2): "]), (TELEGRAM, ["M** L**: ", "B**: "])],
)
def test_every_program_says_who_said_it(data: str, names: list[str]) -> None:
    one = opened(data.encode(), "chat.txt")
    assert len(one.senders) == len(one.messages) > 1
    said = shown(one)
    assert all(name in said for name in names)
    starts = marking.speakers(one.messages, one.senders)
    assert all(one.text[place:].startswith(message) for (place, _), message in zip(starts, one.messages, strict=True))


def test_what_one_person_says_in_short_lines_is_read_together() -> None:
    messages = [text for step in STEPS for text in (step, "什么？")]
    senders = ["甲", "乙"] * len(STEPS)
    alone = [one for one in map(check, STEPS) if one.verdict == "scam"]
    said = answer("\n".join(messages), rules, messages, senders=senders)
    assert said.verdict == "scam" and said.reasons and len(alone) < len(STEPS)
    padded = [
        text
        for step in STEPS
        for text in (step, "今天天气不错，我们晚上一起吃饭吧，孩子作业写完了吗，妈妈让你早点回家")
    ]
    without, row = answer("\n".join(padded), rules, padded), answer("\n".join(padded), rules, padded, senders=senders)
    assert row.probability is not None and without.probability is not None and row.probability >= without.probability
    asked = Asked("chat", "\n".join(padded), "a", tuple(padded), senders=tuple(senders))
    if row.piece is not None:
        assert set(row.piece.places) <= {0, 2, 4, 6} and as_json(asked, row, Words("en"), "x")["strongest"]


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.text("x ", max_size=700)), max_size=40))
def test_stretches_are_of_one_person_and_leave_nothing_out(said: list[tuple[str, str]]) -> None:
    senders, messages = [one for one, _ in said], [text for _, text in said]
    found = stretches(messages, senders)
    for run in found:
        assert len(run) > 1 and list(run) == sorted(set(run)) and len({senders[place] for place in run}) == 1
        assert sum(len(messages[place]) for place in run[:-1]) < 2 * PIECE_MAX + 700
    assert len(found) == len(set(found)) <= len(said)
    covered = {place for run in found for place in run}
    for who in ("a", "b"):
        own = [place for place, (sender, text) in enumerate(said) if sender == who and text.strip()]
        for one, after in pairwise(own):
            short = len(messages[one]) + len(messages[after]) < PIECE_MAX // 2
            assert not short or {one, after} <= covered
    assert not stretches(messages, ())


def test_the_more_is_looked_at_the_less_the_strongest_says() -> None:
    values = [discounted(0.9, pieces) for pieces in (0, 1, 10, 100, 2_000)]
    assert values[0] == values[1] and abs(values[1] - 0.9) < 1e-9 and values == sorted(values, reverse=True)
    assert 0 < discounted(1.0, 10_000) < 1 and 0 < discounted(0.0, 3) < 1
    scam, honest = check("".join(STEPS)), check("妈，我今晚加班，晚饭不回家吃了，你们先吃")
    assert strongest(honest, []) == (honest, None)
    merged, piece = strongest(honest, [Piece((3,), scam, 4)])
    assert piece is not None and merged.verdict == "scam" and merged.rules[: len(scam.rules)] == scam.rules
    weak = replace(scam, probability=0.71)
    merged, piece = strongest(honest, [Piece((3,), weak, 2_000)])  # a rule holds in it: told, without a figure
    assert piece is not None and merged.verdict == "suspicious" and merged.probability == honest.probability
    assert strongest(honest, [Piece((3,), replace(weak, rules=()), 2_000)]) == (honest, None)
    assert strongest(scam, [Piece((3,), weak)]) == (scam, None)


# -- what a mail hides

HEAD = "From: a@b.example\nTo: c@d.example\nSubject: Delivery\nDate: Tue, 25 Nov 2025 09:12:44 +0000\nContent-Type: text/html; charset=utf-8\n\n"
LURE = "<p>Your package is on hold. Please pay the shipping fee of 1.99 at <a href='https://parcel-pay.top/x'>parcel-pay.top</a> within 24 hours.</p>"
WORDS = "thanks for lunch mum, see you at dinner, love you, the dentist is on Tuesday, happy birthday, minutes of the meeting attached"


def test_hidden_words_neither_clear_nor_are_shown_as_the_mail() -> None:
    plain = opened((HEAD + LURE).encode(), "a.eml")
    stuffed = opened((HEAD + LURE + f"<p style='display:none'>{WORDS}</p>" * 8).encode(), "a.eml")
    assert stuffed.text == plain.text and WORDS in stuffed.hidden.hidden and stuffed.hidden.unusual
    first = answer(plain.text, scorer())
    said = answer(stuffed.text, scorer(), hidden=stuffed.hidden.hidden)
    assert said.verdict == first.verdict == "scam" and said.probability == first.probability
    assert said.innocent_marks == first.innocent_marks
    told = shown(stuffed)
    assert "Hidden from reader  thanks for lunch" in told and "does not see" in told
    assert "对读者不可见" in shown(stuffed, "zh")
    assert as_json(stuffed, said, Words("en"), "x")["hidden"] == {
        "text": stuffed.hidden.hidden,
        "unusual": True,
        "verdict": "no_sign",
    }


def test_a_scam_that_is_hidden_is_a_scam() -> None:
    """A style that is read wrongly must not take a scam out of sight."""
    one = opened(
        (
            HEAD + "<p>Hello, see you at dinner on Sunday, mum</p>" + f"<div style='color:#fff'>{LURE}</div>" * 2
        ).encode(),
        "a.eml",
    )
    assert "on hold" in one.hidden.hidden and "on hold" not in one.text
    said = answer(one.text, scorer(), hidden=one.hidden.hidden)
    assert said.verdict in ("scam", "suspicious") and said.piece is not None and not said.piece.places
    assert "decides the verdict" in shown(one)


def test_a_line_of_preview_is_usual() -> None:
    one = opened(
        (
            HEAD
            + "<div style='display:none'>Your weekly letter from the library</div><p>Dear reader, the library opens at nine.</p>"
        ).encode(),
        "a.eml",
    )
    assert one.hidden.preview and not one.hidden.unusual and "is usual" in shown(one)


# -- why, marks, links, who it says it is


def test_a_rule_that_warns_is_told_whatever_the_verdict() -> None:
    text = "Hi mum its me, my phone broke this is my temp number. i have a bill to pay today, could you pay it"
    reading = replace(check(text), verdict="no_sign", probability=0.05, words=())
    assert any(rule.points > 0 for rule in hits(prepare(text)))
    said = replace(answer(text, scorer()), reading=reading)
    assert said.verdict == "no_sign" and checking.why_lines(Words("en"), said)
    marked = "".join(piece for piece, number in marking.message_pieces(reading)[0] if number)
    assert "temp number" in marked
    plain = replace(reading, rules=())
    assert not any(number for _, number in marking.message_pieces(plain)[0])
    foreign = replace(reading, prepared=replace(reading.prepared, language="es"))
    assert not any(number for _, number in marking.message_pieces(foreign)[0])


@pytest.mark.parametrize(
    ("text", "defanged"),
    [
        ("go to https://usps.com/a.b", "go to hxxps://usps[.]com/a.b"),
        ("at pay-fee.top now.", "at pay-fee[.]top now."),
        ("HTTP://Evil.TOP:80/x", "HxxP://Evil[.]TOP:80/x"),
        ("hxxps://evil[.]top/x", "hxxps://evil[.]top/x"),
        ("1.99 USD, ver. 2.0. Ok.", "1.99 USD, ver. 2.0. Ok."),
        ("http://a.b.evil.top/ and www.c.example.com", "hxxp://a[.]b[.]evil[.]top/ and www[.]c[.]example[.]com"),
        ("点 https://evil.top点击", "点 hxxps://evil[.]top点击"),
    ],
)
def test_no_address_of_a_message_can_be_opened(text: str, defanged: str) -> None:
    assert marking.safe(text) == defanged
    reading = check(text)
    assert "".join(piece for piece, _ in marking.message_pieces(reading)[0]) == defanged


@given(
    st.text(max_size=300), st.lists(st.tuples(st.integers(0, 300), st.text("ab", min_size=1, max_size=3)), max_size=5)
)
def test_a_message_is_shown_whole_with_all_speakers(text: str, starts: list[tuple[int, str]]) -> None:
    speakers = sorted({place: f"<{name}>: " for place, name in starts if place < len(text)}.items())
    reading = check(text)
    plain = "".join(piece for piece, _ in marking.message_pieces(reading)[0])
    whole = "".join(piece for piece, _ in marking.message_pieces(reading, speakers)[0])
    assert len(whole) == len(plain) + sum(len(name) for _, name in speakers) and len(plain) >= len(visible(text))
    for _, name in speakers:
        whole = whole.replace(name, "", 1)
    assert whole == plain


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Add me on KakaoTalk id lucy99, I earn money daily", False),
        ("加QQ 123456 详聊", False),
        ("Contact our manager via WhatsApp or Telegram to begin", False),
        (
            "Facebook: your page goes against our community guidelines, verify your account at http://fb-verify.top",
            True,
        ),
        ("【微信】您的账号异常，将被冻结，请登录 http://wx-safe.top 核实", True),
        ("Your Instagram account has been suspended. Instagram Support Team", True),
    ],
)
def test_a_platform_named_as_a_channel_is_not_claimed(text: str, says: bool) -> None:
    reading = check(text)
    assert ("social_platform" in {mark.code for mark in claimed(reading)}) == says
    assert set(claimed(reading)) <= set(reading.claimed)


def test_of_a_language_not_learned_is_said_what_was_looked_at() -> None:
    text = "Estimado cliente, su cuenta BBVA ha sido bloqueada. Verifique sus datos urgente en http://bbva-seguro.top/login o perderá el acceso"
    warned = replace(check(text), verdict="suspicious", probability=SUSPICIOUS_AT)
    assert not warned.language_known
    said = answer(text, rules)
    assert "language_judged" in replace(said, reading=warned).advice
    unsure = replace(said, reading=replace(warned, verdict="unsure"))
    assert "language" in unsure.advice and "language_judged" not in unsure.advice
