"""Tables that are printed word for word as on an earlier page, but for their figures: found again by their words alone.
Which tables are usual ones, and what their cells mean, is left to `usual`, which hands in what it has read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from gongkai.parsers.forms import Form
from gongkai.parsers.lexicon import (
    BLANK_CODE,
    OTHER_NUMBER,
    PAGE_CODE,
    PLAIN,
    TEXT_CODE,
    UNIT_CODE,
    ZONES,
    codes_of,
    plain_numbers_of,
)
from gongkai.parsers.report import Number, State

MOST_OPENINGS, MOST_ALIKE = 50, 4
"""First lines of tables that are remembered, and ways to go on behind each: a site's pages print their tables alike."""

_NARRATIVE = "".join(code for code, zone in ZONES.items() if zone.heading == "")
_HARMLESS = PLAIN + OTHER_NUMBER + BLANK_CODE + PAGE_CODE + UNIT_CODE + TEXT_CODE + _NARRATIVE
"""Codes of what may stand around the tables without being part of one."""
# What a reader of lines does not take as it stands; no label that is remembered holds any of it.
_MARKED = re.compile(r"[\s|│｜*#>`]")
BLANK_LINE = "\xa0"
"""What browsers and converters leave of a blank cell."""
_YEAR = re.compile("20|[上去往].*年")


class Row(NamedTuple):
    """The cells from `start` to before `stop` of a stretch of cells, which are `width` cells of the form from `first` on."""

    start: int
    stop: int
    first: int
    width: int


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The cells of a stretch that are no figures: `named` says which, counted from its first, `texts` and `tables` what
    they print and in which table each stands, () where all are lines. One object for all pages that print the same, if
    `lasting`; prose among them is one page's alone."""

    named: tuple[int, ...]
    texts: tuple[str, ...]
    tables: tuple[int, ...]
    lasting: bool
    may_be_another: bool  # a caption among them holds what a year or a body is named by


class Stretch(NamedTuple):
    """The cells from `start` to before `stop`, in which all tables of a usual page stand."""

    start: int
    stop: int
    words: Words


class Layout(NamedTuple):
    """How a usual page prints its tables, as far as the codes of their cells say. Cells are counted from the first of
    the stretch in which the tables stand; a getter takes what it names out of a column of the stretch."""

    form: Form
    once: tuple[str, ...]
    rows: tuple[Row, ...]
    cells: Callable[[Sequence[Any]], tuple[Any, ...]]  # of each cell of the form; of the entry behind the last where it has none
    form_cells: dict[int, int]  # the cell of the form by the cell of the stretch
    states: tuple[State, ...]
    firsts: Callable[[Sequence[Any]], tuple[Any, ...]]  # of the first cell of each row
    lasts: Callable[[Sequence[Any]], tuple[Any, ...]]  # of the last
    labels: Callable[[Sequence[Any]], tuple[Any, ...]]  # of the cell before each row
    behind: Callable[[Sequence[Any]], tuple[Any, ...]]  # of the cell behind each row but the last
    gaps: tuple[int, ...]  # how many cells of each row stand behind its first
    captions: tuple[int, ...]  # the cells before and between the tables
    blank_behind: bool  # a row is followed by a blank, which may be one of its cells
    named: tuple[int, ...]  # the cells that are no figures
    named_of: Callable[[Sequence[Any]], tuple[Any, ...]]  # of these
    places: dict[tuple[object, ...], tuple[str | None, ...]]  # those of the form's cells, see `usual`


class _Known(NamedTuple):
    """Lines that usual tables were printed on: how and with which words, what the lines without figures print in full, which
    of them are blank cells, and the code of each line, that of a whole number for every figure."""

    layout: Layout
    words: Words
    printed: tuple[str, ...]
    blanks: tuple[int, ...]
    codes: str
    figures: Callable[[Sequence[Any]], tuple[Any, ...]]  # of each cell of the form that has one, as `layout.cells`


class Reprint(NamedTuple):
    """The lines from `start` to before `stop` of a text, which print known tables.

    `codes`: of these lines. `raws`: of the form's cells. `numbers`: theirs, None where a figure is more than a whole number.
    """

    start: int
    stop: int
    known: _Known
    codes: str
    raws: tuple[str | None, ...]
    numbers: list[Number | None] | None


_KNOWN: dict[str, list[_Known]] = {}


def remember(layout: Layout, words: Words, codes: str) -> None:
    """Tables on lines of their own that a page printed; `codes`: of these lines. Only what can be told by its words, and
    whose words say nothing of a year or of a body, will be found again."""
    texts = words.texts
    alike = _KNOWN.get(texts[0], [])
    if any(known.words is words for known in alike):
        return
    above = [text for i, text in zip(words.named, texts, strict=True) if i < layout.rows[0].start]
    if not words.lasting or words.may_be_another or layout.blank_behind or words.named[0] != 0 or not texts[0]:
        return
    if _MARKED.search("".join(texts)) or any(_YEAR.search(text) for text in above):
        return
    if len(_KNOWN) >= MOST_OPENINGS and texts[0] not in _KNOWN:
        _KNOWN.clear()
    in_rows = {i: k for k, i in layout.form_cells.items()} if "blank" in layout.states else {}
    figures = layout.cells
    if in_rows:
        figures = itemgetter(*(in_rows[k] if state == "reported" else -1 for k, state in enumerate(layout.states)))
    known = _Known(
        layout, words, tuple(text or BLANK_LINE for text in texts),
        tuple(i for i, text in zip(words.named, texts, strict=True) if not text), codes.replace(OTHER_NUMBER, PLAIN), figures,
    )  # fmt: skip
    _KNOWN[texts[0]] = [known, *alike][:MOST_ALIKE]


def recognised(lines: Sequence[str]) -> Reprint | None:
    """The tables among these lines that print the words of earlier ones, and figures between them."""
    opening = next(filter(_KNOWN.__contains__, lines), None)
    if opening is None:
        return None
    start = lines.index(opening)
    for known in _KNOWN[opening]:
        layout, codes = known.layout, known.codes
        stop = start + len(codes)
        cells = [*lines[start:stop], None]
        if stop <= len(lines) and layout.named_of(cells) == known.printed:
            for i in known.blanks:
                cells[i] = ""
            figures = known.figures(cells)
            numbers = plain_numbers_of(figures)
            if numbers is None:
                codes = codes_of(cells[:-1])  # type: ignore[arg-type]
                if codes.replace(OTHER_NUMBER, PLAIN) != known.codes or _MARKED.search("".join(filter(None, figures))):
                    return None
            raws = figures if known.figures is layout.cells else layout.cells(cells)
            return Reprint(start, stop, known, codes, raws, numbers)
    return None


def are_harmless(before: str, behind: str) -> bool:
    """Whether the cells with these codes around the tables belong to none: they end at a heading, and none begins again."""
    return (not behind or behind[0] in _NARRATIVE) and not (before + behind).strip(_HARMLESS)
