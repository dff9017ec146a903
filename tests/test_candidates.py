"""Figures read in more than one way: sums choose among what was read, prove what was doubtful, and make up nothing."""

from __future__ import annotations

import pytest

from gongkai.parsers.candidates import doubt_broken_sums, settle
from gongkai.parsers.checks import check
from gongkai.parsers.document import Document
from gongkai.parsers.forms import FORMS
from gongkai.parsers.report import Number, Value

FORM = FORMS["2021"]
ROW = ("natural_person", "business", "research", "public_welfare", "legal_service", "other", "total")


def _values(figures: dict[str, Number | None], flags: dict[str, tuple[str, ...]]) -> tuple[Value, ...]:
    """The first row of table three as given; all else of the form is not there."""
    found = []
    for cell in FORM.cells:
        figure = figures.get(cell.column) if cell.key[:2] == ("applications", "received") else None
        mine = flags.get(cell.column, ()) if cell.key[:2] == ("applications", "received") else ("table_missing",)
        state = "reported" if figure is not None else "unreadable" if mine and cell.column in flags and cell.key[:2] == ("applications", "received") else "absent"
        found.append(Value(*cell.key, figure, cell.unit, None if figure is None else str(figure), state, None, mine, f"image ({ROW.index(cell.column)},0)" if cell.key[:2] == ("applications", "received") else None))  # type: ignore[arg-type]
    return tuple(found)


def _document(texts: dict[int, tuple[str, ...]]) -> Document:
    return Document(
        "image", [""] * 7, [1] * 7, [1] * 7, list(range(7)), [1] * 7, [1] * 7,
        where=[f"image ({k},0)" for k in range(7)], candidates=texts,
    )  # fmt: skip


def _row(values: tuple[Value, ...]) -> dict[str, Value]:
    return {v.column: v for v in values if (v.table, v.row) == ("applications", "received")}


BASE: dict[str, Number | None] = dict(zip(ROW, (12, 3, 0, 0, 0, 1, 16), strict=True))


def test_the_reading_with_which_the_sum_holds_is_taken_and_says_so() -> None:
    values = _values({**BASE, "natural_person": 72}, {"natural_person": ("ocr_readings_differ",)})
    settled = _row(settle(_document({0: ("72", "12")}), FORM, values))["natural_person"]
    assert (settled.value, settled.raw) == (12, "12")
    assert settled.flags == ("ocr_readings_differ", "ocr_chosen_by_sum")


def test_a_figure_that_nobody_read_is_never_made() -> None:
    values = _values({**BASE, "natural_person": 72}, {"natural_person": ("ocr_readings_differ",)})
    kept = _row(settle(_document({0: ("72", "77")}), FORM, values))["natural_person"]
    assert (kept.value, kept.flags) == (72, ("ocr_readings_differ",))


def test_two_ways_that_both_add_up_are_left_open() -> None:
    figures = {**BASE, "natural_person": 12, "business": 3}
    doubts = {"natural_person": ("ocr_readings_differ",), "business": ("ocr_readings_differ",)}
    row = _row(settle(_document({0: ("12", "13"), 1: ("3", "2")}), FORM, _values(figures, doubts)))
    assert "ocr_chosen_by_sum" not in row["natural_person"].flags + row["business"].flags


def test_a_look_alike_becomes_a_figure_only_by_a_sum() -> None:
    values = _values({**BASE, "research": None}, {"research": ("ocr_doubtful", "not_a_number")})
    assert _row(settle(_document({2: ("O", "0")}), FORM, values))["research"].value == 0
    broken = _values({**BASE, "research": None, "total": 99}, {"research": ("ocr_doubtful", "not_a_number")})
    assert _row(settle(_document({2: ("O", "0")}), FORM, broken))["research"].value is None


@pytest.mark.parametrize(("total", "flags"), [(16, ()), (17, ("ocr_doubtful",))])
def test_a_doubtful_figure_is_proved_by_its_sums_or_stays_doubtful(total: int, flags: tuple[str, ...]) -> None:
    values = _values({**BASE, "total": total}, {"business": ("ocr_doubtful",)})
    assert _row(settle(_document({1: ("3",)}), FORM, values))["business"].flags == flags


def test_readings_that_differ_are_not_proved_away() -> None:
    values = _values(BASE, {"business": ("ocr_readings_differ",)})
    row = _row(settle(_document({1: ("3", "8")}), FORM, values))
    assert row["business"].flags == ("ocr_readings_differ", "ocr_chosen_by_sum")


def test_figures_of_a_picture_in_a_broken_sum_are_flagged_and_nobody_is_blamed() -> None:
    document = _document({k: (str(BASE[c]),) for k, c in enumerate(ROW)})
    values, findings = check(FORM, _values({**BASE, "total": 17}, {}))
    flagged, told = doubt_broken_sums(document, values, findings)
    assert {v.flags for v in _row(flagged).values()} == {("ocr_breaks_sum",)}
    assert [f.fault for f in told] == ["unknown"]
    from_text, blamed = doubt_broken_sums(_document({}), values, findings)
    assert from_text == values
    assert [f.fault for f in blamed] == ["publisher"]


def test_a_document_without_pictures_is_as_it_was() -> None:
    values = _values(BASE, {"business": ("ocr_doubtful",)})
    assert settle(_document({}), FORM, values) == values
