"""The existing divisions and bodies that made titles speak of, from `places.toml` and `bodies.toml`.
Putting them together is left to `titles`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

FIRST, LAST = 2008, 2024


class Place(NamedTuple):
    """A division: its names from the largest down, its code, the years in which it is called so without doubt."""

    names: tuple[str, ...]
    code: str
    first: int
    last: int

    @property
    def level(self) -> str:
        if self.code.endswith("0000"):
            return "province"
        return "city" if self.code.endswith("00") else "county"

    @property
    def own(self) -> str:
        return self.names[-1]


@cache
def table(name: str) -> dict[str, Any]:
    """One of the two files as it stands."""
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def places() -> dict[str, tuple[Place, ...]]:
    """The divisions of `places.toml`, by what is special about them."""
    every = table("places.toml")
    return {kind: tuple(map(_place, every[kind])) for kind in ("province", "city", "county", "homonym", "renamed", "autonomous")}


def _place(line: str) -> Place:
    names, code, *years = line.split()
    first, last = years[0].split("-") if years else ("", "")
    return Place(tuple(names.split("/")), code, int(first or FIRST), int(last or LAST))


@cache
def bodies() -> dict[str, list[tuple[str, str]]]:
    """(usual name, printed name) of every body, by its kind."""
    return {kind: [(usual, printed) for usual, every in group.items() for printed in every] for kind, group in table("bodies.toml").items()}


@cache
def short() -> Mapping[str, str]:
    """The usual short forms of long names: 恩施州."""
    return dict(table("places.toml")["short"])


@cache
def alone() -> frozenset[str]:
    """Names without their last word that only one division has."""
    return frozenset(table("places.toml")["alone"].split())
