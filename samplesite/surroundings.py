"""What else a page carries: other section numbers, other years' tables, foreign statistics, notes, second reports.
The report's own figures and their lines are left alone."""

from __future__ import annotations

from datetime import date
from random import Random

from gongkai.samplesite import grids, prose
from gongkai.samplesite.boxes import Table
from gongkai.samplesite.composing import other_year_caption
from gongkai.samplesite.draft import Draft, statutory_draft
from gongkai.samplesite.figures import draw
from gongkai.samplesite.layouts import Layout
from gongkai.samplesite.statutory import SECTION_TITLES
from gongkai.samplesite.wording import in_chinese_digits

_NUMERALS = "一二三四五六七八"
_HEADINGS = {
    "overview": ("总体工作情况", "概述", "政府信息公开总体情况"),
    "proactive": ("主动公开政府信息的情况", "行政机关主动公开政府信息情况", "主动公开政府政府情况"),
    "applications": ("收到和处理政府信息公开申请的情况", "行政机关收到和处理政府信息公开申请情况"),
    "review": (
        "因政府信息公开工作被申请行政复议、提起行政诉讼情况",
        "因政府信息公开工作被申请行政复议和提起行政诉讼情况",
        "政府信息公开行政复议和行政诉讼情况",
    ),
    "problems": ("存在的主要问题和改进情况", "存在问题及改进情况", "政府信息公开工作存在的主要问题及改进情况"),
    "other_matters": ("其他需要报告的事项情况", "其他需要报告事项", "其它需要报告的事项"),
}


def _renumbered(draft: Draft, by: int, rng: Random) -> None:
    for i, section in enumerate(SECTION_TITLES):
        number = i + by
        mark = "l" if by > 0 and section == "problems" and rng.random() < 0.3 else ""
        words = draft.headings[section].partition("、")[2]
        draft.headings[section] = f"{mark}{_NUMERALS[number]}、{words}" if number >= 0 else words


def numbers_down(draft: Draft, rng: Random, layout: Layout) -> bool:
    """一、主动公开 …: the overview has no number."""
    _renumbered(draft, -1, rng)
    return True


def numbers_up(draft: Draft, rng: Random, layout: Layout) -> bool:
    """三、主动公开 …: two sections of prose come first."""
    overview = draft.headings["overview"]
    _renumbered(draft, 1, rng)
    draft.headings["overview"] = overview
    draft.asides.setdefault("overview", []).extend(("二、重点工作推进情况", "重点工作按计划推进，各环节衔接顺畅。"))
    return True


def topics(draft: Draft, rng: Random, layout: Layout) -> bool:
    """（一）主动公开, （二）依申请公开 … inside section one."""
    draft.marks.add("topics")
    return True


def numbers_twice(draft: Draft, rng: Random, layout: Layout) -> bool:
    """A second 二…六 for the topics of section one, before the tables."""
    draft.marks.add("topics_numbered")
    if rng.random() < 0.5:
        _renumbered(draft, -1, rng)
    return True


def heading_missing(draft: Draft, rng: Random, layout: Layout) -> bool:
    for section in rng.sample(("overview", "proactive", "applications", "review", "problems"), rng.choice((1, 1, 2))):
        draft.headings[section] = ""
    return True


def headings_varied(draft: Draft, rng: Random, layout: Layout) -> bool:
    for section, variants in _HEADINGS.items():
        number, comma, _ = draft.headings[section].partition("、")
        if comma and rng.random() < 0.7:
            draft.headings[section] = number + rng.choice(("、", "、", ".", "、 ")) + rng.choice(variants)
    return True


def _tables_of(draft: Draft, rng: Random, year: int) -> Draft:
    return statutory_draft(draft.form, year, draft.agency, draft.title, draft.published, draw(rng, draft.form))


def last_year_after(draft: Draft, rng: Random, layout: Layout) -> bool:
    draft.after.append((other_year_caption(draft.year - 1), _tables_of(draft, rng, draft.year - 1)))
    return True


def last_year_before(draft: Draft, rng: Random, layout: Layout) -> bool:
    draft.before.append((other_year_caption(draft.year - 1), _tables_of(draft, rng, draft.year - 1)))
    return True


def _table_three(draft: Draft, rng: Random, year: int) -> Table:
    """Table three alone, with other figures."""
    return grids.applications(_tables_of(draft, rng, year), grids.Shape())[0]


def last_year_table_above(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Last year's table three at the end of section one, under a caption of its own."""
    caption = f"{draft.year - 1}年{rng.choice(('度', ''))}收到和处理政府信息公开申请情况{rng.choice(('表', '统计表', ''))}"
    draft.asides.setdefault("overview", []).extend((caption, _table_three(draft, rng, draft.year - 1)))
    return True


def other_body_table(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Table three of another body behind this one's."""
    agency = next(other for other in iter(lambda: prose.agency(rng), None) if other.name[-5:] != draft.agency.name[-5:])
    caption = f"附：{agency.name}{draft.year}年收到和处理政府信息公开申请情况表"
    draft.asides.setdefault("applications_end", []).extend((caption, _table_three(draft, rng, draft.year)))
    return True


def second_copy(draft: Draft, rng: Random, layout: Layout) -> bool:
    draft.after.append((f"附件：{draft.year}年政府信息公开情况统计表", draft))
    return True


def two_reports(draft: Draft, rng: Random, layout: Layout) -> bool:
    """A whole second report, of another agency, in the same file."""
    agency = next(other for other in iter(lambda: prose.agency(rng), None) if other.name != draft.agency.name)
    draft.appended = statutory_draft(
        draft.form,
        draft.year,
        agency,
        prose.title(rng, agency.name, draft.year),
        draft.published,
        draw(rng, draft.form),
    )
    return True


def foreign_table(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Statistics of the web site, of no interest here."""
    draft.asides.setdefault(rng.choice(("overview", "proactive", "end")), []).append(prose.visits_table(rng))
    return True


def foreign_words(draft: Draft, rng: Random, layout: Layout) -> bool:
    """A foreign table that uses the words of ours."""
    if rng.random() < 0.5:
        draft.asides.setdefault(rng.choice(("overview", "proactive")), []).append(prose.fields_table(rng))
    else:
        draft.asides.setdefault(rng.choice(("overview", "applications")), []).append(prose.channels_table(rng))
    return True


def footnotes(draft: Draft, rng: Random, layout: Layout) -> bool:
    notes = {
        "proactive_end": f"注：规范性文件含联合发文{rng.randint(1, 9)}件。",
        "applications_end": f"注：不含当场答复的口头咨询{rng.randint(1, 60)}件。",
        "review_end": "注：本表含上年度转入的案件。",
    }
    for place in rng.sample(list(notes), rng.randint(1, 3)):
        draft.asides.setdefault(place, []).append(notes[place])
    return True


def form_of_other_year(draft: Draft, rng: Random, layout: Layout) -> bool:
    """The trial form used on after 2020, or the new one before its time."""
    old, draft.year = draft.year, rng.choice((2021, 2022)) if draft.form == "2019" else rng.choice((2019, 2020))
    for written in (str, in_chinese_digits):
        draft.title = draft.title.replace(written(old), written(draft.year))
    draft.published = date(draft.year + 1, draft.published.month, min(draft.published.day, 28))
    draft.signed = draft.published
    return True
