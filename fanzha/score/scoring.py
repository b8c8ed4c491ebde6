"""The scoreboard: every part of the main job against the truth, with simple baselines beside it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from fanzha.errors import InputError, NotFound
from fanzha.score.counterplay import Hold
from fanzha.score.holds import holding
from fanzha.score.leads import leads, leaks, warnings
from fanzha.score.linking import linking
from fanzha.score.measure import Score
from fanzha.score.parity import parity
from fanzha.score.purses import Purses
from fanzha.score.roles import roles
from fanzha.score.told import Told
from fanzha.score.tracing import tracing
from fanzha.score.truth import Truth
from fanzha.store.engine import Engine


def score(
    engine: Engine,
    truth: Truth,
    as_of_ms: int,
    *,
    log: Sequence[Hold] | None = None,
    earlier: Mapping[str, str] | None = None,
) -> Score:
    """Measure the tables of a workspace whose stages have run, for the moment they were made for (UTC ms).

    `log` are the holds of a replay in the world's time; `earlier` is the case of each reference at an earlier moment. A part
    that cannot be measured says why and is not an error. Raises InputError where the workspace has reports, but none of the truth.
    """
    now, end = Purses(truth, as_of_ms), Purses(truth, truth.end_ms)
    told = Told(engine)
    case_of, _ = told.cases
    references = sorted(one for one in case_of if one in truth.reports)
    if case_of and truth.reports and not references:
        raise InputError(
            f"none of the workspace's {len(case_of):,} reports is of this truth, which has {len(truth.reports):,}",
            f"工作区的 {len(case_of):,} 起报案均不属于该真值(该真值有 {len(truth.reports):,} 起)",
            where=str(truth.folder),
            remedy="name the truth of the world that was admitted, or admit that world with `fanzha run WORLD`",
            remedy_zh="请指定已入库世界的真值,或用 fanzha run 世界文件夹 入库该世界",
        )
    parts = (
        linking(told, truth, earlier),
        tracing(told, truth, now, end, references),
        holding(told, truth, now, references, log),
        roles(told, truth),
        leads(told, truth, now, as_of_ms),
        leaks(told, truth, references),
        warnings(told, truth, references),
        parity(told, truth, now),
    )
    return Score(truth.world, as_of_ms, truth.end_ms, parts)


def read_earlier(path: Path) -> dict[str, str]:
    """The snapshot that `fanzha replay` wrote: a JSON object of reference and case number."""
    if not path.is_file():
        raise NotFound(f"there is no snapshot {path}", f"没有快照 {path}", where=str(path))
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"the snapshot is no JSON: {error}", f"快照不是 JSON:{error}", where=str(path)) from error
    if not isinstance(found, dict):
        raise InputError(
            "the snapshot is no object of reference and case number", "快照不是“编号: 案件号”对象", where=str(path)
        )
    return {str(reference): str(case_id) for reference, case_id in found.items()}
