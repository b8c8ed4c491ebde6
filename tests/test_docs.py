"""Documentation is under test: what exists is described, what is described exists, and the code blocks run.

`python -m tests.test_docs` writes docs/tables.md and docs/reference.md again.
"""

import inspect
import json
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
from fanzha.show import (
    caller_commands,
    campaign_commands,
    check_commands,
    commands,
    link_commands,
    money_commands,
    order_commands,
    record_commands,
    replay_commands,
    score_commands,
    simulate_commands,
    train_commands,
    weights_commands,
)
from fanzha.show.cli import COMMANDS, FUNCTIONS, MODULES, ON_THE_RECORD
from fanzha.show.options import Changes, Common, Handling, RowChange
from fanzha.show.order_options import Appealed, Done, Objection, Paper, Wanted
from fanzha.simulate.parameters import declared, presets
from fanzha.store.tables import all_tables

ROOT = Path(__file__).parents[1]
ORDERING = {"wanted": Wanted, "done": Done, "paper": Paper, "appealed": Appealed, "objection": Objection}
VOCABULARIES = {
    "reasons": "Why a row is in quarantine",
    "campaign_states": "How a campaign stands",
    "notes": "Notes on rows that were kept",
    "steps": "What may be proposed",
    "grounds": "Grounds of a proposal",
    "innocent": "Innocent explanations",
    "exits": "Ways money leaves",
    "stages": "Stages of the chain",
    "coverage_states": "How far a stage is seen",
    "roles": "Roles, as assertions",
    "role_statuses": "How far a role is established",
    "role_evidence": "What a role is read from",
    "requests": "What may be asked for next",
    "gaps": "Where statements are incomplete",
    "repairs": "What was put right in pairing",
    "shapes": "Forms of the flow",
    "breaks": "Breaks of the flow",
    "break_signs": "What speaks for money going on beyond a break",
    "attribution_rules": "Rules of attribution",
    "patterns": "Patterns of movements",
    "outcomes": "What a holder may be",
    "outcome_reasons": "What speaks for or against a reading",
    "call_patterns": "Patterns of calls",
    "call_readings": "What a number or device may be",
    "call_signs": "What speaks for or against a reading of calls",
    "call_innocent": "What else a number or device may be",
    "orders": "What may be ordered",
    "order_states": "How an order stands",
    "order_events": "What happens to an order",
    "order_laws": "Legal bases of orders",
    "order_dues": "What an order waits for",
    "appeal_states": "How an appeal stands",
    "appeal_parties": "Who appeals",
    "return_methods": "Ways of returning money",
    "return_tests": "Why money is returned in proportion",
    "scam_types": "Kinds of scam",
    "tactics": "Tricks",
    "lures": "What comes before a scam, or feeds one",
    "check_verdicts": "What a check may say of a message",
    "signs": "What words and links can show",
    "address_signs": "What a link or a number shows by itself",
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


def parameters_page() -> str:
    lines = [
        "# Parameters of a synthetic world",
        "",
        "Made from `fanzha/simulate/parameters/*.yaml` by `python -m tests.test_docs`. `fanzha simulate OUT --set NAME=VALUE` changes one.",
        "",
        "## Presets",
        "",
        "| preset | people | days | gangs | what it is | 说明 |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{name}` | {one['people']:,} | {one['days']} | {one['gangs']} | {one['en']} | {one['zh']} |"
        for name, one in presets().items()
    ]
    part = ""
    for name, one in declared().items():
        if name.split(".")[0] != part:
            part = name.split(".")[0]
            lines += ["", f"## {part}", "", "| name | value | source | meaning | 含义 |", "|---|---|---|---|---|"]
        value = json.dumps(one["value"], ensure_ascii=False).replace("|", "\\|")
        lines.append(f"| `{name}` | `{value}` | {one['source']} | {one['en']} | {one['zh']} |")
    return "\n".join(lines) + "\n"


PAGES = {"docs/tables.md": tables_page, "docs/reference.md": reference_page, "docs/parameters.md": parameters_page}


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_fresh(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), "run: python -m tests.test_docs"


def test_every_command_and_option_is_described() -> None:
    page = "".join((ROOT / f"docs/{name}.md").read_text(encoding="utf-8") for name in ("commands", "worlds", "money"))
    apart = {"simulate": simulate_commands, "score": score_commands, "replay": replay_commands}
    apart["weights"] = weights_commands
    apart["check"] = check_commands
    apart["callers"] = caller_commands
    apart |= dict.fromkeys(("campaigns", "name", "feedback"), campaign_commands)
    apart |= dict.fromkeys(("train", "drift"), train_commands)
    apart |= dict.fromkeys(("why", "judge", "merge", "split", "roles"), link_commands)
    apart |= dict.fromkeys(("trace", "money", "patterns"), money_commands)
    apart |= dict.fromkeys(("hold", "orders", "appeal", "refund"), order_commands)
    assert {name: module.__name__.split(".")[-1] for name, module in apart.items()} == MODULES
    for name in COMMANDS:
        assert f"`fanzha {name}" in page, name
        module = apart.get(name, record_commands if name in ON_THE_RECORD else commands)
        function = getattr(module, FUNCTIONS.get(name, name))
        options = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
        for option in options:
            records = ("common", "handling", "changes", "single", "making", "asking", *ORDERING)
            if option.name not in records:
                assert f"--{option.name.replace('_', '-')}" in page, f"{name} --{option.name}"
    made = (simulate_commands.Making, simulate_commands.Asking)
    for record in (Common, Handling, Changes, RowChange, *made, *ORDERING.values()):
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
    "name",
    [
        "README.md",
        "README.zh-CN.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/campaigns.md",
        "docs/commands.md",
        "docs/money.md",
        "docs/recognise.md",
        "docs/worlds.md",
    ],
)
def test_files_and_links_that_are_named_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:fanzha|tests|docs|bench|examples|plans)/[\w./-]+)`", text))
    linked = {link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("http")}
    missing = [path for path in named if not (ROOT / path).exists()]
    missing += [path for path in linked if not ((ROOT / name).parent / path).exists()]
    assert not missing


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)


def command(line: str) -> str:
    """A line without its comment."""
    return line.partition(" #")[0].strip()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_code_block_runs(name: str, tmp_path: Path) -> None:
    (tmp_path / "examples").mkdir()
    for folder in ("city", "formats"):
        (tmp_path / "examples" / folder).symlink_to(ROOT / "examples" / folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    english = [line for block in blocks("README.md", "sh") for line in block.splitlines()]
    for block in blocks(name, "sh"):
        for line in block.splitlines():
            if line.startswith("make "):  # `make test` is what runs this; `make run` runs the first line of the tour
                continue
            if name != "README.md" and " town" in line and command(line) in map(command, english):
                continue  # the synthetic town is the same in both: half a minute
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
