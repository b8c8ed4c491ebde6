"""Samples of other generators as flows of money: AMLSim (IBM) and AMLGentex (AI Sweden, Handelsbanken, Swedbank). A step is a day."""

from pathlib import Path

import numpy as np
import pyarrow.csv as csv
import pyarrow.parquet as pq

from fanzha.simulate.flow import Flow
from fanzha.simulate.world import DAY_MS, Flags

AMLGENTEX_DAYS = 100


def amlgentex(folder: Path) -> tuple[Flow, Flags]:
    """Transfers between accounts of amlgentex_tx_log.parquet, and which belong to a labelled scheme."""
    names = ["step", "amount", "nameOrig", "nameDest", "isSAR"]
    table = pq.read_table(folder / "amlgentex_tx_log.parquet", columns=names)
    step, amount, payer, payee, wanted = (table[name].to_numpy() for name in names)
    both = (payer >= 0) & (payee >= 0)  # negative: a source or a sink outside
    return _flow(payer[both], payee[both], step[both], amount[both], AMLGENTEX_DAYS), wanted[both] > 0


def amlsim(folder: Path) -> Flow:
    """The transfers of amlsim_20k/transactions.csv.gz; steps are counted from 1 there."""
    table = csv.read_csv(folder / "amlsim_20k" / "transactions.csv.gz")
    payer, payee = table["sourceNodeId"].to_numpy(), table["targetNodeId"].to_numpy()
    step = table["time"].to_numpy() - 1
    return _flow(payer, payee, step, table["value"].to_numpy(), int(step.max()) + 1)


def _flow(payer: np.ndarray, payee: np.ndarray, step: np.ndarray, amount: np.ndarray, days: int) -> Flow:
    nothing = np.zeros(len(payer), np.int8)
    return Flow(
        payer=payer,
        payee=payee,
        at_ms=step.astype(np.int64) * DAY_MS,
        amount_minor=np.rint(amount * 100).astype(np.int64),
        currency=nothing,
        cash=nothing.astype(bool),
        transfer=np.arange(len(payer)),
        accounts=int(max(payer.max(), payee.max())) + 1,
        currencies=("",),
        start_ms=0,
        end_ms=days * DAY_MS,
    )
