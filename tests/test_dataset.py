"""What is written can be read back: every table, every column, by pyarrow and by pandas, and never half a dataset."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from handmade import entry, report

from gongkai.output.dataset import NotADataset, create, open_dataset, read_table
from gongkai.output.rows import Entry, build, rejected, report_id
from gongkai.output.schema import SCHEMA_VERSION, TABLES, arrow_schema, wide_cells
from gongkai.parsers.forms import FORMS
from gongkai.parsers.report import Identity, Report, Value

WRITTEN = ("reports", "cells", "findings", "sections", "wide")


def write(out: Path, *batches: list[Entry]) -> Path:
    with create(str(out)) as writer:
        for batch in batches:
            writer.add(build(batch, "test"))
        writer.finish({"parser_version": "test"})
    return out


def test_round_trip_with_pyarrow(tmp_path: Path) -> None:
    made = report(applications__received__total=12, applications__granted__total=None)
    folder = write(tmp_path / "d", entry("a.html", made), [rejected("b.pdf", "PDF is not read yet", "f" * 64)])
    reports = read_table(folder, "reports").to_pylist()
    assert [r["status"] for r in reports] == ["ok", "rejected"]
    assert reports[0]["agency"] == "青溪市水务局"
    assert reports[0]["published"] == date(2025, 1, 20)
    assert (reports[0]["cells_reported"], reports[0]["cells_blank"]) == (len(made.values) - 1, 1)
    assert (reports[0]["cells_flagged"], reports[0]["findings"]) == (1, 1)
    assert (reports[1]["reason"], reports[1]["report_id"]) == ("PDF is not read yet", "f" * 16)
    cells = {(c["table"], c["row"], c["column"]): c for c in read_table(folder, "cells").to_pylist()}
    assert len(cells) == len(made.values)
    for value in made.values:
        cell = cells[value[:3]]
        assert cell["value"] == (None if value.value is None else float(value.value))
        assert (cell["raw"], cell["state"], cell["at"]) == (value.raw, value.state, value.at)
        assert tuple(cell["flags"]) == value.flags
    assert read_table(folder, "findings").to_pylist()[0]["detail"] == "六类之和与总计不符"
    assert read_table(folder, "sections").to_pylist()[0]["text"] == "本年度工作有序开展。"


def test_round_trip_with_pandas(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", entry("a.html", report(applications__received__total=7)))
    wide = pd.read_parquet(folder / "wide.parquet")
    assert wide["applications__received__total"].tolist() == [7]
    assert str(wide["applications__received__total"].dtype) == "int64"
    assert wide["proactive__fees__amount"].tolist() == [1.5]
    cells = pd.read_parquet(folder / "cells.parquet")
    assert cells.groupby("table").size()["review"] == 15


@pytest.mark.parametrize("name", WRITTEN)
def test_columns_are_those_of_the_schema(name: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "d", entry("a.html", report()))
    assert pq.read_schema(folder / f"{name}.parquet").remove_metadata().equals(arrow_schema(name))


def test_datapackage_describes_every_column_of_every_table(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", entry("a.html", report()))
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["version"].count(".") == 2
    assert package["gongkai"] == {"schema_version": SCHEMA_VERSION, "parser_version": "test"}
    assert {r["path"] for r in package["resources"]} == {p.name for p in folder.glob("*.parquet")}
    for resource in package["resources"]:
        path = folder / resource["path"]
        fields = {f["name"]: f for f in resource["schema"]["fields"]}
        assert list(fields) == pq.read_schema(path).names
        assert all(f["description"] for f in fields.values())
        assert resource["bytes"] == path.stat().st_size
        assert resource["rows"] == pq.read_metadata(path).num_rows
    wide = {f["name"]: f for r in package["resources"] if r["name"] == "wide" for f in r["schema"]["fields"]}
    for name, cell in wide_cells().items():
        assert wide[name]["title"] == cell.label
        assert wide[name]["shortName"] == cell.code


def test_short_codes_are_unique_and_short() -> None:
    codes = [c.code for table in TABLES.values() for c in table.columns if c.code]
    assert len(codes) == len(set(codes)) == len(wide_cells())
    assert all(code.isascii() and len(code) <= 20 for code in codes)


def test_a_cell_means_the_same_in_every_form() -> None:
    """One column of `wide` must not hold two things: cells of two forms share it only with the same unit and type."""
    for form in FORMS.values():
        for cell in form.cells:
            known = wide_cells()[cell.name]
            assert (cell.unit, cell.type, cell.code) == (known.unit, known.type, known.code)


def test_wide_keeps_unknown_apart_from_zero(tmp_path: Path) -> None:
    made = report(applications__received__total=None, applications__granted__total=0)
    folder = write(tmp_path / "d", entry("a.html", made))
    [row] = read_table(folder, "wide").to_pylist()
    assert row["applications__received__total"] is None
    assert row["applications__granted__total"] == 0
    assert row["proactive__regulations__newly_made"] is None  # a cell of another form


def test_wide_leaves_out_a_count_that_is_not_whole(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", entry("a.html", report(applications__received__total=Decimal("1.5"))))
    [row] = read_table(folder, "wide").to_pylist()
    assert row["applications__received__total"] is None
    cells = read_table(folder, "cells").to_pylist()
    assert [c["value"] for c in cells if (c["row"], c["column"]) == ("received", "total")] == [1.5]


def test_an_amount_carries_its_unit(tmp_path: Path) -> None:
    """采购总金额 is printed in 元 by some and 万元 by others: the number alone would be wrong by 10,000."""
    made = report(form="2019", year=2019)
    values = [v._replace(unit="元", value=251000) if v[1:3] == ("procurement", "amount") else v for v in made.values]
    changed = Report("ok", None, "2019", made.identity, tuple(values))
    folder = write(tmp_path / "d", entry("a.html", changed))
    [row] = read_table(folder, "wide").to_pylist()
    assert (row["proactive__procurement__amount"], row["proactive__procurement__amount__unit"]) == (251000, "元")


def test_large_counts_survive(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", entry("a.html", report(proactive__penalties__decisions=11398889)))
    assert read_table(folder, "wide")["proactive__penalties__decisions"].to_pylist() == [11398889]


def test_several_reports_in_one_file_get_suffixes(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", entry("a.html", report(), report(year=2023)))
    ids = read_table(folder, "reports")["report_id"].to_pylist()
    assert ids == [ids[0], f"{ids[0]}-2"]
    assert report_id("a" * 64, 2) == "a" * 16 + "-3"
    assert read_table(folder, "wide")["year"].to_pylist() == [2024, 2023]


def test_a_rejected_report_has_no_cells(tmp_path: Path) -> None:
    made = report()
    folder = write(tmp_path / "d", entry("a.html", Report("rejected", "目录页", None, made.identity, made.values)))
    assert read_table(folder, "cells").num_rows == read_table(folder, "wide").num_rows == 0
    [row] = read_table(folder, "reports").to_pylist()
    assert (row["status"], row["reason"], row["cells_reported"], row["cells_flagged"]) == ("rejected", "目录页", 0, 0)


def test_absent_and_unreadable_cells_have_no_value_anywhere(tmp_path: Path) -> None:
    value = Value("applications", "received", "total", None, "件", "12 3", "unreadable", implied=15, flags=("ragged",))
    folder = write(tmp_path / "d", entry("a.html", Report("partial", "一行不可辨", "2021", Identity(), (value,))))
    [cell] = read_table(folder, "cells").to_pylist()
    assert (cell["value"], cell["implied"], cell["state"]) == (None, 15.0, "unreadable")
    assert read_table(folder, "wide")["applications__received__total"].to_pylist() == [None]


def test_batches_do_not_change_the_files(tmp_path: Path) -> None:
    """Row groups are cut by size, so the same reports in other batches give the same tables."""
    every = [entry(f"{i}.html", report(applications__received__total=i)) for i in range(5)]
    one = write(tmp_path / "one", [e for batch in every for e in batch])
    many = write(tmp_path / "many", *every)
    for name in WRITTEN:
        assert read_table(one, name).equals(read_table(many, name)), name


def test_without_leaves_out_whole_reports(tmp_path: Path) -> None:
    first, second = entry("a.html", report(agency="甲")), entry("b.html", report(agency="乙"))
    with create(str(tmp_path / "d")) as writer:
        writer.add(build(first + second, "test"), without=[first[0].report_id])
        writer.finish({})
    for name in WRITTEN:
        assert set(read_table(tmp_path / "d", name)["report_id"].to_pylist()) == {second[0].report_id}, name
    assert read_table(tmp_path / "d", "wide")["agency"].to_pylist() == ["乙"]


def test_an_empty_batch_is_no_trouble(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", [])
    assert all(read_table(folder, name).num_rows == 0 for name in WRITTEN)


def test_a_new_dataset_takes_the_place_of_the_old(tmp_path: Path) -> None:
    out = tmp_path / "d"
    write(out, entry("a.html", report(agency="旧")))
    write(out, entry("a.html", report(agency="新")))
    assert read_table(out, "reports")["agency"].to_pylist() == ["新"]
    assert os.listdir(tmp_path) == ["d"]


def test_an_error_leaves_the_old_dataset_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "d"
    write(out, entry("a.html", report(agency="旧")))
    with pytest.raises(ValueError, match="middle"), create(str(out)) as writer:
        writer.add(build(entry("b.html", report()), "test"))
        raise ValueError("in the middle")
    assert read_table(out, "reports")["agency"].to_pylist() == ["旧"]
    assert os.listdir(tmp_path) == ["d"]


def test_a_dataset_through_a_link_is_replaced_where_it_is(tmp_path: Path) -> None:
    write(tmp_path / "real", entry("a.html", report(agency="旧")))
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link", entry("a.html", report(agency="新")))
    assert (tmp_path / "link").is_symlink()
    assert read_table(tmp_path / "real", "reports")["agency"].to_pylist() == ["新"]


@pytest.mark.parametrize("kind", ["file", "folder with other files", "dataset with a file of mine"])
def test_what_is_no_dataset_is_never_deleted(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "d"
    if kind == "file":
        out.write_text("mine")
    elif kind == "folder with other files":
        out.mkdir()
        (out / "mine.txt").write_text("mine")
    else:
        write(out, entry("a.html", report()))
        (out / "mine.txt").write_text("mine")
    with pytest.raises(NotADataset):
        write(out, entry("a.html", report()))
    assert (out if kind == "file" else out / "mine.txt").read_text() == "mine"
    assert os.listdir(tmp_path) == ["d"]


def test_an_empty_folder_may_become_a_dataset(tmp_path: Path) -> None:
    write(tmp_path, entry("a.html", report()))
    assert (tmp_path / "reports.parquet").exists()


def test_leftovers_of_a_killed_run_are_removed_later(tmp_path: Path) -> None:
    old = tmp_path / ".d.gongkai-writing-1-1"
    old.mkdir()
    os.utime(old, (1, 1))
    young = tmp_path / ".d.gongkai-writing-2-2"
    young.mkdir()
    write(tmp_path / "d", entry("a.html", report()))
    assert sorted(os.listdir(tmp_path)) == [young.name, "d"]


def test_a_reader_never_sees_half_a_dataset(tmp_path: Path) -> None:
    out = tmp_path / "d"
    write(out, entry("a.html", report()))
    stop, missing = threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            missing.extend(p for p in (out / "datapackage.json", out / "wide.parquet") if not p.exists())

    looker = threading.Thread(target=look)
    looker.start()
    for _ in range(20):
        write(out, entry("a.html", report()))
    stop.set()
    looker.join()
    assert not missing


def _write_often(out: str, agency: str) -> None:
    for _ in range(5):
        write(Path(out), entry(f"{agency}.html", report(agency=agency)))


def test_two_processes_on_one_dataset(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_write_often, args=(str(tmp_path / "d"), name)) for name in ("甲", "乙")]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [p.exitcode for p in both] == [0, 0]
    assert read_table(tmp_path / "d", "reports")["agency"].to_pylist() in (["甲"], ["乙"])
    assert os.listdir(tmp_path) == ["d"]


def test_damage_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", entry("a.html", report()))
    (folder / "cells.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(NotADataset, match=r"cells\.parquet"):
        read_table(folder, "cells")
    with pytest.raises(NotADataset):
        open_dataset(str(tmp_path / "nowhere"))
    with pytest.raises(NotADataset):
        open_dataset(str(tmp_path))


def test_a_table_that_was_not_written_is_empty(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", entry("a.html", report()))
    assert read_table(folder, "changes").schema.names == [c.name for c in TABLES["changes"].columns]
    assert isinstance(read_table(folder, "coverage", ["agency_id"]), pa.Table)


def test_size_a_report(tmp_path: Path) -> None:
    """Cells are kept by report, so that a report costs little: far below a thousand bytes even for unlike reports."""
    many = [e for i in range(300) for e in entry(f"{i}.html", report(applications__received__total=i * 7919 % 500))]
    folder = write(tmp_path / "d", many)
    assert (folder / "cells.parquet").stat().st_size / 300 < 200
