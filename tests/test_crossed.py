"""Table two printed another way round: what its labels say for certain is read, everything else is left alone.
Whole pages of each kind stand in `fixtures/proactive-*`."""

from __future__ import annotations

import re
from itertools import product

import pytest
from crossed_tables import PRINTED, SHAPES, layout
from scoring import Score, score

from gongkai.parsers import parse
from gongkai.parsers.align import align
from gongkai.parsers.document import Document
from gongkai.parsers.readers.text import read_text
from gongkai.samplesite.reports import make

FIRST_SEED, SEEDS = 700_000, 6
ROWS = ["规章", "行政规范性文件", "行政许可", "行政处罚", "行政强制", "行政事业性收费"]
THREE = ["本年制发件数", "本年废止件数", "现行有效件数"]
ONE, AMOUNT = "本年处理决定数量", "本年收费金额（单位：万元）"
FIGURES = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "1.5"]
WIDE = [*ROWS, *THREE, *THREE, ONE, ONE, ONE, AMOUNT]
TURNED = [*ROWS, THREE[0], "1", "4", *"////", THREE[1], "2", "5", *"////", THREE[2], "3", "6", *"////",
          ONE, *"//", "7", "8", "9", "/", AMOUNT, *"/////", "1.5"]  # fmt: skip


@pytest.mark.parametrize(("shape", "printed"), list(product(SHAPES, PRINTED)))
def test_another_way_round(shape: str, printed: str) -> None:
    whole = Score()
    for seed in range(FIRST_SEED, FIRST_SEED + SEEDS):
        plain = make(seed, form="2021", layout=layout(shape, printed), deviations=())
        judged = score(parse(plain.body), plain.truth)
        assert judged.exact_share == 1 and not judged.wrong, (seed, [str(w) for w in judged.wrong])
        odd = make(seed, form="2021", layout=layout(shape, printed))
        whole.add(score(parse(odd.body), odd.truth))
    assert [str(w) for w in whole.wrong if not w.flagged] == []


def _read(cells: list[str], year: int = 2023) -> dict[str, object]:
    """The values of table two in a text with one cell a line."""
    lines = [f"青溪市水务局{year}年政府信息公开工作年度报告", "二、主动公开政府信息情况", *cells, "三、收到和处理政府信息公开申请情况"]
    found = align(read_text("\n".join(lines)), year)
    return {f"{v.row}.{v.column}": v.value for v in found.values if v.table == "proactive" and v.value is not None}


@pytest.mark.parametrize("cells", [[*WIDE, *FIGURES], [*WIDE, "数量", *FIGURES], [*WIDE, "2023年", *FIGURES], TURNED])
def test_one_cell_a_line(cells: list[str]) -> None:
    assert [str(v) for v in _read(cells).values()] == FIGURES


@pytest.mark.parametrize("cells", [
    [*WIDE, *FIGURES[:-1]],  # a figure is missing
    [*WIDE, *FIGURES, "7"],  # one too many
    [*WIDE, "2022年", *FIGURES],  # the figures of another year
    [*WIDE, "上年", *FIGURES],
    [*WIDE[:6], *THREE, ONE, ONE, ONE, AMOUNT, *FIGURES],  # three columns for two rows of three
    [*ROWS, *FIGURES],  # no column is named
    ["3", *ROWS, *WIDE[6:], *FIGURES],  # a figure before the labels: they may stand behind theirs
    [*WIDE, ONE, *FIGURES],  # a column of no row
    TURNED[:-1],
    [*TURNED, "7"],
    [*WIDE, *FIGURES, *WIDE, *FIGURES[::-1]],  # twice, and nothing says where the second table begins
    [ROWS[2], ROWS[3], ROWS[5], ONE, ONE, AMOUNT, "7", "8", "1.5"],  # half of the table
    [*TURNED[:8], "", *TURNED[9:]][:-2],
    [*ROWS[:2], *TURNED[6:]],  # a line has more figures than there are rows
    [*TURNED[:9], "3", *TURNED[10:]],  # a figure where the form has no cell
])  # fmt: skip
def test_what_does_not_come_out_is_no_figure(cells: list[str]) -> None:
    assert _read(cells) == {}


