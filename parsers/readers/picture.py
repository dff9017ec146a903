"""Pictures of pages into the stream of cells: the grid of their lines, the text in it read twice, the text beside it.
Which cells are labels or figures is left to `align`, which of two readings of a figure counts to `candidates`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from gongkai.parsers.document import Document
from gongkai.parsers.lexicon import PAGE
from gongkai.parsers.readers import Unreadable
from gongkai.parsers.readers.lattice import Grid, Page, components, heights_of_characters, ink_of
from gongkai.parsers.readers.levelling import Evidence, Level, evidence_of, levelled, turn_for, unturned
from gongkai.parsers.readers.ocr import Reading, recognise
from gongkai.parsers.readers.pixels import NoPicture, Pixels, pictures
from gongkai.parsers.readers.readings import FIGURE, UNREAD, judge, may_be_figure, needs_a_third, plain, whole
from gongkai.parsers.readers.seals import is_coloured
from gongkai.parsers.readers.squares import Box
from gongkai.parsers.readers.strips import SPECK, Strip, crop, strips_beside, strips_in, text_ink

_PROSE_SURE = 0.5  # on average over a line; what is less certain is a drawing, a seal, a photograph
_TALL = 3.0  # times its width; strips as high as that are lines of a page that lies on its side
_FAINT = 3  # levels of grey by which the faintest ink is darker than its paper
_GRAIN = 4.0  # the same in standard deviations of the paper's own grain, where it has one
_FIFTH = 0.2533  # of a normal distribution, a fifth lies within so many of them
_GAP = 1.3  # heights of a line; figures in one cell that stand farther apart are two
_ACROSS = 0.2  # heights of a character by which ink must reach into a second cell to be torn by the side between
_LARGEST_INK = 2.5  # the same; larger ink is a drawing or what is left of lines
_AROUND, _AROUND_AGAIN = (0.3, 0.9), (0.4, 1.05)  # paper around a strip and its least height, in heights: tight crops make O of 0
_PALE = 0.7  # so much less dark than that of most figures is ink that may be a seal's
_FLAT = 0.3  # heights of a character; ink as low as that is a level stroke, and no figure
_SMALLER = 0.4  # times the characters of its page: so small those of a table may be
_HIDDEN = 0.3  # of a character's height squared: as much of a seal hides a figure
_ENLARGED = 2  # times, for a third reading
_LIGHT = 0.6  # of the way from print to paper; what is lighter is no print to a third reading
_DARKEST = 5  # per cent of the ink of a page are as dark as its print
_FEWEST_CELLS = 20  # with ink, of a table whose page cannot be read: then a table of the report may be lost
_MOST_DOUBTFUL = 0.6  # of the figures of a page: where more are doubtful, all are (under a moiré pattern 13 was read as 18 twice)
_FEWEST_FIGURES = 10  # of which that can be said
MOST_STRIPS = 1500
"""Lines of text on one page; the fullest page of a report has about 300."""


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
    """One page read: its blocks from the top, and where a point of the read page lies on the page as it came.

    `lost`: it shows a table of which no words can be read, whichever way it is turned.
    """

    blocks: list[Block]
    origin: Callable[[float, float], tuple[float, float]]
    lost: bool = False


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
    lost = any(sheet.lost for sheet in sheets)
    for number, sheet in enumerate(sheets):
        poor = _is_poor(sheet)
        for block in sheet.blocks:
            table += block.table
            last = -1
            for text in block.texts:
                if poor and block.table and not text.flags and FIGURE.fullmatch(plain(text.text)):
                    text = text._replace(flags=("ocr_doubtful",))
                if text.row != last:
                    row, last = row + 1, text.row
                if text.flags or (lost and block.table and text.text):
                    marks[len(where)] = text.flags + (("ocr_page_lost",) if lost else ())
                if text.candidates:
                    candidates[len(where)] = text.candidates
                document.texts.append(text.text)
                rows.append(row)
                tables.append(table if block.table else 0)
                columns.append(text.column)
                spans.append(text.across)
                where.append(place(number, *sheet.origin(text.box[0], text.box[1])))
    return Document(kind, document.texts, rows, tables, columns, spans, list(rows), where=where, marks=marks, candidates=candidates)


def _is_poor(sheet: Sheet) -> bool:
    """So many figures of a page are doubtful that readings which agree may well err alike."""
    figures = [text for block in sheet.blocks if block.table for text in block.texts if FIGURE.fullmatch(plain(text.text))]
    return len(figures) > _FEWEST_FIGURES and sum(bool(text.flags) for text in figures) > _MOST_DOUBTFUL * len(figures)


# --- one page ------------------------------------------------------------------------------------------------------


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
    level = levelled(image)
    first = _read_once(level)
    evidence = first.evidence
    turn = None if evidence.upright else turn_for(image, evidence)
    if turn is not None:
        inner = levelled(cv2.rotate(image, turn))
        return Sheet(_blocks(inner, _read_once(inner)), lambda x, y: unturned(inner.origin(x, y), turn, image.shape))
    blocks = _blocks(level, first)
    if evidence.nonsense and any(b.table and sum(bool(t.text) for t in b.texts) >= _FEWEST_CELLS for b in blocks):
        return Sheet([_unread(b) if b.table else b for b in blocks], level.origin, lost=True)
    return Sheet(blocks, level.origin)


def _unread(block: Block) -> Block:
    """The table with nothing but marks where something stands."""
    texts = [t._replace(text=UNREAD, flags=("ocr_no_text",), candidates=(UNREAD,)) if t.text else t for t in block.texts]
    return block._replace(texts=texts)


class _Cell(NamedTuple):
    """A cell of a table with its strips; `faint`: its ink is hardly darker than the paper. `torn`: ink stands across one
    of its sides. `hidden`: a seal was there. `height`: of a character in its table."""

    grid: int
    place: int
    height: float
    strips: list[Strip]
    faint: bool
    torn: bool = False
    hidden: bool = False


class _First(NamedTuple):
    """A page read once: its cells, their readings, the lines beside its tables, what says that it stands upright."""

    cells: list[_Cell]
    readings: list[list[Reading]]
    lines: list[list[tuple[Strip, Reading]]]
    evidence: Evidence


def _read_once(level: Level) -> _First:
    page = level.page
    cells = _cells(level)
    beside = strips_beside(level.grey, page) if page.height else []
    everything = [s for c in cells for s in c.strips] + [s for line in beside for s in line]
    if len(everything) > MOST_STRIPS:
        return _First([], [], [], Evidence(0, 0, 0.0))
    heights = [c.height for c in cells for _ in c.strips] + [page.height for line in beside for _ in line]
    readings = recognise([crop(level.colour, s.box, _AROUND[0], _AROUND[1] * h) for s, h in zip(everything, heights, strict=True)])
    read = iter(readings)
    firsts = [[next(read) for _ in c.strips] for c in cells]
    lines = [[(s, next(read)) for s in line] for line in beside]
    tall = sum(s.box[3] - s.box[1] > _TALL * (s.box[2] - s.box[0]) for line in beside for s in line)
    wide = sum(s.box[2] - s.box[0] > _TALL * (s.box[3] - s.box[1]) for s in everything)
    texts = [whole(r).text for r in firsts] + [r.text for line in lines for _, r in line]
    return _First(cells, firsts, lines, evidence_of(texts, everything, readings, across=tall > wide))


def _blocks(level: Level, first: _First) -> list[Block]:
    """The blocks of a level page, from the top; figures read again."""
    seconds = _second_readings(level, first.cells, first.readings)
    thirds = _third_readings(level, first.cells, first.readings, seconds)
    blocks = _tables(level.page, first.cells, first.readings, seconds, thirds, _pale(level, first.cells, seconds)) if first.cells else []
    blocks += _between(level.page.grids, first.lines)
    blocks.sort(key=lambda b: (b.box[1], b.box[0]))
    return blocks


def _cells(level: Level) -> list[_Cell]:
    """The cells of all tables with the lines of text in them."""
    page = level.page
    if not page.grids:
        return []
    ink = text_ink(page)
    faint_ink = _faint_ink(level)
    torn = _torn(level, ink)
    cells = []
    for g, grid in enumerate(page.grids):
        left, top, right, bottom = grid.box
        usual, _ = heights_of_characters(ink[top:bottom, left:right])
        height = min(page.height, max(usual, _SMALLER * page.height)) if usual else page.height
        for k, cell in enumerate(grid.cells):
            strips = strips_in(ink, cell.box, height)
            faint = [] if strips else strips_in(faint_ink, cell.box, height)
            x0, y0, x1, y1 = cell.box
            sealed = 0 if level.sealed is None else np.count_nonzero(level.sealed[y0:y1, x0:x1])
            cells.append(_Cell(g, k, height, strips or faint, bool(faint), (g, k) in torn, bool(sealed > _HIDDEN * height**2)))
    return [c._replace(strips=[p for s in c.strips for p in _apart(faint_ink if c.faint else ink, s)]) for c in cells]


def _torn(level: Level, ink: Pixels) -> set[tuple[int, int]]:
    """The cells (of which grid, which of it) across whose sides a character stands, with no line there: in two cells, or half outside the table."""
    page = level.page
    owner = np.full(ink.shape, -1, np.int32)
    names = [(g, k) for g, grid in enumerate(page.grids) for k in range(len(grid.cells))]
    for n, (g, k) in enumerate(names):
        x0, y0, x1, y1 = page.grids[g].cells[k].box
        owner[y0:y1, x0:x1] = n
    left, top, wide, high, _ = components(ink).T
    large = (np.maximum(wide, high) >= SPECK * page.height) & (np.maximum(wide, high) <= _LARGEST_INK * page.height)
    left, top, wide, high = left[large], top[large], wide[large], high[large]
    reach = _ACROSS * page.height
    x_in, y_in = (np.minimum(reach, (size - 1) / 2).astype(np.int32) for size in (wide, high))
    xs, ys = (left + x_in, left + wide - 1 - x_in), (top + y_in, top + high - 1 - y_in)
    corners = np.stack([owner[y, x] for x in xs for y in ys])
    across = corners.max(axis=0) != corners.min(axis=0)
    return {names[n] for n in np.unique(corners[:, across]) if n >= 0}


def _faint_ink(level: Level) -> Pixels:
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


def _second_readings(level: Level, cells: list[_Cell], firsts: list[list[Reading]]) -> dict[int, list[Reading]]:
    """Cells that may hold figures read once more, from other pixels: without colour, or smoothed; with more paper around."""
    wanted = [k for k, cell in enumerate(cells) if cell.strips and may_be_figure(firsts[k])]
    other = _without_colour(level)
    crops = [crop(other, s.box, _AROUND_AGAIN[0], _AROUND_AGAIN[1] * cells[k].height) for k in wanted for s in cells[k].strips]
    read = iter(recognise(crops))
    return {k: [next(read) for _ in cells[k].strips] for k in wanted}


def _without_colour(level: Level) -> Pixels:
    """Each pixel's strongest colour, in which a red seal over black print is nearly white; a page in grey smoothed."""
    if is_coloured(level.as_it_was):
        strongest: Pixels = level.as_it_was.max(axis=2)
        return strongest
    return cv2.GaussianBlur(level.grey, (3, 3), 0)


