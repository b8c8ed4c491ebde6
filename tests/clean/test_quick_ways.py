"""What is looked for in a cheaper way is still found: quick ways beside the plain ones they stand for."""

from itertools import permutations

import pytest

from fanzha.clean import fold, moment
from fanzha.clean.phrases import Labels, Matcher


@pytest.mark.parametrize("signs", ["⁻−-", "ａ，。", "é①🇨", "ﬁ½…", "\u200b\u0301\r", "ำกᄒ한", "₋−２"])
def test_folding_a_text_is_folding_each_of_its_characters(signs: str) -> None:
    """Whatever the order and whatever stands beside them: one sign may fold to what another is folded from."""
    for order in permutations(signs):
        text = "".join(f"ok {sign}好" for sign in order)
        folded, origin = fold.normalise(text)
        each = [fold.normalise(f"{char}好")[0].removesuffix("好") for char in text]
        assert folded == "".join(each)
        assert list(origin) == [place for place, part in enumerate(each) for _ in part]


def test_no_sign_that_folding_passes_by_would_be_folded() -> None:
    passed = [char for char in map(chr, range(0x11_0000)) if not fold._ODD.match(char)]
    assert len(passed) > 30_000
    assert [char for char in passed if fold._fold_character(char) != char] == []


def test_a_matcher_meets_in_ascii_what_it_meets_beside_other_letters() -> None:
    matcher = Matcher({"bank": 1, "your bank": 2, "k a": 3, "银行": 4, "a银": 5, "$5": 6})
    text = "your bank account, riverbank, bank$5"
    assert list(matcher.iter(text)) == list(matcher.iter(f"{text} é"))
    assert {kept for kept, *_ in matcher.iter(text)} == {1, 2, 6}  # 3 would begin inside a word
    assert [kept for kept, *_ in matcher.iter("a银行")] == [5, 4]


def test_labels_are_met_inside_words_and_inside_each_other() -> None:
    labels = Labels(("print", "fingerprint", "信用", "sim"))
    assert labels.met("a fingerprint of 信用卡") == {"print", "fingerprint", "信用"}
    assert labels.met("") == labels.met("nothing") == set()


@pytest.mark.parametrize(
    "text",
    [
        "on 2024-03-05 08:30 and 5 mar 2024, two days ago",
        "2024年3月5日, 3月6日, 昨晚八点, 3天前",
        "20240305123045 today at 8 pm, 25/03/2024",
        "May 5, 2024; just now; 1/2",
    ],
)
def test_times_that_need_none_to_count_from_are_all_in_the_short_scan(text: str) -> None:
    def read(*, relative: bool) -> set[tuple[int, int]]:
        spans = moment.scan(text, text.lower(), relative=relative)
        return {(start, end) for start, end in spans if moment.parse(text[start:end].rstrip()) is not None}

    assert read(relative=False) == read(relative=True)
    assert len(list(moment.scan(text, text.lower(), relative=False))) < len(list(moment.scan(text, text.lower())))
