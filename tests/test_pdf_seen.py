"""What of a PDF page is printed: ink that can hardly be seen, figures that their cells cut off, layers, sheets that lie crookedly.
Whole reports are judged in `test_pdf`."""

from __future__ import annotations

import pytest
from papers import FONT, drawn, grid, raw_pdf, stream
from reportlab.lib.colors import Color
from reportlab.pdfbase import ttfonts
from reportlab.pdfgen.canvas import Canvas

from gongkai.parsers.number import read_number
from gongkai.parsers.readers import Unreadable, read
from gongkai.parsers.readers.pdf_page import CUT_OFF
from gongkai.samplesite import pdf


def cells(body: bytes) -> list[list[str]]:
    """The texts of the document, row by row."""
    found: dict[int, list[str]] = {}
    for cell in read(body)[0]:
        found.setdefault(cell.row, []).append(cell.text)
    return list(found.values())


def test_digits_at_odds_are_not_one_number() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", "38"], ["行政许可", "5"], ["行政处罚", "31"], ["行政强制", "4"]])
        canvas.drawString(165, 687, "1")  # raised, in type of the same size
        canvas.drawString(155.5, 660, "8")  # printed over the 5
        canvas.setFont(FONT, 6)
        canvas.drawString(165, 632, "2")  # smaller, on the line itself
        canvas.drawString(160, 610, "[1]")  # the mark of a footnote, lowered

    found = [row[1] for row in cells(drawn(draw))]
    assert not any(read_number(text).kind == "number" for text in found[:3]) and "" not in found
    assert found[3] == "4 [1]"


@pytest.mark.parametrize(("ink", "shown"), [(Color(0.75, 0.75, 0.75), False), (Color(0, 0, 0, alpha=0.2), False), (Color(0.6, 0.6, 0.6), True)])
def test_a_level_watermark_is_no_figure_and_a_cell_with_nothing_else_no_blank(ink: Color, shown: bool) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", "1", ""], ["行政许可", "5", ""]])
        canvas.setFillColor(ink)
        canvas.drawString(165, 684, "7")
        canvas.drawString(250, 684, "7")
        canvas.drawString(250, 660, "内部")

    found = cells(drawn(draw))
    assert [row[2] for row in found] == (["7", "内部"] if shown else [CUT_OFF, ""])
    assert found[0][1] == ("1 7" if shown else "1")


def test_a_level_watermark_between_open_rows_makes_their_blanks_doubtful() -> None:
    def draw(canvas: Canvas) -> None:
        for y, words in (
            (700, ((60, "信息内容"), (200, "本年制发件数"), (330, "现行有效件数"))),
            (680, ((60, "规章"), (220, "3"), (350, "21"))),
            (660, ((60, "行政规范性文件"), (350, "7"))),
        ):
            for x, word in words:
                canvas.drawString(x, y, word)
        canvas.setFillColor(Color(0, 0, 0, alpha=0.2))
        canvas.drawString(222, 660, "9")

    last = cells(drawn(draw))[-1]
    assert last[-1] == "7" and last[-2] not in ("", "9")


def test_what_a_cell_cuts_off_is_neither_read_nor_blank() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", "1", ""], ["行政许可", "", ""], ["行政处罚", "", ""]])
        for y, x, text in ((660, 221, "12345"), (636, 260, "777"), (636, 155, "34")):
            canvas.saveState()
            window = canvas.beginPath()
            window.rect(151, y - 6, 88, 20)
            canvas.clipPath(window, stroke=0, fill=0)
            canvas.drawString(x, y, text)
            canvas.restoreState()

    found = [row[1:] for row in cells(drawn(draw))]
    assert found[0] == ["1", ""]
    assert not any(read_number(text).kind == "number" for text in found[1]) and found[1][0]
    assert found[2][0] == "34" and read_number(found[2][1]).kind == "text"


def test_a_page_that_lies_crookedly_is_level() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(30, -20)
        canvas.rotate(2)
        grid(canvas, [["规章", "1", "11"], ["行政许可", "", "7"], ["行政处罚", "3", ""]])

    assert cells(drawn(draw)) == [["规章", "1", "11"], ["行政许可", "", "7"], ["行政处罚", "3", ""]]


