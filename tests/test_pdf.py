"""PDF files: generated reports of three kinds against their truth, what real programs print, odd type, and bad files.
`GONGKAI_DOCUMENTS` says how many reports (36 in the suite); pytest -s prints the table."""

from __future__ import annotations

import base64
import ctypes
import os
import resource
import shutil
import subprocess
import sys
import time
import zlib
from collections import defaultdict
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from papers import FONT, drawn, grid, raw_pdf, stream
from pdf_fixtures import printed, truth
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from scoring import Score, score
from test_generated import _complaint, _table

from gongkai.parsers import parse
from gongkai.parsers.document import Document
from gongkai.parsers.readers import Unreadable, pdf_fonts, read
from gongkai.parsers.readers.pdf import FIRST_PAGES, MOST_PAGES, SCANNED
from gongkai.parsers.readers.pdf_page import CUT_OFF
from gongkai.samplesite import pdf
from gongkai.samplesite.composing import Item
from gongkai.samplesite.deviations import DEVIATIONS
from gongkai.samplesite.draft import Draft
from gongkai.samplesite.layouts import LAYOUTS
from gongkai.samplesite.reports import make

KINDS = ("pdf-ruled", "pdf-open", "pdf-split")
DOCUMENTS = int(os.environ.get("GONGKAI_DOCUMENTS", "36")) // len(KINDS)
FIRST_SEED = int(os.environ.get("GONGKAI_SEED", "700000"))
EXACT_SHARE = {"pdf-ruled": 0.999, "pdf-open": 0.999, "pdf-split": 0.999}
# In few documents one that cannot be decided weighs more.
FEW, EXACT_SHARE_OF_FEW = 100, 0.98


def cells(body: bytes) -> list[list[str]]:
    """The texts of the document, row by row."""
    document: Document = read(body)[0]
    found: dict[int, list[str]] = {}
    for cell in document:
        found.setdefault(cell.row, []).append(cell.text)
    return list(found.values())


def reason(body: bytes) -> str:
    report = parse(body)
    assert report.status == "rejected"
    assert not report.values
    assert report.reason and "\n" not in report.reason
    return report.reason


# --- Generated reports --------------------------------------------------------------------------------------------


def test_nothing_is_silently_wrong_over_generated_pdf_files() -> None:
    by_kind, by_quirk = defaultdict(Score), defaultdict(Score)
    complaints: list[str] = []
    unlike: list[str] = []
    for kind in KINDS:
        for seed in range(FIRST_SEED, FIRST_SEED + DOCUMENTS):
            made = make(seed, layout=kind)
            report = parse(made.body)
            judged = score(report, made.truth)
            for group in (by_kind[kind], *(by_quirk[name] for name in made.truth["quirks"] or ("(none)",))):
                group.add(judged)
            if judged.silent or judged.blind:
                complaints.append(_complaint(made, judged))
            if (report.identity.agency, report.identity.year) != (made.truth["agency"], made.truth["year"]):
                unlike.append(made.name)
    print()
    print(_table("kind", by_kind))
    print()
    print(_table("deviation", by_quirk))
    assert not complaints, f"{len(complaints)} documents silently wrong:\n" + "\n".join(complaints[:12])
    for kind, judged in by_kind.items():
        least = EXACT_SHARE[kind] if DOCUMENTS >= FEW else EXACT_SHARE_OF_FEW
        assert judged.exact_share >= least, f"{kind}: only {judged.exact_share:.4%} of cells exact"
    assert len(unlike) <= 0.02 * len(KINDS) * DOCUMENTS, unlike


_NAMES = st.lists(st.sampled_from([n for n, d in DEVIATIONS.items() if d.fits(LAYOUTS["pdf-ruled"], "2021")]), max_size=4, unique=True)


