"""The usual page at once: every row of all three tables in its place with all its cells, matched as one pattern.
Every other page is left to `labelled` and `review`, which give the same values for a usual one, only slower."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from gongkai.parsers.captions import names_other_body, names_other_year, ruling_year
from gongkai.parsers.document import Document, line_names
from gongkai.parsers.forms import FORMS, GRID_FORMS, Form, Row, Table
from gongkai.parsers.lexicon import BLANK_CODE, CODES, KINDS, OTHER_NUMBER, PLAIN, numbers_of, token_of
from gongkai.parsers.report import State, Values
from gongkai.parsers.values import typed

# What `names_other_year` looks for in the cells of a caption; most stretches of cells hold neither.
_MAY_NAME_A_YEAR = re.compile("20[0-9]{2}|去年|往年|上一?年")
_VALUE = f"[{PLAIN}{OTHER_NUMBER}{BLANK_CODE}]"


class _Pattern(NamedTuple):
    """The pattern of one form, and the cells that each of its groups fills (positions in `form.cells`)."""

    form: Form
    match: re.Pattern[str]
    fills: tuple[tuple[int, int], ...]  # first cell and number of cells of each group
    once: tuple[str, ...]  # the codes of the first row of two tables: printed again, they begin a second copy


def _codes(what: str, table: str, *keys: str) -> str:
    """A character class of every label that has one of these roles."""
    found = {
        code for code, roles in CODES.items() for r in roles if (r.what, r.table) == (what, table) and r.key in keys
    }
    return "[" + "".join(sorted(found)) + "]"


def _between() -> str:
    """What may stand between two rows: texts, and labels that are rows of no table and columns of none."""
    named = ("row", "column", "subtotal", "span")
    codes = {
        code
        for code, roles in CODES.items()
        # 行政诉讼 before 行政复议 turns the groups of review round
        if not any(r.what in named or (r.what, r.table) == ("furniture", "review") for r in roles)
    }
    return f"[tpu{''.join(sorted(codes))}]*+"


def _header(table: Table, columns: Sequence[str], between: str) -> str:
    """The labels of the columns in the order of the form; any may be lost."""
    return "".join(f"{between}{_codes('column', table.key, c)}?" for c in columns)


def _proactive(table: Table, between: str) -> Iterator[str]:
    captions = dict.fromkeys(r.caption for r in table.rows)
    for caption in captions:
        rows = [r for r in table.rows if r.caption == caption]
        yield _header(table, [c.key for c in rows[0].columns], between) + between
        for row in rows:
            yield f"{_codes('row', table.key, row.key)}({_VALUE}{{{len(row.columns)}}}){between}"


def _applications(table: Table, between: str) -> Iterator[str]:
    first, *inner, last = [c.key for c in table.columns]
    span = f"{between}{_codes('span', table.key, *(c.group or '' for c in table.columns))}?"
    members, person, total = (
        _header(table, inner, between),
        _header(table, [first], between),
        _header(table, [last], between),
    )
    width = len(table.columns)
    # flattened, the upper level of the header comes first: 自然人, 法人或其他组织, 总计, then the five kinds
    yield f"(?:{person}{span}{total}{members}|{person}{span}{members}{total}){between}"
    group = next((r for r in table.rows if r.one_row), None)
    for row in table.rows:
        if row.kind != "value" or (group and row.key in group.one_row):
            continue
        if group and row.key == _after(table, group):
            members = "".join(_row(table, table.row(m), width, between) for m in group.one_row)
            label = _codes("group", table.key, group.key)
            yield f"(?:(?:{label}{between})?{members}|{_row(table, group, width, between)})"
        yield _row(table, row, width, between)


def _after(table: Table, group: Row) -> str:
    keys = [r.key for r in table.rows]
    return next(k for k in keys[keys.index(group.key) + 1 :] if k not in group.one_row)


def _row(table: Table, row: Row, width: int, between: str) -> str:
    what = "group" if row.kind == "group" else "row"
    return f"{_codes(what, table.key, row.key)}({_VALUE}{{{width}}}){BLANK_CODE}*{between}"


def _review(table: Table, between: str) -> Iterator[str]:
    first, *others = (_codes("row", table.key, r.key) + "?" for r in table.rows)
    litigation = _codes("furniture", table.key, table.key)
    between = between.replace("[tpu", f"[tpu{BLANK_CODE}")  # spanned cells of its header are printed as empty ones
    five = _header(table, [c.key for c in table.columns], between)
    names = between + between.join(others)
    width = len(table.columns) * len(table.rows)
    second, third = others
    header = (
        f"(?:{five}{names}{five}{five}|{names}{five}{five}{five}|{five}{between}{second}{five}{between}{third}{five})"
    )
    yield f"{between}{first}{between}{litigation}?{header}{between}({_VALUE}{{{width}}})(?!{_VALUE})"


@cache
def _pattern(version: str) -> _Pattern:
    form = FORMS[version]
    position = {(c.table, c.row): k for k, c in reversed(list(enumerate(form.cells)))}
    by_key = {t.key: t for t in form.tables}
    proactive, applications, review = by_key["proactive"], by_key["applications"], by_key["review"]
    between = _between()
    text = "".join([*_proactive(proactive, between), *_applications(applications, between), *_review(review, between)])
    fills: list[tuple[int, int]] = [(position["proactive", r.key], len(r.columns)) for r in proactive.rows]
    width = len(applications.columns)
    group = next((r for r in applications.rows if r.one_row), None)
    for row in applications.rows:
        if row.kind != "value" or (group and row.key in group.one_row):
            continue
        if group and row.key == _after(applications, group):
            members = [position["applications", m] for m in group.one_row]
            one = position["applications", group.key]
            fills += [(m, width) for m in members]
            fills.append((one, width))
        fills.append((position["applications", row.key], width))
    fills.append((position["review", review.rows[0].key], len(review.columns) * len(review.rows)))
    once = tuple(_codes("row", t.key, t.value_rows[0].key)[1:-1] for t in (proactive, applications))
    return _Pattern(form, re.compile(text), tuple(fills), once)


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


def usual_values(
    document: Document, codes: str, ranges: dict[str, list[tuple[int, int]]], year: int | None
) -> tuple[Form, Values] | None:
    """Form and values of a page that follows a form without any deviation in its tables; None for any other.

    `codes`: the codes of the document's texts. `ranges`: where each table stands, from `stretches`.
    """
    if any(len(ranges.get(key, ())) != 1 for key in ("proactive", "applications", "review")):
        return None
    start, stop = ranges["proactive"][0][0], ranges["review"][0][1]
    for version in GRID_FORMS:
        pattern = _pattern(version)
        match = pattern.match.match(codes, start, stop)
        if match is not None:
            break
    else:
        return None
    if any(sum(map(codes.count, row)) != 1 for row in pattern.once):
        return None
    filled = [(a, b, *cells) for (a, b), cells in zip(match.regs[1:], pattern.fills, strict=True) if a >= 0]
    if not _undisturbed(document, codes, filled, (start, stop), year):
        return None
    return pattern.form, _values(document, codes, pattern.form, filled)


_Filled = Sequence[tuple[int, int, int, int]]
"""The cells from a to before b of the document, which are the cells from c on of the form, d of them: (a, b, c, d)."""


def _undisturbed(document: Document, codes: str, filled: _Filled, zone: tuple[int, int], year: int | None) -> bool:
    """No number beside the rows, no row over two printed rows, no blank that may be spacing, no other year."""
    low = filled[0][0]
    if document.weak and any(
        a <= i < b + (document.columns[b - 1] < 0) for i in document.weak if low <= i for a, b, _, _ in filled
    ):
        return False
    within = "".join([codes[a:b] for a, b, _, _ in filled])
    for code in (PLAIN, OTHER_NUMBER):
        if codes.count(code, *zone) != within.count(code):
            return False
    rows, columns = document.rows, document.columns
    high = filled[-1][1]
    # cells that all stand in rows of their own, and no blank among them: nothing to look at row by row
    if not (
        codes.find(BLANK_CODE, low, high + 1) < 0
        and len(set(rows[low:high])) == high - low
        and max(columns[low:high]) < 0
    ):
        for a, b, _, _ in filled:
            last = rows[b - 1]
            if b < len(rows) and codes[b] == BLANK_CODE and (rows[b] == last or codes[a] == BLANK_CODE):
                return False
            if columns[a] >= 0:
                if rows[a] != last or (rows[a - 1] != last and b - a < 15):
                    return False
            elif last - rows[a] < b - a - 1 or columns[b - 1] >= 0:
                return False

    def kind_of(i: int) -> str:
        return KINDS.get(codes[i], "label")

    if year is not None and ruling_year(document, kind_of, low, year, alone=True)[0] not in (None, year):
        return False
    captions = [
        i
        for a, b in ((zone[0], low), *_caption_ranges(filled))
        if _MAY_NAME_A_YEAR.search("".join(document.texts[a:b]))
        for i in range(a, b)
    ]
    if any(names_other_body(document, range(a, b)) for a, b in ((zone[0], low), *_caption_ranges(filled))):
        return False
    return not names_other_year(document, kind_of, captions, year)


def _caption_ranges(filled: _Filled) -> Iterator[tuple[int, int]]:
    """The cells between the last row of one table and the first of the next, where captions stand."""
    before = filled[0][1]
    for start, end, _, _ in filled:
        if start - before > 3:
            yield before, start
        before = end


def _values(document: Document, codes: str, form: Form, filled: _Filled) -> Values:
    """The columns of the form's values: what all its cells share is shared, what a row prints is taken in one piece."""
    parts = _columns(form.version)
    raws: list[str | None] = list(parts.nothing)
    lines: list[int | None] = list(parts.nothing)
    at: list[str | None] = list(parts.nothing)
    texts, by_line = document.texts, document.are_lines(filled[0][0], filled[-1][1])
    for a, b, first, count in filled:
        raws[first : first + count] = texts[a:b]
        if by_line:
            lines[first : first + count] = document.places[a:b]
        else:
            at[first : first + count] = document.places_of(a, b)
    if by_line:
        at = line_names(lines)
    numbers = numbers_of(raws)
    states: list[State] = ["absent" if raw is None else "reported" for raw in raws]
    units, flags = parts.units, parts.no_flags
    if others := list(_not_plain(codes, filled)):
        own_units, own_flags = list(units), list(flags)
        for i, k in others:
            if codes[i] == BLANK_CODE:
                states[k] = "blank"
                continue
            reading = token_of(texts[i]).reading
            numbers[k], own_units[k], own_flags[k] = typed(
                parts.types[k], units[k], reading.value, reading.unit, reading.flags
            )
        units, flags = tuple(own_units), tuple(own_flags)
    return Values(parts.tables, parts.rows, parts.columns, numbers, units, raws, states, parts.nothing, flags, at)


def _not_plain(codes: str, filled: _Filled) -> Iterator[tuple[int, int]]:
    """The cells that are blank, or print more or other than a whole number: their places in document and form."""
    for a, b, first, count in filled:
        if codes.count(PLAIN, a, b) != count:
            yield from ((i, first + i - a) for i in range(a, b) if codes[i] != PLAIN)
