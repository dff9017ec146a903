"""Mistakes publishers make: sums that do not hold, and prose that says another number than the table.
Which findings follow is worked out from the printed figures, not declared here."""

from __future__ import annotations

from random import Random

from gongkai.samplesite.draft import Draft
from gongkai.samplesite.layouts import Layout
from gongkai.samplesite.statutory import KINDS, REVIEW_COLUMNS, REVIEW_GROUPS, Key, outcome_rows, value_rows


def _shift(draft: Draft, key: Key, by: int) -> None:
    figure = draft.number(key)
    if figure is not None:
        draft.put(key, figure + by)


def _nudge(rng: Random, draft: Draft, key: Key) -> bool:
    """Print a neighbouring number, never a negative one."""
    figure = draft.number(key)
    if figure is None:
        return False
    _shift(draft, key, rng.choice((1, 1, 2, 9, 10)) * (-1 if figure > 10 and rng.random() < 0.5 else 1))
    return True


def wrong_row_total(draft: Draft, rng: Random, layout: Layout) -> bool:
    row = rng.choice([row for row in value_rows(draft.form) if row not in ("total",)])
    return _nudge(rng, draft, ("applications", row, "total"))


def wrong_column_total(draft: Draft, rng: Random, layout: Layout) -> bool:
    return _nudge(rng, draft, ("applications", "total", rng.choice(KINDS)))


def wrong_review_total(draft: Draft, rng: Random, layout: Layout) -> bool:
    return _nudge(rng, draft, ("review", rng.choice(REVIEW_GROUPS), rng.choice(REVIEW_COLUMNS)))


def request_in_two_columns(draft: Draft, rng: Random, layout: Layout) -> bool:
    """One request received from a person and answered to a firm: totals hold, two columns do not."""
    rows = ("received", *outcome_rows(draft.form))
    places = [(row, kind) for row in rows for kind in KINDS if draft.number(("applications", row, kind))]
    if not places:
        return False
    row, kind = rng.choice(places)
    other = rng.choice([name for name in KINDS if name != kind])
    _shift(draft, ("applications", row, kind), -1)
    _shift(draft, ("applications", row, other), 1)
    if row != "received" and rng.random() < 0.5:
        _shift(draft, ("applications", "total", kind), -1)
        _shift(draft, ("applications", "total", other), 1)
    return True


_FLOW = ("received", "carried_in", "total", "carried_out")


def _flow(draft: Draft) -> list[int] | None:
    """新收, 上年结转, 总计, 结转下年 as printed, when all four are sure."""
    keys: list[Key] = [("applications", row, "total") for row in _FLOW]
    found = [draft.number(key) for key in keys]
    if any(number is None for number in found) or any(key in draft.open_cells for key in keys):
        return None
    return [int(number) for number in found if number is not None]


def prose_agrees(draft: Draft, rng: Random, layout: Layout) -> bool:
    """A count in prose that equals one of the four fair readings of "received"."""
    flow = _flow(draft)
    if flow is None:
        return False
    new, old, done, left = flow
    draft.sentences = [
        rng.choice((
            f"全年新收政府信息公开申请{new}件，都在法定期限内答复。",
            f"全年共受理政府信息公开申请{new + old}件（含上年结转{old}件）。",
            f"全年共收到政府信息公开申请 {new} 件，办结 {done} 件，结转下年度继续办理 {left} 件。",
            f"本年度受理政府信息公开申请{new}件，办结{done}件（含上年结转{old}件）。",
            f"{draft.agency.self_name}全年答复政府信息公开申请{done}件，另有{left}件结转下年度答复。",
            f"全年收到政府信息公开申请{done + left}件。",
        ))
    ]  # fmt: skip
    draft.quirks.append("prose_number")
    return True


def prose_contradicts(draft: Draft, rng: Random, layout: Layout) -> bool:
    """A count in prose that equals none of them."""
    flow = _flow(draft)
    new, old, done, left = flow or [int(draft.number(("applications", row, "total")) or 0) for row in _FLOW]
    fair = {new, new + old, done, done + left}
    wrong = next(n for n in (new + rng.randint(3, 40), *range(new + 3, new + 90)) if n not in fair)
    draft.sentences = [
        rng.choice((
            f"全年共收到政府信息公开申请{wrong}件，都在法定期限内答复。",
            f"本年度新收政府信息公开申请 {wrong} 件。",
            f"全年受理政府信息公开申请{wrong}件，比上年有所变化。",
        ))
    ]  # fmt: skip
    finding = {"rule": "prose_number", "table": "applications", "row": "received", "column": "total"}
    (draft.optional if flow is None else draft.findings).append(finding)
    return True


def other_counts_in_prose(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Counts in prose that are of something else: hotline calls, letters, answers to questions."""
    draft.sentences.append(
        f"另外，通过热线和网站答复咨询{rng.randint(20, 800)}件，收到群众来信{rng.randint(2, 90)}件，"
        f"与申请公开无关；组织培训{rng.randint(1, 9)}期。"
    )
    draft.quirks.append("prose_number")
    return True
