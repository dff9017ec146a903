"""Figures of the prose against the tables: what agrees, what must not alarm, what is a real contradiction."""

from __future__ import annotations

import pytest

from gongkai.parsers.prose import Reading, prose_findings
from gongkai.parsers.report import Finding, Section

# received 713, carried_in 36, total 718, carried_out 31: 713 + 36 = 718 + 31
TABLE: dict[tuple[str, str, str], int] = {
    ("applications", "received", "total"): 713,
    ("applications", "carried_in", "total"): 36,
    ("applications", "granted", "total"): 500,
    ("applications", "partly_granted", "total"): 9,
    ("applications", "not_processed_petition", "total"): 20,
    ("applications", "other_other", "total"): 8,
    ("applications", "total", "total"): 718,
    ("applications", "carried_out", "total"): 31,
    ("review", "reconsideration", "total"): 70,
    ("review", "reconsideration", "pending"): 5,
    ("review", "litigation_direct", "total"): 26,
    ("review", "litigation_direct", "pending"): 1,
    ("review", "litigation_after_reconsideration", "total"): 20,
    ("review", "litigation_after_reconsideration", "pending"): 0,
    ("proactive", "normative_documents", "issued"): 6,
    ("proactive", "normative_documents", "repealed"): 2,
    ("proactive", "normative_documents", "in_force"): 32,
    ("proactive", "regulations", "issued"): 1,
    ("proactive", "regulations", "in_force"): 11,
}


def read(text: str, table: dict[tuple[str, str, str], int] = TABLE) -> tuple[list[Finding], list[Reading]]:
    return prose_findings([Section("一", "overview", "总体情况", text)], lambda *cell: table.get(cell))


def alarms(text: str) -> list[tuple[str | None, object, object]]:
    return [(f.row, f.expected, f.actual) for f in read(text)[0]]


@pytest.mark.parametrize(
    ("text", "measure", "meaning"),
    [
        ("全县共受理政府信息公开申请713件。", "received", "received"),
        ("全县共受理政府信息公开申请 749 件。", "received", "received+carried_in"),
        ("全年共收到政府信息公开\n申请 718\n件。", "received", "total"),
        ("本年度新收政府信息公开申请713件，上年结转36件。", "carried_in", "carried_in"),
        (
            "受理公民、法人和其他组织政府信息公开申请713件，答复718件（含上年度结转申请36件，另有31件顺延到下年度答复）。",
            "answered",
            "total",
        ),
        ("收到政府信息公开申请713件，办结682件。", "answered", "received-carried_out"),
        ("收到政府信息公开申请713件，答复690件。", "answered", "total-other-not_processed"),
        ("政府信息公开申请结转下年度继续办理31件。", "carried_out", "carried_out"),
        ("因政府信息公开被申请行政复议70件。", "reconsideration", "reconsideration"),
        ("行政诉讼案件46件。", "litigation", "litigation_direct+litigation_after_reconsideration"),
        ("发生行政复议、行政诉讼116件。", "both", "reconsideration+litigation_direct+litigation_after_reconsideration"),
        ("全年制发行政规范性文件6件。", "issued", "normative_documents.issued"),
        ("现行有效规范性文件43件。", "in_force", "normative_documents+regulations.in_force"),
    ],
)
def test_every_legitimate_reading_passes_and_is_said(text: str, measure: str, meaning: str) -> None:
    findings, readings = read(text)
    assert findings == []
    assert (measure, meaning) in [(r.measure, r.meaning) for r in readings]


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("2024年，我局共收到政府信息公开申请700件。", ("received", 713, 700)),
        ("本年度，共受理政府信息公开申请2件，都在法定期限内予以答复。", ("received", 713, 2)),
        ("2023年我乡受理依申请公开政府信息数量共计0条。", ("received", 713, 0)),
        ("2021年，我局共收到依申请公开1件，为网上申请。", ("received", 713, 1)),
        ("2023年，我縣共收到政府信息公開(kāi)申請700件。", ("received", 713, 700)),
        ("收到处理依申请公开件4件。", ("received", 713, 4)),
        ("2024年，我镇未收到政府信息公开申请。", ("received", 713, 0)),
        ("全年共收到政府信息公开申请713件，共答复999件。", ("total", 718, 999)),
        ("政府信息公开申请结转下年度继续办理30件。", ("carried_out", 31, 30)),
        ("因政府信息公开被申请行政复议134件。", ("reconsideration", 70, 134)),
        ("全年政府信息公开行政诉讼57件。", ("litigation_direct", 46, 57)),
        ("全年制定规范性文件0件。", ("normative_documents", 6, 0)),
        ("现行有效行政规范性文件30件。", ("normative_documents", 32, 30)),
        ("全年主动公开规范性文件9件。", ("normative_documents", 6, 9)),
        ("废止规范性文件4件。", ("normative_documents", 2, 4)),
        ("对收到的政府信息公开申请，作出予以公开决定487件。", ("granted", 500, 487)),
        ("对收到的政府信息公开申请，不予处理35件。", ("not_processed", 20, 35)),
        ("全年因涉及政府信息公开的行政诉讼57件。", ("litigation_direct", 46, 57)),
    ],
)
def test_contradictions(text: str, alarm: tuple[str, int, int]) -> None:
    assert alarms(text) == [alarm]


