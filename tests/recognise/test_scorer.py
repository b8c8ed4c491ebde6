"""The scorer: tokens, the two ways of running its loops, its file, training, and what each character adds."""

import gzip
import json
import random
import struct
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fanzha.clean.disguise import Plain
from fanzha.errors import InputError
from fanzha.recognise import features, kernels
from fanzha.recognise.features import concept_names, pooled, see
from fanzha.recognise.kinds import kinds
from fanzha.recognise.labelled import Labelled, files_in, read
from fanzha.recognise.learning import newton
from fanzha.recognise.model_file import SIZE_MAX, Model, pack, unpack
from fanzha.recognise.prepared import Prepared, prepare
from fanzha.recognise.rules import hits
from fanzha.recognise.scorer import Scorer, probabilities, shipped
from fanzha.recognise.training import train

NAMES = {1: " ", 2: "<n>", 3: "<long>", 4: "<link>", 5: "<short>", 6: "<mail>", 7: "<$>"}
WORDS = (
    *(
        "转账",
        "您好",
        "银行",
        "安全账户",
        "吃饭",
        "贷款",
        "click",
        "bank",
        "dinner",
        "verify",
        "account",
        "https://bit.ly/3rT",
        "13800138000",
    ),
    *(
        "ก",
        "โอน",
        "계좌",
        "검찰",
        "chuyen",
        "tien",
        "hadiah",
        "$",
        "1,000.00",
        "!",
        "，",
        "DIGIT",
        "URL",
        "xxx",
        "a.b.c",
        "@",
        "://",
        "\n",
    ),
)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join),
    st.lists(st.sampled_from(WORDS)).map("".join),
)


def tokens(text: str) -> str:
    return "".join(NAMES.get(token, chr(token)) for token in see([text]).tokens.tolist()).rstrip()


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("visit http://bit.ly/3rt now", "visit <short> now"),
        ("call 1-800-555-1234 or win £1,000.00", "call <long> or win <$><n>"),
        ("its ok.but no, e.g. this", "its ok but no e g this"),
        ("您有digit分,请登入url进行兑换", "您有<n>分请登入<link>进行兑换"),
        ("name积分cellphone", "积分<long>"),
        ("my name and phone", "my name and phone"),
        ("打x.x折,返xx%", "打<n>折返<n>"),
        ("me@x.com www.foo.org", "<mail> <link>"),
        ("don't", "dont"),
        ("안녕 하세요", "안녕하세요"),
        ("", ""),
        (" , ", ""),
    ],
)
def test_what_is_seen(text: str, seen: str) -> None:
    assert tokens(text) == seen


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, max_size=6))
@example(["a" * 700 + " " + "http://" * 90, "", "转" * 400])
def test_compiled_and_plain_loops_agree(texts: list[str]) -> None:
    """Bit for bit: a text scores the same alone and in a batch of millions."""
    lower = [text.lower() for text in texts]
    plain = see(lower)
    values = (np.arange(1 << kernels.BUCKET_BITS) % 2001 - 1000).astype(np.int16)
    slow = pooled(plain, values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "SHORT_MAX", -1)
        fast = see(lower)
        quick = pooled(fast, values)
    for name in plain.__slots__:
        assert getattr(plain, name).tolist() == getattr(fast, name).tolist(), name
    assert slow.tolist() == quick.tolist()
    assert all(0 <= bucket < 1 << kernels.BUCKET_BITS for bucket in plain.buckets.tolist())
    assert (plain.lasts - plain.lengths + 1 >= 0).all()
    assert len(plain.tokens) <= sum(map(len, lower))


