"""The commands that need the scraper: crawl, verify, manners.
Fetching and checking are left to that room."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import signal
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from gongkai.output.screen import Stopped, say, show_json, show_table

LOOK, USAGE, NOT_STARTED, STOPPED, REFUSED = 1, 2, 3, 4, 5
SHOWN = 20

SitesArgument = Annotated[str, typer.Argument(metavar="SITES.toml", help="The list of sites; see docs/crawling.md.")]
HomeOption = Annotated[str, typer.Option("--home", metavar="DIR", help="Where archive and frontier are kept.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
ArchiveArgument = Annotated[
    str, typer.Argument(metavar="ARCHIVE", help="The folder `archive` of a crawl, or its home.")
]


def crawl(
    sites: SitesArgument,
    home: HomeOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be asked of which host.")] = False,
    night: Annotated[
        str | None, typer.Option(metavar="YYYYMMDD", help="Name of the night.", show_default="tonight, in China")
    ] = None,
    again: Annotated[
        str | None, typer.Option(metavar="FILE", help="Addresses to ask without conditions, as `verify` prints them.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary; problems are still told.")] = False,
    as_json: JsonOption = False,
) -> None:
    """\b
    Example:
      gongkai crawl sites.toml --home crawl --dry-run
      gongkai crawl sites.toml --home crawl

    One polite crawl into DIR/archive. It may be interrupted at any moment, by a signal, kill -9 or a power cut; the same
    command goes on where it was. A night that has ended is not begun again.

    Exit codes: 0 fine; 1 done, some addresses failed; 2 a mistake in SITES.toml; 3 could not start, or no space;
    4 stopped by a signal, resumable.
    """
    from gongkai.scraper.crawl import Summary
    from gongkai.scraper.frontier import NotAFrontier
    from gongkai.scraper.home import Locked
    from gongkai.scraper.nights import Backwards
    from gongkai.scraper.settings import BadSettings, load
    from gongkai.scraper.stored import Inconsistent

    _check_night(night)
    try:
        settings = load(sites)
        lost = Path(again).read_text(encoding="utf-8").split() if again else []
    except BadSettings as error:
        _stop(USAGE, str(error))
    except OSError as error:
        _stop(NOT_STARTED, f"{error.filename or sites}: {error.strerror or error}")
    except UnicodeDecodeError:
        _stop(USAGE, f"{again}: not UTF-8; one address a line, as `gongkai verify` prints them")
    if dry_run:
        _show_plan(settings, sites, Path(home), night or "", as_json)
        return
    try:
        summary: Summary = _crawled(settings, Path(home), night or "", lost)
    except BadSettings as error:
        _stop(USAGE, f"{sites}: {error}")
    except (Locked, Backwards, NotAFrontier, Inconsistent) as error:
        _stop(NOT_STARTED, str(error))
    except OSError as error:
        _stop(NOT_STARTED, f"{error.filename or home}: {error.strerror or error}")
    full = summary.ended.startswith("no space")
    if as_json:
        show_json(summary.__dict__)
    elif not quiet and not full:
        _tell(summary)
    if summary.ended == "stopped":
        say("stopped by a signal; the same command goes on where it was")
        raise typer.Exit(STOPPED)
    if full:
        _stop(NOT_STARTED, f"{summary.ended}; what came before is safe, and the same command goes on where it was")
    if summary.failures:
        raise typer.Exit(LOOK)


def _show_plan(settings: Any, sites: str, home: Path, night: str, as_json: bool) -> None:
    from gongkai.scraper.clock import SystemClock
    from gongkai.scraper.crawl import night_name
    from gongkai.scraper.frontier import NotAFrontier
    from gongkai.scraper.planning import plan, standing
    from gongkai.scraper.settings import BadSettings

    try:
        rows = plan(settings, home)
        name = night or night_name(settings, SystemClock())
        if state := standing(home, name):
            say(f"night {name} {state}")
    except BadSettings as error:
        _stop(USAGE, f"{sites}: {error}")
    except (NotAFrontier, OSError) as error:
        _stop(NOT_STARTED, str(error))
    if as_json:
        show_json([row._asdict() for row in rows])
    else:
        show_table(("site", "host", "address", "when", "why"), [tuple(map(str, row)) for row in rows])


def discover(
    urls: Annotated[
        list[str], typer.Argument(metavar="URL...", help="A site's home page, or a page near its reports.")
    ],
    sites: Annotated[
        str, typer.Option("--sites", metavar="SITES.toml", help="Where the user agent and the manners are taken from.")
    ] = "sites.toml",
    as_json: JsonOption = False,
) -> None:
    """\b
    Example:
      gongkai discover https://www.example.gov.cn/ --sites sites.toml >> sites.toml

    Finds a site's annual-report column and its content system, and prints a ready entry for SITES.toml with the
    evidence. The entry is `unconfirmed` until a person has looked at it.

    Exit codes: 0 found; 1 nothing found on some site; 2 a mistake in SITES.toml; 3 no site could be reached.
    """
    from gongkai.output.discovering import show_discovery
    from gongkai.scraper.asking import Asker
    from gongkai.scraper.settings import BadSettings, load
    from gongkai.scraper.sites import Page

    try:
        settings = load(sites)
    except BadSettings as error:
        _stop(USAGE, str(error))
    except OSError as error:
        _stop(NOT_STARTED, f"{sites}: {error.strerror or error}; its [crawl] says who asks (--sites)")
    with asyncio.Runner() as runner:
        asker = Asker(settings)

        def fetch(url: str) -> Page:
            return runner.run(asker.page(url))

        def maps(url: str) -> tuple[str, ...]:
            return runner.run(asker.maps(url))

        code = show_discovery(urls, fetch, as_json=as_json, maps=maps)
        runner.run(asker.close())
    if code:
        raise typer.Exit(code)


def nightly(
    sites: SitesArgument,
    home: HomeOption,
    force: Annotated[
        bool, typer.Option("--force", help="Publish a dataset that holds less than the last one.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be asked of which host.")] = False,
    night: Annotated[
        str | None, typer.Option(metavar="YYYYMMDD", help="Name of the night.", show_default="tonight, in China")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes to use.", show_default="all cores")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary; problems are still told.")] = False,
    as_json: JsonOption = False,
) -> None:
    """\b
    Example:
      gongkai nightly sites.toml --home crawl
      15 22 * * *  gongkai nightly /etc/gongkai/sites.toml --home /var/lib/gongkai     (crontab)

    Crawls, brings DIR/dataset up to date, names what is new, changed, moved, withdrawn or could not be checked, and writes
    DIR/runs/RUN.json. It may be interrupted at any moment; the same command goes on where it was.

    Exit codes: 0 fine; 1 done, something to look at; 2 a mistake in SITES.toml or a file of corrections; 3 could not start (another run, no space);
    4 stopped by a signal, resumable; 5 refused: the dataset would hold less than the last one (--force).
    """
    from gongkai.output.corrections import BadCorrections
    from gongkai.output.dataset import NotADataset
    from gongkai.output.nightbuild import Refused
    from gongkai.output.nightly import (
        DATASET,
        NIGHTLY_LOCK,
        NoSpace,
        NotTold,
        after_crawl,
        as_json_text,
        check_space,
        for_people,
    )
    from gongkai.output.overrides import known_to_people
    from gongkai.output.placing import InUse
    from gongkai.scraper.frontier import NotAFrontier
    from gongkai.scraper.home import Locked, locked
    from gongkai.scraper.nights import Backwards
    from gongkai.scraper.settings import BadSettings, load
    from gongkai.scraper.stored import Inconsistent

    _check_night(night)
    folder = Path(home)
    try:
        settings = load(sites)
        if dry_run:
            _show_plan(settings, sites, folder, night or "", as_json)
            return
        known_to_people(str(folder / DATASET))  # a mistake in a file of corrections is told before anything is asked
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder, NIGHTLY_LOCK):
            check_space(folder)
            summary = _crawled(settings, folder, night or "", [])
            if summary.ended == "stopped":
                say("stopped by a signal; the same command goes on where it was")
                raise typer.Exit(STOPPED)
            if summary.ended.startswith("no space"):
                _stop(
                    NOT_STARTED,
                    f"{summary.ended}; nothing was published, what came before is safe, and the same command goes on where it was",
                )
            done = after_crawl(folder, summary, datetime.now(UTC), jobs or os.cpu_count() or 1, force=force)
    except Stopped as stopped:
        name = signal.Signals(stopped.args[0]).name
        say(
            f"stopped by {name}; what was crawled is safe, the dataset is whole, and the same command goes on where it was"
        )
        raise typer.Exit(STOPPED) from None
    except (BadSettings, BadCorrections) as error:
        _stop(USAGE, str(error))
    except Refused as error:
        _stop(REFUSED, str(error))
    except (Locked, Backwards, NoSpace, NotTold, NotAFrontier, Inconsistent, NotADataset, InUse) as error:
        _stop(NOT_STARTED, str(error))
    except OSError as error:
        _stop(NOT_STARTED, f"{error.filename or home}: {error.strerror or error}; nothing was published")
    if as_json:
        print(as_json_text(folder, done))
    elif not quiet:
        for line in for_people(done):
            print(line)
    if done.wants_a_look:
        raise typer.Exit(LOOK)


def verify(
    archive: ArchiveArgument,
    salvage: Annotated[
        str | None, typer.Option(metavar="DIR", help="Copy the intact records of damaged files into this folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """\b
    Example:
      gongkai verify crawl/archive
      gongkai verify crawl/archive --salvage rescued

    Compares every file of an archive with its manifests, and damaged ones record by record. Prints the damage, and the
    addresses that must be asked again, one a line.

    Exit codes: 0 all is as it was written; 1 something is damaged; 3 no such archive.
    """
    from gongkai.scraper.verify import NotAnArchive
    from gongkai.scraper.verify import salvage as copy_intact
    from gongkai.scraper.verify import verify as check

    try:
        place = _archive(archive)
        found = check(place)
        made = copy_intact(place, found, Path(salvage)) if salvage else []
    except NotAnArchive as error:
        _stop(NOT_STARTED, str(error))
    except OSError as error:
        _stop(NOT_STARTED, f"{error.filename or archive}: {error.strerror or error}")
    if as_json:
        show_json(
            {
                "files": found.files, "records": found.records, "open_files": found.open_files,
                "problems": [problem._asdict() for problem in found.problems], "again": found.again,
            }
        )  # fmt: skip
    else:
        for problem in found.problems:
            at = f" at {problem.offset}" if problem.offset >= 0 else ""
            say(f"{problem.file}{at}: {problem.what}{': ' + problem.uri if problem.uri else ''}")
        for uri in found.again:
            print(uri)
    for path in made:
        say(f"intact records → {path}")
    for name in found.open_files:
        say(f"{name}: still being written, checked record by record")
    say(
        f"{found.files} files, {found.records} intact records, {len(found.problems)} problems, {len(found.again)} to ask again"
    )
    if found.problems:
        raise typer.Exit(LOOK)


def import_(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Saved pages, WARC, WACZ, CDX lists, folders.")],
    home: HomeOption,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Address of the one saved file given; file:NAME if it has none.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Take every page and document of an archive, not only likely reports.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary; problems are still told.")] = False,
    as_json: JsonOption = False,
) -> None:
    """\b
    Example:
      gongkai import saved-pages/ older.warc.gz --home crawl
      gongkai import report.pdf --url https://www.example.gov.cn/nb/2019.pdf --home crawl

    Takes pages that a person saved (HTML with its files, MHTML, PDF, office files), WARC and WACZ files of other tools, and
    lists of copies (Wayback CDX, Common Crawl CDXJ) into DIR, with where each came from. Nothing is asked of any server,
    and no capture of the crawl's own is replaced. The next `gongkai nightly` reads what was taken.

    Exit codes: 0 all was taken, or held already; 1 something could not be taken; 2 wrong usage; 3 could not start, no space.
    """
    from gongkai.output.importing import run_import, tell
    from gongkai.scraper.frontier import NotAFrontier
    from gongkai.scraper.home import Locked

    if url is not None and (len(paths) != 1 or Path(paths[0]).is_dir()):
        _stop(USAGE, "--url names the address of one file; give just that one")
    software = f"gongkai/{importlib.metadata.version('gongkai')}"
    try:
        done = run_import(paths, Path(home), software, datetime.now(UTC), url=url or "", everything=everything)
    except (Locked, NotAFrontier) as error:
        _stop(NOT_STARTED, str(error))
    except OSError as error:
        _stop(NOT_STARTED, f"{error.filename or home}: {error.strerror or error}; what was taken before is safe")
    if as_json:
        show_json(done.as_json())
    else:
        tell(done, say, quiet=quiet)
    if done.problems:
        raise typer.Exit(LOOK)


def manners(archive: ArchiveArgument, as_json: JsonOption = False) -> None:
    """\b
    Example:
      gongkai manners crawl/archive

    Shows from an archive alone how each host was treated: requests, the smallest gap in seconds against the one that was
    right, and whether robots.txt was obeyed.

    Exit codes: 0 all hosts were treated well; 1 some were not; 3 no such archive.
    """
    from gongkai.scraper.manners import manners as behaviour

    place = _archive(archive)
    if not (place / "warc").is_dir():
        _stop(NOT_STARTED, f"{archive}: no archive: no folder warc in it")
    found = behaviour(place)
    if as_json:
        show_json([{**each.__dict__, "good": each.good} for each in found])
    else:
        heads = ("host", "requests", "smallest gap", "right", "server's gap", "too close", "robots.txt", "obeyed")
        show_table(
            heads,
            [
                (m.host, str(m.requests), _seconds(m.smallest_gap), _seconds(m.allowed_gap), _seconds(m.server_gap),
                 str(m.too_close), m.robots or "never asked", "yes" if not m.disobeyed else f"no, {len(m.disobeyed)} times")
                for m in found
            ],
            numbers=heads[1:6],
        )  # fmt: skip
    bad = [m for m in found if not m.good]
    say(f"{len(found)} hosts, {sum(m.requests for m in found)} requests; {len(bad)} hosts were not treated well")
    if bad:
        raise typer.Exit(LOOK)


def _check_night(night: str | None) -> None:
    """Ends where a name of a night is no day."""
    try:
        if night is not None and (
            len(night) != 8 or not night.isascii() or not night.isdigit() or not date.fromisoformat(night)
        ):
            raise ValueError
    except ValueError:
        _stop(USAGE, f"--night {night}: a day, YYYYMMDD")


def _archive(path: str) -> Path:
    """The archive meant: the folder itself, or the one in a home."""
    inside = Path(path) / "archive"
    return inside if inside.is_dir() and not (Path(path) / "warc").is_dir() else Path(path)


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _crawled(settings: Any, home: Path, night: str, again: list[str]) -> Any:
    """One night, that a signal ends between two batches; afterwards signals do what they did before."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        return asyncio.run(_crawl(settings, home, night, again))
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


async def _crawl(settings: Any, home: Path, night: str, again: list[str]) -> Any:
    from gongkai.scraper.crawl import crawl as crawl_night

    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    software = f"gongkai/{importlib.metadata.version('gongkai')}"
    return await crawl_night(settings, home, software, night=night, stop=stop, say=say, again=again)


def _tell(summary: Any) -> None:
    kinds = ", ".join(f"{n} {outcome}" for outcome, n in sorted(summary.outcomes.items(), key=lambda pair: -pair[1]))
    again = " (had ended before; nothing was asked)" if summary.ended == "again" else ""
    say(
        f"night {summary.run}{again}: {summary.requests} requests, {summary.captures} captures; {kinds or 'nothing due'}"
    )
    for failure in summary.failures[:SHOWN]:
        say(f"{failure['site']}: {failure['url']}: {failure['outcome']}: {failure['detail']}")
    if len(summary.failures) > SHOWN:
        say(f"… and {len(summary.failures) - SHOWN} more; --json shows all")


def _stop(code: int, why: str) -> NoReturn:
    say(f"error: {why}")
    raise typer.Exit(code)
