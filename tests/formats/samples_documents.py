"""Invented mails, chats, documents and bundles; written by `python -m tests.formats.samples_documents`."""

import base64
import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

from fanzha.formats.pdf import Pdf
from tests.formats.invented import bank_row, bank_text, card, table_of

FOLDER = Path(__file__).parents[2] / "examples" / "formats"
DAY = (2024, 5, 6, 10, 0, 0)


def info(name: str, *, mode: int = 0o100644, packed: bool = True) -> zipfile.ZipInfo:
    """An entry of a ZIP file."""
    one = zipfile.ZipInfo(name, DAY)
    one.create_system = 3
    one.external_attr = mode << 16
    one.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    return one


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], packed: bool = True) -> bytes:
    """A ZIP file."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        for name, data in entries:
            file.writestr(name if isinstance(name, zipfile.ZipInfo) else info(name, packed=packed), data)
    return sink.getvalue()


def word(text: str, charset: str = "gb2312") -> str:
    """An encoded word of a header (RFC 2047)."""
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def coded(data: bytes) -> str:
    """Base64 in lines."""
    return base64.encodebytes(data).decode().replace("\n", "\r\n")


def mail() -> bytes:
    """A lure: sender shown as a bank, another address to reply to, a link that leads elsewhere, a table attached."""
    text = "尊敬的客户:您的贷款额度已批,请先将保证金5000元转到指定账户。\r\n客服微信:kefu_20240506\r\n"
    page = (
        f"<html><head><style>p {{color: red}}</style></head><body><p>尊敬的客户:您的贷款额度已批,请先将保证金5000元转到指定账户"
        f"{card(7)}。</p><p>登录 <a href='https://loan.evil.example/login?a=1'>www.bank.example</a> 查看</p>"
        "<div style='display:none'>隐藏的字</div></body></html>"
    )
    lines = [
        "Return-Path: <bounce@sender.example>",
        "Received: from mx.example.com (localhost [127.0.0.1]) by box.example.com with LMTP; Mon, 6 May 2024 10:00:05 +0800",
        "Received: from relay.sender.example (unknown [203.0.113.7])",
        "\tby mx.example.com with ESMTP id 1; Mon, 6 May 2024 10:00:03 +0800",
        f"From: {word('某某银行客服')} <kefu@sender.example>",
        "Reply-To: pay.here@reply.example",
        "To: victim@example.com",
        f"Subject: {word('贷款审批')}",
        f" {word('通知')}",
        "Date: Mon, 6 May 2024 10:00:00 +0800",
        "Message-ID: <20240506.1@sender.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="m"',
        "",
        "This is a multi-part message.",
        "--m",
        'Content-Type: multipart/alternative; boundary="a"',
        "",
        "--a",
        "Content-Type: text/plain; charset=gb2312",
        "Content-Transfer-Encoding: base64",
        "",
        coded(text.encode("gb2312")),
        "--a",
        "Content-Type: text/html; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        coded(page.encode()),
        "--a--",
        "--m",
        f'Content-Type: text/csv; name="{word("流水")}.csv"',
        f'Content-Disposition: attachment; filename="{word("流水")}.csv"',
        "Content-Transfer-Encoding: base64",
        "",
        coded(bank_text([]).encode("gb18030")),
        "--m--",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


OFFICE = "http://schemas.openxmlformats.org"
SPACES = (
    f'xmlns:w="{OFFICE}/wordprocessingml/2006/main" xmlns:r="{OFFICE}/officeDocument/2006/relationships" '
    f'xmlns:mc="{OFFICE}/markup-compatibility/2006"'
)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
Part = tuple[str, str, str]  # content type, name, XML


def run(text: str) -> str:
    """Text of a paragraph."""
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def para(*inside: str) -> str:
    """A paragraph."""
    return f"<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>{''.join(inside)}</w:p>"


def cell(text: str) -> str:
    """A cell of a table."""
    return f"<w:tc>{para(run(text))}</w:tc>"


def row(*cells: str) -> str:
    """A row of a table."""
    return f"<w:tr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    """A table."""
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def part(kind: str, name: str, inside: str) -> Part:
    """A header, a footer, notes or comments."""
    return f"{WORD}.{kind}+xml", f"word/{name}", f'<?xml version="1.0"?><w:x {SPACES}>{inside}</w:x>'


def link(place: str, address: str) -> str:
    """A link that leads out of the document."""
    kind = f"{OFFICE}/officeDocument/2006/relationships/hyperlink"
    return f'<Relationship Id="{place}" Type="{kind}" Target="{address}" TargetMode="External"/>'


def document(
    *body: str,
    parts: tuple[Part, ...] = (),
    rels: str = "",
    main: str = f"{WORD}.document.main+xml",
    more: tuple[tuple[str, bytes], ...] = (),
    packed: bool = True,
) -> bytes:
    """A Word document."""
    listed = [(main, "word/document.xml", ""), *parts]
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for kind, name, _ in listed)
    space = f'xmlns="{OFFICE}/package/2006/content-types"'
    text = f'<?xml version="1.0"?><w:document {SPACES}><w:body>{"".join(body)}</w:body></w:document>'
    return zipped(
        ("[Content_Types].xml", f'<?xml version="1.0"?><Types {space}>{types}</Types>'.encode()),
        (
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{rels}</Relationships>'.encode(),
        ),
        *((name, xml.encode()) for _, name, xml in parts),
        *more,
        ("word/document.xml", text.encode()),
        packed=packed,
    )


def word_document() -> bytes:
    """Two reports: one as lines, with a link and hidden text; one as a table of labels. A header above both."""
    lines = (
        para(run("案件编号:A2024001")),
        para(run("报案时间:2024-05-06 10:00:00")),
        para(run("报案人:甲某")),
        para(run("涉案金额:30000元")),
        para(
            run("案情描述:昨晚八点我接到自称客服的电话13900139000,对方让我点击"),
            '<w:hyperlink r:id="r1">' + run("此链接") + "</w:hyperlink>",
            run(f"并转账3万元到{card(1)},之后失联。"),
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>内部备注</w:t></w:r>",
        ),
    )
    labels = table(
        row(cell("案件编号"), cell("A2024002"), cell("报案人"), cell("乙某")),
        row(cell("案情描述"), cell("我在网上刷单被骗,损失5000元。")),
    )
    header = part("header", "header1.xml", para(run("某市公安局 询问笔录")))
    return document(*lines, labels, parts=(header,), rels=link("r1", "https://re--fuli.top/a"), packed=False)


def pdf_file(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    made, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(made)


def pdf_stream(data: bytes, more: bytes = b"") -> bytes:
    """A stream."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


