"""What was planted in a world: who did what to whom, and where the money is. Only a scoreboard reads it.

Times are UTC milliseconds, money is minor units, `gang` and `organisation` are numbers of organisations, `person` is a holder.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.simulate.invent import stream
from fanzha.simulate.names import holder_name
from fanzha.simulate.reporting import Report, account_text
from fanzha.simulate.world import BUSINESSES, COUNTRIES, DAY_MS, Incident, Organisation, World

BANDS = ((18, "<18"), (26, "18-25"), (41, "26-40"), (61, "41-60"), (200, "61+"))
BUSINESS_ROLES = {
    "employer": "payroll",
    "supplier": "shop",
    "group_buyer": "shop",
    "platform": "shop",
    "utility": "shop",
}
INNOCENT_BUSINESSES = {"employer": "payroll"}  # all others that are honest: shop
MOVES_MONEY = {
    "R-CARD": "mule", "V-UNW": "mule", "R-WASH": "launder", "R-CASH": "launder", "R-OTC": "otc", "R-CDLR": "launder",
}  # fmt: skip
LEAK_DAYS = (2, 60)  # from the leak to the first contact; assumption
Rows = list[dict[str, Any]]
TYPES: dict[str, pa.DataType] = {
    "int": pa.int64(), "text": pa.string(), "flag": pa.bool_(), "gangs": pa.list_(pa.int64()),
}  # fmt: skip
COLUMNS = {
    "people": "person:int name:text role:text organisation:int gang:int coerced:flag minor:flag age_band:text"
    " migrant:flag region:text country:text phone:text",
    "accounts": "account:text currency:text bank:text holder:int role:text controller:int gang:int innocent:text",
    "reports": "reference:text incident:int gang:int crew:int scam_type:text victim:int age_band:text migrant:flag"
    " region:text country:text at_ms:int received_ms:int account:text amount_minor:int currency:text repeat:flag"
    " stopped:flag",
    "payments": "incident:int transfer:int payer:text payee:text at_ms:int arrived_ms:int amount_minor:int"
    " currency:text",
    "parcels": "transfer:int incident:int gang:int payer:text payee:text at_ms:int arrived_ms:int amount_minor:int"
    " disputed_minor:int currency:text tier:int exit:text group:int",
    "identifiers": "kind:text value:text owner:int gangs:gangs from_ms:int to_ms:int",
    "leaks": "company:int company_name:text person:int leaked_ms:int seller:int gangs:gangs",
    "next": "person:int gang:int due_ms:int",
}
SCHEMAS: dict[str, dict[str, pa.DataType]] = {
    name: {column: TYPES[kind] for column, kind in (one.split(":") for one in declared.split())}
    for name, declared in COLUMNS.items()
}


def write_truth(world: World, reports: Sequence[Report], out: Path) -> None:
    """The whole truth under `out`/truth."""
    folder = out / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, Rows] = {
        "people": people(world),
        "accounts": accounts(world),
        "reports": [_report(world, report) for report in reports],
        "payments": payments(world),
        "parcels": parcels(world),
        "identifiers": identifiers(world),
        "leaks": leaks(world),
        "next": next_targets(world),
    }
    for name, rows in tables.items():
        table = pa.table(
            {column: pa.array([row[column] for row in rows], kind) for column, kind in SCHEMAS[name].items()},
            schema=pa.schema(SCHEMAS[name]),
        )
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
    _write_json(folder / "organisations.json", [_organisation(world, one) for one in world.organisations])
    _write_json(folder / "populars.json", populars(reports))


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# -- people and organisations -------------------------------------------------------------------------------------


def age_band(age: int) -> str:
    """The band of an age in years."""
    return next(name for below, name in BANDS if age < below)


def _about(world: World, person: int) -> dict[str, Any]:
    """What a score is broken down by."""
    holders = world.holders
    country = COUNTRIES[int(holders.country[person])]
    return {
        "age_band": age_band(int(holders.age[person])) if person < holders.people else "",
        "migrant": bool(holders.migrant[person]),
        "region": country.regions[int(holders.region[person])],
        "country": country.code,
    }


def gang_of(world: World, organisation: int) -> int:
    """The gang that an organisation is or belongs to; -1 for services, compounds and financiers."""
    while organisation >= 0:
        if world.organisations[organisation].kind == "gang":
            return organisation
        if world.organisations[organisation].kind != "crew":
            return -1
        organisation = world.organisations[organisation].parent
    return -1


def _organisation(world: World, one: Organisation) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        "country": COUNTRIES[one.country].code,
        "parent": one.parent,
        "serves": list(one.serves),
        "members": [
            {"person": person, "role": role, "coerced": person in one.coerced, "minor": is_minor(world, person)}
            for person, role in one.members
        ],
        "from_ms": one.from_ms,
        "to_ms": one.to_ms,
    }


def is_minor(world: World, holder: int) -> bool:
    """Whether a holder is a person below eighteen."""
    return holder < world.holders.people and int(world.holders.age[holder]) < 18


def people(world: World) -> Rows:
    """Everybody in the chain and every target, by number; who is both has the role, and a target who paid is V-VICT."""
    where: dict[int, int] = {}
    coerced: set[int] = set()
    for organisation in world.organisations:
        for person, _ in organisation.members:
            where.setdefault(person, organisation.id)
        coerced |= organisation.coerced
    roles = {one.victim: "V-VICT" if one.payments else "" for one in sorted(world.incidents, key=_paid_last)}
    roles |= {person: role for one in world.organisations for person, role in one.members}
    roles |= world.roles
    made = []
    for person in sorted(roles):
        phone = int(world.holders.phone[person])
        organisation_id = where.get(person, -1)
        made.append(
            {
                "person": person,
                "name": holder_name(world, person),
                "role": roles[person],
                "organisation": organisation_id,
                "gang": gang_of(world, organisation_id),
                "coerced": person in coerced,
                "minor": is_minor(world, person),
                **_about(world, person),
                "phone": f"+{phone}" if phone else "",
            }
        )
    return made


def _paid_last(incident: Incident) -> tuple[bool, int]:
    return bool(incident.payments), incident.id


# -- money --------------------------------------------------------------------------------------------------------


def _touched(world: World) -> set[int]:
    """Every account that money of the chain passed through."""
    found = {account for moved in world.moved for account in (moved.payer, moved.payee) if account >= 0}
    return found | {one.account for one in world.incidents if one.payments}


def accounts(world: World) -> Rows:
    """Every account that the chain's money touched: whose it is, who moves its money, whether its holder acts in good faith."""
    gangs: dict[int, set[int]] = {}
    for one in world.resources:
        if one.account >= 0:
            gangs.setdefault(one.account, set()).update(one.users)
    victims = {one.account for one in world.incidents if one.payments}
    family = {moved.payee for moved in world.moved if moved.purpose == "pay" and moved.payee >= 0}
    made = []
    for account in sorted(_touched(world)):
        controller = world.controller.get(account, -1)
        users = gangs.get(account, {gang_of(world, controller)} - {-1})
        role, innocent = role_of(world, account, account in victims, account in family)
        made.append(
            {
                "account": account_text(world, account),
                "currency": world.currency(account),
                "bank": world.banks.names[int(world.accounts.bank[account])],
                "holder": int(world.accounts.holder[account]),
                "role": role,
                "controller": controller,
                "gang": next(iter(users)) if len(users) == 1 else -1,
                "innocent": innocent,
            }
        )
    return made


