"""Pictures and scans of reports: every figure read, a doubt said, bad pictures turned away.
`GONGKAI_PICTURES` says how many of each kind are read (1 in the suite, 100 for `make accuracy`), `GONGKAI_FIRST_SEED` which; pytest -s prints
the table."""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("onnxruntime")
pytest.importorskip("rapidocr")
import pypdfium2 as pdfium  # noqa: E402
from PIL import Image, ImageDraw, ImageFilter, ImageOps  # noqa: E402
from scoring import Score, score  # noqa: E402

from gongkai.parsers import parse  # noqa: E402
from gongkai.parsers.readers import Unreadable, read  # noqa: E402
from gongkai.parsers.readers import picture as picture_reader  # noqa: E402
from gongkai.parsers.readers.lattice import Grid, Page, ink_of, page_of  # noqa: E402
from gongkai.parsers.readers.levelling import Level  # noqa: E402
from gongkai.parsers.readers.ocr import Reading  # noqa: E402
from gongkai.parsers.readers.outside import Outside  # noqa: E402
from gongkai.parsers.readers.picture import Block, Sheet, Text, document_of, read_picture  # noqa: E402
from gongkai.parsers.readers.pixels import LONGEST_SIDE, MOST_FRAMES, NoPicture, pictures  # noqa: E402
from gongkai.parsers.readers.readings import UNREAD, judge  # noqa: E402
from gongkai.parsers.readers.scan import MOST_PAGES  # noqa: E402
from gongkai.parsers.readers.squares import GridCell  # noqa: E402
from gongkai.parsers.report import Report  # noqa: E402
from gongkai.samplesite.drawing import Pen, draw_table, stacked  # noqa: E402
from gongkai.samplesite.faces import faces, font  # noqa: E402
from gongkai.samplesite.grids import Shape, applications, proactive, review  # noqa: E402
from gongkai.samplesite.reports import SampleReport, make  # noqa: E402
from gongkai.samplesite.scans import HARD_SCANS, SCANS, apart, pdf_of  # noqa: E402
from gongkai.samplesite.wear import png  # noqa: E402

COUNT = int(os.environ.get("GONGKAI_PICTURES", "1"))
FIRST_SEED = int(os.environ.get("GONGKAI_FIRST_SEED", "500000"))
EXACT_SHARE = 0.99
SILENT_SHARE = 1e-4
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def _line(name: str, one: Score) -> str:
    n = one.counts
    flagged = n["exact_flagged"] / max(1, n["exact"])
    return (
        f"{name:<14}{n['documents']:>6}{n['cells']:>9}{one.exact_share:>9.4f}{n['missing']:>9}{n['wrong_flagged']:>8}"
        f"{n['invented'] - n['invented_silent']:>9}{one.silent + one.blind:>8}{flagged:>9.1%}"
    )


@pytest.mark.parametrize("kind", SCANS)
def test_nothing_is_silently_wrong_in_pictures(kind: str) -> None:
    total, complaints = Score(), list[str]()
    for seed in range(FIRST_SEED, FIRST_SEED + COUNT):
        made = make(seed, layout=SCANS[kind])
        report = parse(made.body)
        judged = score(report, made.truth)
        total.add(judged)
        if judged.silent or judged.blind:
            complaints.append(f"{kind} {seed}: {[str(w) for w in judged.wrong if not w.flagged]}")
        _check_places(kind, made.body, report)
    print(f"\n{'kind':<14}{'docs':>6}{'cells':>9}{'exact':>9}{'missing':>9}{'wrong':>8}{'invented':>9}{'silent':>8}{'flagged':>9}")
    print(_line(kind, total))
    for complaint in complaints:
        print(complaint)
    cells = total.counts["cells"] + total.counts["blank_cells"]
    assert total.silent + total.blind <= SILENT_SHARE * cells, complaints
    assert total.exact_share >= EXACT_SHARE, f"{kind}: only {total.exact_share:.4%} exact"