def test_a_finding_names_the_cell_and_quotes_the_words() -> None:
    (finding,) = read("2024年，我局共收到政府信息公开申请700件。")[0]
    assert finding[:4] == ("prose_number", "applications", "received", "total")
    assert finding.fault == "publisher"
    assert finding.detail == "2024年，我局共收到政府信息公开申请700件"


@pytest.mark.parametrize(
    "text",
    [
        "2024年，区政府办代表区政府受理政府信息公开申请17件，均已答复。",  # an office's own figure beside the district's table
        "全年受理政府信息公开申请，其中收到法人申请公开信息8件。",
        "通过网络收到政府信息公开申请12件。",
        "收到网上政府信息公开申请 12 件、信函申请 3 件。",
        "较去年收到的政府信息公开申请650件有所增加。",
        "上年收到政府信息公开申请650件。",
        "上半年收到政府信息公开申请300件。",
        "受理行政许可申请3000件。",
        "12345热线受理群众诉求5431件。",
        "统一受理平台接入事项2261件。",
        "依申请公开方面，19件申请中8件申请人主动撤销。",
        "政府信息公开申请共转办5件。",
        "收到政府信息公开申请约700件。",
        "收到政府信息公开申请700余件。",
        "其中各部门受理政府信息公开申请600件。",
        "行政复议中维持3件，纠正1件。",
        "作为复议机关办理行政复议案件300件。",
        "审查备案规范性文件80件。",
        "公开规范性文件60件。",
        "累计公开行政规范性文件66件。",
        "主动公开各类信息4511件。",
        "不予公开35件，无法提供265件，不予处理158件。",
        "我局收到2条公众通过依申请公开栏目提交的申请。",
        "办理人大代表建议120件、政协委员提案90件，均依申请公开。",
        "受理行政复议案件269件，办理行政诉讼应诉18件，均不涉及政府信息公开。",
        "全年受理行政复议案件269件，办结率100%。",
        "全年共收到政府信息公开申请713件，其中予以公开487件。",  # of this year's, while the table counts last year's too
        "在门户网站主动公开规范性文件9件。",
        "历年来主动公开规范性文件90件。",
    ],
)
def test_what_must_not_alarm(text: str) -> None:
    assert alarms(text) == []


def test_a_part_that_does_not_agree_is_cleared_by_the_whole_that_does() -> None:
    assert alarms("全县共受理政府信息公开申请713件。我县收到政府信息公开申请17件。") == []


def test_an_outcome_of_all_requests_is_held_against_its_row() -> None:
    table = {**TABLE, ("applications", "carried_in", "total"): 0}
    (finding,) = read("全年共收到政府信息公开申请713件，其中予以公开487件。", table)[0]
    assert (finding.row, finding.expected, finding.actual) == ("granted", 500, 487)
    assert read("全年共收到政府信息公开申请713件，其中网上申请600件，予以公开487件。", table)[0] == []


def test_cases_in_the_section_on_review_are_about_publication() -> None:
    said = "全年受理行政复议案件269件。"
    parts = [Section("四", "review", "政府信息公开行政复议、行政诉讼情况", said)]
    assert [f.actual for f in prose_findings(parts, lambda *cell: TABLE.get(cell))[0]] == [269]
    assert read(said)[0] == []


def test_no_alarm_where_the_table_has_a_blank() -> None:
    table = {cell: value for cell, value in TABLE.items() if cell[1] != "carried_in"}
    assert read("我局共收到政府信息公开申请700件。", table)[0] == []
    assert read("我局共收到政府信息公开申请700件。", {})[0] == []


def test_withdrawn_requests_explain_fewer_answers() -> None:
    assert alarms("收到政府信息公开申请713件，答复11件，8件申请人主动撤销。") == []


def test_texts_serve_as_well_as_sections() -> None:
    findings, _ = prose_findings(
        ["一、总体情况", "我局共收到政府信息公开申请700件。", "713"], lambda *cell: TABLE.get(cell)
    )
    assert [f.actual for f in findings] == [700]


def test_a_sum_over_the_older_form() -> None:
    table = {
        ("proactive", "normative_documents", "newly_made"): 13,
        ("proactive", "normative_documents", "disclosed_total"): 40,
    }
    assert read("全年制发规范性文件13件。", table)[0] == []
    assert [f.actual for f in read("全年制发规范性文件12件。", table)[0]] == [12]


@pytest.mark.parametrize(
    "text", ["", "。" * 3000, "申请1件" * 2000, "受理公开申请" + "9" * 50 + "件", "公开申请（" * 3000]
)
def test_nothing_breaks_it(text: str) -> None:
    assert isinstance(read(text)[0], list)
