"""Tables that are printed word for word as on an earlier page, but for their figures: found again by their words alone.
Which tables are usual ones, and what their cells mean, is left to `usual`, which hands in what it has read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
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

MOST_KNOWN, MOST_SEEN = 8, 200
"""Tables that are looked for in each text, and those that wait to be seen again: a site's pages print their tables alike."""

_NARRATIVE = "".join(code for code, zone in ZONES.items() if zone.heading == "")
_HARMLESS = PLAIN + OTHER_NUMBER + BLANK_CODE + PAGE_CODE + UNIT_CODE + TEXT_CODE + _NARRATIVE
"""Codes of what may stand around the tables without being part of one."""
# What a reader of lines does not take as it stands; no label that is remembered holds any of it.
_MARKED = re.compile(r"[\s|│｜*#>`]")
BLANK_LINE = "\xa0"
"""What browsers and converters leave of a blank cell."""
_COUNT, _AMOUNT = "([0-9]++)", r"([0-9]++(?:\.[0-9]++)?)"
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
    """Lines that usual tables were printed on: how, with which words, and the code of each line, that of a whole number for
    every figure. The getters take what they name out of what `pattern` finds: its figures, then the words, then None."""

    layout: Layout
    words: Words
    codes: str
    line_end: str
    has_blanks: bool  # lines that are blank cells
    pattern: re.Pattern[str]
    rest: tuple[str | None, ...]  # the words, then None
    texts: Callable[[tuple[str | None, ...]], tuple[str, ...]]  # of each line
    raws: Callable[[tuple[str | None, ...]], tuple[str | None, ...]]  # of each cell of the form
    blanks: tuple[int, ...]  # the form's cells that are printed, and blank
    amounts: tuple[int, ...]  # those whose figure may have a fraction


class Reprint(NamedTuple):
    """Known tables that a text prints again from character `begin` to before `end`: the text of each of their lines, and what
    the form's cells print, as texts and as numbers."""

    begin: int
    end: int
    known: _Known
    texts: tuple[str, ...]
    raws: tuple[str | None, ...]
    numbers: list[Number | None]


_new_reprint = partial(tuple.__new__, Reprint)
"""A `Reprint` from a tuple of its fields, in a fifth of the time."""

_KNOWN: list[_Known] = []
_ONCE_SEEN: dict[Words, str] = {}  # what parts the lines of tables that one page has printed so


def remember(layout: Layout, words: Words, codes: str, line_end: str) -> None:
    """Tables on lines of their own that a page printed; `codes`: of these lines, `line_end`: what parts them. Only what can be
    told by its words, and whose words say nothing of a year or of a body, will be found again, if it is printed twice."""
    if _ONCE_SEEN.get(words) != line_end:
        if len(_ONCE_SEEN) >= MOST_SEEN:
            _ONCE_SEEN.clear()
        _ONCE_SEEN[words] = line_end
        return
    if any(known.words is words and known.line_end == line_end for known in _KNOWN):
        return
    if not words.lasting or words.may_be_another or layout.blank_behind or words.named[0] != 0 or not words.texts[0]:
        return
    above = [text for i, text in zip(words.named, words.texts, strict=True) if i < layout.rows[0].start]
    if not _MARKED.search("".join(words.texts)) and not any(_YEAR.search(text) for text in above):
        _KNOWN.insert(0, _known(layout, words, codes.replace(OTHER_NUMBER, PLAIN), line_end))
        del _KNOWN[MOST_KNOWN:]
        _KNOWN.sort(key=lambda known: not known.has_blanks)  # those are left out at once where they cannot be


def _known(layout: Layout, words: Words, codes: str, line_end: str) -> _Known:
    cells, form_cells = layout.form.cells, layout.form_cells
    word_of = dict(zip(words.named, words.texts, strict=True))
    lines = range(len(codes))
    figures = [i for i in lines if i not in word_of]
    printed = [
        re.escape(word_of[i] or BLANK_LINE) if i in word_of else _AMOUNT if cells[form_cells[i]].type == "decimal" else _COUNT
        for i in lines
    ]
    place = {i: k for k, i in enumerate((*figures, *words.named))}
    line_of = {k: i for i, k in form_cells.items()}
    return _Known(
        layout=layout,
        words=words,
        codes=codes,
        line_end=line_end,
        has_blanks=not all(words.texts),
        pattern=re.compile(line_end.join(printed)),
        rest=(*words.texts, None),
        texts=itemgetter(*(place[i] for i in lines)),
        raws=itemgetter(*(place[line_of[k]] if k in line_of else -1 for k in range(len(cells)))),
        blanks=tuple(k for k, i in line_of.items() if i in word_of),
        amounts=tuple(form_cells[i] for i in figures if cells[form_cells[i]].type == "decimal"),
    )


def recognised(text: str) -> Reprint | None:
    """The tables in this text that print the words of earlier ones, line by line, with plain figures between them. Found by one
    pattern, in a tenth of the time that it takes to part the lines and look at each."""
    has_blanks = BLANK_LINE in text
    for known in _KNOWN:
        if known.has_blanks and not has_blanks:
            continue
        at = text.find(known.words.texts[0])
        if at < 0 or (match := known.pattern.match(text, at)) is None:
            continue
        printed = match.groups() + known.rest
        raws = known.raws(printed)
        counts = list(raws)
        for k in known.blanks + known.amounts:
            counts[k] = None
        if (numbers := counts_of(counts)) is None:
            return None
        for k in known.amounts:
            if (amount := amount_of(raws[k])) is None:
                return None
            numbers[k] = amount
        return _new_reprint((at, match.end(), known, known.texts(printed), raws, numbers))
    return None


def are_harmless(before: str, behind: str) -> bool:
    """Whether the cells with these codes around the tables belong to none: they end at a heading, and none begins again."""
    return (not behind or behind[0] in _NARRATIVE) and not (before + behind).strip(_HARMLESS)
