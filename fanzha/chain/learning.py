"""A new epoch of weights: learned from the reports and judgements of a workspace, put in use as an act, its changes listed."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from fanzha.chain.linking import LEARNED
from fanzha.link.benign import read_benign
from fanzha.link.identify import MENTIONS_SQL, REPORTS_SQL, file_and_row
from fanzha.link.judge import judged, judgements
from fanzha.link.learn import Learned, learn, to_yaml, with_learned
from fanzha.link.linker import Linker
from fanzha.link.weigh import read_weights
from fanzha.store.engine import Engine
from fanzha.store.record import Act, Record


@dataclass(frozen=True, slots=True)
class Epoch:
    """What was learned, and the reports whose case would be another: (report, case now, case then)."""

    learned: Learned
    content: bytes
    moved: tuple[tuple[str, str, str], ...]


def next_epoch(record: Record, engine: Engine, linker: Linker, as_of: int) -> Epoch:
    """Learn anew and say what it would change; nothing is put in use. `linker`: what is linked now."""
    text = record.in_use("weights")
    plain = read_weights(text.decode())
    tables = engine.arrow(REPORTS_SQL, (as_of,)), engine.arrow(MENTIONS_SQL)
    stands, lists = judged(judgements(record.journal.entries())), read_benign(record.in_use("benign"))
    base = Linker(plain, lists, stands)  # learned on the weights as shipped, so that learning twice changes nothing
    base.load(*tables)
    learned = learn(base)
    when = datetime.fromtimestamp(as_of / 1000, UTC).date().isoformat()
    content = to_yaml(learned, hashlib.sha256(text).hexdigest(), when)
    then = Linker(with_learned(plain, text, content), lists, stands)
    then.load(*tables)
    now_cases, then_cases = linker.cases().tolist(), then.cases().tolist()
    moved = []
    for code, i in then.place.items():
        now = linker.case_id(now_cases[linker.place[code]])
        after = then.case_id(then_cases[i])
        if now != after:
            moved.append(("{}-{}".format(*file_and_row(code)), now, after))
    return Epoch(learned, content, tuple(sorted(moved)))


def put_in_use(record: Record, epoch: Epoch, act: Act) -> None:
    """Begin the epoch."""
    record.put_in_use(LEARNED, epoch.content, act, {"source": "learned", "as_of": ""})
