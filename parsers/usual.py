"""The usual page at once: every row of all three tables in its place with all its cells, matched as one pattern.
Every other page is left to `labelled` and `review`, which give the same values for a usual one, only slower."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from operator import eq, ge, itemgetter, sub
from typing import NamedTuple

from gongkai.parsers.captions import may_name_a_body, may_name_a_year, names_other_body, names_other_year, ruling_year
from gongkai.parsers.document import Document, are_steady, names_of_lines
from gongkai.parsers.forms import FORMS, GRID_FORMS, Form
from gongkai.parsers.lexicon import BLANK_CODE, CODES, KINDS, LONGEST_LABEL, OTHER_NUMBER, PLAIN, numbers_of, token_of
from gongkai.parsers.pattern import Pattern, pattern_of
from gongkai.parsers.report import State, Values
from gongkai.parsers.reprint import Layout, Row, Stretch, Words, remember
from gongkai.parsers.values import typed

MOST_LAYOUTS = 200
"""Layouts that are remembered: the pages of a site print their tables alike, and so do those of most others."""
MOST_PLACES = 30
"""The places of the cells of one layout that are remembered: the tables of pages stand at the same places, too."""
_REVIEW_WIDTH = 15  # figures of the review table, which are one row without a label


class _Columns(NamedTuple):
    """The unchanging parts of every value of a form, as columns."""

    tables: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    units: tuple[str, ...]
    types: tuple[str, ...]
    nothing: tuple[None, ...]
    no_flags: tuple[tuple[str, ...], ...]


@cache
def _columns(version: str) -> _Columns:
    cells = FORMS[version].cells
    parts = zip(*((c.table, c.row, c.column, c.unit, c.type, None, ()) for c in cells), strict=True)
    return _Columns(*parts)


_LAYOUTS: dict[str, Layout] = {}
_WORDS: dict[tuple[tuple[int, ...], tuple[str, ...], tuple[int, ...]], Words] = {}


def usual_values(
    document: Document, codes: str, ranges: dict[str, list[tuple[int, int]]], year: int | None
) -> tuple[Form, Values, Stretch] | None:
    """Form, values and place of the tables of a page that follows a form without any deviation in its tables; None for any other.

    `codes`: the codes of the document's texts. `ranges`: where each table stands, from `stretches`.
    """
    if [len(ranges.get(key, ())) for key in ("proactive", "applications", "review")] != [1, 1, 1]:
        return None
    start, stop = ranges["proactive"][0][0], ranges["review"][0][1]
    layout = _layout_of(codes[start:stop])
    if layout is None or not _printed_once(codes, layout) or (document.weak and _has_weak_cells(document, layout, start)):
        return None
    how = _how_printed(document, codes, layout, start, stop)
    if how is None:
        return None
    tables = layout.named_of(document.tables[start:stop]) if how != "lines" or document.kind != "text" else ()
    stretch = Stretch(start, stop, _words_of(layout, layout.named_of(document.texts[start:stop]), tables))
    if _is_another(document, codes, layout, stretch, year):
        return None
    if how == "lines" and document.kind == "text":
        step = document.places[start + 1] - document.places[start]
        if step in (1, 2) and are_steady(document.places[start:stop], step):
            remember(layout, stretch.words, codes[start:stop], "\n" * step)
    return layout.form, _values(document, codes, layout, start, stop, how), stretch


def reprinted_values(document: Document, codes: str, year: int | None) -> tuple[Form, Values, Stretch] | None:
    """The same of tables that print the words of an earlier page; what that page's words have settled is not asked again."""
    assert document.reprint is not None
    start, stop, reprint = document.reprint
    if year is not None and may_name_a_year(document.texts[:start]):
        ruling, _ = ruling_year(document, lambda i: KINDS.get(codes[i], "label"), start, year, alone=True)
        if ruling is not None and ruling != year:
            return None
    known = reprint.known
    layout = known.layout
    parts = _columns(layout.form.version)
    at = _places_of_steady_lines(layout, document.places[start], document.places[stop - 1], len(known.line_end))
    values = Values(parts.tables, parts.rows, parts.columns, reprint.numbers, parts.units, reprint.raws, layout.states, parts.nothing, parts.no_flags, at)
    return layout.form, values, Stretch(start, stop, known.words)


def _words_of(layout: Layout, texts: tuple[str, ...], tables: tuple[int, ...]) -> Words:
    """The words of a stretch with this layout: most pages print the same as others did."""
    key = layout.named, texts, tables
    if (words := _WORDS.get(key)) is None:
        text_of = dict(zip(layout.named, texts, strict=True))
        captions = "\n".join(text_of.get(i, "") for i in layout.captions)
        # what a caption needs to name a year, or a body; in most captions nothing of it stands
        may_name_year = "20" in captions or "去年" in captions or "往年" in captions or "上" in captions
        may_be_another = may_name_year or may_name_a_body(captions)
        words = Words(*key, max(map(len, texts)) <= LONGEST_LABEL, may_be_another)
        if words.lasting:
            if len(_WORDS) >= MOST_LAYOUTS:
                _WORDS.clear()
            _WORDS[key] = words
    return words


