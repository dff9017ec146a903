"""Makes one report on a year before 2019 from a seed, with the truth about it: form 2014 with its statistics table, form
2008 as prose alone. The pages are printed by the same layouts as the later forms; sentences are written by `old_prose`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from gongkai.samplesite import old_prose, prose
from gongkai.samplesite.boxes import Box, Row, Table
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import TEAR, Draft, plain, statutory_draft
from gongkai.samplesite.figures import Number, draw
from gongkai.samplesite.indicators import INDICATORS, SUMS, Indicator, draw_indicators
from gongkai.samplesite.layouts import LAYOUTS, Layout

OLD_FORMS = ("2014", "2008")
_LAYOUT_NAMES = (
    "html-table", "html-table", "html-word", "html-layout-table", "html-broken", "html-lying-charset", "html-nested-document",
    "html-paragraphs", "html-divisions", "html-breaks", "text-spaced-lines", "text-lines", "text-piped-lines", "text-pipes",
    "text-tabs", "text-spaces", "markdown", "markdown",
)  # fmt: skip
OLD_LAYOUTS = tuple(dict.fromkeys(_LAYOUT_NAMES))
_REMEDIES = tuple(i.row for i in INDICATORS if i.row.startswith(("review_", "litigation_")))
_SIGNS = ("/", "—", "-", "无", "——")
_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")


@dataclass(slots=True)
class Sheet:
    """The statistics table on the drawing board: lines to print, what is written in them, and how it is cut."""

    lines: list[Indicator]
    values: dict[str, Number | str | None]
    texts: dict[str, str]
    labels: dict[int, str]  # by position among `lines`
    columns: list[str] = field(default_factory=lambda: ["label", "unit", "value"])
    heads: dict[str, str] = field(default_factory=lambda: {"label": "统计指标", "unit": "单位", "value": "统计数", "ordinal": "序号", "last": "上年", "note": "备注", "spare": ""})  # fmt: skip
    halves: bool = False
    header: bool = True
    copies: int = 1
    caption: bool = True
    annex_only: bool = False
    notes: list[str] = field(default_factory=list)


Change = Callable[[Sheet, Random, Layout], bool]


def _numbers(sheet: Sheet) -> list[str]:
    return [row for row, value in sheet.values.items() if isinstance(value, (int, Decimal))]


def _in_halves(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    sheet.halves = True
    return True


def _no_unit(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    sheet.columns = [c for c in sheet.columns if c != "unit"]
    return True


def _unit_last(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    if "unit" not in sheet.columns:
        return False
    sheet.columns = [c for c in sheet.columns if c != "unit"]
    sheet.columns.insert(sheet.columns.index("value") + 1, "unit")
    return True


def _ordinal_column(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    sheet.columns.insert(0, "ordinal")
    sheet.heads["ordinal"] = rng.choice(("序号", "编号", "行次"))
    return True


def _last_year(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    """A second column of figures; its header says that it is last year's."""
    if layout.name == "text-spaces":
        return False  # where a blank leaves no trace two columns of figures cannot be told apart
    after = rng.random() < 0.5
    at = sheet.columns.index("value")
    sheet.columns.insert(at + after, "last")
    if rng.random() < 0.5:
        sheet.heads |= {"value": "{year}年", "last": "{last}年"}
    else:
        sheet.heads |= {"value": rng.choice(("本年", "统计数", "本年度")), "last": rng.choice(("上年", "去年同期", "上年度"))}
    return True


