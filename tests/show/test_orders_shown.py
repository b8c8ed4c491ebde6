"""Orders, appeals and returns as an officer sees them: what is shown masked leads back, amounts are money, the next step is one
that can be done."""

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import fanzha
from fanzha.chain.accounts import account_meant
from fanzha.chain.letters import letter, write_letter
from fanzha.document.dealt import EventLine, OrderLine
from fanzha.document.gather import mask_account
from fanzha.document.letter_body import Pairs, Sentence, sheets
from fanzha.errors import FanzhaError, InputError, NotAllowed
from fanzha.respond.orders import HEAR_FIRST, Order, Proposal
from fanzha.respond.refund import Return
from fanzha.show import ordering
from fanzha.show.terminal import Terminal
from fanzha.show.words import LANGUAGES, Words
from fanzha.store.engine import Engine
from tests.trace.money_worlds import leg, paid, report, world

Out = pytest.CaptureFixture[str]
AT = 1_790_000_000_000
A, B, TWIN, V = "6222000000000000001", "6222000000000000002", "6222009990000000001", "6222000000000000091"
NO_BANK = "9100000000000000003"  # no first digits of any bank's card
LINE = OrderLine(
    9, "hold", "in_force", "1-1", "6222****0001", "北岭银行", 10_000, "CNY", 9_000, "traced_amount", "pboc_261", "none", -1, "李明",
    "王芳", AT, AT, AT + 1, None, "急",
)  # fmt: skip


def told(capsys: Out, line: OrderLine, lang: str = "en") -> str:
    ordering.one(Terminal(Words(lang), json_wanted=False), line)
    return " ".join(capsys.readouterr().out.split())


# -- what is shown masked leads back ---------------------------------------------------------------------------------


def tables(*accounts: str) -> Engine:
    """One case in which a victim paid each of these accounts."""
    mentions = [row for n, one in enumerate(accounts, 1) for row in paid(n, one, 10_000, n)]
    legs = [leg(n, V, n, -10_000, None, one) for n, one in enumerate(accounts, 1)]
    return world(legs, [report(n, "1-1") for n in range(1, len(accounts) + 1)], mentions)


def test_an_account_is_found_by_what_is_shown_of_it() -> None:
    engine = tables(A, B)
    assert account_meant(engine, "6222****0001") == A and account_meant(engine, " 6222 **** 0002 ") == B
    assert account_meant(engine, A) == A, "in full as it is"
    for unknown in ("6222****9999", "****", "%****%", "张三", ""):
        assert account_meant(engine, unknown) == unknown


def test_two_accounts_that_look_the_same_are_never_confused() -> None:
    engine = tables(A, TWIN)
    assert mask_account(A) == mask_account(TWIN)
    with pytest.raises(InputError, match="2 accounts are shown as"):
        account_meant(engine, mask_account(A))


# -- amounts as they are typed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12000.50", "CNY", 1_200_050), ("12,000", "CNY", 1_200_000), ("１２０００元", "CNY", 1_200_000), ("1.2万", "CNY", 1_200_000),
        ("1,50,000", "INR", 15_000_000), ("¥3 000", "CNY", 300_000), ("0", "CNY", 0), ("5000", "JPY", 5000),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_typed(text: str, currency: str, minor: int) -> None:
    assert ordering.minor(text, currency) == minor


@pytest.mark.parametrize(
    "text", ["12,50", "1e3", "-5", "abc", "", "12.345", "1,2345", "NaN", "五千", "9" * 40, "12.", ".5", "1_000", "十万"]
)
def test_what_is_no_clear_amount_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no amount"):
        ordering.minor(text, "CNY")


# -- one order -------------------------------------------------------------------------------------------------------


def test_the_next_step_is_one_that_can_be_done(capsys: Out) -> None:
    said = told(capsys, LINE)
    assert "--do extend" in said and "--verb freeze --follows 9" in said and "Held by it now: ¥90.00" in said
    once = dataclasses.replace(LINE, events=(EventLine(10, AT, "李明", "extend", "in_force", 9_000, ""),))
    assert "--do extend" not in told(capsys, once), "a hold is extended once"
    for verb, needs in (("hold", True), ("freeze", True), ("return", True), ("lift", False), ("query", False)):
        sent = told(capsys, dataclasses.replace(LINE, verb=verb, state="sent"))
        assert ("--amount" in sent) is needs, verb
    assert "--body" in told(capsys, dataclasses.replace(LINE, state="approved", body=""))
    assert "Next" not in told(capsys, dataclasses.replace(LINE, state="lifted"))


