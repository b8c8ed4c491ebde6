"""The money flow picture: victims, each tier of accounts, and where the money is now, in one currency."""

from collections import defaultdict
from dataclasses import dataclass, field

from fanzha.document.charts.draw import band, path, picture, rect, words_at
from fanzha.document.charts.sankey import Box, Layout, Link, Ribbon, Room, lay_out
from fanzha.document.figures import Register, money, shown, total
from fanzha.document.html import Child, Markup, el
from fanzha.document.page import AccountLine, CasePage, Figure, Said, Text
from fanzha.document.words import bilingual, pick, plural, put, term, word

KEPT_PER_COLUMN = 10  # nodes shown by name in one column; the rest are folded into "others (n)"
EXITS = ("held", "cash", "crypto", "goods", "abroad", "left", "file_ends")
_TONES = {"held": "held", "file_ends": "unknown"}


@dataclass(frozen=True, slots=True)
class Node:
    """One node: its column, what it is called, and its look (victim, account, held, exit, unknown, back, others)."""

    column: int
    name: Text
    tone: str
    detail: Text = ""


@dataclass(slots=True)
class Money:
    """The nodes of the picture by key, and the figures carried between each two."""

    nodes: dict[str, Node] = field(default_factory=dict)
    carried: dict[tuple[str, str], list[Figure]] = field(default_factory=lambda: defaultdict(list))
    tiers: int = 1

    def carry(self, source: str, target: str, figure: Figure) -> None:
        """Add a figure between two nodes; nothing is drawn for nothing."""
        if figure.value > 0:
            self.carried[source, target].append(figure)

    def value(self, key: str) -> Figure:
        """What went through a node: the greater of in and out."""
        into = total(figure for (_, target), figures in self.carried.items() if target == key for figure in figures)
        out = total(figure for (source, _), figures in self.carried.items() if source == key for figure in figures)
        return into if into.value >= out.value else out


def currencies(page: CasePage) -> list[str]:
    """The currencies of the traced money, the one with most accounts first."""
    counts: dict[str, int] = defaultdict(int)
    for account in page.accounts:
        counts[account.currency] += 1
    return sorted(counts, key=lambda currency: (-counts[currency], currency))


def _folded(sizes: dict[str, int], column: int) -> tuple[dict[str, str], int]:
    """The node key of each member of a column, and how many went into "others"."""
    ranked = sorted(sizes, key=lambda key: (-sizes[key], key))
    kept = ranked if len(ranked) <= KEPT_PER_COLUMN + 1 else ranked[:KEPT_PER_COLUMN]
    keys = {key: f"{column}:{rank}" for rank, key in enumerate(kept)}
    keys.update(dict.fromkeys(ranked[len(kept) :], f"{column}:others"))
    return keys, len(ranked) - len(kept)


def _others(column: int, count: int) -> Node:
    return Node(column, put(word("others_n"), {"n": str(count)}), "others")


def _accounts(page: CasePage, currency: str, drawn: Money) -> dict[str, str]:
    """Place the accounts of each tier; the node key of each account."""
    places: dict[str, str] = {}
    tiers: dict[int, list[AccountLine]] = defaultdict(list)
    for account in page.accounts:
        if account.currency == currency:
            tiers[max(account.tier, 1)].append(account)
    drawn.tiers = max(tiers, default=1)
    for tier, members in sorted(tiers.items()):
        keys, others = _folded({account.key: account.received.value for account in members}, tier)
        places.update(keys)
        for account in members:
            if not keys[account.key].endswith("others"):
                detail = " ".join(part for part in (pick(account.bank, "zh"), account.holder) if part)
                drawn.nodes[keys[account.key]] = Node(tier, account.label, "account", detail)
        if others:
            drawn.nodes[f"{tier}:others"] = _others(tier, others)
    return places


