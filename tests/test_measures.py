"""Measures by hand: parts, shares with intervals, the unknown, ranks; each measure once on a real report."""

from __future__ import annotations

import csv
import io
import json
import random
import threading
from pathlib import Path

import pytest
from handmade import entry, gongkai, report
from hypothesis import given
from hypothesis import strategies as st

from gongkai.output.compare import Line, Question, compared, in_order, trend
from gongkai.output.dataset import create
from gongkai.output.measures import Cell, Measured, cells_needed, interval, measured, measures
from gongkai.output.plain_text import harmless
from gongkai.output.rows import build
from gongkai.parsers import parse
from gongkai.parsers.forms import FORMS

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
CELLS = {f"{c.table}.{c.row}.{c.column}" for form in FORMS.values() for c in form.cells}


def test_every_measure_is_made_of_cells_that_exist() -> None:
    for measure in measures().values():
        assert cells_needed([measure]) <= CELLS, measure.key
        assert measure.label
        assert measure.label_zh
        assert measure.source
        assert bool(measure.smallest) == measure.is_share, measure.key


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the real documents are not beside the project")
def test_each_measure_by_hand_on_a_real_report() -> None:
    body = (CORPUS / "tonghua-xinfang-2024.txt").read_bytes()
    truth = json.loads((CORPUS / "truth" / "tonghua-xinfang-2024.json").read_text(encoding="utf-8"))["cells"]
    cells = {f"{v.table}.{v.row}.{v.column}": Cell(None if v.value is None else float(v.value), bool(v.flags))
             for v in parse(body).values if v.state != "absent"}  # fmt: skip
    total = {row: columns["total"] for row, columns in truth["applications"].items()}
    assert total["unavailable_not_held"] is None  # printed blank
    found = {key: measured(m, cells) for key, m in measures().items()}
    assert found["received"].value == total["received"]
    assert found["workload"].value == total["received"] + total["carried_in"]
    assert found["granted_of_concluded"].top == total["granted"]
    assert found["granted_of_concluded"].bottom == total["total"]
    refused = sum(v for k, v in total.items() if k.startswith("refused_"))
    assert found["refused_of_concluded"].top == refused
    lapsed = sum(v for k, v in total.items() if k.startswith("other_"))
    assert found["lapsed_of_concluded"].top == lapsed
    # a blank cell makes unknown what needs it, and nothing else
    assert found["not_held_of_concluded"].value is None
    assert found["not_held_of_concluded"].unknown == ("applications.unavailable_not_held.total",)
    assert found["negative_of_concluded"].unknown == ("applications.unavailable_not_held.total",)


def test_a_group_printed_as_one_row_is_that_row() -> None:
    lapsed = measures()["lapsed_of_concluded"]
    one = {"applications.other.total": Cell(4), "applications.total.total": Cell(10)}
    three = {f"applications.other_{k}.total": Cell(n) for k, n in (("uncorrected", 1), ("unpaid", 2), ("other", 1))}
    assert measured(lapsed, one).value == 0.4
    assert measured(lapsed, {**three, "applications.total.total": Cell(10)}).value == 0.4
    del three["applications.other_unpaid.total"]
    missing = measured(lapsed, {**three, "applications.total.total": Cell(10)})
    assert (missing.value, missing.unknown) == (None, ("applications.other_unpaid.total",))


def test_no_cases_is_no_share_and_few_cases_are_marked() -> None:
    share = measures()["granted_of_concluded"]
    assert measured(share, {"applications.granted.total": Cell(0), "applications.total.total": Cell(0)}).value is None
    few = measured(share, {"applications.granted.total": Cell(1, True), "applications.total.total": Cell(2)})
    assert (few.value, few.small, few.flagged) == (0.5, True, True)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_interval_holds_the_share(top: int, bottom: int) -> None:
    low, high = interval(top, bottom)
    assert low <= top / bottom <= high
    if top <= bottom:
        assert 0 <= low < high <= 1


