"""Near-duplicate texts: how many a second, and what is found beside all pairs compared exactly.

    python bench/near_texts.py --seed 20261126 --peer-python SCRATCH/bin/python --result bench/results/near_texts.json

Generated messages in Chinese and English; real ones of `../shared/data/text` where it is there (not part of this repository; figures
only). The peer is rensa, in the interpreter of another environment, because it is no dependency; without, it is left out. The
threshold is the default of the module (700 per mille), not chosen on any of these texts.
"""

import argparse
import csv
import gzip
import importlib.metadata
import json
import os
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from fanzha.clean import near_text
from fanzha.clean.near_text import THRESHOLD_PERMILLE, NearTexts, families, sketch
from fanzha.clean.script import scripts
from fanzha.clean.shingle import BINS, comparable, lay, sketches

DATA = Path(__file__).parents[2] / "shared/data/text"
REAL = {
    "zh_false_base_station": "fbs_zh",
    "zh_telecom": "telecom5_zh",
    "mul_reported_spam": "spamhunter_2018_2021H1",
    "en_smishing": "mendeley_en",
    "th_spam": "th_ssivakorn",
    "vi_smishing": "vi_smishing",
}
OPENINGS = {
    "zh": ("您好", "尊敬的客户", "温馨提示", "重要通知", "亲", "用户您好", "紧急提醒", "系统消息"),
    "en": ("Hello", "Dear client", "Notice", "Important", "Hi there", "Attention", "Reminder", "Final call"),
}
BODIES = {
    "zh": (
        "您名下尾号{n}的{a}存在异常登录,为避免资金损失请于{t}点前打开{u}完成核验",
        "您申请的{a}额度{n}元已经审批通过,回复姓名办理放款,客服热线{n}{n}",
        "您在{b}购买的商品检测不合格,平台将按三倍赔付,请联系理赔专员{w}领取{n}元",
        "高薪招募线上文员,每天工作{t}小时,工资{n}元当天结清,有意请加{w}咨询",
        "我们是{b}反诈中心,您的身份被他人冒用办理{a},请立即下载会议软件配合处理",
        "投资导师免费带您操作{a},上周学员平均盈利{n}元,内部名额只剩{t}个,入群{u}",
        "您的{a}积分{n}分即将到期,请登录{u}兑换{b}礼品,逾期作废",
        "{b}提醒:您的包裹因地址不详被退回,请在{t}小时内到{u}补全信息并支付运费{n}元",
        "老同学你好,我换了新号码,最近在做{a}生意,周转差{n}元,方便先借我,账号{n}{n}",
        "{b}物业通知:本周{t}号楼停水检修,请各位住户提前储水,给您带来不便敬请谅解",
        "孩子今天在学校表现很好,作业已经发在群里,请家长签字后于{t}点前拍照上传",
        "您的{b}订单{n}已经签收,感谢您的支持,欢迎再次光临,如有问题请联系客服",
    ),
    "en": (
        "we noticed a sign-in to your {a} ending {n} from a new device, confirm it is you at {u} within {t} hours",
        "your {a} application for ${n} has been approved, reply with your full name to receive the payment today",
        "the item you bought from {b} failed a safety check, contact our claims team on {w} to get back ${n}",
        "home assistants wanted, {t} hours a week, {n} dollars paid the same evening, message {w} for details",
        "this is the security office of {b}, someone opened a {a} in your name, call {w} before it is blocked",
        "our analyst shares free {a} tips, members made {n} last week, only {t} places are left, join {u}",
        "you have {n} points on your {a} that expire soon, choose a gift from {b} at {u} before midnight",
        "the courier could not find your address, update it at {u} and pay {n} so that {b} can deliver again",
        "hi mum, my phone broke and this is my new number, can you send {n} for the {a} bill to {w} please",
        "the water will be off in block {t} on Friday while {b} repairs the main, please fill a few bottles",
        "practice moved to {t} o'clock on Saturday, bring both shirts and something warm for the way home",
        "order {n} from {b} has been delivered to your neighbour, thank you for shopping with us this year",
    ),
}
THINGS = {
    "zh": ("信用卡", "医保账户", "贷款", "数字货币", "公积金", "手机卡", "基金"),
    "en": ("credit card", "tax account", "loan", "crypto wallet", "pension", "phone plan", "savings account"),
}
BODIES_OF = {
    "zh": ("华夏商城", "东方银行", "速达快递", "联合支付", "市民中心"),
    "en": ("Northbank", "ParcelOne", "City Market", "PayQuick", "the council"),
}
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def generated(count: int, language: str, seed: int) -> list[str]:
    """Messages of a dozen scripts, each with other particulars, and often with words added, left out or mistyped."""
    rng = random.Random(seed)
    texts = []
    for _ in range(count):
        text = rng.choice(BODIES[language]).format(
            n=rng.randrange(100, 99_999),
            t=rng.randrange(2, 22),
            a=rng.choice(THINGS[language]),
            b=rng.choice(BODIES_OF[language]),
            u=f"http://{''.join(rng.choices(LETTERS, k=7))}.{rng.choice(('top', 'cc', 'xyz'))}/{''.join(rng.choices(LETTERS, k=4))}",
            w="".join(rng.choices(LETTERS, k=8)) + str(rng.randrange(10)),
        )
        text = f"{rng.choice(OPENINGS[language])}, {text}" if rng.random() < 0.6 else text
        for _ in range(rng.choice((0, 0, 0, 1, 2, 4, 8))):
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(("", rng.choice(text), rng.choice(text) * 2)) + text[at + 1 :]
        texts.append(text)
    return texts


