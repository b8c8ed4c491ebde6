"""Every number that a world is made from, each with its source or the word assumption; a stranger can change them all."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from fanzha.errors import InputError, NotFound

FOLDER = Path(__file__).parent / "parameters"
PRESETS = FOLDER / "presets.yaml"
Value = Any  # a number, a text, a list, or a table of numbers


class Parameters(Mapping[str, Value]):
    """Values by dotted name: `p["everyday.scale"]`. What is not named stays as it stands in the files."""

    def __init__(self, values: dict[str, Value]) -> None:
        self._values = {name: _ordered(value) for name, value in values.items()}

    def __getitem__(self, name: str) -> Value:
        if name not in self._values:
            near = ", ".join(sorted(one for one in self._values if one.split(".")[0] == name.split(".")[0])[:8])
            raise NotFound(
                f"there is no parameter {name!r}",
                f"没有参数 {name!r}",
                remedy=f"fanzha/simulate/parameters lists them{f', for example {near}' if near else ''}",
                remedy_zh="见 fanzha/simulate/parameters",
            )
        return self._values[name]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def set(self, changes: Mapping[str, Value]) -> "Parameters":
        """A copy with some values changed. Raises NotFound for a name that is none, InputError for a value of another kind."""
        changed = dict(self._values)
        for name, value in changes.items():
            kept = self[name]
            both_numbers = isinstance(kept, int | float) and isinstance(value, int | float)
            if not both_numbers and not isinstance(value, type(kept)):
                raise InputError(
                    f"{name} takes a value like {kept!r}, not {value!r}",
                    f"{name} 的值应类似 {kept!r},而不是 {value!r}",
                    remedy="write --set NAME=VALUE with a value of the same kind",
                    remedy_zh="请写成 --set 名称=同类值",
                )
            changed[name] = {**kept, **value} if isinstance(kept, dict) else value
        return Parameters(changed)

    def written(self) -> str:
        """All values as YAML, sorted by name; those of a part that is switched off (`PART.on` is 0) are left out."""
        off = {name.split(".")[0] for name, value in self._values.items() if name.endswith(".on") and not value}
        told = {name: value for name, value in sorted(self._values.items()) if name.split(".")[0] not in off}
        return yaml.safe_dump(told, allow_unicode=True, sort_keys=True)


def _ordered(value: Value) -> Value:
    """Tables by name, so that the order in which somebody wrote them changes no draw."""
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value)}
    return [_ordered(one) for one in value] if isinstance(value, list) else value


def declared() -> dict[str, dict[str, Value]]:
    """Every parameter as it is declared: value, source, what it means in both languages."""
    found: dict[str, dict[str, Value]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        if path != PRESETS:
            for name, one in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader).items():
                found[f"{path.stem}.{name}"] = one
    return found


def presets() -> dict[str, dict[str, Value]]:
    """Presets by name: what each is (`en`, `zh`), its size (`people`, `days`, `gangs`) and the values it sets (`set`)."""
    found: dict[str, dict[str, Value]] = yaml.load(PRESETS.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return found


def preset(name: str) -> dict[str, Value]:
    """One preset. Raises NotFound, which names those there are."""
    known = presets()
    if name not in known:
        raise NotFound(
            f"there is no preset called {name!r}",
            f"没有名为 {name!r} 的预设",
            remedy=f"choose one of: {', '.join(known)}",
            remedy_zh=f"可选:{', '.join(known)}",
        )
    return known[name]


def parameters(preset_name: str, file: Path | None = None, changes: Iterable[str] = ()) -> Parameters:
    """The values of a preset, then of a YAML file of `name: value`, then of single changes written NAME=VALUE.

    Raises NotFound for names that are none, InputError for what is no change or a value of another kind.
    """
    made = Parameters({name: one["value"] for name, one in declared().items()})
    made = made.set(preset(preset_name).get("set", {}))
    if file is not None:
        made = made.set(_read(file))
    for change in changes:
        name, equals, text = change.partition("=")
        if not equals:
            raise InputError(
                f"{change!r} is no change of a parameter",
                f"{change!r} 不是参数修改",
                remedy="write --set NAME=VALUE",
                remedy_zh="请写成 --set 名称=值",
            )
        made = made.set({name.strip(): _value(text, change)})
    return made


def _read(file: Path) -> dict[str, Value]:
    try:
        told = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as failure:
        raise _no_parameters(str(file)) from failure
    if not isinstance(told, dict) or not all(isinstance(name, str) for name in told):
        raise _no_parameters(str(file))
    return told


def _value(text: str, change: str) -> Value:
    try:
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except (ValueError, RecursionError, yaml.YAMLError) as failure:
        raise _no_parameters(change) from failure


def _no_parameters(where: str) -> InputError:
    return InputError(
        "these are no parameters",
        "不是参数",
        where=where,
        remedy="write YAML lines of NAME: VALUE, as in the parameters.yaml beside a written world",
        remedy_zh="请写成 YAML 的 名称: 值,可参照已生成世界中的 parameters.yaml",
    )
