"""Titles of reports in every pattern that agencies print, over existing divisions, with who is meant and by what.
The pages below such titles are left to `reports`; the truth comes from how a title was put together, from nothing that reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from gongkai.samplesite.seats import FIRST, LAST, Place, alone, bodies, places, short, table
from gongkai.samplesite.wording import in_chinese_digits

LAST_OLD = 2018
"""The last report year of the bodies before the reform of 2018."""
NO_DISTRICTS = frozenset(("东莞市", "中山市", "嘉峪关市", "儋州市"))
_MUNICIPALITIES = frozenset(("北京市", "天津市", "上海市", "重庆市"))
_TOWNS = ("龙田镇", "正阳镇", "徐望镇", "永丰镇", "河东乡", "小关乡", "面山镇", "城关镇", "白云镇", "长安镇", "和平乡", "清水回族乡", "太平镇", "新城镇", "县前镇")
_STREETS = ("迎宾路街道", "大溪沟街道", "北京街道", "南源街道", "长江路街道", "人民街道", "新市街道", "城区街道", "文化街道", "市中街道")
_KINDS = (
    "政府信息公开工作年度报告", "政府信息公开年度报告", "政府信息公开年报", "政府信息公开工作报告", "信息公开工作年度报告",
    "政务公开工作年度报告", "政府信息公开工作情况报告", "政府信息公开工作总结报告", "政府信息与政务公开工作年度报告",
)  # fmt: skip
_BODY = (
    "根据《中华人民共和国政府信息公开条例》的规定，编制本报告。",
    "一、总体情况",
    "工作有序推进，没有发生问题。",
    "二、主动公开政府信息情况",
)
_LONG = ("三、其他需要报告的事项", *(f"第{k}项工作有序推进，各项要求都已落实到位，没有需要另外说明的情况。" for k in range(40)))


class Made(NamedTuple):
    """A made title: the first lines of its page, its meta tags, and who reports on which year.

    `undecided`: the page does not say which of several divisions is meant, nor of which level where these differ. `kind` and `level` as in the dataset.
    """

    pattern: str
    lines: tuple[str, ...]
    meta: dict[str, str]
    region: str | None
    code: str | None
    level: str | None
    department: str | None
    kind: str
    year: int | None
    undecided: bool = False


class Body(NamedTuple):
    """A body of a place: what is printed behind the place's name, its usual name, its level and kind."""

    printed: str  # {} stands for the place
    usual: str
    level: str | None
    kind: str


def _year(place: Place, rng: Random) -> int:
    return rng.randint(place.first, place.last)


def _any(rng: Random, *groups: str) -> Place:
    return rng.choice([p for g in groups for p in places()[g]])


def _spelt(place: Place, rng: Random) -> str:
    """A name of the place that says which one it is: with the city before it, with all, or alone."""
    names = place.names
    if len(names) == 1 or rng.random() < 0.15:
        return "".join(names)
    same = len({p.code for group in places().values() for p in group if p.own == place.own})
    return "".join(names[-2:]) if same > 1 or rng.random() < 0.4 else place.own


def _body(place: Place, year: int, rng: Random) -> Body:
    """A body of a place in that year."""
    if (chance := rng.random()) < 0.12:
        return Body("{}" + rng.choice(("人民政府", "政府", "")), "人民政府", place.level, "government")
    if chance < 0.25:
        word = "办公厅" if place.level == "province" else "办公室"
        wordings = ("人民政府" + word, "政府" + word, "政府办" if word == "办公室" else "人民政府办公厅", "人民政府办")
        printed = rng.choice(wordings[:3] if word == "办公厅" else wordings)
        return Body("{}" + printed, "人民政府" + word, place.level, "office")
    if place.level == "province" and place.own not in _MUNICIPALITIES:
        usual, printed = rng.choice(bodies()["province"])
        return Body("{}" + printed, usual, "province", "department")
    usual, printed = rng.choice(bodies()["old" if year <= LAST_OLD - 4 and chance < 0.4 else "county"])
    return Body("{}" + printed, usual, place.level, "department")


