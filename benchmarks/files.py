"""`python -m benchmarks.files`: what reading each kind of file costs a page, how exactly it is read, and what other tools do.
All of it in one run, on the same generated reports; a kind or a tool more is a line in `KINDS` or `file_rivals.RIVALS`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.file_rivals import RIVALS, Figures, Read
from gongkai.parsers import parse
from gongkai.samplesite.reports import SampleReport, make

OURS = "gongkai, the whole record"
_STATUS = Path("/proc/self/status")


def _pages_of_pdf(body: bytes) -> int:
    return len(import_module("pypdfium2").PdfDocument(body))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the layout that prints it, and how many pages a file has (1 where it has none)."""

    layout: str
    pages: Callable[[bytes], int]


KINDS = {
    "pdf-ruled": Kind("pdf-ruled", _pages_of_pdf),
    "pdf-open": Kind("pdf-open", _pages_of_pdf),
    "pdf-split": Kind("pdf-split", _pages_of_pdf),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One tool on one kind: seconds a page (median over files), megabytes at its peak, shares of the printed figures."""

    kind: str
    tool: str
    files: int
    pages: int
    seconds: float
    megabytes: float | None
    exact: float
    wrong: float


def _ours(body: bytes) -> Figures:
    report = parse(body)
    return {(v.table, v.row, v.column): float(v.value) for v in report.values if v.value is not None}


def tools(kind: str) -> tuple[dict[str, Read], list[str]]:
    """The tools for a kind as calls, and a line for each that is not installed."""
    found: dict[str, Read] = {OURS: _ours}
    missing = []
    for rival in RIVALS:
        if kind not in rival.kinds:
            continue
        try:
            found[rival.name] = rival.load()
        except ImportError as problem:
            missing.append(f"{rival.name}: not installed ({problem}); pip install {rival.install}, in an environment of its own")
    return found, missing


def measure(kind: str, read: Read, name: str, files: Sequence[SampleReport], *, deadline: float) -> Row:
    """One tool over all files, or as many as it reads before the deadline (seconds)."""
    exact = wrong = printed = pages = done = 0
    times = []
    started = time.perf_counter()
    for made in files:
        before = time.perf_counter()
        figures = read(made.body)
        count = KINDS[kind].pages(made.body)
        times.append((time.perf_counter() - before) / count)
        pages += count
        done += 1
        right, false, all_ = judged(figures, made.truth)
        exact, wrong, printed = exact + right, wrong + false, printed + all_
        if time.perf_counter() - started > deadline:
            break
    return Row(kind, name, done, pages, median(times), memory(kind, name, files[0].body), exact / printed, wrong / printed)


def judged(figures: Figures, truth: Mapping[str, Any]) -> tuple[int, int, int]:
    """Figures read as printed, figures that are not what is printed there, and all printed figures."""
    right = wrong = printed = 0
    for table, rows in truth["cells"].items():
        for row, columns in rows.items():
            for column, want in columns.items():
                got = figures.get((table, row, column))
                number = isinstance(want, (int, float))
                printed += number
                if got is not None:
                    same = number and abs(got - float(want)) <= 1e-6 * max(1.0, abs(float(want)))
                    right += same
                    wrong += not same
    return right, wrong, printed


def memory(kind: str, tool: str, body: bytes) -> float | None:
    """Megabytes by which a process that has loaded the tool grows at its peak over one file; None where no system tells."""
    if not _STATUS.exists():
        return None
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(body)
        command = [sys.executable, "-m", "benchmarks.files", "--memory-of", kind, tool, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout) / 1024


def _grown(kind: str, tool: str, path: str) -> int:
    read = tools(kind)[0][tool]
    body = Path(path).read_bytes()
    before = _kilobytes("VmRSS")
    read(body)
    return _kilobytes("VmHWM") - before


def _kilobytes(name: str) -> int:
    return next(int(line.split()[1]) for line in _STATUS.read_text().splitlines() if line.startswith(name + ":"))


def table(rows: Sequence[Row]) -> str:
    heads = ("kind", "tool", "files", "pages", "ms a page", "MB at peak", "exact", "wrong")
    cells = [
        (
            row.kind, row.tool, str(row.files), str(row.pages), f"{1000 * row.seconds:.0f}",
            "" if row.megabytes is None else f"{row.megabytes:.0f}", f"{row.exact:.2%}", f"{row.wrong:.2%}",
        )
        for row in rows
    ]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    lines = [heads, tuple("-" * width for width in widths), *cells]
    return "\n".join("| " + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) + " |" for line in lines)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.files", description=__doc__)
    parser.add_argument("--json", action="store_true", help="write the rows as JSON")
    parser.add_argument("--files", type=int, default=30, metavar="N", help="files of each kind (default: 30)")
    parser.add_argument("--seconds", type=float, default=60, metavar="S", help="longest time for one tool and kind (default: 60)")
    parser.add_argument("--kind", action="append", choices=sorted(KINDS), help="only this kind; may be repeated")
    parser.add_argument("--memory-of", nargs=3, metavar=("KIND", "TOOL", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.memory_of:
        print(_grown(*options.memory_of))
        return 0
    load = f"; load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    say = sys.stderr.write if options.json else sys.stdout.write
    say(f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}{load}\n")
    rows: list[Row] = []
    missing: dict[str, None] = {}
    for kind in options.kind or KINDS:
        files = [make(500_000 + k, layout=KINDS[kind].layout) for k in range(options.files)]
        found, absent = tools(kind)
        missing |= dict.fromkeys(absent)
        for name, read in found.items():
            read(files[0].body)  # compiled patterns, fonts, tables of forms
            rows.append(measure(kind, read, name, files, deadline=options.seconds))
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "missing": list(missing)}, ensure_ascii=False, indent=2))
    else:
        print(table(rows), *missing, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
