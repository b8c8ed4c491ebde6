"""ISO 20022 statements and credit transfers to rows of texts in the order of FIELDS.

Says lists of rows, then {"empty": rows that stand for statements without entries, "statements": how many were seen}. Streamed:
an entry is forgotten once its rows are made.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from fanzha.formats.child.elements import Node, parse
from fanzha.formats.child.saying import NotThis, Say, TooMuch

FIELDS = (
    *("account", "holder", "bank", "at", "direction", "amount", "currency", "counter_account", "counter_holder"),
    *("counter_bank", "serial", "summary", "success", "remarks"),
)
BLOCK_ROWS = 2_000
DEPTH_MAX = 60
UNIT_CHARACTERS_MAX = 4 << 20
STATEMENTS = frozenset(("Stmt", "Rpt", "Ntfctn"))
UNITS = frozenset(("Acct", "Bal", "TxsSummry", "Ntry", "GrpHdr", "CdtTrfTxInf"))
PARENTS = frozenset((*STATEMENTS, "BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn", "FIToFICstmrCdtTrf"))
CODE = re.compile("[A-Z]{3}")
DIRECTIONS = {"CRDT": "in", "DBIT": "out"}
Row = dict[str, str]


def account_of(node: Node, path: str) -> str:
    """IBAN, else the other identification."""
    return node.at(f"{path}/Id/IBAN", f"{path}/Id/Othr/Id", f"{path}/Id/PrtryAcct/Id")


def agent_of(node: Node, path: str) -> str:
    """BIC, else name, else the number in the clearing system."""
    inside = f"{path}/FinInstnId/"
    return node.at(inside + "BICFI", inside + "BIC", inside + "Nm", inside + "ClrSysMmbId/MmbId", inside + "Othr/Id")


def given(reference: str) -> str:
    """A reference, unless it only says that there is none."""
    return "" if reference == "NOTPROVIDED" else reference


def unit(currency: str) -> str:
    """A currency as it stands behind a sum in a remark; nothing where it is no code, for remarks have a syntax."""
    return f" {currency}" if CODE.fullmatch(currency) else ""


def number(text: str) -> Decimal | None:
    """A finite decimal number, or None."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 40 else None


@dataclass(slots=True)
class Statement:
    """One statement while its entries pass by."""

    account: Node = field(default_factory=lambda: Node("Acct"))
    balances: dict[str, Decimal] = field(default_factory=dict)
    summary: Node | None = None
    sums: dict[str, Decimal] = field(default_factory=lambda: {"in": Decimal(0), "out": Decimal(0)})
    booked: Decimal = Decimal(0)
    counts: dict[str, int] = field(default_factory=lambda: {"in": 0, "out": 0})
    currency: str = ""
    last: Row | None = None

    def balance(self, node: Node) -> None:
        """One of its balances."""
        value = number(node.money("Amt")[0])
        if value is not None:
            code = node.at("Tp/CdOrPrtry/Cd")
            signed = -value if node.at("CdtDbtInd") == "DBIT" else value
            # of several opening balances the first counts, of closing ones the last (pages of one statement)
            self.balances[code] = self.balances.get(code, signed) if code in ("OPBD", "PRCD") else signed

    def findings(self) -> list[str]:
        """What the statement's own totals say against its entries, as remarks with the difference (stated less found)."""
        found: list[tuple[str, Decimal, bool]] = []
        opening = self.balances.get("OPBD", self.balances.get("PRCD"))
        closing = self.balances.get("CLBD")
        if opening is not None and closing is not None:
            found.append(("closing_balance", closing - opening - self.booked, True))
        totals = self.summary or Node("")
        counts = {
            "TtlNtries": sum(self.counts.values()),
            "TtlCdtNtries": self.counts["in"],
            "TtlDbtNtries": self.counts["out"],
        }
        sums = {"TtlNtries": sum(self.sums.values()), "TtlCdtNtries": self.sums["in"], "TtlDbtNtries": self.sums["out"]}
        for name, field_ in (("TtlNtries", "entries"), ("TtlCdtNtries", "credits"), ("TtlDbtNtries", "debits")):
            count, total = number(totals.at(f"{name}/NbOfNtries")), number(totals.at(f"{name}/Sum"))
            if count is not None:
                found.append((f"{field_}_count", count - counts[name], False))
            if total is not None:
                found.append((f"{field_}_sum", total - sums[name], True))
        return [
            f"summary_differs {name}={difference:f}{unit(self.currency) if money else ''}"
            for name, difference, money in found
            if difference
        ]


