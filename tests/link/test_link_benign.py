"""Benign values that belong to nobody: authors of libraries, placeholders, reserved names, wallets without an owner."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from link_worlds import linked, mention, partition, report, why

from fanzha.clean import email, url, wallet
from fanzha.link.benign import Benign, read_benign, shipped_benign

LISTS = ("numbers", "institutions", "platforms", "mail", "apps", "mailboxes", "generic_names", "reserved", "wallets")
RAW = yaml.safe_load(shipped_benign().text)
BENIGN_YAML = Path(__file__).parents[2] / "fanzha" / "link" / "benign.yaml"
# Normal forms as `clean` gives them, and whether they belong to nobody.
CASES = [
    ("email", "jimjag@gmail.com", True),  # PHPMailer
    ("email", "JimJag@Gmail.com", True),
    ("email", "jimjag@evil.top", False),
    ("email", "jimjag2@gmail.com", False),
    ("email", "fabien@symfony.com", True),
    ("email", "anybody.else@symfony.com", False),
    ("email", "info@gmail.com", True),
    ("email", "Your.Name@yahoo.com", True),
    ("email", "your_email@mail.com", True),
    ("email", "no-reply@outlook.com", True),
    ("email", "info@evil.top", False),  # the domain says whose it is
    ("email", "webmaster@example-bank-login.top", False),
    ("email", "-----------@gmail.com", True),
    ("email", "xxxx@gmail.com", True),
    ("email", "xxxy@gmail.com", False),
    ("email", "xxxx@evil.top", False),
    ("email", "informant@gmail.com", False),
    ("email", "test.results.box@gmail.com", False),
    ("email", "drop77@example.com", True),
    ("email", "drop77@mail.example.org", True),
    ("email", "drop77@host.test", False),
    ("email", "drop77@contest.com", False),
    ("email", "drop77@example.com.evil.top", False),
    ("email", "", False),
    ("email", "@", False),
    ("email", "nothing", False),
    ("domain", "example.com", True),
    ("domain", "shop.example.net", True),
    ("domain", "my-example.com", False),
    ("url", "http://example.com/login", True),
    ("url", "http://example.evil.top/login", False),
    ("domain", "usa.cc", True),  # names under it are given away
    ("url", "http://usa.cc", True),
    ("url", "http://victim-pay.usa.cc/login.php", False),
    ("wallet", "ETH:0x" + "0" * 40, True),
    ("wallet", "ETH:0x" + "0" * 36 + "dead", True),
    ("wallet", "ETH:0x" + "0" * 35 + "beef0", False),
    ("wallet", "BTC:0x" + "0" * 40, False),
    ("wallet", "", False),
    ("app", "jimjag@gmail.com", False),
]


@pytest.mark.parametrize(("kind", "value", "benign"), CASES)
def test_what_belongs_to_nobody(kind: str, value: str, benign: bool) -> None:
    assert shipped_benign().covers(kind, value) is benign


@pytest.mark.parametrize("name", LISTS)
def test_a_list_says_each_value_once(name: str) -> None:
    assert len(RAW[name]) == len(set(RAW[name]))
    assert all(isinstance(value, str) and value.strip() == value != "" for value in RAW[name])


def test_lists_of_domains_do_not_overlap() -> None:
    several = [set(RAW[name]) for name in ("institutions", "platforms", "mail", "reserved")]
    assert sum(map(len, several)) == len(set.union(*several))


@pytest.mark.parametrize("value", RAW["mailboxes"])
def test_a_listed_mailbox_is_in_normal_form_and_covered(value: str) -> None:
    found = email.parse(value)
    assert found is not None and found.valid and not found.partial
    assert found.normal == value == value.lower()
    assert shipped_benign().covers("email", found.normal)


@pytest.mark.parametrize("value", RAW["wallets"])
def test_a_listed_wallet_is_in_normal_form_and_covered(value: str) -> None:
    chain, _, address = value.partition(":")
    found = wallet.parse(address, chain)
    assert found is not None and found.normal == value
    assert found.valid or not wallet.verifiable(value)
    assert shipped_benign().covers("wallet", found.normal)


@pytest.mark.parametrize("value", RAW["generic_names"])
def test_a_generic_name_is_written_without_separators(value: str) -> None:
    assert value == value.lower()
    assert not set(value) & set(".-_+")
    assert shipped_benign().covers("email", f"{value}@gmail.com")
    assert not shipped_benign().covers("email", f"{value}@its-own-domain.top")


def test_every_entry_of_the_new_lists_stands_under_a_comment() -> None:
    text = BENIGN_YAML.read_text(encoding="utf-8")
    for name in ("mailboxes", "generic_names", "reserved", "wallets"):
        assert text.partition(f"\n{name}:\n")[0].rpartition("\n")[2].startswith("#"), name


@given(st.text(max_size=90), st.sampled_from(["email", "wallet", "domain", "url", "phone", "app", "other"]))
def test_any_text_is_answered(value: str, kind: str) -> None:
    assert isinstance(shipped_benign().covers(kind, value), bool)


@given(st.from_regex(r"[a-z]{3,9}[.][a-z]{4,9}[0-9]{2,4}", fullmatch=True))
def test_a_name_of_somebodys_own_is_not_benign_at_a_mail_provider(local: str) -> None:
    assert not shipped_benign().covers("email", f"{local}@gmail.com")


@given(st.sampled_from(RAW["generic_names"]), st.lists(st.sampled_from(".-_+"), min_size=1, max_size=3), st.data())
def test_separators_and_case_do_not_matter(name: str, marks: list[str], data: st.DataObject) -> None:
    letters = list(name)
    for mark in marks:
        letters.insert(data.draw(st.integers(0, len(letters))), mark)
    local = "".join(data.draw(st.sampled_from([letter, letter.upper()])) for letter in letters)
    assert shipped_benign().covers("email", f"{local}@gmail.com")


@given(st.from_regex(r"[0-9a-f]{40}", fullmatch=True))
def test_only_listed_wallets_are_benign(digits: str) -> None:
    value = f"ETH:0x{digits}"
    assert shipped_benign().covers("wallet", value) is (value in RAW["wallets"])


def test_a_list_put_in_use_before_these_lists_were_there_is_read() -> None:
    older = {name: RAW[name] for name in ("numbers", "institutions", "platforms", "mail", "apps")}
    text = yaml.safe_dump(older, allow_unicode=True).encode()
    benign = read_benign(text)
    assert benign.text == text
    assert benign.covers("phone", "96110")
    for kind, value in (("email", "jimjag@gmail.com"), ("email", "info@gmail.com"), ("email", "xxxx@gmail.com"),
                        ("email", "a@example.com"), ("wallet", "ETH:0x" + "0" * 40)):  # fmt: skip
        assert not benign.covers(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "jimjag@gmail.com"),
        ("email", "youremail@gmail.com"),
        ("email", "someone@example.com"),
        ("wallet", "ETH:0x" + "0" * 40),
        ("domain", "firebaseio.com"),
    ],
)
def test_reports_that_share_only_such_a_value_stay_apart(kind: str, value: str) -> None:
    rows = [1, 2, 3]
    apart = linked([report(row) for row in rows], [mention(row, kind, value) for row in rows])
    assert len(partition(apart)) == 3
    assert why(apart, value) == (3, False, "benign")
    without = linked([report(row) for row in rows], [mention(row, kind, value) for row in rows], benign=Benign())
    assert len(partition(without)) == 1  # it is the list that keeps them apart


def test_two_kits_with_one_library_and_one_drop_mailbox_are_joined_by_the_mailbox() -> None:
    author, drop = "jimjag@gmail.com", "results.box.77@gmail.com"
    engine = linked(
        [report(row) for row in (1, 2, 3)],
        [*(mention(row, "email", author) for row in (1, 2, 3)), *(mention(row, "email", drop) for row in (1, 3))],
    )
    assert sorted(partition(engine).values()) == [[(1, 1), (1, 3)], [(1, 2)]]
    assert why(engine, drop) == (2, True, "specific")


def test_a_page_under_a_name_that_is_given_away_still_joins() -> None:
    page = url.parse("http://victim-pay.usa.cc/login.php")
    assert page is not None
    engine = linked([report(1), report(2)], [mention(row, "url", page.normal) for row in (1, 2)])
    assert len(partition(engine)) == 1
    other = linked(
        [report(1), report(2)],
        [mention(1, "url", page.normal), mention(2, "url", "http://other-pay.usa.cc/login.php")],
    )
    assert len(partition(other)) == 2
