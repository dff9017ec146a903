"""Pictures of pages into the stream of cells: the grid of their lines, the text in it read twice, the text beside it.
Which cells are labels or figures is left to `align`, which of two readings of a figure counts to `candidates`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from gongkai.parsers.document import Document
from gongkai.parsers.lexicon import PAGE
from gongkai.parsers.readers import Unreadable
from gongkai.parsers.readers.lattice import Box, Grid, Page, ink_of, page_of, skew_of, turned
from gongkai.parsers.readers.ocr import Reading, recognise
from gongkai.parsers.readers.pixels import NoPicture, Pixels, pictures
from gongkai.parsers.readers.strips import Strip, crop, strips_beside, strips_in, text_ink

SURE = 0.8
"""Probability of the least certain character below which a figure is doubtful; see docs/decisions.md for the measure."""
_PROSE_SURE = 0.5  # on average over a line; what is less certain is a drawing, a seal, a photograph
_UPRIGHT = 0.6  # on average over the long strips of a page; less certain ones may stand on their head
_TURNS = (cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE)
_SAMPLE = 12  # strips by which the ways to turn a page are compared
SMALLEST_CHARACTER, LARGEST_CHARACTER = 14.0, 44.0
"""Pixels; a page whose characters are smaller or larger is scaled first."""
_MOST_ENLARGED, _ENLARGED_PIXELS = 3.0, 8_000_000
_COLOURFUL = 60  # levels between the strongest and the weakest colour of a pixel that is no grey
_COLOURED = 0.0005  # share of such pixels on a page with seals or coloured print
_FAINT = 3  # levels of grey by which the faintest ink is darker than its paper
_GRAIN = 4.0  # the same in standard deviations of the paper's own grain, where it has one
_FIFTH = 0.2533  # of a normal distribution, a fifth lies within so many of them
_GAP = 1.3  # heights of a line; figures in one cell that stand farther apart are two
_LONG = 3.0  # times its height: so long a strip is words, by which a page's direction can be told
MOST_STRIPS = 1500
"""Lines of text on one page; the fullest page of a report has about 300."""

UNREAD = "\ufffc"
"""The text of a cell with ink in it that gives no characters: neither a figure nor a blank."""
# What recognition takes for a digit's look-alike and the other way round. Never silently replaced: a candidate.
_ALIKE = str.maketrans("OoQDU〇○ＯlI|!iZzSsB", "000000001111122558")
_FIGURE = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
# 89,998 and 89.998 differ by two pixels: neither reading alone is sure.
_POINT_OR_COMMA = re.compile(r"\d{1,3}[.,]\d{3}")
_SWAPPED = str.maketrans(".,", ",.")
_DASHES = frozenset(("一", "—", "-", "–", "－", "ー", "一一", "——", "--", "_"))
"""One level stroke: a dash for nothing, which recognition takes for the numeral 一 as well."""
_SPREAD = re.compile(r"\d[\d ]* [\d ]*\d")
# Dirt beside a figure: a speck behind it, a piece of a ruling line before it. Brackets and words are no dirt.
_DIRTY = re.compile(r"[^\w()+\-−–—/]{0,2}([-+]?\d[\d,]*(?:\.\d+)?)[^\w()+\-−–—/%]{0,2}")
_HAN = re.compile("[\u4e00-\u9fff]")
_WITH_WORDS = re.compile(r"[-+−]?[\d,，.]+\s*(?:[（(]|件|项|万|元|条|个|次|宗|份|篇)")


class Text(NamedTuple):
    """What stands in one place of a page. `row` and `column` are those of its grid, `column` is -1 beside tables.

    `candidates`: all texts that a figure may be, the likeliest first. `flags`: doubts about it.
    """

    text: str
    box: Box
    row: int
    column: int = -1
    across: int = 1
    flags: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


class Block(NamedTuple):
    """One table of a page, or the texts between two; `box` spans it."""

    box: Box
    texts: list[Text]
    table: bool


class Sheet(NamedTuple):
    """One page read: its blocks from the top, and where a point of the read page lies on the page as it came."""

    blocks: list[Block]
    origin: Callable[[float, float], tuple[float, float]]


def read_picture(body: bytes, outside: object = None) -> Document:
    """The cells of a picture file. Raises Unreadable."""
    try:
        pages = pictures(body)
    except NoPicture as problem:
        raise Unreadable(f"picture: {problem}") from None
    sheets = [read_sheet(page) for page in pages]

    def place(page: int, x: float, y: float) -> str:
        return f"p{page + 1} ({x:.0f},{y:.0f})" if len(sheets) > 1 else f"image ({x:.0f},{y:.0f})"

    return with_text(document_of(sheets, "image", place))


def with_text(document: Document) -> Document:
    """The document, unless nothing was read in it. Raises Unreadable."""
    if not any(text and text != UNREAD for text in document.texts):
        raise Unreadable("picture: no text recognised in it; look at the file")
    return document


def document_of(sheets: Sequence[Sheet], kind: str, place: Callable[[int, float, float], str]) -> Document:
    """The texts of all pages as one stream of cells; `place` names a point of a page (from 0)."""
    document = Document(kind, [], [], [], [], [], [])
    rows: list[int] = []
    tables: list[int] = []
    columns: list[int] = []
    spans: list[int] = []
    where: list[str] = []
    marks: dict[int, tuple[str, ...]] = {}
    candidates: dict[int, tuple[str, ...]] = {}
    row = table = 0
    for number, sheet in enumerate(sheets):
        for block in sheet.blocks:
            table += block.table
            last = -1
            for text in block.texts:
                if text.row != last:
                    row, last = row + 1, text.row
                if text.flags:
                    marks[len(where)] = text.flags
                if text.candidates:
                    candidates[len(where)] = text.candidates
                document.texts.append(text.text)
                rows.append(row)
                tables.append(table if block.table else 0)
                columns.append(text.column)
                spans.append(text.across)
                where.append(place(number, *sheet.origin(text.box[0], text.box[1])))
    return Document(kind, document.texts, rows, tables, columns, spans, list(rows), where=where, marks=marks, candidates=candidates)


# --- one page ------------------------------------------------------------------------------------------------------


class _Level(NamedTuple):
    """A page made level and of fitting size: in colours, in grey, its lines, and how to get back."""

    colour: Pixels
    grey: Pixels
    page: Page
    origin: Callable[[float, float], tuple[float, float]]


def read_sheet(image: Pixels) -> Sheet:
    """The texts of one page, whichever way it lies. Raises Unreadable where it takes too much memory."""
    try:
        return _sheet(image)
    except MemoryError:
        pass
    except cv2.error as problem:
        if problem.code != cv2.Error.StsNoMem:
            raise
    height, width = image.shape[:2]
    raise Unreadable(f"picture: {width:,} × {height:,} pixels take more memory than a process may have: make it smaller")


def _sheet(image: Pixels) -> Sheet:
    level = _levelled(image)
    blocks, sure = _read(level)
    if sure < _UPRIGHT:
        trials = [(_certainty(cv2.rotate(image, turn)), turn) for turn in _TURNS]
        best, turn = max(trials)
        if best > max(sure, _UPRIGHT):
            inner, turned_sheet = _levelled(cv2.rotate(image, turn)), image.shape[:2]
            blocks, _ = _read(inner)
            return Sheet(blocks, lambda x, y: _unturned(inner.origin(x, y), turn, turned_sheet))
    return Sheet(blocks, level.origin)


def _unturned(point: tuple[float, float], turn: int, shape: tuple[int, ...]) -> tuple[float, float]:
    x, y = point
    height, width = shape
    if turn == cv2.ROTATE_180:
        return width - x, height - y
    return (y, height - x) if turn == cv2.ROTATE_90_CLOCKWISE else (width - y, x)


def _levelled(image: Pixels) -> _Level:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    page = page_of(grey)
    scale = 1.0
    if not page.height:
        return _Level(image, grey, page, lambda x, y: (x, y))
    if not SMALLEST_CHARACTER <= page.height <= LARGEST_CHARACTER:
        want = 1.5 * SMALLEST_CHARACTER if page.height < SMALLEST_CHARACTER else 0.75 * LARGEST_CHARACTER
        scale = min(_MOST_ENLARGED, want / page.height, max(1.0, (_ENLARGED_PIXELS / grey.size) ** 0.5))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=how)
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    angle = skew_of(grey)
    if angle:
        image, grey = turned(image, angle, 255, cv2.INTER_CUBIC), turned(grey, angle, 255, cv2.INTER_CUBIC)
    if angle or scale != 1:
        page = page_of(grey)
    height, width = grey.shape
    back = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)

    def origin(x: float, y: float) -> tuple[float, float]:
        to_x, to_y = back @ np.array([x, y, 1.0])
        return max(0.0, to_x / scale), max(0.0, to_y / scale)

    return _Level(image, grey, page, origin)


def _certainty(image: Pixels) -> float:
    """How surely some long strips of the page are read as it lies."""
    level = _levelled(image)
    ink = text_ink(level.page)
    strips = [s for grid in level.page.grids for cell in grid.cells for s in strips_in(ink, cell.box, level.page.height)]
    if len(strips) < _SAMPLE:
        strips += [s for line in strips_beside(level.grey, level.page) for s in line]
    strips = [s for s in strips if _is_long(s)]
    some = strips[:: max(1, len(strips) // _SAMPLE)][:_SAMPLE]
    return _mean([r.sure for r in recognise([_first(level, s) for s in some])])


def _is_long(strip: Strip) -> bool:
    x0, y0, x1, y1 = strip.box
    return x1 - x0 > _LONG * (y1 - y0)


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


class _Cell(NamedTuple):
    """A cell of a table with its strips; `faint`: its ink is hardly darker than the paper."""

    grid: int
    place: int
    strips: list[Strip]
    faint: bool


def _read(level: _Level) -> tuple[list[Block], float]:
    """The blocks of a level page, and how surely its long strips were read: 0 where more stand upright than lie."""
    grey, page = level.grey, level.page
    if not page.height:
        return [], 1.0
    ink = text_ink(page)
    faint_ink = _faint_ink(level)
    cells = []
    for g, grid in enumerate(page.grids):
        for k, cell in enumerate(grid.cells):
            strips = strips_in(ink, cell.box, page.height)
            faint = [] if strips else strips_in(faint_ink, cell.box, page.height)
            cells.append(_Cell(g, k, strips or faint, bool(faint)))
    cells = [c._replace(strips=[p for s in c.strips for p in _apart(ink if not c.faint else faint_ink, s)]) for c in cells]
    beside = strips_beside(grey, page)
    everything = [s for c in cells for s in c.strips] + [s for line in beside for s in line]
    if len(everything) > MOST_STRIPS:
        return [], 1.0
    readings = recognise([_first(level, s) for s in everything])
    read = iter(readings)
    firsts = [[next(read) for _ in c.strips] for c in cells]
    lines = [[(s, next(read)) for s in line] for line in beside]
    seconds = _second_readings(level, cells, firsts)
    blocks = _tables(page.grids, cells, firsts, seconds)
    blocks += _between(page.grids, lines)
    blocks.sort(key=lambda b: (b.box[1], b.box[0]))
    long = [r.sure for s, r in zip(everything, readings, strict=True) if _is_long(s)]
    tall = sum(s.box[3] - s.box[1] > _LONG * (s.box[2] - s.box[0]) for line in beside for s in line)
    return blocks, 0.0 if tall > len(long) else _mean(long or [1.0])


def _faint_ink(level: _Level) -> Pixels:
    """What is hardly darker than the paper, and no ruling line: a figure that the scan has all but lost."""
    dark = cv2.dilate(cv2.bitwise_or(level.page.ink, level.page.rules), np.ones((5, 5), np.uint8)) > 0
    soft = cv2.GaussianBlur(level.grey, (3, 3), 0)
    soft[dark] = cv2.dilate(soft, np.ones((15, 15), np.uint8))[dark]  # paper, beside which faint ink shows
    bare = level.grey[::2, ::2].astype(np.float32)
    grain = float(np.percentile(cv2.absdiff(cv2.GaussianBlur(bare, (3, 3), 0), cv2.blur(bare, (15, 15))), 20)) / _FIFTH
    ink = ink_of(soft, max(_FAINT, round(_GRAIN * grain)))
    return cv2.bitwise_and(ink, np.where(dark, 0, 255).astype(np.uint8))


def _apart(ink: Pixels, strip: Strip) -> list[Strip]:
    """The strip parted where a wide gap is: two figures in one cell, as a ruling line that is lost leaves them."""
    x0, y0, x1, y1 = strip.box
    high = y1 - y0
    if x1 - x0 < (_GAP + 1) * high:
        return [strip]
    inked = np.flatnonzero(ink[y0:y1, x0:x1].any(axis=0))
    cuts = [k for k in range(1, len(inked)) if inked[k] - inked[k - 1] > _GAP * high]
    if not cuts:
        return [strip]
    starts = [0, *cuts]
    ends = [*cuts, len(inked)]
    return [Strip((x0 + int(inked[a]), y0, x0 + int(inked[b - 1]) + 1, y1)) for a, b in zip(starts, ends, strict=True)]


# --- two readings of a figure --------------------------------------------------------------------------------------


def _first(level: _Level, strip: Strip) -> Pixels:
    return crop(level.colour, strip.box, 0.15, 0.7 * level.page.height)


def _second_readings(level: _Level, cells: list[_Cell], firsts: list[list[Reading]]) -> dict[int, list[Reading]]:
    """Cells that may hold figures read once more, from other pixels: without colour, or smoothed; with more paper around."""
    wanted = [k for k, cell in enumerate(cells) if cell.strips and _may_be_figure(firsts[k])]
    other = _without_colour(level)
    crops = [crop(other, s.box, 0.3, 0.9 * level.page.height) for k in wanted for s in cells[k].strips]
    read = iter(recognise(crops))
    return {k: [next(read) for _ in cells[k].strips] for k in wanted}


def _may_be_figure(readings: list[Reading]) -> bool:
    text = "".join(r.text for r in readings)
    return len(text) <= 3 or not _HAN.search(text) or bool(_WITH_WORDS.match(text))


def _without_colour(level: _Level) -> Pixels:
    """Each pixel's strongest colour, in which a red seal over black print is nearly white; a page in grey smoothed."""
    high, low = level.colour.max(axis=2), level.colour.min(axis=2)
    if float((high.astype(np.int16) - low > _COLOURFUL).mean()) > _COLOURED:
        strongest: Pixels = high
        return strongest
    return cv2.GaussianBlur(level.grey, (3, 3), 0)