def _note_column(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    sheet.columns.append("note")
    return True


def _units_in_cells(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    units = {i.row: i.unit for i in INDICATORS}
    for row in _numbers(sheet):
        sheet.texts[row] += units[row]
    return True


def _some_blank(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    text = rng.choice(("", "", rng.choice(_SIGNS)))
    zeros = [row for row in _numbers(sheet) if sheet.values[row] == 0 and rng.random() < 0.5]
    for row in zeros:
        sheet.values[row], sheet.texts[row] = None, text
    return bool(zeros)


def _wide_digits(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    for row in _numbers(sheet):
        sheet.texts[row] = sheet.texts[row].translate(_WIDE)
    return True


def _thousands(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    large = [row for row in _numbers(sheet) if isinstance(sheet.values[row], int) and sheet.values[row] > 999]  # type: ignore[operator]
    for row in large:
        sheet.texts[row] = f"{sheet.values[row]:,}"
    return bool(large)


def _rows_missing(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    gone = rng.sample([i.row for i in sheet.lines if i.unit and i.row not in _REMEDIES], rng.randint(1, 12))
    return _without(sheet, gone)


def _remedies_missing(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    """Lines with the words that stand under two headings, and the headings themselves, are lost."""
    return _without(sheet, rng.sample(_REMEDIES, rng.randint(1, 4)))


def _without(sheet: Sheet, gone: Sequence[str]) -> bool:
    sheet.lines = [i for i in sheet.lines if i.row not in gone]
    for row in gone:
        sheet.values[row] = "absent"
    return True


def _groups_missing(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    sheet.lines = [i for i in sheet.lines if i.unit]
    return True


def _local_rows(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    at = next(k for k, i in enumerate(sheet.lines) if i.row == "active_total") + 1 if any(i.row == "active_total" for i in sheet.lines) else 1
    extra = ("主动公开机构领导、机构设置及人事信息", "主动公开行政执法信息", "主动公开财务预决算和三公经费信息", "主动公开招标采购信息")
    for name in rng.sample(extra, rng.randint(1, 3)):
        row = f"local {name}"
        sheet.lines.insert(at, Indicator(row, "", name, "条"))
        sheet.texts[row] = str(rng.randint(1, 90))
    return True


def _labels_varied(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    for k, line in enumerate(sheet.lines):
        label = line.label
        if rng.random() < 0.5:
            label = label.split("（")[0]
        if rng.random() < 0.3:
            label = label.replace("其他", "其它")
        if rng.random() < 0.15 and line.unit:
            label = f"{label}（{line.unit}）"
        sheet.labels[k] = _ordinal(line) + label
    return True


def _numbered_otherwise(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    style = rng.choice(("plain", "half", "comma", "circled"))
    for k, line in enumerate(sheet.lines):
        if style == "plain":
            sheet.labels[k] = line.label
        elif style == "half":
            sheet.labels[k] = _ordinal(line).replace("（", "(").replace("）", ")") + line.label.replace("（", "(").replace("）", ")")
        elif style == "comma":
            sheet.labels[k] = _ordinal(line).replace(".", "、").replace("：", ":") + line.label
        else:
            number = line.ordinal.rstrip(".")
            mark = "①②③④⑤⑥⑦⑧"[int(number) - 1] if number.isdigit() else line.ordinal
            sheet.labels[k] = mark + line.label
    return True


def _labels_torn(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    """Long labels broken over lines within their cell."""
    for k, line in enumerate(sheet.lines):
        text = sheet.labels.get(k, _ordinal(line) + line.label)
        if len(text) > 14 and rng.random() < 0.5:
            at = rng.randint(6, len(text) - 4)
            sheet.labels[k] = text[:at] + TEAR + text[at:]
    return True


def _header_missing(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    if "last" in sheet.columns or "ordinal" in sheet.columns:
        return False
    sheet.header = False
    return True


def _second_copy(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    sheet.copies = 2
    return True


def _annex_only(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    sheet.annex_only = True
    return True


def _wrong_sum(sheet: Sheet, rng: Random, layout: Layout) -> bool:
    _, whole, _ = rng.choice(SUMS)
    value = sheet.values[whole]
    if not isinstance(value, int):
        return False
    sheet.values[whole] = value + rng.randint(1, 4)
    sheet.texts[whole] = str(sheet.values[whole])
    return True


OLD_DEVIATIONS: dict[str, Change] = {
    "some_blank": _some_blank, "wrong_sum": _wrong_sum, "thousands": _thousands, "units_in_cells": _units_in_cells,
    "wide_digits": _wide_digits, "rows_missing": _rows_missing, "remedies_missing": _remedies_missing,
    "groups_missing": _groups_missing, "local_rows": _local_rows, "no_unit_column": _no_unit, "unit_last": _unit_last,
    "last_year_column": _last_year, "ordinal_column": _ordinal_column, "note_column": _note_column, "halves": _in_halves,
    "labels_varied": _labels_varied, "numbered_otherwise": _numbered_otherwise, "labels_torn": _labels_torn,
    "header_missing": _header_missing, "second_copy": _second_copy, "annex_only": _annex_only,
}  # fmt: skip
"""What can be done to a statistics table, by name, in the order in which it is done."""


def _ordinal(line: Indicator) -> str:
    return line.ordinal


def _row(sheet: Sheet, k: int, rng: Random) -> Row:
    line = sheet.lines[k]
    last = str(rng.randint(0, 900)) if line.unit else ""
    words = {
        "label": Box(sheet.labels.get(k, _ordinal(line) + line.label), "label"),
        "unit": Box(line.unit, "loose" if line.unit else "value"),
        "value": Box(sheet.texts.get(line.row, "") if line.unit else "", "value"),
        "last": Box(last, "value"),
        "ordinal": Box(str(k + 1), "loose"),
        "note": Box("", "value"),
    }
    return [words[c] for c in sheet.columns]


def table_of(sheet: Sheet, rng: Random, year: int) -> Table:
    """The printed table, in one piece or as two halves side by side."""
    heads: Row = [Box(sheet.heads[c].format(year=year, last=year - 1), "head") for c in sheet.columns]
    rows = [_row(sheet, k, rng) for k in range(len(sheet.lines))]
    if not sheet.halves:
        return Table([heads, *rows] if sheet.header else rows, int(sheet.header))
    middle = (len(rows) + 1) // 2
    right = [*rows[middle:], *[[Box("", "value") for _ in sheet.columns]] * (middle - len(rows[middle:]))]
    both = [a + b for a, b in zip(rows[:middle], right, strict=True)]
    return Table([heads + heads, *both] if sheet.header else both, int(sheet.header))


def make_old(
    seed: int, form: str, *, layout: str | None = None, deviations: Sequence[str] | None = None
) -> tuple[str, bytes, dict[str, Any], str, tuple[str, ...]]:
    """Name, bytes, truth, layout and the deviations that left a mark; the same arguments give the same bytes."""
    choice = Random(f"{seed} {form}")
    name = layout or choice.choice(_LAYOUT_NAMES)
    if name not in OLD_LAYOUTS:
        raise ValueError(f"layout {name!r} is not printed for form {form}")
    page = LAYOUTS[name]
    year = choice.randint(2014, 2018) if form == "2014" else choice.randint(2008, 2013)
    agency = prose.agency(choice)
    draft = statutory_draft("2019", year, agency, prose.title(choice, agency.name, year), prose.published(choice, year),
                            draw(choice, "2019"))  # fmt: skip
    figures = draw_indicators(Random(f"{seed} indicators"))
    applied: list[str] = []
    if form == "2014":
        items, values, applied = _with_table(draft, figures, seed, page, deviations)
    else:
        items, values, applied = old_prose.report(draft, figures, Random(f"{seed} prose"), deviations)
    body = page.print(draft, items, Random(f"{seed} look"))
    source = f"{seed:06d}-{name}-{form}{page.suffix}"
    return source, body, _truth(draft, form, source, name, values, applied), name, tuple(applied)


def _with_table(
    draft: Draft, figures: dict[str, Number], seed: int, page: Layout, wish: Sequence[str] | None
) -> tuple[list[Item], dict[str, Number | str | None], list[str]]:
    rng = Random(f"{seed} table")
    sheet = Sheet(list(INDICATORS), dict(figures), {row: plain(value) for row, value in figures.items()}, {})
    wanted = set(rng.sample(list(OLD_DEVIATIONS), rng.choice((0, 1, 2, 3, 4, 5))) if wish is None else wish)
    if unknown := wanted - OLD_DEVIATIONS.keys():
        raise ValueError(f"no deviation {sorted(unknown)[0]!r}; there are {', '.join(OLD_DEVIATIONS)}")
    applied = [name for name, change in OLD_DEVIATIONS.items() if name in wanted and change(sheet, rng, page)]
    if sheet.annex_only:
        draft.title = f"{draft.agency.name}{draft.year}年度政府信息公开情况统计表"
        items = [Item("title", draft.title), Item("para", f"填报单位（盖章）：{draft.agency.name}")]
    else:
        items = old_prose.around(draft, rng)
    for copy in range(sheet.copies):
        caption = f"政府信息公开情况统计表（{draft.year}年度）" if copy == 0 else f"附件：{draft.year}年政府信息公开情况统计表"
        items += [Item("topic", caption), Item("table", "", table_of(sheet, Random(f"{seed} last"), draft.year))]
    items.append(Item("para", "单位负责人：　　审核人：　　填报人：　　联系电话：0000-8600123"))
    if not sheet.annex_only:
        items += [Item("signature", text) for text in prose.signature(draft)]
    return items, sheet.values, applied


def _truth(
    draft: Draft, form: str, source: str, layout: str, values: dict[str, Number | str | None], applied: list[str]
) -> dict[str, Any]:
    def figure(value: Number | str | None) -> float | int | str | None:
        return float(value) if isinstance(value, Decimal) else value

    broken = []
    for rule, whole, parts in SUMS if form == "2014" else ():
        operands = [values[row] for row in (whole, *parts)]
        if all(isinstance(v, int) for v in operands) and operands[0] != sum(operands[1:]):  # type: ignore[arg-type]
            broken.append({"rule": rule, "table": "statistics", "column": "value"})
    return {
        "source": source, "form": form, "agency": draft.agency.name, "year": draft.year, "title": draft.title, "published": None,
        "kind": layout, "quirks": applied,
        "cells": {"statistics": {row: {"value": figure(value)} for row, value in values.items()}},
        "expected_findings": broken, "optional_findings": [], "also_accepted": [],
    }  # fmt: skip
