"""A dataset as an SQLite database ready for Datasette, with PATH-metadata.json beside it.
What the tables hold is left to `export_contents`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gongkai.output.export_contents import Origin, Part, both_labels, cell_numbers
from gongkai.output.placing import new_file
from gongkai.output.schema import Column, Table

APPLICATION_ID = 0x676B6F69
"""Stands in the head of every database of ours, so that another one is never overwritten."""
_APPLICATION_ID_AT = 68
_TYPES = {"string": "TEXT", "int16": "INTEGER", "int32": "INTEGER", "int64": "INTEGER", "double": "REAL", "bool": "INTEGER",
          "date": "TEXT", "timestamp": "TEXT", "list<string>": "TEXT"}  # fmt: skip
_INDEXES = {
    "reports": ("agency_id", "agency", "year", "region_code"),
    "findings": ("report_id", "rule", "year"),
    "sections": ("report_id", "key"),
    "wide": ("agency", "year"),
    "panel": ("year",),
    "changes": ("report_id",),
}
_ABOUT_REPORT = ("agency_id", "agency", "region", "province", "level", "department", "form", "status", "source")
_VIEWS = {
    "findings_with_agency": ("findings", "Each finding with the agency and source of its report"),
    "cells_with_report": ("cells", "Each cell with the agency and source of its report"),
}
_TITLES = {
    "reports": "Reports 年报", "cells": "Cells 单元格", "findings": "Findings 疑点", "sections": "Sections 正文",
    "wide": "Wide 宽表", "wide_states": "States of wide 空值原因", "panel": "Panel 面板", "panel_states": "States of panel 空值原因",
    "changes": "Changes 变动", "coverage": "Coverage 覆盖",
}  # fmt: skip
SEARCH = "Search finds passages of three or more characters (trigrams); for two, filter `text` with contains"


def write(parts: Sequence[Part], out: str, about: Origin) -> dict[str, int]:
    """Writes the database, then its metadata; the number of rows of each table. Raises NotOurs and OSError."""
    metadata = metadata_path(out)
    with new_file(out, is_ours) as path, new_file(str(metadata), _is_our_metadata) as beside:
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as database:
                _fill(database, parts, about)
        except sqlite3.OperationalError as error:
            raise OSError(f"SQLite says: {error}") from None
        text = json.dumps(_metadata(Path(out).stem, parts, about), ensure_ascii=False, indent=1)
        beside.write_text(text + "\n", encoding="utf-8")
    return {p.table.name: p.rows for p in parts}


def metadata_path(out: str) -> Path:
    """`reports.db` → `reports-metadata.json`."""
    return Path(out).with_name(f"{Path(out).stem}-metadata.json")


def is_ours(path: Path) -> bool:
    """Whether the file is an earlier export to SQLite."""
    try:
        with open(path, "rb") as file:
            head = file.read(100)
    except OSError:
        return False
    return head.startswith(b"SQLite format 3\0") and head[_APPLICATION_ID_AT:][:4] == APPLICATION_ID.to_bytes(4, "big")


def _is_our_metadata(path: Path) -> bool:
    try:
        return "gongkai" in json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False


def _fill(database: sqlite3.Connection, parts: Sequence[Part], about: Origin) -> None:
    # The file is new and nobody else's: it is thrown away whole when anything fails.
    for pragma in (
        "journal_mode = OFF",
        "synchronous = OFF",
        f"application_id = {APPLICATION_ID}",
        "foreign_keys = OFF",
    ):
        database.execute(f"PRAGMA {pragma}")
    names = {p.table.name for p in parts}
    database.execute("BEGIN")
    for part in parts:
        database.execute(_create(part.table, names))
        insert = f"INSERT INTO {part.table.name} VALUES ({', '.join('?' * len(part.table.columns))})"
        for rows in _rows(part):
            database.executemany(insert, rows)
        for column in _INDEXES.get(part.table.name, ()):
            database.execute(f'CREATE INDEX "{part.table.name}_{column}" ON "{part.table.name}" ("{column}")')
    for view, (table, _) in _VIEWS.items():
        if {table, "reports"} <= names:
            others = ", ".join(f"reports.{name}" for name in _ABOUT_REPORT)
            database.execute(
                f"CREATE VIEW {view} AS SELECT {table}.*, {others} FROM {table} JOIN reports USING (report_id)"
            )
    if "sections" in names:
        # Datasette finds an index by content="…" in double quotes
        fts = """fts5 (heading, text, content="sections", tokenize='trigram')"""
        database.execute(f"CREATE VIRTUAL TABLE sections_fts USING {fts}")
        database.execute("INSERT INTO sections_fts (sections_fts) VALUES ('rebuild')")
    database.execute("CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    database.executemany("INSERT INTO about VALUES (?, ?)", about._asdict().items())
    database.execute("COMMIT")
    database.execute("ANALYZE")


def _create(table: Table, names: set[str]) -> str:
    lines = [f'"{c.name}" {_TYPES[c.type]}{" NOT NULL" if c.required else ""}' for c in table.columns]
    if table.key:
        key = ", ".join(f'"{k}"' for k in table.key)
        lines.append(f"PRIMARY KEY ({key})")
    if table.name != "reports" and "reports" in names and any(c.name == "report_id" for c in table.columns):
        lines.append("FOREIGN KEY (report_id) REFERENCES reports (report_id)")
    # Keyed by four texts: a second copy of them in each index would double the file. Questions over all reports are for `wide`.
    return f"CREATE TABLE {table.name} ({', '.join(lines)})" + (" WITHOUT ROWID" if len(table.key) > 2 else "")


def _rows(part: Part) -> Iterator[Iterator[tuple[Any, ...]]]:
    for piece in part.pieces():
        for batch in piece.to_batches(max_chunksize=50_000):
            columns = [_plain(c, batch.column(k).to_pylist()) for k, c in enumerate(part.table.columns)]
            yield zip(*columns, strict=True)


def _plain(column: Column, values: list[Any]) -> list[Any]:
    """Values as SQLite keeps them: lists as JSON, days and times (UTC) as ISO 8601."""
    if column.type == "list<string>":
        return [None if v is None else json.dumps(v, ensure_ascii=False) for v in values]
    if column.type in ("date", "timestamp"):
        return [None if v is None else _iso(v) for v in values]
    return values


def _iso(value: date | datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _metadata(database: str, parts: Sequence[Part], about: Origin) -> dict[str, Any]:
    """Datasette's metadata: every table and column described, in English with the Chinese label."""
    tables: dict[str, Any] = {}
    for part in parts:
        table = part.table
        tables[table.name] = {
            "title": _TITLES[table.name],
            "description": table.description + (f". {SEARCH}" if table.name == "sections" else ""),
            "columns": {c.name: both_labels(c) for c in table.columns},
        }
        facets = [c.name for c in table.columns if c.name in ("year", "fault", "state", "status", "level")]
        if facets and not cell_numbers(table):
            tables[table.name]["facets"] = facets
    names = set(tables)
    for view, (table_name, description) in _VIEWS.items():
        if {table_name, "reports"} <= names:
            tables[view] = {"title": f"{_TITLES[table_name]} + reports", "description": description}
    return {
        "title": "政府信息公开工作年度报告: annual open-government-information reports of Chinese agencies",
        "description": "Every figure is what the agency printed, or it carries a flag. A blank is never a zero. "
        + about.words(),
        "source": "the agencies' own reports; see `source` in the table reports",
        "databases": {database: {"tables": tables}},
        "gongkai": about._asdict(),
    }
