"""What all tables of reference data have in common: YAML, and blocks that say where their facts are from and of what day."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import yaml

from fanzha.errors import InputError

_NAMES: Final = ("en", "zh")


def read_table(text: bytes, name: str) -> Mapping[str, Any]:
    """The table as read; InputError where it is no YAML mapping."""
    try:
        loaded = yaml.load(text, Loader=yaml.CSafeLoader)
    except (
        yaml.YAMLError,
        ValueError,
        RecursionError,
    ) as problem:  # ValueError: a date that is none, such as 2024-00-01
        raise broken(name, f"no YAML: {problem}", f"不是 YAML：{problem}") from None
    if not isinstance(loaded, dict):
        raise broken(name, "no table of blocks", "内容不是分块的表")
    return loaded


def provenance(block: Any, name: str) -> tuple[str, str]:
    """(source, as_of) of a block; InputError where one is missing or the date is none."""
    if not isinstance(block, dict):
        raise broken(name, "no table of blocks", "内容不是分块的表")
    source, as_of = block.get("source"), block.get("as_of")
    if not isinstance(source, str) or not source.strip():
        raise broken(name, "a block without source", "有一块数据未注明来源")
    try:
        day = date.fromisoformat(str(as_of))
    except ValueError:
        raise broken(name, f"{as_of!r} is no date", f"{as_of!r} 不是日期") from None
    return source, day.isoformat()


def listed(block: Any, key: str, name: str) -> list[Any]:
    """The list under a key of a block, empty where there is none; InputError where something else stands there."""
    found = block.get(key) or []
    if not isinstance(found, list):
        raise broken(name, f"{key} is no list", f"{key} 不是列表")
    return found


def keyed(block: Any, key: str, name: str) -> dict[Any, Any]:
    """The mapping under a key of a block, empty where there is none; InputError where something else stands there."""
    found = block.get(key) or {}
    if not isinstance(found, dict):
        raise broken(name, f"{key} is no mapping", f"{key} 不是键值表")
    return found


def names(entry: Any, name: str) -> tuple[str, str]:
    """The English and the Chinese name of an entry; InputError where one is missing."""
    en, zh = (entry.get(key) for key in _NAMES) if isinstance(entry, dict) else ("", "")
    if not (isinstance(en, str) and en.strip() and isinstance(zh, str) and zh.strip()):
        raise broken(name, f"an entry without names in both languages: {entry!r}"[:200], "有一项缺少中文或英文名称")
    return en, zh


def digits(written: Any, name: str) -> str:
    """A number as text (leading zeros count, so YAML must quote it); InputError where it is none."""
    if not isinstance(written, str) or not written.isascii() or not written.isdigit():
        raise broken(name, f"{written!r} is no row of digits in quotes", f"{written!r} 不是加引号的数字")
    return written


def broken(name: str, what: str, what_zh: str) -> InputError:
    """The error that says what is wrong with a table."""
    return InputError(
        f"this table of {name} cannot be used: {what}",
        f"{name} 参考数据不可用：{what_zh}",
        remedy="use the table that ships with the software, or mend this one",
        remedy_zh="请改用软件自带的参考数据，或更正该文件",
    )
