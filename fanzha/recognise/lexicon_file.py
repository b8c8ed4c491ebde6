"""The lexicon made ready, kept beside it: a process that checks one message has no time to make it from the YAML files.

`lexicon/ready.json.gz` holds what `signs.made` made, and the digest of all it was made from: phrases, signs, tables and the code that undoes
disguises. Where one of them has changed since, the file is not used, and the process makes its own. `make lexicon` writes it anew.
"""

import gzip
import json
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

NAME: Final = "ready.json.gz"
_VERSION: Final = "1"
_BYTES_MAX: Final = 64 << 20


def digest() -> str:
    """BLAKE2b of everything that what is kept depends on."""
    made = blake2b(_VERSION.encode(), digest_size=20)
    for path in sorted(_sources(), key=lambda one: one.name):
        content = path.read_bytes()
        made.update(f"\n{path.name} {len(content)}\n".encode() + content)
    return made.hexdigest()


def _sources() -> list[Traversable]:
    clean, recognise = files("fanzha.clean"), files("fanzha.recognise")
    code = [one for one in clean.iterdir() if "disguise" in one.name and one.name.endswith(".py")]
    code += [clean / name for name in ("edits.py", "plain_letters.py", "restorable.py")]
    tables = [one for one in (clean / "reference" / "disguise").iterdir() if one.name.endswith(".yaml")]
    lexicon = [one for one in (recognise / "lexicon").iterdir() if one.name.endswith(".yaml")]
    return [*code, *tables, *lexicon, recognise / "signs.py", files("fanzha.model") / "schema" / "signs.yaml"]


def read() -> dict[str, Any] | None:
    """What is kept; None where there is none, or it was made from something else."""
    path = files("fanzha.recognise") / "lexicon" / NAME
    if not path.is_file():
        return None
    try:
        held = json.loads(gzip.decompress(path.read_bytes()))
    except (OSError, EOFError, ValueError):  # cut or damaged: what it is made from is still there
        return None
    if not isinstance(held, dict) or held.get("digest") != digest():
        return None
    made: dict[str, Any] = held["made"]
    return made


def packed(made: dict[str, Any]) -> bytes:
    """The bytes of the file for what was made; the same on every machine with the same zlib."""
    text = json.dumps({"digest": digest(), "made": made}, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)
