"""Faults 26-31, 39 and 40: lists that count wrongly, shrink, grow while they are read, lead on, or never end.
Most change the site before its family prints the list; the others wrap the printed page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gongkai.samplesite.exchange import Answer
from gongkai.samplesite.families import FAMILIES
from gongkai.samplesite.fault import Alter, Exchange, Fault, Roles
from gongkai.samplesite.fault_texts import edited
from gongkai.samplesite.web_view import Entry, View


def _option(name: str) -> Alter:
    """Ask the family for a list made wrongly."""

    def alter(view: View, options: Mapping[str, Any], hits: int) -> View:
        return replace(view, options=view.options | {name})

    return alter


def _same(view: View, options: Mapping[str, Any], hits: int) -> View:
    return view


def _empty(view: View, options: Mapping[str, Any], hits: int) -> View:
    return replace(view, entries=())


def _growing(view: View, options: Mapping[str, Any], hits: int) -> View:
    """One row more at the top for every list page already read, at most `most`."""
    article = FAMILIES[view.site.family].article
    new = tuple(
        Entry(article(view.today, 900_000 + n), f"{view.site.place}新增通知第{n + 1}号", view.today, "confuser", agency=view.site.agencies[0].name)
        for n in reversed(range(min(hits, options.get("most", 3))))
    )
    return replace(view, entries=new + view.entries)


def _shell(how: str) -> Any:
    """A page that only leads to the list, over `hops` further such pages."""

    def act(exchange: Exchange) -> Answer | None:
        request = exchange.request
        hop = request.number("hop", 0)
        if request.method != "GET" or not exchange.answer.media.startswith("text/html") or hop >= exchange.option("hops", 1):
            return None
        where = f"{request.path}?hop={hop + 1}"
        body = {
            "script": f'<script type="text/javascript">window.location.replace("{where}");</script>',
            "meta": f'<html><head><meta http-equiv="refresh" content="0;url={where}"></head><body></body></html>',
            "frame": f'<html><body><h1>政府信息公开年报</h1><iframe src="{where}" width="100%"></iframe></body></html>',
        }[how]
        return Answer(body.encode(), media="text/html", role="list")

    return act


def _based(exchange: Exchange) -> Answer:
    """Links that are right only against the page's own base address."""
    base = f'<base href="{exchange.request.origin}/zwgk/base/">'

    def change(text: str) -> str:
        text = re.sub(r"(href=['\"])/(?!/)", r"\1../../", text)
        return text.replace("<head>", f"<head>{base}", 1)

    return edited(exchange.answer, change)


def _dotted(exchange: Exchange) -> Answer:
    """./ in the middle of paths; where the site is asked by name, a final dot after the name as well."""
    host, _, port = exchange.request.headers.get("host", "").partition(":")
    dot = "" if not host or host[-1:].isdigit() else f"http://{host}.:{port}" if port else f"http://{host}."
    return edited(exchange.answer, lambda text: re.sub(r"(href=['\"])/(?=[^/'\"])", rf"\g<1>{dot}/./", text))


def _endless(junk: bool) -> Any:
    """Every ?page=N is 200 and has a next page, with the same rows or with new ones that lead nowhere."""

    def act(exchange: Exchange) -> Answer:
        number = exchange.request.number("page", 1)
        rows = "".join(f'<li><a href="/rl/{number}/{n}.html">日程{number}-{n}</a></li>' for n in range(5)) if junk else ""
        pager = f'<ul>{rows}</ul><div class="page"><a href="?page={number + 1}">下一页</a></div>'
        return edited(exchange.answer, lambda text: text.replace("</body>", pager + "</body>", 1))

    return act


def _error_page(exchange: Exchange) -> Answer | None:
    """An error in HTML with 200 where the list service should answer."""
    if not exchange.answer.media.startswith("application/json"):
        return None
    return Answer("<html><body><h1>系统繁忙，请稍后再试</h1></body></html>".encode(), role="list")


_TRS_ZERO = ("trs-zero", "trs-zero-long", "trs-comment")
_LIST: Roles = ("list",)
FAULTS = (
    Fault(26, "pages-zero-based", "page 2 is index_1: what this family always does", _LIST, None, _same, families=_TRS_ZERO),
    Fault(26, "pages-one-based", "page 2 is index_2: what this family always does", _LIST, None, _same, families=("trs-one", "trs-set-page", "ucap")),
    Fault(26, "pages-in-comment", "the number of pages stands in a comment: what this family always does", _LIST, None, _same, families=("trs-comment",)),
    Fault(26, "pages-declared-long", "two pages more declared than there are; they are 404", _LIST, None, _option("pages-declared-long"), families=(*_TRS_ZERO, "trs-one", "trs-set-page", "ucap")),
    Fault(26, "pages-stub", "two pages more declared than there are; they are 200 and some hundred bytes of nothing", _LIST, None, _option("pages-stub"), families=(*_TRS_ZERO, "trs-one", "trs-set-page")),
    Fault(27, "dataproxy-overlap", "three pages and one record more per answer: what this family always does", _LIST, None, _same, families=("hanweb",)),
    Fault(27, "dataproxy-total-changes", "totalrecord grows by one after the first answer", _LIST, None, _option("total-changes"), families=("hanweb",)),
    Fault(27, "dataproxy-startrecord-ignored", "only `page` counts, startrecord is ignored", _LIST, None, _option("startrecord-ignored"), families=("hanweb",)),
    Fault(28, "jpaas-same-page", "page 1 for every pageNo", _LIST, None, _option("same-page"), families=("jpaas",)),
    Fault(29, "list-grows-while-read", "a row more at the top with every list page read (option most)", _LIST, None, _growing),
    Fault(30, "service-html-error", "the list service answers 200 with an error page", _LIST, _error_page, families=("ucap-json", "jpaas", "gkmlpt")),
    Fault(30, "service-null-results", "the list service answers `results: null`", _LIST, None, _option("null-results"), families=("ucap-json",)),
    Fault(31, "list-empty", "the list is 200 and empty; the articles are there", _LIST, None, _empty),
    Fault(39, "js-shell", "the list stands behind location.replace (option hops)", _LIST, _shell("script")),
    Fault(39, "meta-refresh", "the list stands behind a meta refresh (option hops)", _LIST, _shell("meta")),
    Fault(39, "iframe-list", "the list stands in a frame (option hops)", _LIST, _shell("frame")),
    Fault(39, "base-href", "links are relative to a base address", _LIST, _based),
    Fault(39, "dotted-paths", "/./ in paths, and a host name with a final dot where asked by name", _LIST, _dotted),
    Fault(40, "endless-paging", "every ?page=N exists and has a next page, the rows are the same", _LIST, _endless(False)),
    Fault(40, "endless-junk", "every ?page=N exists and has new rows that lead nowhere", _LIST, _endless(True)),
)  # fmt: skip
