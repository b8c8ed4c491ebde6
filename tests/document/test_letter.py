"""Letters: nothing that must be said is left out, nothing hidden gets through, the three formats say the same."""

import ast
import io
import json
import re
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fanzha.document
from fanzha.clean import money
from fanzha.document.capitals import MINOR_MAX, capitals
from fanzha.document.letter import (
    KINDS,
    NOTICE_DAYS,
    Evidence,
    Facts,
    Letter,
    Payee,
    Remedy,
    letter_of,
    letters,
    said,
)
from fanzha.document.letter_body import Grid, Pairs, Sentence, Sheet, clear, figures, sheets
from fanzha.document.letter_docx import letter_docx
from fanzha.document.letter_json import iso, letter_json
from fanzha.document.letter_pdf import chinese_font, letter_pdf
from fanzha.document.line_breaks import lines
from fanzha.document.page import Said
from fanzha.errors import InputError, NotFound
from fanzha.formats.child import docx as word_reader
from fanzha.model.words import vocabulary
from tests.document.hostile import ATTACKS

HERE = Path(fanzha.document.__file__).parent
AT = 1_709_640_900_000  # 2024-03-05 12:15 UTC, 20:15 in Shanghai
HOUR = 3_600_000
ACCOUNT = "6222021234567890123"
FACTS = Facts(
    issuer=Said("Anti-fraud Centre of Example City", "示例市反诈中心"),
    holder="欧阳小示",
    remedy=Remedy(where=Said("1 Example Road", "示例路1号"), contact="010-0000 0000"),
    evidence=tuple(Evidence("反馈_示例银行.xlsx", row, AT - HOUR - row * 1000, 400_000, "CNY") for row in (12, 13, 27)),
    payees=(
        Payee("陈示例", "6228480012345678901", "示例农业银行", 900_000, 800_000),
        Payee("Example Person", "6217001234567890", "示例建设银行", 500_000, 400_000),
    ),
    reason=Said("Ordinary sale of goods.", "系正常商品交易。"),
    notice_from_ms=AT,
    reply_by_ms=AT + HOUR,
)
VERBS = {"notice_to_holder": "hold", "correction": "hold", "return_notice": "return"}
ENDLESS = ("lift", "query", "query_holder", "all_accounts", "end_watch", "return")


def has_font() -> bool:
    try:
        chinese_font()
    except NotFound:
        return False
    return True


needs_font = pytest.mark.skipif(not has_font(), reason="no font with Chinese characters on this machine")


def order(kind: str = "hold", **changed: Any) -> dict[str, Any]:
    """A row of table orders; nobody in it exists."""
    verb = VERBS.get(kind, kind)
    row: dict[str, Any] = {
        "order": 42,
        "verb": verb,
        "state": "sent",
        "case_id": "3-17",
        "account": ACCOUNT,
        "body": "示例工商银行",
        "amount_minor": None if kind.startswith(("query", "all_", "watch", "end_")) else 1_200_000,
        "currency": "CNY",
        "held_minor": None,
        "ground": "traced_amount",
        "law": "pboc_261",
        "innocent": "shop",
        "follows": -1,
        "proposer": "李明",
        "approvers": "王芳, 赵强",
        "proposed_ms": AT,
        "from_ms": AT + HOUR,
        "expires_ms": None if verb in ENDLESS else AT + 49 * HOUR,
        "ended_ms": None,
        "reason": "not for the bank's eyes",
    }
    return row | changed


def letter(kind: str = "hold", facts: Facts = FACTS, **changed: Any) -> Letter:
    return letter_of(order(kind, **changed), facts, kind)


def words_of(sheet: Sheet) -> list[str]:
    """Every text of a sheet."""
    found = [sheet.title, sheet.banner, sheet.header, sheet.footer, sheet.salutation]
    for block in sheet.blocks:
        if isinstance(block, Pairs):
            found += [text for row in block.rows for text in row]
        elif isinstance(block, Grid):
            found += [*block.head, *(text for row in block.rows for text in row)]
        else:
            found.append(block.text)
    return [text for text in found if text]


def word_text(packed: bytes) -> str:
    """What our own reader of Word documents finds, without white space."""
    said_lines: list[Any] = []
    word_reader.main(io.BytesIO(packed), said_lines.append, {})
    cells: list[str] = []
    for part in said_lines:
        for _, content in part.get("lines", ()) if isinstance(part, dict) else ():
            cells += [content] if isinstance(content, str) else [str(cell) for cell in content]
    return squeezed("".join(cells))


