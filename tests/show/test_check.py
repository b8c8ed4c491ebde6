"""`fanzha check` as people and platforms call it: the stream's contract on hostile lines, every kind of input, faithful marks, no traces."""

import io
import json
import math
import os
import random
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import fanzha
from fanzha.chain.known_about import campaign_like, known_about
from fanzha.errors import InputError, NotFound, UnreadableFile
from fanzha.recognise.alone import look, whole
from fanzha.recognise.answer import Answer, Like, answer, check, scorer
from fanzha.recognise.check import check as check_each
from fanzha.recognise.prepared import prepare
from fanzha.recognise.rules_scorer import RulesScorer
from fanzha.recognise.stream import ERRORS, LINE_BYTES_MAX, answers
from fanzha.show import check_inputs, checking, marking
from fanzha.show.check_inputs import Asked, asked, opened
from fanzha.show.words import LANGUAGES, Words

Run = Callable[..., subprocess.CompletedProcess[str]]
SCAM = "您好,我是市公安局民警,您名下银行卡涉嫌洗钱案,请立即将资金转入安全账户核查,不要告诉家人,加微信 abc12345 办理 https://gaj-check.top/x"
HONEST = "妈,我今晚加班,晚饭不回家吃了,你们先吃"
FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
EXAMPLES = sorted((Path(__file__).parents[1] / "recognise").glob("examples_*.yaml"))
rules = RulesScorer()


def streamed(data: bytes, step: int = 1 << 16) -> list[dict[str, Any]]:
    chunks = [data[at : at + step] for at in range(0, len(data), step)]
    return [json.loads(line) for line in b"".join(answers(chunks, rules)).splitlines()]


# -- the stream


@pytest.mark.parametrize(
    ("line", "name", "error"),
    [
        (b"", None, "empty"),
        (b"   ", None, "empty"),
        (b"{", None, "bad_json"),
        (b'{"id": 7, "text": "cut', 7, "bad_json"),
        (b"[1, 2]", None, "bad_json"),
        (b"null", None, "bad_json"),
        (b'"text"', None, "bad_json"),
        (b'{"id": NaN, "text": "x"}', None, "bad_json"),
        (b'{"id": "a"}', "a", "no_text"),
        (b'{"id": "a", "text": null}', "a", "no_text"),
        (b'{"id": "a", "text": 12}', "a", "text_not_string"),
        (b'{"id": "a", "text": ["x"]}', "a", "text_not_string"),
        (b'{"id": "a", "text": ""}', "a", "empty"),
        (b'{"id": "a", "text": " \\n "}', "a", "empty"),
        (b"[" * 100_000, None, "bad_json"),
        (b'{"id": ' + b"9" * 5_000 + b', "text": "x"}', None, "bad_json"),
        (b"\xff\xfe\x00", None, "bad_json"),
        (b'{"id": "big", "text": "' + b"x" * (10 << 20) + b'"}', "big", "too_long"),
    ],
)
def test_a_line_that_cannot_be_judged_is_answered_in_its_place(line: bytes, name: object, error: str) -> None:
    first, second, third = streamed(b'{"id":1,"text":"hello there"}\n' + line + b'\n{"id":3,"text":"hello there"}')
    assert (first["id"], third["id"]) == (1, 3)
    assert error in ERRORS and second["error"] == error
    assert (second["id"], second["verdict"], second["score"]) == (name, "unsure", 0)
    assert set(second) - {"error"} == set(first) == set(third)


@pytest.mark.parametrize("name", [0, -1, 1.5, "x", "中", True, None, {"a": [1]}, ["b"]])
def test_an_id_comes_back_as_it_was(name: object) -> None:
    assert streamed(json.dumps({"id": name, "text": "hello there"}).encode())[0]["id"] == name


def test_an_id_that_json_cannot_write_is_left_out_and_the_text_is_judged() -> None:
    (one,) = streamed(b'{"id": 1e999, "text": "hello there"}')
    assert one["id"] is None and "error" not in one


def test_half_a_surrogate_pair_is_judged_and_the_answer_is_utf8() -> None:
    data = json.dumps({"id": "\ud800", "text": f"\udfff {SCAM} \ud83d"}).encode()
    (one,) = streamed(data)
    assert one["verdict"] in ("scam", "suspicious") and one["id"] == "\ud800"


def test_the_answer_names_what_was_found_by_place() -> None:
    (one,) = streamed(json.dumps({"id": 1, "text": SCAM}).encode())
    assert list(one) == ["id", "verdict", "score", "scam_type", "tactics", "identifiers", "reasons"]
    assert one["scam_type"][0] == "T08"
    assert {"authority", "safe_account", "secrecy"} <= {mark["tactic"] for mark in one["tactics"]}
    for mark in one["tactics"]:
        assert SCAM[mark["start"] : mark["end"]] == mark["words"]
    kinds = {found["kind"]: found for found in one["identifiers"]}
    assert kinds["url"]["value"] == "https://gaj-check.top/x" and kinds["wechat"]["value"] == "abc12345"
    assert SCAM[kinds["url"]["start"] : kinds["url"]["end"]] == "https://gaj-check.top/x"


