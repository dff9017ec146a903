"""Bytes into cells: the grid of a table as a browser lays it out, lines in order, characters in any encoding.
What the cells mean is left to `test_fixtures` and `test_generated`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.parsers import parse_all
from gongkai.parsers.readers import Unreadable, read
from gongkai.parsers.readers import decode as decode_bytes
from gongkai.parsers.readers.html import read_html
from gongkai.parsers.readers.text import read_text
from gongkai.samplesite.reports import make

SOURCES = sorted((Path(__file__).parent / "fixtures").glob("*/source.*"))
HAN = st.text("政府信息公开工作年度报告县市局申请件数总计其他", min_size=1, max_size=8)
CELL_TEXTS = st.one_of(HAN, st.integers(0, 99999).map(str), st.sampled_from(["", "/", "\xa0", "43.788万元", "1,204"]))

# --- HTML: the grid ------------------------------------------------------------------------------------------------

Place = tuple[int, int, int, str]
"""Row, first column, columns covered, text."""

MARKUP: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: f"<p>{text}</p>",
    lambda text: f"<p class=MsoNormal><span lang=EN-US>{text}<o:p></o:p></span></p>",
    lambda text: f"<br>{text}<br/>",
    lambda text: f"\n  <b>{text}</b>\n",
    lambda text: "".join(f"<span>{char}</span>" for char in text),
]


@st.composite
def tables(draw: st.DrawFn) -> list[list[tuple[int, int, str]]]:
    """Rows of cells (columns covered, rows covered, text) that tile a rectangle, as a table of a form does."""
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 9))
    taken = [[False] * width for _ in range(height)]
    rows = []
    for r in range(height):
        row = []
        for c in range(width):
            if taken[r][c]:
                continue
            right = c + 1
            while right < width and not taken[r][right]:
                right += 1
            across = draw(st.integers(1, right - c)) if draw(st.booleans()) else 1
            down = draw(st.integers(1, height - r)) if draw(st.booleans()) else 1
            for y in range(r, r + down):
                for x in range(c, c + across):
                    taken[y][x] = True
            row.append((across, down, draw(CELL_TEXTS)))
        rows.append(row)
    return rows


def markup(rows: list[list[tuple[int, int, str]]], wrap: Callable[[str], str], unit: str, close: bool) -> str:
    """The rows as a page writes them: spans with or without a unit, tags closed or not."""
    out = ["<table border=1>"]
    for row in rows:
        out.append("<tr>")
        for across, down, text in row:
            spans = (f' colspan="{across}{unit}"' if across > 1 else "") + (
                f" rowspan='{down}{unit}'" if down > 1 else ""
            )
            out.append(f"<td{spans}>{wrap(text)}" + "</td>" * close)
        out.append("</tr>\n" * close)
    return "".join(out) + "</table>\n"


def laid_out(page: str) -> list[list[Place]]:
    """Every table of a page by the rules of HTML, from a parser that shares nothing with ours."""
    found = []
    for table in BeautifulSoup(page, "html.parser").find_all("table"):
        places: list[Place] = []
        taken: set[tuple[int, int]] = set()
        for r, row in enumerate(table.find_all("tr"), 1):
            column = 0
            for cell in row.find_all("td"):
                while (r, column) in taken:
                    column += 1
                across, down = (int(str(cell.get(name, 1))) for name in ("colspan", "rowspan"))
                taken |= {(y, x) for y in range(r, r + down) for x in range(column, column + across)}
                places.append((r, column, across, " ".join(cell.get_text().split())))
                column += across
        found.append(places)
    return found


def read_tables(page: str) -> list[list[Place]]:
    document = read_html(page.encode())
    numbers = sorted(set(document.tables) - {0})
    return [
        [
            (document.places[i], document.columns[i], document.spans[i], document.texts[i])
            for i in range(len(document))
            if document.tables[i] == number
        ]
        for number in numbers
    ]


@given(
    st.lists(tables(), min_size=1, max_size=3), st.sampled_from(MARKUP), st.sampled_from(["", "px", " "]), st.booleans()
)
def test_a_grid_is_laid_out_as_in_a_browser(
    grids: list[list[list[tuple[int, int, str]]]], wrap: Callable[[str], str], unit: str, close: bool
) -> None:
    plain = "".join(markup(rows, str, "", True) for rows in grids)
    page = "<html><body>" + "<p>二、</p>".join(markup(rows, wrap, unit, close) for rows in grids) + "</body></html>"
    assert read_tables(page) == laid_out(plain)


@given(tables())
def test_a_place_names_table_row_and_column(rows: list[list[tuple[int, int, str]]]) -> None:
    page = markup(rows, str, "", True)
    document = read_html(page.encode())
    want = [f"table 1 r{row} c{column + 1}" for row, column, _, _ in laid_out(page)[0]]
    assert [document.at(i) for i in range(len(document))] == want
    assert document.places_of(0, len(rows[0])) == want[: len(rows[0])]


@given(st.lists(st.one_of(HAN, tables()), min_size=1, max_size=8))
def test_text_and_tables_keep_their_order(parts: list[str | list[list[tuple[int, int, str]]]]) -> None:
    page = (
        "<body>" + "".join(f"<p>{p}</p>" if isinstance(p, str) else markup(p, str, "", True) for p in parts) + "</body>"
    )
    flat = [p if isinstance(p, str) else text for p in parts for text in ([p] if isinstance(p, str) else _texts(p))]
    assert [t for t in read_html(page.encode()).texts if t] == [" ".join(t.split()) for t in flat if t.strip()]


def _texts(rows: list[list[tuple[int, int, str]]]) -> list[str]:
    return [text for row in rows for _, _, text in row]


def test_a_nested_table_does_not_swallow_what_follows() -> None:
    page = "<table><tr><td>甲<table><tr><td>1</td><td>2</td></tr></table>乙</td><td>丙</td></tr></table><p>丁</p>"
    assert [t for t in read_html(page.encode()).texts if t] == ["甲", "1", "2", "乙", "丙", "丁"]


def test_what_a_reader_of_the_page_does_not_see() -> None:
    page = (
        "<head><title>题</title><script>var n='<td>7</td>'</script><style>td{}</style></head><!-- <p>8</p> --><p>甲</p>"
    )
    document = read_html(page.encode())
    assert (document.texts, document.meta) == (["甲"], {"title": "题"})


# --- Text ----------------------------------------------------------------------------------------------------------

LINES = st.lists(st.text("政府信息公开，。（）：、0123456789申请件", min_size=1, max_size=20), min_size=1, max_size=40)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_lines_keep_their_order_and_number(lines: list[str], newline: str) -> None:
    document = read_text(newline.join(lines))
    assert document.texts == lines
    assert [document.at(i) for i in range(len(lines))] == [f"line {n}" for n in range(1, len(lines) + 1)]


@given(LINES.filter(lambda lines: len(lines) > 2))
def test_empty_lines_between_all_lines_are_spacing(lines: list[str]) -> None:
    assert read_text("\n\n".join(lines)).texts == lines


@given(
    st.lists(st.lists(CELL_TEXTS.map(str.strip), min_size=3, max_size=8), min_size=1, max_size=6),
    st.sampled_from("|\t"),
)
def test_cells_between_marks(rows: list[list[str]], mark: str) -> None:
    """Blank cells between pipes and tabs stay: they are what keeps the figures behind them in their columns."""
    rows = [["行政许可", *row, "9"] for row in rows]
    lines = [f"| {' | '.join(row)} |" if mark == "|" else mark.join(row) for row in rows]
    document = read_text("\n".join(lines))
    assert document.texts == [cell for row in rows for cell in row]
    assert list(document.columns) == [c for row in rows for c in range(len(row))]


# --- Bytes ---------------------------------------------------------------------------------------------------------

BODY = "政府信息公开工作年度报告，本年新收政府信息公开申请数量。" * 8


def decode(body: bytes) -> str:
    return decode_bytes(body)[0]


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Co", "Cn")), max_size=60).map(lambda text: BODY + text)


@given(TEXTS, st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_bytes_read_back(text: str, encoding: str) -> None:
    if not text.startswith("\ufeff"):
        assert decode(text.encode(encoding)) == text


@given(TEXTS)
def test_marked_utf_16(text: str) -> None:
    assert decode(b"\xff\xfe" + text.encode("utf-16-le")) == text
    assert decode(b"\xfe\xff" + text.encode("utf-16-be")) == text


@given(st.integers(0, len(BODY.encode()) - 1), st.integers(0x80, 0xFF))
def test_a_damaged_byte_damages_no_more_than_its_place(at: int, byte: int) -> None:
    body = bytearray(BODY.encode())
    body[at] = byte
    text = decode(bytes(body))
    intact = max(0, len(body[:at].decode(errors="ignore")) - 1)
    assert text[:intact] == BODY[:intact]
    assert text.endswith(BODY[intact + 4 :])


@given(st.integers(1, len(BODY.encode())))
def test_a_text_cut_within_a_character(length: int) -> None:
    if length > 200:  # shorter, a few bytes say little about what they are
        text = decode(BODY.encode()[:length])
        assert BODY.startswith(text.rstrip("\ufffd"))


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "big5", "iso-8859-1", "nonsense"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_declared_charset_is_not_believed(charset: str, encoding: str) -> None:
    page = f'<html><head><meta charset="{charset}"></head><body><p>青溪市水务局朱镕㙍</p></body></html>'
    document, media_type = read(page.encode(encoding))
    assert (document.texts, media_type) == (["青溪市水务局朱镕㙍"], "text/html")


PAGE_OF_FIGURES = "<html><body><h1>青溪市水务局2023年政府信息公开工作年度报告</h1><table><tr><td>行政许可</td><td>12</td></tr></table></body></html>"
ESCAPED = "<html><body><div>" + PAGE_OF_FIGURES.replace("<", "&lt;").replace(">", "&gt;").replace("td", "TD") + "</div></body></html>"


def _as_western(body: bytes, encoding: str) -> bytes:
    """What a program makes of the bytes that takes each of them for a letter; letters unknown to it stay control characters."""
    return "".join(bytes([b]).decode(encoding, errors="ignore") or chr(b) for b in body).encode()


def _saved_page(page: bytes) -> bytes:
    """A page with a frame before it, as a browser saves both in one file."""
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"B\"\r\n\r\n"
    part = b"--B\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return head + part + b"<html><body><p>1</p></body></html>\r\n" + part + page + b"\r\n--B--\r\n"


@pytest.mark.parametrize(
    "body",
    [
        *(_as_western(PAGE_OF_FIGURES.encode(real), taken_for) for real in ("utf-8", "gb18030") for taken_for in ("latin-1", "cp1252")),
        PAGE_OF_FIGURES.encode("utf-16-le"), PAGE_OF_FIGURES.encode("utf-16-be"), PAGE_OF_FIGURES.replace("12", "1\x002").encode(),
        _saved_page(PAGE_OF_FIGURES.encode()), ESCAPED.encode(), PAGE_OF_FIGURES.replace("<td>12", "<td>&amp;nbsp;12").encode(),
    ],
)  # fmt: skip
def test_a_page_that_was_saved_wrongly(body: bytes) -> None:
    document, media_type = read(body)
    assert (document.texts[-2:], media_type) == (["行政许可", "12"], "text/html")


def test_zeros_of_a_damaged_disk_are_a_hole() -> None:
    document, _ = read(PAGE_OF_FIGURES.replace("<table", 40 * "<p>全年公开工作平稳有序。</p>" + "<table").replace("12", "1" + 32 * "\x00").encode())
    assert document.texts[-1] != "1"
    assert document.marks[len(document) - 1] == document.marks[len(document) - 2] == ("cut_off",)


@pytest.mark.parametrize(("behind", "cut"), [("", True), ("</td></tr></table>", False), ("</body></html>", False)])
def test_a_page_that_breaks_off_within_a_cell(behind: str, cut: bool) -> None:
    document, _ = read((PAGE_OF_FIGURES.partition("</td></tr>")[0] + behind).encode())
    assert document.texts[-1] == "12"
    assert bool(document.marks) == cut


def test_a_footnote_in_markdown_is_no_digit() -> None:
    document, _ = read(("# 青溪市水务局\n" + "\n| 行政许可 | 12<sup>1</sup> |" * 6).encode())
    assert document.texts[-1] == "12 [1]"


@pytest.mark.parametrize(
    "body", [b"", b" \r\n", b"\xef\xbb\xbf", b"%PDF-1.7\n", b"PK\x03\x04", b"\x89PNG\r\n", b"\x00\x01" * 50]
)
def test_what_no_reader_takes(body: bytes) -> None:
    with pytest.raises(Unreadable) as problem:
        read(body)
    assert str(problem.value)


# --- The whole parser: nothing raises, nothing is invented ------------------------------------------------------------


def sound(body: bytes) -> None:
    """What holds for any bytes: an answer, a reason where it is no report, and no figure that is not printed."""
    reports = parse_all(body)
    assert reports
    for report in reports:
        assert report.status in ("ok", "partial", "rejected")
        assert bool(report.reason) == (report.status != "ok")
        for value in report.values:
            assert (value.value is not None) == (value.state == "reported")
            if value.state == "reported":
                assert re.search(r"[\d〇零○一二三四五六七八九十两]", value.raw or ""), value


def test_a_title_in_a_list_of_documents_begins_no_report() -> None:
    made = make(8, layout="html-table", deviations=["second_copy"])
    listed = "<table><tr><td>1</td><td>2019年青溪市水务局政府信息公开工作年度报告</td><td>2020-01-20</td></tr></table>"
    head, copy, rest = made.body.decode().rpartition("附件：")
    assert copy
    alone = listed.replace("<td>1</td>", "").replace("<td>2020-01-20</td>", "")
    assert len(parse_all(f"{head}{listed}{copy}{rest}".encode())) == 1
    assert len(parse_all(f"{head}{alone}{copy}{rest}".encode())) == 2


@given(st.binary(max_size=3000))
def test_any_bytes(body: bytes) -> None:
    sound(body)


@given(st.text(max_size=1000), st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_any_text(text: str, encoding: str) -> None:
    sound(text.encode(encoding, errors="replace"))


FRAGMENTS = st.sampled_from(
    ["<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "<p>", "</p>", '<td rowspan="22px">', '<td colspan="999999">', "<br>",
     "<html>", "一、本年新收政府信息公开申请数量", "（七）总计", "四、结转下年度继续办理", "第二十条第（一）项", "规章", "行政复议", "结果维持",
     "自然人", "总计", "3", "0", "/", "&nbsp;", "2024年政府信息公开工作年度报告", "\n", "| 1 | 2 |\n", "\t", "12①"]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=60))
def test_any_heap_of_fragments(parts: list[str]) -> None:
    sound("".join(parts).encode())


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_page_with_a_piece_cut_out_or_doubled(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(SOURCES)).read_bytes()
    start, stop = sorted(data.draw(st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))))
    sound(body[:start] + body[stop:] if data.draw(st.booleans()) else body[:stop] + body[start:])
