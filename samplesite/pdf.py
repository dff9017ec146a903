"""Prints a report as a PDF: ruled, open, or cut by page breaks, with running heads, page marks and odd type.
Where the lines of a table fall is settled by `pdf_table`; needs the `reportlab` package."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from gongkai.samplesite.boxes import Box, Table
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import TEAR, Draft
from gongkai.samplesite.pdf_table import PADDING, Sheet, Spot, laid_out, wrapped

WIDTH, HEIGHT = 595.0, 842.0
BODY, TABLE = 12.0, 9.0
FONT_PACKAGE = "paperang_p2_fonts_cjk"
BUILT_IN = "STSong-Light"  # known to every reader of PDF files, so that its shapes are not in the file
_MARKS = ("- {} -", "— {} —", "-{}-", "{}", "第 {} 页", "{} / {of}", "第{}页 共{of}页", "")
_LOOK_ALIKES = dict(zip("一二人入八工大小文方日月比生用立行非面民长门见", "⼀⼆⼈⼊⼋⼯⼤⼩⽂⽅⽇⽉⽐⽣⽤⽴⾏⾮⾯⺠⻓⻔⻅", strict=True))


@cache
def fonts() -> tuple[str, ...]:
    """The Chinese fonts that can be printed with: the one every reader has, and one in the file where its package is."""
    metrics = import_module("reportlab.pdfbase.pdfmetrics")
    cid = import_module("reportlab.pdfbase.cidfonts")
    settings: Any = import_module("reportlab.rl_config")
    settings.useA85 = 0  # bytes as they are, a quarter smaller
    metrics.registerFont(cid.UnicodeCIDFont(BUILT_IN))
    found = [BUILT_IN]
    spec = find_spec(FONT_PACKAGE)
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "fonts" / "wqy-microhei.ttc"
        font = import_module("reportlab.pdfbase.ttfonts").TTFont("MicroHei", str(path))
        for char, radical in _LOOK_ALIKES.items():  # one shape under two names, as many fonts have it
            font.face.charToGlyph.setdefault(ord(radical), font.face.charToGlyph[ord(char)])
            font.face.charWidths.setdefault(ord(radical), font.face.charWidths[ord(char)])
        metrics.registerFont(font)
        found.append("MicroHei")
    return tuple(found)


@dataclass(slots=True)
class Look:
    """How one office's program prints."""

    font: str
    latin: str  # the font of figures and Latin letters
    ruling: str  # boxes lines filled dotted level plumb framed none
    mark: str
    head: str
    bold_twice: bool
    spread: bool  # figures with their digits apart
    radicals: bool
    upright_page: bool = True
    turned: int = 0  # quarter turns of every page, undone by the file's own word or not
    cut_rows: bool = False
    repeat_heads: bool = False
    centred: bool = True


@dataclass(slots=True)
class _Pages:
    """The paper: what is drawn on each page, as calls that are made when the number of pages is known."""

    look: Look
    rng: Random
    draws: list[list[tuple[Any, ...]]] = field(default_factory=lambda: [[]])
    y: float = HEIGHT - 85

    def text(self, x: float, y: float, text: str, size: float, *, twice: bool = False, gap: float = 0.0) -> None:
        self.draws[-1].append(("text", x, y, text, size, twice, gap))

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.draws[-1].append(("line", x0, y0, x1, y1))

    def turn_over(self) -> None:
        self.draws.append([])
        self.y = HEIGHT - 85


LEFT, RIGHT, BOTTOM = 80.0, WIDTH - 80.0, 80.0


def _width(char: str, size: float) -> float:
    return size * (0.55 if char.isascii() else 1.0)


