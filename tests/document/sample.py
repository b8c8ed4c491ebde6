"""An invented case, rich enough to fill every part of a page. Nobody in it exists."""

from dataclasses import replace
from typing import Any

from fanzha.document.page import (
    AccountLine,
    CasePage,
    CodeCount,
    DueLine,
    Event,
    ExitLine,
    Figure,
    FileLine,
    FlowLine,
    Identifier,
    IndexPage,
    Line,
    NearLink,
    PaymentLine,
    QualityPage,
    Ref,
    ReportLine,
    Said,
    Stamp,
    StepLine,
)
from fanzha.document.standing import (
    Bridge,
    Former,
    Gang,
    Judgement,
    Request,
    Role,
    Share,
    Stage,
    Standing,
    WeakPlace,
)
from fanzha.document.totals import case_line

MINUTE = 60_000
START = 1_709_640_900_000  # 2024-03-05 20:15 in Shanghai
STAMP = Stamp(START + 9 * 86_400_000, "Asia/Shanghai", "0.1.0", "zh")
FIFO = "first_in_first_out"
REPORTS, ICBC, CCB, CALLS, BROKEN = 1, 2, 3, 4, 5
NAMES = {
    REPORTS: "警情导出_城东分局_202403.xlsx",
    ICBC: "工商银行_交易明细_20240306.csv",
    CCB: "建设银行流水 0306 (补).xls",
    CALLS: "移动话单_gb18030.txt",
    BROKEN: "扫描件_微信图片_20240307.pdf",
}
PLACES = ("杭州市上城区", "宁波市", "苏州市姑苏区", "成都市", "佛山市")
# label, tier, received, passed, exited, held, unlocated (yuan), holder, bank, statement, innocent
ACCOUNTS = (
    ("6222 **** **** 4417", 1, 486_000, 452_300, 20_000, 13_700, 0, "张*", "中国工商银行", True, "unwitting"),
    ("6217 **** **** 0093", 1, 318_500, 301_000, 0, 17_500, 0, "李**", "中国建设银行", True, "none"),
    ("6228 **** **** 7751", 1, 149_880, 0, 0, 0, 149_880, "", "中国农业银行", False, "none"),
    ("6212 **** **** 3306", 2, 210_000, 150_000, 60_000, 0, 0, "王*", "中国工商银行", True, "none"),
    ("6222 **** **** 9128", 2, 152_300, 98_000, 50_000, 4_300, 0, "赵**", "中国工商银行", True, "none"),
    ("6217 **** **** 5540", 2, 171_000, 160_500, 0, 10_500, 0, "陈*", "中国建设银行", True, "none"),
    ("6230 **** **** 6612", 2, 90_000, 0, 0, 0, 90_000, "", "招商银行", False, "none"),
    ("6214 **** **** 2085", 2, 88_000, 0, 0, 88_000, 0, "鑫源粮油商行", "浙江农信", True, "shop"),
    ("6225 **** **** 1190", 2, 42_000, 0, 42_000, 0, 0, "周*", "交通银行", True, "none"),
    ("6222 **** **** 8834", 3, 186_000, 0, 180_000, 6_000, 0, "吴**", "中国工商银行", True, "none"),
    ("6217 **** **** 7023", 3, 98_000, 0, 98_000, 0, 0, "郑*", "中国建设银行", True, "none"),
    ("6221 **** **** 4471", 3, 74_500, 0, 0, 0, 74_500, "", "中国邮政储蓄银行", False, "none"),
    ("6217 **** **** 3398", 3, 36_000, 0, 0, 36_000, 0, "孙**", "中国建设银行", True, "payroll"),
    ("6259 **** **** 0027", 3, 14_000, 0, 14_000, 0, 0, "", "平安银行", True, "none"),
)
TRANSFERS = (
    (0, 3, 180_000, 22),
    (0, 4, 152_300, 25),
    (0, 6, 90_000, 31),
    (0, 3, 30_000, 34),
    (1, 5, 171_000, 58),
    (1, 7, 88_000, 64),
    (1, 8, 42_000, 66),
    (3, 9, 150_000, 41),
    (4, 10, 98_000, 47),
    (5, 9, 36_000, 75),
    (5, 11, 74_500, 79),
    (5, 12, 36_000, 82),
    (5, 13, 14_000, 90),
)
EXITS = (
    (0, "goods", 20_000, 52, ""),
    (3, "cash", 60_000, 49, "佛山市南海区某支行 ATM"),
    (4, "cash", 50_000, 55, "佛山市"),
    (8, "abroad", 42_000, 96, ""),
    (9, "crypto", 180_000, 84, ""),
    (10, "crypto", 98_000, 61, ""),
    (13, "goods", 14_000, 130, "某金店"),
    (2, "file_ends", 149_880, 44, ""),
    (6, "file_ends", 90_000, 31, ""),
    (11, "file_ends", 74_500, 79, ""),
)
LOSSES = (168_000, 98_000, 120_000, 100_000, 150_000, 60_000, 58_500, 50_000, 49_880, 60_000, 40_000, 0)


