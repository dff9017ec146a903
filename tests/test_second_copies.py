"""A page that prints its tables once more, folded away, for printers or for narrow screens: the same figures are no doubt, others are.
Copies of other years and bodies are left to the fixtures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gongkai.parsers import parse
from gongkai.parsers.report import Report

PAGE = (Path(__file__).parent / "fixtures" / "proactive-a-figure-a-row" / "source.html").read_text(encoding="utf-8")
TABLES = re.findall(r"<table>.*?</table>", PAGE, re.DOTALL)
FOLDED = {
    "details": "<details><summary>打印版</summary>{}</details>",
    "details, open": "<details open><summary>打印版</summary>{}</details>",
    "aria-hidden": '<div aria-hidden="true">{}</div>',
    "print-only": '<div class="print-only">{}</div>',
    "narrow screens": '<div class="visible-xs">{}</div>',
    "a rule for screens": "<style>@media screen{{.copy{{display:none}}}}</style><div class=copy>{}</div>",
}
RECEIVED = re.compile(r"(<td colspan=\"3\">一、本年新收政府信息公开申请数量</td><td>)(\d+)")


def _values(report: Report) -> list[tuple[object, ...]]:
    return [(v[:3], v.value, v.state, v.flags) for v in report.values]


def _with_copies(folded: str, *, first: bool, changed: bool) -> str:
    """Each table with its copy before or behind it; one figure of the copy of table three is another."""
    page = PAGE
    for table in TABLES:
        other = RECEIVED.sub(lambda m: f"{m[1]}{int(m[2]) + 1}", table) if changed else table
        copy = FOLDED[folded].format(other)
        page = page.replace(table, copy + table if first else table + copy)
    return page


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("folded", FOLDED)
def test_a_copy(folded: str, first: bool) -> None:
    alone = parse(PAGE.encode())
    same = parse(_with_copies(folded, first=first, changed=False).encode())
    assert (same.status, same.findings, _values(same)) == (alone.status, alone.findings, _values(alone))
    other = parse(_with_copies(folded, first=first, changed=True).encode())
    doubted = [(v.row, v.column) for v in other.values if "second_copy_differs" in v.flags]
    assert doubted == [("received", "natural_person")]
    assert [f.rule for f in other.findings if f.rule == "copies_disagree"] == ["copies_disagree"]


@pytest.mark.parametrize("first", [True, False])
def test_the_totals_alone_are_no_second_table(first: bool) -> None:
    rows = re.findall(r"<td[^>]*>([^<>]*)</td>((?:<td>\d+</td>){6})<td>(\d+)</td></tr>", TABLES[1])
    totals = "<table><tr><td>项目</td><td>总计</td></tr>" + "".join(f"<tr><td>{r[0]}</td><td>{r[2]}</td></tr>" for r in rows) + "</table>"
    assert len(rows) == len(re.findall('<tr>', TABLES[1])) - 3
    folded = FOLDED["details"].format(totals)
    page = PAGE.replace(TABLES[1], folded + TABLES[1] if first else TABLES[1] + folded)
    assert _values(parse(page.encode())) == _values(parse(PAGE.encode()))
