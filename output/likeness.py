"""Sections that say nearly the same: groups of near-copies over agencies and years, and sections unchanged from last year.
How texts are cut and compared is left to `shingles`, how groups reach people to `likeness_screen`."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.dataset import batches, read_table, undisturbed
from gongkai.output.shingles import (
    LEAST_LIKENESS,
    Shingles,
    alike_groups,
    common_passages,
    digest,
    is_template,
    masked,
    sentences,
    shingles,
)

KEYS = ("overview", "problems")
"""The sections written in the agency's own words; the others are tables or one line."""
LEAST_CHARACTERS = 80
"""Shorter texts, what every report says taken away, are alike by chance: 本年度工作有序开展."""
TEMPLATE_SHARE, TEMPLATE_LEAST = 0.3, 30
"""A sentence that so large a share of the agencies print, and at least so many of them, is the form's and nobody's own."""
PASSAGES_SHOWN = 5
_AT_ONCE = 1000
TEMPLATES_SHOWN = 20


class Member(NamedTuple):
    """A section in a group, the one it is most like, and how much."""

    report_id: str
    agency: str | None
    year: int | None
    key: str
    nearest: str
    likeness: float


class Passage(NamedTuple):
    """A sentence as one of them prints it, and how many members of the group have it (figures and own names aside)."""

    text: str
    members: int


class Group(NamedTuple):
    """Sections each of which is like at least one other of them; the first passages are those most of them share."""

    agencies: int
    years: tuple[int, ...]
    members: list[Member]
    passages: list[Passage]


class Unchanged(NamedTuple):
    """A section and last year's of the same agency: the `same` text, the same but for `figures`, or `near`."""

    report_id: str
    earlier: str
    agency: str | None
    year: int
    key: str
    how: str
    likeness: float


class Alike(NamedTuple):
    """What was found, among how many sections; how many were too short to say anything; what was taken for the form's."""

    groups: list[Group]
    unchanged: list[Unchanged]
    sections: int
    short: int
    templates: list[Passage]


class _Section(NamedTuple):
    """What is kept of a section while all are compared: its text is not."""

    report_id: str
    agency_id: str | None
    agency: str | None
    year: int | None
    key: str
    printed: int
    without_figures: int


def alike(folder: Path, keys: Sequence[str] = KEYS, least: float = LEAST_LIKENESS, limit: int | None = None) -> Alike:
    """Compares these sections of a dataset; `limit` groups, the widest spread first, get their passages.
    Texts are read some at a time, several times over, and never all held; all are of one build. Raises NotADataset,
    ImportError without the extra `text`."""
    return undisturbed(folder, lambda check: _alike(folder, check, keys, least, limit))


def _alike(folder: Path, check: Callable[[], None], keys: Sequence[str], least: float, limit: int | None) -> Alike:
    heads = _heads(folder)
    templates, shown = _templates(folder, keys, heads)
    with tempfile.TemporaryDirectory(prefix="gongkai-alike-") as scratch:
        kept: list[_Section] = []
        short = 0
        cut = Shingles(Path(scratch) / "shingles")
        for row, text, names in _texts(folder, keys, heads):
            own = _own_text(text, names, templates)
            if len(own) < LEAST_CHARACTERS:
                short += 1
                continue
            kept.append(_section(row, text, names, heads))
            cut.add(shingles(own))
        cut.close()
        found = alike_groups(cut, least)
        unchanged = sorted(_unchanged(kept, cut, least), key=lambda u: (u.agency or "", u.year, u.key))
    groups = sorted((_group(kept, g) for g in found), key=lambda g: (-g.agencies, -len(g.members), g.members[0]))
    groups = groups[:limit]
    groups = _with_passages(folder, keys, heads, templates, groups)
    check()
    return Alike(groups, unchanged, len(kept), short, shown)


_Head = tuple[str | None, str | None, tuple[str, ...]]
_NOBODY: _Head = (None, None, ())


def _heads(folder: Path) -> dict[str, _Head]:
    """Unit, name, and every own name (agency, region, department), the longest first, of each report."""
    columns = ["report_id", "agency_id", "agency", "region", "department"]
    heads: dict[str, _Head] = {}
    for r in read_table(folder, "reports", columns).to_pylist():
        names = {n for n in (r["agency"], r["region"], r["department"]) if n and len(n) > 1}
        heads[r["report_id"]] = (r["agency_id"], r["agency"], tuple(sorted(names, key=len, reverse=True)))
    return heads


_Row = tuple[str, int | None, str]
"""Report, year and key of a section."""


def _texts(folder: Path, keys: Sequence[str], heads: dict[str, _Head]) -> Iterator[tuple[_Row, str, tuple[str, ...]]]:
    """The sections with these keys, some at a time, with the names that are the agency's own."""
    wanted = pc.is_in(pc.field("key"), pa.array(list(keys), pa.string()))
    for batch in batches(folder, "sections", ["report_id", "year", "key", "text"], wanted):
        for start in range(0, len(batch), _AT_ONCE):
            for r in batch.slice(start, _AT_ONCE).to_pylist():
                yield (r["report_id"], r["year"], r["key"]), r["text"], heads.get(r["report_id"], _NOBODY)[2]


