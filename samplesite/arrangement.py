"""Ways lines and columns go wrong: missing, doubled, swapped, added, moved, and things that stand between them.
Labels move with their figures; nothing here changes a number."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from gongkai.samplesite.draft import ABSENT, BlockLine, Draft, Line
from gongkai.samplesite.layouts import Layout
from gongkai.samplesite.statutory import COLUMNS, ORGANISATIONS


def _at(draft: Draft) -> list[int]:
    """Where in table three the lines with figures stand."""
    return [i for i, line in enumerate(draft.lines) if not line.group and not line.loose]


def row_missing(draft: Draft, rng: Random, layout: Layout) -> bool:
    """A line that is not on the page at all."""
    if rng.random() < 0.2:
        block = rng.choice([block for block in draft.blocks if len(block.lines) > 1])
        gone = block.lines.pop(rng.randrange(len(block.lines)))
        for column in block.columns:
            draft.put(("proactive", gone.row, column), ABSENT)
        return True
    at = rng.choice(_at(draft))
    line = draft.lines.pop(at)
    for column in COLUMNS:
        draft.put(("applications", line.row, column), ABSENT)
    return True


def row_doubled(draft: Draft, rng: Random, layout: Layout) -> bool:
    at = rng.choice(_at(draft))
    draft.lines.insert(at, replace(draft.lines[at]))
    return True


def rows_swapped(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Two neighbours in the other order, each with its own label and figures."""
    lines = draft.lines
    found = [i for i in _at(draft)[:-1] if lines[i].depth == lines[i + 1].depth == 3 and not lines[i + 1].loose]
    at = rng.choice(found)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return True


def subtotal_column(draft: Draft, rng: Random, layout: Layout) -> bool:
    """An eighth column that adds up the five kinds of organisation."""
    draft.subtotal_inside = rng.random() < 0.5
    draft.columns.insert(rng.choice((1, len(draft.columns) - 1)), "subtotal")
    return True


def columns_reordered(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Columns in another order, with a header that says so."""
    five = list(ORGANISATIONS)
    if rng.random() < 0.6:
        while five == list(ORGANISATIONS):
            rng.shuffle(five)
        draft.columns = ["natural_person", *five, "total"]
    else:
        draft.columns = rng.choice((
            ["total", "natural_person", *five],
            ["total", *five, "natural_person"],
            [*five, "natural_person", "total"],
        ))  # fmt: skip
    return True


def total_fell_out(draft: Draft, rng: Random, layout: Layout) -> bool:
    """A row's total on a line of its own, its cell empty."""
    found = [i for i in _at(draft) if draft.number(("applications", draft.lines[i].row, "total"))]
    if not found:
        return False
    at = rng.choice(found)
    line = draft.lines[at]
    key = ("applications", line.row, "total")
    text = draft.figures[key].text
    draft.reword(key, "")
    draft.open_cells.add(key)
    draft.lines.insert(at + 1, Line("loose", "", text, line.depth, loose=True))
    return True


def padding(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Sixteen empty lines before 三, where a merged cell was flattened."""
    draft.marks.add("padding")
    return True


def page_marks(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Page numbers and running heads between the lines of the tables."""
    page = rng.randint(2, 6)
    style = rng.choice(("- {} -", "— {} —", "-{}-", "－ {} －", "第{}页", "第 {} 页 共 9 页"))
    if layout.name == "text-spaces":
        style = style.replace(" ", "")
    for at in sorted(rng.sample(range(1, len(draft.lines) - 1), rng.randint(1, 3)), reverse=True):
        texts = [style.format(page)]
        if rng.random() < 0.3:
            texts.append(draft.title)
        draft.lines[at:at] = [Line("loose", "", text, draft.lines[at].depth, loose=True) for text in texts]
        page += 1
    if rng.random() < 0.3:
        block = rng.choice(draft.blocks)
        block.lines.insert(rng.randrange(len(block.lines) + 1), BlockLine("loose", style.format(page)))
    return True


def local_extra_row(draft: Draft, rng: Random, layout: Layout) -> bool:
    """A line of an agency's own under item one, with figures of the same columns."""
    texts = [str(rng.randint(0, 900)) for _ in draft.blocks[0].columns]
    draft.blocks[0].lines.append(BlockLine("local", "其他主动公开文件", texts))
    return True


def block_missing(draft: Draft, rng: Random, layout: Layout) -> bool:
    """Only the blocks an agency had use for were kept."""
    for block in rng.sample(draft.blocks, rng.choice((1, 1, 2))):
        draft.blocks.remove(block)
        for line in block.lines:
            if line.row not in ("loose", "local"):
                for column in block.columns:
                    draft.put(("proactive", line.row, column), ABSENT)
    return True


def table_as_picture(draft: Draft, rng: Random, layout: Layout) -> bool:
    """A heading with nothing under it: the table was a picture."""
    table = rng.choice(("proactive", "applications", "review"))
    draft.marks.add(f"no {table}")
    for key in draft.figures:
        if key[0] == table:
            draft.put(key, ABSENT)
    return True


def column_fell_out(draft: Draft, rng: Random, layout: Layout) -> bool:
    """The figures of a middle column printed as bare lines above their table, their cells empty."""
    block = draft.blocks[0]
    if len(block.columns) < 3:
        return False
    found = [("proactive", line.row, block.columns[1]) for line in block.lines if line.row not in ("loose", "local")]
    texts = [draft.figures[key].text for key in found if draft.number(key) is not None]
    for key in found:
        if draft.number(key) is not None:
            draft.reword(key, "")
            draft.open_cells.add(key)
    draft.asides.setdefault("proactive", []).extend(texts)
    return bool(texts)