@settings(
    max_examples=max(12, DOCUMENTS // 6), print_blob=False,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(KINDS), names=_NAMES)
def test_no_mixture_of_deviations_is_silently_wrong(seed: int, kind: str, names: list[str]) -> None:
    made = make(seed, layout=kind, deviations=names)
    judged = score(parse(made.body), made.truth)
    assert not judged.silent + judged.blind, _complaint(made, judged)


@pytest.mark.parametrize("seed", [
    2620176,  # labels torn round their figures, at the end of a table on a page of its own
    2620219,
    2620265,  # a year within a label that is torn over lines
    2620275,  # signs for nothing, broken in narrow columns, and instead of all figures of a table
    2620015,  # numbers of labels that stand apart from their points
    2620181,  # two reports, the first title on two lines
    2620418,  # a header that stands over the cells of two rows only
    700288,  # a bracket between a label and its figures
])  # fmt: skip
def test_tables_without_lines_that_were_misread(seed: int) -> None:
    made = make(seed, layout="pdf-open")
    judged = score(parse(made.body), made.truth)
    assert judged.exact_share == 1 and judged.counts["missing"] == 0, _complaint(made, judged)
    assert not any(wrong.want is not None for wrong in judged.wrong)


def test_a_column_that_is_lost_with_its_header_makes_the_others_doubtful() -> None:
    made = make(2621133, layout="pdf-open")  # 信息内容上一年项目数量 in one cell, and no figure under 本年增/减
    report = parse(made.body)
    judged = score(report, made.truth)
    assert not judged.silent + judged.blind, _complaint(made, judged)
    assert any(v.flags == ("disordered",) for v in report.values)


@pytest.mark.parametrize("ruling", ["plumb", "framed"])
def test_plumb_lines_alone(ruling: str) -> None:
    """Lines between the columns and none between the rows, with a frame and without."""

    def write(draft: Draft, items: list[Item], rng: Random) -> bytes:
        return pdf.print_with(draft, items, replace(pdf._look(draft, rng), ruling=ruling), rng)

    layout = replace(LAYOUTS["pdf-open"], print=write)
    whole = Score()
    for seed in range(FIRST_SEED, FIRST_SEED + max(6, DOCUMENTS // 4)):
        made = make(seed, layout=layout)
        judged = score(parse(made.body), made.truth)
        assert not judged.silent + judged.blind, _complaint(made, judged)
        whole.add(judged)
    assert whole.exact_share >= EXACT_SHARE_OF_FEW


# --- What other programs print ------------------------------------------------------------------------------------

# Pages as they come from a browser are as wide as their tables; A4 would cut them off.
_WIDE_PAPER = b"<style>@page{size:420mm 594mm;margin:15mm}</style>"
_HTML = ("html-table", "html-captions-outside", "html-skewed", "html-review-three", "html-cut-table", "html-word")


def _printed_by(program: str, folder: Path, pages: list[bytes]) -> list[bytes]:
    for k, page in enumerate(pages):
        wide = page.replace(b"<head>", b"<head>" + _WIDE_PAPER, 1) if b"<head>" in page else _WIDE_PAPER + page
        (folder / f"{k}.html").write_bytes(wide)
    if program == "chromium":
        for k in range(len(pages)):
            command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/profile",
                       f"--print-to-pdf={folder}/{k}.pdf", f"file://{folder}/{k}.html"]  # fmt: skip
            subprocess.run(command, check=True, capture_output=True, timeout=120)
    else:
        office = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to"]
        for ending, source in (("docx:MS Word 2007 XML", "html"), ("pdf", "docx")):
            files = [f"{folder}/{k}.{source}" for k in range(len(pages))]
            subprocess.run([*office, ending, "--outdir", str(folder), *files], check=True, capture_output=True, timeout=240)
    return [(folder / f"{k}.pdf").read_bytes() for k in range(len(pages))]


@pytest.mark.parametrize("program", ["chromium", "soffice"])
def test_what_a_program_prints_is_read_as_its_source(program: str, tmp_path: Path) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed; the reader was measured on what it prints, see docs/benchmarks.md")
    made = [make(7100 + k, layout=layout) for k, layout in enumerate(_HTML[: 2 if program == "soffice" else 4])]
    for one, body in zip(made, _printed_by(program, tmp_path, [m.body for m in made]), strict=True):
        judged = score(parse(body), one.truth)
        assert not judged.silent + judged.blind, _complaint(one, judged)
        assert judged.exact_share >= 0.99, _complaint(one, judged)


# --- Type and paper -----------------------------------------------------------------------------------------------


def test_a_ruled_table_is_a_grid_with_places() -> None:
    document = read(drawn(lambda c: grid(c, [["规章", "1", "", "11"], ["行政许可", "5", "/", "7"]])))[0]
    assert document.texts == ["规章", "1", "", "11", "行政许可", "5", "/", "7"]
    assert list(document.columns) == [0, 1, 2, 3] * 2
    assert document.tables[0] == 1
    assert document.at(3).startswith("p1 (335,")


def _at(canvas: Canvas, *rows: tuple[float, tuple[tuple[float, str], ...]]) -> None:
    """Words at places, no line drawn."""
    for y, words in rows:
        for x, word in words:
            canvas.drawString(x, y, word)


def test_figures_near_one_another_stand_under_the_columns_of_their_own() -> None:
    def draw(canvas: Canvas) -> None:
        _at(canvas, (700, ((60, "信息内容"), (240, "本年制发件数"), (310, "现行有效件数"))),
            (680, ((60, "规章"), (270, "0"), (300, "21"))), (660, ((60, "行政规范性文件"), (262, "182"), (281, "33614"))))  # fmt: skip

    assert cells(drawn(draw))[-2:] == [["规章", "0", "21"], ["行政规范性文件", "182", "33614"]]


def test_figures_a_line_lower_than_their_labels_are_theirs_beside_a_group() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 9)
        rows: list[tuple[float, tuple[tuple[float, str], ...]]] = []
        labels = ("1.属于国家秘密", "2.其他法律行政法规禁止公开", "3.危及“三安全一稳定”", "4.保护第三方合法权益")
        for k, label in enumerate(labels):
            rows += [(700 - 28 * k, ((150, label),)), (693 - 28 * k, tuple((300 + 30 * c, str(10 * k + c)) for c in range(7)))]
        _at(canvas, *rows, (637, ((60, "（三）不予"),)), (624, ((70, "公开"),)))

    found = {row[-8]: row[-7:] for row in cells(drawn(draw)) if len(row) >= 8}
    assert found["3.危及“三安全一稳定”"] == [str(20 + c) for c in range(7)]
    assert len(found) == 4


def test_a_figure_near_behind_a_label_is_no_part_of_it() -> None:
    def draw(canvas: Canvas) -> None:
        _at(canvas, (700, ((60, "信息内容"), (120, "本年制发件数"), (310, "现行有效件数"))),
            (680, ((60, "规章"), (135, "0"), (330, "21"))), (660, ((60, "行政规范性文件"), (134, "5"), (330, "7"))))  # fmt: skip

    assert cells(drawn(draw))[-2:] == [["规章", "0", "21"], ["行政规范性文件", "5", "7"]]


def test_a_figure_near_behind_the_first_line_of_a_label_is_no_part_of_it() -> None:
    first = "5.要求行政机关确认或重新出具已获"

    def draw(canvas: Canvas) -> None:
        end = 60 + canvas.stringWidth(first, FONT, 10)
        columns = tuple((290.0 + 30 * c, "0") for c in range(6))
        _at(canvas, (700, ((60, "4.无正当理由大量反复申请"), (end, "7"), *columns)), (680, ((60, first), (end + 2.5, "3"), *columns)),
            (667, ((60, "取信息"),)))  # fmt: skip

    assert cells(drawn(draw))[-1][1:] == ["3", *"000000"]


def test_a_blank_beside_a_label_that_a_figure_touches_is_no_blank() -> None:
    def draw(canvas: Canvas) -> None:
        _at(canvas, (700, ((60, "信息内容"), (120, "本年制发件数"), (310, "现行有效件数"))),
            (680, ((60, "规章"), (150, "3"), (330, "21"))), (660, ((60, "行政规范性文件"), (130, "5"), (330, "7"))))  # fmt: skip

    last = cells(drawn(draw))[-1]
    assert last[-1] == "7"
    assert last[-2] != "" and not last[-2].isdigit()


def test_a_header_stands_over_its_columns_though_they_begin_left_of_it() -> None:
    def draw(canvas: Canvas) -> None:
        _at(canvas, (700, ((60, "信息内容"), (200, "采购项目数量"), (330, "采购总金额"))),
            (680, ((60, "政府集中采购"), (180, "87"), (270, "228735.14"))))  # fmt: skip

    document = read(drawn(draw))[0]
    place = dict(zip(document.texts, document.columns, strict=True))
    assert place["采购项目数量"] == place["87"] < place["采购总金额"] == place["228735.14"]


def test_small_raised_digits_are_the_mark_of_a_footnote() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", "384"], ["行政许可", "5"], ["行政处罚", ""]])
        canvas.setFont(FONT, 6)
        canvas.drawString(171, 688, "12")
        canvas.drawString(105.5, 664, "3")
        canvas.drawString(160, 634, "7")  # small, but behind nothing: a figure

    assert cells(drawn(draw)) == [["规章", "384 [12]"], ["行政许可[3]", "5"], ["行政处罚", "7"]]


def test_text_that_leans_is_a_watermark() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", "1"], ["行政许可", ""]])
        canvas.saveState()
        canvas.translate(180, 655)
        canvas.rotate(30)
        canvas.drawString(0, 0, "2024")
        canvas.restoreState()

    assert cells(drawn(draw)) == [["规章", "1"], ["行政许可", ""]]


def test_a_number_over_two_lines_is_one_only_where_its_first_line_is_full() -> None:
    def draw(canvas: Canvas) -> None:
        for x, first, second in ((60, "39857", "58"), (90, "3", "5")):
            canvas.rect(x, 660, 30, 40)
            canvas.drawString(x + 2, 685, first)
            canvas.drawString(x + 2, 670, second)

    document = read(drawn(draw))[0]
    assert document.texts == ["3985758", "3 5"]
    assert document.marks == {0: ("split_digits",)}


def _torn(upper: list[list[str]], lower: list[list[str]]) -> list[list[str]]:
    """A table of three columns, the upper rows last on one page, the lower ones first on the next, page numbers between."""
    parts = iter((upper, lower))

    def draw(canvas: Canvas) -> None:
        rows = next(parts)
        top = 80 + 24 * len(rows) if rows is upper else 760
        grid(canvas, rows, y=top, widths=(180, 90, 90))
        canvas.drawString(290, 30, f"- {1 + (rows is lower)} -")

    return cells(drawn(draw, pages=2))


def test_a_row_torn_by_a_page_break_is_one_row() -> None:
    first, last = ["1.属于国家秘密", "3", "4"], ["3.危及“三安全一稳定”", "5", "6"]
    whole = ["2.其他法律行政法规禁止公开", "7", "8"]
    assert _torn([first, ["2.其他法律行政法", "7", "8"]], [["规禁止公开", "", ""], last]) == [first, whole, last]
    assert _torn([first, ["2.其他法律行政法", "", ""]], [["规禁止公开", "7", "8"], last]) == [first, whole, last]


def test_rows_on_two_pages_are_not_one() -> None:
    first, second = ["1.属于国家秘密", "3", ""], ["2.重复申请", "", "8"]
    assert _torn([first, first], [second, second]) == [first, first, second, second]


def test_a_header_printed_again_on_the_next_page_is_no_second_one() -> None:
    head, row, other = ["信息内容", "本年制发件数", "现行有效件数"], ["规章", "3", "4"], ["行政规范性文件", "5", "6"]
    assert _torn([head, row], [head, other]) == [head, row, other]


def test_what_is_printed_twice_is_read_once() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", "11"], ["行政许可", "5"]])
        for k, char in enumerate("11规章"):  # once more, character by character, when all has been printed
            canvas.drawString(155.5 + 5 * k if k < 2 else 45.5 + 10 * k, 684.3, char)

    assert cells(drawn(draw)) == [["规章", "11"], ["行政许可", "5"]]


def test_a_digit_on_the_line_between_two_cells_belongs_to_neither() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", "1234", ""]], widths=(60, 20, 30))

    texts = read(drawn(draw))[0].texts
    assert texts[0] == "规章"
    assert not any(text.isdigit() for text in texts)
    assert "" not in texts


def test_text_that_cannot_be_seen_is_not_read() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", "1"], ["行政许可", ""], ["行政处罚", "3"], ["行政强制", "4"]])
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(170, 660, "777")  # white on white
        canvas.rect(151, 630, 80, 20, stroke=0, fill=1)  # painted over the 3
        canvas.setFillColorRGB(0, 0, 0)
        text = canvas.beginText(200, 660)
        text.setTextRenderMode(3)
        text.textOut("888")
        canvas.drawText(text)
        canvas.setFont(FONT, 1)
        canvas.drawString(190, 662, "999")

    assert cells(drawn(draw)) == [["规章", "1"], ["行政许可", ""], ["行政处罚", ""], ["行政强制", "4"]]


def test_a_figure_that_is_drawn_or_a_picture_is_no_blank() -> None:
    pixels = Image.new("L", (40, 20), 200)

    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", "1", ""], ["行政许可", "5", ""], ["行政处罚", "5", ""]])
        canvas.drawImage(ImageReader(pixels), 245, 680, 30, 14)
        six = canvas.beginPath()  # a character turned into curves
        six.moveTo(250, 657)
        six.curveTo(250, 667, 258, 667, 258, 657)
        six.curveTo(256, 655, 252, 655, 250, 657)
        canvas.drawPath(six, fill=1, stroke=0)

    assert [row[2] for row in cells(drawn(draw))] == [CUT_OFF, CUT_OFF, ""]


def test_a_figure_that_is_struck_out_is_no_figure() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", "12", "34"], ["行政许可", "5", "6"]])
        canvas.line(154, 687.5, 167, 687.5)
        canvas.line(244, 682.5, 257, 682.5)  # an underline

    texts = read(drawn(draw))[0].texts
    assert texts[0] == "规章" and texts[2:] == ["34", "行政许可", "5", "6"]
    assert not any(c.isdigit() for c in texts[1]) and texts[1]


def test_white_figures_on_a_dark_ground_are_seen() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0, 0, 0.5)
        canvas.rect(60, 676, 180, 24, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        grid(canvas, [["规章", "1"]])
        canvas.setFillColorRGB(0, 0, 0)
        grid(canvas, [["行政许可", "5"]], y=676)

    assert cells(drawn(draw)) == [["规章", "1"], ["行政许可", "5"]]


def test_what_lies_beyond_the_edge_of_the_page_is_no_blank() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", "1", "2"]], x=360)
        canvas.setCropBox((0, 0, 470, 842))

    texts = read(drawn(draw))[0].texts
    assert texts[0] == "规章"
    assert not any(text.isdigit() or not text for text in texts[1:])


def test_a_font_that_does_not_say_what_its_characters_are_is_no_text() -> None:
    body = drawn(lambda c: grid(c, [["规章", "1", "2"], ["行政许可", "5", "7"]]))
    assert "fonts do not say" in reason(body.replace(b"UniGB-UCS2-H", b"Identity-H"))


def test_a_font_that_is_not_in_the_file_is_not_looked_for_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    answer = pdf_fonts._map_font

    def noted(this: object, weight: int, italic: int, charset: int, pitch: int, face: object, exact: object) -> int | None:
        asked.append(ctypes.string_at(ctypes.cast(face, ctypes.c_void_p)))
        return answer(this, weight, italic, charset, pitch, face, exact)

    monkeypatch.setattr(pdf_fonts, "_map_font", noted)
    monkeypatch.setattr(pdf_fonts, "_FONTS", pdf_fonts._fonts())
    try:
        assert cells(drawn(lambda c: grid(c, [["规章", "1"], ["行政许可", "5"]]))) == [["规章", "1"], ["行政许可", "5"]]
    finally:
        monkeypatch.undo()
        pdf_fonts.with_fonts_of_the_machine()
    assert any(b"STSong" in face for face in asked)


_ROWS = (("规章", "120"), ("行政许可", "345"), ("行政处罚", "678"), ("行政强制", "901"))
_ORDER = b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/W[814 939 500]"
_MISSING = (
    b"<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/GBK-EUC-H/DescendantFonts"
    b"[<</Type/Font/Subtype/CIDFontType2/BaseFont/SimSun%s/FontDescriptor<</Type/FontDescriptor/FontName/SimSun/Flags 32"
    b"/Ascent 859/Descent -141/ItalicAngle 0/StemV 53/FontBBox[-8 -145 1000 859]>>>>]>>" % _ORDER
)


def _in_two_fonts(figures: bytes, *more: bytes) -> bytes:
    """A ruled table, its labels in a font that is not in the file, its figures in another."""
    strokes = b""
    for k, (label, figure) in enumerate(_ROWS):
        y = 700 - 24 * k
        strokes += b"60 %d 90 24 re S 150 %d 90 24 re S BT /L 10 Tf 1 0 0 1 65 %d Tm <%s> Tj /N 10 Tf 1 0 0 1 155 %d Tm (%s) Tj ET\n" % (
            y, y, y + 8, label.encode("gbk").hex().encode(), y + 8, figure.encode())  # fmt: skip
    return one_page(stream(strokes), _MISSING, figures, *more, entries=b"/Resources<</Font<</L 5 0 R/N 6 0 R>>>>")


def test_whoever_draws_pages_afterwards_has_the_fonts_of_the_machine() -> None:
    body = drawn(lambda c: grid(c, [["规章", "1"], ["行政许可", "5"]]))

    def seen() -> bytes:
        document = pypdfium2.PdfDocument(body)
        try:
            return bytes(document[0].render(scale=1).to_numpy().tobytes())
        finally:
            document.close()

    before = seen()
    assert read(body)[0].texts[0] == "规章"
    assert seen() == before
    assert "password" in reason(drawn(lambda c: grid(c, [["规章", "1"]]), encrypt=("user", "owner")))
    assert seen() == before


def test_a_chinese_font_that_is_not_in_the_file_is_read_in_its_own_coding() -> None:
    assert cells(_in_two_fonts(_MISSING)) == [list(row) for row in _ROWS]


def test_drawn_fonts_are_read_only_where_the_file_says_what_they_draw() -> None:
    names = [b"a%d" % k for k in range(10)]
    mapped = b" ".join(b"<%02x><%04x>" % (48 + k, 48 + k) for k in range(10))
    says = b"begincmap 1 begincodespacerange <00><ff> endcodespacerange 10 beginbfchar %s endbfchar endcmap" % mapped
    drawings = b"".join(b"/%s %d 0 R" % (name, 8 + k) for k, name in enumerate(names))
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/CharProcs<<%s>>/Encoding<</Type/Encoding"
        b"/Differences[48%s]>>/FirstChar 48/LastChar 57/Widths[%s]%s>>"
    )
    boxes = [stream(b"6 0 0 0 5 8 d1 0 0 5 8 re f")] * 10
    for note, read_as in ((b"/ToUnicode 7 0 R", [list(row) for row in _ROWS]), (b"", None)):
        body = _in_two_fonts(font % (drawings, b"".join(b"/" + n for n in names), b"6 " * 10, note), stream(says), *boxes)
        if read_as is not None:
            assert cells(body) == read_as
        else:
            assert "fonts do not say" in reason(body)


def test_a_field_of_a_form_is_printed_text() -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [["规章", ""], ["行政许可", "2"]])
        canvas.acroForm.textfield(name="n", value="37", x=152, y=678, width=60, height=20, fontSize=10, borderWidth=0, forceBorder=False)

    assert cells(drawn(draw)) == [["规章", "37"], ["行政许可", "2"]]


