"""Peak memory of reading one document, each time in a process of its own.
The process is given files, so that making the documents leaves no memory behind that reading them would use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

from gongkai.parsers import parse

_STATUS = Path("/proc/self/status")
_RESET_PEAK = Path("/proc/self/clear_refs")

TOOLS: dict[str, Callable[[bytes], object]] = {
    "record": parse,
    "tree": lambda page: etree.fromstring(page, etree.HTMLParser(huge_tree=True)),
}


def growth(tool: str, body: bytes, usual: bytes) -> int | None:
    """Bytes by which a process that has read `usual` grows at its peak over `body`; None where no system tells."""
    if not _STATUS.exists() or not _RESET_PEAK.exists():
        return None
    with TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("usual", "body")]
        for file, content in zip(files, (usual, body), strict=True):
            file.write_bytes(content)
        command = [sys.executable, "-m", "benchmarks.memory", tool, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout)


def _kilobytes(name: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1])


def _measure(tool: str, usual: bytes, body: bytes) -> int:
    run = TOOLS[tool]
    for warm in (usual, b"<p>1</p>"):  # compiled patterns and tables of forms are no memory of one document
        run(warm)
    _RESET_PEAK.write_text("5")
    before = _kilobytes("VmRSS")
    kept = run(body)
    grown = _kilobytes("VmHWM") - before
    del kept
    return 1024 * max(0, grown)


if __name__ == "__main__":
    print(_measure(sys.argv[1], Path(sys.argv[2]).read_bytes(), Path(sys.argv[3]).read_bytes()))
