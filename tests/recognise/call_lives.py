"""Made-up honest telephones that are used a lot, as operators would record them: whom rules about calls must not take for swindlers.

Call centres, telephone sales, couriers, drivers, a school's notices, wedding invitations, a survey, a firm behind one gateway, repair
shops, somebody with a new number, dormitory telephones, ordinary people. Numbers are of a block that no operator has given out.
"""

from collections.abc import Callable
from random import Random
from typing import Any

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_790_000_000_000 - 1_790_000_000_000 % DAY
DAYS, REPORTED_DAY = 30, 12
Row = dict[str, Any]


class Exchange:
    """Writes the records of both sides of a call."""

    def __init__(self, seed: int, block: str = "178") -> None:
        self.rng, self.block, self.made = Random(seed), block, 0
        self.rows: list[Row] = []
        self.people = [f"+86139{self.rng.randrange(10**8):08d}" for _ in range(6_000)]

    def number(self) -> str:
        """A new line."""
        self.made += 1
        return f"+86{self.block}{self.made * 9_973 % 10**8:08d}"

    def device(self) -> str:
        return f"{35_000_000_000_000 + self.rng.randrange(10**10)}"

    def stranger(self) -> str:
        return self.rng.choice(self.people)

    def call(self, caller: str, callee: str, at_ms: int, seconds: int, **more: Any) -> None:
        """One call; `more`: imei, cell, imsi of the caller, medium."""
        base = {"medium": "voice", "at_ms": at_ms, "duration_seconds": seconds, "byte_offset": 0}
        own = {"file": 1, "row": len(self.rows), "subscriber": caller, "counterparty": callee, "direction": "out"}
        self.rows.append(base | own | more)
        other = {"file": 2, "row": len(self.rows), "subscriber": callee, "counterparty": caller, "direction": "in"}
        self.rows.append(base | other | {"medium": more.get("medium", "voice")})

    def hours(self, day: int, count: int, begin: int = 9, end: int = 18) -> list[int]:
        """Moments of a working day, in order."""
        at = START + day * DAY + begin * HOUR
        return sorted(at + self.rng.randrange((end - begin) * HOUR) for _ in range(count))

    def seconds(self, answered: float, median: int) -> int:
        """How long a call lasts; 0 where nobody answers."""
        return 0 if self.rng.random() > answered else 1 + int(median * self.rng.lognormvariate(0, 0.8))


def call_centre(x: Exchange, seat: str, device: str, number: str) -> None:
    """Calls customers about their orders; a quarter is called again, some call back, customers call in."""
    customers = [x.stranger() for _ in range(x.rng.randrange(200, 500))]
    for day in range(DAYS):
        if day % 7 < 5:
            for at in x.hours(day, x.rng.randrange(25, 60)):
                one = x.rng.choice(customers)
                x.call(number, one, at, x.seconds(0.6, 60), imei=device, cell=seat)
                if x.rng.random() < 0.08:
                    x.call(one, number, at + x.rng.randrange(HOUR), x.seconds(0.9, 90))
            for at in x.hours(day, x.rng.randrange(5, 25)):
                x.call(x.stranger(), number, at, x.seconds(0.9, 120))


def sales(x: Exchange, seat: str, device: str, number: str) -> None:
    """Cold calls to lists, most unanswered or over at once: work that looks like a swindler's. Few call back; buyers are called again."""
    for day in range(DAYS):
        if day % 7 < 5:
            for at in x.hours(day, x.rng.randrange(40, 110)):
                one = x.stranger()
                x.call(number, one, at, x.seconds(0.45, 18), imei=device, cell=seat)
                if x.rng.random() < 0.03:
                    x.call(one, number, at + x.rng.randrange(5 * HOUR), x.seconds(0.9, 40))
                if x.rng.random() < 0.05:
                    x.call(number, one, at + DAY, x.seconds(0.8, 150), imei=device, cell=seat)
            for at in x.hours(day, 2):
                x.call(x.people[x.rng.randrange(8)], number, at, x.seconds(0.9, 60))


def only_out(x: Exchange, seat: str, device: str, number: str) -> None:
    """A sales line that cannot be called: nobody comes back, nobody is called twice. By its calls alone it is like a swindler's."""
    for day in range(DAYS):
        if day % 7 < 5:
            for at in x.hours(day, x.rng.randrange(40, 90)):
                x.call(number, x.stranger(), at, x.seconds(0.4, 15), imei=device, cell=seat)