def pdf_text(made: bytes) -> str:
    """What a reader copies out of the PDF, without white space."""
    document = pypdfium2.PdfDocument(made)
    return squeezed("".join(page.get_textpage().get_text_range() for page in document))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\ufffe\x00]+", "", text)


# --- amounts in capitals

EXAMPLES = {  # the first six from the rules for filling in notes and vouchers
    140_950: "人民币壹仟肆佰零玖元伍角",
    600_714: "人民币陆仟零柒元壹角肆分",
    168_032: "人民币壹仟陆佰捌拾元零叁角贰分",
    10_700_053: "人民币壹拾万柒仟元零伍角叁分",
    1_640_902: "人民币壹万陆仟肆佰零玖元零贰分",
    32_504: "人民币叁佰贰拾伍元零肆分",
    1_200_000: "人民币壹万贰仟元整",
    0: "人民币零元整",
    5: "人民币伍分",
    50: "人民币伍角",
    1_000: "人民币壹拾元整",
    100_000_001_000_000: "人民币壹万亿零壹万元整",
    1_010_000_000_000: "人民币壹佰零壹亿元整",
    MINOR_MAX: "人民币壹佰万亿元整",
}


@pytest.mark.parametrize(("fen", "written"), EXAMPLES.items())
def test_capitals_by_hand(fen: int, written: str) -> None:
    assert capitals(fen) == written


def read_capitals(text: str) -> int:
    """Capitals back to fen, written from the meaning of the signs alone: each unit multiplies what stands before it."""
    assert text.startswith("人民币")
    yuan, mark, rest = text.removeprefix("人民币").removesuffix("整").rpartition("元")

    def whole(part: str) -> int:
        for sign, unit in (("亿", 10**8), ("万", 10**4), ("仟", 1000), ("佰", 100), ("拾", 10)):
            high, found, low = part.rpartition(sign)
            if found:
                return whole(high) * unit + (whole(low) if low else 0)
        digits = part.replace("零", "") or "零"
        return "零壹贰叁肆伍陆柒捌玖".index(digits)

    cents = 0
    for sign, unit in (("角", 10), ("分", 1)):
        before, found, rest_after = rest.partition(sign)
        if found:
            cents += whole(before) * unit
            rest = rest_after
    return (whole(yuan) if mark else 0) * 100 + cents


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.integers(0, MINOR_MAX), st.integers(0, 10**6), st.integers(0, 16).map(lambda power: 10**power)))
def test_capitals_read_back(fen: int) -> None:
    written = capitals(fen)
    assert read_capitals(written) == fen
    assert "零零" not in written and not re.search("零[万亿拾佰仟角分]", written)
    assert written.endswith("整") == (fen % 100 == 0)
    value = money.parse(written)
    if 0 < fen < 10**14 and value is not None:  # what reads reports reads them too
        assert (value.amount_minor, value.currency) == (fen, "CNY")


@pytest.mark.parametrize("fen", [-1, MINOR_MAX + 1])
def test_capitals_out_of_range(fen: int) -> None:
    with pytest.raises(InputError):
        capitals(fen)


def test_figures_are_exact() -> None:
    assert figures(1_200_000, "CNY", "zh") == "人民币 12,000.00 元"
    assert figures(1_200_005, "CNY", "en") == "CNY 12,000.05"
    assert figures(1_200_005, "JPY", "zh") == "JPY 1,200,005"
    assert figures(2**62, "USDT", "en") == "USDT 4,611,686,018,427.387904"


# --- words


def test_every_sentence_in_both_languages() -> None:
    for group, entries in letters().items():
        for code, entry in entries.items():
            assert set(entry) == {"en", "zh"} and entry["en"].strip() and entry["zh"].strip(), (group, code)
            assert not set("，；：（）") & set(entry["en"]), (group, code)
            places = [set(re.findall(r"\{(\w+)\}", entry[lang])) for lang in ("en", "zh")]
            assert places[0] == places[1], (group, code)
    assert set(letters()["titles"]) == set(letters()["asks"]) - {"correction_part"} == set(KINDS)
    assert {key for form in KINDS.values() for key in form.replies} == set(letters()["replies"])
    assert set(letters()["submit"]) - {"always", "claim"} == set(vocabulary("innocent"))


