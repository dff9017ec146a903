"""Words of a PDF page without ruling lines, and the labels that words under one another make up.
Which rows and columns they name is left to `pdf_columns`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from gongkai.parsers.lexicon import Role, classify
from gongkai.parsers.number import SIGNS, read_number
from gongkai.parsers.readers.pdf_lines import DIGIT_GAP, Line, joined, words_of

PIECE_GAP = 0.75
"""Of the type size: words further apart on a line are in different columns."""
BEHIND_LABEL = 0.12
"""Of the type size: a digit that stands further behind a label is not part of it."""
ABREAST = 3
"""Figures behind a word that make its line a row of figures."""
STACKED = 1.9
"""Of the type size: lines of one label are nearer to one another than this."""
ALIGNED = 1.5
"""Of the type size by which the left edges, or the middles, of the lines of one label may differ."""
MOST_LINES = 6
"""Lines of one label."""
LONGEST_SIGN = 3
"""Characters on a line of a sign for nothing that takes more than one."""

_SIGNS_BEGIN = frozenset(sign[:k] for sign in SIGNS for k in range(1, len(sign)))
_BEHIND_NUMBER = ".．、"
_DIGITS_APART = re.compile(r"[\d,.]+(?: [\d,.]+)+")


class Piece(NamedTuple):
    """A word of a line: its text and box; `figure` where it is a number or a sign for none; `parts`: groups of digits
    that stand apart in it, which may be two numbers."""

    text: str
    x0: float
    x1: float
    base: float
    top: float
    size: float
    figure: bool
    parts: tuple[Piece, ...] = ()

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


@lru_cache(maxsize=4096)
def roles_in(text: str) -> tuple[Role, ...]:
    return classify(text).roles


def named(text: str, *what: str) -> bool:
    return any(role.what in what for role in roles_in(text))


def _is_digits(word: Line) -> bool:
    return all(g.text.isdigit() or g.text in ",." for g in word.glyphs)


def _words(line: Line) -> list[Line]:
    """The words of a line; a figure that stands near behind the label of a row is a word of its own."""
    found: list[Line] = []
    words = words_of(line, PIECE_GAP)
    for n, word in enumerate(words):
        k = len(word.glyphs)
        while k and (word.glyphs[k - 1].text.isdigit() or word.glyphs[k - 1].text in ",."):
            k -= 1
        if 1 < k < len(word.glyphs):
            last, first = word.glyphs[k - 1], word.glyphs[k]
            apart = first.x0 - last.x1 > BEHIND_LABEL * first.size or last.text.isspace()
            alike = abs(first.base - last.base) < 0.1 * first.size and first.size > 0.9 * last.size  # no footnote's mark
            label = Line(word.glyphs[:k])
            # a label is known, but for a line of it
            in_row = named(label.text, "row") or sum(_is_digits(other) for other in words[n + 1 :]) >= ABREAST
            if apart and alike and in_row:
                found += [label, Line(word.glyphs[k:])]
                continue
        found.append(word)
    return found


def pieces_of(line: Line) -> list[Piece]:
    found: list[Piece] = []
    for word in _words(line):
        text = word.text
        figure = len(text) < 24 and read_number(text).kind != "text"
        parts: tuple[Piece, ...] = ()
        if _DIGITS_APART.fullmatch(text):
            parts = tuple(
                Piece(part.text, part.x0, part.x1, line.base, part.top, part.size, True) for part in words_of(word, DIGIT_GAP)
            )
        piece = Piece(text, word.x0, word.x1, line.base, word.top, word.size, figure, parts)
        if found and text[0] in _BEHIND_NUMBER and _numbers_it(found[-1], piece):
            piece = piece._replace(text=found[-1].text + text, x0=found.pop().x0, figure=False)
        found.append(piece)
    return found


def _numbers_it(number: Piece, label: Piece) -> bool:
    """The number of a label that stands apart from its point: 5 .要求行政机关确认."""
    near = label.x0 - number.x1 < STACKED * label.size
    return near and number.figure and number.text.isdigit() and len(number.text) < 3 and not label.figure


def stacks_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces that stand under one another, line by line."""
    stacks: list[list[Piece]] = []
    for p in sorted(pieces, key=lambda p: (p.base, p.x0)):
        best = None
        for stack in stacks:
            above = stack[-1]
            near = 0 < p.base - above.base <= STACKED * max(p.size, above.size)
            edge = ALIGNED * p.size
            if near and (abs(p.x0 - above.x0) <= edge or abs(p.middle - above.middle) <= edge):
                best = stack
        if best is None:
            stacks.append([p])
        else:
            best.append(p)
    return stacks


def cut_stack(stack: Sequence[Piece], *what: str) -> list[list[Piece]]:
    """A stack of lines as labels: so that as many lines as can be belong to a label of a form."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for i in range(1, len(stack) + 1):
        options = []
        for j in range(max(0, i - MOST_LINES), i):
            text = ""
            for p in stack[j:i]:
                text = joined(text, p.text)
            known = named(text, *what)
            size = i - j
            score = size + 0.2 if known else -0.5 * (size - 1) - 0.2
            if text.count("（") + text.count("(") != text.count("）") + text.count(")"):
                score -= 0.6  # a bracket that is closed on another line
            options.append((best[j][0] + score, j))
        best.append(max(options))
    found: list[list[Piece]] = []
    i = len(stack)
    while i:
        j = best[i][1]
        found.append(list(stack[j:i]))
        i = j
    return found[::-1]


class Label(NamedTuple):
    text: str
    x0: float
    x1: float
    first: float
    last: float
    top: float


def label_of(pieces: Sequence[Piece]) -> Label:
    text = ""
    for p in pieces:
        text = joined(text, p.text)
    return Label(text, min(p.x0 for p in pieces), max(p.x1 for p in pieces), pieces[0].base, pieces[-1].base, pieces[0].top)


def parts_of(pieces: Sequence[Piece], *what: str) -> list[list[Piece]]:
    """The pieces put together to labels."""
    return [part for stack in stacks_of(pieces) for part in cut_stack(stack, *what)]


def signs_in_one(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, where a sign for nothing that a narrow column breaks over two lines (不涉 / 及) is one."""
    if not any(p.text in _SIGNS_BEGIN and not p.figure for p in pieces):
        return list(pieces)
    short = [p for p in pieces if not p.figure and len(p.text) <= LONGEST_SIGN]
    taken: dict[int, Piece | None] = {}
    for stack in stacks_of(short):
        for above, below in pairwise(stack):
            text = joined(above.text, below.text)
            if id(above) not in taken and read_number(text).kind == "blank":
                taken[id(above)] = above._replace(
                    text=text, base=(above.base + below.base) / 2, x0=min(above.x0, below.x0), x1=max(above.x1, below.x1), figure=True
                )
                taken[id(below)] = None
    return [found for p in pieces if (found := taken.get(id(p), p)) is not None]


def noted_figures(pieces: Sequence[Piece]) -> list[Piece]:
    """Words among the figures, as notes over several lines are: each stack of them is what one cell holds."""
    found = []
    for stack in stacks_of(pieces):
        text = ""
        for p in stack:
            text = joined(text, p.text)
        base = (stack[0].base + stack[-1].base) / 2
        found.append(stack[0]._replace(text=text, base=base, figure=True, x0=min(p.x0 for p in stack), x1=max(p.x1 for p in stack)))
    return found
