"""A dataset as a workbook: a sheet a table, a README sheet, findings and empty cells marked by colour.
What the tables hold is left to `export_contents`."""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.output.dataset import read_table
from gongkai.output.export_contents import STATE_MEANINGS, Origin, Part, cell_numbers, meaning_of
from gongkai.output.placing import new_file
from gongkai.output.schema import Column, Table, wide_cells

MOST_ROWS = 1_048_576
"""Rows of a sheet, its head line included."""
LONGEST_TEXT = 32_767
"""Characters of a cell."""
CUT = "… [cut here: a sheet's cell holds 32,767 characters]"
LARGEST_EXACT = 2**53
"""Whole numbers a spreadsheet holds exactly; larger ones are written as text."""
_MARK = "gongkai export"
_FAULT_FILLS = {"publisher": "#F4B183", "extraction": "#FFE699", "unknown": "#FFF2CC"}
_STATE_FILLS = {
    "blank": "#EDEDED",
    "absent": "#D9D9D9",
    "unreadable": "#D9C2E9",
    "other_form": "#BFBFBF",
    "not_whole": "#C9DAF8",
}
_NUMBERS = {"int16": "0", "int32": "#,##0", "int64": "#,##0", "double": "#,##0.##########"}
_WIDEST, _NARROWEST = 60, 8
_ROOM = {
    "report_id": 19, "agency_id": 26, "agency": 30, "department": 22, "kind": 12, "title": 48, "reason": 40, "source": 50, "rule": 18, "table": 13,
    "row": 26, "column": 16, "raw": 14, "flags": 22, "detail": 70, "heading": 28, "text": 80, "evidence": 60, "event": 18,
}  # fmt: skip
"""How wide columns are that hold more than their name suggests."""


_README = (28, 44, 18, 14, 36, 80, 40)
"""How wide the columns of the README sheet are."""
_LINE, _LOOSE = 15, 1.1
"""Height of a line; how much more room a text takes that is broken at its words."""


class TooManyRows(Exception):
    """A table has more rows than a sheet; the message says what to do."""


class _Fills(NamedTuple):
    """Formats by type of column and colour, made once each: a workbook holds 64,000 formats at most."""

    book: Any
    made: dict[tuple[str, str], Any]

    def of(self, kind: str, colour: str = "") -> Any:
        if (kind, colour) not in self.made:
            look = {"num_format": _NUMBERS[kind]} if kind in _NUMBERS else {}
            look |= {"num_format": "yyyy-mm-dd"} if kind == "date" else {}
            look |= {"num_format": "yyyy-mm-dd hh:mm:ss"} if kind == "timestamp" else {}
            look |= {"bg_color": colour} if colour else {}
            self.made[kind, colour] = self.book.add_format(look)
        return self.made[kind, colour]


def write(parts: Sequence[Part], out: str, about: Origin, folder: Path) -> dict[str, int]:
    """Writes the workbook; the number of rows of each table. Raises TooManyRows before anything is written, ImportError
    without the extra `export`, NotOurs, and OSError."""
    import xlsxwriter

    for part in parts:
        if part.rows >= MOST_ROWS:
            raise TooManyRows(
                f"{part.table.name} has {part.rows:,} rows, a sheet holds {MOST_ROWS - 1:,}; leave it out with --table "
                f"(--table wide --table reports), or export --to csv, sqlite or duckdb"
            )
    named = _named_by_findings(folder)
    with new_file(out, is_ours) as path:
        options = {"constant_memory": True, "tmpdir": str(path.parent), "default_date_format": "yyyy-mm-dd"}
        book = xlsxwriter.Workbook(str(path), options)
        fills = _Fills(book, {})
        book.set_properties({"title": "gongkai", "comments": about.words()})
        book.set_custom_property(_MARK, about.dataset_version)
        readme = book.add_worksheet("README")
        states = {p.table.name: p for p in parts}
        cut = {p.table.name: _sheet(p, states.get(f"{p.table.name}_states"), fills, named) for p in parts}
        _readme(readme, parts, about, fills, cut)
        try:
            book.close()
        except xlsxwriter.exceptions.XlsxWriterException as error:
            raise _as_os_error(error) from None
    return {p.table.name: p.rows for p in parts}


def _as_os_error(error: BaseException) -> OSError:
    """The error of the system behind one of the library's."""
    for inner in (*error.args, error.__context__, error.__cause__):
        if isinstance(inner, OSError):
            return inner
    return OSError(str(error))


def is_ours(path: Path) -> bool:
    """Whether the file is an earlier export as workbook."""
    try:
        with zipfile.ZipFile(path) as file:
            return f'name="{_MARK}"'.encode() in file.read("docProps/custom.xml")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return False


def _named_by_findings(folder: Path) -> dict[str, dict[str, str]]:
    """Which columns of `wide` the findings of each report name, with the fault; a finding on a whole row names its cells."""
    by_row: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, cell in wide_cells().items():
        by_row[cell.table, cell.row].append(name)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    columns = ["report_id", "table", "row", "column", "fault"]
    for one in read_table(folder, "findings", columns).to_pylist():
        if one["row"] is None:
            continue
        name = f"{one['table']}__{one['row']}__{one['column']}"
        for each in [name] if one["column"] is not None else by_row[one["table"], one["row"]]:
            if found[one["report_id"]].get(each) != "publisher":
                found[one["report_id"]][each] = one["fault"]
    return found


