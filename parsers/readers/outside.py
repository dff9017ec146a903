"""What a reader may ask of its caller: the bytes a page refers to, and the conversion of old office files.
Where they come from (a folder, an archive, a system program) is left to the caller: readers know no disk and no process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Linked = Callable[[str], bytes | None]
"""The bytes behind a reference as the page prints it (`./P020.pdf`, `files/1.png`); None where they are not at hand."""

Convert = Callable[[bytes, str], bytes]
"""A file of an old office format (bytes, media type) as DOCX or XLSX. Raises CannotConvert."""


class CannotConvert(Exception):
    """The file could not be converted; the message says why and what to do."""


def _nothing_linked(reference: str) -> bytes | None:
    return None


def _no_converter(body: bytes, media_type: str) -> bytes:
    raise CannotConvert("no converter for old office files at hand; save the document as DOCX or PDF")


class Outside(NamedTuple):
    """The two things that a reader may ask for; by default neither is to be had."""

    linked: Linked = _nothing_linked
    convert: Convert = _no_converter


NOTHING_OUTSIDE = Outside()