@pytest.mark.parametrize("size", [1, 4])
def test_running_heads_and_page_numbers_are_no_text(size: int) -> None:
    count = iter(range(1, 10))

    def draw(canvas: Canvas) -> None:
        number = next(count)
        canvas.drawString(200, 810, "青溪市水务局文件")
        grid(canvas, [["规章", "1"], ["行政许可", str(number)]])
        canvas.drawString(290, 30, f"- {number} -")

    rows = cells(drawn(draw, pages=size))
    assert not [row for row in rows if "-" in row[0]]
    assert (["青溪市水务局文件"] in rows) == (size == 1)


def test_two_columns_of_text_are_read_one_after_the_other() -> None:
    left = [f"左栏第{n}行的文字写在这里供人阅读" for n in "一二三四五六七八九"]
    right = [f"右栏第{n}行的文字写在这里供人阅读" for n in "一二三四五六七八九"]

    def draw(canvas: Canvas) -> None:
        canvas.drawString(250, 760, "工作总结")
        for k, (a, b) in enumerate(zip(left, right, strict=True)):
            canvas.drawString(70, 720 - 16 * k, a)
            canvas.drawString(320, 720 - 16 * k, b)

    assert [row[0] for row in cells(drawn(draw))] == ["工作总结", *left, *right]


