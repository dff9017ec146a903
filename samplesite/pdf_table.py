"""Sets a printed table on paper: widths of its columns, heights of its rows, lines of its cells, breaks over pages.
Drawing it is left to `pdf`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from gongkai.samplesite.boxes import Box, Table
from gongkai.samplesite.draft import TEAR

PADDING = 4.0
Width = Callable[[str], float]


@dataclass(slots=True)
class Spot:
    """A cell on its table: the rows and columns it covers, its lines of text."""

    box: Box
    row: int
    column: int
    down: int
    across: int
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """A table ready to be drawn: edges of its columns, tops of its rows (and the bottom), its cells."""

    xs: list[float]
    ys: list[float]
    spots: list[Spot]
    heads: int
    pitch: float


def _spots(table: Table) -> tuple[list[Spot], int]:
    """Every box with its place in the grid, and how many columns the grid has."""
    taken: dict[tuple[int, int], bool] = {}
    found: list[Spot] = []
    width = 0
    for r, row in enumerate(table.rows):
        c = 0
        for box in row:
            while (r, c) in taken:
                c += 1
            down = min(box.down, len(table.rows) - r)
            found.append(Spot(box, r, c, down, box.across))
            for i in range(r, r + down):
                for j in range(c, c + box.across):
                    taken[i, j] = True
            c += box.across
            width = max(width, c)
    return found, width


def wrapped(text: str, room: float, width: Width) -> list[str]:
    """The lines of a text in so much room; figures and Latin words are kept whole where they fit."""
    lines: list[str] = []
    for part in text.split(TEAR):
        line, size = "", 0.0
        for word in _words(part):
            wide = sum(map(width, word))
            if line and size + wide > room:
                lines.append(line)
                line, size = "", 0.0
            if wide > room:
                for char in word:
                    if line and size + width(char) > room:
                        lines.append(line)
                        line, size = "", 0.0
                    line, size = line + char, size + width(char)
                continue
            line, size = line + word, size + wide
        lines.append(line)
    return [line for line in lines if line.strip()]


def _words(text: str) -> list[str]:
    found: list[str] = []
    for char in text:
        if found and char.isascii() and not char.isspace() and found[-1][-1].isascii() and not found[-1][-1].isspace():
            found[-1] += char
        else:
            found.append(char)
    return found


def _weights(spots: list[Spot], count: int, figures: Width, rng: Random) -> list[float]:
    """What each column needs: its figures on one line, its labels on a few."""
    need = [figures("0") * 2 + 2 * PADDING] * count
    for spot in spots:
        if spot.across == 1 and spot.box.role in ("value", "pad"):
            need[spot.column] = max(need[spot.column], sum(map(figures, spot.box.text)) + 2 * PADDING)
        elif spot.across == 1 and spot.box.role in ("label", "head"):
            share = rng.choice((4, 6, 8)) if spot.box.role == "label" else 2
            need[spot.column] = max(need[spot.column], figures("长") * min(len(spot.box.text), share) + 2 * PADDING)
    return need


def laid_out(table: Table, left: float, right: float, size: float, width: Width, rng: Random) -> Sheet:
    """The table between two margins, in type of one size."""
    spots, count = _spots(table)
    need = _weights(spots, count, width, rng)
    upright = next((s for s in spots if s.box.role == "group" and s.down > 6), None)
    if upright is not None and rng.random() < 0.5:
        need[upright.column] = size + 2 * PADDING + 1  # one character a line
    spare = right - left - sum(need)
    wide = [c for c in range(count) if any(s.column == c and s.across == 1 and s.box.role == "label" for s in spots)] or [0]
    scale = 1.0
    if spare < 0:
        scale = (right - left) / sum(need)
    xs = [left]
    for c in range(count):
        xs.append(xs[-1] + need[c] * scale + (max(0.0, spare) * 0.6 / len(wide) if c in wide else 0))
    stretch = (right - left) / (xs[-1] - left)
    xs = [left + (x - left) * stretch for x in xs]
    pitch = size * 1.3
    heights = [pitch + 2 * PADDING] * len(table.rows)
    for spot in spots:
        room = xs[spot.column + spot.across] - xs[spot.column] - 2 * PADDING
        spot.lines = wrapped(spot.box.text.replace("\xa0", " ").replace("\u3000", " "), room, width)
    for spot in sorted(spots, key=lambda s: s.down):
        wanted = len(spot.lines) * pitch + 2 * PADDING
        have = sum(heights[spot.row : spot.row + spot.down])
        if wanted > have:
            heights[spot.row + spot.down - 1] += wanted - have
    loose = rng.choice((0.0, 0.0, 3.0, 8.0))
    ys = [0.0]
    for height in heights:
        ys.append(ys[-1] + height + loose)
    return Sheet(xs, ys, spots, table.heads, pitch)
