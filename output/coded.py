"""Rows of `cells` as numbers: which report and which cell of the form each row is, a whole batch at a time.
What is computed from them is left to `history` and `compare`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Key = tuple[str, str, str]
Numbers = npt.NDArray[np.int64]
CODED = ("report_id", "table", "row", "column")
"""Columns to be read as dictionaries: few different texts in millions of rows."""


class Coded(NamedTuple):
    """For each row of a batch the number of its report and of its cell; -1 for one that nobody asked for."""

    report: Numbers
    cell: Numbers


def coded(batch: pa.RecordBatch, reports: Mapping[str, int], cells: Mapping[Key, int]) -> Coded:
    ids, which = _codes(batch["report_id"])
    return Coded(_looked_up([reports.get(i, -1) for i in ids], which), cell_numbers(batch, cells))


def cell_numbers(batch: pa.RecordBatch, cells: Mapping[Key, int]) -> Numbers:
    """For each row the number of its cell; -1 for a cell that is not among `cells`."""
    (tables, t), (rows, r), (columns, c) = (_codes(batch[name]) for name in CODED[1:])
    places, which = np.unique((t * len(rows) + r) * len(columns) + c, return_inverse=True)
    found = [
        cells.get((tables[p // (len(rows) * len(columns))], rows[p // len(columns) % len(rows)], columns[p % len(columns)]), -1)
        for p in places.tolist()
    ]  # fmt: skip
    return _looked_up(found, which)


def _codes(texts: pa.Array) -> tuple[list[Any], Numbers]:
    """The different texts of a column, and which of them stands in each row."""
    one = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
    return one.dictionary.to_pylist(), one.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _looked_up(numbers: list[int], which: npt.NDArray[np.integer[Any]]) -> Numbers:
    return np.array(numbers, np.int64)[which] if numbers else np.empty(0, np.int64)
