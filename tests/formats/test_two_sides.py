"""Both sides of one transfer, each told by another institution in another format, become one transfer seen by both."""

from pathlib import Path

import pytest

from fanzha.formats import known
from fanzha.formats.grid import Source
from fanzha.model.terms import Terms
from fanzha.trace.legs import Leg
from fanzha.trace.pair import Transfer, pair
from tests.formats.invented import card, joined
from tests.formats.samples_payments import (
    ALI,
    BABA,
    FRIEND,
    PAYEE,
    PAYER,
    WECHAT,
    alipay_app_bill,
    details,
    initials,
    reply,
    trades,
    transfers,
    wechat_bill,
)


def legs(file: int, data: bytes, account: str = "") -> list[Leg]:
    """The legs of a file as the trace takes them: those that were carried out, "" for what is not told."""
    source = Source(data, account=account)
    rows = joined(list(known.read(known.best(source).format, source)), "legs").to_pylist()
    return [
        Leg(
            file=file,
            row=row["row"],
            account=row["account"],
            holder=row["holder"] or "",
            bank=row["bank"] or "",
            at_ms=row["at_ms"],
            direction=row["direction"],
            amount=row["amount_minor"],
            currency=row["currency"],
            balance=row["balance_minor"],
            counter=row["counter_account"] or "",
            counter_holder=row["counter_holder"] or "",
            counter_bank=row["counter_bank"] or "",
            cash=bool(row["cash"]),
            summary=row["summary"] or "",
            merchant=row["merchant"] or "",
            place=row["place"] or "",
        )
        for row in rows
        if row["success"]
    ]


def seen(*files: list[Leg]) -> list[Transfer]:
    """Transfers that both sides show."""
    return [transfer for transfer in pair(leg for file in files for leg in file) if transfer.seen_by == "both"]


def sides(transfer: Transfer) -> tuple[str, str, int]:
    return transfer.payer, transfer.payee, transfer.amount


def test_two_banks_by_interface_and_by_initials() -> None:
    found = seen(legs(1, reply()), legs(2, initials()))
    assert [sides(one) for one in found] == [(PAYER, PAYEE, 500_000)]
    assert found[0].out_leg is not None and found[0].in_leg is not None
    assert (found[0].out_leg.file, found[0].in_leg.file) == (1, 2)
    assert found[0].in_leg.at_ms - found[0].out_leg.at_ms == 150_000  # the two clocks


def test_the_payers_wallet_bill_and_the_payees_tenpay_trades() -> None:
    found = seen(legs(1, wechat_bill(), WECHAT), legs(2, trades()))
    assert [sides(one) for one in found] == [(f"TENPAY.{WECHAT}", f"TENPAY.{FRIEND}", 500_000)]
    other = seen(legs(1, wechat_bill(), "somebody_else"), legs(2, trades()))
    assert other == []  # another's bill shows another payment


@pytest.mark.parametrize("spelling", [f"TENPAY.{WECHAT}", f"微信:{WECHAT.upper()}", f" {WECHAT}\t"])
def test_however_the_account_is_said_at_admission(spelling: str) -> None:
    assert len(seen(legs(1, wechat_bill(), spelling), legs(2, trades()))) == 1


def test_a_withdrawal_and_the_bank_that_names_nobody() -> None:
    line = f"{card(711)},乙某某,网联,1,CNY,2000.00,2000.00,20240506102104,B1,财付通,,,提现,00,,00,,,,"
    bank = reply().splitlines()[0] + b"\n" + line.encode() + b"\n"
    found = seen(legs(1, trades()), legs(2, bank))
    assert [sides(one) for one in found] == [(f"TENPAY.{FRIEND}", card(711), 200_000)]


def test_alipay_details_of_both_users() -> None:
    own = known.named("alipay_details")
    source = Source(transfers(), account=ALI)
    payer = [reading for reading in own.read(source) if reading.kept]
    assert joined(payer, "legs").column("direction").to_pylist() == ["out"]
    found = seen(legs(1, transfers(), ALI), legs(2, details()))
    assert [sides(one) for one in found] == [(f"ALIPAY.{ALI}", f"ALIPAY.{BABA}", 500_000)]


def test_in_a_workspace(tmp_path: Path) -> None:
    """Admitted, traced and shown: one transfer seen by both, and no login in what is shown without a purpose."""
    import fanzha

    for folder, files in (
        ("bill", {"bill.csv": wechat_bill()}),
        ("rest", {"trades.txt": trades(), "reply.csv": reply()}),
    ):
        (tmp_path / folder).mkdir()
        for name, data in files.items():
            (tmp_path / folder / name).write_bytes(data)
    with fanzha.open(tmp_path / "w") as workspace:
        workspace.admit([tmp_path / "bill"], Terms(account=f"微信:{WECHAT}"))
        workspace.admit([tmp_path / "rest"])
        found = workspace.table("transfers", purpose="audit").to_pylist()
        shown = workspace.table("legs").to_pylist()
    both = [(row["payer"], row["payee"], row["amount_minor"]) for row in found if row["seen_by"] == "both"]
    assert both == [(f"TENPAY.{WECHAT}", f"TENPAY.{FRIEND}", 500_000)]
    assert not any(WECHAT in str(value) or FRIEND in str(value) for row in shown for value in row.values())


def test_a_login_and_a_user_number_are_not_taken_for_one() -> None:
    """The bill names the payer by login, the details by user number: only registration data tell that they are one."""
    found = pair([*legs(1, alipay_app_bill()), *legs(2, details())])
    assert {one.seen_by for one in found if one.amount == 500_000} == {"payer", "payee"}


def test_one_table_of_a_reply_repeats_what_another_says() -> None:
    """Account details and transfers of the same user show the same movement by the same serial."""
    keys = []
    for data in (details(), transfers()):
        rows = joined(list(known.read("alipay_details", Source(data))), "legs").to_pylist()
        keys.append({(r["account"], r["at_ms"], r["direction"], r["amount_minor"], r["serial"]) for r in rows})
    assert len(keys[0] & keys[1]) == 1
