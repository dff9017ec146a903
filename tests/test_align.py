"""Alignment as properties: whatever is torn out of a row, no value is wrong without a flag."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.parsers.align import align
from gongkai.parsers.checks import check, verdicts
from gongkai.parsers.forms import FORMS, Row
from gongkai.parsers.parse import parse
from gongkai.parsers.readers import read
from gongkai.parsers.report import Value
from gongkai.samplesite.layouts import LAYOUTS
from gongkai.samplesite.reports import make

FORM = FORMS["2021"]
TABLE = FORM.table("applications")
COLUMNS = [c.key for c in TABLE.columns]
ROWS = [r for r in TABLE.rows if r.kind == "value"]
SLOW = settings(suppress_health_check=[HealthCheck.too_slow])

counts = st.one_of(st.just(0), st.integers(0, 12), st.integers(0, 5000))


@st.composite
def applications(draw: st.DrawFn) -> dict[str, list[int]]:
    """Figures of table three that hold every sum of the form: rows of seven, the total last."""
    outcomes = [r.key for r in ROWS if r.key not in ("received", "carried_in", "total", "carried_out")]
    # few rows with figures, as in nearly every agency's report
    busy = draw(st.lists(st.sampled_from(outcomes), max_size=6, unique=True))
    figures = {key: draw(st.lists(counts, min_size=6, max_size=6)) if key in busy else [0] * 6 for key in outcomes}
    total = [sum(column) for column in zip(*figures.values(), strict=True)]
    carried_out = draw(st.lists(st.integers(0, 3), min_size=6, max_size=6))
    carried_in = [draw(st.integers(0, t + o)) for t, o in zip(total, carried_out, strict=True)]
    received = [t + o - i for t, o, i in zip(total, carried_out, carried_in, strict=True)]
    rows = {"received": received, "carried_in": carried_in, **figures, "total": total, "carried_out": carried_out}
    return {key: [*row, sum(row)] for key, row in rows.items()}


def flattened(figures: dict[str, list[int]], lost: dict[str, set[int]]) -> str:
    """The table as lines, one cell a line; `lost` blank cells leave no trace."""
    lines = ["三、收到和处理政府信息公开申请情况", "自然人", "法人或其他组织", "总计", "商业企业", "科研机构"]
    lines += ["社会公益组织", "法律服务机构", "其他"]
    for row in ROWS:
        lines.append(f"{row.number}、{row.label}" if row.parent is None else f"{row.number}.{row.label}")
        lines += [str(v) for k, v in enumerate(figures[row.key]) if k not in lost.get(row.key, set())]
    return "\n".join(lines)


def read_values(text: str) -> dict[tuple[str, str], Value]:
    document, _ = read(text.encode())
    return {(v.row, v.column): v for v in align(document).values if v.table == "applications"}


@SLOW
@given(applications())
def test_a_complete_table_is_read_as_printed_without_flags(figures: dict[str, list[int]]) -> None:
    values = read_values(flattened(figures, {}))
    for key, row in figures.items():
        for column, printed in zip(COLUMNS, row, strict=True):
            assert values[key, column].value == printed
            assert not values[key, column].flags


@SLOW
@given(applications(), st.data())
def test_lost_blank_cells_never_move_a_number_silently(figures: dict[str, list[int]], data: st.DataObject) -> None:
    zeros = {key: {k for k, v in enumerate(row) if v == 0} for key, row in figures.items()}
    torn = data.draw(st.lists(st.sampled_from(sorted(figures)), min_size=1, max_size=4, unique=True))
    lost = {
        key: set(data.draw(st.lists(st.sampled_from(sorted(zeros[key])), unique=True))) for key in torn if zeros[key]
    }
    values = read_values(flattened(figures, lost))
    for key, row in figures.items():
        for k, (column, printed) in enumerate(zip(COLUMNS, row, strict=True)):
            value = values[key, column]
            gone = k in lost.get(key, set())
            right = value.value is None if gone else value.value == printed
            # a zero in the place of a lost blank, and the other way round, is the same to every sum: it must be flagged
            assert right or value.flags, (key, column, printed, value)


def gridded(rows: dict[str, list[str]], between: str = "") -> str:
    """The table as a web page; `between` stands within the two rows of its header."""
    upper = "<tr><td colspan=2>申请人情况</td><td rowspan=2>自然人</td><td colspan=5>法人或其他组织</td><td rowspan=2>总计</td></tr>"
    lower = f"<tr><td colspan=2></td><td>商业企业</td><td>科研机构</td><td>社会公益组织</td>{between}<td>法律服务机构</td><td>其他</td></tr>"
    lines = [
        f"<tr><td>{row.number}、</td><td>{row.label}</td>{''.join(f'<td>{cell}</td>' for cell in rows[row.key])}</tr>" for row in ROWS
    ]
    return f"<html><body><p>三、收到和处理政府信息公开申请情况</p><table>{upper}{lower}{''.join(lines)}</table></body></html>"


@SLOW
@given(applications(), st.sampled_from(ROWS), st.integers(0, 6), st.booleans())
def test_a_blank_cell_too_many_never_moves_a_number_silently(figures: dict[str, list[int]], row: Row, at: int, in_grid: bool) -> None:
    printed = {key: [str(v) for v in cells[:-1]] + [""] for key, cells in figures.items()}  # no total is filled in
    if in_grid:
        printed[row.key].insert(at, "")
        values = read_values(gridded(printed))
    else:
        lines = flattened(figures, {}).split("\n")
        starts = next(k for k, line in enumerate(lines) if line.endswith(ROWS[0].label))
        for k in range(starts, len(lines), 8):
            lines[k + 7] = ""
        lines.insert(starts + 8 * ROWS.index(row) + 1 + at, "")
        values = read_values("\n".join(lines))
    for key, cells in figures.items():
        for column, number in zip(COLUMNS, [*cells[:-1], None], strict=True):
            value = values[key, column]
            assert value.value in (number, None) or value.flags, value


def test_a_header_cut_between_two_printed_tables_gives_no_order() -> None:
    """All applicants are natural persons, as at most agencies: the sums hold in any order that has the total last."""
    values = read_values(gridded({row.key: ["3", *[""] * 5, "3"] for row in ROWS}, "</tr></table><table><tr>"))
    for (_, column), value in values.items():
        expected = 3 if column in ("natural_person", "total") else None
        assert value.value == expected or value.flags or value.state == "absent", value


@SLOW
@given(applications())
def test_a_header_that_does_not_stand_over_the_figures_gives_no_order(figures: dict[str, list[int]]) -> None:
    page = gridded({key: [str(v) for v in cells] for key, cells in figures.items()})
    page = page.replace("<td rowspan=2>自然人", "<td rowspan=3>自然人")
    values = read_values(page.replace("<tr><td colspan=2></td><td>商业", "<tr></tr><tr><td>商业"))
    for key, cells in figures.items():
        for column, number in zip(COLUMNS, cells, strict=True):
            assert values[key, column].value == number or values[key, column].flags


ALL_BY_PERSONS = {row.key: [5, 0, 0, 0, 0, 0, 5] for row in ROWS}
FEW_BY_PERSONS = {row.key: [5, 0, 0, 0, 0, 0, 5] if row.key in ("received", "granted", "total") else [0] * 7 for row in ROWS}


def test_two_labels_of_the_header_in_one_cell_give_no_other_order() -> None:
    page = flattened(FEW_BY_PERSONS, {}).replace("法人或其他组织\n总计", "法人或其他组织总计")
    for (row, column), value in read_values(page).items():
        assert value.flags or value.state == "absent" or value.value == FEW_BY_PERSONS[row][COLUMNS.index(column)], value


def test_a_blank_line_in_the_header_parts_no_order() -> None:
    """The columns are printed in another order, which the sums cannot tell from the form's."""
    header = ["自然人", "法人或其他组织", "总计", "法律服务机构", "其他", "\u3000", "科研机构", "商业企业", "社会公益组织"]
    figures = {row.key: [1, 2, 3, 4, 5, 6, 21] for row in ROWS}
    lines = flattened(figures, {}).split("\n")
    values = read_values("\n".join([lines[0], *header, *lines[9:]]))
    named = dict(zip(["natural_person", "legal_service", "other", "research", "business", "public_welfare", "total"], figures["granted"], strict=True))
    for (_, column), value in values.items():
        assert value.flags or value.state == "absent" or value.value == named[column], value


