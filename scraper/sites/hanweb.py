"""Hanweb (大汉) lists of the jpage kind: page 1 as a datastore inside the column page, the rest from `dataproxy.jsp`.

Whatever is asked, an answer holds some pages and one entry more, so requests overlap by one entry and the walk counts
different addresses against `totalrecord`. The unit builds and the search of later generations: `jpaas`, `xxgk`.
"""

from __future__ import annotations

import html
import re

from gongkai.scraper.markup import resolve, same_host
from gongkai.scraper.sites.answers import argument, asked, data_call, home_of, with_argument
from gongkai.scraper.sites.entries import from_fragment
from gongkai.scraper.sites.listing import Ask, Link, Listing, Page, State
from gongkai.scraper.sites.plain import read_plain
from gongkai.scraper.sites.signs import Sign

MARK = Sign(r"dataproxy\.jsp|<datastore\b|\bvar\s+param_\d+\s*=", "dataproxy.jsp", "<datastore", "param_", flags=re.I)

MOST_RECORDS = 5_000
"""Records of one answer that are read; sites cut `perpage` at about 300."""
PER_PAGE = 15
"""Entries a page where the page does not say: the commonest setting."""

_STORE = re.compile(r"<datastore\b.*?(?:</datastore>|\Z)", re.I | re.S)
_RECORD = re.compile(r"<record\b[^>]{0,100}>(.*?)(?:</record>|(?=<record\b)|\Z)", re.I | re.S)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.S)
_TOTAL = re.compile(r"<totalrecord>\s*(\d{1,7})\s*</totalrecord>|\btotalRecord\s*[:=]\s*['\"]?(\d{1,7})", re.I)
_PAGES = re.compile(r"<totalpage>\s*(\d{1,6})\s*</totalpage>", re.I)
_PER_PAGE = re.compile(r"\bperPage\s*[:=]\s*['\"]?(\d{1,3})\b", re.I)
_NEXT_GROUP = re.compile(r"<nextgroup\b[^>]{0,100}>(.{0,3000}?)</nextgroup>", re.I | re.S)
_HREF = re.compile(r"""href\s*=\s*["']([^"']{1,1500})""", re.I)
_PARAMETERS = re.compile(r"\bvar\s+param_(\d+)\s*=\s*\{([^{}]{1,2000})\}")
_PAIR = re.compile(r"""['"]?(\w{1,40})['"]?\s*:\s*(?:'([^']*)'|"([^"]*)"|([\w.-]*))""")
_PROXY = re.compile(r"""["'(]([^"'()\s<>]{0,100}/module/(?:web/)?jpage/(?:more\w*)?dataproxy\.jsp)(\?[^"'\s<>)]{0,1000})?""", re.I)


def read_hanweb(text: str, page: Page, evidence: str = "") -> Listing | None:
    """A column page with its datastore, or an answer of the data proxy; None where there is neither."""
    answer = page.ask is not None and "dataproxy" in page.ask.url
    stores = _STORE.findall(text)
    # A page may hold several units; the longest is the list, the others are teasers.
    store = max(stores, key=len) if stores else ""
    if not store:
        if answer:
            return Listing("error", "hanweb", "no datastore in the answer: " + text.lstrip()[:40].replace("\n", " "))
        return _without_store(text, page)
    links = _links(store, page)
    total = _count(_TOTAL, store) or _count(_TOTAL, text)
    pages = _count(_PAGES, store)
    if not links:
        state: State = "empty" if total == 0 else "error"
        return Listing(state, "hanweb", f"datastore without records, total {total}", declared=total)
    following = _after_answer(store, page, len(links), total) if answer else _after_column(text, store, page, len(links), total)
    return Listing("list", "hanweb", "datastore" if answer else "datastore in the page", links, following=following, declared=total, declared_pages=pages, counted=True)  # fmt: skip