def pdf_pages(*texts: str, beside: bytes = b"") -> bytes:
    """Pages of Latin text, one line each; "" is a page that draws a grey box only. `beside`: annotations of the first."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(texts)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(texts), kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(texts):
        annots = b"/Annots [%s]" % beside if beside and not number else b""
        shown = b"BT /F 12 Tf 50 700 Td (%s) Tj ET" % text.encode("latin-1") if text else b"0.5 g 50 50 400 400 re f"
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R %s /Resources << /Font << /F 3 0 R >> >> >>"
            % (5 + 2 * number, annots),
            pdf_stream(shown),
        ]
    return pdf_file(*objects)


def pdf_document() -> bytes:
    """A record of questions and answers on two pages' worth of lines."""
    lines = ["昨晚八点我接到自称客服的电话13900139000,对方让我转账3万元到", f"{card(1)},之后失联。"]
    lines += [f"问:第{n}次转账多少?答:{n}000元。" for n in range(1, 50)]
    row = {
        "reference": "A2024003",
        "at_ms": 1714960800000,
        "victim": "丙某",
        "stated_type": "冒充客服",
        "text": "\n".join(lines),
    }
    return Pdf().write({"reports": table_of("reports", [row])})


WALLET = "0x" + sha256(b"nobody").hexdigest()[:40]