def test_a_table_that_is_pasted_as_a_picture_between_text_is_read_as_one() -> None:
    pytest.importorskip("rapidocr")
    whole = pypdfium2.PdfDocument(printed("pdf-ruled"))
    pictures = iter([page.render(scale=150 / 72).to_pil().convert("L") for page in whole])
    count = len(whole)
    whole.close()

    def draw(canvas: Canvas) -> None:
        for k in range(2):
            canvas.drawString(70, 810 - 16 * k, "以下各页是本机关依照规定编写的报告，其中的表格以图片的形式附在文字之后，供社会公众查阅。")
        canvas.drawImage(ImageReader(next(pictures)), 30, 20, 530, 750)

    body = drawn(draw, pages=count)
    known = truth("pdf-ruled")
    figures = {f"{v.table}.{v.row}.{v.column}": v.value for v in parse(body).values}
    exact = sum(figures.get(key) == value for key, value in known.items() if value is not None)
    assert exact > 0.97 * sum(value is not None for value in known.values())


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra `ocr` is not installed."""
    monkeypatch.setitem(sys.modules, "gongkai.parsers.readers.scan", None)


@pytest.mark.usefixtures("without_ocr")
def test_a_hidden_text_behind_a_picture_is_no_text_layer() -> None:
    pixels = stream(b"\x80" * 100, b"/Type/XObject/Subtype/Image/Width 10/Height 10/BitsPerComponent 8/ColorSpace/DeviceGray")
    hidden = stream(b"500 0 0 700 40 60 cm /I Do Q BT 3 Tr /F 9 Tf 1 0 0 1 60 600 Tm (1 2 3 4 5 6 7) Tj ET")
    fonts = b"/Resources<</XObject<</I 5 0 R>>/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    body = one_page(hidden, pixels, entries=fonts)
    assert reason(body) == SCANNED


def test_a_cover_of_attached_files_says_where_the_report_is() -> None:
    document = pypdfium2.PdfDocument(drawn(lambda c: c.drawString(60, 700, "请用其他软件打开本文件包")))
    document.new_attachment("report.pdf").set_data(make(3, layout="pdf-ruled", deviations=[]).body)
    out = BytesIO()
    document.save(out)
    document.close()
    assert "1 attached files" in reason(out.getvalue())


def test_damaged_properties_do_no_harm() -> None:
    made = make(5, layout="pdf-ruled", deviations=[])
    body = made.body.replace(b"/Title (", b"/Title (\xfe\xff\xdc\x01", 1)
    assert score(parse(body), made.truth).exact_share == 1.0


# --- Bad files ----------------------------------------------------------------------------------------------------

_CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]%s>>"


def one_page(contents: bytes, *more: bytes, entries: bytes = b"") -> bytes:
    return raw_pdf([_CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", _PAGE % (b"/Contents 4 0 R" + entries), contents, *more])


def test_a_file_that_opens_with_a_password_only_is_rejected() -> None:
    assert "password" in reason(drawn(lambda c: grid(c, [["规章", "1"]]), encrypt=("user", "owner")))


def test_a_file_that_only_its_owner_may_change_is_read() -> None:
    assert cells(drawn(lambda c: grid(c, [["规章", "1"]]), encrypt=("", "owner"))) == [["规章", "1"]]


def test_no_pdf_behind_its_first_bytes() -> None:
    assert "damaged PDF" in reason(b"%PDF-1.4\n" + b"this is no such file at all " * 40)


def test_a_truncated_file_is_rejected_or_read_as_far_as_it_goes() -> None:
    body = make(3, layout="pdf-ruled", deviations=[]).body
    for share in (0.05, 0.3, 0.6, 0.9, 0.99):
        report = parse(body[: int(len(body) * share)])
        assert report.status in ("rejected", "partial", "ok")
        assert report.status == "ok" or report.reason


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\r\n", b"Warning: x in y.php on line 3\n", bytes(300)])
def test_what_a_server_wrote_before_a_file_is_skipped(before: bytes) -> None:
    assert cells(before + drawn(lambda c: grid(c, [["规章", "1"]]))) == [["规章", "1"]]


def test_a_damaged_table_of_places_is_rebuilt() -> None:
    made = make(4, layout="pdf-ruled", deviations=[])
    body = made.body.replace(b"startxref", b"startxrex")
    assert score(parse(body), made.truth).exact_share == 1.0


def test_a_page_tree_that_bites_its_tail_ends() -> None:
    cyclic = raw_pdf([_CATALOG, b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 2>>", b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R 3 0 R]/Count 2>>"])
    assert "PDF" in reason(cyclic)


def test_a_file_without_pages() -> None:
    assert "PDF" in reason(raw_pdf([_CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"]))


def test_a_file_of_ten_thousand_pages_is_refused() -> None:
    kids = b" ".join(b"%d 0 R" % n for n in range(3, 10_003))
    body = raw_pdf([_CATALOG, b"<</Type/Pages/Kids[%s]/Count 10000>>" % kids, *[_PAGE % b""] * 10_000])
    assert "10000 pages" in reason(body)
    assert str(MOST_PAGES) in reason(body)


def test_the_tables_of_a_long_file_are_found_behind_its_beginning() -> None:
    count = iter(range(1000))

    def draw(canvas: Canvas) -> None:
        number = next(count)
        canvas.drawString(80, 700, "本页介绍其他工作，与政府信息公开无关。")
        if number == FIRST_PAGES + 70:
            grid(canvas, [["规章", "1"], ["行政规范性文件", "22"], ["行政许可", "5"]])

    assert ["行政规范性文件", "22"] in cells(drawn(draw, pages=FIRST_PAGES + 90))


def test_a_stream_that_inflates_without_end_is_refused() -> None:
    bomb = one_page(stream(b"0 0 m 1 1 l S\n" * 8_000_000))
    assert len(bomb) < 1_000_000
    assert "decompression bomb" in reason(bomb)
    twice = zlib_twice(b" " * 60_000_000)
    nested = one_page(b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n%s\nendstream" % (len(twice), twice))
    assert "decompression bomb" in reason(nested)
    letters = base64.a85encode(zlib.compress(b" " * 60_000_000, 9)) + b"~>"
    armoured = one_page(b"<</Filter[/ASCII85Decode/FlateDecode]/Length %d>>\nstream\n%s\nendstream" % (len(letters), letters))
    assert "decompression bomb" in reason(armoured)


def zlib_twice(data: bytes) -> bytes:
    return zlib.compress(zlib.compress(data, 9), 9)


def test_drawings_within_drawings_are_refused() -> None:
    ten = b"/F Do\n" * 10
    forms = [
        stream(ten, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>" % (n + 1)) for n in range(5, 15)
    ]
    last = stream(b"0 0 m 1 1 l S", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    body = one_page(stream(ten), *forms, last, entries=b"/Resources<</XObject<</F 5 0 R>>>>")
    assert "draw one another" in reason(body)


@pytest.mark.usefixtures("without_ocr")
def test_a_scan_says_what_to_install() -> None:
    pixels = stream(b"\x80" * 100, b"/Type/XObject/Subtype/Image/Width 10/Height 10/BitsPerComponent 8/ColorSpace/DeviceGray")
    body = one_page(stream(b"500 0 0 700 40 60 cm /I Do"), pixels, entries=b"/Resources<</XObject<</I 5 0 R>>>>")
    assert reason(body) == SCANNED


def test_bad_files_take_little_time_and_memory() -> None:
    """What could cost much, in a process that may use no more than 1.5 GB of address space, most of it the interpreter's."""
    kids = b" ".join(b"%d 0 R" % n for n in range(3, 10_003))
    costly = [
        one_page(stream(b"0 0 m 1 1 l S\n" * 8_000_000)),
        raw_pdf([_CATALOG, b"<</Type/Pages/Kids[%s]/Count 10000>>" % kids, *[_PAGE % b""] * 10_000]),
        one_page(stream(b"BT /F 9 Tf (1) Tj ET\n" * 400_000)),
    ]
    for body in costly:
        code = "import sys; from gongkai.parsers import parse; print(parse(sys.stdin.buffer.read()).status)"
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", code], input=body, capture_output=True, timeout=120,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1500 * 2**20, 1500 * 2**20)),
        )  # fmt: skip
        assert done.stdout.strip() == b"rejected", done.stderr.decode()[-500:]
        assert time.monotonic() - started < 100  # a bound against hanging, no measure of speed


def test_the_reader_says_which_extra_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("gongkai.parsers.readers.pdf")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(Unreadable, match=r"install gongkai\[pdf\]"):
        read(b"%PDF-1.4\n")
