"""From the table `returns` to the printable account of a case: names and numbers masked, every figure with its rows."""

from collections import defaultdict
from collections.abc import Mapping

from fanzha.document.gather import Row, World, mask_account, rows, unique
from fanzha.document.page import Stamp, Text
from fanzha.document.return_account import ReturnAccount, ReturnLine, ReturnPage
from fanzha.store.engine import Engine
from fanzha.store.masked import mask_value

_FROZEN_SQL = """
SELECT DISTINCT "account", "currency" FROM "orders" WHERE "verb" = 'freeze' AND "state" = 'in_force'
ORDER BY "account", "currency"
"""
_HOLDERS_SQL = """
SELECT "account", MAX("holder"), MAX("bank"), MAX(CASE WHEN "innocent" <> 'none' THEN "innocent" END)
FROM "disputed" GROUP BY "account" ORDER BY "account"
"""


def return_page(
    engine: Engine,
    case_id: str,
    stamp: Stamp,
    notices: Mapping[tuple[str, str], tuple[int, str]] | None = None,
    where: Text = "",
) -> ReturnPage:
    """The account of every frozen account that money of a case came into, with the victims of other cases in it.

    `notices`: when notice was given by account and currency (UTC ms), and where; `where`: who takes objections in.
    """
    world = World.read(engine, stamp.zone)
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows(engine, "returns"):
        grouped[row["account"], row["currency"]].append(row)
    by_order = {(account, currency) for account, currency in engine.rows(_FROZEN_SQL)}
    named = {
        one: (holder or "", bank or "", innocent or "none") for one, holder, bank, innocent in engine.rows(_HOLDERS_SQL)
    }
    made = []
    for purse in sorted(grouped):
        found = sorted(grouped[purse], key=lambda row: (row["file"], row["row"], row["n"]))
        if not any(row["case_id"] == case_id for row in found):
            continue
        account, currency = purse
        holder, bank, innocent = named.get(account, ("", "", "none"))
        made.append(
            ReturnAccount(
                mask_account(account),
                mask_value("name", holder) if holder else "",
                bank,
                currency,
                found[0]["frozen_minor"],
                purse in by_order,
                tuple(sorted({code for row in found for code in row["tests"].split(",") if code})),
                tuple(_line(world, row) for row in found),
                (notices or {}).get(purse),
                innocent,
            )
        )
    return ReturnPage(stamp, case_id, tuple(made), where)


def _line(world: World, row: Row) -> ReturnLine:
    place = (row["file"], row["row"])
    victim = world.reports.get(place, {}).get("victim") or ""
    transfers = [
        one["transfer"]
        for one in world.of("payments", row["case_id"])
        if (one["file"], one["row"], one["n"]) == (*place, row["n"])
    ]
    refs = [world.report_ref(place), *(ref for one in transfers for ref in world.transfer_refs(one))]
    return ReturnLine(
        f"{row['file']}-{row['row']}-{row['n']}",
        row["case_id"],
        mask_value("name", victim) if victim else "",
        row["method"],
        row["paid_minor"],
        row["returned_minor"],
        row["elsewhere_minor"],
        row["came_minor"],
        row["traced_minor"],
        row["amount_minor"],
        unique(refs),
    )
