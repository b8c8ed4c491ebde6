"""The command about weights: how far each kind of identifier can be trusted here, and a new epoch."""

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from fanzha.show.options import NO_COMMON, Common, open_terminal, open_workspace

if TYPE_CHECKING:
    from fanzha.chain.learning import Epoch
    from fanzha.link.weigh import Weights
    from fanzha.show.terminal import Terminal


def weights(
    *, learn: Annotated[bool, Parameter(negative="", show_default=False)] = False, common: Common = NO_COMMON
) -> None:
    """Show the weights of linking and what the reports say of them.

    Parameters
    ----------
    learn
        Put in use what was learned, as a new epoch / 启用学习所得权重.
    """
    terminal = open_terminal(common)
    with terminal.working(), open_workspace(common, terminal) as workspace:
        now = workspace.linker().weights
        epoch = workspace.next_epoch(begin=learn)
        terminal.finish()
        if terminal.json_wanted:
            terminal.json(_as_json(now, epoch, learn))
            return
        _print(terminal, now, epoch, learn)


def _as_json(now: "Weights", epoch: "Epoch", begun: bool) -> dict[str, Any]:
    learned = epoch.learned
    kinds = {
        kind: {
            "trust_millibits": learned.trust[kind],
            "in_use_millibits": now.trust.get(kind, 0),
            "pairs": count.pairs,
            "same_scam": count.agree,
            "judged_same": count.judged_same,
            "judged_different": count.judged_different,
        }
        for kind, count in sorted(learned.counts.items())
    }
    moved = [{"report": report, "before": before, "after": after} for report, before, after in epoch.moved]
    return {"in_use": begun, "kinds": kinds, "scam_same_millibits": learned.scam_same, "moved": moved}


def _print(terminal: "Terminal", now: "Weights", epoch: "Epoch", begun: bool) -> None:
    from fanzha.document.figures import bits
    from fanzha.document.words import code_name, pick

    table = terminal.table(
        "weights_title",
        ("col_kind", "left"),
        ("col_pairs", "right"),
        ("col_same_scam", "right"),
        ("col_judged", "right"),
        ("col_trust_now", "right"),
        ("col_trust_learned", "right"),
    )
    learned = epoch.learned
    for kind, count in sorted(learned.counts.items()):
        agree = f"{100 * count.agree // count.pairs} %" if count.pairs else "–"
        table.add_row(
            pick(code_name("kinds", kind), terminal.words.lang),
            str(count.pairs),
            agree,
            f"{count.judged_same} / {count.judged_different}",
            bits(now.trust.get(kind, 0)),
            bits(learned.trust[kind]),
        )
    terminal.out.print(table)
    rates = [f"{100 * one.agree // one.pairs} %" if one.pairs else "–" for one in (learned.sure, learned.chance)]
    terminal.out.print(Text(terminal.words("weights_basis", sure=rates[0], chance=rates[1]), style="dim"))
    for report, before, after in epoch.moved[:20]:
        terminal.out.print(Text(terminal.words("weights_moved", report=report, before=before, after=after)))
    key = "weights_begun" if begun else "weights_not_begun"
    terminal.say(key, moved=len(epoch.moved))
