"""Names of existing bodies that no list of patterns foresees: vertical systems, ministries, zones, portals that publish for others.

The expected codes are those of GB/T 2260 by hand."""

from __future__ import annotations

import pytest

from gongkai.parsers.identity import identify
from gongkai.parsers.report import Identity
from gongkai.parsers.territory import located

LAW = ("根据《中华人民共和国政府信息公开条例》的规定，编制本报告。", "一、总体情况", "工作有序推进。", "二、主动公开政府信息情况")


def of(name: str, *lines: str, year: int = 2023, **meta: str) -> Identity:
    return located(identify((f"{name}{year}年政府信息公开工作年度报告", *lines, *LAW), meta), meta)


@pytest.mark.parametrize(
    ("name", "code", "level", "department"),
    [
        ("国家税务总局南京市鼓楼区税务局", "320106", "county", "税务局"),
        ("国家金融监督管理总局江苏监管局", "320000", "province", "国家金融监督管理总局监管局"),
        ("国家金融监督管理总局苏州监管分局", "320500", None, "国家金融监督管理总局监管分局"),
        ("中国银保监会江苏监管局", "320000", "province", "中国银行保险监督管理委员会监管局"),
        ("江苏银保监局", "320000", "province", "中国银行保险监督管理委员会监管局"),
        ("中国证券监督管理委员会江苏监管局", "320000", "province", "中国证券监督管理委员会监管局"),
        ("厦门证监局", "350200", "city", "中国证券监督管理委员会监管局"),
        ("财政部江苏监管局", "320000", "province", "财政部监管局"),
        ("国家矿山安全监察局山西局", "140000", "province", "国家矿山安全监察局局"),
        ("国家能源局江苏监管办公室", "320000", "province", "国家能源局监管办公室"),
        ("中国人民银行沭阳县支行", "321322", None, "中国人民银行支行"),
        ("中国民用航空江苏安全监督管理局", "320000", "province", "中国民用航空安全监督管理局"),
    ],
)
def test_branches_of_the_state(name: str, code: str, level: str | None, department: str) -> None:
    read = of(name)
    assert (read.region_code, read.level, read.department, read.kind) == (code, level, department, "department")


def test_supervisors_of_one_province_are_different_agencies() -> None:
    names = ("国家金融监督管理总局江苏监管局", "中国证监会江苏监管局", "中国银保监会江苏监管局", "财政部江苏监管局")
    assert len({of(name).agency_id for name in names}) == len(names)
    assert of("江苏证监局").agency_id == of("中国证券监督管理委员会江苏监管局").agency_id


@pytest.mark.parametrize(
    "name",
    [
        "卫生部", "科技部", "人力资源社会保障部", "住房城乡建设部", "退役军人事务部", "中国证监会", "市场监管总局", "审计署", "中华人民共和国海关总署",
        "中华人民共和国海事局", "国家粮食和物资储备局", "中国民用航空局",
    ],
)  # fmt: skip
def test_the_state(name: str) -> None:
    read = of(name)
    assert (read.agency, read.level, read.region_code, read.kind) == (name, "national", None, "department")


@pytest.mark.parametrize(
    "name",
    [
        "水利部长江水利委员会", "交通运输部长江航务管理局", "自然资源部东海局", "审计署驻南京特派员办事处", "国家自然资源督察南京局", "民航华东地区管理局",
        "中国民用航空西北地区管理局", "中华人民共和国江苏海事局", "上海铁路监督管理局", "青岛海关", "中国人民银行南京分行",
    ],
)  # fmt: skip
def test_bodies_whose_district_is_no_division(name: str) -> None:
    read = of(name)
    assert (read.agency, read.level, read.region_code) == (name, None, None)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("兰州新区管理委员会", "620100"), ("青岛西海岸新区管委会", "370200"), ("漳州台商投资区管理委员会", "350600"), ("长春净月高新技术产业开发区管委会", "220100"),
        ("湖滨新区管理委员会", None), ("大兴新区管委会", None), ("泰山风景名胜区管理委员会", None),
    ],
)  # fmt: skip
def test_a_zone_is_one_of_the_city_it_is_named_after(name: str, code: str | None) -> None:
    """湖滨新区 is one of 宿迁市 and not of 湖滨区: the name of a county in front of a zone says nothing."""
    read = of(name)
    assert (read.agency, read.region_code, read.level, read.kind) == (name, code, None, "other")


@pytest.mark.parametrize(
    ("name", "department"),
    [
        ("沭阳县红十字会", "红十字会"), ("沭阳县总工会", "总工会"), ("沭阳县残联", "残疾人联合会"), ("沭阳县人民政府研究室", "研究室"),
        ("沭阳县广播电视台", "广播电视台"), ("沭阳县疾控局", "疾病预防控制局"), ("沭阳县政府国资办", "国有资产监督管理办公室"), ("沭阳县国动办", "国防动员办公室"),
    ],
)  # fmt: skip
def test_bodies_that_are_no_bureaus(name: str, department: str) -> None:
    read = of(name)
    assert (read.region_code, read.level, read.department) == ("321322", "county", department)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("莫旗财政局", "150722"), ("塔县财政局", "653131"), ("杜蒙县财政局", "230624"), ("准旗财政局", "150622"), ("新右旗财政局", "150727"),
        ("和丰县财政局", "654226"), ("土左旗财政局", "150121"), ("锡盟财政局", "152500"), ("管城区财政局", "410104"), ("梅里斯区财政局", "230208"), ("和安县财政局", "653229"),
        ("喀什地区行政公署财政局", "653100"),
    ],
)  # fmt: skip
def test_short_names_in_everyday_use(name: str, code: str) -> None:
    assert (of(name).region_code, of(name).department) == (code, "财政局")


