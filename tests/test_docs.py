"""Documentation is under test: what exists is described, what is described exists, and the code blocks run.

`python -m tests.test_docs` writes docs/tables.md and docs/reference.md again.
"""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fanzha.document.words import groups
from fanzha.errors import FanzhaError
from fanzha.formats import known
from fanzha.model import terms
from fanzha.model.words import vocabulary
from fanzha.show import commands, record_commands
from fanzha.show.cli import COMMANDS, FUNCTIONS, ON_THE_RECORD
from fanzha.show.options import Changes, Common, Handling, RowChange
from fanzha.store.tables import all_tables

ROOT = Path(__file__).parents[1]
VOCABULARIES = {
    "reasons": "Why a row is in quarantine",
    "notes": "Notes on rows that were kept",
    "steps": "What may be proposed",
    "grounds": "Grounds of a proposal",
    "innocent": "Innocent explanations",
    "exits": "Ways money leaves",
}


def tables_page() -> str:
    lines = [
        "# Tables",
        "",
        "Made from `fanzha/model/schema/records.yaml` and `fanzha/store/derived.yaml` by `python -m tests.test_docs`.",
        "`fanzha export TABLE` writes any of them. Times are UTC milliseconds, money is integer minor units; columns marked * are masked",
        "unless a purpose is named.",
    ]
    for table in all_tables().values():
        lines += [
            "",
            f"## {table.name}",
            "",
            f"{table.en}. {table.zh}。",
            "",
            "| column | type | unit | meaning | 含义 |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| `{c.name}`{' *' if c.sensitive else ''} | {c.type} | {c.unit} | {c.en} | {c.zh} |"
            for c in table.columns
        ]
    return "\n".join(lines) + "\n"


def reference_page() -> str:
    lines = [
        "# Vocabularies",
        "",
        "Made from `fanzha/model/schema/*.yaml` and `fanzha/document/words.yaml` by `python -m tests.test_docs`.",
    ]
    lines += [
        "",
        "## Formats",
        "",
        "| name | English | 中文 |",
        "|---|---|---|",
        *(f"| `{f.name}` | {f.en} | {f.zh} |" for f in known.FORMATS),
    ]
    for name, title in VOCABULARIES.items():
        lines += ["", f"## {title}", "", "| code | English | 中文 |", "|---|---|---|"]
        lines += [
            f"| `{t.code}` | {t.en}{'. ' + t.note_en if t.note_en else ''} | {t.zh}{'。' + t.note_zh if t.note_zh else ''} |"
            for t in vocabulary(name).values()
        ]
    for group, title in (
        ("rules", "Rules that make a figure"),
        ("whys", "Why an identifier joins or does not"),
        ("hows", "How two cases are near"),
    ):
        lines += ["", f"## {title}", "", "| code | English | 中文 |", "|---|---|---|"]
        lines += [
            f"| `{code}` | {said['en']}{'. ' + said['note_en'] if said.get('note_en') else ''} | {said['zh']} |"
            for code, said in groups()[group].items()
        ]
    return "\n".join(lines) + "\n"


PAGES = {"docs/tables.md": tables_page, "docs/reference.md": reference_page}


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_fresh(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), "run: python -m tests.test_docs"


def test_every_command_and_option_is_described() -> None:
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"`fanzha {name}" in page, name
        function = getattr(record_commands if name in ON_THE_RECORD else commands, FUNCTIONS.get(name, name))
        options = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
        for option in options:
            if option.name not in ("common", "handling", "changes", "single"):
                assert f"--{option.name.replace('_', '-')}" in page, f"{name} --{option.name}"
    for record in (Common, Handling, Changes, RowChange):
        for field in record.__dataclass_fields__:
            assert f"--{field.replace('_', '-')}" in page, field
    for purpose in (*terms.PURPOSES, *terms.TLP):
        assert f"`{purpose}`" in page
    statuses = {error.exit_status for error in every_error(FanzhaError)} - {1}
    assert all(f"{status} " in page for status in statuses)


def every_error(root: type[FanzhaError]) -> list[type[FanzhaError]]:
    return [found for child in root.__subclasses__() for found in (child, *every_error(child))]


def test_every_format_stands_in_the_readme() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"`{one.name}`" in page for one in known.FORMATS)


@pytest.mark.parametrize(
    "name", ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "docs/commands.md"]
)
def test_files_and_links_that_are_named_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:fanzha|tests|docs|bench|examples|plans)/[\w./-]+)`", text))
    linked = {link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("http")}
    missing = [path for path in named | linked if not (ROOT / path).exists()]
    assert not missing


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_code_block_runs(name: str, tmp_path: Path) -> None:
    (tmp_path / "examples").mkdir()
    for folder in ("city", "formats"):
        (tmp_path / "examples" / folder).symlink_to(ROOT / "examples" / folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for block in blocks(name, "sh"):
        for line in block.splitlines():
            if line.startswith("make "):  # `make test` is what runs this; `make run` runs the first line of the tour
                continue
            done = subprocess.run(
                line,
                shell=True,
                cwd=tmp_path,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stderr}"
    for block in blocks(name, "python"):
        done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "reports" in done.stdout and "CNY:3500000" in done.stdout


def test_changelog_names_this_version() -> None:
    from fanzha.model.version import VERSION

    assert f"## {VERSION} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


if __name__ == "__main__":
    for page, make in PAGES.items():
        (ROOT / page).write_text(make(), encoding="utf-8")