def detail_of(node: Node, own: str, entry: Node) -> Row:
    """What one transaction of an entry says beside the entry."""
    direction = DIRECTIONS.get(node.at("CdtDbtInd") or entry.at("CdtDbtInd"), "")
    reversed_ = entry.at("RvslInd") in ("true", "1")
    # the parties of a reversal are those of the payment that is reversed
    role = "Dbtr" if (direction == "in") != reversed_ else "Cdtr"
    other = account_of(node, f"RltdPties/{role}Acct")
    if other and other == own:
        role = "Cdtr" if role == "Dbtr" else "Dbtr"
        other = account_of(node, f"RltdPties/{role}Acct")
    amount, currency = node.money("Amt", "AmtDtls/TxAmt/Amt")
    told = [" ".join(one.text.split()) for one in node.all("RmtInf", "Ustrd") if one.text.strip()]
    return {
        "direction": direction,
        "amount": amount,
        "currency": currency,
        "at": node.at("RltdDts/AccptncDtTm"),
        "at_later": node.at("RltdDts/TxDtTm"),
        "day": node.at("RltdDts/IntrBkSttlmDt"),
        "counter_account": other,
        "counter_holder": node.at(
            f"RltdPties/{role}/Pty/Nm", f"RltdPties/{role}/Nm", f"RltdPties/{role}/Agt/FinInstnId/Nm"
        ),
        "counter_bank": agent_of(node, f"RltdAgts/{role}Agt"),
        "serial": given(node.at("Refs/AcctSvcrRef", "Refs/UETR", "Refs/TxId", "Refs/EndToEndId")),
        "summary": "; ".join((*told, *filter(None, [node.at("AddtlTxInf")]))),
    }


