"""One case page from the tables."""

from dataclasses import replace

from fanzha.document.gather import Place, Row, World, figures, mask_account, unique
from fanzha.document.page import (
    AccountLine,
    CasePage,
    Event,
    ExitLine,
    Figure,
    FileLine,
    FlowLine,
    Identifier,
    Line,
    NearLink,
    PaymentLine,
    Ref,
    ReportLine,
    Said,
    Stamp,
    StepLine,
)
from fanzha.model.words import vocabulary
from fanzha.store.masked import mask_value


def case_page(world: World, case_id: str, stamp: Stamp, files: dict[int, FileLine]) -> CasePage:
    """Everything one case page shows; `files` are the lines of the files, by number."""
    places = world.members[case_id]
    reports = tuple(_report(world, place, case_id) for place in places)
    accounts = tuple(_account(world, case_id, row) for row in world.of("disputed", case_id))
    page = CasePage(
        case_id=case_id,
        stamp=stamp,
        title=_title(world, places),
        lines=_lines(world, places),
        reports=reports,
        steps=tuple(_step(world, case_id, row) for row in world.of("steps", case_id)),
        events=_events(world, case_id, places),
        identifiers=_identifiers(world, case_id),
        flows=tuple(_flow(world, row) for row in world.of("flows", case_id)),
        accounts=accounts,
        exits=tuple(_exit(world, case_id, row) for row in world.of("exits", case_id)),
        payments=tuple(_payment(world, row) for row in world.of("payments", case_id)),
        near=tuple(_near(world, case_id, row) for row in world.of("near_links", case_id)),
        index_href="../index.html",
        quality_href="../quality.html",
    )
    used = {ref.file for ref in _all_refs(page)}
    return replace(page, files=tuple(files[number] for number in sorted(used) if number in files))


def href(case_id: str) -> str:
    """Where a case's page lies, relative to the overview."""
    return f"cases/{case_id}.html"


def _all_refs(page: CasePage) -> list[Ref]:
    refs = [report.ref for report in page.reports]
    for event in page.events:
        refs += event.refs
    for account in page.accounts:
        refs += account.received.refs
    return refs


def _title(world: World, places: list[Place]) -> str:
    """What the source itself calls it, where it does; never a guess."""
    stated = [str(world.reports[place]["stated_type"]) for place in places if world.reports[place]["stated_type"]]
    return max(sorted(set(stated)), key=stated.count) if stated else ""


def _lines(world: World, places: list[Place]) -> tuple[Line, ...]:
    """The beginning of what the first reports say."""
    told = [(world.told(place), place) for place in places]
    return tuple(
        Line(text[:160] + ("…" if len(text) > 160 else ""), (world.report_ref(place),))
        for text, place in told[:5]
        if text
    )


def _report(world: World, place: Place, case_id: str) -> ReportLine:
    report = world.reports[place]
    ref = world.report_ref(place)
    lost = world.lost(place, world.of("payments", case_id))
    return ReportLine(
        ref=ref,
        reference=str(report["reference"] or ""),
        at_ms=report["at_ms"],
        place=str(report["city"] or ""),
        scam=str(report["stated_type"] or ""),
        summary=world.told(place)[:120],
        lost=figures(lost, (ref,), "stated"),
    )


def _flow_refs(world: World, case_id: str, account: str, end: str) -> tuple[Ref, ...]:
    numbers = [row["transfer"] for row in world.of("flows", case_id) if row[end] == account]
    return unique(ref for number in numbers for ref in world.transfer_refs(number))


def _stated_refs(world: World, case_id: str, account: str) -> tuple[Ref, ...]:
    """The reports that state a payment to an account: what a figure rests on where no statement shows it."""
    stated = (p for p in world.of("payments", case_id) if p["payee"] == account)
    return unique(world.report_ref((p["file"], p["row"])) for p in stated)


def refs_into(world: World, case_id: str, account: str) -> tuple[Ref, ...]:
    """The rows that show disputed money coming into an account; where no statement does, the reports that state it."""
    return _flow_refs(world, case_id, account, "payee") or _stated_refs(world, case_id, account)