def test_no_sentence_is_unused() -> None:
    constants = {
        node.value
        for path in HERE.glob("letter*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(letters()["words"]) <= constants


def test_every_verb_of_orders_has_a_letter() -> None:
    assert set(vocabulary("orders")) <= set(KINDS)


# --- what must be said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["zh", "en", "both"])
def test_every_kind_says_who_what_why_how_long_and_where(kind: str, lang: str) -> None:
    made = letter(kind)
    assert [sheet.lang for sheet in sheets(made, lang)] == {"zh": ["zh"], "en": ["en"], "both": ["zh", "en"]}[lang]
    for sheet in sheets(made, lang):
        text = "\n".join(words_of(sheet))
        chinese = sheet.lang == "zh"
        for wanted in ("42", "3-17", "李明", "王芳", "示例市反诈中心" if chinese else "Example City"):
            assert wanted in text, (kind, wanted)
        if KINDS[kind].amount:
            assert "12,000.00" in text and "壹万贰仟元整" in text
        assert (made.expires_ms is not None) == (kind not in (*ENDLESS, "correction", "return_notice"))
        if made.expires_ms is not None:
            assert ("2024年3月7日 21:15" if chinese else "7 Mar 2024 21:15") in text
        if KINDS[kind].remedy:
            assert ("示例路1号" if chinese else "1 Example Road") in text
            assert said("submit", "always").zh in text or said("submit", "always").en in text
        if kind not in ("return", "return_notice", "correction"):
            assert ("善意" if chinese else "good faith") in text
        assert "not for the bank" not in text
        assert ("银发〔2016〕261号" in text or "2016" in text) and sheet.banner == ""


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("hold", {"ground": ""}),
        ("hold", {"law": None}),
        ("hold", {"amount_minor": None}),
        ("hold", {"amount_minor": 0}),
        ("hold", {"currency": ""}),
        ("hold", {"expires_ms": None}),
        ("hold", {"body": ""}),
        ("hold", {"account": ""}),
        ("freeze", {"expires_ms": None}),
        ("watch", {"expires_ms": None}),
        ("notice_to_holder", {"expires_ms": None}),
        ("return", {"amount_minor": 1_200_001}),
        ("return_notice", {"amount_minor": 1_199_999}),
    ],
)
def test_a_letter_that_leaves_something_out_is_refused(kind: str, changed: dict[str, Any]) -> None:
    with pytest.raises(InputError) as refused:
        letter(kind, **changed)
    assert refused.value.where == "order 42" and refused.value.what_zh and refused.value.remedy


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("hold", replace(FACTS, remedy=None)),
        ("freeze", replace(FACTS, remedy=Remedy(where=""))),
        ("hold", replace(FACTS, remedy=Remedy(where="x", submit=("nonsense",)))),
        ("return", replace(FACTS, payees=())),
        ("return_notice", replace(FACTS, notice_from_ms=None)),
        ("correction", replace(FACTS, reason="")),
        ("notice_to_holder", replace(FACTS, holder="")),
        ("query", replace(FACTS, issuer="")),
    ],
)
def test_facts_that_leave_something_out_are_refused(kind: str, facts: Facts) -> None:
    with pytest.raises(InputError):
        letter(kind, facts)


def test_unknown_kinds_and_languages_are_refused() -> None:
    with pytest.raises(InputError):
        letter_of(order(), FACTS, "arrest")
    with pytest.raises(InputError):
        sheets(letter(), "fr")
    with pytest.raises(InputError):
        sheets(letter(facts=replace(FACTS, zone="Mars/Base")))


@pytest.mark.parametrize(
    ("changed", "standing"),
    [
        ({"approvers": ""}, "draft"),
        ({"approvers": " , "}, "draft"),
        ({"state": "proposed"}, "draft"),
        ({"state": "withdrawn"}, "void"),
        ({"state": "declined", "approvers": ""}, "void"),
        ({"state": "approved"}, "issued"),
    ],
)
def test_what_nobody_approved_says_so_first(changed: dict[str, Any], standing: str) -> None:
    made = letter(**changed)
    assert made.standing == standing == json.loads(letter_json(made))["standing"]
    for sheet in sheets(made):
        assert bool(sheet.banner) == (standing != "issued")
    if standing != "issued":
        assert squeezed(sheets(made, "zh")[0].banner) in word_text(letter_docx(made, "zh"))


