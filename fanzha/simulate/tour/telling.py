"""Reports as an officer sums them up: facts only, in a small fixed grammar, with the slips that real reports have.

On purpose there is nothing persuasive here: no text that could be used on anybody.
"""

from datetime import UTC, datetime, timedelta
from random import Random

from fanzha.simulate import spell
from fanzha.simulate.invent import stream
from fanzha.simulate.tour.honest import HOUR_MS
from fanzha.simulate.tour.victims import Ordeal
from fanzha.simulate.tour.world import Account, Draft, Gang, Named, Phone, Report, Transfer

ZONES = {"CNY": ("Asia/Shanghai", 8), "THB": ("Asia/Bangkok", 7)}
PRETEXT = {
    "T01": ("刷单返利", "网上做任务返佣金", "online task and rebate job"),
    "T02": ("虚假投资理财", "网络投资理财", "online investment"),
    "T03": ("虚假购物", "网上购物付款后未收到货物", "goods paid online and not received"),
    "T04": ("冒充电商物流客服", "对方自称快递客服办理退款", "caller who claimed to be parcel customer service"),
    "T05": ("虚假贷款", "办理网络贷款须先缴费", "fees asked before an online loan"),
    "T06": ("虚假征信", "对方自称可消除征信记录", "caller who offered to repair a credit record"),
    "T08": ("冒充公检法", "对方自称公检法工作人员核查资金", "caller who claimed to be a police officer"),
    "T09": ("网络婚恋交友", "网络交友后对方借款", "loan to a person met online"),
}
# Slips, dealt out in turn; each changes how one thing is written.
NOISES = (
    ("spaced",),
    ("masked_phone", "wan"),
    ("chinese_numeral",),
    ("defanged", "full_width"),
    ("wrong_digit", "defanged"),
    ("missing_time",),
    (),
    ("masked_phone", "spaced"),
    ("wan",),
)
NOISES_EN = (("spaced",), ("defanged",), (), ("missing_time",), ("wrong_digit", "defanged"), ())
STATED_MAX = 3


def local(at_ms: int, currency: str) -> datetime:
    """Wall-clock time where the currency is used (neither place has summer time)."""
    return datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(hours=ZONES[currency][1])


def _delay_ms(rng: Random) -> int:
    """From the last payment to the report: 40 % within the hour, 35 % within a day, the rest days."""
    kind = rng.random()
    hours = rng.uniform(0.2, 1) if kind < 0.4 else rng.uniform(1, 24) if kind < 0.75 else rng.uniform(30, 140)
    return int(hours * HOUR_MS) // 60_000 * 60_000


def _amount(minor: int, noise: tuple[str, ...]) -> str:
    yuan = minor // 100
    if "chinese_numeral" in noise:
        return spell.numeral(yuan) + "元"
    if "wan" in noise and yuan >= 10_000:
        return spell.ten_thousands(yuan) + "元"
    return f"{yuan}元"


def _payee(rng: Random, account: Account, noise: tuple[str, ...]) -> tuple[str, Named]:
    """The account as written, and what it names."""
    kind = "bank_card" if account.number.startswith("62") else "account"
    number, clean = account.number, True
    if "wrong_digit" in noise:
        number, clean = spell.wrong_digit(rng, number), False
    text = spell.spaced(number) if "spaced" in noise and kind == "bank_card" else number
    text = spell.full_width(text) if "full_width" in noise else text
    return text, Named(kind, number, clean)


def _when(at: datetime, reported: datetime, noise: tuple[str, ...]) -> str:
    if "missing_time" in noise:
        return ""
    if "relative_time" in noise and at.date() == reported.date() - timedelta(days=1) and 18 <= at.hour <= 23:
        return f"昨晚{spell.evening_hour(at.hour)}左右"
    return f"{at.month}月{at.day}日{at.hour}时{at.minute:02d}分"


def _contact(ordeal: Ordeal, noise: tuple[str, ...]) -> tuple[str, Named]:
    if "masked_phone" in noise and ordeal.phone.startswith("+86"):
        text = spell.masked_phone(ordeal.phone)
        return text, Named("phone", "+86" + text, False)
    return spell.dialled(ordeal.phone), Named("phone", ordeal.phone)


def _tell_zh(
    rng: Random,
    ordeal: Ordeal,
    paid: list[tuple[Transfer, Account]],
    who: tuple[str, str, str],
    at_ms: int,
    noise: tuple[str, ...],
) -> tuple[str, list[Named]]:
    """Chinese summary and what it names. `who` is name, city and own phone."""
    reported = local(at_ms, "CNY")
    contact, named_contact = _contact(ordeal, noise)
    named = [named_contact]
    lines = [f"{reported.year}年{reported.month}月{reported.day}日,{who[1]}居民{who[0][0]}某某"]
    lines.append(
        f"(本人手机{spell.masked_phone(who[2])})报称被骗,事由为{PRETEXT[ordeal.scam_type][1]}。对方联系电话{contact}"
    )
    if ordeal.scam_type != "T09":
        site = spell.defanged(ordeal.site) if "defanged" in noise else f"https://{ordeal.site}/"
        lines.append(f",所用网址{site}")
        named.append(Named("domain", ordeal.site))
    lines.append("。")
    for place, (transfer, account) in enumerate(paid[:STATED_MAX]):
        text, named_payee = _payee(rng, account, noise if place == 0 else ())
        named.append(named_payee)
        when = _when(local(transfer.at_ms, "CNY"), reported, noise)
        amount = _amount(transfer.amount_minor, noise)
        lines.append(f"{when}向{account.bank}账户{text}(户名{account.holder})转账{amount};")
    if len(paid) > STATED_MAX:
        lines.append(f"另有{len(paid) - STATED_MAX}笔详见流水。")
    if ordeal.wallet:
        lines.append(f"对方还提供过USDT收款地址{ordeal.wallet},未转入。")
        named.append(Named("wallet", "TRON:" + ordeal.wallet))
    total = sum(transfer.amount_minor for transfer, _ in paid)
    lines.append(f"共计损失{_amount(total, noise)}。已致电银行客服95588挂失,并接96110回访。")
    return spell.punctuated("".join(lines)), named


