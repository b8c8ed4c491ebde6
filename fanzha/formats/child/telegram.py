"""A page of Telegram Desktop's export to HTML (messages.html) to its messages.

Says {"chat": name}, then {"messages": [[at, sender, text, medium], ...]} again and again. Moments are written dd.MM.yyyy
hh:mm:ss with the offset of the exporter's zone, and said as 2024-05-06T18:03:22+08:00. A message that follows one of the same
sender does not repeat the name. Days between messages and what the program reports are of medium `other`, without a moment.
"""

import re
from html.parser import HTMLParser
from typing import Any, BinaryIO

from fanzha.formats.child.markup import BREAKS, VOID
from fanzha.formats.child.saying import NotThis, Say, TooMuch

TITLE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4}) (\d{2}:\d{2}:\d{2})(?: UTC([+-]\d{2}:?\d{2}))?")
CHARACTERS_MAX = 20_000_000
DEPTH_MAX = 1_000
FRAME = 1_000
MEDIA = {
    "photo": "image",
    "animated": "image",
    "sticker": "sticker",
    "voice_message": "voice",
    "video": "video",
    "round": "video",
    "file": "file",
    "audio_file": "file",
    "call": "call",
    "location": "location",
    "contact": "other",
}


class Page(HTMLParser):
    """Collects messages; `open` holds the classes of the elements that are open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.chat = ""
        self.rows: list[list[str]] = []
        self.sender = ""
        self.open: list[tuple[str, frozenset[str]]] = []
        self.message = -1  # depth of the open message
        self.heard: dict[str, list[str]] = {}
        self.at = self.medium = self.link = ""
        self.joined = self.service = False
        self.characters = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        given = {name: value or "" for name, value in attrs}
        classes = frozenset(given.get("class", "").split())
        if tag == "br" or (tag in BREAKS and self.message >= 0):
            self.hear("\n")
        if tag in VOID:
            return
        if len(self.open) >= DEPTH_MAX:
            raise TooMuch
        self.open.append((tag, classes))
        if "message" in classes and self.message < 0:
            self.message, self.heard, self.at, self.medium = len(self.open), {}, "", ""
            self.joined, self.service = "joined" in classes, "service" in classes
        elif self.message >= 0 and "date" in classes and not self.at:
            self.at = given.get("title", "")
        for name in classes:
            if name.startswith("media_") and not self.medium:
                self.medium = MEDIA.get(name.removeprefix("media_"), "")
        if classes & {"photo_wrap", "video_file_wrap", "sticker_wrap", "animated_wrap"} and not self.medium:
            self.medium = (
                "sticker" if "sticker_wrap" in classes else "video" if "video_file_wrap" in classes else "image"
            )
        if tag == "a" and self.place() == "text":
            self.link = given.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it what was left open inside."""
        if not any(tag == name for name, _ in self.open[-50:]):
            return
        while self.open:
            if len(self.open) == self.message:
                self.close_message()
            name, _ = self.open.pop()
            if name == tag:
                break
        if tag == "a" and self.link:
            if self.link.startswith(("http:", "https:", "tg:")) and self.link.rstrip("/") not in "".join(
                self.heard.get("text", [])
            ):
                self.hear(f" ({self.link})")
            self.link = ""

    def place(self) -> str:
        """What the text at this place is: name, text, title of the page, or what else stands in a message."""
        held: set[str] = set().union(*(classes for _, classes in self.open)) if self.open else set()
        if self.message < 0:
            return "chat" if "page_header" in held and "text" in held else ""
        if "date" in held or "userpic" in held or "signature" in held:
            return ""
        if "from_name" in held:
            return "forwarded" if "forwarded" in held else "sender"
        return "text" if held & {"text", "media_wrap", "details", "reply_to"} else ""

    def hear(self, text: str) -> None:
        """Text at this place."""
        place = self.place()
        self.characters += len(text)
        if self.characters > CHARACTERS_MAX:
            raise TooMuch
        if place == "chat":
            self.chat += text
        elif place:
            self.heard.setdefault(place, []).append(text)

    def handle_data(self, data: str) -> None:
        """Text."""
        self.hear(re.sub(r"\s+", " ", data))

    def close_message(self) -> None:
        """A message ends."""
        self.message = -1
        told = {name: _tidy("".join(parts)) for name, parts in self.heard.items()}
        if not self.joined and not self.service:
            self.sender = told.get("sender", "")
        lines = [told.get("text", ""), f"forwarded_from: {told['forwarded']}" if told.get("forwarded") else ""]
        text = "\n".join(filter(None, lines))
        medium = (
            "other"
            if self.service
            else "text"
            if text and self.medium in ("image", "sticker", "")
            else self.medium or "other"
        )
        self.rows.append([moment(self.at), "" if self.service else self.sender, text, medium])


def _tidy(text: str) -> str:
    return "\n".join(line for one in text.split("\n") if (line := one.strip()))


def moment(title: str) -> str:
    """02.05.2024 18:03:22 UTC+08:00 as 2024-05-02T18:03:22+08:00; what is no moment as it is."""
    found = TITLE.fullmatch(title.strip())
    return f"{found[3]}-{found[2]}-{found[1]}T{found[4]}{found[5] or ''}" if found else title


def main(pipe: BinaryIO, say: Say, _argument: dict[str, Any]) -> None:
    """Read the page, say its messages."""
    page = Page()
    page.feed(pipe.read().decode("utf-8", "replace"))
    page.close()
    if not any(at for at, *_ in page.rows):
        raise NotThis
    say({"chat": page.chat.strip()})
    for start in range(0, len(page.rows), FRAME):
        say({"messages": page.rows[start : start + FRAME]})