def _layout_of(codes: str) -> Layout | None:
    """The layout of a stretch of cells; None where no form's pattern matches them."""
    codes = codes.replace(OTHER_NUMBER, PLAIN)  # the patterns do not tell them apart
    layout = _LAYOUTS.get(codes)
    if layout is None and (layout := _matched(codes)) is not None:
        if len(_LAYOUTS) >= MOST_LAYOUTS:
            _LAYOUTS.clear()
        _LAYOUTS[codes] = layout
    return layout


def _matched(codes: str) -> Layout | None:
    for version in GRID_FORMS:
        pattern = pattern_of(version)
        if (match := pattern.match.match(codes)) is not None:
            spans = zip(match.regs[1:], pattern.fills, strict=True)
            rows = tuple(Row(a, b, *cells) for (a, b), cells in spans if a >= 0)
            # a number beside the rows belongs to nothing the pattern knows
            if sum(codes.count(PLAIN, row.start, row.stop) for row in rows) != codes.count(PLAIN):
                return None
            return _layout(codes, pattern, rows) if _is_headed(codes, pattern.form, rows) else None
    return None


def _is_headed(codes: str, form: Form, rows: tuple[Row, ...]) -> bool:
    """Something over tables three and four names their columns; where nothing does, their order is in doubt."""
    first = {(c.table, c.row): k for k, c in reversed(list(enumerate(form.cells)))}
    starts = {row.first: k for k, row in enumerate(rows)}
    for table in form.tables:
        if table.layout in ("matrix", "across"):
            k = starts[first[table.key, table.value_rows[0].key]]
            above = codes[rows[k - 1].stop if k else 0 : rows[k].start]
            if not any(r.what == "column" and r.table == table.key for code in set(above) for r in CODES.get(code, ())):
                return False
    return True


def _layout(codes: str, pattern: Pattern, rows: tuple[Row, ...]) -> Layout:
    form_cells = {row.start + k: row.first + k for row in rows for k in range(row.width)}
    cell_of = {k: i for i, k in form_cells.items()}
    everywhere = range(len(pattern.form.cells))
    states: tuple[State, ...] = tuple(
        "absent" if k not in cell_of else "blank" if codes[cell_of[k]] == BLANK_CODE else "reported" for k in everywhere
    )
    named = tuple(i for i, code in enumerate(codes) if code != PLAIN)
    # captions stand before the first table and between two, where more than a row's label is between figures
    tables = [(0, rows[0].start), *((a.stop, b.start) for a, b in pairwise(rows) if b.start - a.stop > 3)]
    return Layout(
        form=pattern.form,
        once=pattern.once,
        rows=rows,
        cells=itemgetter(*(cell_of.get(k, -1) for k in everywhere)),
        form_cells=form_cells,
        states=states,
        firsts=itemgetter(*(row.start for row in rows)),
        lasts=itemgetter(*(row.stop - 1 for row in rows)),
        # the figures of reviews have no label in their row
        labels=itemgetter(*(row.start - (row.width < _REVIEW_WIDTH) for row in rows)),
        behind=itemgetter(*(row.stop for row in rows[:-1])),
        gaps=tuple(row.width - 1 for row in rows),
        captions=tuple(i for a, b in tables for i in range(a, b)),
        blank_behind=any(codes.startswith(BLANK_CODE, row.stop) for row in rows),
        named=named,
        named_of=itemgetter(*named),
        places={},
    )


def _printed_once(codes: str, layout: Layout) -> bool:
    """No table begins a second time."""
    return all(sum(map(codes.count, first_row)) == 1 for first_row in layout.once)


def _has_weak_cells(document: Document, layout: Layout, start: int) -> bool:
    """A blank in a row, or behind it in lines, may be mere spacing."""
    rows = [(start + row.start, start + row.stop) for row in layout.rows]
    low, columns = rows[0][0], document.columns
    return any(a <= i < b + (columns[b - 1] < 0) for i in document.weak if low <= i for a, b in rows)


def _how_printed(document: Document, codes: str, layout: Layout, start: int, stop: int) -> str | None:
    """Whether the cells of all rows are `lines`, or stand side by side with their label in a `grid`, or some the one and
    some the other (`mixed`); None where a row does not hold together. Most pages print
    them all alike, which is seen at once."""
    if not layout.blank_behind:
        columns, rows = document.columns[start:stop], document.rows[start:stop]
        if columns.count(-1) == len(columns):
            if are_steady(rows) or all(map(ge, map(sub, layout.lasts(rows), layout.firsts(rows)), layout.gaps)):
                return "lines"
        # a row that goes on behind its figures has columns that the form has not
        elif layout.firsts(rows) == (lasts := layout.lasts(rows)) == layout.labels(rows) and min(layout.firsts(columns)) >= 0 and not any(
            map(eq, lasts, layout.behind(rows))
        ):  # fmt: skip
            return "grid"
    for row in layout.rows:
        if not _holds_together(document, codes, start + row.start, start + row.stop):
            return None
    return "mixed"