def _paragraph(pages: _Pages, item: Item) -> None:
    size = {"title": 18.0, "heading": 14.0}.get(item.kind, BODY)
    indent = 2 * size if item.kind in ("para", "topic", "heading") else 0.0
    text = item.text.replace("\xa0", " ")
    pitch = size * 1.6
    lines: list[str] = []
    for part in text.split(TEAR) if item.kind == "title" else [text.replace(TEAR, "")]:
        first = wrapped(part, RIGHT - LEFT - indent, lambda c: _width(c, size))
        if len(first) > 1 and indent:
            rest = wrapped(part[len(first[0]) :].lstrip(), RIGHT - LEFT, lambda c: _width(c, size))
            first = [first[0], *rest]
        lines += first
    for k, line in enumerate(lines):
        if pages.y - pitch < BOTTOM:
            pages.turn_over()
        pages.y -= pitch
        x = LEFT + (indent if k == 0 else 0)
        wide = sum(_width(c, size) for c in line)
        if item.kind in ("title", "running"):
            x = (WIDTH - wide) / 2
        elif item.kind == "signature":
            x = RIGHT - wide
        bold = pages.look.bold_twice and item.kind in ("title", "heading")
        pages.text(x, pages.y, line, size, twice=bold)
    pages.y -= 4 if item.kind != "title" else 10


def _pieces(sheet: Sheet, pages: _Pages) -> list[tuple[float, float]]:
    """The stretches of the table from top to bottom that come on one page each."""
    found: list[tuple[float, float]] = []
    start, end = 0.0, sheet.ys[-1]
    room = pages.y - BOTTOM
    heads = sheet.ys[sheet.heads] if pages.look.repeat_heads else 0.0
    if not pages.look.cut_rows and end > room and end < HEIGHT - 180:
        pages.turn_over()
        room = pages.y - BOTTOM
    while end - start > room:
        fitting = [y for y in sheet.ys if start < y <= start + room]
        cut = fitting[-1] if fitting else start
        if pages.look.cut_rows:
            lower = next(y for y in sheet.ys if y > cut)
            left = start + room - cut
            if lower - cut > 2.5 * sheet.pitch and left > sheet.pitch + 2 * PADDING:
                cut += min(left, lower - cut - sheet.pitch - PADDING)
        if cut <= start or (cut <= sheet.ys[sheet.heads] and start == 0):
            cut = start
        found.append((start, cut))
        start = cut
        room = HEIGHT - 85 - BOTTOM - (heads if start > heads else 0)
    found.append((start, end))
    return [piece for k, piece in enumerate(found) if piece[1] > piece[0] or k == 0]


def _table(pages: _Pages, table: Table) -> None:
    look, rng = pages.look, pages.rng
    sheet = laid_out(table, LEFT - 20, RIGHT + 20, TABLE, lambda c: _width(c, TABLE), rng)
    placed: dict[int, int] = {}
    pieces = _pieces(sheet, pages)
    for n, (start, end) in enumerate(pieces):
        if n:
            pages.turn_over()
            if look.repeat_heads and sheet.heads and start >= sheet.ys[sheet.heads]:
                _stretch(pages, sheet, 0.0, sheet.ys[sheet.heads], {}, last=True)
        if end > start:
            _stretch(pages, sheet, start, end, placed, last=n == len(pieces) - 1)
    pages.y -= 14


