"""The one place that names the columns of every table of a dataset, with type and meaning.
Arrow schemas, datapackage.json and docs/data-dictionary.md are made from it; writing files is left to `dataset`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa

from gongkai.parsers.forms import FORMS, FormCell

SCHEMA_VERSION = "2"
"""Changes when a column is added, renamed, retyped or means something else."""

_ARROW: dict[str, pa.DataType] = {
    "string": pa.string(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "list<string>": pa.list_(pa.string()),
}
_FRICTIONLESS = {
    "string": "string", "int16": "integer", "int32": "integer", "int64": "integer", "double": "number", "bool": "boolean",
    "date": "date", "timestamp": "datetime", "list<string>": "array",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, type (a key of the type table above), meaning in English; `title` is a printed Chinese label,
    `code` a short name for tools with short names, `allowed` every value the column can hold besides null."""

    name: str
    type: str
    description: str
    title: str = ""
    code: str = ""
    allowed: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row of it is, its columns in order, and the columns that together name a row."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def arrow(self) -> pa.Schema:
        return pa.schema([pa.field(c.name, _ARROW[c.type]) for c in self.columns])


def _plain(text: str) -> tuple[Column, ...]:
    """Columns written one a line as `name type: meaning`; `!` after the type means never null,
    `{a b}` at the end lists the values that can occur."""
    columns = []
    for line in text.strip().splitlines():
        head, meaning = line.strip().split(": ", 1)
        name, kind = head.split(" ", 1)
        meaning, _, allowed = meaning.removesuffix("}").partition(" {")
        columns.append(
            Column(name, kind.rstrip("!"), meaning, allowed=tuple(allowed.split()), required=kind.endswith("!"))
        )
    return tuple(columns)


_REPORTS = _plain("""
report_id string!: First 16 hex digits of the payload's sha256; `-2`, `-3` … for further reports in the same file; a document whose bytes were never read has the digest of its source and the ending `-unread`
family string!: The kind of report; `ogi` is 政府信息公开工作年度报告
agency_id string: The lasting id of the agency's division and its department (320813-人民政府; 000000-教育部 of the state): the same over years and renames; null where the division is unknown or ambiguous
agency string: Name of the agency as the report itself gives it
region string: Name of the division the agency belongs to; for a township its county
region_code string: GB/T 2260 code of `region`, 6 digits, valid in the report's year; null where the name is no known division, or several bear it
province string: Name of the province; null like region_code
level string: Level of government {national province city county township}
department string: Normalised name of the department, e.g. 信访局, 人民政府, 人民政府办公室
kind string: What sort of body reports {government office department township other}
year int16: The year the report is about (not the year it was published in)
form string: Version of the statutory form, chosen by the labels printed; `2014` is the statistics table before 2019, `2008` a report of prose without it
title string: Title of the report as printed
published date: Day of first publication that the page states
signed date: Date under the report
status string!: `ok` every cell of the form was found, `partial` something could not be read (see `reason`), `rejected` no report was read {ok partial rejected}
reason string: Why the document is `partial` or `rejected`; null for `ok`
source string!: URL, or file path as given on the command line; `-` for standard input
media_type string: What the bytes are, found from the bytes
payload_sha256 string: sha256 of the document's bytes, 64 hex digits; null when the document could not be read
capture string: WARC file and offset of the bytes; null for a document read from a plain file
fetched_at timestamp: When the bytes were fetched; null for a document read from a plain file
first_seen timestamp: When the document was first held; null for a document read from a plain file
last_changed timestamp: When the document last differed; null for a document read from a plain file
last_checked timestamp: When the document was last confirmed; null for a document read from a plain file
last_absent timestamp: When the document was last proved missing from its list; null for a document read from a plain file
latest bool!: Whether this is the newest version of the report, at the address that stands for it; always true for a document read from a plain file
same_as string: Id of the report that says the same at another address and stands for both; null for one that stands for itself
listed_as string: Text of the link to it on its list page; null for a document read from a plain file
attachments list<string>!: sha256 of each file that the page attaches or shows and that was held when it was read
record_sha256 string: Digest of what was read (who, year, figures, states, sections), without places: equal for two copies of one report read alike; null for a rejected document
scope string: What the figures cover by the report's own words: the agency itself or its whole territory {own territory unclear}
parser_version string!: Version of the parser that read the document
cells_reported int32!: Cells of the form with a printed number
cells_blank int32!: Cells printed empty or with a sign for nothing
cells_absent int32!: Cells of the form that this document does not have
cells_unreadable int32!: Cells that are there but whose number cannot be decided
cells_flagged int32!: Cells with at least one flag
findings int32!: Rows of `findings` that belong to this report
""")

_CELLS = _plain("""
report_id string!: The report the cell belongs to
year int16: The year the report is about
table string!: Key of the table in the form; `statistics` before 2019 {proactive applications review narrative statistics}
row string!: Key of the row
column string!: Key of the column
value double: The number the agency printed; null unless `state` is `reported`. Never repaired, never a blank read as 0
text string: For cells that hold a name, a date or a tick; none in this family of reports
unit string: Unit of `value`: 件, 项, 元, 万元, before 2019 also 条, 次, 篇, 个, 人, 人次; as printed in the cell where it prints one, else the form's
raw string: The cell as printed
state string!: `reported` a number is printed; `blank` printed empty or as a sign (/ — 无); `absent` the document has no such cell; `unreadable` it is there but which number belongs to it cannot be decided {reported blank absent unreadable}
implied double: The number that arithmetic proves for a cell without a printed number; never in `value`
flags list<string>!: Doubts about this cell; empty means it was read without any
at string: Where it stood in the document: `line 345`, `table 2 r5 c3`
reviewed double: A person's correction; never in place of `value`
""")