def _payments(page: CasePage, currency: str, places: dict[str, str], drawn: Money) -> None:
    """Place the victims and carry each transfer."""
    flows = [flow for flow in page.flows if flow.disputed.currency == currency and flow.payee in places]
    paid: dict[str, int] = defaultdict(int)
    names: dict[str, str] = {}
    for flow in flows:
        if flow.payer not in places:
            paid[flow.payer or flow.payer_label] += flow.disputed.value
            names[flow.payer or flow.payer_label] = flow.payer_label
    keys, others = _folded(dict(paid), 0)
    for victim, key in keys.items():
        drawn.nodes[key] = (
            _others(0, others) if key.endswith("others") else Node(0, names[victim] or word("victim_unnamed"), "victim")
        )
    for flow in flows:
        source = places.get(flow.payer) or keys[flow.payer or flow.payer_label]
        target = places[flow.payee]
        if drawn.nodes[target].column <= drawn.nodes[source].column:
            column = drawn.nodes[source].column + 1
            target = f"{column}:back"
            drawn.nodes[target] = Node(column, word("back"), "back")
        drawn.carry(source, target, flow.disputed)


def _ends(page: CasePage, currency: str, places: dict[str, str], drawn: Money) -> None:
    """Carry each account's money to where it is now: still held, out by a way, or where the file ends."""
    last = drawn.tiers + 1
    out: dict[str, int] = defaultdict(int)
    for leaving in page.exits:
        if leaving.kind != "file_ends" and leaving.disputed.currency == currency and leaving.account in places:
            out[leaving.account] += leaving.disputed.value
            _end(
                drawn,
                places[leaving.account],
                leaving.kind if leaving.kind in EXITS else "left",
                leaving.disputed,
                last,
            )
    for account in page.accounts:
        if account.currency != currency:
            continue
        node, exited = places[account.key], account.exited
        _end(drawn, node, "held", account.held, last)
        _end(drawn, node, "file_ends", account.unlocated, last)
        rest = exited.value - out[account.key]
        _end(drawn, node, "left", Figure(rest, currency, "", exited.refs, exited.rule), last)
        into = sum(f.value for (_, target), figures in drawn.carried.items() if target == node for f in figures)
        missing = account.received.value - into
        if account.tier <= 1 and node.split(":")[1] != "others" and missing > 0:
            drawn.nodes["0:stated"] = Node(0, word("victim_stated"), "victim")
            drawn.carry("0:stated", node, Figure(missing, currency, "", account.received.refs, account.received.rule))


def _end(drawn: Money, node: str, kind: str, figure: Figure, column: int) -> None:
    if figure.value > 0:
        name = {"held": word("still_held"), "left": word("left_accounts")}.get(kind) or term("exits", kind)
        drawn.nodes.setdefault(kind, Node(column, name, _TONES.get(kind, "exit")))
        drawn.carry(node, kind, figure)


def money_flow(page: CasePage, currency: str) -> Money:
    """The nodes and what is carried between them, small nodes folded."""
    drawn = Money()
    places = _accounts(page, currency, drawn)
    _payments(page, currency, places, drawn)
    _ends(page, currency, places, drawn)
    used = {key for pair in drawn.carried for key in pair}
    drawn.nodes = {key: node for key, node in drawn.nodes.items() if key in used}
    return drawn


def layout(drawn: Money) -> tuple[Layout, Room]:
    """Where everything goes."""
    columns = {key: node.column for key, node in drawn.nodes.items()}
    room = Room(width=max(1120.0, 152.0 * (max(columns.values(), default=0) + 1) + 170.0))
    links = [Link(a, b, sum(figure.value for figure in figures)) for (a, b), figures in sorted(drawn.carried.items())]
    return lay_out(columns, links, room, {kind: rank for rank, kind in enumerate(EXITS)}), room


