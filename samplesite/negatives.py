"""Documents that are no annual report on open government information, though their titles or words come close.
A reader must turn each away; reports themselves are made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from gongkai.samplesite import furniture, plain_text, prose
from gongkai.samplesite.composing import Item, compose
from gongkai.samplesite.draft import Draft, statutory_draft
from gongkai.samplesite.figures import draw
from gongkai.samplesite.grids import Shape
from gongkai.samplesite.markup import article
from gongkai.samplesite.reports import SampleReport
from gongkai.samplesite.statutory import FORMS, FormName, keys

Pages = Callable[[Draft, Random], list[Item]]


def _paragraphs(*texts: str) -> list[Item]:
    return [Item("para", text) for text in texts]


def _site_report(draft: Draft, rng: Random) -> list[Item]:
    draft.title = f"{draft.agency.name}政府网站工作年度报表（{draft.year}年度）"
    return [
        Item("title", draft.title),
        *_paragraphs("填报单位（盖章）：" + draft.agency.name, "独立用户访问总量、信息发布等情况如下表。"),
        Item("table", "", prose.visits_table(rng)),
        *_paragraphs("专栏专题：新开设2个。", "解读回应：解读材料数量合计6条，回应公众关注热点3次。", "安全检测评估次数：4次。"),
    ]  # fmt: skip


def _rule_of_law(draft: Draft, rng: Random) -> list[Item]:
    draft.title = f"{draft.agency.name}{draft.year}年法治政府建设年度报告"
    return [
        Item("title", draft.title),
        *_paragraphs(
            "一、主要举措和成效",
            f"全年审查规范性文件{rng.randint(2, 30)}件，办理行政复议案件{rng.randint(0, 60)}件，应诉行政诉讼{rng.randint(0, 40)}件。",
            f"作出行政处罚决定{rng.randint(0, 900)}件，行政许可决定{rng.randint(10, 9000)}件，全部公开。",
            "二、存在的不足",
            "执法文书还不够规范。",
            "三、下一年度安排",
            "继续推进政务公开，加强执法培训。",
        ),
    ]


def _accounts(draft: Draft, rng: Random) -> list[Item]:
    draft.title = f"{draft.agency.name}{draft.year}年度部门决算公开"
    lines = [Item("para", text) for text in ("一、部门概况", "二、收入支出决算总表", "三、其他重要事项说明")]
    return [
        Item("title", draft.title),
        *lines[:2],
        *(Item("para", f"{name} {rng.randint(10, 99999) / 100:.2f} 万元") for name in ("财政拨款收入", "事业收入", "其他收入", "总计")),
        lines[2],
    ]  # fmt: skip


def _notice(draft: Draft, rng: Random) -> list[Item]:
    draft.title = f"{draft.agency.place}人民政府办公室关于做好{draft.year}年政府信息公开工作年度报告编制和发布工作的通知"
    return [
        Item("title", draft.title),
        *_paragraphs(
            "各镇人民政府，各有关部门：",
            "一、报告内容包括总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况、"
            "政府信息公开行政复议和行政诉讼情况、存在的主要问题及改进情况、其他需要报告的事项六个部分。",
            f"二、请于{draft.year + 1}年1月31日前在本单位网站发布，并报送电子版。",
            "三、数据要前后一致：第一项加第二项之和，等于第三项加第四项之和。",
            f"联系电话：0000-8600{rng.randint(100, 999)}",
        ),
    ]


def _guide(draft: Draft, rng: Random) -> list[Item]:
    draft.title = f"{draft.agency.name}政府信息公开指南"
    return [
        Item("title", draft.title),
        *_paragraphs(
            "一、主动公开",
            "本机关依照条例第二十条公开规章、行政规范性文件、行政许可、行政处罚、行政强制、行政事业性收费等信息。",
            "二、依申请公开",
            "公民、法人或者其他组织可以提出申请，本机关自收到之日起20个工作日内答复；需要延长的，不超过20个工作日。",
            "三、不予公开的范围",
            "属于国家秘密的，法律、行政法规禁止公开的，危及“三安全一稳定”的，不予公开。",
            f"受理时间：8:30至17:30　电话：0000-8600{rng.randint(100, 999)}",
        ),
    ]


def _list_page(draft: Draft, rng: Random) -> list[Item]:
    draft.title = "政府信息公开年报"
    return [
        Item("title", draft.title),
        *(
            Item("para", f"{prose.title(rng, prose.agency(rng).name, year)} {year + 1}-01-{rng.randint(10, 30)}")
            for year in range(draft.year - 8, draft.year + 1)
            for _ in range(rng.randint(1, 3))
        ),
        Item("para", f"共 {rng.randint(2, 9)} 页 首页 上一页 1 2 3 下一页 尾页"),
    ]


def _error_page(draft: Draft, rng: Random) -> list[Item]:
    draft.title = "404 Not Found"
    return [Item("title", draft.title), *_paragraphs("您访问的页面不存在或已被删除。", "5 秒后返回首页", "错误代码：404")]


def _empty_form(draft: Draft, rng: Random) -> list[Item]:
    """The form as an annex to the notice, not one figure in it."""
    for key in keys(draft.form):
        draft.put(key, None)
    draft.title = "中华人民共和国政府信息公开工作年度报告（模板）"
    items = compose(draft, Shape(), rng)
    return [item for item in items if item.kind in ("title", "heading", "table")]


def _zeros_form(draft: Draft, rng: Random) -> list[Item]:
    """The form as an editor starts from it: a name to be filled in, and 0 in every cell."""
    for key in keys(draft.form):
        draft.put(key, 0)
    name = rng.choice(("XX局", "××县××局", "某某镇人民政府", "【单位名称】", "___局", "{{单位}}"))
    draft.title = f"{name}{rng.choice((str(draft.year), '20XX'))}年政府信息公开工作年度报告"
    items = compose(draft, Shape(), rng)
    return [Item("title", draft.title), *(item for item in items if item.kind in ("heading", "table"))]


def _news(draft: Draft, rng: Random) -> list[Item]:
    report = f"{draft.year}年政府信息公开工作年度报告"
    draft.title = f"{draft.agency.name}发布{report}"
    return [
        Item("title", draft.title),
        *_paragraphs(
            f"本报讯 日前，{draft.agency.name}在门户网站发布{report}。",
            f"报告显示，全年共收到政府信息公开申请{rng.randint(3, 900)}件，办结{rng.randint(3, 900)}件，行政复议{rng.randint(0, 9)}件。",
            "下一步将继续做好公开工作。",
        ),
    ]


def _review_report(draft: Draft, rng: Random) -> list[Item]:
    """Reviews and lawsuits of all kinds, under the same labels as table four."""
    draft.title = f"{draft.agency.place}{draft.year}年行政复议和行政应诉工作年度报告"
    lines = [f"{name} {rng.randint(0, 400)}" for name in ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")]
    return [Item("title", draft.title), *_paragraphs("一、行政复议情况", *lines, "二、行政应诉情况", *lines)]


def _picture_report(draft: Draft, rng: Random) -> list[Item]:
    """A report read aloud in pictures: headings and captions, no tables."""
    draft.title = f"一图读懂{draft.agency.name}{draft.year}年政府信息公开工作年度报告"
    return [Item("title", draft.title), *_paragraphs("点击查看大图", "上一张 1/9 下一张", "扫一扫在手机打开当前页")]


_KINDS: dict[str, Pages] = {
    "site-report": _site_report,
    "rule-of-law": _rule_of_law,
    "accounts": _accounts,
    "notice": _notice,
    "guide": _guide,
    "list-page": _list_page,
    "error-page": _error_page,
    "empty-form": _empty_form,
    "picture-report": _picture_report,
    "zeros-form": _zeros_form,
    "news": _news,
    "review-report": _review_report,
}
NEGATIVES = tuple(_KINDS)


def negatives(seed: int) -> Iterator[SampleReport]:
    """One document of each kind that is no report."""
    for kind, items_of in _KINDS.items():
        rng = Random(f"{seed} {kind}")
        form: FormName = rng.choice(FORMS)
        year = 2020 if form == "2019" else rng.randint(2021, 2025)
        agency = prose.agency(rng)
        draft = statutory_draft(
            form, year, agency, "", prose.published(rng, year), draw(Random(f"{seed} {kind} figures"), form)
        )
        items = items_of(draft, rng)
        as_text = kind != "error-page" and rng.random() < 0.4
        name = f"{seed:06d}-negative-{kind}{'.txt' if as_text else '.html'}"
        body = plain_text.spaced_lines(items, rng, False) if as_text else furniture.page(draft, rng, article(items, rng))
        truth = {"source": name, "reject": True, "kind": f"negative-{kind}"}
        yield SampleReport(name, body.encode(), truth, f"negative-{kind}", (), seed, form)
