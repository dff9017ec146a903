"""Measures by hand: parts, shares with intervals, the unknown, ranks; each measure once on a real report."""

from __future__ import annotations

import csv
import io
import json
import random
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from handmade import entry, gongkai, report
from hypothesis import given
from hypothesis import strategies as st

from gongkai.output.compare import Line, Question, compared, in_order, trend
from gongkai.output.dataset import create
from gongkai.output.groups import grouped, pooled
from gongkai.output.measures import ASKED, Cell, Measured, cells_needed, interval, measured, measures
from gongkai.output.plain_text import harmless
from gongkai.output.rows import Entry, build
from gongkai.parsers import parse
from gongkai.parsers.forms import FORMS
from gongkai.parsers.report import Finding

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
CELLS = {f"{c.table}.{c.row}.{c.column}" for form in FORMS.values() for c in form.cells}


def test_every_measure_is_made_of_cells_that_exist() -> None:
    for measure in measures().values():
        assert cells_needed([measure]) <= CELLS, measure.key
        assert measure.label
        assert measure.label_zh
        assert measure.source
        assert bool(measure.smallest) == measure.is_share, measure.key
        assert measure.asks in ("", *ASKED)
        assert measure.top or measure.asks in ("late", "sums")


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


def test_a_trend_follows_an_agency_over_a_new_name_and_tells_namesakes_apart() -> None:
    renamed = [line("洪泽县水务局", 1, 2022)._replace(unit="320813-水务局"), line("洪泽区水务局", 2, 2023)._replace(unit="320813-水务局")]
    assert [(p.value, p.known, p.agencies) for p in trend(renamed)] == [(1, 1, 1), (2, 1, 1)]
    namesakes = [line("鼓楼区教育局", v, y)._replace(unit=u) for u, y, v in (
        ("320106-教育局", 2022, 1), ("320106-教育局", 2023, 3), ("350102-教育局", 2022, 5), ("350102-教育局", 2023, 9))]  # fmt: skip
    assert [(p.value, p.known, p.agencies) for p in trend(namesakes)] == [(3, 2, 2), (6, 2, 2)]
    two = [line("甲市水务局", 1, 2022), line("甲市水务局", 2, 2022), line("乙市水务局", 7, 2022)]
    assert [(p.value, p.known, p.agencies) for p in trend(two)] == [(7, 1, 2)]  # which of the two holds is not guessed


def test_the_share_of_a_group_is_that_of_its_sums_and_says_what_it_leaves_out() -> None:
    share = measures()["disclosed_of_concluded"]
    every = [Measured(0.5, 10, 20), Measured(0.1, 1, 10), Measured(None, 0, 0), Measured(None, None, 9, flagged=True)]
    got = pooled(share, every)
    assert (got.value, got.top, got.bottom, got.known, got.of) == (11 / 30, 11, 30, 3, 4)
    assert (got.low, got.high) == interval(11, 30)
    assert (got.median, got.flagged, got.small) == ((0.5 + 0.1) / 2, False, False)
    count = pooled(measures()["received"], [Measured(3, 3), Measured(None), Measured(5, 5, flagged=True)])
    assert (count.value, count.median, count.known, count.of, count.flagged) == (8, 4, 2, 3, True)
    assert pooled(share, [Measured(None)]).value is None
    assert pooled(share, [Measured(None, 0, 0)]).value is None


