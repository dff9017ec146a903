"""Ways labels and headers go wrong: lost, glued, torn, missing, shortened, misspelt, numbered otherwise.
Figures stay where they are; which line they belong to is still decided by order and by what is left of the words."""

from __future__ import annotations

from random import Random

from gongkai.samplesite.draft import TEAR, Draft, Line
from gongkai.samplesite.layouts import Layout
from gongkai.samplesite.statutory import COLUMNS, ORGANISATIONS, REVIEW_COLUMNS

_VARIANTS = {
    "partly_granted": ("部分公开", "部分公开(区分处理的,只计这一情形,不计其他情形)", "部分公开（区分处理的，只计这一情形，不计其它情形）"),
    "refused_prohibited_by_law": ("其它法律行政法规禁止公开", "其他法律、行政法规禁止公开"),
    "refused_security_stability": ("危及三安全一稳定", '危及"三安全一稳定"', "危及‘三安全一稳定’"),
    "other": ("其它处理", "其他"),
    "other_uncorrected": ("逾期不补正", "申请人无正当理由逾期不补正，行政机关不再处理其政府信息公开申请", "逾期不补正不再处理"),
    "other_unpaid": ("逾期不缴费", "申请人逾期未按收费通知要求缴纳费用，行政机关不再处理其政府信息公开申请"),
    "other_other": ("其它",),
    "carried_out": ("结转下一年度继续办理", "结转下一年继续办理", "结转下年继续办理"),
    "received": ("本年新收政府信息公开申请数",),
    "carried_in": ("上年度结转政府信息公开申请数量",),
    "not_processed_petition": ("信访、举报、投诉类申请",),
    "not_processed_repeated_excessive": ("无正当理由大量、反复申请",),
    "unavailable_needs_creation": ("没有现成信息、需要另行制作",),
    "normative_documents": ("规范性文件", "规范文件", "行政规范性文件"),
}  # fmt: skip
_MISSPELT = {
    "refused_prohibited_by_law": "其他法律行政止公开",
    "refused_security_stability": "危机“三安全一稳定”",
    "refused_process_information": "属于四类过程信息",
    "refused_internal_affairs": "属于三类内部事物信息",
    "unavailable_not_held": "本机关不掌相关政府信息",
    "unavailable_unclear": "补正后申请内容任不明确",
    "not_processed_confirmation": "要求行政机关确认或从新出具已获取信息",
    "not_processed_publication": "要求提供公开出版物",
    "carried_out": "接转下年度继续办理",
    "received": "本年新受政府信息公开申请数量",
}


def _values(draft: Draft) -> list[Line]:
    return [line for line in draft.lines if not line.group and not line.loose]


def _torn(text: str, rng: Random) -> str:
    if len(text) < 3 or TEAR in text:
        return text
    at = rng.randint(1, len(text) - 1)
    return text[:at] + TEAR + text[at:]


def _columns_of(draft: Draft, row: str) -> list[str]:
    return next(block.columns for block in draft.blocks if any(line.row == row for line in block.lines))


def natural_person_lost(draft: Draft, rng: Random, layout: Layout) -> bool:
    draft.column_labels["natural_person"] = ""
    return True


def header_glued(draft: Draft, rng: Random, layout: Layout) -> bool:
    if rng.random() < 0.5:
        draft.column_labels["natural_person"] = "自然人总计"
        draft.column_labels["total"] = ""
    for block in draft.blocks:
        if len(block.heads) == 1 or rng.random() < 0.3:
            block.corner, block.heads[0] = block.corner + block.heads[0], ""
    if layout.kind == "flat":
        draft.review_heads["reconsideration"] = "行政复议行政诉讼"
        draft.review_heads["litigation"] = ""
    return True


def header_torn(draft: Draft, rng: Random, layout: Layout) -> bool:
    for column in (*ORGANISATIONS[:-1], "natural_person"):
        if rng.random() < 0.7:
            draft.column_labels[column] = _torn(draft.column_labels[column], rng)
    for column in REVIEW_COLUMNS[:-1]:
        draft.review_heads[column] = _torn(draft.review_heads[column], rng)
    for block in draft.blocks:
        block.heads = [_torn(head, rng) if rng.random() < 0.7 else head for head in block.heads]
    if rng.random() < 0.4:
        draft.corner = _torn(draft.corner, rng)
    return True


def labels_torn(draft: Draft, rng: Random, layout: Layout) -> bool:
    share = rng.choice((0.15, 0.5))
    for line in draft.lines:
        if not line.loose and rng.random() < share:
            line.words = _torn(line.words, rng)
    for block in draft.blocks:
        for printed in block.lines:
            if rng.random() < share:
                printed.label = _torn(printed.label, rng)
    return True


