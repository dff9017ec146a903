"""Made-up agencies, titles and paragraphs, in this project's own words.
Places and agencies do not exist, so no real one is given invented figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from gongkai.samplesite.boxes import Box, Row, Table
from gongkai.samplesite.draft import Agency, Draft

_PLACES = (
    ("澜溪市", "市"), ("云桥市", "市"), ("墨池市", "市"), ("清澜县", "县"), ("望舒县", "县"), ("霁川县", "县"),
    ("白檀县", "县"), ("松泠区", "区"), ("照野区", "区"), ("鹿鸣湾区", "区"), ("疏影旗", "旗"), ("星汉市", "市"),
)  # fmt: skip
_DEPARTMENTS = (
    "信访局", "教育局", "财政局", "审计局", "统计局", "水务局", "司法局", "民政局", "商务局", "应急管理局", "公安局",
    "卫生健康局", "医疗保障局", "生态环境局", "交通运输局", "自然资源局", "农业农村局", "文化和旅游局",
    "发展和改革局", "市场监督管理局", "人力资源和社会保障局", "住房和城乡建设局", "城市管理局", "退役军人事务局",
)  # fmt: skip
_TOWNS = ("青桐镇", "石榴镇", "望江楼镇", "半山乡", "晒谷坪乡", "梧桐里街道", "灯塔街道")

_OPENING = (
    "本报告依照《中华人民共和国政府信息公开条例》编写，内容分为六个部分，数据截至{year}年12月31日。",
    "按照政府信息公开条例的规定，现将{agency}{year}年度政府信息公开情况报告如下。统计时间为{year}年1月1日至12月31日。",
    "根据条例第四十九条、第五十条，{agency}编制了{year}年的年度报告，欢迎查阅。如有疑问，请致电0000-8600{tail}。",
)
_OVERVIEW = (
    "{year}年，{we}把公开当作日常工作的一部分，谁制作谁负责、谁保存谁负责。",
    "全年在网站各栏目登载信息{a}条，其中政策文件{b}篇，配发图解{c}篇。",
    "{we}开设的公众号推送{a}篇，累计阅读{d}人次；纸质查阅点接待来访{c}人次。",
    "开办业务讲座{c}期，{b}人次参加；对{b}个单位的栏目做了两轮抽查。",
    "对过期文件逐件清理，{c}件标注了失效日期，其余按原目录保存。",
    "网站改版后栏目由{b}个并为{c}个，查找一份文件平均少点两次鼠标。",
)
_TOPICS = ("主动公开", "依申请公开", "政府信息管理", "平台建设", "监督保障")
_PROBLEMS = (
    "有的栏目更新不够及时，个别文件公开后没有配发说明。",
    "答复文书的写法前后不一，申请人读起来吃力。",
    "基层经办人员更换较多，业务衔接还有缝隙。",
    "图解偏少，线下查阅点的指引不够醒目。",
)
_REMEDIES = (
    "下一年将按月检查栏目，缺什么补什么。",
    "拟统一答复样式，由专人复核后再寄出。",
    "安排新任经办人员跟班学习，做到人走账清。",
    "增加图示和问答，把话说得更明白。",
)
_OTHER_MATTERS = (
    "无。",
    "本年度没有其他需要报告的事项。",
    "本年度收取政府信息公开信息处理费{fee}元。",
    "本年度未收取信息处理费，也没有其他需要说明的情况。",
)


def agency(rng: Random) -> Agency:
    """Some government, office, department, town or street office."""
    place, suffix = rng.choice(_PLACES)
    roll = rng.random()
    if roll < 0.15:
        return Agency(f"{place}人民政府", place, f"我{suffix}")
    if roll < 0.25:
        return Agency(f"{place}人民政府办公室", place, "我办")
    if roll < 0.4:
        town = rng.choice(_TOWNS)
        if town.endswith("街道"):
            return Agency(f"{place}{town}办事处", place, "我街道")
        return Agency(f"{place}{town}人民政府", place, "我" + town[-1])
    return Agency(place + rng.choice(_DEPARTMENTS), place, "我局")


def agencies_of(place: str, suffix: str) -> list[Agency]:
    """Every agency that a place of this kind has, each once."""
    found = [Agency(f"{place}人民政府", place, f"我{suffix}"), Agency(f"{place}人民政府办公室", place, "我办")]
    found += [Agency(place + department, place, "我局") for department in _DEPARTMENTS]
    for town in _TOWNS:
        if town.endswith("街道"):
            found.append(Agency(f"{place}{town}办事处", place, "我街道"))
        else:
            found.append(Agency(f"{place}{town}人民政府", place, "我" + town[-1]))
    return found


def title(rng: Random, name: str, year: int) -> str:
    """One of the usual orders of agency, year and document."""
    return rng.choice((
        f"{name}{year}年政府信息公开工作年度报告",
        f"{name}{year}年政府信息公开工作年度报告",
        f"{name}{year}年度政府信息公开工作年度报告",
        f"{year}年{name}政府信息公开工作年度报告",
    ))  # fmt: skip


def published(rng: Random, year: int) -> date:
    """A day in the months after the report year."""
    return date(year + 1, 1, 4) + timedelta(days=rng.randrange(80))


def _filled(text: str, draft: Draft, rng: Random) -> str:
    return text.format(
        year=draft.year,
        agency=draft.agency.name,
        we=draft.agency.self_name,
        tail=rng.randint(100, 999),
        a=rng.randint(80, 4000),
        b=rng.randint(12, 60),
        c=rng.randint(2, 11),
        d=rng.randint(1000, 90000),
        fee=rng.choice((60, 180, 340, 1260)),
    )


def opening(draft: Draft, rng: Random) -> str:
    return _filled(rng.choice(_OPENING), draft, rng)


def overview(draft: Draft, rng: Random) -> list[str]:
    """The paragraphs of section one; with `topics` they stand under sub-headings."""
    found: list[str] = []
    if "topics" not in draft.marks and "topics_numbered" not in draft.marks:
        found = [_filled(text, draft, rng) for text in rng.sample(_OVERVIEW, rng.randint(1, 4))]
        return [*found, *draft.sentences]
    numerals = "二三四五六" if "topics_numbered" in draft.marks else "一二三四五"
    topics = ("政府信息公开制度建设", "主动公开政府信息工作", "政府信息公开申请办理", "政府信息管理", "公开平台建设")
    for numeral, plain_topic, numbered_topic in zip(numerals, _TOPICS, topics, strict=True):
        if "topics_numbered" in draft.marks:
            found.append(f"{numeral}、{numbered_topic}")
        else:
            found.append(f"（{numeral}）{plain_topic}")
        found.append(_filled(rng.choice(_OVERVIEW), draft, rng))
        if plain_topic == "依申请公开":
            found += draft.sentences
    return found


def problems(draft: Draft, rng: Random) -> list[str]:
    if rng.random() < 0.1:
        return ["无。"]
    return [
        f"一是{rng.choice(_PROBLEMS)}二是{rng.choice(_PROBLEMS)}",
        f"针对以上情况，{draft.agency.self_name}{rng.choice(_REMEDIES)}",
    ]


def other_matters(draft: Draft, rng: Random) -> list[str]:
    return [_filled(rng.choice(_OTHER_MATTERS), draft, rng)]


def signature(draft: Draft) -> list[str]:
    return [draft.agency.name, f"{draft.signed.year}年{draft.signed.month}月{draft.signed.day}日"]


def _foreign(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], title: str) -> Table:
    rows_of_boxes: list[Row] = [[Box(text, "head") for text in head]]
    rows_of_boxes += [[Box(name, "label"), *(Box(text, "value") for text in texts)] for name, *texts in rows]
    return Table(rows_of_boxes, 1, title, foreign=True)


def visits_table(rng: Random) -> Table:
    """Statistics of the web site, as many reports show them in passing."""
    rows = [
        (name, str(rng.randint(0, 90000)), str(rng.randint(0, 400)))
        for name in ("独立用户访问总量", "网站总访问量", "信息发布总数", "概况类信息更新量", "政务动态信息更新量")
    ]
    return _foreign(("指标", "数值", "较上年"), rows, "网站运行数据一览")


def fields_table(rng: Random) -> Table:
    """Items published by field: borrows words of table two."""
    rows = [
        (name, f"{rng.randint(1, 900)}", f"{rng.randint(0, 300)}")
        for name in ("行政许可", "行政处罚", "行政强制", "财政预决算", "公共资源配置", "社会救助")
    ]
    return _foreign(("重点领域", "网站公开条数", "新媒体公开条数"), rows, "重点领域信息公开条数")


def channels_table(rng: Random) -> Table:
    """Where requests came in: borrows words of table three."""
    rows = [
        (name, f"{rng.randint(0, 90)}", f"{rng.randint(0, 100)}%")
        for name in ("网上申请", "信函申请", "当面申请", "其他")
    ]
    return _foreign(("申请方式", "件数", "占比"), rows, "按提出方式分列")
