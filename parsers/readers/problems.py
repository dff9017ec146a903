"""What every reader raises for bytes that it cannot make a document of.
The reason is for people: what the file is, and what to do."""

from __future__ import annotations


class Unreadable(Exception):
    """The bytes are no document that a reader takes; the message says what they are and what to do."""