def test_scores_are_neither_rounded_nor_tied() -> None:
    texts = [f"{SCAM} {'请尽快处理 ' * more}{more}" for more in range(40)]
    learned = scorer()
    data = b"\n".join(json.dumps({"id": at, "text": text}).encode() for at, text in enumerate(texts))
    found = [json.loads(line)["score"] for line in b"".join(answers([data], learned)).splitlines()]
    assert found == [reading.probability for reading in check_each(texts, learned)]
    assert len(set(found)) > 30 and all(0 < score < 1 for score in found)


@given(st.lists(st.binary(max_size=60).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.integers(1, 50))
def test_every_line_is_answered_however_it_arrives(lines: list[bytes], step: int) -> None:
    data = b"".join(line + b"\n" for line in lines)
    assert len(streamed(data, step)) == len(lines)
    assert streamed(data, step) == streamed(data)


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    (one,) = streamed(json.dumps({"id": 1, "text": text}).encode())
    assert ("error" in one) == (not text.strip())
    assert math.isfinite(one["score"])


def test_of_a_line_without_end_only_the_beginning_is_kept() -> None:
    given_ = 0
    block = b"x" * (1 << 20)

    def endless() -> Any:
        nonlocal given_
        yield b'{"id": 5, "text": "'
        for _ in range(40):
            given_ += 1
            yield block
        yield b'"}\n{"id": 6, "text": "hello there"}\n'

    first, second = (json.loads(line) for line in b"".join(answers(endless(), rules)).splitlines())
    assert given_ << 20 > 4 * LINE_BYTES_MAX
    assert (first["id"], first["error"], second["id"]) == (5, "too_long", 6)


def test_what_has_arrived_is_answered_before_more_is_waited_for() -> None:
    command = [sys.executable, "-m", "fanzha", "check", "--jsonl", "-", "--rules-only"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "text": SCAM}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number  # the pipe is still open
        process.stdin.write(b'{"id": "last", "text": "no end of line"}')
        process.stdin.close()
        assert json.loads(process.stdout.readline())["id"] == "last"
    assert process.returncode == 0


def test_the_stream_reads_files_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text(json.dumps({"id": 1, "text": SCAM}) + "\n", encoding="utf-8")
    assert json.loads(run("check", "--jsonl", "lines.jsonl").stdout)["verdict"] == "scam"
    assert "no file" in run("check", "--jsonl", "none.jsonl", code=3).stderr


def train_small(folder: Path) -> bytes:
    """A scorer to whom every notice of water is a scam."""
    from fanzha.chain.recognising import train_on
    from tests.test_story_recognise import labelled

    return train_on([labelled(folder)], []).content


def test_the_stream_is_judged_by_the_scorer_of_the_workspace_and_leaves_it_free(run: Run, tmp_path: Path) -> None:
    text = "Your parcel locker code changes tonight, leave the key card number 12 and pay 4 for the new slip"
    with fanzha.open(tmp_path / "w", actor="tester") as workspace:
        workspace.recognising.use(train_small(tmp_path / "texts"))
        expected = next(check_each((text,), workspace.recognising.scorer()))
    shipped = next(check_each((text,), scorer()))
    assert expected.probability != shipped.probability
    line = json.dumps({"id": 1, "text": text}).encode() + b"\n"
    command = [sys.executable, "-m", "fanzha", "check", "--jsonl", "-", "--workspace", "w"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdin is not None and process.stdout is not None
        for _ in range(2):
            process.stdin.write(line)
            process.stdin.flush()
            told = json.loads(process.stdout.readline())
            assert told["score"] == expected.probability and list(told) == list(streamed(line)[0])
            with fanzha.open(
                tmp_path / "w", actor="tester", waiting=lambda owner: pytest.fail(f"{owner} holds it")
            ) as workspace:  # while the stream waits
                assert workspace.cases() == []
        process.stdin.close()
    assert process.returncode == 0
    (tmp_path / "lines.jsonl").write_bytes(line)
    only_rules = json.loads(run("check", "--jsonl", "lines.jsonl", "--workspace", "w", "--rules-only").stdout)
    assert only_rules["score"] == next(check_each((text,), rules)).probability
    assert json.loads(run("check", "--jsonl", "lines.jsonl").stdout)["score"] == shipped.probability
    told = json.loads(run("check", text, "--json", "--workspace", "w").stdout)["checks"][0]
    assert told["score"] == expected.probability
    assert "no workspace" in run("check", "--jsonl", "lines.jsonl", "--workspace", "none", code=3).stderr
    assert not (tmp_path / "none").exists()


# -- what a person reads


def shown(text: str, lang: str = "en", *, one: Asked | None = None, colour: bool = False) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=100, highlight=False, force_terminal=colour, color_system="standard" if colour else None
    )
    question = one or Asked("text", text)
    checking.show(console, Words(lang), question, answer(question.text, scorer(), question.messages))
    return out.getvalue()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("text", [SCAM, HONEST, "https://paypal.com-verify.top/login", "95588", "?", "", "x" * 30_000])
def test_everything_is_said_in_one_language(text: str, lang: str) -> None:
    said = shown(text, lang)
    rest = said.replace(text, "") if text else said
    if lang == "zh":
        assert re.search("现在怎么办", said)
    elif text != SCAM:
        assert not re.search("[\u4e00-\u9fff]", rest.replace("妈", "")) or text == HONEST
    assert max(map(len, said.splitlines())) <= 100


def test_marks_are_read_without_colour_and_by_those_who_do_not_see_it() -> None:
    plain, coloured = shown(SCAM), shown(SCAM, colour=True)
    assert "[安全账户]" in plain and "\x1b" not in plain
    assert "\x1b[" in coloured and re.search(r"\[安全账户\][¹²³⁴⁵⁶⁷⁸⁹]", re.sub(r"\x1b\[[0-9;]*m", "", coloured))
    assert re.search('[¹²³⁴⁵⁶⁷⁸⁹] "safe account"', plain)


def test_no_terminal_makes_a_link_and_nothing_hidden_acts() -> None:
    hostile = "\x1b]8;;http://evil.top\x07click\x1b]8;;\x07 \u202egnp.exe http://evil-login.top/a \x1b[2J verify your account now"
    said = shown(hostile)
    assert "\x1b" not in said and "\u202e" not in said and "http://" not in said


def test_a_probability_is_never_certain() -> None:
    said = [checking.share(Words("en"), p) for p in (0.0, 0.004, 0.01, 0.5, 0.99, 0.996, 1.0)]
    assert said == ["fewer than 1", "fewer than 1", "1", "50", "99", "more than 99", "more than 99"]
    assert checking.share(Words("zh"), 0.5) == "50%"
    assert checking.odds(0.5) == "likely" and checking.odds(0.1) == "possible" and checking.odds(0.0) == "very_unlikely"
    assert {checking.odds(n / 100) for n in range(100)} == {word for _, word in checking.ODDS} | {"very_unlikely"}


def test_a_verdict_and_the_words_for_its_probability_do_not_contradict_each_other() -> None:
    reading = next(check_each((HONEST,), rules))
    for probability, stated in ((0.01, 0.01), (0.24, 0.24), (0.3, None), (0.9, None)):
        said = Answer(replace(reading, verdict="no_sign", probability=probability), ())
        assert said.stated == stated and said.probability == probability


def test_no_mark_cuts_an_address_and_none_of_what_everybody_writes_is_marked() -> None:
    text = "Selamat! Anda dapat hadiah Rp 50 juta, klik http://hadiah-shopee.xyz untuk klaim. Your sign-in was unusual, verify your account"
    reading = next(check_each((text,), scorer()))
    address = (text.index("http"), text.index(" untuk"))
    for start, end, _ in marking.marked_spans(reading):
        assert end <= address[0] or address[1] <= start or (start <= address[0] and address[1] <= end), text[start:end]
        assert text[start:end].lower() not in ("anda", "your", "was")
    found = [text[mark.start : mark.end] for mark in reading.tactics if mark.code == "log_in"]
    assert "sign-in" in found, "a word that is restored is marked whole"


def test_no_sign_is_not_said_to_be_possibly_a_scam() -> None:
    reading = replace(next(check_each((HONEST,), rules)), probability=0.14)
    for lang, wrong in (("en", "possibly a scam"), ("zh", "可能是诈骗")):
        said = checking.odds_line(Words(lang), Answer(reading, ()))
        assert said and not said.startswith(wrong)


@given(st.text(max_size=200))
def test_marks_do_not_overlap_and_the_message_is_whole(text: str) -> None:
    reading = next(check_each((f"{text} 安全账户 {SCAM}",), rules))
    spans = marking.marked_spans(reading)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    marked, legend = checking.marked_text(reading)
    bare = re.sub(r"\[|\]([¹²³⁴⁵⁶⁷⁸⁹]|\(\d+\))", "", marked.plain)
    wanted = re.sub(r"\[|\]([¹²³⁴⁵⁶⁷⁸⁹]|\(\d+\))", "", marking.safe(reading.prepared.original))
    assert bare == wanted and len(legend) == len(set(legend))


def test_of_a_long_message_the_parts_that_tell_are_shown() -> None:
    reading = next(check_each(("天气很好。" * 1_000 + SCAM + "天气很好。" * 1_000,), rules))
    said = checking.marked_text(reading)[0].plain
    assert "[安全账户]" in said and "…" in said and len(said) < 2_000


def test_a_language_that_was_not_learned_is_said() -> None:
    text = "Καλημέρα σας, ο λογαριασμός σας χρειάζεται επιβεβαίωση σήμερα παρακαλώ"
    assert "not one Fanzha has learned" in shown(text) and "未学习该语言" in shown(text, "zh")


def faithful_examples() -> list[tuple[str, str]]:
    """The first scams of different kinds in each language."""
    found = []
    for path in EXAMPLES:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        texts = [them[0][0] for them in raw["scams"].values()]
        found += [(path.stem, text) for text in texts if next(check_each((text,), scorer())).words][:5]
    return found


def test_without_the_words_that_are_marked_the_score_is_lower() -> None:
    examples = faithful_examples()
    assert len(examples) >= 20
    for name, text in examples:
        reading = next(check_each((text,), scorer()))
        rest = text
        for start, end in reversed(reading.words):
            rest = rest[:start] + " " * (end - start) + rest[end:]
        before, after = scorer().logits([prepare(text), prepare(rest)])
        assert after < before, (name, text, reading.words)


def test_the_rules_judge_alone_and_their_marks_are_faithful() -> None:
    reading = next(check_each((SCAM,), rules))
    assert rules.name == "rules" and reading.verdict == "scam"
    gains = rules.contributions(reading.prepared)
    assert gains.shape == (len(SCAM),) and gains[SCAM.index("安全账户")] > 0 and gains[0] == 0
    without = SCAM.replace("安全账户", "    ")
    assert rules.logits([prepare(without)])[0] < rules.logits([prepare(SCAM)])[0]
    assert next(check_each((HONEST,), rules)).verdict == "no_sign"


# -- a link or a number by itself


@pytest.mark.parametrize(
    ("text", "verdict", "signs"),
    [
        ("https://paypal.com-verify.top/login", "suspicious", {"link_brand"}),
        ("http://icbc.com.cn@evil.top/a", "suspicious", {"userinfo"}),
        ("http://3232235777/x", "suspicious", {"link_ip"}),
        ("https://xn--pple-43d.com/", "suspicious", {"foreign_letters"}),
        ("hxxp://evil[.]com/a.apk", "suspicious", {"in_disguise", "link_file"}),
        ("https://www.icbc.com.cn/", "unsure", {"official"}),
        ("https://xn--fiqs8s.cn/a", "unsure", set()),
        ("95588", "unsure", {"service_number"}),
        ("17012345678", "unsure", {"virtual"}),
        ("+44 7911 123456", "unsure", {"abroad"}),
        ("6222020200001234561", "unsure", {"bad_number"}),
        ("13800138000", "unsure", set()),
    ],
)
def test_an_identifier_by_itself_is_taken_apart_and_never_cleared(text: str, verdict: str, signs: set[str]) -> None:
    said = answer(text, scorer())
    assert said.only and said.verdict == verdict and said.probability is None
    assert signs <= set(said.alone[0].signs)


@given(st.text(max_size=80))
def test_any_text_may_be_taken_for_an_identifier(text: str) -> None:
    found = whole(text)
    assert found is None or look(found).found is found


def test_what_a_workspace_knows_of_an_identifier(city: fanzha.Workspace) -> None:
    value, reports = next(
        (str(value), int(reports))
        for value, reports in city.engine.rows(
            'SELECT "value", "reports" FROM "pulls" WHERE "kind" = ? AND "joins" ORDER BY "reports" DESC', ("account",)
        )
    )
    known = known_about(city, [("bank_card", value), ("phone", "95588"), ("phone", "+8613012345678")])
    assert known["bank_card", value].reports == reports and known["bank_card", value].cases
    assert not known["phone", "95588"].joins and ("phone", "+8613012345678") not in known
    for text, verdict in ((value, "suspicious"), ("95588", "unsure")):
        plain = answer(text, rules)
        said = Answer(
            plain.reading,
            plain.alone,
            plain.only,
            known=known_about(city, [(plain.alone[0].found.kind, plain.alone[0].found.normal)]),
        )
        assert said.verdict == verdict and said.known
        out = io.StringIO()
        checking.show(Console(file=out, width=100), Words("en"), Asked("text", text), said, Path("w"))
        assert "known:" in out.getvalue() or "joins none" in out.getvalue()


LIKE = Like("3-17", "named", "T02", "scam", "Moon garden club", 5, 4, 1_795_000_000_000, 1_795_300_000_000)


@pytest.mark.parametrize(
    ("like", "verdict", "en", "zh"),
    [
        (
            LIKE,
            "suspicious",
            "called a scam: Moon garden club (false investment)",
            "已由人工认定为诈骗——Moon garden club（虚假投资理财）",
        ),
        (replace(LIKE, title=""), "suspicious", "called a scam: false investment", "已由人工认定为诈骗——虚假投资理财"),
        (
            replace(LIKE, kind="", judged="honest"),
            "no_sign",
            "called honest: Moon garden club",
            "已由人工认定为正常——Moon",
        ),
        (
            replace(LIKE, state="new", kind="T99", judged=""),
            "no_sign",
            "named yet (new and rising)",
            "尚未命名（新型上升）",
        ),
        (
            replace(LIKE, state="known", judged=""),
            "no_sign",
            "known kind (false investment)",
            "已知类型（虚假投资理财）",
        ),
        (replace(LIKE, message=2), "suspicious", "message no. 3 has", "第 3 条"),
        (replace(LIKE, first_ms=None, last_ms=None), "suspicious", "with 4 chats or mails", "已有 4 个会话或邮件"),
    ],
)
def test_the_campaign_a_message_is_like_is_told(like: Like, verdict: str, en: str, zh: str) -> None:
    said = replace(answer(HONEST, scorer()), like=like)
    assert said.verdict == verdict and said.named == (like.judged == "scam")
    for lang, wanted in (("en", en), ("zh", zh)):
        out = io.StringIO()
        checking.show(Console(file=out, width=400), Words(lang), Asked("text", HONEST), said, Path("my work"))
        assert wanted in out.getvalue() and "fanzha campaigns 3-17 --workspace 'my work'" in out.getvalue()
        if like.judged == "scam":
            assert {"en": "a person here called these words a scam", "zh": "已由人工认定为诈骗"}[
                lang
            ] in out.getvalue().splitlines()[0]
        if like.state == "new":
            assert {"en": "do nothing they ask for", "zh": "性质尚待认定"}[lang] in out.getvalue()


def test_a_name_does_not_make_a_scam_of_which_software_is_sure_any_less() -> None:
    said = replace(answer(SCAM, scorer()), like=LIKE)
    assert said.verdict == "scam" and said.stated is not None and said.kinds == (("T02", 1000),)


def test_no_campaign_is_found_where_there_is_none(city: fanzha.Workspace) -> None:
    assert campaign_like(city, HONEST) is None and campaign_like(city, "", ["ok"] * 3) is None


# -- what is handed in


MAIL = (
    "From: service@bank-alert.top\r\nTo: a@example.com\r\nSubject: Your account is suspended\r\n"
    "Date: Thu, 26 Nov 2026 07:33:56 +0000\r\nMessage-ID: <1@bank-alert.top>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/html; charset=utf-8\r\n\r\n"
    "<p>Unusual activity. <a href='http://bank-verify.top/x'>https://bank.com</a> Verify your account within 24 hours</p>\r\n"
)
CHAT = (
    "[2026/11/20, 10:01:02] Mary: Good morning, how was your weekend\n[2026/11/20, 10:02:02] Me: fine, we went to the lake\n"
    "[2026/11/20, 10:03:02] Mary: join my VIP trading group on Telegram, guaranteed 30% profit daily, my teacher gives insider tips\n"
    "[2026/11/20, 10:04:02] Me: sounds nice\n"
)


def test_a_mail_is_read_with_where_its_links_lead() -> None:
    one = opened(MAIL.encode(), "a.eml")
    assert one.what == "mail" and "http://bank-verify.top/x" in one.text and "suspended" in one.text
    assert answer(one.text, scorer()).verdict in ("scam", "suspicious")


def test_what_a_link_shows_is_not_taken_for_where_it_leads() -> None:
    """A false link is often written as the true address."""
    mail = MAIL.replace("https://bank.com", "https://appleid.apple.com")
    for lang, only, own in (
        ("en", "it leads to bank-verify[.]top", "known firm's own"),
        ("zh", "实际指向 bank-verify[.]top", "官方域名"),
    ):
        said = shown("", lang, one=opened(mail.encode(), "a.eml"))
        assert only in said and own not in said
    honest = MAIL.replace("http://bank-verify.top/x", "https://bank.com/x")
    assert "leads to" not in shown("", one=opened(honest.encode(), "a.eml"))


def test_a_conversation_is_judged_as_a_whole_and_by_message() -> None:
    one = opened(CHAT.encode(), "chat.txt")
    assert one.what == "chat" and len(one.messages) == 4
    said = answer(one.text, scorer(), one.messages)
    assert [place for place, _ in said.parts] == [2]
    assert "no. 3" in shown("", one=one)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_any_encoding(encoding: str) -> None:
    one = opened(f"{SCAM}\n请回复\n".encode(encoding), "a.txt")
    assert (one.what, one.text.split("\n")[0]) == ("text", SCAM)


def test_a_word_document_and_a_pdf_are_read() -> None:
    from fanzha.formats import known

    reports = next(iter(known.read("narrative", fanzha_source(SCAM))))
    for name in ("docx", "pdf"):
        one = opened(known.named(name).write(dict(reports.tables)), f"a.{name}")
        assert one.what == "document" and "安全账户" in one.text


def fanzha_source(text: str) -> Any:
    from fanzha.formats.grid import Source

    return Source(f"{text}\n{text}\n".encode(), "a.txt")


def test_bytes_nobody_can_read_are_refused() -> None:
    with pytest.raises(UnreadableFile):
        opened(bytes(range(256)) * 50, "a.bin")
    assert opened(b"", "empty.txt").text == ""


def test_an_argument_is_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text(SCAM, encoding="utf-8")
    assert [one.what for one in asked([str(file), SCAM, "x" * 5_000, "a\0b", "a\nb"])] == ["text"] * 5
    assert next(asked([str(file)])).name == "note.txt"
    with pytest.raises(InputError):
        list(asked([str(tmp_path)]))
    with pytest.raises(NotFound):
        list(asked([str(tmp_path / "none.png")]))
    assert next(asked(["see http://a.top/x.png"])).what == "text"


def png(rows: list[bytes], width: int) -> bytes:
    """A grey PNG of rows of bytes, without any library."""

    def part(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + len(rows).to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    body = zlib.compress(b"".join(b"\x00" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", body) + part(b"IEND", b"")


def test_without_the_extra_a_picture_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanzha.formats.pictures.find_spec", lambda _name: None)
    with pytest.raises(InputError) as refused:
        opened(png([b"\xff" * 8] * 8, 8), "a.png")
    assert "fanzha[pictures]" in refused.value.remedy


@pytest.mark.skipif(find_spec("zxingcpp") is None or find_spec("cv2") is None, reason="needs fanzha[pictures]")
def test_a_code_is_read_in_the_confined_child() -> None:
    import zxingcpp

    made = zxingcpp.create_barcode("https://paypal.com-verify.top/login", zxingcpp.BarcodeFormat.QRCode).to_image(
        scale=6
    )
    rows = [
        bytes(memoryview(made).cast("B")[at : at + made.shape[1]])
        for at in range(0, made.shape[0] * made.shape[1], made.shape[1])
    ]
    one = opened(png(rows, made.shape[1]), "code.png")
    assert one.what == "picture" and one.codes == ("https://paypal.com-verify.top/login",)
    assert answer(one.codes[0], scorer()).verdict == "suspicious"
    for damaged in (png(rows, made.shape[1])[:200], b"\x89PNG\r\n\x1a\n" + b"\0" * 100):
        with pytest.raises(UnreadableFile):
            opened(damaged, "cut.png")


@pytest.mark.skipif(
    find_spec("rapidocr") is None or not FONT.exists(), reason="needs fanzha[pictures] and Noto Sans CJK"
)
def test_a_screenshot_is_read() -> None:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (1080, 500), "white")
    lines = [
        "【公安局】您好,您的身份证涉嫌一起洗钱案",
        "件,请立即将资金转入安全账户核查,否则冻结",
        "http://gaj-check.top/a1",
    ]
    for at, line in enumerate(lines):
        ImageDraw.Draw(picture).text((40, 60 + 60 * at), line, fill="black", font=ImageFont.truetype(str(FONT), 40))
    out = io.BytesIO()
    picture.save(out, "PNG")
    one = opened(out.getvalue(), "screen.png")
    assert "洗钱案件" in one.text and "安全账户" in one.text and "gaj-check.top" in one.text
    assert answer(one.text, scorer()).verdict == "scam"


def with_attachments(*more: tuple[bytes, str, str]) -> bytes:
    """A harmless mail with a scam as a note, a program, a scam as a mail within, and what else is given (bytes, type, name)."""
    inner, mail = EmailMessage(), EmailMessage()
    inner["From"], inner["Subject"] = "c@example.org", "Prize"
    inner.set_content("You have won 5,000,000 USD. Send your PIN code and pay the release fee by gift card.")
    mail["From"], mail["Subject"] = "a@example.org", "Invoice"
    mail.set_content("Please find the notice attached.")
    mail.add_attachment(SCAM, filename="notice.txt")
    mail.add_attachment(b"MZ\0\1\xff\xfe" * 50, maintype="application", subtype="octet-stream", filename="setup.exe")
    mail.add_attachment(inner)
    for content, kind, name in more:
        mail.add_attachment(content, maintype=kind.partition("/")[0], subtype=kind.partition("/")[2], filename=name)
    return bytes(mail)


def test_what_is_attached_to_a_mail_is_asked_about_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(with_attachments((png([b"\xff" * 9] * 8, 8)[:40], "image/png", "cut.png")))
    whole, note, inner = asked([str(tmp_path / "a.eml")])
    assert whole.attached == ("notice.txt", "3.eml") and whole.unread == ("setup.exe", "cut.png")
    assert (note.what, note.name, note.text.strip()) == ("text", "a.eml/notice.txt", SCAM)
    assert (inner.what, inner.name) == ("mail", "a.eml/3.eml") and "release fee" in inner.text
    found = json.loads(run("check", "--json", "a.eml").stdout)["checks"]
    assert [one["verdict"] for one in found][1:] == ["scam", "scam"] and found[0]["verdict"] == "no_sign"
    said = " ".join(run("check", "a.eml").stdout.split())
    assert "each answered below: notice.txt, 3.eml" in said and "not looked at: setup.exe, cut.png" in said


def test_of_many_attachments_the_first_are_asked_about_and_the_others_named(tmp_path: Path) -> None:
    notes = [(b"see you at six", "text/x-note", f"n{at}.txt") for at in range(30)]
    (tmp_path / "a.eml").write_bytes(with_attachments(*notes))
    whole, *inside = asked([str(tmp_path / "a.eml")])
    assert len(inside) == len(whole.attached) == check_inputs.ATTACHMENTS_MAX
    assert len(whole.unread) == 1 + 32 - check_inputs.ATTACHMENTS_MAX


# -- the command


def test_the_command_answers_and_leaves_no_trace(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text(MAIL, encoding="utf-8")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    said = run("check", SCAM, "a.eml").stdout
    assert "scam" in said and "What to do now" in said and "mail a.eml" in said
    assert "现在怎么办" in run("check", "--lang", "zh", HONEST).stdout
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_the_page_is_complete_in_itself_and_says_the_same(run: Run, tmp_path: Path) -> None:
    hostile = f"<script>alert(1)</script> {SCAM}"
    assert "page.html" in run("check", hostile, "95588", "--page", "page.html").stdout
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<script") == 1 and "&lt;script&gt;" in page and "http://" not in page and "https://" not in page
    assert "安全账户<sup>" in page and "What to do now" in page and "现在怎么办" in page
    assert page.count("<blockquote>") == 1  # a number by itself is no message


def test_json_is_one_document(run: Run) -> None:
    found = json.loads(run("check", "--json", SCAM, "95588").stdout)["checks"]
    assert [one["verdict"] for one in found] == ["scam", "unsure"]
    assert found[0]["scorer"] == "full" and found[0]["text"] == SCAM and found[1]["score"] is None
    for mark in (*found[0]["tactics"], *found[0]["telling"], *found[0]["claimed"]):
        assert SCAM[mark["start"] : mark["end"]] == mark["words"]
    only_rules = json.loads(run("check", "--json", "--rules-only", SCAM).stdout)["checks"][0]
    assert only_rules["scorer"] == "rules"


def test_exit_statuses(run: Run, tmp_path: Path) -> None:
    assert "folder" in run("check", ".", code=2).stderr
    assert "no file" in run("check", "none.eml", code=3).stderr
    assert "no language" in run("check", "--lang", "fr", "hello", code=2).stderr
    assert "no workspace" in run("check", "--workspace", "none", "hello", code=3).stderr
    assert not (tmp_path / "none").exists()


def test_a_pipe_is_read(tmp_path: Path) -> None:
    for arguments in ([], ["-"]):
        done = subprocess.run(
            [sys.executable, "-m", "fanzha", "check", *arguments],
            input=SCAM.encode(),
            capture_output=True,
            cwd=tmp_path,
            check=True,
            env={**os.environ, "FANZHA_LANG": "en"},
        )
        assert "What to do now" in done.stdout.decode()


def test_one_message_needs_nothing_heavy() -> None:
    code = (
        "import sys; from fanzha.__main__ import main; sys.argv = ['fanzha', 'check', 'Your parcel is held, pay at http://post-fee.top/x']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([name for name in ('numba', 'duckdb', 'pyarrow', 'apsw', 'scipy', 'fanzha.chain') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_public_function() -> None:
    reading = fanzha.check(SCAM)
    assert reading == check(SCAM) and reading.verdict == "scam" and reading.language_known
    assert fanzha.check("").verdict == "unsure"


@pytest.mark.skipif(find_spec("zxingcpp") is None or find_spec("cv2") is None, reason="needs fanzha[pictures]")
def test_a_damaged_picture_is_refused_and_nothing_else_happens() -> None:
    whole = png([bytes((x * y) & 255 for x in range(64)) for y in range(64)], 64)
    rng = random.Random(7)
    for _ in range(4):
        broken = bytearray(whole[: rng.randrange(9, len(whole))])
        for _ in range(rng.randrange(6)):
            broken[rng.randrange(8, len(broken))] = rng.randrange(256)
        try:
            assert opened(bytes(broken), "a.png").what == "picture"
        except UnreadableFile as refused:
            assert "a.png" in str(refused)


# -- numbers by themselves


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("12345678901234567", "no_card"),
        ("88888888888888888", "no_card"),
        ("１２３４５６７８９０１２３４５６７", "no_card"),
        ("1234 5678 9012 3456 7", "no_card"),
        ("10000000000000009", "card"),
        ("12345678901", "open"),
        ("1" * 25, "account"),
    ],
)
def test_a_run_of_digits_is_told_by_its_length_and_never_judged_by_its_wording(text: str, sort: str) -> None:
    said = answer(text, scorer())
    assert said.only and said.verdict == "unsure" and said.probability is None and not said.kinds
    assert dict(said.alone[0].parts)["sort"] == sort and said.alone[0].found.original == text.strip()
    line = json.dumps({"id": 1, "text": text}).encode()
    (one,) = [json.loads(out) for out in b"".join(answers([line], scorer())).splitlines()]
    assert one["verdict"] == "unsure" and one["scam_type"] is None
    for lang, wanted in (("en", "digits"), ("zh", "共")):
        assert wanted in shown(text, lang) and "T13" not in shown(text, lang)


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("110", "Police emergency (China); police (Indonesia)"),
        ("165", "anti-fraud line of the police (Taiwan)"),
        ("7726", "your mobile network, for forwarded scam texts (United Kingdom and United States)"),
        ("1332", "Financial Supervisory Service (South Korea)"),
        ("1441", "Anti Online Scam Operation Center (Thailand)"),
        ("1500888", "Bank Central Asia (Halo BCA) (Indonesia)"),
        ("159", "your own bank's fraud desk (United Kingdom)"),
        ("96110", "National anti-fraud line (China)"),
        ("12321", "Reports of spam and harassment (China)"),
        ("777", ""),
    ],
)
def test_public_numbers_are_named_with_their_country(text: str, owner: str) -> None:
    said = answer(text, scorer())
    assert said.only and said.verdict == "unsure" and said.alone[0].owner[0].startswith(owner)
    assert bool(owner) == bool(said.alone[0].owner[0]) == ("service_number" in said.alone[0].signs)


def test_a_number_without_a_country_code_is_not_said_to_be_chinese() -> None:
    for text, named in (
        ("0204 555 0102", "United Kingdom"),
        ("0800-000-1234", "Japan"),
        ("010-1234-5678", "South Korea"),
    ):
        assert named in shown(text) and answer(text, scorer()).verdict == "unsure"
    assert "a fixed line in China" in shown("+86 451 87654321")
    told = answer("您好,请拨打 010-12345678 联系我们办理业务,谢谢", scorer())
    assert "also" not in dict(told.alone[0].parts), "among Chinese words it is a number of China"


def test_a_telephone_number_that_no_plan_has_is_suspicious_and_a_slip_in_a_card_is_not() -> None:
    for text in ("+44 7700 900123", "+44 20 1", "15412345678"):
        said = answer(text, scorer())
        if said.only and said.alone[0].found.kind == "phone" and not said.alone[0].found.valid:
            assert said.verdict == "suspicious" and "no_such_number" in said.alone[0].signs, text
    said = answer("+44 7700 900123", scorer())
    assert said.only and said.verdict == "suspicious" and said.probability is None
    assert "Do not call back" in shown("+44 7700 900123") and "不要回拨" in shown("+44 7700 900123", "zh")
    assert answer("6222020200001234561", scorer()).verdict == "unsure"
    assert "cannot be a real one" not in shown("6222020200001234561")


def test_the_public_numbers_of_china_are_those_of_the_table_and_every_language_has_some() -> None:
    from fanzha.recognise.alone import _short_codes
    from fanzha.recognise.public_numbers import owners, public_numbers, told_to
    from fanzha.recognise.signs import LANGUAGES as LEARNED

    everybody = public_numbers()
    assert len({(one.number, one.country) for one in everybody}) == len(everybody)
    for one in everybody:
        assert one.number.isdecimal() and all((*one.country, *one.who)) and set(one.told) <= set(LEARNED)
        assert re.search("[\u4e00-\u9fff]", one.country[1]) and owners(one.number)
        if one.country[0] == "China":
            assert _short_codes().owner(one.number) is not None
    assert {language: [one.number for one in told_to(language)] for language in ("zh", "en", "th", "ko", "")} == {
        "zh": ["96110", "110"],
        "en": ["159", "7726"],
        "th": ["1441", "191"],
        "ko": ["112", "1332"],
        "": ["96110", "110"],
    }
    assert all(told_to(language)[0].told == (language,) for language in LEARNED)


def test_whom_to_call_is_of_the_country_of_the_message() -> None:
    english = "Your parcel is held, pay the fee at https://royal-mail.fee-pay.top now"
    assert "159 your own bank" in shown(english) and "96110" not in shown(english)
    assert "96110 反诈预警劝阻专线（中国）" in shown(
        SCAM, "zh"
    ) and "96110 anti-fraud line of the police (China)" in shown(SCAM)
    assert "Whom to call" not in shown(HONEST)


# -- narrow terminals, long files, several at once


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [30, 40, 59, 60, 80])
def test_no_word_is_cut_in_a_narrow_terminal(width: int, lang: str) -> None:
    text = "Your parcel is held, pay the fee at https://fee-pay.top now, call +44 7911 123456"
    out = io.StringIO()
    checking.show(
        Console(file=out, width=width, highlight=False), Words(lang), Asked("text", text), answer(text, scorer())
    )
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    if lang == "en":
        whole_text = " ".join(" ".join(lines).split())
        beside = "What to do now Do not pay" if width >= checking.NARROW else "What to do now Do not pay, do not click"
        assert beside in whole_text and "minutes count" in whole_text
        written = set(re.findall("[a-z]{9,}", shown(text)))
        assert written and all(word in whole_text for word in written)


