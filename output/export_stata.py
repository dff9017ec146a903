"""`wide` or the panel as a Stata file: short codes as names, labels in English and Chinese, states as .a .b .c .d .e.
The file format is left to `dta`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output import dta
from gongkai.output.export_contents import STATE_MEANINGS, Origin, Part, cell_numbers
from gongkai.output.placing import new_file
from gongkai.output.schema import Column

LETTERS = {state: "abcde"[k] for k, state in enumerate(STATE_MEANINGS)}
"""Stata's missing value of each state: `.a` blank, `.b` absent, `.c` unreadable, `.d` other form, `.e` not whole."""
LANGUAGES = ("en", "zh")
_MARK = "gongkai"
_STATA_EPOCH = date(1960, 1, 1)
_LABELS = "states"


def write(figures: Part, states: Part, out: str, about: Origin) -> dict[str, int]:
    """Writes the file from a table and its states; the number of rows. Raises NotOurs and OSError."""
    variables = _variables(figures)
    with new_file(out, is_ours) as path, open(path, "wb") as file:
        dta.write(
            file,
            list(variables.values()),
            figures.rows,
            _pieces(figures, states, variables),
            _described(figures, about),
        )
    return {figures.table.name: figures.rows}


def is_ours(path: Path) -> bool:
    """Whether the file is an earlier export to Stata."""
    try:
        with open(path, "rb") as file:
            head = file.read(400)
    except OSError:
        return False
    return head.startswith(b"<stata_dta>") and f"{_MARK} ".encode() in head


def _described(figures: Part, about: Origin) -> dta.Described:
    words = {
        "en": {dta.missing_long(LETTERS[s]): f"{s}: {en}" for s, (en, _) in STATE_MEANINGS.items()},
        "zh": {dta.missing_long(LETTERS[s]): zh for s, (_, zh) in STATE_MEANINGS.items()},
    }
    return dta.Described(
        label=f"{_MARK} {figures.table.name}, {about.words()}",
        stamp=datetime.now(UTC).strftime("%d %b %Y %H:%M"),
        languages=LANGUAGES,
        value_labels={_LABELS: words},
        notes=[
            figures.table.description,
            "Every figure is what the agency printed, or it carries a flag in the table cells. A blank is never a zero: "
            + "; ".join(f".{LETTERS[s]} {s}: {en} ({zh})" for s, (en, zh) in STATE_MEANINGS.items()),
            "Labels are kept in two languages: label language zh, label language en.",
            about.words(),
        ],
    )


def _name(column: Column, figures: Part) -> str:
    """The short code, for the unit of an amount the amount's code and `_unit`."""
    if column.name.endswith("__unit"):
        amount = column.name.removesuffix("__unit")
        return next(c.code for c in figures.table.columns if c.name == amount) + "_unit"
    return column.code or column.name


def _variables(figures: Part) -> dict[str, dta.Variable]:
    """The variable of each column, with the narrowest type that holds what is there."""
    cells = cell_numbers(figures.table)
    widths, large = _extent(figures)
    found: dict[str, dta.Variable] = {}
    for column in figures.table.columns:
        kind, width, shown = "double", 0, ""
        if column.type in ("string", "list<string>"):
            width = widths[column.name]
            kind = "strL" if width > dta.LONGEST_STR else "str"
        elif column.type.startswith("int"):
            kind = "double" if column.name in large else "long"
        elif column.type in ("date", "timestamp"):
            kind, shown = ("long", "%td") if column.type == "date" else ("double", "%tc")
        found[column.name] = dta.Variable(
            name=_name(column, figures),
            kind=kind,
            width=width,
            labels=_labels(column),
            value_labels=_LABELS if column.name in cells else "",
            format=shown,
            notes=[f"{column.name}: {column.description}", *([column.title] if column.title else [])],
        )
    return found


def _labels(column: Column) -> dict[str, str]:
    """In English the long name of a cell, which says what it is, for other columns their meaning; in Chinese as printed."""
    english = column.name.replace("__", ": ").replace("_", " ") if column.code else column.description
    english = english if len(english) <= dta.LONGEST_LABEL else english[: dta.LONGEST_LABEL - 1] + "…"
    return {"en": english, "zh": column.title or english}


def _extent(figures: Part) -> tuple[dict[str, int], set[str]]:
    """The bytes of the longest text of each column (at least 1), and the whole numbers too large for a long."""
    widths: dict[str, int] = {}
    large: set[str] = set()
    for piece in figures.pieces():
        for column in figures.table.columns:
            values = piece[column.name]
            if column.type in ("string", "list<string>"):
                longest = pc.max(pc.binary_length(_joined(values))).as_py() or 1
                widths[column.name] = max(widths.get(column.name, 1), longest)
            elif column.type.startswith("int"):
                most = pc.max(pc.abs(values.cast(pa.float64()))).as_py() or 0
                if most > dta.LARGEST_LONG:
                    large.add(column.name)
    return {c.name: widths.get(c.name, 1) for c in figures.table.columns}, large


def _joined(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_list(values.type):
        return pa.chunked_array([pc.binary_join(values.combine_chunks(), ";")])
    return values


def _pieces(figures: Part, states: Part, variables: Mapping[str, dta.Variable]) -> Iterator[dict[str, Any]]:
    cells = cell_numbers(figures.table)
    for numbers, why in zip(figures.pieces(), states.pieces(), strict=True):
        piece: dict[str, Any] = {}
        for column in figures.table.columns:
            variable, values = variables[column.name], numbers[column.name]
            if variable.kind in ("str", "strL"):
                piece[variable.name] = [text or "" for text in _joined(values).to_pylist()]
                continue
            letters = why[column.name].to_pylist() if column.name in cells else [None] * len(values)
            piece[variable.name] = _numbers(_plain(values), letters, variable.kind)
        yield piece


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Days since 1960 for dates, milliseconds since then for times; all else as it is."""
    if pa.types.is_date32(values.type):
        return pc.add(values.cast(pa.int32()).cast(pa.int64()), (date(1970, 1, 1) - _STATA_EPOCH).days)
    if pa.types.is_timestamp(values.type):
        shift = (date(1970, 1, 1) - _STATA_EPOCH).days * 86_400_000
        return pc.add(pc.divide(values.cast(pa.int64()), 1000), shift)
    return values


def _numbers(values: pa.ChunkedArray, letters: list[str | None], kind: str) -> npt.NDArray[np.generic]:
    """The numbers in the type of the variable, missing values by their state."""
    empty = np.asarray(pc.is_null(values))
    signs = [LETTERS.get(s or "", "") for s in letters]
    if kind == "long":
        plain = np.asarray(pc.fill_null(values.cast(pa.int64()), 0)).astype(np.int32)
        return np.where(empty, np.array([dta.missing_long(s) for s in signs], np.int32), plain)
    doubles = np.asarray(pc.fill_null(values.cast(pa.float64()), 0.0)).copy()
    bits = doubles.view(np.uint64)
    bits[empty] = np.array([dta.missing_double(s) for s in signs], np.uint64)[empty]
    return doubles
