"""How the columns of each table lie in a Parquet file: pages, dictionaries, compression, chosen by what was measured.
Which files there are is left to `dataset` and `growing`."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from inspect import signature
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gongkai.output.schema import arrow_schema

BYTES_BEFORE_WRITING = 32 * 2**20
"""How much of a table is held in memory before it is written as one row group."""
LARGEST_PAGE = 2**30
"""A column's page ends only with its row group: zstd sees no further than its page, and what repeats from report to
report (labels, places) repeats some thousand rows later. At the usual 20,000 rows a page `cells` is a third larger."""
LEVELS, LEVEL = {"cells": 15, "wide": 3}, 6
"""zstd levels. For `cells` 15 saves 11 % over 9 for 0.15 ms a report (19: 8 % more for 0.2 ms more). `wide` is written anew
each night: 9 saves 5 % over 3 and takes nearly three times the time. For the others 9 saves 1 % over 6."""
# Columns in which hardly a value comes twice in a row group: a dictionary of them only costs (`at`: half the file).
_WITHOUT_DICTIONARY = frozenset(("at", "text", "detail", "title", "source", "payload_sha256"))
_WITH_STATISTICS = ("report_id", "agency", "region", "year")
# The limit of rows a page came with pyarrow 22; before it there was none.
_PAGES: dict[str, Any] = {
    "data_page_size": LARGEST_PAGE,
    "dictionary_pagesize_limit": LARGEST_PAGE,
    **({"max_rows_per_page": LARGEST_PAGE} if "max_rows_per_page" in signature(pq.write_table).parameters else {}),
}


def options(name: str, columns: Collection[str]) -> dict[str, Any]:
    """What pyarrow's writers need to write these columns of a table."""
    return {
        "compression": "zstd",
        "compression_level": LEVELS.get(name, LEVEL),
        "use_dictionary": [
            f"{f.name}.list.element" if pa.types.is_list(f.type) else f.name
            for f in arrow_schema(name)
            if f.name in columns and f.name not in _WITHOUT_DICTIONARY
        ],
        # Smallest and largest of 300 columns of figures in no order help no reader, and are a tenth of the time and footer.
        "write_statistics": list(_WITH_STATISTICS) if name == "wide" else True,
        **_PAGES,
    }


@contextmanager
def new_file(path: Path, name: str, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """A writer of a new file of a table, which is brought to the disk at the end. Raises OSError when the disk is full."""
    with open(path, "xb") as file:
        with pq.ParquetWriter(file, schema, **options(name, schema.names)) as writer:
            yield writer
        file.flush()
        os.fsync(file.fileno())


def write_file(path: Path, name: str, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    """Writes a new file of a table, a row group for each piece that has rows. Raises OSError when the disk is full."""
    with new_file(path, name, schema) as writer:
        for table in tables:
            if table.num_rows:
                writer.write_table(table, row_group_size=table.num_rows)


def in_pieces(batches: Iterable[pa.RecordBatch | pa.Table]) -> Iterator[pa.Table]:
    """The rows put together to tables of `BYTES_BEFORE_WRITING` or a little more, in their order."""
    held: list[pa.Table] = []
    size = 0
    for batch in batches:
        held.append(batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch]))
        size += batch.nbytes
        if size >= BYTES_BEFORE_WRITING:
            yield pa.concat_tables(held)
            held.clear()
            size = 0
    if held:
        yield pa.concat_tables(held)