def line(name: str, value: float | None, year: int = 2024, half: float = 0.0) -> Line:
    one = Measured(value) if value is None or not half else Measured(value, low=value - half, high=value + half)
    return Line(name, name, None, year, "ok", None, (one,))


def test_ranks_share_ties_and_leave_room_for_the_unknown() -> None:
    found = in_order([line("a", 3), line("b", 5), line("c", 3), line("d", None)])
    assert [(n.agency, n.place and tuple(n.place)) for n in found] == [
        ("b", (1, 1, 2)), ("a", (2, 2, 4)), ("c", (2, 2, 4)), ("d", None),
    ]  # fmt: skip


def test_ranks_that_chance_could_turn_round_say_so() -> None:
    found = in_order([line("a", 0.5, half=0.2), line("b", 0.6, half=0.2), line("c", 0.1, half=0.05)])
    assert [n.place and tuple(n.place) for n in found] == [(1, 1, 2), (2, 1, 2), (3, 3, 3)]


def test_a_trend_runs_over_the_same_agencies() -> None:
    lines = [line("a", 1, 2022), line("a", 3, 2023), line("b", 100, 2023), line("c", None, 2022), line("c", 9, 2023)]
    assert [(p.year, p.value, p.known, p.agencies) for p in trend(lines)] == [(2022, 1, 1, 3), (2023, 3, 1, 3)]
    assert [p.value for p in trend(lines, same_agencies=False)] == [1, 9]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_text_is_no_formula_in_a_spreadsheet(text: str) -> None:
    assert harmless(text) == "'" + text
    assert harmless("市局") == "市局"
    assert harmless(-1) == -1


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three agencies: own and territory, and one whose order turns with the denominator."""
    folder = tmp_path_factory.mktemp("compared") / "d"
    first = report("甲市水务局", applications__received__total=60, applications__granted__total=30, applications__total__total=40,
                   applications__carried_out__total=20)  # fmt: skip
    second = report("=乙县审计局", applications__received__total=40, applications__granted__total=28,
                    applications__total__total=40)  # fmt: skip
    with create(str(folder)) as writer:
        writer.add(build([*entry("a.html", first), *entry("b.html", second)], "test"))
        writer.finish({})
    return folder


def test_a_ranking_that_depends_on_the_denominator_says_so(dataset: Path) -> None:
    both = ("--metric", "disclosed_of_concluded", "--metric", "disclosed_of_workload", "--rank")
    done = gongkai("compare", dataset, *both)
    assert "the order depends on the denominator: by disclosed_of_workload it is another" in done.stderr
    table = list(csv.DictReader(io.StringIO(done.stdout), delimiter="\t"))
    assert [t["agency"] for t in table] == ["甲市水务局", "=乙县审计局"]
    assert [t["rank"] for t in table] == ["1 (1–2)", "2 (1–2)"]


def test_csv_json_and_markdown_hold_the_same(dataset: Path) -> None:
    plain = gongkai("compare", dataset, "--metric", "granted_of_concluded", "--csv").stdout
    assert plain.startswith("\ufeff")
    found = list(csv.DictReader(io.StringIO(plain.removeprefix("\ufeff"))))
    assert [(f["agency"], f["granted_of_concluded"]) for f in found] == [("'=乙县审计局", "0.7"), ("甲市水务局", "0.75")]
    data = json.loads(gongkai("compare", dataset, "--metric", "granted_of_concluded", "--json").stdout)
    assert [n["granted_of_concluded"] for n in data["lines"]] == [0.7, 0.75]
    assert data["known"] == {"granted_of_concluded": 2}
    assert "| 甲市水务局 | 2024 | 75.0 % (" in gongkai("compare", dataset, "--metric", "granted_of_concluded", "--md").stdout


def test_a_workbook_opens_with_the_same_figures(dataset: Path, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    done = gongkai("compare", dataset, "--metric", "granted_of_concluded", "--xlsx", tmp_path / "c.xlsx")
    assert done.returncode == 0, done.stderr
    book = CalamineWorkbook.from_path(str(tmp_path / "c.xlsx"))
    head, first, second = book.get_sheet_by_name("comparison").to_python()
    assert [first[head.index("agency")], second[head.index("agency")]] == ["=乙县审计局", "甲市水务局"]
    assert [first[head.index("granted_of_concluded")], second[head.index("granted_of_concluded")]] == [0.7, 0.75]
    assert book.sheet_names == ["comparison", "measures"]


def test_questions_that_cannot_be_answered(dataset: Path) -> None:
    assert "no measure nothing" in gongkai("compare", dataset, "--metric", "nothing").stderr
    assert gongkai("compare", dataset, "--scope", "x").returncode == 2
    assert "granted_of_concluded" in gongkai("compare", dataset, "--metric", "list").stdout
    assert gongkai("compare", dataset, "--region", "丙省").returncode == 1
    assert "2024" in gongkai("compare", dataset, "--trend").stdout


def test_places_are_those_of_counting() -> None:
    """A hundred thousand reports are ranked by searching sorted bounds; counting every pair says the same."""
    chance = random.Random(7)
    lines = []
    for k in range(300):
        low = chance.choice((None, chance.uniform(0, 1)))
        value = None if chance.random() < 0.1 else chance.choice((0.0, 0.25, 0.5, chance.random()))
        high = None if low is None or value is None else max(low, value) + chance.choice((0, 0.1))
        bounds = (None, None) if high is None or low is None or value is None else (min(low, value), high)
        one = Measured(value, low=bounds[0], high=bounds[1])
        lines.append(Line(f"{k}", f"第{k}局", None, 2024, "ok", "own", (one,)))
    ranked = in_order(lines)
    known = [n for n in ranked if n.measures[0].value is not None]
    assert [n.place for n in ranked[len(known) :]] == [None] * (300 - len(known))

    def bound(line: Line, name: str) -> float:
        found = getattr(line.measures[0], name)
        return float(line.measures[0].value or 0.0) if found is None else float(found)

    for line in known:
        above = sum((n.measures[0].value or 0) > (line.measures[0].value or 0) for n in known)
        best = sum(bound(n, "low") > bound(line, "high") for n in known)
        worst = 300 - sum(bound(n, "high") < bound(line, "low") for n in known)
        assert line.place == (above + 1, best + 1, worst)


def test_a_comparison_is_of_one_dataset(tmp_path: Path) -> None:
    """While builds put another dataset in its place, reports and their cells are of the same one."""
    out, stop = tmp_path / "d", threading.Event()

    def write(number: int) -> None:
        with create(str(out)) as writer:
            made = report(agency=f"第{number}局", applications__received__total=number)
            writer.add(build(entry(f"{number}.html", made), "1"))
            writer.finish({"parser_version": "1"})

    def builds() -> None:
        number = 1
        while not stop.is_set():
            write(number)
            number += 1

    write(0)
    builder = threading.Thread(target=builds)
    builder.start()
    try:
        found: list[list[Line]] = []
        while len({line.agency for [line] in found}) < 5:  # until builds have come between
            found.append(compared(out, Question(), [measures()["received"]]).lines)
    finally:
        stop.set()
        builder.join()
    for [line] in found:
        assert line.agency == f"第{line.measures[0].value:.0f}局"


def test_a_comparison_of_nothing_is_json(tmp_path: Path) -> None:
    with create(str(tmp_path / "d")) as writer:
        writer.add(build(entry("a.html", report()), "1"))
        writer.finish({"parser_version": "1"})
    data = json.loads(gongkai("compare", tmp_path / "d", "--year", 1999, "--json").stdout)
    assert (data["lines"], data["known"]["received"]) == ([], 0)