def real(name: str) -> list[str]:
    with gzip.open(DATA / f"{REAL[name]}.csv.gz", "rt", encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)]


def all_pairs(compared: list[str]) -> csr_matrix:
    """Pairs i < j of distinct scripts that are alike at the threshold: every pair, by a product of sparse matrices."""
    number: dict[str, int] = {}
    rows, columns = [], []
    for row, one in enumerate(compared):
        for piece in {one[at : at + 3] for at in range(len(one) - 2)}:
            rows.append(row)
            columns.append(number.setdefault(piece, len(number)))
    table = csr_matrix((np.ones(len(rows), np.int32), (rows, columns)), shape=(len(compared), len(number) or 1))
    both = (table @ table.T).tocoo()
    sizes = np.asarray(table.sum(axis=1)).ravel()
    union = sizes[both.row] + sizes[both.col] - both.data
    good = (both.row < both.col) & (both.data * 1000 >= THRESHOLD_PERMILLE * union)
    return coo_matrix((np.ones(int(good.sum()), np.int8), (both.row[good], both.col[good])), shape=both.shape).tocsr()


def pairs_in(labels: np.ndarray) -> int:
    sizes = np.unique(labels, return_counts=True)[1].astype(object)
    return int(sum(size * (size - 1) // 2 for size in sizes))


def quality(texts: list[str], sample: int, seed: int) -> dict[str, object]:
    """What is found among distinct scripts beside all pairs; equal scripts are together in any case."""
    some = random.Random(seed).sample(texts, min(sample, len(texts)))
    text_of = dict(zip(scripts(some), some, strict=True))  # one text for each script: a script is not given as a text
    distinct = sorted(text_of)
    compared = [one for one, says in zip(distinct, comparable(lay(distinct)), strict=True) if says]
    exact = all_pairs(compared)
    left, right = exact.nonzero()
    chains = connected_components(exact, directed=False)[1]
    found = families([text_of[one] for one in compared])
    both = pairs_in(chains * len(compared) + found)  # together in each
    order = random.Random(seed).sample(range(len(compared)), len(compared))
    came = {at: turn for turn, at in enumerate(order)}
    near, said = NearTexts[int](), set()
    for at in order:
        said |= {(min(at, one.id), max(at, one.id)) for one in near.add(at, text_of[compared[at]])}
    wanted = set(zip(left.tolist(), right.tolist(), strict=True))
    kept = sketches(lay(compared))
    errors = np.count_nonzero(kept[left] == kept[right], axis=1) / BINS - jaccard(compared, left, right)
    return {
        "texts": len(some),
        "distinct_scripts": len(distinct),
        "compared": len(compared),
        "pairs_alike": len(wanted),
        "families_pair_recall": share(int((found[left] == found[right]).sum()), len(wanted)),
        "families_beside_chains_precision": share(both, pairs_in(found)),
        "families_beside_chains_recall": share(both, pairs_in(chains)),
        "families_of_two_or_more": int((np.unique(found, return_counts=True)[1] > 1).sum()),
        "largest_family": int(np.unique(found, return_counts=True)[1].max(initial=0)),
        "one_at_a_time_pair_precision": share(len(said & wanted), len(said)),
        "one_at_a_time_pair_recall": share(len(said & wanted), len(wanted)),
        "one_at_a_time_told_of_any_recall": share(
            len({max(pair, key=came.__getitem__) for pair in said & wanted}),
            len({max(pair, key=came.__getitem__) for pair in wanted}),
        ),
        "sketch_mean_error": round(float(errors.mean()), 4) if len(errors) else None,
        "sketch_mean_absolute_error": round(float(np.abs(errors).mean()), 4) if len(errors) else None,
    }


def jaccard(compared: list[str], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    own = [{one[at : at + 3] for at in range(len(one) - 2)} for one in compared]
    return np.array(
        [len(own[i] & own[j]) / len(own[i] | own[j]) for i, j in zip(left.tolist(), right.tolist(), strict=True)]
    )


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 5) if whole else None


PEER = """
import json, sys, time
import rensa
job = json.load(sys.stdin)
texts = job["texts"]
start = time.process_time()
held = []
for text in texts:
    one = rensa.RMinHash(num_perm=128, seed=42)
    one.update(list({text[at : at + 3] for at in range(max(1, len(text) - 2))}))
    held.append(one)
sketched = time.process_time()
index = rensa.RMinHashLSH(threshold=0.7, num_perm=128, num_bands=job["bands"])
found = []
for at, one in enumerate(held):
    near = index.query(one)
    found.append(near if job["pairs"] else len(near))
    index.insert(at, one)
print(json.dumps([sketched - start, time.process_time() - start, found]))
"""
RECALL_SLACK = 0.001
BANDS = (16, 32, 64)  # of the peer, with 128 columns


def asked(peer: Path, texts: list[str], bands: int, *, pairs: bool = False) -> tuple[float, float, list[Any]]:
    """Seconds of the peer for its sketches and in all; for each text the earlier ones it comes near, or how many."""
    done = subprocess.run(
        [peer, "-c", PEER],
        input=json.dumps({"texts": texts, "bands": bands, "pairs": pairs}).encode(),
        capture_output=True,
        check=True,
        env={"RAYON_NUM_THREADS": "1"},
    )
    sketched, whole, found = json.loads(done.stdout)
    return sketched, whole, found


def equal_recall(texts: list[str], sample: int, seed: int, peer: Path) -> dict[str, object]:
    """Pair recall of both on the same texts, one of each script, beside all pairs; and for the peer the bands that reach ours.

    `raw`: the peer sees the texts as they came, as its users give them. `masked`: it is given our scripts for nothing.
    """
    some = random.Random(seed).sample(texts, min(sample, len(texts)))
    text_of = dict(zip(scripts(some), some, strict=True))
    distinct = sorted(text_of)
    compared = [one for one, says in zip(distinct, comparable(lay(distinct)), strict=True) if says]
    exact = all_pairs(compared)
    left, right = exact.nonzero()
    wanted = set(zip(left.tolist(), right.tolist(), strict=True))
    found = families([text_of[one] for one in compared])
    result: dict[str, Any] = {"pairs_alike": len(wanted)}
    ours = result["families"] = share(int((found[left] == found[right]).sum()), len(wanted))
    for name, given in (("raw", [text_of[one] for one in compared]), ("masked", compared)):
        recall: dict[int, float | None] = {}
        for bands in BANDS:
            near = asked(peer, given, bands, pairs=True)[2]
            said = {(min(at, other), max(at, other)) for at, others in enumerate(near) for other in others}
            recall[bands] = share(len(said & wanted), len(wanted))
        result[f"rensa_{name}_by_bands"] = recall
        reached = [bands for bands in BANDS if (recall[bands] or 0) >= (ours or 0) - RECALL_SLACK]
        result[f"rensa_{name}_bands_of_equal_recall"] = reached[0] if reached else None
    return result


def beside(texts: list[str], peer: Path | None, repeats: int, sample: int, seed: int) -> dict[str, object]:
    """Texts a second in turn: from raw texts to families; the peer to candidate pairs, which it does not verify, from the same raw
    texts and from texts masked as ours are (whose time is added), each with the fewest bands that reach our pair recall."""
    families(texts), sketch(texts)
    taken: dict[str, list[float]] = defaultdict(list)
    pairs: dict[str, int] = {}
    equal: dict[str, Any] = equal_recall(texts, sample, seed, peer) if peer else {}
    for _ in range(repeats):
        for work in (scripts, sketch, families):
            taken[work.__name__].append(seconds(lambda w=work: w(texts)))
        if peer:
            for name, given in (("raw", texts), ("masked", scripts(texts))):
                bands = equal[f"rensa_{name}_bands_of_equal_recall"] or BANDS[-1]
                sketched, whole, near = asked(peer, given, bands)
                taken[f"rensa_{name}_sketch"].append(sketched)
                taken[f"rensa_{name}"].append(whole)
                pairs[name] = sum(near)
    result: dict[str, object] = {"texts": len(texts), "distinct_scripts": len(set(scripts(texts)))}
    result |= {f"{name}_texts_per_second": rates(len(texts), values) for name, values in taken.items() if values}
    if peer:
        ratios = [other / own for own, other in zip(taken["families"], taken["rensa_raw"], strict=True)]
        given = [
            (masking + other) / own
            for own, masking, other in zip(taken["families"], taken["scripts"], taken["rensa_masked"], strict=True)
        ]
        result |= {
            "pair_recall": equal,
            "times_faster_than_rensa_at_equal_recall": spread(ratios),
            "times_faster_than_rensa_on_our_masked_texts": spread(given),
            "rensa_candidate_pairs": pairs,
        }
    return result


def seconds(work: Callable[[], object]) -> float:
    """Of processor time: the machine may be busy. Nothing here starts a thread."""
    start = time.process_time()
    work()
    return time.process_time() - start


def spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 2),
        "min": round(min(values), 2),
        "max": round(max(values), 2),
    }


