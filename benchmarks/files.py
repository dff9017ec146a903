"""`python -m benchmarks.files`: what reading each kind of file costs a page, how exactly it is read, and what other tools do.
All of it in one run, on the same generated reports; a kind or a tool more is a line in `KINDS` or `file_rivals.RIVALS`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.file_memory import STATUS
from benchmarks.file_rivals import Figures, Read, converted, of_kind
from gongkai.samplesite.reports import SampleReport, make

FILES_FOR_MEMORY = 10
"""Files that a process reads whose memory is measured: what a tool keeps, or loads late, shows after some."""


def _pages_of_pdf(body: bytes) -> int:
    return len(import_module("pypdfium2").PdfDocument(body))


def _one(body: bytes) -> int:
    return 1


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the layout that prints it, how many pages a file has (an office file has none: 1), and what
    LibreOffice makes of it where no writer of ours does."""

    layout: str
    pages: Callable[[bytes], int] = _one
    by_office: str = ""


KINDS = {
    "pdf-ruled": Kind("pdf-ruled", _pages_of_pdf),
    "pdf-open": Kind("pdf-open", _pages_of_pdf),
    "pdf-split": Kind("pdf-split", _pages_of_pdf),
    "docx": Kind("docx"),
    "xlsx": Kind("xlsx"),
    "doc": Kind("docx-plain", by_office="doc:MS Word 97"),
}


@dataclass(slots=True)
class Row:
    """One tool on one kind: processor seconds a page (median over files), megabytes for the tool alone and at the peak
    in all, shares of the printed figures, files that the tool failed at."""

    kind: str
    tool: str
    files: int = 0
    pages: int = 0
    seconds: float = 0.0
    loaded: float | None = None
    peak: float | None = None
    exact: float = 0.0
    wrong: float = 0.0
    failed: int = 0
    times: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])

    def closed(self) -> Row:
        exact, wrong, printed = self.counts
        self.seconds, self.exact, self.wrong = median(self.times), exact / printed, wrong / printed
        return self


def documents(kind: str, count: int) -> list[SampleReport]:
    """Generated reports as files of a kind. Raises FileNotFoundError where LibreOffice is needed and not installed."""
    made = [make(500_000 + k, layout=KINDS[kind].layout) for k in range(count)]
    to = KINDS[kind].by_office
    if not to:
        return made
    ending = to.partition(":")[0]
    with TemporaryDirectory() as folder:
        names = [f"{k}{Path(one.name).suffix}" for k, one in enumerate(made)]
        for name, one in zip(names, made, strict=True):
            (Path(folder) / name).write_bytes(one.body)
        converted(Path(folder), names, to)
        return [replace(one, body=(Path(folder) / f"{k}.{ending}").read_bytes()) for k, one in enumerate(made)]


def _processor_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def measure(kind: str, files: Sequence[SampleReport], *, deadline: float) -> tuple[list[Row], list[str]]:
    """Every tool on every file, in turns; a tool that has taken longer than the deadline (seconds) reads no more.

    And a line for each tool that cannot be measured, with the reason.
    """
    ready: dict[str, Read] = {}
    missing = []
    for rival in of_kind(kind):
        try:
            read = rival.load()
            read(files[0].body)  # compiled patterns, fonts, tables of forms
        except ImportError as problem:
            missing.append(f"{kind}: {rival.name}: not installed ({problem}); pip install {rival.install}, in an environment of its own")
        except Exception as problem:  # whatever a tool fails with is what is said of it
            missing.append(f"{kind}: {rival.name}: cannot be measured: {_why(problem)}")
        else:
            ready[rival.name] = read
    rows = {name: Row(kind, name) for name in ready}
    for made in files:
        count = KINDS[kind].pages(made.body)
        for name, read in ready.items():
            row = rows[name]
            if sum(row.times) > deadline:
                continue
            before = _processor_seconds()
            figures: Figures = {}
            try:
                figures = read(made.body)
                row.times.append((_processor_seconds() - before) / count)
            except Exception:  # it reads nothing of this file, which takes no time worth to be told
                row.failed += 1
            row.files, row.pages = row.files + 1, row.pages + count
            row.counts = [a + b for a, b in zip(row.counts, judged(figures, made.truth), strict=True)]
    for name, row in rows.items():
        row.loaded, row.peak = memory(kind, name, [made.body for made in files[:FILES_FOR_MEMORY]])
    return [row.closed() for row in rows.values()], missing


def _why(problem: Exception) -> str:
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    if "Hub" in str(problem):
        return f"it loads its models from the web when it is first used, and here there is none ({type(problem).__name__})"
    return f"{type(problem).__name__}: {lines[0][:160] if lines else ''}"


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


def memory(kind: str, tool: str, bodies: Iterable[bytes]) -> tuple[float | None, float | None]:
    """Megabytes for the loaded tool, and at the peak over these files, above a process without it; None where no system tells."""
    if not STATUS.exists():
        return None, None
    with TemporaryDirectory() as folder:
        names = []
        for k, body in enumerate(bodies):
            names.append(str(Path(folder) / str(k)))
            Path(names[-1]).write_bytes(body)
        command = [sys.executable, "-m", "benchmarks.file_memory", kind, tool, *names]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded, peak = done.stdout.split()[-2:]
    return int(loaded) / 1024, int(peak) / 1024


def table(rows: Sequence[Row]) -> str:
    heads = ("kind", "tool", "files", "pages", "ms a page", "MB loaded", "MB at peak", "exact", "wrong", "failed")
    cells = [
        (
            row.kind, row.tool, str(row.files), str(row.pages), f"{1000 * row.seconds:.1f}",
            *("" if value is None else f"{value:.1f}" for value in (row.loaded, row.peak)), f"{row.exact:.2%}", f"{row.wrong:.2%}",
            str(row.failed),
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
    options = parser.parse_args(argv)
    logging.disable(logging.WARNING)
    load = f"; load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    say = sys.stderr.write if options.json else sys.stdout.write
    say(f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}{load}\n")
    rows: list[Row] = []
    missing: list[str] = []
    for kind in options.kind or KINDS:
        if KINDS[kind].by_office and shutil.which("soffice") is None:
            missing.append(f"{kind}: LibreOffice, which makes these files, is not installed")
            continue
        found, absent = measure(kind, documents(kind, options.files), deadline=options.seconds)
        rows += found
        missing += absent
    if options.json:
        kept = [{k: v for k, v in asdict(row).items() if k not in ("times", "counts")} for row in rows]
        print(json.dumps({"rows": kept, "missing": missing}, ensure_ascii=False, indent=2))
    else:
        print(table(rows), *missing, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
