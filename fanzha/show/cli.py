"""The command line: which commands there are. Each is loaded only when it is called, so that `--help` starts at once."""

from typing import Any

from cyclopts import App, Group
from cyclopts.help import DefaultFormatter

from fanzha.model.version import VERSION
from fanzha.show.words import Words

COMMANDS = (
    "run",
    "check",
    "inspect",
    "admit",
    "map",
    "cases",
    "case",
    "why",
    "judge",
    "merge",
    "split",
    "roles",
    "callers",
    "campaigns",
    "name",
    "feedback",
    "train",
    "drift",
    "weights",
    "trace",
    "money",
    "patterns",
    "hold",
    "orders",
    "appeal",
    "refund",
    "rebuild",
    "verify",
    "withdraw",
    "correct",
    "acts",
    "undo",
    "retain",
    "erase",
    "backup",
    "restore",
    "export",
    "reference",
    "formats",
    "simulate",
    "replay",
    "score",
    "doctor",
)
ON_THE_RECORD = (
    "rebuild",
    "verify",
    "withdraw",
    "correct",
    "acts",
    "undo",
    "retain",
    "erase",
    "backup",
    "restore",
    "reference",
)
# A command's module where it is not the common one.
MODULES = {
    "check": "check_commands",
    "simulate": "simulate_commands",
    "score": "score_commands",
    "replay": "replay_commands",
    "weights": "weights_commands",
    "callers": "caller_commands",
    **dict.fromkeys(("trace", "money", "patterns"), "money_commands"),
    **dict.fromkeys(("hold", "orders", "appeal", "refund"), "order_commands"),
    **dict.fromkeys(("campaigns", "name", "feedback"), "campaign_commands"),
    **dict.fromkeys(("train", "drift"), "train_commands"),
    **dict.fromkeys(("why", "judge", "merge", "split", "roles"), "link_commands"),
}
# A command's function where its name is taken by Python or says too little.
FUNCTIONS = {"map": "map_table", "case": "one_case", "export": "export_table", "formats": "list_formats"}


class _Help(DefaultFormatter):
    """Help as the library prints it, with its own words in one language."""

    def __init__(self, usage_word: str) -> None:
        super().__init__()
        self._usage_word = usage_word

    def render_usage(self, console: Any, options: Any, usage: Any) -> None:
        """The line that says how the command is written."""
        if usage:
            console.print(
                f"{self._usage_word}{str(usage).removeprefix('Usage:').lstrip()}", markup=False, highlight=False
            )


def make_app(words: Words) -> App:
    """The command line in one language."""
    groups: dict[str, Any] = {
        "group_arguments": Group.create_default_arguments(words("help_arguments")),
        "group_parameters": Group.create_default_parameters(words("help_options")),
    }
    app = App(
        name="fanzha",
        help=words("app"),
        version=VERSION,
        version_flags=["--version"],
        help_formatter=_Help(words("help_usage")),
        group_commands=Group.create_default_commands(words("help_commands")),
        **groups,
    )
    app["--help"].help = words("help_help")
    app["--version"].help = words("help_version")
    for place, name in enumerate(COMMANDS):
        module = MODULES.get(name, "record_commands" if name in ON_THE_RECORD else "commands")
        function = f"fanzha.show.{module}:{FUNCTIONS.get(name, name)}"
        app.command(function, name=name, help=words(name), sort_key=place, **groups)
    return app
