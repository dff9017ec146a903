"""The command line: one function a command, and the exit codes they share.
What the commands do is left to the other modules of this room."""

from __future__ import annotations

import importlib.metadata
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer

from gongkai.output import building, crawling
from gongkai.output.building import CorrectionsOption, IdentitiesOption
from gongkai.output.screen import Stopped, number, say, shortened, show_json, show_table

DONE, LOOK, USAGE, NOT_STARTED, STOPPED = 0, 1, 2, 3, 4
"""Exit codes: fine · done, something to look at · wrong usage · could not start · stopped by a signal."""

app = typer.Typer(
    name="gongkai",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="A directory that `gongkai parse` wrote.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress and no summary; problems are still told.")
]


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


@app.command()
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
        _stop(str(error))
    except OSError as error:
        _stop(f"{out} cannot be written: {error.strerror or error}; nothing was changed")
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


@app.command()
def check(
    dataset: DatasetArgument,
    identities: Annotated[
        bool, typer.Option("--identities", help="List the reports of which it is not certain who published them.")
    ] = False,
    as_toml: Annotated[
        bool, typer.Option("--toml", help="With --identities: entries for identities.toml, to be filled in.")
    ] = False,
    children: Annotated[
        bool,
        typer.Option(
            "--children", help="List reports on whole territories with the share that is held of their parts."
        ),
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Print at most this many.", show_default="all")] = None,
    as_json: JsonOption = False,
) -> None:
    """\b
    Example:
      gongkai check dataset
      gongkai check dataset --json > findings.json
      gongkai check dataset --identities --toml >> identities.toml

    Lists the findings, worst first: what the agencies most likely printed wrong, then what we read with doubt.

    With --identities the reports without a certain agency or division, and who it may be; entries that a person has
    filled in, in identities.toml beside the dataset, settle them at the next build. With --children how much of what a
    government reports for its whole territory stands in reports that are held: coverage, no error.

    Exit codes: 0 nothing to list; 1 there is something; 2 wrong usage; 3 no such dataset.
    """
    from gongkai.output import check_screen
    from gongkai.output.dataset import open_dataset
    from gongkai.output.findings import FAULTS, place, worst_first

    if (identities and children) or (as_toml and (not identities or as_json)):
        say("--identities or --children, one at a time; --toml goes with --identities, without --json")
        raise typer.Exit(USAGE)
    if identities or children:
        with _reading():
            listed = check_screen.listed(open_dataset(dataset), identities, as_json, as_toml, limit)
        if listed:
            raise typer.Exit(LOOK)
        return
    with _reading():
        found = worst_first(open_dataset(dataset))
    shown = found[:limit]
    if as_json:
        show_json(shown)
    elif found:
        heads = ("fault", "rule", "report", "agency", "year", "where", "expected", "actual", "detail")
        room = 60 if sys.stdout.isatty() else None  # a terminal has no room for long sentences, a file has
        rows = [
            (f["fault"], f["rule"], f["report_id"], f["agency"] or "?", number(f["year"]), place(f),
             number(f["expected"], ""), number(f["actual"], ""), shortened(f["detail"], room))
            for f in shown
        ]  # fmt: skip
        show_table(heads, rows, numbers=("expected", "actual"))
    counts = ", ".join(f"{sum(f['fault'] == fault for f in found)} {fault}" for fault in FAULTS)
    say(f"{len(found)} findings: {counts}" if found else "no findings")
    settled = {f["report_id"] for f in found if f["rule"] == "identity_corrected"}
    doubted = {f["report_id"] for f in found if f["rule"] in ("region_ambiguous", "agency_conflict")} - settled
    if doubted:
        say(f"{len(doubted)} reports of which it is not certain who published them: `--identities` says who it may be")
    if found:
        raise typer.Exit(LOOK)


@app.command()
def explain(
    dataset: DatasetArgument,
    report: Annotated[str, typer.Argument(metavar="REPORT", help="Id, beginning of an id, agency, or source.")],
    cell: Annotated[str | None, typer.Argument(metavar="TABLE.ROW.COLUMN", help="The cell to explain.")] = None,
    as_json: JsonOption = False,
) -> None:
    """\b
    Example:
      gongkai explain dataset 通化市信访局
      gongkai explain dataset 通化市信访局 applications.received.total

    Shows where a number came from: the text as printed, its place in the document, its flags, the sums it takes part in,
    and the file with its sha256. Without a cell: the whole record.

    Exit codes: 0 fine; 2 no such report or cell, or several; 3 no such dataset.
    """
    from gongkai.output import explain_screen
    from gongkai.output.dataset import open_dataset
    from gongkai.output.explain import NotFound

    with _reading():
        folder = open_dataset(dataset)
        try:
            data = explain_screen.explained(folder, report, cell)
        except NotFound as error:
            say(str(error))
            raise typer.Exit(USAGE) from None
    if as_json:
        show_json(data)
    else:
        print(explain_screen.as_text(data))


@app.command()
def compare(
    dataset: DatasetArgument,
    agency: Annotated[list[str] | None, typer.Option(help="Only agencies with this in their name; repeatable.")] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="Only this division or province, in part; repeatable.")
    ] = None,
    department: Annotated[
        list[str] | None, typer.Option(help="Only departments with this in their name; repeatable.")
    ] = None,
    year: Annotated[list[int] | None, typer.Option(help="Only this report year; repeatable.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="A measure; repeatable. `--metric list` names all.")] = None,
    scope: Annotated[str | None, typer.Option(help="Only reports on the agency itself (own) or its territory.")] = None,
    rank: Annotated[
        bool, typer.Option("--rank", help="Largest first, by the first measure, with uncertain ranks.")
    ] = False,
    trend: Annotated[
        bool, typer.Option("--trend", help="The first measure over the years, of agencies known in every year.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV for spreadsheet programs.")] = False,
    as_markdown: Annotated[bool, typer.Option("--md", help="A table in Markdown.")] = False,
    xlsx: Annotated[str | None, typer.Option(metavar="FILE", help="Write a workbook.")] = None,
    as_json: JsonOption = False,
) -> None:
    """\b
    Example:
      gongkai compare dataset
      gongkai compare dataset --department 信访局 --year 2024 --metric disclosed_of_concluded --rank
      gongkai compare dataset --region 吉林省 --metric carried_over --trend

    Puts agencies side by side. An unknown figure is shown as ?, never as 0; a figure with a flag is marked with !, a
    share of very few cases with ~. Shares stand with their 95 % interval and their two numbers.

    Exit codes: 0 fine; 1 nothing to compare; 2 no such measure; 3 no such dataset.
    """
    from gongkai.output import comparing
    from gongkai.output.compare import USUAL, Question, compared
    from gongkai.output.compare import trend as trend_of
    from gongkai.output.dataset import open_dataset
    from gongkai.output.measures import measures

    known = measures()
    if metric and "list" in metric:
        show_table(("measure", "meaning", "中文"), [(m.key, m.label, m.label_zh) for m in known.values()])
        return
    if unknown := [m for m in metric or () if m not in known]:
        say(f"no measure {unknown[0]}; `--metric list` names all")
        raise typer.Exit(USAGE)
    if scope not in (None, "own", "territory"):
        say("--scope is own or territory")
        raise typer.Exit(USAGE)
    wanted = [known[m] for m in metric or USUAL]
    question = Question(
        tuple(agency or ()), tuple(region or ()), tuple(department or ()), tuple(year or ()), scope=scope
    )
    with _reading():
        result = compared(open_dataset(dataset), question, wanted, ranked=rank)
    if xlsx is not None:
        try:
            comparing.as_xlsx(result, xlsx)
        except ImportError:
            _stop("no XLSX writer; install gongkai[export]")
        except OSError as error:
            _stop(f"{xlsx} cannot be written: {error.strerror or error}")
    elif as_json:
        comparing.as_json(result)
    elif as_csv:
        comparing.as_csv(result, sys.stdout)
    elif as_markdown:
        print(comparing.as_markdown(result))
    elif trend:
        print(comparing.chart(wanted[0], trend_of(result.lines)))
        say(f"{wanted[0].key}: {wanted[0].label} ({wanted[0].label_zh}); median of the agencies known in every year")
    else:
        comparing.on_screen(result)
    if not result.lines:
        say("no report answers to that")
        raise typer.Exit(LOOK)


@app.command()
def alike(
    dataset: DatasetArgument,
    section: Annotated[
        list[str] | None, typer.Option(help="Only these sections; repeatable.", show_default="overview and problems")
    ] = None,
    least: Annotated[
        float, typer.Option(min=0.5, max=1.0, help="Least likeness of a pair: shared of all pieces.")
    ] = 0.6,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many groups.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """\b
    Example:
      gongkai alike dataset
      gongkai alike dataset --section problems --least 0.8 --json > copies.json

    Finds sections that say nearly the same, over all agencies and years, shows the passages they share, and lists sections
    unchanged from last year. Figures, the agency's own names, and sentences that the form asks for do not count.

    Exit codes: 0 fine; 1 nothing to compare; 2 no such section; 3 no such dataset.
    """
    from gongkai.output import likeness_screen
    from gongkai.output.dataset import open_dataset
    from gongkai.output.likeness import KEYS
    from gongkai.output.likeness import alike as found_alike
    from gongkai.output.schema import TABLES

    known = next(c.allowed for c in TABLES["sections"].columns if c.name == "key")
    if unknown := [s for s in section or () if s not in known]:
        say(f"no section {unknown[0]}; there are {', '.join(known)}")
        raise typer.Exit(USAGE)
    try:
        with _reading():
            found = found_alike(open_dataset(dataset), tuple(section or KEYS), least, limit)
    except ImportError:
        _stop("nothing here compares texts; install gongkai[text]")
    except OSError as error:
        _stop(f"no room for the pieces of the texts: {error.strerror or error}; set TMPDIR")
    if as_json:
        show_json(likeness_screen.as_records(found))
    else:
        likeness_screen.on_screen(found)
    if not found.sections:
        raise typer.Exit(LOOK)


@app.command()
def export(
    dataset: DatasetArgument,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="csv, xlsx, sqlite, duckdb or stata.")],
    out: Annotated[str, typer.Option(metavar="PATH", help="File to write; for csv a folder.")],
    shape: Annotated[
        str, typer.Option(metavar="SHAPE", help="tables, or panel: one row per unit and year.")
    ] = "tables",
    table: Annotated[list[str] | None, typer.Option(help="Only this table; repeatable.")] = None,
    bom: Annotated[bool, typer.Option("--bom", help="Start CSV files with a byte order mark, for Excel.")] = False,
    quiet: QuietOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """\b
    Example:
      gongkai export dataset --to csv --out tables
      gongkai export dataset --to xlsx --out reports.xlsx --table reports --table wide
      gongkai export dataset --to stata --shape panel --out panel.dta

    Writes the dataset for the tools people already use. Why a cell holds no number goes along in every format: the table
    wide_states (or panel_states), in Stata the missing values .a blank, .b absent, .c unreadable, .d other form.
    The export appears whole or not at all, and replaces only an earlier export.

    Exit codes: 0 fine; 1 nothing was in it; 2 no such format, shape or table, or more rows than a sheet holds; 3 nothing was written.
    """
    from gongkai.output.dataset import open_dataset
    from gongkai.output.exporting import FORMATS, SHAPES, CannotExport
    from gongkai.output.exporting import export as exported
    from gongkai.output.placing import NotOurs

    for what, value, known in (("--to", to, FORMATS), ("--shape", shape, SHAPES)):
        if value not in known:
            say(f"{what} is one of {', '.join(known)}")
            raise typer.Exit(USAGE)
    try:
        with _reading():
            done = exported(open_dataset(dataset), to, out, shape=shape, only=table or (), bom=bom)
    except CannotExport as error:
        say(f"error: {error}")
        raise typer.Exit(USAGE) from None
    except NotOurs as error:
        _stop(str(error))
    except ImportError:
        _stop(f"nothing here writes {to}; install gongkai[export]")
    except OSError as error:
        _stop(f"{out} cannot be written: {error.strerror or error}; nothing was changed")
    if as_json:
        show_json(done._asdict())
    elif not quiet:
        say(f"{', '.join(f'{n} {name}' for name, n in done.rows.items())} → {' and '.join(done.files)}")
    if done.left_out:
        say(
            f"{done.left_out} reports without a known unit or year stand in no panel; see `agency_id` and `year` in reports"
        )
    if not any(done.rows.values()):
        raise typer.Exit(LOOK)


@app.command()
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
        _stop(str(error))
    except OSError as error:
        _stop(f"{error.filename or out}: {error.strerror or error}")


for command in (
    building.build,
    building.diff,
    crawling.discover,
    crawling.crawl,
    crawling.nightly,
    crawling.verify,
    crawling.manners,
):
    app.command()(command)
app.command("import")(crawling.import_)


def _stop(why: str) -> NoReturn:
    say(f"error: {why}")
    raise typer.Exit(NOT_STARTED)


@contextmanager
def _reading() -> Iterator[None]:
    """Turns a dataset that is missing or damaged into one line and an exit code."""
    from gongkai.output.dataset import NotADataset

    try:
        yield
    except NotADataset as error:
        _stop(str(error))


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
