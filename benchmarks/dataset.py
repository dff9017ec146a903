"""`python -m benchmarks.dataset`: what a dataset of many reports costs: bytes a report, a night, reads after many nights,
users' questions in three tools, memory of `compare`. Ratios of processor times of one run; goals stand beside them."""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.records import SEEN, address, batches, digest, kept_batches
from benchmarks.rounds import spread
from gongkai.output.dataset import batches as rows_of
from gongkai.output.dataset import create
from gongkai.output.encoding import in_pieces, write_file
from gongkai.output.growing import Night, grow
from gongkai.output.holdings import Held
from gongkai.output.nightbuild import build as build_night
from gongkai.output.rows import Rows
from gongkai.output.schema import TABLES, arrow_schema
from gongkai.parsers import PARSER_VERSION, parse
from gongkai.samplesite.reports import make

NIGHTS, A_NIGHT = 30, 0.002
"""Nights that are appended, and the share of all reports that each brings: 200 of 100,000."""
WHOLE_NIGHTS = 2
"""Nights that are built from documents, as `gongkai nightly` does it."""
GOAL_BYTES, GOAL_APPEND, GOAL_READS, MOST_MEMORY = 130, 0.1, 1.2, 2**30
PROTOTYPE = ("report_id", "table", "row", "column", "value")
"""The columns that the goal for the long table was set with: without the print of each figure and its place."""
_TOTAL = "applications__received__total"


@contextmanager
def clock(seconds: list[float]) -> Iterator[None]:
    """Appends the processor time of the block, all threads together."""
    began = time.process_time()
    yield
    seconds.append(time.process_time() - began)


def written(out: Path, rows: Iterator[Rows]) -> float:
    """Writes a dataset from the rows; processor seconds of the writing alone."""
    seconds: list[float] = []
    with create(str(out)) as writer:
        for one in rows:
            with clock(seconds):
                writer.add(one)
        with clock(seconds):
            writer.finish({"parser_version": PARSER_VERSION})
    return sum(seconds)


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


# nights


def appended(folder: Path, reports: int) -> list[float]:
    """Grows a dataset by many nights; processor seconds of each. The first one cuts the files by year."""
    a_night, seconds = max(1, int(reports * A_NIGHT)), list[float]()
    known = pq.read_table(folder / "reports.parquet")
    for number in range(NIGHTS):
        first = 10**6 + number * a_night
        new = list(batches(range(first, first + a_night)))
        known = pa.concat_tables([known, *(r.tables["reports"] for r in new)])
        with clock(seconds):
            grow(str(folder), Night(f"night{number:02}", known, new, versions={"parser_version": PARSER_VERSION}))
    return seconds


class Home:
    """An archive that holds so many reports, all seen again tonight as they were, and some new documents: what a night
    asks of `Holdings`."""

    def __init__(self, reports: int, number: int, new: list[bytes]) -> None:
        self.run, self.at = f"202512{number + 1:02}", SEEN + timedelta(days=30 + number)
        self._reports, self._new = reports, new

    def reports(self) -> Iterator[Held]:
        for n in range(self._reports):
            yield Held(address(n), f"site{n // 20}", f"r{n}", f"20251101.warc.gz:{n * 4096}", digest(n), SEEN, SEEN, SEEN, self.at,
                       "", "same", "", False, 0, False, "list")  # fmt: skip
        for k, body in enumerate(self._new):
            yield Held(f"http://new{self.run}.gov.cn/{k}.html", f"site{k}", str(k), f"{self.run}.warc.gz:{k}",
                       hashlib.sha256(body).hexdigest(), self.at, self.at, self.at, self.at, "", "new", "", False, 0,
                       False, "list")  # fmt: skip

    def body(self, record: str) -> bytes:
        return self._new[int(record)]

    def earlier(self) -> Iterator[Any]:
        return iter(())

    def listings(self) -> list[Any]:
        return []

    def absences(self) -> dict[str, Any]:
        return {}

    def body_at(self, capture: str) -> None:
        return None

    def record_of(self, digest: str) -> None:
        return None


def nights(folder: Path, reports: int) -> tuple[float, float]:
    """Whole nights, with reading, comparing of years and ledger, on a dataset of so many reports: processor seconds of the
    last one, without its documents' parsing, which are others' processes; and seconds to parse one document."""
    a_night, seconds, parsing = max(1, int(reports * A_NIGHT)), list[float](), list[float]()
    for number in range(WHOLE_NIGHTS):
        new = [make(10**6 + number * a_night + k, form="2021").body for k in range(a_night)]
        with clock(parsing):
            for body in new:
                parse(body)
        home = Home(reports, number, new)
        with clock(seconds):
            build_night(home, str(folder), home.at, 1)  # type: ignore[arg-type]
    return seconds[-1], parsing[-1] / a_night


