"""gkmlpt, the catalogue platform of Guangdong: a tree of columns in `window._CONFIG`, lists by `/gkmlpt/api/all/ID`.

Page 0 and page 1 of the interface are the same; a page after the last may be 404.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gongkai.scraper.markup import clean_title, day_in, resolve, same_host
from gongkai.scraper.report_links import fold
from gongkai.scraper.sites.answers import (
    argument,
    asked,
    count_in,
    data_call,
    goes_on,
    json_of,
    mapping,
    text_in,
    with_argument,
)
from gongkai.scraper.sites.entries import Reading, columns
from gongkai.scraper.sites.listing import Ask, Link, Listing, Page
from gongkai.scraper.sites.signs import Sign

MARK = Sign(r"\b_CONFIG\s*=\s*\{", "_CONFIG")

ROWS = 100
"""Entries a page of the interface, whatever is asked."""
MOST_NODES = 5_000
MOST_ASKED = 40
"""Nodes of annual reports that are asked: one a year, or one a subordinate body."""

_TREE = re.compile(r"""["']?\bTREE["']?\s*:\s*(?=\[)""")
_SID = re.compile(r"""["']?\bSID["']?\s*:\s*["']?(\w{1,20})""")
_ANNUAL = re.compile(r"(?:信息公开|政务公开|^)(?:工作)?(?:年度?(?:工作)?报告|年报)(?:专栏|栏目)?$|年度公开|信息公开.{0,4}年(?:度|报)")
_ROOT = re.compile(r"^(https?://[^/]+(?:/[^/?#]+){0,3}?/gkmlpt)(?:/|$|\?)")


def read_gkmlpt(text: str, page: Page, evidence: str = "") -> Listing | None:
    """The platform's index page with its tree, or an answer of its interface; None for an article of the platform."""
    if (page.ask is not None and "/gkmlpt/api/" in page.ask.url) or text.lstrip("\ufeff ")[:1] == "{":
        return _read_answer(text, page)
    start, sid = _TREE.search(text), _SID.search(text)
    tree = _array(text, start.end()) if start else None
    if tree is None or sid is None:
        return None
    found = list(_annual(tree, False))
    outside = tuple(link for node in found if (link := _outside(node, page.url)))
    asks = tuple(
        data_call(f"{_root(page.url)}/api/all/{number}?page=1&sid={sid[1]}", page, "gkmlpt")
        for node in found
        if not node.get("jump_url") and (number := count_in(node.get("id"))) is not None and node.get("post_count") != 0
    )[:MOST_ASKED]
    if asks or outside:
        names = "、".join(clean_title(text_in(node, "name"))[:20] for node in found[:3])
        return Listing("shell" if asks else "list", "gkmlpt", f"_CONFIG with TREE: {names}", columns=outside, inside=asks)
    if found:
        return Listing("empty", "gkmlpt", "_CONFIG with TREE: the column has no post", declared=0)
    further = columns(Reading(text, page.url))
    return Listing("list" if further else "unknown", "gkmlpt", "_CONFIG with TREE, no column of annual reports", columns=further)


def _array(text: str, start: int) -> list[Any] | None:
    """The JSON array that begins there inside a script."""
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def _annual(tree: list[Any], inside: bool) -> Iterator[Mapping[str, Any]]:
    """The nodes named for annual reports, with all below them, in the order of the tree."""
    waiting = [(node, inside) for node in reversed(tree)]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        node, taken = waiting.pop()
        fields = mapping(node)
        taken = taken or bool(_ANNUAL.search(fold(text_in(fields, "name"))))
        if taken and fields:
            yield fields
        below = fields.get("children")
        if isinstance(below, list):
            waiting.extend((child, taken) for child in reversed(below))


def _outside(node: Mapping[str, Any], url: str) -> Link | None:
    target = resolve(url, text_in(node, "jump_url"))
    return Link(target, clean_title(text_in(node, "name")), None, not same_host(target, url)) if target else None


def _root(url: str) -> str:
    """The platform's root: some sites keep it below a directory of a department."""
    if match := _ROOT.match(url):
        return match[1]
    return (resolve(url, "/gkmlpt") or url).rstrip("/")


def _read_answer(text: str, page: Page) -> Listing:
    answer = mapping(json_of(text))
    articles = answer.get("articles")
    if not isinstance(articles, list):
        return Listing("error", "gkmlpt", "no articles in the answer: " + text.lstrip()[:40].replace("\n", " "))
    total = count_in(answer.get("total"))
    if total is None:
        total = count_in(mapping(answer.get("classify")).get("post_count"))
    links = tuple(link for article in articles if (link := _link(mapping(article), page)))
    if not links:
        return Listing("empty" if total == 0 else "error", "gkmlpt", f"no articles, total {total}", declared=total)
    number = count_in(argument(asked(page), "page")) or 1
    following: tuple[Ask, ...] = ()
    if total is not None and goes_on(number, ROWS, len(articles), total):
        following = (data_call(with_argument(asked(page), page=str(max(number, 1) + 1)), page, "gkmlpt"),)
    return Listing("list", "gkmlpt", "interface of the platform", links, following=following, declared=total, counted=True)


def _link(article: Mapping[str, Any], page: Page) -> Link | None:
    url = resolve(page.url, text_in(article, "url", "post_url"))
    if url is None:
        return None
    # The day of publication; 成文日期 (date) is when the paper was written.
    day = day_in(text_in(article, "display_publish_time", "created_at", "publish_time")) or day_in(text_in(article, "date"))
    return Link(url, clean_title(text_in(article, "title")), day, not same_host(url, page.url))