def test_who_decides_alone_is_named_once(capsys: Out) -> None:
    assert "Proposed by 李明, approved by 王芳" in told(capsys, LINE)
    alone = told(capsys, dataclasses.replace(LINE, verb="lift", state="approved", approvers="李明"))
    assert "Decided by 李明" in alone and "李明, 李明" not in alone


def test_only_who_is_heard_first_is_said_to_be(capsys: Out) -> None:
    for code in (*HEAR_FIRST, "unwitting"):
        said = told(capsys, dataclasses.replace(LINE, innocent=code, state="proposed"))
        assert ("heard first" in said) is (code in HEAR_FIRST), code


@pytest.mark.parametrize(
    ("minutes", "zh", "en"), [(0, "立即", "now"), (59, "59 分", "59 min"), (1501, "1 天 1 小时", "1 d 1 h")]
)
def test_time_left_is_said_in_the_language_of_the_reader(minutes: int, zh: str, en: str) -> None:
    for lang, said in zip(LANGUAGES, (zh, en) if LANGUAGES[0] == "zh" else (en, zh), strict=True):
        terminal = Terminal(Words(lang), json_wanted=False)
        for left in (minutes, -minutes):
            assert said in ordering._span(terminal, left * 60_000)


# -- returns ---------------------------------------------------------------------------------------------------------


def test_a_draft_of_a_return_is_told_from_what_is_frozen(capsys: Out) -> None:
    rows = [
        Return("1-1", one, "CNY", 1, n, 1, 500, 0, 0, 500, amount, 900, "pro_rata", "", amount, True)
        for n, (one, amount) in enumerate([(A, 400), (B, 300), (B, 0)])
    ]
    terminal = Terminal(Words("en"), json_wanted=False)
    ordering.returns(terminal, rows, frozenset({(A, "CNY")}), (), (), None)
    said = " ".join(capsys.readouterr().out.split())
    assert "6222****0002: nothing is frozen there yet" in said and "6222****0001: nothing" not in said
    assert "6222****0001: in proportion" in said and "1 more payments" in said and A not in said
    assert "--account ACCOUNT --notice PLACE" in said, "the command as it must be typed"


# -- an officer's day in a workspace ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fanzha.Workspace]:
    """A workspace in which one account of a case holds CNY 3,000.00 of a victim's."""
    folder = tmp_path_factory.mktemp("desk")
    head = "交易账号,交易时间,收付标志,交易金额,交易余额,对手账号\n"
    rows = f"{A},2026-10-13 09:28:00,进,5000,5000,{V}\n{A},2026-10-13 09:40:00,出,2000,3000,{NO_BANK}\n"
    (folder / "bank.csv").write_text(head + rows, encoding="utf-8")
    text = f"2026年10月13日9时28分向银行账户{A}转账5000元，被骗。"
    (folder / "report.txt").write_text(text, encoding="utf-8")
    with fanzha.open(folder / "ws", actor="李明") as workspace:
        workspace.admit([folder / "bank.csv", folder / "report.txt"])
        yield workspace


def as_person(workspace: fanzha.Workspace, name: str) -> None:
    """The next acts are another person's: on one machine each opens the workspace under the own name."""
    workspace._actor = name


@pytest.fixture(scope="module")
def hold(desk: fanzha.Workspace) -> Order:
    """A hold in force, of which a part was released, and which was extended."""
    case = desk.cases()[0].id
    made = desk.desk.propose(Proposal("hold", "急", case, A, 300_000, "CNY", body="北岭银行"))
    desk.desk.approve(made.order)
    desk.desk.send(made.order)
    desk.desk.reply(made.order, amount=300_000)
    desk.desk.lift(made.order, "生活费", amount=50_000, ground="living_expenses")
    desk.desk.extend(made.order, "流水未到")
    return desk.desk.order(made.order)


