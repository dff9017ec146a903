"""Every deviation by name, in the order they are applied: figures first, then how they are written, then the page.
What each does to a draft is said where it is defined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from gongkai.samplesite import arrangement, faults, surroundings, wording, writing
from gongkai.samplesite.draft import Draft
from gongkai.samplesite.layouts import Layout
from gongkai.samplesite.statutory import FORMS, FormName

Apply = Callable[[Draft, Random, Layout], bool]


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way a page departs from the form; two that share a tag would leave a page nobody could read for certain."""

    name: str
    apply: Apply
    kinds: tuple[str, ...] = ("table", "flat", "rows")
    tags: frozenset[str] = frozenset()
    forms: tuple[FormName, ...] = FORMS
    not_in: tuple[str, ...] = ()
    weight: int = 4

    def fits(self, layout: Layout, form: FormName) -> bool:
        return layout.kind in self.kinds and form in self.forms and layout.name not in self.not_in


def _one(
    apply: Apply,
    kinds: str = "table flat rows",
    tags: str = "",
    forms: tuple[FormName, ...] = FORMS,
    not_in: str = "",
    weight: int = 4,
) -> Deviation:
    name = apply.__name__
    return Deviation(name, apply, tuple(kinds.split()), frozenset(tags.split()), forms, tuple(not_in.split()), weight)


_BARE = "text-spaces"  # an empty cell leaves no trace there
_PAPER = "pdf-ruled pdf-open pdf-split"
_CUT = "markdown-read"  # headers are invented there

_ALL = (
    # Publishers' faults, while every figure is still a number.
    _one(faults.wrong_row_total, tags="fallen"),
    _one(faults.wrong_column_total, tags="fallen"),
    _one(faults.wrong_review_total),
    _one(faults.request_in_two_columns, tags="fallen"),
    # How figures are written: no number first, then the dress of those that are left.
    _one(writing.zeros_blank),
    _one(writing.some_zeros_blank),
    _one(writing.leaf_totals_blank),
    _one(writing.organisations_blank),
    _one(writing.row_total_blank),
    _one(writing.column_total_blank),
    _one(writing.signs_for_zero),
    _one(writing.blanks_collapsed, "flat", "count"),
    _one(writing.units_in_cells, tags="dress"),
    _one(writing.signed_changes, forms=("2019",), tags="dress"),
    _one(writing.thousand_separators, tags="dress"),
    _one(writing.decimals_on_amounts),
    _one(writing.wide_digits, tags="wide"),
    _one(writing.notes_in_cells, tags="wide"),
    _one(writing.digits_spread, tags="dress count", not_in=_BARE),
    _one(writing.digits_apart, tags="dress count", not_in=_BARE, weight=2),
    _one(writing.figures_indented, not_in=_BARE),
    # Columns and headers.
    _one(wording.natural_person_lost, tags="columns", not_in=_CUT),
    _one(wording.header_glued, tags="columns", not_in=_CUT),
    _one(arrangement.subtotal_column, tags="columns count", not_in=_CUT),
    _one(arrangement.columns_reordered, tags="columns fallen", not_in=_CUT),
    _one(wording.header_torn),
    # Labels.
    _one(wording.review_heads_lost, "flat rows", not_in=_CUT),
    _one(wording.label_variants),
    _one(wording.label_misspelt),
    _one(wording.brackets_halved),
    _one(wording.captions_varied),
    _one(wording.ordinals_changed),
    _one(wording.labels_spaced),
    _one(wording.labels_annotated, forms=("2019",)),
    # Lines.
    _one(arrangement.row_missing, tags="order"),
    _one(arrangement.row_doubled, tags="order"),
    _one(arrangement.rows_swapped, tags="order"),
    _one(arrangement.local_extra_row, forms=("2019",)),
    _one(wording.labels_missing, tags="order count"),
    _one(wording.label_round_numbers, "flat rows", "order"),
    _one(wording.groups_vertical),
    _one(wording.labels_torn),
    _one(wording.label_cut_by_page, "flat rows", not_in=_CUT),
    _one(wording.label_cells_split, tags="count", not_in="text-trailing-pipes text-spaces markdown markdown-read"),
    _one(arrangement.total_fell_out, "flat rows", "fallen count order"),
    _one(arrangement.page_marks, not_in=_PAPER),  # paper has page marks of its own
    _one(arrangement.padding, "flat", "count", not_in="text-piped-lines"),
    _one(arrangement.column_fell_out, "flat rows", "count block", weight=2),
    _one(arrangement.block_missing, tags="block", weight=2),
    _one(arrangement.table_as_picture, tags="block", weight=2),
    # The page.
    _one(wording.title_torn, tags="title"),
    _one(wording.title_varied, tags="title"),
    _one(surroundings.form_of_other_year),
    _one(surroundings.headings_varied),
    _one(surroundings.numbers_down, tags="numbers"),
    _one(surroundings.numbers_up, tags="numbers"),
    _one(surroundings.numbers_twice, tags="numbers topics"),
    _one(surroundings.topics, tags="topics"),
    _one(surroundings.heading_missing),
    _one(surroundings.foreign_table),
    _one(surroundings.foreign_words),
    _one(surroundings.footnotes),
    _one(surroundings.last_year_after, tags="copies"),
    _one(surroundings.last_year_before, tags="copies"),
    _one(surroundings.last_year_table_above, tags="copies"),
    _one(surroundings.other_body_table, tags="copies"),
    _one(surroundings.second_copy, tags="copies"),
    _one(surroundings.two_reports, tags="copies", weight=1),
    # Prose, once the printed figures are known.
    _one(faults.prose_agrees, tags="prose"),
    _one(faults.prose_contradicts, tags="prose"),
    _one(faults.other_counts_in_prose),
)

DEVIATIONS: dict[str, Deviation] = {deviation.name: deviation for deviation in _ALL}
