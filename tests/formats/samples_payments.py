"""Invented samples of payment files; written by `python -m tests.formats.samples_payments`.

Names, accounts and numbers belong to nobody: cards have right check digits of invented bodies, user numbers begin with
2088 9999, logins are of reserved hosts, identity documents are of the sample person of the standard.
"""

from pathlib import Path

from tests.formats.invented import card

FOLDER = Path(__file__).parents[2] / "examples" / "formats"
PERSON = "11010119900307803X"
# two banks see one transfer: the payer is at the bank of the interface, the payee at the one that writes initials
PAYER, PAYEE = card(701), card(702)

REPLY_HEAD = (
    "cardNumber,accountName,transactionType,borrowingSigns,currency,transactionAmount,accountBalance,transactionTime,"
    "transactionSerial,opponentName,opponentAccountNumber,opponentDepositBankID,transactionRemark,cashMark,terminalNumber,"
    "transactionStatus,transactionAddress,merchantName,IPAddress,MAC"
)


def reply() -> bytes:
    """By the names of the interface: out, in, cash, failed, an unknown sign, an amount that cannot be read, a total."""
    rows = [
        f'{PAYER},甲某某,转账,0,CNY,"5,000.00",12000.00,20240506100500,S1,乙某某,{PAYEE},999999000001,转账,00,,00,某地,,192.0.2.1,',
        f"{PAYER},甲某某,代发,1,CNY,300.00,12300.00,20240506110000,S2,丙公司,{card(703)},,工资,00,,00,,,,",
        f"{PAYER},甲某某,取款,0,CNY,200.00,12100.00,20240506120000,S3,,,,ATM取款,01,ATM01,00,某地支行,,,",
        f"{PAYER},甲某某,转账,0,CNY,999.00,12100.00,20240506130000,S4,丁某某,{card(704)},,转账,00,,01,,,,",
        f"{PAYER},甲某某,转账,2,CNY,10.00,12110.00,20240506140000,S5,丁某某,{card(704)},,转账,00,,00,,,,",
        f"{PAYER},甲某某,转账,0,CNY,约百元,12110.00,20240506150000,S6,丁某某,{card(704)},,转账,00,,00,,,,",
        f"{PAYER},甲某某,消费,0,USD,12.34,,20240506160000,S7,,,,,00,,00,,某商户,,",
        "合计,,,,,,,,,,,,,,,,,,,",
    ]
    return ("\r\n".join([REPLY_HEAD, *rows]) + "\r\n").encode()


INITIALS_HEAD = "zh,hm,jyrq,jysj,dfzh,dfmc,bz,jyje,jdbz,jyqd,jywd,ip,mac,jyye,jylsh,zy"


def initials() -> bytes:
    """By pinyin initials, GB 18030, TAB at the end of each cell: day and clock apart, words and a number as direction."""
    rows = [
        f"{PAYEE},乙某某,20240506,100730,{PAYER},甲某某,人民币,5000.00,贷,网银,某某支行,,,5100.00,L1,转账",
        f"{PAYEE},乙某某,20240506,101200,{card(705)},戊某某,人民币,4900.00,借,手机银行,某某支行,198.51.100.7,,200.00,L2,货款",
        f"{PAYEE},乙某某,20240506,101300,{card(706)},己某某,人民币,100.00,1,手机银行,某某支行,,,100.00,L3,转账",
        f"{PAYEE},乙某某,20240506,250000,{card(706)},己某某,人民币,50.00,借,手机银行,某某支行,,,50.00,L4,转账",
    ]
    lines = ["\t,".join(row.split(",")) + "\t" for row in [INITIALS_HEAD, *rows]]
    return ("\n".join(lines) + "\n").encode("gb18030")


