"""Pages whose every text attacks the reader."""

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

ATTACKS = (
    "</script><img src=x onerror=\"window.hacked='img'\">",
    "<script>window.hacked='script'</script>",
    "\"><svg onload=window.hacked='svg'>",
    "' onmouseover='window.hacked=1' x='",
    "</title></style><iframe src=javascript:parent.hacked=1></iframe>",
    "javascript:window.hacked='href'",
    "{n}{amount}${window.hacked=1}`",
    "‮txt.exe‬ \x00\x1b[31m \ud800 &lt;b&gt; ]]> <!-- -->",
    "恶意账户名" * 60,
)
_KEPT = {"zone", "lang"}
T = TypeVar("T")


def attacked(page: T) -> T:
    """The page with every text replaced by an attack, the attacks taken in turn; keys stay different."""
    counter = [0]

    def turn(value: Any, name: str) -> Any:
        if isinstance(value, str) and name not in _KEPT:
            counter[0] += 1
            attack = ATTACKS[counter[0] % len(ATTACKS)]
            if name == "currency":
                return ATTACKS[0] if value else ""  # one and the same, or the sums would be refused
            if name == "unit":
                return ATTACKS[1] if value else ""
            return f"{attack}{value}" if name in ("key", "account", "payer", "payee") else attack
        if isinstance(value, tuple):
            return tuple(turn(one, name) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value, **{field.name: turn(getattr(value, field.name), field.name) for field in fields(value)}
            )
        return value

    made: T = turn(page, "")
    return made
