"""Identifiers in free text that a label before them makes, or a check digit strong enough to need none.

By label: SIM cards (ICCID, IMSI), credit codes, app identifiers, hashes of files and fingerprints of certificates, bank
numbers (CNAPS, BIC), cells, addresses. By check digits alone: IBANs (two digits, length and structure) and credit codes (two
check characters, department and class); after a label an IBAN that fails them is kept as such.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from fanzha.clean import address, app, bic, cell, certificate, cnaps, credit_code, iban, iccid, imsi
from fanzha.clean.phrases import Labels
from fanzha.clean.value import Value

_LINK: Final = r"\s{0,2}(?:号码?|码|编号|no\.?|number)?\s{0,2}(?:是|为|[:=#])?\s{0,2}"
_SIM_CARD: Final = re.compile(
    rf"(?:iccid|sim ?卡(?:串号|编号|号码?|卡号)|sim ?card ?(?:no\.?|number)){_LINK}"
    r"(89[0-9*](?:[ \-]?[0-9A-Za-z*]){14,17})(?![0-9A-Za-z*])",
    re.IGNORECASE,
)
_SUBSCRIBER: Final = re.compile(rf"imsi{_LINK}([0-9]{{3}}(?:[ \-]?[0-9*]){{11,12}})(?![0-9A-Za-z*])", re.IGNORECASE)
_CREDIT: Final = re.compile(
    rf"(?:信用代码|信用号码?|unified social credit (?:code|identifier)|uscc){_LINK}"
    r"([0-9A-Za-z](?:[ \-]?[0-9A-Za-z*]){17})(?![0-9A-Za-z*])",
    re.IGNORECASE,
)
_APP: Final = re.compile(
    r"(?:包名|应用标识|(?<![A-Za-z])(?:package(?: ?name)?|bundle ?id(?:entifier)?|application ?id)\s{0,2}(?:is\s|是|为|[:=]))"
    r"\s{0,2}(?:是|为|[:=])?\s{0,2}([A-Za-z][A-Za-z0-9_\-]{0,62}(?:\.[A-Za-z0-9_\-]{1,63}){1,11})(?![A-Za-z0-9_\-@])",
    re.IGNORECASE,
)
_BANK_NUMBER: Final = re.compile(
    rf"(?:联行号|(?<!银)行号|cnaps(?: ?code)?){_LINK}([0-9]{{12}})(?![0-9A-Za-z])", re.IGNORECASE
)
# "swift delivery" is prose: a sign must stand between, and the code in capitals
_BIC: Final = re.compile(
    r"(?<![A-Za-z])(?i:swift(?:[/ -]?bic)?|bic(?:[/ -]?swift)?)\s{0,2}(?:(?i:code)|代码|代号|号码?|码)?\s{0,2}(?:(?i:is)\s|是|为|[:=])"
    r"\s{0,2}([0-9A-Z]{4}[A-Z]{2}[0-9A-Z]{2}(?:[0-9A-Z]{3})?)(?![0-9A-Za-z])"
)
_HEX_NUMBER: Final = r"(?:0x)?[0-9a-f]{1,9}"
_CELL: Final = re.compile(
    rf"(?:基站(?:小区|位置)?|小区(?=号|编号|码)|(?<![a-z])(?:e|n)?cgi|(?<![a-z])cell ?id){_LINK}"
    rf"([0-9]{{3}}[\-_:][0-9]{{2,3}}(?:[\-_:]{_HEX_NUMBER}){{1,2}}|[0-9]{{1,8}}-[0-9]{{1,11}})(?![0-9A-Za-z\-])",
    re.IGNORECASE,
)
_CELL_PARTS: Final = re.compile(
    rf"(?<![a-z])((?:mcc\s?[:=]?\s?[0-9]{{3}}[ ,;/|]{{1,2}}mnc\s?[:=]?\s?[0-9]{{2,3}}[ ,;/|]{{1,2}})?(?:lac/tac|lac|tac)\s?[:=]?\s?{_HEX_NUMBER}"
    rf"[ ,;/|]{{1,2}}(?:cell ?id|cid|eci|nci|ci)\s?[:=]?\s?{_HEX_NUMBER})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
# up to where a sign or the label of something else follows; a row of six digits or more is no number of a house
_ADDRESS: Final = re.compile(
    r"(?:(?<!网)(?<!钱包)(?<!邮箱)(?<!邮件)(?<!链接)(?<!收款)(?<!包)地址|住址|住所)\s{0,2}(?:是|为|在|[:])\s{0,2}"
    r"((?:[\u4e00-\u9fffA-Za-z#*()\-]|[0-9]{1,5}(?![0-9])){6,80}?)"
    r"(?=电话|手机|联系|收件|收货|收款|姓名|邮编|被骗|被诈|转账|汇款|对方|[^\u4e00-\u9fffA-Za-z0-9#*()\-]|[0-9]{6}|$)"
)
_ADDRESS_LATIN: Final = re.compile(
    r"(?<![a-z])(?<!mail )(?<!ip )(?<!web )(?<!wallet )address\s?(?:is\s|:)\s?([0-9A-Za-z][0-9A-Za-z ,'#/()\-]{9,100})(?=[.;\n]|$)",
    re.IGNORECASE,
)
# not the tail of a longer row of pairs with colons
_HASH: Final = re.compile(
    r"(?<![0-9A-Za-z])(?<![^0-9A-Za-z][0-9A-Fa-f]{2}:)"
    r"(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32}|[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){15,31})(?![0-9A-Za-z]|:[0-9a-fA-F])"
)
_CERTIFICATE_LABEL: Final = re.compile(r"证书|签名|指纹|fingerprint|thumbprint|certificate|cert ")
_FILE_LABEL: Final = re.compile(r"md-?5|sha-?(?:1|256)|文件哈希|file hash|apk")
_TRANSACTION_LABEL: Final = re.compile(r"交易|转账|区块|链上|tx|transaction|block")  # their hashes have 64 digits too
_BEFORE: Final = 24
_DIGIT: Final = re.compile("[0-9]")
# what comes first is a set of characters, so that the search skips Chinese text fast
_BARE_CREDIT: Final = re.compile(r"[1-9ANY][1-9][0-9]{6}(?<![0-9A-Za-z].{8})[0-9A-HJ-NP-RTUWXY]{10}(?![0-9A-Za-z])")
_IBAN_LABEL: Final = re.compile(
    r"iban\s{0,2}(?:number|no\.?|号码?|账号|帐号)?\s{0,2}(?:is|是|为|[:=#])?\s{0,2}$", re.IGNORECASE
)
_IBAN_DIGITS: Final = re.compile(r"[0-9](?<=[A-Za-z]{2}.)[0-9](?<![0-9A-Za-z].{4})(?= ?[0-9A-Za-z])")
_PRINTED: Final = re.compile(r"[0-9A-Za-z](?: ?[0-9A-Za-z])*")
_GROUP: Final = re.compile(r"[0-9A-Za-z]+")
_LENGTH_MAX: Final = 34

# label's words, of which one must occur at all; pattern; parser
_LABELS: Final[tuple[tuple[tuple[str, ...], re.Pattern[str], Callable[[str], Value | None]], ...]] = (
    (("iccid", "sim"), _SIM_CARD, iccid.parse),
    (("imsi",), _SUBSCRIBER, imsi.parse),
    (("信用", "credit", "uscc"), _CREDIT, credit_code.parse),
    (("包名", "标识", "package", "bundle", "application"), _APP, app.parse),
    (("行号", "cnaps"), _BANK_NUMBER, cnaps.parse),
    (("swift", "bic"), _BIC, bic.parse),
    (("基站", "小区", "cgi", "cell"), _CELL, cell.parse),
    (("lac", "tac"), _CELL_PARTS, cell.parse),
    (("地址", "住址", "住所"), _ADDRESS, address.parse),
    (("address",), _ADDRESS_LATIN, address.parse),
)
_NO_CODE: Final = frozenset(("country", "not_reversed"))  # problems that say a word was read, not a code
_HASH_WORDS: Final = ("md5", "md-5", "sha", "指纹", "签名", "证书", "print", "cert", "哈希", "hash", "apk")
_MET: Final = Labels((*_HASH_WORDS, *(word for words, _, _ in _LABELS for word in words)))


def scan(folded: str, lower: str) -> Iterator[tuple[int, int, Value]]:
    """(start, end, value) of what a label or a check digit tells in folded text; `lower` is the same in lower case."""
    met = _MET.met(lower)
    for words, pattern, parse in _LABELS if met else ():
        if met.isdisjoint(words):
            continue
        for found in pattern.finditer(folded):
            value = parse(found[1])
            if value is not None and value.problem not in _NO_CODE:
                yield *found.span(1), value
    if len(folded) >= 32 and not met.isdisjoint(_HASH_WORDS):
        yield from _hashes(folded, lower)
    if len(folded) >= 15 and _DIGIT.search(folded):
        yield from _ibans(folded)
        yield from _credit_codes(folded)


def _hashes(folded: str, lower: str) -> Iterator[tuple[int, int, Value]]:
    for found in _HASH.finditer(folded):
        before = lower[max(0, found.start() - _BEFORE) : found.start()]
        # the label of another value in the same list is not this one's
        before = re.split(r"[,;。\n]", before)[-1]
        if _TRANSACTION_LABEL.search(before):
            continue
        signed = _CERTIFICATE_LABEL.search(before) is not None
        if signed or _FILE_LABEL.search(before):
            value = certificate.parse(found[0]) if signed else app.parse(found[0])
            if value is not None:
                yield *found.span(), value


def _ibans(folded: str) -> Iterator[tuple[int, int, Value]]:
    """IBANs whose check digits hold: as many characters as the country's have, whatever follows after a space.

    After the label IBAN also those that fail, as long as the country's are, or shorter up to the last group with a digit.
    """
    lengths = iban.structures()
    for digits in _IBAN_DIGITS.finditer(folded):
        start = digits.start() - 2
        known = lengths.get(folded[start : start + 2].upper())
        if known is None:
            continue
        said = _IBAN_LABEL.search(folded, max(0, start - _BEFORE), start) is not None
        run = _PRINTED.match(folded, start, start + 2 * _LENGTH_MAX)
        if run is None:
            continue
        end = _place_of(run[0], known[0])
        glued = end is not None and _GROUP.match(folded, start + end) is not None
        if end is None or glued:
            if not said:
                continue
            end = _last_digit_group(run[0])
        value = iban.parse(folded[start : start + end])
        if value is not None and (value.valid or said):
            yield start, start + end, value


def _last_digit_group(run: str) -> int:
    """Where the last group that has a digit ends: the words after it are none of the number."""
    ends = [found.end() for found in _GROUP.finditer(run) if any(c.isdigit() for c in found[0])]
    return ends[-1]


def _place_of(run: str, count: int) -> int | None:
    """Where the first `count` characters that are no spaces end; None when there are fewer."""
    if len(run) < count:
        return None
    end = count
    while (missing := count - (end - run.count(" ", 0, end))) > 0:
        end += missing
        if end > len(run):
            return None
    return end


def _credit_codes(folded: str) -> Iterator[tuple[int, int, Value]]:
    """Codes without a label: both check characters hold, and 18 digits alone must begin as a company's do."""
    for found in _BARE_CREDIT.finditer(folded):
        code = found[0]
        if code.isdigit() and code[:2] not in ("91", "92", "93"):
            continue
        value = credit_code.parse(code)
        if value is not None and value.valid and credit_code.organisation_holds(code):
            yield *found.span(), value
