"""Tags that a page leaves out, or that stand where nothing is to be closed: where a parser takes each element to end.
The rules are those of libxml2, which builds the trees here: which start tag ends which element is left to `nesting`."""

from __future__ import annotations

from dataclasses import dataclass, field

from gongkai.parsers.readers.nesting import DEEPEST, END, FRAME, NAME_OF_END, NAME_OF_START, NOT_WITHIN, OPEN


@dataclass(slots=True)
class Edits:
    """What makes every element of a page end where a parser ends it."""

    ended: dict[int, list[str]] = field(default_factory=dict)
    """Elements that end before a piece, innermost first; those that end with the page before one that is not there."""
    stray: set[int] = field(default_factory=set)
    """Pieces with an end tag that ends nothing."""
    last: int | None = None
    """The piece with `</body>` or `</html>` that ends elements, if no more text stands behind it; else it may not."""


_WEIGHT = {"div": 150, "td": 160, "th": 160, "tr": 170, "thead": 180, "tbody": 180, "tfoot": 180, "table": 190}
_USUAL_WEIGHT = 100
"""An end tag ends no element around which one of more weight stands open."""


def edits_of(kinds: str) -> Edits | None:
    """The edits of a page by the kinds of its tags; None where they depend on more than these."""
    if OPEN["*"] in kinds or END["*"] in kinds:  # elements of several names, which end each other or not
        return None
    edits = Edits()
    open_names: list[str] = []
    for k, kind in enumerate(kinds):
        if (name := NAME_OF_START.get(kind)) is not None:
            if edits.last is not None or (open_names and name in FRAME):
                return None
            if name in FRAME:
                continue
            _end_by_start(kind, k, open_names, edits)
            open_names.append(name)
            if len(open_names) > DEEPEST:
                return None
        elif (name := NAME_OF_END.get(kind)) is None:
            if open_names and OPEN[open_names[-1]] + kind in NOT_WITHIN:
                _end_by_start(kind, k, open_names, edits)
        elif open_names and open_names[-1] == name:
            open_names.pop()
        elif name in FRAME:
            if open_names and name == "head":
                return None
            if open_names:
                edits.last = k
            _end(len(open_names), k, open_names, edits)
        elif (depth := _depth(name, open_names)) is None:
            edits.stray.add(k)
        else:
            _end(depth, k, open_names, edits)
            open_names.pop()
    _end(len(open_names), len(kinds), open_names, edits)
    return edits


def _end_by_start(kind: str, k: int, open_names: list[str], edits: Edits) -> None:
    while open_names and OPEN[open_names[-1]] + kind in NOT_WITHIN:
        _end(1, k, open_names, edits)


def _end(count: int, k: int, open_names: list[str], edits: Edits) -> None:
    for _ in range(count):
        edits.ended.setdefault(k, []).append(open_names.pop())


def _depth(name: str, open_names: list[str]) -> int | None:
    """How many elements stand open within the one that an end tag ends; None where it ends none."""
    weight = _WEIGHT.get(name, _USUAL_WEIGHT)
    for depth, other in enumerate(reversed(open_names)):
        if other == name:
            return depth
        if _WEIGHT.get(other, _USUAL_WEIGHT) > weight:
            return None
    return None
