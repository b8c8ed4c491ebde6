"""Linking small hand-made worlds: what joins, what does not, and why."""

import random

import pytest
from link_worlds import AS_OF, call, linked, mention, near, partition, report, why

from fanzha.link.benign import Benign, shipped_benign
from fanzha.link.cluster import MADE, link
from fanzha.store.tables import table

CARD = "6222021234567890128"
WALLET = "ETH:0xd0cc2b24980cbccca47ef755da88b220a8229140"


def test_a_report_without_identifiers_is_a_case_by_itself() -> None:
    engine = linked([report(1), report(2)], [])
    assert partition(engine) == {"1-1": [(1, 1)], "1-2": [(1, 2)]}


def test_a_shared_account_joins_and_says_so_on_both_reports() -> None:
    engine = linked([report(7), report(9, file=3)], [mention(7, "account", CARD), mention(9, "account", CARD, file=3)])
    assert partition(engine) == {"1-7": [(1, 7), (3, 9)]}
    rows = engine.rows('SELECT "file", "row", "kind", "value", "joins", "why" FROM "joins" ORDER BY "file"')
    assert rows == [(1, 7, "account", CARD, True, "specific"), (3, 9, "account", CARD, True, "specific")]


def test_a_card_and_an_account_of_equal_digits_are_one() -> None:
    engine = linked([report(1), report(2)], [mention(1, "account", CARD), mention(2, "bank_card", CARD)])
    assert partition(engine) == {"1-1": [(1, 1), (1, 2)]}


def test_one_valid_reading_of_a_number_is_enough() -> None:
    # read as a card the check digit fails, read as an account there is none to fail
    engine = linked(
        [report(1), report(2)],
        [mention(1, "bank_card", "6222021234567890121", valid=False), mention(2, "account", "6222021234567890121")],
    )
    assert partition(engine) == {"1-1": [(1, 1), (1, 2)]}


def test_paths_and_subdomains_lead_to_one_registered_domain() -> None:
    engine = linked(
        [report(1), report(2), report(3)],
        [
            mention(1, "url", "http://pay.evil-invest.top/a"),
            mention(2, "url", "https://www.evil-invest.top/b"),
            mention(3, "domain", "m.evil-invest.top"),
        ],
    )
    assert partition(engine) == {"1-1": [(1, 1), (1, 2), (1, 3)]}
    assert why(engine, "evil-invest.top") == (3, True, "specific")


def test_a_platform_joins_nothing_but_a_page_on_it_does() -> None:
    page = "https://t.me/fast_money_88"
    engine = linked(
        [report(1), report(2), report(3)],
        [mention(1, "url", page), mention(2, "url", page), mention(3, "url", "https://t.me/weather")],
    )
    assert partition(engine) == {"1-1": [(1, 1), (1, 2)], "1-3": [(1, 3)]}
    assert why(engine, "t.me") == (3, False, "benign")


def test_a_banks_own_page_joins_nothing() -> None:
    engine = linked(
        [report(1), report(2)], [mention(r, "url", "https://www.icbc.com.cn/page/721.html") for r in (1, 2)]
    )
    assert len(partition(engine)) == 2
    assert near(engine) == []


def test_own_identifiers_pull_nothing() -> None:
    phone = "+8613812345678"
    engine = linked([report(1), report(2)], [mention(r, "phone", phone, role="own") for r in (1, 2)])
    assert len(partition(engine)) == 2
    assert why(engine, phone) == (0, False, "own")
    assert engine.rows('SELECT "joins", "why", "weight" FROM "joins"') == [(False, "own", 0)] * 2


def test_own_in_one_report_does_not_weaken_it_in_others() -> None:
    phone = "+8613812345678"
    engine = linked(
        [report(1), report(2), report(3)],
        [mention(1, "phone", phone, role="own"), mention(2, "phone", phone), mention(3, "phone", phone)],
    )
    assert partition(engine) == {"1-1": [(1, 1)], "1-2": [(1, 2), (1, 3)]}
    assert why(engine, phone) == (2, True, "specific")


def test_names_and_document_numbers_never_join() -> None:
    engine = linked(
        [report(1), report(2)],
        [
            mention(r, kind, value)
            for r in (1, 2)
            for kind, value in (("name", "张伟"), ("cn_id", "11010519491231002X"))
        ],
    )
    assert len(partition(engine)) == 2
    assert why(engine, "张伟") == (2, False, "weak_kind")
    assert why(engine, "11010519491231002X") == (2, False, "weak_kind")


def test_money_and_moments_are_no_identifiers() -> None:
    engine = linked([report(1), report(2)], [mention(r, "money", "CNY:100") for r in (1, 2)])
    assert engine.rows('SELECT * FROM "pulls"') == []


