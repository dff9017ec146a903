"""The generator alone: same seed same bytes, truth that agrees with what is printed, no layout that fails.
A second, naive reading of the clean layouts stands in for a parser here."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from gongkai.samplesite.deviations import DEVIATIONS
from gongkai.samplesite.figures import sums
from gongkai.samplesite.layouts import LAYOUTS
from gongkai.samplesite.negatives import NEGATIVES, negatives
from gongkai.samplesite.reports import make
from gongkai.samplesite.statutory import COLUMNS, FORMS, KINDS, REVIEW_COLUMNS, blocks, entries, keys

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def _cells(truth: dict[str, Any]) -> dict[tuple[str, str, str], Any]:
    return {
        (table, row, column): value
        for table, rows in truth["cells"].items()
        for row, columns in rows.items()
        for column, value in columns.items()
    }


def test_the_same_seed_gives_the_same_document() -> None:
    for seed in range(40):
        assert make(seed) == make(seed)
    assert make(1).body != make(2).body


def test_leaving_out_a_deviation_leaves_the_figures_alone() -> None:
    for seed in range(40):
        bare = make(seed, form="2021", layout="html-table", deviations=[])
        torn = make(seed, form="2021", layout="html-table", deviations=["labels_torn", "page_marks"])
        assert bare.truth["cells"] == torn.truth["cells"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_deviation_prints_in_every_layout(layout: str) -> None:
    for name in DEVIATIONS:
        made = make(len(name), layout=layout, deviations=[name])
        assert made.body
        fits = DEVIATIONS[name].fits(LAYOUTS[layout], made.form)  # type: ignore[arg-type]
        assert set(made.deviations) <= ({name} if fits else set())


STEP = 1 if "GONGKAI_DOCUMENTS" in os.environ else 5  # all pairs of deviations in `make accuracy`


def test_every_pair_of_deviations_prints() -> None:
    pairs = list(itertools.combinations(DEVIATIONS, 2))[::STEP]
    names = list(LAYOUTS)
    for i, pair in enumerate(pairs):
        assert make(i, layout=names[i % len(names)], deviations=pair).body


def test_every_deviation_is_drawn_by_some_seed() -> None:
    seen = {name for seed in range(1500) for name in make(seed).deviations}
    assert seen == set(DEVIATIONS)


@pytest.mark.parametrize("form", FORMS)
def test_figures_satisfy_every_sum_of_the_form(form: str) -> None:
    for seed in range(60):
        truth = make(seed, form=form, layout="html-table", deviations=[]).truth
        cells = _cells(truth)
        assert set(cells) == set(keys(form))  # type: ignore[arg-type]
        for rule, _, name, left, right in sums(form):  # type: ignore[arg-type]
            assert sum(cells[key] for key in left) == sum(cells[key] for key in right), (seed, rule, name)
        assert truth["expected_findings"] == truth["optional_findings"] == []


def test_agencies_come_in_all_sizes() -> None:
    totals = [make(seed, deviations=[]).truth["cells"]["applications"]["received"]["total"] for seed in range(400)]
    assert sum(total == 0 for total in totals) > 30
    assert max(totals) > 9000


def _numbers_after(texts: list[str], label: str, count: int, start: int) -> tuple[list[float], int]:
    """The next `count` numbers after a label, and where they end."""
    at = next(i for i in range(start, len(texts)) if texts[i].replace(" ", "") == label)
    found: list[float] = []
    for i in range(at + 1, len(texts)):
        if len(found) == count:
            return found, i
        assert _NUMBER.fullmatch(texts[i]), (label, texts[i])
        found.append(float(texts[i]))
    return found, len(texts)


def _naive_reading(texts: list[str], form: str) -> dict[tuple[str, str, str], float]:
    """Reads a page without any deviation: labels in order, figures right after them."""
    read: dict[tuple[str, str, str], float] = {}
    at = texts.index("信息内容")
    for block in blocks(form):  # type: ignore[arg-type]
        columns = [column for column, _ in block.columns]
        for row, label in block.rows:
            figures, at = _numbers_after(texts, label, len(columns), at)
            read.update({("proactive", row, c): f for c, f in zip(columns, figures, strict=True)})
    for entry in entries(form):  # type: ignore[arg-type]
        if not entry.group:
            figures, at = _numbers_after(texts, entry.ordinal + entry.label, 7, at)
            read.update({("applications", entry.row, c): f for c, f in zip(COLUMNS, figures, strict=True)})
    rest = [float(text) for text in texts[at:] if _NUMBER.fullmatch(text)][:15]
    groups = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
    for (group, column), figure in zip(itertools.product(groups, REVIEW_COLUMNS), rest, strict=True):
        read["review", group, column] = figure
    return read


def _texts(layout: str, body: bytes) -> list[str]:
    if not layout.startswith("html"):
        text = body.decode("gb18030" if body[:3] != b"\xef\xbb\xbf" and not _is_utf8(body) else "utf-8-sig")
        text = re.sub(r"^#+ ", "", text, flags=re.MULTILINE)
        parts = re.split(r" {1,4}(?=[-\d])|\||\t|\n|(?<=[^\d]) ", text) if layout != "text-spaces" else text.split()
        return [part.strip() for part in parts if part.strip(" -\u00a0")]
    soup = BeautifulSoup(body if layout != "html-lying-charset" else body.decode("gb18030"), "lxml")
    marks = ("td",) if LAYOUTS[layout].kind == "table" else ("p", "div")
    if layout == "html-breaks":
        for mark in soup.find_all("br"):
            mark.replace_with("\n")
        return [line.strip() for line in soup.get_text().split("\n") if line.strip()]
    found = [mark.get_text().strip() for mark in soup.find_all(marks) if not mark.find(marks)]
    return [text for text in found if text]


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


# Office and PDF files are held against what other programs read in them, in test_office and test_pdf.
_READ_NAIVELY = [name for name, one in LAYOUTS.items() if name != "markdown-read" and one.weight]


@pytest.mark.parametrize("layout", _READ_NAIVELY)
def test_truth_agrees_with_what_is_printed(layout: str) -> None:
    for seed in range(6):
        made = make(seed, layout=layout, deviations=[])
        read = _naive_reading(_texts(layout, made.body), made.form)
        assert read == _cells(made.truth), (seed, layout)


def test_a_wrong_total_is_expected_to_be_found_everywhere_it_shows() -> None:
    for seed in range(60):
        made = make(seed, form="2021", deviations=["wrong_column_total"])
        found = made.truth["expected_findings"]
        if not made.deviations:
            continue
        assert {one["rule"] for one in found} >= {"column_balance", "result_total", "row_total"}
        assert all(one.get("column") in (None, *KINDS) for one in found)


def test_blanks_open_a_finding_instead_of_demanding_it() -> None:
    for seed in range(200):
        made = make(seed, form="2021", layout="html-table", deviations=["wrong_row_total", "zeros_blank"])
        cells = _cells(made.truth)
        for one in made.truth["expected_findings"]:
            if one["rule"] == "row_total":
                assert all(cells["applications", one["row"], column] is not None for column in COLUMNS)


def test_a_missing_line_is_absent_not_blank() -> None:
    for seed in range(30):
        made = make(seed, form="2021", layout="text-lines", deviations=["row_missing"])
        values = list(_cells(made.truth).values())
        assert values.count("absent") in (1, 3, 7)


def test_unknown_names_are_refused() -> None:
    for wish in ({"layout": "papyrus"}, {"deviations": ["gremlins"]}, {"form": "1999"}):
        with pytest.raises(ValueError, match="there are"):
            make(1, **wish)  # type: ignore[arg-type]


def test_negatives_hold_one_document_of_each_kind() -> None:
    made = list(negatives(3))
    assert [page.truth["kind"] for page in made] == [f"negative-{kind}" for kind in NEGATIVES]
    assert all(page.truth["reject"] for page in made)
    assert made == list(negatives(3))


def test_the_command_writes_documents_and_their_truth(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "gongkai.samplesite", str(tmp_path), "--count", "3", "--seed", "9", "--negatives", "1"]
    subprocess.run(asked, check=True, capture_output=True)
    documents = sorted(path.name for path in tmp_path.iterdir() if path.is_file())
    assert len(documents) == 3 + len(NEGATIVES)
    assert sorted(path.name.removesuffix(".json") for path in (tmp_path / "truth").iterdir()) == documents
