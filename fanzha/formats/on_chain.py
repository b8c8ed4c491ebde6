"""Rows of block explorers, `from` and `to`, as a statement seen from one address.

Whose statement it is: the account the person named; else the address in every row (a list of two alternating parties has
no owner). In a mixed list each row is one leg out of `from`. What the sender pays to the network is no part of the amount and
no leg of its own (it goes to whoever made the block); it is told in the summary.
"""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation, localcontext
from functools import lru_cache

from fanzha.clean import token, wallet
from fanzha.clean.currency import exponent
from fanzha.formats.columns import picked
from fanzha.formats.grid import Grid, Source
from fanzha.formats.mapping import Mapping

_MINOR_MAX = 2**63 - 1
_PLAIN = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?(?:[Ee]-[0-9]{1,2})?")
_SPREADSHEET = re.compile(r"[0-9.]+[Ee]\+?[0-9]+")
_GMT = re.compile(r"([0-9]{1,2}:[0-9]{2}:[0-9]{2})\s*(?:GMT|UTC)\s*([+-][0-9]{2}:?[0-9]{2})?")
_DONE = {"", "success", "successful", "confirmed", "ok", "true", "succeeded", "成功", "已确认"}
_FAILED = {"fail", "failed", "failure", "revert", "reverted", "false", "outofenergy", "out_of_energy", "失败"}
_WAITING = {"pending", "unconfirmed", "待确认", "未确认"}


def cut(text: str, code: str) -> tuple[int, bool] | None:
    """(minor units with their sign, whether something smaller was cut off); None where it is no number or too large.

    Exact: 1E-9 is a number, 1.2E+21 is one whose digits a spreadsheet destroyed.
    """
    plain = text.strip()
    if not any(c.isdigit() for c in plain) or len(plain) > 90 or not _PLAIN.fullmatch(plain):
        return None
    try:
        value = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        return None
    with localcontext() as exact:
        exact.prec = 120
        scaled = value.scaleb(exponent(code))
        minor = int(scaled)
        return None if abs(minor) > _MINOR_MAX else (minor, scaled != minor)


def _decimal(minor: int, code: str) -> str:
    places = exponent(code)
    whole, part = divmod(abs(minor), 10**places)
    return f"{whole}.{part:0{places}d}" if places else str(whole)


@lru_cache(maxsize=65536)
def address(text: str, chain: str) -> str:
    """Normal form of an address; the text itself where it is none, "" where there is none."""
    value = wallet.parse(text, chain=chain or None) if text else None
    return value.normal if value is not None else text


@lru_cache(maxsize=65536)
def mistyped(text: str, chain: str) -> bool:
    """Whether the checksum of an address does not hold, as it is spelled (EIP-55 is lost in the normal form)."""
    value = wallet.parse(text, chain=chain or None) if text else None
    return value is not None and value.problem == "check_digit"


class _Cells:
    """The columns of a mapping as lists, each fetched once; "" where there is none."""

    def __init__(self, mapping: Mapping, grid: Grid) -> None:
        self.mapping, self.grid = mapping, grid

    def get(self, name: str) -> list[str]:
        """The cells of a field."""
        cells = [str(cell) for cell in picked(self.grid, self.mapping.positions(name)).to_pylist()]
        fixed = self.mapping.fixed.get(name, "")
        return [fixed] * len(cells) if fixed and not self.mapping.has(name) else cells