def _wording(agency: str, year: int, rng: Random) -> str:
    """A title of one line in one of the usual orders."""
    kind, said = rng.choice(_KINDS), rng.choice((f"{year}年", f"{year}年度", f"{year}年"))
    return rng.choice((
        f"{agency}{said}{kind}", f"{agency}{said}{kind}", f"{said}{agency}{kind}", f"{agency}关于{said}政府信息公开工作的年度报告",
        f"{agency}{kind}（{year}年）", f"{agency}{said}{kind}（图片版）", f"{agency} {year} 年{kind}",
        f"{agency}{said}政府信息公开工作年度报告公示", f"{agency}政府信息公开{said}年报", f"{kind}（{year}年）{agency}",
    ))  # fmt: skip


def _made(pattern: str, lines: Iterator[str] | tuple[str, ...] | list[str], place: Place, body: Body, year: int | None, *,
          meta: dict[str, str] | None = None, undecided: bool = False) -> Made:  # fmt: skip
    return Made(pattern, (*lines, *_BODY), meta or {}, None if undecided else place.own, None if undecided else place.code,
                body.level, body.usual, body.kind, year, undecided)  # fmt: skip


def _plain(rng: Random) -> Made:
    place = _any(rng, "province", "city", "county", "county", "autonomous")
    year = _year(place, rng)
    body = _body(place, year, rng)
    return _made("plain", (_wording(body.printed.format(_spelt(place, rng)), year, rng),), place, body, year)


def _namesake_with_city(rng: Random) -> Made:
    place = _any(rng, "homonym")
    year = _year(place, rng)
    body = _body(place, year, rng)
    return _made("namesake, its city said", (_wording(body.printed.format("".join(place.names[-2:])), year, rng),), place, body, year)


def _namesakes(place: Place, year: int) -> set[str]:
    return {p.code for group in places().values() for p in group if p.own == place.own and p.first <= year <= p.last}


def _namesake_alone(rng: Random) -> Made:
    place = _any(rng, "homonym")
    year = _year(place, rng)
    body = _body(place, year, rng)
    undecided = len(_namesakes(place, year)) > 1
    title = _wording(body.printed.format(place.own), year, rng)
    return _made("namesake alone" if undecided else "plain", (title,), place, body, year, undecided=undecided)


def _namesake_by_page(rng: Random) -> Made:
    """The title has a name of several; the page says elsewhere which one it is."""
    place = _any(rng, "homonym")
    year = _year(place, rng)
    body = _body(place, year, rng)
    title, full = _wording(body.printed.format(place.own), year, rng), "".join(place.names[-2:])
    whole = body.printed.format(full) if body.printed != "{}" else f"{full}人民政府"
    ways: list[tuple[str, tuple[str, ...], dict[str, str]]] = [
        ("site code", (title,), {"siteidcode": f"{place.code}{rng.randint(1, 60):04d}"}),
        ("site name", (title,), {"sitename": f"{full}人民政府门户网站"}),
        ("publisher", (title, f"发布机构：{whole}", f"发布日期：{year + 1}-01-20"), {}),
        ("preamble", (title, f"本报告由{whole}编制。"), {}),
        ("signature", (title,), {}),
        ("meta", (title,), {"contentsource": whole}),
    ]
    way, lines, meta = rng.choice(ways)
    made = _made(f"namesake, {way}", lines, place, body, year, meta=meta)
    return made._replace(lines=(*made.lines, *_LONG, whole, f"{year + 1}年1月20日")) if way == "signature" else made


def _renamed(rng: Random) -> Made:
    place = _any(rng, "renamed")
    year = _year(place, rng)
    body = _body(place, year, rng)
    if place.own.endswith("地区"):
        printed = rng.choice(("行政公署", "行署"))
        office = rng.random() < 0.3
        body = Body("{}" + printed + ("办公室" if office else ""), "人民政府" + ("办公室" if office else ""), "city", "office" if office else "government")
    spelt = place.own if rng.random() < 0.5 and len(_namesakes(place, year)) == 1 else "".join(place.names[-2:])
    return _made("renamed or merged", (_wording(body.printed.format(spelt), year, rng),), place, body, year)


def _long(rng: Random) -> Made:
    place = _any(rng, "autonomous")
    year = _year(place, rng)
    body = _body(place, year, rng)
    return _made("autonomous, full", (_wording(body.printed.format(_spelt(place, rng)), year, rng),), place, body, year)


