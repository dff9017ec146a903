"""Which links of a page are the entries of its list, which lead to further columns, and which are furniture.

A list is told by repetition: entries stand in elements of one kind, with days beside them or addresses of articles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from lxml import etree

from gongkai.scraper.dialects import below, is_article, is_file, is_list, names_annual_reports
from gongkai.scraper.markup import Anchor, anchors, base_of, metas, parse, same_host, same_page, spaced, text_of
from gongkai.scraper.report_links import fold, is_report_link
from gongkai.scraper.sites.listing import Link

MOST_COLUMNS = 400
"""Columns of one page: a province's hub names some 120 counties or 60 departments."""

_FURNITURE = re.compile(
    r"^(?:(?:返回)?(?:网站)?首页|上一?页|下一?页|前一?页|后一?页|尾页|末页|末尾页|第一页|最后一页|跳转|确定|转到|go|prev(?:ious)?|next|[<>«»‹›|]+|更多.{0,2}|more.{0,2}|\d{1,3}|\.{2,}|…"
    r"|网站地图|联系我们|关于我们|网站声明|隐私(?:保护|声明)|登录|注册|无障碍.{0,6}|繁體?|简体?|english|.{0,3}icp备.*|.{0,8}公网安备.*|打印.{0,4}|关闭.{0,4}|分享.{0,6}|收藏.{0,6}|rss.{0,2}|返回(?:顶部|上一页|列表)?)$",
    re.I,
)
_MORE = re.compile(r"^[\[【]?(?:查看)?(?:更多|more)(?:年报|年度报告)?[\]】]?\W{0,3}$", re.I)
_YEAR_ONLY = re.compile(r"^(?:20[0-3]\d)(?:年度?)?(?:(?:政府|政务)?信息公开)?(?:工作)?(?:年度?报告|年报)?(?:[(（]\d+[)）])?$")
_ANNUAL = re.compile(r"年度?(?:工作)?报告|年报|信息年度公开")
_OGI = re.compile(r"信息公开|政务公开|公开年(?:报|度)")
_GROUP = re.compile(
    r"^各?(?:[省市区县州盟旗]{1,3}(?:直|级|属|政府)?|乡镇|镇街|镇乡|街镇|街道|委办局|直属|派出|政府|公共|垂管|中央|下属|国务院|地方|功能区|园区|开发区)?(?:工作)?(?:各|和|及|、|（|\()?(?:乡|镇|街道|部门|单位|机构|机关|委办局|政府|区县?|县区?|县[市（(]?[市区]*[）)]?|市|州|盟|旗|办事处|企事业单位|组成部门)+(?:[）)])?"
    r"(?:(?:的|政府|信息公开|政府信息公开|工作)*(?:年度?报告|年报))?$"
)
_AGENCY = re.compile(r"(?:政府|办公室|办公厅|办事处|街道|委员会|管委会|局|厅|委|院|镇|乡|区|县|市|州|旗|苏木|中心|开发区|园区)(?:[(（].{1,20}[)）])?(?:政府信息公开|信息公开)?(?:年度?报告|年报)?$")
_MENU = re.compile(r"^(?:新闻|资讯|办事|互动|数据|走进|魅力|旅游|投资)(?!处).{0,4}$|大厅|指南|制度|目录|主动公开|依申请")
_NOTHING = re.compile(r"暂无(?:相关|该类)?(?:信息|数据|内容|记录|文章)|没有(?:找到|查询到|查到)?(?:相关|符合条件的?)?(?:信息|数据|内容|记录|文章)|(?:共|总共|共有)\s*0\s*(?:条|篇|页)|(?:栏目|此处|列表)(?:暂时|尚)?(?:无|没有)(?:内容|信息|数据)|内容(?:正在)?(?:建设|更新|整理)中")  # fmt: skip
# 002/2026 is the number of a document, 1/11 alone a page: a count of pages stands with 页 or after a count of entries.
_PAGES_DECLARED = re.compile(
    r"共\s*(?:计)?\s*(\d{1,6})\s*页|\d{1,5}\s*/\s*(\d{1,5})\s*页|条\D{0,12}?\d{1,5}\s*/\s*(\d{1,5})(?!\s*[/年月.\d-])|总页数\s*[:：]?\s*(\d{1,6})"
)
_DECLARED = re.compile(r"共\s*(?:计|有)?\s*(\d{1,6})\s*(?:条|篇)|总(?:记录|条)数?\s*[:：]?\s*(\d{1,6})|(\d{1,6})\s*条记录")

SEEN_TEXT = 400_000
"""Characters of visible text in which counts and «nothing here» are looked for."""


LIKE_THE_MAIN_LIST = 1 / 3
"""Share of the best list's score from which another list of a page counts too: a list is often cut into several, and
without a report in sight it is better to take a list of news along than to lose the list."""