def wechat() -> bytes:
    """Two people and a group's name; a picture, a transfer, a text of several lines that ends with a time."""
    return (
        "聊天对象:投资交流群\n导出自微信\n\n"
        "客服小美(wxid_example00001) 2024-05-06 10:00:00\n您好,加我QQ 12345678 领取福利\n\n"
        "甲某 2024-05-06 10:01:30\n怎么领取?\n\n"
        f"客服小美(wxid_example00001) 2024-05-06 10:02:00\n先转5000元到{card(3)}\n\n开户行:某某银行\n截止 2024-05-06 12:00:00\n\n"
        "甲某 2024-05-06 10:05:00\n[图片]\n\n"
        "甲某 2024-05-06 10:05:09\n[转账] 5000.00\n\n"
        "客服小美(wxid_example00001) 2024-02-30 10:05:09\n收到\n\n"
    ).encode()


def qq() -> bytes:
    """The export of QQ: two chats in one file, GB 18030."""
    rule = "=" * 64
    return (
        f"消息记录(此消息记录为文本格式,不支持重新导入)\n\n{rule}\n消息分组:我的好友\n{rule}\n消息对象:刷单导师\n{rule}\n\n"
        "2024-05-06 9:30:00 刷单导师(23456789)\n点击 http://re--fuli.top/a 注册\n\n"
        "2024-05-06 9:31:00 乙某<someone@example.com>\n好的\n\n"
        f"{rule}\n消息分组:群聊\n{rule}\n消息对象:福利群\n{rule}\n\n"
        "2024-05-07 21:00:05 【群主】群管家(34567890)\n今晚返利\n\n"
        "2024-05-07 21:00:09 乙某(45678901)\n[图片]请看\n\n"
    ).encode("gb18030")


def whatsapp() -> bytes:
    """Android's export: dash, twelve hours with a narrow blank, days above twelve, media, what the program says."""
    half = "\u202f"
    return (
        f"13/05/24, 6:03{half}PM - Messages and calls are end-to-end encrypted.\n"
        f"13/05/24, 6:03{half}PM - Mentor Example: Hello dear, earn 200 USD a day\n"
        f"14/05/24, 9:15{half}AM - +1 202-555-0100: How?\n"
        f"03/06/24, 9:16{half}AM - Mentor Example: Send USDT to\n{WALLET}\nthen wait\n"
        f"03/06/24, 9:20{half}AM - +1 202-555-0100: <Media omitted>\n"
        f"03/06/24, 9:21{half}AM - +1 202-555-0100: IMG-20240603-WA0001.jpg (file attached)\n"
        f"31/02/24, 9:21{half}AM - +1 202-555-0100: late\n"
    ).encode()


def line_app() -> bytes:
    """LINE's export: days above their messages, a text of two lines in quotes, a sticker."""
    return (
        "[LINE] 与投资老师的聊天记录\n保存日期:2024/05/08 12:00\n\n"
        "2024/05/06(一)\n10:00\t投资老师\t加我Telegram: example_mentor\n10:01\t丁某\t[贴图]\n\n"
        '2024/05/07(二)\n下午3:00\t投资老师\t"第一行\n08:00\t第二行"\n15:01\t丁某\t好\n15:02\t\t投资老师已收回讯息\n'
    ).encode()


def telegram() -> bytes:
    """Telegram's export of one chat: a link behind a word, media, a call, an item that is none."""
    messages: list[object] = [
        {
            "id": 1,
            "type": "service",
            "date": "2024-05-06T18:00:00",
            "date_unixtime": "1714989600",
            "actor": "Mentor Example",
            "actor_id": "user9000000000000001",
            "action": "create_group",
            "title": "VIP",
        },
        {
            "id": 2,
            "type": "message",
            "date": "2024-05-06T18:01:00",
            "date_unixtime": "1714989660",
            "from": "Mentor Example",
            "from_id": "user9000000000000001",
            "text": ["Open ", {"type": "text_link", "text": "this", "href": "https://re--fuli.top/a"}, " now"],
        },
        {
            "id": 3,
            "type": "message",
            "date": "2024-05-06T18:02:00",
            "date_unixtime": "1714989720",
            "from": "戊某",
            "from_id": "user9000000000000002",
            "photo": "photos/photo_1.jpg",
            "text": "",
        },
        {
            "id": 4,
            "type": "message",
            "date": "2024-05-06T18:03:00",
            "from": "戊某",
            "from_id": "user9000000000000002",
            "text": f"转账到 {WALLET}",
            "media_type": "voice_message",
            "file": "voice_messages/1.ogg",
        },
        {
            "id": 5,
            "type": "service",
            "date": "2024-05-06T18:04:00",
            "date_unixtime": "1714989840",
            "actor": "戊某",
            "actor_id": "user9000000000000002",
            "action": "phone_call",
            "duration_seconds": 61,
            "text": "",
        },
        "not a message",
        {
            "id": 7,
            "type": "message",
            "date": "yesterday",
            "from": None,
            "from_id": "user9000000000000002",
            "text": "undated",
        },
    ]
    chat = {"name": "VIP 群", "type": "private_group", "id": 4000000001, "messages": messages}
    return (json.dumps(chat, ensure_ascii=False, indent=1) + "\n").encode()