@given(TEXTS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_a_text_is_seen_alike_in_company(one: str, other: str) -> None:
    alone, together = see([one.lower()]), see([other.lower(), one.lower()])
    assert together.buckets[together.gram_starts[1] :].tolist() == alone.buckets.tolist()


def test_a_run_without_spaces_takes_linear_time() -> None:
    for unit in ("a.", "a:", "a,", "a@b.", "1-", "a/"):
        assert see([unit * 5_000]).token_starts[-1] <= 20_000  # minutes, were each word to look at all that follows


def ready(text: str) -> Prepared:
    lower = text.lower()
    return Prepared(text, Plain(lower, range(len(lower) + 1), 0, ()), "en", (), (), frozenset())


def model(**changed: object) -> Model:
    rng = np.random.default_rng(3)
    names = concept_names()
    pair_of = np.full((len(names),) * 2, -1, dtype=np.int32)
    pair_of[0, 1] = pair_of[1, 0] = 0
    known = {
        "grams": rng.integers(-900, 900, 1 << kernels.BUCKET_BITS).astype(np.int16),
        "unit": 0.001,
        "concepts": names,
        "single": rng.normal(size=len(names)),
        "pair_of": pair_of,
        "pair": np.array([0.5]),
        "highest": 0.4,
        "mean": 0.7,
        "lengthy": 0.2,
        "warning": 0.4,
        "excusing": 0.2,
        "shifts": {"ko": 1.5},
        "bias": -3.0,
        "prior": 0.05,
        "kinds": ("T01", "T08", "T99"),
        "kind_grams": rng.integers(-90, 90, (1 << kernels.KIND_BITS, 3)).astype(np.int8),
        "kind_unit": 0.01,
        "about": {"kind": "test"},
    }
    return Model(**{**known, **changed})  # type: ignore[arg-type]


def test_a_model_is_the_same_after_a_file() -> None:
    first = model()
    again = unpack(pack(first))
    assert pack(again) == pack(first)
    texts = [ready(text) for text in ("verify your account", "dinner at six?", "")]
    assert Scorer(again).logits(texts).tolist() == Scorer(first).logits(texts).tolist()


def test_a_damaged_file_is_refused() -> None:
    content = pack(model())
    for broken in (b"", content[:-1], content[:40], b"x" + content[1:], content + b"\0", bytes(SIZE_MAX + 1)):
        with pytest.raises(InputError):
            unpack(broken)
    rng = random.Random(2)
    for _ in range(30):
        at = rng.randrange(len(content))
        with pytest.raises(InputError):
            unpack(content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :])


@pytest.mark.parametrize(
    "change",
    [
        {"version": 99},
        {"bucket_bits": 4},
        {"arrays": [["grams", "int16", [-1]]]},
        {"arrays": [["grams", "object", [4]]]},
        {"arrays": [["grams", "int16", [10**9]]]},
        {"arrays": []},
        {"numbers": {"unit": float("nan")}},
        {"concepts": ["one"]},
        {"concepts": None},
        {"kinds": ["T01"]},
        {"kinds": None},
        {"shifts": None},
        {"shifts": {"ko": float("nan")}},
        {"shifts": {"ko": "much"}},
    ],
)
def test_a_header_that_lies_is_refused(change: dict[str, object]) -> None:
    """Even where the checksum is right: compiled code does not look at bounds again."""
    content = pack(model())
    (length,) = struct.unpack_from("<I", content, 16)
    header = json.loads(content[20 : 20 + length]) | change
    text = json.dumps(header).encode()
    forged = content[:16] + struct.pack("<I", len(text)) + text + content[20 + length : -32]
    with pytest.raises(InputError):
        unpack(forged + sha256(forged).digest())


def test_a_file_from_before_rules_and_languages_counted_is_still_read() -> None:
    content = pack(model())
    (length,) = struct.unpack_from("<I", content, 16)
    header = json.loads(content[20 : 20 + length])
    header["version"] = 2
    del header["shifts"], header["numbers"]["warning"], header["numbers"]["excusing"]
    text = json.dumps(header).encode()
    old = content[:16] + struct.pack("<I", len(text)) + text + content[20 + length : -32]
    texts = [prepare("transfer the money to a safe account"), prepare("안전계좌로 이체하세요")]
    scores = Scorer(unpack(old + sha256(old).digest())).logits(texts)
    assert scores.tolist() == Scorer(model(warning=0.0, excusing=0.0, shifts={})).logits(texts).tolist()
    assert all(scores < Scorer(model()).logits(texts))


def test_a_rule_that_holds_and_the_language_count() -> None:
    guilty, honest, korean = (
        prepare(text) for text in ("transfer the money to a safe account", "dinner at six?", "내일 저녁 먹자")
    )
    bare = Scorer(model(warning=0.0, excusing=0.0, shifts={})).logits([guilty, honest, korean])
    added = Scorer(model()).logits([guilty, honest, korean]) - bare
    strongest = max(rule.points for rule in hits(guilty))
    assert added[0] == pytest.approx(0.4 * strongest) and strongest > 0
    assert added[1] == pytest.approx(0.2 * sum(rule.points for rule in hits(honest)))
    assert added[2] == pytest.approx(1.5 + 0.2 * sum(rule.points for rule in hits(korean)))
    start = guilty.original.index("safe account")
    gains = Scorer(model()).contributions(guilty) - Scorer(model(warning=0.0)).contributions(guilty)
    assert gains.sum() == pytest.approx(0.4 * strongest), "and the words that its signs stand on are told"
    assert gains[start : start + len("safe account")].sum() > 0