class Reading:
    """A page as a tree, with what every adapter asks of it. Made once a page."""

    def __init__(self, text: str, url: str, base: str | None = None) -> None:
        self.url = url
        self.tree = parse(text)
        tree = self.tree
        self.base = base or (base_of(tree, url) if tree is not None else url)
        self.anchors: list[Anchor] = [] if tree is None else anchors(tree, url, base=self.base)
        self.metas = {} if tree is None else metas(tree)
        self._visible: str | None = None

    @property
    def visible(self) -> str:
        """The visible text of the whole page."""
        if self._visible is None:
            if self.tree is not None:
                for element in self.tree.iter("div", "p", "span", "ul", "li", "td"):
                    if "display:none" in (element.get("style") or "").replace(" ", "").lower():
                        element.tag = "script"  # whose text is not read: words for a case that is not this one
            self._visible = "" if self.tree is None else text_of(self.tree, SEEN_TEXT, joint=" ")
        return self._visible

    @property
    def name(self) -> str:
        """What the page calls itself: its column's name, else its title."""
        title = None if self.tree is None else next(self.tree.iter("title"), None)
        return f"{self.metas.get('columnname', '')} {spaced(title.text or '') if title is not None else ''}".strip()

    @property
    def about_annual_reports(self) -> bool:
        """Whether the page calls itself a column of annual reports, or its address hints at it."""
        return bool(_ANNUAL.search(self.name)) or names_annual_reports(self.url)

    def says_nothing(self) -> bool:
        """Whether the page itself says that there is nothing."""
        return bool(_NOTHING.search(self.visible))

    def declared(self) -> tuple[int | None, int | None]:
        """Entries and pages of the whole list as printed; None where it is not printed."""
        return _number(_DECLARED, self.visible), _number(_PAGES_DECLARED, self.visible)


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    return int(next(group for group in match.groups() if group)) if match else None


def entries(reading: Reading) -> tuple[Link, ...]:
    """The entries of the list on a page: of all lists, the one with reports in it, else the one most like a list."""
    kept = [anchor for anchor in reading.anchors if not is_furniture(anchor, reading.url)]
    about = reading.about_annual_reports
    strong = {id(anchor) for anchor in kept if _is_strong(anchor.link, about)}
    scores: dict[str, int] = defaultdict(int)
    with_reports: set[str] = set()
    entry: list[Anchor] = []
    for anchor in kept:
        worth = 5 * (id(anchor) in strong) + 2 * (anchor.link.day is not None) + _is_document(anchor.link.url)
        if worth:
            entry.append(anchor)
            scores[anchor.signature] += worth
            if id(anchor) in strong:
                with_reports.add(anchor.signature)
    most = max(scores.values(), default=0)
    main = with_reports or {signature for signature, score in scores.items() if score >= most * LIKE_THE_MAIN_LIST}
    return tuple(anchor.link for anchor in entry if anchor.signature in main or id(anchor) in strong)


def _is_document(url: str) -> bool:
    return is_article(url) or is_file(url)


def _is_strong(link: Link, about: bool) -> bool:
    """A link that may be a report: in a column of reports an agency's bare name is enough, elsewhere a year or a file."""
    if is_report_link(link.title, link.url, in_column=about):
        return True
    verdict = is_report_link(link.title, link.url, in_column=True)
    return bool(verdict) and (verdict.year is not None or (is_file(link.url) and not link.off_host))


def is_furniture(anchor: Anchor, url: str) -> bool:
    """Pagers, home links, the page itself."""
    text = anchor.link.title or anchor.text
    return bool(_FURNITURE.match(text)) or not text or same_page(anchor.link.url) == same_page(url)


def columns(reading: Reading, taken: Sequence[Link] = ()) -> tuple[Link, ...]:
    """Links to further columns of annual reports: a year's channel, a group of bodies, one subordinate body."""
    about = reading.about_annual_reports
    shows = about or any(is_report_link(link.title, link.url).kind == "report" for link in taken)
    known = {link.url for link in taken}
    found = [
        anchor.link
        for anchor in reading.anchors
        if anchor.link.url not in known
        and not _is_document(anchor.link.url)
        and (_is_rest(anchor, reading.url, about) or (not is_furniture(anchor, reading.url) and _is_column(anchor.link, reading.url, about, shows)))
    ]
    return tuple(found[:MOST_COLUMNS])


def is_year(title: str) -> bool:
    """Whether a title names a year and nobody: 2023年, 2023年年报. A report may stand behind it, or a list of all bodies'."""
    return bool(_YEAR_ONLY.match(fold(title)))


def _is_rest(anchor: Anchor, page_url: str, about: bool) -> bool:
    """更多 below a column of annual reports: the whole list of which the page shows the first entries."""
    url = anchor.link.url
    return about and bool(_MORE.match(anchor.text)) and same_page(url) != same_page(page_url) and same_host(url, page_url) and (below(url, page_url) or names_annual_reports(url))


def _is_column(link: Link, page_url: str, about: bool, shows: bool) -> bool:
    """`about`: the page calls itself a column of annual reports; `shows`: it is one, or lists some."""
    text = fold(link.title)
    if not is_list(link.url) or len(text) > 40:
        return False
    lower = below(link.url, page_url)
    near = lower or (same_host(link.url, page_url) and names_annual_reports(link.url))
    if _YEAR_ONLY.match(text):
        return lower or (shows and same_host(link.url, page_url))
    annual = bool(_ANNUAL.search(text)) and (about or bool(_OGI.search(text)))
    if annual and is_report_link("2020年" + link.title, link.url + "x.html"):  # no confuser in the name
        return lower or not about or bool(_GROUP.match(text)) or bool(_AGENCY.search(text))
    hinted = near or names_annual_reports(link.url)
    return about and hinted and not _MENU.search(text) and bool(_GROUP.match(text) or _AGENCY.search(text))


def from_fragment(text: str, url: str, base: str | None = None) -> tuple[Link, ...]:
    """The entries of a fragment that holds nothing but a list: every link that is no pager."""
    tree: etree._Element | None = parse(text)
    if tree is None:
        return ()
    return tuple(a.link for a in anchors(tree, url, base=base or url) if not is_furniture(a, base or url))
