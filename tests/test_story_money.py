"""An officer holds what is disputed, a bank answers, a judge of facts appears: freeze, appeal, lift, return, all by named persons."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fanzha.document.letter_pdf import chinese_font
from fanzha.errors import NotFound
from tests.conftest import CITY, Run

NUMBER = re.compile(r"\d{12}")
OFFICER, CHIEF, CHECKER = "王小明", "李华", "陈静"


def answer(run: Run, *arguments: object, **options: object) -> dict[str, Any]:
    """The one JSON document a command prints."""
    return json.loads(run(*arguments, "--json", **options).stdout)  # type: ignore[no-any-return]


def order(say: Run, *arguments: object) -> dict[str, Any]:
    """The order that a command shows."""
    return answer(say, *arguments)["order"]  # type: ignore[no-any-return]


def major(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def given(say: Run, number: int, amount: int) -> dict[str, Any]:
    """An order approved by the chief, sent, and answered by the bank."""
    order(say, "orders", number, "--do", "approve", "--actor", CHIEF)
    order(say, "orders", number, "--do", "send", "--actor", CHIEF)
    return order(say, "orders", number, "--do", "reply", "--amount", major(amount), "--actor", OFFICER)


def test_follow_hold_freeze_appeal_return(say: Run, tmp_path: Path) -> None:
    say("admit", CITY)
    case = answer(say, "cases")["cases"][0]["id"]

    # where did it go, who holds it, what do the accounts look like
    reached = answer(say, "trace", case)["reached"]
    assert {1, 2} <= {tier for one in reached for tier in one["tiers"]}
    holding = answer(say, "trace", case, "--holders")["holders"]
    assert sum(one["held_minor"] for one in holding) > 0
    seen = answer(say, "patterns", case)
    assert seen["patterns"] and seen["readings"]
    for told in (say("trace", case).stdout, say("patterns", case, lang="zh").stdout):
        assert not NUMBER.search(told), "accounts are masked"
    assert "无辜" in say("patterns", case, lang="zh").stdout, "the innocent explanation stands beside each pattern"

    # a draft is adopted by a named person; the amount is what was traced, never more
    drafts = answer(say, "hold", case)["drafts"]
    draft = next(one for one in drafts if one["verb"] == "hold" and one["innocent"] in ("none", "unwitting"))
    amount = draft["amount_minor"]
    hold = order(say, "hold", case, "--step", draft["number"], "--actor", OFFICER, "--reason", "the victim waits here")
    assert (hold["state"], hold["amount"], hold["proposer"]) == ("proposed", amount, OFFICER)
    assert hold["expires_ms"] - hold["proposed_ms"] == 48 * 3_600_000
    again = [one for one in answer(say, "hold", case)["drafts"] if one["verb"] == "hold"]
    assert (draft["target"], amount) not in {(one["target"], one["amount_minor"]) for one in again}, (
        "not proposed twice"
    )

    # the letter, in the three forms; a PDF wants a Chinese font of the machine
    for ending in ("docx", "json", *(("pdf",) if has_font() else ())):
        say("orders", hold["number"], "--letter", tmp_path / f"order.{ending}")
    letter = json.loads((tmp_path / "order.json").read_text(encoding="utf-8"))
    assert letter["schema"] == "fanzha.order/1"
    assert "word/document.xml" in zipfile.ZipFile(tmp_path / "order.docx").namelist()

    held = given(say, hold["number"], amount)
    assert (held["state"], held["held"]) == ("in_force", amount)
    assert [one["order"] for one in answer(say, "orders", "--due")["due"]] == [hold["number"]]
    say("undo", hold["number"], code=4)  # a bank was told: only a lift ends it

    # the hold becomes a freeze: two persons
    account = account_of(tmp_path, hold["number"])
    asked = ("hold", case, account, "--verb", "freeze", "--follows", hold["number"], "--amount", major(amount))
    freeze = order(say, *asked, "--actor", OFFICER, "--reason", "the prosecutor agrees")
    say("orders", freeze["number"], "--do", "approve", "--actor", OFFICER, code=4)
    frozen = given(say, freeze["number"], amount)
    assert (frozen["state"], frozen["held"]) == ("in_force", amount)
    assert order(say, "orders", hold["number"])["state"] == "turned"
    assert answer(say, "orders", "--due")["over_held"] == []

    # the holder appeals; who checks had no part in it; what is upheld is lifted at once, everybody is told
    appeal = answer(say, "appeal", freeze["number"], "--text", "货款,有合同", "--actor", OFFICER)["appeals"][0][
        "appeal"
    ]
    say("appeal", "--number", appeal, "--checker", CHIEF, "--actor", OFFICER, code=4)
    say("appeal", "--number", appeal, "--checker", CHECKER, "--actor", OFFICER)
    part = amount // 4
    asked = ("appeal", "--number", appeal, "--decide", "partly", "--amount", major(part), "--reason", "合同属实")
    decided = answer(say, *asked, "--actor", CHECKER)
    assert decided["corrections"], "who got the flag is to be told"
    assert order(say, "orders", freeze["number"])["held"] == amount - part
    say("appeal", "--number", appeal, "--told", decided["corrections"][0]["name"], "--actor", OFFICER)

    # what is left goes back to whom it was taken from, by two persons, never more than is frozen
    back = [one for one in answer(say, "refund", case)["returns"] if one["account"] == hold["label"] and one["amount"]]
    assert back and sum(one["amount"] for one in back) <= amount - part
    assert all(one["amount"] <= one["paid"] for one in back)
    say("refund", case, "--page", tmp_path / "back.html")
    page = (tmp_path / "back.html").read_text(encoding="utf-8")
    assert account not in page and "返还" in page
    if not any(one["notice"] for one in back):
        made = answer(say, "refund", case, "--account", account, "--propose", "--actor", OFFICER)["proposed"]
        first = order(say, "orders", made[0])
        say("orders", made[0], "--do", "approve", "--actor", OFFICER, code=4)
        assert given(say, made[0], first["amount"])["state"] == "done"
        assert order(say, "orders", freeze["number"])["held"] == amount - part - first["amount"]

    # one account row by row; nothing on the way changed what the record gives
    told = answer(say, "money", account)
    assert any(line["disputed_change"] for one in told["cases"] for line in one["lines"])
    assert told["dealt"]["orders"]
    assert answer(say, "verify", "--deep")["tables_differ"] == []


def has_font() -> bool:
    try:
        return chinese_font().is_file()
    except NotFound:
        return False


def account_of(folder: Path, number: int) -> str:
    """The account of an order in full, as the officer's letter has it."""
    letter = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    assert str(number) in json.dumps(letter)
    return str(letter["account"] if isinstance(letter["account"], str) else letter["account"]["number"])


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("hold", "{case}", "6222000000000000000", "--amount", "1", "--reason", "x"), "currency must be named", 2),
        (
            ("hold", "{case}", "6222000000000000000", "--amount", "1", "--currency", "CNY", "--reason", "x"),
            "no report",
            4,
        ),
        (("hold", "{case}", "6222000000000000000", "--amount", "a lot", "--currency", "CNY"), "no amount of money", 2),
        (("hold", "{case}", "--step", "9999"), "no step", 3),
        (("orders", "1", "--do", "approve"), "no order", 3),
        (("money", "6222000000000000000"), "no disputed money", 3),
        (("trace", "nobody"), "no case, transfer or account", 3),
        (("refund", "--propose"), "name the account", 2),
        (("appeal", "3", "--text", "x"), "no order", 3),
    ],
)
def test_what_cannot_be_is_said_with_a_remedy(
    say: Run, admitted: tuple[str, Path], arguments: tuple[str, ...], said: str, code: int
) -> None:
    case, folder = admitted
    asked = [one.format(case=case) for one in arguments]
    with_error = say(*asked, "--workspace", folder, code=code)
    assert said in with_error.stderr, with_error.stderr
    assert "Next:" in with_error.stderr


@pytest.fixture(scope="module")
def admitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A workspace of the example city, and its first case; nothing is changed in it."""
    import fanzha

    folder = tmp_path_factory.mktemp("money") / "w"
    with fanzha.open(folder, actor=OFFICER) as workspace:
        workspace.admit([CITY])
        return workspace.cases()[0].id, folder