def test_labels_behind_their_figures_are_no_header() -> None:
    cells = [THREE[0], THREE[1], THREE[2], "1", "2", "3", "规章", "4", "5", "6", "行政规范性文件", ONE, "7", "行政许可",
             ONE, "8", "行政处罚", "9", "行政强制", AMOUNT, "1.5", "行政事业性收费"]  # fmt: skip
    found = _read(cells)
    assert found.get("licensing.decisions") in (7, None) and found.get("penalties.decisions") in (8, None)


def _grid(rows: list[list[str]]) -> Document:
    places = [(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row)]
    return Document("html", [t for *_, t in places], [r for r, *_ in places], [1] * len(places), [c for _, c, _ in places],
                    [1] * len(places), [r + 1 for r, *_ in places])  # fmt: skip


def test_the_grid_has_to_say_the_same() -> None:
    rows = [WIDE[:6], WIDE[6:], FIGURES]
    # narrow labels stand over the first six columns only
    assert not any(v.value for v in align(_grid(rows), 2023).values)
    turned = [["", *ROWS], *(TURNED[k : k + 7] for k in range(6, len(TURNED), 7))]
    assert [str(v.value) for v in align(_grid(turned), 2023).values if v.table == "proactive"] == FIGURES
    moved = _grid(turned)
    moved.columns = [{1: 2, 2: 1}.get(c, c) if row else c for row, c in zip(moved.rows, moved.columns, strict=True)]
    assert not any(v.value for v in align(moved, 2023).values)


def test_a_blank_that_may_be_spacing_is_no_cell() -> None:
    turned = [["", *ROWS], *([c if c != "/" else "" for c in TURNED[k : k + 7]] for k in range(6, len(TURNED), 7))]
    turned[1][1] = ""
    blank = _grid(turned)
    assert [str(v.value) for v in align(blank, 2023).values if v.table == "proactive" and v.value] == FIGURES[1:]
    blank.weak = frozenset([8])
    assert not any(v.value for v in align(blank, 2023).values)
    wide = _grid([[""] * 10, [""] * 10, ["", *FIGURES[1:]]])
    wide.texts[:20] = [ROWS[k] for k in (0, 0, 0, 1, 1, 1, 2, 3, 4, 5)] + WIDE[6:]
    row = wide.chosen([0, 3, *range(6, 30)])  # the first two labels stand over three columns each
    row.spans = [3, 3, *[1] * 24]
    assert [str(v.value) for v in align(row, 2023).values if v.table == "proactive" and v.value] == FIGURES[1:]
    row.weak = frozenset([16])
    assert not any(v.value for v in align(row, 2023).values)


def test_what_is_turned_and_does_not_come_out_is_not_read_row_by_row() -> None:
    lost = [["信息内容", *ROWS[:2]], ["", "1", "4"], [THREE[1], "2", "5"], [THREE[2], "3", "6"]]  # the first column has no name
    assert not any(v.value for v in align(_grid(lost), 2023).values)
    text = make(104, form="2021", layout=layout("a-figure-a-row", "markdown"), deviations=()).body.decode()
    strange, count = re.subn(rf"(行政规范性文件 \| ){THREE[0]}", r"\1见附件", text)  # a word in the place of a column's name
    assert count == 1
    assert not [v for v in parse(strange.encode()).values if v.row == "normative_documents" and v.state in ("reported", "blank")]


def test_the_figures_keep_their_places() -> None:
    found = align(_grid([["", *ROWS], *(TURNED[k : k + 7] for k in range(6, len(TURNED), 7))]), 2023).values
    assert {v.raw: v.at for v in found if v.table == "proactive"}["9"] == "table 1 r5 c6"