def on_chain(mapping: Mapping, grid: Grid, source: Source) -> dict[str, Sequence[str]]:
    """The columns of a statement: account, counter_account, direction, amount, currency, at, success, summary, remarks."""
    cells = _Cells(mapping, grid)
    chain = mapping.fixed.get("chain", "")
    payer_texts, payee_texts = cells.get("payer"), cells.get("payee")
    payers, payees = ([address(text, chain) for text in texts] for texts in (payer_texts, payee_texts))
    stated = address(source.account, chain) or mapping.fixed.get("owner", "")
    one_sided = not mapping.has("payer")
    ins, outs, fees = cells.get("amount_in"), cells.get("amount_out"), cells.get("fee")
    amounts = cells.get("amount")
    if not mapping.has("amount"):
        amounts = [b if a.strip("0.") == "" and b else a for a, b in zip(ins, outs, strict=True)]
    symbols, contracts = cells.get("symbol"), cells.get("contract")
    status, result, about = cells.get("status"), cells.get("result"), cells.get("summary")
    kinds = cells.get("kind")
    made: dict[str, list[str]] = {
        name: []
        for name in ("account", "counter_account", "direction", "amount", "currency", "success", "summary", "remarks")
    }
    for row in range(len(grid.rows)):
        remarks: list[str] = []
        code = _code(symbols[row], contracts[row], mapping, remarks)
        minor = cut(amounts[row], code)
        if minor is None:
            lost = _SPREADSHEET.fullmatch(amounts[row].strip())
            remarks.append("!spreadsheet_loss amount_minor" if lost else "!bad_amount amount_minor")
        elif minor[1]:
            remarks.append("below_unit amount_minor")
        value = minor[0] if minor is not None else 0
        if one_sided:
            account, other = stated, ""
            direction = (
                _kind(kinds[row], remarks) if kinds[row] else "out" if amounts[row].strip().startswith("-") else "in"
            )
            fee = cut(fees[row], code) if fees[row] else None
            if direction == "out" and fee is not None and mapping.fixed.get("fee_inside"):
                value = abs(value) - abs(fee[0])
            value = abs(value)
            if minor is not None and mapping.fixed.get("unit") == "sat":
                exact = amounts[row].strip().lstrip("+-").replace(",", "")
                spent = fees[row].strip().lstrip("+-") if direction == "out" else ""
                value = int(exact) - (int(spent) if spent.isdigit() else 0) if exact.isdigit() else -1
        else:
            account, other, direction = _seen_from(payers[row], payees[row], stated, remarks)
            wrong = [address(t, chain) for t in (payer_texts[row], payee_texts[row]) if mistyped(t, chain)]
            remarks += [f"check_digit {'account' if one == account else 'counter_account'}" for one in wrong]
        _fate(status[row], result[row], mapping, made["success"], remarks)
        made["account"].append(account)
        made["counter_account"].append(other)
        made["direction"].append(direction)
        made["amount"].append(_decimal(value, code) if value >= 0 else "-1")
        made["currency"].append(code)
        fee_text = f"fee {fees[row]} {mapping.fixed.get('native', code)}" if fees[row].strip("0.-") else ""
        made["summary"].append("; ".join(filter(None, (about[row], fee_text))))
        made["remarks"].append(";".join(remarks))
    result_columns: dict[str, Sequence[str]] = {**made}
    if mapping.has("clock"):
        result_columns["at"] = [_joined(a, b) for a, b in zip(cells.get("day"), cells.get("clock"), strict=True)]
    return result_columns


def _code(symbol: str, contract: str, mapping: Mapping, remarks: list[str]) -> str:
    """The currency of a row: the chain's own, or a token by its contract."""
    native = mapping.fixed.get("native", "")
    if mapping.fixed.get("tokens") != "yes":
        return native or symbol.upper()[:16]
    if not contract and symbol.upper() in ("TRX", "ETH", "BNB", "BTC") and symbol.upper() in native.split("|"):
        return symbol.upper()
    code, sure = token.code_of(symbol, contract)
    if not sure:
        remarks.append("token_unverified currency")
    if not code:
        remarks.append("!bad_amount currency")
    return code


def _seen_from(payer: str, payee: str, owner: str, remarks: list[str]) -> tuple[str, str, str]:
    """(account, other account, direction) of a row."""
    if payer and payer == payee:
        remarks.append("!not_a_transfer counter_account")
    if owner and owner == payee:
        return payee, payer, "in"
    if owner and owner != payer:
        remarks.append("!bad_account account")
    return payer, payee, "out"


def _kind(word: str, remarks: list[str]) -> str:
    plain = word.strip().lower()
    if plain in ("sent", "send", "out"):
        return "out"
    if plain in ("received", "receive", "in"):
        return "in"
    remarks.append(
        "!not_a_transfer direction" if plain in ("transferred", "transfer", "self") else "!unknown_direction direction"
    )
    return ""


def _fate(status: str, result: str, mapping: Mapping, success: list[str], remarks: list[str]) -> None:
    """Whether the transaction was carried out: every word that is given must say so."""
    done = "true"
    for word in (status, result):
        plain = word.strip().lower()
        if mapping.fixed.get("numbered") and plain in ("0", "1"):
            plain = "" if plain == "0" else "failed"
        if plain in _WAITING:
            remarks.append("pending success")
            done = "false"
        elif plain in _FAILED or plain.startswith("error"):
            done = "false"
        elif plain not in _DONE:
            remarks.append("!failed_transaction_word success")
    success.append(done)


def _joined(day: str, clock: str) -> str:
    """Day and clock as one moment; `10:03:59 GMT +00:00` keeps its offset."""
    found = _GMT.fullmatch(clock.strip())
    return f"{day} {found[1]}{found[2] or 'Z'}" if found else f"{day} {clock}".strip()


def addresses(mapping: Mapping, grid: Grid, chain: str) -> tuple[list[str], list[str]]:
    """Both parties of every row in normal form."""
    cells = _Cells(mapping, grid)
    return [address(t, chain) for t in cells.get("payer")], [address(t, chain) for t in cells.get("payee")]