def rates(count: int, values: list[float]) -> dict[str, int]:
    found = spread([count / value for value in values])
    return {name: round(value) for name, value in found.items()}


def one_script(count: int, seed: int) -> dict[str, list[str]]:
    """The worst case for pairs: all texts are of one script."""
    rng = random.Random(seed)
    body = BODIES["zh"][0]
    particulars = [
        body.format(n=rng.randrange(100_000), t=rng.randrange(22), a="信用卡", u=f"http://a{rng.randrange(9**6)}.top/x")
        for _ in range(count)
    ]
    names = [chr(rng.randrange(0x4E00, 0x9F00)) + chr(rng.randrange(0x4E00, 0x9F00)) for _ in range(count)]
    return {
        "equal": particulars[:1] * count,
        "particulars": particulars,
        "two_characters_changed": [text.replace("信用卡", name) for text, name in zip(particulars, names, strict=True)],
    }


def memory(texts: list[str]) -> dict[str, int]:
    """Bytes for each distinct script: held by the index, and at the peak of `families`."""
    distinct = len(set(scripts(texts)))
    tracemalloc.start()
    near = NearTexts[int]()
    for at, text in enumerate(texts):
        near.add(at, text)
    near_text._shingles.cache_clear()  # of fixed size
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    tracemalloc.start()
    families(texts)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {
        "distinct_scripts": distinct,
        "held_one_at_a_time": round(held / max(len(near), 1)),
        "families_at_the_peak": round(peak / distinct),
    }


