"""Rows per second admitted from a bank feedback file, beside DuckDB loading the same rows as UTF-8 text into a file.

    python bench/admission.py --rows 500000 --repeats 5 --seed 20261123 --result bench/results/admission.json

Fanzha does the whole of admission through its public door: keyed hash, encryption, fsync, journal entry, decoding,
typed legs, quarantine, duplicates, balance continuity, commit; then counts the rows. DuckDB reads a ready UTF-8 file
with every column as text (delimiter and quotes given) into a new database file, and counts. Both in one run, in turn.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import duckdb

import fanzha

HEADER = (
    "交易卡号,交易账号,交易户名,交易证件号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,现金标志,对手户名,对手身份证号,"
    "对手开户银行,摘要说明,交易币种,交易网点名称,交易网点代码,交易发生地,交易是否成功,传票号,终端号,IP地址,MAC地址,对手交易余额,"
    "交易流水号,日志号,凭证种类,凭证号,交易柜员号,商户名称,商户号,备注,交易类型,查询反馈结果原因"
)
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚"
SUMMARIES = ("转账", "网银转账", "消费", "手机银行转账", "工资", "还款", "ATM取现", "跨行汇款")


def card(prefix: str, rng: random.Random) -> str:
    """An invented card number of 16 digits whose check digit holds (ISO/IEC 7812-1, Luhn)."""
    body = f"{prefix}{rng.randrange(10**11):011d}"
    doubled = sum(int(d) if i % 2 else sum(divmod(2 * int(d), 10)) for i, d in enumerate(body))
    return f"{body}{-doubled % 10}"


def make(path: Path, rows: int, seed: int) -> None:
    """A seeded statement file: 34 columns, gb18030, TAB-ended cells, balances that follow."""
    rng = random.Random(seed)
    accounts = [card("6299", rng) for _ in range(200)]
    others = [card("6288", rng) for _ in range(max(1_000, rows // 10))]
    names = [rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN) for _ in range(400)]
    balances = dict.fromkeys(accounts, 5_000_000)
    with path.open("w", encoding="gb18030", newline="") as out:
        out.write(HEADER + "\r\n")
        for row in range(rows):
            account = accounts[row % 200]
            amount = rng.randrange(100, 900_000)
            inward = balances[account] < amount or rng.random() < 0.5
            balances[account] += amount if inward else -amount
            at = 1_767_225_600 + row * 7
            moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))
            cells = (
                account,
                f"0{account[4:]}",
                names[row % 200],
                "",
                moment,
                f"{amount / 100:.2f}",
                f"{balances[account] / 100:.2f}",
                "进" if inward else "出",
                others[rng.randrange(len(others))],
                "00",
                names[rng.randrange(400)],
                "",
                "某某银行股份有限公司",
                SUMMARIES[row % 8],
                "CNY",
                "城中支行",
                "010203",
                "某省某市",
                "成功",
                "",
                f"T{row % 500:04d}",
                "",
                "",
                "",
                f"{seed}{row:012d}",
                "",
                "",
                "",
                "B007",
                "",
                "",
                "",
                "转账",
                "",
            )
            out.write("\t,".join(cells) + "\t\r\n")


def fanzha_once(path: Path, folder: Path) -> float:
    """Seconds to admit the file into a new workspace until it can be queried."""
    with fanzha.open(folder, actor="bench") as workspace:
        start = time.perf_counter()
        admission = workspace.admit([path])[0]
        counted = workspace.engine.rows("SELECT COUNT(*) FROM legs")[0][0]
        seconds = time.perf_counter() - start
    assert counted == admission.kept == admission.rows_in - admission.structure - admission.quarantined
    return seconds


def duckdb_once(path: Path, database: Path) -> float:
    """Seconds until DuckDB has the same rows as text in a file and has counted them."""
    start = time.perf_counter()
    connection = duckdb.connect(str(database), config={"threads": 2})
    connection.execute(
        "CREATE TABLE t AS SELECT * FROM read_csv(?, delim=',', quote='\"', header=true, all_varchar=true)", [str(path)]
    )
    connection.execute("SELECT COUNT(*) FROM t").fetchone()
    connection.close()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, text = folder / "bank.csv", folder / "bank-utf8.csv"
        make(source, wanted.rows, wanted.seed)
        text.write_text(source.read_text(encoding="gb18030"), encoding="utf-8")
        make(folder / "warm.csv", 2_000, 1)
        fanzha_once(folder / "warm.csv", folder / "warm")
        for turn in range(wanted.repeats):
            ours.append(fanzha_once(source, folder / f"w{turn}"))
            theirs.append(duckdb_once(text, folder / f"d{turn}.duckdb"))
        size = source.stat().st_size
    mine, peer = statistics.median(ours), statistics.median(theirs)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "rows": wanted.rows,
        "bytes": size,
        "columns": 34,
        "seed": wanted.seed,
        "commit": commit,
        "cores": os.cpu_count(),
        "fanzha_rows_per_second": round(wanted.rows / mine),
        "fanzha_seconds": {"median": round(mine, 3), "min": round(min(ours), 3), "max": round(max(ours), 3)},
        "duckdb_rows_per_second": round(wanted.rows / peer),
        "duckdb_seconds": {"median": round(peer, 3), "min": round(min(theirs), 3), "max": round(max(theirs), 3)},
        "ratio_fanzha_to_duckdb_seconds": round(mine / peer, 2),
        "duckdb": duckdb.__version__,
    }
    print(json.dumps(result, indent=1, ensure_ascii=False))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