def ref(file: int, row: int, excerpt: str = "") -> Ref:
    """A row of one of the invented files."""
    return Ref(file, NAMES[file], row, 4096 + row * 187, excerpt)


def yuan(amount: int, refs: tuple[Ref, ...], rule: str = FIFO) -> Figure:
    """An amount in whole yuan."""
    return Figure(amount * 100, "CNY", refs=refs, rule=rule)


def report_refs() -> tuple[Ref, ...]:
    """The twelve reports."""
    return tuple(
        ref(REPORTS, n + 2, f"对方自称客服,诱导下载“安心*”App 后转账至 6222 **** **** 4417,报案人 王*{n}")
        for n in range(12)
    )


def reports() -> tuple[ReportLine, ...]:
    """Twelve reports from five places."""
    made = []
    for n, one in enumerate(report_refs()):
        lost = (yuan(LOSSES[n], (one,), "stated"),) if LOSSES[n] else ()
        made.append(
            ReportLine(
                ref=one,
                reference=f"A3301{2024030500 + n}",
                at_ms=START + (90 + n * (37 if n < 6 else 400)) * MINUTE,
                place=PLACES[n % 5],
                scam=Said("Fake customer service", "冒充电商客服"),
                summary=one.excerpt,
                lost=lost,
            )
        )
    return tuple(made)


def accounts() -> tuple[AccountLine, ...]:
    """Fourteen accounts in three tiers."""
    made = []
    for n, (label, tier, came, passed, out, held, gone, holder, bank, statement, innocent) in enumerate(ACCOUNTS):
        refs = (
            ref(ICBC if n % 2 else CCB, 10 + n, f"2024-03-05 20:{15 + n} 转入 {came:,}.00 对手 {label}"),
            ref(ICBC, 40 + n),
        )
        made.append(
            AccountLine(
                key=f"raw-key-{n}",
                label=label,
                tier=tier,
                received=yuan(came, refs),
                passed=yuan(passed, refs),
                exited=yuan(out, refs),
                held=yuan(held, refs),
                unlocated=yuan(gone, refs, "unlocated"),
                holder=holder,
                bank=bank,
                arrived_ms=START + n * MINUTE,
                statement=statement,
                statement_end_ms=START + 2 * 86_400_000 if statement else None,
                innocent=innocent,
            )
        )
    return tuple(made)


