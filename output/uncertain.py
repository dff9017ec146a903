"""Reports of which it is not certain who published them: why, who it may be, and the entry for identities.toml that settles it.
Reading that file is left to `overrides`, the other findings to `findings`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pyarrow.compute as pc

from gongkai.output.dataset import read_table
from gongkai.output.overrides import RULE
from gongkai.parsers.divisions import STILL, Division, above, below, divisions_meant
from gongkai.parsers.names import read_agency

MOST_CANDIDATES = 40
"""Divisions named for one report; the longest list of namesakes has five, a city up to 40 counties."""
_COLUMNS = [
    "report_id",
    "year",
    "agency",
    "title",
    "source",
    "status",
    "latest",
    "level",
    "kind",
    "region_code",
    "agency_id",
]


class Candidate(NamedTuple):
    """A division that may be meant: its code in the report's year, and its names from the largest down."""

    code: str
    path: str


class Uncertain(NamedTuple):
    """One report. `why`: one sentence; `candidates`: empty where nothing is known of who it may be."""

    report_id: str
    year: int | None
    agency: str | None
    title: str | None
    source: str
    why: str
    candidates: tuple[Candidate, ...] = ()


def uncertain(folder: Path) -> list[Uncertain]:
    """The newest version of each report without a certain agency or division that no person has settled yet: those
    whose document contradicts itself first, then namesakes, then names that say nothing. Raises NotADataset."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    rules = pc.field("rule").isin(["agency_conflict", "region_ambiguous", RULE])
    for f in read_table(folder, "findings", ["report_id", "rule", "detail"], rules).to_pylist():
        said[f["report_id"]].setdefault(f["rule"], f["detail"])
    found: list[tuple[int, Uncertain]] = []
    for r in read_table(folder, "reports", _COLUMNS).to_pylist():
        if r["status"] == "rejected" or not r["latest"] or RULE in said[r["report_id"]]:
            continue
        if (doubt := _doubt(r, said[r["report_id"]])) is not None:
            rank, why, candidates = doubt
            found.append(
                (rank, Uncertain(r["report_id"], r["year"], r["agency"], r["title"], r["source"], why, candidates))
            )
    return [one for _, one in sorted(found, key=lambda f: (f[0], f[1].source, f[1].report_id))]


def _doubt(r: dict[str, Any], said: dict[str, str]) -> tuple[int, str, tuple[Candidate, ...]] | None:
    if detail := said.get("agency_conflict"):
        return 0, f"the document names several: {detail}", ()
    if r["agency"] is None:
        return 3, "nothing in the document says who reports", ()
    if r["region_code"] is not None or r["level"] == "national" or r["agency_id"] is not None:
        return None
    if detail := said.get("region_ambiguous"):
        return 1, detail, _candidates(r["agency"], r["year"])
    places = read_agency(r["agency"], r["year"]).places
    return 2, f"no division is called {places[-1]}" if places else "its name says no division", ()


def _candidates(agency: str, year: int | None) -> tuple[Candidate, ...]:
    """The divisions that the name may mean; for a township whose county is unsaid the counties of its city."""
    at = year if year is not None else STILL
    taken = read_agency(agency, year)
    meant: Sequence[Division] = divisions_meant(taken.places, year)
    if taken.kind == "township" and len(meant) == 1:
        meant = below(meant[0], at)
    return tuple(
        Candidate(d.code, "/".join(u.name for u in reversed(list(above(d, at))))) for d in meant[:MOST_CANDIDATES]
    )


def as_toml(found: Iterable[Uncertain]) -> str:
    """Entries for identities.toml, commented out: a person takes the signs off what is right and says who and why, and
    a file of which only some entries are filled in is still one that can be read.

    Reports of one site with the same candidates are one entry: a site has one place.
    """
    return "\n".join("\n".join(lines) + "\n" for lines in _entries(list(found)))


def _entries(found: Sequence[Uncertain]) -> Iterator[list[str]]:
    together: dict[tuple[str, tuple[Candidate, ...]], list[Uncertain]] = defaultdict(list)
    for one in found:
        host = urlsplit(one.source).hostname if "://" in one.source else None
        together[(host, one.candidates) if host and one.candidates else (one.source, ())].append(one)
    for group in together.values():
        first = group[0]
        host = urlsplit(first.source).hostname if len({one.source for one in group}) > 1 else None
        yield [
            *(f"## {one.report_id}  {one.year or '?'}  {one.agency or one.title or '?'}" for one in group),
            f"## {' '.join(first.why.split())}",
            "# [[identity]]",
            f"# site = {_quoted(host)}" if host else f"# source = {_quoted(first.source)}",
            *(f"# region_code = {_quoted(c.code)}  # {c.path}" for c in first.candidates),
            *([] if first.candidates else [f"# agency = {_quoted(first.agency or '')}"]),
            '# who = ""',
            '# why = ""',
        ]


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    shown = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown) + '"'
