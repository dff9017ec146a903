"""The statutory forms as this room prints them: rows, columns, labels, and the sums they imply.
A second copy of facts the parser holds as data, on purpose: the opponent must not share its opponent's mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FormName = Literal["2021", "2021-one-other", "2019"]
FORMS: tuple[FormName, ...] = ("2021", "2021-one-other", "2019")

Key = tuple[str, str, str]  # table, row, column

KINDS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other")
ORGANISATIONS = KINDS[1:]
COLUMNS = (*KINDS, "total")
COLUMN_LABELS = {
    "natural_person": "自然人",
    "business": "商业企业",
    "research": "科研机构",
    "public_welfare": "社会公益组织",
    "legal_service": "法律服务机构",
    "other": "其他",
    "total": "总计",
    "subtotal": "法人小计",
}

REVIEW_GROUPS = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
REVIEW_GROUP_LABELS = {
    "reconsideration": "行政复议",
    "litigation_direct": "未经复议直接起诉",
    "litigation_after_reconsideration": "复议后起诉",
}
REVIEW_COLUMNS = ("upheld", "corrected", "other", "pending", "total")
REVIEW_COLUMN_LABELS = {
    "upheld": "结果维持",
    "corrected": "结果纠正",
    "other": "其他结果",
    "pending": "尚未审结",
    "total": "总计",
}

CORNER_NOTE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"

SECTION_TITLES = {
    "overview": "总体情况",
    "proactive": "主动公开政府信息情况",
    "applications": "收到和处理政府信息公开申请情况",
    "review": "政府信息公开行政复议、行政诉讼情况",
    "problems": "存在的主要问题及改进情况",
    "other_matters": "其他需要报告的事项",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One printed line of table three; a group has no figures of its own."""

    row: str
    ordinal: str
    label: str
    depth: int
    group: bool = False


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """One stacked block of table two."""

    item: str  # the Chinese numeral in 第二十条第（…）项
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]


_FIRST = (
    Entry("received", "一、", "本年新收政府信息公开申请数量", 1),
    Entry("carried_in", "二、", "上年结转政府信息公开申请数量", 1),
    Entry("handled", "三、", "本年度办理结果", 1, group=True),
    Entry("granted", "（一）", "予以公开", 2),
    Entry("partly_granted", "（二）", "部分公开（区分处理的，只计这一情形，不计其他情形）", 2),
    Entry("refused", "（三）", "不予公开", 2, group=True),
    Entry("refused_state_secret", "1.", "属于国家秘密", 3),
    Entry("refused_prohibited_by_law", "2.", "其他法律行政法规禁止公开", 3),
    Entry("refused_security_stability", "3.", "危及“三安全一稳定”", 3),
    Entry("refused_third_party", "4.", "保护第三方合法权益", 3),
    Entry("refused_internal_affairs", "5.", "属于三类内部事务信息", 3),
    Entry("refused_process_information", "6.", "属于四类过程性信息", 3),
    Entry("refused_enforcement_files", "7.", "属于行政执法案卷", 3),
    Entry("refused_administrative_inquiry", "8.", "属于行政查询事项", 3),
    Entry("unavailable", "（四）", "无法提供", 2, group=True),
    Entry("unavailable_not_held", "1.", "本机关不掌握相关政府信息", 3),
    Entry("unavailable_needs_creation", "2.", "没有现成信息需要另行制作", 3),
    Entry("unavailable_unclear", "3.", "补正后申请内容仍不明确", 3),
    Entry("not_processed", "（五）", "不予处理", 2, group=True),
    Entry("not_processed_petition", "1.", "信访举报投诉类申请", 3),
    Entry("not_processed_duplicate", "2.", "重复申请", 3),
    Entry("not_processed_publication", "3.", "要求提供公开出版物", 3),
    Entry("not_processed_repeated_excessive", "4.", "无正当理由大量反复申请", 3),
    Entry("not_processed_confirmation", "5.", "要求行政机关确认或重新出具已获取信息", 3),
)
_OTHER_THREE = (
    Entry("other", "（六）", "其他处理", 2, group=True),
    Entry("other_uncorrected", "1.", "申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", 3),
    Entry("other_unpaid", "2.", "申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", 3),
    Entry("other_other", "3.", "其他", 3),
)
_OTHER_ONE = (Entry("other", "（六）", "其他处理", 2),)
_LAST = (
    Entry("total", "（七）", "总计", 2),
    Entry("carried_out", "四、", "结转下年度继续办理", 1),
)

_BLOCKS_2021 = (
    BlockFacts(
        "一",
        (("issued", "本年制发件数"), ("repealed", "本年废止件数"), ("in_force", "现行有效件数")),
        (("regulations", "规章"), ("normative_documents", "行政规范性文件")),
    ),
    BlockFacts("五", (("decisions", "本年处理决定数量"),), (("licensing", "行政许可"),)),
    BlockFacts(
        "六", (("decisions", "本年处理决定数量"),), (("penalties", "行政处罚"), ("coercive_measures", "行政强制"))
    ),
    BlockFacts("八", (("amount", "本年收费金额（单位：万元）"),), (("fees", "行政事业性收费"),)),
)
_ITEMS = (("items_last_year", "上一年项目数量"), ("items_change", "本年增/减"))
_BLOCKS_2019 = (
    BlockFacts(
        "一",
        (("newly_made", "本年新制作数量"), ("newly_disclosed", "本年新公开数量"), ("disclosed_total", "对外公开总数量")),
        (("regulations", "规章"), ("normative_documents", "规范性文件")),
    ),
    BlockFacts(
        "五",
        (*_ITEMS, ("decisions", "处理决定数量")),
        (("licensing", "行政许可"), ("other_services", "其他对外管理服务事项")),
    ),
    BlockFacts(
        "六",
        (*_ITEMS, ("decisions", "处理决定数量")),
        (("penalties", "行政处罚"), ("coercive_measures", "行政强制")),
    ),
    BlockFacts("八", _ITEMS, (("fees", "行政事业性收费"),)),
    BlockFacts("九", (("items", "采购项目数量"), ("amount", "采购总金额")), (("procurement", "政府集中采购"),)),
)


def entries(form: FormName) -> tuple[Entry, ...]:
    """The lines of table three in statutory order."""
    return (*_FIRST, *(_OTHER_THREE if form == "2021" else _OTHER_ONE), *_LAST)


def blocks(form: FormName) -> tuple[BlockFacts, ...]:
    """The blocks of table two in statutory order."""
    return _BLOCKS_2019 if form == "2019" else _BLOCKS_2021


def value_rows(form: FormName) -> tuple[str, ...]:
    """Keys of the lines of table three that carry figures."""
    return tuple(entry.row for entry in entries(form) if not entry.group)


def outcome_rows(form: FormName) -> tuple[str, ...]:
    """Keys of the lines that add up to (七)总计."""
    return tuple(row for row in value_rows(form) if row not in ("received", "carried_in", "total", "carried_out"))


def keys(form: FormName) -> tuple[Key, ...]:
    """Every cell of a form, in statutory order."""
    found: list[Key] = []
    for block in blocks(form):
        found += [("proactive", row, column) for row, _ in block.rows for column, _ in block.columns]
    found += [("applications", row, column) for row in value_rows(form) for column in COLUMNS]
    found += [("review", group, column) for group in REVIEW_GROUPS for column in REVIEW_COLUMNS]
    return tuple(found)
