"""What a child says to its parent, and the two ways in which it refuses."""

from collections.abc import Callable

Say = Callable[[object], None]  # a JSON value, or bytes


class NotThis(Exception):
    """The bytes are not of the kind that the job reads, or damaged."""


class TooMuch(Exception):
    """The content exceeds what the job may give back."""
