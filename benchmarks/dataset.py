"""`python -m benchmarks.dataset`: what a dataset of many reports costs: bytes a report, a night's append, reads after many
nights, users' questions in three tools, memory of `compare`. Ratios of one run; goals stand beside them."""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from benchmarks.rounds import Case, play, ratio
from gongkai.output.dataset import create
from gongkai.output.growing import Night, grow
from gongkai.output.rows import Entry, Rows, build
from gongkai.parsers import parse
from gongkai.parsers.report import Report
from gongkai.samplesite.reports import make

MODELS, YEARS, AT_ONCE = 60, range(2014, 2025), 500
NIGHTS, A_NIGHT = 30, 0.002
"""Nights that are appended, and the share of all reports that each brings: 40 of 20,000."""
GOAL_BYTES, GOAL_APPEND, GOAL_READS, MOST_MEMORY = 130, 0.1, 1.2, 2**30


@cache
def models() -> list[Report]:
    """Parsed sample reports of the two statutory forms, read without a doubt or with a few."""
    found: list[Report] = []
    seed = 0
    while len(found) < MODELS:
        made = parse(make(seed).body)
        seed += 1
        if made.status == "ok" and made.form in ("2019", "2021"):
            found.append(made)
    return found


def _varied(model: Report, number: int, rng: Random, late: bool) -> Report:
    """Another agency's year: other figures where figures are, blanks where blanks are, other places in the document."""
    much, shift = rng.choice((0.3, 1.0, 1.0, 3.0, 20.0)), rng.randint(0, 400)
    values = []
    for v in model.values:
        at = f"line {int(v.at[5:]) + shift}" if v.at and v.at.startswith("line ") and v.at[5:].isdigit() else v.at
        if v.value is not None and v.value == int(v.value):
            n = int(v.value)
            n = int(n * much * rng.uniform(0.5, 1.6)) if n else (rng.randint(1, 9) if rng.random() < 0.03 else 0)
            values.append(v._replace(value=n, raw=str(n), at=at))
        else:
            values.append(v._replace(at=at))
    agency = f"{model.identity.agency}{number // len(YEARS)}"
    who = replace(model.identity, agency=agency, agency_id=f"{200000 + number // len(YEARS)}-{model.identity.department}",
                  year=YEARS[-1] if late and number % 10 else YEARS[number % len(YEARS)])  # fmt: skip
    return replace(model, identity=who, values=tuple(values))


def batches(reports: int, start: int = 0) -> Iterator[Rows]:
    """Rows of so many reports, a few hundred at a time; those of a night are mostly on the last year."""
    known = models()
    for first in range(start, start + reports, AT_ONCE):
        entries = []
        for number in range(first, min(first + AT_ONCE, start + reports)):
            rng = Random(number)
            sha256 = f"{rng.getrandbits(256):064x}"
            made = _varied(known[rng.randrange(MODELS)], number, rng, late=start > 0)
            entries.append(Entry(sha256[:16], f"http://www.agency{number // 20}.gov.cn/zwgk/ndbg/t2025_{number}.html", sha256, made))
        yield build(entries, "1")


def written(out: Path, reports: int, start: int = 0) -> float:
    """Writes a dataset from the rows; seconds of the writing alone."""
    seconds = 0.0
    with create(str(out)) as writer:
        for rows in batches(reports, start):
            began = time.perf_counter()
            writer.add(rows)
            seconds += time.perf_counter() - began
        began = time.perf_counter()
        writer.finish({"parser_version": "1"})
    return seconds + time.perf_counter() - began


def sizes(folder: Path, reports: int) -> dict[str, float]:
    """Bytes a report of each table."""
    found: dict[str, float] = {}
    for path in sorted(folder.iterdir()):
        files = [path] if path.is_file() else list(path.rglob("*.parquet"))
        found[path.stem] = sum(f.stat().st_size for f in files) / reports
    return found