def _check_places(kind: str, body: bytes, report: Report) -> None:
    """Pixels of a picture, points of a page; each cell of a table has its own. Prose is read once, and flagged."""
    cells = [v for v in report.values if v.value is not None and v.table != "narrative"]
    assert str(cells[0].at).startswith("image" if kind in ("png", "html-images") else "p"), cells[0].at
    places = [tuple(map(int, str(v.at).rpartition("(")[2].rstrip(")").split(","))) for v in cells]
    width, height = Image.open(BytesIO(body)).size if kind == "png" else (596, 1400) if kind.startswith("scan") else (10_000, 10_000)
    assert all(0 < x < width and 0 < y < height for x, y in places)
    assert len({v.at for v in cells}) == len(cells)
    assert all(v.value is None or "ocr" in v.flags for v in report.values if v.table == "narrative" and kind != "html-images")


# In the suite the one that needs most.
_HARD = [*HARD_SCANS] if COUNT > 1 else ["sealed-grey"]


@pytest.mark.parametrize("kind", _HARD)
def test_a_hard_scan_is_read_or_flagged(kind: str) -> None:
    total = Score()
    for seed in range(FIRST_SEED, FIRST_SEED + max(1, COUNT // 10)):
        made = make(seed, layout=HARD_SCANS[kind])
        total.add(score(parse(made.body), made.truth))
    print(_line(kind, total))
    assert (total.silent, total.blind) == (0, 0), [str(w) for w in total.wrong]
    assert total.exact_share > 0.9


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the real documents are not beside the project")
@pytest.mark.parametrize("dpi", [150, 200] if COUNT > 1 else [150])
@pytest.mark.parametrize("name", ["huaian-city-2024", "hongze-2024"] if COUNT > 1 else ["hongze-2024"])
def test_every_cell_of_a_real_report_that_went_through_a_printer_is_exact(name: str, dpi: int) -> None:
    truth = json.loads((CORPUS / "truth" / f"{name}.json").read_text(encoding="utf-8"))
    with pdfium.PdfDocument(CORPUS / f"{name}.pdf") as pdf:
        pages = [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in pdf]
    report = parse(pdf_of(pages, dpi))
    judged = score(report, truth)
    assert (report.status, report.identity.year) == ("ok", truth["year"])
    assert (judged.exact_share, judged.silent, judged.blind) == (1.0, 0, 0), [str(w) for w in judged.wrong]


# --- small pictures ------------------------------------------------------------------------------------------------


def _pen(width: int = 900) -> Pen:
    return Pen(faces()[0], faces()[0], 26, 20, width, 40)


@pytest.fixture(scope="module")
def sample() -> SampleReport:
    return make(7, layout=SCANS["png"], deviations=[])


def _review_table(figures: dict[str, str]) -> Image.Image:
    """Table four with the figures given for the outcomes of reconsideration, all others 0."""
    from gongkai.samplesite.reports import _draft

    draft = _draft(11, "2021")
    for key in draft.figures:
        if key[0] == "review":
            draft.put(key, 0, figures.get(key[2], "0") if key[1] == "reconsideration" else "0")
    [table] = review(draft, Shape())
    [page] = stacked(_pen(1200), [draw_table(_pen(1200), table, random.Random(1))])
    return page


def _last_row(image: Image.Image) -> tuple[list[str], list[tuple[str, ...]]]:
    document = read_picture(png(image))
    row = [i for i in range(len(document)) if document.tables[i] and document.rows[i] == max(document.rows)]
    return [document.texts[i] for i in row], [document.marks.get(i, ()) for i in row]


def _cell_of_last_row(page: Image.Image, column: int) -> tuple[int, int, int, int]:
    cells = page_of(np.asarray(page.convert("L"))).grids[0].cells
    return next(c.box for c in cells if c.row == cells[-1].row and c.column == column)


def test_a_blank_a_dash_a_scribble_and_a_figure_are_four_things() -> None:
    page = _review_table({"upheld": "", "corrected": "—", "other": "1", "pending": "8", "total": "12"})
    x0, y0, x1, y1 = _cell_of_last_row(page, 5)
    draw = ImageDraw.Draw(page)
    draw.rectangle((x0 + 5, y0 + 5, x1 - 5, y1 - 5), fill="white")
    middle = (y0 + y1) // 2
    scribble = [(x0 + 18 + 3 * k, middle - 6 + 11 * (k % 2) - 3 * (k % 3)) for k in range(12)]
    draw.line(scribble, fill="black", width=5)
    texts, marks = _last_row(page)
    assert len(texts) == 15
    assert texts[0] == "" and marks[0] == ()
    assert texts[1] in ("—", "-", "–")
    assert texts[2:5] == ["1", "8", "12"] and marks[2:5] == [()] * 3
    assert marks[5], texts[5]  # nobody can say what this is: it is no clean figure and no clean blank
    assert texts[6:] == ["0"] * 9


def test_a_faint_figure_is_not_taken_for_a_blank() -> None:
    page = _review_table({"upheld": "5"})
    x0, y0, x1, y1 = _cell_of_last_row(page, 0)
    box = x0 + 5, y0 + 4, x1 - 5, y1 - 4
    pale = page.crop(box).point(lambda v: 244 + v // 24)
    page.paste(pale, box)
    texts, marks = _last_row(page)
    assert texts[0] != "" or marks[0]
    assert texts[0] != "5" or marks[0]


def test_light_print_on_a_dark_ground_is_print() -> None:
    page = _review_table({"upheld": "", "other": "1", "pending": "8", "total": "12"})
    texts, marks = _last_row(Image.eval(page.convert("RGB"), lambda v: 255 - v))
    assert texts == ["", "0", "1", "8", "12", *["0"] * 10] and not any(marks)


@pytest.mark.parametrize(("doubtful", "all_are"), [(14, True), (11, False)])
def test_where_most_figures_of_a_page_are_doubtful_all_are(doubtful: int, all_are: bool) -> None:
    texts = [Text("3", (0, 0, 1, 1), k, flags=("ocr_readings_differ",) if k < doubtful else ()) for k in range(20)]
    texts += [Text("规章", (0, 0, 1, 1), 20), Text("", (0, 0, 1, 1), 20)]
    document = document_of([Sheet([Block((0, 0, 1, 1), texts, True)], lambda x, y: (x, y))], "image", lambda *at: "")
    assert set(document.marks) == set(range(20 if all_are else doubtful))


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90])
def test_a_page_that_lies_the_wrong_way_is_turned(turn: Image.Transpose) -> None:
    page = _review_table({"upheld": "4", "other": "17", "total": "21"})
    texts, _ = _last_row(page.transpose(turn))
    assert texts == ["4", "0", "17", "0", "21", *["0"] * 10]


def _table_two() -> Image.Image:
    from gongkai.samplesite.reports import _draft

    pen = _pen(1200)
    [page] = stacked(pen, [draw_table(pen, t, random.Random(2)) for t in applications(_draft(3, "2021"), Shape())])
    return page


_TURNS = [Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90]


@pytest.mark.parametrize("turn", _TURNS if COUNT > 1 else _TURNS[:1])
def test_a_page_of_dashes_is_known_by_its_labels_whichever_way_it_lies(turn: Image.Transpose) -> None:
    from gongkai.samplesite.reports import _draft

    draft = _draft(3, "2021")
    for key in draft.figures:
        if key[0] == "applications":
            draft.put(key, 0, "——")
    pen = _pen(1200)
    [page] = stacked(pen, [draw_table(pen, t, random.Random(2)) for t in applications(draft, Shape())])
    document = read_picture(png(page.transpose(turn)))
    assert {"1.属于国家秘密", "2.重复申请", "3.其他"} <= set(document.texts)
    assert sum(text in ("—", "——") for text in document.texts) == 175


def test_a_table_of_which_no_word_can_be_read_is_lost_and_nothing_beside_it_is_sure() -> None:
    mirrored = ImageOps.mirror(_table_two())
    fine = _review_table({"upheld": "4", "total": "4"})
    out = BytesIO()
    mirrored.save(out, "TIFF", save_all=True, append_images=[fine])
    document = read_picture(out.getvalue())
    first = [i for i in range(len(document)) if document.at(i).startswith("p1") and document.tables[i] and document.texts[i]]
    second = [i for i in range(len(document)) if document.at(i).startswith("p2") and document.texts[i].isdigit()]
    assert len(first) > 100 and {document.texts[i] for i in first} == {UNREAD}
    assert len(second) == 15 and all("ocr_page_lost" in document.marks[i] for i in second)


def test_a_red_seal_over_figures_is_taken_off_and_what_it_hides_is_no_blank() -> None:
    page = _review_table({"upheld": "4", "corrected": "5", "other": "", "total": "9"})
    x0, y0, x1, y1 = _cell_of_last_row(page, 1)
    middle, radius = ((x0 + x1) // 2, (y0 + y1) // 2), 60
    seal = Image.new("RGBA", page.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(seal)
    draw.ellipse((middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius), outline=(215, 30, 30, 150), width=6)
    draw.regular_polygon((x1 + (x1 - x0) // 2, middle[1], 16), 5, fill=(215, 30, 30, 150))
    page.paste(seal, (0, 0), seal)
    texts, marks = _last_row(page)
    assert len(texts) == 15
    assert texts[:2] == ["4", "5"] and texts[3:5] == ["0", "9"]
    assert texts[2] == UNREAD and marks[2]  # the star lies on it: nobody can say that it is blank


@pytest.mark.parametrize(("at", "torn"), [(94, True), (120, False)])
def test_ink_across_a_side_that_is_no_line_leaves_no_blank(at: int, torn: bool) -> None:
    image = Image.new("RGB", (204, 104), "white")
    pen = _pen()
    ImageDraw.Draw(image).text((at, 52), "0", fill="black", font=font(pen.digits, 26), anchor="lm")
    pixels = np.asarray(image)
    grey = np.asarray(image.convert("L"))
    cells = [GridCell(0, 0, 1, (2, 2, 102, 102)), GridCell(0, 1, 1, (102, 2, 202, 102))]
    page = Page(ink_of(grey), np.zeros_like(grey), 20.0, [Grid((2, 2, 202, 102), cells)])
    level = Level(pixels, pixels, grey, page, None, lambda x, y: (x, y))
    [block] = picture_reader._blocks(level, picture_reader._read_once(level))
    assert [bool(t.flags) for t in block.texts] == [torn, torn]
    assert any(t.text == "" for t in block.texts) is not torn


def test_tables_without_lines_are_read_by_their_rows_and_all_flagged() -> None:
    from gongkai.samplesite.reports import _draft

    draft = _draft(3, "2021")
    pen = Pen(faces()[0], faces()[0], 26, 20, 1000, 50, rules="none")
    tables = [*applications(draft, Shape()), *proactive(draft, Shape())]
    [page] = stacked(pen, [draw_table(pen, t, random.Random(2)) for t in tables])
    document = read_picture(png(page))
    figures = [i for i, text in enumerate(document.texts) if text.isdigit()]
    assert len(figures) > 100
    assert not any(document.tables)
    assert all(document.marks.get(i) for i in figures)


# --- readings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "text", "flagged"),
    [
        (("12", 0.99), ("12", 0.98), "12", False),
        (("12", 0.99), ("12", 0.5), "12", True),
        (("12", 0.99), ("17", 0.9), "12", True),
        (("12", 0.99), ("", 0.0), "12", True),
        (("O", 0.99), ("O", 0.99), "O", True),
        (("〇", 0.99), ("〇", 0.99), "〇", True),
        (("l", 0.99), ("l", 0.99), "l", True),
        (("89.998", 0.99), ("89.998", 0.99), "89.998", True),
        (("1,204", 0.99), ("1,204", 0.99), "1,204", True),
        (("43.79", 0.99), ("43.79", 0.99), "43.79", False),
        (("2288 .", 0.99), ("2288 .", 0.99), "2288", True),
        (("运0", 0.99), ("0", 0.7), "0", True),
        (("一", 0.99), ("—", 0.99), "—", True),
        (("/", 0.99), ("/", 0.99), "/", False),
        (("", 0.0), ("", 0.0), UNREAD, True),
    ],
)
def test_two_readings_of_a_figure(first: tuple[str, float], second: tuple[str, float], text: str, flagged: bool) -> None:
    got, flags, candidates = judge(Reading(*first), Reading(*second))
    assert (got, bool(flags)) == (text, flagged)
    assert {first[0], second[0]} - {""} <= {*candidates, text} or got in first[0] + second[0]


@pytest.mark.parametrize(
    ("readings", "flat", "text"),
    [
        ((("7", 0.6), ("2", 0.9), ("2", 0.5)), False, "2"),
        ((("一一", 0.6), ("11", 0.9), ("—一", 0.5)), False, "—"),
        ((("11", 0.9), ("11", 0.9), ("11", 0.9)), True, "—"),
        ((("", 0.0), ("", 0.0), ("0", 0.9)), False, "0"),
    ],
)
def test_a_third_reading_decides_and_the_doubt_stays(readings: tuple[tuple[str, float], ...], flat: bool, text: str) -> None:
    got, flags, _ = judge(*(Reading(*r) for r in readings), flat=flat)
    assert (got, bool(flags)) == (text, True)


def test_words_are_read_once() -> None:
    assert judge(Reading("行政许可", 0.6), None) == ("行政许可", (), ())


# --- kinds of pictures ---------------------------------------------------------------------------------------------


def _encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def _black_corner() -> Image.Image:
    image = Image.new("RGB", (60, 40), "white")
    image.paste((0, 0, 0), (0, 0, 30, 20))
    return image


def _rotated_by_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the top of the scene is at the right of the stored rows
    return _encoded(_black_corner().transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95, exif=exif)


PICTURES = {
    "png": lambda: _encoded(_black_corner(), "PNG"),
    "one bit": lambda: _encoded(_black_corner().convert("1"), "PNG"),
    "grey": lambda: _encoded(_black_corner().convert("L"), "PNG"),
    "16 bits": lambda: _encoded(Image.fromarray(np.asarray(_black_corner().convert("L")).astype(np.uint16) * 200), "PNG"),
    "palette": lambda: _encoded(_black_corner().quantize(4), "PNG"),
    "transparent": lambda: _encoded(_see_through(), "PNG"),
    "grey and transparent": lambda: _encoded(_see_through().convert("LA"), "PNG"),
    "cmyk": lambda: _encoded(_black_corner().convert("CMYK"), "JPEG", quality=95),
    "turned": _rotated_by_exif,
    "gif": lambda: _encoded(_black_corner(), "GIF"),
    "animated gif": lambda: _encoded(
        _black_corner(), "GIF", save_all=True, append_images=[Image.new("RGB", (60, 40), (0, 0, 0))], duration=100
    ),
    "bmp": lambda: _encoded(_black_corner(), "BMP"),
    "tiff": lambda: _encoded(_black_corner(), "TIFF"),
    "webp": lambda: _encoded(_black_corner(), "WEBP", lossless=True),
}


def _see_through() -> Image.Image:
    """Black where the corner is; elsewhere nothing, stored as black."""
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 30, 20))
    return image


@pytest.mark.parametrize("kind", PICTURES)
def test_every_kind_of_picture_shows_what_a_person_sees(kind: str) -> None:
    [pixels] = pictures(PICTURES[kind]())
    assert (pixels.shape, pixels.dtype) == ((40, 60, 3), np.uint8)
    seen = [int(pixels[y, x].mean()) for y, x in ((10, 15), (30, 15), (10, 45), (30, 45))]
    assert seen[0] < 12 and min(seen[1:]) > 243, seen


def test_pages_of_a_tiff_are_pages() -> None:
    pages = [_black_corner(), _black_corner()]
    assert len(pictures(_encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))) == 2
    many = _encoded(pages[0], "TIFF", save_all=True, append_images=pages[:1] * MOST_FRAMES)
    with pytest.raises(NoPicture, match=f"{MOST_FRAMES + 1} pages"):
        pictures(many)


def test_fine_scans_are_made_smaller_before_they_are_looked_at() -> None:
    [pixels] = pictures(_encoded(Image.new("L", (5000, 7000), 255), "PNG"))
    assert pixels.shape == (3500, 2500, 3)


def _png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is and holds hardly a pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height", "why"),
    [
        (20_000, 20_000, "million"),
        (LONGEST_SIDE + 1, 10, "20,001"),
        (10, LONGEST_SIDE + 1, "20,001"),
        (9_000, 8_000, "9,000 × 8,000"),
        (2**31 - 1, 2**31 - 1, "million|pixels|damaged"),
    ],
)
def test_a_huge_picture_is_refused_by_its_header(width: int, height: int, why: str) -> None:
    report = parse(_png_header(width, height))
    assert report.status == "rejected"
    assert report.reason is not None
    assert report.reason.startswith("picture: ")
    with pytest.raises(NoPicture, match=why):
        pictures(_png_header(width, height))


