"""Random record tables for comparing engines: small, shared accounts, nulls, equal times, Chinese text, extreme integers.

Rows obey what admission guarantees (file and row are there and unique; a mention is unique by its place, kind and value; a
direction is in or out) and nothing else.
"""

import random
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from fanzha.store.contract import Tables
from fanzha.store.engine import arrow_schema
from fanzha.store.tables import table

Row = dict[str, Any]
Records = dict[str, list[Row]]

AS_OF = 1_790_100_000_000
SECOND, DAY = 1_000, 86_400_000
LAST = 2**63 - 1
LAST_ROW = 2**36 - 1  # linking writes file and row as one number, the row in 36 bits
FILES = (
    1,
    2,
    2**26,
)  # numbers of acts in a journal: linking writes file and row as one 64-bit number, and this is beyond any journal
TEXTS = (
    "被骗转账。对方称“客服”，账号见下。",
    "骗子说:向账户转5000元；后又转8000元!\n已报案",
    "",
    "I paid 5,000 to A. Then 8,000 to B.",
    "'; DROP TABLE legs; --",
    "back\\slash \\n 'quote' \"double\" `tick` ? $1 :p0",
    "é e\u0301 ﬁ Ａ１ 😀 \u0000 İß",
)
NAMES = ("张伟", "張偉", "王芳", "Zhang Wei", "zhang wei", "", "某某商贸有限公司", "😀店", "Ａ公司")
BANKS = ("中国工商银行", "测试银行", "TEST BANK", "")
CURRENCIES = ("CNY", "USD", "USDT", "JPY", "")
KINDS = (
    "phone",
    "account",
    "bank_card",
    "wallet",
    "url",
    "domain",
    "wechat",
    "qq",
    "email",
    "imei",
    "name",
    "cn_id",
    "iban",
)
WRONG = "GB00WEST12345698765432"  # its check digits fail wherever it is named
SUMMARIES = ("转账", "ATM取款", "消费", "工资", "USDT", "跨境汇款", "", "退款")


def fill(engine: Tables, records: Records) -> None:
    """Put every table of a world into an engine, each in two parts; columns not named are null."""
    for name, rows in records.items():
        for part in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
            engine.put(name, pa.Table.from_pylist(part, schema=arrow_schema(table(name))))


def random_records(seed: int) -> Records:
    """The record tables of one world."""
    return _World(random.Random(seed)).records()


