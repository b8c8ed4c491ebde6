"""The commands about money: where it can have gone, what is in dispute in an account, which patterns its movements show."""

from typing import Annotated, Literal

from cyclopts import Parameter

from fanzha.show.options import NO_COMMON, Common, open_terminal, open_workspace


def trace(
    start: str,
    /,
    *,
    back: Annotated[bool, Parameter(negative="")] = False,
    hops: int = 4,
    holders: Annotated[bool, Parameter(negative="")] = False,
    limit: int = 40,
    common: Common = NO_COMMON,
) -> None:
    """Follow money from a payment, a case or an account, tier by tier, in the order of time.

    Parameters
    ----------
    start
        A case (3-17), a transfer (t123) or an account / 案件编号、转账序号（t123）或账号.
    back
        Where it can have come from instead / 反向追溯来源.
    hops
        Tiers to follow / 追踪层数.
    holders
        Who holds the money now, first in first out / 现在谁持有（先进先出）.
    limit
        Rows shown / 显示行数.
    """
    terminal = open_terminal(common)
    from fanzha.show import moneys

    with terminal.working(), open_workspace(common, terminal) as workspace:
        if "****" in start:  # copied from a screen
            from fanzha.chain.accounts import account_meant

            workspace.refresh()
            start = account_meant(workspace.engine, start)
        if holders:
            found = workspace.holders(start)
            terminal.finish()
            moneys.holders(terminal, start, found, limit)
            return
        trail = workspace.trail(start, back=back, hops_max=hops)
        terminal.finish()
        moneys.trail(terminal, start, trail, limit)


def money(
    account: str,
    /,
    *,
    case: Annotated[str, Parameter(show_default=False)] = "",
    rule: Literal["fifo", "lifo", "proportional", "lowest_balance", "poison"] = "fifo",
    limit: int = 30,
    common: Common = NO_COMMON,
) -> None:
    """What is in dispute in an account, by each rule, row by row; what its holder may be; the orders on it.

    Parameters
    ----------
    account
        The account as statements have it, or masked as it is shown / 账号（可按打码显示填写）.
    case
        Only this case / 仅此案件.
    rule
        Rule by which the rows are explained / 逐行说明所用归属规则.
    limit
        Rows shown, of a statement the latest / 显示行数（流水显示最近的）.
    """
    terminal = open_terminal(common)
    from fanzha.show import moneys

    with terminal.working(), open_workspace(common, terminal) as workspace:
        found = workspace.account(account, case_id=case, rule=rule)
        terminal.finish()
        moneys.account(terminal, found, rule, limit)


def patterns(
    case: Annotated[str, Parameter(show_default=False)] = "",
    /,
    *,
    limit: int = 30,
    common: Common = NO_COMMON,
) -> None:
    """Patterns in the movements of accounts that disputed money reached, each with its innocent explanation.

    Parameters
    ----------
    case
        Only this case / 仅此案件.
    limit
        Rows shown / 显示行数.
    """
    terminal = open_terminal(common)
    from fanzha.show import moneys

    with terminal.working(), open_workspace(common, terminal) as workspace:
        found = workspace.dealt(case)
        terminal.finish()
        moneys.patterns(terminal, found, limit)
