"""Mails: headers and text of every spelling, attachments as files of their own, and hostile ones."""

import base64
import gzip
import quopri
import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.clean import unseen
from fanzha.clean.unseen import Parts
from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import bundle, known
from fanzha.formats import mail as mails
from fanzha.formats.child import mail as job
from fanzha.formats.child.markup import text_of
from fanzha.formats.grid import Fix, Reading, Source
from fanzha.formats.mail import Mail
from fanzha.formats.member import Inside, Member, Refused
from tests.formats.in_process import in_process as in_process
from tests.formats.invented import bank_text, damaged, joined, notes_of, rows_in, without_origin
from tests.formats.samples_documents import mail as sample
from tests.formats.samples_documents import word

pytestmark = pytest.mark.usefixtures("in_process")
MAIL = Mail()
HEAD = "From: a@sender.example\r\nTo: b@example.com\r\nSubject: s\r\nDate: Mon, 6 May 2024 10:00:00 +0800\r\n"


def read(data: bytes, **settings_: object) -> list[Reading]:
    """Read as a mail."""
    return list(MAIL.read(Source(data, "sent.eml", **settings_)))  # type: ignore[arg-type]


def report(data: bytes) -> dict[str, object]:
    """The one report of a mail."""
    rows = joined(read(data), "reports").to_pylist()
    assert len(rows) == 1
    return dict(rows[0])


def mentions(data: bytes) -> list[tuple[str, str, str, str]]:
    """(kind, value, field, role) of all mentions."""
    rows = joined(read(data), "mentions").to_pylist()
    return [(row["kind"], row["value"], row["field"], row["role"]) for row in rows]


def inside(data: bytes) -> list[Inside]:
    """Attachments."""
    return list(bundle.members(Source(data, "sent.eml")))


def body(text: str, kind: str = "text/plain", coding: str = "8bit", head: str = HEAD) -> bytes:
    """A mail of one part."""
    packed = {"8bit": text, "base64": base64.encodebytes(text.encode()).decode()}[coding]
    return f"{head}Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: {coding}\r\n\r\n{packed}".encode()


def parted(*parts: str, kind: str = "mixed", head: str = HEAD) -> bytes:
    """A mail of several parts."""
    inner = "".join(f"--x\r\n{part}\r\n" for part in parts)
    return f'{head}Content-Type: multipart/{kind}; boundary="x"\r\n\r\n{inner}--x--\r\n'.encode()


