"""Reports made by hand, and the command run in two ways; for tests of what comes after the parser."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from gongkai.output.cli import app
from gongkai.output.rows import Entry, entries
from gongkai.parsers.forms import FORMS
from gongkai.parsers.report import Finding, Identity, Report, Section, Value


def report(agency: str = "青溪市水务局", year: int = 2024, form: str = "2021", **printed: object) -> Report:
    """A report in which every cell is 0 but those named: `table__row__column=…`, None for a blank cell."""
    values = []
    for cell in FORMS[form].cells:
        number = printed.get(cell.name, Decimal("1.50") if cell.type == "decimal" else 0)
        blank = number is None
        values.append(
            Value(
                *cell.key,
                value=None if blank else number,  # type: ignore[arg-type]
                unit=cell.unit,
                raw="" if blank else str(number),
                state="blank" if blank else "reported",
                flags=("note",) if cell.name == "applications__received__other" else (),
                at=f"table {len(cell.table)} r1 c1",
            )
        )
    identity = Identity(
        title=f"{agency}{year}年政府信息公开工作年度报告", agency=agency, year=year, published=date(year + 1, 1, 20),
        signed=date(year + 1, 1, 15), region="青溪市", level="city", department="水务局", kind="department", scope="own",
    )  # fmt: skip
    return Report(
        status="ok", reason=None, form=form, identity=identity, values=tuple(values),
        findings=(Finding("row_total", "applications", "received", None, 5, 4, "publisher", "六类之和与总计不符"),),
        sections=(Section("一", "overview", "总体情况", "本年度工作有序开展。"),), media_type="text/html",
    )  # fmt: skip


def entry(source: str, *reports: Report) -> list[Entry]:
    """Reports as rows expect them; the source's name stands in for the document's bytes."""
    return entries(source, hashlib.sha256(source.encode()).hexdigest(), reports)


GONGKAI = str(Path(sys.executable).with_name("gongkai"))


def gongkai(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the command inside the test, without a terminal; output as text. What it raises is raised here."""
    words = [*map(str, arguments)]
    with chdir(cwd or "."):
        done = CliRunner().invoke(app, words, catch_exceptions=False)
    return subprocess.CompletedProcess([GONGKAI, *words], done.exit_code, done.stdout, done.stderr)


def process(*arguments: object, stdin: bytes | None = None, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs the installed program as a user would, for what only a process has: limits, streams, an environment, an end."""
    done = subprocess.run([GONGKAI, *map(str, arguments)], input=stdin, capture_output=True, timeout=120, **options)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def rows(folder: Path, table: str = "reports") -> list[dict[str, Any]]:
    """The rows of one table of a dataset, by a reader that knows nothing of gongkai."""
    return list(pq.read_table(folder / f"{table}.parquet").to_pylist())


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A disk of its own of so many bytes, where one can be mounted; else the test is skipped."""
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("no disk can be mounted here; the tests with a limit on what a process writes do the same everywhere")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
