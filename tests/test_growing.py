"""Datasets that grow by nights: the rows are those of one writing, old files stay as they are, and a full disk changes nothing."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from handmade import entry, report

from gongkai.output.dataset import batches, create, read_table, rows_of
from gongkai.output.growing import ACROSS, IN_PARTS, MOST_PARTS, Night, grow
from gongkai.output.history import LOOKED_AT, Told, figures_from, figures_of
from gongkai.output.rows import Entry, Rows, build
from gongkai.parsers.report import Finding

WIDE_TOO = (*IN_PARTS, "wide")


def reports_of(year: int | None, number: int, start: int = 0) -> list[Entry]:
    found = []
    for k in range(start, start + number):
        one = report(agency=f"第{k}局", year=year or 2020, applications__received__total=k)
        one = replace(one, identity=one.identity._replace(year=year))
        found += entry(f"{year}-{k}.html", one)
    return found


def said(folder: Path, name: str) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in read_table(folder, name).to_pylist())


def first(folder: Path, entries: Sequence[Entry]) -> Rows:
    rows = build(entries, "1")
    with create(str(folder)) as writer:
        writer.add(rows)
        writer.finish({"parser_version": "1"})
    return rows


def parts(folder: Path, name: str) -> dict[Path, int]:
    return {f.relative_to(folder): f.stat().st_ino for f in sorted((folder / name).rglob("*.parquet"))}


def test_many_nights_say_what_one_writing_says(tmp_path: Path) -> None:
    out, every = tmp_path / "grown", [*reports_of(2022, 9), *reports_of(2023, 9), *reports_of(None, 2)]
    known = first(out, every).tables["reports"]
    for night in range(12):
        new = reports_of(2023 - night % 3 // 2, 1 + night % 4, start=100 * (night + 1))
        every += new
        rows = build(new, "1")
        known = pa.concat_tables([known, rows.tables["reports"]])
        before = parts(out, "cells")
        counts = grow(str(out), Night(f"night{night:02}", known, [rows], versions={"parser_version": "1"}))
        after = parts(out, "cells")
        assert all(after[f] == inode for f, inode in before.items() if f in after), "what stays is the same file"
        for name in IN_PARTS:
            for place in (out / name).iterdir():
                assert len(list(place.glob("*.parquet"))) <= MOST_PARTS
        assert counts["cells"] == read_table(out, "cells").num_rows
    assert len(list(out.rglob("wide*"))) == 1
    first(tmp_path / "whole", every)
    for name in ("reports", *WIDE_TOO):
        assert said(out, name) == said(tmp_path / "whole", name), name


def test_the_larger_part_of_a_year_is_not_written_again(tmp_path: Path) -> None:
    out = tmp_path / "grown"
    known = first(out, reports_of(2023, 400)).tables["reports"]
    large = None
    for night in range(8):
        rows = build(reports_of(2023, 3, start=1000 + 10 * night), "1")
        known = pa.concat_tables([known, rows.tables["reports"]])
        grow(str(out), Night(f"night{night:02}", known, [rows]))
        inode = (out / "cells" / "year=2023" / "000.parquet").stat().st_ino
        assert inode == (large or inode)
        large = inode


def test_rows_go_and_rows_are_replaced(tmp_path: Path) -> None:
    out, entries = tmp_path / "grown", [*reports_of(2022, 4), *reports_of(2023, 4)]
    known = first(out, entries).tables["reports"]
    gone, changed = entries[0].report_id, entries[5].report_id
    wide = read_table(out, "wide", filters=pc.field("report_id") == changed)
    at = wide.schema.get_field_index("findings")
    wide = wide.set_column(at, wide.schema.field(at), pa.array([7], pa.int32()))
    across = [Told(entries[6].report_id, 2023, Finding("late", detail="too late"))]
    kept = known.filter(pc.not_equal(known["report_id"], gone))
    grow(str(out), Night("a", kept, gone={gone}, across=across, patched={"wide": wide}))
    for name in WIDE_TOO:
        assert gone not in read_table(out, name)["report_id"].to_pylist(), name
    found = {r["report_id"]: r["findings"] for r in read_table(out, "wide").to_pylist()}
    assert (len(found), found[changed]) == (7, 7)
    assert [f.name for f in (out / "findings").rglob(f"{ACROSS}*")] == [f"{ACROSS}a.parquet"]
    inode = (out / "wide.parquet").stat().st_ino
    grow(str(out), Night("b", kept))
    assert (out / "wide.parquet").stat().st_ino == inode, "a night that brings nothing links the file"
    assert not [*(out / "findings").rglob(f"{ACROSS}*")], "findings across reports are those of tonight"


def test_a_dataset_with_wide_in_parts_becomes_one_with_wide_in_a_file(tmp_path: Path) -> None:
    """So it was written before; a dataset of then is read and grows on."""
    out = tmp_path / "d"
    known = first(out, [*reports_of(2022, 3), *reports_of(2023, 3)]).tables["reports"]
    expected, table = said(out, "wide"), read_table(out, "wide")
    (out / "wide.parquet").unlink()
    for year in (2022, 2023):
        (out / "wide" / f"year={year}").mkdir(parents=True)
        rows = table.filter(pc.equal(table["year"], year)).drop_columns(["year"])
        pq.write_table(rows, out / "wide" / f"year={year}" / "000.parquet")
    assert said(out, "wide") == expected
    grow(str(out), Night("a", known))
    assert not (out / "wide").exists()
    assert said(out, "wide") == expected


_ON_A_SMALL_DISK = """
mount -t tmpfs -o size={size}k tmpfs {disk} || exit 77
cp -r {old} {disk}/d || exit 76
{python} - {disk}/d <<'END'
import pickle, sys
from gongkai.output.growing import grow
try:
    grow(sys.argv[1], pickle.load(open({night!r}, "rb")))
