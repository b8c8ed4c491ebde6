"""The command line: which commands there are. Each is loaded only when it is called, so that `--help` starts at once."""

from cyclopts import App

from fanzha.model.version import VERSION
from fanzha.show.words import Words

COMMANDS = (
    "run",
    "admit",
    "map",
    "cases",
    "case",
    "rebuild",
    "verify",
    "withdraw",
    "correct",
    "export",
    "formats",
    "doctor",
)
# A command's function where its name is taken by Python or says too little.
FUNCTIONS = {"map": "map_table", "case": "one_case", "export": "export_table", "formats": "list_formats"}


def make_app(words: Words) -> App:
    """The command line in one language."""
    app = App(name="fanzha", help=words("app"), version=VERSION, version_flags=["--version"])
    for place, name in enumerate(COMMANDS):
        function = f"fanzha.show.commands:{FUNCTIONS.get(name, name)}"
        app.command(function, name=name, help=words(name), sort_key=place)
    return app