def columns(file: Path, reports: int) -> dict[str, float]:
    """Bytes a report of each column of a table in one file."""
    meta, found = pq.read_metadata(file), dict[str, float]()
    for g in range(meta.num_row_groups):
        for c in range(meta.num_columns):
            column = meta.row_group(g).column(c)
            name = column.path_in_schema.split(".")[0]
            found[name] = found.get(name, 0.0) + column.total_compressed_size / reports
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


# a night


def nights(folder: Path, reports: int) -> tuple[float, float]:
    """Grows a dataset by many nights; median seconds of a night, and of writing all of it anew with one."""
    a_night, seconds = max(1, int(reports * A_NIGHT)), []
    known = pq.read_table(folder / "reports.parquet")
    for number in range(NIGHTS):
        new = list(batches(a_night, reports + number * a_night))
        known = pa.concat_tables([known, *(r.tables["reports"] for r in new)])
        began = time.perf_counter()
        grow(str(folder), Night(f"night{number:02}", known, new, versions={"parser_version": "1"}))
        seconds.append(time.perf_counter() - began)
    seconds.sort()
    return seconds[len(seconds) // 2], seconds[-1]


def _all(folder: Path, name: str, filters: Any = None, names: Sequence[str] | None = None) -> pa.Table:
    path = folder / f"{name}.parquet"
    found = ds.dataset(path if path.exists() else folder / name, format="parquet", partitioning=None if path.exists() else "hive")
    return found.to_table(columns=names, filter=filters)


def reads(folder: Path) -> dict[str, Callable[[], object]]:
    """Typical reads of the long table: all of three columns, and one cell of all reports."""
    return {
        "all of a column": lambda: _all(folder, "cells", names=["report_id", "value"]),
        "one cell of all": lambda: _all(folder, "cells", (ds.field("row") == "received") & (ds.field("column") == "total")),
        "wide, one column": lambda: _all(folder, "wide", names=["agency", "applications__received__total"]),
    }


# questions


def questions(folder: Path, base: Path) -> dict[str, dict[str, Callable[[], object]]]:
    """Three questions of users in DuckDB, pandas and SQLite (from a copy in SQLite): question → tool → call."""
    import duckdb
    import pandas as pd

    wide, cells, total = str(folder / "wide.parquet"), str(folder / "cells.parquet"), "applications__received__total"
    with sqlite3.connect(base) as db:
        pd.read_parquet(wide, columns=["report_id", "agency", "year", total]).to_sql("wide", db, index=False)
        pd.read_parquet(cells, columns=["report_id", "year", "table", "row", "column", "value", "state"]).to_sql("cells", db, index=False)
        db.execute("CREATE INDEX place ON cells([table], row, [column])")
        agency = db.execute("SELECT agency FROM wide LIMIT 1 OFFSET 777").fetchone()[0]
    lite, duck = sqlite3.connect(base), duckdb.connect()
    one = f"SELECT year, {total} FROM {{}} WHERE agency = '{agency}' ORDER BY year"
    by_year = f"SELECT year, sum({total}), count({total}) FROM {{}} GROUP BY year"
    blanks = "SELECT state, count(*) FROM {} WHERE \"table\"='applications' AND row='granted' AND \"column\"='total' GROUP BY state"

    def pandas_one() -> object:
        found = pd.read_parquet(wide, columns=["year", "agency", total])
        return found[found["agency"] == agency].sort_values("year")

    def pandas_blanks() -> object:
        place = [("table", "==", "applications"), ("row", "==", "granted"), ("column", "==", "total")]
        return pd.read_parquet(cells, columns=["state"], filters=place).groupby("state").size()

    return {
        "one agency over the years": {
            "duckdb": lambda: duck.sql(one.format(f"'{wide}'")).fetchall(),
            "pandas": pandas_one,
            "sqlite": lambda: lite.execute(one.format("wide")).fetchall(),
        },
        "sum by year": {
            "duckdb": lambda: duck.sql(by_year.format(f"'{wide}'")).fetchall(),
            "pandas": lambda: pd.read_parquet(wide, columns=["year", total]).groupby("year")[total].agg(["sum", "count"]),
            "sqlite": lambda: lite.execute(by_year.format("wide")).fetchall(),
        },
        "states of one cell": {
            "duckdb": lambda: duck.sql(blanks.format(f"'{cells}'")).fetchall(),
            "pandas": pandas_blanks,
            "sqlite": lambda: lite.execute(blanks.format("cells")).fetchall(),
        },
    }


_PEAK = """
import sys, contextlib, io, resource
from gongkai.output.cli import app
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    app(["compare", sys.argv[1], "--json"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def compare_peak(folder: Path) -> int:
    """Peak bytes of a process that compares all agencies of all years."""
    done = subprocess.run([sys.executable, "-c", _PEAK, str(folder)], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


def measured(reports: int, rounds: int, place: Path) -> dict[str, Any]:
    """Every figure, by name."""
    whole, grown = place / "whole", place / "grown"
    rewrite = written(whole, reports)
    found: dict[str, Any] = {"reports": reports, "bytes": sizes(whole, reports)}
    found["columns of cells"] = columns(whole / "cells.parquet", reports)
    shutil.copytree(whole, grown)
    night, worst = nights(grown, reports)
    found["append / rewrite"] = {"median night": night / rewrite, "slowest night": worst / rewrite}
    many = reports + NIGHTS * max(1, int(reports * A_NIGHT))
    compact = place / "compact"
    written(compact, many)
    found["reads after nights / one file"] = {}
    for name, (after, before) in {n: (reads(grown)[n], reads(compact)[n]) for n in reads(grown)}.items():
        cases = {"after": Case(after), "before": Case(before)}
        play(cases, rounds)
        found["reads after nights / one file"][name] = ratio(cases["after"], cases["before"]).median
    found["compare peak bytes"] = compare_peak(whole)
    found["question / duckdb"] = {}
    for question, tools in questions(whole, place / "base.sqlite").items():
        cases = {tool: Case(call) for tool, call in tools.items()}
        play(cases, rounds)
        found["question / duckdb"][question] = {tool: ratio(cases[tool], cases["duckdb"]).median for tool in cases}
    return found


def _verdict(value: float, goal: float) -> str:
    return "ok" if value <= goal else "goal not reached"


def told(found: dict[str, Any]) -> Iterator[str]:
    """The figures for people."""
    yield f"{found['reports']} reports"
    for name, each in found["bytes"].items():
        goal = f"  goal {GOAL_BYTES}: {_verdict(each, GOAL_BYTES)}" if name in ("wide", "cells") else ""
        yield f"  {name:<12}{each:9.1f} bytes a report{goal}"
    yield "  cells by column: " + ", ".join(f"{n} {b:.1f}" for n, b in found["columns of cells"].items())
    for name, each in found["append / rewrite"].items():
        yield f"  {name:<20}{each:6.3f} × a full rewrite  goal {GOAL_APPEND}: {_verdict(each, GOAL_APPEND)}"
    for name, each in found["reads after nights / one file"].items():
        yield f"  {name:<20}{each:6.2f} × one file, after {NIGHTS} nights  goal {GOAL_READS}: {_verdict(each, GOAL_READS)}"
    peak = found["compare peak bytes"]
    yield f"  compare: {peak / 2**20:.0f} MB at its peak  limit {MOST_MEMORY >> 20}: {_verdict(peak, MOST_MEMORY)}"
    for question, tools in found["question / duckdb"].items():
        yield f"  {question:<28}" + "  ".join(f"{tool} {each:.2f}" for tool, each in tools.items())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dataset", description=__doc__)
    parser.add_argument("--reports", type=int, default=20_000, help="how many reports (default 20000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of timing (default 5)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        found = measured(asked.reports, asked.rounds, Path(place))
    if asked.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print("\n".join(told(found)))


if __name__ == "__main__":
    main()
