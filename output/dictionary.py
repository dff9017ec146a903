"""What the documents say about the data, as Markdown: `python -m gongkai.output.dictionary` prints the data dictionary,
with `sample` the example rows of the README, with `crosswalk` how the series of the forms compare, and with `divisions`
(as CSV) which divisions there were and what came after those that ended. What columns there are is left to `schema`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from gongkai.output.findings import FLAGS, RULES
from gongkai.output.schema import SCHEMA_VERSION, TABLES, Column, Table
from gongkai.parsers import Value, parse
from gongkai.parsers.crosswalk import RELATIONS, Side, pairs
from gongkai.parsers.divisions import STILL, every_division
from gongkai.samplesite.reports import make

SAMPLE_SEED, SAMPLE_LAYOUT, SAMPLE_DEVIATIONS = 7, "html-table", ("some_zeros_blank", "notes_in_cells")
SAMPLE_CELLS = (
    ("applications", "received", "natural_person"),
    ("applications", "received", "total"),
    ("applications", "refused_state_secret", "research"),
    ("applications", "refused_state_secret", "public_welfare"),
    ("proactive", "licensing", "decisions"),
)

_HEAD = f"""# Data dictionary

<!-- Written by `make docs` from output/schema.py and output/findings.py; do not edit by hand. -->

A dataset is a directory of Parquet files (zstd, strings UTF-8, times UTC) and `datapackage.json`, which says the same as
this page for machines ([Frictionless Data Package](https://specs.frictionlessdata.io/data-package/)). Schema version {SCHEMA_VERSION}.

A value is what the agency printed, or it carries a flag. A blank is never 0, a printed error is never repaired, and a
number that arithmetic proves for a cell without one is in `implied`, never in `value`.
"""


def lines() -> Iterator[str]:
    """The data dictionary, line by line."""
    yield _HEAD
    for table in TABLES.values():
        yield from _table(table)
    yield "## Rules of `findings`\n"
    yield from _rows(("rule", "meaning"), ((f"`{rule}`", meaning) for rule, meaning in RULES.items()))
    yield "## Flags of `cells`\n"
    yield from _rows(("flag", "meaning"), ((f"`{flag}`", meaning) for flag, meaning in FLAGS.items()))


def _table(table: Table) -> Iterator[str]:
    yield f"## `{table.name}`\n"
    yield f"{table.description}.\n"
    if table.key:
        yield f"Key: {', '.join(f'`{k}`' for k in table.key)}.\n"
    if table.name == "wide":
        yield from _rows(
            ("column", "short code", "type", "printed label", "meaning"),
            ((f"`{c.name}`", f"`{c.code}`" if c.code else "", c.type, c.title, c.description) for c in table.columns),
        )
    else:
        yield from _rows(("column", "type", "meaning"), ((f"`{c.name}`", c.type, _meaning(c)) for c in table.columns))


def _meaning(column: Column) -> str:
    allowed = f". One of {', '.join(f'`{a}`' for a in column.allowed)}" if column.allowed else ""
    return f"{column.description}{allowed}{'. Never null' if column.required else ''}."


def _rows(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    heads = tuple(heads)
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def sample_rows() -> Iterator[str]:
    """Five cells of a sample report, some columns left out: a number, a total, a zero, a blank, an amount."""
    sample = make(SAMPLE_SEED, layout=SAMPLE_LAYOUT, deviations=SAMPLE_DEVIATIONS)
    values = {v[:3]: v for v in parse(sample.body).values}
    heads = ("table", "row", "column", "value", "unit", "raw", "state", "implied", "flags", "at")
    yield from _rows(heads, (_cells(values[key]) for key in SAMPLE_CELLS))


_CROSSWALK = """# Crosswalk between the forms

<!-- Written by `make docs` from parsers/forms/crosswalk.toml; do not edit by hand. -->

The forms changed in 2019 and in 2021, and before 2014 there was none. A cell keeps its name over the forms only where it is the same quantity. This page
says, pair by pair, which series go on and which only look alike. Several cells on one side are meant added up; `*` is every row or column. Cells that stand in no pair have
no counterpart in the next form (第(九)项 of the 2019 form, 回应解读, 机构建设 and 培训 of the statistics table) or are the same row of the same table.

`gongkai.parsers.crosswalk.pairs()` gives the same as data. Nothing is converted: the dataset holds what was printed.
"""
_MEANING = {
    "continues": "The same quantity.",
    "approximately": "Comparable, with the difference that the note names.",
    "only_looks_alike": "Not the same quantity, however alike the labels are: never put them into one series.",
}


def crosswalk_lines() -> Iterator[str]:
    """The crosswalk between the forms, line by line."""
    yield _CROSSWALK
    for relation in RELATIONS:
        yield f"## `{relation}`\n"
        yield f"{_MEANING[relation]}\n"
        chosen = (pair for pair in pairs() if pair.relation == relation)
        yield from _rows(("earlier", "later", "note", "source"),
                         ((_side(p.earlier), _side(p.later), p.note, p.source) for p in chosen))  # fmt: skip


def _side(side: Side) -> str:
    return f"{', '.join(side.forms)}: {' + '.join(f'`{cell}`' for cell in side.cells)}"


def division_lines() -> Iterator[str]:
    """The divisions by code and year, as CSV: name, place above, years, lasting id, successors (ids, joined by spaces)."""
    yield "code,id,name,parent,level,first,last,successors"
    for d in sorted(every_division(), key=lambda d: (d.code, d.first)):
        last = "" if d.last == STILL else d.last
        yield f"{d.code},{d.id},{d.name},{d.parent},{d.level},{d.first},{last},{' '.join(d.successors)}"


def _cells(v: Value) -> tuple[str, ...]:
    value, implied = ("null" if n is None else str(n) for n in (v.value, v.implied))
    return (
        v.table, v.row, v.column, value, v.unit, f"`{v.raw}`" if v.raw else "", v.state, implied,
        ", ".join(v.flags), v.at or "",
    )  # fmt: skip


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    asked = {"sample": sample_rows, "crosswalk": crosswalk_lines, "divisions": division_lines}.get(
        "".join(sys.argv[1:]), lines
    )
    print("\n".join(asked()).rstrip())
