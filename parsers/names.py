"""The grammar of agencies' names: the divisions they begin with, the body, and what both prove of region and level.
Where on a page a name stands, and which of several is the author's, is left to `identity`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from gongkai.parsers.characters import TRADITIONAL, simplify, strip_pinyin
from gongkai.parsers.divisions import is_stem, longest_name, stems
from gongkai.parsers.place_names import (
    BODY_START,
    CITIES,
    CORPS,
    MUNICIPALITIES,
    NO_DISTRICT,
    PREFECTURE,
    PREFECTURES,
    PROVINCE,
    PROVINCES,
    REGIONS,
    level_of,
    names_prefecture,
    names_province,
    places_of,
    years_of_level,
)

_TOWN = re.compile(
    r"(?:人民政府)?(?P<town>[\u4e00-\u9fff]{1,16}?(?:镇|乡|街道|苏木))(?P<body>人民政府办公室|人民政府|政府办公室|政府|办事处|党政办公室|党政办|便民服务中心|办|党工委)?"
)
_NO_FIRST = re.compile(
    r"(?!本溪|全椒|全州|全南|将乐|从江|从化|向阳|和[县平田林顺静硕布龙政丰安康])(?:我|本|该|其|各|此|全|度|上级|有关|相关|按照|根据|依据|为|对|以|将|把|从|向|在|是|和|与|及|并|由)"
)
# Each way begins with a letter of its own, so that a search for all of them is quick.
_NO_PART = re.compile(
    r"，|。|；|：|、|《|》|通知|条例|格式|年度|规定|办法|要求|精神|情况|以下|有限责任公司网|信息公开|政务公开领导|工作(?!委|部|站|局|办|中心)"
    r"|20\d\d|贯彻|落实|领导下|门户网|网站|编辑|记者|作者|来源|管理员|佚名|各级|各县|各区|各部门|公民|法人|自查|统计表|电话|地址"
)
_BODY_ENDS = frozenset("局委办厅署院所站组团师镇乡县市区旗州盟省")
"""The last characters of a body's name that need no other before them."""
_BODIES = (
    "政府", "办公室", "委员会", "管委会", "中心", "办事处", "街道", "支队", "总队", "大队", "调查队", "海关", "公司", "银行", "分行", "支行", "学校", "大学",
    "中学", "小学", "幼儿园", "联合会", "协会", "总会", "图书馆", "档案馆", "博物馆", "总社", "联社", "联合社", "供销社", "合作社", "苏木", "农场", "林场", "监狱",
    "管理处", "服务处", "事务处", "管理部", "部门", "法庭", "学会", "基金会", "理事会", "红十字会", "工会", "残联", "妇联", "侨联", "文联", "科协", "工商联", "社科联",
    "贸促会", "研究室", "参事室", "电视台", "广播电台", "气象台", "党校", "报社", "通讯社", "证监会", "银监会", "保监会",
)  # fmt: skip
# Hijacked mirrors put advertising where the publisher stands (发布机构: …app下载官网林业服务中心).
_SPAM = re.compile("博彩|彩票|娱乐|赌|葡京|体育亚洲|下载|官网|澳门|棋牌|电玩|捕鱼|直播|注册|[^\u4e00-\u9fff（）()·]")
NO_PLAIN = f"\0-\u4dff\ua000-\uffff\U00010000-\U0010ffff{TRADITIONAL}现特于的在知例式定求精况以年度网息领作贯落辑者来员佚各查表话址彩娱赌葡亚载澳棋玩捕播册"
"""Every sign, and a character of every word that names are asked about here, but for three: most names hold none."""
_NO_PLAIN = re.compile(f"[{NO_PLAIN}]|公民|法人|办法")
_CLOSING_BRACKET = re.compile(r"[（(][^）)]*[）)]?$")
_INNER_BRACKET = re.compile("(?<=[区县市])（[\u4e00-\u9fff]{3,12}）(?=.)")  # 松北区（哈尔滨新区）人民政府
_AROUND_NAME = re.compile("^(?:现将|现|关于|特(?!克斯))|(?:关于|的|在)$")
_PARTY = re.compile("中共|中国共产党")
_OFFICE = re.compile("(?:(?:人民)?政府|行政公署|行署)(办公厅|办公室|办)|府办(?:公室)?")
# A zone's committee; 国有资产监督管理委员会 and 城市管理委员会 are departments.
_COMMITTEE = re.compile("(?:^|[区园城港岛谷湖山地带镇乡片])管(?:委会|理委员会)$")
_NO_TOWN = re.compile("[局委厅]|办公|中心(?!镇|街)")
# 甲水县人民政府国有资产监督管理委员会: the government whose department it is.
_OF_GOVERNMENT = re.compile("^[省市县区州]?人民政府(?=..)|^(?:行政公署|行署)(?=..)|^[市县区州]政府(?=..)|^政府(?=国资[委办]|国有资产|外事|侨务|法制|金融|扶贫|发展研究|研究室|信访|口岸)")
_NO_LEVEL = re.compile("分局$|海关$|公司$|集团$|学校$|大学$|学院$|医院$|[小中]学$|幼儿园$|银行$|[分支]行$")
_ZONE = re.compile("(?:开发区|高新区|经开区|新区|示范区|园区|度假区|保税区|名胜区|科技城|试验区|实验区)(?=.)")
_BRANCH = re.compile("税务局|调查|分局|海关$|支行|分行|监管局$|.海事局$|管理局$")
_SITE_REST = re.compile("人民政府|政府|门户|信息|政务|$")
_SITE_PARTS = re.compile(r"[_|｜—–\-]+")
_SITE_WORDS = re.compile("(?:政府|信息公开|政务)?(?:门户)?(?:网站|网|官网|官方网站|平台|专栏|首页)$")
_GENERIC = re.compile(
    r"^(?:自治区|市(?!场|监|容|政(?!府))|县|区|州|旗|省|镇|乡(?!村)|街道|盟|示范区|开发区|高新区|经开区|新区|园区|工业园区|管理区|经济开发区|景区)(?=.)|^(?:市|县|区|镇|乡|省|州|旗|管委会|街道|街道办事处|开发区管委会)$"
)
_NATIONAL = re.compile(
    r"^(?:国务院|国家|中国(?!（)|中华人民共和国|中华|最高人民)"
    r"|^(?:外交|国防|教育|科学技术|科技|工业和信息化|公安|民政|司法|财政|人力资源和?社会保障|人社|自然资源|生态环境|住房和?城乡建设|住建|交通运输|水利|农业农村|农业|商务|文化和旅游|文旅|文化|卫生|退役军人|退役军人事务|应急管理|铁道|国土资源|环境保护|监察|信息产业|建设|交通|人事)部(?=$|驻|\w{2,12}(?:局|委员会)$)"
    r"|^(?:审计署|海关总署|新华通讯社)|^(?:市场监管|税务|广电|体育|金融监管)总局$"
)
_VERTICAL = re.compile(
    r"^(?:国家税务总局|国家统计局|国家金融监督管理总局|中国人民银行|中华人民共和国|国家外汇管理局|国家粮食和物资储备局|国家能源局|国家矿山安全监察局"
    r"|中国(?:银保监会|银行保险监督管理委员会|银监会|银行业监督管理委员会|保监会|保险监督管理委员会|证监会|证券监督管理委员会)"
    r"|中国民用航空(?=[\u4e00-\u9fff]{2,}管理局)|财政部驻(?=[\u4e00-\u9fff]{2,}专员办事处)|财政部(?=[\u4e00-\u9fff]{2,}监管局))(?=.)"
)
_TOP = frozenset("国中财")  # what a name that `_VERTICAL` or `_PARTY` matches begins with
# What a branch is called behind its place, where only the name of its system says what it is: 江苏 + 监管局.
_BRANCH_WORD = re.compile("(?:监管|监察|监督管理|安全监督管理)?(?:分?局|办公室)|(?:中心)?支行|营业管理部")
# 审计署驻南京特派员办事处, 水利部长江水利委员会, 国家自然资源督察南京局: of the state, but not of the whole of it.
_OF_A_MINISTRY = re.compile("部.|驻|督察.+局$|航空.+管理局$")
PLACE_ENDS = frozenset("省市县旗区州盟")
_PLACE_TAIL = re.compile(
    r"((?:(?:{p})省|(?:{r})自治区|(?:{m})市)?(?:(?:{c})市|{f})?(?:[\u4e00-\u9fff]{{1,6}}?(?:自治县|县|旗|市|区))?)$".format(
        p="|".join(PROVINCES),
        r="|".join(REGIONS),
        m="|".join(MUNICIPALITIES),
        c="|".join(CITIES),
        f="|".join(PREFECTURES),
    )
)
# 太和县, 将乐县 and 呼和浩特市 hold no such word.
_LEADING_WORDS = re.compile(
    r"^.*(?:编制|公布|发布|组织|编写|制定|结合|关于|根据|现将|现|由|特(?!克斯|市)|将(?!乐)|与|和(?![县区平田林顺静硕布龙政浩丰安康])|在|为)"
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
    plain = _NO_PLAIN.search(raw) is None
    name = raw if plain else _tidied(raw)
    if len(name) == 2 and longest_name(name) == name:  # 和县2023年政府信息公开工作年度报告
        return name
    if not 3 <= len(name) <= 40 or not _ends_like_a_body(name) or _NO_FIRST.match(name):
        return None
    if not plain and (_NO_PART.search(name) or _SPAM.search(name)):
        return None
    return name


def _tidied(raw: str) -> str:
    """A name in simplified characters, without the words and brackets around it and in it."""
    name = simplify(strip_pinyin("".join(raw.split()))).strip('·:：-—|，。、；《》"“”•*#')
    name = _AROUND_NAME.sub("", name)
    if "（" in name or "(" in name:
        name = _INNER_BRACKET.sub("", _CLOSING_BRACKET.sub("", name))
    return name


def _ends_like_a_body(name: str) -> bool:
    return name[-1] in _BODY_ENDS or name.endswith(_BODIES) or (name[-1] == "部" and name[-2] != "全")


def read_agency(name: str, year: int | None = None) -> AgencyName:
    """Region, level, department and kind that the name proves, by its grammar."""
    agency, first, last = _in_most_years(name)
    return agency if year is None or first <= year <= last else _read_in_year(name, year)


@lru_cache(maxsize=1024)
def _in_most_years(name: str) -> tuple[AgencyName, int, int]:
    """The agency of no certain year, and the first and last one of the years in which it is the same."""
    agency = _read(name, None)
    return agency, *years_of_level(agency.places)


def _read(name: str, year: int | None) -> AgencyName:
    vertical = party = None
    if name[:1] in _TOP:
        vertical, party = _VERTICAL.match(name), _PARTY.match(name)
    start = vertical or party
    body = name[start.end() :] if start else name
    places, rest = places_of(body)
    if vertical and not places and (branch := _branch(body)):
        places, rest = branch
    if party and places and rest.startswith(("委", "纪")):  # 市委…: the committee is named by its division's last word
        level, last = level_of(places, year), places[-1]
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
        level = None if _OF_A_MINISTRY.search(name) else "national"
        return AgencyName(name, None, level, name, "office" if name == "国务院办公厅" else "department", name, ())
    region: str | None = places[-1] if places and not is_stem(places[-1]) else None
    level = level_of(places, year)
    if vertical and _BRANCH_WORD.fullmatch(rest):  # 监管局 alone would be that of finance and that of securities
        below = None if _NO_LEVEL.search(rest) else level
        return AgencyName(name, region, below, vertical[0] + rest, "department", rest, places)
    body_is = _body_of(rest)
    if body_is.kind == "township":
        # A township lies in a county; a city counts where the table says that it has none.
        return AgencyName(name, region if level != "province" else None, "township", body_is.department, "township", rest, places)
    return AgencyName(name, region, level if body_is.has_level else None, body_is.department, body_is.kind, rest, places)


_read_in_year = lru_cache(maxsize=512)(_read)


class _Body(NamedTuple):
    """A body by its name alone. `has_level`: whether it is a body of the level of its division."""

    department: str
    kind: str
    has_level: bool = True


@lru_cache(maxsize=1024)
def _body_of(rest: str) -> _Body:
    """The body that a name without its places names: the same ones in most divisions."""
    town = _TOWN.fullmatch(rest) if rest else None
    if town and _NO_TOWN.search(town["town"]) is None:
        return _Body("街道办事处" if town["town"].endswith("街道") else "人民政府", "township")
    if not rest or rest in ("人民政府", "政府", "行政公署", "行署"):
        return _Body("人民政府", "government")
    if office := _OFFICE.fullmatch(rest):
        return _Body("人民政府办公" + ("厅" if office[1] == "办公厅" else "室"), "office")
    if _COMMITTEE.search(rest) or NO_DISTRICT.search(rest):
        return _Body(rest, "other", has_level=False)
    if _NO_LEVEL.search(rest):
        return _Body(rest, "department" if rest.endswith("局") else "other", has_level=False)
    return _Body(_OF_GOVERNMENT.sub("", rest), "department", has_level=_ZONE.search(rest) is None)


def places_in(name: str) -> tuple[str, ...]:
    """The divisions of `read_agency`, for whom nothing else is asked."""
    return read_agency(name).places if name[:1] in _TOP else places_of(name)[0]


def _branch(body: str) -> tuple[tuple[str, ...], str] | None:
    """Place and word of a branch that is named after a division without its last word: 江苏 + 监管局, 山西 + 局."""
    for stem in stems(body):
        if _BRANCH_WORD.fullmatch(body, len(stem)):
            return (stem,), body[len(stem) :]
    return None


@lru_cache(maxsize=512)
def without_province(name: str) -> str:
    """云南省易门县气象局 is 易门县气象局: a province is no part of the name of an office below it."""
    places, _ = places_of(name)
    if len(places) > 1 and PROVINCE.match(name) and places[0][:-1] not in MUNICIPALITIES:
        return name[len(places[0]) :]
    return name


def is_bare(agency: AgencyName) -> bool:
    """Whether the name says no place: 教育局, 县卫生健康局, 示范区教育局."""
    if agency.places or agency.level == "national" or any(p.match(agency.name) for p in (_VERTICAL, _PARTY, _NATIONAL)):
        return False
    return agency.kind != "township" and bool(_GENERIC.match(agency.name) or BODY_START.match(agency.name))


def nameless_part(name: str) -> str:
    """The name without the 市, 县 or 开发区 that stands for a place unsaid: 卫生健康局 of 县卫生健康局."""
    generic = _GENERIC.match(name)
    return name[generic.end() :] if generic else name


@lru_cache(maxsize=512)
def site_places(sitename: str) -> tuple[str, ...]:
    """The divisions a site's name begins with: (杭州市, 西湖区) of 杭州市西湖区人民政府门户网站; () where it names another body."""
    if not sitename:
        return ()
    places, rest = places_of("".join(sitename[:100].split()).removeprefix("中国").strip("·-—"))
    return places if _SITE_REST.match(rest) else ()


def site_place(sitename: str) -> str | None:
    """The division a site's name begins with: 岑巩县 of 岑巩县人民政府门户网站."""
    return "".join(site_places(sitename)) or None


def body_of_site(meta: Mapping[str, str]) -> str | None:
    """The body whose own site this is, by the site's name or the page's title: 通化市信访局. None for a government's
    site, which holds the reports of many."""
    names = [meta.get("sitename", "")[:LONGEST_LINE], *_SITE_PARTS.split(meta.get("title", "")[: 2 * LONGEST_LINE])]
    for raw in names:
        name = read_name(_SITE_WORDS.sub("", raw.strip())) if raw else None
        if name and (agency := read_agency(name)).places and agency.kind in ("department", "township"):
            return name
    return None


def has_level(agency: AgencyName) -> bool:
    """Whether a body of this name has the level of its division: zones, branches and institutions have not."""
    if agency.kind != "department":
        return agency.kind in ("government", "office")
    return not any(pattern.search(agency.rest) for pattern in (_NO_LEVEL, _ZONE, NO_DISTRICT))


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
        if name.endswith("街道办"):
            return name + "事处", ""
    elif agency.kind == "government" and agency.places and not agency.places[-1].startswith(CORPS):
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
        if at and text[at - 1] in PLACE_ENDS:
            before = text[max(0, at - 24) : at]
            match = _PLACE_TAIL.search(before)
            place = _LEADING_WORDS.sub("", match[1]) if match else ""
            places, rest = places_of(place) if len(place) > 1 else ((), "")
            if places and not rest and (longest_name(places[0]) or _BOUNDARY.search(before[: len(before) - len(place)])):
                longer = without_province(place + core)
                if best is None or len(longer) > len(best):
                    best = longer
        at = text.find(core, at + 1)
    return best if best and len(best) > len(name) else None


def _same_body(agency: AgencyName, other: AgencyName) -> bool:
    """Whether another name is this one with its place: 福州市鼓楼区政府 of 鼓楼区人民政府, 通化市信访局 of 通化信访局."""
    if not other.places or (agency.department, agency.kind) != (other.department, other.kind):
        return False
    if agency.kind == "township" and agency.rest.removesuffix("人民政府") != other.rest.removesuffix("人民政府"):
        return False
    if not agency.places:
        return False
    last = agency.places[-1]
    if len(other.places) > len(agency.places) and last in other.places:
        return True
    return is_stem(last) and any(p.startswith(last) and not is_stem(p) for p in other.places)


def names_place_and_body(agency: AgencyName) -> bool:
    """Whether a name, as most do, says its place, and its body in the words that it goes by here."""
    return bool(agency.places) and not agency.name.endswith("部门") and _with_kind(agency, "") == (agency.name, "")


def complete(
    name: str, others: Sequence[str], text: str, site: str | None, year: int | None
) -> tuple[AgencyName | None, str]:
    """The agency as far as the page states it, and how it was completed; None when its place stays unsaid."""
    printed = read_name(name) or name
    agency = read_agency(printed, year)
    if names_place_and_body(agency):
        core, kind_how, bare, generic = printed, "", False, None
    else:
        name, kind_how = _with_kind(agency, text)
        if not name:
            return None, ""
        if name != agency.name:
            agency = read_agency(name, year)
        bare = is_bare(agency)
        generic = _GENERIC.match(name) if bare else None
        core = name[generic.end() :] if generic else name
    if may_be_longer(agency):
        for raw in others:
            other = read_name(raw) if len(raw) > len(printed) else None
            if other is None or len(other) <= len(printed):
                continue
            taken = read_agency(other, year)
            if taken.places and (other.endswith((core, printed)) or _same_body(agency, taken)):
                full, _ = _with_kind(taken, text)
                return read_agency(full or other, year), kind_how + f", place by {other}"
        if agency.level != "national" and not (agency.places and names_province(agency.places[0])):
            for wording in dict.fromkeys((core, printed)):
                longer = _longer(name, wording, text)
                if longer and not is_bare(taken := read_agency(longer, year)):
                    return read_agency(_with_kind(taken, text)[0] or longer, year), kind_how + ", place by the text"
        if site and not agency.places and _fits(agency, bare, generic, site):
            return read_agency(site + core, year), kind_how + ", place by meta SiteName"
        if not agency.places:
            for other in others:
                # A portal of the government, or its office, publishes for its departments: its place, not its body.
                taken = read_agency(read_name(other) or "", year)
                place = "".join(taken.places)
                if place and taken.kind in ("government", "office") and _fits(agency, bare, generic, place):
                    return read_agency(place + core, year), kind_how + f", place by {taken.name}"
    if bare:
        return None, ""
    return agency, kind_how


def _fits(agency: AgencyName, bare: bool, generic: re.Match[str] | None, place: str) -> bool:
    """Whether a body without its place can be one of this place's: 县教育局 of a county, 新区教育局 of 浦东新区; 教育局 and
    花桥镇 of no city with counties, where they may be those of any county."""
    last = places_of(place)[0][-1:]
    city = last and (PREFECTURE.fullmatch(last[0]) or PROVINCE.fullmatch(last[0]))
    if agency.kind == "township":
        return not city
    asked = generic[0] if generic else ""
    return bare and (place.endswith(asked) if asked else not city)


def may_be_longer(agency: AgencyName) -> bool:
    """Whether the name leaves open where the agency is: no place, one county, or a place without its last word."""
    if agency.places and is_stem(agency.places[-1]):
        return True
    return (
        len(agency.places) < 2
        and agency.level in (None, "county", "township")
        and not (agency.places and names_prefecture(agency.places[0]))
    )