def role_of(world: World, account: int, victim: bool, paid: bool) -> tuple[str, str]:
    """(role of an account, how its holder is innocent); `paid`: it got money for a living, not to pass it on."""
    holder = int(world.accounts.holder[account])
    controlled = account in world.controller
    role = world.roles.get(holder, "")
    if holder >= world.holders.people:
        kind = BUSINESSES[int(world.holders.business[holder])]
        if controlled or role:
            return ("otc" if kind == "otc" else "merchant_front"), "none"
        return BUSINESS_ROLES.get(kind, kind), INNOCENT_BUSINESSES.get(kind, "shop")
    if controlled and world.organisations[world.controller[account]].kind == "gang":
        return "purse", "unwitting" if role == "V-UNW" else "none"
    if role == "V-UNW":
        return "mule", "unwitting"
    if role == "R-CARD" and not controlled:
        return "person", "none"  # the holder's own other account, into which the dealer pays
    if controlled or role in MOVES_MONEY:
        return MOVES_MONEY.get(role, "mule"), "none"
    if victim:
        return "victim", "none"
    return ("family", "family") if paid and not role else ("person", "none" if role else "family")


def _gangs(world: World) -> dict[int, int]:
    return {one.id: one.gang for one in world.incidents}


def payments(world: World) -> Rows:
    """What the targets paid, transfer by transfer."""
    return [
        {"incident": incident.id, **_transfer(world, place)}
        for incident in world.incidents
        for place in incident.payments
        if world.moved[place].purpose == "scam"
    ]


