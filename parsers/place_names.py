"""The divisions that an agency's name begins with: known ones by their names, others by their wording.
What body follows them is left to `names`, which code they have to `territory`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from gongkai.parsers.divisions import STILL, bearers, first_characters, levels_of, lies_in, longest_name, stems


def _words(*lines: str) -> list[str]:
    return " ".join(lines).split()


PROVINCES = _words(
    "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西",
    "甘肃 青海",
)
REGIONS = _words("内蒙古 广西壮族 西藏 宁夏回族 新疆维吾尔")
MUNICIPALITIES = _words("北京 天津 上海 重庆")
# The 293 cities of prefecture level of GB/T 2260; a lone X市 that is none of them is a county-level city.
CITIES = _words(
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
PREFECTURES = _words(
    "延边朝鲜族自治州 恩施土家族苗族自治州 湘西土家族苗族自治州 阿坝藏族羌族自治州 甘孜藏族自治州 凉山彝族自治州",
    "黔西南布依族苗族自治州 黔东南苗族侗族自治州 黔南布依族苗族自治州 楚雄彝族自治州 红河哈尼族彝族自治州 文山壮族苗族自治州",
    "西双版纳傣族自治州 大理白族自治州 德宏傣族景颇族自治州 怒江傈僳族自治州 迪庆藏族自治州 临夏回族自治州 甘南藏族自治州",
    "海北藏族自治州 黄南藏族自治州 海南藏族自治州 果洛藏族自治州 玉树藏族自治州 海西蒙古族藏族自治州 昌吉回族自治州",
    "博尔塔拉蒙古自治州 巴音郭楞蒙古自治州 克孜勒苏柯尔克孜自治州 伊犁哈萨克自治州 大兴安岭地区 阿里地区 阿克苏地区",
    "喀什地区 和田地区 塔城地区 阿勒泰地区 兴安盟 锡林郭勒盟 阿拉善盟 延边州 恩施州 湘西州 阿坝州 甘孜州 凉山州",
    "黔西南州 黔东南州 黔南州 楚雄州 红河州 文山州 西双版纳州 大理州 德宏州 怒江州 迪庆州 临夏州 甘南州 海北州",
    "黄南州 果洛州 玉树州 海西州 昌吉州 博州 巴州 克州 伊犁州",
)
CORPS = "新疆生产建设兵团"
PROVINCE = re.compile(
    "(?:{})省|(?:{})自治区|(?:{})市(?!场)|内蒙古|{}".format(
        *map("|".join, (PROVINCES, REGIONS, MUNICIPALITIES)), CORPS
    )
)
PREFECTURE = re.compile("(?:{})市(?!场)|{}".format("|".join(CITIES), "|".join(PREFECTURES)))
_HEAD = 2  # characters: no province or prefecture has fewer, and those of most counties begin none
_PROVINCE_HEADS = frozenset(name[:_HEAD] for name in (*PROVINCES, *REGIONS, *MUNICIPALITIES))
_PREFECTURE_HEADS = frozenset(name[:_HEAD] for name in (*CITIES, *PREFECTURES))
# Zones are run by committees and have no code of their own; 浦东新区 and 滨海新区 are districts.
NO_DISTRICT = re.compile(
    r"(?:开发|(?<!浦东)(?<!滨海)新|园|示范|保护|景|名胜|自治|高新|度假|合作|实验|试验|管理|经开|保税|社|库|灾|牧|军|校|工业|产业|集聚|功能|自贸|试点|片|辖|各|[华东西中][东西南北中]地)区$"
)
# 市场, 市政 and 市民中心 are words of departments; 红旗区, 芒市 and 五常市民意乡 are places.
_COUNTY = re.compile(
    r"神农架林区|芒市(?!场)|[\u4e00-\u9fff]{1,9}?(?:自治县|自治旗|县|旗(?![区镇乡街])|区|(?<=[\u4e00-\u9fff]{2})市(?!场|政(?![府协务法])|民(?=中心|服务|之家|热线)))"
)
_NO_STEM = re.compile("[局委厅院办处与及]|府(?!谷)|(?<=.)和(?=..)(?!林格尔|布克赛尔)|(?<=..)和")
_NO_TAILS = ("级", "域", "直", "长")
DEPARTMENT_START = re.compile(
    r"人民|政府|市场|城市|城乡|城镇|住房|住建|农业|农村|乡村|教育|教体|财政|公安|民政|司法|审计|统计|水利|水务|交通|商务|卫生|卫健|文化|文旅|文体|旅游|体育|科学|科技|工业|工信"
    r"|经济|发展|发改|自然|国土|国有|国资|规划|生态|环境|环保|应急|安全|退役|医疗|医保|信访|档案|气象|林业|畜牧|粮食|供销|机关|行政|政务|数据|大数据|民族|民宗|宗教|外事|侨务|人力"
    r"|人社|综合|城管|税务|国家|地震|消防|残疾|扶贫|投资|招商|金融|地方|监察|物价|盐务|烟草|邮政|海关|检察|法院|社会|妇女|工商|质量|质监|食品|药品|食药|知识|法制|人防|人民防空|接待|驻"
)
_DEPARTMENT_FIRST = frozenset(word[0] for word in DEPARTMENT_START.pattern.split("|"))
BODY_START = re.compile(
    DEPARTMENT_START.pattern
    + r"|市监|市政|安监|卫计|税务|林草|医疗|民委|广电|广播|文广|外办|侨办|园林|营商|公积金|公共|港航|融媒|疾控|疾病|不动产|图书馆|博物馆|史志|党校|质监|自规|规自|经信|经发|政数|粮储"
    r"|物资|药监|农牧|农机|水产|海洋|渔业|房管|房产|房屋|国库|国税|地税|边防|海事|港口|铁路|航务|公路|市容|爱卫|人大|政协|电力|供电|自来水|公交|燃气|红十字|团|第[一二三四五六七八九十]"
    r"|高新|经开|经济|调查|监管|人口|计生|计划|机构|编制|老龄|老干部|移民|水库|测绘|盐业|史志|志办|台湾|台办|对台|无线电|征收|矿产|矿山|煤炭|能源|电子政务|信息|政策|研究|督查|纪委|监委|纪检|证监局|银保监局|银保监分局|银监局|银监分局|保监局|金融监管|文物|文联|社科|科协"
    r"|工会|总工会|残联|妇联|侨联|工商联|贸促|仲裁|新闻|出版|版权|保密|国安|医药|中医|殡葬|救助|福利|养老|就业|劳动|社保|车辆|运输|道路|高速|邮局|城建|城投|建设|建委|热力|环卫|环境|排水|河道|防汛|水土|水文|地质|土地|双拥|口岸"
    r"|渔政|种子|蔬菜|果业|茶叶|葡萄|花卉|蚕桑|糖业|黄金|旅发|会展|驻京|新闻办|网信|宣传|组织|统战|政法|巡察|机关|直属|特殊|智慧|数字|公安|公管|公证|考试|招生|电大|职业|职教|技工|技术|幼儿|实验|民宗|民族|粮油"
)
_GENERIC_COUNTY = re.compile("[县区市省州盟旗](?:城市|[市县区])")
_CORPS = re.compile("(?:(?:新疆生产建设|新疆)?兵团|(?=第[一二三四五六七八九十]{1,2}师))(第[一二三四五六七八九十]{1,2}师)?")
_CORPS_FIRST = frozenset("新兵第")
# What follows shows that these characters were the beginning of a town's, a street's or a department's name.
_TOWN_TAIL = re.compile("(?:街道|镇(?:人民|政府|$)|乡(?:人民|政府|$)|社区|管委会|管理委员会)")
_TOWN_FIRST = frozenset("街镇乡社管")
_CITY_TAIL = re.compile("场|监(?![察狱管测督])|政(?![府协务法])|民(?=中心|服务|之家|热线)")
_LARGER = frozenset(("海关", "海事局", "铁路监督管理局", "铁路局", "铁路公安局"))
"""Bodies named after a city without its last word whose district is larger than the city."""
_ZONE_TAIL = re.compile("[\u4e00-\u9fff]{0,8}?(?:新区|开发区|投资区|工业园?区|度假区|商务区|经济区|试验区|园区|港区|风景名胜区|风景区|科技城|生态城)(?:管委会|管理委员会|管理局|党工委)")
_RANKS = {"province": 0, "city": 1, "county": 2}


@lru_cache(maxsize=4096)
def places_of(name: str) -> tuple[tuple[str, ...], str]:
    """The divisions a name begins with, from the largest down, and what follows them.

    Known divisions first, by their full name, its usual short form, or (通化信访局) without its last word; then what the
    grammar takes for one.
    """
    if name.startswith(("雄安新区", "河北雄安新区")) and longest_name(name.partition("新区")[2]):
        name = name.partition("新区")[2]  # 雄安新区容城县: a zone of whole counties
    corps = _CORPS.match(name) if name[:1] in _CORPS_FIRST else None
    places: list[str] = [f"{CORPS}{corps[1] or ''}"] if corps else []
    rest = name[corps.end() :] if corps else name
    while rest and (place := _known(rest, places)):
        places.append(place)
        rest = rest[len(place) :]
    if corps:
        return tuple(places), rest
    if not places or (levels_of(places[-1], None) and "county" not in levels_of(places[-1], None)):
        guessed, rest = _by_grammar(rest)
        places += guessed
    return tuple(places), rest


def begins_a_place(text: str) -> bool:
    """Whether a text begins with a division of the table, by any of its names, or with the corps."""
    return longest_name(text) is not None or any(stems(text)) or text.startswith("雄安新区") or _CORPS.match(text) is not None


def may_begin_a_place(head: str) -> bool:
    """Whether a text with these first two characters can be one of which `begins_a_place` says so."""
    return head in _heads()


@cache
def _heads() -> frozenset[str]:
    corps = "新疆 兵团 " + " ".join(f"第{digit}" for digit in "一二三四五六七八九十")
    return first_characters(_HEAD) | set(_words(corps, "雄安"))


def names_province(place: str) -> bool:
    """Whether a place begins with the name of a province."""
    return place[:_HEAD] in _PROVINCE_HEADS and PROVINCE.match(place) is not None


def names_prefecture(place: str) -> bool:
    """Whether a place begins with the name of a prefecture."""
    return place[:_HEAD] in _PREFECTURE_HEADS and PREFECTURE.match(place) is not None


def _is_of_a_town(tail: str) -> bool:
    return tail[:1] in _TOWN_FIRST and _TOWN_TAIL.match(tail) is not None


def _is_department(rest: str) -> bool:
    return rest[:1] in _DEPARTMENT_FIRST and DEPARTMENT_START.match(rest) is not None


def _rank(place: str) -> int:
    return min((_RANKS[level] for level in levels_of(place, None)), default=0)


def _inside(place: str, outer: str) -> bool:
    return any(lies_in(d, outer, year) for d in bearers(place) for year in {d.first, d.last})


def _known(rest: str, before: Sequence[str]) -> str | None:
    """The known division that this text begins with, below those before it."""
    place = longest_name(rest)
    tail = rest[len(place) :] if place else ""
    if place and not _is_of_a_town(tail) and not (place[-1] == "市" and _department_of_a_city(place, tail)):
        inside = not before or before[0].startswith("新疆生产") or _inside(place, before[-1])
        deeper = not before or _rank(place) > _rank(before[-1]) or (inside and place != before[-1])
        # A name that is no division of the one before it is still one (which is said): but not 城区 or 郊区.
        if deeper and (inside or len(place) > 2):
            return place
    if _is_department(rest):
        return None
    for stem in stems(rest):
        tail = rest[len(stem) :]
        # A customs district has the name of a city and is larger; 上海海洋大学 is one name.
        if (before and not _inside(stem, before[-1])) or tail in _LARGER or tail.endswith(("大学", "学院")):
            continue
        if BODY_START.match(tail):
            return stem
        # 兰州新区管委会 is one of 兰州市's; 湖滨新区 is not one of 湖滨区, so that counties' names say nothing.
        if _ZONE_TAIL.fullmatch(tail) and levels_of(stem, None) - {"county"}:
            return stem
        if (inner := longest_name(tail)) and _inside(inner, stem):
            return stem
        if not before and any(BODY_START.match(tail[len(s) :]) and _inside(s, stem) for s in stems(tail)):
            return stem
    return None


def _department_of_a_city(place: str, tail: str) -> bool:
    """Whether the 市 of a place is the first word of a department (平湖 + 市政园林局); 南平市 + 政和县 is a place."""
    if _CITY_TAIL.match(tail) is None:
        return False
    inner = longest_name(tail)
    return not (inner and _inside(inner, place))


def _by_grammar(rest: str) -> tuple[list[str], str]:
    """The division that the wording shows where the table has none: 甲水市, 甲水县."""
    places: list[str] = []
    if rest and not _is_department(rest) and (match := _COUNTY.match(rest)):
        county = match[0]
        tail = rest[match.end() :]
        # 区域…, 县级…: a suffix inside a department's name is no division
        if not ((county[-1] == "区" and NO_DISTRICT.search(county)) or _NO_STEM.search(county[:-1]) or tail.startswith(_NO_TAILS)
                or _is_of_a_town(tail) or (len(county) < 4 and _GENERIC_COUNTY.fullmatch(county))):  # fmt: skip
            places.append(county)
            rest = tail
    return places, rest


def level_of(places: Sequence[str], year: int | None) -> str | None:
    """The level of the last of these divisions; None where its name does not prove one."""
    if not places:
        return None
    last = places[-1]
    if last.startswith(CORPS):
        return "city" if last.endswith("师") else "province"
    if places[0].startswith(f"{CORPS}第"):  # 第八师石河子市 is one government
        return "city"
    if known := levels_of(last, year):
        return next(iter(known)) if len(known) == 1 else None
    return "county"


def years_of_level(places: Sequence[str]) -> tuple[int, int]:
    """The first and last of the years in which `level_of` says of these divisions what it says without a year; the last
    before the first where there may be none."""
    if not places or places[-1].startswith(CORPS) or places[0].startswith(f"{CORPS}第") or not bearers(places[-1]):
        return 0, STILL
    held = sorted(bearers(places[-1]), key=lambda d: d.first)
    first, last = held[0].first, held[0].last
    for division in held:
        if division.level != held[0].level or division.first > last + 1:
            return 1, 0
        last = max(last, division.last)
    return first, last
