"""Judgements through the workspace: what they move, what they leave behind, and what happens when the record changes under them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fanzha
from fanzha.chain import Workspace
from fanzha.errors import FanzhaError, InputError, NotAllowed, NotFound
from fanzha.store.tables import all_tables

NOW = 1_800_000_000_000
CARD = "6222021001116245702"
OTHER = "6288448643841318696"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with fanzha.open(tmp_path / "w", actor="王小明", clock=lambda: NOW) as opened:
        yield opened


def told(folder: Path, name: str, *texts: str) -> Path:
    """A file of hotline reports with these texts."""
    lines = [
        {
            "id": f"{name}-{n}", "reported_at": "2026-10-11T09:30:00+08:00", "category": "虚假征信", "loss": "100.00",
            "city": "杭州", "text": text,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def paid(card: str) -> str:
    return f"向账户{card}转账100元。"


def cases(workspace: Workspace) -> list[list[str]]:
    """Members of each case."""
    workspace.refresh()
    found: dict[str, list[str]] = {}
    for case, file, row in workspace.engine.rows(
        'SELECT "case_id", "file", "row" FROM "case_reports" ORDER BY "case_id", "file", "row"'
    ):
        found.setdefault(case, []).append(f"{file}-{row}")
    return sorted(found.values())


def tables(workspace: Workspace) -> dict[str, Any]:
    workspace.refresh()
    return {name: workspace.engine.all_rows(name) for name in all_tables() if name != "judgements"}


@pytest.fixture
def four(workspace: Workspace, tmp_path: Path) -> tuple[Workspace, list[str]]:
    """Two reports of one card, one of another, one of nothing."""
    workspace.admit([told(tmp_path, "a", paid(CARD), paid(CARD), paid(OTHER), "对方电话未留存。")])
    return workspace, [
        f"{file}-{row}" for file, row in workspace.engine.rows('SELECT "file", "row" FROM "reports" ORDER BY 1, 2')
    ]


def test_a_split_moves_the_report_and_undo_restores_every_table(four: tuple[Workspace, list[str]]) -> None:
    workspace, (a, b, c, d) = four
    before = tables(workspace)
    assert cases(workspace) == [[a, b], [c], [d]]
    done = workspace.split(a, [b], reason="another voice")
    assert done.moved == ((b, a, b), (a, a, a))
    assert cases(workspace) == [[a], [b], [c], [d]]
    assert workspace.tables_differ() == []
    workspace.undo(done.act)
    after = tables(workspace)
    assert [name for name in before if not before[name].equals(after[name])] == []


def test_a_merge_wins_over_missing_evidence_and_old_numbers_lead_to_the_case(four: tuple[Workspace, list[str]]) -> None:
    workspace, (a, b, c, d) = four
    done = workspace.merge([a, c, d], reason="one script, read word for word")
    assert cases(workspace) == [[a, b, c, d]]
    assert workspace.case(c).id == workspace.case(d).id == a
    why = workspace.why(b, d)
    assert why.together
    assert why.acts == (done.act,)
    (row,) = workspace.table(
        "judgements", purpose="evidence" if "evidence" in purposes() else next(iter(purposes()))
    ).to_pylist()
    assert (row["actor"], row["verdict"], row["state"], row["reason"]) == (
        "王小明",
        "same",
        "stands",
        "one script, read word for word",
    )


def purposes() -> tuple[str, ...]:
    from fanzha.model.terms import PURPOSES

    return tuple(PURPOSES)


def test_a_report_may_belong_to_several_cases(four: tuple[Workspace, list[str]]) -> None:
    workspace, (a, b, c, d) = four
    workspace.judge("also", [c], [a], reason="paid both")
    assert cases(workspace) == [[a, b, c], [c], [d]]
    assert workspace.tables_differ() == []


def test_a_contradiction_is_refused_and_names_the_act(four: tuple[Workspace, list[str]]) -> None:
    workspace, (a, b, c, _) = four
    act = workspace.split(a, [b], reason="another voice").act
    with pytest.raises(NotAllowed, match=f"act {act}"):
        workspace.merge([a, b], reason="same bank")
    workspace.merge([a, c], reason="same voice")
    with pytest.raises(NotAllowed, match=f"act {act}"):
        workspace.merge([b, c], reason="same voice again")
    assert cases(workspace)[0] == [a, c]


def test_also_and_different_contradict_each_other(four: tuple[Workspace, list[str]]) -> None:
    workspace, (a, b, c, d) = four
    act = workspace.judge("also", [c], [a], reason="paid both").act
    with pytest.raises(NotAllowed, match=f"act {act}"):
        workspace.judge("different", [a], [c], reason="another voice")
    act = workspace.judge("different", [d], [a], reason="another voice").act
    with pytest.raises(NotAllowed, match=f"act {act}"):
        workspace.judge("also", [a], [d], reason="paid both")
    assert cases(workspace) == [[a, b, c], [c], [d]]


def test_what_nobody_told_of_cannot_be_judged(four: tuple[Workspace, list[str]]) -> None:
    workspace, (a, *_) = four
    with pytest.raises(NotFound):
        workspace.judge("same", [a], ["99-1"], reason="?")
    with pytest.raises(NotFound):
        workspace.why(a, "phone:+8613800138000")
    with pytest.raises(InputError):
        workspace.judge("same", [a], [], reason="?")
    with pytest.raises(InputError, match="reason"):
        workspace.judge("same", [a], [four[1][2]], reason=" ")


def test_new_reports_join_what_is_linked_and_the_tables_are_those_of_a_rebuild(
    four: tuple[Workspace, list[str]], tmp_path: Path
) -> None:
    workspace, (a, b, c, d) = four
    workspace.refresh()
    linker = workspace.linker()
    workspace.admit([told(tmp_path, "b", paid(CARD) + paid(OTHER), "无")])
    assert workspace.linker() is linker, "the linker in memory took the new reports"
    e, f = (
        f"{file}-{row}" for file, row in workspace.engine.rows('SELECT "file", "row" FROM "reports" ORDER BY 1, 2')[4:]
    )
    assert cases(workspace) == [[a, b, c, e], [d], [f]]
    assert workspace.tables_differ() == []
    (history,) = workspace.engine.rows('SELECT "case_id", "former", "file" FROM "case_history"')
    assert history == (a, c, int(e.split("-")[0]))


def test_a_corrected_report_changes_everything_that_followed_from_it(four: tuple[Workspace, list[str]]) -> None:
    workspace, (a, b, c, d) = four
    file, row = (int(part) for part in b.split("-"))
    workspace.correct_row(file, row, reason="misheard", cells={"text": paid(OTHER)})
    assert cases(workspace) == [[a], [b, c], [d]]
    assert workspace.tables_differ() == []


def test_a_judgement_goes_with_the_report_that_is_erased(four: tuple[Workspace, list[str]], tmp_path: Path) -> None:
    workspace, (a, _, _, d) = four
    workspace.admit([told(tmp_path, "c", "无线索。")])
    workspace.merge([a, d], reason="secret words of the officer")
    file = int(a.split("-")[0])
    workspace.erase(file, ground=next(iter(grounds())))
    ((state, reason),) = workspace.engine.rows('SELECT "state", "reason" FROM "judgements"') or [("erased", "")]
    assert (state, reason) == ("erased", "")


def grounds() -> tuple[str, ...]:
    from fanzha.model.words import vocabulary

    return tuple(vocabulary("erasures"))


def test_why_of_one_chain_names_its_weakest_link(workspace: Workspace, tmp_path: Path) -> None:
    both = paid(CARD) + paid(OTHER)
    workspace.admit([told(tmp_path, "a", paid(CARD), both, paid(OTHER))])
    a, b, c = (
        f"{file}-{row}" for file, row in workspace.engine.rows('SELECT "file", "row" FROM "reports" ORDER BY 1, 2')
    )
    why = workspace.why(a, c)
    assert [(hop.a, hop.b) for hop in why.path] == [(a, b), (b, c)]
    assert why.without in ((2, 1), (1, 2))
    assert why.advice == ("hangs_on_one",)
    assert workspace.why(f"account:{CARD}", f"account:{OTHER}").advice == ("named_together",)


def test_why_not_says_what_is_missing(four: tuple[Workspace, list[str]]) -> None:
    workspace, (a, _, c, d) = four
    why = workspace.why(a, c)
    assert not why.together
    assert why.advice == ("nothing_shared",) or why.missing > 0
    assert workspace.why(a, d).advice == ("nothing_shared",)


def test_a_new_epoch_is_an_act_that_is_undone(workspace: Workspace, tmp_path: Path) -> None:
    workspace.admit([told(tmp_path, "a", *(paid(CARD) for _ in range(6)))])
    before = tables(workspace)
    assert workspace.linker().weights.trust == {}
    epoch = workspace.next_epoch(begin=True)
    assert epoch.learned.counts["account"].pairs == 15
    assert workspace.linker().weights.trust == dict(epoch.learned.trust)
    assert workspace.tables_differ() == []
    assert workspace.next_epoch().content == epoch.content, "learned on the weights as shipped: twice is once"
    act = next(entry for entry in workspace.acts() if entry.act == "use" and entry.public["name"] == "weights_learned")
    workspace.undo(act.seq)
    after = tables(workspace)
    assert [name for name in before if not before[name].equals(after[name])] == []


def test_why_after_a_merge_on_top_of_a_split(four: tuple[Workspace, list[str]]) -> None:
    workspace, (a, b, c, d) = four
    workspace.split(a, [b], reason="another voice")
    workspace.merge([b, c], reason="same voice")
    assert cases(workspace) == [[a], [b, c], [d]]
    assert workspace.why(b, c).together
    assert "judged_apart" in workspace.why(a, c).advice


def test_a_correction_of_a_column_that_is_not_there_changes_nothing(
    four: tuple[Workspace, list[str]], tmp_path: Path
) -> None:
    workspace, (a, b, c, d) = four
    before = tables(workspace)
    file, row = (int(part) for part in a.split("-"))
    with pytest.raises(FanzhaError, match="nosuch"):
        workspace.correct_row(file, row, reason="typed in haste", cells={"nosuch": "abc"})
    after = tables(workspace)
    assert [name for name in before if not before[name].equals(after[name])] == []
    assert workspace.rebuild() == 1
    assert cases(workspace) == [[a, b], [c], [d]]


def test_a_merge_is_of_the_reports_that_were_named(four: tuple[Workspace, list[str]]) -> None:
    workspace, (a, b, c, d) = four
    first = workspace.merge([a, c], reason="one voice").act
    workspace.merge([c, d], reason="one script")  # c is in case a today; it is c that was named
    assert cases(workspace) == [[a, b, c, d]]
    workspace.undo(first)
    assert cases(workspace) == [[a, b], [c, d]]


def test_what_is_judged_nobodys_is_neither_held_nor_called_a_suspects(workspace: Workspace, tmp_path: Path) -> None:
    site = "网址https://hw--fanli41.com/x。"
    workspace.admit([told(tmp_path, "a", paid(CARD) + site, paid(CARD) + site)])
    assert len(cases(workspace)) == 1
    workspace.judge("nobody", [f"account:{CARD}"], reason="a shop")
    workspace.judge("nobody", ["domain:hw--fanli41.com"], reason="a shop's own site")
    assert len(cases(workspace)) == 2, "an address under a cleared site joins nothing"
    assert workspace.engine.rows('SELECT "why" FROM "pulls" WHERE "kind" = \'account\'') == [("judged",)]
    assert not workspace.engine.rows("SELECT * FROM \"steps\" WHERE \"verb\" IN ('hold', 'takedown')")
    assert not workspace.engine.rows(f'SELECT * FROM "roles" WHERE "value" = \'{CARD}\' AND "role" <> \'V-VICT\'')
    assert workspace.why(f"account:{CARD}", "domain:hw--fanli41.com").advice == ("benign",)


def test_a_masked_number_judged_the_same_counts_as_the_full_one(workspace: Workspace, tmp_path: Path) -> None:
    masked = CARD[:4] + "*" * 11 + CARD[-4:]
    workspace.admit([told(tmp_path, "a", paid(CARD), paid(masked))])
    assert len(cases(workspace)) == 2
    workspace.judge("same", [f"account:{masked}"], [f"account:{CARD}"], reason="the receipt shows it")
    assert len(cases(workspace)) == 1
    assert workspace.engine.rows('SELECT "value" FROM "pulls" WHERE "kind" = \'account\'') == [(CARD,)]


def test_identifiers_judged_different_are_said_to_be(four: tuple[Workspace, list[str]]) -> None:
    workspace, _ = four
    act = workspace.judge("different", [f"account:{CARD}"], [f"account:{OTHER}"], reason="two shops").act
    assert workspace.why(f"account:{CARD}", f"account:{OTHER}").acts == (act,)