def _links(store: str, page: Page) -> tuple[Link, ...]:
    base = home_of(page)
    found: dict[str, Link] = {}
    for record in _RECORD.findall(store)[:MOST_RECORDS]:
        inner = _CDATA.search(record)
        links = from_fragment(inner[1] if inner else html.unescape(record), page.url, base)
        if links:  # a record may begin with a link to its column: the entry is the one with the longest title
            best = max(links, key=lambda link: (link.day is not None, len(link.title)))
            found.setdefault(best.url, best)
    return tuple(found.values())


def _count(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    return int(next(group for group in match.groups() if group)) if match else None


def _parameters(text: str, unit: str | None) -> tuple[tuple[str, str], ...]:
    """The form that the page's script posts: `param_N`, that of the unit asked for if there are several."""
    found = dict(_PARAMETERS.findall(text))
    body = found.get(unit or "") or next(iter(found.values()), "")
    return tuple((name, one or two or three) for name, one, two, three in _PAIR.findall(body))


def _next_group(store: str, page: Page) -> str | None:
    group = _NEXT_GROUP.search(store)
    href = _HREF.search(html.unescape(group[1])) if group else None
    url = resolve(page.url, href[1]) if href else None
    return url if url and same_host(url, page.url) else None


def _after_column(text: str, store: str, page: Page, shown: int, total: int | None) -> tuple[Ask, ...]:
    """Page 2 as the script would ask for it, else by the link of the page: some installations heed only one of both."""
    if total is not None and shown >= total:
        return ()
    group = _next_group(store, page)
    asks: list[Ask] = []
    form = _parameters(text, argument(group, "unitid") if group else None)
    proxy = _PROXY.search(text)
    if form and (proxy or group):
        per_page = _count(_PER_PAGE, text) or PER_PAGE
        path = resolve(page.url, proxy[1]) if proxy else (group or "").split("?")[0]
        if path and same_host(path, page.url):
            window = f"?startrecord={shown + 1}&endrecord={shown + per_page}&perpage={per_page}"
            asks.append(data_call(path + window, page, "hanweb", form))
    if group:
        asks.append(data_call(group, page, "hanweb"))
        if (number := argument(group, "page")) and number.isdecimal() and int(number) < 2:
            asks.append(data_call(with_argument(group, page="2"), page, "hanweb"))
    return tuple(asks)


def _after_answer(store: str, page: Page, count: int, total: int | None) -> tuple[Ask, ...]:
    """The next window starts with the last entry of this one; where the page number counts, with the next number."""
    url, form = asked(page), page.ask.form if page.ask else None
    start = argument(url, "startrecord")
    if start and start.isdecimal():
        reached = int(start) + count - 1
        if total is not None and reached >= total:
            return ()
        per_page = argument(url, "perpage") or str(PER_PAGE)
        step = int(per_page) if per_page.isdecimal() else PER_PAGE
        first = max(reached, int(start) + 1)
        return (data_call(with_argument(url, startrecord=str(first), endrecord=str(first + step - 1)), page, "hanweb", form),)
    if (group := _next_group(store, page)) and group != url:
        return (data_call(group, page, "hanweb", form),)
    number = argument(url, "page")
    if number and number.isdecimal():
        return (data_call(with_argument(url, page=str(int(number) + 1)), page, "hanweb", form),)
    return ()


def _without_store(text: str, page: Page) -> Listing | None:
    """A column page whose list is not in it: the data call that the page names, if it is whole."""
    call = _PROXY.search(text)
    form = _parameters(text, None)
    if not call or not (call[2] or form):
        return None
    url = resolve(page.url, html.unescape(call[1] + (call[2] or "")))
    if url is None or not same_host(url, page.url):
        return None
    if "page=" not in url and form:
        per_page = _count(_PER_PAGE, text) or PER_PAGE
        url = with_argument(url, startrecord="1", endrecord=str(per_page), perpage=str(per_page))
    shown = read_plain(text, page, "hanweb")  # some columns print their first entries as well
    inside = (data_call(url, page, "hanweb", form or None),)
    return shown._replace(state="list" if shown.links else "shell", evidence=f"data call {call[1][-40:]}", following=(), inside=inside)
