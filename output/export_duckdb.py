"""A dataset as a DuckDB database: tables and views with comments on every column.
What the tables hold is left to `export_contents`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.export_contents import Origin, Part, both_labels
from gongkai.output.placing import new_file
from gongkai.output.schema import Table

_TYPES = {"string": "VARCHAR", "int16": "SMALLINT", "int32": "INTEGER", "int64": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN",
          "date": "DATE", "timestamp": "TIMESTAMP", "list<string>": "VARCHAR[]"}  # fmt: skip
_ABOUT = "gongkai_about"
_VIEWS = {"findings_with_agency": "findings", "cells_with_report": "cells"}
_ABOUT_REPORT = ("agency_id", "agency", "region", "province", "level", "department", "form", "status", "source")


def write(parts: Sequence[Part], out: str, about: Origin) -> dict[str, int]:
    """Writes the database; the number of rows of each table. Raises ImportError without the extra `export`, NotOurs and OSError."""
    import duckdb

    names = {p.table.name for p in parts}
    with new_file(out, is_ours) as path:
        try:
            with duckdb.connect(str(path)) as database:
                for part in parts:
                    database.execute(_create(part.table))
                    for piece in part.pieces():
                        database.register("piece", _plain(piece))
                        database.execute(f'INSERT INTO "{part.table.name}" SELECT * FROM piece')
                        database.unregister("piece")
                    for target, words in _comments(part.table):
                        database.execute(f"COMMENT ON {target} IS {_quoted(words)}")
                for view, table in _VIEWS.items():
                    if {table, "reports"} <= names:
                        others = ", ".join(f"reports.{name}" for name in _ABOUT_REPORT)
                        database.execute(
                            f"CREATE VIEW {view} AS SELECT {table}.*, {others} FROM {table} JOIN reports USING (report_id)"
                        )
                database.execute(f"CREATE TABLE {_ABOUT} (key VARCHAR, value VARCHAR)")
                database.executemany(f"INSERT INTO {_ABOUT} VALUES (?, ?)", list(about._asdict().items()))
                database.execute("CHECKPOINT")  # closing does it too, but says nothing when it fails
        except (duckdb.OperationalError, duckdb.FatalException) as error:
            raise OSError(f"DuckDB says: {str(error).splitlines()[0].rsplit(': ', 1)[-1]}") from None
        if path.with_name(f"{path.name}.wal").exists():
            raise OSError("DuckDB left part of the data out of the file")
    return {p.table.name: p.rows for p in parts}


def is_ours(path: Path) -> bool:
    """Whether the file is an earlier export to DuckDB."""
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True) as database:
            return bool(database.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [_ABOUT]).fetchone())
    except duckdb.Error:
        return False


def _create(table: Table) -> str:
    columns = ", ".join(f'"{c.name}" {_TYPES[c.type]}{" NOT NULL" if c.required else ""}' for c in table.columns)
    return f'CREATE TABLE "{table.name}" ({columns})'


def _comments(table: Table) -> list[tuple[str, str]]:
    columns = [(f'COLUMN "{table.name}"."{c.name}"', both_labels(c)) for c in table.columns]
    return [(f'TABLE "{table.name}"', table.description), *columns]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _plain(table: pa.Table) -> pa.Table:
    """Times as UTC without a zone: a zone needs a part of DuckDB that is downloaded."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz:
            local = pc.local_timestamp(table.column(place))
            table = table.set_column(place, field.name, local)
    return table
