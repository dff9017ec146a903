"""Who published a report, about which year, when: one small example for each way pages say it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from gongkai.parsers.identity import identify
from gongkai.parsers.names import read_agency
from gongkai.parsers.place_names import CITIES
from gongkai.parsers.report import Identity

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
LAW = "根据《中华人民共和国政府信息公开条例》规定"


def of(*texts: str, **meta: str) -> Identity:
    return identify(list(texts), meta)


def cells(excerpt: str) -> list[str]:
    """The lines of an excerpt as a reader gives them: pipes part cells."""
    texts: list[str] = []
    for line in excerpt.split("\n"):
        if "|" in line:
            parts = [part.strip() for part in line.split("|")]
            parts = parts[1:] if parts and not parts[0] else parts
            parts = parts[:-1] if parts and not parts[-1] else parts
            texts += parts or [""]
        else:
            texts.append(line.strip())
    return texts


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["甲水市信访局2024年度政府信息公开工作年度报告"], "甲水市信访局2024年度政府信息公开工作年度报告"),
        (["甲水市信访局", "2024年政府信息公开工作年度报告"], "甲水市信访局2024年政府信息公开工作年度报告"),
        (
            ["甲水市信访局关于2014年度政府信息", "公开工作的年度报告"],
            "甲水市信访局关于2014年度政府信息公开工作的年度报告",
        ),
        (["甲水市信访局", "2024 年", "政府信息公开工作年度报告"], "甲水市信访局2024年政府信息公开工作年度报告"),
        (["# 甲水市信访局 2024 年 政府信息公开工作年度报告"], "甲水市信访局2024年政府信息公开工作年度报告"),
        (["甲水市信访局2024年政府信息公开工作年度报告（图片版）"], "甲水市信访局2024年政府信息公开工作年度报告（图片版）"),
        (["【年报】甲水市信访局2024年政府信息公开工作年度报告"], "甲水市信访局2024年政府信息公开工作年度报告"),
        (["名称", "甲水市信访局2024年政府信息公开年报", "索引号"], "甲水市信访局2024年政府信息公开年报"),
        (["标题: 2008年甲水县畜牧局政府信息公开工作年度报告"], "2008年甲水县畜牧局政府信息公开工作年度报告"),
        (["甲水市信访局政府信息公开工作年度报告（2024年）"], "甲水市信访局政府信息公开工作年度报告（2024年）"),
        (["甲水市信访局二〇二四年政府信息公开工作年度报告"], "甲水市信访局二〇二四年政府信息公开工作年度报告"),
        (["2011年甲水市卫生局政府信息公开年报 一、引言 本年报编制。"], "2011年甲水市卫生局政府信息公开年报"),
        (
            ["首页 > 信息公开年报", "政府信息公开年报", "2021年甲水乡人民政府信息公开工作年度报告"],
            "2021年甲水乡人民政府信息公开工作年度报告",
        ),
        ([f"{LAW}，现公布《甲水市2021年政府信息公开工作年度报告》。"], "甲水市2021年政府信息公开工作年度报告"),
    ],
)
def test_title_as_printed(lines: list[str], title: str) -> None:
    report = of(*lines, "一、总体情况", "2024年，我局工作有序。")
    assert report.title is not None
    assert "".join(report.title.split()) == title


@pytest.mark.parametrize(
    "lines",
    [
        ["政府信息公开工作年度报告", "一、总体情况"],
        ["首页 > 政府信息公开 > 2021年政府信息公开年度报告 > 正文", "一、总体情况"],
        ["关于做好2021年政府信息公开工作年度报告编制发布工作的通知"],
        ["2024年政府信息公开工作年度报告解读", "一、总体情况"],
        [f"{LAW}，并按《中华人民共和国政府信息公开工作年度报告格式》编制。", "一、总体情况"],
        ["一、总体情况", "按时发布《甲水市信访局2023年政府信息公开工作年度报告》。"],
    ],
)
def test_no_title_is_invented(lines: list[str]) -> None:
    assert of(*lines).title is None


def test_title_of_a_neighbour_below_the_text_is_not_taken() -> None:
    report = of(
        "甲水市信访局2024年政府信息公开工作年度报告",
        "一、总体情况",
        "我局工作有序。",
        "上一篇",
        "乙山市财政局2023年政府信息公开工作年度报告",
    )
    assert (report.agency, report.year) == ("甲水市信访局", 2024)


def test_the_page_title_decides_among_printed_titles() -> None:
    report = identify(
        [
            "乙山市财政局2023年政府信息公开年度报告",
            "甲水市信访局2024年政府信息公开年度报告",
            "丙河市审计局2022年政府信息公开年度报告",
            "一、总体情况",
        ],
        {"articletitle": "甲水市信访局2024年政府信息公开年度报告"},
    )
    assert report.title == "甲水市信访局2024年政府信息公开年度报告"


def test_title_from_meta_loses_the_site_name() -> None:
    report = identify(
        ["一、总体情况", "我局工作有序。"], {"title": "甲水市信访局2024年政府信息公开工作年度报告-甲水市人民政府"}
    )
    assert report.title == "甲水市信访局2024年政府信息公开工作年度报告"
    assert report.agency == "甲水市信访局"


def test_title_below_a_long_menu() -> None:
    menu = [f"栏目{i}" for i in range(150)] + ["政府信息公开年报"]
    report = of(
        *menu, "甲水市信访局2024年政府信息公开工作年度报告", "发布日期：2025-01-20", "一、总体情况", "我局工作有序。"
    )
    assert (report.agency, report.year, report.published) == ("甲水市信访局", 2024, date(2025, 1, 20))


@pytest.mark.parametrize(
    ("line", "year"),
    [
        (f"{LAW}编制。所列数据的统计期限自2023年1月1日起至12月31日止。", 2023),
        (f"{LAW}编制。所列数据的统计期限自202311日起至20231230日止。", 2023),
        (f"{LAW}编制。所列数据的统计期限自20231月1日起至202312月31日止。", 2023),
        (f"{LAW}编制。所列数据统计期限为 2023 1 1 日至 2023 12 31 日。", 2023),
        (f"{LAW}，现公布我乡2023年政府信息公开工作年度报告。", 2023),
        (f"{LAW}，现公布甲水市信访局2018年度政府信息公开工作报告。", 2018),
        (f"{LAW}，结合2020年度本街道政府信息公开工作情况编制而成。", 2020),
        ("一、总体情况\n2022年，我局认真贯彻条例。", 2022),
        ("一、总体情况\n2022 年以来，我局认真贯彻条例。", 2022),
        (f"{LAW}和国办公开办函〔2021〕30号要求编制。", None),
        ("根据《中华人民共和国政府信息公开条例》（国令第711号，2019年修订）编制本报告。", None),
    ],
)
def test_year_without_a_title(line: str, year: int | None) -> None:
    assert of(*line.split("\n")).year == year


def test_year_of_publishing_is_a_last_resort_and_said() -> None:
    report = of("甲水市信访局政府信息公开工作年度报告", "发布日期：2023-01-20", "一、总体情况", "我局工作有序。")
    assert report.year == 2022
    assert [f.rule for f in report.findings] == ["year_inferred"]


def test_title_and_period_disagree() -> None:
    report = of("甲水市信访局2024年政府信息公开工作年度报告", f"{LAW}编制，统计期限为2023年1月1日至2023年12月31日。")
    assert report.year == 2024
    assert [(f.rule, f.expected, f.actual) for f in report.findings] == [("year_conflict", 2024, 2023)]


def test_a_page_dated_before_its_year() -> None:
    report = of("甲水市信访局2024年政府信息公开工作年度报告", "发布日期：2022-01-20", "一、总体情况")
    assert [f.rule for f in report.findings] == ["year_conflict"]


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["发布日期:2025-01-20    点击数:"], date(2025, 1, 20)),
        (["发布时间： 2025-01-20 16:33 字体:[]"], date(2025, 1, 20)),
        (["公开日期", "2025-01-20"], date(2025, 1, 20)),
        (["• 发布日期", "2025年1月20日"], date(2025, 1, 20)),
        (["来源：市政府办 时间：2025/1/20 11:43"], date(2025, 1, 20)),
        (["发文日期: 2025-01-20 发布机构: 甲水市信访局"], date(2025, 1, 20)),
        (["甲水市人民政府门户网站 www.example.gov.cn 2025-01-20"], date(2025, 1, 20)),
        (["甲水市信访局", "(2025年1月20日)"], date(2025, 1, 20)),
        (["（二〇二五年一月二十日）"], date(2025, 1, 20)),
        (["发布日期：2025年20日"], None),
        (["统计时间为2024年1月1日至2024年12月31日。"], None),
    ],
)
def test_published(lines: list[str], day: date | None) -> None:
    report = of("甲水市信访局2024年政府信息公开工作年度报告", *lines, "一、总体情况", "我局工作有序。")
    assert report.published == day


def test_pubdate_serves_when_the_page_prints_no_date() -> None:
    meta = {"pubdate": "2025-01-21 08:00"}
    assert identify(["甲水市信访局2024年政府信息公开年报", "一、总体情况"], meta).published == date(2025, 1, 21)
    lines = ["甲水市信访局2024年政府信息公开年报", "发布日期：2025-01-20", "一、总体情况"]
    assert identify(lines, meta).published == date(2025, 1, 20)


@pytest.mark.parametrize(
    "line", ["2025年1月20日", "2025 年 1 月 20 日", "二〇二五年一月二十日", "甲水市信访局2025年1月20日"]
)
def test_signature_block(line: str) -> None:
    body = ["甲水市信访局2024年政府信息公开年报", "一、总体情况", "我局工作有序。", "六、其他需要报告的事项", "无。"]
    assert of(*body, "甲水市信访局", line, "版权所有").signed == date(2025, 1, 20)


@pytest.mark.parametrize(
    ("lines", "agency"),
    [
        (["福州市甲水区2016年政府信息公开工作年度报告"], "福州市甲水区人民政府"),
        (["平山县正水镇2021年度政府信息公开工作年度报告", f"由正水镇人民政府{LAW}编制。"], "平山县正水镇人民政府"),
        (["甲水区卫生局2011年政府信息公开年报", "本年报由莆田市甲水区卫生局编制。"], "莆田市甲水区卫生局"),
        (
            [
                "大同市气象部门2023年政府信息公开工作年度报告",
                "本报告依据要求编制。",
                "一、总体情况",
                "大同市气象局工作有序。",
            ],
            "大同市气象局",
        ),
        (
            ["引言", "本报告由杭州市国土资源局甲水分局编制的2018年度政府信息公开工作年度报告。"],
            "杭州市国土资源局甲水分局",
        ),
        ([f"{LAW}，甲水县卫生计生局向社会公布2014年甲水县卫生计生局政府信息公开工作年度报告。"], "甲水县卫生计生局"),
        ([f"{LAW}，由云南省甲水县气象局编制。"], "甲水县气象局"),
        (
            [f"{LAW}，结合甲水县建新镇人民政府（以下简称“镇政府”）2025年度政府信息公开工作实际编制。"],
            "甲水县建新镇人民政府",
        ),
        (["2024年政府信息公开工作年度报告", "发布机构", "甲水县民政局", "一、总体情况"], "甲水县民政局"),
        (["一、总体情况", "2023年，随州市甲水局认真贯彻条例。"], "随州市甲水局"),
        (["本年度报告综合2017年度丽水市各县（市、区）政府的政府信息公开年度工作报告编制而成。"], "丽水市人民政府"),
        (
            ["濟(jì)南市章丘區(qū)文化和旅游局", "2023 年政府信息公開(kāi)工作年度報(bào)告", "一、總體情況"],
            "济南市章丘区文化和旅游局",
        ),
        (["遂溪縣發(fā)展和改革局2022年度政府信息公開工作年度報告", "一、總體情況"], "遂溪县发展和改革局"),
        (
            [
                "正水乡人民政府2023年度政府信息公开工作年度报告",
                "来源:甲水县正水乡人民政府 作者: 时间:2024-01-16 点击率:",
            ],
            "甲水县正水乡人民政府",
        ),
        (
            ["正水乡人民政府2023年政府信息公开工作年度报告", "发文机构", "甲水区正水乡人民政府", "文号"],
            "甲水区正水乡人民政府",
        ),
        (
            [f"{LAW}，结合国家税务总局芜湖市甲水区税务局（以下简称“甲水区税务局”）政府信息公开工作有关统计数据撰写。"],
            "国家税务总局芜湖市甲水区税务局",
        ),
        (
            ["由南平市人民政府信息公开工作领导小组办公室编制，汇总南平市各县（市、区）政府信息公开工作情况。"],
            "南平市人民政府",
        ),
        (["2022年上海市政府信息公开工作年度报告"], "上海市人民政府"),
        (["甲(jia)水(shui)縣(xian)民(min)(min)政局2022年政府信息公開(kai)工作年度報(bao)告"], "甲水县民政局"),
        (["甲水县正水镇政府2023年政府信息公开年报"], "甲水县正水镇人民政府"),
        (["金水市正山街道2023年政府信息公开年报"], "金水市正山街道办事处"),
    ],
)
def test_agency(lines: list[str], agency: str) -> None:
    assert of(*lines).agency == agency


@pytest.mark.parametrize(
    "lines",
    [
        ["教育局2019年政府信息公开工作年度报告", "一、总体情况", "2019年，教育局认真贯彻条例。"],
        ["示范区教育局2019年政府信息公开工作年度报告", "一、总体情况"],
        ["一、总体情况", "2022年，我县认真贯彻条例。"],
        ["一、总体情况", "2021年，开发区管委会政务信息工作有序。"],
        [f"{LAW}编制。如有疑问，请与甲水县政务公开办公室联系。"],
        ["一、总体情况", "2020年，在线博彩官网区人民政府甲水街道办事处认真贯彻条例。"],
        [f"{LAW}，现组织编制县退役军人事务局2023年度政务信息公开年度报告。"],
    ],
)
def test_an_agency_that_is_not_named_is_not_guessed(lines: list[str]) -> None:
    assert of(*lines).agency is None


def test_the_site_completes_a_name_without_its_place() -> None:
    lines = ["县卫生健康局2021年政府信息公开工作年度报告", "一、总体情况"]
    assert identify(lines, {"sitename": "甲水县人民政府门户网站"}).agency == "甲水县卫生健康局"
    assert identify(lines, {"sitename": "通化市人民政府"}).agency is None
    town = ["正山镇人民政府2021年政府信息公开工作年度报告", "一、总体情况"]
    assert identify(town, {"sitename": "甲水县人民政府"}).agency == "甲水县正山镇人民政府"


def test_another_body_in_the_preamble_is_a_conflict() -> None:
    report = of(
        "甲水县面山镇2025年政府信息公开工作年度报告",
        f"{LAW}，现公布甲水县民族宗教事务局2025年度政府信息公开工作年度报告。",
    )
    assert report.agency == "甲水县面山镇人民政府"
    assert [(f.rule, f.fault) for f in report.findings] == [("agency_conflict", "publisher")]


def test_a_successor_as_publisher_is_a_conflict() -> None:
    report = of("发布机构: 甲水县畜牧渔业服务中心", "2008年甲水县畜牧局政府信息公开工作年度报告", "一、概述")
    assert report.agency == "甲水县畜牧局"
    assert [f.rule for f in report.findings] == ["agency_conflict"]


@pytest.mark.parametrize(
    "publisher",
    ["发布机构: 甲水县政府办公室", "发布机构: 甲水县卫健局", "发布机构: 县卫生健康局", "来源: 甲水县融媒体中心"],
)
def test_short_names_and_offices_that_publish_for_others_are_no_conflict(publisher: str) -> None:
    report = of(publisher, "甲水县卫生健康局2021年政府信息公开工作年度报告", "一、总体情况")
    assert (report.agency, report.findings) == ("甲水县卫生健康局", ())


@pytest.mark.parametrize(
    ("name", "region", "level", "department", "kind"),
    [
        ("通化市信访局", "通化市", "city", "信访局", "department"),
        ("湖北省教育厅", "湖北省", "province", "教育厅", "department"),
        ("上海市人民政府办公厅", "上海市", "province", "人民政府办公厅", "office"),
        ("淮安市洪泽区人民政府", "洪泽区", "county", "人民政府", "government"),
        ("淮安市淮安区城市管理局", "淮安区", "county", "城市管理局", "department"),
        ("维西傈僳族自治县卫生健康局", "维西傈僳族自治县", "county", "卫生健康局", "department"),
        ("阿拉善左旗教育体育局", "阿拉善左旗", "county", "教育体育局", "department"),
        ("恩施土家族苗族自治州民政局", "恩施土家族苗族自治州", "city", "民政局", "department"),
        ("阿里地区行政公署办公室", "阿里地区", "city", "人民政府办公室", "office"),
        ("舒兰市市场监督管理局", "舒兰市", "county", "市场监督管理局", "department"),
        ("岑巩县龙田镇人民政府", "岑巩县", "township", "人民政府", "township"),
        ("龙田镇人民政府", None, "township", "人民政府", "township"),
        ("广州市越秀区人民政府北京街道办事处", "越秀区", "township", "街道办事处", "township"),
        ("上海市浦东新区人民政府", "浦东新区", "county", "人民政府", "government"),
        ("银川经济技术开发区管理委员会", None, None, "经济技术开发区管理委员会", "other"),
        ("国家税务总局通化市税务局", "通化市", "city", "税务局", "department"),
        ("教育部", None, "national", "教育部", "department"),
        ("杭州市国土资源局滨江分局", "杭州市", None, "国土资源局滨江分局", "department"),
    ],
)
def test_what_a_name_proves(name: str, region: str | None, level: str | None, department: str, kind: str) -> None:
    agency = read_agency(name)
    assert (agency.region, agency.level, agency.department, agency.kind) == (region, level, department, kind)


def test_every_city_of_prefecture_level_is_listed_once() -> None:
    assert len(CITIES) == len(set(CITIES)) == 293


def test_a_city_is_no_prefecture_before_it_became_one() -> None:
    assert read_agency("铜仁市教育局", 2009).level == "county"
    assert read_agency("铜仁市教育局", 2015).level == "city"


@pytest.mark.parametrize(
    ("sentence", "scope"),
    [
        ("2024年，全市共受理政府信息公开申请3119件。", "territory"),
        ("2024年，我局共收到政府信息公开申请3件。", "own"),
        ("本机关未收到政府信息公开申请。", "own"),
        ("2024年收到政府信息公开申请3件。", "unclear"),
        ("推进全市统一受理平台建设。", "unclear"),
    ],
)
def test_scope(sentence: str, scope: str) -> None:
    assert of("甲水市信访局2024年政府信息公开年报", "一、总体情况", sentence).scope == scope


def test_every_statement_has_its_evidence() -> None:
    report = of("甲水市信访局2024年政府信息公开年报", "发布日期：2025-01-20", "一、总体情况", "我局收到申请3件。")
    assert {e.field for e in report.evidence} >= {"title", "agency", "year", "published"}
    assert {e.field: e.where for e in report.evidence}["published"] == "发布日期 text 2"


@pytest.mark.parametrize("texts", [[], [""], ["", " "], ["报告"], ["2024"], ["（" * 500], ["年报" * 5000]])
def test_nothing_breaks_it(texts: list[str]) -> None:
    assert identify(texts, {}).agency is None


def _stated(row: dict[str, object], field: str) -> object:
    """The truth of a field as far as it does not come from the page's address."""
    value = row[field]
    if isinstance(value, str):
        if "URL" in value:
            return None
        value = value.replace(" (from the body)", "")
    return value


