"""Table two of generated reports printed another way round, in web pages and in texts; everything else as `samplesite` prints it.
What must be read of them is left to `test_crossed`."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from gongkai.samplesite import furniture, markup, plain_text
from gongkai.samplesite.boxes import Box, Table
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import Draft
from gongkai.samplesite.grids import Shape, block_texts
from gongkai.samplesite.layouts import Layout

Part = tuple[str, list[tuple[str, list[tuple[str, str]]]]]  # caption, and for each row its label and its columns with figures


def _parts(draft: Draft) -> list[Part]:
    return [
        (b.caption, [(line.label, list(zip(b.heads, block_texts(draft, b, line), strict=False))) for line in b.lines if line.row != "loose"])
        for b in draft.blocks
    ]


def _rows(draft: Draft) -> list[tuple[str, list[tuple[str, str]]]]:
    return [row for _, rows in _parts(draft) for row in rows]


def one_row(draft: Draft, lead: str | None = None, captions: bool = True) -> list[Table]:
    """Captions, rows and columns side by side, and one row of figures."""
    rows = _rows(draft)

    def corner(text: str) -> list[Box]:
        return [] if lead is None else [Box(text, "head")]

    over = [[*corner(""), *(Box(caption, "caption", sum(len(c) for _, c in lines)) for caption, lines in _parts(draft))]]
    return [Table([
        *(over if captions else []),
        [*corner("信息内容"), *(Box(label, "label", len(cells)) for label, cells in rows)],
        [*corner(""), *(Box(head, "head") for _, cells in rows for head, _ in cells)],
        [*([] if lead is None else [Box(lead, "label")]), *(Box(text, "value") for _, cells in rows for _, text in cells)],
    ])]  # fmt: skip


def turned_blocks(draft: Draft) -> list[Table]:
    """Each block a table: its rows side by side, a line for each of its columns."""
    tables = []
    for caption, lines in _parts(draft):
        wide = 1 if len(lines) > 1 else 2
        rows = [[Box(caption, "caption", 3)], [Box("信息内容", "head"), *(Box(label, "label", wide) for label, _ in lines)]]
        for k, (head, _) in enumerate(lines[0][1]):
            rows.append([Box(head, "head"), *(Box(cells[k][1], "value", wide) for _, cells in lines)])
        tables.append(Table(rows))
    return tables


def turned(draft: Draft, nothing: str = "/") -> list[Table]:
    """All rows side by side, a line for each column; `nothing` where the form has no cell."""
    rows = _rows(draft)
    heads = dict.fromkeys(head for _, cells in rows for head, _ in cells)
    return [Table([
        [Box("信息内容", "head"), *(Box(label, "label") for label, _ in rows)],
        *([Box(head, "head"), *(Box(dict(cells).get(head, nothing), "value") for _, cells in rows)] for head in heads),
    ])]  # fmt: skip


def a_figure_a_row(draft: Draft) -> list[Table]:
    """A row for each figure, behind the names of its row and column."""
    table: list[list[Box]] = []
    for caption, lines in _parts(draft):
        over = [Box(caption, "caption", 1, sum(len(cells) for _, cells in lines))]
        for label, cells in lines:
            name = [Box(label, "label", 1, len(cells))]
            for head, text in cells:
                table.append([*over, *name, Box(head, "head"), Box(text, "value")])
                over, name = [], []
    return [Table(table)]


SHAPES: dict[str, Callable[[Draft], list[Table]]] = {
    "one-row": one_row,
    "one-row-led": lambda draft: one_row(draft, "数量"),
    "one-row-of-the-year": lambda draft: one_row(draft, f"{draft.year}年", captions=False),
    "turned-blocks": turned_blocks,
    "turned": turned,
    "turned-with-blanks": lambda draft: turned(draft, ""),
    "a-figure-a-row": a_figure_a_row,
}


def _page(draft: Draft, items: list[Item], rng: Random) -> bytes:
    return furniture.page(draft, rng, markup.article(items, rng)).encode()


def _text(make: Callable[[list[Item], Random, bool], str]) -> Callable[[Draft, list[Item], Random], bytes]:
    return lambda draft, items, rng: make(items, rng, "collapsed" in draft.marks).encode()


_PRINTED: dict[str, tuple[str, str, Callable[[Draft, list[Item], Random], bytes]]] = {
    "page": (".html", "table", _page),
    "paragraphs": (".html", "flat", _text(markup.paragraph_grid)),
    "lines": (".txt", "flat", _text(plain_text.lines)),
    "tabs": (".txt", "rows", _text(plain_text.tabs)),
    "markdown": (".md", "rows", _text(plain_text.markdown)),
}
PRINTED = tuple(_PRINTED)


def layout(shape: str, printed: str) -> Layout:
    """A layout for `samplesite.reports.make`, forms of 2021 only."""
    suffix, kind, write = _PRINTED[printed]

    def written(draft: Draft, items: list[Item], rng: Random) -> bytes:
        at = next((k for k, item in enumerate(items) if item.table is not None and _is_table_two(item.table)), None)
        if at is not None:
            items = [*items[:at], *(Item("table", "", table) for table in SHAPES[shape](draft)), *items[at + 1 :]]
        return write(draft, items, rng)

    return Layout(f"{shape}, {printed}", suffix, kind, lambda rng: Shape("one", "whole", "wide"), written, forms=("2021",))  # type: ignore[arg-type]


def _is_table_two(table: Table) -> bool:
    return not table.foreign and any(box.role == "caption" and box.text.startswith("第二十条") for row in table.rows for box in row)