def _transfer(world: World, place: int) -> dict[str, Any]:
    moved = world.moved[place]
    return {
        "transfer": int(world.transfer_of[place]) if len(world.transfer_of) else place,
        "payer": account_text(world, moved.payer),
        "payee": account_text(world, moved.payee),
        "at_ms": moved.at_ms,
        "arrived_ms": moved.arrived_ms,
        "amount_minor": moved.amount_minor,
        "currency": world.currency(moved.payer if moved.payer >= 0 else moved.payee),
    }


def parcels(world: World) -> Rows:
    """Every part of a transfer that is one victim's money."""
    gangs = _gangs(world)
    return [
        {
            **_transfer(world, place),
            "incident": parcel.incident,
            "gang": gangs.get(parcel.incident, -1),
            "disputed_minor": parcel.amount_minor,
            "tier": moved.tier,
            "exit": moved.exit,
            "group": moved.group,
        }
        for place, moved in enumerate(world.moved)
        for parcel in moved.parcels
    ]


def _report(world: World, report: Report) -> dict[str, Any]:
    return {
        **{name: getattr(report, name) for name in SCHEMAS["reports"] if hasattr(report, name)},
        **_about(world, report.victim),
        "account": account_text(world, report.account),
    }


# -- leads --------------------------------------------------------------------------------------------------------


def identifiers(world: World) -> Rows:
    """Everything the chain used, and which gangs used it when."""
    rows = [
        {
            "kind": one.kind,
            "value": one.value.removeprefix("group:") if one.kind == "im" else one.value,
            "owner": one.owner,
            "gangs": sorted(set(one.users)),
            "from_ms": one.from_ms,
            "to_ms": one.to_ms,
        }
        for one in world.resources
    ]
    return sorted(rows, key=lambda row: (row["kind"], row["value"], row["from_ms"]))


def leaks(world: World) -> Rows:
    """Which company leaked whom, who sold it, and to which gangs."""
    found: dict[tuple[int, int], list[Incident]] = {}
    for incident in world.incidents:
        if incident.leak >= 0:
            found.setdefault((incident.leak, incident.victim), []).append(incident)
    made = []
    for (company, person), cases in sorted(found.items(), key=lambda one: one[0]):
        rng = stream(world.seed, f"planted/leak/{company}/{person}")
        before = rng.randrange(LEAK_DAYS[0] * DAY_MS, LEAK_DAYS[1] * DAY_MS)
        made.append(
            {
                "company": company,
                "company_name": world.organisations[company].name,
                "person": person,
                "leaked_ms": min(one.first_contact_ms for one in cases) - before,
                "seller": _seller(world, company, cases[0].gang),
                "gangs": sorted({one.gang for one in cases}),
            }
        )
    return made


def _seller(world: World, company: int, gang: int) -> int:
    """The data seller fed by a company that serves a gang; -1 where none does."""
    sellers = [one for one in world.organisations if one.kind == "data_seller" and gang in one.serves]
    fed = [
        one.id
        for one in sellers
        if one.id == world.organisations[company].parent or one.id in world.organisations[company].serves
    ]
    return next(iter(fed or [one.id for one in sellers]), -1)


def next_targets(world: World) -> Rows:
    """Who was contacted before the end and will be asked to pay after it."""
    rows = [
        {"person": one.victim, "gang": one.gang, "due_ms": one.due_ms}
        for one in world.incidents
        if not one.payments and one.first_contact_ms < world.end_ms <= one.due_ms
    ]
    return sorted(rows, key=lambda row: (row["due_ms"], row["person"]))


def populars(reports: Iterable[Report]) -> list[Mapping[str, Any]]:
    """Values that many reports of no gang name."""
    counts = Counter((one.kind, one.value) for report in reports if report.gang < 0 for one in report.named)
    return [
        {"kind": "account" if kind == "bank_card" else kind, "value": value, "reports": count}
        for (kind, value), count in sorted(counts.items())
        if count > 1
    ]