def _stretch(pages: _Pages, sheet: Sheet, start: float, end: float, placed: dict[int, int], *, last: bool) -> None:
    """Draws the part of a table between two heights. `placed`: how many lines of each cell stand on pages before."""
    look = pages.look
    top = pages.y
    for k, spot in enumerate(sheet.spots):
        y0, y1 = sheet.ys[spot.row], sheet.ys[spot.row + spot.down]
        if y1 <= start or y0 >= end:
            continue
        upper, lower = top - (max(y0, start) - start), top - (min(y1, end) - start)
        x0, x1 = sheet.xs[spot.column], sheet.xs[spot.column + spot.across]
        if look.ruling in ("boxes", "lines", "filled", "dotted"):
            pages.draws[-1].append((look.ruling, x0, lower, x1, upper))
        elif look.ruling in ("plumb", "framed"):
            pages.line(x0, lower, x0, upper)
            pages.line(x1, lower, x1, upper)
        done = placed.get(k, 0)
        lines = spot.lines[done:]
        fit = max(0, int((upper - lower - 2 * PADDING + 2) // sheet.pitch))
        if len(lines) > fit and (y1 > end or not last):
            lines = lines[:fit]
        placed[k] = done + len(lines)
        _cell(pages, spot, lines, x0, lower, x1, upper, sheet.pitch)
    if look.ruling in ("level", "framed"):
        for y in sheet.ys if look.ruling == "level" else (start, end):
            if start <= y <= end:
                pages.line(sheet.xs[0], top - (y - start), sheet.xs[-1], top - (y - start))
    pages.y = top - (end - start)


def _cell(pages: _Pages, spot: Spot, lines: list[str], x0: float, lower: float, x1: float, upper: float, pitch: float) -> None:
    look = pages.look
    y = (upper + lower) / 2 + len(lines) * pitch / 2 - pitch * 0.8
    figure = spot.box.role == "value"
    for line in lines:
        wide = sum(_width(c, TABLE) for c in line)
        gap = 0.0
        if look.spread and figure and line.isdigit() and len(line) > 1 and pages.rng.random() < 0.4:
            gap = min(TABLE * 0.5, (x1 - x0 - 2 * PADDING - wide) / (len(line) - 1))
            gap = gap if gap > TABLE * 0.3 else 0.0
            wide += gap * (len(line) - 1)
        x = (x0 + x1 - wide) / 2 if figure or look.centred or spot.box.role != "label" else x0 + PADDING
        bold = look.bold_twice and (spot.box.role in ("head", "caption") or pages.rng.random() < 0.1)
        pages.text(x, y, line, TABLE, twice=bold, gap=gap)
        y -= pitch


# --- Onto paper ---------------------------------------------------------------------------------------------------


def _print(pages: _Pages, title: str) -> bytes:
    canvas_module = import_module("reportlab.pdfgen.canvas")
    out = BytesIO()
    look = pages.look
    canvas = canvas_module.Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(title)
    draws = pages.draws
    for number, page in enumerate(draws, 1):
        if look.turned:
            _turn(canvas, look)
        canvas.setLineWidth(0.5)
        if look.head:
            _text(canvas, look, (WIDTH - len(look.head) * 9) / 2, HEIGHT - 45, look.head, 9, False, 0.0)
        if look.mark:
            mark = look.mark.format(number, of=len(draws))
            x = (WIDTH - len(mark) * 6) / 2 if number % 2 or look.mark[0] != "-" else LEFT
            _text(canvas, look, x, 40, mark, 10.5, False, 0.0)
        for kind, *rest in page:
            if kind == "text":
                _text(canvas, look, *rest)
            elif kind == "line":
                canvas.line(*rest)
            else:
                _rule(canvas, kind, *rest)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _turn(canvas: Any, look: Look) -> None:
    """The page lies on its side; the file says so, or its text simply runs up the page."""
    if look.upright_page:
        canvas.setPageRotation(90)  # which lays the paper on its side as well
    else:
        canvas.setPageSize((HEIGHT, WIDTH))
    canvas.translate(HEIGHT, 0)
    canvas.rotate(90)


def _rule(canvas: Any, kind: str, x0: float, y0: float, x1: float, y1: float) -> None:
    if kind == "boxes":
        canvas.rect(x0, y0, x1 - x0, y1 - y0)
        return
    edges = ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1))
    if kind == "filled":
        for a, b, c, d in edges:
            canvas.rect(a - 0.24, b - 0.24, c - a + 0.48, d - b + 0.48, stroke=0, fill=1)
        return
    if kind == "dotted":
        canvas.setDash(1, 2)
    for edge in edges:
        canvas.line(*edge)
    canvas.setDash()


def _text(canvas: Any, look: Look, x: float, y: float, text: str, size: float, twice: bool, gap: float) -> None:
    for shift in (0.0, 0.3) if twice else (0.0,):
        at = x + shift
        for run in _runs(text, look):
            for char in run:
                font = look.latin if _is_latin(char) else look.font
                shown = char
                if look.radicals and char in _LOOK_ALIKES:
                    font, shown = "MicroHei", _LOOK_ALIKES[char]
                canvas.setFont(font, size)
                if not char.isspace():
                    canvas.drawString(at + _lean(canvas, font, char, size), y, shown)
                at += _width(char, size) + gap


