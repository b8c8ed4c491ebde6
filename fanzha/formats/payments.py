"""Files of payment firms as statements: whose account a row is of, who stands on the other side, which way the money went.

The firm writes logins, names in brackets, bank cards and words of its own; what each row becomes is decided here, and what it does
not say is quarantined. Accounts are those of `clean.payment_account`.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from fanzha.clean import bank_card, payment_account
from fanzha.clean.value import could_be
from fanzha.formats.columns import picked
from fanzha.formats.grid import Grid, Sheet, Source
from fanzha.formats.headers import normal, normal_word, words
from fanzha.formats.mapping import Mapping, Use

NOTHING = frozenset(("", "/", "-", "--", "—", "无", "null", "\\"))
_NAMED = re.compile(r"([^()\uff08\uff09]*)[(\uff08](.*)[)\uff09]")
FOOTER = re.compile(
    r"[-=_*\s]*$|-{3,}|(?:共|已|待)?(?:收入|支出|不计收支|中性交易)\s?[:\uff1a]\s?\d+\s?笔|共\s?\d+\s?(?:条|笔)|注销信息|导出时间"
)
_CARD = re.compile(r"(?<![0-9*])[0-9][0-9*]{10,18}(?![0-9*])")
_OWN_CARD = ("提现", "充值", "信用卡还款")  # money between the wallet and the user's own card


def named(sheet: Sheet, names: dict[str, tuple[str, ...]]) -> tuple[Use, ...]:
    """The columns with these names, a field's first name first; one column may serve several fields."""
    places: dict[str, list[int]] = {}
    for position, header in enumerate(sheet.header):
        places.setdefault(normal(header), []).append(position)
    return tuple(
        Use(field, position, sheet.header[position])
        for field, listed in names.items()
        for name in listed
        for position in places.get(name, ())
    )


class Cells:
    """The columns of a mapping as lists; "" for a cell that holds nothing or only a sign for it."""

    def __init__(self, mapping: Mapping, grid: Grid) -> None:
        self.mapping, self.grid = mapping, grid

    def get(self, name: str) -> list[str]:
        """The first filled cell of the columns of a field, else its fixed value, row by row."""
        positions, fixed = self.mapping.positions(name), self.mapping.fixed.get(name, "")
        column = [str(cell) for cell in picked(self.grid, positions).to_pylist()]
        return [("" if cell.strip() in NOTHING else cell) or fixed for cell in column]

    def joined(self, name: str) -> list[str]:
        """All different filled cells of the columns of a field, parted by blanks."""
        columns = [
            [str(cell) for cell in picked(self.grid, (place,)).to_pylist()] for place in self.mapping.positions(name)
        ]
        if not columns:
            return [""] * len(self.grid.rows)
        return [told(*cells) for cells in zip(*columns, strict=True)]


def told(*cells: str) -> str:
    """Different cells that hold something, parted by blanks."""
    return " ".join(dict.fromkeys(cell for cell in cells if cell.strip() not in NOTHING))


@lru_cache(maxsize=65536)
def login(text: str, firm: str) -> str:
    """Normal form of an account of the firm; the text itself where it is none."""
    value = payment_account.parse(text, firm) if text else None
    return value.normal if value is not None else text


@lru_cache(maxsize=65536)
def parted(text: str) -> tuple[str, str]:
    """(login, name) of `2088999900000001(甲某某)`; ("", text) where no login is told."""
    plain = text.strip()
    found = _NAMED.fullmatch(plain)
    account, name = (found[1].strip(), found[2].strip()) if found else (plain, "")
    return (account, name) if payment_account.parse(account, "ALIPAY") is not None else ("", plain)


@cache
def _longest_first(name: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(words(name).items(), key=lambda pair: -len(pair[0])))


@lru_cache(maxsize=65536)
def begins(text: str, name: str) -> str:
    """Code of the longest listed word that the text begins with; "" where there is none: 已退款(¥5.00), 零钱通转出-到零钱."""
    plain = normal_word(text)
    return next((code for word, code in _longest_first(name) if plain.startswith(word)), "") if plain else ""


def fate(status: str, remarks: list[str]) -> str:
    """Whether the money moved, by the firm's word: "true", "false", or "" with a remark where the word is not listed."""
    code = begins(status, "payment_status") if status else "true"
    if code == "pending":
        remarks.append("pending success")
    elif not code:
        remarks.append("!failed_transaction_word success")
    return "false" if code == "pending" else code