def _shortened(rng: Random) -> Made:
    place = rng.choice([p for group in ("province", "autonomous") for p in places()[group] if p.own in short()])
    year = _year(place, rng)
    body = _body(place, year, rng)
    if place.level == "province" and body.printed == "{}":
        body = body._replace(printed="{}自治区人民政府".replace("{}自治区", "{}"))
    return _made("autonomous, short", (_wording(body.printed.format(short()[place.own]), year, rng),), place, body, year)


def _stem(name: str) -> str:
    return short()[name] if name.endswith("自治区") else name[:-1]


def _suffix_dropped(rng: Random) -> Made:
    """通化信访局: the last word of the place is dropped. Where several divisions share what is left, nothing is decided."""
    place = rng.choice([p for group in ("province", "city", "county") for p in places()[group]
                        if len(p.own) > 2 and not p.own.endswith(("自治县", "自治州", "新区", "林区", "旗"))])  # fmt: skip
    year = _year(place, rng)
    body = _body(place, year, rng)
    while body.printed == "{}" or body.printed == "{}政府办":
        body = _body(place, year, rng)
    stem = _stem(place.own)
    is_alone = stem in alone() or (place.level == "province" and body.usual.endswith("厅"))
    head = "" if place.level != "county" or rng.random() < 0.5 else place.names[-2]
    title = _wording(body.printed.format(head + stem), year, rng)
    made = _made("last word of the place dropped", (title,), place, body, year)
    return made if is_alone or head else made._replace(pattern="last word dropped, several meant", undecided=True, region=None, code=None)


def _two_names(rng: Random) -> Made:
    place = _any(rng, "city", "county")
    year = rng.randint(max(place.first, min(2019, place.last)), place.last)
    usual, second = rng.choice((("人民政府办公室", "外事办公室"), ("发展和改革局", "粮食和物资储备局"), ("农业农村局", "乡村振兴局"), ("人民政府办公室", "大数据局"), ("市场监督管理局", "知识产权局")))
    spelt = _spelt(place, rng)
    agency = f"{spelt}{usual}（{rng.choice((spelt, place.own))}{second}）"
    body = Body("", usual, place.level, "office" if "办公室" in usual else "department")
    return _made("second name in brackets", (_wording(agency, year, rng),), place, body, year)


def _township(rng: Random) -> Made:
    place = _any(rng, "county", "county", "county", "autonomous", "homonym")
    while place.level != "county":
        place = _any(rng, "county", "autonomous")
    year = _year(place, rng)
    if rng.random() < 0.3:
        town = rng.choice(_STREETS)
        printed = rng.choice((town + "办事处", town, f"人民政府{town}办事处", town + "办"))
        body = Body("{}" + printed, "街道办事处", "township", "township")
    else:
        town = rng.choice(_TOWNS)
        body = Body("{}" + town + rng.choice(("人民政府", "政府", "")), "人民政府", "township", "township")
    spelt, printed = _spelt(place, rng), body.printed
    if rng.random() < 0.25:
        full = printed.format("".join(place.names[-2:]))
        full = full + ("办事处" if full.endswith("街道") else "人民政府" if full.endswith(("镇", "乡")) else "")
        full = full.replace("街道办事处办", "街道办").replace("镇政府", "镇人民政府").replace("乡政府", "乡人民政府")
        full = full + "事处" if full.endswith("街道办") else full
        lines = (_wording(printed.format(""), year, rng), f"来源：{full}", f"发布日期：{year + 1}-01-20")
        if printed.startswith("{}人民政府"):
            lines = (_wording(town + "办事处", year, rng), *lines[1:])
        return _made("township, county below the title", lines, place, body, year)
    return _made("township", (_wording(printed.format(spelt), year, rng),), place, body, year)


def _town_of_a_city(rng: Random) -> Made:
    """通化市龙田镇: which county of the city it is in is not said, unless the city has none."""
    place = _any(rng, "city")
    year, town = _year(place, rng), rng.choice(_TOWNS)
    body = Body("{}" + town + "人民政府", "人民政府", "township", "township")
    whole = place.own in NO_DISTRICTS
    pattern = "township of a city without counties" if whole else "township, county unsaid"
    return _made(pattern, (_wording(body.printed.format(place.own), year, rng),), place, body, year, undecided=not whole)


def _central(rng: Random) -> Made:
    place = _any(rng, "city", "county", "autonomous")
    usual, printed = rng.choice(bodies()["central"])
    year = rng.randint(max(place.first, min(2019, place.last)), place.last)
    body = Body(printed, usual, place.level, "department")
    return _made("vertical body", (_wording(printed.format(_spelt(place, rng)), year, rng),), place, body, year)


