"""OLE compound files, the container of DOC, XLS, WPS and ET: the names of their streams, and their bytes.
What a stream says is left to the reader of its kind; the layout is that of [MS-CFB]."""

from __future__ import annotations

from struct import unpack_from
from typing import NamedTuple

from gongkai.parsers.readers.problems import Unreadable

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
OLE = "application/x-ole-storage"
_END = 0xFFFFFFFA  # this and all larger numbers name no sector
_HEADER = 512
MOST_ENTRIES = 20_000
"""Entries of the directory; a document with hundreds of embedded objects has a few thousand."""
_DAMAGED = "Word, Excel or WPS file (OLE): damaged or cut off in the middle; download it again"


class _Entry(NamedTuple):
    name: str
    kind: int  # 1 storage, 2 stream, 5 root
    start: int
    size: int
    beside: tuple[int, int]  # entries left and right of it in the tree of its storage
    below: int  # the root of the tree of what it holds


class Compound:
    """An OLE file with its directory read. Raises Unreadable where its chains do not hold together."""

    def __init__(self, body: bytes) -> None:
        if len(body) < _HEADER or body[:8] != SIGNATURE:
            raise Unreadable(_DAMAGED)
        self._body = body
        shift, mini_shift = unpack_from("<HH", body, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise Unreadable(_DAMAGED)
        self._size = 1 << shift
        self._most = len(body) // self._size + 1
        first_directory, self._cutoff, first_mini = unpack_from("<I4xII", body, 48)
        self._fat = self._table()
        entries = list(self._entries(self._chain(first_directory)))
        if not entries:
            raise Unreadable(_DAMAGED)
        root = entries[0]
        # Only what stands in the root: embedded objects have streams of the same names in storages of their own.
        self._streams: dict[str, _Entry] = {}
        waiting, met = [root.below], set()
        while waiting:
            number = waiting.pop()
            if number in met or number >= len(entries):
                continue
            met.add(number)
            waiting += entries[number].beside
            if entries[number].kind == 2:
                self._streams.setdefault(entries[number].name, entries[number])
        self._mini = self._chain(root.start)[: root.size]
        mini_fat = self._chain(first_mini)
        self._mini_fat = unpack_from(f"<{len(mini_fat) // 4}I", mini_fat)

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._body[at : at + self._size]

    def _table(self) -> tuple[int, ...]:
        """The file allocation table, whose own sectors stand in the header and a chain behind it."""
        places = list(unpack_from("<109I", self._body, 76))
        following, count = unpack_from("<II", self._body, 68)
        for _ in range(min(count, self._most)):
            sector = self._sector(following)
            if following >= _END or len(sector) < self._size:
                break
            *more, following = unpack_from(f"<{self._size // 4}I", sector)
            places += more
        sectors = [self._sector(p) for p in places if p < _END][: self._most]
        table = b"".join(s for s in sectors if len(s) == self._size)
        return unpack_from(f"<{len(table) // 4}I", table)

    def _chain(self, start: int) -> bytes:
        found: list[bytes] = []
        while start < _END:
            if start >= len(self._fat) or len(found) > self._most:
                raise Unreadable(_DAMAGED)
            found.append(self._sector(start))
            start = self._fat[start]
        return b"".join(found)

    def _entries(self, directory: bytes) -> list[_Entry]:
        found = []
        for at in range(0, min(len(directory) // 128, MOST_ENTRIES) * 128, 128):
            length, kind = unpack_from("<HB", directory, at + 64)
            start, size = unpack_from("<II", directory, at + 116)
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
            left, right, below = unpack_from("<III", directory, at + 68)
            found.append(_Entry(name, kind, start, size, (left, right), below))
        return found

    @property
    def names(self) -> frozenset[str]:
        """The names of the streams that stand in the root."""
        return frozenset(self._streams)

    def stream(self, name: str) -> bytes:
        """The bytes of a stream; b"" where there is none. Raises Unreadable where some of them are missing."""
        entry = self._streams.get(name)
        if entry is None:
            return b""
        if entry.size >= self._cutoff:
            found = self._chain(entry.start)
        else:
            at = entry.start
            pieces: list[bytes] = []
            while at < _END:
                if at >= len(self._mini_fat) or len(pieces) > len(self._mini_fat):
                    raise Unreadable(_DAMAGED)
                pieces.append(self._mini[at * 64 : at * 64 + 64])
                at = self._mini_fat[at]
            found = b"".join(pieces)
        if len(found) < entry.size:
            raise Unreadable(_DAMAGED)
        return found[: entry.size]


def kind_of_ole(body: bytes) -> tuple[str, str]:
    """Media type and plain name of an OLE file, by the names of its streams."""
    try:
        names = Compound(body).names
    except Unreadable:
        return OLE, "Word, Excel or WPS file (OLE)"
    if "EncryptedPackage" in names:
        return OLE, "encrypted office file"
    if "WordDocument" in names:
        return DOC, "Word or WPS document (DOC)"
    if "Workbook" in names or "Book" in names:
        return XLS, "spreadsheet (XLS or ET)"
    if "PowerPoint Document" in names:
        return OLE, "slides (PPT)"
    return OLE, "OLE file that is neither a Word nor an Excel document"
