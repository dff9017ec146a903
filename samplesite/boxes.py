"""What a printed table is made of: boxes that may span, in rows, in tables.
Nothing here knows what the boxes say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Role = Literal["caption", "head", "label", "group", "value", "pad", "loose"]


class Box(NamedTuple):
    """One cell of a printed table; an empty `head` is a header the page lost, a `pad` a cell that is there but empty."""

    text: str
    role: Role
    across: int = 1
    down: int = 1


Row = list[Box]


@dataclass(frozen=True, slots=True)
class Table:
    """A printed table; `title` stands above it as a paragraph of its own."""

    rows: list[Row]
    heads: int = 0
    title: str = ""
    foreign: bool = False  # not one of the report's own tables
