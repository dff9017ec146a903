"""What an export holds: the tables of a dataset in pieces, and the state of each cell of `wide` without a number.
How a table is written to a file is left to the module of each format."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.dataset import PACKAGE_FILE, NotADataset, batches, read_table
from gongkai.output.schema import TABLES, Column, Table, wide_cells

STATES = ("", "blank", "absent", "unreadable", "other_form", "not_whole")
"""States by their number in a matrix of states; the first is a cell with a number."""
STATE_MEANINGS = {
    "blank": ("printed empty or with a sign for nothing", "空白"),
    "absent": ("the document has no such cell", "缺失"),
    "unreadable": ("it is there, but which number belongs to it cannot be decided", "无法辨认"),
    "other_form": ("the report's version of the form has no such cell", "本表式无此项"),
    "not_whole": ("a fraction is printed where a count belongs; see `cells`", "非整数"),
}
"""Every state a cell of `wide` without a number can have, in English and Chinese."""
States = npt.NDArray[np.uint8]


class Part(NamedTuple):
    """A table of an export: its columns, how many rows, and its rows in pieces of bounded size."""

    table: Table
    rows: int
    pieces: Callable[[], Iterator[pa.Table]]

    def whole(self) -> pa.Table:
        return pa.concat_tables([*self.pieces(), self.table.arrow().empty_table()])


class Origin(NamedTuple):
    """What an export says about the dataset it was made from."""

    dataset_version: str
    created: str
    schema_version: str
    parser_version: str

    def words(self) -> str:
        return f"dataset version {self.dataset_version}, schema {self.schema_version}, parser {self.parser_version}"


def origin(folder: Path) -> Origin:
    """The versions in the dataset's own description."""
    package = json.loads((folder / PACKAGE_FILE).read_text(encoding="utf-8"))
    ours = package.get("gongkai", {})
    return Origin(
        str(package.get("version", "?")),
        str(package.get("created", "?")),
        str(ours.get("schema_version", "?")),
        str(ours.get("parser_version", "?")),
    )


def years_of(folder: Path, name: str) -> list[int | None]:
    """The years that occur in a table, the unknown one last."""
    found = pc.unique(read_table(folder, name, ["year"])["year"]).to_pylist()
    return sorted(found, key=lambda y: (y is None, y or 0))


def of_year(year: int | None) -> pc.Expression:
    """Picks the rows of a year for `read_table`."""
    return pc.is_null(pc.field("year")) if year is None else pc.field("year") == year


def pieces(folder: Path, name: str) -> Iterator[pa.Table]:
    """A table of the dataset in pieces of bounded size: a hundred thousand reports have 20 million cells."""
    schema = TABLES[name].arrow()
    for batch in batches(folder, name, schema.names):
        yield pa.Table.from_batches([batch]).cast(schema)


def by_year(folder: Path) -> Iterator[pa.Table]:
    """`wide` a year at a time, the unknown year last: the states of its cells are read with it."""
    schema = TABLES["wide"].arrow()
    for year in years_of(folder, "wide"):
        yield read_table(folder, "wide", schema.names, of_year(year)).cast(schema)


def tables(folder: Path) -> Iterator[Part]:
    """Every table of the dataset that has rows or is always there, and after `wide` the states behind it."""
    for name, table in TABLES.items():
        any_column = "year" if any(c.name == "year" for c in table.columns) else table.columns[0].name
        rows = read_table(folder, name, [any_column]).num_rows
        if rows or name not in ("changes", "coverage"):
            yield Part(table, rows, partial(by_year, folder) if name == "wide" else partial(pieces, folder, name))
        if name == "wide":
            yield Part(states_table(table), rows, partial(_state_pieces, folder))


def states_table(table: Table) -> Table:
    """The table that says why cells of `wide` (or `panel`) hold no number: the same columns, states for numbers."""
    cells = wide_cells()
    columns = tuple(
        Column(c.name, "string", f"Why `{c.name}` of `{table.name}` holds no number; null where it holds one",
               c.title, c.code, allowed=STATES[1:])
        if c.name in cells
        else c
        for c in table.columns
    )  # fmt: skip
    return Table(
        f"{table.name}_states",
        f"The same rows and columns as `{table.name}`, but with the state of each cell that holds no number there: "
        + "; ".join(f"`{k}` {english}" for k, (english, _) in STATE_MEANINGS.items()),
        columns,
        table.key,
    )


def _state_pieces(folder: Path) -> Iterator[pa.Table]:
    for wide in by_year(folder):
        yield with_states(wide, states_of(folder, wide), states_table(TABLES["wide"]))


def with_states(table: pa.Table, states: States, described: Table) -> pa.Table:
    """The table with the columns of cells replaced by their states."""
    words = pa.array([None, *STATES[1:]], pa.string())
    arrays = {name: words.take(pa.array(states[:, k])) for k, name in enumerate(wide_cells())}
    return pa.table(
        [arrays[c.name] if c.name in arrays else table[c.name] for c in described.columns], schema=described.arrow()
    )


def states_of(folder: Path, wide: pa.Table) -> States:
    """The states of the cells of these lines of `wide`, a row for each line and a column for each cell of the forms."""
    names = pa.array(list(wide_cells()))
    ids = wide["report_id"].combine_chunks()
    states = np.full((len(ids), len(names)), STATES.index("other_form"), np.uint8)
    columns = ["report_id", "table", "row", "column", "state"]
    codes = pa.array(["reported", *STATES[1:4]])
    for year in pc.unique(wide["year"]).to_pylist():
        cells = read_table(folder, "cells", columns, of_year(year))
        key = pc.binary_join_element_wise(cells["table"], cells["row"], cells["column"], "__")
        line = pc.index_in(cells["report_id"], value_set=ids)
        place = pc.index_in(key, value_set=names)
        state = pc.index_in(cells["state"], value_set=codes)
        if state.null_count:
            raise NotADataset(
                f"{folder}: cells holds a state that this version does not know; parse the documents again"
            )
        known = pc.and_(pc.is_valid(line), pc.is_valid(place))
        at = [np.asarray(c.filter(known)) for c in (line, place, state)]
        states[at[0], at[1]] = at[2]
    for k, name in enumerate(names.to_pylist()):
        # a cell with a number that its column cannot hold, and a number whatever `cells` says
        empty = np.asarray(pc.is_null(wide[name]))
        states[:, k] = np.where(
            empty & (states[:, k] == 0), STATES.index("not_whole"), np.where(empty, states[:, k], 0)
        )
    return states


def cell_numbers(table: Table) -> dict[str, int]:
    """Which columns of the table are cells of the forms, and their place in a matrix of states."""
    order = {name: k for k, name in enumerate(wide_cells())}
    return {c.name: order[c.name] for c in table.columns if c.name in order}


def chosen(parts: Sequence[Part], only: Sequence[str]) -> list[Part]:
    """The parts with these names, all without a name. Raises KeyError with the name that is none."""
    known = {p.table.name: p for p in parts}
    for name in only:
        if name not in known:
            raise KeyError(name)
    return [p for name, p in known.items() if not only or name in only]


def both_labels(column: Column) -> str:
    """The column's meaning in English with its printed Chinese label behind it."""
    return f"{column.description} — {column.title}" if column.title else column.description


def meaning_of(column: Column) -> dict[str, Any]:
    """A column as a row of a list of columns."""
    return {
        "column": column.name, "code": column.code or None, "type": column.type, "label_zh": column.title or None,
        "description": column.description, "values": " ".join(column.allowed) or None,
    }  # fmt: skip