class Reader:
    """The handlers of the parser."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.stack: list[Node] = []
        self.building = 0  # depth of the unit that is being built, 0 for none
        self.characters = 0
        self.path: list[str] = []
        self.rows: list[list[str]] = []
        self.empty: list[str] = []
        self.statements = 0
        self.statement = Statement()
        self.details: list[Row] = []
        self.held: Row | None = None  # the last row, until its statement is summed up
        self.header = Node("GrpHdr")
        self.transfers = Statement()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        tag = name.rpartition(" ")[2]
        if len(self.path) >= DEPTH_MAX:
            raise TooMuch
        parent = self.path[-1] if self.path else ""
        self.path.append(tag)
        if self.building:
            node = Node(tag, attributes.get("Ccy", ""))
            self.stack[-1].children.append(node)
            self.stack.append(node)
        elif tag in STATEMENTS and parent in PARENTS:
            self.statements += 1
            self.statement = Statement()
        elif tag == "FIToFICstmrCdtTrf":
            self.statements += 1
            self.transfers, self.header = Statement(), Node("GrpHdr")
        elif tag in UNITS and parent in PARENTS:
            self.building, self.characters = len(self.path), 0
            self.stack = [Node(tag)]

    def data(self, text: str) -> None:
        """Text of the element."""
        if self.building:
            self.characters += len(text)
            if self.characters > UNIT_CHARACTERS_MAX:
                raise TooMuch
            self.stack[-1].text += text

    def end(self, _name: str) -> None:
        """An element ends."""
        tag = self.path.pop()
        if self.building:
            node = self.stack.pop()
            if tag == "TxDtls" and self.stack and self.stack[0].tag == "Ntry":
                # made into a row at once: a batch may hold a hundred thousand
                self.details.append(detail_of(node, account_of(self.statement.account, "."), self.stack[0]))
                self.stack[-1].children.remove(node)
                self.characters = 0
            if len(self.path) < self.building:
                self.building = 0
                self.unit(node)
        elif tag in STATEMENTS and self.path and self.path[-1] in PARENTS:
            self.close(self.statement)
        elif tag == "FIToFICstmrCdtTrf":
            self.close_transfers()

    def unit(self, node: Node) -> None:
        """One account, balance, entry, ... is complete."""
        if node.tag == "Acct":
            self.statement.account = Node(".", children=[Node(".", children=node.children)])
            self.statement.currency = node.at("Ccy")
        elif node.tag == "Bal":
            self.statement.balance(node)
        elif node.tag == "TxsSummry":
            self.statement.summary = node
        elif node.tag == "GrpHdr":
            self.header = node
        elif node.tag == "Ntry":
            details, self.details = self.details, []
            self.entry(node, details)
        else:
            self.transfer(node)

    def entry(self, node: Node, details: list[Row]) -> None:
        """The rows of one entry: one for each of several transactions, else one."""
        statement = self.statement
        amount, currency = node.money("Amt")
        direction = DIRECTIONS.get(node.at("CdtDbtInd"), "")
        value, status = number(amount), node.at("Sts/Cd", "Sts/Prtry", "Sts")
        statement.currency = statement.currency or currency
        if value is not None and direction:
            statement.sums[direction] += value
            statement.counts[direction] += 1
            if status in ("BOOK", ""):
                statement.booked += value if direction == "in" else -value
        remarks = ["reversal"] if node.at("RvslInd") in ("true", "1") else []
        if status in ("PDNG", "INFO", "FUTR"):
            remarks.append("pending success")
        elif status not in ("BOOK", ""):
            remarks.append("!unexpected_word success")
        shared = {
            "account": account_of(statement.account, "."),
            "holder": statement.account.at("./Ownr/Nm", "./Nm"),
            "bank": agent_of(statement.account, "./Svcr"),
            "success": "true" if status == "BOOK" else "" if status == "" else "false",
        }
        own = {"direction": direction, "amount": amount, "currency": currency or statement.currency}
        told, serial = node.at("AddtlNtryInf"), node.at("AcctSvcrRef", "NtryRef")
        several = len(details) > 1
        total = Decimal(0)
        for detail in details or [{}]:
            row: Row = {**detail, **shared, "remarks": ";".join(remarks)}
            if not several:
                row |= own
            elif row["currency"] not in ("", own["currency"]):
                row["remarks"] = "!bad_amount currency"
            row["currency"] = row["currency"] or own["currency"]
            total += number(row["amount"]) or 0
            row["at"] = (
                row.get("at")
                or node.at("BookgDt/DtTm")
                or row.get("at_later")
                or node.at("BookgDt/Dt")
                or row.get("day")
                or node.at("ValDt/DtTm", "ValDt/Dt")
            )
            row["serial"] = (node.at("AcctSvcrRef") if not several else "") or row.get("serial") or serial
            row["summary"] = "; ".join(dict.fromkeys(filter(None, (row.get("summary", ""), told))))
            self.keep(row)
        if several and value is not None and total != value and self.held is not None:
            self.remark(f"summary_differs details_sum={value - total:f}{unit(own['currency'])}")

    def transfer(self, node: Node) -> None:
        """One customer credit transfer, from the debtor's account."""
        amount, currency = node.money("IntrBkSttlmAmt")
        self.transfers.booked += number(amount) or 0
        self.transfers.counts["out"] += 1
        self.transfers.currency = self.transfers.currency or currency
        told = [" ".join(one.text.split()) for one in node.all("RmtInf", "Ustrd") if one.text.strip()]
        self.keep(
            {
                "account": account_of(node, "DbtrAcct"),
                "holder": node.at("Dbtr/Nm"),
                "bank": agent_of(node, "DbtrAgt"),
                "at": node.at("IntrBkSttlmTm", "SttlmTmIndctn/DbtDtTm", "AccptncDtTm", "IntrBkSttlmDt")
                or self.header.at("IntrBkSttlmDt"),
                "direction": "out",
                "amount": amount,
                "currency": currency,
                "counter_account": account_of(node, "CdtrAcct"),
                "counter_holder": node.at("Cdtr/Nm"),
                "counter_bank": agent_of(node, "CdtrAgt"),
                "serial": given(node.at("PmtId/UETR", "PmtId/TxId", "PmtId/EndToEndId")),
                "summary": "; ".join(told),
                "remarks": "",
            }
        )

    def close(self, statement: Statement) -> None:
        """A statement ends: its totals against its entries, said of its last row."""
        findings = statement.findings()
        if self.held is None and findings:
            self.empty.append(findings[0])
        for finding in findings if self.held is not None else ():
            self.remark(finding)
        self.release()

    def close_transfers(self) -> None:
        """A message of transfers ends: its totals against its transfers."""
        count, total = number(self.header.at("NbOfTxs")), number(self.header.at("TtlIntrBkSttlmAmt", "CtrlSum"))
        if self.held is not None and count is not None and count != self.transfers.counts["out"]:
            self.remark(f"summary_differs transfers_count={count - self.transfers.counts['out']:f}")
        if self.held is not None and total is not None and total != self.transfers.booked:
            self.remark(
                f"summary_differs transfers_sum={total - self.transfers.booked:f}{unit(self.transfers.currency)}"
            )
        self.release()

    def remark(self, text: str) -> None:
        """One more remark on the last row."""
        if self.held is not None:
            self.held["remarks"] = ";".join(filter(None, (self.held["remarks"], text)))

    def keep(self, row: Row) -> None:
        """One more row."""
        self.release()
        self.held = row

    def release(self) -> None:
        """The last row is complete."""
        if self.held is not None:
            self.rows.append([self.held.get(name, "") for name in FIELDS])
            self.held = None
        if len(self.rows) >= BLOCK_ROWS:
            self.say(self.rows)
            self.rows = []


def main(pipe: BinaryIO, say: Say, _argument: dict[str, Any]) -> None:
    """Read the document, say its rows."""
    reader = Reader(say)
    parse(pipe, reader.start, reader.data, reader.end)
    if not reader.statements:
        raise NotThis
    reader.release()
    if reader.rows:
        say(reader.rows)
    say({"empty": reader.empty, "statements": reader.statements})
