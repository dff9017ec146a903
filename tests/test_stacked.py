"""The rows of a group in one printed row, a line each in its cells: taken apart where all cells have as many lines.
A whole page stands in `fixtures/rows-in-one-cell`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gongkai.parsers import parse
from gongkai.parsers.report import Report

FIXTURES = Path(__file__).parent / "fixtures"
PAGE = (FIXTURES / "rows-in-one-cell" / "source.html").read_text(encoding="utf-8")
PLAIN = (FIXTURES / "proactive-columns-as-rows" / "source.html").read_text(encoding="utf-8")  # the same figures
OTHER = re.compile(r"(<td>1\.申请人无正当[^\n]*?<br>3\.其他</td>)(<td>\d+<br>\d+<br>\d+</td>)")


def _values(report: Report) -> list[tuple[object, ...]]:
    return [(v[:3], v.value, v.state, v.flags) for v in report.values]


@pytest.mark.parametrize(("old", "new"), [
    ("<br>", "<br>"),
    ("<br>", "<br/>\n"),
    ("<br>", "</span><br /><span>"),
    (r"<td>([^<]*<br>.*?)</td>", lambda m: "<td>" + "".join(f"<p>{line}</p>" for line in m[1].split("<br>")) + "</td>"),
    (r"<td>([^<]*<br>.*?)</td>", lambda m: "<td>" + "".join(f"<div> {line} </div>" for line in m[1].split("<br>")) + "</td>"),
    ("补正、行政机关", "补正、<br>行政机关"),  # a label over two lines
])  # fmt: skip
def test_each_line_is_a_row(old: str, new: str) -> None:
    page = re.sub(old, new, PAGE)
    found = parse(page.encode())
    assert (found.status, found.findings) == ("ok", ())
    assert _values(found) == _values(parse(PLAIN.encode()))


def test_the_rows_of_table_two() -> None:
    rows = r"<tr><td>规章</td><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td></tr>\s*<tr><td>行政规范性文件</td><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td></tr>"
    page, count = re.subn(rows, r"<tr><td>规章<br>行政规范性文件</td><td>\1<br>\4</td><td>\2<br>\5</td><td>\3<br>\6</td></tr>", PAGE)
    assert count == 1
    assert _values(parse(page.encode())) == _values(parse(PLAIN.encode()))


def _row(report: Report, row: str) -> list[object]:
    return [v.value if v.state == "reported" else v.state for v in report.values if v.row == row]


def test_a_blank_line_is_a_blank_cell() -> None:
    want = _row(parse(PLAIN.encode()), "other_other")
    page, count = OTHER.subn(lambda m: m[1] + re.sub(r"\d+(?=</td>)", "", m[2]), PAGE)
    assert count == 1
    assert _row(parse(page.encode()), "other_other") == ["blank", *want[1:]]


@pytest.mark.parametrize("change", [
    lambda m: m[1] + m[2].replace("<br>", "", 1),  # a line less
    lambda m: m[1] + m[2].replace("<br>", "<br><br>", 1),  # one more
    lambda m: m[1] + re.sub(r"<br>\d+</td>", "<br>见附件</td>", m[2]),
    lambda m: m[1].replace("3.其他", "3.其他情况说明") + m[2],  # no label of the form
    lambda m: m[1].replace("3.其他", "2.申请人逾期未按收费通知要求缴纳费用") + m[2],  # one label twice
    lambda m: "<td>0</td>" + m[1] + m[2],  # a figure before the labels
    lambda m: m[1] + m[1].replace("<td>1.申请人", "<td>1.") + m[2],  # labels where figures would stand
    lambda m: m[1] + m[1] + m[2],
])  # fmt: skip
def test_lines_that_do_not_match_are_no_rows(change: object) -> None:
    page, count = OTHER.subn(change, PAGE)  # type: ignore[call-overload]
    assert count == 1
    found = parse(page.encode())
    assert found.status == "partial"
    for row in ("other_uncorrected", "other_unpaid", "other_other"):
        assert all(value in ("absent", "unreadable") for value in _row(found, row)), row


def test_every_row_names_the_place_where_it_is_printed() -> None:
    places = {v.row: v.at for v in parse(PAGE.encode()).values if v.table == "applications" and v.column == "total"}
    assert places["refused_state_secret"] == places["refused_administrative_inquiry"] == places["refused_internal_affairs"]
    assert places["unavailable_not_held"] == re.sub(r"r(\d+)", lambda m: f"r{int(m[1]) + 1}", places["refused_state_secret"] or "")