# Whose excerpt names the agency without its county or city, which the collector took from the address.
SHORT = {
    "cengong-longtian-2021",
    "wuqi-zhouwan-2021",
    "wushan-yupan-2021",
    "yuzhong-sfj-2024",
    "dean-hedong-2022",
    "wenshang-guocang-2025",
}


@pytest.mark.corpus
def test_beginnings_of_real_pages(capsys: pytest.CaptureFixture[str]) -> None:
    path = CORPUS / "pages.jsonl"
    if not path.exists():
        pytest.skip("the real pages are not here")
    score: dict[str, Counter[str]] = {f: Counter() for f in ("title", "agency", "year", "published")}
    wrong = []
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        if row["kind"] != "report":
            continue
        report = identify(cells(row["excerpt"]), {})
        for field, count in score.items():
            want, got = _stated(row, field), getattr(report, field)
            got = got.isoformat() if isinstance(got, date) else got
            if got is None:
                count["none"] += 1
            elif want is None:
                count["unjudged"] += 1
            elif "".join(str(got).split()) == "".join(str(want).split()):
                count["right"] += 1
            elif field == "agency" and row["id"] in SHORT and str(want).endswith(got):
                count["short"] += 1
            else:
                wrong.append((row["id"], field, want, got))
    with capsys.disabled():
        print("\n" + "; ".join(f"{field}: {dict(count)}" for field, count in score.items()))
    assert wrong == []
    assert score["title"]["right"] >= 33
    assert score["agency"]["right"] >= 38
    assert score["year"]["right"] >= 57
    assert score["published"]["right"] >= 16


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("更新时间：2024-05-06 发布日期：2023-01-20", date(2023, 1, 20)),
        ("更新时间：2023-05-06", date(2023, 5, 6)),
        ("有效期至：2028-01-20", None),
        ("截止日期：2023-03-31", None),
        ("打印时间：2026-01-01", None),
        ("2023-01-20", date(2023, 1, 20)),
    ],
)
def test_a_date_that_says_something_else_is_no_day_of_publishing(line: str, day: date | None) -> None:
    assert of("甲水市财政局2022年政府信息公开工作年度报告", line, "一、总体情况").published == day


