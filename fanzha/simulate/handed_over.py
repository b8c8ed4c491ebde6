"""What else reaches the centre: a platform's list of sites, operators' call records, an explorer's export of wallets."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import yaml

from fanzha.formats import known
from fanzha.simulate.invent import digits, stream, tron_address
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.reporting import Report
from fanzha.simulate.spell import defanged
from fanzha.simulate.tour import sheets
from fanzha.simulate.tour.sheets import Layout, moment, text
from fanzha.simulate.tour.statements import Row, record
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, Resource, World

TOKEN_MINOR = 1_000_000  # USDT has six decimals
IMSI_PREFIXES = {"CN": "46099", "TH": "52099", "IN": "40499"}  # networks that no operator holds
ASKED_HOURS = 30  # from a report to the operator's records
EVENT_TYPES = {
    ("voice", "out"): "Outgoing",
    ("voice", "in"): "Incoming",
    ("sms", "out"): "SMS-MO",
    ("sms", "in"): "SMS-MT",
}
THAI_OPERATOR: Layout = (
    ("MSISDN", text("subscriber")),
    ("B Number", text("counterparty")),
    ("Call Type", lambda row: EVENT_TYPES[str(row["medium"]), str(row["direction"])]),
    ("Start Time", moment(sheets.BANGKOK, "iso")),
    ("Duration Seconds", lambda row: str(row["duration_seconds"])),
    ("IMEI", text("imei")),
    ("IMSI", text("imsi")),
    ("LAC", lambda row: str(row["cell"] or "").partition("-")[0]),
    ("Cell ID", lambda row: str(row["cell"] or "").partition("-")[2]),
)
File = tuple[str, str, bytes]  # part of received, name, bytes


def files(world: World, reports: Sequence[Report], p: Parameters, out: Path) -> Iterator[File]:
    """All of them, in a fixed order."""
    yield from _sites(world, p)
    yield from _records(world, reports, p, out)
    if world.exits is None:
        yield from _wallets(world, reports, p)
    else:
        yield from _kept_tokens(world, p)


def _day(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(hours=8)


def _sites(world: World, p: Parameters) -> Iterator[File]:
    """A platform's list: most sites in use, and some that are harmless."""
    rng, kinds = stream(world.seed, "handed_over/sites"), [one.kind for one in world.organisations]
    listed = [
        (one.value, "job advert" if kinds[one.owner] == "recruiter" else "scam site", one.from_ms)
        for one in world.resources
        if one.kind == "domain" and rng.random() < p["bodies.platform_sites_share"]
    ]
    for number in range(int(p["bodies.platform_decoys"])):
        at_ms = rng.randrange(world.start_ms, world.end_ms)
        listed.append(
            (f"shop{number:02d}-{rng.choice(('tea', 'books', 'tools', 'toys'))}.example", "under review", at_ms)
        )
    weeks: dict[int, list[dict[str, str]]] = {}
    for place, (site, category, from_ms) in enumerate(sorted(listed, key=lambda one: (one[2], one[0])), start=1):
        at_ms = from_ms + rng.randrange(2, 90) * HOUR_MS
        entry = {
            "id": f"PF-{place:05d}",
            "url": defanged(site),
            "category": category,
            "reported_at": f"{_day(at_ms):%Y-%m-%dT%H:%M:%S}+08:00",
            "description": "reported by users of the platform",
        }
        if at_ms < world.end_ms:
            weeks.setdefault((at_ms - world.start_ms) // (14 * DAY_MS), []).append(entry)
    for entries in (weeks[week] for week in sorted(weeks)):
        entries.sort(key=lambda one: one["reported_at"])
        day = entries[-1]["reported_at"][:10].replace("-", "")
        yield (
            "platform",
            f"platform_sites_{day}.yaml",
            yaml.safe_dump(entries, allow_unicode=True, sort_keys=False).encode(),
        )


def _phones(world: World, reports: Sequence[Report], p: Parameters) -> tuple[dict[str, int], dict[str, int]]:
    """Contact phones, and phones of reporters, whose records are handed over -> when the report was known."""
    rng = stream(world.seed, "handed_over/phones")
    contacts: dict[str, int] = {}
    own: dict[str, int] = {}
    incidents = {one.id: one for one in world.incidents}
    for report in reports:
        incident = incidents.get(report.incident)
        if incident is None:
            continue
        draws = rng.random(), rng.random()
        named = {one.value for one in report.named if one.kind == "phone" and one.clean}
        if incident.phone >= 0 and draws[0] < p["bodies.investigative_share"]:
            number = world.resources[incident.phone].value
            if number in named and report.received_ms + ASKED_HOURS * HOUR_MS < world.end_ms:
                contacts.setdefault(number, report.received_ms)
        phone = f"+{int(world.holders.phone[report.victim])}"
        if draws[1] < p["bodies.consumer_share"] and phone.startswith("+86"):
            own.setdefault(phone, report.received_ms)
    most = int(p["bodies.phones_max"])
    return dict(list(contacts.items())[:most]), dict(list(own.items())[: most // 4])


def _records(world: World, reports: Sequence[Report], p: Parameters, out: Path) -> Iterator[File]:
    """Call records: of contact phones in the form for investigators of each country, of reporters as they export them."""
    contacts, own = _phones(world, reports, p)
    if not contacts and not own:
        return
    calls = _calls_of(out, [*contacts, *own])
    days = int(p["bodies.call_days"])
    groups: dict[tuple[str, int], list[Row]] = {}
    for number, at_ms in contacts.items():
        country = next((one.code for one in COUNTRIES if number.startswith(f"+{one.dialling}")), "CN")
        asked_ms = at_ms + ASKED_HOURS * HOUR_MS
        rows = _subscriber(world, number, country, calls, (asked_ms - days * DAY_MS, asked_ms))
        groups.setdefault((country, asked_ms // (7 * DAY_MS)), []).extend(rows)
    for (country, week), rows in sorted(groups.items(), key=lambda one: one[0]):
        if rows:
            day = _day((week + 1) * 7 * DAY_MS)
            yield "operators", f"{country.lower()}_operator_{day:%Y%m%d}.csv", _listed(country, rows)
    for number, at_ms in own.items():
        rows = _subscriber(world, number, "CN", calls, (at_ms - days * DAY_MS, at_ms))
        if rows:
            data = known.named("call_records").write({"calls": record("calls", rows)})
            yield "operators", f"详单_{number[-4:]}_{_day(at_ms):%Y%m%d}_{number[-8:-4]}.csv", data


def _listed(country: str, rows: Sequence[Row]) -> bytes:
    """The file in which operators of a country list calls."""
    if country == "TH":
        return sheets.csv_bytes(sheets.cells(THAI_OPERATOR, rows))
    name = "indian_call_records" if country == "IN" else "call_records_investigative"
    return known.named(name).write({"calls": record("calls", rows)})


def _calls_of(out: Path, numbers: Sequence[str]) -> dict[str, list[Row]]:
    """What operators hold of some numbers."""
    wanted = pa.array(sorted(set(numbers)), pa.string())
    either = ds.field("caller").isin(wanted) | ds.field("callee").isin(wanted)
    table = ds.dataset(out / "bodies" / "calls.parquet").to_table(filter=either)
    found: dict[str, list[Row]] = {number: [] for number in sorted(set(numbers))}
    for row in table.to_pylist():
        for side in ("caller", "callee"):
            number = str(row[side])
            if number in found:
                found[number].append(dict(row))
    return found


def _subscriber(
    world: World, number: str, country: str, calls: dict[str, list[Row]], period: tuple[int, int]
) -> list[Row]:
    """The calls of one number in a period as its operator lists them; device and cell are of its own calls only."""
    rng = stream(world.seed, f"handed_over/imsi/{number}")
    imsi, home = IMSI_PREFIXES[country] + digits(rng, 10), rng.choice(COUNTRIES[0].regions)
    made: list[Row] = []
    for row in sorted(calls[number], key=lambda row: (int(str(row["at_ms"])), str(row["caller"]), str(row["callee"]))):
        if not period[0] <= int(str(row["at_ms"])) <= period[1]:
            continue
        out_ = row["caller"] == number
        made.append(
            {
                "subscriber": number,
                "counterparty": row["callee"] if out_ else row["caller"],
                "direction": "out" if out_ else "in",
                "medium": row["medium"],
                "at_ms": row["at_ms"],
                "duration_seconds": row["duration_seconds"],
                "place": home if country == "CN" else "",
                "imei": row["imei"] if out_ else "",
                "imsi": imsi,
                "cell": row["cell"] if out_ else "",
            }
        )
    return made


def _wallets(world: World, reports: Sequence[Report], p: Parameters) -> Iterator[File]:
    """An explorer's export of each of a few named wallets: tokens bought with money that left the accounts as crypto; then of
    the marketplaces' wallets that a part of them came through."""
    users: dict[int, set[int]] = {}
    incidents = {one.id: one for one in world.incidents}
    for report in reports:
        if report.incident >= 0 and (place := incidents[report.incident].wallet) >= 0:
            users.setdefault(place, set()).add(incidents[report.incident].gang)
    through: dict[str, list[Row]] = {}
    for place in sorted(users, key=lambda place: (-len(users[place]), place))[: int(p["bodies.wallets_max"])]:
        rows = _tokens(world, p, place, users[place], through)
        if rows:
            yield _exported(world, world.resources[place].value, rows)
    for wallet in sorted(through, key=lambda one: (-len(through[one]), one))[: int(p["bodies.guarantee_files"])]:
        yield _exported(world, wallet, through[wallet])


def _kept_tokens(world: World, p: Parameters) -> Iterator[File]:
    """An explorer's export of those wallets to which most coin came; of a world that keeps its coin row by row."""
    rows: dict[str, list[Row]] = {}
    for one in world.exits.tokens if world.exits else ():
        row: Row = {
            "account": one.account,
            "counter_account": one.other,
            "direction": one.direction,
            "at_ms": one.at_ms,
            "amount_minor": one.amount_minor,
            "currency": "USDT",
            "serial": one.serial,
            "success": True,
        }
        rows.setdefault(one.account, []).append(row)
    for wallet in sorted(rows, key=lambda one: (-len(rows[one]), one))[: int(p["exits.wallet_files"])]:
        yield _exported(world, wallet, rows[wallet])


def _exported(world: World, wallet: str, rows: list[Row]) -> File:
    """The explorer's file of one wallet."""
    rows.sort(key=lambda row: (int(str(row["at_ms"])), str(row["serial"])))
    data = known.named("chain_transfers").write({"legs": record("legs", rows)})
    return "chain", f"explorer_{wallet[-8:]}_{_day(world.end_ms):%Y%m%d}.csv", data


def _tokens(world: World, p: Parameters, place: int, gangs: set[int], through: dict[str, list[Row]]) -> list[Row]:
    """What came into a wallet of these gangs: from the sellers, or from a marketplace's wallet, whose own rows go into `through`."""
    rng, price = stream(world.seed, f"handed_over/wallet/{place}"), float(p["bodies.yuan_per_usdt"])
    incidents = {one.id: one for one in world.incidents}
    owners = world.organisations
    kept = [one for one in world.resources if one.kind == "wallet" and owners[one.owner].kind == "guarantee"]
    sellers: dict[int, str] = {}
    rows: list[Row] = []
    for moved in world.moved:
        mine = {incidents[one.incident].gang for one in moved.parcels if one.incident in incidents} & gangs
        if moved.exit != "crypto" or not mine or rng.random() < 0.5:
            continue
        rate = COUNTRIES[int(world.banks.country[world.accounts.bank[moved.payer]])].per_yuan
        seller = sellers.setdefault(moved.payee, tron_address(rng))
        row: Row = {
            "account": world.resources[place].value,
            "counter_account": f"TRON:{seller}",
            "direction": "in",
            "at_ms": moved.arrived_ms + rng.randrange(3, 50) * MINUTE_MS,
            "amount_minor": int(moved.amount_minor / 100 / rate / price * TOKEN_MINOR),
            "currency": "USDT",
            "serial": f"{rng.getrandbits(256):064x}",
            "success": True,
        }
        keeper = _guarantor(kept, mine, int(str(row["at_ms"])))
        if keeper and rng.random() < p["bodies.guaranteed_share"]:
            before = int(str(row["at_ms"])) - rng.randrange(60, 170) * 1000
            deposit = {**row, "account": keeper, "at_ms": before, "serial": f"{rng.getrandbits(256):064x}"}
            release = {**row, "account": keeper, "counter_account": row["account"], "direction": "out"}
            through.setdefault(keeper, []).extend((deposit, release))
            row["counter_account"] = keeper
        rows.append(row)
    return rows


def _guarantor(kept: Sequence[Resource], gangs: set[int], at_ms: int) -> str:
    """The one of these wallets that a marketplace of one of the gangs has in use at a moment, or nothing."""
    return next((one.value for one in kept if gangs & set(one.users) and one.from_ms <= at_ms < one.to_ms), "")
