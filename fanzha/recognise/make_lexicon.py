"""Writes the lexicon made ready (`lexicon_file`): `python -m fanzha.recognise.make_lexicon`, or `make lexicon`."""

from pathlib import Path

from fanzha.recognise import lexicon_file, signs


def main() -> None:
    """Make it and write it beside the lexicon."""
    (Path(__file__).parent / "lexicon" / lexicon_file.NAME).write_bytes(lexicon_file.packed(signs.made()))


if __name__ == "__main__":
    main()
