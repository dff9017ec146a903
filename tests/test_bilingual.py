"""Labels in two languages, and pages in traditional characters: the Chinese label decides, and what may be a figure stays one.
Whole pages stand in `fixtures/labels-in-two-languages*` and `fixtures/traditional-*`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gongkai.parsers import parse, parse_all
from gongkai.parsers.bilingual import chinese_of, in_chinese
from gongkai.parsers.characters import simplify_all
from gongkai.parsers.readers.text import read_text
from gongkai.parsers.report import Report

FIXTURES = Path(__file__).parent / "fixtures"
KOREAN = (FIXTURES / "labels-in-two-languages" / "source.html").read_text(encoding="utf-8")
ENGLISH = (FIXTURES / "labels-in-two-languages-in-lines" / "source.txt").read_text(encoding="utf-8")
PLAIN = (FIXTURES / "proactive-columns-as-rows" / "source.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("text", "label"), [
    ("规章 Regulations", "规章"),
    ("Regulations规章", "规章"),
    ("3. 기타 3.其他", "3.其他"),
    ("（七）总计 (VII) Total", "（七）总计"),
    ("第二十条第（一）项 Article 20 (1)", "第二十条第（一）项"),
    ("སྒྲིག་སྲོལ། 规章", "规章"),
    ("ᠳᠦᠷᠢᠮ 规章", "规章"),
    ("قائىدە 规章", "规章"),
    ("ꊨꏦ 规章", "规章"),
    ("本年收费金额（单位：万元）Fees (10,000 yuan)", "本年收费金额（单位：万元"),
    ("2023 Annual Report 2023年青溪市水务局政府信息公开工作年度报告", "2023年青溪市水务局政府信息公开工作年度报告"),
    ("行政许可 Licences 1204", None),  # its figure stands in the same cell
    ("青溪市 Qingxi", None),
    ("规章和规范性文件的 PDF 版", None),
])  # fmt: skip
def test_the_chinese_label_decides(text: str, label: str | None) -> None:
    assert chinese_of(text) == label


def test_few_such_labels_make_no_page_of_two_languages() -> None:
    lines = [f"{label} {word}" for label, word in zip(["规章", "行政许可", "行政处罚", "行政强制"], "abcd", strict=True)]
    assert in_chinese(read_text("\n".join(lines))) is None
    assert in_chinese(read_text("\n".join([*lines, *(["青溪市 Qingxi"] * 20)]))) is None
    assert in_chinese(read_text("\n".join([*lines, *(["自然人 Natural persons", "Rules"] * 4)]))) is not None


def _cells(report: Report, row: str) -> list[tuple[object, str]]:
    return [(v.value, v.state) for v in report.values if v.row == row]


@pytest.mark.parametrize("word", ["없음", "none", "ཡོད་མ་རེད།"])
def test_a_word_in_a_figures_place_is_no_label(word: str) -> None:
    before = _cells(parse(KOREAN.encode()), "not_processed_duplicate")
    page = re.sub(r"(2\.重复申请</td>)<td>\d+</td>", rf"\1<td>{word}</td>", KOREAN)
    assert page != KOREAN
    assert _cells(parse(page.encode()), "not_processed_duplicate") == [(None, "unreadable"), *before[1:]]
    lines = re.sub(r"(?m)^(Licences)\n\d+$", rf"\1\n{word}", ENGLISH)
    assert lines != ENGLISH
    assert _cells(parse(lines.encode()), "licensing") in ([(None, "absent")], [(None, "unreadable")])


def test_labels_in_cells_of_their_own() -> None:
    """The Chinese label in one cell, the other language in the next."""
    page = re.sub(r'<td([^>]*)>([^<>]*[가-힣][^<>]*?) ([\d（“]?[^가-힣<>]*)</td>', _in_two_cells, KOREAN)
    assert page.count("<td") > KOREAN.count("<td") + 50
    values = [v.value for v in parse(KOREAN.encode()).values]
    assert [v.value for v in parse(page.encode()).values] == values


def _in_two_cells(match: re.Match[str]) -> str:
    attributes, korean, chinese = match[1], match[2], match[3]
    rows = "".join(re.findall(r' rowspan="\d+"', attributes))
    wide = 2 * int(match[1]) if (match := re.search(r'colspan="(\d+)"', attributes)) else 2  # type: ignore[assignment]
    return f"<td{rows}>{chinese}</td><td{rows} colspan={wide - 1}>{korean}</td>"


def test_a_page_in_two_languages_has_the_values_of_one_in_chinese() -> None:
    values = [(v.value, v.flags) for v in parse(PLAIN.encode()).values]
    assert [(v.value, v.flags) for v in parse(KOREAN.encode()).values] == values
    assert [(v.value, v.flags) for v in parse(ENGLISH.encode()).values] == values


def test_the_title_of_the_page_alone() -> None:
    page = re.sub("<h1>.*?</h1>", "", KOREAN)
    assert parse(page.encode()).identity.title == parse(PLAIN.encode()).identity.title


def _traditional(text: str) -> str:
    """The text in the traditional characters that are known, where they are the only ones for the simplified one."""
    from gongkai.parsers.characters import _SIMPLE  # what is tested is what is done with them

    back = {simple: traditional for traditional, simple in _SIMPLE.items()}
    return text.translate({ord(chr(simple)): chr(old) for simple, old in back.items()})


@pytest.mark.parametrize("name", [
    "two-reports", "old-table", "old-table-twice", "unit-in-cell", "words-for-nothing", "last-year-column", "pairs-a-row",
    "last-year-total-and-change", "other-body-table", "form-2019",
])  # fmt: skip
def test_a_mirror_in_traditional_characters_has_the_same_values(name: str) -> None:
    source = next((FIXTURES / name).glob("source.*")).read_text(encoding="utf-8")
    mirror = _traditional(source)
    assert "開" in mirror
    found, wanted = parse_all(mirror.encode()), parse_all(source.encode())
    assert [r.status for r in found] == [r.status for r in wanted]
    for one, other in zip(found, wanted, strict=True):
        assert [(v[:3], v.value, v.state, v.flags) for v in one.values] == [(v[:3], v.value, v.state, v.flags) for v in other.values]
        # what is printed stays what it is in the record
        assert simplify_all([v.raw or "" for v in one.values]) == [v.raw or "" for v in other.values]
        assert all(not v.raw or v.raw in mirror for v in one.values if v.table != "narrative")
        assert one.identity.title and simplify_all([one.identity.title]) == [other.identity.title] != [one.identity.title]
