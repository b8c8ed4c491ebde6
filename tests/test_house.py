"""House rules as a test: layers, doors, sizes, names. One pass, closed by default: an unknown folder has no layer."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent / "fanzha"

# Lowest first. Names in one set are neighbours: they must not import each other.
LAYERS = [
    {"errors"},
    {"model"},
    {"clean"},
    {"formats"},
    {"store"},
    {"document"},
    {"ingest", "recognise", "link", "trace", "respond", "simulate", "score"},
    {"chain"},
    {"show"},
    {"__init__", "__main__"},
]
# A heavy or outward-facing library may be imported in these units only.
ONLY_IN = {
    "ahocorasick": {"clean"},
    "duckdb": {"store"},
    "apsw": {"store", "show"},  # show: `fanzha doctor` prints its version
    "cryptography": {"store"},
    "cyclopts": {"show"},
    "docx": {"document"},
    "fontTools": {"document"},
    "fpdf": {"document"},
    "lxml": set[str](),
    "PIL": set[str](),
    "rich": {"show"},
    "numba": {"clean", "link", "trace"},
    "onnxruntime": {"formats"},
    "phonenumbers": {"clean"},
    "publicsuffixlist": {"clean"},
    "pypdfium2": {"formats"},
    "pypinyin": {"clean"},
    "pysail": {"store"},
    "pyspark": {"store"},
    "python_calamine": {"formats"},
    "rapidfuzz": {"clean"},
    "rapidocr": set[str](),  # its models are read, it is not imported
    "sqlglot": {"store"},
    "xlsxwriter": {"formats"},
    "zxingcpp": {"formats"},
    "sqlite3": set[str](),  # the interpreter's SQLite has a corruption bug
    "pandas": set[str](),
    "pickle": set[str](),
    "socket": set[str](),
    "urllib.request": set[str](),
    "http": set[str](),
}
SAYS_NOTHING = {"util", "utils", "common", "helper", "helpers", "misc", "manager", "core", "base"}
MODULE_LINES_MAX, FUNCTION_LINES_MAX, ARGUMENTS_MAX = 400, 70, 8


def rank(unit: str) -> int:
    return next((index for index, layer in enumerate(LAYERS) if unit in layer), -1)


def imported(node: ast.AST) -> Iterator[str]:
    """Dotted names a statement imports; for `from a import b`, both a and a.b are offered."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def check_import(here: str, name: str) -> str | None:
    top, *rest = name.split(".")
    if top != ROOT.name:
        allowed = ONLY_IN.get(top, ONLY_IN.get(".".join([top, *rest[:1]]), {here}))
        return None if here in allowed else f"{name} belongs only in {', '.join(sorted(allowed)) or 'no module'}"
    known = rest and rank(rest[0]) >= 0
    there = rest[0] if known else "__init__"
    if there == here or rank(there) < rank(here):
        return None
    return f"{here} must not import {there}; imports point down, neighbours talk through tables"


def broad(node: ast.AST) -> bool:
    """A handler that catches everything and does not raise again."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    names = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {""}
    return bool(names & {"", "Exception", "BaseException"}) and not any(isinstance(n, ast.Raise) for n in node.body)


def check(path: Path, text: str) -> Iterator[str]:
    here = path.relative_to(ROOT).parts[0].removesuffix(".py")
    if rank(here) < 0:
        yield f"{here}: has no layer; give it one here and in ARCHITECTURE.md"
        return
    if path.stem in SAYS_NOTHING or path.parent.name in SAYS_NOTHING:
        yield f"{path.name}: the name says nothing; name the thing it holds"
    if text.count("\n") > MODULE_LINES_MAX:
        yield f"{path.relative_to(ROOT)}: longer than {MODULE_LINES_MAX} lines; split it by noun"
    for node in ast.walk(ast.parse(text)):
        at = f"{path.relative_to(ROOT.parent)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"{at}: absolute imports only"
        if here not in {"show", "__main__"} and broad(node):
            yield f"{at}: a broad except belongs only at the outer edge"
        for name in imported(node):
            if problem := check_import(here, name):
                yield f"{at}: {problem}"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX:
                yield f"{at}: {node.name} is longer than {FUNCTION_LINES_MAX} lines"
            if (
                len(node.args.args)
                + len(node.args.kwonlyargs)
                - (bool(node.args.args) and node.args.args[0].arg in ("self", "cls"))
                > ARGUMENTS_MAX
            ):
                yield f"{at}: {node.name} takes more than {ARGUMENTS_MAX} arguments"


def test_house() -> None:
    found = [
        problem for path in sorted(ROOT.rglob("*.py")) for problem in check(path, path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n" + "\n".join(found)


def test_the_house_test_bites() -> None:
    breaches = {
        "link/a.py": "from fanzha.trace import follow",
        "clean/a.py": "import fanzha.store.engine",
        "store/a.py": "from fanzha import chain",
        "trace/a.py": "import duckdb",
        "ingest/a.py": "from . import admit",
        "formats/utils.py": "",
        "newfolder/a.py": "",
        "model/a.py": "def f():\n    from fanzha.clean import phone",
        "respond/a.py": "try:\n    x = 1\nexcept Exception:\n    pass",
        "store/b.py": "import pickle",
        "link/b.py": "def f(a, b, c, d, e, f, g, h, i): ...",
        "link/c.py": "x = 1\n" * 401,
    }
    for name, text in breaches.items():
        assert list(check(ROOT / name, text)), f"{name} should have been refused"


def test_every_folder_has_a_reader() -> None:
    units = {
        p.stem if p.is_file() else p.name
        for p in ROOT.iterdir()
        if p.suffix == ".py" or (p.is_dir() and p.name != "__pycache__")
    }
    assert units == set().union(*LAYERS), "a layer names a folder that is not there, or the other way round"
