"""Which files are documents, and their bytes, up to a stated size.
What the bytes say is left to the parsers."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from gongkai.output.companions import files_meant, is_saved_with
from gongkai.parsers import LARGEST_BODY

LARGEST_DOCUMENT = LARGEST_BODY
"""Bytes above which a document is refused without being read; published reports have at most a few MB."""

STANDARD_INPUT = "-"


class Document(NamedTuple):
    """A document still to be read: the name it goes by, its size in bytes (0 when unknown), and why it cannot
    be read when that is already clear. `body` is set when the bytes are at hand (standard input).
    `refers` pairs what a page refers to, as it prints it, with the file beside it that is meant; `attached` pairs the
    address of what a page from the web refers to with its bytes."""

    source: str
    path: bytes
    size: int = 0
    problem: str | None = None
    body: bytes | None = None
    refers: tuple[tuple[str, bytes], ...] = ()
    attached: tuple[tuple[str, bytes], ...] = ()
    record: Record | None = None


class Record(NamedTuple):
    """Where a document lies in a web archive: file and offset of its record, when it was captured, and the same for
    what its page refers to, by address."""

    file: str
    offset: int
    at: datetime | None
    attached: tuple[tuple[str, str, int], ...] = ()

    @property
    def capture(self) -> str:
        return f"{_name(os.fsencode(self.file))}:{self.offset}"


class Unreadable(Exception):
    """The bytes of a document cannot be had; the message says why."""


class TooLarge(Exception):
    """The document is larger than `LARGEST_DOCUMENT`; the message says so."""


class NoDocuments(Exception):
    """The paths given do not exist or hold no document; the message names them."""


def find(paths: Iterable[str], out: str) -> tuple[list[Document], list[str]]:
    """The documents at these paths in order of their names, and remarks about folders left out.

    A folder gives every regular file in it, at any depth, except dot files, `*.json`, `*.jsonl` and `README*`;
    gongkai's own datasets and `out` are left out. A file named by itself is a document whatever its name.
    Raises NoDocuments for a path that does not exist and when nothing is found.
    """
    found: dict[bytes, Document] = {}
    remarks: list[str] = []
    given = list(paths)
    for path in given:
        if path == STANDARD_INPUT:
            found[b"-"] = _standard_input()
            continue
        raw = os.fsencode(path)
        try:
            kind = os.stat(raw).st_mode
        except FileNotFoundError:
            raise NoDocuments(f"{path}: no such file or folder") from None
        except OSError as error:
            found[raw] = Document(_name(raw), raw, problem=_why(error))
            continue
        documents = _in_folder(raw, os.fsencode(out), remarks) if stat.S_ISDIR(kind) else [_document(raw)]
        found.update((d.path, d) for d in documents)
    if not found:
        raise NoDocuments(f"no documents in {', '.join(given)}")
    found = {d.path: d for d in _with_archived(found.values(), remarks)}
    if not found:
        raise NoDocuments(f"nothing in {', '.join(given)} looks like a report")
    listings: dict[bytes, tuple[bytes, ...]] = {}
    documents = [
        d if d.body is not None or d.problem or d.record else d._replace(refers=files_meant(d.path, d.size, listings))
        for d in found.values()
    ]
    return sorted(documents, key=lambda d: d.source), remarks


def _with_archived(found: Iterable[Document], remarks: list[str]) -> Iterator[Document]:
    """The documents, with those inside of WARC and WACZ files in place of these. Only where they lie is held."""
    archives: list[Document] = []
    for document in found:
        if document.problem is None and document.body is None and is_archive(document.path):
            archives.append(document)
        else:
            yield document
    if not archives:
        return
    from gongkai.output.archived import reports_in  # brings the scraper with it, which plain files do not need

    unread, told, reports = reports_in([Path(os.fsdecode(d.path)) for d in archives])
    remarks += told
    for path, why in unread:
        yield Document(_name(os.fsencode(path)), os.fsencode(path), problem=why)
    for one in reports:
        record = Record(one.file, one.offset, one.at, one.attached)
        yield Document(one.url, place_name(one.file, one.offset), one.size, record=record)


def together(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents in groups: a page with the documents it refers to, the page first; all others by themselves."""
    every = list(documents)
    number = {d.path: k for k, d in enumerate(every)}
    leader = list(range(len(every)))

    def lead(k: int) -> int:
        while leader[k] != k:
            k = leader[k]
        return k

    for k, document in enumerate(every):
        inside = document.record.attached if document.record else ()
        for path in (*(path for _, path in document.refers), *(place_name(file, at) for _, file, at in inside)):
            if (other := number.get(path)) is not None:
                a, b = sorted((lead(k), lead(other)))
                leader[b] = a
    groups: dict[int, list[Document]] = {}
    for k, document in enumerate(every):
        groups.setdefault(lead(k), []).append(document)
    for group in groups.values():
        yield sorted(group, key=lambda d: not (d.refers or (d.record and d.record.attached)))


