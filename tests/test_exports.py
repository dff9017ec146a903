"""Every export, opened by a reader that knows nothing of gongkai, holds the dataset cell by cell, states included."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from handmade import entry, gongkai, process, report
from python_calamine import CalamineWorkbook

from gongkai.output import export_xlsx
from gongkai.output.dataset import NotADataset, create, undisturbed
from gongkai.output.dta import LONGEST_LABEL, LONGEST_NAME
from gongkai.output.export_contents import STATES, states_table
from gongkai.output.exporting import FORMATS, CannotExport, export
from gongkai.output.panel import panel_table
from gongkai.output.plain_text import harmless, harmless_column
from gongkai.output.rows import Rows, build, rejected
from gongkai.output.schema import TABLES, wide_cells
from gongkai.parsers.report import Report, Section

DOC = Path(__file__).parent.parent / "docs" / "exports.md"
LONG = "存在的问题：" + "办理不够规范。" * 6000
SEEN = datetime(2025, 3, 1, 12, 30, 5, 250000, tzinfo=UTC)
SUFFIX = {"csv": "", "xlsx": ".xlsx", "sqlite": ".db", "duckdb": ".duckdb", "stata": ".dta"}
Row = dict[str, Any]


def of(agency: str, year: int, unit: str | None = None, day: int = 20, **printed: object) -> Report:
    made = report(agency, year, form="2019" if year < 2021 else "2021", **printed)
    identity = made.identity._replace(agency_id=unit, published=date(year + 1, 1, day), region_code="321081", province="江苏省")
    return replace(made, identity=identity)


def changed(made: Report, name: str, **new: Any) -> Report:
    """The report with one cell replaced."""
    values = tuple(v._replace(**new) if f"{v.table}__{v.row}__{v.column}" == name else v for v in made.values)
    assert values != made.values
    return replace(made, values=values)


def reports() -> list[Report]:
    """Every state, every kind of value, and texts that break careless writers; two years of 甲, of which one has two versions."""
    odd = of("=cmd|'/c calc'!A1", 2024, "321081-水务局", applications__received__total=12, applications__granted__total=None)
    odd = changed(odd, "applications__received__business", state="absent", value=None, raw=None, at=None)
    odd = changed(odd, "applications__received__research", state="unreadable", value=None, raw="1 2")
    odd = changed(odd, "applications__received__public_welfare", value=Decimal("1.5"), raw="1.5", flags=("not_whole", "note"))
    odd = changed(odd, "proactive__licensing__decisions", value=3_000_000_000, raw="30亿")
    odd = changed(odd, "proactive__fees__amount", value=Decimal("96171.6"), raw="-96171.6", unit="元")
    odd = replace(odd, sections=(Section("一", "overview", "'总体\n情况\"", "第一,行\n第二\t行\r\n＝三"), Section("五", "problems", "问题", LONG)))
    return [
        odd,
        of("乙局", 2023, "321081-乙局"),
        of("甲局", 2019, "321081-甲局"),
        of("甲局", 2023, "321081-甲局", applications__received__total=3),
        of("甲局", 2024, "321081-甲局", day=5, applications__received__total=4),
        of("甲局", 2024, "321081-甲局", day=25, applications__received__total=5),
        of("某局", 2024),
    ]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "d"
    batch = [e for k, made in enumerate(reports()) for e in entry(f"{k}.html", made)]
    rows = build([*batch, rejected("@x.pdf", "no report", "f" * 64)], "test")
    heads = rows.tables["reports"]
    place = heads.schema.get_field_index("fetched_at")
    times = pa.array([SEEN, *[None] * (len(heads) - 1)], heads.schema.field(place).type)
    tables = {**rows.tables, "reports": heads.set_column(place, heads.schema.field(place), times)}
    with create(str(folder)) as writer:
        writer.add(Rows(tables, rows.wide, rows.units))
        writer.finish({"parser_version": "test"})
    return folder


def parted(folder: Path, name: str) -> list[Row]:
    """A table of the dataset as exports order it: `wide` by year, the unknown one last, the others as they are."""
    rows: list[Row] = pq.read_table(folder / f"{name}.parquet").to_pylist()
    if name == "wide":
        rows.sort(key=lambda r: (r["year"] is None, r["year"] or 0))
    return rows


def expected_states(folder: Path, figures: list[Row]) -> list[Row]:
    """What stands in the place of each missing number, found another way: straight from `cells`."""
    cells = {(c["report_id"], f"{c['table']}__{c['row']}__{c['column']}"): c for c in parted(folder, "cells")}
    found = []
    for row in figures:
        states = dict(row)
        for name in wide_cells():
            cell = cells.get((row["report_id"], name))
            if row[name] is not None:
                states[name] = None
            elif cell is None:
                states[name] = "other_form"
            else:
                states[name] = "not_whole" if cell["state"] == "reported" else cell["state"]
        found.append(states)
    return found


@pytest.fixture(scope="module")
def tables(dataset: Path) -> dict[str, list[Row]]:
    found = {name: parted(dataset, name) for name in ("reports", "cells", "findings", "sections", "wide")}
    return found | {"wide_states": expected_states(dataset, found["wide"])}


@pytest.fixture(scope="module")
def panel(dataset: Path, tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The panel worked out by hand: who stands in it, and which report."""
    by_source = {r["source"]: r for r in tables["reports"]}
    wide = {r["report_id"]: r for r in tables["wide"]}
    lines = [  # source, versions, conflict, others, years held, balanced
        ("1.html", 1, 0, None, 1, 0),
        ("0.html", 1, 0, None, 1, 0),
        ("2.html", 1, 0, None, 3, 1),
        ("3.html", 1, 0, None, 3, 1),
        ("5.html", 2, 1, by_source["4.html"]["report_id"], 3, 1),
    ]
    rows = []
    for source, *own in sorted(lines, key=lambda n: (by_source[n[0]]["agency_id"], by_source[n[0]]["year"])):
        r = by_source[source]
        row = {**wide[r["report_id"]], **r}
        row |= dict(zip(("versions", "conflict", "other_reports", "years_held", "balanced"), own, strict=True))
        rows.append({c.name: row[c.name] for c in panel_table().columns})
    return {"panel": rows, "panel_states": expected_states(dataset, rows)}


