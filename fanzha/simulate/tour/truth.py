"""What really happened, for tests only. It is written away from the files that are delivered.

Disputed money is given in three scopes (see following.py): full, visible, told.
"""

import json
from dataclasses import asdict
from pathlib import Path

from fanzha.errors import StorageFailed
from fanzha.simulate.tour.deliver import SETTINGS, delivered
from fanzha.simulate.tour.following import SCOPES, following
from fanzha.simulate.tour.world import Account, Report, Transfer, World

INNOCENT = {"shop": "shop", "dealer": "shop", "gold": "shop", "payroll": "payroll", "family": "family"}


def clusters(world: World) -> list[list[str]]:
    """References of reports that share an undamaged identifier, directly or through others; largest first."""
    groups: list[tuple[set[str], set[tuple[str, str]]]] = []
    for report in world.reports:
        refs, names = {report.reference}, {(named.kind, named.value) for named in report.named if named.clean}
        apart = []
        for group in groups:
            if group[1] & names:
                refs |= group[0]
                names |= group[1]
            else:
                apart.append(group)
        groups = [*apart, (refs, names)]
    return sorted((sorted(refs) for refs, _ in groups), key=lambda refs: (-len(refs), refs))


def _account(account: Account) -> dict[str, object]:
    return {**asdict(account), "usable": account.usable, "innocent": INNOCENT.get(account.role, "none")}


def _report(report: Report, transfers: dict[int, Transfer]) -> dict[str, object]:
    payments = [
        {
            "transfer": one,
            "payee": transfers[one].payee,
            "at_ms": transfers[one].at_ms,
            "amount_minor": transfers[one].amount_minor,
            "stated": one in report.stated,
        }
        for one in report.payments
    ]
    return {**asdict(report), "payments": payments}


def truth(world: World) -> dict[str, object]:
    """Everything planted, as plain data."""
    transfers = {transfer.id: transfer for transfer in world.transfers}
    suppliers = {phone.role: phone.number for phone in world.phones if phone.role in ("supplier", "data_seller")}
    return {
        "preset": world.preset,
        "seed": world.seed,
        "start_ms": world.start_ms,
        "end_ms": world.end_ms,
        "gangs": [asdict(gang) for gang in world.gangs],
        "suppliers": suppliers,
        "laundering_house": [account.number for account in world.accounts if account.role == "launder"],
        "reports": [_report(report, transfers) for report in world.reports],
        "clusters": clusters(world),
        "accounts": [_account(account) for account in world.accounts],
        "people": [asdict(person) for person in world.people],
        "phones": [asdict(phone) for phone in world.phones],
        **{scope: following(world, scope).summary() for scope in SCOPES},
        "files": {name: {"planted": file.planted, **SETTINGS[file.region]} for name, file in delivered(world).items()},
    }


def write_truth(world: World, path: Path) -> Path:
    """The truth as JSON at `path`; StorageFailed if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(truth(world), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as failure:
        raise StorageFailed(
            f"the truth could not be written: {failure}",
            f"无法写入真值文件:{failure}",
            where=str(path),
            remedy="check the folder and the space left",
            remedy_zh="请检查目录与剩余空间",
        ) from failure
    return path