def test_a_file_from_before_kinds_were_learned_is_still_read() -> None:
    content = pack(model())
    (length,) = struct.unpack_from("<I", content, 16)
    header = json.loads(content[20 : 20 + length])
    header["version"] = 1
    header["arrays"] = [one for one in header["arrays"] if one[0] != "kind_grams"]
    del header["kinds"], header["numbers"]["kind_unit"], header["shifts"]
    del header["numbers"]["warning"], header["numbers"]["excusing"]
    text = json.dumps(header).encode()
    old = content[:16] + struct.pack("<I", len(text)) + text + content[20 + length : -32 - (3 << kernels.KIND_BITS)]
    scorer = Scorer(unpack(old + sha256(old).digest()))
    texts = [ready("verify your account")]
    assert scorer.kinds(texts) == [{}]
    without = model(warning=0.0, excusing=0.0, shifts={})
    assert scorer.logits(texts).tolist() == Scorer(without).logits(texts).tolist()
    assert Scorer(unpack(pack(scorer.model))).kinds(texts) == [{}]


def test_kinds_of_a_batch_are_those_of_each_alone() -> None:
    rng = random.Random(6)
    texts = [prepare(" ".join(rng.choices(WORDS, k=rng.randrange(30)))) for _ in range(80)] + [
        prepare(""),
        prepare("!"),
    ]
    scorer = Scorer(model())
    assert scorer.kinds(texts) == [scorer.kinds([text])[0] for text in texts]
    assert scorer.kinds([prepare("")]) == [{"T01": 0.0, "T08": 0.0, "T99": 0.0}]


def test_kinds_are_learned_from_rows_that_tell_them() -> None:
    """Words that no sign knows: what was told decides."""
    told = {"T01": "blorp dingle", "T08": "quux frobnic"}
    made = [
        Labelled("told", f"{kind}{at}", f"{words} win urgent prize {at}", "scam", kind=kind)
        for kind, words in told.items()
        for at in range(30)
    ]
    scorer = Scorer(unpack(train([*rows(), *made], seed=1)))
    for kind, words in told.items():
        (found,) = scorer.kinds([prepare(f"{words} tonight")])
        assert max(found, key=found.__getitem__) == kind
        assert kinds((), (), found)[0][0] == kind


@given(st.dictionaries(st.sampled_from(["T01", "T02", "T08", "T99"]), st.floats(-20, 20), max_size=4))
@settings(max_examples=60)
def test_shares_of_kinds_are_ordered_and_leave_room_for_none(learned: dict[str, float]) -> None:
    shares = kinds(("police", "case_against", "secrecy"), (), learned)
    assert sum(share for _, share in shares) <= 1000
    assert [share for _, share in shares] == sorted((share for _, share in shares), reverse=True)
    assert "T99" not in dict(shares)
    if learned and max(learned.values()) == learned.get("T99") and len(learned) > 1:
        gap = learned["T99"] - max(value for kind, value in learned.items() if kind != "T99")
        assert gap < 10 or not shares


def test_pairs_out_of_range_are_refused() -> None:
    names = concept_names()
    with pytest.raises(InputError, match="pair"):
        unpack(pack(model(pair_of=np.full((len(names),) * 2, 7, dtype=np.int32))))


def test_batches_and_single_texts_score_alike() -> None:
    rng = random.Random(5)
    texts = [prepare(" ".join(rng.choices(WORDS, k=rng.randrange(40)))) for _ in range(150)]
    scorer = Scorer(model())
    alone = np.concatenate([scorer.logits([text]) for text in texts])
    assert alone.tolist() == scorer.logits(texts).tolist()
    assert alone.tolist() == Scorer(model()).logits(texts).tolist()  # nor does it matter what was met before
    assert scorer.logits([]).tolist() == []


def test_what_contributes_most_lowers_the_score_when_it_goes() -> None:
    """The explanation is faithful: over random texts, without the words that add most the score falls; without those that add least it
    falls less."""
    rng = random.Random(8)
    scorer = shipped()
    bad = (
        "您的银行账户已冻结",
        "请点击链接",
        "转账到安全账户",
        "verify your account",
        "claim your prize now",
        "urgent",
        "恭喜您中奖",
    )
    good = (
        "我们晚上吃饭",
        "see you at home",
        "明天上课",
        "thanks for dinner",
        "妈妈说",
        "the lecture is at three",
        "回家路上",
    )
    fell = least_fell = 0
    for _ in range(60):
        words = rng.sample(bad, 3) + rng.sample(good, 4)
        rng.shuffle(words)
        text = ", ".join(words)
        prepared = prepare(text)
        before, gains = float(scorer.logits([prepared])[0]), scorer.contributions(prepared)
        starts = np.cumsum([0, *(len(word) + 2 for word in words)])
        by_word = [float(gains[a : b - 2].sum()) for a, b in pairwise(starts.tolist())]
        order = sorted(range(len(words)), key=by_word.__getitem__)
        for chosen, most in ((set(order[-2:]), True), (set(order[:2]), False)):
            rest = ", ".join(word for at, word in enumerate(words) if at not in chosen)
            falls = float(scorer.logits([prepare(rest)])[0]) < before
            fell, least_fell = fell + (falls and most), least_fell + (falls and not most)
    assert fell >= 58
    assert least_fell <= 12


