"""Peak memory of reading one document, each in a process of its own: `python -m benchmarks.memory record word`.
Prints the bytes by which the process grew at its peak; the caller makes ratios of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from benchmarks import pages
from gongkai.parsers import parse

LARGE = 20_000_000
_STATUS = Path("/proc/self/status")

DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "page": pages.html_page,
    "word": pages.word_export,
    "large": lambda: pages.large_page(LARGE),
}
TOOLS: dict[str, Callable[[bytes], object]] = {
    "record": parse,
    "tree": lambda page: etree.fromstring(page, etree.HTMLParser(huge_tree=True)),
}


def growth(tool: str, document: str) -> int | None:
    """Bytes the process of one reading grew by; None where the system does not tell."""
    if not _STATUS.exists():
        return None
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", tool, document], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def _kilobytes(name: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1])


def _measure(tool: str, document: str) -> int:
    run = TOOLS[tool]
    run(pages.flattened_text())  # imports, compiled patterns and tables of forms are no memory of one document
    run(pages.html_page())
    body = DOCUMENTS[document]()
    # Making the document took memory that is free again but still counted: the peak starts from here.
    Path("/proc/self/clear_refs").write_text("5")
    before = _kilobytes("VmRSS")
    kept = run(body)
    grown = _kilobytes("VmHWM") - before
    del kept
    return 1024 * max(0, grown)


if __name__ == "__main__":
    print(_measure(sys.argv[1], sys.argv[2]))
