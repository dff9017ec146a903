"""Glyphs of a PDF page into printed lines and their texts, and lines into paragraphs.
What stands between ruling lines is left to `pdf_grid`, rows without them to `pdf_columns`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from gongkai.parsers.readers.pdf_page import SAME_PLACE, UNKNOWN, Glyph

SAME_LINE = 0.45
"""Of the type size: baselines nearer than this are one line; a raised footnote mark is, the next line is not."""
SMALL_MARK = 0.9
"""Of the type size of what it follows: the mark of a footnote is smaller (browsers set it in 0.83)."""
RAISED = (0.15, 0.8)
"""Of the type size, by which the mark of a footnote stands over its line."""
LOWERED = (0.08, 0.4)
"""The same, under its line."""
APART = 0.15
"""Of the type size: digits whose baselines or sizes differ by more are not of one number."""
OVERPRINTED = 0.45
"""Of a digit's width that another one covers: which of them is meant is open."""
NEIGHBOUR = 3.0
"""Points between the mark of a footnote and what it belongs to, at most."""
DIGIT_GAP = 0.22
"""Of the type size: digits further apart do not touch; whether they are one number is left to `number`."""
WORD_GAP = 0.9
"""Of the type size: a gap as wide as a character is a space that was printed."""
GUTTER = (0.42, 0.58)
"""Of the page's width, where the gutter between two columns of text lies."""
LEAST_IN_COLUMN = 10
"""Characters on both sides of a gutter; the cells of a table have fewer."""
PITCH = 1.45
"""Of the usual distance of two lines: a wider one parts paragraphs."""

_ENDS = re.compile("[。！？；：:;]$")
_MARK = re.compile(r"[0-9*※†‡注①-⑳⑴-⒇()（）\[\]〔〕【】]")
_DIGIT = re.compile(r"[0-9.,，０-９]")
_LATIN = re.compile(r"[A-Za-z0-9]")
_CJK_SPACE = re.compile(r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’]) +| +(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’])")


class Line(NamedTuple):
    """Glyphs on one baseline, left to right."""

    glyphs: tuple[Glyph, ...]

    @property
    def x0(self) -> float:
        return self.glyphs[0].x0

    @property
    def x1(self) -> float:
        return max(g.x1 for g in self.glyphs)

    @property
    def base(self) -> float:
        return self.glyphs[0].base

    @property
    def top(self) -> float:
        return min(g.top for g in self.glyphs)

    @property
    def bottom(self) -> float:
        return max(g.bottom for g in self.glyphs)

    @property
    def size(self) -> float:
        return median(g.size for g in self.glyphs)

    @property
    def text(self) -> str:
        return text_of(self.glyphs)


