"""What was asked of the sample web and when: the server's own witness of a crawler's manners.
It judges nothing but counts; rules of politeness are the crawler's."""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict
from pathlib import Path
from typing import IO, NamedTuple


class Access(NamedTuple):
    """One request, in order of arrival."""

    at: float  # wall clock, seconds
    clock: float  # monotonic, seconds
    host: str  # the site's name, whatever name or address it was asked by
    address: str
    method: str
    target: str
    status: int
    size: int  # bytes of the body before compression, 0 where the answer is a fault on the wire
    agent: str
    gap: float | None  # seconds since the previous arrival at this host
    together: int  # requests of this host in progress, this one included
    role: str
    fault: str


class AccessLog:
    """Keeps every access in memory and, if wanted, as JSON lines in a file."""

    def __init__(self, path: Path | None = None) -> None:
        self._lines: list[Access] = []
        self._lock = threading.Lock()
        self._file: IO[str] | None = path.open("a", encoding="utf-8") if path else None

    def add(self, access: Access) -> None:
        with self._lock:
            self._lines.append(access)
            if self._file is not None:
                self._file.write(json.dumps(access._asdict(), ensure_ascii=False) + "\n")

    def __len__(self) -> int:
        return len(self._lines)

    def all(self, host: str = "") -> list[Access]:
        """Every access, or those of one host; flushed to the file as well."""
        with self._lock:
            if self._file is not None:
                self._file.flush()
            return [one for one in self._lines if not host or one.host == host]

    def clear(self) -> None:
        """Forget what is in memory; a file keeps its lines."""
        with self._lock:
            self._lines.clear()

    def counts(self) -> Counter[str]:
        return Counter(one.host for one in self.all())

    def smallest_gaps(self) -> dict[str, float]:
        """For each host with two requests or more, the smallest distance in seconds."""
        found: dict[str, float] = {}
        for one in self.all():
            if one.gap is not None:
                found[one.host] = min(one.gap, found.get(one.host, one.gap))
        return found

    def most_together(self) -> dict[str, int]:
        found: defaultdict[str, int] = defaultdict(int)
        for one in self.all():
            found[one.host] = max(found[one.host], one.together)
        return dict(found)

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