def courier(x: Exchange, seat: str, device: str, number: str) -> None:
    """Calls whoever gets a parcel, mostly once, and moves from cell to cell; they call back to ask where it is."""
    for day in range(DAYS):
        if day % 7 < 6:
            for at in x.hours(day, x.rng.randrange(20, 50), 8, 20):
                one = x.stranger()
                cell = f"{seat}{x.rng.randrange(8)}"
                x.call(number, one, at, x.seconds(0.75, 14), imei=device, cell=cell)
                if x.rng.random() < 0.12:
                    x.call(one, number, at + x.rng.randrange(HOUR), x.seconds(0.9, 15))
            x.call(x.people[3], number, START + day * DAY + 21 * HOUR, x.seconds(0.9, 100))


def driver(x: Exchange, seat: str, device: str, number: str) -> None:
    """Calls each passenger once where they wait; some call first."""
    for day in range(DAYS):
        for at in x.hours(day, x.rng.randrange(6, 18), 6, 23):
            one = x.stranger()
            if x.rng.random() < 0.3:
                x.call(one, number, at - 2 * MINUTE, x.seconds(0.9, 20))
            x.call(number, one, at, x.seconds(0.85, 15), imei=device, cell=f"{seat}{x.rng.randrange(20)}")


def school(x: Exchange, seat: str, device: str, number: str) -> None:
    """Writes to all parents at once, every week; parents answer and call."""
    parents = [x.stranger() for _ in range(x.rng.randrange(60, 300))]
    for day in range(0, DAYS, 7):
        at = START + day * DAY + 16 * HOUR
        for turn, one in enumerate(parents):
            x.call(number, one, at + turn * 4_000, 0, imei=device, cell=seat, medium="sms")
            if x.rng.random() < 0.1:
                x.call(one, number, at + x.rng.randrange(DAY), x.seconds(0.9, 40))


def wedding(x: Exchange, seat: str, device: str, number: str) -> None:
    """An ordinary telephone that writes to everybody it knows once."""
    private(x, seat, device, number)
    for turn in range(x.rng.randrange(50, 150)):
        one = x.stranger()
        x.call(number, one, START + 9 * DAY + turn * 9_000, 0, imei=device, cell=f"{seat}0", medium="sms")
        if x.rng.random() < 0.5:
            x.call(one, number, START + 9 * DAY + x.rng.randrange(5 * HOUR, DAY), x.seconds(0.9, 50))


def private(x: Exchange, seat: str, device: str, number: str) -> None:
    """A dozen people, again and again, both ways."""
    circle = [x.stranger() for _ in range(12)]
    for day in range(DAYS):
        for at in x.hours(day, x.rng.randrange(4), 8, 22):
            pair = (number, x.rng.choice(circle))
            own = x.rng.random() < 0.5
            more = {"imei": device, "cell": f"{seat}{x.rng.randrange(4)}"} if own else {}
            x.call(*(pair if own else pair[::-1]), at, x.seconds(0.85, 60), **more)


def new_number(x: Exchange, seat: str, device: str, number: str) -> None:
    """Calls and writes to everybody of the address book within a few days; they call back from then on."""
    circle = [x.stranger() for _ in range(x.rng.randrange(40, 90))]
    for turn, one in enumerate(circle):
        at = START + 20 * DAY + turn % 5 * DAY + x.rng.randrange(9, 20) * HOUR
        x.call(number, one, at, x.seconds(0.6, 40), imei=device, cell=f"{seat}{turn % 3}")
        if x.rng.random() < 0.4:
            x.call(one, number, at + x.rng.randrange(DAY), x.seconds(0.9, 60))


def survey(x: Exchange, seat: str, device: str, number: str) -> None:
    """Numbers drawn in blocks, called up to three times; some call back to ask who it was."""
    for day in range(20):
        block = x.rng.randrange(10**7) * 10
        for at in x.hours(day, 45, 10, 20):
            one = f"+86137{(block + x.rng.randrange(60)) % 10**8:08d}"
            x.call(number, one, at, x.seconds(0.35, 200), imei=device, cell=seat)
            if x.rng.random() < 0.06:
                x.call(one, number, at + x.rng.randrange(DAY), x.seconds(0.9, 30))


def gateway(x: Exchange, seat: str) -> None:
    """A firm's ten lines behind one device that never moves: each is called, and calls customers again."""
    device, customers = x.device(), [x.stranger() for _ in range(150)]
    for number in [x.number() for _ in range(10)]:
        for day in range(DAYS):
            if day % 7 < 5:
                for at in x.hours(day, x.rng.randrange(3, 10)):
                    x.call(number, x.rng.choice(customers), at, x.seconds(0.7, 90), imei=device, cell=seat)
                    x.call(x.rng.choice(customers), number, at + MINUTE * 20, x.seconds(0.9, 90))