def _account(world: World, case_id: str, row: Row) -> AccountLine:
    came, went = (_flow_refs(world, case_id, row["account"], end) for end in ("payee", "payer"))
    came = came or _stated_refs(world, case_id, row["account"])

    def part(column: str, refs: tuple[Ref, ...], rule: str = "first_in_first_out") -> Figure:
        return Figure(row[column] or 0, row["currency"], refs=refs or came, rule=rule)

    tie, others = world.holders.get(row["account"], ("", []))
    return AccountLine(
        key=row["account"],
        label=mask_account(row["account"]),
        tier=row["tier"],
        received=part("received_minor", came),
        passed=part("passed_minor", went),
        exited=part("exited_minor", went),
        held=part("held_minor", unique((*came, *went))),
        unlocated=part("unlocated_minor", came, "unlocated"),
        holder=mask_value("name", row["holder"]) if row["holder"] else "",
        bank=row["bank"] or "",
        arrived_ms=row["arrived_ms"],
        statement=bool(row["statement"]),
        statement_end_ms=row["statement_end_ms"],
        innocent=row["innocent"] or "none",
        same_holder=tuple(dict.fromkeys(mask_account(one) for one in others)),
        holder_tie=tie,
    )


def _flow(world: World, row: Row) -> FlowLine:
    refs = world.transfer_refs(row["transfer"])
    return FlowLine(
        payer=row["payer"] or "",
        payee="" if row["exit"] else row["payee"] or "",
        tier=row["tier"],
        at_ms=row["at_ms"],
        disputed=Figure(row["disputed_minor"], row["currency"], refs=refs, rule="first_in_first_out"),
        amount=Figure(row["amount_minor"], row["currency"], refs=refs, rule="statement"),
        payer_label=mask_account(row["payer"]) if row["payer"] else "",
        exit=row["exit"] or "",
    )


def _exit(world: World, case_id: str, row: Row) -> ExitLine:
    refs = world.transfer_refs(row["transfer"]) or _stated_refs(world, case_id, row["account"])
    return ExitLine(
        account=row["account"],
        kind=row["kind"],
        disputed=Figure(
            row["disputed_minor"],
            row["currency"],
            refs=refs,
            rule="unlocated" if row["kind"] == "file_ends" else "first_in_first_out",
        ),
        at_ms=row["at_ms"],
        place=row["place"] or "",
    )


def _payment(world: World, row: Row) -> PaymentLine:
    refs = (world.report_ref((row["file"], row["row"])), *world.transfer_refs(row["transfer"]))
    minor = row["amount_minor"]
    amount = Figure(minor, row["currency"], refs=refs, rule=_payment_rule(row)) if minor is not None else None
    label = mask_account(row["payee"])
    return PaymentLine(label=label, state=row["state"], refs=refs, amount=amount, at_ms=row["at_ms"])


def _payment_rule(row: Row) -> str:
    return "inferred" if row["state"] == "counted" else "stated"


def _identifiers(world: World, case_id: str) -> tuple[Identifier, ...]:
    named: dict[tuple[str, str], list[Row]] = {}
    for row in world.of("joins", case_id):
        named.setdefault((row["kind"], row["value"]), []).append(row)
    made = []
    for (kind, value), found in named.items():
        first = found[0]
        refs = tuple(world.report_ref((row["file"], row["row"])) for row in found)
        count = world.pulls.get((kind, value), {}).get("reports", len(found))
        made.append(
            Identifier(
                kind=kind,
                label=mask_value(kind, value),
                weight=Figure(first["weight"] or 0, unit="millibit", refs=refs, rule="match_weight"),
                reports=Figure(count, unit="reports", refs=refs, rule="counted"),
                joins=bool(first["joins"]),
                why=first["why"],
                refs=refs,
            )
        )
    return tuple(sorted(made, key=lambda i: (not i.joins, -len(i.refs), -i.weight.value, i.kind, i.label)))


def _near(world: World, case_id: str, row: Row) -> NearLink:
    refs = _flow_refs(world, case_id, row["value"], "payee") or _joined_refs(world, case_id, row["kind"], row["value"])
    return NearLink(
        case_id=row["other"],
        kind=row["kind"],
        label=mask_value(row["kind"], row["value"]),
        how=row["how"],
        weight=Figure(row["weight"] or 0, unit="millibit", refs=refs, rule="near_link"),
        href=f"{row['other']}.html",
    )


def _step(world: World, case_id: str, row: Row) -> StepLine:
    grounds = vocabulary("grounds")
    ground = grounds.get(row["ground"] or "")
    refs, target = _step_refs(world, case_id, row["target_kind"], row["target"] or "")

    def figure(column: str) -> Figure | None:
        minor = row[column]
        return Figure(minor, row["currency"], refs=refs, rule="first_in_first_out") if minor else None

    return StepLine(
        rank=row["rank"],
        number=row["number"],
        verb=row["verb"],
        target=target,
        target_kind=row["target_kind"],
        body=row["body"] or "",
        ground=Said(ground.en, ground.zh) if ground else row["ground"] or "",
        amount=figure("amount_minor"),
        reachable=figure("reachable_minor"),
        expires_ms=row["expires_ms"],
        innocent=row["innocent"] or "none",
        refs=refs,
    )


