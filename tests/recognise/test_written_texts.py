"""The texts written to train on: each is usable, none holds a person's data, none is there twice."""

import re
from collections import Counter

from fanzha.model.words import vocabulary
from fanzha.recognise.features import see
from fanzha.recognise.kernels import LINK, LONG_NUMBER, MAIL, SHORT_LINK
from fanzha.recognise.labelled import LABELS, Labelled
from fanzha.recognise.prepared import prepare
from fanzha.recognise.written_texts import SOURCE, filled, written

ROWS = written()
PLACE = re.compile(r"\{[a-z]+\}")


def test_every_row_can_be_trained_on() -> None:
    kinds = vocabulary("scam_types")
    for row in ROWS:
        assert row.label in LABELS and row.text.strip(), row
        assert row.kind in kinds if row.label == "scam" else not row.kind, row
        assert not PLACE.search(row.text), row


def test_no_text_is_there_twice_and_no_side_is_alone() -> None:
    said = Counter(re.sub(r"\W+", "", row.text.lower()) for row in ROWS)
    assert not [text for text, times in said.items() if times > 1]
    for source in {row.source for row in ROWS}:
        labels = Counter(row.label for row in ROWS if row.source == source)
        assert source.startswith(SOURCE) and min(labels["scam"], labels["benign"]) >= 50, (source, labels)


def test_a_place_is_filled_the_same_every_time_and_told_from_another() -> None:
    text = "Pay at {link} or call {phone}, then {phone}; ask {mail}, {handle}, code {code}, account {account}, {short}"
    made = filled(text, "en")
    assert made == filled(text, "en") and "{" not in made
    numbers = re.findall(r"555\d{7}", made)
    assert len(set(numbers)) == 2
    assert {LINK, SHORT_LINK, MAIL, LONG_NUMBER} <= set(see([prepare(made).plain.text]).tokens.tolist())
    assert filled("{unknown} {link", "en") == "{unknown} {link"


def test_numbers_in_them_are_invented_at_reading_or_public() -> None:
    """A long number that was written out is a bank's or an office's own line: it is never in a scam."""
    for row in _as_kept():
        assert row.label != "scam" or not re.search(r"\d{9,}", row.text), row


def _as_kept() -> list[Labelled]:
    from importlib.resources import files
    from pathlib import Path

    from fanzha.recognise.labelled import files_in, read
    from fanzha.recognise.written_texts import FOLDER

    return read(files_in(Path(str(files("fanzha.recognise") / FOLDER))))