def exported(dataset: Path, to: str, out: Path, **how: Any) -> Path:
    export(dataset, to, str(out), **how)
    return out


@pytest.fixture(scope="module", params=["tables", "panel"])
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def wanted(shape: str, request: pytest.FixtureRequest) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = request.getfixturevalue(shape)
    return found


def types_of(name: str) -> dict[str, str]:
    own = {"panel": panel_table(), "panel_states": states_table(panel_table()), "wide_states": states_table(TABLES["wide"])}
    return {c.name: c.type for c in ({**TABLES, **own}[name]).columns}


def as_text(value: Any, kind: str) -> str:
    """A value as CSV must show it, written another way than the export does."""
    if value is None:
        return ""
    if kind == "list<string>":
        return ";".join(value)
    if kind == "timestamp":
        return str(value.isoformat()).replace("+00:00", "Z")
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("bom", [False, True])
def test_csv(dataset: Path, tmp_path: Path, shape: str, wanted: dict[str, list[Row]], bom: bool) -> None:
    out = exported(dataset, "csv", tmp_path / "csv", shape=shape, bom=bom)
    assert {p.name for p in out.iterdir()} == {"datapackage.json", *(f"{n}.csv" for n in wanted)}
    for name, rows in wanted.items():
        assert (out / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf") == bom
        kinds = types_of(name)
        with open(out / f"{name}.csv", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
            found = list(csv.DictReader(file))
        assert len(found) == len(rows)
        for got, row in zip(found, rows, strict=True):
            assert list(got) == list(row) == list(kinds)
            for column, value in row.items():
                if kinds[column] == "double":
                    assert (float(got[column]) if got[column] else None) == value
                else:
                    assert kinds[column] != "string" or not got[column].startswith(("=", "+", "-", "@"))
                    assert got[column].removeprefix("'") == as_text(value, kinds[column])


def test_csv_validates_as_a_data_package(dataset: Path, tmp_path: Path, shape: str) -> None:
    frictionless = pytest.importorskip("frictionless", reason="frictionless is not installed")
    out = exported(dataset, "csv", tmp_path / "csv", shape=shape, bom=True)
    found = frictionless.validate(str(out / "datapackage.json"))
    assert found.valid, found.flatten(["title", "message"])[:5]
    assert sum(t.stats["rows"] for t in found.tasks) > 0


def test_the_descriptions_are_valid(dataset: Path, tmp_path: Path) -> None:
    frictionless = pytest.importorskip("frictionless", reason="frictionless is not installed")
    out = exported(dataset, "csv", tmp_path / "csv")
    for folder in (dataset, out):
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        assert not list(frictionless.Package.metadata_validate(package))


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx", "\nx", "＝1", "'a", "'", "", "a=1", "局", "-", "—"])
def test_text_is_made_harmless_and_can_be_had_back(text: str) -> None:
    [column] = harmless_column(pa.chunked_array([pa.array([text])])).to_pylist()
    assert column == harmless(text)
    assert column.removeprefix("'") == text
    assert not column.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))


