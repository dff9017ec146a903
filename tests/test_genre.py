"""Which pages are no annual report, and that the beginnings of true reports are not taken for such."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_identity import CORPUS, cells

from gongkai.parsers import parse
from gongkai.parsers.genre import name_left_open, why_not_a_report
from gongkai.parsers.identity import identify
from gongkai.parsers.reprint import Stretch, Words

LAW = "根据《中华人民共和国政府信息公开条例》规定，编制本报告，并向社会公布，欢迎监督，感谢支持和理解。"


def why(*texts: str, tables_found: bool = False, **meta: str) -> str | None:
    return why_not_a_report(list(texts), meta, identify(list(texts), meta), tables_found=tables_found)


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        (["关于认真做好2021年政府信息公开工作年度报告编制发布工作的通知", "各县人民政府，市直各单位："], "notice"),
        (["甲府办函〔2017〕8号", "甲水市人民政府办公室", "关于做好2016年政府信息公开工作年度报告", "编制和公布工作的通知", "各乡镇人民政府："], "notice"),
        (["政府网站工作年度报表", "（2024年度）", "填报单位：甲水市人民政府", "网站名称", "独立用户访问总量"], "政府网站工作年度报表"),
        (["甲水市财政局2024年法治政府建设年度报告", "一、主要举措", "我局认真推进依法行政工作。"], "法治政府建设"),
        (["甲水市信访局2023年度部门决算", "第一部分 部门概况"], "部门决算"),
        (["甲水市2024年政务公开工作要点", "一、总体要求"], "政务公开工作要点"),
        (["甲水市政府信息公开指南", "为方便公民、法人获取政府信息，编制本指南。"], "政府信息公开指南"),
        (["一图读懂：甲水市2024年政府信息公开工作年度报告"], "一图读懂"),
        (["《甲水县民政局2023年政府信息公开工作年度报告》已编制完成，现就年报内容进行如下解读。", "一、编制背景", "年报是法定制度安排。"], "explanation"),
        (["國務院辦公廳關(guan)于印發(fa)《中華人民共和國政府信息公開工作年度報告格式》的通知", "各省、自治區人民政府辦公廳："], "notice"),
        (["404 Not Found", "nginx"], "error"),
        (["您访问的页面不存在或已被删除"], "页面"),
        (["请开启JavaScript并刷新该页"], "JavaScript"),
        (["附件3", "甲水市政府信息公开情况统计报表", "年", "月", "单位名称:", "单位负责人:", "主动公开信息数", "条", "01"], "blank form"),
        (["XX局20XX年政府信息公开工作年度报告", "一、总体情况", "XX局认真贯彻条例。"], "template"),
        (["今日天气晴朗", "最高气温三十度，适宜出行，请注意防晒，多喝水，保持良好心情，祝您生活愉快平安健康每一天，谢谢。"], "nothing"),
        (["甲水市民政局发布2023年政府信息公开工作年度报告", "报告显示，全年收到申请18件。"], "news"),
        (["市民政局公布年报", "本报讯 日前，《甲水市民政局2023年政府信息公开工作年度报告》公布。"], "news"),
        (["甲水市供水公司2023年信息公开年度报告", "一、概述", "收到投诉23件。"], "enterprise"),
        (["甲水市民政局2023年第三季度政府信息公开情况统计表", "主动公开政府信息数", "条", "230"], "part of a year"),
        (["甲水市2023年行政复议、行政应诉工作年度报告", "一、总体情况", "受理行政复议申请221件。"], "行政复议"),
        (["找到相关结果约230条", "2023年政府信息公开工作年度报告", "摘要：收到申请3件……", "政府信息公开"], "search"),
        (["甲水市民政局2023年政府信息公开工作年度报告", "您访问的页面不存在"], "error"),
        ([], "no text"),
    ],
)  # fmt: skip
def test_no_reports(texts: list[str], word: str) -> None:
    reason = why(*texts)
    assert reason is not None
    assert word in reason


@pytest.mark.parametrize("name", ["XX局", "××县××局", "某某镇", "【单位名称】", "（部门名称）", "{{name}}", "${dept}", "____局", "**单位", "○○县"])
def test_a_name_left_open(name: str) -> None:
    assert name_left_open([f"{name}2023年政府信息公开工作年度报告"], {}) is not None
    assert name_left_open([], {"title": f"{name}2023年政府信息公开工作年度报告"}) is not None


@pytest.mark.parametrize("year", ["20XX年", "20__年", "____年", "20××年"])
def test_a_year_left_open(year: str) -> None:
    assert name_left_open([f"甲水市信访局{year}政府信息公开工作年度报告"], {}) is not None


@pytest.mark.parametrize(
    "title",
    ["甲水市信访局2023年政府信息公开工作年度报告", "甲水市信访局二〇〇八年政府信息公开年度报告", "甲水市二○○九年度政府信息公开年报",
     "张某某申请的政府信息，XX路工程", "甲水市信访局（甲水市委信访局）2023年政府信息公开工作年度报告"],
)  # fmt: skip
def test_a_name_that_is_filled_in(title: str) -> None:
    assert name_left_open([title], {}) is None


def test_a_list_of_reports() -> None:
    lines = []
    for year in range(2018, 2025):
        lines += [f"甲水市信访局{year}年政府信息公开工作年度报告", f"{year + 1}-01-20"]
    assert "list" in (why("首页", "政府信息公开年报", *lines) or "")


@pytest.mark.parametrize(
    "texts",
    [
        ["甲水市信访局2024年政府信息公开工作年度报告", "一、总体情况", "我局认真贯彻条例。"],
        [
            "甲水市信访局2024年政府信息公开工作年度报告",
            "按照《关于做好2024年政府信息公开工作年度报告编制发布工作的通知》要求，现公布。",
        ],
        [
            "标题:",
            "林业局2008年政府信息公开年度报告",
            "根据市政府办公厅《关于做好政府信息公开工作年度报告编制工作的通知》要求",
        ],
        ["一、总体情况", "2022年，我局认真贯彻条例，主动公开政府信息，并按政务公开工作要点完成各项任务。"],
        ["当前位置：首页 > 政府信息公开指南 > 年报", "2024年政府信息公开工作年度报告", LAW],
        ["根据通知要求，现将我局2022年度政府信息公开工作报告如下：", "一、总体情况", "成立小组。"],
        ["甲水市信访局2024年政府信息公开工作年度报告", "（404办公室）", LAW],
        ["首页", "现公布2024年省教育厅政府信息公开工作年度报告。", LAW, "一、总体情况"],
    ],
)
def test_reports(texts: list[str]) -> None:
    assert why(*texts) is None


def test_a_short_list_between_menus() -> None:
    menu = ["首页", "政府信息公开指南", "政府信息公开制度", "政府信息公开年报"]
    rows = [t for y in (2018, 2019, 2020) for t in (f"甲水市{y}年政府信息公开工作年度报告", f"{y + 1}-03-20")]
    assert "list of 3" in (why(*menu, *rows, "上一页", "下一页") or "")


def test_words_of_a_menu_are_no_reason() -> None:
    assert (
        why(
            "首页",
            "政府信息公开指南",
            "政府信息公开制度",
            "政府信息公开年报",
            LAW,
            "一、总体情况",
            "2022年，我局认真贯彻条例。",
        )
        is None
    )


def test_a_template_of_the_tables() -> None:
    form = ["一、总体情况", "二、主动公开政府信息情况", "第二十条第（一）项", "信息内容", "规章", "行政规范性文件"]
    assert "template" in (why("中华人民共和国政府信息公开工作年度报告（模板）", *form, tables_found=True) or "")
    assert "blank form" in (why("政府信息公开工作年度报告", *form, tables_found=True) or "")
    assert why("政府信息公开工作年度报告", *form, "0", "3", tables_found=True) is None
    assert why("甲水市信访局2024年政府信息公开工作年度报告", *form, tables_found=True) is None


def test_filled_tables_make_a_report() -> None:
    assert why("页面", "请开启JavaScript", "规章", "0", tables_found=True) is None


@pytest.mark.corpus
def test_beginnings_of_real_pages(capsys: pytest.CaptureFixture[str]) -> None:
    path: Path = CORPUS / "pages.jsonl"
    if not path.exists():
        pytest.skip("the real pages are not here")
    right = 0
    wrong = []
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        reason = why(*cells(row["excerpt"]))
        if (reason is None) == (row["kind"] == "report"):
            right += 1
        else:
            wrong.append((row["id"], reason))
    with capsys.disabled():
        print(f"\ngenre: {right} right, {len(wrong)} wrong")
    assert wrong == []
    assert right >= 64


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("<title>站内搜索</title>|<p>共找到 3 条结果</p>", "a page of search results"),
        ("<title>政府信息公开年报</title>|", "a list of 3 reports"),
        ("<title>404</title>|<p>您访问的页面不存在</p>", "an error or access page"),
        ("<title>站内搜索</title>|<p>共找到 3 条结果</p><p>甲水市2018年政府信息公开工作年度报告</p>", "a page of search results"),
    ],
)
def test_a_page_that_is_nobodys_paper_has_no_agency(head: str, reason: str) -> None:
    """Who runs a list or a search, or is named first in it, has published no report by it."""
    title, first = head.split("|")
    links = "".join(f"<li><a href='{k}.html'>甲水市{b}局2023年政府信息公开工作年度报告</a></li>" for k, b in enumerate(("财政", "教育", "信访")))
    listed = "" if "404" in title else f"<ul>{links}</ul>"
    page = f"<html><head>{title}<meta name='ContentSource' content='通化市人民政府'></head><body>{first}{listed}</body></html>"
    read = parse(page.encode())
    assert read.status == "rejected"
    assert (read.reason or "").startswith(reason)
    assert (read.identity.agency, read.identity.region_code, read.identity.year, read.findings) == (None, None, None, ())


@pytest.mark.parametrize("title", ["甲水市信访局2023年政府信息公开工作年度报告", "××局2023年政府信息公开工作年度报告", "规章"])
@pytest.mark.parametrize("at", [0, 2, 7, 45, 60])
def test_a_name_is_left_open_in_a_title_wherever_the_tables_stand(title: str, at: int) -> None:
    for start, stop in ((0, 5), (1, 50), (5, 20), (45, 55)):
        texts = [str(i) for i in range(70)]
        texts[at] = title
        words = Words(tuple(range(stop - start)), tuple(texts[start:stop]), (), True, False)
        assert name_left_open(texts, {}, Stretch(start, stop, words)) == name_left_open(texts, {})