def _with_layer(switch: bytes, *, as_drawing: bool) -> bytes:
    """A table and, on a layer, other figures in its cells."""
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0"
        b"/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000/W[814 939 500]>>]>>"
    )

    def text(x: int, y: int, words: str) -> bytes:
        return b"BT /G 10 Tf 1 0 0 1 %d %d Tm <%s> Tj ET\n" % (x, y, words.encode("utf-16-be").hex().encode())

    lines = b"".join(b"%d %d 90 24 re S\n" % (x, y) for y in (676, 652) for x in (60, 150, 240))
    seen = lines + text(65, 684, "规章") + text(155, 684, "1") + text(65, 660, "行政许可") + text(245, 660, "7")
    other = text(175, 684, "9") + text(245, 684, "8") + text(155, 660, "6")
    resources = b"<</Font<</G 5 0 R>>/Properties<</L 6 0 R>>/XObject<</X 7 0 R>>>>"
    hidden = b"/X Do" if as_drawing else b"/OC /L BDC\n" + other + b"EMC"
    return raw_pdf([
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R]/D<</%s[6 0 R]>>>>>>" % switch,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources%s>>" % resources,
        stream(seen + hidden),
        font,
        b"<</Type/OCG/Name(draft)>>",
        stream(other, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/OC 6 0 R/Resources%s" % b"<</Font<</G 5 0 R>>>>"),
    ])  # fmt: skip


@pytest.mark.parametrize("as_drawing", [False, True])
def test_a_layer_that_is_switched_off_is_not_printed(as_drawing: bool) -> None:
    assert cells(_with_layer(b"OFF", as_drawing=as_drawing)) == [["规章", "1", ""], ["行政许可", "", "7"]]
    assert [row[1:] for row in cells(_with_layer(b"ON", as_drawing=as_drawing))] == [["1 9", "8"], ["6", "7"]]


def test_a_sheet_may_be_given_by_any_two_corners() -> None:
    body = drawn(lambda c: grid(c, [["规章", "1"], ["行政许可", "5"]]))
    assert b"/MediaBox [ 0 0 595 842 ]" in body
    assert cells(body.replace(b"/MediaBox [ 0 0 595 842 ]", b"/MediaBox [ 595 842 0 0 ]")) == [["规章", "1"], ["行政许可", "5"]]


def _called_otherwise(monkeypatch: pytest.MonkeyPatch, digits: str) -> bytes:
    """A table of all digits in a font of the file's own, of which the file says that 0 to 9 are these."""
    pdf.fonts()
    honest = ttfonts.makeToUnicodeCMap

    def says(name: str, codes: list[int]) -> str:
        return str(honest(name, [ord(digits[code - 48]) if 48 <= code < 58 else code for code in codes]))

    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", ""], ["行政许可", ""]])
        canvas.setFont("MicroHei", 10)
        canvas.drawString(155, 684, "20461")
        canvas.drawString(155, 660, "35798")

    with monkeypatch.context() as changed:
        changed.setattr(ttfonts, "makeToUnicodeCMap", says)
        return drawn(draw)


@pytest.mark.parametrize("others", ["0723456189", "1234567890", "0128456739", "0163452789"])
def test_a_font_that_draws_other_digits_than_the_file_says_is_not_believed(others: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """1 and 7, all by one, 3 and 8, 2 and 6 (of which one encloses paper) for each other."""
    assert [row[1] for row in cells(_called_otherwise(monkeypatch, "0123456789"))] == ["20461", "35798"]
    with pytest.raises(Unreadable, match="draw other digits"):
        read(_called_otherwise(monkeypatch, others))


def test_a_stamp_over_one_place_of_a_digit_proves_nothing() -> None:
    pdf.fonts()

    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", ""], ["行政许可", ""]])
        canvas.setFont("MicroHei", 10)
        canvas.drawString(155, 684, "17")
        canvas.drawString(155, 660, "17")
        canvas.setStrokeColor(Color(1, 0, 0))
        for x in (157, 163):  # a ring that closes each digit
            canvas.circle(x, 688, 3)

    assert cells(drawn(draw))[1][1] == "17"


def test_digits_that_stand_upside_down_or_up_the_page_are_looked_at_upright() -> None:
    pdf.fonts()
    for turn, x, y in ((90, 300, 200), (180, 400, 300), (270, 200, 500)):

        def draw(canvas: Canvas, turn: int = turn, x: int = x, y: int = y) -> None:
            canvas.translate(x, y)
            canvas.rotate(turn)
            canvas.setFont("MicroHei", 10)
            canvas.drawString(0, 0, "0123456789 69")

        assert cells(drawn(draw)) == [["0123456789 69"]]
