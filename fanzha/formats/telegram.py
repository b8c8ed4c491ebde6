"""Chats as Telegram Desktop exports them to JSON: one chat (result.json), or all of an account.

Followed: the fields that the export writes (`export_output_json.cpp` of Telegram Desktop). The time in seconds of the
epoch counts where it is given; older exports state only a wall clock. What the program itself reports (`service`) is a
message of medium `other`, or `call`.
"""

import json
from typing import Any

from fanzha.formats.chat_lines import Said

_MEDIA = {
    "voice_message": "voice",
    "audio_file": "file",
    "video_file": "video",
    "video_message": "video",
    "animation": "image",
    "sticker": "sticker",
}
_FIELDS = (("photo", "image"), ("file", "file"), ("location_information", "location"), ("contact_information", "other"))
_SERVICE = (
    *(
        "action",
        "title",
        "members",
        "inviter",
        "duration_seconds",
        "discard_reason",
        "information_text",
        "reason_domain",
    ),
)


def chats_of(data: bytes) -> list[dict[str, Any]] | None:
    """The chats of an export; None where the bytes are none."""
    try:
        loaded = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(loaded, dict):
        return None
    if _is_chat(loaded):
        return [loaded]
    found: list[dict[str, Any]] = []
    for group in ("chats", "left_chats"):
        inside = loaded.get(group)
        listed = inside.get("list") if isinstance(inside, dict) else None
        found += [one for one in listed if isinstance(one, dict) and _is_chat(one)] if isinstance(listed, list) else []
    return found or None


def _is_chat(one: dict[str, Any]) -> bool:
    messages = one.get("messages")
    if not isinstance(messages, list) or not isinstance(one.get("type"), str) or "id" not in one:
        return False
    looked_at = [message for message in messages[:50] if isinstance(message, dict)]
    told = sum(
        "date" in message and message.get("type") in ("message", "service", "unsupported") for message in looked_at
    )
    return told * 2 > len(messages[:50]) or not messages


def said_of(chat: dict[str, Any], first: int) -> tuple[list[tuple[Said, str]], list[int]]:
    """(messages with their medium, rows that are no message) of a chat; rows count from `first`."""
    said: list[tuple[Said, str]] = []
    bad: list[int] = []
    name = _text(chat.get("name")) or _text(chat.get("type"))
    for row, raw in enumerate(chat["messages"], first):
        if not isinstance(raw, dict):
            bad.append(row)
            continue
        service = raw.get("type") == "service"
        at = _text(raw.get("date_unixtime")) or _text(raw.get("date"))
        one = Said(row, -1, at, chat=name)
        one.sender = _text(raw.get("actor" if service else "from"))
        one.sender_id = _text(raw.get("actor_id" if service else "from_id"))
        text = written(raw.get("text"))
        parts = [f"{key}: {shown}" for key in _SERVICE if (shown := _text(raw.get(key)))] if service else []
        parts += [
            f"{key}: {shown}" for key in ("forwarded_from", "via_bot", "file_name") if (shown := _text(raw.get(key)))
        ]
        parts += _aside(raw)
        one.lines = [part for part in (text, *parts) if part]
        said.append((one, _medium(raw, text, service=service)))
    return said, bad


def stated(text: str) -> dict[str, str]:
    """What the lines of a report of the program itself state, as its fields; `text` is what they leave."""
    fields: dict[str, str] = {}
    rest: list[str] = []
    for line in text.split("\n"):
        key, mark, value = line.partition(": ")
        if mark and key in _SERVICE and key not in fields:
            fields[key] = value
        else:
            rest.append(line)
    return {**fields, "text": "\n".join(rest)}


def _aside(raw: dict[str, Any]) -> list[str]:
    """Places, contacts and questions, which stand in fields of their own."""
    found: list[str] = []
    for key in ("contact_information", "location_information", "poll"):
        held = raw.get(key)
        if isinstance(held, dict):
            found.append(f"{key}: " + ", ".join(shown for value in held.values() if (shown := _text(value))))
    for button in (
        one for line in _list(raw.get("inline_bot_buttons")) for one in _list(line) if isinstance(one, dict)
    ):
        found.append(" ".join(filter(None, (_text(button.get("text")), _text(button.get("data"))))))
    return found


def _medium(raw: dict[str, Any], text: str, *, service: bool) -> str:
    if service:
        return "call" if "call" in _text(raw.get("action")) else "other"
    known = _MEDIA.get(_text(raw.get("media_type")))
    found = known or next((medium for key, medium in _FIELDS if raw.get(key)), "")
    if found in ("image", "sticker") and text:
        return "text"  # words beside a picture are what was said
    return found or ("text" if text else "other")


def written(text: object) -> str:
    """What was written; where a link leads is said beside it."""
    if isinstance(text, str):
        return text
    parts: list[str] = []
    for part in _list(text):
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(part, dict):
            shown, address = _text(part.get("text")), _text(part.get("href"))
            parts.append(f"{shown} ({address})" if address and address != shown else shown)
    return "".join(parts)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    """A value as text; lists with commas, all else that is no text or number as nothing."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_scalar(one) for one in value[:1_000])))
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
