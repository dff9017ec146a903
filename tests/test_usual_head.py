"""What `usual_head` says of a text is what `identity` says without it, and it says something of usual ones.
The other short cuts are held against the general way in `test_short_cuts`."""

from __future__ import annotations

from importlib import import_module
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.parsers.divisions import every_division
from gongkai.parsers.identity import WhoAndWhen, who_and_when
from gongkai.parsers.names import read_agency
from gongkai.parsers.place_names import level_of, years_of_level
from gongkai.parsers.usual_head import usual_head

IDENTITY = import_module("gongkai.parsers.identity")
NAMES = import_module("gongkai.parsers.names")


# {n} is the agency's name, {y} the report's year and {z} the next.
BODIES = (
    "白檀县民政局", "霁川县望江楼镇人民政府", "吉县人民政府", "吉林市司法局", "云南省易门县气象局", "市教育局", "通化信访局", "通化市信访局", "正阳镇", "鼓楼区教育局", "洪泽区财政局",
    "该县教育局", "白檀县各部门", "国家税务总局白檀县税务局", "新疆生产建设兵团第八师石河子市民政局", "儋州市民政局", "毕节市人民政府", "水利部", "白檀县", "工作区",
)  # fmt: skip
TITLES = ("{n}{y}年政府信息公开工作年度报告", "{y}年{n}政府信息公开年度报告", "{y}年度{n}{y}年政府信息公开年度报告", "{n}{y}年政务公开年度报告", "{n}政府信息公开工作年度报告", "关于{n}{y}年政府信息公开工作年度报告")  # fmt: skip
# The parts of a usual text, and what may stand before, behind or in place of each.
PARTS = (
    ([], ("登录", "注册 | 帮助", "吉林市永", "霁川县", "发布日期：2024-03-04", "2022年", "一", "一、总体情况", "本报告根据条例编制，内容如下，欢迎查阅指正。", "", "告", "年报", "報告", "信息公开年報", "来源：霁川县司法局",
          "霁川县司法局2019年信息公开年報", "霁川县司法局二〇一九年信息公开年報", "信息公开年报", "发布机构：霁川县司法局", "云南省")),
    (["{n}{y}年政府信息公开工作年度报告"], TITLES),
    (["发布日期：{z}-01-29"], ("发布时间: {y}-11-02", "发布时间: 2009-11-02", "发布日期：{z}-13-29", "发布日期：{z}-01-29  点击数：12", "发布日期：{z}-1-9 由霁川县司法局编制", "{z}-02-03", "点击数：", "发布日期：{z}年1月1日", "告",
                           "二〇二四年一月二十日", "更新时间：{z}-05-06", "来源：霁川县司法局", "发布单位：霁川县司法局", "发布 单位：霁川县司法局", "发文日期：{z}-02-02", "发布日期：{z}-01-02" + " " * 90)),
    (["根据条例第五十条，{n}编制了{y}年的年度报告，欢迎查阅。"],
     ("本报告由{n}编制。\n一、\n霁川县民政局2019年政府信息公开工作年度报告", "\n一、总体情况\n本报告由霁川县司法局编制。", "一、总体情况\n本报告由霁川县司法局编制。", "本报告由霁川县民政局编制。", "本报告由{n}编制。", "现将霁川县民政局{y}年度政府信息公开情况公布如下。", "现公布{n}政府信息公开工作情况。", "统计时间为{y}年1月1日至12月31日。", "统计期限自2010年1月1日起。",
      "福州市{n}按照条例的规定编制了本报告，报告 一、本年", "福州市鼓楼区教育局编制了{y}年度报告", "本 报告 根据條例編製，由霁川县民政局负责编制。", "由 霁川县民政局 编制。", "", "年度报告", "第二十条第（一）项", "信息内容", "根据条例，海南省{n}报告如下。",
      "霁川县民政局2019年政府信息公开工作年度报告", "霁川县民政局2019年政府信息公开工作年度报告 本报告，如下。")),
    (["一、总体情况"], ("一、", "一、\n霁川县民政局2019年政府信息公开工作年度报告", "一、\n霁川县民政局2019年政府信息公开工作年度报告\n二、", "一、 ", "", "霁川县民政局2019年政府信息公开工作年度报告")),
    (["我局收到申请3件。"], ("二、", "我局收到 3 件。", "福州市{n}收到申请3件。", "2010年1月1日至2010年12月31日，", "全年公布3条，由霁川县司法局编制。", "x" * 900, "x" * 1100 + "1月1日", "1\n" * 30, "1\n" * 70 + "统计期限自2010年1月1日起。",
                     "\n统计期限自2010年1月1日起。", "第二十条第（一）项\n统计期限自2010年1月1日起。", "信息内容\n统计期限自2010年1月1日起。")),
    (["二、主动公开政府信息情况", "规章", "0"], ("二、", "发布机构：霁川县司法局", "日期：2024-07-08", "信息内容", "单位：件", "统计期限自2010年1月1日起。")),
    (["{n}", "{z}年1月29日"], ("霁川县民政局", "{z}年1月29日", "霁川县民政局\n{z}年1月29日", "无。", "鼓楼区教育局", "{y}年1月29日", "附件", "云南省易门县气象局", "二〇二四年二月三日")),
)  # fmt: skip


