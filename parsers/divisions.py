"""China's divisions with their codes, parents and years: which one an agency's name means in the year of its report.
Taking a name apart is left to `names`, what a page says beside it to `identity`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

STILL = 9999
"""The last year of a division that exists today."""


class Division(NamedTuple):
    """A division as it was called and coded from `first` to `last` (years). `code`: GB/T 2260. `id` stays the same
    when name or code change (洪泽县 320829 and 洪泽区 320813 are both 320813)."""

    code: str
    id: str
    name: str
    parent: str
    level: str
    first: int
    last: int


@cache
def _by_name() -> dict[str, tuple[Division, ...]]:
    """Every division by its full name. Source and licence of the table: `.ci/divisions`."""
    found: dict[str, list[Division]] = {}
    with files(__package__).joinpath("divisions.csv").open(encoding="utf-8") as table:
        for line in csv.DictReader(table):
            first, last = int(line.pop("first")), int(line.pop("last") or STILL)
            found.setdefault(line["name"], []).append(Division(**line, first=first, last=last))
    return {name: tuple(divisions) for name, divisions in found.items()}


@cache
def _by_code() -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = {}
    for divisions in _by_name().values():
        for division in divisions:
            found.setdefault(division.code, []).append(division)
    return {code: tuple(divisions) for code, divisions in found.items()}


@cache
def _by_id() -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = {}
    for divisions in _by_name().values():
        for division in divisions:
            found.setdefault(division.id, []).append(division)
    return {ident: tuple(divisions) for ident, divisions in found.items()}


def divisions_with_id(ident: str) -> tuple[Division, ...]:
    """What a division was called and coded over the years; empty for an unknown id."""
    return _by_id().get(ident, ())


def division_of_code(code: str, year: int) -> Division | None:
    """The division with this code in that year, or the last or first one that had it."""
    held = _by_code().get(code, ())
    return next((d for d in held if d.first <= year <= d.last), max(held, key=lambda d: d.last, default=None))


def above(division: Division, year: int) -> Iterator[Division]:
    """The division itself and those it lies in, up to its province."""
    now: Division | None = division
    while now is not None:
        yield now
        now = division_of_code(now.parent, year) if now.parent else None


def divisions_meant(places: Sequence[str], year: int | None, hints: Sequence[str] = ()) -> tuple[Division, ...]:
    """The divisions that the last of these names can mean: one when it is certain, several when it is not.

    `places`: the divisions a name begins with, from the largest down. `year`: the report's; a report may print the name
    that its division got when it was written, a year later. `hints`: codes that say where the page comes from (the
    site's 标识码 begins with its division's code); they choose among namesakes, and prove nothing by themselves.
    """
    if not places:
        return ()
    named = _by_name().get(places[-1], ()) or _without_province_word(places[-1])
    if year is None:
        found = {d.id: d for d in named}
        candidates = tuple(found.values())
    else:
        candidates = tuple(d for d in named if d.first <= year <= d.last) or tuple(
            d for d in named if d.first <= year + 1 and year - 1 <= d.last
        )
    at = year if year is not None else STILL
    for place in places[:-1]:
        within = tuple(d for d in candidates if any(_same(place, u.name) for u in above(d, at)))
        candidates = within or candidates
    if len(candidates) > 1:
        for hint in hints:
            near = tuple(d for d in candidates if any(u.code == hint for u in above(d, at)))
            near = near or tuple(d for d in candidates if d.code[:4] == hint[:4] and hint[2:4] != "00")
            if len(near) == 1:
                return near
    return candidates


def _same(printed: str, name: str) -> bool:
    """内蒙古 is 内蒙古自治区, 恩施州 is 恩施土家族苗族自治州."""
    return printed == name or (len(printed) > 2 and name.startswith(printed.rstrip("州省")) and name[-1] in "州区省")


def _without_province_word(name: str) -> tuple[Division, ...]:
    """Shortened names of provinces and prefectures: 内蒙古, 恩施州."""
    if len(name) < 3:
        return ()
    return tuple(d for d in _above_counties().get(name[0], ()) if _same(name, d.name))


@cache
def _above_counties() -> dict[str, list[Division]]:
    """The provinces and prefectures by their first character: a name that is none is told without a look at all."""
    found: dict[str, list[Division]] = {}
    for divisions in _by_name().values():
        for division in divisions:
            if division.level != "county":
                found.setdefault(division.name[0], []).append(division)
    return found