def _photograph() -> Image.Image:
    """Soft shapes and grain, as of a meeting: nothing to read."""
    rng = np.random.default_rng(5)
    image = Image.new("RGB", (1600, 1100), (120, 130, 150))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, r = (int(n) for n in rng.integers((0, 0, 30), (1600, 1100, 220)))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(int(c) for c in rng.integers(40, 220, 3)))
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(9)), dtype=np.float32) + rng.normal(0, 9, (1100, 1600, 3))
    return Image.fromarray(soft.clip(0, 255).astype(np.uint8))


NOT_REPORTS = {
    "a photograph": lambda: _encoded(_photograph().resize((960, 660)), "JPEG", quality=85),
    "white paper": lambda: _encoded(Image.new("RGB", (1240, 1754), "white"), "PNG"),
    "noise": lambda: _encoded(Image.fromarray(np.random.default_rng(1).integers(0, 255, (900, 1200), np.uint8)), "PNG"),
    "one point": lambda: _encoded(Image.new("RGB", (1, 1), "white"), "PNG"),
    "a strip": lambda: _encoded(Image.new("RGB", (9000, 2), "white"), "PNG"),
    "a wall": lambda: _encoded(Image.fromarray(np.where(np.indices((1500, 2000)).sum(0) % 40 < 5, 40, 200).astype(np.uint8)), "PNG"),
    "a fence": lambda: _encoded(Image.fromarray(np.where((np.indices((1200, 1600)) % 12 < 2).any(0), 40, 230).astype(np.uint8)), "PNG"),
}