def way(word: str, about: Sequence[str], status: str, fund: str, remarks: list[str]) -> str:
    """ "in" or "out". The word decides; where the firm counts a row neither as income nor as expense (不计收支, /), what it
    calls the row does, or that it is a refund, or what became of the money. What moves money within the wallet is no transfer.
    """
    listed = words("leg_direction")
    code = listed.get(normal_word(word), "")
    if code:
        return code
    if word and normal_word(word) not in words("payment_neutral"):
        remarks.append("!unknown_direction direction")
        return ""
    code = next((found for text in about if (found := begins(text, "payment_kind"))), "")
    code = code or begins(fund, "payment_fund") or ("in" if begins(status, "payment_refund") else "")
    if code in ("in", "out"):
        return code
    stopped = begins(status, "payment_status") == "false"  # closed before any money moved
    remarks.append("!not_a_transfer direction" if code == "own" or stopped else "!unknown_direction direction")
    return ""


def _made(*names: str) -> dict[str, list[str]]:
    return {name: [] for name in (*names, "remarks")}


def tenpay(mapping: Mapping, grid: Grid, source: Source) -> dict[str, Sequence[str]]:
    """Trades of one user of Tenpay. The other side is its user number, or its bank card where it has none or it is the same
    user; a withdrawal or top-up that names nobody goes to or comes from the user's own card."""
    cells = Cells(mapping, grid)
    own, card, other_card = cells.get("user"), cells.get("card"), cells.get("other_card")
    ways, kinds, received = cells.get("direction"), cells.joined("summary"), cells.get("received")
    amounts = cells.get("amount")
    others = {"in": cells.get("other_in"), "out": cells.get("other_out")}
    listed, unit = words("leg_direction"), "分" if mapping.unit == "fen" else "元"
    made = _made("account", "counter_account", "summary")
    for row, word in enumerate(ways):
        remarks: list[str] = []
        account = login(own[row] or source.account, "TENPAY")
        other = login(others.get(listed.get(normal_word(word), ""), others["out"])[row], "TENPAY")
        if other in ("", account):
            moved = any(kind in kinds[row] for kind in _OWN_CARD)
            other = other_card[row] or (card[row] if moved else "") or other
        if other and other == account:
            remarks.append("!not_a_transfer counter_account")
        part = received[row] if received[row] not in ("", "0", amounts[row]) else ""
        made["account"].append(account)
        made["counter_account"].append(other)
        made["summary"].append(told(kinds[row], f"对手方接收{part}{unit}" if part else ""))
        made["remarks"].append(";".join(remarks))
    return {**made}


def _bound(card: str, bank: str) -> tuple[str, str]:
    """(card, bank) of a cell that may hold both, as in 某某银行:6222...; the cell as it is where it holds several cards."""
    found = _CARD.findall(card)
    rest = _CARD.sub("", card).strip(" :\uff1a;,\uff1b\uff0c()\uff08\uff09")
    return (found[0], bank or rest) if len(found) == 1 and rest else (card, bank)


def registration(mapping: Mapping, grid: Grid, source: Source) -> dict[str, Sequence[str]]:
    """Registered accounts. A further card of the same user stands in the row below and leaves out all that is said above;
    a row that does not follow at once (the one between may be in quarantine) is nobody's."""
    cells = Cells(mapping, grid)
    kept = ("account", "holder", "holder_id", "phone", "opened", "status")
    columns = {name: cells.get(name) for name in (*kept, "bound_account", "bound_bank")}
    closed, bound_status = cells.get("closed"), cells.get("bound_status")
    numbers = [int(number) for number in grid.rows.to_numpy().tolist()]
    last, after = dict.fromkeys(kept, ""), -1
    for row, number in enumerate(numbers):
        columns["account"][row] = login(columns["account"][row], mapping.fixed["firm"])
        if closed[row]:
            columns["status"][row] = told(columns["status"][row], f"注销 {closed[row]}")
        columns["bound_account"][row], columns["bound_bank"][row] = _bound(
            columns["bound_account"][row], columns["bound_bank"][row]
        )
        if any(columns[name][row] for name in kept) or number != after:
            last = {name: columns[name][row] for name in kept}
        else:
            for name in kept:
                columns[name][row] = last[name]
        after = number + 1
        columns["status"][row] = columns["status"][row] or bound_status[row]
    return {**columns}


def _party(text: str) -> tuple[str, str]:
    """(account, name) of a party of Alipay: a user of it, or a bank card."""
    account, name = parted(text)
    if account and not account.startswith("2088") and bank_card.validate(account):
        return account, name
    return login(account, "ALIPAY"), name