def flow_chart(page: CasePage, currency: str, register: Register) -> Markup | None:
    """The picture for one currency; None if no money was traced in it."""
    drawn = money_flow(page, currency)
    if not drawn.carried:
        return None
    placed, room = layout(drawn)
    parts: list[Child] = [_heads(drawn, placed, currency)]
    parts += [_ribbon(ribbon, drawn, placed, room, register) for ribbon in placed.ribbons]
    for box in placed.boxes.values():
        if box.through:
            tone = drawn.nodes[box.key.rsplit("\x00", 1)[1]].tone
            parts.append(rect(box.x, box.y, room.node, max(box.height, 0.8), f"ribbon to-{tone}"))
        else:
            parts.append(_node(box, drawn, placed, room, register))
    return picture(room.width, placed.height + 8, put(word("flow_title"), {"currency": currency}), *parts)


def _heads(drawn: Money, placed: Layout, currency: str) -> Markup:
    made: list[Child] = []
    sums: dict[int, int] = defaultdict(int)
    counts: dict[int, int] = defaultdict(int)
    for (_, target), figures in drawn.carried.items():
        if drawn.nodes[target].tone != "back":
            sums[drawn.nodes[target].column] += sum(figure.value for figure in figures)
    sums[0] = sum(f.value for (a, _), figures in drawn.carried.items() if drawn.nodes[a].column == 0 for f in figures)
    for node in drawn.nodes.values():
        counts[node.column] += 1
    wide = (placed.columns[1] - placed.columns[0] if len(placed.columns) > 1 else 160.0) - 8
    wide = min(wide, 160.0)  # the last column has no more room than this
    for column, x in enumerate(placed.columns):
        if not counts[column]:
            continue
        name = word("victims") if column == 0 else put(word("tier_n"), {"n": str(column)})
        if column == drawn.tiers + 1:
            name = word("where_now")
        made += [
            words_at(x, 17, name, style="col-head", size=13, room=wide),
            words_at(x, 33, money(sums[column], currency), style="col-sum", size=12, room=wide),
        ]
    return el("g", None, *made)


def _ribbon(ribbon: Ribbon, drawn: Money, placed: Layout, room: Room, register: Register) -> Markup:
    through = ribbon.source.startswith("\x00")
    here = placed.boxes[ribbon.source].column
    sources = (
        [ribbon.source]
        if not through
        else [a for a, b in drawn.carried if b == ribbon.end and drawn.nodes[a].column < here]
    )
    figure = total(figure for source in sources for figure in drawn.carried[source, ribbon.end])
    start = plural(word("n_accounts"), len(sources)) if through else drawn.nodes[ribbon.source].name
    if isinstance(start, Said) and through:
        start = put(start, {"n": str(len(sources))})
    caption = Said(*(f"{pick(start, lang)} → {pick(drawn.nodes[ribbon.end].name, lang)}" for lang in ("en", "zh")))
    tone = drawn.nodes[ribbon.end].tone
    shape = band(ribbon.x0, ribbon.y0, ribbon.x1, ribbon.y1, ribbon.width)
    return register.svg_link(figure, caption, path(shape, f"ribbon to-{tone}"))


def _node(box: Box, drawn: Money, placed: Layout, room: Room, register: Register) -> Markup:
    node = drawn.nodes[box.key]
    figure = drawn.value(box.key)
    following = [x for x in placed.columns if x > box.x + 1]
    label_room = (following[0] - box.x if following else room.right + room.node) - room.node - 12
    x, middle = box.x + room.node + 6, box.slot_y + box.slot_height / 2
    label: list[Child] = [
        rect(box.x, box.y, room.node, max(box.height, 2), f"node is-{node.tone}", 1.5),
        words_at(x, middle - 3, node.name, style="name", size=12, room=label_room),
        words_at(x, middle + 13, shown(figure), style="amount", size=12, room=label_room),
    ]
    full = Said(
        *(" ".join(part for part in (pick(node.name, lang), pick(node.detail, lang)) if part) for lang in ("en", "zh"))
    )
    return register.svg_link(figure, full if bilingual(node.detail) else node.name, *label)