def follower(workspace: fanzha.Workspace, order: Order, verb: str) -> Order:
    return next(one for one in workspace.desk.orders() if one.follows == order.order and one.verb == verb)


def lines_of(workspace: fanzha.Workspace, number: int, lang: str = "en", kind: str = "") -> str:
    sheet = sheets(letter(workspace.engine, workspace.desk, number, kind=kind), lang)[0]
    said = [sheet.salutation]
    for block in sheet.blocks:
        said += [f"{a}: {b}" for a, b in block.rows] if isinstance(block, Pairs) else []
        said += [block.text] if isinstance(block, Sentence) else []
    return "\n".join(said)


def test_the_letters_that_follow_a_hold_can_be_written(desk: fanzha.Workspace, hold: Order) -> None:
    extended = lines_of(desk, follower(desk, hold, "extend_hold").order)
    assert "Amount: CNY 2,500.00" in extended, "what goes on being held, not what was ordered first"
    lifted = lines_of(desk, follower(desk, hold, "lift").order)
    assert (
        "Amount: CNY 500.00" in lifted
        and "Still held after that: CNY 2,500.00" in lifted
        and "the rest stays held" in lifted
    )


def test_a_notice_to_the_holder_is_not_addressed_to_the_bank(desk: fanzha.Workspace, hold: Order) -> None:
    for lang in ("zh", "en"):
        said = lines_of(desk, hold.order, lang, "notice_to_holder")
        assert "北岭银行" not in said.splitlines()[0] and A not in said and "2,500.00" in said


def test_amounts_in_errors_are_money_as_it_is_typed(desk: fanzha.Workspace, hold: Order) -> None:
    for act in (
        lambda: desk.desk.lift(hold.order, "x", amount=99_900_000),
        lambda: desk.desk.propose(Proposal("hold", "x", hold.case_id, A, 99_900_000, "CNY")),
    ):
        with pytest.raises(NotAllowed, match=r"¥999,000\.00 is asked for") as caught:
            act()
        assert "minor" not in str(caught.value)
    with pytest.raises(NotAllowed) as again:
        desk.desk.extend(hold.order, "x")
    assert "extend" not in str(again.value.remedy), "what is not possible is not offered"


def test_every_table_is_up_to_date_after_each_act(desk: fanzha.Workspace, hold: Order) -> None:
    freeze = desk.desk.propose(Proposal("freeze", "立案", amount=250_000, follows=hold.order))
    as_person(desk, "王芳")
    desk.desk.approve(freeze.order)
    desk.desk.send(freeze.order)
    desk.desk.reply(freeze.order, amount=250_000)
    assert not desk.tables_differ()
    made = desk.desk.propose_returns(A)
    assert [one.amount for one in made] == [250_000], "frozen a moment ago, and returned without a rebuild"
    rests_on = letter(desk.engine, desk.desk, made[0].order).evidence
    assert [one.amount_minor for one in rests_on] == [500_000], "the payment given back, and nobody else's"
    as_person(desk, "李明")
    desk.desk.approve(made[0].order)
    desk.desk.send(made[0].order)
    desk.desk.reply(made[0].order, amount=250_000)
    assert not desk.tables_differ()


def test_a_letter_names_its_body_and_a_step_its_account(desk: fanzha.Workspace, hold: Order, tmp_path: Path) -> None:
    query = desk.desk.propose(Proposal("query", "x", hold.case_id, NO_BANK))
    with pytest.raises(InputError, match="--body"):
        write_letter(desk, query.order, tmp_path / "a.json")
    write_letter(desk, query.order, tmp_path / "a.json", body="东江银行")
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["recipient"]["zh"] == "东江银行"
    steps = desk.steps(hold.case_id)
    first = steps[0]
    for written in (first.target, mask_account(first.target)):
        ordering.check_step(desk, hold.case_id, first.number, written)
    with pytest.raises(FanzhaError) as caught:
        ordering.check_step(desk, hold.case_id, first.number, "6222****7777")
    assert not re.search(r"\d{12}", str(caught.value))
