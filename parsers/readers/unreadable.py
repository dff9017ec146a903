"""What every reader raises for bytes that it does not take.
Which reader is asked is left to the package."""

from __future__ import annotations


class Unreadable(Exception):
    """The bytes are no document that a reader takes; the message says what they are and what to do."""