@pytest.mark.parametrize("kind", NOT_REPORTS)
def test_a_picture_without_a_report_is_turned_away(kind: str) -> None:
    report = parse(NOT_REPORTS[kind]())
    assert report.status == "rejected"
    assert report.reason == "picture: no text recognised in it; look at the file"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_picture_that_is_cut_off_is_turned_away(sample: SampleReport, share: float) -> None:
    report = parse(sample.body[: round(len(sample.body) * share)])
    assert report.status == "rejected"
    assert report.reason is not None
    assert "cut off" in report.reason or "damaged" in report.reason


@pytest.mark.parametrize("mark", [b"\x89PNG", b"\xff\xd8\xff", b"GIF89a", b"II*\x00", b"RIFF\x10\x00\x00\x00WEBP"])
def test_a_file_that_only_begins_like_a_picture_is_turned_away(mark: bytes) -> None:
    report = parse(mark + random.Random(1).randbytes(3000))
    assert report.status == "rejected"
    assert report.reason is not None
    assert report.reason.startswith("picture: ")


# --- scans ---------------------------------------------------------------------------------------------------------


def test_a_scan_of_too_many_pages_is_refused() -> None:
    with pytest.raises(Unreadable, match=f"{MOST_PAGES + 1} pages"):
        read(pdf_of([Image.new("L", (80, 110), 255)] * (MOST_PAGES + 1), 10))


