"""Two datasets side by side: which reports only one of them has, and what the others say otherwise, by cause.
What one night changed is left to `events`; showing the result to the command."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.corrections import reviews
from gongkai.output.dataset import read_table
from gongkai.output.events import said
from gongkai.output.overrides import IDENTITY, RULE

CAUSES = ("publisher", "parser", "identity", "person")
WHO = (*IDENTITY, "year", "form", "title", "published", "signed")
REPORTS_AT_ONCE = 500
"""Reports whose cells are held together: 130 cells each, of two datasets."""

Report = Mapping[str, Any]
Place = tuple[str, str, str]


class Change(NamedTuple):
    """One thing that is said otherwise. `what`: cell, identity or reviewed; `place`: the cell, or the column."""

    cause: str
    what: str
    place: str
    before: str
    after: str
    report_id: str
    source: str
    agency: str
    year: int | None


class Pair(NamedTuple):
    """A report of A and what stands for it in B: the same bytes, or a later version at its address."""

    a: Report
    b: Report

    @property
    def same_bytes(self) -> bool:
        return bool(self.a["payload_sha256"] == self.b["payload_sha256"])


@dataclass(slots=True)
class Difference:
    """Counts of everything, and the first few examples of each cause."""

    reports: tuple[int, int] = (0, 0)
    alone: tuple[int, int] = (0, 0)
    alone_examples: tuple[list[str], list[str]] = ((), ())  # type: ignore[assignment]
    versions: int = 0
    both: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)  # by cause and kind of change
    places: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by cause: rows and columns
    touched: Counter[str] = field(default_factory=Counter)  # reports by cause
    examples: list[Change] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        return bool(any(self.alone) or self.versions or self.counts)

    def most_in(self, cause: str) -> str:
        """Where a cause changed most, for people."""
        return ", ".join(f"{place} {n}" for place, n in self.places[cause].most_common(3))

    def as_json(self) -> dict[str, Any]:
        return {
            "reports": dict(zip("ab", self.reports, strict=True)),
            "only_in": dict(zip("ab", self.alone, strict=True)),
            "only_in_examples": dict(zip("ab", self.alone_examples, strict=True)),
            "later_versions": self.versions,
            "in_both": self.both,
            "causes": {
                cause: {
                    "cells": self.counts[cause, "cell"],
                    "identities": self.counts[cause, "identity"],
                    "corrections": self.counts[cause, "reviewed"],
                    "reports": self.touched[cause],
                    "places": dict(self.places[cause].most_common()),
                }
                for cause in CAUSES
            },
            "examples": [change._asdict() for change in self.examples],
        }


def difference(a: Path, b: Path, limit: int = 5) -> Difference:
    """How dataset B differs from dataset A, with at most `limit` examples a cause. Raises NotADataset."""
    before, after = _reports(a), _reports(b)
    pairs, only_a, only_b, versions = paired(before, after)
    found = Difference((len(before), len(after)), (len(only_a), len(only_b)), ([], []), versions, len(pairs))
    for examples, reports in zip(found.alone_examples, (only_a, only_b), strict=True):
        examples += [f"{r['agency'] or '?'} {r['year'] or '?'} {r['source']}" for r in reports[:limit]]
    people = _by_people(a) | _by_people(b)
    shown: Counter[str] = Counter()
    touched: dict[str, set[str]] = defaultdict(set)
    for change in _changes(a, b, pairs, people):
        found.counts[change.cause, change.what] += 1
        where = change.place.rpartition(".")[0] if change.what == "cell" else change.place
        found.places[change.cause][where] += 1
        touched[change.cause].add(change.report_id)
        if shown[change.cause] < limit:
            shown[change.cause] += 1
            found.examples.append(change)
    found.touched = Counter({cause: len(ids) for cause, ids in touched.items()})
    found.examples.sort(key=lambda c: CAUSES.index(c.cause))
    return found


def _reports(folder: Path) -> list[dict[str, Any]]:
    columns = [
        "report_id",
        "source",
        "status",
        "payload_sha256",
        "record_sha256",
        "parser_version",
        "latest",
        "attachments",
        *WHO,
    ]
    return list(read_table(folder, "reports", columns).to_pylist())


def _by_people(folder: Path) -> set[str]:
    """Reports whose identity a person corrected."""
    return set(read_table(folder, "findings", ["report_id"], pc.field("rule") == RULE)["report_id"].to_pylist())


def paired(a: Sequence[Report], b: Sequence[Report]) -> tuple[list[Pair], list[Report], list[Report], int]:
    """Reports of A with those of B that stand for them, those that only one has, and how many are later versions.

    Same bytes first; then the newest at the same address; then the newest of the same agency and year.
    """
    by_id = {r["report_id"]: r for r in b}
    ids = {r["report_id"] for r in a}
    pairs = [Pair(r, by_id[r["report_id"]]) for r in a if r["report_id"] in by_id]
    more = [r for r in b if r["report_id"] not in ids]
    lost = {r["report_id"]: r for r in a if r["report_id"] not in by_id}
    versions = 0
    for key in (_address, _agency_and_year):
        newest: dict[object, Report] = {}
        for r in sorted(a, key=lambda r: (bool(r["latest"]), r["report_id"])):
            newest[key(r)] = r
        left: list[Report] = []
        for r in more:
            earlier = newest.get(key(r)) if key(r) is not None else None
            if earlier is None:
                left.append(r)
                continue
            pairs.append(Pair(earlier, r))
            versions += 1
            lost.pop(earlier["report_id"], None)
        more = left
    return pairs, list(lost.values()), more, versions


def _address(r: Report) -> object:
    _, dash, position = r["report_id"].partition("-")
    return r["source"], position if dash else ""


def _agency_and_year(r: Report) -> object:
    who = r["agency_id"] or r["agency"]
    return (who, r["year"]) if who and r["year"] is not None and r["status"] != "rejected" else None


def _changes(a: Path, b: Path, pairs: Sequence[Pair], people: set[str]) -> Iterator[Change]:
    others = [p for p in pairs if p.a["record_sha256"] != p.b["record_sha256"]]
    for start in range(0, len(others), REPORTS_AT_ONCE):
        some = others[start : start + REPORTS_AT_ONCE]
        before, after = _cells(a, (p.a for p in some)), _cells(b, (p.b for p in some))
        for pair in some:
            yield from _of_cells(pair, before.get(pair.a["report_id"], {}), after.get(pair.b["report_id"], {}))
    for pair in pairs:
        who = [name for name in WHO if pair.a[name] != pair.b[name]]
        corrected = pair.a["report_id"] in people or pair.b["report_id"] in people
        cause = "publisher" if not pair.same_bytes else "person" if corrected else "identity"
        for name in who:
            yield _change(pair, cause, "identity", name, str(pair.a[name] or ""), str(pair.b[name] or ""))
    yield from _of_people(a, b, pairs)


def _cells(folder: Path, reports: Iterable[Report]) -> dict[str, dict[Place, dict[str, Any]]]:
    ids = pa.array(sorted({r["report_id"] for r in reports}), pa.string())
    columns = ["report_id", "table", "row", "column", "value", "state"]
    found: dict[str, dict[Place, dict[str, Any]]] = defaultdict(dict)
    for c in read_table(folder, "cells", columns, pc.field("report_id").isin(ids)).to_pylist():
        found[c["report_id"]][c["table"], c["row"], c["column"]] = c
    return found


def _of_cells(pair: Pair, before: Mapping[Place, Any], after: Mapping[Place, Any]) -> Iterator[Change]:
    files = pair.a["attachments"] == pair.b["attachments"]
    cause = "parser" if pair.same_bytes and files else "publisher"
    for place in dict.fromkeys([*before, *after]):
        was, now = said(before.get(place)), said(after.get(place))
        if was != now:
            yield _change(pair, cause, "cell", ".".join(place), was, now)


def _of_people(a: Path, b: Path, pairs: Sequence[Pair]) -> Iterator[Change]:
    corrected = pc.field("reviewed").is_valid()
    before, after = (reviews(read_table(folder, "cells", filters=corrected)) for folder in (a, b))
    by_id = {p.a["report_id"]: p for p in pairs if p.same_bytes}
    for report_id, place in sorted(before.keys() | after.keys()):
        was, now = before.get((report_id, place)), after.get((report_id, place))
        if was != now and report_id in by_id:
            shown = ("" if n is None else f"{n:.10g}" for n in (was, now))
            yield _change(by_id[report_id], "person", "reviewed", ".".join(place), *shown)


def _change(pair: Pair, cause: str, what: str, place: str, before: str, after: str) -> Change:
    r = pair.b
    return Change(cause, what, place, before, after, r["report_id"], r["source"], r["agency"] or "?", r["year"])