@pytest.mark.parametrize("kind", [kind for kind, form in KINDS.items() if form.masked])
def test_a_notice_is_masked_in_every_format(kind: str) -> None:
    made = letter(kind)
    everything = "\n".join([*(text for sheet in sheets(made) for text in words_of(sheet)), letter_json(made).decode()])
    assert ACCOUNT not in everything and "6222****0123" in everything
    assert ACCOUNT not in repr(made)
    assert "反馈_示例银行" not in everything
    if KINDS[kind].notice:
        for hidden in ("陈示例", "Example Person", "6228480012345678901", "欧阳小示"):
            assert hidden not in everything and hidden not in repr(made)
        assert made.notice_until_ms == AT + NOTICE_DAYS * 24 * HOUR
    assert json.loads(letter_json(made))["account"]["masked"] is True


def test_a_protective_hold_does_not_doubt_the_victim() -> None:
    text = "\n".join(words_of(sheets(letter(ground="protective_hold", innocent="none"), "zh")[0]))
    assert "被害人本人资金" in text and "善意取得" not in text


def test_a_correction_does_not_repeat_the_ground_as_one_that_holds() -> None:
    made = letter("correction")
    keys = [key for block in sheets(made, "zh")[0].blocks if isinstance(block, Pairs) for key, _ in block.rows]
    assert "原通报依据（已撤销）" in keys and "事实依据" not in keys
    assert json.loads(letter_json(made))["ground"]["holds"] is False
    assert made.evidence == () and made.expires_ms is None and made.remedy is None


def test_a_public_notice_about_a_freeze_names_the_law_of_returns() -> None:
    row = order("freeze", ground="traced_amount", law="procedure_239")
    made = letter_of(row, FACTS, "return_notice")
    assert (made.verb, made.ground, made.law) == ("freeze", "return_of_funds", "return_2016")
    assert made.ground in vocabulary("grounds") and made.law in vocabulary("order_laws")
    assert "到期自动解除" not in "\n".join(words_of(sheets(made, "zh")[0]))


# --- the formats


@pytest.mark.parametrize("kind", KINDS)
def test_word_says_what_the_sheet_says(kind: str) -> None:
    made = letter(kind)
    found = word_text(letter_docx(made))
    for sheet in sheets(made):
        for text in words_of(sheet):
            assert squeezed(text) in found, text


def test_word_is_settled() -> None:
    packed = letter_docx(letter())
    assert packed == letter_docx(letter())
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        assert {member.date_time for member in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in file.namelist() if "thumbnail" in name]
        body = file.read("word/document.xml").decode()
        styles = file.read("word/styles.xml").decode()
    assert 'w:w="11906"' in body and 'w:h="16838"' in body  # A4
    assert body.count('w:val="Title"') == 2 and body.count('w:val="Heading2"') >= 8
    assert 'w:eastAsia="宋体"' in styles and "w:tblHeader" in body


@needs_font
def test_pdf_gives_its_text_back() -> None:
    made = letter("return")
    assert letter_pdf(made, "en") == letter_pdf(made, "en")
    found = pdf_text(letter_pdf(made))
    for sheet in sheets(made):
        for text in words_of(sheet):
            assert squeezed(text) in found or len(text) > 20, text
    assert "人民币壹万贰仟元整" in found and "第1页，共4页" in found


@needs_font
def test_pdf_never_shows_another_character() -> None:
    made = letter(facts=replace(FACTS, holder="䶮𠮷ก" + "鑫" * 3000))
    found = pdf_text(letter_pdf(made, "zh"))
    assert "䶮𠮷" in found and "[U+0E01]" in found
    assert found.count("鑫") == 3000  # a row higher than a page goes on on the next


def test_a_file_that_is_no_font_is_refused(tmp_path: Path) -> None:
    for name in ("no.ttf", "no.ttc"):
        (tmp_path / name).write_bytes(b"not a font")
        with pytest.raises(InputError):
            letter_pdf(letter(), "zh", [tmp_path / name])
    with pytest.raises(InputError):
        letter_pdf(letter(), "zh", [tmp_path / "absent.ttf"])