# reads


def compacted(folder: Path, out: Path) -> None:
    """The same rows with every table in one file."""
    out.mkdir()
    for name in TABLES:
        schema = arrow_schema(name)
        write_file(out / f"{name}.parquet", name, schema, in_pieces(rows_of(folder, name, schema.names)))


def sqlite(folder: Path, base: Path) -> None:
    """A copy in SQLite for the questions: four columns of `wide`, the totals of table three of `cells`, with indexes."""
    with sqlite3.connect(base) as db:
        db.execute("CREATE TABLE wide (report_id, agency, year, applications__received__total)")
        db.execute('CREATE TABLE cells (report_id, year, "table", row, "column", value, state)')
        for batch in rows_of(folder, "wide", ["report_id", "agency", "year", _TOTAL]):
            db.executemany("INSERT INTO wide VALUES (?, ?, ?, ?)", zip(*(c.to_pylist() for c in batch.columns), strict=True))
        totals = (pc.field("table") == "applications") & (pc.field("column") == "total")
        for batch in rows_of(folder, "cells", ["report_id", "year", "table", "row", "column", "value", "state"], totals):
            db.executemany("INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?)", zip(*(c.to_pylist() for c in batch.columns), strict=True))
        db.execute('CREATE INDEX place ON cells("table", row, "column")')


def questions(folder: Path, base: Path) -> dict[tuple[str, str], Callable[[], object]]:
    """Three questions of users, each in DuckDB, pandas and SQLite (from the copy): (question, tool) → call."""
    import duckdb
    import pandas as pd

    wide = str(folder / "wide.parquet")
    single = folder / "cells.parquet"
    cells = str(single) if single.exists() else str(folder / "cells")
    pattern = f"read_parquet('{cells}/**/*.parquet', hive_partitioning=true)" if not single.exists() else f"'{cells}'"
    lite, duck = sqlite3.connect(base), duckdb.connect()
    agency = lite.execute("SELECT agency FROM wide LIMIT 1 OFFSET 777").fetchone()[0]
    one = f"SELECT year, {_TOTAL} FROM {{}} WHERE agency = '{agency}' ORDER BY year"
    by_year = f"SELECT year, sum({_TOTAL}), count({_TOTAL}) FROM {{}} GROUP BY year"
    blanks = "SELECT state, count(*) FROM {} WHERE \"table\"='applications' AND row='granted' AND \"column\"='total' GROUP BY state"

    def pandas_one() -> object:
        found = pd.read_parquet(wide, columns=["year", "agency", _TOTAL])
        return found[found["agency"] == agency].sort_values("year")

    def pandas_blanks() -> object:
        place = [("table", "==", "applications"), ("row", "==", "granted"), ("column", "==", "total")]
        return pd.read_parquet(cells, columns=["state"], filters=place).groupby("state").size()

    return {
        ("one agency over the years", "duckdb"): lambda: duck.sql(one.format(f"'{wide}'")).fetchall(),
        ("one agency over the years", "pandas"): pandas_one,
        ("one agency over the years", "sqlite"): lambda: lite.execute(one.format("wide")).fetchall(),
        ("sum by year", "duckdb"): lambda: duck.sql(by_year.format(f"'{wide}'")).fetchall(),
        ("sum by year", "pandas"): lambda: pd.read_parquet(wide, columns=["year", _TOTAL]).groupby("year")[_TOTAL].agg(["sum", "count"]),
        ("sum by year", "sqlite"): lambda: lite.execute(by_year.format("wide")).fetchall(),
        ("states of one cell", "duckdb"): lambda: duck.sql(blanks.format(pattern)).fetchall(),
        ("states of one cell", "pandas"): pandas_blanks,
        ("states of one cell", "sqlite"): lambda: lite.execute(blanks.format("cells")).fetchall(),
        ("a column of cells", "pyarrow"): lambda: sum(b.num_rows for b in rows_of(folder, "cells", ["report_id", "value"])),
        ("a column of wide", "pyarrow"): lambda: sum(b.num_rows for b in rows_of(folder, "wide", ["agency", _TOTAL])),
    }


