"""The sentences of reports on years before 2019, in this project's own words: sections of their time, figures stated in prose,
and the numbers beside them that are not meant (last year's, cumulative ones, those of one channel)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from gongkai.samplesite import prose
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import Draft
from gongkai.samplesite.figures import Number

_WORK = (
    "{year}年，{we}把信息公开列入年度工作安排，明确一名负责人分管、一名干事经办。",
    "{we}对网站栏目做了梳理，把过期的链接撤下，把找不到的文件补齐。",
    "全年组织业务学习{c}次，参加人员{b}人次，编印操作手册一册。",
    "{we}在办事大厅设了查阅点，备有目录和指南，专人引导。",
)
# {n} is the figure. Each group states one quantity; the first ones are the plainest.
_TOLD: dict[str, tuple[str, ...]] = {
    "active_total": (
        "{year}年，{we}主动公开政府信息{n}条。", "全年共主动公开政府信息{n}条，内容以业务动态为主。",
        "主动公开的政府信息共计{n}条。", "{we}本年度新增主动公开信息{n}条。",
    ),
    "requests_received": (
        "{year}年，{we}共收到政府信息公开申请{n}件。", "全年受理公民、法人和其他组织提出的政府信息公开申请{n}件。",
        "本年度共收到依申请公开政府信息申请{n}件。", "{we}全年接到信息公开申请{n}件，均按时登记。",
    ),
    "replies": ("已答复{n}件。", "全年答复申请{n}件。", "对上述申请，答复{n}件。"),
    "review_total": ("因政府信息公开被申请行政复议{n}件。", "全年发生行政复议{n}件。", "{year}年涉及信息公开的行政复议案件{n}件。"),
    "litigation_total": ("因政府信息公开引起的行政诉讼{n}件。", "提起行政诉讼{n}件。", "行政诉讼案件{n}件。"),
    "complaints_total": ("收到与信息公开有关的举报投诉{n}件。", "全年收到有关政府信息公开的投诉举报{n}件。"),
    "fees_collected": ("全年收取检索、复制等费用共计{n}元。", "依申请公开收取费用{n}元。"),
}  # fmt: skip
_REPLY_KINDS = {
    "replies_already_public": ("属于已主动公开范围的{n}件", "已主动公开的{n}件"),
    "replies_granted": ("同意公开{n}件", "同意公开的{n}件", "予以公开{n}件"),
    "replies_partial": ("同意部分公开{n}件", "部分公开{n}件", "部分公开的{n}件"),
    "replies_refused": ("不予公开{n}件", "不同意公开{n}件", "不予公开的{n}件"),
    "replies_not_competent": ("不属于本机关公开范围的{n}件", "非本机关掌握的{n}件"),
    "replies_not_exist": ("信息不存在{n}件", "申请信息不存在的{n}件"),
    "replies_amend": ("告知作出更改补充{n}件", "要求补正的{n}件"),
}
_CHANNELS = {
    "requests_received_in_person": ("当面申请{n}件", "现场提交申请{n}件"),
    "requests_received_fax": ("传真申请{n}件",),
    "requests_received_online": ("网上申请{n}件", "网络申请{n}件", "通过网络提交申请{n}件"),
    "requests_received_letter": ("信函申请{n}件", "信函方式申请{n}件"),
}
_NONE = {
    "requests_received": ("全年未收到公民、法人和其他组织提出的政府信息公开申请。", "{year}年，{we}没有收到依申请公开事项。"),
    "review_total": ("全年没有发生因政府信息公开引起的行政复议。", "未发生行政复议案件。"),
    "litigation_total": ("未发生因政府信息公开引起的行政诉讼。", "全年无行政诉讼。"),
    "fees_collected": ("{year}年未收取任何费用。", "{we}没有收取费用。"),
}
# Numbers that are none of the quantities, though they stand in the same words.
_BESIDE = (
    "{last}年主动公开政府信息{x}条。", "截至{year}年底，累计主动公开政府信息{x}条。", "比上年增加{x}条。",
    "其中通过政府网站主动公开信息{x}条，通过公示栏公开信息{y}条。", "{last}年收到政府信息公开申请{x}件。",
    "自条例施行以来，共受理政府信息公开申请{x}件。", "接待查阅{x}人次，解答电话咨询{y}个。", "力争下一年主动公开政府信息{x}条以上。",
    "上半年受理政府信息公开申请{x}件，下半年受理{y}件。", "办理行政许可申请{x}件，办结{y}件。", "受理工伤认定申请{x}件，救助申请{y}件。", "受理消费者投诉举报{x}件。", "办理行政复议案件{x}件，审结{y}件。",
    "办理建议提案{x}件，答复{x}件。", "收取行政事业性收费{x}元。", "其中本级机关受理申请{y}件。", "信息公开申请数量较上一年下降{x}%。",
)  # fmt: skip
_HEADINGS = (
    ("overview", ("概述", "总体情况", "基本情况")),
    ("proactive", ("主动公开政府信息的情况", "主动公开政府信息情况", "主动公开情况")),
    ("applications", ("依申请公开政府信息和不予公开政府信息的情况", "依申请公开政府信息情况", "依申请公开情况")),
    ("fees", ("政府信息公开的收费及减免情况", "收费及减免情况")),
    ("review", ("因政府信息公开申请行政复议、提起行政诉讼的情况", "行政复议、行政诉讼情况")),
    ("problems", ("政府信息公开工作存在的主要问题及改进情况", "存在的主要问题和改进措施")),
    ("other_matters", ("其他需要报告的事项",)),
)
_NUMERALS = "一二三四五六七八"
DEVIATIONS = ("numbers_beside", "two_figures", "chinese_numerals", "rounded", "none_stated")

Values = dict[str, Number | str | None]


def _filled(text: str, draft: Draft, rng: Random, **more: object) -> str:
    return text.format(year=draft.year, last=draft.year - 1, we=draft.agency.self_name, b=rng.randint(12, 60), c=rng.randint(2, 9),
                       x=rng.randint(2, 900), y=rng.randint(2, 90), **more)  # fmt: skip


def _opening(draft: Draft, rng: Random) -> str:
    return (
        f"本报告根据《中华人民共和国政府信息公开条例》编写，由{draft.agency.name}编制，"
        f"所列数据的统计期限自{draft.year}年1月1日起至{draft.year}年12月31日止。"
    )


def around(draft: Draft, rng: Random) -> list[Item]:
    """A report of its time without figures, for a page that prints the statistics table below it."""
    items = [Item("title", draft.title), Item("para", _opening(draft, rng))]
    for number, (_, names) in zip(_NUMERALS, _HEADINGS, strict=False):
        items.append(Item("heading", f"{number}、{rng.choice(names)}"))
        items += [Item("para", _filled(text, draft, rng)) for text in rng.sample(_WORK, rng.randint(1, 2))]
    return items


def report(
    draft: Draft, figures: dict[str, Number], rng: Random, wish: Sequence[str] | None
) -> tuple[list[Item], Values, list[str]]:
    """The items of a report of prose, what its sentences state of each quantity (None: none, without a number;
    "absent": nothing, or nothing that can be told), and the deviations applied."""
    applied = list(rng.sample(DEVIATIONS, rng.choice((0, 1, 2, 3))) if wish is None else wish)
    if unknown := set(applied) - set(DEVIATIONS):
        raise ValueError(f"no deviation {sorted(unknown)[0]!r}; there are {', '.join(DEVIATIONS)}")
    values: Values = dict.fromkeys((*_TOLD, *_REPLY_KINDS, *_CHANNELS), "absent")

    def figure(row: str) -> Number:
        # money was a matter of some yuan
        return int(figures[row]) if row != "fees_collected" else Decimal(rng.randint(0, 9000))

    def written(number: Number) -> str:
        if "chinese_numerals" in applied and number <= 10 and rng.random() < 0.6:
            return "零一二三四五六七八九十"[int(number)]
        if "rounded" in applied and number > 100 and rng.random() < 0.3:
            return f"{number}余"
        return str(number)

    def tell(row: str) -> str:
        number = figure(row)
        if row in _NONE and (number == 0 or "none_stated" in applied) and rng.random() < 0.7:
            values[row] = None
            return _filled(rng.choice(_NONE[row]), draft, rng)
        values[row] = number
        return _filled(rng.choice(_TOLD[row]), draft, rng, n=written(number))

    def parts(kinds: dict[str, tuple[str, ...]], start: str) -> str:
        told = []
        for row in rng.sample(list(kinds), rng.randint(2, len(kinds))):
            values[row] = figure(row)
            told.append(rng.choice(kinds[row]).format(n=written(values[row])))  # type: ignore[arg-type]
        return start + "，".join(told) + "。"

    texts: dict[str, list[str]] = {key: [] for key, _ in _HEADINGS}
    texts["overview"] = [_filled(text, draft, rng) for text in rng.sample(_WORK, 2)]
    texts["proactive"] = [tell("active_total")]
    texts["applications"] = [tell("requests_received")]
    if values["requests_received"] is not None:
        if rng.random() < 0.6:
            texts["applications"].append(parts(_CHANNELS, "其中，"))
        if rng.random() < 0.7:
            texts["applications"] += [tell("replies"), parts(_REPLY_KINDS, "其中，")]
    texts["fees"] = [tell("fees_collected")]
    texts["review"] = [tell(row) for row in ("review_total", "litigation_total", "complaints_total") if rng.random() < 0.8]
    texts["problems"] = prose.problems(draft, rng)
    texts["other_matters"] = ["无其他需要报告的事项。"]
    if "numbers_beside" in applied:
        for text in rng.sample(_BESIDE, rng.randint(2, 5)):
            key = "applications" if "申请" in text else "proactive"
            texts[key].insert(rng.randint(0, len(texts[key])), _filled(text, draft, rng))
    if "two_figures" in applied:
        row = rng.choice(("active_total", "requests_received"))
        if values[row] is not None:
            other = int(figures[row]) + rng.randint(1, 9)
            texts["overview"].append(_filled(_TOLD[row][0], draft, rng, n=other))
            values[row] = "absent"  # two figures for one quantity: neither is the value
    items = [Item("title", draft.title), Item("para", _opening(draft, rng))]
    for number, (key, names) in zip(_NUMERALS, _HEADINGS, strict=False):
        items.append(Item("heading", f"{number}、{rng.choice(names)}"))
        paragraphs = [t for t in texts[key] if t] or ["无。"]
        if rng.random() < 0.6:
            paragraphs = ["".join(paragraphs)]
        items += [Item("para", text) for text in paragraphs]
    items += [Item("signature", text) for text in prose.signature(draft)]
    return items, values, applied
