"""The command line: which commands there are, signals, and what works without a dataset: parse, demo.
What the other commands take and print is left to `asking`, `building` and `crawling`, what they do to the modules behind those."""

from __future__ import annotations

import importlib.metadata
import io
import os
import signal
import sys
from typing import Annotated, Any

import typer

from gongkai.output import asking, building, crawling
from gongkai.output.asking import LOOK, USAGE, QuietOption, stop
from gongkai.output.building import CorrectionsOption, IdentitiesOption
from gongkai.output.screen import Stopped, say, show_json

DONE, STOPPED = 0, 4

app = typer.Typer(
    name="gongkai",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


SHORT = {
    "parse": "Read saved pages and files into a dataset.",
    "check": "List what is wrong or doubtful, worst first.",
    "explain": "Show where a number came from.",
    "compare": "Put agencies side by side, rank them, draw a trend.",
    "alike": "Find texts that say nearly the same.",
    "export": "Write CSV, XLSX, SQLite, DuckDB or Stata.",
    "demo": "Show all of it on invented reports, offline.",
    "build": "Read a crawl's archive into a dataset.",
    "diff": "Show how two datasets differ, by cause.",
    "discover": "Find a site's annual-report column.",
    "crawl": "One polite night of downloads.",
    "nightly": "Crawl, build, and say what is new.",
    "verify": "Find damage in an archive.",
    "manners": "Show how hosts were treated.",
    "import": "Take saved pages and web archives in.",
}
"""What stands beside a command in the list of all."""


def _version(wanted: bool) -> None:
    if wanted:
        from gongkai.output.schema import SCHEMA_VERSION
        from gongkai.parsers import PARSER_VERSION
        from gongkai.parsers.forms import FORMS

        version = importlib.metadata.version("gongkai")
        print(f"gongkai {version} (parser {PARSER_VERSION}, schema {SCHEMA_VERSION}, forms {' '.join(FORMS)})")
        raise typer.Exit


@app.callback()
def gongkai(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """\b
    Example:
      gongkai parse saved-pages/ --out dataset
      gongkai check dataset
      gongkai explain dataset 通化市信访局 applications.received.total

    Turns Chinese annual open-government-information reports (政府信息公开工作年度报告) into a dataset of typed, checked
    records in Parquet. Nothing is silently wrong: a value is what the agency printed, or it carries a flag.

    Exit codes: 0 fine; 1 done, something to look at; 2 wrong usage; 3 could not start; 4 stopped by a signal.
    """


@app.command(short_help=SHORT["parse"])
def parse(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Files, folders, WARC and WACZ files, or - for standard input."),
    ],
    out: Annotated[
        str, typer.Option(metavar="DATASET", help="Directory to write; an earlier dataset there is replaced.")
    ],
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes to use.", show_default="all cores")] = None,
    corrections: CorrectionsOption = None,
    identities: IdentitiesOption = None,
    quiet: QuietOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """\b
    Example:
      gongkai parse saved-pages/ --out dataset
      curl -s https://example.org/report.html | gongkai parse - --out dataset

    Reads saved reports (HTML, text, Markdown) and writes a dataset.

    A folder gives every file in it at any depth, except dot files, *.json, *.jsonl and README*. Every document gets a row
    in `reports`; one that is no report, or cannot be read, is `rejected` with the reason. A web archive (WARC, WACZ) gives
    the pages and documents in it that look like reports. The dataset appears whole or not at all.

    Exit codes: 0 every document was parsed or rejected with a reason; 1 some could not be read; 2 a mistake in a file of
    corrections; 3 nothing was written.
    """
    from gongkai.output.convert import convert
    from gongkai.output.corrections import BadCorrections
    from gongkai.output.dataset import NotADataset
    from gongkai.output.documents import NoDocuments, find
    from gongkai.output.overrides import known_to_people
    from gongkai.output.screen import progress

    try:
        review, overrides = known_to_people(out, corrections, identities)
        documents, remarks = find(paths, out)
        for remark in remarks:
            say(remark)
        with progress(len(documents), quiet) as advance:
            summary = convert(documents, out, jobs or os.cpu_count() or 1, advance, review, overrides)
    except BadCorrections as error:
        say(f"error: {error}")
        raise typer.Exit(USAGE) from None
    except (NoDocuments, NotADataset) as error:
        stop(str(error))
    except OSError as error:
        stop(f"{out} cannot be written: {error.strerror or error}; nothing was changed")
    for source, first in summary.same_bytes:
        say(f"{source}: same bytes as {first}, not counted again")
    for source in summary.attached:
        say(f"{source}: part of the report of a page that refers to it")
    for source, problem in summary.unread:
        say(f"{source}: {problem}")
    for remark in summary.remarks:
        say(remark)
    if as_json:
        show_json(
            {
                "dataset": out,
                "documents": summary.documents,
                "reports": {s: summary.statuses[s] for s in ("ok", "partial", "rejected")},
                "same_bytes": [{"source": s, "as": f} for s, f in summary.same_bytes],
                "attached": summary.attached,
                "unread": [{"source": s, "problem": p} for s, p in summary.unread],
                "rows": summary.rows,
            }
        )
    elif not quiet:
        kinds = ", ".join(f"{summary.statuses[s]} {s}" for s in ("ok", "partial", "rejected"))
        many = f"{summary.documents} document{'' if summary.documents == 1 else 's'}"
        say(f"{many}: {kinds}; {summary.rows['cells']} cells, {summary.rows['findings']} findings → {out}")
    if summary.unread:
        raise typer.Exit(LOOK)


for question in (asking.check, asking.explain, asking.compare, asking.alike, asking.export):
    app.command(short_help=SHORT[question.__name__])(question)


@app.command(short_help=SHORT["demo"])
def demo(
    out: Annotated[str | None, typer.Option(metavar="DIR", help="Keep the sample pages and the dataset here.")] = None,
) -> None:
    """\b
    Example:
      gongkai demo
      gongkai demo --out demo-out

    Makes sample reports of invented agencies, parses them, and prints a record, its checks and a small comparison.
    Uses no network.
    """
    from gongkai.output.dataset import NotADataset
    from gongkai.output.demo import show

    try:
        show(out)
    except NotADataset as error:
        stop(str(error))
    except OSError as error:
        stop(f"{error.filename or out}: {error.strerror or error}")


for command in (
    building.build,
    building.diff,
    crawling.discover,
    crawling.crawl,
    crawling.nightly,
    crawling.verify,
    crawling.manners,
):
    app.command(short_help=SHORT[command.__name__])(command)
app.command("import", short_help=SHORT["import"])(crawling.import_)


def _raise_stopped(signum: int, frame: Any) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):  # tidying up is short: a second signal must not cut it off
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(signum)


def main() -> None:
    """Entry point of the `gongkai` command."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _raise_stopped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Chinese text must not end in an error on an old terminal
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    try:
        app()
    except Stopped as stopped:
        say(f"stopped by {signal.Signals(stopped.args[0]).name}; nothing was written")
        sys.exit(STOPPED)
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)


if __name__ == "__main__":
    main()
