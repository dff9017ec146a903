"""Makes one report from a seed: its bytes, and the truth about every figure in it.
Layouts and deviations can be asked for by name; without a wish the seed decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from gongkai.samplesite import faults, prose
from gongkai.samplesite.composing import compose
from gongkai.samplesite.deviations import DEVIATIONS, Deviation
from gongkai.samplesite.draft import Agency, Draft, Frame, statutory_draft
from gongkai.samplesite.figures import Truth, broken_sums, correction, draw
from gongkai.samplesite.layouts import LAYOUTS, Layout
from gongkai.samplesite.old_reports import OLD_FORMS, make_old
from gongkai.samplesite.statutory import COLUMNS, FORMS, REVIEW_COLUMNS, REVIEW_GROUPS, FormName, Key, keys

_FORM_WEIGHTS = (65, 10, 25)
_HOW_MANY = (0, 1, 2, 3, 4)
_HOW_MANY_WEIGHTS = (15, 25, 25, 20, 15)


@dataclass(frozen=True, slots=True)
class SampleReport:
    """A document and the truth about it; `deviations` are those that left a mark."""

    name: str
    body: bytes
    truth: dict[str, Any]
    layout: str
    deviations: tuple[str, ...]
    seed: int
    form: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose report it is and of which year, where a site decides this and not the seed."""

    agency: Agency
    year: int
    title: str
    published: date
    revision: int = 0  # how often the agency has corrected figures since
    look: int = 0  # another number, other handwriting of the same report
    frame: Frame | None = None  # the page around the article


def make(
    seed: int,
    *,
    form: str | None = None,
    layout: str | None = None,
    deviations: Sequence[str] | None = None,
    subject: Subject | None = None,
) -> SampleReport:
    """One report; the same arguments give the same bytes. Deviations that do not fit the page are left out.

    Forms 2014 and 2008 (see `old_reports`) have layouts and deviations of their own and are made only when asked for.
    """
    if form in OLD_FORMS:
        name, body, truth, used, marks = make_old(seed, form, layout=layout, deviations=deviations)
        return SampleReport(name, body, truth, used, marks, seed, form)
    # One source of chance for each decision, so that leaving out a deviation changes nothing else.
    choice = Random(f"{seed} form")
    chosen = _form(choice, form, layout)
    page = _layout(Random(f"{seed} layout"), chosen, layout)
    wanted = _wanted(Random(f"{seed} deviations"), page, chosen, deviations)
    draft = _draft(seed, chosen) if subject is None else _draft_about(seed, chosen, subject)
    applied = [one.name for one in wanted if one.apply(draft, Random(f"{seed} {one.name}"), page)]
    talk = Random(f"{seed} talk")
    if not draft.sentences and talk.random() < 0.4:
        faults.prose_agrees(draft, talk, page)
    look = Random(f"{seed} look" if subject is None or not subject.look else f"{seed} look {subject.look}")
    shape = page.shape(look)
    _open_runs(draft, page)
    body = page.print(draft, compose(draft, shape, Random(f"{seed} prose")), look)
    name = f"{seed:06d}-{page.name}-{chosen}{page.suffix}"
    truth = _truth(draft, name, page, applied)
    # A page without a date line has no publishing date to be read; the signature is another date.
    day = f"{draft.published:%Y-%m-%d}"
    truth["published"] = day if any(day.encode(code) in body for code in ("ascii", "utf-16-le")) else None
    return SampleReport(name, body, truth, page.name, tuple(applied), seed, chosen)


def _form(rng: Random, wish: str | None, layout: str | None) -> FormName:
    if wish is not None:
        found = next((form for form in FORMS if form == wish), None)
        if found is None:
            raise ValueError(f"no form {wish!r}; there are {', '.join(FORMS)}")
        return found
    drawn = rng.choices(FORMS, _FORM_WEIGHTS)[0]
    if layout is not None and layout in LAYOUTS and drawn not in LAYOUTS[layout].forms:
        return LAYOUTS[layout].forms[0]
    return drawn


