"""The grammar of agencies' names: the divisions they begin with, the body, and what both prove of region and level.
Where on a page a name stands, and which of several is the author's, is left to `identity`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from gongkai.parsers.characters import simplify, strip_pinyin


def _words(*lines: str) -> list[str]:
    return " ".join(lines).split()


_PROVINCES = _words(
    "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西",
    "甘肃 青海",
)
_REGIONS = _words("内蒙古 广西壮族 西藏 宁夏回族 新疆维吾尔")
_MUNICIPALITIES = _words("北京 天津 上海 重庆")
# The 293 cities of prefecture level of GB/T 2260; a lone X市 that is none of them is a county-level city.
_CITIES = _words(
    "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州",
    "临汾 吕梁 呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 沈阳 大连 鞍山 抚顺 本溪 丹东",
    "锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛 长春 吉林 四平 辽源 通化 白山 松原 白城 哈尔滨 齐齐哈尔 鸡西",
    "鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州",
    "镇江 泰州 宿迁 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 合肥 芜湖 蚌埠 淮南 马鞍山 淮北",
    "铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 南昌",
    "景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海",
    "日照 临沂 德州 聊城 滨州 菏泽 郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘",
    "信阳 周口 驻马店 武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 长沙 株洲 湘潭 衡阳 邵阳",
    "岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州",
    "汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州",
    "河池 来宾 崇左 海口 三亚 三沙 儋州 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾",
    "广安 达州 雅安 巴中 资阳 贵阳 六盘水 遵义 安顺 毕节 铜仁 昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 拉萨",
    "日喀则 昌都 林芝 山南 那曲 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 兰州 嘉峪关 金昌 白银 天水",
    "武威 张掖 平凉 酒泉 庆阳 定西 陇南 西宁 海东 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依 吐鲁番 哈密",
)
# Became a city of prefecture level within the years of these reports; before, the name alone proves no level.
_CITY_SINCE = {"毕节": 2011, "铜仁": 2011, "三沙": 2012, "海东": 2013, "日喀则": 2014, "昌都": 2014, "林芝": 2015, "儋州": 2015, "吐鲁番": 2015,
               "山南": 2016, "哈密": 2016, "那曲": 2017}  # fmt: skip
_PREFECTURES = _words(
    "延边朝鲜族自治州 恩施土家族苗族自治州 湘西土家族苗族自治州 阿坝藏族羌族自治州 甘孜藏族自治州 凉山彝族自治州",
    "黔西南布依族苗族自治州 黔东南苗族侗族自治州 黔南布依族苗族自治州 楚雄彝族自治州 红河哈尼族彝族自治州 文山壮族苗族自治州",
    "西双版纳傣族自治州 大理白族自治州 德宏傣族景颇族自治州 怒江傈僳族自治州 迪庆藏族自治州 临夏回族自治州 甘南藏族自治州",
    "海北藏族自治州 黄南藏族自治州 海南藏族自治州 果洛藏族自治州 玉树藏族自治州 海西蒙古族藏族自治州 昌吉回族自治州",
    "博尔塔拉蒙古自治州 巴音郭楞蒙古自治州 克孜勒苏柯尔克孜自治州 伊犁哈萨克自治州 大兴安岭地区 阿里地区 阿克苏地区",
    "喀什地区 和田地区 塔城地区 阿勒泰地区 兴安盟 锡林郭勒盟 阿拉善盟 延边州 恩施州 湘西州 阿坝州 甘孜州 凉山州",
    "黔西南州 黔东南州 黔南州 楚雄州 红河州 文山州 西双版纳州 大理州 德宏州 怒江州 迪庆州 临夏州 甘南州 海北州",
    "黄南州 果洛州 玉树州 海西州 昌吉州 博州 巴州 克州 伊犁州",
)
_PROVINCE = re.compile(
    "(?:{})省|(?:{})自治区|(?:{})市(?!场)|内蒙古|新疆生产建设兵团".format(
        *map("|".join, (_PROVINCES, _REGIONS, _MUNICIPALITIES))
    )
)
_PREFECTURE = re.compile("(?:{})市(?!场)|{}".format("|".join(_CITIES), "|".join(_PREFECTURES)))
# Zones are run by committees and have no code of their own; 浦东新区 and 滨海新区 are districts.
_NO_DISTRICT = re.compile(
    r"(?:开发|(?<!浦东)(?<!滨海)新|园|示范|保护|景|高新|度假|合作|实验|试验|管理|经开|保税|社|库|灾|牧|军|校|工业|产业|集聚|功能|自贸|试点|片|辖|各)区$"
)
# 市场, 市政 and 市民中心 are words of departments; 红旗区, 芒市 and 五常市民意乡 are places.
_COUNTY = re.compile(
    r"神农架林区|芒市(?!场)|[\u4e00-\u9fff]{1,9}?(?:自治县|自治旗|县|旗(?![区镇乡街])|区|(?<=[\u4e00-\u9fff]{2})市(?!场|政(?![府协务法])|民(?=中心|服务|之家|热线)))"
)
_NO_STEM = re.compile("[局委厅院办处与及]|府(?!谷)|(?<=.)和(?=..)(?!林格尔|布克赛尔)|(?<=..)和")
_NO_TAIL = re.compile("级|域|直|长")
_TOWN = re.compile(
    r"(?:人民政府)?(?P<town>[\u4e00-\u9fff]{1,10}?(?:镇|乡|街道|苏木))(?P<body>人民政府办公室|人民政府|政府办公室|政府|办事处|党政办公室|党政办|便民服务中心)?"
)
_DEPARTMENT_START = re.compile(
    r"人民|政府|市场|城市|城乡|城镇|住房|住建|农业|农村|乡村|教育|教体|财政|公安|民政|司法|审计|统计|水利|水务|交通|商务|卫生|卫健|文化|文旅|文体|旅游|体育|科学|科技|工业|工信"
    r"|经济|发展|发改|自然|国土|国有|国资|规划|生态|环境|环保|应急|安全|退役|医疗|医保|信访|档案|气象|林业|畜牧|粮食|供销|机关|行政|政务|数据|大数据|民族|民宗|宗教|外事|侨务|人力"
    r"|人社|综合|城管|税务|国家|地震|消防|残疾|扶贫|投资|招商|金融|地方|监察|物价|盐务|烟草|邮政|海关|检察|法院|社会|妇女|工商|质量|质监|食品|药品|食药|知识|法制|人防|人民防空|接待|驻"
)
_BODY = re.compile(
    r"(?:局|委|委员会|办|办公室|办公厅|厅|署|院|所|站|支队|总队|大队|调查队|中心|政府|办事处|管委会|管理委员会|海关|公司|银行|学校|大学|学院|中学|小学|幼儿园|医院"
    r"|联合会|协会|总会|分局|集团|图书馆|档案馆|博物馆|总社|联社|联合社|供销社|合作社|工业园区|园区|开发区|新区|景区|保护区|街道|镇|乡|县|市|区|旗|州|盟|省|地区|苏木|农场|林场|监狱"
    r"|管理处|服务处|事务处|管理部|部门|[^全]部|法庭|组|团|师|兵团)$"
)
_NO_NAME = re.compile(
    r"^(?!本溪|全椒|全州|全南|将乐|从江|从化|向阳|和[县平田林顺静硕布龙政])(?:我|本|该|其|各|此|全|度|上级|有关|相关|按照|根据|依据|为|对|以|将|把|从|向|在|是|和|与|及|并|由)|通知|条例|格式|年度|规定|办法|要求|精神|情况|以下|有限责任公司网|信息公开|政务公开领导|工作(?!委|部|站|局|办|中心)"
    r"|[，。；：、《》]|20\d\d|贯彻|落实|领导下|门户网|网站|编辑|记者|作者|来源|管理员|佚名|各级|各县|各区|各部门|公民|法人|自查|统计表|电话|地址"
)
# Hijacked mirrors put advertising where the publisher stands (发布机构: …app下载官网林业服务中心).
_SPAM = re.compile("博彩|彩票|娱乐|赌|葡京|体育亚洲|下载|官网|澳门|棋牌|电玩|捕鱼|直播|注册|[^\u4e00-\u9fff（）()·]")
_CLOSING_BRACKET = re.compile(r"[（(][^）)]*[）)]?$")
_AROUND_NAME = re.compile("^(?:现将|现|关于|特(?!克斯))|(?:关于|的|在)$")
_PARTY = re.compile("中共|中国共产党")
_OFFICE = re.compile("(?:人民)?政府(办公厅|办公室|办)")
_COMMITTEE = re.compile("管委会$|管理委员会$")
_NO_LEVEL = re.compile("分局$|海关$|公司$|集团$|学校$|大学$|学院$|医院$|[小中]学$|幼儿园$|银行$|[分支]行$")
_ZONE = re.compile("(?:开发区|高新区|经开区|新区|示范区|园区|度假区|保税区)(?=.)")
_BRANCH = re.compile("税务局|调查|分局|海关|支行|分行|监管局$")
_SITE_REST = re.compile("人民政府|政府|门户|信息|政务|$")
_GENERIC = re.compile(
    r"^(?:市|县|区|州|旗|省|镇|乡|街道|盟|示范区|开发区|高新区|经开区|新区|园区|工业园区|管理区|经济开发区|景区)(?=.)|^(?:市|县|区|镇|乡|省|州|旗|管委会|街道|街道办事处|开发区管委会)$"
)
_NATIONAL = re.compile(
    r"^(?:国务院|国家|中国|中华人民共和国|中华|最高人民)|^(?:外交|国防|教育|科学技术|工业和信息化|公安|民政|司法|财政|人力资源和社会保障|自然资源|生态环境|住房和城乡建设|交通运输|水利|农业农村|农业|商务|文化和旅游|文化|应急管理|铁道|国土资源|环境保护|监察|海关总署)部?$|^(?:审计署|海关总署|新华通讯社)"
)
_VERTICAL = re.compile(
    r"^(?:国家税务总局|国家统计局|国家金融监督管理总局|中国人民银行|中华人民共和国|国家外汇管理局|国家粮食和物资储备局|国家能源局|国家矿山安全监察局)(?=.)"
)
_PLACE_ENDS = frozenset("省市县旗区州盟")
_PLACE_TAIL = re.compile(
    r"((?:(?:{p})省|(?:{r})自治区|(?:{m})市)?(?:(?:{c})市|{f})?(?:[\u4e00-\u9fff]{{1,6}}?(?:自治县|县|旗|市|区))?)$".format(
        p="|".join(_PROVINCES),
        r="|".join(_REGIONS),
        m="|".join(_MUNICIPALITIES),
        c="|".join(_CITIES),
        f="|".join(_PREFECTURES),
    )
)
# 太和县, 将乐县 and 呼和浩特市 hold no such word.
_LEADING_WORDS = re.compile(
    r"^.*(?:编制|公布|发布|组织|编写|制定|结合|关于|根据|现将|现|由|特(?!克斯|市)|将(?!乐)|与|和(?![县区平田林顺静硕布龙政浩])|在|为)"
)
_BOUNDARY = re.compile(r"(?:^|[^\u4e00-\u9fff]|由|现将|现|公布|发布|编制|编写|制定|结合|关于|特|根据|与|和|在|将|为)$")


LONGEST_LINE = 160  # a longer text is no name, whatever white space is in it


class AgencyName(NamedTuple):
    """An agency's name taken apart by its wording alone; no level or region that the name does not prove."""

    name: str
    region: str | None
    level: str | None
    department: str | None
    kind: str
    rest: str  # the name without its places
    places: tuple[str, ...]