WECHAT, FRIEND = "invented_wx_1", "invented_wx_2"
TRADES_HEAD = (
    "用户ID\t交易单号\t大单号\t用户侧账号名称\t借贷类型\t交易业务类型\t交易用途类型\t交易时间\t交易金额(分)\t账户余额(分)\t用户银行卡号\t"
    "用户侧网银联单号\t网联/银联\t第三方账户名称\t对手方ID\t对手侧账户名称\t对手方银行卡号\t对手侧银行名称\t对手侧网银联单号\t网联/银联\t"
    "基金公司信息\t间联/非间联交易\t第三方账户名称\t对手方接收时间\t对手方接收金额(分)\t备注1\t备注2"
)


def trade(
    *first: str, other: str = "", name: str = "", card_: str = "", bank: str = "", got: str = "", note: str = ""
) -> str:
    """One line: the first eleven cells, then what is said of the other side."""
    at = first[7] if got else ""
    cells = (*first, "", "网联", "", other, name, card_, bank, "", "银联", "", "非间联交易", "", at, got, note, "")
    return "\t".join(cells)


def trades() -> bytes:
    """The payee's side: received, passed on, withdrawn to the own card, a red packet shared by others, moved within the wallet,
    a word that is not listed, an amount with a decimal point, no user."""
    own, card_ = (FRIEND, "乙某某"), card(711)

    def line(
        number: int, way: str, kind: str, use: str, at: str, fen: str, balance: str, bound: str = "", **more: str
    ) -> str:
        serial = f"1000050001{number:018d}"
        return trade(
            own[0], serial, f"D{number}", own[1], way, kind, use, f"2024-05-06 {at}", fen, balance, bound, **more
        )

    rows = [
        line(
            1,
            "入",
            "余额支付",
            "转账",
            "10:05:12",
            "500000",
            "510000",
            other=WECHAT,
            name="甲某某",
            got="500000",
            note="微信转账",
        ),
        line(
            2,
            "出",
            "余额支付",
            "转账",
            "10:15:00",
            "300000",
            "210000",
            other="invented_wx_3",
            name="丙某某",
            got="300000",
        ),
        line(3, "出", "余额支付", "提现", "10:20:00", "200000", "10000", card_, bank="某某银行"),
        line(
            4,
            "出",
            "余额支付",
            "转账",
            "10:30:00",
            "5000",
            "5000",
            other="invented_wx_4",
            name="丁某某",
            got="1500",
            note="微信红包",
        ),
        line(5, "出", "余额支付", "转账", "10:40:00", "1000", "4000", other=FRIEND, name="乙某某"),
        line(6, "退", "余额支付", "转账", "10:50:00", "1000", "5000", other="invented_wx_4", name="丁某某"),
        line(7, "入", "快捷支付", "转账", "11:00:00", "10.50", "6000", other="invented_wx_4", name="丁某某"),
        line(
            8,
            "入",
            "余额支付",
            "转账",
            "11:10:00",
            "100",
            "6100",
            other="",
            name="戊某某",
            card_=card(712),
            bank="某某银行",
        ),
        line(9, "入", "余额支付", "转账", "11:20:00", "100", "6200", other=WECHAT).replace(FRIEND, "", 1),
    ]
    return ("\r\n".join([TRADES_HEAD, *rows]) + "\r\n").encode()


def registered() -> bytes:
    """One user with two cards, then what was cancelled."""
    head = "账户状态\t账号\t注册姓名\t注册时间\t注册身份证号\t绑定手机\t绑定状态\t开户行信息\t银行账号"
    return (
        f"\ufeff{head}\n正常\t{FRIEND}\t乙某某\t2015-01-28 02:11:13\t{PERSON}\t13800138000\t绑定确认(正常)\t某某银行借记卡快捷支付\t{card(711)}\n"
        f"\t\t\t\t\t\t绑定确认(正常)\t另一银行信用卡快捷支付\t{card(713)}\n\n"
        f"注销信息\n账号\t注册姓名\t注册身份证号\t绑定手机\t注销时间\n{FRIEND}_old\t乙某某\t{PERSON}\t13800138000\t2014-12-31 08:00:00\n"
    ).encode()


