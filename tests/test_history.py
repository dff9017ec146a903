"""Findings that only several reports together give: balances, stocks, jumps, copies, and lateness; and no false alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from handmade import gongkai, report, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.output.history import Told, figures_of, history_findings
from gongkai.parsers.forms import FORMS
from gongkai.parsers.report import Report


def of(agency: str, year: int, **printed: Any) -> Report:
    made = report(agency, year, **printed)
    identity = made.identity._replace(agency_id=agency, published=date(year + 1, 1, 20))
    return replace(made, identity=identity)


def told(*reports: Report) -> list[tuple[str, str, str | None, str | None, object, object]]:
    figures = [figures_of(f"r{k}", r) for k, r in enumerate(reports)]
    found: list[Told] = list(history_findings(f for f in figures if f))
    return [(t.report_id, t.finding.rule, t.finding.row, t.finding.column, t.finding.expected, t.finding.actual) for t in found]


def test_a_balance_must_be_carried_over() -> None:
    before = of("甲", 2022, applications__carried_out__total=5, applications__carried_out__business=5)
    after = of("甲", 2023, applications__carried_in__total=5, applications__carried_in__business=4)
    assert told(before, after) == [("r1", "carry_over", "carried_in", "business", 5, 4)]


def test_also_across_the_change_of_form() -> None:
    before = of("甲", 2020, form="2019", applications__carried_out__total=5)
    assert told(before, of("甲", 2021)) == [("r1", "carry_over", "carried_in", "total", 5, 0)]


def test_a_blank_a_gap_of_years_and_another_agency_prove_nothing() -> None:
    before = of("甲", 2021, applications__carried_out__total=5)
    assert told(before, of("甲", 2022, applications__carried_in__total=None)) == []
    assert told(before, of("甲", 2023)) == []
    assert told(before, of("乙", 2022)) == []


def test_a_year_with_two_different_reports_stands_for_nothing() -> None:
    twice = of("甲", 2021, applications__carried_out__total=5), of("甲", 2021, applications__carried_out__total=6)
    assert told(*twice, of("甲", 2022)) == []


def test_the_stock_of_documents() -> None:
    before = of("甲", 2022, proactive__normative_documents__in_force=30)
    after = of("甲", 2023, proactive__normative_documents__in_force=33, proactive__normative_documents__issued=5,
               proactive__normative_documents__repealed=1)  # fmt: skip
    assert told(before, after) == [("r1", "stock", "normative_documents", "in_force", 34, 33)]
    kept = of("甲", 2023, proactive__normative_documents__in_force=34, proactive__normative_documents__issued=5,
              proactive__normative_documents__repealed=1)  # fmt: skip
    assert told(before, kept) == []


def test_a_jump_is_many_times_and_much() -> None:
    assert ("r1", "jump", "received", "total", 4000, 40) in told(
        of("甲", 2022, applications__received__total=4000), of("甲", 2023, applications__received__total=40)
    )
    assert told(of("甲", 2022, applications__received__total=1), of("甲", 2023, applications__received__total=60)) == []


def test_before_2019_everybody_had_until_the_end_of_march() -> None:
    in_time = of("甲", 2018)
    in_time = replace(in_time, identity=in_time.identity._replace(published=date(2019, 3, 31)))
    assert told(in_time) == []
    assert told(replace(in_time, identity=in_time.identity._replace(published=date(2019, 4, 2)))) == [("r0", "late", None, None, None, 2)]


def test_late_is_after_the_statutory_day() -> None:
    on_the_day = of("甲", 2023)
    on_the_day = replace(on_the_day, identity=on_the_day.identity._replace(published=date(2024, 1, 31)))
    after = replace(on_the_day, identity=on_the_day.identity._replace(published=date(2024, 2, 1)))
    assert told(on_the_day) == []
    assert told(after) == [("r0", "late", None, None, None, 1)]
    government = replace(after, identity=after.identity._replace(kind="government"))
    assert told(government) == []
    [one] = history_findings([f for f in [figures_of("r", after)] if f])
    assert one.finding.fault == "unknown"  # signed in time
    assert "art. 49" in one.finding.detail


def busy(agency: str, year: int, seed: int) -> Report:
    rng = Random(seed)
    names = [c.name for c in FORMS["2021"].cells if c.table == "applications" and "_total" not in c.name and "carried" not in c.name]
    return of(agency, year, **{name: rng.randint(1, 60) for name in rng.sample(names, 14)})


def test_figures_of_another_report_are_copies_when_they_are_many() -> None:
    others = [busy(f"局{k}", 2023, k) for k in range(20)]
    copy = busy("县", 2023, 3)
    assert [t[:2] for t in told(*others, copy)] == [("r3", "copied_figures")]  # the first by id stands for the original
    assert told(*others) == []
    few = [of(f"局{k}", 2023, applications__received__total=2, applications__granted__total=2) for k in range(30)]
    assert told(*few) == []


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(2, 7))
def test_a_history_without_faults_gives_no_finding(seed: int, years: int) -> None:
    rng = Random(seed)
    reports: list[Report] = []
    carried, stock = rng.randint(0, 9), rng.randint(0, 50)
    for year in range(2021, 2021 + years):
        issued, repealed, out = rng.randint(0, 9), rng.randint(0, min(stock, 5)), rng.randint(0, 9)
        stock += issued - repealed
        reports.append(of("甲", year, applications__carried_in__total=carried, applications__carried_out__total=out,
                          proactive__regulations__in_force=stock, proactive__regulations__issued=issued,
                          proactive__regulations__repealed=repealed))  # fmt: skip
        carried = out
    assert told(*reports) == []
    rng.shuffle(reports)
    assert told(*reports) == []


def test_they_stand_in_the_dataset_and_are_counted(tmp_path: Path) -> None:
    """Two years of one agency, from pages to the dataset: 3 requests were carried in, and last year printed 4 carried out."""
    page = (Path(__file__).parent / "fixtures" / "footnote-under-review" / "source.html").read_text(encoding="utf-8")
    page = page.replace("青溪市", "东至县")
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "2024.html").write_text(page, encoding="utf-8")
    earlier = page.replace("2025", "2024").replace("2024年", "2023年").replace("2024-01", "2024-02")
    out = "四、结转下年度继续办理</td><td>2</td><td>1</td><td>0</td><td>0</td><td>0</td><td>0</td><td>"
    assert out + "3<" in earlier
    earlier = earlier.replace(out + "3<", out + "4<")
    (pages / "2023.html").write_text(earlier, encoding="utf-8")
    done = gongkai("parse", pages, "--out", tmp_path / "d")
    assert done.returncode == 0, done.stderr
    reports = {r["year"]: r for r in rows(tmp_path / "d")}
    assert {r["agency_id"] for r in reports.values()} == {"341721-文化和旅游局"}
    found = rows(tmp_path / "d", "findings")
    carried = [f for f in found if f["rule"] == "carry_over" and f["column"] == "total"]
    assert [(f["report_id"], f["expected"], f["actual"]) for f in carried] == [(reports[2024]["report_id"], 4, 3)]
    assert [f["report_id"] for f in found if f["rule"] == "late"] == [reports[2023]["report_id"]]
    for report_row in reports.values():
        assert report_row["findings"] == sum(f["report_id"] == report_row["report_id"] for f in found)