except OSError as error:
    print("refused", error.errno)
else:
    print("grown")
END
ls -A {disk} > {result}/left
cp -r {disk}/d {result}/d
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="a disk of its own needs unshare")
@pytest.mark.parametrize("room", [0, 8, 60, 900])
def test_a_full_disk_leaves_last_night(tmp_path: Path, room: int) -> None:
    """A real one, `room` kB larger than the dataset: the first year's cells fit, or all but the wide table, or nothing."""
    import pickle

    old, disk, result = (tmp_path / n for n in ("old", "disk", "result"))
    disk.mkdir()
    result.mkdir()
    known = first(old, [*reports_of(2022, 40), *reports_of(2023, 40)]).tables["reports"]
    new = build(reports_of(2023, 40, start=100), "1")
    night = Night("a", pa.concat_tables([known, new.tables["reports"]]), [new])
    (tmp_path / "night").write_bytes(pickle.dumps(night))
    used = sum(-(-f.stat().st_size // 4096) * 4 for f in old.iterdir())
    script = _ON_A_SMALL_DISK.format(size=used + room, disk=disk, old=old, python=sys.executable, night=str(tmp_path / "night"), result=result)
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("no disk of its own can be mounted here")
    assert done.stdout.split()[0] == ("grown" if room == 900 else "refused"), done.stderr
    expected = tmp_path / "expected"
    shutil.copytree(old, expected)
    if room == 900:
        grow(str(expected), night)
    for name in ("reports", *WIDE_TOO):
        assert said(result / "d", name) == said(expected, name), name
    assert (result / "left").read_text().split() == ["d"]


def drawn(chance: random.Random, number: int) -> list[Entry]:
    """Reports with figures, blanks, fractions and doubts anywhere."""
    found = []
    for k in range(number):
        one = report(agency=f"第{k}局", year=2022 + k % 2, form=("2019", "2021")[k % 3 == 0])
        values = []
        for v in one.values:
            value: Any = chance.choice((0, 0, 0, 3, 41, 2**53, Decimal("2.5"), None))
            flags = chance.choice(((), (), (), ("note",), ("split_digits", "note")))
            values.append(v._replace(value=value, state="blank" if value is None else "reported", flags=flags))
        found += entry(f"{k}.html", replace(one, values=tuple(values)))
    return found


@pytest.mark.parametrize("cut", [None, 7, 1000])
def test_figures_of_a_dataset_are_those_of_the_reports(tmp_path: Path, cut: int | None) -> None:
    seed = int(os.environ.get("GONGKAI_SEED", random.randrange(1 << 30)))
    print(f"seed {seed}")
    entries = drawn(random.Random(seed), 12)
    rows = first(tmp_path / "d", entries)
    reports = rows.tables["reports"].to_pylist()[1:]  # of the first one nobody asks
    expected = [f for e in entries[1:] if (f := figures_of(e.report_id, e.report)) is not None]
    if cut is None:
        found = figures_from(reports, batches(tmp_path / "d", "cells", LOOKED_AT, coded=LOOKED_AT[:4]))
    else:
        found = figures_from(reports, rows.tables["cells"].select(LOOKED_AT).to_batches(max_chunksize=cut))
    assert found == expected
    assert any(f.others for f in found)
    assert any(f.flagged for f in found)


def test_rows_of_some_reports(tmp_path: Path) -> None:
    """In one file and in parts, with and without their years, in the order of the files."""
    entries = [*reports_of(2022, 30), *reports_of(2023, 30), *reports_of(None, 2)]
    known = first(tmp_path / "d", entries).tables["reports"]
    ids = [entries[k].report_id for k in (3, 33, 61)]
    for grown in (False, True):
        if grown:
            grow(str(tmp_path / "d"), Night("a", known))
        for name in WIDE_TOO:
            expected = read_table(tmp_path / "d", name, filters=pc.field("report_id").isin(ids))
            assert len(expected) >= 3
            for years in (None, {2022, 2023, None}):
                found = rows_of(tmp_path / "d", name, ids, years)
                assert found.schema.equals(expected.schema)
                assert sorted(map(repr, found.to_pylist())) == sorted(map(repr, expected.to_pylist())), (name, years)
    assert set(rows_of(tmp_path / "d", "cells", ids, {2023})["report_id"].to_pylist()) == {ids[1]}
    assert len(rows_of(tmp_path / "d", "cells", ["nobody"])) == len(rows_of(tmp_path / "d", "changes", ids)) == 0