def once(glyphs: Iterable[Glyph]) -> list[Glyph]:
    """The glyphs without those printed a second time on the same spot."""
    kept: list[Glyph] = []
    near: dict[tuple[str, int, int], list[Glyph]] = {}
    for g in glyphs:
        if not g.text.isspace():
            reach = SAME_PLACE * g.size
            cell = (int(g.x // 4), int(g.y // 4))
            around = (
                other
                for dx in (-1, 0, 1)
                for dy in (-1, 0, 1)
                for other in near.get((g.text, cell[0] + dx, cell[1] + dy), ())
            )
            if any(abs(o.x - g.x) <= reach and abs(o.y - g.y) <= reach for o in around):
                continue
            near.setdefault((g.text, *cell), []).append(g)
        kept.append(g)
    return kept


def _with_note_marks(glyphs: list[Glyph]) -> list[Glyph]:
    """The glyphs; small raised digits right behind a larger character are the mark of a footnote, ` [1]` on its line."""
    largest = max((g.size for g in glyphs), default=0.0)
    small = [g for g in glyphs if g.size < SMALL_MARK * largest and _MARK.fullmatch(g.text)]
    if not small:
        return glyphs
    near: dict[int, list[Glyph]] = {}
    for g in glyphs:
        if not g.text.isspace():
            near.setdefault(round(g.x1 / NEIGHBOUR), []).append(g)
    marks: dict[int, Glyph] = {}  # what becomes of a glyph that is one
    for g in sorted(small, key=lambda g: g.x0):
        around = (b for k in (-1, 0, 1) for b in near.get(round(g.x0 / NEIGHBOUR) + k, ()) if b is not g)
        for b in around:
            before = marks.get(id(b))
            if before is not None and abs(b.base - g.base) < 1.0:
                marks[id(b)] = before._replace(text="")
                marks[id(g)] = g._replace(text=before.text + g.text, x0=before.x0, base=before.base, size=before.size)
                break
            offset = (b.base - g.base) / max(b.size, 1.0)
            off = RAISED[0] < offset < RAISED[1] or LOWERED[0] < -offset < LOWERED[1]
            if off and g.size < SMALL_MARK * b.size and abs(g.x0 - b.x1) < NEIGHBOUR:
                marks[id(g)] = g._replace(base=b.base, size=b.size)
                break
    return [kept._replace(text=_mark(kept.text)) if id(g) in marks else g for g in glyphs if (kept := marks.get(id(g), g)).text]


def _mark(text: str) -> str:
    """The mark of a footnote as it is written behind a figure: ` [1]`, or an asterisk."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit())
    return f" [{digits}]" if digits else "*" if text.strip("()（）[]〔〕【】") else ""


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """The printed lines, top to bottom."""
    rows: list[list[Glyph]] = []
    for g in sorted(_with_note_marks(list(glyphs)), key=lambda g: g.base):
        row = rows[-1] if rows else None
        if row is not None and abs(g.base - row[0].base) <= SAME_LINE * max(min(g.size, row[0].size), 4):
            row.append(g)
        else:
            rows.append([g])
    found = []
    for row in rows:
        row = _without_outer_space(sorted(row, key=lambda g: g.x))
        if row:
            found.append(Line(tuple(row)))
    return found


def _without_outer_space(row: list[Glyph]) -> list[Glyph]:
    first, last = 0, len(row)
    while first < last and row[first].text.isspace():
        first += 1
    while last > first and row[last - 1].text.isspace():
        last -= 1
    return row[first:last]


def text_of(glyphs: Sequence[Glyph]) -> str:
    """The text of glyphs on one line: a space where one is printed or where digits or words stand apart."""
    parts: list[str] = []
    before: Glyph | None = None
    for g in glyphs:
        if before is not None:
            gap, size = g.x0 - before.x1, max(g.size, before.size)
            if before.text.isdigit() and g.text.isdigit() and _at_odds(before, g):
                parts.append(UNKNOWN)
            elif gap > _allowed(before.text, g.text) * size:
                parts.append(" ")
        parts.append(" " if g.text.isspace() else g.text)
        before = g
    text = " ".join("".join(parts).split())
    return _CJK_SPACE.sub("", text) if " " in text else text


def _at_odds(a: Glyph, b: Glyph) -> bool:
    """The two digits are not of one number: one is raised, smaller, or printed over the other."""
    size = max(a.size, b.size)
    if abs(a.base - b.base) > APART * size or abs(a.size - b.size) > APART * size:
        return True
    return a.x1 - b.x0 > OVERPRINTED * min(a.x1 - a.x0, b.x1 - b.x0)


def _allowed(a: str, b: str) -> float:
    """The gap between two characters, in type sizes, that is no space."""
    if _DIGIT.match(a) and _DIGIT.match(b):
        return DIGIT_GAP
    return 0.3 if _LATIN.match(a) and _LATIN.match(b) else WORD_GAP


def joined(first: str, then: str) -> str:
    """Two pieces of one text that a line end parted: words in Latin letters keep their space."""
    if first and then and first[-1].isascii() and first[-1].isalpha() and then[0].isascii() and then[0].isalpha():
        return f"{first} {then}"
    return first + then


def words_of(line: Line, gap: float) -> list[Line]:
    """The pieces of a line that gaps of more than `gap` type sizes part."""
    pieces: list[list[Glyph]] = [[line.glyphs[0]]]
    for g in line.glyphs[1:]:
        before = next((b for b in reversed(pieces[-1]) if not b.text.isspace()), pieces[-1][-1])
        if not g.text.isspace() and g.x0 - before.x1 > gap * max(g.size, before.size):
            pieces.append([])
        pieces[-1].append(g)
    return [Line(tuple(p)) for piece in pieces if (p := _without_outer_space(piece))]


def two_columns(line: Line, width: float) -> tuple[Line, Line] | None:
    """The two halves of a line that has running text on both sides of a gutter in the middle of the page."""
    words = words_of(line, 1.0)
    if len(words) != 2:
        return None
    left, right = words
    in_the_middle = left.x1 < GUTTER[1] * width and right.x0 > GUTTER[0] * width
    running = all(len(word.glyphs) >= LEAST_IN_COLUMN and not word.text[0].isdigit() for word in words)
    return (left, right) if in_the_middle and running else None


# --- Paragraphs ---------------------------------------------------------------------------------------------------


class Body(NamedTuple):
    """The edges of the body text, and the usual distance of its lines."""

    x0: float
    x1: float
    pitch: float


def margins(lines: Sequence[Line], width: float) -> Body:
    """The edges between which the long lines of pages of one width run: the outermost that several lines keep to."""
    long = [line for line in lines if line.x1 - line.x0 > 0.5 * width]
    if len(long) < 2:
        return Body(0, 0, 0)
    lefts = sorted(line.x0 for line in long)
    rights = sorted(line.x1 for line in long)
    few = min(len(long) // 8, 3)  # a line that sticks out is no edge
    pitches = [b.base - a.base for a, b in pairwise(lines) if b.base > a.base]
    return Body(lefts[few], rights[-1 - few], median(pitches) if pitches else 0.0)


def opens_anew(first: Line, last: Line, line: Line, before: Body, body: Body, *, same_page: bool) -> bool:
    """The line begins a text of its own; else it goes on with the text of which these are the first and last line.

    `before`, `body`: the edges on the last line's page and on this one's.
    """
    full = before.x1 > 0 and last.x1 > before.x1 - 2.2 * last.size and last.x1 - last.x0 > 8 * last.size
    if not full or abs(line.size - last.size) > 0.2 * line.size:
        return True
    left = body.x0 if body.x1 > 0 else before.x0
    if abs(line.x0 - left) > 1.2 * line.size:
        return True
    if _ENDS.search(last.text) and line.x0 > first.x0 - 0.5 * line.size:
        return True  # a sentence ends, and nothing says that this line is not the first of the next paragraph
    if same_page and line.base - last.base > max(PITCH * body.pitch, 1.2 * line.size):
        return True
    # the first word of this line would not have found room on the last one
    width = 0.0
    for k, g in enumerate(line.glyphs):
        if k and not (_LATIN.match(g.text) and _LATIN.match(line.glyphs[k - 1].text)):
            break
        width = g.x1 - line.x0
    return last.x1 + width + 1.2 * line.size <= before.x1
