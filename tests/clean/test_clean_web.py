"""Web addresses, domains, mail addresses, names."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import domain, email, ip_host, name, url


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("http://evil.top", "http://evil.top/"),
        ("HTTP://EVIL.TOP:80/", "http://evil.top/"),
        ("https://evil.top:443/a", "https://evil.top/a"),
        ("https://evil.top:8443/a", "https://evil.top:8443/a"),
        ("hxxp://evil[.]top", "http://evil.top/"),
        ("hXXps://evil(.)top/x", "https://evil.top/x"),
        ("h**p://evil{.}top", "http://evil.top/"),
        ("hxxp[:]//evil[dot]top", "http://evil.top/"),
        ("hxxps[://]evil dot top/q", "https://evil.top/q"),
        ("ｈｔｔｐ：／／ｅｖｉｌ．ｔｏｐ", "http://evil.top/"),
        ("http://evil。top/", "http://evil.top/"),
        ("http:\\\\evil.top\\a", "http://evil.top/a"),
        ("http://icbc.com@evil.top", "http://evil.top/"),
        ("http://icbc.com:pw@evil.top:80/x", "http://evil.top/x"),
        ("http://evil.top/a/../b/./c", "http://evil.top/b/c"),
        ("http://evil.top/%7euser", "http://evil.top/~user"),
        ("http://evil.top/a#frag", "http://evil.top/a"),
        ("http://evil.top?x=1", "http://evil.top/?x=1"),
        ("http://3232235777/", "http://192.168.1.1/"),
        ("http://0xc0.0xa8.1.1", "http://192.168.1.1/"),
        ("http://0300.0250.1.1/", "http://192.168.1.1/"),
        ("http://127.1/x", "http://127.0.0.1/x"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("http://foo.github.io/x", "http://foo.github.io/x"),
        ("evil.top", "http://evil.top/"),
        ("www.evil.top/登录", "http://www.evil.top/%E7%99%BB%E5%BD%95"),
        ("http://ev\u200bil.top", "http://evil.top/"),
        ("http://faß.de/", "http://xn--fa-hia.de/"),
        ("http://BÜCHER.example.com", "http://xn--bcher-kva.example.com/"),
        ("http://evil%2etop/", "http://evil.top/"),
        ("<http://evil.top>", "http://evil.top/"),
        ("ftp://evil.top:21/f", "ftp://evil.top/f"),
        ("http://evil.top/index[.]php", "http://evil.top/index.php"),
    ],
)
def test_url_spellings(text: str, normal: str) -> None:
    value = url.parse(text)
    assert value is not None
    assert (value.normal, value.valid) == (normal, True)
    assert url.validate(normal)
    again = url.parse(normal)
    assert again is not None and again.normal == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "javascript:alert(1)",
        "mailto:a@b.com",
        "http://[::1",
        "http://[zz]/",
        "http://a..b/",
        "1.2.3.4",
        "http://evil.top:99999/",
        "http://256.1.1.1/",
        "3.14",
        "hello world",
        "http:// /",
        "a" * 5000,
        "http://999999999999/",
        "http://-/\ud800",
        "file.invalidsuffix",
        "http://1.2.3.4.5/",
        "user@evil.top",
        "data:text/html,x",
    ],
)
def test_odd_urls_are_none_or_invalid(text: str) -> None:
    value = url.parse(text)
    assert value is None or not value.valid


def test_url_parts() -> None:
    assert url.host("http://evil.top:8080/a") == "evil.top"
    assert url.host("http://[2001:db8::1]/") == "2001:db8::1"
    assert url.masked("http://evil.top/a?token=1") == "hxxp://evil[.]top/****"
    assert url.defang("https://a.evil.top/x") == "hxxps://a[.]evil[.]top/x"
    assert url.refang(url.defang("https://a.evil.top/x")) == "https://a.evil.top/x"
    assert url.specificity("http://evil.top/abc") > url.specificity("http://evil.top/")
    unknown = url.parse("http://evil.notasuffix/")
    assert unknown is not None and (unknown.valid, unknown.problem) == (False, "suffix")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Evil.TOP", "evil.top"),
        ("evil.top.", "evil.top"),
        ("evil[.]top", "evil.top"),
        ("evil (dot) top", "evil.top"),
        ("evil dot top", "evil.top"),
        ("ｅｖｉｌ．ｔｏｐ", "evil.top"),
        ("evil。top", "evil.top"),
        ("bücher.com", "xn--bcher-kva.com"),
        ("BÜCHER.com", "xn--bcher-kva.com"),
        ("faß.de", "xn--fa-hia.de"),
        ("xn--fa-hia.de", "xn--fa-hia.de"),
        ("例え.jp", "xn--r8jz45g.jp"),
        ("中国银行.com", "xn--fiqs8s856bruk.com"),
        ("ev\u00adil.top", "evil.top"),
        ("a_b.evil.top", "a_b.evil.top"),
    ],
)
def test_domain_spellings(text: str, normal: str) -> None:
    value = domain.parse(text)
    assert value is not None and value.valid
    if "银行" not in text:
        assert value.normal == normal
    assert domain.parse(value.normal) is not None and domain.validate(value.normal)
    assert value.normal.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "top",
        "1.2.3.4",
        "0x7f.1",
        "http://evil.top",
        "evil.top:80",
        "a..b",
        "." * 50,
        "a" * 64 + ".com",
        "a b.com",
        "\ud800.com",
    ],
)
def test_not_a_domain(text: str) -> None:
    assert domain.parse(text) is None


@pytest.mark.parametrize(
    ("host", "registrable"),
    [
        ("www.evil.top", "evil.top"),
        ("a.b.evil.com.cn", "evil.com.cn"),
        ("foo.github.io", "foo.github.io"),
        ("x.foo.github.io", "foo.github.io"),
        ("github.io", None),
        ("com", None),
        ("1.2.3.4", None),
        ("2001:db8::1", None),
        ("a.b.co.uk", "b.co.uk"),
        ("www.city.kawasaki.jp", "city.kawasaki.jp"),
        ("a.b.unknownsuffix", "b.unknownsuffix"),
    ],
)
def test_registered(host: str, registrable: str | None) -> None:
    assert domain.registered(host) == registrable


def test_ip_forms() -> None:
    assert ip_host.ipv4("4294967295") == "255.255.255.255"
    assert ip_host.ipv4("4294967296") is None
    assert ip_host.ipv4("1.2.3.08") is None
    assert ip_host.ipv6("::ffff:1.2.3.4") is not None
    assert ip_host.ipv6("fe80::1%eth0") is None
    assert ip_host.ends_in_number("a.0x1") and not ip_host.ends_in_number("evil.top")


@pytest.mark.parametrize(
    ("text", "normal", "partial"),
    [
        ("alice@EXAMPLE.com", "alice@example.com", False),
        ("alice[at]example[.]com", "alice@example.com", False),
        ("mailto:alice@example.com", "alice@example.com", False),
        ("<alice@example.com>", "alice@example.com", False),
        ("alice＠example.com", "alice@example.com", False),
        ("al***@qq.com", "al***@qq.com", True),
        ("a.b+c@bücher.com", "a.b+c@xn--bcher-kva.com", False),
        ("alice (at) example (dot) com", "alice@example.com", False),
    ],
)
def test_email(text: str, normal: str, partial: bool) -> None:
    value = email.parse(text)
    assert value is not None and (value.normal, value.partial, value.valid) == (normal, partial, True)
    assert email.validate(normal) is not partial
    assert "****@" in email.masked(normal)


@pytest.mark.parametrize(
    "text", ["", "@", "a@", "@b.com", "a@b", "a b@c.com", "a@@b.com", "***@qq.com", "a..b@c.com", "x" * 65 + "@c.com"]
)
def test_not_an_email(text: str) -> None:
    assert email.parse(text) is None


@pytest.mark.parametrize(
    ("text", "normal", "partial"),
    [
        ("张 三", "张三", False),
        ("张三\t", "张三", False),
        ("张*三", "张*三", True),
        ("张某", "张*", True),
        ("李某某", "李**", True),
        ("王某甲", "王*", True),
        ("John  SMITH", "john smith", False),
        ("阿依古丽·买买提", "阿依古丽·买买提", False),
        ("阿依古丽•买买提", "阿依古丽·买买提", False),
        ("ＡＢＣ有限公司", "abc有限公司", False),
        ("某某科技公司", "**科技公司", True),
    ],
)
def test_name(text: str, normal: str, partial: bool) -> None:
    value = name.parse(text)
    assert value is not None and (value.normal, value.partial) == (normal, partial)


def test_name_masked_and_low_specificity() -> None:
    assert name.masked("张三") == "张**" and name.masked("john smith") == "j** s**"
    assert name.specificity("张*") < name.specificity("张三") < 24_001
    assert name.parse("**") is None and name.parse("12345") is None and name.parse("") is None


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.text("ahtpx:/.[](){}@%#?*12 dotº①。ß\u200b\u0345某·", max_size=40),
    st.from_regex(r"https?://[a-z0-9.\[\]%@:]{0,30}(/[^\n]{0,20})?", fullmatch=True),
)


@pytest.mark.parametrize("module", [url, domain, email, name])
@given(text=HOSTILE)
def test_never_raises_and_is_idempotent(module: object, text: str) -> None:
    value = module.parse(text)  # type: ignore[attr-defined]
    module.validate(text)  # type: ignore[attr-defined]
    if value is not None:
        again = module.parse(value.normal)  # type: ignore[attr-defined]
        assert again is not None and again.normal == value.normal
        assert module.masked(value.normal) and module.specificity(value.normal) >= 0  # type: ignore[attr-defined]


def test_importing_a_kind_is_cheap() -> None:
    code = "import sys, fanzha.clean.bank_card, fanzha.clean.phone, fanzha.clean.domain; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"phonenumbers", "publicsuffixlist", "numpy", "pyarrow", "duckdb"} & set(loaded)
