"""The statistics table of 2014 to 2018 as this room prints it: indicators, units, and figures that satisfy its sums.
A second copy of facts the parser holds as data, on purpose, like `statutory`; how the table is printed is left to `old_reports`."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import NamedTuple

from gongkai.samplesite.figures import Number


class Indicator(NamedTuple):
    """One printed line: key, numbering, label, unit ("" for a heading without a figure)."""

    row: str
    ordinal: str
    label: str
    unit: str = ""


INDICATORS = (
    Indicator("", "一、", "主动公开情况"),
    Indicator("active_total", "（一）", "主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "条"),
    Indicator("active_normative_docs", "其中：", "主动公开规范性文件数", "条"),
    Indicator("normative_docs_made", "", "制发规范性文件总数", "件"),
    Indicator("", "（二）", "通过不同渠道和方式公开政府信息的情况"),
    Indicator("active_via_gazette", "1.", "政府公报公开政府信息数", "条"),
    Indicator("active_via_website", "2.", "政府网站公开政府信息数", "条"),
    Indicator("active_via_weibo", "3.", "政务微博公开政府信息数", "条"),
    Indicator("active_via_wechat", "4.", "政务微信公开政府信息数", "条"),
    Indicator("active_via_other", "5.", "其他方式公开政府信息数", "条"),
    Indicator("", "二、", "回应解读情况"),
    Indicator("response_events", "（一）", "回应公众关注热点或重大舆情数（不同方式回应同一热点或舆情计1次）", "次"),
    Indicator("", "（二）", "通过不同渠道和方式回应解读的情况"),
    Indicator("response_press_conferences", "1.", "参加或举办新闻发布会总次数", "次"),
    Indicator("response_press_conferences_leader", "其中：", "主要负责同志参加新闻发布会次数", "次"),
    Indicator("response_online_interviews", "2.", "政府网站在线访谈次数", "次"),
    Indicator("response_online_interviews_leader", "其中：", "主要负责同志参加政府网站在线访谈次数", "次"),
    Indicator("response_policy_articles", "3.", "政策解读稿件发布数", "篇"),
    Indicator("response_weibo_wechat", "4.", "微博微信回应事件数", "次"),
    Indicator("response_other", "5.", "其他方式回应事件数", "次"),
    Indicator("", "三、", "依申请公开情况"),
    Indicator("requests_received", "（一）", "收到申请数", "件"),
    Indicator("requests_received_in_person", "1.", "当面申请数", "件"),
    Indicator("requests_received_fax", "2.", "传真申请数", "件"),
    Indicator("requests_received_online", "3.", "网络申请数", "件"),
    Indicator("requests_received_letter", "4.", "信函申请数", "件"),
    Indicator("requests_closed", "（二）", "申请办结数", "件"),
    Indicator("requests_closed_on_time", "1.", "按时办结数", "件"),
    Indicator("requests_closed_extended", "2.", "延期办结数", "件"),
    Indicator("replies", "（三）", "申请答复数", "件"),
    Indicator("replies_already_public", "1.", "属于已主动公开范围数", "件"),
    Indicator("replies_granted", "2.", "同意公开答复数", "件"),
    Indicator("replies_partial", "3.", "同意部分公开答复数", "件"),
    Indicator("replies_refused", "4.", "不同意公开答复数", "件"),
    Indicator("replies_refused_state_secret", "其中：", "涉及国家秘密", "件"),
    Indicator("replies_refused_trade_secret", "", "涉及商业秘密", "件"),
    Indicator("replies_refused_privacy", "", "涉及个人隐私", "件"),
    Indicator("replies_refused_safety_stability", "", "危及国家安全、公共安全、经济安全和社会稳定", "件"),
    Indicator("replies_refused_not_government_information", "", "不是《条例》所指政府信息", "件"),
    Indicator("replies_refused_other_law", "", "法律法规规定的其他情形", "件"),
    Indicator("replies_not_competent", "5.", "不属于本行政机关公开数", "件"),
    Indicator("replies_not_exist", "6.", "申请信息不存在数", "件"),
    Indicator("replies_amend", "7.", "告知作出更改补充数", "件"),
    Indicator("replies_other_channel", "8.", "告知通过其他途径办理数", "件"),
    Indicator("review_total", "四、", "行政复议数量", "件"),
    Indicator("review_upheld", "（一）", "维持具体行政行为数", "件"),
    Indicator("review_corrected", "（二）", "被依法纠错数", "件"),
    Indicator("review_other", "（三）", "其他情形数", "件"),
    Indicator("litigation_total", "五、", "行政诉讼数量", "件"),
    Indicator("litigation_upheld", "（一）", "维持具体行政行为或者驳回原告诉讼请求数", "件"),
    Indicator("litigation_corrected", "（二）", "被依法纠错数", "件"),
    Indicator("litigation_other", "（三）", "其他情形数", "件"),
    Indicator("complaints_total", "六、", "举报投诉数量", "件"),
    Indicator("fees_collected", "七、", "依申请公开信息收取的费用", "万元"),
    Indicator("", "八、", "机构建设和保障经费情况"),
    Indicator("capacity_offices", "（一）", "政府信息公开工作专门机构数", "个"),
    Indicator("capacity_reading_points", "（二）", "设置政府信息公开查阅点数", "个"),
    Indicator("capacity_staff", "（三）", "从事政府信息公开工作人员数", "人"),
    Indicator("capacity_staff_full_time", "1.", "专职人员数（不包括政府公报及政府网站工作人员数）", "人"),
    Indicator("capacity_staff_part_time", "2.", "兼职人员数", "人"),
    Indicator("capacity_budget", "（四）", "政府信息公开专项经费（不包括用于政府公报编辑管理及政府网站建设维护等方面的经费）", "万元"),
    Indicator("", "九、", "政府信息公开会议和培训情况"),
    Indicator("training_meetings", "（一）", "召开政府信息公开工作会议或专题会议数", "次"),
    Indicator("training_courses", "（二）", "举办各类培训班数", "次"),
    Indicator("training_people", "（三）", "接受培训人员数", "人次"),
)

KINDS_OF_REPLY = tuple(i.row for i in INDICATORS if i.row.startswith("replies_") and not i.row.startswith("replies_refused_"))
SUMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("received_total", "requests_received", tuple(i.row for i in INDICATORS if i.row.startswith("requests_received_"))),
    ("closed_total", "requests_closed", ("requests_closed_on_time", "requests_closed_extended")),
    ("replies_total", "replies", KINDS_OF_REPLY),
    ("refused_total", "replies_refused", tuple(i.row for i in INDICATORS if i.row.startswith("replies_refused_"))),
    ("reconsideration_total", "review_total", ("review_upheld", "review_corrected", "review_other")),
    ("litigation_total", "litigation_total", ("litigation_upheld", "litigation_corrected", "litigation_other")),
    ("staff_total", "capacity_staff", ("capacity_staff_full_time", "capacity_staff_part_time")),
)
"""Rule, the row of the whole, the rows of its parts."""


def _parts(rng: Random, whole: int, rows: tuple[str, ...]) -> dict[str, int]:
    shares = dict.fromkeys(rows, 0)
    weights = [rng.choice((0.0, 0.2, 1.0, 4.0)) for _ in rows]
    if not any(weights):
        weights[0] = 1.0
    left = whole
    for row, weight in zip(rows, weights, strict=True):
        shares[row] = min(left, int(whole * weight / sum(weights)))
        left -= shares[row]
    shares[rows[weights.index(max(weights))]] += left
    return shares


def draw_indicators(rng: Random) -> dict[str, Number]:
    """A figure for every indicator; the sums hold, and channels of publication overlap as they do in fact."""
    size = rng.choice((1, 4, 20, 90, 600, 4000))

    def some(top: int, often: float = 0.8) -> int:
        return rng.randint(0, top) if rng.random() < often else 0

    found: dict[str, Number] = {i.row: some(size * 3) for i in INDICATORS if i.unit}
    published = rng.randint(1, size * 60)
    found |= {"active_total": published, "active_normative_docs": some(min(published, size * 4)), "normative_docs_made": some(size * 3)}
    found |= {row: some(published) for row in found if row.startswith("active_via_")}
    found["active_via_website"] = rng.randint(published // 2, published)
    received = some(size * 9, 0.8)
    answered = rng.randint(received * 8 // 10, received)
    found |= {"requests_received": received, "requests_closed": answered, "replies": answered, "capacity_staff": rng.randint(1, size * 2 + 3)}
    for _, whole, parts in SUMS:
        found |= _parts(rng, int(found[whole]), parts)
    for part in ("response_press_conferences", "response_online_interviews"):
        found[f"{part}_leader"] = rng.randint(0, int(found[part]))
    for row in ("fees_collected", "capacity_budget"):
        found[row] = Decimal(0) if rng.random() < 0.5 else Decimal(rng.randint(1, size * 400)) / rng.choice((1, 10, 100, 10000))
    return found
