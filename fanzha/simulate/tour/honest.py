"""What honest money does: wages, rent, shopping, remittances. Fraud has to hide among it."""

from random import Random

from fanzha.simulate.invent import stream
from fanzha.simulate.tour.world import Draft, Plan

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
START_MS = 1_782_835_200_000  # 2026-07-01 00:00 in Shanghai
FRAUD_MS = START_MS + 100 * DAY_MS  # 2026-10-09
END_MS = START_MS + 137 * DAY_MS  # 2026-11-15

EVERYDAY = ("消费", "超市购物", "餐饮", "扫码支付", "交通出行", "水电费", "手机充值", "网上购物")
BOUGHT = frozenset(("消费", "超市购物", "网上购物", "PURCHASE"))  # goods in return, as the statement says
STAFF = ("k00", "k01", "k02", "k03", "k04", "o2", "k05")


def _moment(rng: Random, day: int, hour_from: int = 8, hour_to: int = 22) -> int:
    return START_MS + day * DAY_MS + rng.randrange(hour_from * 3600, hour_to * 3600) * 1000


def _everyday(draft: Draft, rng: Random, key: str, rows: int, scale: int) -> None:
    """Small purchases and a monthly income; what a card holder's own life looks like. `scale` is minor units.

    A card that was sold carries little: odd jobs, no wage.
    """
    thai = draft.accounts[key].currency == "THB"
    sold = draft.accounts[key].role == "mule"
    word = ("CASUAL WORK" if sold else "SALARY") if thai else "零工" if sold else "工资"
    crowd = [f"kt{n}" for n in range(8)] if thai else [f"k{n:02d}" for n in range(6, 40)]
    payer = rng.choice(crowd)
    for day in sorted(rng.randrange(137) for _ in range(rows)):
        amount = max(100, min(20 * scale, int(rng.lognormvariate(0, 0.9) * scale)))
        summary = "PURCHASE" if thai else rng.choice(EVERYDAY)
        purpose = "purchase" if summary in BOUGHT else "everyday"
        draft.plans.append(Plan(_moment(rng, day), key, rng.choice(crowd), amount, purpose, summary))
    for month_day in (9, 40, 71, 101, 132):
        wage = int(rng.lognormvariate(0, 0.05) * scale * (9 if sold else 60))
        draft.plans.append(Plan(_moment(rng, month_day, 9, 11), payer, key, wage, "wage", word))


def _shop(draft: Draft, rng: Random) -> None:
    """Many unrelated customers for weeks, goods bought from two suppliers."""
    name = draft.accounts["s1"].holder
    for day in range(137):
        for _ in range(rng.choice((1, 1, 2, 2, 3))):
            amount = int(rng.lognormvariate(8.6, 0.8)) + 500
            payer = f"k{rng.randrange(60):02d}"
            draft.plans.append(Plan(_moment(rng, day), payer, "s1", amount, "shop_sale", "扫码支付", merchant=name))
        if day % 7 == 3:
            amount = rng.randrange(30_000, 90_000)
            draft.plans.append(Plan(_moment(rng, day, 6, 8), "s1", "k41", amount, "shop_supply", "进货款"))


def _payroll(draft: Draft, rng: Random) -> None:
    """Invoices in, wages out on the tenth of each month."""
    wages = {key: rng.randrange(4_800, 9_500) * 100 for key in STAFF}
    for day in range(2, 137, 6):
        payer = f"k{rng.randrange(42, 47):02d}"
        amount = rng.randrange(9_000, 26_000) * 100
        draft.plans.append(Plan(_moment(rng, day, 9, 17), payer, "e1", amount, "invoice", "货款"))
    for day in (9, 40, 71, 101, 132):
        for key, wage in wages.items():
            draft.plans.append(Plan(_moment(rng, day, 10, 11), "e1", key, wage, "wage", "代发工资"))
        draft.plans.append(
            Plan(_moment(rng, day + 2, 9, 17), "e1", "k47", rng.randrange(9_000, 20_000) * 100, "supply", "原料款")
        )


def _family(draft: Draft, rng: Random) -> None:
    """Children send money home on about the same day, parents send a little back."""
    for child, parent, amount in (("c3", "f1", 150_000), ("f2", "f1", 120_000), ("o3", "k50", 80_000)):
        for day in range(4, 137, 30):
            draft.plans.append(Plan(_moment(rng, day + rng.randrange(3)), child, parent, amount, "family", "生活费"))
    for day in (60, 98):
        draft.plans.append(Plan(_moment(rng, day), "f1", "f2", 60_000, "family", "给孩子"))
    for key in ("f1", "f2", "r1", "d1", "w3"):
        _everyday(draft, rng, key, 34, 4_000)


def _rent_and_used_goods(draft: Draft, rng: Random) -> None:
    """A landlord with six tenants, one of them a card holder; a dealer in used phones."""
    for tenant, amount in (
        ("a1", 180_000),
        ("k51", 210_000),
        ("k52", 165_000),
        ("k53", 240_000),
        ("o1", 200_000),
        ("k54", 175_000),
    ):
        for day in range(1, 137, 30):
            draft.plans.append(Plan(_moment(rng, day), tenant, "r1", amount, "rent", "房租"))
    for day in range(1, 137, 4):
        amount = rng.randrange(600, 5_200) * 100
        if rng.random() < 0.6:
            draft.plans.append(
                Plan(_moment(rng, day), f"k{rng.randrange(60):02d}", "d1", amount, "used_goods", "二手手机")
            )
        else:
            draft.plans.append(
                Plan(_moment(rng, day), "d1", f"k{rng.randrange(60):02d}", amount * 7 // 10, "used_goods", "收购旧机")
            )


def _house(draft: Draft, rng: Random) -> None:
    """The laundering house also does a little real trade, so that honest and disputed money lie in one account."""
    for day in range(3, 137, 3):
        amount = rng.randrange(400, 6_000) * 100
        draft.plans.append(Plan(_moment(rng, day), f"k{rng.randrange(60):02d}", "w1", amount, "trade", "货款"))
        if day % 2:
            draft.plans.append(
                Plan(_moment(rng, day), "w1", f"k{rng.randrange(60):02d}", amount * 9 // 10, "trade", "货款")
            )
    for day in range(5, 137, 6):
        draft.plans.append(
            Plan(_moment(rng, day), f"k{rng.randrange(60):02d}", "w2", rng.randrange(100, 2_000) * 100, "trade", "转账")
        )


def add_honest(draft: Draft) -> None:
    """Plans of ordinary life for every account whose statement is delivered, over the whole period."""
    rng = stream(draft.seed, "honest")
    _shop(draft, rng)
    _payroll(draft, rng)
    _family(draft, rng)
    _rent_and_used_goods(draft, rng)
    _house(draft, rng)
    for key, account in draft.accounts.items():
        if account.delivered and account.role in ("mule", "victim", "person"):
            thai = account.currency == "THB"
            _everyday(draft, rng, key, 26 if account.role == "mule" else 36, 20_000 if thai else 4_500)