@given(TEXTS)
@settings(max_examples=40, deadline=None)
def test_contributions_have_a_place_for_each_character(text: str) -> None:
    gains = Scorer(model()).contributions(prepare(text))
    assert gains.shape == (len(text),)
    assert np.isfinite(gains).all()


def rows(count: int = 60) -> list[Labelled]:
    rng = random.Random(1)
    bad, good = (
        ("win", "prize", "verify", "urgent", "中奖", "汇款"),
        ("dinner", "home", "lecture", "thanks", "回家", "吃饭"),
    )
    made = []
    for source in ("one", "two", "three"):
        for at in range(count):
            label = ("scam", "benign")[at % 2]
            words = rng.choices(bad if label == "scam" else good, k=6) + rng.choices(
                ("the", "you", "我们", source), k=4
            )
            made.append(Labelled(source, str(at), " ".join(words), label))
    return made


def test_training_is_deterministic_and_learns() -> None:
    content = train(rows(), seed=4)
    assert train(rows(), seed=4) == content
    scorer = Scorer(unpack(content))
    high, low = scorer.logits([prepare("urgent: verify to win a prize"), prepare("home for dinner, thanks")])
    assert high > low + 2
    assert set(scorer.model.about["rows"]) == {"one", "two", "three"}


def test_training_needs_both_sides() -> None:
    with pytest.raises(InputError, match="both"):
        train([row for row in rows() if row.label == "scam"])


def test_newton_finds_the_least_loss() -> None:
    rng = np.random.default_rng(1)
    data = np.c_[np.ones(400), rng.normal(size=(400, 3))]
    truth = np.array([0.5, 1.0, -2.0, 0.0])
    target = (rng.random(400) < 1 / (1 + np.exp(-data @ truth))).astype(float)
    found = newton(data, target, np.ones(400), np.zeros(4), np.full(4, 0.1))
    slope = data.T @ (1 / (1 + np.exp(-data @ found)) - target) + 0.1 * found
    assert np.abs(slope).max() < 0.05
    assert np.abs(found - truth).max() < 0.5


def test_labelled_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text,label,lang\n1,hello,benign,en\n", encoding="utf-8")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress("id,text,label\n1,转账,scam\n".encode()))
    (tmp_path / "c.jsonl").write_text('{"id": 3, "text": "hi", "label": "ad"}\n\n', encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not read", encoding="utf-8")
    found = read(files_in(tmp_path))
    assert [(row.source, row.id, row.label) for row in found] == [
        ("a", "1", "benign"),
        ("b", "1", "scam"),
        ("c", "3", "ad"),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"id,words\n1,x\n"),
        ("a.csv", b"id,text,label\n1,\xff\xfe,scam\n"),
        ("a.csv.gz", b"not gzip"),
        ("a.jsonl", b'["list"]\n'),
        ("a.jsonl", b"{broken\n"),
    ],
)
def test_labelled_files_that_cannot_be_used(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError):
        read(files_in(tmp_path))
    with pytest.raises(InputError):
        files_in(tmp_path / "nothing")


def test_probabilities_are_in_order() -> None:
    logits = np.linspace(-30, 30, 400)
    chances = probabilities(logits)
    assert (np.diff(chances) > 0).all()
    assert chances[0] > 0
    assert chances[-1] < 1


SCAMS = (
    "您的银行账户异常已被冻结，请立即点击链接核实身份：http://bank-safe.top/x",
    "Your account has been suspended. Verify now at http://secure-login.example/verify or it will be closed today",
    "This is the final notice about your car's extended warranty. Press 1 to speak with an agent now.",
)
HONEST = (
    "晚上回家吃饭吗？我买了菜",
    "Are we still on for lunch tomorrow? I'll be at the library till noon",
    "明天下午三点开会，记得带报告",
)


@pytest.mark.parametrize("kind", ["full", "open"])
def test_the_scorers_that_ship(kind: str) -> None:
    scorer = shipped(kind)
    scams, honest = scorer.logits([prepare(text) for text in SCAMS]), scorer.logits([prepare(text) for text in HONEST])
    assert scams.min() > honest.max()
    assert len(pack(scorer.model)) < 6_000_000