_FINDINGS = _plain("""
report_id string!: The report the finding belongs to
year int16: The year the report is about
rule string!: Name of the check or doubt
table string: Key of the table concerned
row string: Key of the row concerned
column string: Key of the column concerned
expected double: The number the rule asks for
actual double: The number found instead
fault string!: Whose it most likely is: the `publisher` printed it wrong, our `extraction` was in doubt, or `unknown` {publisher extraction unknown}
detail string!: One sentence for people
""")

_SECTIONS = _plain("""
report_id string!: The report the section belongs to
year int16: The year the report is about
number string!: The section's number as printed
key string!: Its statutory key; `fees` and `consultation` only before 2019 {overview proactive applications review problems other_matters fees consultation}
heading string!: Its heading as printed
text string!: Its text, one paragraph a line
""")

_CHANGES = _plain("""
run_id string!: The run that saw the event
at timestamp!: When
event string!: What happened {new changed reformatted attachment_changed moved withdrawn resurfaced unverified relabelled}
cause string!: Who caused it {publisher parser identity person}
report_id string: The report concerned
source string: Its URL or path
table string: Key of the table, where a cell changed
row string: Key of the row, where a cell changed
column string: Key of the column, where a cell changed
before string: What it was
after string: What it is now
detail string: One sentence for people
""")

_COVERAGE = _plain("""
agency_id string!: The agency that should have reported
year int16!: The year the report is about
state string!: What is known about it {have not_due late looked_and_absent unreachable column_moved withdrawn body_ended}
since timestamp: Since when
evidence string: What shows it
""")

_WIDE_HEAD = (
    "report_id", "agency", "region", "level", "department", "kind", "year", "form", "title", "published", "status",
    "cells_flagged", "findings",
)  # fmt: skip


@cache
def wide_cells() -> dict[str, FormCell]:
    """Every cell of every form by its column name in `wide`, newest form first, in printed order."""
    cells: dict[str, FormCell] = {}
    for form in FORMS.values():
        for cell in form.cells:
            cells.setdefault(cell.name, cell)
    return cells


def forms_of(name: str) -> tuple[str, ...]:
    """Versions of the forms that have this `wide` column, oldest first."""
    return tuple(sorted(v for v, form in FORMS.items() if any(c.name == name for c in form.cells)))


def _wide_columns() -> tuple[Column, ...]:
    reports = {c.name: c for c in _REPORTS}
    columns = [reports[name] for name in _WIDE_HEAD]
    for name, cell in wide_cells().items():
        where = f"form {' and '.join(forms_of(name))}"
        if not cell.confirmed:
            where += "; label not yet confirmed by a published report"
        if cell.type == "decimal":
            unit = cell.unit or "as printed"
            columns.append(
                Column(
                    name,
                    "double",
                    f"Amount, unit in `{name}__unit` (the form's: {unit}); {where}",
                    cell.label,
                    cell.code,
                )
            )
            columns.append(Column(f"{name}__unit", "string", f"Unit of `{name}` in this report", f"{cell.label} 单位"))
        else:
            columns.append(Column(name, "int64", f"Count, unit {cell.unit}; {where}", cell.label, cell.code))
    return tuple(columns)


TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        Table("reports", "One row per report, and one per document that was rejected", _REPORTS, ("report_id",)),
        Table("cells", "One row per cell of the statutory form, whether a number is printed or not", _CELLS,
              ("report_id", "table", "row", "column")),
        Table("findings", "Sums that do not hold, conflicts, and doubts about the reading", _FINDINGS, ()),
        Table("sections", "The narrative sections", _SECTIONS, ()),
        Table("wide", "One row per report that was read, one column per cell of the forms; null where no whole number "
              "(for counts) or number (for amounts) is printed: `cells` says why", _wide_columns(), ("report_id",)),
        Table("changes", "One row per event of a nightly run; written only when there are any", _CHANGES, ()),
        Table("coverage", "One row per agency and year that should exist; written only when there are any", _COVERAGE,
              ("agency_id", "year")),
    )
}  # fmt: skip


def arrow_schema(table: str) -> pa.Schema:
    return TABLES[table].arrow()


def frictionless_field(column: Column) -> dict[str, Any]:
    """The column as a field of a Frictionless Table Schema."""
    field: dict[str, Any] = {"name": column.name, "type": _FRICTIONLESS[column.type]}
    if column.title:
        field["title"] = column.title
    field["description"] = column.description
    if column.code:
        field["shortName"] = column.code
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    if constraints:
        field["constraints"] = constraints
    return field


def frictionless_schema(table: Table) -> dict[str, Any]:
    """The table's Frictionless Table Schema, with its key and its link to `reports`."""
    schema: dict[str, Any] = {"fields": [frictionless_field(c) for c in table.columns]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.name != "reports" and any(c.name == "report_id" for c in table.columns):
        schema["foreignKeys"] = [
            {"fields": ["report_id"], "reference": {"resource": "reports", "fields": ["report_id"]}}
        ]
    return schema
