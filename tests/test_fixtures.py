"""One folder in `fixtures/`, one quirk, one test: the document there must give the record there.
What makes a good fixture is left to docs/how-to-add-a-fixture.md; bulk and chance to `test_generated`."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gongkai.parsers import parse_all
from gongkai.parsers.forms import FORMS
from gongkai.parsers.report import Number, Report, Value

FIXTURES = Path(__file__).parent / "fixtures"
FOLDERS = sorted(path for path in FIXTURES.iterdir() if path.is_dir())
SOURCES = ("source.html", "source.txt", "source.md", "source.pdf")
ABOUT_KEYS = {"why", "seen", "known_wrong"}

# Variants that a single page of HTML, text or Markdown cannot show: same-named agencies need a site, the rest a
# second report.
NOT_ONE_PAGE = {28, 32, 34}


def about(folder: Path) -> dict[str, str]:
    """Why a fixture is there; empty where `about.toml` is missing, which its own test reports."""
    path = folder / "about.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def cases() -> Iterator[Any]:
    for folder in FOLDERS:
        wrong = about(folder).get("known_wrong")
        # strict: once the parser reads the page as a careful person would, the mark has to go
        marks = pytest.mark.xfail(strict=True, raises=AssertionError, reason=wrong) if wrong else ()
        yield pytest.param(folder, id=folder.name, marks=marks)


@pytest.mark.parametrize("folder", list(cases()))
def test_fixture(folder: Path, request: pytest.FixtureRequest) -> None:
    why = about(folder)
    if not why:
        pytest.fail(f"{folder.name}: no about.toml; say why this page is here and where its quirk was seen")
    if not {"why", "seen"} <= why.keys() <= ABOUT_KEYS:
        pytest.fail(f"{folder.name}/about.toml: wants why and seen, may have known_wrong, has {sorted(why)}")
    sources = [folder / name for name in SOURCES if (folder / name).exists()]
    if len(sources) != 1:
        pytest.fail(f"{folder.name}: wants one of {', '.join(SOURCES)}, has {len(sources)}")
    made = written([record(report) for report in parse_all(sources[0].read_bytes())])
    expected = folder / "expected.json"
    # what is known to be read wrong has its expectation from a person, not from the parser
    if request.config.getoption("--update") and "known_wrong" not in why:
        before = expected.read_text(encoding="utf-8") if expected.exists() else ""
        if made != before:
            expected.write_text(made, encoding="utf-8")
            pytest.fail(f"{expected} is written; hold it against {sources[0].name} cell by cell, then run again")
    if not expected.exists():
        pytest.fail(f"{folder.name}: no expected.json; `pytest {Path(__file__).name} --update` writes it")
    assert json.loads(made) == json.loads(expected.read_text(encoding="utf-8"))


def test_nothing_lies_beside_the_fixtures() -> None:
    assert [path.name for path in FIXTURES.iterdir() if not path.is_dir()] == []
    for folder in FOLDERS:
        assert {path.name for path in folder.iterdir()} <= {*SOURCES, "about.toml", "expected.json"}, folder.name


def test_every_variant_that_a_page_can_show_has_a_fixture() -> None:
    """The numbered list of variants seen in published reports, 1 to 34."""
    seen = " ".join(about(folder).get("seen", "") for folder in FOLDERS)
    shown = {int(n) for n in re.findall(r"real-world\.md (\d+)", seen)}
    assert set(range(1, 35)) - shown == NOT_ONE_PAGE


# --- A record as people can read and compare it -------------------------------------------------------------------


def record(report: Report) -> dict[str, Any]:
    """What a report holds, without what is not there: a plain number is a number, anything else says what it is."""
    who = report.identity
    named = {
        "title": who.title,
        "agency": who.agency,
        "year": who.year,
        "published": who.published,
        "signed": who.signed,
    }
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    for value in report.values:
        if value.state != "absent" or value.flags not in ((), ("table_missing",), ("row_missing",)):
            cells.setdefault(value.table, {}).setdefault(value.row, {})[value.column] = cell(report.form, value)
    return {
        "status": report.status,
        "reason": report.reason,
        "form": report.form,
        **{key: value if isinstance(value, int) else str(value) for key, value in named.items() if value is not None},
        "cells": cells,
        "findings": [[f.rule, f.table, f.row, f.column, f.fault] for f in report.findings],
        "sections": [[s.number, s.key, s.heading] for s in report.sections],
    }


def cell(form: str | None, value: Value) -> Any:
    """A number read without any doubt as that number; else state, figures, text and flags, as far as there are any."""
    number = plain(value.value)
    unit = {c.key: c.unit for c in FORMS[form].cells}[value[:3]] if form else ""
    parts = {
        "state": value.state if value.state != "reported" else None,
        "value": number,
        "unit": value.unit if value.unit != unit else None,
        "implied": plain(value.implied),
        "raw": value.raw if value.raw and value.raw != str(number) else None,
        "flags": list(value.flags) or None,
    }
    kept = {key: part for key, part in parts.items() if part is not None}
    return number if kept.keys() == {"value"} else kept


def plain(number: Number | None) -> float | None:
    if number is None or isinstance(number, int):
        return number
    return int(number) if number == int(number) else float(number)


def written(records: list[dict[str, Any]]) -> str:
    """JSON with a line for each row of a table, each finding and each section: a difference shows where it is."""
    texts = [one(r) for r in records]
    return (texts[0] if len(texts) == 1 else "[\n" + ",\n".join(texts) + "\n]") + "\n"


def one(rec: dict[str, Any]) -> str:
    lines = []
    for key, value in rec.items():
        if key == "cells":
            tables = (block(f"  {dump(t)}: ", "{}", (f"{dump(r)}: {dump(c)}" for r, c in rows.items()), "   ")
                      for t, rows in value.items())  # fmt: skip
            lines.append(block(' "cells": ', "{}", (table.lstrip() for table in tables), "  "))
        elif key in ("findings", "sections"):
            lines.append(block(f" {dump(key)}: ", "[]", map(dump, value), "  "))
        else:
            lines.append(f" {dump(key)}: {dump(value)}")
    return "{\n" + ",\n".join(lines) + "\n}"


def block(start: str, brackets: str, items: Iterable[str], indent: str) -> str:
    inner = ",\n".join(indent + item for item in items)
    close = " " * (len(start) - len(start.lstrip()))
    return f"{start}{brackets[0]}\n{inner}\n{close}{brackets[1]}" if inner else f"{start}{brackets}"


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