def flows() -> tuple[FlowLine, ...]:
    """Eleven victims' payments and thirteen transfers."""
    made = []
    paid = (
        (0, 168_000),
        (0, 98_000),
        (0, 120_000),
        (0, 100_000),
        (1, 150_000),
        (1, 60_000),
        (1, 58_500),
        (2, 50_000),
        (2, 49_880),
        (1, 50_000),
        (2, 50_000),
    )
    for n, (payee, amount) in enumerate(paid):
        money = yuan(amount, (ref(ICBC, 3 + n, f"转入 {amount:,}.00"), report_refs()[n]))
        made.append(
            FlowLine(
                payer=f"victim-{n}",
                payer_label=f"6217 **** **** {8100 + n * 37}",
                payee=f"raw-key-{payee}",
                tier=1,
                at_ms=START + n * 4 * MINUTE,
                disputed=money,
                amount=money,
            )
        )
    for payer, payee, amount, after in TRANSFERS:
        refs = (ref(ICBC, 100 + after, f"转支 {amount:,}.00"), ref(CCB, 60 + after, f"转入 {amount:,}.00"))
        made.append(
            FlowLine(
                payer=f"raw-key-{payer}",
                payee=f"raw-key-{payee}",
                tier=ACCOUNTS[payee][1],
                at_ms=START + after * MINUTE,
                disputed=yuan(amount, refs),
                amount=yuan(amount + 1_200, refs, "paired"),
            )
        )
    return tuple(made)


def events() -> tuple[Event, ...]:
    """Calls, payments, transfers, exits and reports."""
    made = [
        Event(
            kind="call",
            at_ms=START - (50 - 7 * n) * MINUTE,
            text=Said(f"Call {n + 1} from +86 170 **** 2261, 18 min", f"170 **** 2261 来电(第{n + 1}次),18 分钟"),
            refs=(ref(CALLS, 30 + n, "主叫 170 **** 2261"),),
        )
        for n in range(6)
    ]
    made += [
        Event(
            kind="payment" if flow.tier == 1 else "transfer",
            at_ms=flow.at_ms,
            text=Said("To the account", "转入账户"),
            refs=flow.disputed.refs,
            amount=flow.disputed,
            rule=FIFO,
        )
        for flow in flows()
    ]
    made += [
        Event(
            kind="exit",
            at_ms=leaving.at_ms or START,
            text=Said("Left the accounts", "资金流出"),
            refs=leaving.disputed.refs,
            amount=leaving.disputed,
            rule=FIFO,
        )
        for leaving in exits()
        if leaving.kind != "file_ends"
    ]
    made += [
        Event(
            kind="report",
            at_ms=one.at_ms or START,
            text=Said(f"Report {one.reference}", f"报案 {one.reference}"),
            refs=(one.ref,),
        )
        for one in reports()
    ]
    made.append(
        Event(
            kind="call",
            at_ms=START + 4 * 86_400_000,
            text=Said("A second caller: refund promised", "二次来电:声称可退款"),
            refs=(ref(CALLS, 77),),
        )
    )
    return tuple(made)


def exits() -> tuple[ExitLine, ...]:
    """Ten ways out."""
    return tuple(
        ExitLine(
            account=f"raw-key-{n}",
            kind=kind,
            disputed=yuan(amount, (ref(ICBC, 200 + i, f"{kind} {amount:,}.00"),)),
            at_ms=START + after * MINUTE,
            place=place,
        )
        for i, (n, kind, amount, after, place) in enumerate(EXITS)
    )


def identifiers() -> tuple[Identifier, ...]:
    """Five that join and four that do not."""
    rows = (
        ("bank_card", "6222 **** **** 4417", 18_400, 7, True, "specific", (0, 1, 2, 3, 5, 7, 9)),
        ("bank_card", "6217 **** **** 0093", 18_100, 5, True, "specific", (4, 5, 6, 9, 10)),
        ("phone", "+86 170 **** 2261", 15_700, 6, True, "specific", (0, 2, 4, 6, 8, 11)),
        ("domain", "anxin-kf*.top", 13_250, 4, True, "specific", (1, 3, 8, 10)),
        ("bank_card", "6228 **** **** 7751", 17_900, 3, True, "specific", (7, 8, 10)),
        ("phone", "95588", 0, 4_127, False, "benign", (0, 5, 9)),
        ("domain", "taobao.com", 310, 1_288, False, "popular", (1, 2, 3, 6, 11)),
        ("name", "王*", 2_100, 96, False, "weak_kind", (2, 4)),
        ("bank_card", "6217 **** 5***", 4_800, 3, False, "partial", (6, 10)),
    )
    every = report_refs()
    return tuple(
        Identifier(
            kind=kind,
            label=label,
            weight=Figure(weight, "", "millibit", tuple(every[n] for n in named), "match_weight"),
            reports=Figure(count, "", "reports", tuple(every[n] for n in named), "counted"),
            joins=joins,
            why=why,
            refs=tuple(every[n] for n in named),
        )
        for kind, label, weight, count, joins, why, named in rows
    )


