"""Which files beside a saved page are the pictures it shows and the files attached to it.
What stands in them is left to the parsers, which files are documents of their own to `documents`."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from html import unescape
from urllib.parse import unquote, urlsplit

from gongkai.parsers.paging import paging_of

LARGEST_PAGE = 4 * 2**20
"""Bytes of a page that is looked at for references; larger ones are word processors' exports with pictures inside."""

Listings = dict[bytes, tuple[bytes, ...]]
"""The names in each folder looked at so far."""

_REFERENCE = re.compile(rb"""\b(?:href|src)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE)
_ATTACHABLE = re.compile(
    r"\.(?:pdf|docx?|wps|xlsx?|et|rtf|ofd|zip|rar|7z|png|jpe?g|gif|bmp|tiff?|webp)$", re.IGNORECASE
)
_SAVED = b"_files"  # how browsers name the folder for what a saved page shows


def is_saved_with(folder: bytes, stems: Collection[bytes]) -> bool:
    """Whether this folder holds what a browser saved with one of the pages named by their stems."""
    return folder.endswith(_SAVED) and folder.removesuffix(_SAVED) in stems


def files_meant(page: bytes, size: int, listings: Listings) -> tuple[tuple[str, bytes], ...]:
    """Pairs of a reference that the page prints and the file, in the page's folder or below it, that it names.

    An address on the web means the file of that name beside the page, or in the folder that a browser saves with it.
    """
    if not 0 < size <= LARGEST_PAGE:
        return ()
    attachable, paged = _has_attachable(page, listings), _has_further_pages(page, listings)
    if not attachable and not paged:
        return ()
    try:
        with open(page, "rb") as file:
            content = file.read(LARGEST_PAGE)
    except OSError:
        return ()  # said when it is read as a document
    if b"<" not in content[:2048]:
        return ()
    found: dict[str, bytes] = {}
    for match in _REFERENCE.finditer(content):
        raw = match[1] or match[2] or match[3] or b""
        reference = unescape(raw.decode("utf-8", errors="replace")).strip()
        if reference not in found and (path := _file_of(reference, page)) and path != page:
            found[reference] = path
    if paged and (paging := paging_of(content)) is not None:
        for reference in paging.further:
            if (path := _page_of(reference, page)) is not None:
                found[reference] = path
    return tuple(found.items())


def _has_further_pages(page: bytes, listings: Listings) -> bool:
    """Whether a file beside the page is called like it with a number behind: NAME.html, NAME_1.html."""
    stem, end = os.path.splitext(os.path.basename(page))
    return any(
        _is_called_like(name, page) and name[len(stem) + 1 : -len(end) or None].isdigit()
        for name in listings.get(os.path.dirname(page), ())
    )


def _is_called_like(name: bytes, page: bytes) -> bool:
    """Whether a file has the page's name with something behind it."""
    stem, end = os.path.splitext(os.path.basename(page))
    return name.startswith(stem + b"_") and name.endswith(end)


def _page_of(reference: str, page: bytes) -> bytes | None:
    """The file beside the page that is the further page of its article: only one called like it, with a number."""
    name = os.fsencode(unquote(reference.split("#")[0].split("?")[0]).rpartition("/")[2])
    path = os.path.join(os.path.dirname(page), name)
    return path if _is_called_like(name, page) and os.path.isfile(path) and not os.path.islink(path) else None


def _has_attachable(page: bytes, listings: Listings) -> bool:
    """Whether any file near the page can be shown or attached by it: a look that spares reading most pages."""
    for folder in (os.path.dirname(page), os.path.splitext(page)[0] + _SAVED):
        if folder not in listings:
            try:
                listings[folder] = tuple(os.listdir(folder or b"."))
            except OSError:
                listings[folder] = ()
        if any(_ATTACHABLE.search(os.fsdecode(name)) for name in listings[folder]):
            return True
    return False


def _file_of(reference: str, page: bytes) -> bytes | None:
    folder = os.path.dirname(page) or b"."
    for candidate in _candidates(reference, folder, os.path.splitext(page)[0] + _SAVED):
        path = os.path.normpath(candidate)
        inside = os.path.commonpath([os.path.abspath(path), os.path.abspath(folder)]) == os.path.abspath(folder)
        if inside and os.path.isfile(path) and not os.path.islink(path):
            return path
    return None


def _candidates(reference: str, folder: bytes, saved: bytes) -> Iterator[bytes]:
    try:
        parts = urlsplit(reference)
    except ValueError:
        return
    # a download script names its file in the query: downfile.jsp?filename=x.pdf
    for name in (unquote(parts.path), *(value.partition("=")[2] for value in unquote(parts.query).split("&"))):
        if not _ATTACHABLE.search(name) or "\0" in name:
            continue
        if not parts.scheme and not parts.netloc and not name.startswith("/"):
            yield os.path.join(folder, os.fsencode(name))
        base = os.fsencode(name.replace("\\", "/").rpartition("/")[2])
        yield os.path.join(folder, base)
        yield os.path.join(saved, base)
