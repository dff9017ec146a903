"""Which division an agency belongs to in the year of its report, and its department's usual name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.parsers.divisions import STILL, _by_name, above, divisions_meant, divisions_with_id, every_division
from gongkai.parsers.names import read_agency
from gongkai.parsers.report import Identity
from gongkai.parsers.territory import located, usual_department


def where(agency: str, year: int, site: str = "") -> Identity:
    taken = read_agency(agency, year)
    plain = Identity(agency=agency, year=year, region=taken.region, level=taken.level, department=taken.department,
                     kind=taken.kind)  # fmt: skip
    return located(plain, {"siteidcode": site} if site else {})


@pytest.mark.parametrize(
    ("agency", "year", "code", "province", "level"),
    [
        ("通化市信访局", 2024, "220500", "吉林省", "city"),
        ("舒兰市市场监督管理局", 2016, "220283", "吉林省", "county"),  # a county-level city
        ("洪泽县人民政府", 2014, "320829", "江苏省", "county"),
        ("淮安市洪泽区人民政府", 2024, "320813", "江苏省", "county"),
        ("杭州市下城区教育局", 2019, "330103", "浙江省", "county"),  # merged away in 2021
        ("错那县人民政府", 2022, "540530", "西藏自治区", "county"),
        ("错那市人民政府", 2023, "540581", "西藏自治区", "county"),
        ("上海市人民政府办公厅", 2019, "310000", "上海市", "province"),
        ("东至县大渡口镇人民政府", 2022, "341721", "安徽省", "township"),
        ("恩施州农业农村局", 2022, "422800", "湖北省", "city"),
    ],
)
def test_the_code_is_that_of_the_reports_year(agency: str, year: int, code: str, province: str, level: str) -> None:
    found = where(agency, year)
    assert (found.region_code, found.province, found.level) == (code, province, level)


def test_an_agency_keeps_its_id_when_its_district_is_renamed() -> None:
    assert where("洪泽县发改委", 2014).agency_id == "320813-发展和改革委员会"
    assert where("淮安市洪泽区发展和改革委员会", 2024).agency_id == "320813-发展和改革委员会"


def test_a_report_written_after_a_renaming_may_print_the_new_name() -> None:
    assert where("洪泽区教育局", 2015).region_code == "320813"


def test_namesakes_are_told_apart_by_the_city_or_the_site_and_else_are_said() -> None:
    assert where("徐州市鼓楼区教育局", 2022).region_code == "320302"
    assert where("鼓楼区教育局", 2022, site="3203020013").region_code == "320302"
    unknown = where("鼓楼区教育局", 2022)
    assert (unknown.region_code, unknown.agency_id) == (None, None)
    [finding] = unknown.findings
    assert finding.rule == "region_ambiguous"
    assert "320302 江苏省/徐州市/鼓楼区" in finding.detail


@pytest.mark.parametrize(
    ("agency", "site", "name", "code"),
    [
        ("通化信访局", "", "", None),
        ("通化信访局", "2205000001", "", "220500"),
        ("通化信访局", "", "通化县人民政府", "220521"),
        ("通化信访局", "", "通化市人民政府门户网站", "220500"),
        ("通化信访局", "", "长春市人民政府", None),
        ("鼓楼区教育局", "", "徐州市人民政府", "320302"),
        ("鼓楼区教育局", "", "鼓楼区人民政府", None),
        ("鼓楼区教育局", "", "江苏省人民政府", None),  # two of them lie there
        ("吉林教育厅", "", "", "220000"),
        ("通化市龙田镇人民政府", "", "", None),
        ("东莞市虎门镇人民政府", "", "", "441900"),
        ("温州市衢江区教育局", "", "", None),  # 衢江区 lies in 衢州市
        ("四平市公主岭市教育局", "", "", "220184"),  # until 2020
    ],
)
def test_what_a_site_adds_to_a_name(agency: str, site: str, name: str, code: str | None) -> None:
    taken = read_agency(agency, 2022)
    plain = Identity(agency=agency, year=2022, region=taken.region, level=taken.level, department=taken.department,
                     kind=taken.kind)  # fmt: skip
    found = located(plain, {"siteidcode": site, "sitename": name})
    assert found.region_code == code
    assert (code is None) == ("region_ambiguous" in [f.rule for f in found.findings])


@pytest.mark.parametrize(
    ("agency", "code", "level", "ident"),
    [
        ("新疆生产建设兵团第八师财政局", None, "city", "新疆生产建设兵团第八师-财政局"),
        ("第八师石河子市财政局", "659001", "city", "新疆生产建设兵团第八师-财政局"),
        ("新疆生产建设兵团教育局", None, "province", "新疆生产建设兵团-教育局"),
        ("石河子市财政局", "659001", "county", "659001-财政局"),
        ("雄安新区容城县人民政府", "130629", "county", "130629-人民政府"),
        ("银川经济技术开发区管委会", "640100", None, "640100-经济技术开发区管理委员会"),
        ("上海海关", None, None, "000000-上海海关"),
        ("公主岭市教育局", "220184", "county", "220184-教育局"),
    ],
)
def test_what_has_no_plain_division(agency: str, code: str | None, level: str | None, ident: str | None) -> None:
    found = where(agency, 2022)
    assert (found.region_code, found.level, found.agency_id) == (code, level, ident)


def test_a_city_that_moved_or_was_raised_keeps_its_id() -> None:
    assert where("公主岭市教育局", 2015).agency_id == where("公主岭市教育局", 2022).agency_id
    assert where("儋州市教育局", 2012).agency_id == where("儋州市教育局", 2022).agency_id


def test_a_division_that_does_not_exist_has_no_code() -> None:
    assert where("青溪市水务局", 2022).region_code is None


@pytest.mark.parametrize(
    ("printed", "usual"),
    [
        ("发改委", "发展和改革委员会"), ("发改局", "发展和改革局"), ("人社厅", "人力资源和社会保障厅"),
        ("环境保护局", "生态环境局"), ("市监局", "市场监督管理局"), ("市场监督管理局", "市场监督管理局"),
        ("卫计委", "卫生健康委员会"), ("公积金中心", "住房公积金管理中心"), ("供销社", "供销合作社联合社"), ("政数局", "政数局"),
        ("环保局滨江分局", "生态环境局滨江分局"), ("卫生健康委", "卫生健康委员会"), ("外办", "外事办公室"), ("工业园区管委会", "工业园区管理委员会"),
        ("信访局", "信访局"), ("人民政府办公室", "人民政府办公室"), ("国资委", "国有资产监督管理委员会"),
    ],
)  # fmt: skip
def test_departments_have_one_name(printed: str, usual: str) -> None:
    assert usual_department(printed) == usual
    assert usual_department(usual) == usual


@given(st.sampled_from(sorted(_by_name())), st.integers(2008, 2030))
def test_a_division_named_with_all_above_it_is_itself(name: str, year: int) -> None:
    for division in _by_name()[name]:
        if division.first <= year <= division.last:
            chain = [d.name for d in reversed(list(above(division, year)))]
            assert divisions_meant(chain, year) == (division,)
            assert 1 <= len(chain) <= 3
            assert division.last <= STILL


@pytest.mark.parametrize("body", ["教育局", "市场监督管理局", "人民政府", "和平街道办事处"])
def test_every_division_is_found_in_front_of_a_body(body: str) -> None:
    """With all above it, with the one above it, alone: its own code, or it is said that several bear the name."""
    checked = 0
    for division in [d for named in _by_name().values() for d in named][::3]:
        year = division.last if division.last < STILL else max(division.first, 2022)
        if "街道" in body and division.level != "county":
            continue
        chain = [d.name for d in reversed(list(above(division, year)))]
        for name in {"".join(chain), "".join(chain[-2:]), division.name}:
            found = where(name + body, year)
            checked += 1
            if found.region_code is None:
                assert name == division.name, name + body
                assert [f.rule for f in found.findings] == ["region_ambiguous"], name + body
            else:
                assert found.region_code == division.code or name == division.name, name + body
                assert found.level == ("township" if "街道" in body else division.level), name + body
                assert found.department == body.removeprefix("和平"), name + body
    assert checked > 2000


def test_no_two_divisions_have_one_id_in_one_year() -> None:
    """白下区 was merged into 秦淮区: with one id their two reports on 2011 would be two versions of one."""
    held: dict[tuple[str, int], str] = {}
    for division in every_division():
        for year in range(division.first, min(division.last, 2030) + 1):
            assert held.setdefault((division.id, year), division.code) == division.code, (division, year)


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (("南京市白下区", 2011), ("南京市秦淮区", 2011), False), (("南京市下关区", 2012), ("南京市鼓楼区", 2020), False),
        (("保定市北市区", 2012), ("安国市", 2012), False), (("广州市萝岗区", 2012), ("广州市黄埔区", 2012), False),
        (("重庆市万盛区", 2010), ("重庆市綦江区", 2020), False), (("重庆市綦江县", 2009), ("重庆市綦江区", 2020), True),
        (("晋中市太谷县", 2015), ("晋中市太谷区", 2022), True), (("洛阳市孟津县", 2015), ("洛阳市孟津区", 2022), True),
        (("淮安市清河区", 2012), ("淮安市清浦区", 2012), False), (("淮安市楚州区", 2009), ("淮安市淮安区", 2020), True),
    ],
)  # fmt: skip
def test_a_merged_district_is_another_body_and_a_renamed_one_is_not(
    before: tuple[str, int], after: tuple[str, int], same: bool
) -> None:
    ids = [where(f"{name}财政局", year).agency_id for name, year in (before, after)]
    assert None not in ids
    assert (ids[0] == ids[1]) is same


def test_what_ended_has_a_successor() -> None:
    every = list(every_division())
    alive = {d.id for d in every if d.last == STILL}
    known = {d.id for d in every}
    for division in every:
        if division.id in alive or division.code[:2] in ("71", "81", "82"):
            assert division.successors == ()
        else:
            assert division.successors and set(division.successors) <= known - {division.id}, division
            for ident in division.successors:
                assert any(d.last > division.last for d in divisions_with_id(ident)), division