def _is_another(document: Document, codes: str, layout: Layout, stretch: Stretch, year: int | None) -> bool:
    """The title over the tables, or a caption between them, names another year or another body."""

    def kind_of(i: int) -> str:
        return KINDS.get(codes[i], "label")

    if year is not None:
        ruling, _ = ruling_year(document, kind_of, stretch.start + layout.rows[0].start, year, alone=True)
        if ruling is not None and ruling != year:
            return True
    if not stretch.words.may_be_another:
        return False
    cells = [stretch.start + i for i in layout.captions]
    return names_other_year(document, kind_of, cells, year) or names_other_body(document, cells)


def _holds_together(document: Document, codes: str, a: int, b: int) -> bool:
    """The cells from a to before b are one printed row with its label, or each a line, and no blank behind is one of them."""
    rows, columns = document.rows, document.columns
    last = rows[b - 1]
    if b < len(rows) and codes[b] == BLANK_CODE and (rows[b] == last or codes[a] == BLANK_CODE):
        return False
    if columns[a] >= 0:
        if b < len(rows) and rows[b] == last and codes[b] != BLANK_CODE:
            return False
        return rows[a] == last and (rows[a - 1] == last or b - a >= _REVIEW_WIDTH)
    return last - rows[a] >= b - a - 1 and columns[b - 1] < 0


def _values(document: Document, codes: str, layout: Layout, start: int, stop: int, how: str) -> Values:
    """The columns of the form's values: what all its cells share is shared, the rest is taken out of the stretch at once."""
    parts = _columns(layout.form.version)
    texts = document.texts[start:stop]
    raws: tuple[str | None, ...] = layout.cells([*texts, None])
    numbers = numbers_of(raws)
    units, flags = parts.units, parts.no_flags
    if others := list(_others(codes, start, stop)):
        own_units, own_flags = list(units), list(flags)
        for i in others:
            k = layout.form_cells[i - start]
            reading = token_of(document.texts[i]).reading
            numbers[k], own_units[k], own_flags[k] = typed(
                parts.types[k], units[k], reading.value, reading.unit, reading.flags
            )
        units, flags = tuple(own_units), tuple(own_flags)
    at = _places(document, layout, start, stop, how)
    return Values(parts.tables, parts.rows, parts.columns, numbers, units, raws, layout.states, parts.nothing, flags, at)


def _others(codes: str, start: int, stop: int) -> Iterator[int]:
    """The cells that print more or other than a whole number."""
    i = codes.find(OTHER_NUMBER, start, stop)
    while i >= 0:
        yield i
        i = codes.find(OTHER_NUMBER, i + 1, stop)


def _places(document: Document, layout: Layout, start: int, stop: int, how: str) -> Sequence[str | None]:
    """The place of every cell of the form."""
    if document.where:
        return _places_row_by_row(document, layout, start)
    if how == "lines" and document.kind != "html":
        return _places_of_lines(layout, document.places[start:stop])
    if how == "grid" and document.kind == "html":
        return _places_in_tables(document, layout, start, stop)
    return _places_row_by_row(document, layout, start)


def _places_of_lines(layout: Layout, lines: Sequence[int]) -> Sequence[str | None]:
    """The same where each cell is a line."""
    step = (lines[-1] - lines[0]) // (len(lines) - 1)
    if are_steady(lines, step):
        return _places_of_steady_lines(layout, lines[0], lines[-1], step)
    return layout.cells([*names_of_lines(lines), None])


def _places_of_steady_lines(layout: Layout, first: int, last: int, step: int) -> Sequence[str | None]:
    """The same where each line is `step` behind the one before. Most tables begin at one of few lines."""
    at = layout.places.get((first, last, step))
    if at is None:
        if len(layout.places) >= MOST_PLACES:
            layout.places.clear()
        names = names_of_lines(range(first, last + 1, step))
        at = layout.places[first, last, step] = layout.cells([*names, None])
    return at


def _places_in_tables(document: Document, layout: Layout, start: int, stop: int) -> Sequence[str | None]:
    """The same for tables of a web page. Where the cells of each row stand side by side, table, row and first column say
    it all, and they are the same on most pages of a site: what was said of them before is said again."""
    columns = document.columns[start:stop]
    firsts, tables = layout.firsts(columns), layout.firsts(document.tables[start:stop])
    if tuple(map(sub, layout.lasts(columns), firsts)) != layout.gaps or not all(tables):
        return _places_row_by_row(document, layout, start)
    key = (tables, layout.firsts(document.places[start:stop]), firsts)
    at = layout.places.get(key)
    if at is None:
        if len(layout.places) >= MOST_PLACES:
            layout.places.clear()
        at = layout.places[key] = _places_row_by_row(document, layout, start)
    return at


def _places_row_by_row(document: Document, layout: Layout, start: int) -> tuple[str | None, ...]:
    at: list[str | None] = [None] * len(layout.states)
    for row in layout.rows:
        at[row.first : row.first + row.width] = document.places_of(start + row.start, start + row.stop)
    return tuple(at)
