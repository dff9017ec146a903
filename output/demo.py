"""The demonstration: sample reports of invented agencies, parsed, and looked at with the same commands a user has.
How sample reports are made is left to `samplesite`."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from itertools import islice
from pathlib import Path

import typer

from gongkai.output import cli
from gongkai.output.compare import Question, compared
from gongkai.output.measures import measures
from gongkai.output.screen import say
from gongkai.samplesite.negatives import negatives
from gongkai.samplesite.reports import make

_SEEDS = range(1, 12)
_NO_REPORTS = 2


def show(out: str | None) -> None:
    """Makes, parses and shows; in `out`, or in a directory that is gone afterwards."""
    if out is not None:
        _show(Path(out))
        return
    with tempfile.TemporaryDirectory(prefix="gongkai-demo-") as folder:
        _show(Path(folder))


def _show(folder: Path) -> None:
    pages, dataset = folder / "pages", str(folder / "dataset")
    write_pages(pages)
    say(f"sample reports of invented agencies, in layouts and with faults as agencies have them → {pages}")
    say(f"\n$ gongkai parse {pages} --out {dataset}")
    with suppress(typer.Exit):  # an exit code other than 0 is no error here
        cli.parse([str(pages)], dataset)
    received = compared(Path(dataset), Question(), [measures()["received"]])
    first = next(line.report_id for line in received.lines if line.measures[0].value)
    say(f"\n$ gongkai explain {dataset} {first} applications.received.total")
    cli.explain(dataset, first, "applications.received.total")
    say(f"\n$ gongkai check {dataset} --limit 8")
    with suppress(typer.Exit):
        cli.check(dataset, limit=8)
    say(f"\n$ gongkai compare {dataset}")
    cli.compare(dataset)


def write_pages(folder: Path) -> None:
    """Writes the sample pages, always the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    reports = [
        *map(make, _SEEDS),
        make(12, layout="html-word", deviations=("wrong_row_total",)),
        *islice(negatives(1), _NO_REPORTS),
    ]
    for report in reports:
        (folder / report.name).write_bytes(report.body)
