"""A decision on an order is somebody's: no login that many share, in whatever guise it is written."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.errors import NotAllowed
from fanzha.respond.orders import check_person
from fanzha.respond.person import is_person
from tests.conftest import Run

SHARED = (
    "", " ", "\u200b", "...", "@", "@root", "root", "ROOT", " Root ", "ｒｏｏｔ", "ro\u200bot", "r.o.o.t", "root@desk-3", "CORP\\Administrator",
    "./admin", "admin1", "Admin-02", "user", "user42", "ubuntu", "ec2-user", "www-data", "runner", "nobody", "guest", "software",
    "fanzha", "管理员", "系统管理员", "值班账号1", "匿名",
)  # fmt: skip
PERSONS = (
    "王小明", "李雷1", "Lin", "officer lin", "Ada Root", "j.root", "012345", "警012345", "wang.xm@ga.example", "CORP\\wangxm", "tester", "t", "Ng", "Bin",
    "Rootes", "Administrova", "한지민", "Łucja", "นภา",
)  # fmt: skip


@pytest.mark.parametrize("name", SHARED)
def test_a_shared_login_decides_nothing_and_is_told_what_to_do(name: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        check_person(name)
    assert "--actor" in refused.value.remedy and "--actor" in refused.value.remedy_zh


@pytest.mark.parametrize("name", PERSONS)
def test_a_person_may_decide(name: str) -> None:
    check_person(name)


@given(
    st.sampled_from([one for one in SHARED if one.isascii() and one.isalpha()]), st.integers(0, 10**6), st.booleans()
)
def test_a_number_or_large_letters_make_no_person_of_a_login(login: str, number: int, large: bool) -> None:
    assert not is_person(f"{login.upper() if large else login}{number}")


@given(st.text(max_size=20))
def test_any_text_is_judged(text: str) -> None:
    assert is_person(text) in (True, False)
    assert not is_person(f"root@{text}") and ("@" in text or not is_person(f"{text}\\root"))


def test_only_decisions_on_orders_need_it(say: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "root")
    monkeypatch.delenv("USER", raising=False)
    Path("note.txt").write_text("一名男子自称客服，让我转账。", encoding="utf-8")
    say("admit", "note.txt")
    said = say("appeal", "7", "--text", "they sold me a phone", code=4)
    assert "'root' names no person" in said.stderr and "FANZHA_ACTOR" in said.stderr
    assert "不是具体人员" in say("appeal", "7", "--text", "..", "--actor", "ubuntu", code=4, lang="zh").stderr
    monkeypatch.setenv("FANZHA_ACTOR", "王小明")
    assert "no order 7" in say("appeal", "7", "--text", "they sold me a phone", code=3).stderr, "a person is heard"
    assert "'admin' names no person" in say("appeal", "7", "--text", "..", "--actor", "admin", code=4).stderr
    kept = json.loads(say("acts", "--json").stdout)["acts"]
    assert {one["actor"] for one in kept} == {"root"}, "other acts are anybody's, and stay as they were"