def test_questions_of_yes_or_no() -> None:
    zero, late, sums = (measures()[k] for k in ("zero_requests", "late", "sums_broken"))
    name = "applications.received.total"
    assert [measured(zero, {name: Cell(v)}).value for v in (0, 3, None)] == [1, 0, None]
    assert [measured(late, {}, {"late": v}).value for v in (True, False, None)] == [1, 0, None]
    assert measured(sums, {}).value is None
    got = pooled(late, [measured(late, {}, {"late": v}) for v in (True, False, False, None)])
    assert (got.value, got.top, got.bottom, got.known, got.of) == (1 / 3, 1, 3, 3, 4)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of four agencies: a namesake of each county, one report late, one with a sum that is wrong, one blank,
    one a second version with other figures, one on a whole territory."""
    folder = tmp_path_factory.mktemp("pooled") / "d"

    def one(source: str, agency: str, year: int, received: int | None, granted: int, total: int, *, code: str, scope: str = "own",
            findings: tuple[Finding, ...] = (), published: date | None = date(2024, 1, 20)) -> list[Entry]:  # fmt: skip
        made = report(agency, year, applications__received__total=received, applications__granted__total=granted,
                      applications__total__total=total)  # fmt: skip
        who = made.identity._replace(region_code=code, agency_id=f"{code}-水务局", province="江苏省" if code[:2] == "32" else "福建省",
                      scope=scope, published=published, kind="department")  # fmt: skip
        return entry(source, replace(made, identity=who, findings=findings))

    late = Finding("late", actual=9, fault="publisher", detail="")
    wrong = Finding("row_total", "applications", "received", None, 5, 4, "publisher", "")
    every = [
        *one("a", "鼓楼区水务局", 2023, 10, 5, 10, code="320106"),
        *one("b", "鼓楼区水务局", 2023, 30, 3, 30, code="350102", findings=(wrong,)),
        *one("c", "沭阳县水务局", 2023, 0, 0, 0, code="321322", findings=(late,)),
        *one("d", "昆山市水务局", 2023, None, 1, 5, code="320583", published=None),
        *one("e", "昆山市水务局", 2022, 4, 1, 4, code="320583"),
        *one("f", "昆山市水务局", 2022, 6, 1, 4, code="320583"),
        *one("g", "江阴市水务局", 2023, 1000, 1000, 1000, code="320281", scope="territory"),
    ]
    with create(str(folder)) as writer:
        writer.add(build(every, "test"))
        writer.finish({})
    return folder


def test_groups_of_a_dataset(province: Path) -> None:
    asked = ("received", "disclosed_of_concluded", "zero_requests", "late", "sums_broken")
    wanted = [measures()[k] for k in asked]
    by = ("province", "year")
    found = grouped(compared(province, Question(), wanted, together=True, by=by), by)
    got = {g.names: [(m.value, m.known, m.of) for m in g.measures] for g in found.groups}
    assert got[("江苏省", "2023")] == [(10, 2, 3), (6 / 15, 3, 3), (1 / 2, 2, 3), (1 / 2, 2, 3), (0, 3, 3)]
    assert got[("福建省", "2023")] == [(30, 1, 1), (0.1, 1, 1), (0, 1, 1), (0, 1, 1), (1, 1, 1)]
    # two reports on one year: what they agree in counts once, what they do not is unknown
    assert got[("江苏省", "2022")][:2] == [(None, 0, 1), (1 / 4, 1, 1)]
    assert any("1 on a territory are left out" in r for r in found.remarks)
    assert any("1 agencies and years have several reports" in r for r in found.remarks)
    mixed = grouped(compared(province, Question(), wanted, together=True, by=by, mixed=True), by)
    assert {g.names: g.measures[0].value for g in mixed.groups}[("江苏省", "2023")] == 1010


def test_groups_in_every_format(province: Path, tmp_path: Path) -> None:
    asked = ("compare", province, "--by", "province", "--year", 2023, "--metric", "disclosed_of_concluded", "--metric", "received")
    done = gongkai(*asked)
    assert done.stdout.splitlines()[0].split("\t") == ["province", "reports", "disclosed_of_concluded", "received"]
    assert done.stdout.splitlines()[1].split("\t")[:2] == ["江苏省", "3"]
    assert "(median 5, 2 of 3 known)" in done.stdout
    assert "never taken for 0" not in done.stderr  # no group is unknown as a whole
    flat = list(csv.DictReader(io.StringIO(gongkai(*asked, "--csv").stdout.removeprefix("\ufeff"))))
    assert [(f["province"], f["received"], f["received__known"]) for f in flat] == [("江苏省", "10.0", "2"), ("福建省", "30.0", "1")]
    data = json.loads(gongkai(*asked, "--json").stdout)
    assert [n["disclosed_of_concluded__bottom"] for n in data["lines"]] == [15, 30]
    assert data["known"] == {"disclosed_of_concluded": 4, "received": 3}
    assert "| 江苏省 | 3 | 40.0 % (" in gongkai(*asked, "--md").stdout
    assert gongkai(*asked, "--xlsx", tmp_path / "g.xlsx").returncode == 0
    assert gongkai("compare", province, "--by", "weather").returncode == 2
    assert gongkai("compare", province, "--by", "year", "--rank").returncode == 2


def test_territories_stand_in_no_ranking_beside_offices_unless_asked(province: Path) -> None:
    asked = ("compare", province, "--rank", "--metric", "received", "--year", 2023)
    assert "江阴市" not in gongkai(*asked).stdout
    assert "--scope any takes them in" in gongkai(*asked).stderr
    assert gongkai(*asked, "--scope", "any").stdout.splitlines()[1].split("\t")[1] == "江阴市水务局"
    assert gongkai(*asked, "--scope", "territory").stdout.splitlines()[1].split("\t")[1] == "江阴市水务局"


def test_signs_in_the_table_are_explained(province: Path) -> None:
    said = gongkai("compare", province, "--metric", "received", "--metric", "disclosed_of_concluded").stderr
    assert "?: a figure is blank or could not be read; it is never taken for 0" in said
    assert "~: too few cases to rank by" in said
    assert "its 95 % interval" in said
    assert "too few" not in gongkai("compare", province, "--metric", "received").stderr


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
