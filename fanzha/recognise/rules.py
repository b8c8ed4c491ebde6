"""Rules over signs, readable by an officer: which signs together speak for what, and how often they may be wrong.

A rule is on only while its measured false alarms are within its friction budget (`fanzha/recognise/friction.yaml`, made by
`bench/friction.py`): a warning that is often wrong teaches people to ignore all warnings.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.recognise import friction
from fanzha.recognise.prepared import DISGUISED, IDENTIFIER_SIGNS, Prepared

_ANY = frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)  # each is itself alone: quick to remember by
class Rule:
    """One rule: holds where each set of `needs` has a sign in the text and none of `without` is there.

    points          natural logarithm of the odds it adds where rules judge alone; negative speaks for an honest sender
    budget_permille texts of honest senders per thousand that it may hit; 0 for a rule that warns of nothing
    lure            what comes before the message: job_abroad, mule, data_trade, sim_box, leads, gambling, recovery; else ""
    """

    code: str
    en: str
    zh: str
    points: float
    budget_permille: int
    needs: tuple[frozenset[str], ...]
    without: frozenset[str] = field(default_factory=frozenset)
    kind: str = ""
    lure: str = ""

    def say(self, lang: str) -> str:
        """The rule in words ("zh" or "en")."""
        return self.zh if lang == "zh" else self.en

    def holds(self, present: frozenset[str]) -> bool:
        """Whether it holds for the signs present."""
        return not (self.without & present) and all(present & one for one in self.needs)

    def mark(self) -> str:
        """A short digest of when it holds: false alarms counted for another mark were counted for another rule."""
        what = repr([*map(sorted, self.needs), sorted(self.without)])
        return blake2b(what.encode(), digest_size=6).hexdigest()


def _of(*codes: str) -> frozenset[str]:
    return frozenset(codes)


_OFFICE: Final = _of("police", "court", "government")
_FIRM: Final = _of("bank", "payment_firm", "telecom", "tech_firm", "social_platform", "utility", "government")
_ACT: Final = _of("click_link", "has_link", "call_back", "contact_me")
_TROUBLE: Final = _of("account_problem", "unusual_activity", "purchase_not_made")
_PAY: Final = _of("transfer_money", "pay_fee", "gift_card", "coins")
_HONEST: Final = _of("warning", "never_ask")
_OWN_PAGE: Final = _HONEST | _of("link_own")
# What no ordinary talk asks for: everyday words around it excuse nothing.
_NEVER_TALK: Final = _of(
    *("code_to_caller", "exposure", "intimate_pictures", "soldier_far", "cash_hand_over", "home_unseen", "gain_taught"),
    *("guess_who", "stranger_warm", "pay_to_work", "job_tasks", "sure_gain", "safe_account", "job_abroad", "card_rent"),
    *("run_points", "case_against", "lost_before", "gift_card", "boss", "link_brand", "link_bait", "link_file"),
    *("remote_tool", "screen_share", "goods_cheap"),
)
# An address of a kind that firms and offices do not use.
_ODD: Final = _of("link_odd_tld", "link_ip", "link_brand", "link_file", "link_free_host")
_AWAY: Final = _of("off_platform", "join_group", "link_chat")

RULES: Final[tuple[Rule, ...]] = (
    Rule("safe_account", "money is to go to a safe account", "要求将资金转入“安全账户”", 5.0, 1,
         (_of("safe_account"),), _HONEST, "T08"),
    Rule("office_case_money", "an office, a case and money or secrecy", "机关名义、涉案、又要钱或保密", 4.0, 1,
         (_OFFICE, _of("case_against"), _PAY | _of("secrecy", "isolation", "screen_share", "call_back", "give_code")), _HONEST, "T08"),
    Rule("office_case", "an office says you are in a case", "自称机关并称您涉案", 2.5, 2, (_OFFICE, _of("case_against")), _HONEST | _of("work_talk"), "T08"),
    Rule("case_act", "you are in a case, and must hide, show a screen or pay", "称您涉案，又要求保密、独处、共享屏幕或转账", 4.0, 1,
         (_of("case_against"), _of("secrecy", "isolation", "screen_share", "safe_account", "transfer_money", "pay_fee")), _HONEST, "T08"),
    Rule("alone_and_secret", "you are to be alone and tell nobody", "要求独处并保密", 3.0, 1,
         (_of("isolation"), _of("secrecy", "safe_account")), _HONEST | _of("everyday"), "T08"),
    Rule("office_threat_act", "an office threatens and wants an act", "机关名义威胁并要求操作", 2.0, 2,
         (_OFFICE | _of("utility"), _of("threat"), _ACT | _PAY), _HONEST | _of("work_talk", "opt_out"), "T08"),
    Rule("office_away", "an office that leads to a chat or an app for a matter that hurries or costs", "自称机关，就催办或涉费事项引至加好友、装软件", 3.0, 1,
         (_OFFICE, _AWAY | _of("install_app"), _of("urgency", "debt", "threat", "refund", "case_against", "account_problem")), _HONEST | _of("work_talk", "opt_out"), "T08"),
    Rule("screen_with_money", "screen or remote control in a matter of money", "涉钱事项要求共享屏幕或远程控制", 4.0, 1,
         (_of("screen_share", "remote_tool"), _FIRM | _of("refund", "shop_service", "police", "credit_record", "purchase_not_made", "airline")), _HONEST),
    Rule("account_link", "account trouble and a link to act on", "称账户异常并附链接", 3.0, 2,
         (_TROUBLE, _of("has_link", "click_link", "log_in")), _OWN_PAGE | _of("otp_notice", "work_talk"), "T12"),
    Rule("points_link", "a bank or a firm, something that runs out, and a link", "称积分、服务到期并附链接", 2.0, 2,
         (_of("bank", "payment_firm", "telecom", "airline"), _of("expiry"), _of("has_link", "log_in")), _OWN_PAGE | _of("opt_out", "otp_notice", "balance_notice"), "T12"),
    Rule("log_in_link", "log in or verify by a link", "要求通过链接登录或核实", 2.0, 3, (_of("log_in"), _of("has_link", "click_link")), _OWN_PAGE | _of("work_talk", "opt_out")),
    Rule("code_wanted", "a code, password or card number is asked for", "索要验证码、密码或卡号", 3.0, 3,
         (_of("give_code"),), _HONEST | _of("otp_notice")),
    Rule("code_to_caller", "the code that was just sent is to be read out", "要求读出刚收到的验证码", 4.0, 1, (_of("code_to_caller"),), _HONEST | _of("otp_notice"), "T12"),
    Rule("secret_for_gift", "a gift or a refund that wants your PIN, password or card", "以领红包、退款为由，扫码或点链接并索要密码、卡号", 3.0, 1,
         (_of("gift", "refund", "prize", "subsidy"), _of("give_code"), _of("click_link", "off_platform", "transfer_money")), _OWN_PAGE | _of("opt_out", "service_talk"), "T12"),
    Rule("notice_link", "a fine, a funeral, a wedding or a health notice by a link or a file", "以罚单、讣告、请帖、体检等通知诱点链接或装软件", 2.0, 2,
         (_of("notice_view"), _of("has_link", "click_link", "install_app", "link_file")), _OWN_PAGE | _of("opt_out", "work_talk"), "T12"),
    Rule("notice_odd", "a fine, a funeral, a wedding or a health notice by an app or an odd address", "以罚单、讣告、请帖、体检等通知诱装软件或点异常网址", 3.5, 1,
         (_of("notice_view"), _ODD | _of("install_app")), _OWN_PAGE | _of("opt_out", "work_talk"), "T12"),
    Rule("firm_odd", "an office or a firm wants an act at an odd address", "自称机关或企业，要求在异常网址办理", 3.0, 2,
         (_OFFICE | _FIRM | _of("courier"), _ODD,
          _TROUBLE | _of("expiry", "threat", "debt", "refund", "parcel_problem", "subsidy", "prize", "log_in", "give_code", "notice_view")),
         _OWN_PAGE | _of("opt_out", "work_talk", "otp_notice"), "T12"),
    Rule("parcel_link", "parcel trouble and a link or a fee", "称包裹异常并附链接或收费", 3.0, 2,
         (_of("parcel_problem"), _of("has_link", "click_link", "log_in", "off_platform", "give_code", "screen_share", "install_app") | _PAY), _OWN_PAGE | _of("work_talk", "opt_out"), "T04"),
    Rule("caller_leads_away", "a caller from an office or a firm who leads to a chat, an app or a screen", "来电自称机关或客服，引至加好友、装软件、共享屏幕", 3.0, 2,
         (_of("call_back"), _AWAY | _of("install_app", "screen_share", "remote_tool")), _HONEST | _of("opt_out")),
    Rule("refund_contact", "a refund through a link, a chat or a shared screen", "退款理赔须点链接、加好友或共享屏幕", 3.0, 2,
         (_of("refund"), _of("shop_service", "courier", "airline", "parcel_problem", "flight_change"),
          _of("has_link", "click_link", "screen_share", "give_code") | _AWAY), _OWN_PAGE | _of("work_talk", "opt_out"), "T04"),
    Rule("flight_refund", "flight cancelled, refund by telephone or link", "称航班取消，以电话或链接办理退改", 3.0, 2,
         (_of("flight_change"), _of("refund", "contact_me", "call_back", "click_link", "install_app", "give_code") | _PAY), _OWN_PAGE, "T14"),
    Rule("subsidy_link", "a subsidy by a link", "补贴须点链接领取", 3.0, 2, (_of("subsidy"), _of("has_link", "click_link", "log_in", "off_platform")), _OWN_PAGE, "T12"),
    Rule("loan_easy", "a loan without checks", "免审核贷款", 2.0, 3, (_of("loan_easy"), _ACT | _AWAY | _of("loan")), _HONEST, "T05"),
    Rule("loan_app", "a loan by an app or a chat", "贷款须下载应用或加好友办理", 2.0, 3,
         (_of("loan"), _of("install_app", "join_group") | _AWAY, _of("shop_service", "bank", "urgency", "call_back", "log_in", "transfer_money")), _HONEST | _of("opt_out", "everyday"), "T05"),
    Rule("loan_fee", "a loan with a fee before it", "放款前收费", 4.0, 1, (_of("loan"), _of("pay_fee")), _HONEST, "T05"),
    Rule("credit_repair", "a credit record to be repaired", "以征信为由要求操作", 3.0, 2,
         (_of("credit_record"), _PAY | _of("urgency", "screen_share", "off_platform", "call_back", "threat", "safe_account")), _HONEST, "T06"),
    Rule("tasks_paid", "easy tasks for money", "做任务返佣", 4.0, 1,
         (_of("job_tasks"), _of("small_payout", "job_easy", "off_platform", "pay_to_work", "join_group", "has_link")), _HONEST, "T01"),
    Rule("tasks_money_in", "money is to be put in for work", "先垫钱充值才能做单", 4.0, 1,
         (_of("pay_to_work"), _of("small_payout", "job_easy", "off_platform", "join_group", "job", "pay_fee", "job_tasks")), _HONEST, "T01"),
    Rule("job_easy_contact", "well-paid easy work by chat", "高薪轻松兼职，加好友联系", 3.0, 2,
         (_of("job_easy"), _AWAY | _of("has_link", "small_payout")), _HONEST | _of("employer_named"), "T01"),
    Rule("job_fee", "easy work that costs a deposit first", "轻松兼职却要先交押金", 3.0, 1, (_of("job_easy"), _of("pay_fee")), _HONEST | _of("employer_named", "opt_out"), "T01"),
    Rule("job_abroad", "well-paid work abroad without an employer", "境外高薪、无用工单位", 4.0, 1,
         (_of("job_abroad"),), _HONEST | _of("employer_named"), "T18", "job_abroad"),
    Rule("sure_gain_contact", "sure gains and a contact", "稳赚高收益并引流", 3.5, 3,
         (_of("sure_gain"), _AWAY | _PAY | _of("has_link", "stock_group", "contact_me", "has_wallet", "investment", "romance")), _HONEST | _of("work_talk", "opt_out", "service_talk"), "T02"),
    Rule("stock_group", "a group with tips on shares", "荐股群", 3.0, 2, (_of("stock_group"), _AWAY | _of("has_link", "scarcity", "gift")), _HONEST, "T02"),
    Rule("coins_given", "coins given away or doubled", "空投、翻倍赠币", 3.0, 2, (_of("airdrop"), _of("has_link", "click_link", "has_wallet", "off_platform", "give_code")), _OWN_PAGE | _of("work_talk", "opt_out"), "T12"),
    Rule("prize_act", "a prize and an act or a fee", "中奖并要求操作或缴费", 3.0, 2, (_of("prize"), _ACT | _PAY | _of("give_code")), _OWN_PAGE | _of("opt_out", "work_talk"), "T15"),
    Rule("funds_of_stranger", "a stranger's fortune", "陌生人的巨额资金", 3.0, 1, (_of("inheritance"), _of("pay_fee", "has_email", "secrecy", "charity", "court", "off_platform", "gift", "prize", "coins")), _HONEST | _of("work_talk"), "T15"),
    Rule("new_number", "a relative with a new number and a need", "称亲友换号并急需用钱", 3.0, 2,
         (_of("relative"), _of("transfer_money", "urgency", "secrecy", "accident", "gift_card", "off_platform", "boss")), _HONEST, "T07"),
    Rule("boss_money", "a boss who wants money or cards quickly", "领导急要转账或购卡", 3.0, 2,
         (_of("boss"), _of("transfer_money", "gift_card", "secrecy", "urgency")), _HONEST, "T07"),
    Rule("boss_cards", "a boss in a meeting who wants gift cards", "自称开会的领导要购卡", 3.5, 1, (_of("boss"), _of("gift_card")), _HONEST | _of("opt_out"), "T07"),
    Rule("ransom", "someone of yours is in their hands", "称亲人被控制并威胁", 4.0, 1, (_of("accident"), _of("threat")), _HONEST | _of("police", "everyday"), "T07"),
    Rule("relative_accident", "a relative in trouble and money", "称亲人出事要钱", 3.0, 2, (_of("accident"), _PAY), _HONEST | _of("everyday"), "T07"),
    Rule("accident_hush", "one of yours is held or hurt: pay, and tell nobody", "称亲人被抓或出事，要钱并威胁或要求保密", 4.0, 1,
         (_of("accident"), _PAY | _of("urgency"), _of("police", "secrecy", "isolation", "threat")), _HONEST | _of("work_talk"), "T07"),
    Rule("army_buys", "an institution buys and sends you to a supplier", "部队单位采购并指定供货商", 3.0, 1, (_of("army"), _PAY | _of("contact_me", "off_platform")), _HONEST, "T11"),
    Rule("guess_who", "an old friend with a new number who lets you guess", "换号的“老朋友”让您猜是谁", 1.5, 2, (_of("guess_who"), _of("relative")), _HONEST, "T07"),
    Rule("cash_to_courier", "cash is to be handed to someone who comes for it", "要求把现金交给上门人员", 4.0, 1,
         (_of("cash_hand_over"), _OFFICE | _TROUBLE | _of("bank", "secrecy", "safe_account", "case_against", "accident", "transfer_money", "relative")), _HONEST, "T08"),
    Rule("cancel_pays", "what you never ordered is cancelled by paying, scanning or a chat", "以误开会员等为由，要求转账、扫码、加好友才能取消", 3.0, 2,
         (_of("purchase_not_made"), _of("shop_service", "courier", "bank"), _of("transfer_money", "give_code", "screen_share", "install_app") | _AWAY),
         _OWN_PAGE | _of("opt_out", "balance_notice", "otp_notice", "service_talk", "work_talk"), "T04"),
    Rule("virus_call", "infected device: call, let us in or install", "称设备中毒，要求来电、远程或装软件", 3.5, 1,
         (_of("virus"), _of("call_back", "remote_tool", "contact_me", "screen_share", "install_app")), _HONEST, "T13"),
    Rule("charge_call", "a charge you did not make, call or let us in", "称将自动扣费，要求来电或远程", 3.0, 1,
         (_of("purchase_not_made"), _of("call_back", "remote_tool", "contact_me", "screen_share"), _of("tech_firm", "payment_firm", "shop_service")),
         _HONEST | _of("balance_notice", "opt_out")),
    Rule("pictures", "intimate pictures as a threat", "以私密照片相威胁", 4.0, 1, (_of("intimate_pictures"), _of("threat", "crypto", "urgency", "contact_me") | _PAY), _HONEST, "T16"),
    Rule("exposure_pay", "money, or it goes to all you know", "以发给亲友、通讯录相威胁要钱", 4.0, 1,
         (_of("exposure"), _of("threat", "crypto", "urgency", "payment_firm") | _PAY), _HONEST, "T16"),
    Rule("lost_money", "lost money is to be got back", "声称可追回被骗资金", 4.0, 1, (_of("lost_before"), _ACT | _AWAY | _PAY | _of("court")), _HONEST, "T17", "recovery"),
    Rule("card_rent", "bank cards, SIM cards or accounts wanted", "收购、租用银行卡电话卡账户", 4.0, 1, (_of("card_rent", "run_points"),), _HONEST, "", "mule"),
    Rule("data_sale", "personal data traded", "买卖个人信息", 4.0, 1, (_of("data_sale"),), _HONEST | _of("work_talk", "opt_out"), "", "data_trade"),
    Rule("sim_box", "lines or devices for others' calls", "架设线路、出租电话线路", 4.0, 1, (_of("sim_box"),), _HONEST, "", "sim_box"),
    Rule("bulk_tools", "tools for mass contact traded", "群发引流工具交易", 3.0, 1, (_of("bulk_tools"),), _HONEST | _of("work_talk", "opt_out"), "", "leads"),
    Rule("gambling", "betting or casino offered", "网络赌博推广", 3.0, 3, (_of("gambling"),), _HONEST | _of("police", "court"), "", "gambling"),
    Rule("stranger_away", "a stranger who leads away from the platform", "陌生人引流到其他平台", 2.0, 3, (_of("stranger_friend", "adult", "romance"), _AWAY), _HONEST, "T09", "leads"),
    Rule("love_money", "love and money", "谈感情又要钱", 3.0, 2,
         (_of("romance"), _of("transfer_money", "pay_fee", "parcel_problem", "accident", "gift_card")), _HONEST | _of("family_money", "everyday"), "T09"),
    Rule("far_love_money", "a soldier, doctor or engineer far away, and money", "自称海外军人、医生、工程师又要钱", 4.0, 1,
         (_of("soldier_far"), _PAY | _of("parcel_problem", "refund", "inheritance", "off_platform", "stranger_friend", "accident")), _HONEST | _of("work_talk"), "T09"),
    Rule("stranger_stays", "a stranger by a wrong number who goes on talking", "搭错号的陌生人继续攀谈", 1.5, 2, (_of("stranger_friend"), _of("stranger_warm")), _HONEST | _of("work_talk"), "T09"),
    Rule("gain_taught", "someone earns on a platform and will teach you", "自称在平台获利、带您小额试投", 3.0, 1,
         (_of("gain_taught"), _of("investment", "crypto", "sure_gain", "romance", "stranger_friend", "transfer_money")), _HONEST | _of("work_talk"), "T02"),
    Rule("home_unseen", "a deposit for a home that cannot be viewed", "不能看房却要先付定金", 3.5, 1, (_of("home_unseen"), _PAY), _HONEST, "T03"),
    Rule("goods_private", "cheap goods, paid outside a platform", "低价商品、脱离平台付款", 2.5, 2,
         (_of("goods_cheap"), _AWAY | _PAY), _HONEST | _of("opt_out"), "T03"),
    Rule("papers", "papers, invoices or exam answers for money", "代开发票、办证、卖答案", 2.5, 2,
         (_of("documents"), _AWAY | _PAY | _of("contact_me")), _HONEST | _of("opt_out", "employer_named"), "T03"),
    Rule("game_private", "game goods traded in private with a deposit", "私下交易游戏账号并收保证金", 3.0, 2, (_of("game_trade"), _PAY | _AWAY), _HONEST, "T10"),
    Rule("firm_press", "a firm's recording: press a key or call back", "冒充企业的录音：按键或回拨", 2.5, 2, (_FIRM | _TROUBLE | _of("debt", "threat", "shop_service", "parcel_problem", "virus"), _of("call_back")), _HONEST | _of("work_talk", "opt_out"), ""),
    Rule("utility_away", "electricity, water or a toll: a debt or a refund by a chat or an app", "以水电、通行费欠费或退费为由，引至加好友、装软件", 3.0, 1,
         (_of("utility"), _of("debt", "refund", "threat"), _AWAY | _of("install_app")), _OWN_PAGE | _of("opt_out", "work_talk", "service_talk"), "T12"),
    Rule("utility_cut", "the power is cut unless you act on a link or pay at once", "称欠费将停电停水，要求点链接或立即付款", 3.0, 2,
         (_of("utility"), _of("threat"), _of("debt", "urgency"), _of("has_link", "transfer_money", "pay_fee", "log_in")), _OWN_PAGE | _of("opt_out", "work_talk"), "T12"),
    Rule("firm_hurry_link", "a firm, a hurry and a link", "企业名义、紧迫、附链接", 1.5, 5, (_FIRM, _of("urgency", "threat"), _of("has_link", "click_link"),
          _TROUBLE | _of("expiry", "threat", "log_in", "give_code", "debt", "refund", "parcel_problem", "subsidy", "credit_record", "case_against")),
         _OWN_PAGE | _of("opt_out", "otp_notice", "work_talk"), "T12"),
    Rule("brand_link", "a known name in an address that is not its own", "网址冒用知名品牌", 3.5, 1, (_of("link_brand"),), _HONEST, "T12"),
    Rule("bait_link", "trouble or a gain, and an address of words like login or refund or a bare number", "称异常或有利可图，网址由登录、退款等字样或裸IP构成", 3.0, 2,
         (_of("link_bait", "link_ip"), _FIRM | _TROUBLE | _of("courier", "refund", "parcel_problem", "log_in", "airdrop", "prize", "subsidy", "urgency")), _OWN_PAGE, "T12"),
    Rule("program_link", "an app or a program by a link", "以链接诱装程序", 3.0, 1,
         (_of("link_file"), _FIRM | _TROUBLE | _of("install_app", "refund", "loan", "subsidy", "courier", "adult", "gift")), _HONEST, "T12"),
    Rule("disguised", "words written in disguise", "文字经过伪装", 1.5, 2, (_of("disguised"), _ACT | _AWAY | _PAY | _of("loan", "gambling", "adult", "sure_gain", "job_easy")), frozenset(), ""),
    Rule("code_notice", "a code with the warning not to share it", "验证码并提示勿泄露", -2.0, 0, (_of("otp_notice"),), _of("has_link", "off_platform", "code_to_caller")),
    Rule("account_notice", "a notice of a payment or a balance", "交易、余额通知", -1.5, 0, (_of("balance_notice"),), _of("has_link", "off_platform", "call_back", "parcel_problem", "pay_to_work")),
    Rule("warns", "warns against scams", "防诈骗提醒", -2.0, 0, (_HONEST,)),
    Rule("named_employer", "work with a named employer", "有明确用工单位", -1.5, 0, (_of("employer_named"), _of("job")), _of("off_platform")),
    Rule("talk", "everyday talk", "日常对话", -1.0, 0, (_of("everyday", "family_money", "service_talk", "work_talk"),), _NEVER_TALK),
)  # fmt: skip

REACH: Final = 700  # characters within which signs speak of one matter: a long mail or call speaks of several


def hits(prepared: Prepared, among: Iterable[Rule] | None = None) -> tuple[Rule, ...]:
    """The rules that hold for a text, in the order of `RULES`: of those that may be on, unless others are named.

    In a text longer than `REACH` a rule holds where it holds for the signs of one stretch of that length (stretches overlap by half): what stands
    pages apart is not joined, and an honest sentence far away excuses nothing. Linear.
    """
    if among is None and len(prepared.original) <= REACH:
        return standing(prepared.present)
    rules = None if among is None else tuple(among)
    held = [
        standing(signs) if rules is None else tuple(rule for rule in rules if rule.holds(signs))
        for signs in _stretches(prepared)
    ]
    if len(held) == 1:
        return held[0]
    codes = {rule.code for each in held for rule in each}
    return tuple(rule for rule in (on() if rules is None else rules) if rule.code in codes)


def _stretches(prepared: Prepared) -> Iterable[frozenset[str]]:
    if len(prepared.original) <= REACH:
        return (prepared.present,)
    half = REACH // 2
    cells: list[set[str]] = [set() for _ in range(len(prepared.original) // half + 1)]
    for place, code in _places(prepared):
        cells[place // half].add(code)
    everywhere = _disguise(prepared)
    return {everywhere | one | other: None for one, other in pairwise(cells)}  # each set of signs once, in order


def _places(prepared: Prepared) -> Iterator[tuple[int, str]]:
    yield from ((mark.start, mark.code) for mark in prepared.marks)
    for found in prepared.found:
        if code := IDENTIFIER_SIGNS.get(found.kind):
            yield found.start, code


def _disguise(prepared: Prepared) -> frozenset[str]:
    return prepared.present & {DISGUISED}


def points(text: Prepared) -> tuple[float, float]:
    """(points of the strongest rule that warns of a text, those of all that speak for an honest sender), 0 where none holds."""
    return _points(hits(text))


@lru_cache(maxsize=1 << 16)
def _points(held: tuple[Rule, ...]) -> tuple[float, float]:
    each = [rule.points for rule in held]
    return max((one for one in each if one > 0), default=0.0), sum(one for one in each if one < 0)


def places(text: Prepared) -> dict[str, list[tuple[int, int]]]:
    """Where each sign stands, those that identifiers give included."""
    found: dict[str, list[tuple[int, int]]] = {}
    for mark in text.marks:
        found.setdefault(mark.code, []).append((mark.start, mark.end))
    for one in text.found:
        if code := IDENTIFIER_SIGNS.get(one.kind):
            found.setdefault(code, []).append((one.start, one.end))
    return found


def spread(gains: NDArray[np.float64], over: Sequence[tuple[int, int]], amount: float) -> None:
    """Add `amount` to `gains` float64[characters], shared by all characters of the places given."""
    length = sum(end - start for start, end in over)
    for start, end in over:
        gains[start:end] += amount / max(length, 1)


@lru_cache(maxsize=1 << 16)  # of many messages in a row most show the same few signs
def standing(signs: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that may be on and hold for the signs that are there, in the order of `RULES`."""
    return tuple(rule for rule in on() if rule.holds(signs))


@cache
def on() -> tuple[Rule, ...]:
    """The rules of `RULES` whose false alarms were counted and are within their budget."""
    return friction.on(RULES)
