"""Puts a draft's paragraphs, headings and tables into reading order.
How each becomes characters on a page is left to the layouts."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Literal, NamedTuple

from gongkai.samplesite import grids, prose
from gongkai.samplesite.boxes import Box, Row, Table
from gongkai.samplesite.draft import TEAR, Draft
from gongkai.samplesite.grids import Shape

Kind = Literal["title", "heading", "topic", "para", "table", "signature", "running"]


class Item(NamedTuple):
    """One paragraph or table of a page."""

    kind: Kind
    text: str = ""
    table: Table | None = None


# What each year's tables are captioned with when a page prints two years of them.
_OTHER_YEAR = "附：{year}年度情况（上一年度数据，供对照）"
_OWN_YEAR = "以下为{year}年度数据"


def compose(draft: Draft, shape: Shape, rng: Random) -> list[Item]:
    """Every item of the page in reading order."""
    items = _report(draft, shape, rng)
    if draft.appended is not None:
        items += _report(draft.appended, shape, rng)
    return items


def _paragraphs(texts: list[str]) -> list[Item]:
    return [Item("topic" if text[:1] in "（一二三四五六" and len(text) < 20 else "para", text) for text in texts]


def _aside(draft: Draft, place: str) -> list[Item]:
    found: list[Item] = []
    for aside in draft.asides.get(place, ()):
        if isinstance(aside, Table):
            found += _tables([aside])
        else:
            found.append(Item("running" if place == "running" else "para", aside))
    return found


def _tables(tables: list[Table]) -> list[Item]:
    found: list[Item] = []
    for table in tables:
        if table.title:
            found.append(Item("topic", table.title))
        found.append(Item("table", "", table))
    return found


def _heading(draft: Draft, section: str) -> list[Item]:
    text = draft.headings[section]
    return [Item("heading", text)] if text else []


def _three_tables(draft: Draft, shape: Shape) -> list[Item]:
    """The statutory tables alone, under short captions, as an annex prints them."""
    found: list[Item] = []
    for name, make in (
        ("主动公开政府信息情况", grids.proactive),
        ("收到和处理政府信息公开申请情况", grids.applications),
        ("政府信息公开行政复议、行政诉讼情况", grids.review),
    ):
        if f"no {make.__name__}" not in draft.marks:
            found += [Item("topic", name), *_tables(make(draft, shape))]
    return found


def _padded(tables: list[Table]) -> list[Table]:
    """Sixteen empty boxes before 三, as flattened merged cells leave them."""
    found: list[Table] = []
    for table in tables:
        rows: list[Row] = []
        for row in table.rows:
            if row and row[0].role == "group" and row[0].text.replace(TEAR, "").startswith("三"):
                rows.append([Box("", "pad")] * 16)
            rows.append(row)
        found.append(replace(table, rows=rows))
    return found


def _report(draft: Draft, shape: Shape, rng: Random) -> list[Item]:
    title = draft.title.replace(draft.agency.name, draft.agency.name + TEAR) if "title_torn" in draft.marks else draft.title
    items = [Item("title", title), Item("para", prose.opening(draft, rng))]
    items += _heading(draft, "overview")
    items += _paragraphs(prose.overview(draft, rng))
    items += _aside(draft, "overview")
    for caption, other in draft.before:
        items += [Item("para", caption), *_three_tables(other, shape)]
        items.append(Item("para", _OWN_YEAR.format(year=draft.year)))
    items += _heading(draft, "proactive")
    items += _aside(draft, "proactive")
    items += _tables([] if "no proactive" in draft.marks else grids.proactive(draft, shape))
    items += _aside(draft, "proactive_end")
    items += _heading(draft, "applications")
    items += _aside(draft, "applications")
    tables = [] if "no applications" in draft.marks else grids.applications(draft, shape)
    items += _tables(_padded(tables) if "padding" in draft.marks else tables)
    items += _aside(draft, "applications_end")
    items += _heading(draft, "review")
    items += _tables([] if "no review" in draft.marks else grids.review(draft, shape))
    items += _aside(draft, "review_end")
    items += _heading(draft, "problems")
    items += _paragraphs(prose.problems(draft, rng))
    items += _heading(draft, "other_matters")
    items += _paragraphs(prose.other_matters(draft, rng))
    items += _aside(draft, "end")
    items += [Item("signature", text) for text in prose.signature(draft)]
    for caption, other in draft.after:
        items += [Item("para", caption), *_three_tables(other, shape)]
    return items


def other_year_caption(year: int) -> str:
    return _OTHER_YEAR.format(year=year)
