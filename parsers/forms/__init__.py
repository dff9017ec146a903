"""The statutory forms as data: tables, rows, columns, units, labels as printed, sums; one TOML file a form.
Code walks a `Form` and repeats none of it; how a page is matched against it is left to `align`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any, Literal

Layout = Literal["blocks", "matrix", "across", "prose", "list"]


@dataclass(frozen=True, slots=True)
class Column:
    """A printed column: its label, what it is called elsewhere, and what a number in it counts."""

    key: str
    label: str
    code: str
    unit: str  # 件, 项, 万元, 元; "" when the form prints none
    type: str  # int, signed_int, decimal
    aliases: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A printed row; `kind` is `group` for a heading without figures. `one_row` names the rows it may stand for."""

    key: str
    label: str
    code: str | None
    columns: tuple[Column, ...]
    kind: Literal["value", "group"] = "value"
    number: str | None = None
    parent: str | None = None
    group: str | None = None
    caption: str | None = None
    aliases: tuple[str, ...] = ()
    law: str | None = None
    one_row: tuple[str, ...] = ()
    confirmed: bool = True  # False: the label was not yet seen in a published report


@dataclass(frozen=True, slots=True)
class Sum:
    """`left` added up equals `right` added up, in every row (keys of columns) or every column (keys of rows)."""

    rule: str
    table: str
    each: Literal["row", "column"]
    left: tuple[str, ...]
    right: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class FormCell:
    """One cell of a form under its key; `code` is its short name (ASCII, at most 20 characters) for old tools."""

    table: str
    row: str
    column: str
    unit: str
    type: str
    code: str
    label: str
    confirmed: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        return self.table, self.row, self.column

    @property
    def name(self) -> str:
        """The column's name in the `wide` table."""
        return f"{self.table}__{self.row}__{self.column}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the form. `layout`: stacked blocks, one matrix, rows printed side by side, a list of indicators with one
    figure each, or figures in prose."""

    key: str
    layout: Layout
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    sums: tuple[Sum, ...]
    furniture: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    subtotal: tuple[str, ...] = ()

    def row(self, key: str) -> Row:
        return next(r for r in self.rows if r.key == key)

    def has_row(self, key: str) -> bool:
        return any(r.key == key for r in self.rows)

    @property
    def value_rows(self) -> tuple[Row, ...]:
        """The rows that hold figures when every row is printed in full."""
        return tuple(r for r in self.rows if r.kind == "value")


@dataclass(frozen=True, slots=True)
class Heading:
    """A statutory section: its number, key, official title and the titles seen in its place."""

    number: str
    key: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One form: `version` is its first report year, `cells` every cell it can print, in printed order."""

    version: str
    title: str
    document: str
    years: tuple[int, int]
    sections: tuple[Heading, ...]
    tables: tuple[Table, ...]
    cells: tuple[FormCell, ...]

    def table(self, key: str) -> Table:
        return next(t for t in self.tables if t.key == key)

    @property
    def sums(self) -> tuple[Sum, ...]:
        return tuple(s for t in self.tables for s in t.sums)

    @property
    def has_grids(self) -> bool:
        """Whether its tables have rows and columns (since 2019), so that `align` reads it."""
        return any(t.layout == "matrix" for t in self.tables)


def _columns(items: list[dict[str, Any]]) -> tuple[Column, ...]:
    return tuple(Column(**{**c, "aliases": tuple(c.get("aliases", ()))}) for c in items)


def _row(item: dict[str, Any], columns: tuple[Column, ...], caption: str | None, items: list[dict[str, Any]]) -> Row:
    kept = {k: v for k, v in item.items() if k in ("key", "label", "kind", "number", "parent", "group", "law", "confirmed")}
    members = tuple(r["key"] for r in items if r.get("parent") == item["key"]) if item.get("one_row") else ()
    return Row(**kept, code=item.get("code"), columns=columns, caption=caption,
               aliases=tuple(item.get("aliases", ())), one_row=members)  # fmt: skip