class _World:
    """One world in the making: its chance, and the accounts and values that its rows share."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.accounts = [f"62220{chance.randrange(10**13):014d}" for _ in range(30)] + [
            "",
            "ALIPAY:张三@例",
            "T" + "x" * 33,
        ]
        self.phones = [f"+86138{chance.randrange(10**8):08d}" for _ in range(25)] + ["+86138****0000", "95588"]
        self.values = {
            "phone": self.phones,
            "account": self.accounts,
            "bank_card": self.accounts,
            "url": ["http://a.骗局.com/x", "http://b.xn--fiqs8s/y", "http://pay.example-zhifu.com/1", "http://10.0.0.1/"],
            "domain": ["example-zhifu.com", "www.example-zhifu.com", "骗局.com", *(f"pay{n}-zhifu.com" for n in range(20))],
            "iban": [WRONG, "DE89370400440532013000"],
            "wechat": ["wxid_abc123", "WXID_ABC123", *(f"kefu{n}888" for n in range(20))],
            "email": ["a@zhifu.com", "A@zhifu.com", *(f"x{n}@zhifu.com" for n in range(20))],
        }  # fmt: skip
        self.times = [AS_OF - chance.randrange(30 * DAY) // SECOND * SECOND for _ in range(25)]  # few: many are equal

    def records(self) -> Records:
        reports = [self.report(*place) for place in self.places(40)]
        passed, paid = self.passed_on(reports)
        legs = self.shuffled([*self.legs(), *passed])
        return {
            "reports": reports,
            "mentions": self.shuffled([*self.mentions(reports), *paid]),
            "legs": legs,
            "notes": self.notes(legs),
            "calls": [self.call(*place) for place in self.places(60)],
            "accounts": [self.account(*place) for place in self.places(15)],
            "messages": [self.message(*place) for place in self.places(15)],
        }

    def places(self, number: int) -> list[tuple[int, int]]:
        """Distinct places of rows: file and row, a few far out, in no order."""
        found = [(self.chance.choice(FILES), row) for row in self.chance.sample(range(1, 4 * number), number)]
        found[0] = (found[0][0], LAST_ROW)
        self.chance.shuffle(found)
        return found

    def maybe(self, values: Sequence[Any], null: float = 0.15) -> Any:
        return None if self.chance.random() < null else self.chance.choice(values)

    def moment(self) -> int | None:
        """Mostly one of few times; some later than `AS_OF`, some none, some at the ends of what fits."""
        odd = (None, AS_OF, AS_OF + 1, LAST, 0, -1, -LAST)
        return self.chance.choice(odd) if self.chance.random() < 0.2 else self.chance.choice(self.times)

    def row(self, file: int, row: int) -> Row:
        return {"file": file, "row": row, "byte_offset": self.chance.choice((-1, 0, row, LAST))}

    def report(self, file: int, row: int) -> Row:
        return {
            **self.row(file, row),
            "reference": self.maybe(("A1", "甲1")),
            "at_ms": self.moment(),
            "text": self.maybe(TEXTS),
            "victim": self.maybe(NAMES),
            "amount_minor": self.maybe((0, 1, 500_000, 2**62, LAST)),
            "currency": self.maybe(CURRENCIES),
            "form": self.maybe(("told", "told", "chat")),
        }

    def mentions(self, reports: Sequence[Row]) -> list[Row]:
        """What reports name, and a few mentions of reports that are not there."""
        found: dict[tuple[Any, ...], Row] = {}
        places = [(report["file"], report["row"]) for report in reports] + [(7, 7)]
        for file, row in self.chance.choices(places, k=110):
            kind = self.chance.choice(KINDS)
            value = self.maybe(
                self.values.get(kind, ("", "33010219900101001X", "861234567890123", "张伟", "骗*子")), 0.05
            )
            self.name(
                found,
                self.row(file, row),
                kind,
                value,
                self.maybe(("text", "phone", "账号")),
                self.chance.randrange(40),
            )
        for file, row in self.chance.choices(places, k=25):  # payments as a narrative states them
            at = self.chance.randrange(0, 30, 6)
            amount = self.chance.choice((1, 5_000, 500_000, 800_000, 2**62))
            self.name(found, self.row(file, row), "account", self.chance.choice(self.accounts), "text", at)
            self.name(
                found, self.row(file, row), "money", f"{self.chance.choice(('CNY', 'USD'))}:{amount}", "text", at + 2
            )
            self.name(found, self.row(file, row), "moment", str(self.chance.choice(self.times)), "text", at + 4)
        return list(found.values())

    def name(
        self, found: dict[tuple[Any, ...], Row], place: Row, kind: str, value: Any, field: Any, start: int
    ) -> None:
        """Add a mention. One place names a value once; an absent field or start counts like an empty one, as in the text
        of the statements."""
        found[place["file"], place["row"], field or "", start, kind, value] = {
            **place,
            "kind": kind,
            "value": value,
            "field": field,
            "start": start or self.maybe((0,)),
            "stop": self.maybe((start + 2,)),
            "role": self.maybe(("payee", "contact", "own", "")),
            "valid": value != WRONG and self.maybe((*(True,) * 8, False), 0.05),
            "partial": self.maybe((True, *(False,) * 40)),
        }

    def legs(self) -> list[Row]:
        """Movements among the shared accounts, seen by one bank or both, some twice in files that overlap."""
        rows: list[Row] = []
        for place in self.places(90):
            rows.append(self.leg(*place))
            other = {"file": 5, "row": len(rows)}
            if self.chance.random() < 0.3 and rows[-1]["counter_account"]:  # the other side's statement
                one = rows[-1]
                rows.append(
                    {
                        **one,
                        **other,
                        "account": one["counter_account"],
                        "counter_account": one["account"],
                        "direction": "in" if one["direction"] == "out" else "out",
                    }
                )
            elif self.chance.random() < 0.2:  # the same row again
                rows.append({**rows[-1], **other})
        return rows

    def passed_on(self, reports: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """Payments that go on from account to account, as legs, and as the mentions of the victims who made them. The
        houses at the end are few, so that cases meet there."""
        legs: list[Row] = []
        paid: dict[tuple[Any, ...], Row] = {}
        for report in self.chance.sample(reports, 12):
            at_ms, amount = self.chance.choice(self.times), self.chance.choice((200_000, 200_000, 777_700, 123_456_789))
            firsts, seconds, houses = self.accounts[:12], self.accounts[12:18], self.accounts[18:21]
            chain = [self.chance.choice(part) for part in (firsts, seconds, houses)]
            place = self.row(report["file"], report["row"])
            for kind, value, start in (
                ("account", chain[0], 60),
                ("money", f"CNY:{amount}", 70),
                ("moment", at_ms, 65),
            ):
                self.name(paid, place, kind, str(value), "text", start)
                paid[place["file"], place["row"], "text", start, kind, str(value)]["role"] = "payee"
            payer = self.chance.choice(("", self.accounts[21], self.accounts[22]))  # the victim's own
            for step, account in enumerate(chain):
                moment = at_ms + step * self.chance.choice((0, 60_000, DAY))
                legs.append(self.moved(len(legs), account, moment, "in", amount, payer))
                if step == 2 and self.chance.random() < 0.3:
                    break
                amount = self.chance.choice((amount, amount // 2, amount + 100))
                after = chain[step + 1] if step < 2 else ""
                legs.append(self.moved(len(legs), account, moment, "out", amount, after))
                if after and len(legs) % 3 == 0:  # it came back
                    back = self.moved(len(legs), account, moment + 60_000, "in", amount, after)
                    legs.append({**back, "summary": "退款"})
                payer = account
        return legs, list(paid.values())

    def moved(self, row: int, account: str, at_ms: int, direction: str, amount: int, counter: str) -> Row:
        exits = direction == "out" and not counter
        return {
            **self.leg(10 + self.accounts.index(account), row + 1),
            "account": account,
            "at_ms": at_ms,
            "direction": direction,
            "amount_minor": amount,
            "currency": "CNY",
            "balance_minor": None,
            "counter_account": counter,
            "serial": f"S{row}",
            "ip": f"203.0.113.{row % 3}" if direction == "out" and row % 2 else None,
            "cash": exits and self.chance.random() < 0.5,
            "success": True,
            "summary": self.chance.choice(SUMMARIES) if exits else "转账",
        }

    def leg(self, file: int, row: int) -> Row:
        amount = self.maybe((0, 1, 5_000, 500_000, 800_000, self.chance.randrange(10**7)), 0.05)
        return {
            **self.row(file, row),
            "account": self.maybe(self.accounts, 0.05),
            "holder": self.maybe(NAMES),
            "bank": self.maybe(BANKS),
            "at_ms": self.moment(),
            "direction": self.chance.choice(("in", "out")),
            "amount_minor": 2**61 if row == LAST_ROW else amount,
            "currency": self.chance.choice((*("CNY",) * 8, "USD", "", None)),
            "balance_minor": self.maybe((0, 500_000, -1, LAST, -LAST)),
            "counter_account": self.maybe(self.accounts),
            "counter_holder": self.maybe(NAMES),
            "counter_bank": self.maybe(BANKS),
            "serial": self.maybe(("", "S1", "流水2")),
            "cash": self.maybe((True, False, False, False)),
            "success": self.maybe((True, True, True, False)),
            "summary": self.maybe(SUMMARIES),
            "merchant": self.maybe(NAMES),
            "place": self.maybe(("杭州", "")),
        }

    def notes(self, legs: Sequence[Row]) -> list[Row]:
        codes = ("duplicate_row", "failed_transaction", "balance_break")
        return [
            {**self.row(leg["file"], leg["row"]), "code": code, "field": self.maybe(("金额", ""))}
            for leg in self.chance.sample(legs, 15)
            for code in self.chance.sample(codes, self.chance.randrange(1, 3))
        ]

    def call(self, file: int, row: int) -> Row:
        return {
            **self.row(file, row),
            "subscriber": self.maybe(self.phones, 0.05),
            "counterparty": self.maybe([*self.phones, ""], 0.05),
            "direction": self.maybe(("in", "out", "forward")),
            "medium": self.maybe(("voice", "sms")),
            "at_ms": self.moment(),
            "duration_seconds": self.maybe((0, 60, LAST)),
        }

    def account(self, file: int, row: int) -> Row:
        return {
            **self.row(file, row),
            "account": self.maybe(self.accounts),
            "bound_account": self.maybe(self.accounts),
            "bound_bank": self.maybe(BANKS),
            "holder": self.maybe(NAMES),
            "phone": self.maybe(self.phones),
            "opened_ms": self.moment(),
            "balance_minor": self.maybe((0, -LAST, LAST)),
        }

    def message(self, file: int, row: int) -> Row:
        return {
            **self.row(file, row),
            "chat": self.maybe(NAMES),
            "sender": self.maybe(NAMES),
            "at_ms": self.moment(),
            "text": self.maybe(TEXTS),
        }

    def shuffled(self, rows: list[Row]) -> list[Row]:
        self.chance.shuffle(rows)
        return rows