def _joined_refs(world: World, case_id: str, kind: str, value: str) -> tuple[Ref, ...]:
    """The case's reports that name an identifier."""
    rows = (join for join in world.of("joins", case_id) if (join["kind"], join["value"]) == (kind, value))
    return unique(world.report_ref((join["file"], join["row"])) for join in rows)


def rows_behind(world: World, case_id: str, kind: str, value: str) -> tuple[Ref, ...]:
    """The rows of a case that show a thing: a report, money that reached or left an account, reports that name it."""
    if kind == "report":
        place = tuple(map(int, value.split("-")))
        return (world.report_ref((place[0], place[1])),)
    ways = (_flow_refs(world, case_id, value, end) for end in ("payee", "payer"))
    return next((refs for refs in ways if refs), ()) or _joined_refs(world, case_id, kind, value)


def _step_refs(world: World, case_id: str, kind: str, target: str) -> tuple[tuple[Ref, ...], str]:
    """The rows a step rests on, and its target as it may be printed."""
    if kind == "report":
        file, row = map(int, target.split("-"))
        named = world.reports.get((file, row), {}).get("reference")
        return (world.report_ref((file, row)),), str(named or target)
    refs = _flow_refs(world, case_id, target, "payee") or _joined_refs(world, case_id, kind, target)
    return refs or unique(world.report_ref(place) for place in world.members[case_id]), mask_value(kind, target)


def _events(world: World, case_id: str, places: list[Place]) -> tuple[Event, ...]:
    events = []
    for place in places:
        report = world.reports[place]
        if report["at_ms"] is not None:
            named = (
                str(report["reference"] or "") or mask_value("name", report["victim"] or "") or f"{place[0]}-{place[1]}"
            )
            text = Said(f"Report {named}", f"报案 {named}")
            events.append(Event(kind="report", at_ms=report["at_ms"], text=text, refs=(world.report_ref(place),)))
    for row in world.of("payments", case_id):
        if row["at_ms"] is not None:
            line = _payment(world, row)
            text = Said(f"Stated payment to {line.label}", f"陈述付款至 {line.label}")
            if row["state"] == "counted":
                text = Said(f"Payment to {line.label}, counted in the report", f"付款至 {line.label}（报案仅计笔数）")
            events.append(
                Event(
                    kind="payment",
                    at_ms=row["at_ms"],
                    text=text,
                    refs=line.refs,
                    amount=line.amount,
                    rule=_payment_rule(row),
                )
            )
    for row in world.of("flows", case_id):
        flow = _flow(world, row)
        payer, payee = mask_account(row["payer"]), mask_account(row["payee"])
        kind, text = (
            "transfer",
            Said(f"{payer} to {payee}, tier {row['tier']}", f"{payer} 转至 {payee},第{row['tier']}层"),
        )
        if row["exit"]:
            way = vocabulary("exits")[row["exit"]]
            kind, text = "exit", Said(f"{payer}: {way.en}", f"{payer}:{way.zh}")
        events.append(
            Event(
                kind=kind,
                at_ms=row["at_ms"],
                text=text,
                refs=flow.disputed.refs,
                amount=flow.disputed,
                rule="first_in_first_out",
            )
        )
    events += _calls(world, case_id)
    return tuple(sorted(events, key=lambda event: (event.at_ms, event.kind)))


def _calls(world: World, case_id: str) -> list[Event]:
    """Calls between any subscriber and the numbers that join this case."""
    numbers = sorted({row["value"] for row in world.of("joins", case_id) if row["kind"] == "phone" and row["joins"]})
    events = []
    for number in numbers[:20]:
        found = world.engine.rows(
            'SELECT "file", "row", at_ms, subscriber, direction, duration_seconds FROM calls WHERE counterparty = ?'
            ' AND at_ms IS NOT NULL ORDER BY at_ms, "file", "row"',
            (number,),
        )
        label = mask_value("phone", number)
        for file, row, at_ms, subscriber, direction, seconds in found[:40]:
            other = mask_value("phone", subscriber) if subscriber else ""
            en = f"{label} called {other}" if direction == "in" else f"{other} called {label}"
            zh = f"{label} 呼叫 {other}" if direction == "in" else f"{other} 呼叫 {label}"
            excerpt = f"{en}, {seconds or 0} s"
            events.append(Event(kind="call", at_ms=at_ms, text=Said(en, zh), refs=world.ref(file, row, excerpt)))
    return events