def _rows(table: dict[str, Any]) -> Iterator[Row]:
    blocks = table.get("blocks") or [table]
    collapsed = table.get("one_row_only", ())
    only = table.get("only")
    for block in blocks:
        columns = _columns(block["columns"])
        for item in block["rows"]:
            if only is not None and item["key"] not in only:
                continue
            if item.get("parent") in collapsed:
                continue
            if item["key"] in collapsed:
                item = {k: v for k, v in item.items() if k not in ("one_row", "kind")}
            own = columns  # in a list each row has a unit of its own
            if "unit" in item:
                own = tuple(replace(c, unit=item["unit"], type=item["type"]) for c in columns)
            yield _row(item, own, block.get("caption"), block["rows"])


def _sum(data: dict[str, Any], table: str, rows: tuple[Row, ...], columns: tuple[Column, ...]) -> Sum:
    keys = [c.key for c in columns] if data["each"] == "row" else [r.key for r in rows if r.code]

    def expand(patterns: list[str]) -> tuple[str, ...]:
        # "other_*" also means the single row `other` where a form prints the group as one row
        return tuple(k for k in keys for p in patterns if fnmatchcase(k, p) or p == f"{k}_*")

    return Sum(data["rule"], table, data["each"], expand(data["left"]), expand(data["right"]), data["source"])


def _table(data: dict[str, Any]) -> Table:
    rows = tuple(_rows(data))
    blocks = data.get("blocks") or [data]
    columns = tuple({c.key: c for b in blocks for c in _columns(b["columns"])}.values())
    captions = tuple(t for b in data.get("blocks", ()) for t in (b["caption"], *b.get("aliases", ())))
    captions += tuple(data.get("captions", ()))
    return Table(
        key=data["key"], layout=data["layout"], rows=rows, columns=columns,
        sums=tuple(_sum(s, data["key"], rows, columns) for s in data.get("sums", ())),
        furniture=tuple(data.get("furniture", ())), captions=captions, subtotal=tuple(data.get("subtotal", ())),
    )  # fmt: skip


def _cells(tables: tuple[Table, ...], codes: dict[str, str]) -> Iterator[FormCell]:
    for table in tables:
        for row in table.rows:
            if row.code:
                for column in row.columns:
                    code = f"{codes[table.key]}_{row.code}_{column.code}"
                    label = "/".join(x for x in (row.group, row.label, column.group, column.label) if x)
                    yield FormCell(table.key, row.key, column.key, column.unit, column.type, code, label, row.confirmed)


def _form(version: str, raw: dict[str, dict[str, Any]]) -> Form:
    data = raw[version]
    tables = []
    for table in data["tables"]:
        if other := table.get("as_in"):
            same = next(t for t in raw[other]["tables"] if t["key"] == table["key"])
            table = {**same, **{k: v for k, v in table.items() if k in ("only", "layout")},
                     "one_row_only": table.get("one_row", ())}  # fmt: skip
            if "only" in table:
                table["sums"] = []  # rows that are left out would be missing in them
        tables.append(table)
    headings = raw[data["sections"]]["sections"] if isinstance(data["sections"], str) else data["sections"]
    built = tuple(_table(t) for t in tables)
    return Form(
        version=version, title=data["title"], document=data["document"], years=tuple(data["years"]),
        sections=tuple(Heading(s["number"], s["key"], s["label"], tuple(s.get("aliases", ()))) for s in headings),
        tables=built, cells=tuple(_cells(built, {t["key"]: t["code"] for t in tables})),
    )  # fmt: skip


def _load() -> dict[str, Form]:
    raw = {
        p.name.removesuffix(".toml"): tomllib.loads(p.read_text(encoding="utf-8"))
        for p in files(__package__).iterdir()
        if p.name.endswith(".toml") and p.name[:1].isdigit()
    }
    return {version: _form(version, raw) for version in sorted(raw, reverse=True)}


FORMS = _load()
"""Every form by version, newest first."""
GRID_FORMS = {version: form for version, form in FORMS.items() if form.has_grids}
"""The forms since 2019, whose tables have rows and columns; the older ones have a list, or only sentences."""
