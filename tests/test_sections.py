"""Narrative sections and the processing fee: one small example for each way reports number and word them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gongkai.parsers.fee import processing_fee
from gongkai.parsers.report import Section
from gongkai.parsers.sections import sections

ONE = "2024年，我局认真贯彻条例，工作有序。"
FIVE = "政策解读的形式还不够丰富，需要改进。"
SIX = "没有其他需要报告的事项。"
TABLE_TWO = ["第二十条第（一）项", "信息内容", "本年制发件数", "规章", "0", "0", "0", "行政规范性文件", "1", "0", "4"]
TABLE_THREE = [
    "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", "申请人情况", "自然人", "总计",
    "一、本年新收政府信息公开申请数量", "1", "1", "二、上年结转政府信息公开申请数量", "0", "0", "三、本年度办理结果",
    "（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "0", "0",
    "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", "0", "0", "四、结转下年度继续办理", "0", "0",
]  # fmt: skip
TABLE_FOUR = ["行政复议", "结果维持", "总计", "0", "0"]


def read(*texts: str) -> tuple[Section, ...]:
    return sections(list(texts), [0] * len(texts))


def keys(found: tuple[Section, ...]) -> list[tuple[str, str]]:
    return [(s.number, s.key) for s in found]


STATUTORY = [
    ("一", "overview"),
    ("二", "proactive"),
    ("三", "applications"),
    ("四", "review"),
    ("五", "problems"),
    ("六", "other_matters"),
]


def test_flattened_page() -> None:
    found = read(
        "甲水市信访局2024年政府信息公开工作年度报告", "一、总体情况", ONE, "", "（一）主动公开", "公开信息3条。",
        "二、主动公开政府信息情况", *TABLE_TWO, "三、收到和处理政府信息公开申请情况", *TABLE_THREE,
        "四、政府信息公开行政复议、行政诉讼情况", *TABLE_FOUR, "五、存在的主要问题及改进情况", FIVE, "六、其他需要报告的事项", SIX,
        "", "甲水市信访局", "2025年1月20日", "上一篇：别的报告",
    )  # fmt: skip
    assert keys(found) == STATUTORY
    assert found[0].text == f"{ONE}\n（一）主动公开\n公开信息3条。"
    assert [s.text for s in found[1:4]] == ["", "", ""]
    assert found[5] == Section("六", "other_matters", "其他需要报告的事项", SIX)


def test_cells_of_real_tables_are_no_text() -> None:
    texts = ["一、总体情况", ONE, "图1", "二、主动公开政府信息情况", "规章情况说明，本表由各科室填报，数据截至年底。"]
    found = sections(texts, [0, 0, 1, 0, 1])
    assert [s.text for s in found] == [ONE, ""]


def test_prose_between_the_tables_is_kept() -> None:
    note = "注：行政复议、行政诉讼数量含上年度结转数量，均已审结。"
    found = read("一、总体情况", ONE, "三、收到和处理政府信息公开申请情况", "本年度收到申请2件，均已答复。", *TABLE_THREE,
                 "四、政府信息公开行政复议、行政诉讼情况", *TABLE_FOUR, note, "五、存在的主要问题及改进情况", FIVE)  # fmt: skip
    assert [s.text for s in found[1:3]] == ["本年度收到申请2件，均已答复。", note]


def test_numbers_used_twice_and_shifted() -> None:
    found = read(
        "一、总体情况", ONE, "二、工作机制保障", "成立小组。", "三、主动公开工作情况", "公开3条。", "四、政府信息公开申请情况", "收到2件。",
        "五、政府信息管理", "规范管理。", "六、政府信息公开平台建设", "建设平台。",
        "一、主动公开政府信息情况", *TABLE_TWO, "二、收到和处理政府信息公开申请情况", *TABLE_THREE,
        "三、政府信息公开行政复议、行政诉讼情况", *TABLE_FOUR, "(一)主要问题", FIVE, "五、其他需要报告的事项", SIX,
    )  # fmt: skip
    assert keys(found) == [("一", "overview"), ("一", "proactive"), ("二", "applications"), ("三", "review"), ("", "problems"), ("五", "other_matters")]  # fmt: skip
    assert "四、政府信息公开申请情况\n收到2件。" in found[0].text
    assert found[4].text == f"(一)主要问题\n{FIVE}" or found[4].text == FIVE


@pytest.mark.parametrize(
    ("line", "number", "key"),
    [
        ("一、总体情况", "一", "overview"),
        ("## 一、总体情况", "一", "overview"),
        ("**一、总体情况**", "一", "overview"),
        ("一 、总体情况", "一", "overview"),
        ("一．总体情况", "一", "overview"),
        ("一、2023年政务公开总体情况", "一", "overview"),
        ("一、概述", "一", "overview"),
        ("二、主动公开政府信息的情况", "二", "proactive"),
        ("二、行政机关主动公开政府信息情况", "二", "proactive"),
        ("二、主动公开政府政府情况", "二", "proactive"),
        ("三、收到和处理政府信息公开申请的情况", "三", "applications"),
        ("三、收到和处理政府信息公开的申请情况", "三", "applications"),
        ("五、因政府信息公开工作被申请行政复议和提起行政诉讼情况", "五", "review"),
        ("四、因政府信息公开工作被申请行政复议、提起行政诉讼的情况", "四", "review"),
        ("五、存在的主要问题和改进情况", "五", "problems"),
        ("五、存在问题及改进情况", "五", "problems"),
        ("l六、存在的主要问题及改进措施", "六", "problems"),
        ("五、政府信息公开工作存在的主要问题及改进情况", "五", "problems"),
        ("六、其他需要报告的事项", "六", "other_matters"),
        ("六、其它需要报告的事项", "六", "other_matters"),
        ("一、總體情況", "一", "overview"),
        ("二、主動公開(kāi)政府信息情況", "二", "proactive"),
        ("七、需要报告的其他事项", "七", "other_matters"),
    ],
)
def test_wordings_of_headings(line: str, number: str, key: str) -> None:
    found = read(line, ONE)
    assert (keys(found), found[0].text) == ([(number, key)], ONE)


@pytest.mark.parametrize(
    "line",
    [
        "一是加强组织领导。",
        "三、本年度办理结果",
        "一、本年新收政府信息公开申请数量",
        "（一）主动公开情况",
        "1.总体情况良好，成绩突出。",
    ],
)
def test_what_is_no_heading(line: str) -> None:
    assert read(line, ONE) == ()


def test_heading_with_its_text_on_the_same_line() -> None:
    found = read(f"一、总体情况{ONE}", f"五、存在的主要问题及改进情况 {FIVE}", "六、其他需要报告的事项：无。")
    assert [(s.heading, s.text) for s in found] == [
        ("总体情况", ONE), ("存在的主要问题及改进情况", FIVE), ("其他需要报告的事项", "无。"),
    ]  # fmt: skip


def test_missing_first_heading() -> None:
    long = "2024年，我局认真贯彻条例，完善制度，规范流程，主动公开各类信息一百余条，群众满意度提升。"
    found = read("甲水市信访局2024年政府信息公开工作年度报告", long, "二、主动公开政府信息情况", *TABLE_TWO)
    assert found[0] == Section("", "overview", "", long)


def test_missing_last_headings() -> None:
    found = read(
        "一、总体情况", ONE, "四、政府信息公开行政复议、行政诉讼情况", *TABLE_FOUR,
        "1、公开形式的便捷性有待加强，解读不够丰富。", FIVE, "（一）贯彻落实政务公开年度工作要点情况", "各项任务完成。",
    )  # fmt: skip
    assert [s.key for s in found] == ["overview", "review", "problems", "other_matters"]
    assert found[3].text.startswith("（一）贯彻")


def test_older_headings_end_a_section() -> None:
    found = read("一、概述", ONE, "二、主动公开政府信息情况", ONE, "三、依申请公开政府信息情况", ONE, "四、咨询处理情况", "咨询3次。", "五、收费及减免情况", "无。",
                 "六、存在的主要问题和改进措施", FIVE)  # fmt: skip
    assert [(s.key, s.number) for s in found] == [
        ("overview", "一"), ("proactive", "二"), ("applications", "三"), ("", "四"), ("", "五"), ("problems", "六"),
    ]  # fmt: skip


def test_a_page_on_one_line() -> None:
    text = f"2011年甲水区卫生局政府信息公开年报 一、概述 {ONE * 20} 二、主动公开政府信息情况 公开信息3条。 三、存在的主要问题和改进措施 {FIVE}"
    assert [s.key for s in read(text)] == ["overview", "proactive", "problems"]


def test_page_marks_are_no_text_but_a_figure_on_its_own_line_is() -> None:
    found = read(
        "一、总体情况",
        "2024年全市共受理申请",
        "35",
        "件，均已答复。圆满完成",
        "- 2 -",
        "各项任务。",
        "五、存在的主要问题及改进情况",
        FIVE,
    )
    assert found[0].text == "2024年全市共受理申请\n35\n件，均已答复。圆满完成\n各项任务。"


@pytest.mark.parametrize("texts", [[], [""], ["一、"], ["六、" * 4000], ["二、主动公开"] * 50])
def test_nothing_breaks_it(texts: list[str]) -> None:
    assert isinstance(read(*texts), tuple)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("全县收取信息处理费共计380元，其中民政局1件，收取380元。", "380"),
        ("全年收取政府信息公开信息处理费 3940 元。", "3940"),
        ("2024年度收取信息处理费3件，共计1,200.50元。", "1200.50"),
        ("信息处理费为1.2万元。", "12000"),
        ("严格落实《政府信息公开信息处理费管理办法》，发出收费通知2件，总金额500元，实际收取的总金额300元。信息处理费以实收为准。", "300"),
        ("本年度收取信息处理费0元。", "0"),
        ("信息处理费发出收费通知的件数和总金额以及实际收取的总金额均为0。", "0"),
        ("按照《政府信息公开信息处理费管理办法》（国办函〔2020〕109号），收取信息处理费400元。", "400"),
    ],
)  # fmt: skip
def test_fee_printed_as_a_number(text: str, amount: str) -> None:
    value, raw, index = processing_fee(["前文。", text])
    assert value == Decimal(amount)
    assert raw is not None and index == 1


@pytest.mark.parametrize(
    "text",
    [
        "本年度未收取信息处理费。",
        "我局没有收取任何信息处理费。",
        "本机关依申请提供政府信息未产生信息处理费。",
        "信息处理费收取工作暂未开展。",
    ],
)
def test_fee_said_to_be_none_without_a_number_is_blank(text: str) -> None:
    value, raw, _ = processing_fee([text])
    assert value is None
    assert raw is not None


@pytest.mark.parametrize(
    "text", ["无。", "没有其他需要报告的事项。", "按《政府信息公开信息处理费管理办法》执行收费标准。", ""]
)
def test_fee_not_spoken_of_is_absent(text: str) -> None:
    assert processing_fee([text]) == (None, None, None)