@lru_cache(maxsize=2048)
def read_name(raw: str) -> str | None:
    """An agency's name out of a printed line or phrase, simplified and tidied; None when it is none."""
    if len(raw) > LONGEST_LINE:
        return None
    name = simplify(strip_pinyin("".join(raw.split()))).strip('·:：-—|，。、；《》"“”•*#')
    if "（" in name or "(" in name:
        name = _CLOSING_BRACKET.sub("", name)
    name = _AROUND_NAME.sub("", name)
    if not 3 <= len(name) <= 40 or _BODY.search(name) is None or _NO_NAME.search(name) or _SPAM.search(name):
        return None
    return name


def places_of(name: str) -> tuple[tuple[str, ...], str]:
    """The divisions a name begins with, from the largest down, and what follows them."""
    places: list[str] = []
    rest = name
    for pattern in (_PROVINCE, _PREFECTURE):
        if match := pattern.match(rest):
            places.append(match[0])
            rest = rest[match.end() :]
    if rest and not _DEPARTMENT_START.match(rest) and (match := _COUNTY.match(rest)):
        county = match[0]
        tail = rest[match.end() :]
        # 区域…, 县级…: a suffix inside a department's name is no division
        if not (_NO_DISTRICT.search(county) or _NO_STEM.search(county[:-1]) or _NO_TAIL.match(tail)):
            places.append(county)
            rest = tail
    return tuple(places), rest


