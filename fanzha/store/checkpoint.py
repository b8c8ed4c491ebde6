"""Signed checkpoints in the C2SP forms (tlog-checkpoint, signed-note): size and root of the journal, kept outside it."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the journal was when it was signed: its name, its size in entries, its root (32 bytes), the layout on disk.

    The layout stands in an extension line; layout 1 had none, so a program that knows only that one refuses a newer head.
    """

    origin: str
    size: int
    root: bytes
    layout: int = 1

    def body(self) -> str:
        """The text that is signed."""
        extension = f"layout {self.layout}\n" if self.layout > 1 else ""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n{extension}"


def key_hash(origin: str, public: bytes) -> bytes:
    """Four bytes that name the key within a note (signed-note)."""
    return hashlib.sha256(origin.encode() + b"\n" + ED25519 + public).digest()[:4]


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The signed note."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = key_hash(checkpoint.origin, public) + key.sign(checkpoint.body().encode())
    return f"{checkpoint.body()}\n— {checkpoint.origin} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, public: bytes) -> Checkpoint:
    """The checkpoint in a signed note; ValueError if it is malformed or not signed by this key."""
    body, separator, tail = note.partition("\n\n")
    lines = body.split("\n")
    if not separator or not 3 <= len(lines) <= 4 or not tail.endswith("\n") or tail.count("\n") != 1:
        raise ValueError("not a signed checkpoint")
    layout = int(lines[3].removeprefix("layout ")) if len(lines) == 4 else 1
    checkpoint = Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True), layout)
    mark, name, encoded = tail[:-1].split(" ")
    signature = base64.b64decode(encoded, validate=True)
    if (
        checkpoint.body() != body + "\n"
        or mark != "—"
        or name != checkpoint.origin
        or encoded != base64.b64encode(signature).decode()
    ):
        raise ValueError("not a signed checkpoint")
    if signature[:4] != key_hash(checkpoint.origin, public):
        raise ValueError("signed by another key")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], checkpoint.body().encode())
    except InvalidSignature as error:
        raise ValueError("the signature does not hold") from error
    return checkpoint