def alipay(mapping: Mapping, grid: Grid, source: Source) -> dict[str, Sequence[str]]:
    """Account details of Alipay, `user` and `other` with the word for the direction; withdrawals, which go out to a card."""
    cells = Cells(mapping, grid)
    users, others = cells.get("user"), cells.get("other")
    holders, other_names, status = cells.get("holder"), cells.get("other_name"), cells.get("status")
    ways, kinds, about = cells.get("direction"), cells.joined("summary"), cells.get("about")
    to_bank = mapping.fixed.get("to") == "bank"
    made = _made("account", "holder", "counter_account", "counter_holder", "direction", "success", "summary")
    for row, word in enumerate(ways):
        remarks: list[str] = []
        account, holder = _party(users[row]) if users[row] else (login(source.account, "ALIPAY"), "")
        other, other_name = (others[row], "") if to_bank else _party(others[row])
        if other and other == account:
            remarks.append("!not_a_transfer counter_account")
        made["account"].append(account or users[row])
        made["holder"].append(holders[row] or holder)
        made["counter_account"].append(other)
        made["counter_holder"].append(other_names[row] or other_name)
        made["direction"].append(way(word, (kinds[row], about[row]), status[row], "", remarks))
        made["success"].append(fate(status[row], remarks))
        made["summary"].append(kinds[row])
        made["remarks"].append(";".join(remarks))
    return {**made}


def two_users(mapping: Mapping, grid: Grid, source: Source) -> dict[str, Sequence[str]]:
    """Transfers and trades of Alipay, payer and payee in each row: seen from the user the file or the admission names, else
    one leg out of the payer."""
    cells = Cells(mapping, grid)
    payers, payees, named = cells.get("payer"), cells.get("payee"), cells.get("user")
    payer_names, payee_names = cells.get("payer_name"), cells.get("payee_name")
    status, banks = cells.get("status"), cells.get("payee_bank")
    owner = login(source.account, "ALIPAY") or mapping.fixed.get("owner", "")
    made = _made(
        *("account", "holder", "counter_account", "counter_holder", "counter_bank", "direction", "success"),
    )
    for row, (payer, payee) in enumerate(zip(payers, payees, strict=True)):
        remarks: list[str] = []
        sides = [_party(payer), _party(payee)]
        sides = [
            (side[0], name or side[1]) for side, name in zip(sides, (payer_names[row], payee_names[row]), strict=True)
        ]
        if sides[0][0] and sides[0][0] == sides[1][0]:
            remarks.append("!not_a_transfer counter_account")
        seen = {sides[0][0]: "out", sides[1][0]: "in"}
        direction = seen.get(owner or login(named[row], "ALIPAY"), "")
        if owner and not direction:
            remarks.append("!bad_account account")
        own, other = (sides[1], sides[0]) if direction == "in" else (sides[0], sides[1])
        made["account"].append(own[0])
        made["holder"].append(own[1])
        made["counter_account"].append(other[0])
        made["counter_holder"].append(other[1])
        made["counter_bank"].append("" if direction == "in" else banks[row])
        made["direction"].append(direction or "out")
        made["success"].append(fate(status[row], remarks))
        made["remarks"].append(";".join(remarks))
    return {**made}


def bill(mapping: Mapping, grid: Grid, source: Source) -> dict[str, Sequence[str]]:
    """A user's own bill. Whose it is stands above the table (`fixed`), or was said at admission, which every row then notes."""
    cells = Cells(mapping, grid)
    firm, stated = mapping.fixed["firm"], mapping.fixed.get("stated", "")
    said = login(source.account, firm)
    account = said if not stated or ("*" in stated and could_be(stated, said)) else stated
    others, names, status = cells.get("other"), cells.get("other_name"), cells.get("status")
    ways, funds, summary = cells.get("direction"), cells.get("fund"), cells.joined("summary")
    first, second = cells.get("first"), cells.get("second")
    made = _made("counter_account", "counter_holder", "direction", "success", "summary")
    for row, word in enumerate(ways):
        remarks = ["account_assumed account"] if account and account != stated else []
        other = login(others[row], firm)
        if other and other == account:
            remarks.append("!not_a_transfer counter_account")
        made["counter_account"].append(other)
        made["counter_holder"].append(names[row])
        made["direction"].append(way(word, (first[row], second[row]), status[row], funds[row], remarks))
        made["success"].append(fate(status[row], remarks))
        made["summary"].append(summary[row])
        made["remarks"].append(";".join(remarks))
    differ = mapping.fixed.get("rows_differ", "")
    if differ and grid.first and made["remarks"]:
        made["remarks"][0] = ";".join(filter(None, (f"summary_differs rows={differ}", made["remarks"][0])))
    return {**made, "account": [account] * len(ways)}
