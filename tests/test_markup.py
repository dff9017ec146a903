"""Pages read without a tree are read as by a tree: generated ones, damaged ones, fixtures, every element in every other.
`GONGKAI_DOCUMENTS` says how many generated pages (600 in the suite make 150 pages and 900 damaged ones); pytest -s
prints the share that needs no tree."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from mangled import PIECES, mangled

from gongkai.parsers.document import Document
from gongkai.parsers.readers import Unreadable, decode
from gongkai.parsers.readers.html import TooDeep, read_plain, read_tree
from gongkai.parsers.readers.nesting import OPEN, RAW
from gongkai.samplesite.layouts import LAYOUTS
from gongkai.samplesite.reports import make

PAGES = int(os.environ.get("GONGKAI_DOCUMENTS", "600")) // 4
FIRST_SEED = int(os.environ.get("GONGKAI_SEED", "0"))
DAMAGED = 6  # copies of each page
HTML = [name for name, layout in LAYOUTS.items() if layout.html]
NEEDS_A_TREE = "html-broken"  # the layout whose tags are left out or stray
SOURCES = sorted((Path(__file__).parent / "fixtures").glob("*/source.htm*"))
EMPTY = ("br", "hr", "img", "input", "col", "meta", "link", "area", "base", "embed", "param", "wbr", "source")


def by_tree(page: bytes) -> Document | str:
    try:
        return read_tree(page)
    except TooDeep:
        return "too deep"


def in_utf8(body: bytes) -> bytes:
    return decode(body)[0].encode("utf-8", errors="replace")


def test_generated_pages_and_damaged_ones_are_read_as_by_a_tree() -> None:
    pages: Counter[str] = Counter()
    quick: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + PAGES):
        rng = Random(f"markup {seed}")
        layout = rng.choice(HTML)
        page = in_utf8(make(seed, layout=layout).body)
        for number in range(1 + DAMAGED):
            kind = "damaged" if number else layout
            damaged = in_utf8(mangled(page, rng)) if number else page
            read = read_plain(damaged)
            pages[kind] += 1
            quick[kind] += read is not None
            assert read is None or read == by_tree(damaged), (seed, layout, number)
    print()
    for kind in sorted(pages):
        print(f"{kind:<24}{pages[kind]:>7} pages, {quick[kind] / pages[kind]:>7.1%} without a tree")
    whole = [kind for kind in pages if kind not in ("damaged", NEEDS_A_TREE)]
    assert sum(quick[kind] for kind in whole) >= 0.9 * sum(pages[kind] for kind in whole)
    assert quick["damaged"]


def test_fixtures_are_read_as_by_a_tree() -> None:
    quick = 0
    for source in SOURCES:
        try:
            page = in_utf8(source.read_bytes())
        except Unreadable:
            continue
        read = read_plain(page)
        quick += read is not None
        assert read is None or read == by_tree(page), source
    print(f"\n{quick} of {len(SOURCES)} fixtures without a tree")
    assert quick > len(SOURCES) // 2


def grown(rng: Random, depth: int) -> str:
    """Elements in elements at random, all closed, with text and other things between them."""
    parts = []
    for _ in range(rng.randint(0, 4)):
        name = rng.choice((*OPEN, *OPEN, *RAW, *EMPTY, "p", "p", "td", "tr", "table", "div", "span", "b"))
        chance = rng.random()
        if chance < 0.15:
            parts.append(rng.choice(PIECES))
        elif chance < 0.4:
            parts.append(rng.choice(("甲", "12", " ", "\n", "乙 丙", "&nbsp;", "行政许可")))
        elif name in EMPTY:
            parts.append(f"<{name}>")
        elif name in RAW:
            parts.append(f"<{name}>丁</{name}>")
        else:
            dress = rng.choice(("", "", "", " class=s1", " class='hide'", ' style="display:none"', " hidden", ' style="vertical-align:super"'))
            parts.append(f"<{name}{dress}>{grown(rng, depth - 1) if depth else '戊'}</{name}>")
    return "".join(parts)


def test_elements_in_elements_are_read_as_by_a_tree() -> None:
    quick = 0
    for seed in range(FIRST_SEED, FIRST_SEED + 20 * PAGES):
        rng = Random(f"grown {seed}")
        page = in_utf8(f"<html><body>{grown(rng, rng.randint(0, 6))}</body></html>".encode("utf-8", "surrogatepass"))
        read = read_plain(page)
        quick += read is not None
        assert read is None or read == by_tree(page), (seed, page.decode())
    assert quick > PAGES


def element(name: str, inside: str) -> str:
    return f"<{name}>{inside}" if name in EMPTY else f"<{name}>{inside}</{name}>"


@pytest.mark.parametrize("outer", [*OPEN, *RAW])
def test_an_element_is_taken_within_another_only_where_a_tree_has_it_so(outer: str) -> None:
    for inner in (*OPEN, *RAW, *EMPTY):
        for around in ("{}", "<div>{}</div>", "<table><tr><td>1{}2</td></tr></table>", "<p>0{}3</p>", "<b>{}</b>", "<a href=x>5{}</a>"):
            page = f"<html><body>{around.format(element(outer, '甲' + element(inner, '乙') + '丙'))}丁<p>戊</p></body></html>".encode()
            read = read_plain(page)
            assert read is None or read == by_tree(page), page.decode()
