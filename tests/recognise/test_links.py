"""Signs of addresses: invented ones in the forms that real ones have, honest ones beside them, hostile input, and public lists of both."""

import gzip
import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.clean.text import find
from fanzha.recognise.links import _lists, host_signs, link_marks, link_signs
from fanzha.recognise.prepared import prepare
from fanzha.recognise.rules import RULES, hits
from fanzha.recognise.signs import signs

LISTS = Path(__file__).parents[3] / "shared" / "data" / "identifiers"

BORROWED = [
    "paypal-verify-login.com",
    "secure.paypal.account-review.top",
    "paypa1.com",
    "rnicrosoft-support.com",
    "amazon.co.uk.prime-renew.icu",
    "netflix.weebly.com",
    "xn--pypal-4ve.com",
    "metamaskk.io",
    "bin4nce.com",
    "usps-redelivery.info",
    "dhl.parcel-fee.club",
    "chase-secure.online",
    "apple.id-verify.xyz",
    "hmrc.tax-refund-claim.com",
    "wellsfarg0.com",
    "mircosoft.com",
]
OWN = [
    "paypal.com",
    "www.paypal.co.uk",
    "amazon.de",
    "smile.amazon.com.au",
    "amzn.to",
    "login.microsoftonline.com",
    "netflix.com",
    "tools.usps.com",
    "mail.google.com",
    "chase.com",
    "hsbc.com.hk",
    "tax.service.gov.uk",
    "hmrc.gov.uk",
    "signin.ebay.com",
    "evri.com",
    "metamask.io",
]
OTHERS = [
    "pineapple.com",
    "enigmail.mozdev.org",
    "thebayarea.org",
    "finance.yahoo.com",
    "purchase-order.net",
    "chaser.co.uk",
    "multicloud.dev",
    "groups.csail.mit.edu",
    "irish-times.ie",
    "everyday-cooking.net",
    "upstate.edu",
    "kayak.com",
]


@pytest.mark.parametrize("host", BORROWED)
def test_a_known_name_in_an_address_that_is_not_its_own(host: str) -> None:
    assert "link_brand" in host_signs(host)


@pytest.mark.parametrize("host", [*OWN, *OTHERS])
def test_an_address_of_the_brand_itself_or_of_another_word_is_not_borrowed(host: str) -> None:
    assert "link_brand" not in host_signs(host)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("see bit.ly/2xAb9", {"link_short"}),
        ("open http://203.0.113.7/medicare now", {"link_ip", "link_http"}),
        ("join https://t.me/goldsignals", {"link_chat"}),
        ("install http://files.example.com/kyc-update.apk", {"link_http", "link_file"}),
        ("claim at https://token-claim.xyz/go", {"link_odd_tld", "link_bait"}),
        ("form: https://survey4821-site.weebly.com/a", {"link_free_host", "link_hyphens"}),
        ("write to amazon.refunds.support@gmail.com", {"link_brand", "mail_free"}),
        ("write to ann.miller@gmail.com", {"mail_free"}),
        ("call +44 906 170 1461 today", {"phone_premium"}),
        ("read https://www.gov.uk/pay-tax", {"link_own"}),
        ("see irs.gov/refunds", {"link_own"}),
        ("see www.efine.go.kr or netflix.com", {"link_own"}),
        ("see irs.gov or https://books-and-tea.com", set()),
        ("see irs.gov or call +44 20 7946 0018", set()),
        ("see https://www.google.com/url?q=https://tea.example.com/a", set()),
        ("see https://www.google.com/amp/s/tea.example.com", set()),
        ("see https://drive.google.com/file/d/12ab", set()),
        ("write to desk@tea.example.com, not irs.gov", set()),
        ("see https://irs.gov.example.com/ or netflix.com", set()),
        ("see https://www.netflix.com@tea.example.com/a", set()),
        ("see netflix.co/pay", set()),
        ("see http://rates.go.io/x", {"link_http"}),
        ("book at https://uat-customer-service.thailife.com/a", set()),
        ("book at https://customer-service.thailife-refund.com/a", {"link_bait"}),
        ("call +44 20 7946 0018 or visit https://library.example.org/books", set()),
    ],
)
def test_signs_of_addresses_in_a_text(text: str, codes: set[str]) -> None:
    found = find(text)
    assert link_signs(found) - {"link_hyphens"} == codes - {"link_hyphens"}
    assert codes <= link_signs(found)
    for mark in link_marks(found):
        assert any((one.start, one.end) == (mark.start, mark.end) for one in found)


def test_every_sign_is_declared_and_marks_a_place_of_the_original() -> None:
    text = "Café: verify at hxxps://paypal[.]secure-login[.]icu/x or bit.ly/z, install https://a.example/b.apk, +44 906 170 1461, t.me/x, a@gmail.com"
    ready = prepare(text)
    shown = {mark.code: text[mark.start : mark.end] for mark in ready.marks}
    assert shown["link_brand"] == "hxxps://paypal[.]secure-login[.]icu/x"
    assert {mark.code for mark in ready.marks} <= set(signs())
    assert [mark.start for mark in ready.marks] == sorted(mark.start for mark in ready.marks)
    assert "brand_link" in {rule.code for rule in hits(ready, RULES)}


def test_no_list_holds_what_another_makes_innocent() -> None:
    lists = _lists()
    assert not lists["shorteners"] & lists["chat"] and not lists["free_hosts"] & lists["shorteners"]
    assert all(brand == brand.lower() and brand.isalnum() for brand in lists["own"])
    assert lists["words"] <= set(lists["own"])


@settings(max_examples=300)
@given(st.text(alphabet="abcdefgilmnoprstuxyz0123456789-.", min_size=1, max_size=80))
def test_any_host_is_answered_and_the_same_again(host: str) -> None:
    codes = host_signs.__wrapped__(host)
    assert codes == host_signs.__wrapped__(host)
    assert set(codes) <= set(signs()) and len(codes) == len(set(codes))


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    assert {mark.code for mark in link_marks(find(text))} == link_signs(find(text))


def test_a_long_hostile_host_takes_no_longer_than_its_length() -> None:
    def seconds(host: str) -> float:
        began = time.perf_counter()
        for _ in range(20):
            host_signs.__wrapped__(host)
        return time.perf_counter() - began

    host_signs.__wrapped__("a.example")
    short = min(seconds("paypal-" * 8 + "x.com") for _ in range(3))
    long = min(seconds(".".join(["paypal-" * 8 + "x"] * 4) + ".com") for _ in range(3))
    assert long < 20 * max(short, 1e-4)


def test_public_lists_of_bad_and_good_domains() -> None:
    path = LISTS / "metamask_phishing_config.json"
    if not path.is_file():
        pytest.skip("no shared data here: the public lists of domains are not part of the project")
    lists = json.loads(path.read_text(encoding="utf-8"))
    guilty = {"link_brand", "link_bait", "link_ip"}

    def share(hosts: list[str]) -> float:
        return sum(bool(guilty & set(host_signs(host))) for host in hosts) / len(hosts)

    # the good ones of this list are those that look like bad ones and are not: the hardest there are
    good = share([host for host in lists["whitelist"] if host.isascii()])
    bad = share([host for host in lists["blacklist"] if host.isascii()])
    with gzip.open(LISTS / "cryptoscamdb_reports.yaml.gz", "rt", encoding="utf-8") as opened:
        reported = re.findall(r"^ {2}url: https?://([a-z0-9.\-]+)$", opened.read(), re.MULTILINE)
    assert good < 0.05
    assert bad > 0.30
    assert share(reported) > 0.30