def varied(usual: list[str], other: str) -> list[list[str]]:
    """A part with another line before it, behind it, and in place of it; and without it."""
    return [[other, *usual], [*usual, other], [other], []]


def both_ways(texts: list[str]) -> tuple[WhoAndWhen, WhoAndWhen]:
    quick = who_and_when(texts, {})
    with patch.object(IDENTITY, "usual_head", lambda *_: None):
        return quick, who_and_when(texts, {})


def filled(lines: list[str], name: str, year: int) -> list[str]:
    return [line.format(n=name, y=year, z=year + 1) for text in lines for line in text.split("\n")]


def same_both_ways(parts: list[list[str]], name: str, year: int) -> None:
    texts = filled([line for lines in parts for line in lines], name, year)
    quick, general = both_ways(texts)
    assert quick == general, texts


@pytest.mark.parametrize("name", BODIES)
def test_who_and_when_are_those_of_the_general_way_where_one_part_is_unusual(name: str) -> None:
    usual = [list(lines) for lines, _ in PARTS]
    for year in (2010, 2013, 2015, 2016, 2023):
        same_both_ways(usual, name, year)
    for undated in (usual, [*usual[:2], [], *usual[3:]], [["登录", "注册"], *usual[1:]]):
        for k, (_, others) in enumerate(PARTS):
            for other in others:
                for lines in varied(undated[k], other):
                    same_both_ways([*undated[:k], lines, *undated[k + 1 :]], name, 2023)


@settings(max_examples=300)
@given(st.sampled_from(BODIES), st.sampled_from([2010, 2015, 2023]), st.data())
def test_who_and_when_are_those_of_the_general_way_where_several_are(name: str, year: int, data: st.DataObject) -> None:
    parts = [list(lines) for lines, _ in PARTS]
    for k in data.draw(st.lists(st.integers(0, len(PARTS) - 1), min_size=2, max_size=4)):
        parts[k] = data.draw(st.sampled_from(varied(parts[k], data.draw(st.sampled_from(PARTS[k][1])))))
    same_both_ways(parts, name, year)


@pytest.mark.parametrize("name", ["白檀县民政局", "霁川县望江楼镇人民政府", "云南省易门县气象局", "洪泽区财政局"])
@pytest.mark.parametrize("above", [[], ["登录", "注册"]])
@pytest.mark.parametrize("dates", [[], ["发布日期：2024-01-29", "点击数："]])
@pytest.mark.parametrize("end", [[], ["2024年1月29日"], ["{n}", "2024年1月29日"]])
def test_a_usual_text_is_known_as_one(name: str, above: list[str], dates: list[str], end: list[str]) -> None:
    preamble = ["根据条例第五十条，{n}编制了{y}年的年度报告，欢迎查阅。", "一、总体情况", "我局收到申请3件。", "二、主动公开政府信息情况", "规章", "0"]
    texts = filled([*above, "{n}{y}年政府信息公开工作年度报告", *dates, *preamble, *end], name, 2023)
    assert usual_head(texts) is not None


def test_a_name_has_one_level_in_the_years_that_are_said_of_it() -> None:
    some = 0
    for name in sorted({division.name for division in every_division()}):
        first, last = years_of_level((name,))
        for year in range(2003, 2031):
            if first <= year <= last:
                assert level_of((name,), year) == level_of((name,), None), (name, year)
                some += 1
    assert some > 10_000


@pytest.mark.parametrize("place", ["白檀县", "吉林市", "通化", "鼓楼区", "洪泽县", "洪泽区", "新疆生产建设兵团", "新疆生产建设兵团石河子市", "新疆生产建设兵团第八师石河子市", "雄安新区", ""])
@pytest.mark.parametrize("year", [None, 1990, 2003, 2015, 2016, 2017, 2024, 2040])
def test_an_agency_of_most_years_is_that_of_the_year(place: str, year: int | None) -> None:
    for body in ("民政局", "人民政府", "花桥镇人民政府", "委办公室"):
        assert read_agency(place + body, year) == NAMES._read(place + body, year)
