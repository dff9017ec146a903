"""The commands as a user gives them: on real files, looking at what comes out and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from handmade import GONGKAI, entry, gongkai, process, report, rows

from gongkai.output import demo
from gongkai.output.cli import SHORT, app
from gongkai.output.dataset import create
from gongkai.output.rows import build
from gongkai.parsers.forms import FORMS
from gongkai.parsers.report import Report
from gongkai.samplesite.reports import make

COMMANDS = tuple(SHORT)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as users have them: reports of both forms in subfolders, and files that are no documents."""
    folder = tmp_path_factory.mktemp("saved") / "pages"
    for year, seeds in (("a", range(100, 104)), ("b", range(104, 108))):
        (folder / year).mkdir(parents=True)
        for seed in seeds:
            sample = make(seed, deviations=())
            (folder / year / sample.name).write_bytes(sample.body)
    (folder / "truth").mkdir()
    (folder / "truth" / "a.json").write_text("{}")
    (folder / "pages.jsonl").write_text("{}\n")
    (folder / "README.md").write_text("# pages")
    (folder / ".DS_Store").write_bytes(b"x")
    return folder


@pytest.fixture(scope="module")
def parsed(pages: Path) -> Path:
    out = pages.parent / "dataset"
    done = gongkai("parse", pages, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """A dataset whose figures are known, made without the parser."""
    blank = report("乙县审计局", applications__granted__total=None)
    fine = report("甲市水务局", applications__received__total=12, applications__received__natural_person=12,
                  applications__granted__total=11, applications__total__total=11, applications__carried_out__total=1)  # fmt: skip
    with create(str(tmp_path / "known")) as writer:
        listed = Report("rejected", "a list of reports", None, fine.identity)
        writer.add(build([*entry("a.html", fine), *entry("b.html", blank), *entry("c.html", listed)], "test"))
        writer.finish({})
    return tmp_path / "known"


def test_parse_writes_every_table(parsed: Path) -> None:
    names = {p.name for p in parsed.iterdir()}
    expected = {f"{t}.parquet" for t in ("reports", "cells", "findings", "sections", "wide")}
    assert names == expected | {"datapackage.json"}


def test_parse_takes_the_documents_and_only_those(parsed: Path) -> None:
    sources = [r["source"] for r in rows(parsed)]
    assert len({Path(s).name for s in sources}) == 8
    assert sources == sorted(sources)
    assert not any(s.endswith((".json", ".jsonl", "README.md", ".DS_Store")) for s in sources)


def test_parse_reads_what_is_printed(parsed: Path) -> None:
    """Undisturbed pages in eight layouts: every figure right. (How it fares with others: test_generated.)"""
    cells = {(c["report_id"], c["table"], c["row"], c["column"]): c for c in rows(parsed, "cells")}
    for row in rows(parsed):
        truth = next(t for t in (make(s, deviations=()).truth for s in range(100, 108)) if t["source"] in row["source"])
        assert row["status"] == "ok", row["reason"]
        assert (row["agency"], row["year"], row["form"]) == (truth["agency"], truth["year"], truth["form"])
        for table, of_table in truth["cells"].items():
            for key, columns in of_table.items():
                for column, value in columns.items():
                    got = cells[row["report_id"], table, key, column]
                    if isinstance(value, int | float):
                        assert got["value"] == pytest.approx(value, rel=1e-9), (row["source"], table, key, column)


def test_parse_gives_the_same_with_any_number_of_processes(pages: Path, parsed: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for i in range(5):
        shutil.copytree(pages, many / str(i))
        for path in (many / str(i)).rglob("*.html"):
            path.write_bytes(path.read_bytes() + b"<!-- %d -->" % i)
    for jobs in ("1", "3"):
        assert process("parse", many, "--out", tmp_path / jobs, "--jobs", jobs).returncode == 0  # two orders of sets
    for name in ("reports", "cells", "findings", "sections", "wide"):
        one, three = ((tmp_path / jobs / f"{name}.parquet").read_bytes() for jobs in ("1", "3"))
        assert one == three, name


def test_parse_says_so_when_bytes_come_twice(pages: Path, tmp_path: Path) -> None:
    body = make(100).body
    for name in ("b.html", "a.html", "c.html"):
        (tmp_path / name).write_bytes(body)
    done = gongkai("parse", tmp_path / "b.html", tmp_path / "a.html", tmp_path / "c.html", "--out", tmp_path / "d")
    assert done.returncode == 0
    assert {r["source"] for r in rows(tmp_path / "d")} == {str(tmp_path / "a.html")}
    assert done.stderr.count("same bytes as") == 2


def test_parse_says_so_when_bytes_come_twice_far_apart(tmp_path: Path) -> None:
    """The same document in two batches: found when the rows come together."""
    (tmp_path / "pages").mkdir()
    for i in range(100):
        body = b"<p>" + (b"same" if i in (3, 98) else b"%d" % i)
        (tmp_path / "pages" / f"{i:03}.html").write_bytes(body)
    done = gongkai("parse", tmp_path / "pages", "--out", tmp_path / "d", "--jobs", "2")
    assert done.stderr.count("same bytes as") == 1
    assert "098.html: same bytes as" in done.stderr
    ids = [r["report_id"] for r in rows(tmp_path / "d")]
    assert len(ids) == len(set(ids)) == 99


def test_parse_reads_standard_input(tmp_path: Path) -> None:
    done = process("parse", "-", "--out", tmp_path / "d", stdin=make(100).body)
    assert done.returncode == 0, done.stderr
    assert {r["source"] for r in rows(tmp_path / "d")} == {"-"}


def test_parse_takes_any_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "README.html").write_bytes(make(100).body)
    assert gongkai("parse", tmp_path / "README.html", "--out", tmp_path / "d").returncode == 0
    assert rows(tmp_path / "d")


def test_parse_summary(pages: Path, tmp_path: Path) -> None:
    done = gongkai("parse", pages, "--out", tmp_path / "d")
    assert done.stdout == ""
    assert done.stderr.startswith("8 documents: ")
    assert gongkai("parse", pages, "--out", tmp_path / "d", "--quiet").stderr == ""
    summary = json.loads(gongkai("parse", pages, "--out", tmp_path / "d", "--json").stdout)
    assert summary["documents"] == 8
    assert summary["rows"]["reports"] == sum(summary["reports"].values())


def test_parse_replaces_a_dataset_and_nothing_else(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    done = gongkai("parse", pages, "--out", tmp_path / "mine")
    assert done.returncode == 3
    assert "not a gongkai dataset" in done.stderr
    assert (tmp_path / "mine" / "notes.txt").exists()
    for _ in range(2):
        assert gongkai("parse", pages, "--out", tmp_path / "d").returncode == 0


def test_check_lists_the_findings(known: Path) -> None:
    done = gongkai("check", known)
    assert done.returncode == 1
    table = list(csv.DictReader(io.StringIO(done.stdout), delimiter="\t"))
    assert {t["rule"] for t in table} == {"row_total"}
    assert {t["where"] for t in table} == {"applications.received.*"}
    assert "2 publisher" in done.stderr
    assert len(json.loads(gongkai("check", known, "--json").stdout)) == 2
    assert gongkai("check", known, "--limit", "1").stdout.count("\n") == 2


def test_check_puts_the_publishers_faults_first(known: Path, tmp_path: Path) -> None:
    made = report()
    doubt = made.findings[0]._replace(rule="left_over", fault="extraction", expected=None, actual=1_000_000)
    worse = made.findings[0]._replace(expected=100, actual=1)
    with create(str(tmp_path / "d")) as writer:
        both = Report("partial", "x", "2021", made.identity, made.values, (doubt, made.findings[0], worse))
        writer.add(build(entry("a.html", both), "test"))
        writer.finish({})
    found = json.loads(gongkai("check", tmp_path / "d", "--json").stdout)
    assert [(f["fault"], f["actual"]) for f in found] == [("publisher", 1), ("publisher", 4), ("extraction", 1_000_000)]


def test_check_of_a_clean_dataset(tmp_path: Path) -> None:
    with create(str(tmp_path / "d")) as writer:
        writer.finish({})
    done = gongkai("check", tmp_path / "d")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "no findings\n")


def test_explain_a_cell(known: Path) -> None:
    done = gongkai("explain", known, "甲市水务局", "applications.received.total")
    assert done.returncode == 0, done.stderr
    for words in ("value     12 件", "printed   '12'", "table 12 r1 c1", "row_total: holds", "column_balance: holds",
                  "自然人 12", "not found from here"):  # fmt: skip
        assert words in done.stdout, done.stdout


def test_explain_a_blank_cell(known: Path) -> None:
    done = gongkai("explain", known, "乙县审计局", "applications__granted__total")
    assert "state     blank" in done.stdout
    assert "value     none" in done.stdout
    assert "row_total: holds if the blank is 0" in done.stdout


def test_explain_every_cell_of_a_parsed_report(parsed: Path) -> None:
    """Which sums a cell takes part in is known for every cell, and agrees with the findings."""
    from gongkai.output.explain import cells_of, find_report, sums_of

    found = find_report(parsed, rows(parsed)[0]["report_id"])
    form = FORMS[found["form"]]
    cells = cells_of(parsed, found["report_id"])
    assert set(cells) == {c.key for c in form.cells}
    rules = {c: [s.rule for s in sums_of(form, cells, c)] for c in cells}
    assert rules["applications", "received", "total"] == ["row_total", "column_balance"]
    assert rules["applications", "granted", "total"] == ["row_total", "result_total"]
    assert rules["review", "reconsideration", "pending"] == ["review_total"]
    assert not any(rules[c] for c in cells if c[0] == "proactive")
    for key in cells:
        for checked in sums_of(form, cells, key):
            assert not checked.verdict.startswith("does not hold"), (key, checked)


@pytest.mark.parametrize("way", ["id", "beginning of the id", "file name", "source"])
def test_explain_finds_a_report_by(way: str, parsed: Path) -> None:
    row = rows(parsed)[0]
    name = {
        "id": row["report_id"], "beginning of the id": row["report_id"][:10], "source": row["source"],
        "file name": Path(row["source"]).name,
    }[way]  # fmt: skip
    data = json.loads(gongkai("explain", parsed, name, "--json").stdout)
    assert data["report"]["report_id"] == row["report_id"]
    assert data["report"]["bytes_now"] == "bytes unchanged"


def test_explain_says_when_the_document_changed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(make(100).body)
    gongkai("parse", tmp_path / "a.html", "--out", tmp_path / "d")
    assert "(bytes unchanged)" in gongkai("explain", tmp_path / "d", "a.html").stdout
    (tmp_path / "a.html").write_bytes(b"other")
    assert "CHANGED since" in gongkai("explain", tmp_path / "d", "a.html").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("局",), "2 reports answer"),
        (("丙局",), "no report answers"),
        (("甲市", "applications.received"), "table.row.column"),
        (("甲市", "application.received.total"), "no table"),
        (("甲市", "applications.recieved.total"), "no row"),
        (("甲市", "applications.received.sum"), "no column"),
    ],
)
def test_explain_says_what_is_wrong_with_the_name(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    with create(str(tmp_path / "d")) as writer:
        writer.add(build([*entry("1.html", report("甲市局")), *entry("2.html", report("乙县局"))], "test"))
        writer.finish({})
    done = gongkai("explain", tmp_path / "d", *arguments)
    assert done.returncode == 2
    assert told in done.stderr


def test_compare_shows_unknown_as_unknown(known: Path) -> None:
    done = gongkai("compare", known)
    table = {t["agency"]: t for t in csv.DictReader(io.StringIO(done.stdout), delimiter="\t")}
    assert set(table) == {"甲市水务局", "乙县审计局"}
    assert (table["甲市水务局"]["received"], table["甲市水务局"]["concluded"]) == ("12", "11")
    assert table["甲市水务局"]["disclosed_of_concluded"] == "100.0 % (74–100, 11/11)~"
    assert table["甲市水务局"]["carried_over"] == "8.3 % (1–35, 1/12)~"
    assert table["乙县审计局"]["disclosed_of_concluded"] == "?"
    only = json.loads(gongkai("compare", known, "--agency", "审计", "--year", "2024", "--json").stdout)
    assert [o["disclosed_of_concluded"] for o in only["lines"]] == [None]
    assert only["lines"][0]["disclosed_of_concluded__unknown"] == "applications.granted.total"
    assert gongkai("compare", known, "--year", "1999").returncode == 1


def test_demo(tmp_path: Path) -> None:
    done = process("demo", "--out", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    assert "row_total" in done.stdout
    assert "invented" in done.stderr
    assert len(rows(tmp_path / "demo" / "dataset")) >= 12


def test_a_demo_that_is_not_kept_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shorter one: it is the same from the first page on."""
    for name, few in (("_SEEDS", range(1, 4)), ("_FILE_KINDS", ()), ("_PICTURE_KINDS", ())):
        monkeypatch.setattr(demo, name, few)
    done = gongkai("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "row_total" in done.stdout
    pages = Path(done.stderr.splitlines()[0].rpartition("→ ")[2])
    assert pages.name == "pages" and not pages.parent.exists()
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_starts_with_an_example(command: str) -> None:
    """And the installed program starts from nothing."""
    done = process(command, "--help")
    assert done.returncode == 0
    usage, example, first = [line.strip() for line in done.stdout.splitlines() if line.strip()][:3]
    assert usage.startswith("Usage: gongkai")
    assert example == "Example:"
    assert first.startswith(("gongkai ", "curl "))


def test_version_and_help() -> None:
    assert gongkai("--version").stdout.startswith("gongkai 0.")
    listed = gongkai("--help").stdout
    assert all(f"  {command} " in listed for command in COMMANDS)


@pytest.mark.parametrize(
    "arguments", [("parse",), ("parse", "x"), ("nope",), ("check",), ("parse", "x", "--out", "d", "--jobs", "0"), ("explain", "d")]
)  # fmt: skip
def test_wrong_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = gongkai(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [("check",), ("compare",), ("explain",)])
def test_no_such_dataset(arguments: tuple[str, ...], tmp_path: Path) -> None:
    extra = ("x",) if arguments == ("explain",) else ()
    for name in ("nowhere", "."):
        done = gongkai(*arguments, name, *extra, cwd=tmp_path)
        assert done.returncode == 3
        assert len(done.stderr.splitlines()) == 1


def test_damaged_dataset(known: Path) -> None:
    (known / "cells.parquet").write_bytes(b"nothing")
    done = gongkai("compare", known)
    assert done.returncode == 3
    assert "cells.parquet" in done.stderr


def on_terminal(*arguments: object, **environment: str) -> str:
    """What a command prints on a terminal 100 columns wide."""

    def parts() -> Iterator[bytes]:
        try:
            while part := os.read(leader, 65536):
                yield part
        except OSError:  # the other end is closed
            return

    child, leader = pty.fork()
    if child == 0:
        os.environ.update({"TERM": "xterm-256color", "COLUMNS": "100", **environment})
        os.execv(GONGKAI, [GONGKAI, *map(str, arguments)])
    text = b"".join(parts()).decode()
    os.waitpid(child, 0)
    os.close(leader)
    return text


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_colour_only_where_it_is_wanted(known: Path) -> None:
    drawn = on_terminal("compare", known)
    assert "甲市水务局" in drawn
    assert "\x1b[1m" in drawn
    assert "\x1b[3" not in on_terminal("compare", known, NO_COLOR="1").replace("\x1b[3m", "")
    assert "\x1b" not in gongkai("compare", known).stdout


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_progress_on_a_terminal(pages: Path, tmp_path: Path) -> None:
    assert "parsing" in on_terminal("parse", pages, "--out", tmp_path / "d")


def test_an_old_terminal_is_no_trouble(known: Path) -> None:
    environment: dict[str, Any] = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = process("compare", known, env=environment)
    assert done.returncode == 0, done.stderr
    assert "甲市水务局" in done.stdout


def test_a_reader_that_stops_early(known: Path) -> None:
    import subprocess

    done = subprocess.run(f"{GONGKAI} explain {known} 甲市水务局 | head -1", shell=True, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_the_list_of_commands_says_what_each_does() -> None:
    shown = gongkai("--help").stdout
    names = {c.name or (c.callback and c.callback.__name__) for c in app.registered_commands}
    assert names == set(SHORT)
    for name, does in SHORT.items():
        assert re.search(rf"^  {name} +{re.escape(does)}$", shown, re.M), name
