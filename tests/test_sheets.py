"""Numbers as a spreadsheet shows them, and which cells of a sheet make a table, one quirk at a time."""

from __future__ import annotations

from io import BytesIO
from struct import pack

import pytest
from compound_files import compound
from test_office_bad_input import sheet
from xlsxwriter import Workbook

from gongkai.parsers.document import Document
from gongkai.parsers.readers import read
from gongkai.parsers.readers.number_format import shown
from gongkai.parsers.readers.outside import NOTHING_OUTSIDE
from gongkai.parsers.readers.sheets import Sheet, column_name, document_of
from gongkai.parsers.readers.workbook import read_sheet_xml, read_xlsx


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1.0, "General", "1"),
        (0.1 + 0.2, "General", "0.3"),
        (123456789012.0, "General", "123456789012"),
        (96171.6, "General", "96171.6"),
        (0, "0;-0;;@", ""),
        (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "-"),
        (1234, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "1,234"),
        (0, "#", ""),
        (0, "#,##0", "0"),
        (0.5, "0%", "50%"),
        (0.1234, "0.00%", "12.34%"),
        (12.345, "0.00", "12.35"),
        (2.5, "0", "3"),
        (12, '0"件"', "12件"),
        (12.5, "0.0#", "12.5"),
        (-5, "0", "-5"),
        (-5, "#,##0;(#,##0)", "(5)"),
        (-0.2, "0", "0"),
        (12345.6, "¥#,##0.00", "¥12,345.60"),
        (7, "000", "007"),
        (45678, "yyyy-mm-dd", "2025-01-21"),
        (45678, 'yyyy"年"m"月"d"日"', "2025-01-21"),
        (3, "@", "3"),
        (3, "G/通用格式", "3"),
        (5, "[Red]0", "5"),
    ],
)
def test_numbers_as_their_cells_show_them(value: float, code: str, text: str) -> None:
    assert shown(value, code) == (text, True)


@pytest.mark.parametrize(("value", "code", "text"), [
    (-5, "0_ ;[Red]0 ", "-5"), (12, "[>10]0;0.0", "12"), (0.5, "# ?/?", "0.5"), (1234.0, "0.0E+00", "1234"), (5, "?", "5"),
])  # fmt: skip
def test_a_format_that_is_not_known_leaves_the_number_and_says_so(value: float, code: str, text: str) -> None:
    found = shown(value, code)
    assert found.text == text
    assert found.sure is (code == "?")


def of(cells: dict[str, str], **about: object) -> Document:
    where = {(int(at[1:]) - 1, ord(at[0]) - 65): text for at, text in cells.items()}
    return document_of([Sheet("S", where, **about)])  # type: ignore[arg-type]


