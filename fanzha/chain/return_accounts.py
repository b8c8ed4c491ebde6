"""The printable account of a return, written from a workspace."""

from pathlib import Path

from fanzha.chain.returning_computed import make_returns, notices_of
from fanzha.chain.workspace import Workspace
from fanzha.document.page import Stamp
from fanzha.document.return_account import return_html
from fanzha.document.return_fill import return_page
from fanzha.model.version import VERSION
from fanzha.store.disk import storage


def write_return_account(
    workspace: Workspace, case_id: str, path: Path, lang: str = "zh", where: str = "", zone: str = "Asia/Shanghai"
) -> int:
    """Write the account of every frozen account that money of a case came into, as a page to print; its bytes.

    Accounts without a freeze in force are drafts, and say so. `where`: who takes objections in.
    """
    case = workspace.case(case_id).id
    engine, entries, moment = workspace.engine, workspace.record.journal.entries(), workspace.as_of()
    stamp = Stamp(moment, zone, VERSION, lang)
    try:
        make_returns(engine, entries, moment, drafts=True)
        page = return_html(return_page(engine, case, stamp, notices_of(entries), where))
    finally:
        make_returns(engine, entries, moment, drafts=False)
    with storage(path):
        path.write_text(page, encoding="utf-8")
    return len(page.encode())
