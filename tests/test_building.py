"""A dataset from an archive, how it differs from another one, and what people say of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from handmade import gongkai
from handmade import report as made_report
from nights import crawled, run, said

from gongkai.output import corrections, overrides
from gongkai.output.dataset import create, open_dataset, read_table
from gongkai.output.rows import build as build_rows
from gongkai.output.rows import entries

FINE = (0, 1)
TOTAL = ("applications", "received", "total")


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return crawled(tmp_path_factory.mktemp("homes"), nights=3)


def built(home: Path, out: Path, *more: object) -> Path:
    code, _, err = run("build", home, "--out", out, "--jobs", 1, *more)
    assert code in FINE, err
    return out


def table(folder: Path, name: str) -> list[dict[str, Any]]:
    return list(read_table(open_dataset(str(folder)), name).to_pylist())


def without_times(folder: Path) -> list[tuple[Any, ...]]:
    """Every cell and identity, whenever they were seen."""
    rows = [tuple(str(v) for v in r.values()) for r in table(folder, "cells")]
    who = [(r["report_id"], r["agency_id"], r["agency"], str(r["year"]), r["status"], str(r["latest"])) for r in table(folder, "reports")]
    return sorted(rows) + sorted(who)


def what_is_said(folder: Path) -> set[tuple[Any, ...]]:
    """Every record at its address, whichever of the copies that say the same was kept."""
    return {(r["source"], r["record_sha256"], r["agency_id"], r["year"], r["status"]) for r in table(folder, "reports")}


def test_night_by_night_and_in_full_give_one_dataset(homes: list[Path], tmp_path: Path) -> None:
    for home in homes:
        built(home, tmp_path / "grown")
    built(homes[-1] / "archive", tmp_path / "full")  # nothing there yet: everything is read, earlier versions too
    assert what_is_said(tmp_path / "full") == what_is_said(tmp_path / "grown")
    again = said(tmp_path / "grown")
    built(homes[-1], tmp_path / "grown", "--full")
    assert said(tmp_path / "grown") == again, "the same parser over the same archive says the same"
    built(homes[-1], tmp_path / "grown")
    assert said(tmp_path / "grown") == again, "events of the night are neither lost nor told twice"
    for r in table(tmp_path / "grown", "reports"):
        own = [f for f in table(tmp_path / "grown", "findings") if f["report_id"] == r["report_id"]]
        assert r["findings"] == len(own)


def test_what_cannot_be_built(homes: list[Path], tmp_path: Path) -> None:
    code, _, err = run("build", tmp_path, "--out", tmp_path / "d")
    assert (code, len(err.splitlines())) == (3, 1)
    assert "no home of a crawl" in err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    code, _, err = run("build", homes[0], "--out", tmp_path / "mine")
    assert (code, len(err.splitlines())) == (3, 1)
    out = built(homes[-1], tmp_path / "d")
    broken = Path(shutil.copytree(homes[-1], tmp_path / "home"))
    for file in (broken / "archive").rglob("*.warc.gz"):
        file.write_bytes(b"")
    before = without_times(out)
    code, _, err = run("build", broken, "--out", out, "--full", "--jobs", 1)
    assert (code, "gongkai verify" in err) == (1, True)
    assert without_times(out) == before, "what was read before the damage stands"


def test_a_parser_that_reads_less_is_refused(homes: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import typer

    from gongkai.output import building, nightbuild

    out = built(homes[-1], tmp_path / "d")
    before = said(out)
    monkeypatch.setattr(nightbuild, "parse_documents", lambda documents, jobs: iter(()))
    for force, code in ((False, 5), (True, 0)):
        try:
            building.build(str(homes[-1]), str(out), full=True, force=force, jobs=1)
            ended = 0
        except typer.Exit as end:
            ended = end.exit_code
        assert ended == code
        assert (said(out) == before) is not force


def diff(a: Path, b: Path) -> tuple[int, dict[str, Any]]:
    code, out, err = run("diff", a, b, "--json")
    assert not err, err
    return code, json.loads(out)


def test_the_difference_of_two_nights_is_the_publishers(homes: list[Path], tmp_path: Path) -> None:
    a, b = built(homes[0], tmp_path / "a"), built(homes[-1], tmp_path / "b")
    assert diff(a, a)[0] == 0
    code, found = diff(a, b)
    assert code == 1
    assert found["reports"]["b"] > found["reports"]["a"]
    assert sum(found["causes"][c]["reports"] for c in ("parser", "identity", "person")) == 0
    code, out, _ = run("diff", a, b)
    assert code == 1
    assert len(out.splitlines()) <= 40
    assert run("diff", a, tmp_path / "none")[0] == 3


def dataset(out: Path, version: str, *reports: tuple[str, str, Any]) -> Path:
    """Reports made by hand: address, bytes, report."""
    import hashlib

    with create(str(out)) as writer:
        for source, body, one in reports:
            writer.add(build_rows(entries(source, hashlib.sha256(body.encode()).hexdigest(), [one]), version))
        writer.finish({"parser_version": version})
    return out


def test_every_difference_has_its_cause(tmp_path: Path) -> None:
    from dataclasses import replace

    plain = made_report()
    moved = replace(plain, identity=plain.identity._replace(agency_id="1-水务局"))
    a = dataset(tmp_path / "a", "1", ("u/1", "one", plain), ("u/2", "two", plain), ("u/3", "three", made_report("甲局")),
                ("u/4", "four", made_report("乙局")))  # fmt: skip
    b = dataset(tmp_path / "b", "2", ("u/1", "one", made_report(applications__received__total=7)), ("u/2", "two", moved),
                ("u/3", "three again", made_report("甲局", applications__received__natural_person=2)),
                ("u/5", "five", made_report("丙局")))  # fmt: skip
    code, found = diff(a, b)
    assert code == 1
    assert (found["only_in"], found["later_versions"], found["in_both"]) == ({"a": 1, "b": 1}, 1, 3)
    assert {(e["cause"], e["what"], e["place"], e["before"], e["after"]) for e in found["examples"]} == {
        ("parser", "cell", "applications.received.total", "0", "7"),
        ("identity", "identity", "agency_id", "", "1-水务局"),
        ("publisher", "cell", "applications.received.natural_person", "0", "2"),
    }


def one_cell(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """A report of the newest form and its printed total of applications."""
    latest = {r["report_id"]: r for r in table(folder, "reports") if r["latest"] and r["status"] == "ok"}
    cell = next(c for c in table(folder, "cells") if c["report_id"] in latest and (c["table"], c["row"], c["column"]) == TOTAL
                and c["state"] == "reported")  # fmt: skip
    return latest[cell["report_id"]], cell


def correction(sha256: str, printed: str, number: float, more: str = "") -> str:
    return (f'[[correction]]\nsha256 = "{sha256}"\ncell = "{".".join(TOTAL)}"\nprinted = "{printed}"\nnumber = {number}\n'
            f'who = "陈"\nwhy = "telephone call"\nwhen = 2026-11-26\n{more}')  # fmt: skip


def reviewed(folder: Path) -> list[tuple[str, str, float, float | None]]:
    return [(c["report_id"], c["row"], c["value"], c["reviewed"]) for c in table(folder, "cells") if c["reviewed"] is not None]


def test_a_persons_correction_stands_beside_the_value_and_lapses_in_sight(homes: list[Path], tmp_path: Path) -> None:
    out, file = built(homes[0], tmp_path / "dataset"), tmp_path / "corrections.toml"
    plain = Path(shutil.copytree(out, tmp_path / "plain"))
    report, cell = one_cell(out)
    file.write_text(correction(report["payload_sha256"], cell["raw"], 123), encoding="utf-8")
    built(homes[0], out)
    assert reviewed(out) == [(report["report_id"], "received", cell["value"], 123.0)]
    assert [e["detail"] for e in table(out, "changes") if e["cause"] == "person"] == ["reviewed: telephone call (陈)"]
    _, found = diff(plain, out)
    assert found["causes"]["person"]["corrections"] == 1
    code, text, _ = run("explain", out, report["report_id"], ".".join(TOTAL))
    assert code == 0
    assert "reviewed  123 by a person: telephone call (陈, 2026-11-26)" in text
    built(homes[0], out, "--full")
    assert len(reviewed(out)) == 1, "it survives a full rebuild"
    # the printed text is another one than the correction says
    file.write_text(correction(report["payload_sha256"], "9999999", 123), encoding="utf-8")
    built(homes[0], out)
    assert reviewed(out) == []
    [lapsed] = [f for f in table(out, "findings") if f["rule"] == "correction_lapsed"]
    assert (lapsed["report_id"], lapsed["row"], lapsed["fault"]) == (report["report_id"], "received", "unknown")
    # the address has other bytes now
    other = correction("ab" * 32, cell["raw"], 5, f'source = "{report["source"]}"\n')
    file.write_text(other + correction("cd" * 32, "1", 5), encoding="utf-8")
    code, _, err = run("build", homes[0], "--out", out, "--jobs", 1)
    assert code in FINE
    assert "no report with the bytes cdcdcdcd" in err
    [lapsed] = [f for f in table(out, "findings") if f["rule"] == "correction_lapsed"]
    assert "other bytes" in lapsed["detail"]
    wide = {w["report_id"]: w["findings"] for w in table(out, "wide")}
    counts = {r["report_id"]: r["findings"] for r in table(out, "reports") if r["status"] != "rejected"}
    assert wide == counts
    file.unlink()
    built(homes[0], out)
    assert not [f for f in table(out, "findings") if f["rule"] == "correction_lapsed"]


def test_an_identity_by_a_person_is_put_over_and_taken_away(homes: list[Path], tmp_path: Path) -> None:
    out, file = built(homes[0], tmp_path / "dataset"), tmp_path / "identities.toml"
    before = without_times(out)
    report, _ = one_cell(out)
    file.write_text(f'[[identity]]\nsource = "{report["source"]}"\nregion_code = "220502"\ndepartment = "信访局"\n'
                    'who = "陈"\nwhy = "the site says so"\n', encoding="utf-8")  # fmt: skip
    built(homes[0], out)
    now = next(r for r in table(out, "reports") if r["report_id"] == report["report_id"])
    assert (now["region"], now["region_code"], now["department"]) == ("东昌区", "220502", "信访局")
    assert now["agency_id"].endswith("-信访局")
    assert [f["report_id"] for f in table(out, "findings") if f["rule"] == "identity_corrected"] == [report["report_id"]]
    assert {e["cause"] for e in table(out, "changes") if e["report_id"] == report["report_id"] and "region" in e["detail"]} == {"person"}
    built(homes[0], out, "--full")
    assert next(r for r in table(out, "reports") if r["report_id"] == report["report_id"])["region_code"] == "220502"
    file.unlink()
    built(homes[0], out)
    assert without_times(out) == before


def test_corrections_of_saved_pages(tmp_path: Path) -> None:
    page = Path(__file__).parent / "fixtures" / "footnote-under-review" / "source.html"
    pages = tmp_path / "pages"
    pages.mkdir()
    shutil.copy(page, pages / "a.html")
    line = ("parse", pages, "--out", tmp_path / "d")
    assert gongkai(*line).returncode == 0
    report, cell = one_cell(tmp_path / "d")
    wrong = tmp_path / "c.toml"
    wrong.write_text(correction(report["payload_sha256"], cell["raw"], 31), encoding="utf-8")
    names = tmp_path / "i.toml"
    names.write_text(f'[[identity]]\nsource = "{report["source"]}"\nagency = "甲局"\nwho = "x"\nwhy = "y"\n', encoding="utf-8")
    done = gongkai(*line, "--corrections", wrong, "--identities", names)
    assert done.returncode == 0, done.stderr
    assert [r[3] for r in reviewed(tmp_path / "d")] == [31.0]
    assert [r["agency"] for r in table(tmp_path / "d", "reports")] == ["甲局"]
    assert [w["agency"] for w in table(tmp_path / "d", "wide")] == ["甲局"]
    wrong.write_text("[[correction]]\n", encoding="utf-8")
    done = gongkai(*line, "--corrections", wrong)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


GOOD = correction("ab" * 32, "1", 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[correction", "Expected"),
        ("x = 1\n", "unknown key 'x'"),
        ("correction = 3\n", "entries are [[correction]]"),
        (GOOD.replace('who = "陈"\n', ""), "no 'who'"),
        (GOOD.replace("number = 2", 'number = "2"'), "number must be a number"),
        (GOOD.replace("number = 2", "number = true"), "number must be a number"),
        (GOOD.replace("number = 2", "number = nan"), "number must be a number"),
        (GOOD.replace("when = 2026-11-26", 'when = "today"'), "when must be a date"),
        (GOOD.replace("received.total", "received.all"), "no form has a cell"),
        (GOOD.replace("ab" * 32, "ab"), "64 hex digits"),
        (GOOD + GOOD, "the same cell as correction 1"),
        (GOOD + "colour = 1\n", "unknown key 'colour'"),
        (GOOD.replace('"telephone call"', '""'), "why is empty"),
    ],
)
def test_mistakes_in_corrections_are_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "corrections.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(corrections.BadCorrections) as error:
        corrections.load(path)
    assert says in str(error.value)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('source = "u"\nagency = "a"\nwho = "x"\n', "no 'why'"),
        ('agency = "a"\nwho = "x"\nwhy = "y"\n', "either source or site"),
        ('source = "u"\nsite = "s"\nagency = "a"\nwho = "x"\nwhy = "y"\n', "either source or site"),
        ('source = "u"\nwho = "x"\nwhy = "y"\n', "says nothing"),
        ('source = "u"\nregion_code = "999999"\nwho = "x"\nwhy = "y"\n', "no division has ever had"),
        ('source = "u"\nkind = "club"\nwho = "x"\nwhy = "y"\n', "kind is one of"),
    ],
)
def test_mistakes_in_identities_are_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "identities.toml"
    path.write_text("[[identity]]\n" + text, encoding="utf-8")
    with pytest.raises(corrections.BadCorrections, match="identity 1") as error:
        overrides.load(path)
    assert says in str(error.value)