def _section(row: _Row, text: str, names: Sequence[str], heads: dict[str, _Head]) -> _Section:
    report_id, year, key = row
    unit, agency, _ = heads.get(report_id, _NOBODY)
    printed = "".join(text.split())
    return _Section(report_id, unit, agency, year, key, digest(printed), digest(masked(printed, names)))


def _own_text(text: str, names: Sequence[str], templates: frozenset[int]) -> str:
    """The text without the form's sentences, figures and own names."""
    plain = (masked(s, names) for s in sentences(text) if not is_template(s))
    return "".join(s for s in plain if digest(s) not in templates)


def _templates(folder: Path, keys: Sequence[str], heads: dict[str, _Head]) -> tuple[frozenset[int], list[Passage]]:
    """Sentences that a large share of the agencies print, by their digest, and the most frequent of them as printed."""
    numbers: dict[str | None, int] = {}
    pairs: list[npt.NDArray[np.uint64]] = []
    for (report_id, _, _), text, names in _texts(folder, keys, heads):
        unit, agency, _ = heads.get(report_id, _NOBODY)
        number = numbers.setdefault(unit or agency, len(numbers))
        found = [digest(masked(s, names)) for s in sentences(text)]
        pairs.append(np.array([(d, number) for d in found], np.uint64).reshape(-1, 2))
    if len(numbers) < TEMPLATE_LEAST:
        return frozenset(), []
    every = np.unique(np.concatenate(pairs), axis=0)
    digests, counts = np.unique(every[:, 0], return_counts=True)
    least = max(TEMPLATE_LEAST, TEMPLATE_SHARE * len(numbers))
    often = {int(d): int(n) for d, n in zip(digests[counts >= least], counts[counts >= least], strict=True)}
    printed: dict[int, str] = {}
    if often:
        for _, text, names in _texts(folder, keys, heads):
            for s in sentences(text):
                if (d := digest(masked(s, names))) in often:
                    printed.setdefault(d, s)
            if len(printed) == len(often):
                break
    order = sorted(often, key=lambda d: (-often[d], d))
    return frozenset(often), [Passage(printed[d], often[d]) for d in order[:TEMPLATES_SHOWN]]


def _group(kept: Sequence[_Section], found: list[tuple[int, int, float]]) -> Group:
    members = sorted(
        (
            Member(kept[i].report_id, kept[i].agency, kept[i].year, kept[i].key, kept[j].report_id, round(likeness, 3))
            for i, j, likeness in found
        ),
        key=lambda m: (m.year is None, m.year or 0, m.agency or "", m.report_id),
    )
    units = {kept[i].agency_id or kept[i].agency or kept[i].report_id for i, _, _ in found}
    years = tuple(sorted({m.year for m in members if m.year is not None}))
    return Group(len(units), years, members, [])


def _unchanged(kept: Sequence[_Section], cut: Shingles, least: float) -> Iterator[Unchanged]:
    """Each section whose agency printed the same or nearly the same a year before; the most alike of several versions."""
    at: dict[tuple[str, int, str], list[int]] = defaultdict(list)
    for i, section in enumerate(kept):
        if section.agency_id is not None and section.year is not None:
            at[section.agency_id, section.year, section.key].append(i)
    for (unit, year, key), here in at.items():
        for i in here:
            best = max((_change(kept, cut, i, j) for j in at.get((unit, year - 1, key), ())), default=None)
            if best is not None and best[0] >= least:
                likeness, how, j = best
                one = kept[i]
                yield Unchanged(one.report_id, kept[j].report_id, one.agency, year, key, how, round(likeness, 3))


def _change(kept: Sequence[_Section], cut: Shingles, i: int, j: int) -> tuple[float, str, int]:
    """How like two sections are, what changed (`same` sorts last), and the second's number."""
    if kept[i].printed == kept[j].printed:
        return 1.0, "same", j
    if kept[i].without_figures == kept[j].without_figures:
        return 1.0, "figures", j
    return cut.likeness(i, j), "near", j


def _with_passages(
    folder: Path, keys: Sequence[str], heads: dict[str, _Head], templates: frozenset[int], groups: list[Group]
) -> list[Group]:
    """The groups with the sentences that their members share; where they share no whole one, what two of them share."""
    of_section = {(m.report_id, m.key): g for g, group in enumerate(groups) for m in group.members}
    counts: list[Counter[int]] = [Counter() for _ in groups]
    printed: dict[int, str] = {}
    firsts: list[list[str]] = [[] for _ in groups]
    for (report_id, _, key), text, names in _texts(folder, keys, heads) if groups else ():
        g = of_section.get((report_id, key))
        if g is None:
            continue
        if len(firsts[g]) < 2:
            firsts[g].append(_own_text(text, names, templates))
        here: set[int] = set()
        for s in sentences(text):
            if not is_template(s) and (d := digest(masked(s, names))) not in templates:
                here.add(d)
                printed.setdefault(d, s)
        counts[g].update(here)
    found = []
    for group, count, first in zip(groups, counts, firsts, strict=True):
        shared = sorted(((n, len(printed[d]), printed[d]) for d, n in count.items() if n > 1), reverse=True)
        passages = [Passage(text, n) for n, _, text in shared[:PASSAGES_SHOWN]]
        if not passages and len(first) == 2:
            passages = [Passage(text, 2) for text in common_passages(*first)[:PASSAGES_SHOWN]]
        found.append(group._replace(passages=passages))
    return found