def _third_readings(
    level: Level, cells: list[_Cell], firsts: list[list[Reading]], seconds: dict[int, list[Reading]]
) -> dict[int, list[Reading]]:
    """Cells whose two readings differ, are unsure or none, read once more: enlarged, and what is paler than print taken
    for paper. Of faint cells the palest ink is stretched to black."""
    page = level.page
    wanted = [k for k, second in seconds.items() if needs_a_third(whole(firsts[k]), whole(second))]
    if not wanted:
        return {}
    paper = float(np.percentile(level.grey[::4, ::4], 85))
    dark = float(np.percentile(level.grey[page.ink > 0], _DARKEST))
    light = dark + _LIGHT * (paper - dark)
    print_ink = cv2.bitwise_and(text_ink(page), np.where(level.grey < light, 255, 0).astype(np.uint8))
    crops: list[Pixels] = []
    counts: list[int] = []
    for k in wanted:
        cell = cells[k]
        box = page.grids[cell.grid].cells[cell.place].box
        strips = [] if cell.faint else strips_in(print_ink, box, cell.height)
        strips = strips or cell.strips
        counts.append(len(strips))
        for strip in strips:
            some = crop(level.grey, strip.box, 0.25, 0.8 * cell.height)
            some = cv2.resize(some, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
            low, high = (float(some.min()), float(np.percentile(some, 85))) if cell.faint else (dark, light)
            crops.append(np.clip((some.astype(np.float32) - low) * (255 / max(1.0, high - low)), 0, 255).astype(np.uint8))
    read = iter(recognise(crops))
    return {k: [next(read) for _ in range(n)] for k, n in zip(wanted, counts, strict=True)}


def _pale(level: Level, cells: list[_Cell], wanted: Iterable[int]) -> set[int]:
    """Of these cells those whose ink is much less dark than that of most: strokes of a seal in a grey scan."""
    ink = level.page.ink
    dark: dict[int, float] = {}
    paper = float(np.percentile(level.grey[::4, ::4], 85))
    for k in wanted:
        shades = [level.grey[s.box[1] : s.box[3], s.box[0] : s.box[2]][ink[s.box[1] : s.box[3], s.box[0] : s.box[2]] > 0] for s in cells[k].strips]
        inked = np.concatenate(shades) if shades else np.empty(0)
        if len(inked):
            dark[k] = paper - float(np.percentile(inked, _DARKEST))
    usual = float(np.median(list(dark.values()))) if dark else 0.0
    return {k for k, depth in dark.items() if depth < _PALE * usual}


def _tables(
    page: Page,
    cells: list[_Cell],
    firsts: list[list[Reading]],
    seconds: dict[int, list[Reading]],
    thirds: dict[int, list[Reading]],
    pale: set[int],
) -> list[Block]:
    blocks = [Block(grid.box, [], True) for grid in page.grids]
    for k, cell in enumerate(cells):
        place = page.grids[cell.grid].cells[cell.place]
        texts = blocks[cell.grid].texts
        if not cell.strips:
            if cell.torn or cell.hidden:  # no blank: what stood there is in the next cell, or under a seal
                texts.append(Text(UNREAD, place.box, place.row, place.column, place.across, ("ocr_no_text",), (UNREAD,)))
            else:
                texts.append(Text("", place.box, place.row, place.column, place.across))
            continue
        second = whole(seconds[k]) if k in seconds else None
        third = whole(thirds[k]) if k in thirds else None
        flat = max(s.box[3] - s.box[1] for s in cell.strips) < _FLAT * cell.height
        text, flags, candidates = judge(whole(firsts[k]), second, third, faint=cell.faint, flat=flat)
        if k in pale and not cell.faint:
            flags += ("ocr_faint",)
        if cell.torn and second is not None:
            flags += ("ocr_torn",)
        box = cell.strips[0].box if text else place.box
        texts.append(Text(text, box, place.row, place.column, place.across, flags, candidates))
    return blocks


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
