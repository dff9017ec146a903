"""Tables that a text draws or marks up: whatever the notation, its rows have the same cells.
Whole reports in such notations are left to `fixtures/`."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import east_asian_width

import pytest

from gongkai.parsers.parse import parse
from gongkai.parsers.readers import read

HEAD = ["项目", "结果维持", "结果纠正"]
ROWS = [HEAD, ["行政复议", "12", ""], ["未经复议直接起诉", "", "305"]]


def wide(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def padded(rows: list[list[str]]) -> list[list[str]]:
    widths = [max(wide(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [[cell + " " * (widths[k] - wide(cell)) for k, cell in enumerate(row)] for row in rows]


def box(rows: list[list[str]]) -> str:
    cells = padded(rows)
    rule = "+" + "+".join("-" * (wide(cell) + 2) for cell in cells[0]) + "+"
    return "\n".join([rule, *(line for row in cells for line in ("|" + "|".join(f" {c} " for c in row) + "|", rule))])


def drawn(rows: list[list[str]]) -> str:
    return "\n".join(
        ("├" + line[1:-1].replace("+", "┼").replace("-", "─") + "┤") if line[0] == "+" else line.replace("|", "│")
        for line in box(rows).split("\n")
    )


def ruled(sign: str) -> Callable[[list[list[str]]], str]:
    def table(rows: list[list[str]]) -> str:
        cells = padded(rows)
        rule = "  ".join(sign * wide(cell) for cell in cells[0])
        lines = ["  ".join(row).rstrip() for row in cells]
        return "\n".join([rule, lines[0], rule, *lines[1:], rule])

    return table


def wiki(rows: list[list[str]]) -> str:
    return "{| class=\"wikitable\"\n" + "\n|-\n".join("\n".join(f"| {c}" for c in row) for row in rows) + "\n|}"


def cells_of(text: str) -> list[list[str]]:
    document, _ = read(text.encode())
    rows: dict[int, list[str]] = {}
    for row, cell, column in zip(document.rows, document.texts, document.columns, strict=True):
        if column >= 0:
            rows.setdefault(row, []).append(cell)
    return list(rows.values())


@pytest.mark.parametrize("table", [box, drawn, ruled("="), ruled("-"), wiki])
def test_the_rows_of_a_drawn_table(table: Callable[[list[list[str]]], str]) -> None:
    text = f"四、行政复议、行政诉讼情况\n\n{table(ROWS)}\n\n五、存在的主要问题"
    assert cells_of(text) == ROWS
    document, _ = read(text.encode())
    assert "未经复议直接起诉" in text.split("\n")[document.places[document.texts.index("305")] - 1]  # where its row begins


def test_a_label_on_two_lines_of_its_cell() -> None:
    lines = box(ROWS).split("\n")
    where = next(k for k, line in enumerate(lines) if "未经复议直接起诉" in line)
    lines.insert(where + 1, lines[where].replace("未经复议直接起诉", "起诉            ").replace("305", "   "))
    lines[where] = lines[where].replace("未经复议直接起诉", "未经复议直接    ")
    assert cells_of("\n".join(lines)) == ROWS


def test_a_cell_that_reaches_down_stands_in_its_first_row() -> None:
    text = "\n".join(["+------+----+----+", "| 甲乙 | 一 | 1  |", "|      +----+----+", "|      | 二 | 22 |", "+------+----+----+"])
    assert cells_of(text) == [["甲乙", "一", "1"], ["", "二", "22"]]


def test_boxes_without_a_line_between_them_are_two() -> None:
    assert cells_of(f"{box(ROWS)}\n{box([['行政许可', '1'], ['行政处罚', '2']])}")[-1] == ["行政处罚", "2"]


def test_a_table_under_another_rule_has_its_own_columns() -> None:
    narrow = ruled("=")([["属于行政执法案卷", "1", "", "3"], ["合计", "", "2", ""]])
    broad = ruled("=")([["属于四类过程性信息", "1", "", "3"], ["合计", "", "2", ""]])
    assert cells_of(f"{narrow}\n\n{broad}")[2:] == [["属于四类过程性信息", "1", "", "3"], ["合计", "", "2", ""]]


def test_cells_of_a_wiki_over_several_rows() -> None:
    text = "{|\n|-\n| rowspan=\"2\" | 不予公开\n| 国家秘密\n| 3\n|-\n| 其他\n| 4\n|}"
    assert cells_of(text) == [["不予公开", "国家秘密", "3"], ["", "其他", "4"]]


@pytest.mark.parametrize("printed", ["\\-8", "-8"])
def test_a_sign_that_markdown_escapes(printed: str) -> None:
    assert cells_of(f"| 行政许可 | 12 | {printed} | 7 |\n| --- | --- | --- | --- |\n| 行政处罚 | 1 | 2 | 3 |")[0][2] == "-8"


@pytest.mark.parametrize("begins", ["# 某市审计局2023年政府信息公开工作年度报告", "<div class=\"nav\">\n\n首页\n\n</div>"])
def test_lines_beside_tables_of_html_stay_lines(begins: str) -> None:
    table = "<table><tr><td>规章</td><td>1</td><td>0</td><td>9</td></tr></table>"
    lines = ["一、总体情况", "严格落实条例。", "二、主动公开政府信息情况", table, "三、收到和处理政府信息公开申请情况", "无。"]
    document, kind = read("\n\n".join([begins, *lines]).encode())
    assert kind == "text/html"
    assert {"二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况"} <= set(document.texts)


def test_a_line_of_many_cells_is_no_list() -> None:
    """A page run together on one line took minutes: each of its cells was read with all that follow as a row of a list."""
    words = " | ".join(f"自然人 {k} 件" for k in range(3000))
    assert parse(f"<div>某市审计局2023年政府信息公开工作年度报告 | {words}</div>".encode()).status == "rejected"