def _institution(rng: Random) -> Made:
    place = _any(rng, "city", "county", "autonomous")
    year = _year(place, rng)
    if rng.random() < 0.5:
        usual, printed = rng.choice(bodies()["institution"])
        body = Body("{}" + printed, usual, None, "other")
    else:
        usual, printed = rng.choice(bodies()["centre"])
        body = Body("{}" + printed, usual, place.level, "department")
    return _made("public institution", (_wording(body.printed.format(_spelt(place, rng)), year, rng),), place, body, year)


def _branch(rng: Random) -> Made:
    city = _any(rng, "city")
    districts = [p for p in places()["county"] if p.names[-2:-1] == (city.own,)]
    stem = districts[0].own[:-1] if districts and len(districts[0].own) > 2 else rng.choice(("城东", "高新", "经开"))
    usual, printed = rng.choice(bodies()["branch"])
    body = Body("{}" + printed.format(stem), usual.format(stem), None, "department")
    year = _year(city, rng)
    return _made("branch of a bureau", (_wording(body.printed.format(city.own), year, rng),), city, body, year)


def _zone(rng: Random) -> Made:
    place = _any(rng, "city", "county")
    usual, printed = rng.choice(bodies()["zone"])
    year = _year(place, rng)
    body = Body("{}" + printed, usual, None, "other")
    return _made("zone", (_wording(body.printed.format(_spelt(place, rng)), year, rng),), place, body, year)


def _corps(rng: Random) -> Made:
    """Divisions of the 兵团 stand beside the prefectures; they have no code, so their name is all there is."""
    division = rng.choice(table("places.toml")["corps"])
    name = f"新疆生产建设兵团{division}"
    chance = rng.random()
    year = rng.randint(2015, LAST)
    usual, printed = rng.choice(bodies()["county"])
    place, level = Place((name,), "", FIRST, LAST), "city"
    if chance < 0.15:
        name = "新疆生产建设兵团"
        place, level = Place((name,), "", FIRST, LAST), "province"
    body = Body("{}" + printed, usual, level, "department")
    made = _made("corps", (_wording(name + printed, year, rng),), place, body, year)
    return made._replace(code=None)


def _year_ways(rng: Random) -> Made:
    place = _any(rng, "city", "county")
    year = _year(place, rng)
    body = _body(place, year, rng)
    agency, kind = body.printed.format(_spelt(place, rng)), rng.choice(_KINDS[:3])
    digits = in_chinese_digits(year)
    way = rng.choice(("Chinese digits", "behind the title", "range", "in the preamble"))
    if way == "Chinese digits":
        digits = digits.replace("〇", rng.choice(("〇", "○", "零")))
        lines: tuple[str, ...] = (rng.choice((f"{agency}{digits}年{kind}", f"{digits}年{agency}{kind}")),)
    elif way == "behind the title":
        lines = (f"{agency}{kind}", f"（{year}年度）")
    elif way == "range":
        return _made("year: range", (f"{agency}{year}-{year + 1}年{kind}",), place, body, None)
    else:
        lines = (f"{agency}{kind}", f"本年报所列数据的统计期限自{year}年1月1日起至12月31日止。")
    return _made(f"year: {way}", lines, place, body, year)


def _broken(rng: Random) -> Made:
    """The title stands on two or three lines."""
    place = _any(rng, "city", "county", "autonomous")
    year = _year(place, rng)
    body = _body(place, year, rng)
    while body.printed == "{}":
        body = _body(place, year, rng)
    agency, kind = body.printed.format(_spelt(place, rng)), rng.choice(_KINDS[:3])
    lines = rng.choice(((agency, f"{year}年{kind}"), (agency, f"{year}年", kind), (f"{agency}{year}年", kind), (f"{agency}{year}年度政府信息", "公开工作年度报告"),
                        (f"{agency}关于{year}年", "政府信息公开工作的年度报告")))  # fmt: skip
    return _made("broken over lines", lines, place, body, year)


