"""A report on the drawing board: its figures, lines, labels and paragraphs, before a layout prints them.
Drafts are changed in place by deviations; what comes out of `make` is frozen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from gongkai.samplesite.boxes import Table
from gongkai.samplesite.figures import Number, Truth
from gongkai.samplesite.statutory import (
    COLUMN_LABELS,
    COLUMNS,
    CORNER_NOTE,
    REVIEW_COLUMN_LABELS,
    REVIEW_GROUP_LABELS,
    SECTION_TITLES,
    FormName,
    Key,
    blocks,
    entries,
)

# Where a label may break: a layout turns it into a line, a <br>, a new span or nothing.
TEAR = "\x1f"
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell: what it means, and the characters on the page."""

    value: Truth
    text: str


@dataclass(frozen=True, slots=True)
class Agency:
    """A made-up agency; no real one gets invented figures."""

    name: str
    place: str
    self_name: str  # 我局, 我县 …


# Title, article and declared charset → the whole page, for a site that gives its own page around an article.
Frame = Callable[[str, str, str], str]


@dataclass(slots=True)
class Line:
    """One printed line of table three, or a loose text that stands between two lines."""

    row: str
    ordinal: str
    words: str
    depth: int
    group: bool = False
    loose: bool = False
    split: bool = False  # an empty cell stands between the label and its figures

    @property
    def label(self) -> str:
        return self.ordinal + self.words


@dataclass(slots=True)
class BlockLine:
    """One printed line of table two; a local extra line has texts of its own and no row key."""

    row: str
    label: str
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """One stacked block of table two as printed."""

    caption: str
    corner: str
    columns: list[str]
    heads: list[str]
    lines: list[BlockLine]


@dataclass(slots=True)
class Draft:
    """Everything a layout needs to print one report."""

    form: FormName
    year: int
    agency: Agency
    title: str
    published: date
    signed: date
    figures: dict[Key, Figure]
    lines: list[Line]
    blocks: list[Block]
    columns: list[str] = field(default_factory=lambda: list(COLUMNS))
    column_labels: dict[str, str] = field(default_factory=lambda: dict(COLUMN_LABELS))
    review_heads: dict[str, str] = field(
        default_factory=lambda: {**REVIEW_GROUP_LABELS, **REVIEW_COLUMN_LABELS, "litigation": "行政诉讼"}
    )
    corner: str = CORNER_NOTE
    applicants: str = "申请人情况"
    organisations: str = "法人或其他组织"
    subtotal_inside: bool = False
    headings: dict[str, str] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)  # choices a layout or the composer must know of
    open_cells: set[Key] = field(default_factory=set)  # a number nobody can be sure of: no value is right as well
    sentences: list[str] = field(default_factory=list)  # the paragraph about requests, written last
    asides: dict[str, list[Table | str]] = field(default_factory=dict)  # foreign tables and notes by place
    before: list[tuple[str, Draft]] = field(default_factory=list)  # other tables printed before the report's own
    after: list[tuple[str, Draft]] = field(default_factory=list)
    appended: Draft | None = None  # a second complete report in the same file
    findings: list[dict[str, str]] = field(default_factory=list)
    optional: list[dict[str, str]] = field(default_factory=list)
    quirks: list[str] = field(default_factory=list)
    frame: Frame | None = None

    def number(self, key: Key) -> Number | None:
        """The number in a cell, None where there is none."""
        value = self.figures[key].value
        return value if isinstance(value, (int, Decimal)) else None

    def put(self, key: Key, value: Truth, text: str | None = None) -> None:
        self.figures[key] = Figure(value, plain(value) if text is None else text)

    def reword(self, key: Key, text: str) -> None:
        """Print the same number with other characters."""
        self.figures[key] = replace(self.figures[key], text=text)

    def line(self, row: str) -> Line:
        return next(line for line in self.lines if line.row == row and not line.loose)


def plain(value: Truth) -> str:
    """The plainest way to print a figure."""
    if isinstance(value, (int, Decimal)):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return ""


def statutory_draft(
    form: FormName, year: int, agency: Agency, title: str, published: date, figures: dict[Key, Number]
) -> Draft:
    """A draft that follows the form to the letter."""
    numerals = "一二三四五六"
    return Draft(
        form=form,
        year=year,
        agency=agency,
        title=title,
        published=published,
        signed=published,
        figures={key: Figure(value, plain(value)) for key, value in figures.items()},
        lines=[Line(e.row, e.ordinal, e.label, e.depth, e.group) for e in entries(form)],
        blocks=[
            Block(
                f"第二十条第（{facts.item}）项",
                "信息内容",
                [column for column, _ in facts.columns],
                [label for _, label in facts.columns],
                [BlockLine(row, label) for row, label in facts.rows],
            )
            for facts in blocks(form)
        ],
        headings={
            section: f"{numeral}、{title}"
            for numeral, (section, title) in zip(numerals, SECTION_TITLES.items(), strict=True)
        },
    )