def test_xlsx(dataset: Path, tmp_path: Path, shape: str, wanted: dict[str, list[Row]]) -> None:
    out = exported(dataset, "xlsx", tmp_path / "t.xlsx", shape=shape)
    book = CalamineWorkbook.from_path(str(out))
    assert book.sheet_names == ["README", *wanted]
    for name, rows in wanted.items():
        head, *lines = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        kinds = types_of(name)
        assert head == list(kinds)
        assert len(lines) == len(rows)
        for line, row in zip(lines, rows, strict=True):
            for got, (column, value) in zip(line, row.items(), strict=True):
                if isinstance(value, str) and len(value) > 32_767:
                    assert got == value[: 32_767 - len(export_xlsx.CUT)] + export_xlsx.CUT
                elif isinstance(value, datetime):
                    assert abs((got - value.replace(tzinfo=None)).total_seconds()) < 0.002
                elif isinstance(value, list):
                    assert got == "; ".join(value)
                else:
                    assert got == ("" if value is None else value), column
    with zipfile.ZipFile(out) as file:  # nothing in it is a formula or a link
        sheets = [file.read(n) for n in file.namelist() if n.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in s or b"<hyperlink" in s for s in sheets)


def test_a_workbook_can_be_read_by_people(dataset: Path, tmp_path: Path) -> None:
    """Names are not cut by their neighbours, a column's head says in Chinese what the form calls it, and it prints."""
    book = openpyxl.load_workbook(exported(dataset, "xlsx", tmp_path / "t.xlsx"))
    wide, readme = book["wide"], book["README"]
    heads = {cell.value: cell for cell in wide[1]}
    assert "本年新收政府信息公开申请数量" in heads["applications__received__total"].comment.text
    assert heads["agency"].comment is None
    for sheet in (wide, book["reports"]):
        room = {c.value: sheet.column_dimensions[c.column_letter].width for c in sheet[1]}
        assert room["agency"] >= 2 * len("苏州市自然资源和规划局")
        assert room["report_id"] > 16
        assert sheet.page_setup.orientation == "landscape"
    assert readme["A2"].value.startswith("dataset version")
    assert ", made " in readme["A2"].value
    assert readme["B2"].value is None  # nothing stands where the line runs on
    assert readme.sheet_properties.pageSetUpPr.fitToPage
    for row in readme.iter_rows(min_row=20):
        if len(str(row[5].value)) > 90:
            assert readme.row_dimensions[row[5].row].height >= 30, row[5].value  # the whole text is to be seen


