"""The crosswalk between the forms names only cells that exist, and its page says what the data say."""

from __future__ import annotations

import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from gongkai.parsers.crosswalk import RELATIONS, Pair, cells_of, pairs, pairs_with
from gongkai.parsers.forms import FORMS

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("pair", pairs(), ids=lambda p: p.earlier.cells[0])
def test_every_cell_of_a_pair_is_in_its_forms(pair: Pair) -> None:
    assert pair.relation in RELATIONS
    assert pair.note.endswith(".")
    assert pair.source
    for side in (pair.earlier, pair.later):
        assert side.forms
        for form in side.forms:
            assert form in FORMS
            for cell in side.cells:
                assert cells_of(form, cell), f"form {form} has no {cell}"
    assert max(pair.earlier.forms) < min(pair.later.forms)


def test_no_two_pairs_contradict_each_other() -> None:
    sides = [(p.earlier, p.later) for p in pairs()]
    assert len(sides) == len(set(sides))


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ("2021", ("proactive", "normative_documents", "in_force")),  # 对外公开总数量 is not 现行有效件数
        ("2021", ("proactive", "regulations", "in_force")),
        ("2021", ("proactive", "fees", "amount")),  # fee items are no money
        ("2014", ("statistics", "fees_collected", "value")),
    ],
)
def test_what_only_looks_alike_is_in_no_other_pair(form: str, cell: tuple[str, str, str]) -> None:
    assert {p.relation for p in pairs_with(form, *cell)} == {"only_looks_alike"}


def test_every_series_before_2019_that_goes_on_is_there() -> None:
    named = set(chain.from_iterable(p.earlier.cells for p in pairs() if "2014" in p.earlier.forms))
    rows = ("requests_received", "replies_granted", "replies_already_public", "replies_partial", "replies_refused", "replies_not_competent",
            "replies_not_exist", "replies_amend", "replies_other_channel", "review_total", "review_upheld", "review_corrected", "review_other",
            "litigation_total", "litigation_upheld", "litigation_corrected", "fees_collected")  # fmt: skip
    assert named == {f"statistics.{row}.value" for row in rows}


def test_the_page_is_written_from_the_data() -> None:
    made = subprocess.run([sys.executable, "-m", "gongkai.output.dictionary", "crosswalk"], capture_output=True, check=True, timeout=120)
    assert made.stdout.decode() == (ROOT / "docs" / "crosswalk.md").read_text(encoding="utf-8"), "run `make docs`"
