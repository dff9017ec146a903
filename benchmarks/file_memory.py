"""`python -m benchmarks.file_memory KIND TOOL FILE…`: what memory a process takes that reads files with one tool.
Prints kilobytes: what loading the tool takes, and what there is at the peak in all, both above a process without it."""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.file_rivals import of_kind

STATUS = Path("/proc/self/status")


def kilobytes(name: str) -> int:
    return next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if line.startswith(name + ":"))


def taken(kind: str, tool: str, files: Sequence[str]) -> tuple[int, int]:
    """Kilobytes for the tool alone, and at the peak over all files; the largest process that it starts is added."""
    bodies = [Path(name).read_bytes() for name in files]
    bare = kilobytes("VmRSS")
    read = next(rival for rival in of_kind(kind) if rival.name == tool).load()
    loaded = kilobytes("VmRSS") - bare
    for body in bodies:
        with suppress(Exception):  # what a tool fails with is told by `files`
            read(body)
    return loaded, kilobytes("VmHWM") - bare + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


if __name__ == "__main__":
    print(*taken(sys.argv[1], sys.argv[2], sys.argv[3:]))