ONE_ROW = "1.信访举报投诉类申请\n"


@pytest.mark.parametrize(
    ("cells", "meant"),
    [
        (["2", "0", "0", "0", "", "0", "0", "2"], [2, 0, 0, 0, 0, 0, 2]),  # the total is the number of the next row's label
        (["0", "0", "0", "0", "0", "5", "0", "\u3000"], None),  # a figure printed twice and no total, or six and a wrong one
    ],
    ids=["a blank line in it", "one figure too many"],
)
def test_a_row_with_a_cell_too_many_is_right_or_doubted(cells: list[str], meant: list[int] | None) -> None:
    before, label, after = flattened(ALL_BY_PERSONS, {}).partition(ONE_ROW)
    rest = after.split("\n")[7:]
    values = read_values("\n".join([before + label.strip(), *cells, *rest]))
    for k, column in enumerate(COLUMNS):
        value = values["not_processed_petition", column]
        assert value.flags or (meant and value.value == meant[k]), value


def test_a_figure_that_may_go_on_in_the_next_row_is_doubted() -> None:
    lines = ["第二十条第（五）项 | |", "信息内容 | 本年处理决定数量 | |", "行政许可 | 1 | |", "第二十条第（六）项 | |", "信息内容 | 本年处理决定数量 | |"]
    lines += ["行政处罚 | 7 | |", "行政强制 | 1", "015718 | |", "第二十条第（八）项 | |", "信息内容 | 本年收费金额（单位：万元） | |", "行政事业性收费 | 0 | |"]
    page = "\n".join(["二、主动公开政府信息情况", *(f"| {line}" for line in lines)])
    values = {(v.row, v.column): v for v in align(read(page.encode())[0]).values}
    assert values["coercive_measures", "decisions"].flags
    assert values["penalties", "decisions"].value == 7