def _searchable(page: Image.Image, column: int, digits: str) -> bytes:
    """The page as a scanner's software saves it: a picture, and its own reading of one cell of the last row, unseen."""
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    from reportlab.lib.utils import ImageReader

    out = BytesIO()
    paper = canvas.Canvas(out, pagesize=page.size)
    paper.drawImage(ImageReader(page), 0, 0, page.width, page.height)
    x0, y0, x1, y1 = _cell_of_last_row(page, column)
    text = paper.beginText((x0 + x1) / 2 - 5 * len(digits), page.height - (y0 + y1) / 2 - 6)
    text.setFont("Helvetica", 18)
    text.setTextRenderMode(3)
    text.textOut(digits)
    paper.drawText(text)
    paper.showPage()
    paper.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("printed", "unseen", "texts", "flags", "candidates"),
    [
        ("4", "4", "4", (), ("4",)),
        ("4", "7", "4", ("ocr_layer_differs",), ("4", "7")),
        ("", "7", UNREAD, ("ocr_layer_differs",), (UNREAD, "7")),
    ],
    ids=["alike", "otherwise", "in a blank cell"],
)
def test_the_unseen_text_of_a_scanner_is_a_second_reading_and_no_print(
    printed: str, unseen: str, texts: str, flags: tuple[str, ...], candidates: tuple[str, ...]
) -> None:
    from gongkai.parsers.readers.outside import NOTHING_OUTSIDE
    from gongkai.parsers.readers.pdf import read_pdf

    page = _review_table({"corrected": printed})
    document = read_pdf(_searchable(page, 1, unseen), NOTHING_OUTSIDE)
    row = [i for i in range(len(document)) if document.tables[i] and document.rows[i] == max(document.rows)]
    assert document.texts[row[1]] == texts
    assert (document.marks.get(row[1], ()), document.candidates[row[1]]) == (flags, candidates)
    assert not any(document.marks.get(i) for i in row if i != row[1])


