"""Why a page is no annual report on open government information: notices, guides, lists, other reports, errors.
Whether its tables are complete is left to `align`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from gongkai.parsers.characters import simplify
from gongkai.parsers.report import Identity
from gongkai.parsers.reprint import Stretch, Words
from gongkai.parsers.titles import take_title

HEAD = 40
SHORTEST_REPORT = 400  # characters of a page, its menus included, that cannot hold a report's six sections
LONGEST_TITLE = 80
MOST_TABLES = 200
"""Words of tables that are remembered with whether a title is among them."""
LONGEST_LINE = 400  # characters of a line, or of a meta tag, that are looked at

_NOTICE = re.compile(
    r"(?:关于|(?<!申)请)[^。\n]{0,40}?(?:做好|开展|编制|报送|印发|发布|公布|转发|召开|举办|规范|加强|提交|填报)[^。\n]{0,60}?(?:的)?(?:通知|通告|(?<!信)函|紧急通知|预通知|补充通知)"
)
_CITED = re.compile("《[^》]{0,120}》|根据[^，。]{0,120}(?:通知|要求)|按照[^，。]{0,120}(?:通知|要求)")
_ADDRESSEES = re.compile(r"^各[^。，]{2,40}(?:人民政府|办事处|部门|单位|委员会|局|机构|委办局)[^。]{0,20}[:：]$")
# Other yearly papers that stand in the same columns.
_OTHER = re.compile(
    r"政府网站工作年度报表|政府网站[^。\n]{0,6}年度(?:报表|报告)|法治政府建设[^。\n]{0,16}(?:报告|情况)|依法行政[^。\n]{0,8}(?:报告|总结)|部门决算|部门预算|财政决算|预决算|政务公开工作要点|政务公开工作总结|政务公开工作计划"
    r"|政务公开实施方案|政府工作报告|国民经济和社会发展统计公报|普法[^。\n]{0,8}(?:报告|总结)|信访工作[^。\n]{0,8}报告|绩效[^。\n]{0,8}报告|建议提案[^。\n]{0,12}(?:情况|报告)|权责清单|双公示|20\d\d年[^。\n]{0,12}工作(?:总结|计划|要点|汇报|报告)$"
    r"|行政复议(?:[、和与及]?行政应诉)?[^。\n]{0,8}年?度?(?:工作)?(?:报告|统计)|行政执法[^。\n]{0,10}(?:统计|报告|情况)|(?:评估|考核|检查)[^。\n]{0,8}(?:情况|结果)?的?通报|征集[^。\n]{0,40}(?:意见|建议)"
)
_ABOUT = re.compile(
    r"信息公开(?:工作)?(?:年度)?(?:工作)?(?:报告|年报)[^。\n]{0,8}(?:解读|图解|编制说明|填报说明|格式|模板|范本|样本|培训|会议|要求|审核|评估|通报|汇总)"
    r"|(?:一图|图文|图表)(?:读懂|看懂|解读)|政府信息公开(?:工作)?(?:指南|目录|制度|规定|条例|办法|保密审查|申请表|流程|监督)"
)
_EXPLAINS = re.compile(r"(?:进行|作出?|做出?|予以)(?:如下|以下)?解读|解读如下|如下解读")
_ERROR = re.compile(
    r"(?:^|\D)(?:403|404|500|502|503)(?:\D|$)[^\n]{0,20}(?:error|not found|页面|错误|forbidden|bad gateway)|not\s+found|forbidden|bad gateway"
    r"|页面(?:不存在|未找到|走丢|找不到|已删除|无法访问)|找不到(?:该|您|此|请求的)?[^\n]{0,6}页面|您访问的(?:页面|内容|网页)[^\n]{0,12}(?:不存在|删除|错误|无法)|访问(?:过于频繁|被拒绝|受限|异常)|系统(?:繁忙|维护|错误)|网站维护"
    r"|请(?:开启|启用|打开)\s*javascript|enable javascript|安全(?:验证|检查|防护)|人机验证|验证码|请登录后",
    re.I,
)
_BLANK_FORM = re.compile(
    r"□{3,}|单位名称[:：]\s*(?:_+)?$|单位负责人[:：]\s*(?:_+)?$|填\s*报\s*人[:：]\s*(?:_+)?$|填报单位(?:[:：]\s*_*$|[（(])|[（(]单位(?:盖章|名称)[）)]|\(?(?:××|XX|xx|\*\*|＊＊|某某|〇〇|○○|____+)(?:市|县|区|局|单位|部门)",
    re.M,
)
_PLACEHOLDER = re.compile(r"20[X×x_＿\s]{2,4}年|20××|[X×]{2,}[市县区局镇乡]|_{3,}年")
# What stands in a template where the name of the body or the year belongs; 二〇〇八年 is a year.
_TITLE_LINE = re.compile(r"(?:信息公开|政务公开)[^。，\n]{0,16}(?:报告|年报)\W{0,10}$")
_NAME_LEFT_OPEN = re.compile(
    r"(?:[X×xＸ*＊]{2,}|[_＿]{2,}|(?<![一二三四五六七八九])[○〇]{2,})[\u4e00-\u9fff]{0,4}?(?:省|市|州|盟|县|区|旗|局|镇|乡|街道|政府|单位|部门|机关|委|厅|办)"
    r"|某某|\{\{[^}]*\}\}|\$\{[^}]*\}|[\[【（(]\s*(?:单位|部门|机关|行政机关|地区)(?:名称|全称|名)?\s*[\]】）)]"
    r"|20[X×xＸ_＿*＊○]{1,2}\s*年|(?<!\d)[_＿X×xＸ]{2,}\s*年"
)
_OPEN_SIGN = re.compile(r"[X×xＸ*＊_＿○〇某{\[【（(]")  # one stands in all of these
# Articles about a report: who published it stands before the year, or the words of the press.
_NEWS_TITLE = re.compile(
    r"[\u4e00-\u9fff](?<!现)(?<!予以)(?:发布|公布|晒出|亮出)(?<!于发布)(?<!于公布)[^。，\n]{0,8}20\d\d年?度?[^。，\n]{0,20}(?:信息公开|政务公开)[^。，\n]{0,12}(?:报告|年报)"
)
_NEWS = re.compile(
    r"本报讯|本网讯|[（(]记者|报告显示|《[^》]{0,40}信息公开[^》]{0,12}(?:报告|年报)》[^。]{0,6}(?:发布|公布|出炉)"
)
_PART_OF_A_YEAR = re.compile(r"(?:第?[一二三四1-4]季度|上半年|下半年|半年度?|\d{1,2}月份?)[^。\n]{0,16}(?:信息公开|政务公开)[^。\n]{0,16}(?:统计表|报表|情况|数据)")
_NO_GOVERNMENT = re.compile(r"(?:公司|集团|大学|学院|学校|中学|小学|医院|银行)[^。\n]{0,16}(?<!政府)信息公开[^。\n]{0,12}(?:报告|年报)")
_SEARCHED = re.compile(r"找到[^。\n]{0,12}(?:结果|记录|条)|搜索结果|站内搜索|检索结果")
_DATED_LINK = re.compile(r"(?:\[|【|（)?20\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?(?:\]|】|）)?\s*$")
_REPORT_LINE = re.compile(
    r"20\d\d年?度?[^。，\n]{0,40}(?:信息公开|政务公开)[^。，\n]{0,16}(?:报告|年报)|(?:信息公开|政务公开)[^。，\n]{0,16}(?:报告|年报)[（(]?20\d\d"
)
_CLAUSES = re.compile("[，。；《》]")
_TEMPLATE = re.compile("[（(]?(?:模板|样表|范本|样本|空表)[）)]?|(?<!》)报告格式[）)]?$")
_COLLECTED = re.compile("各(?:单位|部门|地|县区|区县|乡镇|镇街)[^。\n]{0,30}(?:汇总表|一览表|统计表|排名)")
_FIGURE = re.compile(r"[+-]?\d[\d,.]*(?:件|项|条|万元|元)?")
_SECTION = re.compile(r"(?:^|\n)[#*\s]*[一二三四五六七八九十]{1,2}[、.．]\s*[^\n]{2,40}")
_OWN_WORDS = re.compile(r"信息公开|政务公开|依申请|主动公开")


def _empty_form(texts: Sequence[str], meta: Mapping[str, str], identity: Identity) -> str | None:
    """A template: the statutory tables without a name, a year or a figure; or one table of many units."""
    if identity.title is not None:
        return None
    names = [meta.get("articletitle", ""), meta.get("title", ""), *(t for t in texts[:HEAD] if len(t) < 40)]
    for name in names:
        name = name[:LONGEST_LINE]
        if match := _TEMPLATE.search(name):
            return f"a blank form or template: “{match[0]}”"
        if match := _COLLECTED.search(name):
            return f"a table of many units, not one report: “{match[0]}”"
    if not any(_FIGURE.fullmatch(t) for t in texts):
        return "a blank form: tables without a title and without any figure"
    return None


def _titles_among(lines: Sequence[str]) -> list[str]:
    """The titles among these lines that may leave a name open."""
    asked = [t for t in lines if "报" in t and "公开" in t and len(t) < LONGEST_TITLE]
    return [t for t in asked if _OPEN_SIGN.search(t) and _TITLE_LINE.search(t)]


@lru_cache(maxsize=MOST_TABLES)
def _hold_a_title(words: Words) -> bool:
    """Whether such a title stands among the words of tables, which are one object for all pages that print the same."""
    return bool(_titles_among(words.texts))


def name_left_open(texts: Sequence[str], meta: Mapping[str, str], usual: Stretch | None = None) -> str | None:
    """What a title says in place of a body's name or a year (XX局, 20XX年, {{name}}); None where it is filled in. `usual`: where
    the tables of a usual page stand."""
    titles = [t for t in (meta.get("articletitle"), meta.get("title")) if t and _OPEN_SIGN.search(t)] if meta else []
    if usual is not None and usual.start < HEAD and usual.words.lasting and not _hold_a_title(usual.words):
        titles += _titles_among([*texts[: usual.start], *texts[usual.stop : HEAD]])
    else:
        titles += _titles_among(texts[:HEAD])
    for title in titles:
        if match := _NAME_LEFT_OPEN.search(title[:LONGEST_LINE]):
            return match[0]
    return None


_OF_NOBODY = ("an error or access page", "a list", "a page of search results")


def is_of_nobody(reason: str) -> bool:
    """Whether a page that is refused for this reason is no body's paper: who runs a list or a search, or whose report it
    names first, published none here."""
    return reason.startswith(_OF_NOBODY)


def _reports_named(texts: Sequence[str]) -> set[str]:
    """The reports that lines name, by their wording from the year on, or by body and year where those are more."""
    found = [(t, match[0]) for t in texts[:400] if "公" in t and len(t) < 80 and (match := _REPORT_LINE.search(simplify(t)))]
    titles = (take_title(t, "", -1) for t, _ in found)
    named = {f"{title.name} {title.year}" for title in titles if title and title.name and title.year}
    return max({wording for _, wording in found}, named, key=len)


def why_not_a_report(
    texts: Sequence[str], meta: Mapping[str, str], identity: Identity, *, tables_found: bool = False
) -> str | None:
    """One sentence that says why this is no such report, with what shows it; None when it is one.

    A page with the statutory tables filled in is a report, whatever its title is missing.
    """
    if tables_found:
        return _empty_form(texts, meta, identity)
    head = [t[:LONGEST_LINE] for t in texts[:HEAD] if t]
    if not head:
        return "the document has no text"
    opening = simplify("\n".join(head)[:1500])
    squeezed = opening.replace(" ", "").replace("\u3000", "")
    lines = squeezed.split("\n")
    named = simplify(identity.title or "")
    title = simplify(meta.get("articletitle") or meta.get("title") or "")[:LONGEST_LINE]
    top = squeezed[:400].replace("\n", "")
    size = sum(map(len, texts)) if len(texts) < 400 else 10_000
    prose = sum(len(t) > 60 and ("。" in t or "，" in t or "," in t) for t in texts[:400])
    has_sections = _SECTION.search(opening) is not None
    if (size < 1500 if not named else size < SHORTEST_REPORT and not has_sections) and (match := _ERROR.search(f"{title}\n{opening}")):
        return f"an error or access page: “{match[0].strip()}”"
    # A report's preamble may cite the notice that asked for it, in 《》 or in the words after 根据.
    calls = [line for line in lines if 12 < len(line) < 90 and "通知" in line and not _CLAUSES.search(line)]
    for text in (title, top[:300], *calls):
        if match := _NOTICE.search(_CITED.sub("", text)):
            return f"a notice about reports, not a report: “{match[0][-60:]}”"
    if not named and "通知" in squeezed:
        for line in lines[:12]:
            if _ADDRESSEES.match(line):
                return f"a notice addressed to others: “{line[:60]}”"
    if match := _EXPLAINS.search(top[:300]):
        return f"an explanation of a report, not the report: “{match[0]}”"
    if match := _BLANK_FORM.search(opening) or (None if named else _PLACEHOLDER.search(opening)):
        return f"a blank form or template: “{match[0].strip()}”"
    # the page's own title may stand in its header, its breadcrumb and its download line
    links = _reports_named(texts)
    if _SEARCHED.search(squeezed[:600]) and (len(links) >= 2 or "摘要" in squeezed):
        return "a page of search results, not a report"
    if len(links) >= 3 and not has_sections and prose < 2:
        return f"a list of {len(links)} reports, not a report"
    if not has_sections and (match := _NEWS_TITLE.search(title) or _NEWS.search(squeezed)):
        return f"news about a report, not the report: “{match[0]}”"
    if match := _NO_GOVERNMENT.search(f"{title}\n{top[:200]}"):
        return f"the report of an enterprise or a school, not on government information: “{match[0]}”"
    if named:
        return None
    if match := _PART_OF_A_YEAR.search(title) or _PART_OF_A_YEAR.search(top[:200]):
        return f"figures of a part of a year: “{match[0]}”"
    if "信息内容" in texts and (reason := _empty_form(texts, meta, identity)):
        return reason
    # The words of a menu are no title: a line of the text must say more than the bare name of a column.
    candidates = [("title", title)] + [
        ("text", t) for t in lines[:24] if 8 < len(t) < 60 and not _CLAUSES.search(t)
    ]  # 《…》 is cited
    for place, text in candidates:
        if (match := _OTHER.search(text)) and not _REPORT_LINE.search(text):
            return f"another kind of paper by its {place}: “{match[0]}”"
        if (match := _ABOUT.search(text)) and not text.startswith(("首页", "当前位置", "您所在", "您当前")):
            return f"about annual reports or the rules of publication, not a report, by its {place}: “{match[0]}”"
    dated = sum(_DATED_LINK.search(t) is not None for t in texts[:200] if 9 < len(t) < 90)
    if dated >= 6 and prose < 2:
        return f"a list page: {dated} dated links and no text of a report"
    if not any(_OWN_WORDS.search(simplify(t)) for t in texts[:400] if t):
        return "nothing on this page is about open government information"
    if prose == 0 and identity.year is None and size < 800 and not has_sections:
        return f"no report on this page: {size} characters, no title, no year, no text"
    return None
