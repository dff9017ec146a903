"""Rows of `cells` as numbers: which report and which cell of the form each row is, a whole batch at a time.
What is computed from them is left to `history` and `compare`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Key = tuple[str, str, str]
Numbers = npt.NDArray[np.int64]
CODED = ("report_id", "table", "row", "column")
"""Columns to be read as dictionaries: few different texts in millions of rows."""


def coded(batch: pa.RecordBatch, reports: Mapping[str, int], *cells: Mapping[Key, int]) -> list[Numbers]:
    """For each row of a batch the number of its report, and that of its cell among each of `cells`; -1 for one that is
    not among them."""
    ids, which = _codes(batch["report_id"])
    report = np.array([reports.get(i, -1) for i in ids], np.int64)[which] if ids else which
    places = _Places(batch)
    return [report, *(places.among(each) for each in cells)]


class _Places:
    """The cells of the form that a batch's rows are, each different one looked at once."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        (tables, t), (rows, r), (columns, c) = (_codes(batch[name]) for name in CODED[1:])
        self._which = (t * len(rows) + r) * len(columns) + c
        self._places = len(tables) * len(rows) * len(columns)
        there = np.zeros(self._places, bool)
        there[self._which] = True
        self._there = np.flatnonzero(there)
        self._keys: list[Key] = [
            (tables[p // (len(rows) * len(columns))], rows[p // len(columns) % len(rows)], columns[p % len(columns)])
            for p in self._there.tolist()
        ]

    def among(self, cells: Mapping[Key, int]) -> Numbers:
        """For each row the number of its cell; -1 for a cell that is not among these."""
        numbers = np.full(self._places, -1, np.int64)
        numbers[self._there] = [cells.get(key, -1) for key in self._keys]
        found: Numbers = numbers[self._which]
        return found


def _codes(texts: pa.Array) -> tuple[list[Any], Numbers]:
    """The different texts of a column, and which of them stands in each row."""
    one = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
    return one.dictionary.to_pylist(), one.indices.to_numpy(zero_copy_only=False).astype(np.int64)