def test_an_account_named_by_all_thirty_reports_of_a_gang_joins_them() -> None:
    engine = linked([report(r) for r in range(1, 31)], [mention(r, "bank_card", CARD) for r in range(1, 31)])
    assert len(partition(engine)) == 1


@pytest.mark.parametrize(("named_by", "joins"), [(2, True), (26, True), (1023, True), (1024, False), (2000, False)])
def test_a_wallet_joins_until_it_is_popular(named_by: int, joins: bool) -> None:
    engine = linked([report(r) for r in range(named_by)], [mention(r, "wallet", WALLET) for r in range(named_by)])
    assert why(engine, WALLET) == (named_by, joins, "specific" if joins else "popular")
    assert len(partition(engine)) == (1 if joins else named_by)
    if not joins:
        assert near(engine) == []  # two million pairs would say nothing
        assert engine.rows('SELECT count(*) FROM "joins" WHERE "why" = \'popular\'') == [(named_by,)]


def test_a_popular_value_shared_by_few_cases_is_a_near_link() -> None:
    # one wallet in 1,100 reports that an account already joins into two cases
    other = "BTC:1BoatSLRHtKNngkdXEeobR76b53LETtpyT"
    mentions = [mention(r, "wallet", WALLET) for r in range(1100)]
    mentions += [mention(r, "wallet", other) for r in range(550)]
    mentions += [mention(r, "account", CARD) for r in range(550, 1100)]
    engine = linked([report(r) for r in range(1100)], mentions)
    assert set(partition(engine)) == {"1-0", "1-550"}
    assert near(engine) == [("1-0", "1-550", WALLET, "shared_mention")]


def test_adding_a_bank_hotline_to_every_report_changes_no_case() -> None:
    reports = [report(r) for r in range(40)]
    mentions = [mention(r, "phone", f"+861381234{r // 4:04d}") for r in range(40)]
    before = partition(linked(reports, mentions))
    assert len(before) == 10
    hotlines = [mention(r, "phone", number) for r in range(40) for number in ("95588", "110", "96110", "12381")]
    engine = linked(reports, mentions + hotlines)
    assert partition(engine) == before
    assert near(engine) == []
    assert why(engine, "96110") == (40, False, "benign")


def test_a_short_service_number_is_too_weak_even_when_on_no_list() -> None:
    engine = linked([report(1), report(2)], [mention(r, "phone", "95099") for r in (1, 2)], benign=Benign())
    assert len(partition(engine)) == 2
    assert why(engine, "95099") == (2, False, "weak_kind")


def test_a_mistyped_number_does_not_join_but_is_a_near_link() -> None:
    engine = linked([report(1), report(2)], [mention(r, "imei", "49015420323751", valid=False) for r in (1, 2)])
    assert why(engine, "49015420323751") == (2, False, "invalid")
    assert near(engine) == [("1-1", "1-2", "49015420323751", "shared_mention")]


def test_a_masked_number_is_a_near_link_to_the_full_ones_it_may_be() -> None:
    engine = linked(
        [report(1), report(2), report(3)],
        [
            mention(1, "bank_card", CARD),
            mention(2, "bank_card", "6222***********0128"),
            mention(3, "bank_card", "6222****0128"),
        ],
    )
    assert len(partition(engine)) == 3
    assert why(engine, "6222****0128") == (1, False, "partial")
    assert near(engine) == [
        ("1-1", "1-2", "6222***********0128", "partial_match"),
        ("1-1", "1-3", "6222****0128", "partial_match"),
    ]


def test_a_masked_number_that_fits_nine_others_points_at_nobody() -> None:
    phones = [f"+861381{n}345678" for n in range(9)]
    mentions = [mention(r, "phone", phone) for r, phone in enumerate(phones)] + [mention(20, "phone", "+861381***5678")]
    assert near(linked([report(r) for r in (*range(9), 20)], mentions)) == []
    eight = linked([report(r) for r in (*range(8), 20)], mentions[:8] + mentions[9:])
    assert len(near(eight)) == 8


def test_one_caller_of_victims_of_two_cases_is_a_near_link_only() -> None:
    mine, yours, caller = "+8613800000001", "+8613900000002", "+8617012345678"
    engine = linked(
        [report(1), report(2)],
        [mention(1, "phone", mine, role="own"), mention(2, "phone", yours, role="own")],
        [call(mine, caller, 1), call(yours, caller, 2), call(mine, "95588", 3), call(yours, "95588", 4)],
    )
    assert len(partition(engine)) == 2
    assert near(engine) == [("1-1", "1-2", caller, "shared_caller")]


