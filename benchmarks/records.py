"""Generated records for measurements of many: parsed sample reports with the figures of other agencies in their cells.
What is measured with them is left to `dataset`."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.compute as pc

from gongkai.output.rows import Entry, Rows, build
from gongkai.output.schema import arrow_schema
from gongkai.parsers import PARSER_VERSION, parse
from gongkai.parsers.report import Number, Report, Value
from gongkai.samplesite.figures import draw
from gongkai.samplesite.reports import make
from gongkai.samplesite.statutory import FORMS, Key

MODELS = 300
"""Parsed documents whose cells, places, marks and doubts are used again: every layout and deviation several times."""
YEARS = range(2014, 2025)
AT_ONCE = 500
VARIED = 20_000
"""Reports drawn one by one; a row group of `wide` holds 13,000."""
SEEN = datetime(2025, 11, 1, tzinfo=UTC)


@cache
def models() -> list[Report]:
    """Parsed sample reports of the statutory forms that have figures to draw, read without a doubt or with a few."""
    found: list[Report] = []
    seed = 0
    while len(found) < MODELS:
        made = parse(make(seed).body)
        seed += 1
        if made.status == "ok" and made.form in FORMS:
            found.append(made)
    return found


def varied(number: int) -> Report:
    """The report of one agency and year. An agency keeps its page's make over the years; its figures satisfy every sum,
    blanks and cells that cannot be read stay what they are, and the tables stand elsewhere in each document."""
    agency, rng = number // len(YEARS), Random(number)
    model = Random(f"agency {agency}").choice(models())
    form = next(f for f in FORMS if f == model.form)
    figures, lines, tables = draw(rng, form), rng.randint(0, 400), rng.randint(0, 5)
    values = tuple(_moved(_drawn(v, figures), lines, tables) for v in model.values)
    name = f"{model.identity.agency}{agency}"
    who = model.identity._replace(agency=name, agency_id=f"{200000 + agency}-{model.identity.department}", year=year_of(number))
    return replace(model, identity=who, values=values)


def year_of(number: int) -> int:
    return YEARS[number % len(YEARS)]


def _drawn(v: Value, figures: Mapping[Key, Number]) -> Value:
    key = (v.table, v.row, v.column)
    if v.value is None or key not in figures:
        return v
    n = figures[key]
    return v._replace(value=n, raw=_as_printed(v.raw or "", v.value, n))


def _as_printed(raw: str, old: Number, new: Number) -> str:
    """The new number in the old one's print: 1,204件 becomes 38,001件."""
    for before, after in ((str(old), str(new)), (f"{old:,}", f"{new:,}")):
        if before in raw:
            return raw.replace(before, after, 1)
    return str(new)


def _moved(v: Value, lines: int, tables: int) -> Value:
    match (v.at or "").split(" ", 2):
        case ["line", number] if number.isdigit():
            return v._replace(at=f"line {int(number) + lines}")
        case ["table", number, rest] if number.isdigit():
            return v._replace(at=f"table {int(number) + tables} {rest}")
    return v


def digest(number: int) -> str:
    """The sha256 that stands for the bytes of a report."""
    return f"{Random(f'bytes {number}').getrandbits(256):064x}"


def address(number: int) -> str:
    return f"http://www.agency{number // 20}.gov.cn/zwgk/ndbg/t2025_{number}.html"


def batches(numbers: range) -> Iterator[Rows]:
    """Rows of these reports, a few hundred at a time."""
    for first in range(0, len(numbers), AT_ONCE):
        yield build([_entry(n) for n in numbers[first : first + AT_ONCE]], PARSER_VERSION)


def _entry(number: int) -> Entry:
    sha256 = digest(number)
    return Entry(sha256[:16], address(number), sha256, varied(number), _capture(number), SEEN)


def _capture(number: int) -> str:
    return f"20251101.warc.gz:{number * 4096}"


# copies


def kept_batches(folder: Path, reports: int) -> Iterator[Rows]:
    """Rows of so many reports: `VARIED` of them drawn one by one and kept in a folder, the others the same figures under
    other names, in other years. Further apart than any row group reaches, so that no column sees a figure's copy."""
    for start in range(0, reports, VARIED):
        for first in range(0, min(VARIED, reports - start), AT_ONCE):
            path = folder / f"{first}.rows"
            if not path.exists():
                [rows] = batches(range(first, first + AT_ONCE))
                path.write_bytes(pickle.dumps(rows))
            yield _renamed(pickle.loads(path.read_bytes()), first, start) if start else pickle.loads(path.read_bytes())


def _renamed(rows: Rows, first: int, further: int) -> Rows:
    """These rows as those of the reports `further` on: other bytes, agencies, addresses, years."""
    reports = rows.tables["reports"].to_pylist()
    numbers = {r["report_id"]: first + k + further for k, r in enumerate(reports)}
    for r in reports:
        number = numbers[r["report_id"]]
        agency, sha256 = number // len(YEARS), digest(number)
        r |= {"report_id": sha256[:16], "payload_sha256": sha256, "source": address(number), "year": year_of(number),
              "record_sha256": digest(-number), "agency": f"{r['agency'].rstrip('0123456789')}{agency}",
              "agency_id": f"{200000 + agency}-{r['department']}", "capture": _capture(number)}  # fmt: skip
    tables = {"reports": pa.Table.from_pylist(reports, arrow_schema("reports"))}
    for name in ("cells", "findings", "sections"):
        table = rows.tables[name]
        ids = pc.unique(table["report_id"])
        which = pc.index_in(table["report_id"], ids)
        new = [numbers[i] for i in ids.to_pylist()]
        for column, values in (("report_id", [digest(n)[:16] for n in new]), ("year", [year_of(n) for n in new])):
            at = table.schema.get_field_index(column)
            array = pa.array(values, table.schema.field(at).type)
            table = table.set_column(at, table.schema.field(at), pc.take(array, which))
        tables[name] = table
    return Rows(tables, rows.wide, rows.units)