# --- pictures in web pages -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pictured() -> SampleReport:
    return make(21, layout=SCANS["html-images"], deviations=[])


def test_a_page_and_its_pictures_are_one_document(pictured: SampleReport) -> None:
    page, files = apart(pictured.body, "report_files")
    asked: list[str] = []

    def linked(reference: str) -> bytes | None:
        asked.append(reference)
        return files.get(reference)

    document, media_type = read(page, Outside(linked), pictures=True)
    assert media_type == "text/html"
    assert set(asked) == set(files)
    where = [place for place in document.where if place.startswith("image ")]
    assert len(where) > 200
    texts = document.texts
    headings = [next(i for i, t in enumerate(texts) if t.endswith(h)) for h in ("主动公开政府信息情况", "政府信息公开行政复议、行政诉讼情况")]
    tables = [i for i, place in enumerate(document.where) if place.startswith("image ")]
    assert headings[0] < tables[0] and headings[1] < tables[-1]


def test_a_page_without_its_pictures_says_why(pictured: SampleReport) -> None:
    page, _ = apart(pictured.body, "report_files")
    report = parse(page)
    assert report.status == "rejected"
    assert report.reason is not None
    assert report.reason.startswith("no statutory table")


def test_icons_are_not_looked_at(pictured: SampleReport, monkeypatch: pytest.MonkeyPatch) -> None:
    icon = base64.b64encode(_encoded(_black_corner(), "PNG")).decode()
    _, files = apart(pictured.body, "x")
    page = pictured.body
    for body in files.values():
        page = page.replace(base64.b64encode(body), icon.encode())
    monkeypatch.setattr(picture_reader, "recognise", lambda *_: pytest.fail("an icon was read"))
    assert parse(page).status == "rejected"