def test_a_column_that_no_header_names_is_doubted_where_only_blanks_tell_it() -> None:
    """The sum of the organisations stands in a column of its own; a blank is no 0, so its place is open where all are 0 or blank."""
    rows = {row.key: ["5", "", "0", "", "0", "0", "", "5"] for row in ROWS}
    values = read_values(gridded(rows))
    assert all(v.flags or v.state == "absent" for (_, column), v in values.items() if column == "business")


def review(label: str, cells: list[str]) -> list[Value]:
    """The review table as a web page; `label` stands over the labels of its rows, where they have any."""
    outcomes = "".join(f"<td>{c.label}</td>" for c in FORM.table("review").columns) * 3
    heads = [f"<tr>{label}<td colspan=5>行政复议</td><td colspan=10>行政诉讼</td></tr>"]
    heads += [f"<tr>{label}<td colspan=5></td><td colspan=5>未经复议直接起诉</td><td colspan=5>复议后起诉</td></tr>", f"<tr>{label}{outcomes}</tr>"]
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    page = f"<p>四、政府信息公开行政复议、行政诉讼情况</p><table>{''.join(heads)}<tr>{row}</tr></table>"
    return [v for v in align(read(f"<html><body>{page}</body></html>".encode())[0]).values if v.table == "review"]


def test_a_review_row_with_a_damaged_figure_in_it_is_unreadable() -> None:
    assert all(v.flags or v.value is None for v in review("", ["0&lt;", "0", "3", "0", "3", "", *["0"] * 10]))


def test_a_review_row_with_a_blank_cell_too_many_moves_no_figure_silently() -> None:
    cells = ["", "2", "", "0", "2", *["0"] * 10]
    for value, cell in zip(review("", ["", *cells]), cells, strict=True):
        assert value.flags or value.value == (int(cell) if cell else None), value


def test_a_blank_label_of_the_review_row_is_no_figure() -> None:
    cells = ["", "2", "", "0", "2", *["0"] * 10]
    found = review("<td>件数</td>", ["", *cells])
    assert [v.value for v in found] == [int(cell) if cell else None for cell in cells]
    assert not any(v.flags for v in found)


@SLOW
@given(applications(), st.data())
def test_a_printed_error_is_kept_and_found(figures: dict[str, list[int]], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(figures)))
    k = data.draw(st.integers(0, 6))
    figures[key][k] += data.draw(st.integers(1, 9))
    document, _ = read(flattened(figures, {}).encode())
    aligned = align(document)
    values, findings = check(FORM, aligned.values)
    printed = {(v.row, v.column): v.value for v in values if v.table == "applications"}
    assert printed[key, COLUMNS[k]] == figures[key][k]
    assert any(f.rule == "row_total" and f.row == key and f.fault == "publisher" for f in findings)


@SLOW
@given(applications(), st.data())
def test_what_a_sum_proves_is_implied_and_never_a_value(figures: dict[str, list[int]], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(figures)))
    k = data.draw(st.integers(0, 6))
    lines = flattened(figures, {key: {k}}).split("\n")
    text = "\n".join(lines)
    document, _ = read(text.encode())
    values, _ = check(FORM, align(document).values)
    for value in values:
        if (
            value.table == "applications"
            and value.value is None
            and value.implied is not None
            and value.state == "blank"
        ):
            assert value.row == key
            assert value.implied in (figures[key][COLUMNS.index(value.column)], 0)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(3))
def test_the_pattern_of_a_usual_page_and_the_way_row_by_row_agree(layout: str, seed: int) -> None:
    made = make(9000 + seed, layout=layout, deviations=() if seed else None)
    document, _ = read(made.body)
    year = made.truth["year"]
    at_once, row_by_row = align(document, year), align(document, year, at_once=False)
    assert at_once._replace(usual=None) == row_by_row


