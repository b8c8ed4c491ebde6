"""Parameters: every one declared with its source, changeable by a stranger, refused where it makes no sense."""

from pathlib import Path

import pytest

from fanzha.errors import InputError, NotFound
from fanzha.simulate.parameters import Parameters, declared, parameters, preset, presets


def test_every_parameter_says_where_it_comes_from() -> None:
    for name, one in declared().items():
        assert set(one) == {"value", "source", "en", "zh"}, name
        assert all(str(one[key]).strip() for key in ("source", "en", "zh")), name


def test_presets_of_the_issue_are_there_and_their_values_are_parameters() -> None:
    assert {"town", "city", "country", "popular-account", "commingling"} <= set(presets())
    for name, one in presets().items():
        assert one["people"] > 0 and one["days"] > 0 and one["gangs"] > 0
        parameters(name)


def test_a_stranger_changes_values_by_file_and_one_by_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("everyday.scale: 0.5\npopulation.migrant_share: 0.1\n", encoding="utf-8")
    made = parameters("town", file, ["population.migrant_share=0.4", "everyday.rates={shop: 0.9}"])
    assert made["everyday.scale"] == 0.5
    assert made["population.migrant_share"] == 0.4
    assert made["everyday.rates"]["shop"] == 0.9
    assert made["everyday.rates"]["friend"] == parameters("town")["everyday.rates"]["friend"]


@pytest.mark.parametrize(
    "change",
    [
        "everyday.scale",
        "everyday.scale=much",
        "everyday.scale={a: [",
        "everyday.scale=2024-00-01",
        "population.banks=3",
    ],
)
def test_what_is_no_change_is_refused(change: str) -> None:
    with pytest.raises(InputError):
        parameters("town", None, [change])


def test_unknown_names_are_refused_with_near_ones() -> None:
    with pytest.raises(NotFound, match=r"everyday\.nothing"):
        parameters("town", None, ["everyday.nothing=1"])
    with pytest.raises(NotFound) as refused:
        preset("village")
    assert "town" in refused.value.say("en") and "town" in refused.value.say("zh")


@pytest.mark.parametrize("content", ["[1, 2]", "a: [", "3: 4"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        parameters("town", file)
    with pytest.raises(InputError):
        parameters("town", tmp_path / "missing.yaml")


def test_what_was_used_can_be_used_again(tmp_path: Path) -> None:
    first = parameters("commingling", None, ["everyday.scale=0.25"])
    file = tmp_path / "parameters.yaml"
    file.write_text(first.written(), encoding="utf-8")
    assert dict(parameters("town", file)) == dict(first)


def test_the_order_in_which_somebody_writes_a_table_changes_nothing() -> None:
    first = parameters("town")
    turned = first.set({name: dict(reversed(list(v.items()))) for name, v in first.items() if isinstance(v, dict)})
    again = Parameters({name: turned[name] for name in reversed(list(turned))})
    assert repr([again[name] for name in first]) == repr([first[name] for name in first])
