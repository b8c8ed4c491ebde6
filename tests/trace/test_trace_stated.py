"""Which payments a report states, read from where its accounts, amounts and moments stand."""

import re

import pytest

from fanzha.trace.stated import Report, Spot, Stated, of_report

A, B = "6222000000000000001", "6222000000000000002"
# in the texts below: 甲 and 乙 (or Aa, Bb) are accounts, <n> an amount in minor units, {n} a moment
TOKEN = re.compile(r"甲|乙|Aa|Bb|<(\d+)>|\{(\d+)\}")


def stated(
    text: str, amount: int | None = None, cells: tuple[Spot, ...] = ()
) -> list[tuple[str, int | None, int | None]]:
    spots = list(cells)
    for found in TOKEN.finditer(text):
        if found[1]:
            spots.append(Spot("money", f"CNY:{found[1]}", "text", *found.span()))
        elif found[2]:
            spots.append(Spot("moment", found[2], "text", *found.span()))
        else:
            spots.append(Spot("account", A if found[0] in ("甲", "Aa") else B, "text", *found.span()))
    report = Report("1-1", 1, 1, text, 99, amount, "CNY", "")
    made: list[Stated] = of_report(report, spots)
    assert [one.n for one in made] == list(range(1, len(made) + 1))
    return [(one.payee, one.amount, one.at_ms) for one in made]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{1}向甲转账<500>;{2}向乙转账<800>;", [(A, 500, 1), (B, 800, 2)]),
        ("{1}向甲转账<500>,{2}向乙转账<800>。", [(A, 500, 1), (B, 800, 2)]),
        ("先后向甲转账<500>、<800>,向乙转账<900>。", [(A, 500, None), (A, 800, None), (B, 900, None)]),
        (
            "Transferred <500> on {1} to account Aa in the name of X. Transferred <800> on {2} to account Bb. ",
            [(A, 500, 1), (B, 800, 2)],
        ),
        ("paid <500> to Aa and <800> to Bb", [(A, 500, None), (B, 800, None)]),
        ("向甲转账。第一笔转<500>。第二笔转<800>。", [(A, 500, None), (A, 800, None)]),
        ("{1}向甲转账<500>,共计损失<500>。", [(A, 500, 1)]),
        ("{1}向甲转账<500>。返利<20>到账。共投入<500>。", [(A, 500, 1)]),
        ("{1}向甲转账<500>。Total loss <500>.", [(A, 500, 1)]),
        ("{5}报案。向甲转账<500>。", [(A, 500, None)]),  # the day of the report is not the day of the payment
        ("被骗<500>。", []),
        ("", []),
    ],
)
def test_texts(text: str, expected: list[tuple[str, int | None, int | None]]) -> None:
    assert stated(text) == expected


def test_one_account_and_only_a_total_is_one_payment() -> None:
    assert stated("向甲转账后发现被骗,共计损失<700>。") == [(A, 700, None)]
    assert stated("向甲转账后发现被骗。", amount=900) == [(A, 900, None)]


def test_two_accounts_and_only_a_total_is_no_payment() -> None:
    assert stated("向甲、乙转账后发现被骗。", amount=900) == []


def test_cells() -> None:
    cells = (Spot("account", A, "payee_account", 0, 19), Spot("moment", "7", "paid_at", 0, 5))
    assert stated("", amount=900, cells=cells) == [(A, 900, 7)]
    assert stated("", amount=900, cells=(*cells, Spot("money", "CNY:300", "paid", 0, 3))) == [(A, 300, 7)]