def _layout(rng: Random, form: FormName, wish: str | None) -> Layout:
    if wish is not None:
        if wish not in LAYOUTS:
            raise ValueError(f"no layout {wish!r}; there are {', '.join(LAYOUTS)}")
        if form not in LAYOUTS[wish].forms:
            raise ValueError(f"layout {wish!r} is not printed for form {form}")
        return LAYOUTS[wish]
    fitting = [layout for layout in LAYOUTS.values() if form in layout.forms]
    return rng.choices(fitting, [layout.weight for layout in fitting])[0]


def _wanted(rng: Random, page: Layout, form: FormName, wish: Sequence[str] | None) -> list[Deviation]:
    """The deviations to apply, in their own order, none beside another it would make unreadable."""
    if wish is None:
        fitting = [one for one in DEVIATIONS.values() if one.fits(page, form)]
        count = rng.choices(_HOW_MANY, _HOW_MANY_WEIGHTS)[0]
        names = {one.name for one in rng.choices(fitting, [one.weight for one in fitting], k=count)}
    else:
        names = set(wish)
        if unknown := names - DEVIATIONS.keys():
            raise ValueError(f"no deviation {sorted(unknown)[0]!r}; there are {', '.join(DEVIATIONS)}")
    found: list[Deviation] = []
    taken: set[str] = set()
    for one in DEVIATIONS.values():
        if one.name in names and one.fits(page, form) and not one.tags & taken:
            found.append(one)
            taken |= one.tags
    return found


def _draft(seed: int, form: FormName) -> Draft:
    rng = Random(f"{seed} agency")
    year = rng.choice((2019, 2020)) if form == "2019" else rng.randint(2021, 2025)
    agency = prose.agency(rng)
    title, published = prose.title(rng, agency.name, year), prose.published(rng, year)
    return statutory_draft(form, year, agency, title, published, draw(Random(f"{seed} figures"), form))


def _draft_about(seed: int, form: FormName, subject: Subject) -> Draft:
    figures = draw(Random(f"{seed} figures"), form)
    for nth in range(subject.revision):
        figures |= correction(Random(f"{seed} correction {nth}"), form, figures)
    draft = statutory_draft(form, subject.year, subject.agency, subject.title, subject.published, figures)
    draft.frame = subject.frame
    return draft


def _open_runs(draft: Draft, page: Layout) -> None:
    """Where blanks leave no trace, no number of a run with a blank in it can be placed for certain."""
    if page.keeps_blanks and "collapsed" not in draft.marks:
        return
    runs: list[list[Key]] = [[("applications", line.row, column) for column in COLUMNS] for line in draft.lines if not line.group and not line.loose]
    runs.append([("review", group, column) for group in REVIEW_GROUPS for column in REVIEW_COLUMNS])
    for block in draft.blocks:
        runs += [[("proactive", line.row, column) for column in block.columns] for line in block.lines if line.row not in ("loose", "local")]
    for run in runs:
        if any(not draft.figures[key].text for key in run):
            draft.open_cells.update(key for key in run if draft.number(key) is not None)


def _plain(value: Truth) -> int | float | str | None:
    return float(value) if isinstance(value, Decimal) and value % 1 else int(value) if isinstance(value, Decimal) else value


def _truth(draft: Draft, name: str, page: Layout, applied: list[str]) -> dict[str, Any]:
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    values = {key: draft.figures[key].value for key in keys(draft.form)}
    for (table, row, column), value in values.items():
        cells.setdefault(table, {}).setdefault(row, {})[column] = _plain(value)
    must, may = broken_sums(draft.form, values, draft.open_cells)
    return {
        "source": name,
        "form": "2019" if draft.form == "2019" else "2021",
        "agency": draft.agency.name,
        "year": draft.year,
        "title": draft.title,
        "published": None,
        "kind": page.name,
        "quirks": [*applied, *dict.fromkeys(draft.quirks)],
        "cells": cells,
        "expected_findings": [*must, *draft.findings],
        "optional_findings": [*may, *draft.optional],
        "also_accepted": [
            {"table": table, "row": row, "column": column, "value": None}
            for table, row, column in keys(draft.form)
            if (table, row, column) in draft.open_cells
        ],
    }