def test_every_sum_has_a_verdict_and_broken_ones_a_finding() -> None:
    made = make(3, form="2021", deviations=("wrong_row_total",))
    report = parse(made.body)
    broken = [v for v in verdicts(FORM, report.values) if v.outcome == "broken"]
    sums = {"row_total", "column_balance", "result_total", "review_total"}
    assert len(broken) == sum(f.rule in sums for f in report.findings) > 0
    assert all(isinstance(v.left, int | Decimal) for v in broken)


@SLOW
@given(
    st.integers(0, 10**6),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**6), st.integers(0, 300)), max_size=20),
)
def test_a_damaged_document_raises_nothing(seed: int, wounds: list[tuple[int, int, int]]) -> None:
    body = bytearray(make(seed).body)
    for kind, at, size in wounds:
        at %= len(body) or 1
        if kind == 0:
            body[at : at + 1] = bytes([size % 256])
        elif kind == 1:
            del body[at : at + size]
        elif kind == 2:
            body[at:at] = bytes(range(size % 256))
        else:
            body[at:at] = body[: at + size][-size:]
    report = parse(bytes(body))
    assert report.status != "rejected" or report.reason


@pytest.mark.parametrize("figures_first", [False, True])
def test_a_row_without_figures_beside_figures_without_a_row_is_no_sure_blank(figures_first: bool) -> None:
    """As a page break or a stray line leaves them."""
    page = make(31, layout="html-table").body.decode()
    row = next(part for part in page.split("<tr")[1:] if "重复申请" in part and "</tr>" in part)
    head, *figures = re.split("(?=<td)", row[: row.index("</tr>")])
    label = next(k for k, cell in enumerate(figures) if "重复申请" in cell) + 1
    empty = [re.sub("(?s)>.*<", "></td><", cell + "<") for cell in figures[label:]]
    parts = [head + "".join([*figures[:label], *(cell[:-1] for cell in empty)]), head + "<td></td>" + "".join(figures[label:])]
    torn = "</tr><tr".join(parts[::-1] if figures_first else parts)
    report = parse(page.replace(row[: row.index("</tr>")], torn).encode())
    found = [value for value in report.values if value.row == "not_processed_duplicate"]
    assert len(found) == 7
    assert all("figures_beside" in value.flags or value.state == "unreadable" for value in found)


def test_a_piece_of_the_section_s_heading_says_nothing_of_the_order_of_the_groups() -> None:
    """As a picture's false line leaves it: 行政诉讼 stands alone once more, before the header."""
    made = next(m for m in (make(seed, layout="html-table") for seed in count()) if len(set(m.truth["cells"]["review"]["reconsideration"].values())) > 1)
    heading = re.search("四、[^<]*行政复议、行政诉讼[^<]*", made.body.decode())
    assert heading
    page = made.body.decode().replace(heading[0], "四、政府信息公开行政复议、</p><p>行政诉讼</p><p>情况", 1)
    found = {(v.row, v.column): v.value for v in parse(page.encode()).values if v.table == "review"}
    truth = {(row, column): value for row, columns in made.truth["cells"]["review"].items() for column, value in columns.items()}
    assert found == truth


def test_the_table_of_another_government_where_the_agency_s_own_is_a_picture_is_doubted() -> None:
    table = gridded({row.key: ["5", *["0"] * 5, "5"] for row in ROWS})
    caption = "<p>附：墨池市人民政府2023年收到和处理政府信息公开申请情况表</p><table>"
    page = table.replace("<body>", "<body><h1>白檀县教育局2023年政府信息公开工作年度报告</h1>").replace("<table>", caption, 1)
    values = [v for v in parse(page.encode()).values if v.table == "applications" and v.value is not None]
    assert values
    assert all("other_body" in v.flags for v in values)


def test_a_row_read_as_its_whole_group_beside_rows_of_that_group_is_doubted() -> None:
    made = make(72_000, form="2021", layout="html-table", deviations=())
    text = "\n".join(t for t in read(made.body)[0].texts if t)
    lines = text.split("\n")
    k = next(k for k, line in enumerate(lines) if line.startswith("（六）其他处理"))
    other = next(i for i in range(k, len(lines)) if lines[i] == "3.其他")
    # the group's label stands where that of its last row belongs
    moved = [*lines[:k], *lines[k + 1 : other], lines[k], *lines[other + 1 :]]
    values = {(v.row, v.column): v for v in parse("\n".join(moved).encode()).values}
    for column in COLUMNS:
        group, last = values["other", column], values["other_other", column]
        assert group.value is None or group.flags, column
        assert last.value is not None or last.flags, column


@pytest.mark.parametrize("seed", [7_700_668, 7_703_256])
def test_the_form_is_not_told_by_a_label_that_every_form_prints(seed: int) -> None:
    """Table two is a picture; 其他 over a column is no row 3.其他 of the later form."""
    made = make(seed)
    assert "table_as_picture" in made.deviations
    assert parse(made.body).form == made.form == "2019"
