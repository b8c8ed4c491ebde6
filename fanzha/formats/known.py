"""Every format there is, and which of them a file is: decided on content, never on its name."""

from collections.abc import Iterator

from fanzha.errors import NotFound, UnreadableFile
from fanzha.formats.alipay_details import AlipayDetails
from fanzha.formats.bank_feedback import BankFeedback
from fanzha.formats.bitcoin import INPUTS, OUTPUTS
from fanzha.formats.call_records import CONSUMER, INVESTIGATIVE
from fanzha.formats.chain_transfers import ChainTransfers
from fanzha.formats.chats import CHATS
from fanzha.formats.docx import Docx
from fanzha.formats.grid import Format, Reading, Recognition, Source
from fanzha.formats.indian_call_records import IndianCallRecords
from fanzha.formats.iso20022 import STATEMENT, TRANSFER
from fanzha.formats.mail import Mail
from fanzha.formats.mapping import Mapping
from fanzha.formats.narrative import Narrative
from fanzha.formats.pdf import Pdf
from fanzha.formats.platform_reply import PlatformReply
from fanzha.formats.sheets import open_sheets
from fanzha.formats.table import AnyTable
from fanzha.formats.tenpay import TenpayRegistration, TenpayTrades
from fanzha.formats.wallet_bills import WalletBills

SCORE_MIN = 50
TABLE = AnyTable()
FORMATS: tuple[Format, ...] = (
    Mail(),
    Docx(),
    Pdf(),
    *CHATS,
    BankFeedback(),
    PlatformReply(),
    TenpayTrades(),
    TenpayRegistration(),
    AlipayDetails(),
    WalletBills(),
    STATEMENT,
    TRANSFER,
    ChainTransfers(),
    OUTPUTS,
    INPUTS,
    IndianCallRecords(),
    CONSUMER,
    INVESTIGATIVE,
    Narrative(),
    TABLE,
)


def recognise(source: Source) -> list[Recognition]:
    """What each format says, best first; formats that see nothing of theirs are left out. Never raises on any bytes."""
    said = [format_.recognise(source) for format_ in FORMATS]
    order = {format_.name: index for index, format_ in enumerate(FORMATS)}
    return sorted((r for r in said if r.score > 0), key=lambda r: (-r.score, order[r.format]))


def best(source: Source) -> Recognition:
    """The format the file is read with. Raises UnreadableFile where none is sure enough (SCORE_MIN), with the reason."""
    found = recognise(source)
    if found and found[0].score >= SCORE_MIN:
        return found[0]
    open_sheets(source)  # says why, where a table is there that cannot be opened
    why = f" (nearest: {found[0].format}, {found[0].why_en})" if found else ""
    why_zh = f"(最接近:{found[0].format},{found[0].why_zh})" if found else ""
    raise UnreadableFile(
        f"no reader makes sense of this file{why}",
        f"无法识别该文件{why_zh}",
        where=source.name,
        remedy="Ask the sender for the text or table behind it, or describe it with `fanzha map`",
        remedy_zh="请向来源方索取可读的文本或表格,或用 fanzha map 说明其结构",
    )


def named(name: str) -> Format:
    """The format of that name. Raises NotFound."""
    for format_ in FORMATS:
        if format_.name == name:
            return format_
    names = ", ".join(format_.name for format_ in FORMATS)
    raise NotFound(f"no format {name!r}; one of {names}", f"没有格式“{name}”,可选:{names}")


def read(name: str, source: Source, mapping: Mapping | None = None) -> Iterator[Reading]:
    """Everything in the file by the format `name`; with a mapping, by that mapping whatever the format."""
    if mapping is not None:
        return TABLE.read_with(source, mapping)
    return named(name).read(source)