def _level(places: Sequence[str], year: int | None) -> str | None:
    """The level of the last of these divisions."""
    if not places:
        return None
    last = places[-1]
    if _PROVINCE.fullmatch(last):
        return "province"
    if _PREFECTURE.fullmatch(last):
        return "city" if year is None or year >= _CITY_SINCE.get(last[:-1], 0) else None
    return "county"


@lru_cache(maxsize=512)
def read_agency(name: str, year: int | None = None) -> AgencyName:
    """Region, level, department and kind that the name proves, by its grammar."""
    vertical = _VERTICAL.match(name)
    party = _PARTY.match(name)
    start = vertical or party
    body = name[start.end() :] if start else name
    places, rest = places_of(body)
    if party and places and rest.startswith(("委", "纪")):  # 市委…: the committee is named by its division's last word
        level, last = _level(places, year), places[-1]
        return AgencyName(name, last, level, last[-1] + rest, "department", last[-1] + rest, places)
    if party:
        return AgencyName(name, None, None, name, "department", name, ())
    if vertical and not places:
        return AgencyName(
            name,
            None,
            "national" if not _BRANCH.search(body) else None,
            name,
            "department",
            name,
            (),
        )
    if not places and _NATIONAL.match(name):
        return AgencyName(name, None, "national", name, "office" if name == "国务院办公厅" else "department", name, ())
    region: str | None = places[-1] if places else None
    level = _level(places, year)
    town = _TOWN.fullmatch(rest) if rest else None
    if town and _DEPARTMENT_START.match(town["town"]) is None:
        county = region if level == "county" else None
        department = "街道办事处" if town["town"].endswith("街道") else "人民政府"
        return AgencyName(name, county, "township", department, "township", rest, places)
    if not rest or rest in ("人民政府", "政府"):
        return AgencyName(name, region, level, "人民政府", "government", rest, places)
    if office := _OFFICE.fullmatch(rest):
        return AgencyName(
            name, region, level, "人民政府办公" + ("厅" if office[1] == "办公厅" else "室"), "office", rest, places
        )
    if _COMMITTEE.search(rest) or _NO_DISTRICT.search(rest):
        return AgencyName(name, region, None, rest, "other", rest, places)
    if _NO_LEVEL.search(rest):
        return AgencyName(name, region, None, rest, "department" if rest.endswith("局") else "other", rest, places)
    zone = _ZONE.search(rest)
    return AgencyName(name, region, None if zone else level, rest, "department", rest, places)