def test_json_is_for_machines() -> None:
    made = json.loads(letter_json(letter(follows=40)))
    assert made["schema"] == "fanzha.order/1"
    assert made["amount"] == {"minor": 1_200_000, "currency": "CNY", "exponent": 2, "capitals": "人民币壹万贰仟元整"}
    assert made["times"]["expires"] == "2024-03-07T13:15:00.000Z" and made["times"]["zone"] == "Asia/Shanghai"
    assert made["follows"] == 40 and made["ground"]["code"] == "traced_amount" and made["ground"]["zh"]
    assert [row["row"] for row in made["evidence"]] == [27, 13, 12]  # by moment
    assert made["recipient"] == {"en": "示例工商银行", "zh": "示例工商银行"}
    assert json.loads(letter_json(letter("query")))["amount"] is None
    assert iso(None) is None and iso(-1) == "1969-12-31T23:59:59.999Z"


@settings(deadline=None, max_examples=10)
@given(st.permutations(FACTS.evidence))
def test_the_order_of_evidence_and_payees_does_not_matter(evidence: list[Evidence]) -> None:
    shuffled = replace(FACTS, evidence=tuple(evidence), payees=FACTS.payees[::-1])
    for kind in ("hold", "return", "return_notice"):
        assert letter(kind, shuffled) == letter(kind)


# --- hostile input


@cache
def attacked() -> Letter:
    hidden = "\u202e\u200b\u2066\u061c\U000e0041\x00\x1b\ud800\ufffe"
    texts = [*ATTACKS, "]]></w:t>&amp;<w:p/>", hidden, "a\tb\nc\r\nd", "{n}{total}{nb}{body}", "%s%d"]
    bad = "".join(texts)
    payees = (Payee(bad, bad, bad, 1_200_000, 1_200_000),)
    facts = Facts(
        issuer=bad,
        recipient=bad,
        holder=bad,
        bank=Said(bad, bad),
        reason=bad,
        remedy=Remedy(bad, bad),
        evidence=(Evidence(bad, 1, None, None, bad), Evidence(bad, -1, AT, 5, "CNY")),
        payees=payees,
    )
    row = order("return", account=bad, case_id=bad, proposer=bad, approvers=bad, ground=bad, law=bad, innocent=bad)
    return letter_of(row, facts)


SEEN = "</script><img src=x onerror=\"window.hacked='img'\">"
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def test_hostile_text_is_shown_and_does_nothing() -> None:
    made = attacked()
    for sheet in sheets(made):
        for text in words_of(sheet):
            assert not UNSEEN.search(text) and "\n" not in text
    raw = letter_json(made).decode()
    assert not UNSEEN.search(raw) and json.loads(raw)["payees"][0]["name"] == clear(made.payees[0].name)
    packed = letter_docx(made)
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        assert b"<script>" not in file.read("word/document.xml")
    found = word_text(packed)
    assert squeezed(SEEN) in found and squeezed(clear(made.holder)) in found
    assert squeezed("{n}{total}{nb}{body}") in found


@needs_font
def test_hostile_text_in_a_pdf() -> None:
    found = pdf_text(letter_pdf(attacked(), "en"))
    assert squeezed(SEEN) in found and "\\u202e" in found and found.count("恶意账户名") >= 60


# --- lines

PROSE = st.text(alphabet="中文账户，。（）“”《》 abcDE12.,-()￥한é", max_size=120).map(clear)


def wide(text: str) -> float:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


@settings(deadline=None, max_examples=300)
@given(PROSE, st.integers(2, 40))
def test_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    cut = lines(text, width, wide)
    assert "".join(cut).replace(" ", "") == text.replace(" ", "")
    assert all(wide(line) <= width for line in cut)


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    text = (
        "请立即就下列账户内的所列金额（人民币 12,000.00 元）予以止付，至所列时间为止。“依据”见下；（一）止付以所列金额为限。"
        * 3
    )
    for width in range(16, 60):
        for line in lines(text, width, wide):
            assert line[0] not in "，。；）”" and line[-1] not in "（“", (width, line)
    assert lines("", 10, wide) == [""]
    assert "12,000.00" in lines("金额 12,000.00 元", 10, wide)


def test_a_correction_after_a_part_was_lifted_says_what_still_holds() -> None:
    whole, partly = (letter("correction", replace(FACTS, left_minor=left)) for left in (None, 300_000))
    said = [
        " ".join(block.text for block in sheets(one, "en")[0].blocks if isinstance(block, Sentence))
        for one in (whole, partly)
    ]
    assert "no longer does" in said[0] and "a part of the money only" in said[1]
    assert "3,000.00" in str(sheets(partly, "zh")) and "3,000.00" not in str(sheets(whole, "zh"))