def groups_vertical(draft: Draft, rng: Random, layout: Layout) -> bool:
    """三 / 、 / 本 / 年 …: a merged cell so narrow that every character has its own line."""
    for line in draft.lines:
        if line.group and (line.row == "handled" or rng.random() < 0.4):
            line.words = TEAR.join(line.words)
            if rng.random() < 0.5:
                line.ordinal += TEAR
    return True


def label_round_numbers(draft: Draft, rng: Random, layout: Layout) -> bool:
    """A long label whose lines stand before, beside and after its figures."""
    found = [line for line in _values(draft) if len(line.words.replace(TEAR, "")) > 16 and not line.row.startswith("part")]
    for line in rng.sample(found, min(len(found), rng.randint(1, 2))):
        words = line.words.replace(TEAR, "")
        one, two = len(words) // 3, 2 * len(words) // 3
        at = draft.lines.index(line)
        before = Line("loose", "", line.label.replace(TEAR, "")[: len(line.ordinal) + one], line.depth, loose=True)
        after = Line("loose", "", words[two:], line.depth, loose=True)
        line.ordinal, line.words = "", words[one:two]
        draft.lines[at : at + 1] = [before, line, after]
    return bool(found)


def label_cut_by_page(draft: Draft, rng: Random, layout: Layout) -> bool:
    """`（四）无`, a page number, `法提供`: a page break inside a merged label."""
    found = [
        at
        for at, line in enumerate(draft.lines[:-2])
        if line.group and line.depth == 2 and TEAR not in line.label and not draft.lines[at + 1].loose
    ]
    if not found:
        return False
    at = rng.choice(found)
    line = draft.lines[at]
    rest, line.words = line.words[1:], line.words[:1]
    page = rng.choice(("- {} -", "— {} —", "-{}-")).format(rng.randint(3, 9))
    draft.lines[at + 2 : at + 2] = [Line("loose", "", text, 3, loose=True) for text in (page, rest)]
    return True