def one_at_a_time(texts: list[str]) -> dict[str, float]:
    near = NearTexts[int]()
    taken = [seconds(lambda a=at, t=text: near.add(a, t)) for at, text in enumerate(texts)]  # type: ignore[misc]
    return {
        "texts": len(texts),
        "distinct_scripts": len(near),
        "median_microseconds": round(statistics.median(taken) * 1e6),
        "microseconds_99_percent": round(sorted(taken)[len(taken) * 99 // 100] * 1e6),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--sample", type=int, default=4_000, help="texts of which all pairs are compared")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peer-python", type=Path, help="an interpreter that has rensa")
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    if not wanted.peer_python:
        print("rensa left out: no --peer-python", file=sys.stderr)
    made = {language: generated(wanted.texts, language, wanted.seed) for language in ("zh", "en")}
    there = {name: real(name) for name in REAL if (DATA / f"{REAL[name]}.csv.gz").exists()}
    if len(there) < len(REAL):
        print(f"real texts left out: {DATA} does not have {sorted(set(REAL) - set(there))}", file=sys.stderr)
    worst = {}
    for count in (wanted.texts, 5 * wanted.texts):
        for name, texts in one_script(count, wanted.seed).items():
            taken = [seconds(lambda t=texts: families(t)) for _ in range(3)]  # type: ignore[misc]
            worst[f"{name}_{count}"] = {"seconds": spread(taken), "families": len(set(families(texts).tolist()))}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "commit": commit,
        "seed": wanted.seed,
        "cores": os.cpu_count(),
        "threads": 1,
        "threshold_permille": THRESHOLD_PERMILLE,
        "speed": {
            language: beside(texts, wanted.peer_python, wanted.repeats, wanted.sample, wanted.seed)
            for language, texts in made.items()
        },
        "all_of_one_script": worst,
        "one_at_a_time": {language: one_at_a_time(texts[:5_000]) for language, texts in made.items()},
        "bytes_for_each_distinct_script": {language: memory(texts[:5_000]) for language, texts in made.items()},
        "beside_all_pairs": {
            name: quality(texts, wanted.sample, wanted.seed)
            for name, texts in ({f"generated_{language}": texts for language, texts in made.items()} | there).items()
        },
        **{name: importlib.metadata.version(name) for name in ("numba", "numpy", "scipy")},
    }
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
