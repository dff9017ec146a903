"""The sums that a form implies, applied to what was printed: verdicts, findings and proven numbers.
Nothing is repaired here: a printed figure stays, whatever the sums say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from gongkai.parsers.forms import FORMS, Form, Sum
from gongkai.parsers.report import Fault, Finding, Number, State, Value, Values

Outcome = Literal["holds", "holds_if_blank_is_0", "broken", "open"]


class Verdict(NamedTuple):
    """One sum applied: `left` and `right` are what is printed on each side, blanks counted as 0.

    `open`: a blank, unreadable or missing operand could make it hold or not. `unknown`: those operands.
    """

    rule: str
    table: str
    row: str | None
    column: str | None
    outcome: Outcome
    left: Number
    right: Number
    unknown: tuple[str, ...]
    operands: tuple[tuple[str, ...], tuple[str, ...]]
    source: str


class _Check(NamedTuple):
    rule: Sum
    row: str | None
    column: str | None
    left: tuple[int, ...]  # positions in form.cells
    right: tuple[int, ...]


@cache
def _plan(version: str) -> tuple[_Check, ...]:
    form = FORMS[version]
    position = {(c.table, c.row, c.column): k for k, c in enumerate(form.cells)}
    plan: list[_Check] = []
    for table in form.tables:
        for rule in table.sums:
            if rule.each == "row":
                for row in table.rows:
                    if row.code:
                        left = tuple(position[table.key, row.key, c] for c in rule.left)
                        right = tuple(position[table.key, row.key, c] for c in rule.right)
                        plan.append(_Check(rule, row.key, None, left, right))
            else:
                for column in table.columns:
                    left = tuple(position[table.key, r, column.key] for r in rule.left)
                    right = tuple(position[table.key, r, column.key] for r in rule.right)
                    plan.append(_Check(rule, None, column.key, left, right))
    return tuple(plan)


Operands = Callable[[Sequence[Any]], Sequence[Any]]


def _slice(cells: tuple[int, ...]) -> slice | None:
    """What cuts the operands out of a list of values, where they stand at equal distances, as those of a row do."""
    steps = {b - a for a, b in pairwise(cells)} or {1}
    step = steps.pop()
    return slice(cells[0], cells[-1] + 1, step) if not steps and step > 0 else None


def _side(cells: tuple[int, ...]) -> Operands:
    """What takes the operands out of a column of values."""
    if (cut := _slice(cells)) is not None:
        return itemgetter(cut)
    # with the zero that stands behind the last cell, the answer is a tuple also for one cell
    return itemgetter(*cells, -1)


class _Sides(NamedTuple):
    """All sums of a form by slices of its cells: those whose right side is one cell, then the others."""

    parts: tuple[slice, ...]
    totals: Operands
    left: tuple[slice, ...]
    right: tuple[slice, ...]


@cache
def _sides(version: str) -> _Sides | None:
    """All sums of a form; None where the operands of one stand at no equal distances."""
    parts, totals, others_left, others_right = [], [], [], []
    for check in _plan(version):
        left, right = _slice(check.left), _slice(check.right)
        if left is None or right is None:
            return None
        if len(check.right) == 1:
            parts.append(left)
            totals.append(check.right[0])
        else:
            others_left.append(left)
            others_right.append(right)
    if len(totals) < 2:  # a getter of one cell gives no tuple
        return None
    return _Sides(tuple(parts), itemgetter(*totals), tuple(others_left), tuple(others_right))


def _all_hold(version: str, numbers: list[Number | None]) -> bool:
    """Whether all operands of all sums have numbers, and all sums hold, as in most reports; False where that is not
    sure. A third of the time that looking at the sums one by one takes."""
    sides = _sides(version)
    if sides is None:
        return False

    def sums(cuts: Sequence[slice]) -> tuple[Number, ...]:
        return tuple(map(sum, map(numbers.__getitem__, cuts)))  # type: ignore[arg-type]

    try:
        return sums(sides.parts) == sides.totals(numbers) and sums(sides.left) == sums(sides.right)
    except TypeError:  # a cell without a number
        return False


@cache
def _getters(version: str) -> tuple[tuple[_Check, Operands, Operands], ...]:
    return tuple((check, _side(check.left), _side(check.right)) for check in _plan(version))


def verdicts(form: Form, values: Sequence[Value]) -> Iterator[Verdict]:
    """Every sum of the form with its verdict; `values` in the order of `form.cells`."""
    for check in _plan(form.version):
        operands = [values[k] for k in (*check.left, *check.right)]
        if all(v.state == "absent" for v in operands):
            continue
        yield _verdict(check, values)


def _not_printed(value: Value) -> bool:
    """A cell that this way of printing the form does not have: (六)其他处理 as one row, or as three."""
    return value.state == "absent" and not value.flags


def _verdict(check: _Check, values: Sequence[Value]) -> Verdict:
    sides = [[values[k] for k in side if not _not_printed(values[k])] for side in (check.left, check.right)]
    left, right = (sum(v.value or 0 for v in side) for side in sides)
    unknown = [[v for v in side if v.value is None] for side in sides]
    hard = any(v.state != "blank" for side in unknown for v in side)
    outcome: Outcome
    if not unknown[0] and not unknown[1]:
        outcome = "holds" if left == right else "broken"
    elif hard or all(v.value is None for side in sides for v in side):
        outcome = "open"
    elif left == right:
        outcome = "holds_if_blank_is_0"
    elif (left > right and not unknown[1]) or (right > left and not unknown[0]):
        outcome = "broken"  # no blank can be negative
    else:
        outcome = "open"
    names = [[(v.column if check.row else v.row) for v in side] for side in sides]
    missing = tuple(v.column if check.row else v.row for side in unknown for v in side)
    rule = check.rule
    return Verdict(
        rule.rule, rule.table, check.row, check.column, outcome, left, right, missing,
        (tuple(names[0]), tuple(names[1])), rule.source,
    )  # fmt: skip


def check(form: Form, values: Sequence[Value]) -> tuple[Values, tuple[Finding, ...]]:
    """The values with proven numbers filled in as `implied`, and a finding for each sum that does not hold."""
    values = Values.of(values)
    numbers: list[Number | None] = list(values.numbers)
    for k in _absent(tuple(values.states)):
        if not values.flags[k] and numbers[k] is None:
            numbers[k] = 0
    numbers.append(0)
    if _all_hold(form.version, numbers):
        return values, ()
    open_cells = None in numbers
    counted = [n or 0 for n in numbers] if open_cells else numbers  # blanks as 0
    findings: list[Finding] = []
    implied: dict[int, set[Number]] = {}
    for check, left, right in _getters(form.version):
        low, high = sum(left(counted)), sum(right(counted))
        if not open_cells and low == high:
            continue
        blanks_left, blanks_right = left(numbers).count(None), right(numbers).count(None)
        if blanks_left + blanks_right == 1 and (proof := _proof(check, values, numbers)) is not None:
            implied.setdefault(proof[0], set()).add(proof[1])
        # a blank adds to its side what it hides: only a side without one can be too small
        if low == high or (low > high and blanks_right) or (low < high and blanks_left):
            continue
        verdict = _verdict(check, values)
        if verdict.outcome == "broken":
            findings.append(_finding(verdict, check, values))
    if implied:
        proven = list(values.implied)
        for k, proofs in implied.items():
            if len(proofs) == 1:
                proven[k] = proofs.pop()
        values = values.with_implied(proven)
    return values, tuple(findings)


@lru_cache(maxsize=256)
def _absent(states: tuple[State, ...]) -> tuple[int, ...]:
    """The cells that are absent: in most reports the same."""
    return tuple(k for k, state in enumerate(states) if state == "absent")


def _proof(check: _Check, values: Sequence[Value], numbers: Sequence[Number | None]) -> tuple[int, Number] | None:
    """The one operand without a number and the number that the sum leaves it; None when several are open."""
    open_ = [(k, sign) for sign, side in ((1, check.left), (-1, check.right)) for k in side if numbers[k] is None]
    if len(open_) != 1:
        return None
    k, sign = open_[0]
    if values[k].state == "absent" and values[k].flags == ("table_missing",):
        return None
    rest = sum(numbers[j] or 0 for j in check.left) - sum(numbers[j] or 0 for j in check.right)
    number = -sign * rest
    return (k, number) if number >= 0 else None


def _finding(verdict: Verdict, check: _Check, values: Sequence[Value]) -> Finding:
    doubtful = [values[k] for k in (*check.left, *check.right) if values[k].flags and not _not_printed(values[k])]
    fault: Fault = "extraction" if doubtful else "publisher"
    blanks = " (blanks counted as 0)" if verdict.unknown else ""
    detail = f"{' + '.join(verdict.operands[0])} = {verdict.left}, {' + '.join(verdict.operands[1])} = {verdict.right}"
    return Finding(verdict.rule, verdict.table, verdict.row, verdict.column, verdict.left, verdict.right, fault,
                   detail + blanks)  # fmt: skip