def asked(grown: Path, compact: Path, base: Path, rounds: int) -> Iterator[tuple[str, str, float, float]]:
    """Question, tool, processor seconds on the grown dataset, and how many times those on the compacted one that is."""
    after, before = questions(grown, base), questions(compact, base)
    for key, call in after.items():
        call(), before[key]()
        pairs = []
        for _ in range(rounds):
            turn: list[float] = []
            for each in (call, before[key]):
                with clock(turn):
                    each()
            pairs.append((turn[0], turn[1]))
        yield *key, spread([a for a, _ in pairs]).median, spread([a / b for a, b in pairs]).median


# VmHWM, because ru_maxrss keeps what the process was forked from.
_PEAK = """
import sys, contextlib, os
from gongkai.output.cli import app
with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.suppress(SystemExit):
    app(["compare", *sys.argv[1:]])
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024)
"""


def compare_peak(folder: Path, *arguments: str) -> int:
    """Peak bytes of a process that compares agencies, all of them in all years where no argument says otherwise."""
    line = [sys.executable, "-c", _PEAK, str(folder), *arguments]
    return int(subprocess.run(line, capture_output=True, text=True, check=True).stdout.split()[-1])


def measured(reports: int, rounds: int, place: Path) -> Iterator[tuple[str, str, float, float | None]]:
    """Every figure as it is measured: what, its unit, the figure, its goal."""
    folder, compact, base = place / "grown", place / "compact", place / "base.sqlite"
    (place / "rows").mkdir(exist_ok=True)
    rewrite = written(folder, kept_batches(place / "rows", reports))
    for name, each in sizes(folder, reports).items():
        yield name, "bytes a report", each, GOAL_BYTES if name in ("wide", "cells") else None
    by_column = columns(folder / "cells.parquet", reports)
    yield "cells, columns of the prototype", "bytes a report", sum(by_column[c] for c in PROTOTYPE), GOAL_BYTES
    for name, each in by_column.items():
        yield f"cells.{name}", "bytes a report", each, None
    yield "writing all of it", "s", rewrite, None
    for arguments in ((), ("--json",), ("--year", "2020", "--rank")):
        yield f"gongkai compare {' '.join(arguments)}".strip(), "MB at peak", compare_peak(folder, *arguments) / 2**20, MOST_MEMORY / 2**20
    first, *seconds = appended(folder, reports)
    yield "the first night, which cuts by year", "× writing all", first / rewrite, None
    yield "a night's rows appended, median", "× writing all", spread(seconds).median / rewrite, GOAL_APPEND
    yield "a night's rows appended, slowest", "× writing all", max(seconds) / rewrite, GOAL_APPEND
    compacted(folder, compact)
    sqlite(folder, base)
    for question, tool, cost, times in asked(folder, compact, base, rounds):
        yield f"{question}, {tool}", "ms", 1000 * cost, None
        if tool != "sqlite":
            yield f"{question}, {tool}, after {NIGHTS} nights", "× compacted", times, GOAL_READS
    night, document = nights(folder, reports)
    yield "a whole night without its parsing", "s", night, None
    yield "a whole night", "× a full rebuild, parsing included", _whole(night, document, reports, rewrite), GOAL_APPEND


def _whole(night: float, document: float, reports: int, rewrite: float) -> float:
    return (night + A_NIGHT * reports * document) / (reports * document + rewrite + night)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dataset", description=__doc__)
    parser.add_argument("--reports", type=int, default=20_000, help="how many reports, in steps of 500 (default 20000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of timing (default 5)")
    parser.add_argument("--rows", metavar="DIR", help="keep the generated rows here for the next run")
    parser.add_argument("--json", action="store_true", help="one JSON document a line")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if chosen.rows:
            Path(chosen.rows).mkdir(exist_ok=True)
            (place / "rows").symlink_to(Path(chosen.rows).resolve())
        print(f"{chosen.reports} reports")
        for what, unit, figure, goal in measured(chosen.reports, chosen.rounds, place):
            if chosen.json:
                print(json.dumps({"what": what, "unit": unit, "figure": figure, "goal": goal}, ensure_ascii=False), flush=True)
            else:
                verdict = "" if goal is None else f"  goal {goal:g}: {'ok' if figure <= goal else 'goal not reached'}"
                print(f"  {what:<52}{figure:10.3f} {unit}{verdict}", flush=True)


if __name__ == "__main__":
    main()