def test_places_and_columns() -> None:
    document = of({"A1": "行政许可", "B1": "3", "D1": "5"})
    assert list(zip(document.texts, document.columns, document.where, strict=True)) == [
        ("行政许可", 0, "S!A1"), ("3", 1, "S!B1"), ("", 2, "S!C1"), ("5", 3, "S!D1"),
    ]  # fmt: skip
    assert [column_name(n) for n in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_hidden_rows_and_columns_are_not_there() -> None:
    document = of({"A1": "甲", "B1": "1", "C1": "2", "A2": "乙", "B2": "3", "C2": "4"}, hidden_rows={0}, hidden_columns={1})
    assert list(zip(document.texts, document.columns, strict=True)) == [("乙", 0), ("4", 1)]


def test_a_row_of_framed_blanks_is_a_row() -> None:
    framed = {(r, c) for r in range(5) for c in range(5)}
    document = of({"A2": "维持", "B2": "纠正", "C2": "总计", "A4": "注"}, framed=framed)
    assert document.texts == ["维持", "纠正", "总计", "", "", "", "注"]
    assert list(document.tables) == [1] * 6 + [0]


def test_framed_blanks_under_figures_are_spacing() -> None:
    framed = {(r, c) for r in range(4) for c in range(3)}
    document = of({"A1": "维持", "B1": "纠正", "A2": "1", "B2": "2", "A4": "3", "B4": "4"}, framed=framed)
    assert document.texts == ["维持", "纠正", "1", "2", "3", "4"]


def test_a_frame_without_end_is_cut_at_the_last_text() -> None:
    framed = {(r, c) for r in range(500) for c in range(40)}
    document = of({"A1": "维持", "B1": "纠正", "A2": "1", "B2": "2"}, framed=framed)
    assert len([t for t in document.texts if t]) == 4
    assert len(document) < 150


def test_a_title_over_a_table_is_a_line() -> None:
    document = of({"A1": "某局年度报告", "A2": "行政许可", "B2": "3"})
    assert list(document.tables) == [0, 1, 1]


def test_a_formula_without_a_stored_result_is_no_blank() -> None:
    document = read_xlsx(sheet('<row r="1"><c r="A1" t="str"><v>甲</v></c><c r="B1"><f>SUM(C1:D1)</f></c></row>'), NOTHING_OUTSIDE)
    assert document.texts == ["甲", "=SUM(C1:D1)"]


def workbook(*, zeros: bool) -> list[str]:
    """A sheet with a 0, a white figure, and a white one on a dark ground."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True})
    page = book.add_worksheet("S")
    plain, white = book.add_format({"border": 1}), book.add_format({"border": 1, "font_color": "#FFFFFF"})
    dark = book.add_format({"border": 1, "font_color": "#FFFFFF", "bg_color": "#1F4E79"})
    for column, (value, look) in enumerate((("规章", plain), (0, plain), (7, white), (8, dark), ("0", plain))):
        page.write(0, column, value, look)
    if not zeros:
        page.hide_zero()
    book.close()
    return read(out.getvalue())[0].texts


def test_white_figures_are_seen_on_a_filled_ground_only() -> None:
    assert workbook(zeros=True) == ["规章", "0", "", "8", "0"]


def test_a_sheet_that_shows_no_zeros_prints_blanks() -> None:
    assert workbook(zeros=False) == ["规章", "", "", "8", "0"]
    cells = [(0x0204, pack("<HHHHB", 0, 0, 0, 1, 0) + b"x"), *((0x0203, pack("<HHHd", 0, c, 0, v)) for c, v in ((1, 0.0), (2, 5.0)))]
    for shown_, texts in ((0x10, ["x", "0", "5"]), (0, ["x", "", "5"])):
        assert read(book(*cells, (0x023E, pack("<H", shown_).ljust(18, b"\0"))))[0].texts == texts


def test_a_sheet_of_excel_2003_in_xml_that_shows_no_zeros() -> None:
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    cells = "".join(f'<Cell><Data ss:Type="Number">{n}</Data></Cell>' for n in (3, 0, 5))
    for options, texts in (("", ["3", "0", "5"]), ("<DoNotDisplayZeros/>", ["3", "", "5"])):
        book = (
            f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="S"><Table><Row>{cells}</Row></Table>'
            f'<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">{options}</WorksheetOptions></Worksheet></Workbook>'
        )
        assert read_sheet_xml(book.encode(), NOTHING_OUTSIDE).texts == texts


def test_a_workbook_of_excel_2003_in_xml() -> None:
    book = (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles><Worksheet ss:Name="表"><Table>'
        '<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">行政许可</Data></Cell><Cell><Data ss:Type="Number">3</Data></Cell></Row>'
        '<Row ss:Index="2"><Cell ss:Index="3" ss:StyleID="p"><Data ss:Type="Number">0.5</Data></Cell></Row>'
        "</Table></Worksheet></Workbook>"
    ).encode()
    document = read_sheet_xml(book, NOTHING_OUTSIDE)
    assert list(zip(document.texts, document.where, document.spans, strict=True)) == [
        ("行政许可", "表!A1", 2), ("3", "表!C1", 1), ("", "表!A2", 1), ("", "表!B2", 1), ("50.00%", "表!C2", 1),
    ]  # fmt: skip


def book(*records: tuple[int, bytes]) -> bytes:
    """An XLS file of one sheet named S with these records."""
    start = pack("<HHHHHHII", 0x0809, 16, 0x0600, 5, 0, 0, 0, 0)
    end = pack("<HH", 0x000A, 0)
    sheet_ = start.replace(b"\x05\0", b"\x10\0", 1) + b"".join(pack("<HH", kind, len(body)) + body for kind, body in records) + end
    style = pack("<HH", 0x00E0, 20) + pack("<HH", 0, 0).ljust(20, b"\0")
    name = pack("<IBBBB", 0, 0, 0, 1, 0) + b"S"
    place = len(start) + len(style) + 4 + len(name) + len(end)
    name = pack("<I", place) + name[4:]
    return compound({"Workbook": start + style + pack("<HH", 0x0085, len(name)) + name + end + sheet_})


def formula(column: int, result: bytes) -> tuple[int, bytes]:
    return 0x0006, pack("<HHH", 0, column, 0) + result + pack("<HI", 0, 0)


def test_an_empty_result_of_a_formula_in_an_xls_is_a_blank_with_a_doubt() -> None:
    number = pack("<HHHd", 0, 2, 0, 5.0)
    document = read(book(formula(0, pack("<d", 3.0)), formula(1, b"\x03\0\0\0\0\0\xff\xff"), (0x0203, number)))[0]
    assert document.texts == ["3", "", "5"]
    assert document.marks == {1: ("number_format",)}


@pytest.mark.parametrize(
    ("packed", "text"), [(3 << 2 | 2, "3"), (1234 << 2 | 3, "12.34"), (0x3FF00000, "1"), ((-5 << 2 | 2) & 0xFFFFFFFF, "-5")]
)
def test_numbers_in_30_bits(packed: int, text: str) -> None:
    label = pack("<HHHHB", 0, 0, 0, 1, 0) + b"x"
    assert read(book((0x0204, label), (0x027E, pack("<HHHI", 0, 1, 0, packed))))[0].texts == ["x", text]