def steps() -> tuple[StepLine, ...]:
    """Seven proposals."""
    law = Said("Anti-Telecom and Online Fraud Law, art. 20", "《反电信网络诈骗法》第二十条")
    one, hour = accounts(), 60 * MINUTE

    def step(rank: int, verb: str, n: int, column: str, body: str, innocent: str, ends: int | None) -> StepLine:
        figure: Figure = getattr(one[n], column)
        return StepLine(
            rank=rank,
            number=rank,
            verb=verb,
            target=one[n].label,
            target_kind="account",
            body=body,
            ground=law,
            amount=figure,
            reachable=figure,
            expires_ms=STAMP.as_of_ms + ends * hour if ends else None,
            innocent=innocent,
            refs=figure.refs,
        )

    return (
        step(1, "hold", 1, "held", "中国建设银行杭州分行", "none", 48),
        step(2, "hold", 0, "held", "中国工商银行浙江省分行", "unwitting", 48),
        step(3, "request_statement", 2, "unlocated", "中国农业银行", "none", None),
        step(4, "request_statement", 6, "unlocated", "招商银行", "none", None),
        step(5, "ask_holder", 7, "held", "辖区派出所", "shop", None),
        step(6, "ask_holder", 12, "held", "辖区派出所", "payroll", None),
        StepLine(
            rank=7,
            number=7,
            verb="takedown",
            target="anxin-kf*.top",
            target_kind="domain",
            body="属地通信管理局",
            ground=law,
            refs=(report_refs()[1],),
        ),
    )


def files() -> tuple[FileLine, ...]:
    """Five files, one of which nobody could read."""

    def count(code: str, file: int, *rows: int) -> CodeCount:
        return CodeCount(code=code, count=Figure(len(rows), "", "rows", tuple(ref(file, row) for row in rows)))

    plain: dict[str, Any] = {
        "body": "城东分局",
        "actor": "本地用户",
        "at_ms": STAMP.as_of_ms,
        "legal_basis": "《反电信网络诈骗法》",
        "purpose": "investigation",
        "tlp": "TLP:AMBER",
        "reliability": "B2",
        "encoding": "gb18030",
    }
    return (
        FileLine(
            file=REPORTS,
            name=NAMES[REPORTS],
            rows_in=64,
            kept=61,
            quarantined=2,
            structure=1,
            format="reports.police",
            score=97,
            why="表头含 案件编号、简要案情、案发时间",
            size=48_213,
            item="9f2c41d07b",
            reasons=(count("empty_text", REPORTS, 17, 40),),
            **plain,
        ),
        FileLine(
            file=ICBC,
            name=NAMES[ICBC],
            rows_in=1_812,
            kept=1_790,
            quarantined=6,
            structure=16,
            format="statement.icbc",
            score=99,
            why="表头与工行对公流水一致",
            size=388_120,
            item="1b77aa02c3",
            reasons=(count("unknown_direction", ICBC, 88, 131, 204, 377), count("bad_amount", ICBC, 412, 413)),
            notes=(count("balance_break", ICBC, 512), count("duplicate_row", ICBC, 90, 91)),
            **plain,
        ),
        FileLine(
            file=CCB,
            name=NAMES[CCB],
            rows_in=906,
            kept=900,
            quarantined=0,
            structure=6,
            format="statement.ccb",
            score=92,
            size=201_004,
            item="77d01be9aa",
            notes=(count("spreadsheet_loss", CCB, 14, 15, 22),),
            **plain,
        ),
        FileLine(
            file=CALLS,
            name=NAMES[CALLS],
            rows_in=4_120,
            kept=4_077,
            quarantined=41,
            structure=2,
            format="calls.mobile",
            score=88,
            size=910_233,
            item="c0ffee1234",
            reasons=(CodeCount(code="bad_phone", count=Figure(41, "", "rows", (ref(CALLS, 9),))),),
            **plain,
        ),
        FileLine(
            file=BROKEN,
            name=NAMES[BROKEN],
            rows_in=1,
            kept=0,
            quarantined=1,
            structure=0,
            size=2_310_554,
            item="deadbeef01",
            reasons=(count("unreadable_file", BROKEN, 1),),
            **{**plain, "encoding": ""},
        ),
    )