def _torn(rng: Random) -> Made:
    """The line ends anywhere, as in titles that are centred in a narrow column."""
    place = _any(rng, "city", "county", "autonomous")
    year = _year(place, rng)
    body = _body(place, year, rng)
    agency, kind = body.printed.format(_spelt(place, rng)), rng.choice(_KINDS[:3])
    title = rng.choice((f"{agency}{year}年{kind}", f"{agency}{year}年度{kind}", f"{year}年{agency}{kind}"))
    at = rng.randint(3, len(title) - 3)
    return _made("torn anywhere", (title[:at], title[at:]), place, body, year)


def _with_site(rng: Random) -> Made:
    place = _any(rng, "city", "county")
    year = _year(place, rng)
    body = _body(place, year, rng)
    spelt = _spelt(place, rng)
    title, site = f"{body.printed.format(spelt)}{year}年{rng.choice(_KINDS[:3])}", f"{place.own}人民政府"
    if rng.random() < 0.5:
        return _made("site name beside the title", ("一、总体情况",), place, body, year,
                     meta={"title": rng.choice((f"{title}-{site}", f"{title}_{site}门户网站", f"{site}-{title}", f"{title} | 政府信息公开 | {site}"))})  # fmt: skip
    path = rng.choice((f"首页 > 政府信息公开 > 政府信息公开年报 > {title}", f"当前位置：首页 > {year}年 > 正文", f"{site}"))
    return _made("path above the title", (path, title), place, body, year)


def _title_without_agency(rng: Random) -> Made:
    """The title is the year and the kind alone; who reports is said in the signature, by the publisher, in a meta tag."""
    place = _any(rng, "city", "county", "autonomous")
    year = _year(place, rng)
    body = _body(place, year, rng)
    while body.printed == "{}" or body.printed.endswith(("办", "办公室", "办公厅")) or "政务" in body.printed or "数据" in body.printed:  # these publish for others
        body = _body(place, year, rng)
    agency, title = body.printed.format(_spelt(place, rng)), f"{year}年{rng.choice(_KINDS[:3])}"
    way = rng.choice(("signature", "publisher", "meta", "preamble", "site name" if body.kind == "department" else "preamble"))
    lines: tuple[str, ...] = (title,)
    meta: dict[str, str] = {}
    if way == "publisher":
        lines = (title, f"发布机构：{agency}", f"发布日期：{year + 1}-01-20")
    elif way == "meta":
        meta = {rng.choice(("contentsource", "author")): agency}
    elif way == "site name":
        meta = rng.choice(({"sitename": agency}, {"sitename": f"{agency}门户网站"}, {"title": f"{title}_{agency}"}))
    elif way == "preamble":
        lines = (title, f"本报告由{agency}根据《中华人民共和国政府信息公开条例》编制。")
    made = _made(f"agency only in the {way}", lines, place, body, year, meta=meta)
    return made._replace(lines=(*made.lines, "三、其他需要报告的事项", "无。", agency, f"{year + 1}年1月20日")) if way == "signature" else made


def _place_of_the_site(rng: Random) -> Made:
    """县教育局: the place is only in the name of the site, or its code."""
    place = _any(rng, "county")
    while place.own[-1] not in "县区":
        place = _any(rng, "county")
    year = _year(place, rng)
    usual, printed = rng.choice(bodies()["county"])
    body = Body("{}" + printed, usual, place.level, "department")
    title = _wording((rng.choice((place.own[-1], "")) if len(printed) > 2 else place.own[-1]) + printed, year, rng)
    return _made("place only in the name of the site", (title,), place, body, year, meta={"sitename": f"{place.own}人民政府门户网站"})


_PATTERNS: tuple[tuple[int, Callable[[Random], Made]], ...] = (
    (16, _plain), (6, _namesake_with_city), (4, _namesake_alone), (6, _namesake_by_page), (7, _renamed), (5, _long), (5, _shortened), (8, _suffix_dropped),
    (3, _two_names), (9, _township), (2, _town_of_a_city), (5, _central), (4, _institution), (3, _branch), (3, _zone), (2, _corps), (6, _year_ways),
    (5, _broken), (3, _torn), (5, _with_site), (5, _title_without_agency), (3, _place_of_the_site),
)  # fmt: skip


def titles(number: int, seed: int) -> Iterator[Made]:
    """So many titles, patterns in the proportions in which they are hard to read rather than in which they occur."""
    rng = Random(seed)
    makers = [make for _, make in _PATTERNS]
    weights = [weight for weight, _ in _PATTERNS]
    for make in rng.choices(makers, weights, k=number):
        yield make(rng)
