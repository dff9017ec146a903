"""Draws figures that satisfy every sum of a form, for agencies of all sizes, and works out which printed sums fail.
How figures are written on a page is left to the draft and its deviations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from random import Random
from typing import Any

from gongkai.samplesite.statutory import (
    COLUMNS,
    KINDS,
    ORGANISATIONS,
    REVIEW_COLUMNS,
    REVIEW_GROUPS,
    FormName,
    Key,
    blocks,
    outcome_rows,
)

Number = int | Decimal
Truth = Number | str | None  # a number as printed, None for a blank, "absent" where the page has no such cell

# Most agencies answer a handful of requests a year, a few answer tens of thousands.
_SIZES = ((0, 0), (1, 12), (13, 80), (81, 900), (901, 6000), (6001, 60000))
_SIZE_WEIGHTS = (16, 34, 24, 16, 7, 3)
_FREQUENT = {
    "granted": 40.0,
    "partly_granted": 9.0,
    "unavailable_not_held": 24.0,
    "refused_third_party": 3.0,
    "refused_internal_affairs": 2.0,
    "refused_process_information": 3.0,
    "unavailable_needs_creation": 4.0,
    "not_processed_petition": 6.0,
    "not_processed_duplicate": 4.0,
    "other_other": 6.0,
    "other": 6.0,
}


def draw(rng: Random, form: FormName) -> dict[Key, Number]:
    """Consistent figures for every cell of the form."""
    low, high = rng.choices(_SIZES, _SIZE_WEIGHTS)[0]
    requests = rng.randint(low, high)
    return {**_proactive(rng, form), **_applications(rng, form, requests), **_review(rng, requests)}


def correction(rng: Random, form: FormName, figures: Mapping[Key, Number]) -> dict[Key, Number]:
    """The cells an agency prints anew when it has miscounted; every sum still holds."""
    if rng.random() < 0.5:
        row = rng.choice(("licensing", "penalties"))
        return {("proactive", row, "decisions"): figures["proactive", row, "decisions"] + rng.randint(1, 9)}
    kind = rng.choice(("natural_person", "natural_person", "business"))
    return {
        ("applications", line, column): figures["applications", line, column] + 1
        for line in ("received", "granted", "total")
        for column in (kind, "total")
    }


def _spread(rng: Random, amount: int, names: tuple[str, ...], weights: list[float]) -> dict[str, int]:
    """Put `amount` requests into the named boxes, one by one while they are few."""
    shares = dict.fromkeys(names, 0)
    if amount <= 60:
        for name in rng.choices(names, weights, k=amount):
            shares[name] += 1
        return shares
    whole, left = sum(weights), amount
    for name, weight in zip(names, weights, strict=True):
        shares[name] = min(left, int(amount * weight / whole * rng.uniform(0.8, 1.2)))
        left -= shares[name]
    shares[names[weights.index(max(weights))]] += left
    return shares


def _applications(rng: Random, form: FormName, requests: int) -> dict[Key, Number]:
    found: dict[Key, Number] = {}
    rows = outcome_rows(form)
    # A kind of applicant or an outcome that never occurs is the rule, not the exception.
    of_kind = [rng.uniform(30, 100)] + [rng.choice((0.0, 0.0, 0.4, 2.0, 8.0)) for _ in ORGANISATIONS]
    of_outcome = [_FREQUENT.get(row, 1.0) * rng.choice((0.0, 0.5, 1.0, 1.0, 2.0)) for row in rows]
    if not any(of_outcome):
        of_outcome[0] = 1.0
    received = _spread(rng, requests, KINDS, of_kind)
    carried = _spread(rng, rng.randint(0, requests // 9 + 1) if rng.random() < 0.5 else 0, KINDS, of_kind)
    for kind in KINDS:
        load = received[kind] + carried[kind]
        out = rng.randint(0, min(load, load // 9 + 1)) if rng.random() < 0.45 else 0
        found["applications", "received", kind] = received[kind]
        found["applications", "carried_in", kind] = carried[kind]
        found["applications", "carried_out", kind] = out
        found["applications", "total", kind] = load - out
        for row, count in _spread(rng, load - out, rows, of_outcome).items():
            found["applications", row, kind] = count
    for row in ("received", "carried_in", *rows, "total", "carried_out"):
        found["applications", row, "total"] = sum(found["applications", row, kind] for kind in KINDS)
    return found


def _review(rng: Random, requests: int) -> dict[Key, Number]:
    found: dict[Key, Number] = {}
    for group in REVIEW_GROUPS:
        most = rng.choice((0, 0, requests // 60 + 1, requests // 25 + 2))
        counts = [rng.randint(0, most) if rng.random() < 0.6 else 0 for _ in REVIEW_COLUMNS[:-1]]
        for column, count in zip(REVIEW_COLUMNS, (*counts, sum(counts)), strict=True):
            found["review", group, column] = count
    return found


def _large(rng: Random) -> int:
    """A number of decisions: nothing, or anything up to millions."""
    return 0 if rng.random() < 0.35 else int(10 ** rng.uniform(0, 6.3))


def _money(rng: Random, top: float) -> Decimal:
    places = rng.choice((0, 1, 2, 2, 3, 4, 6))
    return Decimal(str(round(10 ** rng.uniform(0, top), places) if places else int(10 ** rng.uniform(0, top))))


def _proactive(rng: Random, form: FormName) -> dict[Key, Number]:
    found: dict[Key, Number] = {}
    for block in blocks(form):
        names = [column for column, _ in block.columns]
        for row, _ in block.rows:
            for column, figure in zip(names, _row(rng, row, names), strict=True):
                found["proactive", row, column] = figure
    return found


def _row(rng: Random, row: str, names: list[str]) -> list[Number]:
    if row == "regulations" and rng.random() < 0.75:
        return [0, 0, 0]
    if names[0] in ("issued", "newly_made"):
        made, gone = (rng.randint(0, 60), rng.randint(0, 25)) if rng.random() < 0.7 else (0, 0)
        if names[0] == "issued":
            return [made, gone, made + rng.randint(0, 500) if rng.random() < 0.7 else made]
        return [made, made if rng.random() < 0.6 else rng.randint(0, made), made + rng.randint(0, 700)]
    if names == ["amount"]:
        return [Decimal(0) if rng.random() < 0.45 else _money(rng, 4.5)]
    if names == ["items", "amount"]:
        return [0, Decimal(0)] if rng.random() < 0.4 else [rng.randint(1, 240), _money(rng, rng.choice((3.5, 6.5)))]
    if names == ["decisions"]:
        return [_large(rng)]
    items = 0 if rng.random() < 0.4 else rng.randint(1, 400)
    change = rng.choice((0, rng.randint(-items, 60))) if items else 0
    return [items, change, *([_large(rng) if items else 0] if "decisions" in names else [])]


def sums(form: FormName) -> Iterator[tuple[str, str, str, tuple[Key, ...], tuple[Key, ...]]]:
    """Every sum a form implies: rule, table, the row or column it names, and its two sides."""
    for row in ("received", "carried_in", *outcome_rows(form), "total", "carried_out"):
        parts: tuple[Key, ...] = tuple(("applications", row, kind) for kind in KINDS)
        yield "row_total", "applications", row, parts, (("applications", row, "total"),)
    for column in COLUMNS:
        flow_in: tuple[Key, ...] = (("applications", "received", column), ("applications", "carried_in", column))
        flow_out: tuple[Key, ...] = (("applications", "total", column), ("applications", "carried_out", column))
        yield "column_balance", "applications", column, flow_in, flow_out
        results: tuple[Key, ...] = tuple(("applications", row, column) for row in outcome_rows(form))
        yield "result_total", "applications", column, results, (("applications", "total", column),)
    for group in REVIEW_GROUPS:
        cases: tuple[Key, ...] = tuple(("review", group, column) for column in REVIEW_COLUMNS[:-1])
        yield "review_total", "review", group, cases, (("review", group, "total"),)


def _add(side: Iterable[Key], truth: Mapping[Key, Truth]) -> Number:
    """The sum of one side; a blank counts as nothing."""
    whole: Number = 0
    for key in side:
        figure = truth[key]
        if isinstance(figure, (int, Decimal)):
            whole += figure
    return whole


def broken_sums(
    form: FormName, truth: Mapping[Key, Truth], open_cells: set[Key]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Findings that must be made, and findings that may be: a sum over a cell without one certain number is open."""
    must: list[dict[str, Any]] = []
    may: list[dict[str, Any]] = []
    for rule, table, name, left, right in sums(form):
        if _add(left, truth) == _add(right, truth):
            continue
        certain = all(isinstance(truth[key], (int, Decimal)) and key not in open_cells for key in (*left, *right))
        where = "row" if rule in ("row_total", "review_total") else "column"
        (must if certain else may).append({"rule": rule, "table": table, where: name})
    return must, may
