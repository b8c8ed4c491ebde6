"""Real scam-site reports (CryptoScamDB, 9,889): shared wallets join, a planted popular wallet joins nothing.
Real phishing kits (one month): drop mailboxes join, authors of libraries and placeholders do not.

The data is not part of the project; the tests are skipped where it is absent.
"""

import csv
import gzip
import io
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from link_worlds import linked, mention, report

from fanzha.clean import app, email, url, wallet
from fanzha.link.benign import Benign, shipped_benign
from fanzha.store.engine import Engine

DATA = Path(__file__).parents[3] / "shared" / "data" / "identifiers" / "cryptoscamdb_reports.yaml.gz"
KITS = DATA.parent / "phishing_kits" / "2018-10_PhishingKitTracker.csv.gz"
PLANTED = "ETH:0x00000000000000000000000000000000deadbeef"

pytestmark = pytest.mark.skipif(
    not (DATA.exists() and KITS.exists()), reason=f"needs {DATA} and {KITS} (public research data, not shipped)"
)


@pytest.fixture(scope="module")
def rows() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Reports and mentions of the set."""
    with gzip.open(DATA, "rb") as stream:
        told = yaml.load(stream, Loader=yaml.CSafeLoader)
    mentions = []
    for row, one in enumerate(told, 1):
        found = [
            wallet.parse(str(text), chain) for chain, texts in (one.get("addresses") or {}).items() for text in texts
        ]
        found.append(url.parse(str(one.get("url", ""))))
        mentions += [
            mention(row, v.kind, v.normal, valid=v.valid, start=n) for n, v in enumerate(found) if v is not None
        ]
    return [report(row) for row in range(1, len(told) + 1)], mentions


def members(mentions: list[dict[str, Any]]) -> dict[str, set[int]]:
    """Reports that name each valid wallet."""
    named: dict[str, set[int]] = defaultdict(set)
    for one in mentions:
        if one["kind"] == "wallet" and one["valid"]:
            named[one["value"]].add(one["row"])
    return named


def case_of(engine: Engine) -> dict[int, str]:
    return dict(engine.rows('SELECT "row", "case_id" FROM "case_reports"'))


def test_every_shared_wallet_joins_and_a_planted_one_does_not(
    rows: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    reports, mentions = rows
    plain = linked(reports, mentions)
    before = case_of(plain)
    shared = {value: named for value, named in members(mentions).items() if 2 <= len(named) <= 26}
    assert len(shared) > 500
    for named in shared.values():
        assert len({before[row] for row in named}) == 1
    rows_planted = [one["row"] for one in reports][:: len(reports) // 2000][:2000]
    planted = [mention(row, "wallet", PLANTED, start=99) for row in rows_planted]
    engine = linked(reports, mentions + planted)
    assert engine.rows('SELECT "reports", "joins", "why" FROM "pulls" WHERE "value" = ?', (PLANTED,)) == [
        (2000, False, "popular")
    ]
    assert case_of(engine) == before
    biggest = max(plain.rows('SELECT count(*) FROM "case_reports" GROUP BY "case_id"'))[0]
    assert biggest < len(reports) // 10  # no giant component


@pytest.fixture(scope="module")
def kits() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of a month of kits as reports that name a mailbox and the hash of an archive."""
    text = gzip.decompress(KITS.read_bytes()).decode("utf-8", "replace")
    mentions = []
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row, one in enumerate(rows, 1):
        found = [email.parse(one["ThreatActorEmail"] or ""), app.parse(one["KitHash"] or "")]
        mentions += [
            mention(row, v.kind, v.normal, valid=v.valid, start=n) for n, v in enumerate(found) if v is not None
        ]
    return [report(row) for row in range(1, len(rows) + 1)], mentions


def test_authors_of_libraries_and_placeholders_join_no_kits(
    kits: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    reports, mentions = kits
    ours = linked(reports, mentions)
    rows = ours.rows('SELECT "value", "joins", "why" FROM "pulls" WHERE "kind" = \'email\' AND "reports" > 1')
    benign = [value for value, joins, why in rows if why == "benign" and not joins]
    assert len(benign) > 15
    assert all(shipped_benign().covers("email", value) for value in benign)
    joined = ours.rows('SELECT DISTINCT "value" FROM "joins" WHERE "kind" = \'email\' AND "joins"')
    assert not {value for (value,) in joined} & set(benign)
    assert sum(joins for _, joins, _ in rows) > 300  # and drop mailboxes do join
    without = linked(reports, mentions, benign=Benign())
    freed = without.rows('SELECT "value" FROM "pulls" WHERE "kind" = \'email\' AND "joins" AND "reports" > 1')
    assert {value for (value,) in freed} & set(benign)  # some of them joined kits before
    assert len(set(case_of(ours).values())) > len(set(case_of(without).values()))
    biggest = max(ours.rows('SELECT count(*) FROM "case_reports" GROUP BY "case_id"'))[0]
    assert biggest < len(reports) // 4
