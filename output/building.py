"""The commands that make a dataset from an archive and put two datasets side by side: build, diff.
Reading and writing are left to `nightbuild`, comparing to `difference`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from gongkai.output.screen import say, show_json, show_table

LOOK, USAGE, NOT_STARTED, REFUSED = 1, 2, 3, 5

CorrectionsOption = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="People's corrections of cells.", show_default="corrections.toml beside DATASET"),
]
IdentitiesOption = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="People's corrections of agencies.", show_default="identities.toml beside DATASET"
    ),
]


def build(
    archive: Annotated[str, typer.Argument(metavar="HOME", help="The home of a crawl, or the folder archive in it.")],
    out: Annotated[str, typer.Option(metavar="DATASET", help="Directory of the dataset, made or brought up to date.")],
    full: Annotated[bool, typer.Option("--full", help="Read everything again, not only what is new.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Publish a dataset that holds less than the last one.")
    ] = False,
    corrections: CorrectionsOption = None,
    identities: IdentitiesOption = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes to use.", show_default="all cores")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary; problems are still told.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """\b
    Example:
      gongkai build crawl --out crawl/dataset
      gongkai build crawl/archive --out rebuilt --full

    Reads the archive of a crawl as it was after the last night, without asking anybody, and brings the dataset up to
    date. What another parser reads otherwise, and what people's corrections change, stands in `changes`.

    Exit codes: 0 fine; 1 done, some documents could not be read; 2 a mistake in a file of corrections; 3 could not start
    (no archive, another build); 4 stopped by a signal, nothing was changed; 5 refused: the dataset would hold less than
    the last one (--force).
    """
    from gongkai.output.corrections import BadCorrections
    from gongkai.output.dataset import NotADataset
    from gongkai.output.holdings import Holdings, NoRun, last_run
    from gongkai.output.ledger import doubts, frozen
    from gongkai.output.nightbuild import Refused
    from gongkai.output.nightbuild import build as build_dataset
    from gongkai.output.overrides import known_to_people
    from gongkai.output.placing import InUse
    from gongkai.scraper.frontier import NotAFrontier
    from gongkai.scraper.home import ARCHIVE, FRONTIER

    home = Path(archive)
    if home.name == ARCHIVE and not (home / FRONTIER).exists():
        home = home.resolve().parent
    try:
        run, at = last_run(home)
        holdings = Holdings(home, run)
        try:
            review, overrides = known_to_people(out, corrections, identities, holdings.site_of)
            held_back = frozen(doubts(holdings.listings()))
            built = build_dataset(
                holdings, out, at, jobs or os.cpu_count() or 1, frozen=held_back, force=force, full=full, review=review,
                overrides=overrides,
            )  # fmt: skip
        finally:
            holdings.close()
    except BadCorrections as error:
        _stop(USAGE, str(error))
    except Refused as error:
        _stop(REFUSED, str(error))
    except (NoRun, NotAFrontier, NotADataset, InUse) as error:
        _stop(NOT_STARTED, str(error))
    except OSError as error:
        _stop(NOT_STARTED, f"{error.filename or out}: {error.strerror or error}; nothing was changed")
    for source, problem in built.unread:
        say(f"{source}: {problem}")
    for remark in built.remarks:
        say(remark)
    causes: dict[str, int] = {}
    for event in built.events:
        causes[event["cause"]] = causes.get(event["cause"], 0) + 1
    if as_json:
        show_json(
            {"dataset": out, "run": run, "parsed": built.parsed, "rows": built.rows, "changes": causes,
             "unread": [{"source": s, "problem": p} for s, p in built.unread], "remarks": built.remarks}
        )  # fmt: skip
    elif not quiet:
        changes = ", ".join(f"{n} by {cause}" for cause, n in causes.items()) or "none"
        say(
            f"night {run}: {built.parsed} documents read; {built.rows.get('reports', 0)} reports, changes: {changes} → {out}"
        )
    if built.unread:
        raise typer.Exit(LOOK)


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A dataset.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    limit: Annotated[int, typer.Option(min=0, help="Examples to print for each cause.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")] = False,
) -> None:
    """\b
    Example:
      gongkai diff last-month/dataset crawl/dataset

    Shows how two datasets differ, by cause: the publisher (other bytes), the parser (the same bytes read otherwise), the
    identity (another table of divisions and departments), a person (corrections).

    Exit codes: 0 they say the same; 1 they differ; 3 no such dataset.
    """
    from gongkai.output.dataset import NotADataset, open_dataset
    from gongkai.output.difference import CAUSES, difference

    try:
        found = difference(open_dataset(a), open_dataset(b), limit)
    except NotADataset as error:
        _stop(NOT_STARTED, str(error))
    if as_json:
        show_json(found.as_json())
    else:
        show_table(
            ("", "A", "B"),
            [("reports", *map(str, found.reports)), ("only there", *(str(n) for n in found.alone)),
             ("later versions", "", str(found.versions)), ("in both", str(found.both), str(found.both))],
            numbers=("A", "B"),
        )  # fmt: skip
        for side, examples in zip("AB", found.alone_examples, strict=True):
            for line in examples:
                say(f"only in {side}: {line}")
        show_table(
            ("cause", "cells", "identities", "corrections", "reports", "most in"),
            [(c, *(str(found.counts[c, what]) for what in ("cell", "identity", "reviewed")), str(found.touched[c]),
              found.most_in(c)) for c in CAUSES],
            numbers=("cells", "identities", "corrections", "reports"),
        )  # fmt: skip
        rows = [(c.cause, c.agency, str(c.year or "?"), c.place, c.before, c.after) for c in found.examples]
        if rows:
            show_table(("cause", "agency", "year", "where", "A", "B"), rows)
    if found.differs:
        raise typer.Exit(LOOK)


def _stop(code: int, why: str) -> NoReturn:
    say(f"error: {why}")
    raise typer.Exit(code)
