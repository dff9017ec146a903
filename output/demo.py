"""The demonstration: sample reports of every kind parsed and looked at, and two nights against a pretended web of sites.
How sample reports and sites are made is left to `samplesite`."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, time
from itertools import islice
from pathlib import Path

import typer

from gongkai.output import asking, cli
from gongkai.output.compare import Question, compared
from gongkai.output.measures import measures
from gongkai.output.nightly import DATASET, after_crawl, for_people
from gongkai.output.screen import say
from gongkai.samplesite.negatives import negatives
from gongkai.samplesite.reports import SampleReport, make
from gongkai.samplesite.serve import sites_toml
from gongkai.samplesite.server import Server
from gongkai.samplesite.web import small
from gongkai.scraper.clock import SHANGHAI, SystemClock
from gongkai.scraper.crawl import World, crawl
from gongkai.scraper.settings import load

_SEEDS = range(1, 12)
_NO_REPORTS = 2
_FILE_KINDS = ("docx", "word-xml", "rtf", "xlsx", "zip", "pdf-ruled", "pdf-open")
_PICTURE_KINDS = ("scan-150", "png", "html-images")
_EVENING = time(22, tzinfo=SHANGHAI)
_PAUSES = "[crawl]\nretry_wait_s = 0.05"  # a site that is down is asked again at once, not after a minute


def show(out: str | None) -> None:
    """Makes, parses and shows; in `out`, or in a directory that is gone afterwards."""
    if out is not None:
        _show(Path(out))
        return
    with tempfile.TemporaryDirectory(prefix="gongkai-demo-") as folder:
        _show(Path(folder))


def _show(folder: Path) -> None:
    _show_files(folder)
    _show_nights(folder / "home")


def _show_files(folder: Path) -> None:
    pages, dataset = folder / "pages", str(folder / "dataset")
    write_pages(pages)
    say(f"sample reports of invented agencies, in layouts and with faults as agencies have them → {pages}")
    say(f"\n$ gongkai parse {pages} --out {dataset}")
    with suppress(typer.Exit):  # an exit code other than 0 is no error here
        cli.parse([str(pages)], dataset)
    received = compared(Path(dataset), Question(), [measures()["received"]])
    first = next(line.report_id for line in received.lines if line.measures[0].value)
    say(f"\n$ gongkai explain {dataset} {first} applications.received.total")
    asking.explain(dataset, first, "applications.received.total")
    say(f"\n$ gongkai check {dataset} --limit 8")
    with suppress(typer.Exit):
        asking.check(dataset, limit=8)
    say(f"\n$ gongkai compare {dataset}")
    asking.compare(dataset)


class _Evening(SystemClock):
    """The computer's clock, set to the evening of another day in China."""

    def __init__(self, day: datetime) -> None:
        self._ahead = day - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


def _show_nights(home: Path) -> None:
    web = small()
    home.mkdir(parents=True, exist_ok=True)
    say(f"\neight pretended sites of different make on this machine, and two nights → {home}")
    with Server(web) as server:
        sites = home / "sites.toml"
        sites.write_text(sites_toml(server).replace("[crawl]", _PAUSES, 1), encoding="utf-8")
        for number in range(2):
            server.night = number
            clock = _Evening(datetime.combine(web.plan.day(number), _EVENING))
            say(f"\n$ gongkai nightly {sites} --home {home}")
            name = f"{web.plan.day(number):%Y%m%d}"
            done = asyncio.run(crawl(load(str(sites)), home, "gongkai/demo", night=name, world=World(clock=clock)))
            for line in for_people(after_crawl(home, done, clock.now(), 1)):
                print(line)
    dataset = str(home / DATASET)
    say(f"\n$ gongkai compare {dataset} --metric disclosed_of_concluded --rank --year 2024")
    with suppress(typer.Exit):
        asking.compare(dataset, metric=["disclosed_of_concluded"], rank=True, year=[2024])


def write_pages(folder: Path) -> None:
    """Writes the sample documents, always the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    for report in (
        *map(make, _SEEDS),
        make(12, layout="html-word", deviations=("wrong_row_total",)),
        *_of_every_kind(),
    ):
        (folder / report.name).write_bytes(report.body)
    for page in islice(negatives(1), _NO_REPORTS):
        (folder / page.name).write_bytes(page.body)
    _write_old_word(folder)


def _write_old_word(folder: Path) -> None:
    """A report as an old Word file, which only LibreOffice writes: where it is installed, and willing."""
    program = shutil.which("soffice")
    if program is None:
        say("no sample doc: LibreOffice is not installed")
        return
    report = make(30, layout="docx-plain", deviations=())
    with tempfile.TemporaryDirectory(prefix="gongkai-demo-") as place:
        source = Path(place, report.name)
        source.write_bytes(report.body)
        line = [
            program,
            f"-env:UserInstallation={Path(place, 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "doc",
        ]
        with suppress(subprocess.TimeoutExpired):
            subprocess.run([*line, "--outdir", str(folder), str(source)], check=False, capture_output=True, timeout=60)
    if not Path(folder, report.name).with_suffix(".doc").exists():
        say("no sample doc: LibreOffice wrote none")


def _of_every_kind() -> Iterator[SampleReport]:
    """A report in each kind of file; those whose printing needs packages that are not installed are left out and named."""
    for seed, kind in enumerate(_FILE_KINDS, 13):
        try:
            yield make(seed, layout=kind, deviations=())
        except ImportError as problem:
            say(f"no sample {kind}: {problem.name} is not installed")
    try:
        from gongkai.samplesite.faces import NoFace
        from gongkai.samplesite.scans import SCANS
    except ImportError as problem:
        say(f"no sample pictures: {problem.name} is not installed")
        return
    for seed, kind in enumerate(_PICTURE_KINDS, 40):
        try:
            yield make(seed, layout=SCANS[kind], deviations=())
        except (ImportError, NoFace) as problem:
            say(f"no sample {kind}: {problem}")
