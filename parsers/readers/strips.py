"""From the lines and ink of a page to strips that hold one line of text each: those in cells, those beside tables.
What the strips say is left to `ocr`, what becomes of it to `picture`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from gongkai.parsers.readers.lattice import Page, components, heights_of_characters
from gongkai.parsers.readers.ocr import find_text
from gongkai.parsers.readers.pixels import Pixels
from gongkai.parsers.readers.squares import Box

SPECK = 0.28  # heights of a character; ink that is smaller in both directions is dust, a point or a comma
_BAND = 0.15  # the same: ink within so much of a cell's side is what is left of its ruling line
_REMNANT = 0.25  # the same: ink this thin that reaches a side of the cell is a piece of its line, too
_CORNER = 0.15  # of a character's height squared: so little ink in a corner is what is left of two lines
_JOINED = 0.4  # strokes of one character stand at most so far apart: the three of 三
_BESIDE = 0.35  # a decimal point stands at most so far from its digits
_TORN = 1.6  # a strip that is higher holds two lines that touch
_SEARCH_HEIGHT = 16.0  # pixels of a character at which the search for text works well
_PAPER = 85  # per cent of a strip's pixels are darker than its paper
_EMPTY, _ROOM = 6.0, 1.5  # heights of a character: rows without ink that part two bands, and paper left around one
APART = 1.5
"""Heights of a character; words on one line that stand farther apart are cells of a row."""


class Strip(NamedTuple):
    """One line of text: the box tight around its ink."""

    box: Box


def text_ink(page: Page) -> Pixels:
    """The ink that is no ruling line."""
    wide = cv2.dilate(page.rules, np.ones((3, 3), np.uint8))
    return cv2.subtract(page.ink, wide)


def strips_in(ink: Pixels, cell: Box, height: float) -> list[Strip]:
    """The lines of text in a cell, from the top; none for a blank cell. `ink` is that of the page without its lines."""
    x0, y0, x1, y1 = cell
    inside = ink[y0 + 1 : y1 - 1, x0 + 1 : x1 - 1]
    if min(inside.shape) < 3:
        return []
    band, speck = max(2.0, _BAND * height), max(3.0, SPECK * height)
    high, wide = inside.shape
    thin = max(4.0, _REMNANT * height)
    pieces = [
        (int(x), int(y), int(x + w), int(y + h))
        for x, y, w, h, area in components(cv2.morphologyEx(inside, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)))
        if not (x + w <= band or y + h <= band or x >= wide - band or y >= high - band)
        and not (w <= thin and (x <= 2 or x + w >= wide - 2))
        and not (w <= thin and (x <= thin or x + w >= wide - thin) and (y <= 2 or y + h >= high - 2))
        and not (area < _CORNER * height**2 and (x <= 2 or x + w >= wide - 2) and (y <= 2 or y + h >= high - 2))
        and not (h <= thin and (y <= 2 or y + h >= high - 2))
    ]
    if not any(max(r - x, b - t) >= speck for x, t, r, b in pieces):
        return []
    highs = [float(b - t) for _, t, _, b in pieces if b - t >= speck]
    tall = float(np.percentile(highs or [height], 90))
    groups: list[list[tuple[int, int, int, int]]] = []
    for piece in sorted(pieces, key=lambda p: p[1]):
        bottom = max((b for _, _, _, b in groups[-1]), default=0) if groups else 0
        if groups and piece[1] <= bottom:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    groups = _merged(groups, max(tall, 0.6 * height))
    found = []
    for group in groups:
        if not any(max(r - x, b - t) >= speck for x, t, r, b in group):
            continue
        group = _without_dust(group, speck, max(tall, 0.6 * height))
        left, top = min(p[0] for p in group), min(p[1] for p in group)
        right, bottom = max(p[2] for p in group), max(p[3] for p in group)
        for a, b in _cuts(inside[top:bottom, left:right], max(tall, 0.6 * height)):
            found.append(Strip((x0 + 1 + left, y0 + 1 + top + a, x0 + 1 + right, y0 + 1 + top + b)))
    return found


def _without_dust(
    group: list[tuple[int, int, int, int]], speck: float, tall: float
) -> list[tuple[int, int, int, int]]:
    """Small ink counts as long as it stands beside a character, as a point or a comma does."""
    large = [p for p in group if max(p[2] - p[0], p[3] - p[1]) >= speck]
    return large + [
        p
        for p in group
        if p not in large and any(p[0] - q[2] < _BESIDE * tall and q[0] - p[2] < _BESIDE * tall for q in large)
    ]


def _merged(groups: list[list[tuple[int, int, int, int]]], tall: float) -> list[list[tuple[int, int, int, int]]]:
    """Groups that are strokes of one line put together: a low one with its neighbour, as long as both make one line."""
    found: list[list[tuple[int, int, int, int]]] = []
    for group in groups:
        if found:
            top, bottom = min(p[1] for p in found[-1]), max(p[3] for p in found[-1])
            low = min(p[1] for p in group)
            high = max(p[3] for p in group)
            flat = min(bottom - top, high - low) < 0.6 * tall
            if flat and low - bottom < _JOINED * tall and high - top < 1.35 * tall:
                found[-1] += group
                continue
        found.append(group)
    return found


def _cuts(ink: Pixels, tall: float) -> list[tuple[int, int]]:
    """Where a strip that is too high for one line is cut: at the rows with least ink near each multiple of its height."""
    high = ink.shape[0]
    count = round(high / (tall * 1.2))
    if high < _TORN * tall or count < 2:
        return [(0, high)]
    rows = ink.sum(axis=1, dtype=np.float64)
    edges = [0]
    for k in range(1, count):
        middle = round(high * k / count)
        reach = max(1, round(high / count / 4))
        edges.append(middle - reach + int(rows[middle - reach : middle + reach + 1].argmin()))
    edges.append(high)
    return list(pairwise(edges))


def strips_beside(grey: Pixels, page: Page) -> list[list[Strip]]:
    """The lines of text outside the tables, from the top; words that stand apart on one line are strips of their own."""
    rest, ink = grey.copy(), page.ink.copy()
    paper = int(np.percentile(grey[::8, ::8], _PAPER))
    reach = max(2, round(page.height * 0.2))
    for grid in page.grids:
        x0, y0, x1, y1 = grid.box
        cut = slice(max(0, y0 - reach), y1 + reach), slice(max(0, x0 - reach), x1 + reach)
        rest[cut], ink[cut] = paper, 0
    large = [c for c in components(ink) if max(c[2], c[3]) >= SPECK * page.height]
    if len(large) < 2:
        return []
    height, _ = heights_of_characters(ink)
    scale = min(1.0, _SEARCH_HEIGHT / (height or page.height))
    boxes = [
        (x0, y0 + top, x1, y1 + top)
        for top, bottom in _bands([(int(c[1]), int(c[1] + c[3])) for c in large], page.height, grey.shape[0])
        for x0, y0, x1, y1 in find_text(rest[top:bottom], scale)
    ]
    return _in_lines([_tight(ink, box) for box in boxes])


def _bands(inked: Sequence[tuple[int, int]], height: float, rows: int) -> list[tuple[int, int]]:
    """The stretches of rows in which there is ink, with paper around: where tables or nothing stand, none is looked for."""
    room = round(_ROOM * height)
    found: list[tuple[int, int]] = []
    for top, bottom in sorted(inked):
        if found and top - found[-1][1] <= _EMPTY * height:
            found[-1] = found[-1][0], max(found[-1][1], bottom)
        else:
            found.append((top, bottom))
    return [(max(0, top - room), min(rows, bottom + room)) for top, bottom in found]


def _tight(ink: Pixels, box: Box) -> Box:
    """The box drawn close around the ink within it."""
    x0, y0, x1, y1 = box
    ys, xs = np.nonzero(ink[y0:y1, x0:x1])
    if not len(xs):
        return box
    return x0 + int(xs.min()), y0 + int(ys.min()), x0 + int(xs.max()) + 1, y0 + int(ys.max()) + 1


def _in_lines(boxes: Sequence[Box]) -> list[list[Strip]]:
    """Boxes whose middles lie at one height are one line; those that stand close are one strip."""
    lines: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: b[1] + b[3]):
        middle = (box[1] + box[3]) / 2
        for line in lines[-3:]:
            if any(b[1] < middle < b[3] and box[1] < (b[1] + b[3]) / 2 < box[3] for b in line):
                line.append(box)
                break
        else:
            lines.append([box])
    found = []
    for line in lines:
        line.sort()
        strips = [line[0]]
        for box in line[1:]:
            last = strips[-1]
            if box[0] - last[2] < APART * min(last[3] - last[1], box[3] - box[1]):
                strips[-1] = (last[0], min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
            else:
                strips.append(box)
        found.append([Strip(box) for box in strips])
    return found


def crop(image: Pixels, box: Box, pad: float, least: float) -> Pixels:
    """The pixels of a strip with paper around: `pad` of its height on each side, and at least `least` pixels high."""
    x0, y0, x1, y1 = box
    inside = image[max(0, y0 - 1) : y1 + 1, max(0, x0 - 1) : x1 + 1]
    high = max(y1 - y0, 1)
    room = round(max(high, least) * pad)
    above = room + max(0, round((least - high) / 2))
    beside = room + max(0, round((high * 0.6 - (x1 - x0)) / 2))
    paper = [float(np.percentile(channel, _PAPER)) for channel in cv2.split(inside)]
    return cv2.copyMakeBorder(inside, above, above, beside, beside, cv2.BORDER_CONSTANT, value=paper)
