"""What a process itself puts into a WARC file, noted record by record, so that a night is closed without reading it all again.
The notes lie in a file without a name: of a process that died nothing is left of them, and then the WARC files are read."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

AT_ONCE = 500
"""Lines that are kept in memory, some 100 kB, before they are put away."""
INDEXED = " "
"""In front of a line of the index; the name of a file never begins so."""


class Member(NamedTuple):
    """A record as it is appended, and its line of the index if it has one."""

    data: bytes
    type: str
    record: str
    uri: str
    indexed: str = ""


def place_line(file: str, offset: int, length: int, sha256: str, kind: str, record: str, uri: str) -> str:
    """One record in a manifest's list of records. `sha256`: of the compressed member; half of it is kept."""
    return f"{file}\t{offset}\t{length}\t{sha256[:32]}\t{kind}\t{record}\t{uri}\n"


@dataclass
class Notes:
    """Of one WARC file, from its first byte on. They tell what was handed to the disk: a bit that the disk loses before
    the night is closed is found by whoever verifies, and not certified."""

    folder: Path  # the archive's own: some file systems give a name for a moment, and among the WARC files it would be one
    file: str
    size: int = 0
    _sha256: hashlib._Hash = field(default_factory=hashlib.sha256)
    _lines: list[str] = field(default_factory=list)
    _put_away: BinaryIO | None = None
    _given_up: bool = False

    def take(self, members: Sequence[Member]) -> None:
        """Members that were appended. Raises nothing: where the disk takes no notes, they are given up."""
        for data, kind, record, uri, indexed in members:
            self._lines.append(place_line(self.file, self.size, len(data), hashlib.sha256(data).hexdigest(), kind, record, uri))
            if indexed:
                self._lines.append(f"{INDEXED}{indexed}\n")
            self._sha256.update(data)
            self.size += len(data)
        if len(self._lines) >= AT_ONCE:
            self._make_room()

    def _make_room(self) -> None:
        lines, self._lines = self._lines, []
        try:
            if self._given_up:
                return
            if self._put_away is None:
                self._put_away = tempfile.TemporaryFile(dir=self.folder, buffering=0)  # noqa: SIM115
            rest = memoryview("".join(lines).encode("utf-8"))
            while rest:
                rest = rest[self._put_away.write(rest) :]
        except OSError:
            self._given_up = True

    def tell(self, size: int) -> bool:
        """Whether these notes are all there is to know of a file that has this size now."""
        return not self._given_up and size == self.size

    @property
    def sha256(self) -> str:
        """Of the whole file."""
        return self._sha256.hexdigest()

    def lines(self) -> Iterator[str]:
        """The records in their order, each followed by its line of the index, with `INDEXED` in front. Raises OSError."""
        if self._put_away is not None:
            self._put_away.seek(0)
            with open(self._put_away.fileno(), encoding="utf-8", newline="\n", closefd=False) as stream:
                yield from stream
        yield from self._lines

    def close(self) -> None:
        if self._put_away is not None:
            self._put_away.close()
            self._put_away = None
        self._given_up = True
