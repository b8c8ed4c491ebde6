"""The options of the commands about orders, appeals and returns."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Said = Annotated[str, Parameter(show_default=False)]
Verb = Literal["hold", "freeze", "query", "query_holder", "watch", "all_accounts"]
Deed = Literal["approve", "decline", "withdraw", "send", "reply", "refused", "extend", "review", "lift"]
Party = Literal["holder", "victim", "other"]


@Parameter(name="*")
@dataclass(frozen=True)
class Wanted:
    """What is to be ordered."""

    step: Annotated[int, Parameter(show_default=False)] = 0
    "Adopt a proposed step of the case by its number; with ACCOUNT only if it is about that account / 采纳第几条建议（写明账号则核对对象）."
    verb: Verb = "hold"
    "What to order / 指令类型."
    amount: Said = ""
    "Amount, as 12000.50; never more than is in dispute there; of a freeze that follows a hold what that holds / 金额."
    currency: Said = ""
    "ISO 4217 code, where several are in dispute / 币种."
    body: Said = ""
    "Bank or payment body, where no file names it / 收受机构."
    follows: Annotated[int, Parameter(show_default=False)] = -1
    "With --verb freeze: the hold that it follows, which ends with it / 所续止付指令."
    ground: Said = ""
    "Code of the ground, where it is not the usual one / 依据代码."
    law: Said = ""
    "Code of the law, where it is not the usual one; procedure_243_year for a freeze of a year / 法律依据代码."


@Parameter(name="*")
@dataclass(frozen=True)
class Done:
    """What is done with an order."""

    do: Annotated[Deed | None, Parameter(show_default=False)] = None
    "approve or decline a proposal, withdraw one not sent, send it, record a reply or that it was refused, extend, review, lift / 操作."
    amount: Said = ""
    "Amount held, returned or lifted, or that a review leaves frozen, as 12000.50 / 金额."
    body: Said = ""
    "To whom it is sent, where the order names nobody / 收受机构."
    ground: Said = ""
    "With lift: code of the ground, such as living_expenses / 解除依据代码，如 living_expenses."
    law: Said = ""
    "With extend: code of the law; procedure_243_year where a freeze goes on for a year / 续冻法律依据代码."
    outcome: Annotated[Literal["keep", "reduce", "lift"] | None, Parameter(show_default=False)] = None
    "With review: what it comes to; reduce names what stays with --amount / 复核结果."
    days: Annotated[int | None, Parameter(show_default=False)] = None
    "With review: in how many days the next one is due, 30 if left open / 几日后再次复核."


@Parameter(name="*")
@dataclass(frozen=True)
class Paper:
    """The letter about an order."""

    letter: Annotated[Path | None, Parameter(show_default=False)] = None
    "Write its letter: a file that ends in .docx, .pdf or .json / 文书文件."
    kind: Said = ""
    "Another letter: notice_to_holder, correction, return_notice / 其他文书."
    text: Literal["both", "zh", "en"] = "both"
    "Language of the letter / 文书语言."
    issuer: Said = ""
    "Who issues the letter / 签发单位."


@Parameter(name="*")
@dataclass(frozen=True)
class Appealed:
    """An appeal, and what is done with it."""

    text: Said = ""
    "What the holder says / 申诉内容."
    by: Party = "holder"
    "Who appeals / 申诉人."
    number: Annotated[int | None, Parameter(show_default=False)] = None
    "An appeal, by its number / 申诉编号."
    checker: Said = ""
    "With --number: who checks it; nobody who had a part in the order / 复核人."
    decide: Annotated[Literal["upheld", "partly", "rejected"] | None, Parameter(show_default=False)] = None
    "With --number: the decision; what is upheld is lifted at once / 决定."
    amount: Said = ""
    "With --decide partly: the amount lifted / 解除金额."
    told: Said = ""
    "With --number or --withdrawn: the body that a correction was sent to, or the correction's name / 已发送更正的机构."
    withdrawn: Annotated[int | None, Parameter(show_default=False)] = None
    "With --told: the withdrawn admission that the correction is about / 更正所涉的已撤回资料."


@Parameter(name="*")
@dataclass(frozen=True)
class Objection:
    """An objection to a return."""

    object_to: Said = ""
    "Take in an objection: the payment (3-17-1) concerned / 异议所涉付款."
    asks: Literal["with", "without"] = "without"
    "That the payment should count, or should not / 应计入或不应计入."
    text: Said = ""
    "What the objection says / 异议内容."
    by: Party = "victim"
    "Who objects / 异议人."


NO_WANTED, NO_DONE, NO_PAPER, NO_APPEAL, NO_OBJECTION = Wanted(), Done(), Paper(), Appealed(), Objection()