def _sheet(part: Part, states: Part | None, fills: _Fills, named: dict[str, dict[str, str]]) -> int:
    """Writes a sheet; how many texts had to be cut."""
    table = part.table
    sheet = fills.book.add_worksheet(table.name)
    sheet.freeze_panes(1, _frozen(table))
    for place, column in enumerate(table.columns):
        room = _ROOM.get(column.name) or min(_WIDEST, max(_NARROWEST, len(column.name) + 2))
        sheet.set_column(place, place, room if column.type == "string" else max(room, 12))
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, max(part.rows, 1), len(table.columns) - 1)
    head = fills.book.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.name, head)
    cells = cell_numbers(table)
    for place, column in enumerate(table.columns):
        if column.name in cells and column.title:
            sheet.write_comment(0, place, column.title, {"author": "gongkai", "x_scale": 2})
    cut = 0
    for line, (row, why) in enumerate(_rows(part, states), 1):
        faults = named.get(row[_id_at(table)], {}) if cells and _id_at(table) >= 0 else {}
        for place, column in enumerate(table.columns):
            colour = ""
            if column.name in cells:
                colour = _FAULT_FILLS.get(faults.get(column.name, ""), "")
                if not colour and why is not None and why[place]:
                    colour = _STATE_FILLS[why[place]]
            cut += _cell(
                sheet, line, place, column, row[place], fills.of(column.type, colour) if colour else None, fills
            )
    return cut


def _frozen(table: Table) -> int:
    """How many columns at the left stay in sight: the key."""
    return 2 if cell_numbers(table) else 1


def _id_at(table: Table) -> int:
    return next((k for k, c in enumerate(table.columns) if c.name == "report_id"), -1)


def _rows(part: Part, states: Part | None) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...] | None]]:
    names = [c.name for c in part.table.columns]
    whys = states.pieces() if states else None
    for piece in part.pieces():
        rows = zip(*(piece[n].to_pylist() for n in names), strict=True)
        if whys is None:
            yield from ((row, None) for row in rows)
        else:
            why = next(whys)
            yield from zip(rows, zip(*(why[n].to_pylist() for n in names), strict=True), strict=True)


def _cell(sheet: Any, line: int, place: int, column: Column, value: Any, look: Any, fills: _Fills) -> bool:
    """Writes one cell as what it is, never as a formula or a link; whether its text was cut."""
    if value is None:
        if look is not None:
            sheet.write_blank(line, place, None, look)
        return False
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value, look)
    elif isinstance(value, int | float):
        if abs(value) > LARGEST_EXACT or value != value:
            sheet.write_string(line, place, str(value), look)
        else:
            sheet.write_number(line, place, value, look or fills.of(column.type))
    elif column.type == "date":
        sheet.write_datetime(line, place, value, look or fills.of(column.type))
    elif column.type == "timestamp":
        sheet.write_datetime(line, place, value.replace(tzinfo=None), look or fills.of(column.type))
    else:
        text = "; ".join(value) if isinstance(value, list) else value
        if long := len(text) > LONGEST_TEXT:
            text = text[: LONGEST_TEXT - len(CUT)] + CUT
        sheet.write_string(line, place, text, look)
        return long
    return False


def _readme(sheet: Any, parts: Sequence[Part], about: Origin, fills: _Fills, cut: dict[str, int]) -> None:
    """What the workbook is, how to cite it, what the colours mean, and every table and column."""
    bold = fills.book.add_format({"bold": True})
    wrapped = fills.book.add_format({"text_wrap": True, "valign": "top", "align": "left"})
    lines: list[tuple[list[Any], Any]] = [
        (["gongkai: annual open-government-information reports of Chinese agencies (政府信息公开工作年度报告)"], bold),
        ([f"{about.words()}, made {about.created}"], None),
        (["Every figure is what the agency printed, or it carries a flag. A blank is never a zero."], None),
        ([f"Cite as: gongkai, dataset version {about.dataset_version} (parser {about.parser_version}), made from the agencies' own reports."], None),
        ([], None),
        (["colour in `wide` and `panel`", "meaning", "中文"], bold),
    ]  # fmt: skip
    meanings = (("publisher", "a finding: most likely printed wrong", "疑为发布机关之误"),
                ("extraction", "a finding: read with doubt", "识读存疑"),
                ("unknown", "a finding: either may be", "原因未明"))  # fmt: skip
    for fault, english, chinese in meanings:
        lines.append(([fault, english, chinese], fills.book.add_format({"bg_color": _FAULT_FILLS[fault]})))
    for state, (english, chinese) in STATE_MEANINGS.items():
        look = fills.book.add_format({"bg_color": _STATE_FILLS[state]})
        lines.append(([state, english, chinese], look))
    lines += [([], None), (["table", "rows", "texts cut", "", "", "what a row is"], bold)]
    lines += [([p.table.name, p.rows, cut[p.table.name] or None, None, None, p.table.description], None) for p in parts]
    lines += [([], None), (["table", "column", "short code", "type", "label_zh", "description", "values"], bold)]
    for part in parts:
        if not part.table.name.endswith("_states"):
            lines += [([part.table.name, *meaning_of(c).values()], None) for c in part.table.columns]
    for number, (cells, look) in enumerate(lines):
        if look is None:
            sheet.set_row(number, _LINE * max((_lines(c, _README[k]) for k, c in enumerate(cells) if k > 1), default=1))
        for place, value in enumerate(cells):
            if isinstance(value, int):
                sheet.write_number(number, place, value, wrapped)
            elif value is not None:
                own = (
                    look
                    if look and (look is bold or place == 0)
                    else wrapped
                    if look is None and len(cells) > 1
                    else None
                )
                sheet.write_string(number, place, value, own)
    for place, room in enumerate(_README):
        sheet.set_column(place, place, room)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _lines(value: Any, room: int) -> int:
    """How many lines a text takes in a column; Chinese characters are twice as wide as others."""
    width = sum(1 + (c > "\u2e7f") for c in value) if isinstance(value, str) else 0
    return 1 + int(width * _LOOSE / room)
