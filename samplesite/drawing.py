"""Draws paragraphs and tables as pixels, with ruling lines, spans and wrapped text, as a printer would.
What a scanner or a camera does to them afterwards is left to `wear`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

from gongkai.samplesite.boxes import Box, Row, Table
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import TEAR
from gongkai.samplesite.faces import Face, faces, font, has

PAPER, INK = (255, 255, 255), (0, 0, 0)
_LONGEST_WEIGHT = 9.0  # characters; a longer label is wrapped rather than given a wider column


@dataclass(frozen=True, slots=True)
class Pen:
    """How one office sets its pages; lengths in pixels. `rules`: all, no-sides (no outer verticals) or none."""

    face: Face
    digits: Face
    body: int
    small: int
    width: int
    margin: int
    line: int = 2
    rules: str = "all"
    broken: float = 0.0  # share of the ruling lines' length that did not print
    shade: tuple[int, int, int] = PAPER  # behind column headers
    left: bool = False  # figures at the left side of their cells


@dataclass(frozen=True, slots=True)
class _Placed:
    """One box with its place in the grid."""

    box: Box
    row: int
    column: int
    lines: list[str]


def _pieces(pen: Pen, text: str, size: int) -> list[tuple[str, Face]]:
    """The text in stretches of one face: figures may be set in another, and rare characters need a fallback."""
    found: list[tuple[str, Face]] = []
    for char in text:
        face = pen.digits if char.isascii() and not char.isspace() else pen.face
        if not has(face, char):
            face = next((f for f in faces() if has(f, char)), face)
        if found and found[-1][1] == face:
            found[-1] = (found[-1][0] + char, face)
        else:
            found.append((char, face))
    return found


def _length(pen: Pen, text: str, size: int) -> float:
    return sum(font(face, size).getlength(piece) for piece, face in _pieces(pen, text, size))


def wrapped(pen: Pen, text: str, size: int, width: float) -> list[str]:
    """The text in lines that fit the width; a number is not parted."""
    lines: list[str] = []
    for part in text.split("\n"):
        now = ""
        for word in _words(part):
            if now and _length(pen, now + word, size) > width:
                lines.append(now)
                now = word.lstrip()
            else:
                now += word
        lines.append(now)
    return lines


def _words(text: str) -> list[str]:
    words: list[str] = []
    for char in text:
        if words and char.isascii() and char.isalnum() and words[-1][-1].isascii() and words[-1][-1].isalnum():
            words[-1] += char
        else:
            words.append(char)
    return words


def _write(draw: ImageDraw.ImageDraw, pen: Pen, x: float, y: float, text: str, size: int) -> None:
    """One line of text with its baseline where the size puts it."""
    for piece, face in _pieces(pen, text, size):
        draw.text((x, y + size * 0.88), piece, fill=INK, font=font(face, size), anchor="ls")
        x += font(face, size).getlength(piece)


def _weights(table: Table, columns: int) -> list[float]:
    """How much of the width each grid column gets, by the boxes that stand in it alone."""
    weights = [1.6] * columns
    for box, _, column in _gridded(table.rows):
        if box.across == 1:
            longest: float = max((len(part) for part in box.text.split(TEAR)), default=0)
            want = 2.0 if box.role in ("group", "head") else min(_LONGEST_WEIGHT, longest * 0.62 + 1.2)
            weights[column] = max(weights[column], want)
        elif box.role == "label" and box.across < columns // 2:
            longest = min(_LONGEST_WEIGHT, len(box.text) * 0.6)
            weights[column + box.across - 1] = max(weights[column + box.across - 1], longest)
    return weights


def _gridded(rows: Sequence[Row]) -> list[tuple[Box, int, int]]:
    found: list[tuple[Box, int, int]] = []
    taken: set[tuple[int, int]] = set()
    for r, row in enumerate(rows):
        c = 0
        for box in row:
            while (r, c) in taken:
                c += 1
            found.append((box, r, c))
            taken |= {(y, x) for y in range(r, r + box.down) for x in range(c, c + box.across)}
            c += box.across
    return found


def draw_table(pen: Pen, table: Table, rng: Random, size: int | None = None) -> Image.Image:
    """A picture of the table, as wide as the text of its page."""
    size = size or pen.small
    across = pen.width - 2 * pen.margin
    boxes = _gridded(table.rows)
    columns = max(c + box.across for box, _, c in boxes)
    weights = _weights(table, columns)
    xs = [0]
    for k in range(columns):
        xs.append(round(sum(weights[: k + 1]) / sum(weights) * (across - pen.line)))
    step, pad = round(size * 1.28), round(size * rng.uniform(0.25, 0.7))
    placed = []
    heights = [step + pad] * len(table.rows)
    for box, r, c in boxes:
        text = box.text.replace(TEAR, "") if box.role in ("group", "label") else box.text.replace(TEAR, "\n")
        lines = wrapped(pen, text, size, xs[min(columns, c + box.across)] - xs[c] - pad - 2)
        placed.append(_Placed(box, r, c, lines))
        if box.down == 1:
            heights[r] = max(heights[r], len(lines) * step + pad)
    for one in placed:
        last = min(one.row + one.box.down, len(heights))
        lack = len(one.lines) * step + pad - sum(heights[one.row : last])
        if lack > 0:
            heights[last - 1] += lack
    ys = [0]
    for height in heights:
        ys.append(ys[-1] + height)
    image = Image.new("RGB", (across, ys[-1] + pen.line), PAPER)
    draw = ImageDraw.Draw(image)
    for one in placed:
        x0, x1 = xs[one.column], xs[min(columns, one.column + one.box.across)]
        y0, y1 = ys[one.row], ys[min(len(heights), one.row + one.box.down)]
        if one.box.role == "head" and pen.shade != PAPER:
            draw.rectangle((x0, y0, x1, y1), fill=pen.shade)
        top = y0 + pen.line / 2 + (y1 - y0 - len(one.lines) * step) / 2 + (step - size) / 2
        for k, line in enumerate(one.lines):
            slack = x1 - x0 - _length(pen, line, size)
            side = one.box.role == "label" or (pen.left and one.box.role == "value")
            _write(draw, pen, x0 + (pad / 2 + pen.line if side else slack / 2), top + k * step, line, size)
    if pen.rules != "none":
        _rule(draw, pen, placed, xs, ys, rng)
    return image


def _rule(draw: ImageDraw.ImageDraw, pen: Pen, placed: list[_Placed], xs: list[int], ys: list[int], rng: Random) -> None:
    sides: dict[tuple[int, int, int, int], None] = {}
    for one in placed:
        x0, x1 = xs[one.column], xs[min(len(xs) - 1, one.column + one.box.across)]
        y0, y1 = ys[one.row], ys[min(len(ys) - 1, one.row + one.box.down)]
        sides |= {(x0, y0, x1, y0): None, (x0, y1, x1, y1): None}
        for x in (x0, x1):
            if pen.rules == "all" or x not in (xs[0], xs[-1]):
                sides[(x, y0, x, y1)] = None
    for x0, y0, x1, y1 in sides:
        draw.rectangle((x0, y0, x1 + pen.line - 1, y1 + pen.line - 1), fill=INK)
        length = max(x1 - x0, y1 - y0)
        if pen.broken and rng.random() < 0.3:
            gap = round(length * pen.broken)
            start = rng.randint(0, max(0, length - gap))
            across = x1 > x0
            at = (x0 + start, y0, x0 + start + gap, y1 + pen.line) if across else (x0, y0 + start, x1 + pen.line, y0 + start + gap)
            draw.rectangle(at, fill=PAPER)


def draw_paragraph(pen: Pen, item: Item) -> Image.Image:
    """A picture of one paragraph, heading or title."""
    size = {"title": round(pen.body * 1.35), "running": pen.small}.get(item.kind, pen.body)
    across = pen.width - 2 * pen.margin
    text = item.text.replace(TEAR, "\n" if item.kind == "title" else "")
    indent = "" if item.kind in ("title", "running", "signature") else "\u3000\u3000"
    lines = wrapped(pen, indent + text, size, across)
    step = round(size * 1.6)
    image = Image.new("RGB", (across, len(lines) * step), PAPER)
    draw = ImageDraw.Draw(image)
    for k, line in enumerate(lines):
        slack = across - _length(pen, line, size)
        x = {"title": slack / 2, "running": slack / 2, "signature": slack - size}.get(item.kind, 0.0)
        _write(draw, pen, max(0.0, x), k * step + (step - size) / 2, line, size)
    return image


def draw_items(pen: Pen, items: Sequence[Item], rng: Random) -> list[Image.Image]:
    """A strip for each item, in order."""
    return [
        draw_table(pen, item.table, rng) if item.table is not None else draw_paragraph(pen, item) for item in items if item.text or item.table
    ]


def stacked(pen: Pen, strips: Sequence[Image.Image], height: int | None = None) -> list[Image.Image]:
    """The strips below each other on pages of this height, or on one long page. A strip that does not fit on what is
    left of a page starts a new one; a table higher than a page makes its page as high."""
    gap = pen.small // 2
    pages: list[list[Image.Image]] = [[]]
    room = height - 2 * pen.margin if height else None
    used = 0
    for strip in strips:
        if room and pages[-1] and used + strip.height > room:
            pages.append([])
            used = 0
        pages[-1].append(strip)
        used += strip.height + gap
    images = []
    for page in pages:
        needed = sum(s.height + gap for s in page) + 2 * pen.margin
        image = Image.new("RGB", (pen.width, max(height or 0, needed)), PAPER)
        y = pen.margin
        for strip in page:
            image.paste(strip, (pen.margin, y))
            y += strip.height + gap
        images.append(image)
    return images
