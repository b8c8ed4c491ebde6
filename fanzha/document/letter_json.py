"""A letter as neutral JSON, `fanzha.order/1`: for a bank's or a payment body's own system.

One object, UTF-8, keys sorted, the same bytes for the same letter. Amounts are `{"minor": integer, "currency": ISO 4217, "exponent":
digits of the minor unit, "capitals": Chinese words or ""}`; times are ISO 8601 in UTC with milliseconds, or null; what is a code has
the code beside its words: `{"code", "en", "zh"}`; a text that is the same in both languages stands in both. `standing` is issued, draft
or void; only `issued` may be acted on. `left` is what an order still holds after a lift of a part, `times.period_from` the first moment
that a query asks for. `account.masked` says that the number is not whole. `follows` is null or the order that this
one extends, lifts or turns into a freeze. `reply` lists the lines that the recipient fills in. A later schema with another meaning has
another number; a reader ignores keys it does not know.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from fanzha.clean.currency import exponent
from fanzha.document.letter import (
    SCHEMA,
    Letter,
    ground_name,
    innocent_name,
    law_name,
    said,
    title,
    to_submit,
)
from fanzha.document.letter_body import clear, in_words
from fanzha.document.page import Text
from fanzha.document.words import pick, term

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Value = Mapping[str, Any]


def letter_json(letter: Letter) -> bytes:
    """The letter as UTF-8 JSON with a line feed at its end."""
    return (json.dumps(letter_value(letter), ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def letter_value(letter: Letter) -> Value:
    """The letter as plain values, as the module says."""
    return {
        "schema": SCHEMA,
        "kind": _coded(letter.kind, title(letter.kind)),
        "verb": _coded(letter.verb, term("orders", letter.verb)),
        "number": letter.number,
        "follows": letter.follows if letter.follows >= 0 else None,
        "case": clear(letter.case_id),
        "standing": letter.standing,
        "issuer": _both(letter.issuer),
        "recipient": _both(letter.recipient),
        "account": {
            "number": clear(letter.account),
            "holder": clear(letter.holder),
            "bank": _both(letter.bank),
            "masked": letter.form.masked,
        },
        "amount": _amount(letter.amount_minor, letter.currency),
        "left": _amount(letter.left_minor, letter.currency),
        "ground": {**_coded(letter.ground, ground_name(letter)), "holds": not letter.takes_back},
        "law": _coded(letter.law, law_name(letter)),
        "innocent": _coded(letter.innocent, innocent_name(letter)[0]),
        "reason": _both(letter.reason),
        "times": {
            "zone": clear(letter.zone),
            "proposed": iso(letter.proposed_ms),
            "from": iso(letter.from_ms),
            "expires": iso(letter.expires_ms),
            "reply_by": iso(letter.reply_by_ms),
            "notice_from": iso(letter.notice_from_ms),
            "notice_until": iso(letter.notice_until_ms),
            "period_from": iso(letter.period_from_ms),
        },
        "proposer": clear(letter.proposer),
        "approvers": [clear(one) for one in letter.approvers],
        "text": _both(said("asks", letter.kind)),
        "remedy": _remedy(letter),
        "evidence": [
            {
                "file": clear(one.file),
                "row": one.row,
                "at": iso(one.at_ms),
                "amount": _amount(one.amount_minor, one.currency),
            }
            for one in letter.evidence
        ],
        "payees": [
            {
                "name": clear(one.name),
                "account": clear(one.account),
                "bank": _both(one.bank),
                "lost": _amount(one.paid_minor, letter.currency),
                "returned": _amount(one.amount_minor, letter.currency),
            }
            for one in letter.payees
        ],
        "reply": [_coded(key, said("replies", key)) for key in letter.form.replies],
    }


def iso(at_ms: int | None) -> str | None:
    """UTC milliseconds as 2024-03-05T12:15:00.000Z; exact, no floating point."""
    if at_ms is None:
        return None
    at = _EPOCH + timedelta(milliseconds=at_ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


def _both(text: Text) -> dict[str, str]:
    return {lang: clear(pick(text, lang)) for lang in ("en", "zh")}


def _coded(code: str, text: Text) -> dict[str, str]:
    return {"code": clear(code), **_both(text)}


def _amount(minor: int | None, currency: str) -> Value | None:
    if minor is None:
        return None
    return {
        "minor": minor,
        "currency": clear(currency),
        "exponent": exponent(currency),
        "capitals": in_words(minor, currency),
    }


def _remedy(letter: Letter) -> Value | None:
    remedy = letter.remedy
    if remedy is None:
        return None
    by_ms = letter.notice_until_ms if remedy.by_ms is None else remedy.by_ms
    return {
        "where": _both(remedy.where),
        "contact": _both(remedy.contact),
        "by": iso(by_ms),
        "submit": [_both(one) for one in to_submit(letter)],
    }
