"""Which links of a list are annual reports on open government information, by title and address, with the reason.

What the page says is left to the parsers: this decides only what is worth fetching. A wrong "other" loses a report, a
wrong "report" costs one request, so doubt is a candidate.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

from gongkai.scraper.dialects import is_article, is_file, is_image, is_list, names_annual_reports

Kind = Literal["report", "candidate", "other"]


class Verdict(NamedTuple):
    """What a link is, why, and the report year its title names. True unless it is something else."""

    kind: Kind
    reason: str
    year: int | None = None  # from the title only: years in addresses are of publication or of nothing

    def __bool__(self) -> bool:
        return self.kind != "other"


LONGEST_TITLE = 200
SHORTEST_RUN = 2  # characters of an agency's name

_SIMPLE = str.maketrans("開報務關於區縣鎮鄉衛健廳辦處員會業總結館圖讀財審計統計網決預說編製發傳遞環資農園臺廣醫藥條單據檢測",
                        "开报务关于区县镇乡卫健厅办处员会业总结馆图读财审计统计网决预说编制发传递环资农园台广医药条单据检测")  # fmt: skip
_CHINESE_YEAR = re.compile("二[〇○零0oO]([〇○零一二三四五六七八九])([〇○零一二三四五六七八九])(?=年)")
_CHINESE_DIGITS = dict(zip("〇○零一二三四五六七八九", "000123456789", strict=True))
_YEAR = re.compile(r"(?<!\d)(20[0-3]\d)(?!\d)")
_SUBJECT = r"(?:政府|政务|政務|企事业|工作)?信息(?:年度)?(?:主动|依申请)?公开|政府信息年度公开|政务(?:信息)?公开|信息公开"
_REPORT = re.compile(
    rf"(?:{_SUBJECT})[^，。；]{{0,14}}?(?:年度?(?:工作)?(?:情况)?(?:的)?报告|年报|报告书|(?:工作|情况|实施)[^，。；]{{0,6}}?报告|年度报)"
    rf"|(?:年度报告|年报)[^，。；]{{0,10}}?(?:{_SUBJECT})|(?:{_SUBJECT})报告"
)
_SUMMARY = re.compile(rf"(?:{_SUBJECT})[^，。；]{{0,8}}?(?:总结|小结|情况(?:说明|汇报)?$)|依申请公开[^，。；]{{0,6}}报告")
_YEARLY = re.compile(r"年度?报告|年报|(?<=度)报告")
_BARE_YEAR = re.compile(r"^[\[【(（]?(?:20[0-3]\d)(?:年度?|年年度)?[\]】)）]?(?:年报|年度报告|报告|nb)?(?:[(（](?:pdf|word|图片|全文|正文)[^)）]*[)）])?$", re.I)
_FILE_TITLE = re.compile(r"^[\[【(（]?(?:附件?|点击|下载)[\d一二三四五六七八九十]{0,3}[\]】)）]?[:：.、]?|\.(?:pdf|docx?|wps|xlsx?|ofd|zip|rar)[^\w]*$", re.I)
_CUT = re.compile(r"(?:\.{2,}|⋯+|。{2,})$")
_AGENCY = re.compile(
    r"(?:人民政府|政府|办公室|办公厅|办事处|街道|街道办|委员会|管委会|管理处|服务中心|中心|分局|总局|局|厅|委|办|院|镇|乡|区|县|市|旗|苏木|农场|林场|公司|总队|支队|大队|协会|联合会|总工会|馆|社|站|所|部)(?:[(（][^)）]{1,20}[)）])?$"
)

# What stands in the same columns and is no report. The order is that of the reasons given.
_OTHER: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        ("yearly form on the web site itself (网站年度报表)", r"网站[^，。]{0,10}(?:报表|年报|年度报告|年度工作报告)|(?:新媒体|政务微信)[^，。]{0,8}(?:报表|年报)|工作年度报表|年度报表"),
        ("report on government under law", r"法治政府|依法行政|法治建设"),
        ("housing fund", r"住房公积金"),
        ("budget or accounts", r"预算|决算|预决算|三公经费|财务报告|绩效(?:评价|目标)"),
        ("explanation or picture story", r"解读|图解|一图|图说|图看|读懂|看懂|问答|动漫|长图"),
        ("guide, catalogue, rule or form", r"(?:公开)(?:工作)?(?:指南|目录|制度|规定|办法|细则|申请表|流程|须知|清单|机制|标准)(?![^，。]{0,20}年度报告)|(?:年度报告|年报)(?:制度|办法|规定|工作制度)|保密审查|公开条例(?![^，。]{0,20}报告)"),
        ("notice on how to write or send reports", r"(?:做好|编制|编写|撰写|报送|填报|上报|提交|开展|加强|规范|部署|催报|征集)[^，。]{0,50}(?:的)?(?:通知|通告|函|公告|意见|提示|要求)"),
        ("meeting, training or inspection", r"召开|会议|培训|座谈|讲话|推进会|部署|督查|检查|调研|考核|测评|评估|评议|排名|通报|约谈|表彰|举办|开展(?!情况)"),
        ("plan or key points", r"工作要点|要点分工|实施方案|工作方案|工作计划|行动方案|任务分工|规划"),
        ("table of many units", r"汇总|一览表|统计汇总|名录|通讯录|公开率"),
        ("template", r"模板|模版|范本|样表|格式|参考文本"),
        ("request for comments or opinion survey", r"征求意见|征集|意见征集|问卷|调查"),
    )
)  # fmt: skip
# 住房公积金管理中心, 会议中心, 规划局, 考核办: the name of an agency before the year or the subject confuses nobody.
_AGENCY_FIRST = re.compile(
    rf"^(?:\[[^\]]{{1,6}}\])?(?:20\d\d年度?)?[^：:《》“”，。；、]{{2,40}}?(?:局|委|委员会|中心|办|办公室|办公厅|厅|院|政府|街道|镇|乡|区|县|市|管理处|公司|队|站|所|馆|会)(?:\([^)]{{1,20}}\))?(?=(?:关于)?(?:20\d\d年|{_SUBJECT}))"
)
_NO_AGENCY = re.compile("关于|召开|做好|组织|开展|举办|转发|印发|学习|读懂|图解|解读|推进")
_STATISTICS = re.compile(r"统计(?:报|公报|数据|年鉴|表|情况)|情况表")
_NOTICE = re.compile(r"(?:的)?(?:通知|函|公告|通告|公示)(?:[(（][^)）]*[)）])?$")
_OTHER_YEARLY = re.compile(
    r"工作报告|发展(?:统计)?公报|社会责任|环境|质量报告|信用|普法|信访|建议提案|重大(?:行政)?决策|双随机|行政执法|企业(?:信息)?(?:公示)?年(?:报|度报告)|年报公示|上市公司|事业单位(?:法人)?年度|监督检查"
)


def fold(title: str) -> str:
    """A title without white space, in simplified characters and half-width forms, Chinese years as figures."""
    text = unicodedata.normalize("NFKC", title[:LONGEST_TITLE]).translate(_SIMPLE)
    text = re.sub(r"[\s\u200b\ufeff]+", "", text)
    return _CHINESE_YEAR.sub(lambda m: f"20{_CHINESE_DIGITS[m[1]]}{_CHINESE_DIGITS[m[2]]}", text)


def year_named(title: str) -> int | None:
    """The report year a title names; None where it names none or several."""
    years = {int(year) for year in _YEAR.findall(fold(title))}
    return years.pop() if len(years) == 1 else None


@lru_cache(maxsize=16_384)  # asked several times of each link of a page, and of the same links every night
def is_report_link(title: str, url: str, *, in_column: bool = False) -> Verdict:
    """Whether a link leads to an annual report; `in_column`: it stands in a column of such reports.

    Inside such a column short titles are enough to be a candidate: 2024年, 附件.pdf, the bare name of an agency.
    """
    text = fold(title)
    year = year_named(title)
    if is_image(url):
        return Verdict("other", "a picture", year)
    report = _REPORT.search(text)
    said = _without_agency(text) if report is not None else text
    for reason, pattern in _OTHER:
        if match := pattern.search(said):
            return Verdict("other", f"{reason}: “{match[0][:30]}”", year)
    if report is None and (match := _STATISTICS.search(text)):
        return Verdict("other", f"statistics: “{match[0]}”", year)
    if report is not None:
        if is_list(url) and year is None and not is_file(url):
            return Verdict("other", "names a column of reports, not one", year)
        if _NOTICE.search(text):
            return Verdict("candidate", "a notice that may carry the report", year)
        if year is None:
            return Verdict("candidate", f"names no year: “{report[0][:30]}”", year)
        return Verdict("report", f"title: “{report[0][:30]}”", year)
    return _short(text, url, year, in_column)


def _without_agency(text: str) -> str:
    """What a title says beside the name of an agency that it begins with."""
    match = _AGENCY_FIRST.match(text)
    return text[match.end() :] if match and not _NO_AGENCY.search(match[0]) else text


def _short(text: str, url: str, year: int | None, in_column: bool) -> Verdict:
    """A link whose title does not say that it is a report on open government information."""
    article = is_article(url) or is_file(url)
    if match := _SUMMARY.search(text):
        if year is None:
            return Verdict("other", f"a summary of no year: “{match[0][:30]}”", year)
        return Verdict("candidate", f"an older or looser name of the report: “{match[0][:30]}”", year)
    if match := _OTHER_YEARLY.search(text):
        return Verdict("other", f"another yearly paper: “{match[0]}”", year)
    if in_column and _CUT.search(text) and not is_list(url) and (year is not None or names_annual_reports(url)):
        return Verdict("candidate", "a title that is cut short, in a column of annual reports", year)
    if not in_column:
        if not text and article and names_annual_reports(url):
            return Verdict("candidate", "no title; its address hints at annual reports", year)
        return Verdict("other", "title names no such report", year)
    if _YEARLY.search(text) and (year is not None or article):
        return Verdict("candidate", "an annual report of no named kind, in a column of these", year)
    if _BARE_YEAR.match(text) and not is_list(url):
        return Verdict("candidate", "a bare year, in a column of annual reports", year)
    if _FILE_TITLE.search(text) and is_file(url):
        return Verdict("candidate", "a file, in a column of annual reports", year)
    if (article or (names_annual_reports(url) and not is_list(url))) and SHORTEST_RUN < len(text) <= 30 and _AGENCY.search(text):
        return Verdict("candidate", "the bare name of an agency, in a column of annual reports", year)
    if not text and article:
        return Verdict("candidate", "no title, in a column of annual reports", year)
    return Verdict("other", "title names no such report", year)
