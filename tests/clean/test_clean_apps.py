"""Apps, certificates and hashes: the vectors of the standards, spellings of tools, hostile input."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import app, certificate, digest

MD5 = "900150983cd24fb0d6963f7d28e17f72"  # of "abc", RFC 1321
SHA1 = "a9993e364706816aba3e25717850c26c9cd0d89d"  # of "abc", FIPS 180
SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # of "abc", FIPS 180
ALL = {"md5": MD5, "sha1": SHA1, "sha256": SHA256}


def _pairs(digits: str) -> str:
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def test_the_vectors_are_those_of_the_standards() -> None:
    assert hashlib.md5(b"abc", usedforsecurity=False).hexdigest() == MD5
    assert hashlib.sha1(b"abc", usedforsecurity=False).hexdigest() == SHA1
    assert hashlib.sha256(b"abc").hexdigest() == SHA256


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("spelling", ["{}", "{0!s:>80}", "MD5", "pairs", "upper pairs", "groups", "dashes", "quoted"])
def test_a_hash_in_the_spellings_of_tools(name: str, spelling: str) -> None:
    digits = ALL[name]
    text = {
        "MD5": f"{name.upper()}: {digits.upper()}",
        "pairs": _pairs(digits),
        "upper pairs": f"{name.upper()} Fingerprint={_pairs(digits).upper()}",
        "groups": " ".join(digits[i : i + 8] for i in range(0, len(digits), 8)),
        "dashes": _pairs(digits).replace(":", "-"),
        "quoted": f'"{digits}"',
    }.get(spelling, spelling.format(digits))
    assert digest.normal_form(text) == f"{name}:{digits}"
    for module in (app, certificate):
        value = module.parse(text)
        assert value is not None
        assert (value.normal, value.valid, value.kind) == (f"{name}:{digits}", True, module.KIND)
        assert module.validate(value.normal)
        assert module.masked(value.normal) == value.normal
        assert module.specificity(value.normal) == 4000 * len(digits)


@pytest.mark.parametrize(
    "text", [f"SHA256: {SHA1}", f"SHA1: {MD5}", f"md5 {SHA256}", "sha-256:" + SHA256[:-1], "SHA512: " + SHA256]
)
def test_a_hash_not_as_long_as_its_name_says_is_none(text: str) -> None:
    assert digest.normal_form(text) is None
    assert certificate.parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha256:",
        "ba78",
        "g" * 64,
        SHA256 + "00",
        "0x" + SHA256,
        "\x00" * 64,
        SHA256[:-1] + "\x00",
        "a" * 10000,
        "九零零一五零九八三",
        "签名证书",
        ":" * 64,
    ],
)
def test_what_is_no_hash(text: str) -> None:
    assert digest.normal_form(text) is None
    assert certificate.parse(text) is None
    assert not certificate.validate(text)


@pytest.mark.parametrize(
    "made", [hashlib.md5(b"", usedforsecurity=False), hashlib.sha1(b"", usedforsecurity=False), hashlib.sha256()]
)
def test_the_hash_of_nothing_is_a_placeholder(made: "hashlib._Hash") -> None:
    for module in (app, certificate):
        value = module.parse(made.hexdigest())
        assert value is not None
        assert (value.valid, value.problem) == (False, "placeholder")
        assert not module.validate(value.normal)
    assert f"{made.name}:{made.hexdigest()}" in digest.EMPTY
    assert digest.is_placeholder("md5:" + "0" * 32)
    assert not digest.is_placeholder("md5:" + MD5)


@given(
    st.sampled_from([16, 20, 32]).flatmap(lambda n: st.binary(min_size=n, max_size=n)),
    st.booleans(),
    st.sampled_from(":- "),
)
def test_any_digest_is_read_from_any_separator_and_case(raw: bytes, upper: bool, between: str) -> None:
    text = raw.hex(between)
    normal = digest.normal_form(text.upper() if upper else text)
    assert normal is not None
    assert normal.partition(":")[2] == raw.hex()
    assert digest.normal_form(normal) == normal


@pytest.mark.parametrize(
    ("text", "normal", "problem"),
    [
        ("com.example.app", "com.example.app", ""),
        ("com.Example.App_1", "com.Example.App_1", ""),  # Android tells case apart
        ("package:com.example.app", "com.example.app", ""),
        ("market://details?id=com.example.app", "com.example.app", ""),
        ("android-app://com.example.app", "com.example.app", ""),
        ("id=com.example.app", "com.example.app", ""),
        ("idea.example.app", "idea.example.app", ""),
        ("cn.example.anjuke-2", "cn.example.anjuke-2", ""),
        ("\ufeffcom.example.app ", "com.example.app", ""),
        ("ｃｏｍ．ｅｘａｍｐｌｅ．ａｐｐ", "com.example.app", ""),
        ("evil.top", "evil.top", "not_reversed"),
        ("example.com", "example.com", "not_reversed"),
        ("top.evil", "top.evil", ""),
    ],
)
def test_identifiers_of_apps(text: str, normal: str, problem: str) -> None:
    value = app.parse(text)
    assert value is not None
    assert (value.normal, value.problem, value.valid) == (normal, problem, not problem)
    assert app.validate(normal) is (not problem)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "app",
        "com.",
        ".com.example",
        "com..example",
        "1com.example",
        "com.example app",
        "com.例子.app",
        "com.example/x",
        "com.example\x00",
        "a." * 200 + "b",
        "com." + "x" * 64,
        ".".join("abcdefghijklmn"),
        "a@b.com",
    ],
)
def test_what_is_no_app(text: str) -> None:
    assert app.parse(text) is None
    assert not app.validate(text)


def test_an_identifier_names_the_domain_its_maker_claims() -> None:
    assert app.reverse_domain("com.example.app") == "example.com"
    assert app.reverse_domain("cn.com.example.app") == "example.com.cn"
    assert app.reverse_domain("com.example_shop.app") == "example-shop.com"
    assert app.reverse_domain("qwe.asd.zxc") is None
    assert app.reverse_domain("com") is None
    assert app.reverse_domain(f"sha256:{SHA256}") is None


def test_a_longer_name_says_more_up_to_a_bound() -> None:
    bits = [app.specificity("com." + "x" * n) for n in (1, 5, 10, 16, 60)]
    assert bits == sorted(bits)
    assert bits[0] == 2500
    assert bits[-1] == 40_000


@given(st.text(max_size=220) | st.from_regex(r"[a-zA-Z0-9._:\- =]{1,80}", fullmatch=True))
def test_nothing_raises_and_what_is_parsed_is_stable(text: str) -> None:
    for module in (app, certificate):
        assert module.validate(text) in (True, False)
        assert module.specificity(text) >= 0
        value = module.parse(text)
        if value is not None:
            again = module.parse(value.normal)
            assert again is not None
            assert (again.normal, again.valid) == (value.normal, value.valid)
