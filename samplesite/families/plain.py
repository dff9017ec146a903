"""Plain static lists and what hides them: numbered pages, frames, shells that lead on, base addresses, hubs, scripts.
What a list holds is decided by the view; the page around it is the site's."""

from __future__ import annotations

import re
from datetime import date
from html import escape

from gongkai.samplesite import web_pages
from gongkai.samplesite.exchange import Answer, Request
from gongkai.samplesite.web_view import Entry, Family, Lists, View, pages, span

_COLUMN = "/zwgk/gknb/"
_PER_PAGE = 6
_TARGET = "/zwgk/gknb/jbxxgk/"  # where shells and frames lead


def _article(day: date, serial: int) -> str:
    return f"/zwgk/gknb/{day:%Y-%m-%d}/{serial}.html"


def _uuid_article(day: date, serial: int) -> str:
    mixed = f"{serial * 2654435761 % 2**64:016x}"
    return f"/columns/{mixed[:8]}-4c1e-11ee-9a00-{mixed[4:]}/{day:%Y%m}/{day:%d}/{mixed[8:]}-7b2a-11ee-8f00-{mixed[:12]}.html"


def _rows(entries: tuple[Entry, ...], base: str = "") -> str:
    rows = []
    for entry in entries:
        where = entry.path[len(base) :] if base and entry.path.startswith(base) else entry.path
        rows.append(f"<li><a title='{escape(entry.title)}' href='{where}'>{escape(entry.title)}</a> <em>[{entry.day}]</em></li>")
    return "<ul class='newslist'>" + "\n".join(rows) + "</ul>"


def _list(view: View, family: Family, body: str, head: str = "") -> Answer:
    metas = head + web_pages.site_metas(view, "政府信息公开年报")
    return web_pages.page(view, family, "政府信息公开年报", body, metas=metas, role="list")


def _one_page(view: View, request: Request) -> Answer | None:
    return _list(view, PLAIN, _rows(view.entries)) if request.path in (_COLUMN, _COLUMN + "index.html") else None


def _numbered(view: View, request: Request) -> Answer | None:
    found = re.fullmatch(rf"{_COLUMN}(?:(\d{{1,6}})\.html)?", request.path)
    if not found:
        return None
    number, total = int(found[1] or 1), pages(view.entries, _PER_PAGE)
    if "endless" in view.options or "endless-junk" in view.options:
        total = 10**6
    if not 1 <= number <= total:
        return None
    shown = span(view.entries, number, _PER_PAGE)
    if not shown and "endless" in view.options:
        shown = span(view.entries, 1, _PER_PAGE)
    elif not shown:
        day = view.today
        shown = tuple(Entry(_article(day, 9_000_000 + number * 10 + n), f"活动安排{number}-{n}", day, "confuser") for n in range(3))
    links = [f"<a href='{_COLUMN}{n}.html'>{n}</a>" for n in range(1, min(total, number + 5) + 1)]
    if number < total:
        links.append(f"<a href='{number + 1}.html'>下一页</a>")
    return _list(view, NUMBERED, f"{_rows(shown)}<div class='pages'>{' '.join(links)}</div>")


def _framed(view: View, request: Request) -> Answer | None:
    if request.path == _COLUMN:
        return _list(view, FRAME, f'<iframe src="{_TARGET}list.html" width="100%" height="900" frameborder="0"></iframe>')
    return _list(view, FRAME, _rows(view.entries)) if request.path == _TARGET + "list.html" else None


def _behind(shell: str) -> Lists:
    """A list behind a page of some hundred bytes that only leads on."""

    def lists(view: View, request: Request) -> Answer | None:
        if request.path == _COLUMN:
            return Answer(shell.encode(), media="text/html", role="list")
        return _list(view, SHELL, _rows(view.entries)) if request.path == _TARGET else None

    return lists


def _based(view: View, request: Request) -> Answer | None:
    if request.path != _COLUMN:
        return None
    return _list(view, BASED, _rows(view.entries, _COLUMN), f'<base href="{view.origin}{_COLUMN}">\n')


_UUID_COLUMN = "/columns/5b0c2d1e-4c1e-11ee-9a00-0242ac120002/index.html"


def _uuid(view: View, request: Request) -> Answer | None:
    return _list(view, UUID, _rows(view.entries)) if request.path == _UUID_COLUMN else None


def _bodies(view: View, request: Request) -> Answer | None:
    """A hub: the column lists subordinate bodies, each with a list of its own under a number that tells nothing."""
    agencies = [agency.name for agency in view.site.agencies]
    if request.path == _COLUMN:
        links = "".join(
            f'<li><a href="./{_body_code(view, at)}/index.shtml">{escape(name)}</a></li>' for at, name in enumerate(agencies)
        )
        return _list(view, BODIES, f'<div class="dept"><h3>部门和镇街</h3><ul>{links}</ul></div>')
    for at, name in enumerate(agencies):
        if request.path == f"{_COLUMN}{_body_code(view, at)}/index.shtml":
            return _list(view, BODIES, f"<h3>{escape(name)}</h3>{_rows(view.only(name))}")
    return None


def _body_code(view: View, at: int) -> int:
    return 300 + (at * 37 + view.site.number * 11) % 600


def _scripted(view: View, request: Request) -> Answer | None:
    """Rows that only a script can fetch, from an address the page does not tell."""
    if request.path != _COLUMN:
        return None
    body = (
        '<div id="380055" class="list"></div>\n<script type="text/x-handlebars-template"><li><a href="{{url}}">{{title}}</a></li></script>\n'
        f"<script>loadPageData({{current:1,unitid:'380055',webSiteCode:['s{view.site.number}'],channelCode:['col42150'],"
        "perPage:'15',groupSize:1});</script>"
    )
    return _list(view, SCRIPTED, body)


PLAIN = Family("plain", "static", _COLUMN, _article, _one_page, ('<div class="xxgk_content">', "</div>"), weight=3)
NUMBERED = Family("plain-numbered", "static", _COLUMN, _article, _numbered, ('<div class="main-txt">', "</div>"))
FRAME = Family("iframe", "static", _COLUMN, _article, _framed)
SHELL = Family("js-shell", "static", _COLUMN, _article, _behind('<script>location.replace("./jbxxgk/");</script>'))
REFRESH = Family(
    "meta-refresh", "static", _COLUMN, _article, _behind('<html><head><meta http-equiv="refresh" content="0; url=./jbxxgk/"></head></html>')
)  # fmt: skip
BASED = Family("base-href", "static", _COLUMN, _article, _based, weight=1)
UUID = Family("uuid-columns", "static", _UUID_COLUMN, _uuid_article, _uuid, weight=1)
BODIES = Family("bodies", "static", _COLUMN, _article, _bodies, agencies=5, weight=2)
SCRIPTED = Family("js-list", "js_list", _COLUMN, _article, _scripted, readable=False, weight=1)
FAMILIES = (PLAIN, NUMBERED, FRAME, SHELL, REFRESH, BASED, UUID, BODIES, SCRIPTED)