def read(document: Document) -> bytes:
    """The document's bytes. Raises TooLarge above the limit, Unreadable when they cannot be had."""
    if document.problem:
        raise Unreadable(document.problem)
    body = document.body
    if body is None and document.record:
        from gongkai.output.archived import body_at

        body = body_at(document.record.file, document.record.offset)
        size = len(body)
    elif body is None:
        try:
            with open(document.path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                body = b"" if size > LARGEST_DOCUMENT else file.read(LARGEST_DOCUMENT + 1)
        except OSError as error:
            raise Unreadable(_why(error)) from None
    else:
        size = len(body)
    if max(size, len(body)) > LARGEST_DOCUMENT:
        stated = f"{size / 2**20:.0f} MB" if document.body is None else "it"
        raise TooLarge(f"too large: {stated} is above the limit of {LARGEST_DOCUMENT // 2**20} MB a document")
    return body


def linked_files(document: Document, used: set[bytes]) -> Callable[[str], bytes | None]:
    """Gives the bytes of what the page refers to, and notes in `used` which files were asked for."""
    files = dict(document.refers)
    on_the_web = dict(document.attached)
    archived = {url: (file, offset) for url, file, offset in document.record.attached} if document.record else {}

    def linked(reference: str) -> bytes | None:
        if archived or on_the_web:
            from gongkai.output.archived import address, body_at
        if archived:
            place = archived.get(address(document.source, reference))
            if place is None:
                return None
            try:
                body = body_at(*place)
            except Unreadable:
                return None
            used.add(place_name(*place))
            return body
        if on_the_web:
            url = urljoin(document.source, reference).split("#")[0]
            return on_the_web.get(url) or on_the_web.get(address(document.source, reference))
        path = files.get(reference)
        if path is None:
            return None
        try:
            body = read(Document(_name(path), path))
        except (Unreadable, TooLarge):
            return None
        used.add(path)
        return body

    return linked


def is_archive(path: bytes) -> bool:
    """Whether a file is a web archive, by its name."""
    return path.lower().endswith((b".warc", b".warc.gz", b".wacz"))


def place_name(file: str, offset: int) -> bytes:
    """What tells one record from all others, as a document's path."""
    return os.fsencode(f"{file}:{offset}")


def digest_of_file(path: str | bytes) -> str | None:
    """sha256 of a file's bytes in hex, read piece by piece; None when there is no such file or it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _name(path: bytes) -> str:
    """The path as text; bytes that are no UTF-8 are written as `\\xd3`."""
    return path.decode("utf-8", "backslashreplace")


def _why(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"


def _standard_input() -> Document:
    body = sys.stdin.buffer.read(LARGEST_DOCUMENT + 1)
    return Document(STANDARD_INPUT, b"-", len(body), body=body)


def _document(path: bytes) -> Document:
    try:
        status = os.stat(path)
    except OSError as error:  # a link to nothing, a file that vanished
        return Document(_name(path), path, problem=_why(error))
    if not stat.S_ISREG(status.st_mode):
        return Document(_name(path), path, problem="cannot be read: not a regular file")
    return Document(_name(path), path, status.st_size)


def _left_out(name: bytes) -> bool:
    return name.startswith((b".", b"README")) or name.lower().endswith((b".json", b".jsonl"))


def _is_dataset(names: Iterable[bytes]) -> bool:
    return {b"datapackage.json", b"reports.parquet"} <= set(names)  # `reports` is one file in every dataset


def _in_folder(folder: bytes, out: bytes, remarks: list[str]) -> Iterator[Document]:
    failed: list[OSError] = []
    own = os.path.realpath(out)
    for parent, folders, names in os.walk(folder, onerror=failed.append):
        if _is_dataset(names) or os.path.realpath(parent) == own:
            remarks.append(f"{_name(parent)}: a gongkai dataset, not read as documents")
            folders.clear()
            continue
        pages = {os.path.splitext(n)[0] for n in names if n.lower().endswith((b".html", b".htm"))}
        # what a browser saved with a page belongs to it, and is no document
        folders[:] = sorted(f for f in folders if not f.startswith(b".") and not is_saved_with(f, pages))
        for name in names:
            path = os.path.join(parent, name)
            if not _left_out(name) and (os.path.islink(path) or not _special(path)):
                yield _document(path)
    for error in failed:
        path = os.fsencode(error.filename)
        yield Document(_name(path), path, problem=_why(error))


def _special(path: bytes) -> bool:
    """Whether a directory entry is a pipe, socket or device: in a folder these are no documents."""
    try:
        return not stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