@lru_cache(maxsize=512)
def without_province(name: str) -> str:
    """云南省易门县气象局 is 易门县气象局: a province is no part of the name of an office below it."""
    places, _ = places_of(name)
    if len(places) > 1 and _PROVINCE.match(name) and places[0][:-1] not in _MUNICIPALITIES:
        return name[len(places[0]) :]
    return name


@lru_cache(maxsize=512)
def is_bare(agency: AgencyName) -> bool:
    """Whether the name says no place: 教育局, 县卫生健康局, 示范区教育局."""
    if agency.places or agency.level == "national" or _VERTICAL.match(agency.name) or _PARTY.match(agency.name):
        return False
    name = agency.name
    return bool(_GENERIC.match(name) or (_DEPARTMENT_START.match(name) and agency.kind != "township"))


def nameless_part(name: str) -> str:
    """The name without the 市, 县 or 开发区 that stands for a place unsaid: 卫生健康局 of 县卫生健康局."""
    generic = _GENERIC.match(name)
    return name[generic.end() :] if generic else name


@lru_cache(maxsize=512)
def site_place(sitename: str) -> str | None:
    """The division a site's name begins with: 岑巩县 of 岑巩县人民政府门户网站."""
    if not sitename:
        return None
    places, rest = places_of("".join(sitename.split()).removeprefix("中国").strip("·-—"))
    return "".join(places) if places and _SITE_REST.match(rest) else None