def _lean(canvas: Any, font: str, char: str, size: float) -> float:
    """A narrow letter stands in the middle of its place, so that all figures are as wide as one another."""
    return max(0.0, (_width(char, size) - canvas.stringWidth(char, font, size)) / 2) if char.isascii() else 0.0


def _runs(text: str, look: Look) -> list[str]:
    """Stretches of Latin and of Chinese characters, which are set in two fonts."""
    found: list[str] = []
    for char in text:
        if found and _is_latin(found[-1][-1]) == _is_latin(char):
            found[-1] += char
        else:
            found.append(char)
    return found


def _is_latin(char: str) -> bool:
    return char.isascii() or "\ue000" <= char <= "\uf8ff"


def _look(draft: Draft, rng: Random) -> Look:
    font = rng.choice(fonts())
    return Look(
        font=font,
        latin=rng.choice((font, "Times-Roman", "Helvetica")),
        ruling="boxes",
        mark=rng.choice(_MARKS),
        head=rng.choice(("", "", draft.title, draft.agency.name + "文件")),
        bold_twice=rng.random() < 0.25,
        spread=rng.random() < 0.12,
        radicals="MicroHei" in fonts() and rng.random() < 0.15,
        centred=rng.random() < 0.6,
    )


def print_with(draft: Draft, items: list[Item], look: Look, rng: Random, *, about: bool = False) -> bytes:
    """The report as this look prints it; `about`: with the table of a site before it."""
    fonts()
    pages = _Pages(look, rng)
    if about:
        _table(pages, _about(draft))
    for item in items:
        if item.table is None:
            _paragraph(pages, item)
        else:
            if item.table.heads and pages.y < BOTTOM + 120:
                pages.turn_over()
            _table(pages, item.table)
    quirks = {"spread digits": look.spread, "printed twice": look.bold_twice, "radicals": look.radicals, "turned page": bool(look.turned),
              "rows cut": look.cut_rows, "heads repeated": look.repeat_heads, "running head": bool(look.head)}  # fmt: skip
    draft.quirks += [f"pdf: {name}" for name, there in quirks.items() if there]
    return _print(pages, draft.title if rng.random() < 0.4 else rng.choice(("", "附件", "Microsoft Word - 1.doc")))


def _about(draft: Draft) -> Table:
    """The table that a site puts before a document."""
    rows = (("索 引 号", "000014349/2025-00", "发布机构", draft.agency.name), ("名　　称", draft.title, "成文日期", f"{draft.signed:%Y年%m月%d日}"))
    return Table([[Box(text, "head" if k % 2 == 0 else "label") for k, text in enumerate(row)] for row in rows])


def ruled(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """Tables with all their lines, each on one page where it has room there."""
    look = _look(draft, rng)
    look.ruling = rng.choice(("boxes", "lines", "filled", "dotted"))
    if rng.random() < 0.12:
        look.turned, look.upright_page = 1, rng.random() < 0.6
    look.repeat_heads = rng.random() < 0.5
    return print_with(draft, items, look, rng, about=rng.random() < 0.15)


def open_ruled(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """Tables without lines, or with level ones only."""
    look = _look(draft, rng)
    look.ruling = rng.choice(("none", "none", "level"))
    return print_with(draft, items, look, rng, about=rng.random() < 0.15)


def split(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """Ruled tables that begin where they stand and are cut by every page break, rows and labels with them."""
    look = _look(draft, rng)
    look.ruling = rng.choice(("boxes", "lines", "filled"))
    look.cut_rows = rng.random() < 0.75
    look.repeat_heads = rng.random() < 0.4
    pages_down = rng.randint(0, 12)
    items = [*items[:1], *(Item("para", "本报告全文在网站公开，欢迎查阅。") for _ in range(pages_down)), *items[1:]]
    return print_with(draft, items, look, rng, about=rng.random() < 0.15)