ALI, BABA = "2088999900000001", "2088999900000002"
DETAILS_HEAD = (
    "交易号,商户订单号,交易创建时间,付款时间,最近修改时间,交易来源地,类型,用户信息,交易对方信息,消费名称,金额（元）,收/支,交易状态,支付方式,"
    "清算流水号,备注,对应的协查数据"
)


def details() -> bytes:
    """The payee's side: received, paid to a card, closed, a refund, moved within the wallet, held by the firm, unknown words."""

    def line(number: int, kind: str, other: str, what: str, amount: str, way: str, status: str, paid: str = "") -> str:
        serial, at = f"20240506{number:020d}", f"2024-05-06 10:0{number}:00"
        paid = f"2024-05-06 10:0{number}:{paid}" if paid else ""
        return (
            f"{serial}\t,O{number}\t,{at},{paid},{at},其他（包括阿里巴巴和外部商家）,{kind},{BABA}(乙某某),{other},{what},{amount},{way},"
            f"{status},余额,,,{PERSON}\t"
        )

    rows = [
        line(1, "即时到账交易", f"{ALI}(甲某某)", "转账", "5000.00", "收入", "交易成功", "05"),
        line(2, "转账到银行卡", f"{card(721)}(丙某某)", "转账", "2000.00", "支出", "交易成功", "06"),
        line(3, "即时到账交易", "2088999900000003(某某商行)", "杂货", "30.00", "支出", "交易关闭"),
        line(4, "即时到账交易", "2088999900000003(某某商行)", "退款-杂货", "12.00", "不计收支", "退款成功", "07"),
        line(5, "余额宝", f"{BABA}(乙某某)", "余额宝-自动转入", "900.00", "不计收支", "交易成功", "08"),
        line(6, "担保交易", "2088999900000004(某某网店)", "手机", "1999.00", "支出", "等待确认收货", "09"),
        line(7, "即时到账交易", f"{ALI}(甲某某)", "转账", "1.00", "不计收支", "交易成功", "10"),
        line(8, "即时到账交易", f"{ALI}(甲某某)", "转账", "1.00", "支出", "也许成功", "11"),
        line(9, "即时到账交易", "某某公司", "缴费", "88.80", "支出", "交易成功", "12"),
    ]
    return ("\r\n".join([DETAILS_HEAD, *rows]) + "\r\n").encode("gb18030")


def transfers() -> bytes:
    """Payer and payee in each row; one user in all of them."""
    head = "交易号,付款方支付宝账号,收款方支付宝账号,收款机构信息,到账时间,转账金额（元）,转账产品名称,交易发生地,提现流水号,对应的协查数据"
    rows = [
        f"20240506{1:020d}\t,{ALI},{BABA},,2024-05-06 10:01:05,5000.00,转账到支付宝账户,,,{BABA}",
        f"T2\t,{BABA},{card(722)},某某银行,2024-05-06 10:30:00,4000.00,转账到银行卡,某地,W1,{BABA}",
        f"T3\t,{BABA},{BABA},,2024-05-06 10:40:00,1.00,转账到支付宝账户,,,{BABA}",
    ]
    return ("\n".join([head, *rows]) + "\n").encode("gb18030")


def alipay_registered() -> bytes:
    """Two users: one with a card, one with two cards in a cell."""
    head = "用户Id,登录邮箱,登录手机,账户名称,证件类型,证件号,可用余额,绑定手机,绑定银行卡,对应的协查数据"
    rows = [
        f"{ALI},first@example.invalid,,甲某某,身份证,{PERSON}\t,12.34,13800138000,某某银行:{card(723)},{PERSON}\t",
        f"{BABA},,13800138000,乙某某,身份证,{PERSON}\t,0.00,,某某银行:{card(724)};另一银行:{card(725)},{PERSON}\t",
    ]
    return ("\n".join([head, *rows]) + "\n").encode("gb18030")


