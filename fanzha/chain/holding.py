"""What holds a case together, as it is shown: the weakest link, masked."""

from fanzha.document.standing import ASKED_WEAK_MAX, Share, WeakPlace
from fanzha.link.identify import code_of
from fanzha.link.linker import Linker
from fanzha.link.why import Hop, Part, members_of, weakest_bridge
from fanzha.store.masked import mask_value


def weak_place(linker: Linker, case_id: str, most: int = ASKED_WEAK_MAX) -> WeakPlace | None:
    """The weakest link of a case by its number; None for a case of one report, or of more than `most`."""
    case = linker.case_of(linker.place[code_of(case_id)])
    bridge = weakest_bridge(linker, case) if len(members_of(linker, case)) <= most else None
    if bridge is None:
        return None
    hop = bridge.hop
    return WeakPlace(hop.a, hop.b, hop.weight, shares(linker, hop), bridge.sides, bridge.without, hop.act)


def shares(linker: Linker, hop: Hop) -> tuple[Share, ...]:
    """What two reports share, masked; between these two a value may weigh less than it does by itself."""
    return tuple(
        Share(one.kind, mask_value(one.kind, one.value), one.weight, _because(linker, one)) for one in hop.parts
    )


def _because(linker: Linker, one: Part) -> str:
    number = linker.ids.number.get((one.kind, one.value))
    full = linker.pull(number).weight if number is not None else one.weight
    if one.why != "specific" or one.weight == full:
        return one.why
    return "slip" if one.weight else "popular"
