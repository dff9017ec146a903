"""What is told by a quick look at a text is what the long look says; columns of values read like a tuple of them.
Which role of a label counts at a place is left to `test_align`."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.parsers import parse
from gongkai.parsers.labels import distance, without_ordinal
from gongkai.parsers.lexicon import LEXICON, Role, classify, codes_of, near_roles, numbers_of, tokens_of
from gongkai.parsers.number import read_number
from gongkai.parsers.readers import read
from gongkai.parsers.report import Value, Values
from gongkai.samplesite.layouts import LAYOUTS
from gongkai.samplesite.reports import make

LABELS = sorted(LEXICON)
# Characters of labels, figures, notes and prose: what may turn a text from one into another.
PIECES = st.sampled_from(["我", "把", "谁", "其中", "含", "约", "加", "第", "页", "0", "12", "3.5", "年", "月", "件", "（", "）", "(", "*", "无",
                          "不", "涉及", " ", "　", "\u200b", "。", "，", "/", "-", "１", "①", "总计", "属于国家秘密", "行政复议", "结果维持", "3件", " 4 件，", "2024-01-15",
                          "2024-1-5 ", "12345/2024-00017", "14:30", "["])  # fmt: skip
TEXTS = st.one_of(
    st.lists(PIECES, max_size=8).map("".join),
    st.tuples(st.sampled_from(LABELS), st.lists(PIECES, max_size=3).map("".join)).map("".join),
)


@given(st.lists(TEXTS, max_size=6))
def test_a_code_is_that_of_the_token(texts: list[str]) -> None:
    for _ in range(2):  # at first sight, and when remembered
        assert codes_of(texts) == "".join(classify(t).code for t in texts)
        assert numbers_of(texts) == [classify(t).reading.value for t in texts]


@given(st.integers(0, 10**12), st.integers(0, 10**9).map(str))
def test_a_plain_decimal_is_the_number_it_prints(whole: int, behind: str) -> None:
    text = f"{whole}.{behind}"
    assert classify(text).reading == read_number(text)
    assert classify(text).reading.value == Decimal(text)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_codes_of_a_report_are_those_of_its_tokens(layout: str) -> None:
    texts = read(make(500, layout=layout).body)[0].texts
    assert codes_of(texts) == "".join(t.code for t in tokens_of(texts)) == "".join(classify(t).code for t in texts)


def compared_with_all(folded: str) -> tuple[Role, ...]:
    """`near_roles` by its definition: the distance to every label."""
    bare = without_ordinal(folded)
    near = [roles for label, roles in LEXICON.items() if len(label) >= 6 and distance(bare, label, 1) <= 1]
    return near[0] if len(bare) >= 6 and near and all(set(n) & set(near[0]) for n in near) else ()


@given(st.sampled_from(LABELS), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40)), max_size=2))
def test_a_label_with_one_character_wrong_is_found_as_by_comparing_it_with_all(label: str, edits: list[tuple[int, int]]) -> None:
    for kind, place in edits:
        place %= len(label) or 1
        label = label[:place] + ("X" if kind else "") + label[place + (kind != 2) :]
    assert near_roles(label) == compared_with_all(label)


def test_columns_of_values_read_like_a_tuple() -> None:
    report = parse(make(7, form="2021", deviations=()).body)
    values = report.values
    assert isinstance(values, Values)
    single = tuple(values)
    assert all(type(v) is Value for v in single)
    assert values == single == Values.of(single)
    assert [values[k] for k in range(len(values))] == list(single)
    assert values[-1] == single[-1] and values[3:7] == single[3:7]
    assert hash(values) == hash(single)
    assert pickle.loads(pickle.dumps(report)) == report
    changed = values.with_last(17, "17元", "reported", "line 9", ("note",))
    assert changed[-1].value == 17 and values == single
    assert [k for k in range(len(single)) if changed[k] != single[k]] == [len(single) - 1]
