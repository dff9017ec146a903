"""What people write by hand to read the tables of a file: a library's tables, and labels looked up in their rows.
Each is one call on the file's bytes that gives figures by (table, row, column)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from gongkai.samplesite.statutory import COLUMNS, REVIEW_COLUMNS, REVIEW_GROUPS, FormName, blocks, entries

Key = tuple[str, str, str]
Figures = dict[Key, float]
Read = Callable[[bytes], Figures]
Rows = Iterable[Sequence[str | None]]

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?")


class Rival(NamedTuple):
    """A tool for some kinds of file; `install` is what to install for it."""

    name: str
    install: str
    kinds: tuple[str, ...]
    load: Callable[[], Read]


def _plain(text: str | None) -> str:
    return _SPACE.sub("", text or "")


def _labels(form: FormName) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Printed label -> table, row, columns."""
    found = {_plain(e.ordinal + e.label): ("applications", e.row, COLUMNS) for e in entries(form)}
    for block in blocks(form):
        found |= {_plain(label): ("proactive", row, tuple(c for c, _ in block.columns)) for row, label in block.rows}
    return found


def _matched(rows: Rows) -> Figures:
    """The figures behind every label that is known, in the order of the form's columns."""
    form: FormName = "2021"
    cells = [[_plain(cell) for cell in row] for row in rows]
    if any("本年新制作数量" in row for row in cells):
        form = "2019"
    labels = _labels(form)
    found: Figures = {}
    for row in cells:
        label = next((cell for cell in row if cell in labels), None)
        behind = row[row.index(label) + 1 :] if label is not None else row
        figures = [float(cell.replace(",", "")) for cell in behind if _NUMBER.fullmatch(cell)]
        if label is not None:
            table, key, columns = labels[label]
            if len(figures) == len(columns):
                found |= {(table, key, column): figure for column, figure in zip(columns, figures, strict=True)}
        elif len(figures) == len(REVIEW_GROUPS) * len(REVIEW_COLUMNS):
            keys = [("review", group, column) for group in REVIEW_GROUPS for column in REVIEW_COLUMNS]
            found |= dict(zip(keys, figures, strict=True))
    return found


def _pdfplumber() -> Read:
    plumber = import_module("pdfplumber")

    def read(body: bytes) -> Figures:
        with plumber.open(BytesIO(body)) as document:
            return _matched(row for page in document.pages for table in page.extract_tables() for row in table)

    return read


def _pdfplumber_text() -> Read:
    plumber = import_module("pdfplumber")
    settings = {"vertical_strategy": "text", "horizontal_strategy": "text"}

    def read(body: bytes) -> Figures:
        with plumber.open(BytesIO(body)) as document:
            return _matched(row for page in document.pages for table in page.extract_tables(settings) for row in table)

    return read


def _camelot() -> Read:
    camelot = import_module("camelot")

    def read(body: bytes) -> Figures:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "report.pdf"
            path.write_bytes(body)
            tables = camelot.read_pdf(str(path), pages="all", flavor="lattice")
            return _matched(row for table in tables for row in table.df.values.tolist())

    return read


def _docling() -> Read:
    converter = import_module("docling.document_converter").DocumentConverter()
    stream = import_module("docling.datamodel.base_models").DocumentStream

    def read(body: bytes) -> Figures:
        document = converter.convert(stream(name="report.pdf", stream=BytesIO(body))).document
        return _matched([cell.text for cell in row] for table in document.tables for row in table.data.grid)

    return read


_PDF = ("pdf-ruled", "pdf-open", "pdf-split")
RIVALS = (
    Rival("pdfplumber, labels by hand", "pdfplumber", _PDF, _pdfplumber),
    Rival("pdfplumber's text strategy, the same", "pdfplumber", ("pdf-open",), _pdfplumber_text),
    Rival("camelot, the same", "camelot-py", _PDF, _camelot),
    Rival("docling, the same", "docling", _PDF, _docling),
)
