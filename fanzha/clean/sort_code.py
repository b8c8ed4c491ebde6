"""Accounts in the United Kingdom as people write them: a sort code of six digits and a number of eight, either first (Pay.UK, Extended
Industry Sort Code Directory). Normal form `040075-12345678`, of the kind `account`; the digits carry no check that holds for all banks.

Six digits in pairs are a date as well: a word for the sort code or for the account is wanted beside them.
"""

import re
from collections.abc import Iterator
from typing import Final

from fanzha.clean import account
from fanzha.clean.value import Value

_PAIRS: Final = r"[0-9]{2}(?P<mark>[ \-.\u2013/]?)[0-9]{2}(?P=mark)[0-9]{2}(?![0-9\-])"
_NUMBER: Final = (
    r"(?:[0-9]{8}|[0-9]{4}[ \-][0-9]{4}|[0-9]{2}(?: [0-9]{2}){3}|[0-9]{3} [0-9]{3} [0-9]{2})(?![0-9\-]|[ ][0-9])"
)
_BETWEEN: Final = r"(?P<between>[^0-9]{1,40}?)"
_CODE_FIRST: Final = re.compile(rf"(?<![0-9\-./])(?P<code>{_PAIRS}){_BETWEEN}(?P<number>{_NUMBER})")
_NUMBER_FIRST: Final = re.compile(rf"(?<![0-9\-./])(?P<number>{_NUMBER}){_BETWEEN}(?P<code>{_PAIRS})")
_SORT: Final = re.compile(r"\bsort(?:ing)?(?: ?code)?\b|\bs/?c\b", re.IGNORECASE)
_ACCOUNT: Final = re.compile(r"\bacc(?:oun)?t?\b|\bac\b|\ba/c\b", re.IGNORECASE)
_BEFORE: Final = 24
_WORDS: Final = ("sort", "acc", "a/c", "s/c")


def parse(text: str) -> Value | None:
    """A sort code with its account; None for anything else."""
    found = [*scan(f"sort code {text} ", f"sort code {text.lower()} ")]
    return found[0][2] if len(found) == 1 else None


def scan(folded: str, lower: str) -> Iterator[tuple[int, int, Value]]:
    """(start, end, value) of the accounts in folded text; `lower` is the same in lower case."""
    if not any(word in lower for word in _WORDS):
        return
    for pattern, first in ((_CODE_FIRST, True), (_NUMBER_FIRST, False)):
        for found in pattern.finditer(folded):
            before, between = folded[max(0, found.start() - _BEFORE) : found.start()], found["between"]
            code_said = _SORT.search(before if first else between) is not None
            account_said = _ACCOUNT.search(between if first else before) is not None
            # digits without marks may be anything: both words are wanted
            if (code_said and account_said) if not found["mark"] else (code_said or (account_said and first)):
                digits = "".join(filter(str.isdigit, found["code"])), "".join(filter(str.isdigit, found["number"]))
                yield *found.span(), Value(account.KIND, "-".join(digits), found[0])