WECHAT_HEAD = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注"


def wechat_bill() -> bytes:
    """The payer's own bill, newest first: paid, refunded, withdrawn, moved within the wallet, a kind that is not listed."""
    above = [
        "微信支付账单明细",
        "微信昵称：[甲乙丙]",
        "起始时间：[2024-05-01 00:00:00] 终止时间：[2024-05-31 23:59:59]",
        "导出类型：[全部]",
        "导出时间：[2024-06-01 08:00:00]",
        "",
        "共9笔记录",
        "收入：2笔 212.00元",
        "支出：4笔 5164.00元",
        "中性交易：3笔 1150.00元",
        "注：",
        "1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易",
        "2. 本明细仅展示当前账单中的交易，不包括已删除的记录",
        "",
    ]
    rows = [
        '2024-05-09 12:00:00,商户消费,某某商行,"茶叶, 一斤",支出,¥88.00,某某银行(1234),已退款(¥12.00),"4200001\t","M1\t","/"',
        '2024-05-09 11:00:00,某某商行-退款,某某商行,"茶叶",收入,¥12.00,/,已全额退款,"4200002\t","M2\t","/"',
        '2024-05-08 10:00:00,零钱提现,某某银行,"/",/,¥1000.00,某某银行(1234),提现已到账,"4200003\t","/","服务费¥1.00"',
        '2024-05-07 10:00:00,转入零钱通-来自零钱,/,"/",/,¥100.00,零钱,支付成功,"4200004\t","/","/"',
        '2024-05-07 09:00:00,新的业务,/,"/",/,¥50.00,零钱,支付成功,"4200005\t","/","/"',
        '2024-05-06 12:00:00,转账,丁某某,"转账备注:微信转账",支出,¥66.00,零钱,对方已退还,"4200006\t","/","/"',
        '2024-05-06 11:00:00,微信红包,/,"/",支出,¥10.00,零钱,支付失败,"4200007\t","/","/"',
        '2024-05-06 10:05:10,转账,乙某某,"转账备注:微信转账",支出,"¥5,000.00",零钱,对方已收钱,"1000050001000000000000000001\t","/","/"',
        '2024-05-05 10:00:00,转账,戊某某,"转账备注:微信转账",收入,¥200.00,/,已存入零钱,"4200009\t","/","/"',
    ]
    lines = [f"{line},,,,,,,," for line in [*above, "-" * 22 + "微信支付账单明细列表" + "-" * 20]]
    return ("\ufeff" + "\r\n".join([*lines, WECHAT_HEAD, *rows]) + "\r\n").encode()


def alipay_app_bill() -> bytes:
    """The payer's own bill of the app: the login above the table, masked logins in it; it says one row more than it has."""
    head = "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,"
    rows = [
        "2024-05-06 12:00:00,日用百货,某某商行,sho***@example.invalid,茶叶,支出,30.00,余额宝,交易关闭,20240506001\t,M1\t,,",
        "2024-05-06 11:30:00,投资理财,某某基金,/,余额宝-收益发放,不计收支,0.31,余额宝,交易成功,20240506002\t,\t,,",
        "2024-05-06 11:20:00,投资理财,某某基金,/,余额宝-自动转入,不计收支,100.00,余额,交易成功,20240506003\t,\t,,",
        "2024-05-06 11:10:00,退款,某某商行,sho***@example.invalid,退款-茶叶,不计收支,12.00,余额宝,退款成功,20240506004\t,M1\t,,",
        "2024-05-06 11:00:00,账户存取,某某银行,/,提现-快速提现,不计收支,500.00,某某银行(1234),交易成功,20240506005\t,\t,,",
        "2024-05-06 10:01:05,转账红包,*某某,139******02,转账,支出,5000.00,余额,交易成功,20240506006\t,\t,,",
    ]
    lines = [
        "-" * 84,
        "导出信息：",
        "姓名：甲某某",
        "支付宝账户：13800138000",
        "起始时间：[2024-05-01 00:00:00]    终止时间：[2024-05-31 23:59:59]",
        "导出交易类型：[全部]",
        "导出时间：[2024-06-01 08:00:00]",
        "共7笔记录",
        "收入：0笔 0.00元",
        "支出：3笔 5030.00元",
        "不计收支：4笔 612.31元",
        "",
        "特别提示：",
        "1.本回单内容为虚构示例，不含任何真实交易；",
        "-" * 24 + "支付宝（中国）网络技术有限公司  电子客户回单" + "-" * 24,
    ]
    return ("\r\n".join([*lines, head, *rows]) + "\r\n").encode("gb18030")