def _tell_en(
    rng: Random,
    ordeal: Ordeal,
    paid: list[tuple[Transfer, Account]],
    who: tuple[str, str, str],
    at_ms: int,
    noise: tuple[str, ...],
) -> tuple[str, list[Named]]:
    """English summary by a Thai police station and what it names."""
    contact, named_contact = _contact(ordeal, noise)
    named = [named_contact]
    reported = local(at_ms, "THB")
    lines = [f"On {reported:%d %B %Y} {who[0]}, resident of {who[1]}, reported a loss. "]
    lines.append(f"Matter: {PRETEXT[ordeal.scam_type][2]}. Contact number used: {contact}. ")
    if ordeal.scam_type != "T09":
        site = spell.defanged(ordeal.site) if "defanged" in noise else f"https://{ordeal.site}/"
        lines.append(f"Web site: {site} . ")
        named.append(Named("domain", ordeal.site))
    for place, (transfer, account) in enumerate(paid[:STATED_MAX]):
        text, named_payee = _payee(rng, account, noise if place == 0 else ())
        named.append(named_payee)
        at = local(transfer.at_ms, "THB")
        when = "" if "missing_time" in noise else f" on {at:%d %B %Y at %H:%M}"
        amount = f"THB {transfer.amount_minor // 100:,}.00"
        lines.append(f"Transferred {amount}{when} to {account.bank} account {text} in the name of {account.holder}. ")
    if len(paid) > STATED_MAX:
        lines.append(f"{len(paid) - STATED_MAX} more payments are on the statement. ")
    if ordeal.wallet:
        lines.append(f"A USDT address was also given, nothing was sent: {ordeal.wallet} . ")
        named.append(Named("wallet", "TRON:" + ordeal.wallet))
    total = sum(transfer.amount_minor for transfer, _ in paid)
    lines.append(
        f"Total loss THB {total // 100:,}.00. Centre 1441 was informed; line 96110 and bank line 95588 were noted."
    )
    return "".join(lines), named


def _reference(channel: str, count: int, at_ms: int) -> str:
    day = local(at_ms, "CNY")
    return {
        "station": f"JQ{day:%Y%m%d}{count:03d}",
        "hotline": f"RX-{day:%y%m%d}-{count:03d}",
        "narrative": f"BL{day:%Y}{count:04d}",
        "thai": f"TH-CCIB-{day:%y}-{count:04d}",
    }[channel]


def _channel(place: int, thai: bool) -> str:
    if thai:
        return "thai"
    if place in (4, 15):
        return "narrative"
    return "hotline" if place % 3 == 2 else "station"


def reports(draft: Draft, ordeals: list[Ordeal], gangs: list[Gang]) -> list[Report]:
    """One report for each victim whose payments really happened, in the order they were made."""
    rng = stream(draft.seed, "telling")
    by_number = {account.number: account for account in draft.accounts.values()}
    phones = {phone.owner: phone for phone in draft.phones}
    told: list[Report] = []
    for place, ordeal in enumerate(ordeals):
        paid = [
            (transfer, by_number[transfer.payee])
            for transfer in draft.transfers
            if transfer.purpose == "scam" and transfer.report == ordeal.victim
        ]
        told.append(_report(rng, draft, ordeal, paid, phones[ordeal.victim], place))
    return sorted(told, key=lambda report: (report.at_ms, report.reference))


def _report(
    rng: Random, draft: Draft, ordeal: Ordeal, paid: list[tuple[Transfer, Account]], phone: Phone, place: int
) -> Report:
    account = draft.accounts[ordeal.victim]
    thai = account.currency == "THB"
    noise = NOISES_EN[place % len(NOISES_EN)] if thai else NOISES[place % len(NOISES)]
    last = paid[-1][0].at_ms
    if not thai and 18 <= local(last, account.currency).hour <= 22 and not {"missing_time", "wrong_digit"} & set(noise):
        noise = (*noise, "relative_time")
    at_ms = last // 60_000 * 60_000 + _delay_ms(rng)
    if "relative_time" in noise:  # reported at half past nine the next morning
        day = local(last, account.currency).replace(hour=9, minute=30, second=0, microsecond=0) + timedelta(days=1)
        at_ms = int((day - timedelta(hours=8)).timestamp()) * 1000
    tell = _tell_en if thai else _tell_zh
    text, named = tell(rng, ordeal, paid, (account.holder, account.city, phone.number), at_ms, noise)
    channel = _channel(place, thai)
    return Report(
        reference=_reference(channel, place + 1, at_ms),
        channel=channel,
        gang=ordeal.gang,
        scam_type=ordeal.scam_type,
        victim=account.holder,
        victim_account=account.number,
        at_ms=at_ms,
        city=account.city,
        zone=ZONES[account.currency][0],
        currency=account.currency,
        amount_minor=sum(transfer.amount_minor for transfer, _ in paid),
        payments=tuple(transfer.id for transfer, _ in paid),
        stated=tuple(transfer.id for transfer, _ in paid[:STATED_MAX]),
        named=tuple(dict.fromkeys(named)),
        noise=noise,
        text=text,
    )