def test_xlsx_marks_findings_and_empty_cells(dataset: Path, tmp_path: Path) -> None:
    out = exported(dataset, "xlsx", tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(out)
    sheet = book["wide"]
    head = [c.value for c in sheet[1]]
    lines = {r[head.index("agency")].value: r for r in sheet.iter_rows(min_row=2)}
    line = lines["=cmd|'/c calc'!A1"]

    def fill(column: str) -> str:
        return str(line[head.index(column)].fill.fgColor.rgb)

    publisher = "FF" + export_xlsx._FAULT_FILLS["publisher"][1:]
    states = {state: "FF" + colour[1:] for state, colour in export_xlsx._STATE_FILLS.items()}
    assert fill("applications__received__total") == publisher  # the finding names the whole row
    assert fill("applications__received__business") == publisher
    assert fill("applications__granted__total") == states["blank"]
    assert fill("proactive__regulations__newly_made") == states["other_form"]
    assert fill("applications__granted__business") == "00000000"
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert line[head.index("applications__carried_out__total")].number_format == "#,##0"
    assert line[head.index("published")].number_format == "yyyy-mm-dd"
    readme = [[c for c in r if c is not None] for r in book["README"].iter_rows(values_only=True)]
    assert any(str(r[0]).startswith("Cite as: gongkai, dataset version 20") for r in readme if r)
    assert ["reports", 8, TABLES["reports"].description] in readme
    assert any(r[:3] == ["sections", 8, 1] for r in readme), "one text was cut"
    documented = {(r[0], r[1]) for r in readme if len(r) > 3}
    assert {("wide", c.name) for c in TABLES["wide"].columns} <= documented


def test_more_rows_than_a_sheet_holds(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_xlsx, "MOST_ROWS", 100)
    with pytest.raises(CannotExport, match=r"cells has 1,\d+ rows, a sheet holds 99; leave it out with --table"):
        export(dataset, "xlsx", str(tmp_path / "t.xlsx"))
    assert list(tmp_path.iterdir()) == []
    assert export(dataset, "xlsx", str(tmp_path / "t.xlsx"), only=["wide"]).rows == {"wide": 7}


def test_sqlite(dataset: Path, tmp_path: Path, shape: str, wanted: dict[str, list[Row]]) -> None:
    out = exported(dataset, "sqlite", tmp_path / "t.db", shape=shape)
    with closing(sqlite3.connect(out)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        for name, rows in wanted.items():
            kinds = types_of(name)
            order = "report_id, 'table', 'row', 'column'".replace("'", '"') if name == "cells" else "rowid"
            found = database.execute(f"SELECT * FROM {name} ORDER BY {order}").fetchall()
            if name == "cells":
                rows = sorted(rows, key=lambda r: (r["report_id"], r["table"], r["row"], r["column"]))
            for got, row in zip(found, rows, strict=True):
                for value, (column, want) in zip(got, row.items(), strict=True):
                    if kinds[column] == "list<string>":
                        assert json.loads(value) == want
                    else:
                        assert value == (as_text(want, kinds[column]) or None if kinds[column] in ("date", "timestamp") else want)


def test_sqlite_is_ready_for_datasette(dataset: Path, tmp_path: Path) -> None:
    out = exported(dataset, "sqlite", tmp_path / "t.db")
    metadata = json.loads((tmp_path / "t-metadata.json").read_text(encoding="utf-8"))
    described = metadata["databases"]["t"]["tables"]
    with closing(sqlite3.connect(out)) as database:
        names = {n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
        for name, words in described.items():
            columns = [c[1] for c in database.execute(f"PRAGMA table_info({name})")]
            assert name in names
            assert columns
            assert set(words.get("columns", columns)) == set(columns)
            assert all(words.get("columns", {"": "x"}).values())
        assert described["wide"]["columns"]["applications__received__total"].endswith("— 本年新收政府信息公开申请数量/总计")
        links = {n: database.execute(f"PRAGMA foreign_key_list({n})").fetchall() for n in ("cells", "wide", "sections")}
        assert all(link[0][2:5] == ("reports", "report_id", "report_id") for link in links.values())
        found = database.execute("SELECT rowid FROM sections_fts WHERE sections_fts MATCH '\"不够规范\"'").fetchall()
        assert len(found) == 1
        [(made,)] = database.execute("SELECT sql FROM sqlite_master WHERE name = 'sections_fts'")
        assert 'content="sections"' in made, "the only way in which Datasette finds it"
        assert not database.execute("SELECT rowid FROM sections_fts WHERE sections_fts MATCH '\"无此字句\"'").fetchall()
        [(agency, rule)] = database.execute(
            "SELECT agency, rule FROM findings_with_agency WHERE agency LIKE '=cmd%'"
        ).fetchall()
        assert (agency, rule) == ("=cmd|'/c calc'!A1", "row_total")
        assert database.execute("SELECT count(*) FROM cells_with_report WHERE agency IS NULL").fetchone() == (0,)
        assert dict(database.execute("SELECT * FROM about"))["parser_version"] == "test"


def test_duckdb(dataset: Path, tmp_path: Path, shape: str, wanted: dict[str, list[Row]]) -> None:
    out = exported(dataset, "duckdb", tmp_path / "t.duckdb", shape=shape)
    with duckdb.connect(str(out), read_only=True) as database:
        for name, rows in wanted.items():
            found = database.execute(f"SELECT * FROM {name}").fetchall()
            for got, row in zip(found, rows, strict=True):
                plain = [v.replace(tzinfo=None) if isinstance(v, datetime) else v for v in row.values()]
                assert list(got) == plain
            comments = dict(
                database.execute("SELECT column_name, comment FROM duckdb_columns() WHERE table_name = ?", [name]).fetchall()
            )
            assert all(comments.values())
            assert list(comments) == list(types_of(name))
        if shape == "tables":
            assert database.execute("SELECT count(*) FROM cells_with_report").fetchone() == (len(wanted["cells"]),)
            assert database.execute("SELECT DISTINCT rule FROM findings_with_agency").fetchall() == [("row_total",)]


LETTERS = dict(zip(STATES[1:], "abcde", strict=True))


def short_names(name: str) -> dict[str, str]:
    """Stata's name of each column: the short code, and for units that of their amount."""
    columns = {c.name: c for c in (panel_table() if name == "panel" else TABLES["wide"]).columns}
    return {
        n: (columns[n.removesuffix("__unit")].code + "_unit") if n.endswith("__unit") else c.code or n for n, c in columns.items()
    }


def figures_in(wanted: dict[str, list[Row]]) -> Iterator[tuple[Row, Row, dict[str, str]]]:
    name = "panel" if "panel" in wanted else "wide"
    for row, states in zip(wanted[name], wanted[f"{name}_states"], strict=True):
        yield row, states, short_names(name)


def test_stata_by_pandas(dataset: Path, tmp_path: Path, shape: str, wanted: dict[str, list[Row]]) -> None:
    out = exported(dataset, "stata", tmp_path / "t.dta", shape=shape)
    with pd.io.stata.StataReader(out, convert_missing=True, convert_categoricals=False) as reader:
        found = reader.read().to_dict("records")
        labels, languages = reader.variable_labels(), reader.value_labels()
        assert reader.data_label.startswith("gongkai ")
    assert len(found) == len(wanted["panel" if shape == "panel" else "wide"])
    for got, (row, states, names) in zip(found, figures_in(wanted), strict=True):
        assert list(got) == list(names.values())
        for column, value in row.items():
            here = got[names[column]]
            if column in wide_cells() and value is None:
                assert here.string == "." + LETTERS[states[column]], column
            elif isinstance(value, date):
                assert pd.Timestamp(here).date() == value
            elif value is None and types_of("reports").get(column, "string") != "string":
                assert here.string == "."
            else:
                assert here == ("" if value is None else value), column
    assert all(len(name) <= LONGEST_NAME and 0 < len(label) <= LONGEST_LABEL for name, label in labels.items())
    assert labels["a_recv_tot"] == "applications: received: total"
    assert "blank: printed empty or with a sign for nothing" in languages["states_en"].values()
    assert "空白" in languages["states_zh"].values()
    plain = out.read_bytes()
    assert "规章/本年制发件数".encode() in plain
    assert b"_lang_v_zh" in plain


def test_stata_by_readstat(dataset: Path, tmp_path: Path, shape: str, wanted: dict[str, list[Row]]) -> None:
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat is not installed")
    out = exported(dataset, "stata", tmp_path / "t.dta", shape=shape)
    frame, about = pyreadstat.read_dta(str(out), user_missing=True)
    assert about.missing_user_values
    for got, (row, states, names) in zip(frame.to_dict("records"), figures_in(wanted), strict=True):
        assert list(got) == list(names.values())
        for column, value in row.items():
            here = got[names[column]]
            if column in wide_cells():
                assert here == (LETTERS[states[column]] if value is None else value), column
            elif value is None:
                assert here == "" or pd.isna(here)
            else:
                assert here == value
    assert about.column_names_to_labels["p_reg_issued"] == "proactive: regulations: issued"
    assert any(note.startswith("Every figure is what the agency printed") for note in about.notes)


def test_long_texts_and_whole_widths_in_stata(tmp_path: Path) -> None:
    """Texts beyond the longest fixed string, an empty one, and one of exactly that length."""
    import numpy as np

    from gongkai.output import dta

    texts = ["", "短", "长" * 5000, "x" * dta.LONGEST_STR]
    variables = [
        dta.Variable("s", "strL", {"en": "s"}),
        dta.Variable("w", "str", {"en": "w"}, width=dta.LONGEST_STR),
        dta.Variable("n", "long", {"en": "n"}),
    ]
    out = tmp_path / "x.dta"
    with open(out, "wb") as file:
        pieces = [
            {"s": texts[:2], "w": ["x" * dta.LONGEST_STR, ""], "n": np.array([dta.LARGEST_LONG, -5], np.int32)},
            {"s": texts[2:], "w": ["甲", "乙"], "n": np.array([dta.missing_long(""), dta.missing_long("z")], np.int32)},
        ]
        dta.write(file, variables, 4, pieces, dta.Described("t", "26 Nov 2026 14:00", ["en"]))
    found = pd.read_stata(out, convert_missing=True)
    assert found["s"].tolist() == texts
    assert found["w"].tolist() == ["x" * dta.LONGEST_STR, "", "甲", "乙"]
    assert found["n"].tolist()[:2] == [dta.LARGEST_LONG, -5]
    assert [v.string for v in found["n"].tolist()[2:]] == [".", ".z"]
    with open(out, "wb") as file, pytest.raises(ValueError, match="4 rows instead of 5"):
        dta.write(file, variables, 5, pieces, dta.Described("t", "26 Nov 2026 14:00", ["en"]))


def test_reports_without_unit_or_year_stand_in_no_panel_and_are_told(dataset: Path, tmp_path: Path) -> None:
    done = gongkai("export", dataset, "--to", "csv", "--shape", "panel", "--out", tmp_path / "p", "--json")
    assert (done.returncode, json.loads(done.stdout)["left_out"]) == (0, 1)
    assert "1 reports without a known unit or year stand in no panel" in done.stderr


def test_versions_that_agree_are_no_conflict(tmp_path: Path) -> None:
    same = [of("甲局", 2024, "321081-甲局", day=d) for d in (5, 25)]
    blank = of("乙局", 2024, "321081-乙局", applications__granted__total=None)
    absent = changed(of("乙局", 2024, "321081-乙局", day=21), "applications__granted__total", state="absent", value=None)
    with create(str(tmp_path / "d")) as writer:
        writer.add(build([e for k, r in enumerate([*same, blank, absent]) for e in entry(f"{k}", r)], "test"))
        writer.finish({})
    out = exported(tmp_path / "d", "csv", tmp_path / "p", shape="panel")
    with open(out / "panel.csv", encoding="utf-8", newline="") as file:
        found = {r["agency"]: r for r in csv.DictReader(file)}
    assert (found["甲局"]["versions"], found["甲局"]["conflict"]) == ("2", "0")
    assert (found["乙局"]["versions"], found["乙局"]["conflict"]) == ("2", "1"), "blank is not absent"


@pytest.mark.parametrize("to", FORMATS)
def test_an_export_replaces_only_an_export(dataset: Path, tmp_path: Path, to: str) -> None:
    out = tmp_path / f"x{SUFFIX[to]}"
    exported(dataset, to, out)
    exported(dataset, to, out)
    names = {p.name for p in tmp_path.iterdir()}
    assert names == {out.name} | ({"x-metadata.json"} if to == "sqlite" else set())
    theirs = tmp_path / f"theirs{SUFFIX[to]}"
    if to == "csv":
        (out / "notes.txt").write_text("mine")
        theirs = out
    elif to == "sqlite":
        with closing(sqlite3.connect(theirs)) as database:
            database.execute("CREATE TABLE mine (x)")
    elif to == "duckdb":
        duckdb.connect(str(theirs)).close()
    elif to == "stata":
        pd.DataFrame({"mine": [1]}).to_stata(theirs)
    else:
        openpyxl.Workbook().save(theirs)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    done = gongkai("export", dataset, "--to", to, "--out", theirs)
    assert done.returncode == 3
    assert "nothing was overwritten" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_a_dataset_is_no_export(dataset: Path) -> None:
    assert gongkai("export", dataset, "--to", "csv", "--out", dataset).returncode == 3
    assert gongkai("check", dataset).returncode == 1
    assert gongkai("export", dataset, "--to", "sqlite", "--out", dataset).returncode == 3


@pytest.mark.parametrize("to", FORMATS)
def test_a_disk_that_is_full_leaves_the_earlier_export(dataset: Path, tmp_path: Path, to: str) -> None:
    out = exported(dataset, to, tmp_path / f"x{SUFFIX[to]}")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    limit = (20_000, 20_000)
    done = process("export", dataset, "--to", to, "--out", out, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "cannot be written" in done.stderr
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert [p.name for p in tmp_path.iterdir() if "writing" in p.name] == []


def test_what_cannot_be_asked_for(dataset: Path, tmp_path: Path) -> None:
    for arguments, code, words in (
        (("--to", "spss"), 2, "--to is one of csv, xlsx"),
        (("--to", "csv", "--shape", "long"), 2, "--shape is one of tables, panel"),
        (("--to", "csv", "--table", "nothing"), 2, "no table nothing in this dataset; there are reports, cells"),
        (("--to", "stata", "--table", "cells"), 2, "a Stata file holds one table, here wide"),
    ):
        done = gongkai("export", dataset, *arguments, "--out", tmp_path / "x")
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert gongkai("export", tmp_path / "none", "--to", "csv", "--out", tmp_path / "x").returncode == 3
    assert list(tmp_path.iterdir()) == []


def test_one_table_has_no_link_to_one_that_is_not_there(dataset: Path, tmp_path: Path) -> None:
    out = exported(dataset, "csv", tmp_path / "csv", only=["wide", "cells"])
    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    assert [r["name"] for r in package["resources"]] == ["cells", "wide"]
    assert all("foreignKeys" not in r["schema"] for r in package["resources"])
    out = exported(dataset, "sqlite", tmp_path / "x.db", only=["cells"])
    with closing(sqlite3.connect(out)) as database:
        assert database.execute("PRAGMA foreign_key_list(cells)").fetchall() == []


def test_a_dataset_in_parts_gives_the_same(dataset: Path, tmp_path: Path) -> None:
    """Tables as folders of files a year, as a nightly run leaves them."""
    parts = tmp_path / "parts"
    for name in ("reports", "cells", "findings", "sections", "wide"):
        table = pq.read_table(dataset / f"{name}.parquet")
        if name == "reports":
            table = table.filter(pc.is_valid(table["year"]))
        pq.write_to_dataset(table, parts / name, partition_cols=["year"])
    (parts / "datapackage.json").write_bytes((dataset / "datapackage.json").read_bytes())
    for shape in ("tables", "panel"):
        one = exported(dataset, "csv", tmp_path / f"one-{shape}", shape=shape)
        other = exported(parts, "csv", tmp_path / f"other-{shape}", shape=shape)
        for path in one.glob("*.csv"):
            with open(path, newline="") as a, open(other / path.name, newline="") as b:
                lines = [sorted(map(tuple, csv.reader(f))) for f in (a, b)]
            kept = [line for line in lines[0] if "@x.pdf" not in "".join(line)]
            assert kept == lines[1], path.name


def examples() -> list[tuple[str, str]]:
    found = re.findall(r"```python\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    return [(re.findall(r"^import (\w+)", code, re.MULTILINE)[-1], code) for code in found]


@pytest.mark.parametrize(("library", "code"), examples(), ids=lambda text: text if len(text) < 20 else "")
def test_the_examples_in_the_docs_run(dataset: Path, tmp_path: Path, library: str, code: str) -> None:
    pytest.importorskip(library, reason=f"{library} is not installed")
    exported(dataset, "csv", tmp_path / "tables")
    exported(dataset, "duckdb", tmp_path / "reports.duckdb")
    exported(dataset, "stata", tmp_path / "panel.dta", shape="panel")
    os.symlink(dataset, tmp_path / "dataset")
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_docs_have_an_example_for_every_tool() -> None:
    text = DOC.read_text(encoding="utf-8")
    assert {library for library, _ in examples()} >= {"pandas", "polars", "duckdb"}
    assert "```r\n" in text
    assert "```stata\n" in text
    for to in FORMATS:
        assert f"--to {to}" in text
    for state in STATES[1:]:
        assert f"`{state}`" in text
        assert f"`.{LETTERS[state]}`" in text


def test_an_export_is_of_one_dataset(tmp_path: Path) -> None:
    """While builds put another dataset in its place, all tables of an export and of a comparison of texts are of one."""
    out, stop = tmp_path / "d", threading.Event()

    def write(number: int) -> None:
        with create(str(out)) as writer:
            every = [report(f"第{number}局", 2000 + k, applications__received__total=number) for k in range(3)]
            writer.add(build([e for k, one in enumerate(every) for e in entry(f"{number}-{k}", one)], "1"))
            writer.finish({"parser_version": str(number)})

    def builds() -> None:
        number = 1
        while not stop.wait(2 * seconds):  # on a busy machine too an export has time enough, now and then
            write(number)
            number += 1

    write(0)
    began = time.monotonic()
    export(out, "csv", str(tmp_path / "tables"))
    seconds = time.monotonic() - began
    builder = threading.Thread(target=builds)
    builder.start()
    seen: set[str] = set()
    try:
        tries = 0
        while len(seen) < 3 and tries < 20:  # until builds have come between
            tries += 1
            try:
                export(out, "csv", str(tmp_path / "tables"))
            except NotADataset as error:
                assert "faster than it can be read" in str(error)
                continue
            wide = pd.read_csv(tmp_path / "tables" / "wide.csv")
            agencies = set(pd.read_csv(tmp_path / "tables" / "reports.csv")["agency"])
            figures = {f"第{n:.0f}局" for n in wide["applications__received__total"]}
            assert agencies == figures
            assert len(agencies) == 1
            assert set(pd.read_csv(tmp_path / "tables" / "cells.csv")["report_id"]) == set(wide["report_id"])
            seen |= agencies
    finally:
        stop.set()
        builder.join()
    assert seen


def test_work_on_a_dataset_that_is_replaced_begins_again(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    begun = 0

    def work(check: Callable[[], None]) -> int:
        nonlocal begun
        begun += 1
        if begun < 3:
            (tmp_path / "d").rename(tmp_path / f"old{begun}")
            (tmp_path / "d").mkdir()
        if begun == 1:
            raise OSError("a file is gone")
        check()
        return begun

    assert undisturbed(tmp_path / "d", work) == 3
    with pytest.raises(OSError, match="no room"):
        undisturbed(tmp_path / "d", lambda check: (_ for _ in ()).throw(OSError("no room")))
