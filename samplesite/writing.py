"""Ways a figure is written: blanks and signs for zero, units, notes, separators, wide digits, digits apart.
The number meant stays the same, except that a blank or a sign means no number at all."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from gongkai.samplesite.draft import TEAR, Draft, plain
from gongkai.samplesite.layouts import Layout
from gongkai.samplesite.statutory import COLUMNS, KINDS, ORGANISATIONS, Key, keys, value_rows

_SIGNS = ("/", "—", "-", "–", "无", "不涉及", "——", "--")
_WIDE = str.maketrans("0123456789.-,", "０１２３４５６７８９．－，")
# Lines whose total stays printed even where an agency leaves the others blank.
_MAIN = ("received", "carried_in", "total", "carried_out")


def _zeros(draft: Draft) -> list[Key]:
    return [key for key in keys(draft.form) if draft.number(key) == 0]


def _blank(draft: Draft, found: list[Key], text: str = "") -> bool:
    for key in found:
        draft.put(key, None, text)
    return bool(found)


def zeros_blank(draft: Draft, rng: Random, layout: Layout) -> bool:
    return _blank(draft, _zeros(draft))


def some_zeros_blank(draft: Draft, rng: Random, layout: Layout) -> bool:
    share = rng.choice((0.03, 0.2, 0.6))
    return _blank(draft, [key for key in _zeros(draft) if rng.random() < share])


def leaf_totals_blank(draft: Draft, rng: Random, layout: Layout) -> bool:
    rows = [row for row in value_rows(draft.form) if row not in _MAIN]
    return _blank(draft, [("applications", row, "total") for row in rows])


def organisations_blank(draft: Draft, rng: Random, layout: Layout) -> bool:
    return _blank(draft, [key for key in _zeros(draft) if key[0] == "applications" and key[2] in ORGANISATIONS])


def row_total_blank(draft: Draft, rng: Random, layout: Layout) -> bool:
    return _blank(draft, [("applications", rng.choice(value_rows(draft.form)), "total")])


def column_total_blank(draft: Draft, rng: Random, layout: Layout) -> bool:
    columns = COLUMNS if rng.random() < 0.4 else (rng.choice(KINDS),)
    return _blank(draft, [("applications", "total", column) for column in columns])


def signs_for_zero(draft: Draft, rng: Random, layout: Layout) -> bool:
    share, sign = rng.choice((0.1, 0.5, 1.0)), rng.choice(_SIGNS)
    return _blank(draft, [key for key in _zeros(draft) if rng.random() < share], sign)


def blanks_collapsed(draft: Draft, rng: Random, layout: Layout) -> bool:
    some_zeros_blank(draft, rng, layout)
    draft.marks.add("collapsed")
    return any(figure.text == "" for figure in draft.figures.values())


def _printed(draft: Draft, table: str | None = None) -> list[Key]:
    return [key for key in keys(draft.form) if draft.number(key) is not None and table in (None, key[0])]


def notes_in_cells(draft: Draft, rng: Random, layout: Layout) -> bool:
    """`22（其中修订 16 件）`: a second number inside the cell that is not the figure."""
    found = [key for key in _printed(draft, "proactive") if (draft.number(key) or 0) > 1 and key[2] != "amount"]
    space = "" if layout.name == "text-spaces" else rng.choice(("", " "))
    for key in rng.sample(found, min(len(found), rng.randint(1, 3))):
        figure = int(draft.number(key) or 0)
        words = rng.choice(("其中修订", "含自然失效", "其中联合发文", "含当场办结"))
        note = f"{words}{space}{rng.randint(1, figure)}{space}件"
        draft.reword(key, draft.figures[key].text + rng.choice((f"（{note}）", f"({note})")))
    return bool(found)


def units_in_cells(draft: Draft, rng: Random, layout: Layout) -> bool:
    tables = rng.choice((("proactive",), ("applications", "review"), ("proactive", "applications", "review")))
    found = [key for key in _printed(draft) if key[0] in tables]
    gap = "" if layout.name == "text-spaces" else rng.choice(("", "", " "))
    for key in found:
        unit = "件" if key[2] not in ("items_last_year", "items_change", "items") else "项"
        if key[2] == "amount":
            unit = rng.choice(("元", "万元")) if draft.form == "2019" else "万元"
        draft.reword(key, draft.figures[key].text + gap + unit)
    return bool(found)


def signed_changes(draft: Draft, rng: Random, layout: Layout) -> bool:
    found = [key for key in _printed(draft, "proactive") if key[2] == "items_change"]
    minus = rng.choice(("-", "－", "−"))
    for key in found:
        change = int(draft.number(key) or 0)
        if change > 0:
            draft.reword(key, f"+{change}")
        elif change < 0:
            draft.reword(key, f"{minus}{-change}")
    return any(draft.number(key) for key in found)


def wide_digits(draft: Draft, rng: Random, layout: Layout) -> bool:
    found = _printed(draft, rng.choice((None, "applications", "proactive")))
    share = rng.choice((0.2, 1.0))
    for key in found:
        if rng.random() < share:
            draft.reword(key, draft.figures[key].text.translate(_WIDE))
    return bool(found)


def thousand_separators(draft: Draft, rng: Random, layout: Layout) -> bool:
    comma = rng.choice((",", ",", "，"))
    found = [key for key in _printed(draft) if abs(int(draft.number(key) or 0)) >= 1000]
    for key in found:
        figure = draft.number(key)
        draft.reword(key, f"{figure:,f}".replace(",", comma) if isinstance(figure, Decimal) else f"{figure:,}".replace(",", comma))
    return bool(found)


def decimals_on_amounts(draft: Draft, rng: Random, layout: Layout) -> bool:
    """`0.00` for no money, `12.50` for twelve and a half."""
    found = [key for key in _printed(draft, "proactive") if key[2] == "amount"]
    for key in found:
        figure = draft.number(key) or 0
        draft.reword(key, f"{figure}{'0' if '.' in plain(figure) else '.00'}")
    return bool(found)


def digits_spread(draft: Draft, rng: Random, layout: Layout) -> bool:
    """`1 3 6` in one cell is 136."""
    found = [key for key in _printed(draft) if draft.figures[key].text.isdigit() and len(draft.figures[key].text) > 1]
    share = rng.choice((0.3, 1.0))
    for key in found:
        if rng.random() < share:
            draft.reword(key, " ".join(draft.figures[key].text))
    return bool(found)


def digits_apart(draft: Draft, rng: Random, layout: Layout) -> bool:
    """One number broken into two cells of a flattened page: only its row's sum can say so."""
    found = [
        key
        for key in _printed(draft, "applications")
        if draft.figures[key].text.isdigit() and len(draft.figures[key].text) > 1 and key[2] != "total"
    ]
    if not found:
        return False
    key = rng.choice(found)
    text = draft.figures[key].text
    draft.reword(key, TEAR.join((text[:1], text[1:])))
    if layout.kind == "flat":
        draft.open_cells |= {("applications", key[1], column) for column in COLUMNS}
    return True


def figures_indented(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Spaces of all kinds round the figures."""
    found = [key for key in _printed(draft) if draft.figures[key].text]
    space = rng.choice((" ", "  ", "\u00a0", "\u3000", "\u2002"))
    for key in found:
        text = draft.figures[key].text
        draft.reword(key, rng.choice((space + text, text + space, text)))
    return bool(found)
