"""How a movement leaves the accounts that banks can show: cash, crypto-asset, goods, abroad."""

import re

from fanzha.trace.legs import Leg
from fanzha.trace.words import Words, has_whole_word, has_word, words

IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def exit_kind(leg: Leg) -> str:
    """Code of the exit that a payer's leg shows, or "". Meant for legs whose payee's own statement is not held.

    The words of the statement are the ground, in the order: cash flag, wallet, crypto-asset, abroad, cash, goods; a cash
    word counts only where no other account is named ("ATM 转账" is a transfer).
    """
    lists = words()
    if leg.account.startswith(lists.wallets):
        return ""  # from wallet to wallet: still on the chain, where everybody can follow it
    text = f"{leg.summary} {leg.merchant} {leg.counter_holder}".lower()
    if leg.cash:
        return "cash"
    if leg.counter == "" and has_whole_word(leg.summary.lower(), lists.fees):
        return ""  # "ATM取款手续费" is no cash
    if leg.counter.startswith(lists.wallets) or has_word(text, lists.exits["crypto"]):
        return "crypto"
    if _is_abroad(leg, text, lists):
        return "abroad"
    if leg.counter == "" and has_word(text, lists.exits["cash"]):
        return "cash"
    return "goods" if leg.merchant or has_word(leg.summary.lower(), lists.exits["goods"]) else ""


def _is_abroad(leg: Leg, text: str, lists: Words) -> bool:
    if has_word(text, lists.exits["abroad"]):
        return True
    there, here = leg.counter_bank.lower(), leg.bank.lower()
    if any(name in there and name not in here for name in lists.abroad_banks):
        return True
    return bool(IBAN.fullmatch(leg.counter)) and not leg.account.startswith(leg.counter[:2])