def labels_missing(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Figures with nothing beside them: order and arithmetic alone place them."""
    # Where blanks leave no trace, a label without figures would take those of the line that lost its label.
    if not layout.keeps_blanks and not all(figure.text for figure in draft.figures.values()):
        return False
    columns = [column for column in draft.columns if column != "subtotal"]
    found = [
        line
        for line in _values(draft)
        if line.depth > 1
        # Without its words nobody can say whether one line stands for （六） or for one of its three.
        and not (line.row == "other" and draft.form == "2021-one-other")
        and any(draft.number(("applications", line.row, column)) is not None for column in columns)
    ]
    count = min(len(found), rng.choice((1, 1, 2, 3, 4)))
    at = rng.randrange(len(found) - count + 1)
    chosen = found[at : at + count] if rng.random() < 0.4 else rng.sample(found, count)
    if rng.random() < 0.25:
        printed = rng.choice(rng.choice(draft.blocks).lines)
        if printed.row != "local" and all(draft.figures["proactive", printed.row, c].text for c in _columns_of(draft, printed.row)):
            printed.label = ""
    blank = rng.random() < 0.4
    for line in chosen:
        line.ordinal = ""
        # A label cell may be there and empty; beside blank figures nobody could tell the two apart.
        full = all(draft.figures["applications", line.row, column].text for column in columns)
        line.words = "\u00a0" if blank and full and layout.kind != "rows" else ""
    return bool(chosen)


def label_variants(draft: Draft, rng: Random, layout: Layout) -> bool:
    for line in draft.lines:
        if line.row in _VARIANTS and (line.group or line.row != "other") and rng.random() < 0.6:
            line.words = rng.choice(_VARIANTS[line.row])
    for block in draft.blocks:
        for printed in block.lines:
            if printed.row in _VARIANTS:
                printed.label = rng.choice(_VARIANTS[printed.row])
    return True


def label_misspelt(draft: Draft, rng: Random, layout: Layout) -> bool:
    found = [line for line in _values(draft) if line.row in _MISSPELT]
    for line in rng.sample(found, min(len(found), rng.randint(1, 2))):
        line.words = _MISSPELT[line.row]
    return bool(found)


_THIRD = ("{}、", "{}．", "（{}）", "({})", "{}", "{} .", "")
_SECOND = ("({})", "（{})", "{}、", "")
_DIGITS = "一二三四五六七八"


def ordinals_changed(draft: Draft, rng: Random, layout: Layout) -> bool:
    """1、 for 1., brackets of the other kind, circled digits, or no number at all."""
    third, second, first = rng.choice((*_THIRD, "①")), rng.choice(_SECOND), rng.choice(("{}、", "{}．", ""))
    if layout.name == "text-spaces" and third == "{} .":
        third = "{}、"
    for line in draft.lines:
        if line.loose or TEAR in line.ordinal or not line.ordinal:
            continue
        if line.depth == 3:
            if rng.random() < 0.1:  # the same table mixes styles
                continue
            digit = int(line.ordinal[0])
            line.ordinal = "①②③④⑤⑥⑦⑧"[digit - 1] if third == "①" else third.format(digit)
        else:
            numeral = line.ordinal.strip("（）、")
            line.ordinal = (second if line.depth == 2 else first).format(numeral)
    return True


def brackets_halved(draft: Draft, rng: Random, layout: Layout) -> bool:
    half = str.maketrans("（），：", "(),:")
    for line in draft.lines:
        line.ordinal, line.words = line.ordinal.translate(half), line.words.translate(half)
    for block in draft.blocks:
        block.caption = block.caption.translate(half)
        block.heads = [head.translate(half) for head in block.heads]
    draft.corner = draft.corner.translate(half)
    return True


def labels_spaced(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Letter-spaced words, as a justified cell leaves them."""
    gap = rng.choice((" ", "\u3000", "\u00a0"))
    for line in draft.lines:
        if not line.loose and line.words and TEAR not in line.words and rng.random() < 0.4:
            line.words = gap.join(line.words) if len(line.words) < 6 else line.words[:5] + gap + line.words[5:]
    for name in (*REVIEW_COLUMNS, "reconsideration"):
        draft.review_heads[name] = gap.join(draft.review_heads[name])
    draft.column_labels["total"] = gap.join(draft.column_labels["total"])
    for block in draft.blocks:
        block.corner = gap.join(block.corner)
    return True


def captions_varied(draft: Draft, rng: Random, layout: Layout) -> bool:
    cut = rng.random() < 0.15
    for block in draft.blocks:
        item = block.caption.strip("第二十条项").strip("（）()")
        block.caption = rng.choice((f"第二十条 第（{item}）项", f"第二十条第{item}项", f"第二十条第 （{item}） 项"))
        if cut:  # the number of the item lost on the way
            block.caption = "第二十条第"
        if rng.random() < 0.3:
            block.heads = [head.replace("（单位：万元）", "单位：万元") for head in block.heads]
    return True


def labels_annotated(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Filling notes left in the labels of the trial form, numbers and all."""
    notes = {
        "items_last_year": f"（指{draft.year - 1}年事项数）",
        "items_change": f"（指{draft.year}年增加或减少的事项数，减用负值表示，如-8）",
        "decisions": f"（指{draft.year}年办件量）",
        "items": "（个）",
    }
    for block in draft.blocks:
        block.heads = [
            head + notes.get(column, "") if head else head for head, column in zip(block.heads, block.columns, strict=True)
        ]
        for printed in block.lines:
            if printed.row == "regulations" and printed.label:
                printed.label += "（设区的市、自治州人民政府填写）"
    return True


def review_heads_lost(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Fifteen figures under the three group headers alone."""
    for column in REVIEW_COLUMNS:
        draft.review_heads[column] = ""
    return True


def label_cells_split(draft: Draft, rng: Random, layout: Layout) -> bool:
    """An empty label cell beside （六） and （七）, where the lines above have a label of the third level."""
    rows = [line for line in _values(draft) if line.depth < 3]
    if rng.random() < 0.6:
        rows = [line for line in rows if line.row in ("other", "total")]
    if layout.kind != "table":
        # Without spans an empty cell before the figures could be a blank figure, unless all seven are printed.
        rows = [line for line in rows if all(draft.figures["applications", line.row, column].text for column in COLUMNS)]
    for line in rows:
        line.split = True
    return bool(rows)


def in_chinese_digits(year: int) -> str:
    """2024 as 二〇二四."""
    return str(year).translate(str.maketrans("0123456789", "〇一二三四五六七八九"))


def title_varied(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Spaces round the year, or the year in Chinese numerals."""
    year = str(draft.year)
    draft.title = draft.title.replace(year, rng.choice((f" {year} ", f"{year} ", in_chinese_digits(draft.year))))
    return True


def title_torn(draft: Draft, rng: Random, layout: Layout) -> bool:
    draft.marks.add("title_torn")
    return True
