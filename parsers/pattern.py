"""The pattern of a usual page's tables: one regular expression over the codes of their cells, built from a form.
Which page is usual, and what its cells say, is left to `usual`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from gongkai.parsers.forms import FORMS, Form, Row, Table
from gongkai.parsers.lexicon import BLANK_CODE, CODES, OTHER_NUMBER, PLAIN

_VALUE = f"[{PLAIN}{OTHER_NUMBER}{BLANK_CODE}]"


class Pattern(NamedTuple):
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
    # a blank right before the figures may be the first of them, with a cell too many in the row
    yield f"{between}{first}{between}{litigation}?{header}{between}(?<!{BLANK_CODE})({_VALUE}{{{width}}})(?!{_VALUE})"


@cache
def pattern_of(version: str) -> Pattern:
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
    return Pattern(form, re.compile(text), tuple(fills), once)
