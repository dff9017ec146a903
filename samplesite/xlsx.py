"""Prints a report as an XLSX file: on one sheet or several, framed or bare, figures as numbers with formats or as text.
XlsxWriter writes it, and is loaded only when such a file is asked for; the bare tables come from `grids`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from io import BytesIO
from random import Random
from typing import Any

from gongkai.samplesite.boxes import Box, Table
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import TEAR, Draft

_COUNT = re.compile(r"0|[1-9]\d{0,9}")
_FORMATS = ("General", "0", "0_ ", "#,##0", "#,##0_);[Red](#,##0)", "0_);[Red]\\(0\\)", "@")
_DECIMAL = re.compile(r"\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Hand:
    """How one person keeps a spreadsheet."""

    framed: bool
    first_column: int
    sheets: bool  # a sheet for each table
    as_text: float  # figures typed as text
    format: str
    hides_zero: bool  # blanks are zeros that a format hides
    hidden: float  # hidden rows with other figures
    hidden_column: bool
    hidden_sheet: bool
    unmerged: bool  # captions and headers stand in their first cell


def hand(rng: Random) -> Hand:
    return Hand(
        rng.random() < 0.7, rng.choice((0, 0, 0, 1, 2)), rng.random() < 0.3, rng.choice((0.0, 0.0, 0.3, 1.0)),
        rng.choice(_FORMATS), rng.random() < 0.3, rng.choice((0.0, 0.0, 0.05)), rng.random() < 0.15,
        rng.random() < 0.2, rng.random() < 0.15,
    )  # fmt: skip


class _Printer:
    def __init__(self, book: Any, rng: Random, like: Hand) -> None:
        self.book = book
        self.rng = rng
        self.like = like
        self.formats: dict[tuple[str, bool, bool], Any] = {}
        self.sheet: Any = None
        self.row = 0

    def format(self, code: str, framed: bool, wrapped: bool = False) -> Any:
        key = (code, framed, wrapped)
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"num_format": code, "border": int(framed), "text_wrap": wrapped})
        return self.formats[key]

    def line(self, text: str) -> None:
        self.sheet.write_string(self.row, self.like.first_column, text.replace(TEAR, "\n"), self.format("General", False, True))
        self.row += 1

    def value(self, row: int, column: int, text: str) -> None:
        """One figure: a number with a format, or typed as text; a blank may be a zero that is not shown."""
        like, framed = self.like, self.like.framed
        if text == "" and like.hides_zero:
            self.sheet.write_number(row, column, 0, self.format("0;-0;;@", framed))
        elif text in ("-", "—") and like.hides_zero:
            self.sheet.write_number(row, column, 0, self.format(f'_ * #,##0_ ;_ * -#,##0_ ;_ * "{text}"_ ;_ @_ ', framed))
        elif text == "":
            if framed:
                self.sheet.write_blank(row, column, None, self.format("General", True))
        elif _COUNT.fullmatch(text) and self.rng.random() >= like.as_text:
            self.sheet.write_number(row, column, int(text), self.format(like.format, framed))
        elif _DECIMAL.fullmatch(text) and self.rng.random() >= like.as_text:
            places = len(text.partition(".")[2])
            noise = 10.0 ** -(places + 2) * self.rng.choice((0, 1, -1, 3))  # digits that the format does not show
            self.sheet.write_number(row, column, float(text) + noise, self.format(f"0.{'0' * places}", framed))
        else:
            self.sheet.write_string(row, column, text, self.format("General", framed))

    def box(self, row: int, column: int, box: Box) -> None:
        text = box.text.replace(TEAR, "\n")
        bare = self.like.unmerged and box.role in ("caption", "head")
        if (box.across > 1 or box.down > 1) and not bare:
            look = self.format("General", self.like.framed, True)
            self.sheet.merge_range(row, column, row + box.down - 1, column + box.across - 1, "", look)
            if box.role == "value":
                self.value(row, column, text)
            else:
                self.sheet.write_string(row, column, text, look)
        elif box.role == "value":
            self.value(row, column, text)
        elif text:
            self.sheet.write_string(row, column, text, self.format("General", self.like.framed, True))
        elif self.like.framed:
            self.sheet.write_blank(row, column, None, self.format("General", True))
        if bare and self.like.framed:
            for r in range(row, row + box.down):
                for c in range(column, column + box.across):
                    if (r, c) != (row, column):
                        self.sheet.write_blank(r, c, None, self.format("General", True))

    def table(self, table: Table) -> None:
        reaching: dict[int, tuple[int, int]] = {}
        for boxes in table.rows:
            column, waiting = 0, list(boxes)
            below = {c: (left - 1, wide) for c, (left, wide) in reaching.items() if left > 1}
            while waiting:
                if column in reaching:
                    column += reaching[column][1]
                    continue
                box = waiting.pop(0)
                self.box(self.row, self.like.first_column + column, box)
                if box.down > 1:
                    below[column] = (box.down - 1, box.across)
                column += box.across
            reaching = below
            self.row += 1
            if not reaching and self.rng.random() < self.like.hidden:
                for c in range(4):
                    self.sheet.write_number(self.row, self.like.first_column + c, self.rng.randint(1, 99))
                self.sheet.set_row(self.row, None, None, {"hidden": True})
                self.row += 1


def printed(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """An XLSX file."""
    like = hand(rng)
    buffer = BytesIO()
    book = import_module("xlsxwriter").Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime(2025, 1, 2)})
    printer = _Printer(book, rng, like)

    def sheet(name: str) -> None:
        printer.sheet, printer.row = book.add_worksheet(name), 0

    sheet(rng.choice(("Sheet1", "年报", "附件 1")))
    for k, item in enumerate(items):
        if item.table is None:
            printer.line(item.text)
            continue
        if like.sheets and k and items[k - 1].kind == "heading":
            sheet(f"表{k}")
        if printer.row and rng.random() < 0.5:
            printer.row += 1
        printer.table(item.table)
        printer.row += rng.choice((0, 1, 1))
    if like.hidden_column:
        far = like.first_column + 20
        printer.sheet.write_number(3, far, 77)
        printer.sheet.set_column(far, far, 8, None, {"hidden": True})
    if like.hidden_sheet:
        sheet("上年")
        printer.sheet.hide()
        for item in items:
            if item.table is not None:
                printer.table(item.table)
    book.close()
    return buffer.getvalue()