def test_a_page_that_prints_its_tables_leaves_its_pictures_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    page = make(3, layout="html-table", deviations=[]).body
    photograph = base64.b64encode(_encoded(_photograph(), "JPEG")).decode()
    more = page.replace(b"</body>", f'<img src="data:image/jpeg;base64,{photograph}"></body>'.encode())
    monkeypatch.setattr(picture_reader, "_sheet", lambda *_: pytest.fail("a picture was read"))
    assert parse(more).values == parse(page).values


def test_without_the_extra_the_reason_names_it(monkeypatch: pytest.MonkeyPatch, pictured: SampleReport, sample: SampleReport) -> None:
    for name in [n for n in sys.modules if n.startswith("gongkai.parsers.readers.") and n.rpartition(".")[2] in ("ocr", "picture", "pictured", "scan", "strips")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    for body in (sample.body, pictured.body):
        report = parse(body)
        assert report.status == "rejected"
        assert report.reason is not None
        assert "install gongkai[ocr] to read" in report.reason


def test_nothing_is_downloaded_to_recognise_text(sample: SampleReport, tmp_path: Path) -> None:
    file = tmp_path / "report.png"
    file.write_bytes(png(_review_table({"upheld": "3"})))
    code = """
import socket, sys
def refused(*_, **__):
    raise AssertionError("a connection was asked for")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refused
from gongkai.parsers.readers.picture import read_picture
document = read_picture(open(sys.argv[1], "rb").read())
print(document.texts.count("0"), document.texts.count("3"))
"""
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["14", "1"]