def test_an_acquaintance_of_two_victims_is_called_back_and_is_no_link() -> None:
    mine, yours, friend = "+8613800000001", "+8613900000002", "+8613712345678"
    named = [mention(1, "phone", mine, role="own"), mention(2, "phone", yours, role="own")]
    calls = [call(mine, friend, 1), call(mine, friend, 2, "out"), call(yours, friend, 3)]
    assert near(linked([report(1), report(2)], named, calls)) == []


def test_people_whom_the_lines_of_two_gangs_called_are_no_link() -> None:
    line_a, line_b, target = "+8617100000001", "+8617100000002", "+8613800000009"
    named = [mention(row, "phone", line) for row, line in ((1, line_a), (2, line_a), (3, line_b), (4, line_b))]
    engine = linked(
        [report(row) for row in (1, 2, 3, 4)], named, [call(line_a, target, 1, "out"), call(line_b, target, 2, "out")]
    )
    assert partition(engine) == {"1-1": [(1, 1), (1, 2)], "1-3": [(1, 3), (1, 4)]}
    assert near(engine) == []


def test_a_masked_own_telephone_counts_if_one_subscriber_fits() -> None:
    mine, yours, caller = "+8613800000001", "+8613900000002", "+8617012345678"
    named = [mention(1, "phone", "+86138****0001", role="own"), mention(2, "phone", yours, role="own")]
    calls = [call(mine, caller, 1), call(yours, caller, 2)]
    assert near(linked([report(1), report(2)], named, calls)) == [("1-1", "1-2", caller, "shared_caller")]
    two_fit = [*calls, call("+8613811110001", "+8613700000003", 3)]
    assert near(linked([report(1), report(2)], named, two_fit)) == []


def test_reports_after_as_of_are_not_seen() -> None:
    engine = linked([report(1), report(2, at_ms=AS_OF + 1), report(3, at_ms=None)], [])
    assert set(partition(engine)) == {"1-1", "1-3"}


def _random_rows(seed: int) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    rng = random.Random(seed)
    reports = [report(r, file=rng.randint(1, 3)) for r in range(60)]
    mentions = []
    for one in reports:
        for _ in range(rng.randint(0, 3)):
            kind, value = rng.choice(
                [
                    ("account", f"62220212345678{rng.randint(0, 25):05d}"),
                    ("phone", f"+8613812345{rng.randint(100, 120)}"),
                    ("domain", f"evil{rng.randint(1, 20)}.top"),
                    ("bank_card", f"6222****{rng.randint(0, 25):04d}"),
                    ("phone", "95588"),
                    ("name", "张伟"),
                ]
            )
            mentions.append(
                mention(
                    one["row"],
                    kind,
                    value,
                    file=one["file"],
                    role=rng.choice(["", "own", "payee"]),
                    valid=rng.random() < 0.9,
                    start=rng.randint(0, 900),
                )
            )
    return reports, mentions


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    reports, mentions = _random_rows(seed)
    calls = [call(f"+8613812345{100 + n}", f"+861701234{n % 3:04d}", n) for n in range(20)]
    first = linked(reports, mentions, calls)
    rng = random.Random(seed + 1)
    for rows in (reports, mentions, calls):
        rng.shuffle(rows)
    second = linked(reports, mentions, calls)
    for name in MADE:
        select = ", ".join(f'"{c}"' for c in table(name).column_names())
        # without ORDER BY: rows are also kept in the same order
        assert first.rows(f'SELECT {select} FROM "{name}"') == second.rows(f'SELECT {select} FROM "{name}"')
        assert first.all_rows(name).equals(second.all_rows(name))


@pytest.mark.parametrize("seed", range(12))
def test_every_report_is_in_one_case_and_every_join_is_shared(seed: int) -> None:
    reports, mentions = _random_rows(seed)
    engine = linked(reports, mentions)
    members = partition(engine)
    assert sorted(m for case in members.values() for m in case) == sorted((r["file"], r["row"]) for r in reports)
    assert all(case_id == f"{case[0][0]}-{case[0][1]}" for case_id, case in members.items())
    shared = engine.rows(
        'SELECT "kind", "value", count(*), count(DISTINCT "case_id") FROM "joins" WHERE "joins" GROUP BY "kind", "value"'
    )
    assert shared
    assert all(count >= 2 and in_cases == 1 for _, _, count, in_cases in shared)


def test_linking_twice_changes_nothing() -> None:
    engine = linked([report(1), report(2)], [mention(r, "account", CARD) for r in (1, 2)])
    before = {name: engine.all_rows(name) for name in MADE}
    link(engine, AS_OF, shipped_benign())
    assert all(engine.all_rows(name).equals(before[name]) for name in MADE)
