"""Every word in both languages, every word used, every code of the model known."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import fanzha
import fanzha.document
from fanzha.document.page import Said
from fanzha.document.words import both, code_name, fill, groups, plural, put, term, typeset
from fanzha.store.tables import derived_tables

HERE = Path(fanzha.document.__file__).parent


def literals() -> set[str]:
    """Every string constant in the code of the pages."""
    found: set[str] = set()
    for path in HERE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return found


def asked() -> set[str]:
    """Every key given to `word` as a constant, through a choice of two constants too."""
    found: set[str] = set()
    for path in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "word":
                given = node.args[0]
                parts = (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,)
                found |= {
                    part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return found


@pytest.mark.parametrize("group", sorted(groups()))
def test_both_languages_are_complete(group: str) -> None:
    for code, entry in groups()[group].items():
        assert entry["en"].strip() and entry["zh"].strip(), code
        assert set(entry) <= {"en", "zh", "note_en", "note_zh"}, code
        assert ("note_en" in entry) == ("note_zh" in entry), code
        for language in ("en", "note_en"):
            assert not set("，；：（）") & set(entry.get(language, "")), code


def test_places_agree_between_languages() -> None:
    for key, entry in groups()["words"].items():
        places = [{part.split("}")[0] for part in entry[lang].split("|")[0].split("{")[1:]} for lang in ("en", "zh")]
        assert places[0] == places[1], key


def test_every_word_asked_for_exists() -> None:
    assert asked() <= set(groups()["words"])


def test_no_word_is_unused() -> None:
    assert set(groups()["words"]) - literals() == set()


def test_the_codes_that_tables_name_are_known() -> None:
    columns = {(table.name, column.name): column.en for table in derived_tables().values() for column in table.columns}
    columns["near_links", "how"] += columns["bridges", "how"]
    for place, group in (
        (("near_links", "how"), "hows"),
        (("pulls", "why"), "whys"),
        (("bridges", "why"), "bridges"),
        (("judgements", "verdict"), "verdicts"),
        (("judgements", "state"), "judged"),
    ):
        assert all(code in columns[place] for code in groups()[group]), group
    assert all(code in columns["payments", "state"] for code in groups()["states"])


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert code_name("whys", "brand_new") == Said("brand_new", "brand_new")
    assert term("steps", "brand_new") == Said("brand_new", "brand_new")


def test_plural_and_places() -> None:
    said = Said("{n} row|{n} rows", "{n}行")
    assert put(plural(said, 1), {"n": "1"}) == Said("1 row", "1行")
    assert put(plural(said, 2), {"n": "2"}) == Said("2 rows", "2行")


def test_a_filled_value_is_not_filled_again() -> None:
    assert "{b}" in fill(Said("{a} {b}", "{a} {b}"), {"a": "{b}", "b": "x"})
    assert put(Said("{a}", "{a}"), {"a": "{a}"}).en == "{a}"


def test_a_text_that_is_the_same_in_both_is_written_once() -> None:
    assert both("¥1.00") == "¥1.00"
    assert both(Said("a", "b")).count("<span") == 2


def test_chinese_is_set_with_wide_marks_only_beside_chinese() -> None:
    assert typeset("保留,但不参与") == "保留，但不参与"
    assert typeset("12:30, 1,234") == "12:30, 1,234"


def test_no_sentence_is_cut_at_a_comma() -> None:
    """In a YAML mapping on one line a narrow comma ends the value: what follows would be a key without a value."""
    for path in sorted(Path(fanzha.__file__).parent.rglob("*.yaml")):
        for key, value in _pairs(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)):
            assert value is not None or not re.search("[\u4e00-\u9fff]", str(key)), f"{path.name}: {key}"


def _pairs(node: object) -> Iterator[tuple[object, object]]:
    if isinstance(node, dict):
        yield from node.items()
        for value in node.values():
            yield from _pairs(value)
    elif isinstance(node, list):
        for value in node:
            yield from _pairs(value)
