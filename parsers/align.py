"""Cells and forms in, the value of every cell of the form out, with doubts and leftovers.
How rows are found is left to `labelled` and `review`, whether sums hold to `checks`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import NamedTuple

from gongkai.parsers.crossed import set_crossed
from gongkai.parsers.document import Document
from gongkai.parsers.forms import GRID_FORMS, Form
from gongkai.parsers.labelled import place_labelled
from gongkai.parsers.lexicon import Token, codes_of, tokens_of
from gongkai.parsers.other_columns import without_other_columns
from gongkai.parsers.pairs import set_in_rows
from gongkai.parsers.report import Finding, Value, Values
from gongkai.parsers.reprint import Stretch
from gongkai.parsers.review import place_review
from gongkai.parsers.runs import runs_of, stretches
from gongkai.parsers.transposed import set_upright
from gongkai.parsers.usual import reprinted_values, usual_values
from gongkai.parsers.values import Key, complete, values_of

_ALL_TABLES = frozenset(("proactive", "applications", "review"))


class Alignment(NamedTuple):
    """The form recognised (None: no table of a known form), a value for each of its cells, and the doubts.

    `tables`: the tables that were found. `usual`: where they stand in a page that was read at once.
    """

    form: Form | None
    values: Values
    findings: tuple[Finding, ...]
    tables: frozenset[str]
    usual: Stretch | None = None


_new_alignment = partial(tuple.__new__, Alignment)
"""An `Alignment` from a tuple of its fields, in a fifth of the time."""


def align(
    document: Document, year: int | None = None, *, codes: str | None = None, reprinted: bool = False, at_once: bool = True
) -> Alignment:
    """Every cell of the form that the document follows. `year`, when known, tells this year's tables from others.

    `codes`: those of the document's texts, where the caller has them already; `reprinted`: nothing in it belongs to a
    table but its reprint. `at_once=False` reads a usual page row by row like any other, which must give the same.
    """
    if codes is None:
        codes = codes_of(document.texts)
    plain = at_once and not document.marks and not document.candidates
    if reprinted:
        if plain and (again := reprinted_values(document, codes, year)):
            return _new_alignment((again[0], again[1], (), _ALL_TABLES, again[2]))
        codes = codes_of(document.texts)  # those at hand do not tell one figure from another
    ranges = stretches(document.texts, codes)
    if plain and (found_at_once := usual_values(document, codes, ranges, year)):
        usual_form, values, stretch = found_at_once
        return Alignment(usual_form, values, (), _ALL_TABLES, stretch)
    tokens = tokens_of(document.texts)
    as_printed = document
    for set_right in (set_in_rows, partial(without_other_columns, year=year), set_upright, partial(set_crossed, year=year)):
        if (changed := set_right(document, tokens)) is not None:
            document, tokens = changed, tokens_of(changed.texts)
    if document is not as_printed:
        ranges = stretches(document.texts, codes_of(document.texts))
    form = choose_form(tokens, ranges, year)
    if form is None:
        return Alignment(None, Values.of(()), (), frozenset())
    return _aligned(document, tokens, form, ranges, year)


def _aligned(
    document: Document, tokens: Sequence[Token], form: Form, ranges: dict[str, list[tuple[int, int]]], year: int | None
) -> Alignment:
    """The tables of a form, row by row."""
    values: dict[Key, Value] = {}
    findings: list[Finding] = []
    found: set[str] = set()
    for table in form.tables:
        if table.layout == "prose" or table.key not in ranges:
            continue
        runs = list(runs_of(document, tokens, ranges[table.key]))
        if table.layout == "across":
            placed = place_review(document, tokens, table, runs, year)
        else:
            placed = place_labelled(document, tokens, table, runs, year)
        if placed is not None:
            found.add(table.key)
            values_of(document, tokens, table, placed, values, findings)
    return Alignment(form, Values.of(complete(form, values, found, findings)), tuple(findings), frozenset(found))


def choose_form(tokens: Sequence[Token], ranges: dict[str, list[tuple[int, int]]], year: int | None) -> Form | None:
    """The form whose own labels the document prints; the year only breaks ties."""
    printed = {t.roles for spans in ranges.values() for a, b in spans for t in tokens[a:b]}
    if not any(role.what in ("row", "column", "group") for roles in printed for role in roles):
        return None
    # 其他 heads a column of every form, and is a row of one: it tells none from another
    names = {(role.what, role.table, role.key) for roles in printed if len({r.what for r in roles}) == 1 for role in roles}
    best, best_score = None, 0.0
    for form in GRID_FORMS.values():
        score = float(len(_own_labels(form.version) & names))
        if year is not None and form.years[0] <= year <= form.years[1]:
            score += 0.5
        if best is None or score > best_score:
            best, best_score = form, score
    return best


@cache
def _own_labels(version: str) -> frozenset[tuple[str, str, str]]:
    """Rows and columns that this form has and no other."""
    # a group that may be printed as one row is no row of its own
    groups = {("row", t.key, r.key) for form in GRID_FORMS.values() for t in form.tables for r in t.rows if r.one_row}
    labels = {
        form.version: {("row", t.key, r.key) for t in form.tables for r in t.value_rows} - groups
        | {("column", t.key, c.key) for t in form.tables for r in t.rows for c in r.columns}
        for form in GRID_FORMS.values()
    }
    return frozenset(labels[version].difference(*(own for v, own in labels.items() if v != version)))