def case() -> CasePage:
    """The whole case."""
    one = accounts()
    lines = (
        Line(
            Said(
                "Callers posing as shop staff claimed that a paid membership had been opened by mistake and had to be cancelled.",
                "来电人冒充电商客服,谎称误开通收费会员,须配合取消。",
            ),
            report_refs()[:5],
        ),
        Line(
            Said(
                "They had the victims install a screen-sharing app and transfer to a 'safe account' step by step.",
                "诱导被害人下载屏幕共享软件,分多次向所谓“安全账户”转账。",
            ),
            report_refs()[2:9],
        ),
        Line(
            Said(
                "The first transfer onwards left seven minutes after the last payment; tier 3 was emptied within ninety minutes.",
                "末笔付款后 7 分钟资金即开始外转,90 分钟内第三层账户基本转空。",
            ),
            flows()[12].disputed.refs,
            "paired",
        ),
    )
    near = (
        NearLink(
            case_id="1-38",
            kind="phone",
            label="+86 170 **** 2290",
            how="partial_match",
            weight=Figure(6_200, "", "millibit", (report_refs()[6],), "near_link"),
            href="case-1-38.html",
        ),
        NearLink(
            case_id="1-51",
            kind="account",
            label="6222 **** **** 8834",
            how="shared_account",
            weight=Figure(9_900, "", "millibit", (ref(ICBC, 77),), "near_link"),
            href="case-1-51.html",
        ),
    )
    payments = (
        PaymentLine(
            label=one[0].label, state="found", amount=yuan(168_000, (report_refs()[0],), "stated"), at_ms=START
        ),
        PaymentLine(
            label=one[2].label,
            state="claimed",
            amount=yuan(50_000, (report_refs()[7],), "stated"),
            at_ms=START + 28 * MINUTE,
        ),
        PaymentLine(label=one[1].label, state="missing", amount=yuan(10_000, (report_refs()[9],), "stated")),
    )
    return CasePage(
        case_id="1-2",
        stamp=STAMP,
        title=Said("Fake customer service", "冒充电商客服诈骗"),
        lines=lines,
        reports=reports(),
        steps=steps(),
        events=events(),
        identifiers=identifiers(),
        flows=flows(),
        accounts=one,
        exits=exits(),
        payments=payments,
        near=near,
        files=files()[:4],
        index_href="index.html",
        quality_href="quality.html",
    )


def index() -> IndexPage:
    """A run with this case and two smaller ones."""
    whole = case_line(case(), "case-1-2.html")
    small = case_line(
        CasePage(
            case_id="1-38",
            stamp=STAMP,
            title=Said("Brushing for commission", "刷单返利"),
            reports=reports()[:3],
            accounts=accounts()[2:5],
        ),
        "case-1-38.html",
    )
    least = case_line(
        CasePage(
            case_id="1-51",
            stamp=STAMP,
            title=Said("Fake investment", "虚假投资理财"),
            reports=reports()[4:6],
            accounts=accounts()[:1],
        ),
        "case-1-51.html",
    )
    alone = Figure(44, "", "reports", (ref(REPORTS, 50),), "counted")
    return IndexPage(
        queue=deadlines(),
        queue_ms=STAMP.as_of_ms,
        stamp=STAMP,
        cases=(small, whole, least),
        files=files(),
        single_reports=alone,
        quality_href="quality.html",
    )


