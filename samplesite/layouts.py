"""Every way a report is printed, by name: real tables, cut tables, flattened grids, Word exports, text, Markdown.
What is printed is left to drafts; which faults they carry to deviations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from gongkai.samplesite import docx, furniture, markup, pdf, plain_text, rtf, word, xlsx
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import Draft
from gongkai.samplesite.grids import Shape
from gongkai.samplesite.statutory import FORMS, FormName

Print = Callable[[Draft, list[Item], Random], bytes]
Cut = Callable[[Random], Shape]


@dataclass(frozen=True, slots=True)
class Layout:
    """A way to print a page, and what a reader of it can still see."""

    name: str
    suffix: str
    kind: Literal["table", "flat", "rows"]
    shape: Cut
    print: Print
    forms: tuple[FormName, ...] = FORMS
    keeps_blanks: bool = True  # an empty cell can still be seen
    heads: bool = True  # the column headers are the printed ones
    weight: int = 4

    @property
    def html(self) -> bool:
        return self.suffix == ".html"


def _whole(rng: Random) -> Shape:
    return Shape("several" if rng.random() < 0.3 else "one", "whole", rng.choice(("wide", "wide", "wide-empties")))


def _outside(rng: Random) -> Shape:
    return Shape("captions-outside", "whole", rng.choice(("wide", "wide-empties")))


def _skewed(rng: Random) -> Shape:
    return Shape("skewed", "whole", "wide")


def _row_tables(rng: Random) -> Shape:
    return Shape(rng.choice(("one", "several")), "rows", rng.choice(("wide", "three")))


def _cut(rng: Random) -> Shape:
    return Shape("one", "cut", "wide", rng.randint(2, 20))


def _review_three(rng: Random) -> Shape:
    return Shape("one", "whole", "three")


def _review_tall(rng: Random) -> Shape:
    return Shape("one", "whole", "tall")


def _review_two_level(rng: Random) -> Shape:
    return Shape("one", "whole", "tall-two-level")


def _any_table(rng: Random) -> Shape:
    """Any cut of real tables but the row tables, which office programs do not make."""
    cuts = (_whole, _outside, _cut, _review_three, _review_tall, _review_two_level)
    return rng.choices(cuts, (8, 2, 4, 4, 1, 1))[0](rng)


def _flat(rng: Random) -> Shape:
    return Shape("one", "whole", "wide-empties" if rng.random() < 0.15 else "wide")


def _read(rng: Random) -> Shape:
    return Shape("one", "whole", "three")


def _site(draft: Draft, items: list[Item], rng: Random) -> bytes:
    article = markup.article(items, rng)
    if draft.frame is None and rng.random() < 0.2:
        return furniture.fragment(draft, article).encode()
    return furniture.page(draft, rng, article).encode()


def _nested(draft: Draft, items: list[Item], rng: Random) -> bytes:
    return furniture.nested_document(draft, rng, markup.article(items, rng)).encode()


def _layout_table(draft: Draft, items: list[Item], rng: Random) -> bytes:
    return furniture.layout_table(draft, rng, markup.article(items, rng)).encode()


def _broken(draft: Draft, items: list[Item], rng: Random) -> bytes:
    return furniture.page(draft, rng, markup.broken(markup.article(items, rng), rng)).encode()


def _lying_charset(draft: Draft, items: list[Item], rng: Random) -> bytes:
    charset = rng.choice(("utf-8", "gb2312", "GBK", "iso-8859-1"))
    return furniture.page(draft, rng, markup.article(items, rng), charset).encode("gb18030")


def _bom(draft: Draft, items: list[Item], rng: Random) -> bytes:
    page = furniture.page(draft, rng, markup.article(items, rng), rng.choice(("gb2312", "utf-8")))
    return page.encode(rng.choice(("utf-8-sig", "utf-16")))


def _word(draft: Draft, items: list[Item], rng: Random) -> bytes:
    return furniture.page(draft, rng, word.article(items, rng)).encode()


def _grid(make: Callable[[list[Item], Random, bool], str]) -> Print:
    def printed(draft: Draft, items: list[Item], rng: Random) -> bytes:
        article = make(items, rng, "collapsed" in draft.marks)
        return (furniture.page(draft, rng, article) if draft.frame is not None or rng.random() < 0.7 else article).encode()

    return printed


def _text(make: Callable[[list[Item], Random, bool], str], *encodings: str) -> Print:
    def printed(draft: Draft, items: list[Item], rng: Random) -> bytes:
        text = make(items, rng, "collapsed" in draft.marks)
        gap = "\n\n" if "\n\n" in text[:400] else "\n"
        top = f"登录 | 注册{gap}" if rng.random() < 0.3 else ""
        if rng.random() < 0.7:
            date = f"发布日期：{draft.published:%Y-%m-%d}"
            head, _, rest = text.partition("\n")
            text = f"{head}{gap}{date}    点击数：{gap}{rest.lstrip(chr(10))}"
        return (top + text).encode(rng.choice(encodings or ("utf-8",)))

    return printed


# Kinds of file that need packages of their own to be made are printed when asked for by name: weight 0.
_ALL = (
    Layout("html-table", ".html", "table", _whole, _site, weight=14),
    Layout("html-captions-outside", ".html", "table", _outside, _site),
    Layout("html-skewed", ".html", "table", _skewed, _site, forms=("2019",), weight=8),
    Layout("html-row-tables", ".html", "table", _row_tables, _site),
    Layout("html-cut-table", ".html", "table", _cut, _site),
    Layout("html-review-three", ".html", "table", _review_three, _site),
    Layout("html-review-tall", ".html", "table", _review_tall, _site),
    Layout("html-review-two-level", ".html", "table", _review_two_level, _site),
    Layout("html-nested-document", ".html", "table", _whole, _nested),
    Layout("html-layout-table", ".html", "table", _whole, _layout_table),
    Layout("html-broken", ".html", "table", _whole, _broken, weight=6),
    Layout("html-lying-charset", ".html", "table", _whole, _lying_charset),
    Layout("html-bom", ".html", "table", _whole, _bom, weight=2),
    Layout("html-word", ".html", "table", _whole, _word, weight=2),
    Layout("html-paragraphs", ".html", "flat", _flat, _grid(markup.paragraph_grid), weight=6),
    Layout("html-divisions", ".html", "flat", _flat, _grid(markup.division_grid)),
    Layout("html-breaks", ".html", "flat", _flat, _grid(markup.break_grid)),
    Layout("text-spaced-lines", ".txt", "flat", _flat, _text(plain_text.spaced_lines), weight=8),
    Layout("text-lines", ".txt", "flat", _flat, _text(plain_text.lines, "utf-8", "utf-8-sig", "gb18030"), weight=6),
    Layout("text-piped-lines", ".txt", "flat", _flat, _text(plain_text.piped_lines)),
    Layout("text-pipes", ".txt", "rows", _flat, _text(plain_text.pipes)),
    Layout("text-trailing-pipes", ".txt", "rows", _flat, _text(plain_text.trailing_pipes)),
    Layout("text-tabs", ".txt", "rows", _flat, _text(plain_text.tabs, "utf-8", "gb18030")),
    Layout("text-spaces", ".txt", "rows", _flat, _text(plain_text.spaces), keeps_blanks=False),
    Layout("markdown", ".md", "rows", _flat, _text(plain_text.markdown), weight=6),
    Layout("markdown-read", ".md", "rows", _read, _text(plain_text.read_markdown), heads=False),
    Layout("pdf-ruled", ".pdf", "table", _flat, pdf.ruled, weight=0),
    Layout("pdf-open", ".pdf", "table", _flat, pdf.open_ruled, keeps_blanks=False, weight=0),
    Layout("pdf-split", ".pdf", "table", _flat, pdf.split, weight=0),
    # Files of office programs: printed when asked for, by name, so that a seed's own layout stays what it was.
    Layout("docx", ".docx", "table", _any_table, docx.printed, weight=0),
    Layout("docx-plain", ".docx", "table", _any_table, docx.printed_plainly, weight=0),
    Layout("xlsx", ".xlsx", "table", _any_table, xlsx.printed, weight=0),
    Layout("rtf", ".rtf", "table", _any_table, rtf.printed, weight=0),
    Layout("zip", ".zip", "table", _any_table, rtf.archive, weight=0),
    Layout("word-xml", ".doc", "table", _any_table, docx.printed_flat, weight=0),
)  # fmt: skip

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in _ALL}