def _with_kind(agency: AgencyName, text: str) -> tuple[str, str]:
    """A title that names only a territory is its government's: 正阳镇 is 正阳镇人民政府."""
    name = agency.name
    if name.endswith("部门"):
        stem = name[:-2]
        for body in ("局", "委员会", "厅"):
            if stem + body in text:
                return stem + body, ", its body in the text"
        return "", ""
    if agency.kind == "township":
        if name.endswith(("镇政府", "乡政府")):
            return name[:-2] + "人民政府", ""
        if name.endswith(("镇", "乡", "苏木")):
            return name + "人民政府", ", names the territory only"
        if name.endswith("街道"):
            return name + "办事处", ", names the territory only"
    elif agency.kind == "government" and agency.places:
        if not agency.rest:
            return name + "人民政府", ", names the territory only"
        if agency.rest == "政府":
            return name[:-2] + "人民政府", ""
    return name, ""


def _longer(name: str, core: str, text: str) -> str | None:
    """The same agency with the place before it, where the text prints it: 莆田市 + 城厢区卫生局."""
    best: str | None = None
    at = text.find(core)
    while at >= 0:
        before = text[max(0, at - 24) : at]
        match = _PLACE_TAIL.search(before) if before[-1:] in _PLACE_ENDS else None
        if match and match[1]:
            place = _LEADING_WORDS.sub("", match[1])
            if len(place) < 2:
                at = text.find(core, at + 1)
                continue
            places, rest = places_of(place)
            known = bool(places) and not rest and (_PROVINCE.match(places[0]) or _PREFECTURE.match(places[0]))
            bounded = bool(places) and not rest and _BOUNDARY.search(before[: len(before) - len(place)])
            if known or bounded:
                longer = without_province(place + core)
                if best is None or len(longer) > len(best):
                    best = longer
        at = text.find(core, at + 1)
    return best if best and len(best) > len(name) else None


def complete(
    name: str, others: Sequence[str], text: str, site: str | None, year: int | None
) -> tuple[AgencyName | None, str]:
    """The agency as far as the page states it, and how it was completed; None when its place stays unsaid."""
    agency = read_agency(name, year)
    name, kind_how = _with_kind(agency, text)
    if not name:
        return None, ""
    if name != agency.name:
        agency = read_agency(name, year)
    bare = is_bare(agency)
    generic = _GENERIC.match(name) if bare else None
    core = name[generic.end() :] if generic else name
    if (
        len(agency.places) < 2
        and agency.level in (None, "county", "township")
        and not (agency.places and _PREFECTURE.match(agency.places[0]))
    ):
        for other in others:
            other = read_name(other) or ""
            if other.endswith(core) and len(other) > len(name) and read_agency(other, year).places:
                return read_agency(other, year), kind_how + f", place by {other}"
        if agency.level != "national" and not (agency.places and _PROVINCE.match(agency.places[0])):
            longer = _longer(name, core, text)
            if longer and not is_bare(taken := read_agency(longer, year)):
                return taken, kind_how + ", place by the text"
        if site and not agency.places:
            suffix = site[-1]
            asked = generic[0][-1] if generic and generic[0] else ""
            city = _PREFECTURE.fullmatch(site) or _PROVINCE.fullmatch(site)
            if (agency.kind == "township" and not city) or (bare and (asked == suffix or (not asked and not city))):
                return read_agency(site + core, year), kind_how + ", place by meta SiteName"
    if bare:
        return None, ""
    return agency, kind_how
