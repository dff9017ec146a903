"""Figures read from a picture in more than one way: the sums of the form decide between the readings, and it is said.
No figure is made here: only what was read in the cell itself can be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from gongkai.parsers.checks import Verdict, verdicts
from gongkai.parsers.document import Document
from gongkai.parsers.forms import FORMS, Form
from gongkai.parsers.number import read_number
from gongkai.parsers.report import Finding, Number, Value
from gongkai.parsers.values import Key

DOUBTFUL = "ocr_doubtful"
CHOSEN = "ocr_chosen_by_sum"
BREAKS = "ocr_breaks_sum"
SUMS = frozenset(rule.rule for form in FORMS.values() for table in form.tables for rule in table.sums)
MOST_CHOICES = 200  # ways to read the cells of one sum
_ROUNDS = 5

Options = Mapping[Key, tuple[Number, ...]]
"""The figures that each open cell may hold."""


def settle(document: Document, form: Form, values: Sequence[Value]) -> tuple[Value, ...]:
    """The values with those figures chosen that the sums leave as the only ones; all others as they were.

    A cell is chosen only where every sum that decides about it decides alike.
    """
    if not document.candidates:
        return tuple(values)
    now = {(v.table, v.row, v.column): v for v in values}
    texts = {document.at(i): found for i, found in document.candidates.items()}
    options = {key: o for key, v in now.items() if (o := _options(v, texts)) and (len(o) > 1 or v.value is None)}
    for _ in range(_ROUNDS):
        votes: dict[Key, set[Number]] = {}
        for verdict in verdicts(form, list(now.values())):
            for key, figure in _only(verdict, now, options).items():
                votes.setdefault(key, set()).add(figure)
        chosen = {key: figures.pop() for key, figures in votes.items() if len(figures) == 1}
        if not chosen:
            break
        for key, figure in chosen.items():
            now[key] = _with(now[key], figure, texts)
            options.pop(key)
    return _proved(form, now)


def _proved(form: Form, now: Mapping[Key, Value]) -> tuple[Value, ...]:
    """The values; those that two readings of little certainty agree on without the doubt, where a sum holds that they
    take part in, and none is broken."""
    sums: dict[Key, set[str]] = {}
    for verdict in verdicts(form, list(now.values())):
        for key in (k for side in _operands(verdict) for k in side):
            sums.setdefault(key, set()).add(verdict.outcome)
    return tuple(
        v._replace(flags=tuple(f for f in v.flags if f != DOUBTFUL))
        if DOUBTFUL in v.flags and v.value is not None and "holds" in (own := sums.get(key, set())) and "broken" not in own
        else v
        for key, v in now.items()
    )


def _options(value: Value, texts: Mapping[str, tuple[str, ...]]) -> tuple[Number, ...]:
    if value.at is None or value.state == "absent":
        return ()
    read = (read_number(text) for text in texts.get(value.at, ()))
    return tuple(dict.fromkeys(r.value for r in read if r.value is not None))


def _operands(verdict: Verdict) -> tuple[list[Key], list[Key]]:
    left, right = verdict.operands
    if verdict.row is not None:
        return [(verdict.table, verdict.row, c) for c in left], [(verdict.table, verdict.row, c) for c in right]
    assert verdict.column is not None
    return [(verdict.table, r, verdict.column) for r in left], [(verdict.table, r, verdict.column) for r in right]


def _only(verdict: Verdict, now: Mapping[Key, Value], options: Options) -> dict[Key, Number]:
    """The one way to read the open cells of a sum with which it holds; nothing where there is none, or several."""
    left, right = _operands(verdict)
    open_ = [key for key in (*left, *right) if key in options]
    ways = 1
    for key in open_:
        ways *= len(options[key])
    if not open_ or ways > MOST_CHOICES:
        return {}
    if any(now[key].value is None and now[key].state != "blank" and key not in options for key in (*left, *right)):
        return {}
    found = []
    for choice in product(*(options[key] for key in open_)):
        figures = dict(zip(open_, choice, strict=True))
        sides = [sum(figures.get(key, now[key].value) or 0 for key in side) for side in (left, right)]
        if sides[0] == sides[1]:
            found.append(figures)
    return found[0] if len(found) == 1 else {}


def _with(value: Value, figure: Number, texts: Mapping[str, tuple[str, ...]]) -> Value:
    raw = next((t for t in texts[value.at or ""] if read_number(t).value == figure), value.raw)
    flags = tuple(f for f in value.flags if f not in ("not_a_number", CHOSEN))
    return value._replace(value=figure, raw=raw, state="reported", flags=(*flags, CHOSEN))


def doubt_broken_sums(
    document: Document, values: Sequence[Value], findings: Sequence[Finding]
) -> tuple[tuple[Value, ...], tuple[Finding, ...]]:
    """Figures of a picture in a sum that does not hold carry a flag, and whose fault it is cannot be known: the print
    may be wrong, or both readings of it."""
    places = {document.at(i) for i in document.candidates}
    broken = [f for f in findings if f.rule in SUMS]
    rows = {(f.table, f.row) for f in broken if f.row and not f.column}
    columns = {(f.table, f.column) for f in broken if f.column and not f.row}

    def doubtful(v: Value) -> bool:
        return v.at in places and ((v.table, v.row) in rows or (v.table, v.column) in columns)

    touched = {(v.table, name) for v in values if doubtful(v) for name in (v.row, v.column)}
    return (
        tuple(v._replace(flags=(*v.flags, BREAKS)) if doubtful(v) else v for v in values),
        tuple(
            f._replace(fault="unknown")
            if f.rule in SUMS and f.fault == "publisher" and (f.table, f.row or f.column) in touched
            else f
            for f in findings
        ),
    )
