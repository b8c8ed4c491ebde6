"""Addresses of operations: spellings of banks, what is not guessed, masks, and which addresses tell nothing. All are reserved or invented."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import ip, mac

V4 = st.ip_addresses(v=4)
V6 = st.ip_addresses(v=6).filter(lambda a: a.ipv4_mapped is None)
HARDWARE = st.binary(min_size=6, max_size=6)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7\t", "203.0.113.7"),
        ("'203.0.113.7", "203.0.113.7"),
        ("２０３．０．１１３．７", "203.0.113.7"),
        ("203.000.113.007", "203.0.113.7"),
        ("192.000.002.010", "192.0.2.10"),
        ("203.0.113.010", None),  # not padded throughout: decimal or octal?
        ("203.00.113.7", None),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("203.0.113.7,10.0.0.8", "203.0.113.7"),
        ("10.0.0.8 / 203.0.113.7:443", "203.0.113.7"),
        ("203.0.113.7、203.0.113.7", "203.0.113.7"),
        ("203.0.113.7,203.0.113.8", None),
        ("10.0.0.8,192.168.1.1", None),
        ("203.0.113.*", "203.0.113.*"),
        ("203.0.***.***", "203.0.*.*"),
        ("203.0.x.x", "203.0.*.*"),
        ("203.*.*.*", None),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("fe80::1%eth0", None),
        ("203.0.113.256", None),
        ("203.0.113", None),
        ("3405803783", None),
        ("10.0.0.0/8", None),
        ("", None),
        ("-", None),
        ("手机银行", None),
        ("1.2.3.4" * 30, None),
    ],
)
def test_how_internet_addresses_are_written(text: str, normal: str | None) -> None:
    value = ip.parse(text)
    assert (value and value.normal) == normal
    if value is not None:
        assert value.partial == ("*" in value.normal) and value.original == text
        again = ip.parse(value.normal)
        assert again is not None and again.normal == value.normal


@pytest.mark.parametrize("text", ["0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "::ffff:0.0.0.0"])  # noqa: S104
def test_addresses_of_nobody(text: str) -> None:
    value = ip.parse(text)
    assert value is not None and (value.valid, value.problem) == (False, "placeholder")
    assert ip.specificity(value.normal) == 0 and not ip.validate(value.normal)


@pytest.mark.parametrize(
    "text",
    [
        *("10.1.2.3", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.64.0.1", "100.127.255.255", "169.254.3.4"),
        *("198.18.0.5", "224.0.0.251", "240.0.0.1", "192.88.99.1", "8.8.8.8", "114.114.114.114", "203.0.113.*"),
        *("fe80::1", "fd00::1", "ff02::1", "2001:0:1::1", "2002:cb00:7107::1", "64:ff9b::1"),
    ],
)
def test_addresses_that_tell_nothing(text: str) -> None:
    value = ip.parse(text)
    assert value is not None and ip.specificity(value.normal) == 0


@pytest.mark.parametrize(
    "text", ["172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "192.167.0.1", "203.0.113.7"]
)
def test_the_borders_of_what_tells_nothing(text: str) -> None:
    assert ip.specificity(text) == 32_000


@given(V4 | V6)
def test_every_address_reads_as_the_standard_library_writes_it(address: ipaddress.IPv4Address) -> None:
    value = ip.parse(str(address))
    assert value is not None and value.normal == address.compressed
    assert ip.validate(value.normal) == value.valid
    padded = (
        ".".join(f"{int(part):03d}" for part in str(address).split(".")) if address.version == 4 else address.exploded
    )
    assert ip.parse(padded) == value.__class__(value.kind, value.normal, padded, value.valid, False, value.problem)
    shown = ip.masked(value.normal)
    assert shown != value.normal and "*" in shown and ip.masked(shown)
    if not address.is_global and not ipaddress.ip_address(value.normal).is_private:
        assert ip.specificity(value.normal) == 0  # carrier-grade NAT and the like


@given(st.text(max_size=120) | st.text("0123456789.:*,/[]%abcdefx ", max_size=40))
def test_any_text_is_an_address_or_none(text: str) -> None:
    for kind in (ip, mac):
        value = kind.parse(text)
        if value is not None:
            again = kind.parse(value.normal)
            assert again is not None and again.normal == value.normal
            assert kind.specificity(value.normal) >= 0
            assert kind.masked(value.normal)
            assert not (value.partial and kind.validate(value.normal))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("00-1A-2B-3C-4D-5E", "00:1a:2b:3c:4d:5e"),
        ("00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5e"),
        ("001A2B3C4D5E", "00:1a:2b:3c:4d:5e"),
        ("001a.2b3c.4d5e", "00:1a:2b:3c:4d:5e"),
        ("００－１Ａ－２Ｂ－３Ｃ－４Ｄ－５Ｅ", "00:1a:2b:3c:4d:5e"),
        ("00-1a-**-**-**-5e", "00:1a:**:**:**:5e"),
        ("00-1a:2b-3c:4d-5e", None),
        ("202405061005", None),  # may be any number
        ("20-24-05-06-10-05", "20:24:05:06:10:05"),
        ("00-1A-2B-3C-4D", None),
        ("00-1A-2B-3C-4D-5E-6F", None),
        ("00-1G-2B-3C-4D-5E", None),
        ("**-**-**-**-**-5e", None),
        ("490154203237518", None),
        ("", None),
    ],
)
def test_how_adapters_are_written(text: str, normal: str | None) -> None:
    value = mac.parse(text)
    assert (value and value.normal) == normal


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("00-00-00-00-00-00", "placeholder"),
        ("FFFFFFFFFFFF", "placeholder"),
        ("000000000000", "placeholder"),
        ("02:00:00:00:00:00", "placeholder"),
        ("00:11:22:33:44:55", "placeholder"),
        ("01:00:5e:00:00:fb", "prefix"),
        ("00:05:9a:3c:7a:00", ""),  # an office VPN's, the same on every computer
    ],
)
def test_adapters_that_tell_nothing(text: str, problem: str) -> None:
    value = mac.parse(text)
    assert value is not None and value.problem == problem
    assert mac.specificity(value.normal) == 0
    assert mac.validate(value.normal) == (problem == "")


@given(HARDWARE)
def test_every_spelling_of_an_adapter_is_one(raw: bytes) -> None:
    pairs = [f"{byte:02X}" for byte in raw]
    values = {mac.parse(joiner.join(pairs)).normal for joiner in ":-. "}  # type: ignore[union-attr]
    assert values == {":".join(pairs).lower()}
    assert mac.specificity(":".join(pairs).lower()) in (0, 6 * 1_667 + 6 * 4_000)