def test_of_a_long_text_no_more_is_read_than_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as only:
        only.setattr(check_inputs, "opened", lambda *_: pytest.fail("read as a whole"))
        for encoding in ("utf-8", "gb18030", "utf-16"):
            long = tmp_path / f"{encoding}.txt"
            long.write_text(SCAM + "\n今天天气很好,我们去公园散步吧\n" * 60_000, encoding=encoding)
            (one,) = asked([str(long)])
            assert len(one.text) < long.stat().st_size / 2 and one.text.startswith(SCAM[:30])
            assert answer(one.text, rules).cut
    chat = tmp_path / "chat.txt"
    chat.write_text(CHAT * 2_000, encoding="utf-8")
    (whole_chat,) = asked([str(chat)])
    assert whole_chat.what == "chat" and len(whole_chat.messages) == 8_000, "a long conversation is read to its end"


def test_what_looks_like_a_file_is_no_message_and_a_link_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("foto.txt", "Foto.PNG", "a/b.eml", "./x", "../x", "~/x", "/none/x"):
        with pytest.raises(NotFound):
            list(asked([name]))
    for text in ("evil.top/a.pdf", "see foto.txt please", "1/2", "and/or", "https://a.top/x.html", "/start"):
        assert next(asked([text])).what == "text"
    refused: list[Any] = []
    assert [one.text for one in asked(["hello", "none.txt", "", "again"], refused)] == ["hello", "again"]
    assert len(refused) == 2


def test_a_page_of_several_has_a_list_on_top_and_each_its_name(say: Run, tmp_path: Path) -> None:
    (tmp_path / "told.txt").write_text(SCAM, encoding="utf-8")
    say("check", "told.txt", "95588", HONEST, "<b>bold</b> words of nobody", "--page", "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert [page.count(f'href="#check-{n}"') for n in (1, 2, 3, 4, 5)] == [1, 1, 1, 1, 0]
    for at, name in enumerate(("told.txt", "95588", HONEST, "&lt;b&gt;bold&lt;/b&gt; words of nobody"), 1):
        section = page[page.index(f'id="check-{at}"') :]
        assert page.index(f">{name}</a>") < page.index('id="check-1"')
        assert section.index(f">{name}</p>") < section.index('class="verdict')
    assert "Asia/Shanghai" not in page and "Time zone" not in page and "UTC" not in page.partition("<footer>")[2]
    say("check", HONEST, "--page", "one.html")
    assert "#check-1" not in (tmp_path / "one.html").read_text(encoding="utf-8")