def alipay_web_bill() -> bytes:
    """The bill of the web site: padded cells, a direction that only the state of the money tells, sums below."""
    head = (
        "交易号                  ,商家订单号               ,交易创建时间              ,付款时间                ,最近修改时间              ,"
        "交易来源地     ,类型              ,交易对方            ,商品名称                ,金额（元）   ,收/支     ,交易状态    ,服务费（元）   ,"
        "成功退款（元）  ,备注                  ,资金状态     ,"
    )

    def line(number: int, name: str, what: str, amount: str, way_: str, status: str, fund: str) -> str:
        at = f"2024-05-06 1{number}:00:00 "
        paid = at if fund else " " * 20
        return (
            f"2024050600{number} \t,O{number}        \t,{at},{paid},{at},支付宝网站     ,即时到账交易          ,{name}     ,{what}      ,"
            f"{amount}  ,{way_}      ,{status}    ,0.00     ,0.00     ,                    ,{fund}     ,"
        )

    rows = [
        line(1, "乙某某", "转账", "5000.00", "支出", "交易成功", "已支出"),
        line(2, "某某基金", "余额宝-2024.05.05-收益发放", "2.83", "", "交易成功", "已收入"),
        line(3, "某某基金", "余额宝-单次转入", "100.00", "", "交易成功", "资金转移"),
        line(4, "某某商行", "茶叶", "30.00", "支出", "交易关闭", ""),
        line(5, "某某商行", "押金", "99.00", "", "交易成功", ""),
    ]
    above = [
        "支付宝交易记录明细查询",
        "账号:[payer@example.invalid]",
        "起始日期:[2024-05-01 00:00:00]    终止日期:[2024-06-01 00:00:00]",
        "-" * 33 + "交易记录明细列表" + "-" * 36,
    ]
    below = [
        "-" * 84,
        "共5笔记录",
        "已收入:0笔,0.00元",
        "待收入:0笔,0.00元",
        "已支出:1笔,5000.00元",
        "待支出:1笔,30.00元",
    ]
    below.append("导出时间:[2024-06-01 08:00:00]    用户:甲某某")
    return ("\r\n".join([*above, head, *rows, *below]) + "\r\n").encode("gb18030")


SAMPLES = {
    "wechat_bill.csv": (wechat_bill, "wallet_bills"),
    "alipay_app_bill.csv": (alipay_app_bill, "wallet_bills"),
    "alipay_web_bill.csv": (alipay_web_bill, "wallet_bills"),
    "alipay_details.csv": (details, "alipay_details"),
    "alipay_transfers.csv": (transfers, "alipay_details"),
    "alipay_registration.csv": (alipay_registered, "alipay_details"),
    "tenpay_trades.txt": (trades, "tenpay_trades"),
    "tenpay_registration.txt": (registered, "tenpay_registration"),
    "platform_reply.csv": (reply, "platform_reply"),
    "platform_reply_initials.csv": (initials, "platform_reply"),
}


def main() -> None:
    """Write every sample."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (make, _) in SAMPLES.items():
        (FOLDER / name).write_bytes(make())


if __name__ == "__main__":
    main()
