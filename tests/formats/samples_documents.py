"""Invented mails, chats, documents and bundles; written by `python -m tests.formats.samples_documents`."""

import base64
import io
import zipfile
from pathlib import Path

from tests.formats.invented import bank_text, card

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
    return document(*lines, labels, parts=(header,), rels=link("r1", "https://evil-shop.top/a"))


SAMPLES = {
    "mail.eml": (mail, "mail"),
    "statement.docx": (word_document, "docx"),
}


def main() -> None:
    """Write every sample."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (make, _) in SAMPLES.items():
        (FOLDER / name).write_bytes(make())


if __name__ == "__main__":
    main()