@pytest.mark.parametrize("who", ["沭阳县人民政府", "沭阳县人民政府办公室", "沭阳县政府办"])
@pytest.mark.parametrize("way", ["contentsource", "author", "发布机构", "来源"])
def test_a_portal_gives_its_place_and_not_its_body(who: str, way: str) -> None:
    """A title without its place (县教体局) stays the title's body, whoever runs the portal."""
    for title, department, kind in (("县教体局", "教育体育局", "department"), ("教体局", "教育体育局", "department"),
                                    ("县人民政府办公室", "人民政府办公室", "office"), ("县人民政府", "人民政府", "government")):  # fmt: skip
        read = of(title, **{way: who}) if way.isascii() else of(title, f"{way}：{who}")
        assert (read.region_code, read.department, read.kind) == ("321322", department, kind), title
        assert read.findings == ()


def test_a_township_takes_its_county_from_the_portal() -> None:
    read = of("花桥镇人民政府", contentsource="昆山市人民政府")
    assert (read.region_code, read.agency) == ("320583", "昆山市花桥镇人民政府")
    assert of("花桥镇人民政府", contentsource="苏州市人民政府").region_code is None


@pytest.mark.parametrize(
    ("title", "meta"),
    [
        ("县教体局", {"contentsource": "沭阳县财政局"}),
        ("县教体局", {"author": "沭阳县教育局"}),
    ],
)
def test_another_body_beside_a_title_without_a_place_is_not_taken_for_it(title: str, meta: dict[str, str]) -> None:
    read = of(title, **meta)
    assert read.agency is None
    assert [f.rule for f in read.findings] == ["agency_conflict"]


@pytest.mark.parametrize(
    ("title", "meta"),
    [
        ("市财政局", {"contentsource": "沭阳县人民政府"}),
        ("教体局", {"contentsource": "河北省沧州市人民政府"}),
        ("教体局", {"sitename": "河北省沧州市人民政府"}),
        ("开发区教体局", {"sitename": "杭州市西湖区人民政府"}),
    ],
)
def test_a_place_that_does_not_fit_is_no_place(title: str, meta: dict[str, str]) -> None:
    """市财政局 on a county's page; 教体局 on a city's, which may be that of any of its counties."""
    assert of(title, **meta).agency is None


@pytest.mark.parametrize("said", ["沭阳县卫生健康局", "沭阳县卫生健康委员会", "沭阳县卫健委"])
def test_another_wording_of_the_same_body_is_the_same_body(said: str) -> None:
    read = of("县卫健委", author=said)
    assert (read.region_code, read.findings) == ("321322", ())


def test_a_region_unsaid_is_no_county() -> None:
    read = of("自治区财政厅")
    assert (read.agency, read.level) == (None, None)
    read = of("自治区财政厅", sitename="广西壮族自治区人民政府门户网站")
    assert (read.region_code, read.level, read.department) == ("450000", "province", "财政厅")


@pytest.mark.parametrize(
    ("name", "code", "level", "department", "kind"),
    [
        ("武汉东湖新技术开发区花山街道办事处", None, "township", "街道办事处", "township"),
        ("杭州市西湖风景名胜区财政局", "330100", None, "西湖风景名胜区财政局", "department"),
        ("江苏省级机关事务管理局", "320000", "province", "机关事务管理局", "department"),
    ],
)
def test_zones_and_seats(name: str, code: str | None, level: str | None, department: str, kind: str) -> None:
    read = of(name)
    assert (read.region_code, read.level, read.department, read.kind) == (code, level, department, kind)


@pytest.mark.parametrize(
    ("name", "ident"),
    [
        ("教育部", "000000-教育部"), ("中华人民共和国教育部", "000000-教育部"), ("科技部", "000000-科学技术部"), ("国家发展改革委", "000000-国家发展和改革委员会"),
        ("国家卫生健康委", "000000-国家卫生健康委员会"), ("国务院办公厅", "000000-国务院办公厅"), ("青岛海关", "000000-青岛海关"), ("中华人民共和国青岛海关", "000000-青岛海关"),
        ("海关总署", "000000-海关总署"), ("江苏海事局", "000000-江苏海事局"), ("国家税务总局", "000000-国家税务总局"), ("中国证监会", "000000-中国证券监督管理委员会"),
        ("两江新区管理委员会", None), ("南京大学", None), ("花桥镇人民政府", None),
    ],
)  # fmt: skip
def test_ministries_have_a_lasting_id(name: str, ident: str | None) -> None:
    """Without one their years do not join up: no panel, no comparison with last year."""
    read = of(name)
    assert (read.agency_id, read.region_code) == (ident, None)


@pytest.mark.parametrize("year", ["二O一O", "二Ｏ一Ｏ", "二0一0", "二○一○", "二零一零", "二〇一〇"])
def test_a_year_typed_with_letters(year: str) -> None:
    read = identify((f"沭阳县教育局{year}年政府信息公开工作年度报告", *LAW), {})
    assert (read.year, read.agency) == (2010, "沭阳县教育局")
