"""One function for all exports: which parts of a dataset go to which format.
What the parts hold is left to `export_contents` and `panel`, how they are written to the module of each format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from gongkai.output import export_csv, export_duckdb, export_sqlite, export_stata, export_xlsx
from gongkai.output.dataset import undisturbed
from gongkai.output.export_contents import Part, chosen, origin, tables
from gongkai.output.panel import panel_parts

FORMATS = ("csv", "xlsx", "sqlite", "duckdb", "stata")
SHAPES = ("tables", "panel")


class CannotExport(Exception):
    """What was asked for cannot be written; the message says why and what to do."""


class Exported(NamedTuple):
    """The files written, the rows of each table in them, and how many reports a panel left out."""

    files: list[str]
    rows: dict[str, int]
    left_out: int


def export(
    folder: Path, to: str, out: str, *, shape: str = "tables", only: Sequence[str] = (), bom: bool = False
) -> Exported:
    """Writes a dataset for another tool, all of it as one build left it. Raises CannotExport for what the format cannot
    hold or is not asked rightly, NotADataset, NotOurs, ImportError (the extra `export` is missing) and OSError."""
    return undisturbed(folder, lambda check: _export(folder, check, to, out, shape, only, bom))


def _export(
    folder: Path, check: Callable[[], None], to: str, out: str, shape: str, only: Sequence[str], bom: bool
) -> Exported:
    about = origin(folder)
    parts, left_out = _parts(folder, shape)
    parts = [part._replace(pieces=partial(_checked, part, check)) for part in parts]
    if to == "stata":
        rows = export_stata.write(*_figures(parts, shape, only), out, about)
        return Exported([out], rows, left_out)
    try:
        wanted = chosen(parts, only)
    except KeyError as error:
        names = ", ".join(p.table.name for p in parts)
        raise CannotExport(f"no table {error.args[0]} in this dataset; there are {names}") from None
    if to == "csv":
        return Exported([out], export_csv.write(wanted, out, about, bom=bom), left_out)
    if to == "sqlite":
        files = [out, str(export_sqlite.metadata_path(out))]
        return Exported(files, export_sqlite.write(wanted, out, about), left_out)
    if to == "duckdb":
        return Exported([out], export_duckdb.write(wanted, out, about), left_out)
    try:
        return Exported([out], export_xlsx.write(wanted, out, about, folder), left_out)
    except export_xlsx.TooManyRows as error:
        raise CannotExport(str(error)) from None


def _checked(part: Part, check: Callable[[], None]) -> Iterator[pa.Table]:
    """The pieces of a table; an error behind the last one where another dataset has taken the place of theirs."""
    yield from part.pieces()
    check()


def _parts(folder: Path, shape: str) -> tuple[list[Part], int]:
    if shape == "panel":
        return panel_parts(folder)
    return list(tables(folder)), 0


def _figures(parts: Sequence[Part], shape: str, only: Sequence[str]) -> tuple[Part, Part]:
    """The table of figures and its states: a Stata file holds one table."""
    name = "panel" if shape == "panel" else "wide"
    if only and list(only) != [name]:
        raise CannotExport(f"a Stata file holds one table, here {name}; for others export --to csv or sqlite")
    by_name = {p.table.name: p for p in parts}
    return by_name[name], by_name[f"{name}_states"]
