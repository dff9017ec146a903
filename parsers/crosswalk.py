"""Which series go on from one form to the next and which only look alike, as data with a note for each pair.
The pairs stand in `forms/crosswalk.toml`; nothing is converted or added up here."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Literal

from gongkai.parsers.forms import FORMS, FormCell

Relation = Literal["continues", "approximately", "only_looks_alike"]
RELATIONS: tuple[Relation, ...] = ("continues", "approximately", "only_looks_alike")


@dataclass(frozen=True, slots=True)
class Side:
    """Cells of one or several forms, as `table.row.column` patterns; several cells are meant added up."""

    forms: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two series in forms that follow each other, how they compare, why, and who says so."""

    earlier: Side
    later: Side
    relation: Relation
    note: str
    source: str


@cache
def pairs() -> tuple[Pair, ...]:
    """Every pair, in the order of the file."""
    text = (files("gongkai.parsers.forms") / "crosswalk.toml").read_text(encoding="utf-8")
    return tuple(
        Pair(_side(p["earlier"]), _side(p["later"]), p["relation"], p["note"], p["source"]) for p in tomllib.loads(text)["pairs"]
    )


def _side(data: dict[str, list[str]]) -> Side:
    return Side(tuple(data["forms"]), tuple(data["cells"]))


def cells_of(form: str, pattern: str) -> tuple[FormCell, ...]:
    """The cells of a form that a pattern such as `review.*.total` names, in printed order."""
    return tuple(cell for cell in FORMS[form].cells if fnmatchcase(".".join(cell.key), pattern))


def pairs_with(form: str, table: str, row: str, column: str) -> tuple[Pair, ...]:
    """Every pair that a cell takes part in, on either side."""
    key = f"{table}.{row}.{column}"
    return tuple(
        pair for pair in pairs()
        if any(form in side.forms and any(fnmatchcase(key, p) for p in side.cells) for side in (pair.earlier, pair.later))
    )  # fmt: skip
