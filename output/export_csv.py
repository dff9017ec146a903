"""A dataset as a folder of CSV files with datapackage.json.
What the tables hold is left to `export_contents`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from gongkai.output.dataset import PACKAGE_FILE
from gongkai.output.export_contents import Origin, Part
from gongkai.output.placing import new_folder
from gongkai.output.plain_text import harmless_column
from gongkai.output.schema import Table, frictionless_schema

LIST_SEPARATOR = ";"
"""Between the values of a list: no flag and no digest has one."""

_QUOTED_WHERE_NEEDED = pa.csv.WriteOptions(include_header=False, quoting_style="needed")


def write(parts: Sequence[Part], out: str, about: Origin, *, bom: bool = False) -> dict[str, int]:
    """Writes the folder; the number of rows of each table. Raises NotOurs and OSError."""
    with new_folder(out, is_ours) as folder:
        resources = []
        for part in parts:
            path = folder / f"{part.table.name}.csv"
            with open(path, "wb") as file:
                file.write(b"\xef\xbb\xbf" if bom else b"")
                file.write(",".join(c.name for c in part.table.columns).encode() + b"\n")
                for piece in part.pieces():
                    pa.csv.write_csv(_flat(piece, part.table), file, _QUOTED_WHERE_NEEDED)
            resources.append(_resource(path, part, bom))
        (folder / PACKAGE_FILE).write_text(
            json.dumps(_package(resources, about), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    return {p.table.name: p.rows for p in parts}


def is_ours(folder: Path) -> bool:
    """Whether the folder holds an earlier export as CSV and nothing else."""
    try:
        package = json.loads((folder / PACKAGE_FILE).read_text(encoding="utf-8"))
        files = {PACKAGE_FILE, *(r["path"] for r in package["resources"])}
        return package["gongkai"]["export"] == "csv" and {p.name for p in folder.iterdir()} <= files
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _flat(table: pa.Table, described: Table) -> pa.Table:
    """The table with every column as a spreadsheet can hold it: lists joined, times in UTC as ISO 8601, text harmless."""
    columns: list[pa.ChunkedArray] = []
    for column in described.columns:
        values = table[column.name]
        if column.type == "list<string>":
            values = pc.binary_join(values.combine_chunks(), LIST_SEPARATOR)
            values = pa.chunked_array([values])
        elif column.type == "timestamp":
            whole = pc.strftime(values, "%Y-%m-%dT%H:%M:%SZ")  # of microseconds it prints 00.000000
            values = pc.replace_substring(whole, ".000000Z", "Z")
        columns.append(harmless_column(values) if pa.types.is_string(values.type) else values)
    return pa.table(columns, names=[c.name for c in described.columns])


def _resource(path: Path, part: Part, bom: bool) -> dict[str, Any]:
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "name": part.table.name,
        "path": path.name,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig" if bom else "utf-8",
        "description": part.table.description,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "rows": part.rows,
        "schema": _schema(part.table),
    }


def _schema(table: Table) -> dict[str, Any]:
    schema = frictionless_schema(table)
    for field, column in zip(schema["fields"], table.columns, strict=True):
        if field["type"] == "array":
            field["type"] = "string"
            field["description"] += f"; several are parted by `{LIST_SEPARATOR}`"
        if field["type"] == "string" and not column.allowed and column.name not in table.key:
            field.get("constraints", {}).pop("required", None)  # CSV cannot tell an empty text from none
            if not field.get("constraints", True):
                del field["constraints"]
    return {**schema, "missingValues": [""]}


def _package(resources: list[dict[str, Any]], about: Origin) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "name": "gongkai-csv",
        "title": "政府信息公开工作年度报告: annual open-government-information reports of Chinese agencies",
        "description": "Every figure is what the agency printed, or it carries a flag. A blank is never a zero; the table "
        "ending in `_states` says why a cell holds no number. A leading apostrophe is not part of a text: it "
        "keeps spreadsheet programs from running the text as a formula.",
        "version": about.dataset_version,
        "created": about.created,
        "gongkai": {"export": "csv", "schema_version": about.schema_version, "parser_version": about.parser_version},
        "resources": _linked(resources),
    }


def _linked(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without links to a table that was not exported."""
    if not any(r["name"] == "reports" for r in resources):
        for resource in resources:
            resource["schema"].pop("foreignKeys", None)
    return resources