@pytest.mark.parametrize(
    "title",
    [
        "附件1：甲水市财政局2022年政府信息公开工作年度报告",
        "3.甲水市财政局2022年政府信息公开工作年度报告",
        "甲财发〔2023〕5号 甲水市财政局2022年政府信息公开工作年度报告",
        "2022年政府信息公开工作年度报告（甲水市财政局）",
        "2022年政府信息公开工作年度报告——甲水市财政局",
    ],
)
def test_the_agency_of_a_title_with_a_number_before_or_behind_it(title: str) -> None:
    report = of(title, "一、总体情况")
    assert (report.agency, report.year) == ("甲水市财政局", 2022)


@pytest.mark.parametrize("two_years", ["2022-2023年", "2022—2023年", "2022年至2023年"])
def test_a_title_of_two_years_names_no_year(two_years: str) -> None:
    title = f"甲水市财政局{two_years}政府信息公开工作年度报告"
    assert of(title, "一、总体情况").year is None
    assert of("一、总体情况", title=title).year is None


@pytest.mark.parametrize(
    ("meta", "rule"),
    [
        ("甲水市财政局2021年政府信息公开工作年度报告", "year_conflict"),
        ("乙山市财政局2022年政府信息公开工作年度报告", "agency_conflict"),
        ("甲水市教育局2022年政府信息公开工作年度报告", "agency_conflict"),
    ],
)
def test_the_page_title_names_another_report(meta: str, rule: str) -> None:
    report = of("甲水市财政局2022年政府信息公开工作年度报告", "一、总体情况", articletitle=meta)
    assert (report.agency, report.year) == ("甲水市财政局", 2022)
    assert [f.rule for f in report.findings] == [rule]