def _joined(readings: Sequence[Reading]) -> str:
    """The lines of a cell as one text; a space only between figures, which may be two."""
    text = ""
    for reading in readings:
        line = unicodedata.normalize("NFKC", reading.text) if _SPREAD.fullmatch(reading.text) else reading.text
        if line is not reading.text:
            line = " ".join(c for c in line if c != " ")  # digits of one figure set apart, which it says of itself
        if text and line and text[-1].isascii() and text[-1].isalnum() and line[0].isascii():
            text += " "
        text += line
    return " ".join(text.split())


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def judge(first: Reading, second: Reading | None, *, faint: bool = False) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Text, flags and candidates of a cell from one reading (of words) or two (of what may be a figure)."""
    if second is None:
        return first.text, (), ()
    flags: tuple[str, ...] = ("ocr_faint",) if faint else ()
    texts = [r.text for r in sorted((first, second), key=lambda r: -r.sure) if r.text]
    if not texts:
        return ("", (), ("",)) if faint else (UNREAD, ("ocr_no_text",), (UNREAD,))
    likely = next((t for t in texts if _FIGURE.fullmatch(_plain(t))), texts[0])  # a seal's strokes are no figure
    if len(texts) < 2 or _plain(first.text) != _plain(second.text):
        flags += ("ocr_readings_differ",)
    elif min(first.sure, second.sure) < SURE:
        flags += ("ocr_doubtful",)
    texts.sort(key=lambda t: t != likely)
    if (found := _DIRTY.fullmatch(_plain(likely))) and found[1] != _plain(likely):
        likely, flags = found[1], flags or ("ocr_doubtful",)
        texts = [likely, *texts]
    if all(t in _DASHES for t in texts) and "一" in "".join(texts):
        return "—", ("ocr_doubtful",), ("—",)
    if _POINT_OR_COMMA.fullmatch(_plain(likely)):
        flags = flags or ("ocr_doubtful",)
        texts.append(_plain(likely).translate(_SWAPPED))
    alike = [_plain(t).translate(_ALIKE) for t in texts]
    candidates = tuple(dict.fromkeys([*texts, *(a for a in alike if _FIGURE.fullmatch(a))]))
    if _plain(likely) != alike[0] and _FIGURE.fullmatch(alike[0]) and not flags:
        flags = ("ocr_doubtful",)  # 〇 is printed for 0 and read for it
    return likely, flags, candidates


def _tables(
    grids: Sequence[Grid], cells: list[_Cell], firsts: list[list[Reading]], seconds: dict[int, list[Reading]]
) -> list[Block]:
    blocks = [Block(grid.box, [], True) for grid in grids]
    for k, cell in enumerate(cells):
        place = grids[cell.grid].cells[cell.place]
        if not cell.strips:
            blocks[cell.grid].texts.append(Text("", place.box, place.row, place.column, place.across))
            continue
        first = _whole(firsts[k])
        second = _whole(seconds[k]) if k in seconds else None
        text, flags, candidates = judge(first, second, faint=cell.faint)
        box = cell.strips[0].box if text else place.box
        blocks[cell.grid].texts.append(Text(text, box, place.row, place.column, place.across, flags, candidates))
    return blocks


def _whole(readings: Sequence[Reading]) -> Reading:
    return Reading(_joined(readings), min((r.sure for r in readings), default=0.0))


# --- text beside tables --------------------------------------------------------------------------------------------


def _between(grids: Sequence[Grid], lines: Iterable[list[tuple[Strip, Reading]]]) -> list[Block]:
    """The lines that stand between the tables, those of one paragraph joined."""
    tops = sorted(grid.box[1] for grid in grids)
    found: dict[int, list[list[tuple[Strip, Reading]]]] = {}
    for line in lines:
        kept = [(s, r) for s, r in line if r.text and r.sure >= _PROSE_SURE / max(1, len(r.text))]
        if kept:
            found.setdefault(sum(top < kept[0][0].box[1] for top in tops), []).append(kept)
    return [_prose(part) for part in found.values()]


def _prose(lines: list[list[tuple[Strip, Reading]]]) -> Block:
    left = min(line[0][0].box[0] for line in lines)
    right = max(line[-1][0].box[2] for line in lines)
    texts: list[Text] = []
    last: Box | None = None  # of the line before, while it may go on
    for n, line in enumerate(lines):
        for strip, reading in line:
            x0, y0, x1, y1 = strip.box
            high = y1 - y0
            footer = PAGE.fullmatch(reading.text) is not None
            goes_on = not footer and last is not None and len(line) == 1 and x0 - left < 1.2 * high and y0 - last[3] < 1.8 * high
            if goes_on:
                texts[-1] = texts[-1]._replace(text=texts[-1].text + reading.text)
            else:
                texts.append(Text(reading.text, strip.box, n, flags=("ocr",)))
            last = strip.box if not footer and len(line) == 1 and right - x1 < 1.6 * high else None
    box = left, lines[0][0][0].box[1], right, lines[-1][0][0].box[3]
    return Block(box, texts, False)
