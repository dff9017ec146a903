"""What people write by hand to read the tables of a file: a library's tables, and labels looked up in their rows.
Each is one call on the file's bytes that gives figures by (table, row, column); what it costs is left to `files`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from gongkai.samplesite.statutory import COLUMNS, REVIEW_COLUMNS, REVIEW_GROUPS, FormName, blocks, entries

Key = tuple[str, str, str]
Figures = dict[Key, float]
Read = Callable[[bytes], Figures]
Rows = Iterable[Sequence[object]]

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?")


class Rival(NamedTuple):
    """A tool for some kinds of file; `install` is what to install for it."""

    name: str
    install: str
    kinds: tuple[str, ...]
    load: Callable[[], Read]


def _plain(text: object) -> str:
    return "" if text is None else _SPACE.sub("", str(text))


def _labels(form: FormName) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Printed label -> table, row, columns."""
    found: dict[str, tuple[str, str, tuple[str, ...]]] = {
        _plain(e.ordinal + e.label): ("applications", e.row, COLUMNS) for e in entries(form)
    }
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


def _docling(suffix: str) -> Read:
    converter = import_module("docling.document_converter").DocumentConverter()
    stream = import_module("docling.datamodel.base_models").DocumentStream

    def read(body: bytes) -> Figures:
        document = converter.convert(stream(name="report" + suffix, stream=BytesIO(body))).document
        return _matched([cell.text for cell in row] for table in document.tables for row in table.data.grid)

    return read


def _python_docx() -> Read:
    load = import_module("docx").Document

    def read(body: bytes) -> Figures:
        return _matched([cell.text for cell in row.cells] for table in load(BytesIO(body)).tables for row in table.rows)

    return read


def _soffice_docx() -> Read:
    """Old Word files by way of LibreOffice."""
    of_docx = _python_docx()

    def read(body: bytes) -> Figures:
        with TemporaryDirectory() as folder:
            (Path(folder) / "report.doc").write_bytes(body)
            converted(Path(folder), ["report.doc"], "docx")
            return of_docx((Path(folder) / "report.docx").read_bytes())

    return read


def converted(folder: Path, names: Sequence[str], to: str) -> None:
    """LibreOffice writes these files anew in the same folder. Raises FileNotFoundError where it is not installed."""
    profile = (folder / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", to, "--outdir", str(folder)]
    subprocess.run([*command, *(str(folder / name) for name in names)], check=True, capture_output=True, timeout=600)


def _openpyxl() -> Read:
    load: Any = import_module("openpyxl").load_workbook

    def read(body: bytes) -> Figures:
        book = load(BytesIO(body), data_only=True)
        return _matched(row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))

    return read


def _ours() -> Read:
    parse = import_module("gongkai.parsers").parse

    def read(body: bytes) -> Figures:
        return {(v.table, v.row, v.column): float(v.value) for v in parse(body).values if v.value is not None}

    return read


_PDF = ("pdf-ruled", "pdf-open", "pdf-split")
OURS = Rival("gongkai, the whole record", "gongkai", (*_PDF, "docx", "xlsx", "doc"), _ours)
RIVALS = (
    Rival("pdfplumber, labels by hand", "pdfplumber", _PDF, _pdfplumber),
    Rival("pdfplumber's text strategy, the same", "pdfplumber", ("pdf-open",), _pdfplumber_text),
    Rival("camelot, the same", "camelot-py", _PDF, _camelot),
    Rival("docling, the same", "docling", _PDF, partial(_docling, ".pdf")),
    Rival("python-docx, labels by hand", "python-docx", ("docx",), _python_docx),
    Rival("docling, the same", "docling", ("docx",), partial(_docling, ".docx")),
    Rival("openpyxl, labels by hand", "openpyxl", ("xlsx",), _openpyxl),
    Rival("docling, the same", "docling", ("xlsx",), partial(_docling, ".xlsx")),
    Rival("LibreOffice and python-docx, labels by hand", "python-docx", ("doc",), _soffice_docx),
)


def of_kind(kind: str) -> list[Rival]:
    """The tools that read a kind of file, ours first."""
    return [rival for rival in (OURS, *RIVALS) if kind in rival.kinds]