def repair_shop(x: Exchange, seat: str) -> None:
    """A bench telephone in which customers' SIM cards are tried: one call each, to the shop."""
    device, shop = x.device(), x.number()
    for day in range(DAYS):
        for turn in range(x.rng.randrange(3, 9)):
            x.call(x.number(), shop, START + day * DAY + (10 + turn) * HOUR, x.seconds(0.9, 6), imei=device, cell=seat)


def dormitory(x: Exchange, seat: str) -> None:
    """One telephone, five SIM cards in turn, everybody calling home."""
    device = x.device()
    for number in [x.number() for _ in range(5)]:
        home = [x.stranger() for _ in range(4)]
        for day in range(DAYS):
            if x.rng.random() < 0.5:
                at = START + day * DAY + x.rng.randrange(18, 23) * HOUR
                x.call(number, x.rng.choice(home), at, x.seconds(0.9, 300), imei=device, cell=seat)
                if x.rng.random() < 0.4:
                    x.call(x.rng.choice(home), number, at + HOUR, x.seconds(0.9, 200))


def tester(x: Exchange, seat: str) -> None:
    """A dealer in used telephones tries each with the same card: one call to the shop's own line."""
    card, shop = x.number(), x.number()
    for day in range(DAYS):
        for turn in range(x.rng.randrange(2, 8)):
            at = START + day * DAY + (10 + turn) * HOUR
            x.call(card, shop, at, x.seconds(0.9, 5), imei=x.device(), cell=seat, imsi=f"46000{card[-10:]}")


def officer(x: Exchange, seat: str, device: str, number: str) -> None:
    """Police or a bank's desk: calls people who have reported, after they did, and others; hardly anybody calls back."""
    told = x.people[:: len(x.people) // 60]
    for day in range(REPORTED_DAY + 1, DAYS):
        for at in x.hours(day, 6):
            x.call(number, x.rng.choice(told), at, x.seconds(0.7, 200), imei=device, cell=seat)
        for at in x.hours(day, 3):
            x.call(number, x.stranger(), at, x.seconds(0.7, 100), imei=device, cell=seat)


def reports(seed: int) -> list[Row]:
    """Rows of `reports` of those people, all of one day."""
    at_ms = START + REPORTED_DAY * DAY
    return [{"file": 9, "row": row["row"], "byte_offset": 0, "at_ms": at_ms} for row in reporters(seed)]


def reporters(seed: int, permille: int = 10) -> list[Row]:
    """Rows of `mentions`: so many in a thousand of the people whom all these call have reported a scam."""
    people = Exchange(seed).people
    return [
        {"file": 9, "row": n, "byte_offset": 0, "kind": "phone", "value": value, "role": "own", "valid": True}
        for n, value in enumerate(people[:: 1000 // permille])
    ]


ONE: dict[Callable[[Exchange, str, str, str], None], int] = {
    call_centre: 12, sales: 12, only_out: 6, courier: 15, driver: 10, school: 6, wedding: 8, private: 40, new_number: 10, survey: 4, officer: 6,
}  # fmt: skip
MANY: dict[Callable[[Exchange, str], None], int] = {gateway: 4, repair_shop: 4, dormitory: 6, tester: 4}


def lives(seed: int, most: int = 40) -> list[Row]:
    """Rows of `calls` of all of them, at most so many of a kind; the same seed, the same rows."""
    x = Exchange(seed)
    for turn, kind in enumerate(kind for kind, many in ONE.items() for _ in range(min(many, most))):
        kind(x, f"{4100 + turn}-{turn * 37}", x.device(), x.number())
    for turn, shared in enumerate(shared for shared, many in MANY.items() for _ in range(min(many, most))):
        shared(x, f"{5100 + turn}-{turn * 41}")
    return x.rows


def sim_box(seed: int, numbers: int = 12, per_day: int = 20, days: int = 4) -> list[Row]:
    """A swindler's box: numbers behind one device in one cell that call strangers for days and are gone. Nobody calls back."""
    x = Exchange(seed, "176")
    device = x.device()
    for number in [x.number() for _ in range(numbers)]:
        begins = x.rng.randrange(DAYS - days)
        for day in range(begins, begins + days):
            for at in x.hours(day, per_day):
                x.call(number, x.stranger(), at, x.seconds(0.45, 12), imei=device, cell="6100-7")
    for day in (0, DAYS - 1):  # the records reach over the whole time
        x.call(x.people[0], x.people[1], START + day * DAY, 30)
    return x.rows