def test_in_the_confined_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every codec that mails name is there once no file can be opened any more."""
    monkeypatch.undo()
    assert known.best(Source(sample())).format == "mail"
    texts = {
        "gb2312": "汇款",
        "big5": "匯款",
        "iso-2022-jp": "振込",
        "euc-kr": "송금",
        "tis-620": "โอน",
        "koi8-r": "перевод",
    }
    texts |= {
        "windows-1258": "tiên",
        "windows-1252": "é€",
        "gbk": "镕",
        "utf-7": "汇",
        "hz-gb-2312": "汇款",
        "shift_jis": "口座",
    }
    parts = (
        f"--x\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode() + text.encode(charset) + b"\r\n"
        for charset, text in texts.items()
    )
    subject = " ".join(word(text, charset) for charset, text in texts.items())
    head = HEAD.replace("Subject: s", f"Subject: {subject}") + 'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
    shown = str(report(head.encode() + b"".join(parts) + b"--x--\r\n")["text"])
    assert shown == "".join(texts.values()) + "\n" + "\n\n".join(texts.values())
    assert [type(one) for one in inside(sample())] == [Member]


def test_the_sample() -> None:
    row = report(sample())
    assert (row["reference"], row["form"], row["zone"]) == ("20240506.1@sender.example", "mail", "Etc/GMT-8")
    assert row["at_ms"] == 1714960800000
    assert str(row["text"]).startswith("某某银行客服\n贷款审批通知\n尊敬的客户")
    found = mentions(sample())
    assert [one for one in found if one[0] == "email"] == [
        ("email", "kefu@sender.example", "From", "contact"),
        ("email", "pay.here@reply.example", "Reply-To", "contact"),
        ("email", "bounce@sender.example", "Return-Path", "contact"),
        ("email", "victim@example.com", "To", "own"),
    ]
    assert ("domain", "relay.sender.example", "Received", "") in found
    assert ("url", "https://loan.evil.example/login?a=1", "text", "") in found
    assert {kind for kind, _, field, _ in found if field == "text"} >= {"money", "wechat", "bank_card", "url"}
    assert (1, "hidden_text", "text") in notes_of(read(sample()))
    assert inside(sample()) == [Member("流水.csv", bank_text([]).encode("gb18030"))]
    assert rows_in(read(sample())) == 1
    assert bundle.is_bundle(Source(sample())) and not bundle.is_archive(Source(sample()))


def test_places_of_mentions_lie_in_the_text() -> None:
    text = str(report(sample())["text"])
    for row in joined(read(sample()), "mentions").to_pylist():
        if row["field"] == "text" and row["kind"] == "bank_card":
            assert text[row["start"] : row["stop"]] == row["value"]


@pytest.mark.parametrize("change", ["lf", "blank lines", "bom", "mbox", "gzip", "cr in body"])
def test_the_same_mail_otherwise_kept(change: str) -> None:
    data = {
        "lf": sample().replace(b"\r\n", b"\n"),
        "blank lines": b"\r\n\r\n" + sample(),
        "bom": b"\xef\xbb\xbf" + sample(),
        "mbox": b"From kefu@sender.example Mon May  6 10:00:00 2024\n" + sample(),
        "gzip": gzip.compress(sample()),
        "cr in body": sample().replace(b"multi-part message", b"multi-part\rmessage"),
    }[change]
    assert known.best(Source(data)).format == "mail"
    assert report(data)["text"] == report(sample())["text"]
    assert mentions(data) == mentions(sample())
    assert len(inside(data)) == 1


def test_a_mail_without_attachments_is_no_bundle() -> None:
    data = body("请转账5000元")
    assert not bundle.is_bundle(Source(data)) and inside(data) == []
    assert report(data)["text"] == "s\n请转账5000元"


@pytest.mark.parametrize(
    ("date", "at_ms", "zone"),
    [
        ("Mon, 6 May 2024 10:00:00 +0800", 1714960800000, "Etc/GMT-8"),
        ("6 May 2024 10:00:00 +0800 (CST)", 1714960800000, "Etc/GMT-8"),
        ("Mon, 06 May 2024 02:00:00 GMT", 1714960800000, "UTC"),
        ("Mon, 06 May 2024 02:00:00 -0000", 1714960800000, "Asia/Shanghai"),
        ("Sun, 5 May 2024 22:00:00 -0400", 1714960800000, "Etc/GMT+4"),
    ],
)
def test_dates(date: str, at_ms: int, zone: str) -> None:
    row = report(body("text", head=HEAD.replace("Mon, 6 May 2024 10:00:00 +0800", date)))
    assert (row["at_ms"], row["zone"]) == (at_ms, zone)


@pytest.mark.parametrize(
    "date",
    ["yesterday", "Mon, 99 May 2024 10:00:00 +0800", "06/05/2024", "+", "Mon, 6 May 2024 10:00:00 +080055555555555"],
)
def test_a_date_that_cannot_be_read_is_left_out_with_a_note(date: str) -> None:
    data = body("text", head=HEAD.replace("Mon, 6 May 2024 10:00:00 +0800", date))
    assert report(data)["at_ms"] is None
    assert (1, "unread_cell", "at_ms") in notes_of(read(data))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain  words", "plain words"),
        ("=?utf-8?Q?=E6=B1=87=E6=AC=BE_now?=", "汇款 now"),
        ("=?UTF-8?B?5rGH?= =?utf-8?B?5qy+?=", "汇款"),
        ("=?utf-8?B?5rE=?= =?utf-8?B?h+asvg==?=", "汇款"),  # a character parted between two words
        ("Re: =?gbk?B?u+O/7g==?= ok", "Re: 汇款 ok"),
        ("=?utf-8*en?Q?a?=", "a"),
        ("=?nosuch?Q?=E6=B1=87?=", "汇"),
        ("=?utf-8?B?5rGH5qy+", "=?utf-8?B?5rGH5qy+"),
        ("=?utf-8?B?***?=", ""),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("a\r\n b\r\n\tc", "a b c"),
        ("汇款".encode().decode("ascii", "surrogateescape"), "汇款"),
        ("汇款".encode("gb18030").decode("ascii", "surrogateescape"), "汇款"),
        ("", ""),
    ],
)
def test_headers_as_a_person_reads_them(raw: str, shown: str) -> None:
    assert job.shown(raw) == shown


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("a@x.example", [("", "a@x.example")]),
        ('"Bank, the" <a@x.example>, b@y.example', [("Bank, the", "a@x.example"), ("", "b@y.example")]),
        (f"{word('客服')} <a@x.example>", [("客服", "a@x.example")]),
        ("=?utf-8?Q?help=40bank=2Eexample?= <a@x.example>", [("help@bank.example", "a@x.example")]),
        ("undisclosed-recipients:;", []),
        ("a@x.example b@y.example ;; <<c", [("", "a@x.example"), ("", "b@y.example")]),
    ],
)
def test_addresses(raw: str, found: list[tuple[str, str]]) -> None:
    assert [one for one in job.addresses([raw]) if "@" in one[1]] == found


def test_an_address_in_the_name_shown_is_told_apart_from_the_true_one() -> None:
    head = HEAD.replace("From: a@sender.example", 'From: "service@example.com" <a@sender.example>')
    found = mentions(body("text", head=head))
    assert ("email", "a@sender.example", "From", "contact") in found
    assert [one[:3] for one in found if one[1] == "service@example.com"] == [("email", "service@example.com", "text")]


@pytest.mark.parametrize("coding", ["7bit", "8bit", "base64", "quoted-printable", "x-uuencode", "BASE64", "nosuch"])
def test_transfer_encodings(coding: str) -> None:
    text = "转账5000元到账户\n第二行=3D"
    packed = {
        "base64": base64.encodebytes(text.encode()),
        "BASE64": base64.encodebytes(text.encode()),
        "quoted-printable": quopri.encodestring(text.encode()),
        "x-uuencode": b"begin 666 a\n" + uu(text.encode()) + b"`\nend\n",
    }.get(coding, text.encode())
    head = f"{HEAD}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    assert report(head.encode() + packed)["text"] == f"s\n{text}"


def uu(data: bytes) -> bytes:
    """The lines of uuencode."""
    import binascii

    return b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_text_that_names_no_encoding_or_a_wrong_one(codec: str) -> None:
    for named in ("", "; charset=us-ascii", "; charset=nosuch", "; charset*=utf-8''us-ascii"):
        data = f"{HEAD}Content-Type: text/plain{named}\r\n\r\n".encode() + "汇款五千元".encode(codec)
        assert report(data)["text"] == "s\n汇款五千元"


def test_an_alternative_that_says_the_same_is_said_once() -> None:
    plain, page = "Content-Type: text/plain\r\n\r\nPay  now", "Content-Type: text/html\r\n\r\n<p>Pay <b>now</b></p>"
    assert report(parted(plain, page, kind="alternative"))["text"] == "s\nPay  now"
    other = page.replace("now", "later")
    assert report(parted(plain, other, kind="alternative"))["text"] == "s\nPay  now\n\nPay later"


def test_an_alternative_that_says_something_else_is_seen_by_nobody() -> None:
    page = f"Content-Type: text/html\r\n\r\n{SEEN}<p>or your parcel goes back to the sender at once</p>"
    other = "Content-Type: text/plain\r\n\r\nMinutes of our meeting attached, see you all at dinner on Sunday, love Anna, and bring mum's photographs of our holiday by the lake"
    for parts in ((other, page), (page, other)):
        told = unseen.parted(str(report(parted(*parts, kind="alternative"))["text"]))
        assert told.seen.startswith("s\nPay the fee") and "dinner" not in told.seen
        assert told.unseen.startswith("Minutes of our") and told.unusual
    for words in (
        "Pay the fee of 1.99 today or your parcel goes back",
        "This message needs a program that shows pages, view it in your browser instead",
    ):
        plain = f"Content-Type: text/plain\r\n\r\n{words}"
        assert not unseen.parted(str(report(parted(plain, page, kind="alternative"))["text"])).unseen


def test_attachments_of_every_kind() -> None:
    forwarded = HEAD + "\r\nforwarded text"
    data = parted(
        "Content-Type: text/plain\r\n\r\nthe text",
        'Content-Type: text/plain; name="a.txt"\r\n\r\nattached text',
        "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=",
        f"Content-Type: message/rfc822\r\n\r\n{forwarded}",
        "Content-Type: application/pdf\r\nContent-Disposition: attachment;\r\n filename*0*=utf-8''%E6%B5%81;"
        "\r\n filename*1*=%E6%B0%B4.pdf\r\n\r\n%PDF-",
        "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=../../etc/passwd\r\n\r\nx",
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nx",
        "Content-Type: text/plain\r\n\r\nand more",
    )
    assert report(data)["text"] == "s\nthe text\n\nand more"
    found = inside(data)
    assert [one.name for one in found] == ["a.txt", "2.png", "3.eml", "流水.pdf", "../../etc/passwd", "6.pkcs7-mime"]
    assert found[0] == Member("a.txt", b"attached text")
    assert found[1] == Member("2.png", b"\x89PNG\r\n\x1a\n")
    assert found[5] == Refused("6.pkcs7-mime", "encrypted")
    assert isinstance(found[2], Member)
    assert str(report(found[2].data)["text"]) == "s\nforwarded text"


def test_damaged_base64_is_a_damaged_member() -> None:
    part = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    for packed in ("iVBORw0KGgo", "iVBO*Rw0KGgo=", "iVBORw0KGgo=iVBO"):
        assert inside(parted(part + packed)) == [Refused("1.png", "damaged_member")]
    cut = sample()[: sample().index(b"--m--") - 101]
    assert [type(one) for one in inside(cut)] == [Refused]


def test_a_mailbox_is_a_bundle_of_its_mails() -> None:
    mark = b"From a@sender.example Mon May  6 10:00:00 2024\n"
    one = body("first").replace(b"\r\n", b"\n")
    two = body("second\n\nFrom here on it is text").replace(b"\r\n", b"\n")
    source = Source(mark + one + b"\n\n" + mark + two + b"\n", "box.mbox")
    assert known.best(source).format == "mail"
    assert list(MAIL.read(source)) == []
    assert bundle.is_bundle(source)
    found = list(bundle.members(source))
    assert [member.name for member in found] == ["1.eml", "2.eml"]
    texts = [report(member.data)["text"] for member in found if isinstance(member, Member)]
    assert texts == ["s\nfirst", "s\nsecond\n\nFrom here on it is text"]


def test_a_mail_that_quotes_others_is_no_mailbox() -> None:
    mark = "\n\nFrom a@sender.example Mon May  6 10:00:00 2024\nSubject: quoted\n\nx"
    data = body("first" + mark + mark).replace(b"\r\n", b"\n")
    assert str(report(data)["text"]).count("quoted") == 2 and not bundle.is_bundle(Source(data))


def test_a_person_may_correct_a_mail() -> None:
    data = body("text", head=HEAD.replace("Mon, 6 May 2024 10:00:00 +0800", "bad"))
    readings = read(data, fixes={1: Fix(7, (("Date", "2024-05-06 10:00:00"),))})
    assert joined(readings, "reports").to_pylist()[0]["at_ms"] == 1714960800000
    assert (1, "corrected", "Date") in notes_of(readings)
    dropped = read(data, fixes={1: Fix(8, drop=True)})
    assert [bad.reason for one in dropped for bad in one.bad] == ["dropped"] and rows_in(dropped) == 1


def test_a_mail_without_anything_to_say_is_quarantined() -> None:
    data = b"Received: x\r\nMIME-Version: 1.0\r\nX-Mailer: y\r\n\r\n"
    assert [bad.reason for one in read(data) for bad in one.bad] == ["empty_text"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"From: me\n",
        b"Subject: a\nDate: b\nTo: c\n\nno sender",
        b"From: a\nSubject: b\nthis is no header\nDate: c\n\ntext",
        "发件人: a\n主题: b\n日期: c\n\ntext".encode(),
        b"PK\x03\x04From: a\nTo: b\nDate: c\n\n",
        b"HTTP/1.1 200 OK\nDate: a\nFrom: b\nTo: c\n\n",
    ],
)
def test_what_is_no_mail(data: bytes) -> None:
    assert MAIL.recognise(Source(data)).score == 0
    assert not mails.has_members(Source(data))
    with pytest.raises(UnreadableFile):
        read(data)


def test_parts_within_parts_without_end() -> None:
    deep = HEAD.encode()
    for level in range(1_000):
        deep += f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n".encode()
    with pytest.raises(UnreadableFile, match="too large"):
        read(deep)


def test_more_parts_than_the_limit() -> None:
    with pytest.raises(UnreadableFile, match="too large"):
        inside(parted(*["Content-Type: image/png\r\n\r\nx"] * 10_001))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<script>evil()</script><style>p{}</style>c", "a\nbc"),
        ("<table><tr><td>户名</td><td>甲</td></tr><tr><td>卡号</td><td>1</td></tr></table>", "户名\t甲\n\n卡号\t1"),
        ("<a href='https://a.example/x'>click</a>", "click (https://a.example/x)"),
        ("<a href='https://a.example/'>https://a.example</a>", "https://a.example"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='javascript:x()'>y</a>", "y"),
        ("<a href='https://a.example'>no end", "no end (https://a.example)"),
        ("&#36716;&#36134;&amp;&nbsp;5000", "转账&\u00a05000"),
        ("<svg><text>x</text></svg>y</div></p>", "y"),
        ("<form action='https://steal.example/p'>PIN</form>", "(https://steal.example/p)\nPIN"),
        ("<!-- c --><![CDATA[x]]>y", "y"),
        ("<pre>a  b</pre>", "a  b"),
    ],
)
def test_html_as_it_is_shown(html: str, text: str) -> None:
    assert text_of(html).shown.replace("\n\n", "\n") == text.replace("\n\n", "\n")


SEEN = "<p>Pay the fee of 1.99 today</p>"


@pytest.mark.parametrize(
    "made",
    [
        "<p style='DISPLAY : none'>{}</p>",
        "<p style='display:none !important;display:block'>{}</p>",
        "<span style='font-size:0px'>{}</span>",
        "<span style='font-size:1px'>{}</span>",
        "<div style='font-size:0'><b style='font-size:2em'>{}</b></div>",
        "<p style='visibility:hidden'>{}</p>",
        "<p style='opacity:0'>{}</p>",
        "<p style='color:#ffffff'>{}</p>",
        "<p style='color: rgb(254, 254, 254)'>{}</p>",
        "<p style='color:transparent'>{}</p>",
        "<font color=white>{}</font>",
        "<td bgcolor='#102030'><font color='#102031'>{}</font></td>",
        "<div style='height:0;overflow:hidden'><p>{}</p></div>",
        "<div style='max-height:0px;overflow:hidden'>{}</div>",
        "<div style='position:absolute;left:-9999px'>{}</div>",
        "<div style='text-indent:-999em'>{}</div>",
        "<p hidden>{}</p>",
        "<style>.a, p.b {{display:none}}</style><p class='c b'>{}</p>",
        "<p id=x>{}</p><style>/* why */ #x{{display:none}}</style>",
        "<style>@media screen {{ .a{{display:none}} }}</style><p class=a>{}</p>",
        "<style>body .a{{display:none!important}}</style><p class=a style='display:block'>{}</p>",
        "<!-- {} -->",
    ],
)
def test_what_is_not_seen_is_kept_apart(made: str) -> None:
    """Every way to hide text that attackers use."""
    words = "thanks for lunch mum see you at dinner the minutes of the meeting are attached"
    page = text_of(SEEN + made.format(words))
    assert (page.shown, page.preview, page.hidden) == ("Pay the fee of 1.99 today", "", words) and page.count == 1
    above = text_of(made.format(words) + SEEN)
    assert above.shown == page.shown and words in (above.preview, above.hidden)


@pytest.mark.parametrize(
    "html",
    [
        "<p style='font-size:0.9em;line-height:0'>{}</p>",
        "<div style='font-size:0'><p style='font-size:16px'>{}</p></div>",  # closes the gaps between boxes
        "<table bgcolor='#003366'><tr><td style='color:#fff'>{}</td></tr></table>",
        "<td style='background:url(x.png);color:#fff'>{}</td>",
        "<td style='background: #036 none'><span style='color:white'>{}</span></td>",
        "<style>td.a p {{background:#000}}</style><td class=a><p style='color:#fff'>{}</p></td>",
        "<style>@media (max-width:600px) {{ .a{{display:none}} .b{{color:red}} }}</style><p class=a>{}</p>",
        "<style>.a{{display:none}}</style><p class=a style='display:block'>{}</p>",
        "<p style='visibility:hidden'><b style='visibility:visible'>{}</b></p>",
        "<p style='display:none'>x<p>{}",  # the first ends where the next begins
        "<tr><td style='display:none'>x<td>{}<tr><td>y",
        "<li style='display:none'>x<li>{}",
        "<p style='mso-hide:all'>{}</p>",
        "<p style='opacity:50%'>{}</p>",
        "<a href='https://a.example' style='color:#fff;background:#00f'>{}</a>",
        "<div style='color:#fff'><a href='https://a.example'>{}</a></div>",
        "<p style='color:no-such-colour'>{}</p>",
    ],
)
def test_what_is_seen_is_not_called_hidden(html: str) -> None:
    page = text_of(html.format("read this"))
    assert "read this" in page.shown and "read this" not in page.preview + page.hidden


def test_what_small_screens_show_and_the_line_of_a_list_are_not_hidden_words() -> None:
    twice = text_of(f"<p>Our sale begins today</p>{SEEN}<div style='display:none'>Our  sale begins today</div>")
    assert (twice.preview, twice.hidden, twice.count) == ("", "", 1)
    page = text_of("<div style='display:none'>Spring is here &zwnj;&nbsp;&zwnj;&nbsp;</div><p>Dear Anna</p>")
    assert page.preview.startswith("Spring is here") and not page.hidden
    parts = unseen.parted(unseen.joined(Parts(page.shown, page.preview, page.hidden)))
    assert parts.seen == "Dear Anna" and not parts.unusual
    assert Parts("a", "word " * 60).unusual and not Parts("a", "", "To view in a browser").unusual
    assert Parts("a", "", "妈谢谢你做的午饭晚上见记得看牙医").unusual


def test_a_mail_says_which_text_is_not_shown() -> None:
    data = body(f"<p hidden>above</p>{SEEN}<p hidden>a gift for ⟦you⟧ of 900 USD</p>", "text/html")
    parts = unseen.parted(str(report(data)["text"]))
    assert parts == Parts("s\nPay the fee of 1.99 today", "above", "a gift for [you] of 900 USD")
    assert (1, "hidden_text", "text") in notes_of(read(data))
    assert [one for one in mentions(data) if one[0] == "money"]  # what is hidden is evidence too
    plain = unseen.joined(Parts("", "above"))
    assert not unseen.parted(str(report(body(plain))["text"])).hidden  # nobody can pretend


def test_hidden_text_and_styles_without_end_take_linear_time() -> None:
    for piece in ("<style>", "/*", "<style>{", ",.a", "<style>@media x{", "}{", "<p hidden>x", "<td>" * 10):
        begun = time.process_time()
        text_of("<style>" + piece * 5_000 + "</style>x")
        text_of(piece * 5_000)
        assert time.process_time() - begun < 2
    lines = "".join(f"<p hidden>line {n}</p><p>seen {n}</p>" for n in range(8_000))
    assert text_of(lines).hidden.count("\n") == 7_998


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=300))
def test_html_never_raises(text: str) -> None:
    text_of(text)
    text_of("<div>" * 50 + text + "<a href='")


def test_written_and_read_again() -> None:
    readings = read(sample())
    first = {name: joined(readings, name) for name in ("reports", "mentions")}
    data = MAIL.write(first)
    again = read(data)
    assert known.best(Source(data)).format == "mail"
    for name in ("reports", "mentions"):
        assert without_origin(joined(again, name)) == without_origin(first[name])
    with pytest.raises(InputError, match="not 2"):
        MAIL.write({"reports": first["reports"].take([0, 0])})


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=200).map(str.strip))
def test_any_text_comes_back(text: str) -> None:
    made = EmailMessage()
    made["From"], made["To"], made["Date"] = "a@sender.example", "b@example.com", "Mon, 6 May 2024 10:00:00 +0800"
    made.set_content("x" + text + "x\n", cte="base64")
    told = dict(next(iter(_said(bytes(made)))))
    assert told["text"] == "x" + text + "x"


def _said(data: bytes) -> list[dict[str, object]]:
    import io

    said: list[object] = []
    job.main(io.BytesIO(data), said.append, {})
    return [one for one in said if isinstance(one, dict)]


@pytest.mark.parametrize("seed", range(15))
def test_damage_is_never_a_crash_and_no_row_is_lost(seed: int) -> None:
    for data in damaged(sample(), seed):
        source = Source(data, "x.eml")
        if MAIL.recognise(source).score:
            assert rows_in(list(MAIL.read(source))) == 1
            if mails.has_members(source):
                list(mails.members(source))
