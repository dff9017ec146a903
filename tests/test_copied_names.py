"""Another place or body that acts in a report's own sections; and all those that may be named in one."""

from __future__ import annotations

import pytest

from gongkai.parsers.copied_names import RULE, copied_name_findings
from gongkai.parsers.names import read_agency
from gongkai.parsers.report import Identity, Section
from gongkai.parsers.territory import located


def found(agency: str, text: str, key: str = "overview", year: int = 2023) -> list[str]:
    taken = read_agency(agency, year)
    identity = located(Identity(agency=agency, year=year, region=taken.region, level=taken.level, department=taken.department,
                                kind=taken.kind), {})  # fmt: skip
    findings = copied_name_findings(identity, [Section("一", key, "总体情况", text)])
    assert all((f.rule, f.fault) == (RULE, "publisher") for f in findings)
    return [f.detail.partition(":")[0] for f in findings]


@pytest.mark.parametrize(
    ("agency", "text", "said"),
    [
        ("通化市东昌区人民政府", "2023年，二道江区认真贯彻落实条例，扎实推进政务公开。", "二道江区 acts in a report of 东昌区"),
        ("通化市东昌区教育局", "一年来，二道江区教育局高度重视信息公开工作。", "二道江区 acts in a report of 东昌区"),
        ("舒兰市民政局", "工作有序。\n（一）永吉县民政局严格按照条例要求，及时公开。", "永吉县 acts in a report of 舒兰市"),
        ("洪泽区人民政府", "2023年，金湖县共收到政府信息公开申请12件。", "金湖县 acts in a report of 洪泽区"),
        ("通化市信访局", "通化市水务局高度重视政府信息公开工作。", "水务局 acts in a report of 信访局"),
        ("通化市信访局", "2023年，市民政局严格按照条例要求开展工作。", "民政局 acts in a report of 信访局"),
        ("岱山县卫生健康局", "下一步，县教育局将继续加强学习。", "教育局 acts in a report of 卫生健康局"),
    ],
)
def test_a_name_left_over_from_another_report(agency: str, text: str, said: str) -> None:
    assert found(agency, text) == [said]


@pytest.mark.parametrize(
    ("agency", "text"),
    [
        ("通化市东昌区人民政府", "2023年，东昌区认真贯彻落实条例。"),
        ("通化市东昌区人民政府", "通化市高度重视政务公开工作，吉林省扎实推进数字政府建设。"),  # above
        ("通化市人民政府", "东昌区积极推进基层政务公开，通化县主动公开信息320条。"),  # below
        ("通化市东昌区人民政府", "赴二道江区学习先进经验。与二道江区联合开展培训，扎实推进工作。"),
        ("通化市东昌区人民政府", "学习借鉴浙江省舟山市普陀区经验，积极推进标准化。"),
        ("通化市东昌区人民政府", "根据《二道江区政务公开办法》，认真贯彻落实。"),
        ("通化市东昌区人民政府", "区教育局、区民政局主动公开信息32条。区卫生健康局高度重视。"),  # a government's own bodies
        ("通化市信访局", "国务院办公厅高度重视。吉林省信访局扎实推进试点。国家信访局严格按照规定。"),
        ("通化市信访局", "市政府办公室高度重视，组织培训。市委、市政府高度重视。"),
        ("通化市信访局", "市信访局认真贯彻落实条例。我局严格按照要求。局机关各科室积极推进。"),
        ("通化市生态环境局", "市环保局认真贯彻落实条例。"),  # its former name
        ("恩施土家族苗族自治州民政局", "恩施州民政局认真贯彻落实条例。州民政局严格按照要求。"),
        ("淮安市洪泽区水利局", "洪泽县水利局认真贯彻落实条例。"),  # its division's former name
        ("维西傈僳族自治县卫生健康局", "维西县卫健局认真贯彻落实条例。"),
        ("新疆维吾尔自治区塔城地区行政公署", "伊犁哈萨克自治州高度重视政务公开工作。"),
        ("青溪市水务局", "东昌区认真贯彻落实条例。"),  # no division of the table: what is above it is unknown
    ],
)
def test_names_that_may_stand_there(agency: str, text: str) -> None:
    assert found(agency, text) == []


def test_only_what_a_report_says_of_itself_is_looked_at() -> None:
    text = "2023年，二道江区认真贯彻落实条例。"
    assert found("通化市东昌区人民政府", text, key="applications") == []
    assert len(found("通化市东昌区人民政府", text, key="problems")) == 1


def test_three_are_enough() -> None:
    text = "。".join(f"{name}认真贯彻落实条例" for name in ("二道江区", "辉南县", "柳河县", "集安市", "通化县")) + "。"
    assert len(found("通化市东昌区人民政府", text)) == 3
