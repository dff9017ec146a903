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
    amount_of,
    counts_of,
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
    counts: Callable[[Sequence[Any]], tuple[Any, ...]]  # of each cell of the form that counts something, as `layout.cells`
    amounts: tuple[tuple[int, int], ...]  # the form's other cells with a figure, each with its line


class Reprint(NamedTuple):
    """The lines from `start` to before `stop` of a text, which print known tables: what the form's cells print, as texts and
    as numbers."""

    start: int
    stop: int
    known: _Known
    raws: tuple[str | None, ...]
    numbers: list[Number | None]


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
    line_of = {k: i for i, k in layout.form_cells.items() if layout.states[k] == "reported"}
    counted = {k: i for k, i in line_of.items() if layout.form.cells[k].type != "decimal"}
    known = _Known(
        layout=layout,
        words=words,
        printed=tuple(text or BLANK_LINE for text in texts),
        blanks=tuple(i for i, text in zip(words.named, texts, strict=True) if not text),
        codes=codes.replace(OTHER_NUMBER, PLAIN),
        counts=itemgetter(*(counted.get(k, -1) for k in range(len(layout.states)))),
        amounts=tuple((k, i) for k, i in line_of.items() if k not in counted),
    )
    _KNOWN[texts[0]] = [known, *alike][:MOST_ALIKE]


def recognised(lines: Sequence[str]) -> Reprint | None:
    """The tables among these lines that print the words of earlier ones, with plain figures between them."""
    opening = next(filter(_KNOWN.__contains__, lines), None)
    if opening is None:
        return None
    start = lines.index(opening)
    for known in _KNOWN[opening]:
        layout, stop = known.layout, start + len(known.codes)
        cells: list[str | None] = [*lines[start:stop], None]
        if len(cells) <= len(known.codes) or layout.named_of(cells) != known.printed:
            continue
        for i in known.blanks:
            cells[i] = ""
        numbers = counts_of(known.counts(cells))
        if numbers is None:
            return None
        for k, i in known.amounts:
            if (amount := amount_of(cells[i])) is None:
                return None
            numbers[k] = amount
        return Reprint(start, stop, known, layout.cells(cells), numbers)
    return None


def are_harmless(before: str, behind: str) -> bool:
    """Whether the cells with these codes around the tables belong to none: they end at a heading, and none begins again."""
    return (not behind or behind[0] in _NARRATIVE) and not (before + behind).strip(_HARMLESS)
