"""Measures over the printed cells: what each is called, its parts, its value with an interval, or why it is unknown.
Which reports are measured, and how the result is shown, is left to `compare`."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from gongkai.parsers.forms import FORMS

Z = 1.96
"""Normal quantile of a 95 % interval."""


class Measure(NamedTuple):
    """One measure as `measures.toml` defines it: `top` over `bottom`, or `top` alone where `bottom` is empty."""

    key: str
    label: str
    label_zh: str
    top: tuple[str, ...]
    source: str
    bottom: tuple[str, ...] = ()
    smallest: int = 0
    answers: str = ""
    caveat: str = ""
    asks: str = ""  # a question of yes or no about the report: one of ASKED

    @property
    def is_share(self) -> bool:
        return bool(self.bottom)


ASKED = ("zero", "late", "sums")
"""Questions about a report: is the figure 0, was it published after the day the law sets, does a printed sum not hold."""


class Cell(NamedTuple):
    """A cell of one report as far as measures need it: `value` None for one without a printed number."""

    value: float | None
    flagged: bool = False


class Measured(NamedTuple):
    """A measure of one report. `value` is None when a cell it needs has no printed number (`unknown` names them) or
    the denominator is 0. `low` and `high` bound a share (Wilson, 95 %). `small`: too few cases to be ranked by."""

    value: float | None
    top: float | None = None
    bottom: float | None = None
    low: float | None = None
    high: float | None = None
    flagged: bool = False
    small: bool = False
    unknown: tuple[str, ...] = ()


@cache
def measures() -> dict[str, Measure]:
    """Every measure by key, in the order of the file."""
    table = tomllib.loads(files(__package__).joinpath("measures.toml").read_text(encoding="utf-8"))
    return {key: _measure(key, item) for key, item in table.items()}


def _measure(key: str, item: dict[str, Any]) -> Measure:
    top, bottom = tuple(item.pop("top", ())), tuple(item.pop("bottom", ()))
    return Measure(key=key, top=top, bottom=bottom, **item)


def cells_needed(wanted: Sequence[Measure]) -> set[str]:
    """The cells (`table.row.column`) that these measures look at, in any form."""
    return {
        name
        for m in wanted
        for term in (*m.top, *m.bottom)
        for choice in _choices(term.removeprefix("-"))
        for name in choice
    }


def measured(measure: Measure, cells: Mapping[str, Cell], answers: Mapping[str, bool | None] | None = None) -> Measured:
    """The measure of a report with these cells. A cell that is not there, or has no number, makes it unknown.

    `answers`: what is known of the report to the questions of ASKED that its cells do not say; None for unknown. A yes
    is 1 of 1, a no 0 of 1, so that a group of reports has a share of them.
    """
    top, flagged, missing = _added(measure.top, cells)
    if measure.asks:
        yes = (None if top is None else top == 0) if measure.asks == "zero" else (answers or {}).get(measure.asks)
        if yes is None:
            return Measured(None, flagged=flagged, unknown=missing or (measure.asks,))
        return Measured(float(yes), float(yes), 1.0, flagged=flagged)
    if not measure.is_share:
        return Measured(top, top, None, flagged=flagged, unknown=missing)
    bottom, doubtful, more = _added(measure.bottom, cells)
    flagged = flagged or doubtful
    missing = tuple(dict.fromkeys(missing + more))
    if top is None or bottom is None or bottom <= 0:
        return Measured(None, top, bottom, flagged=flagged, unknown=missing)
    low, high = interval(top, bottom)
    return Measured(top / bottom, top, bottom, low, high, flagged, bottom < measure.smallest)


def interval(top: float, bottom: float) -> tuple[float, float]:
    """The Wilson interval (95 %) of a share; (share, share) where `top` is no part of `bottom`, as in a ratio above 1."""
    share = top / bottom
    if not 0 <= share <= 1:
        return share, share
    middle = share + Z * Z / (2 * bottom)
    spread = Z * math.sqrt(share * (1 - share) / bottom + Z * Z / (4 * bottom * bottom))
    scale = 1 + Z * Z / bottom
    # the share itself lies within, whatever the rounding
    return max(0.0, min(share, (middle - spread) / scale)), min(1.0, max(share, (middle + spread) / scale))


def _added(terms: Sequence[str], cells: Mapping[str, Cell]) -> tuple[float | None, bool, tuple[str, ...]]:
    """The sum, whether any part of it is flagged, and the cells without which there is none."""
    total, flagged = 0.0, False
    missing: list[str] = []
    for term in terms:
        sign = -1 if term.startswith("-") else 1
        choices = _choices(term.removeprefix("-"))
        names = next((c for c in choices if all(_known(cells.get(n)) for n in c)), None)
        if names is None:
            shown = next((c for c in choices if any(n in cells for n in c)), choices[0])
            missing += [n for n in shown if not _known(cells.get(n))]
            continue
        for name in names:
            total += sign * (cells[name].value or 0.0)
            flagged = flagged or cells[name].flagged
    return (None if missing else total), flagged, tuple(missing)


def _known(cell: Cell | None) -> bool:
    return cell is not None and cell.value is not None


@cache
def _choices(term: str) -> tuple[tuple[str, ...], ...]:
    """The sets of cells that a term can mean: one cell; or the members of a group, or the row printed for all of them."""
    table, row, column = term.split(".")
    if not row.endswith("_*"):
        return ((term,),)
    group = row.removesuffix("_*")
    rows = FORMS["2021"].table(table).rows
    members = tuple(f"{table}.{r.key}.{column}" for r in rows if r.parent == group)
    alone = next(r for r in rows if r.key == group)
    return (members, (f"{table}.{group}.{column}",)) if alone.one_row else (members,)
