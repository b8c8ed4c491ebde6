"""Accounts beyond the first tier that money of several cases reached: near links between the cases, never a merger.

A laundering house serves several gangs; that two gangs use it does not make them one.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

from fanzha.clean import account as account_number

HOW = "shared_account"
CASES_MAX = 16  # an account (an exchange, a payment firm) that more cases reach links none of them

KEPT_SQL = """
SELECT "case_a", "case_b", "kind", "value", "how", "weight" FROM "near_links" WHERE "how" <> 'shared_account'
"""

NearLink = tuple[str, str, str, str, str, int]


def shared_accounts(reached: Iterable[tuple[str, str, int]]) -> list[NearLink]:
    """Rows of near_links from (case, account, tier); an account counts if it is beyond tier 1 for one of the two."""
    tiers: dict[str, dict[str, int]] = defaultdict(dict)
    for case_id, account, tier in reached:
        tiers[account][case_id] = min(tier, tiers[account].get(case_id, tier))
    links = []
    for account, by_case in tiers.items():
        if account == "" or len(by_case) > CASES_MAX:
            continue
        weight = account_number.specificity(account)
        for case_a, case_b in combinations(sorted(by_case), 2):
            if max(by_case[case_a], by_case[case_b]) >= 2:
                links.append((case_a, case_b, "account", account, HOW, weight))
    return links