def deadlines() -> tuple[DueLine, ...]:
    """What is due: overdue, in minutes, hours and days; with a case that has a page, with none, and of an erased account."""
    hour = 3_600_000
    lines = (
        ("lift_send", "lift", -26 * hour),
        ("reply", "hold", 0),
        ("hold_ends", "hold", hour // 6),
        ("freeze_review", "freeze", 31 * hour),
    )
    found = [
        DueLine(
            what=what, due_ms=STAMP.as_of_ms + left, order=40 + n, verb=verb, case_id="1-2", label="6222 **** **** 0019", body="东江银行",
            amount=Figure(1_000_00 + n, "CNY", "", (ref(REPORTS, 3 + n),), "ordered"), href="cases/case-1-2.html",
        )
        for n, (what, verb, left) in enumerate(lines)
    ]  # fmt: skip
    bare = DueLine(
        what="appeal", due_ms=STAMP.as_of_ms + 80 * hour, order=-1, verb="return", case_id="", label="", body="", amount=None, href=""
    )  # fmt: skip
    return (*found, bare)


def quality() -> QualityPage:
    """The files of the run."""
    return QualityPage(stamp=STAMP, files=files(), index_href="index.html")


def standing() -> Standing:
    """Where the case stands: a weak link, judgements, a gang of two, roles, a chain with gaps, requests."""
    shares = (
        Share("account", "6222 **** **** 0019", 27_000, "specific"),
        Share("phone", "95588", 0, "benign"),
        Share("support", "", -500, "against"),
    )
    left, right = (("report", "1-2"), ("phone", "+86138****2290")), tuple(("report", f"1-{n}") for n in range(3, 14))
    judged = Judgement(41, START, "Officer Lin", "same", left[:1], right, "he confessed", "stands")
    against = Judgement(44, START, "Officer Wu", "different", left, right[:1], "other voice", "contradicts")
    stages = zip(
        range(10),
        ["seen", "unknown", "seen", "unknown", "hinted", "seen", "hinted", "seen", "unknown", "unknown"],
        strict=True,
    )
    role = Role(
        "1-2", "account", "6222 **** **** 0019", "R-CARD", 380, "hypothesis", ("V-UNW", "shop"), ("several_victims",), 4,
        ("several_paid",), START, START + MINUTE, report_refs()[:2],
    )  # fmt: skip
    caller = replace(role, kind="phone", label="+86138****2290", role="R-OPER", status="lead", confidence=730, refs=())
    victim = replace(role, role="V-VICT", alternatives=("V-UNW",), evidence=("told_as_own",))
    request = Request(
        1,
        "bank",
        "statement",
        "account",
        "6222 **** **** 0019",
        "trail_ends",
        ("S8",),
        400,
        92_400,
        "CNY",
        report_refs()[:1],
    )
    bridge = Bridge("1-51", "account", "6222 **** **** 8834", "shared_account", 4_000, "supplier")
    return Standing(
        case_id="1-2",
        weak=WeakPlace("1-2", "1-3", 26_500, shares, (9, 3), (9, 3)),
        judgements=(judged, against),
        former=(Former("1-9", "1-4"),),
        gang="1-2",
        siblings=("1-38", "1-60"),
        bridges=(bridge,),
        roles=(caller, role, victim),
        stages=tuple(Stage(f"S{n}", state, 3 * (state != "unknown"), ()) for n, state in stages),
        requests=(
            request,
            replace(request, rank=2, record="call_records", kind="", label="", opens=(), reachable_minor=0),
        ),
        linked=frozenset({"1-38"}),
    )


def gangs() -> list[Gang]:
    """Two gangs on the overview."""
    return [Gang("1-2", ("1-2", "9-9"), standing().bridges), Gang("1-51", ("1-51",), ())]