def telegram_page() -> bytes:
    """A page of Telegram's export to HTML: a day, a link, a second message of the same sender, a picture, a forwarded one."""

    def message(number: int, at: str, *inside: str, joined: str = "") -> str:
        date = f'<div class="pull_right date details" title="{at} UTC+08:00">{at[11:16]}</div>'
        body = f'<div class="body">{date}{"".join(inside)}</div>'
        return f'<div class="message default clearfix{joined}" id="message{number}">{body}</div>\n'

    def name(text: str) -> str:
        return f'<div class="from_name">\n{text}\n</div>'

    link = '<div class="text">\nOpen <a href="https://re--fuli.top/a">this</a> now<br>quickly\n</div>'
    photo = '<div class="media_wrap clearfix"><a class="photo_wrap clearfix pull_left" href="photos/1.jpg"><img class="photo"></a></div>'
    forwarded = f'<div class="forwarded body">{name("Boss")}<div class="text">转账到 {WALLET}</div></div>'
    page = (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>Exported Data</title></head><body>'
        '<div class="page_header"><div class="content"><div class="text bold">\nVIP 群\n</div></div></div><div class="history">'
        '<div class="message service" id="message-1"><div class="body details">\n6 May 2024\n</div></div>\n'
        + message(2, "06.05.2024 18:01:00", name("Mentor Example"), link)
        + message(3, "06.05.2024 18:01:30", '<div class="text">second</div>', joined=" joined")
        + message(4, "06.05.2024 18:02:00", name("戊某"), photo)
        + message(5, "06.05.2024 18:03:00", name("Mentor Example"), forwarded)
        + message(6, "99.05.2024 18:03:00", name("戊某"), '<div class="text">&lt;late&gt;</div>')
        + "</div></body></html>\n"
    )
    return page.encode()


def bundled() -> bytes:
    """What a victim hands in: a chat and a table in a ZIP whose names are of an old Chinese system."""
    names = ("聊天记录.txt", "交易明细.csv")
    raw = [name.encode("gb18030") for name in names]
    contents = (wechat(), bank_text([bank_row(n) for n in range(3)]).encode("gb18030"))
    marks = ("A" * len(raw[0]), "B" * len(raw[1]))
    data = zipped(*zip(marks, contents, strict=True), packed=False)  # packed, it would differ from one zlib to another
    return data.replace(b"A" * len(raw[0]), raw[0]).replace(b"B" * len(raw[1]), raw[1])


SAMPLES = {
    "mail.eml": (mail, "mail"),
    "statement.docx": (word_document, "docx"),
    "statement.pdf": (pdf_document, "pdf"),
    "wechat.txt": (wechat, "chat"),
    "qq.txt": (qq, "chat"),
    "whatsapp.txt": (whatsapp, "whatsapp"),
    "line.txt": (line_app, "line"),
    "telegram.json": (telegram, "telegram"),
    "telegram.html": (telegram_page, "telegram"),
}


def main() -> None:
    """Write every sample."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (make, _) in SAMPLES.items():
        (FOLDER / name).write_bytes(make())
    (FOLDER / "handed_in.zip").write_bytes(bundled())


if __name__ == "__main__":
    main()
