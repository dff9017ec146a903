"""An article that its site has cut into pages: told, and read as one where all pages lie side by side.
A page alone stands in `fixtures/first-page-of-three`."""

from __future__ import annotations

from pathlib import Path

import pytest
from handmade import gongkai, rows

from gongkai.parsers import parse, parse_all
from gongkai.parsers.paging import paging_of
from gongkai.parsers.readers.outside import Outside

PAGE = (Path(__file__).parent / "fixtures" / "proactive-a-figure-a-row" / "source.html").read_text(encoding="utf-8")
LINKS = '<div><span>1</span> <a href="./t20240122_4711_1.html">2</a> <a href="./t20240122_4711_1.html">下一页</a></div>'
BACK = '<div><a href="./t20240122_4711.html">上一页</a> <a href="./t20240122_4711.html">1</a> 2</div>'
CALL = '<script>createPageHTML(2, 0, "t20240122_4711", "html");</script>'
CALL_BACK = '<script>createPageHTML(2, 1, "t20240122_4711", "html");</script>'


def _cut(at: str, first: str, second: str) -> tuple[str, str]:
    """The page as two, the second from `at` on: the table that is cut goes on as a table of its own."""
    body = PAGE.index("<p>一、")
    cut = PAGE.rindex("<tr>" if at.endswith("总计") else "<p>", 0, PAGE.index(at) + len(at))
    end, begin = ("</table>", "<table>") if at.endswith("总计") else ("", "")
    return PAGE[:cut] + end + first + "</body></html>", PAGE[:body] + begin + PAGE[cut:].replace("</body>", second + "</body>")


@pytest.mark.parametrize(("pager", "number", "count", "further"), [
    (LINKS, 1, 2, ["./t20240122_4711_1.html"]),
    (CALL, 1, 2, ["t20240122_4711_1.html"]),
    (CALL_BACK, 2, 2, []),
    (BACK, None, None, []),
    ('<a href="/art/2024/4711_2.html">2</a><a href="/art/2024/4711_3.html">[3]</a>', 1, 3, ["/art/2024/4711_2.html", "/art/2024/4711_3.html"]),
    ('<a href="4711_1.html">2</a><a href="4711_5.html">末页</a>', 1, None, []),  # those between are not named
    ("<p>第 1 页 / 共 3 页</p>", 1, 3, []),
    ("<p>共3页 第2页</p>", 2, 3, []),
])  # fmt: skip
def test_a_pager(pager: str, number: int | None, count: int | None, further: list[str]) -> None:
    found = paging_of(f"<html><body>{pager}</body></html>".encode())
    assert found is not None
    assert (found.number, found.of, list(found.further)) == (number, count, further)


@pytest.mark.parametrize("other", [
    '<a href="index_1.html">下一页</a><a href="index_2.html">3</a>',  # of a list
    '<script>createPageHTML(40, 0, "index", "html")</script>',
    '<script>createPageHTML(1, 0, "t20240122_4711", "html")</script>',
    '<a href="t20240120_4712.html">下一篇</a>',
    '<a href="t20240120_4712.html">2</a>',
    '<a href="t20240120_4712.html">上一页</a>',
    '<a href="t20240122_4711_1.html">青溪市水务局公告</a>',
    "<p>第1页 共3页</p><p>第2页 共3页</p><p>第3页 共3页</p>",  # the sheets of one document
    "<p>第1页 共1页</p>",
])  # fmt: skip
def test_what_is_no_pager_of_an_article(other: str) -> None:
    assert paging_of(f"<html><body>{other}</body></html>".encode()) is None


@pytest.mark.parametrize("pager", [LINKS, CALL, "<p>第1页/共2页</p>"])
def test_a_page_alone_says_so(pager: str) -> None:
    report = parse(_cut("四、政府信息公开行政复议", pager, "")[0].encode())
    assert report.status == "partial" and report.reason is not None
    assert report.reason.startswith("table review not found; page 1 of 2 of an article")
    assert [f.rule for f in report.findings] == ["page_of_several"]
    whole = parse(PAGE.replace("</body>", pager + "</body>").encode())
    assert (whole.status, whole.findings) == ("ok", ())


@pytest.mark.parametrize("at", ["四、政府信息公开行政复议", "（七）总计"])
@pytest.mark.parametrize(("first", "second"), [(LINKS, BACK), (CALL, CALL_BACK)])
def test_pages_side_by_side_are_one_report(at: str, first: str, second: str, tmp_path: Path) -> None:
    pages = _cut(at, first, second)
    for name, page in zip(("t20240122_4711.html", "t20240122_4711_1.html"), pages, strict=True):
        (tmp_path / name).write_text(page, encoding="utf-8")
    done = gongkai("parse", tmp_path, "--out", tmp_path / "out")
    assert "1 ok" in done.stderr and "part of the report" in done.stderr
    (report,) = rows(tmp_path / "out")
    assert (report["status"], report["year"]) == ("ok", 2023)
    whole = {(v.table, v.row, v.column): v.value for v in parse(PAGE.encode()).values}
    cells = rows(tmp_path / "out", "cells")
    assert len(cells) == len(whole)
    for cell in cells:
        value = whole[cell["table"], cell["row"], cell["column"]]
        assert cell["value"] == (None if value is None else pytest.approx(float(value)))
    places = {cell["row"]: cell["at"] for cell in cells}
    assert places["reconsideration"].startswith("t20240122_4711_1.html table ") and places["received"].startswith("table ")


def test_a_page_that_is_not_at_hand_is_not_passed_over() -> None:
    first, _ = _cut("四、政府信息公开行政复议", LINKS.replace("下一页", "末页").replace("_1.html\">末", "_2.html\">末"), "")
    (report,) = parse_all(first.encode(), outside=Outside(lambda reference: PAGE.encode() if reference.endswith("_1.html") else None))
    assert report.status == "partial" and "page 1 of 3" in (report.reason or "")
