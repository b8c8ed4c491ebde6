"""A citizen asks whether a message is a scam. An officer sees a campaign rise that looks like nothing known, names it, and knows the next
victim's message by that name. A wrong alarm is given back, and the next training does not raise it again. Every message is invented."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import fanzha
from tests.conftest import Run
from tests.test_docs import blocks

GARDEN = "Good evening, the moon garden club opens tonight, plant seeds worth {} coins in pot number {} and harvest doubles by Friday"
REPLIES = ("My sister said no", "How does a garden pay anything", "I sent the coins, what now", "Is this the same club")
TITLE = "Moon garden club"
ALARM = (
    "Your parcel locker code changes tonight, the caretaker leaves the new key card at the desk, bring the blue slip"
)


def answer(run: Run, *arguments: object) -> dict[str, Any]:
    """The one JSON document a command prints."""
    return json.loads(run(*arguments, "--json").stdout)  # type: ignore[no-any-return]


def chat(folder: Path, number: int, day: int) -> Path:
    """A chat export as a victim hands it in: the stranger's message, the victim's own, small talk."""
    folder.mkdir(exist_ok=True)
    path = folder / f"chat{number}.txt"
    said = GARDEN.format(300 + 50 * number, number)
    lines = [
        "6:00 PM - Messages and calls are end-to-end encrypted.",
        f"6:0{number} PM - Coach Mia {number}: {said}, write to wxid_garden{number}00{number} or call 1391234567{number}",
        f"6:12 PM - Victim {number}: {REPLIES[number - 1]}, my number is 1380013800{number}",
        f"6:13 PM - Coach Mia {number}: ok",
    ]
    path.write_text("".join(f"{day}/11/26, {line}\n" for line in lines), encoding="utf-8")
    return path


def tables(folder: Path) -> dict[str, Any]:
    with fanzha.open(folder, actor="auditor") as workspace:
        workspace.refresh()
        assert workspace.tables_differ() == []
        names = ("recognised", "campaigns", "campaign_members", "campaign_identifiers", "case_reports")
        return {name: workspace.engine.all_rows(name) for name in names}


def test_a_citizen_asks(say: Run, tmp_path: Path) -> None:
    scam = "我是公安局民警，您涉嫌洗钱，请立即将资金转入安全账户，不要告诉家人"
    assert "诈骗" in say("check", scam, lang="zh").stdout
    assert list(tmp_path.iterdir()) == [], "nothing is stored"


def test_a_campaign_rises_is_named_and_known_again(say: Run, tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    for number, day in ((1, 20), (2, 21)):
        chat(tmp_path / "chats", number, day)
    say("run", tmp_path / "chats")
    assert [one["state"] for one in answer(say, "campaigns")["campaigns"]] == ["repeated"], "two may be chance"

    say("run", chat(tmp_path / "third", 3, 22).parent)
    one = answer(say, "campaigns")["campaigns"][0]
    assert (one["state"], one["kind"], one["texts"], one["rising"]) == ("new", "T99", 3, True)
    assert len(one["examples"]) == 3 and all("moon garden" in each["text"] for each in one["examples"])
    assert "13912345671" not in json.dumps(one) and "139****" in json.dumps(one), "identifiers are masked"
    page = (folder / "report/index.html").read_text(encoding="utf-8")
    assert "new and rising" in page and "新型上升" in page and "moon garden" in page and "13912345671" not in page
    assert "fanzha name" in say("campaigns").stdout and "正在上升" in say("campaigns", lang="zh").stdout

    before = tables(folder)
    named = say("name", one["examples"][1]["at"], "--kind", "T02", "--title", TITLE, "--reason", "told by two victims")
    act = int(named.stdout.split("act ")[1].split(";")[0])
    assert answer(say, "campaigns")["campaigns"][0]["named_by"] == act
    assert TITLE in (folder / "report/index.html").read_text(encoding="utf-8"), "pages follow"

    say("run", chat(tmp_path / "fourth", 4, 23).parent)
    known = answer(say, "campaigns", f"{answer(say, 'acts')['acts'][-1]['act']}-2")["campaigns"][0]
    assert (known["title"], known["kind"], known["texts"], known["state"]) == (TITLE, "T02", 4, "named")
    with fanzha.open(folder, actor="Officer Lin") as workspace:
        like = workspace.recognising.like(GARDEN.format(999, 9) + ", write to wxid_other0009 or call 13912345679")
        assert like is not None and like["title"] == TITLE, "a fifth message is known before it is handed in"
        assert (
            workspace.recognising.like("the water will be off in block two on Friday while the main is repaired")
            is None
        )
        workspace.withdraw(known_file(workspace, "chat4.txt"), "sent twice")
    assert answer(say, "campaigns")["campaigns"][0]["texts"] == 3
    say("undo", act)
    after = tables(folder)
    assert [name for name in before if not after[name].equals(before[name])] == [], "everything is as before"


def known_file(workspace: fanzha.Workspace, name: str) -> int:
    return int(workspace.engine.rows('SELECT "file" FROM "files" WHERE "name" = ?', (name,))[0][0])


def labelled(folder: Path) -> Path:
    """Invented texts with labels: loans, prizes and false police beside notices and small talk; in it, the alarm's words are a scam's."""
    folder.mkdir()
    scams = (
        "Congratulations, you won prize number {0}, pay the tax of {1} first at the link to receive it",
        "A loan of {0} without any check is approved for you, pay the fee of {1} and the money comes today",
        "Your parcel locker code changes tonight, leave the key card number {0} and pay {1} for the new slip",
        "This is the police, case {0}, move the money to the safe account within {1} minutes and tell nobody",
    )
    honest = (
        "See you at {0} at the old hall, bring {1} chairs and something warm for the way home",
        "Your order {0} was delivered to your neighbour, thank you for shopping, {1} points were added",
        "The water will be off in block {0} on Friday from {1} while the main is repaired",
        "Dinner at {0}? Mum brings the cake, we are {1} people this time",
    )
    with (folder / "small.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text", "label", "lang"))
        for n in range(60):
            for label, bodies in (("scam", scams), ("benign", honest)):
                writer.writerow((f"{label}{n}", bodies[n % 4].format(10 + n, 3 * n + 1), label, "en"))
    return folder


def test_a_wrong_alarm_is_given_back_and_not_raised_again(say: Run, tmp_path: Path) -> None:
    folder, texts = tmp_path / "workspace", labelled(tmp_path / "texts")
    say("train", texts, "--alone", "--use")
    assert "scorer_learned" in say("acts").stdout
    with fanzha.open(folder, actor="Officer Lin") as workspace:
        wrong = reading(workspace, ALARM)
        assert wrong[0] in ("scam", "suspicious")

    given = say("feedback", ALARM, "--verdict", "honest", "--reason", "the caretaker's notice").stdout
    assert "the program had said otherwise" in given
    with fanzha.open(folder, actor="Officer Lin") as workspace:
        assert [one.wrong for one in workspace.recognising.feedbacks()] == [True]
        months = workspace.recognising.drift()
        assert sum(one.judged for one in months) == sum(one.wrong for one in months) == 1
        assert workspace.cases() == [], "a judged text is no report"

    first, again = tmp_path / "a.scorer", tmp_path / "b.scorer"
    assert "1 of them judged by people here" in say("train", texts, "--alone", "--judged", "--out", first).stdout
    say("train", texts, "--alone", "--use", "--out", again)
    assert first.read_bytes() == again.read_bytes(), "the same rows, the same bytes"
    with fanzha.open(folder, actor="Officer Lin") as workspace:
        assert reading(workspace, ALARM)[1] < wrong[1] / 2 and reading(workspace, ALARM)[0] == "no_sign"
        act = next(one.seq for one in reversed(workspace.acts()) if one.act == "use")
        workspace.undo(act)
        assert reading(workspace, ALARM) == wrong, "undone, it judges as before"
        file = workspace.recognising.feedbacks()[0].file
        workspace.erase(file, ground="data_subject_request")
        assert workspace.recognising.feedbacks() == [] and workspace.recognising.judged_texts() == []


def test_a_few_verdicts_correct_the_scorer_that_is_there(say: Run, tmp_path: Path) -> None:
    """Nobody here has a folder of labelled texts. Two people say what two texts are, and the next training takes it in."""
    club, notice = (
        GARDEN.format(300, 4),
        "Police notice: your bank card was used. Verify your account at the link within 2 hours",
    )
    fanzha.open(tmp_path / "workspace", actor="Officer Lin").close()
    say("feedback", club, "--verdict", "scam", "--kind", "T02", "--reason", "told by a victim")
    say("feedback", notice, "--verdict", "honest", "--reason", "a poster of our own exercise")
    with fanzha.open(tmp_path / "workspace", actor="Officer Lin") as workspace:
        before = reading(workspace, club), reading(workspace, notice)
    told = say("train", "--use", lang="zh").stdout
    assert "其中人工判定 2 条" in told and "现在判错 0 条" in told
    with fanzha.open(tmp_path / "workspace", actor="Officer Lin") as workspace:
        after = reading(workspace, club), reading(workspace, notice)
        assert after[0][0] in ("scam", "suspicious") and after[0][1] > before[0][1]
        assert after[1][0] == "no_sign" and after[1][1] < before[1][1]
        assert reading(workspace, "我是公安局民警，您涉嫌洗钱，请立即将资金转入安全账户，不要告诉家人")[0] == "scam", (
            "it forgot nothing"
        )


def reading(workspace: fanzha.Workspace, text: str) -> tuple[str, float]:
    from fanzha.recognise.check import check

    (one,) = check([text], workspace.recognising.scorer())
    return one.verdict, one.probability


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_done_is_said(say: Run, tmp_path: Path, lang: str) -> None:
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00\x81")
    (tmp_path / "empty").mkdir()
    fanzha.open(tmp_path / "workspace", actor="Officer Lin").close()
    for arguments, code in (
        (["name", "1-2", "--kind", "T02"], 3),
        (["name", "nonsense", "--kind", "T02"], 2),
        (["name", "1-2"], 2),
        (["campaigns", "99-1"], 3),
        (["feedback", " ", "--verdict", "honest"], 2),
        (["feedback", "a text", "--verdict", "scam", "--kind", "T55"], 2),
        (["feedback", "foto.txt", "--verdict", "scam"], 3),
        (["feedback", "./foto", "--verdict", "scam"], 3),
        (["feedback", "hello", "--verdict", "scam"], 2),
        (["feedback", "12345678901234567", "--verdict", "scam"], 2),
        (["feedback", tmp_path / "binary.txt", "--verdict", "honest"], 2),
        (["train", tmp_path / "empty"], 2),
        (["train", tmp_path / "nofolder", "--out", tmp_path / "m"], 3),
        (["train", tmp_path / "empty", "--out", tmp_path / "m"], 2),
        (["train", "--out", tmp_path / "m"], 2),
        (["train", "--alone", "--out", tmp_path / "m"], 2),
    ):
        said = say(*arguments, code=code, lang=lang).stderr
        assert {"zh": "下一步", "en": "Next:"}[lang] in said, arguments
    assert not (tmp_path / "m").exists()
    with fanzha.open(tmp_path / "workspace", actor="Officer Lin") as workspace:
        assert workspace.recognising.feedbacks() == [], "what was refused is not kept"
    assert "drift" in answer(say, "drift") and answer(say, "drift")["drift"] == []


@pytest.mark.parametrize("name", ["recognise", "campaigns"])
def test_what_a_newcomer_reads_can_be_done_as_it_stands(name: str, tmp_path: Path) -> None:
    said = ""
    for language, start in (("sh", ["bash", "-ec"]), ("python", [sys.executable, "-c"])):
        for block in blocks(f"docs/{name}.md", language):
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            environment = {**os.environ, "PATH": path, "FANZHA_LANG": "en", "COLUMNS": "160"}
            done = subprocess.run(
                [*start, block], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{block}\n{done.stderr}"
            said += done.stdout
    wanted = {
        "recognise": ("What to do now", "现在怎么办", "Industrial and Commercial Bank", "scam (('T08'"),
        "campaigns": ("new and rising", "Campaign 7-2", "a person here called these words a scam", "Moon garden club"),
    }
    assert [one for one in wanted[name] if one not in said] == []
