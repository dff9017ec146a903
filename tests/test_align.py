"""Alignment as properties: whatever is torn out of a row, no value is wrong without a flag."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.parsers.align import align
from gongkai.parsers.checks import check, verdicts
from gongkai.parsers.forms import FORMS
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
    made = make(31, layout="html-table")
    heading = re.search("四、[^<]*行政复议、行政诉讼[^<]*", made.body.decode())
    assert heading
    page = made.body.decode().replace(heading[0], "四、政府信息公开行政复议、</p><p>行政诉讼</p><p>情况", 1)
    found = {(v.row, v.column): v.value for v in parse(page.encode()).values if v.table == "review"}
    truth = {(row, column): value for row, columns in made.truth["cells"]["review"].items() for column, value in columns.items()}
    assert found == truth and len(set(truth.values())) > 1
