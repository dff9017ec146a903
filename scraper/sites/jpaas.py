"""JPaaS (大汉 集约化): units built by `/api-gateway/jpaas-publish-server/`, answers with HTML inside JSON.

The parameters are read from the page each time, because unit ids change; some sites answer page 1 whatever is asked,
which the walk sees.
"""

from __future__ import annotations

import html
import json
import re
from urllib.parse import urlencode

from gongkai.scraper.markup import resolve, same_host
from gongkai.scraper.sites.answers import argument, asked, count_in, data_call, home_of, json_of, mapping, with_argument
from gongkai.scraper.sites.entries import from_fragment
from gongkai.scraper.sites.listing import Ask, Listing, Page, State
from gongkai.scraper.sites.plain import read_plain
from gongkai.scraper.sites.signs import Sign

MARK = Sign(r"jpaas-publish-server|unitbuild\.js|queryData\s*=\s*[\"']\{", "jpaas-publish-server", "unitbuild.js", "querydata", flags=re.I)

PATH = "/api-gateway/jpaas-publish-server/front/page/build/unit"
PAGE_SIZE = 15
MOST_UNITS = 4
"""Units of one page that are asked: banners and menus are units too, the list is one of the first of its kind."""

_QUERY_DATA = re.compile(r"""queryData\s*=\s*(?:"(\{[^"]{1,2000}\})"|'(\{[^']{1,2000}\})')""", re.I)
_PAIR = re.compile(r"""['"](\w{1,40})['"]\s*:\s*(?:['"]([^'"]*)['"]|([\w.-]+))""")
_URL = re.compile(r"""\burl\s*=\s*["']([^"'\s]{0,200}/front/page/build/unit)["']""", re.I)
_ROWS = re.compile(r"""\brows\s*=\s*\\?["']?(\d{1,4})""")
_COUNT = re.compile(r"""\bcount\s*=\s*\\?["']?(\d{1,7})""")
_LIST_UNIT = re.compile("list|列表|当前栏目", re.I)


def read_jpaas(text: str, page: Page, evidence: str = "") -> Listing | None:
    """A page built of units, or the answer for one unit; None where no unit can be asked."""
    if (page.ask is not None and "/build/unit" in page.ask.url) or text.lstrip("\ufeff ")[:1] == "{":
        return _read_answer(text, page)
    units = _units(text, page)
    listing = read_plain(text, page, "jpaas", evidence or "unit build")
    if not units:
        return listing if listing.links else None
    if listing.links and listing.state == "list":
        rows, count = _number(_ROWS, text), _number(_COUNT, text)
        if count is not None and rows is not None and rows >= count:
            return listing._replace(following=(), declared=count)
        later = tuple(data_call(call, page, "jpaas") for unit in units for call in (_numbered(unit, 2, rows), _numbered(unit, 2, rows, bare=True)))
        return listing._replace(following=later, declared=count if count is not None else listing.declared)
    first = tuple(data_call(_numbered(unit, 1, None), page, "jpaas") for unit in units)
    return Listing("shell", "jpaas", f"unit build, {len(units)} unit(s)", inside=first)


def _units(text: str, page: Page) -> tuple[str, ...]:
    """The addresses of the units of a page, those that call themselves lists if there are any."""
    place = _URL.search(text)
    path = resolve(page.url, place[1] if place else PATH)
    if path is None or not same_host(path, page.url):
        return ()
    found: list[tuple[bool, str]] = []
    for match in _QUERY_DATA.finditer(text):
        pairs = [(name, one or two) for name, one, two in _PAIR.findall(html.unescape(match[1] or match[2]))]
        if pairs:
            kept = [(name, value) for name, value in pairs if name != "paramJson"]
            found.append((bool(_LIST_UNIT.search(dict(pairs).get("tagId", ""))), f"{path}?{urlencode(kept)}"))
    lists = [url for is_list, url in found if is_list] or [url for _, url in found]
    return tuple(dict.fromkeys(lists))[:MOST_UNITS]


def _numbered(unit: str, number: int, rows: int | None, *, bare: bool = False) -> str:
    """The page number stands in `paramJson`: a bare pageNo is ignored by most installations, and heeded alone by a few."""
    unit = with_argument(unit, pageNo=str(number)) if bare else unit
    return with_argument(unit, paramJson=json.dumps({"pageNo": number, "pageSize": rows or PAGE_SIZE}, separators=(",", ":")))


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    return int(match[1]) if (match := pattern.search(text)) else None


def _read_answer(text: str, page: Page) -> Listing:
    data = mapping(mapping(json_of(text)).get("data"))
    fragment = data.get("html")
    if not isinstance(fragment, str):
        return Listing("error", "jpaas", "no html in the answer: " + text.lstrip()[:40].replace("\n", " "))
    links = from_fragment(fragment, page.url, home_of(page))
    count, rows = _number(_COUNT, fragment), _number(_ROWS, fragment)
    if not links:
        state: State = "empty" if count in (0, None) else "unknown"
        return Listing(state, "jpaas", "unit without entries", declared=count)
    parameters = mapping(json_of(argument(asked(page), "paramJson") or ""))
    number = count_in(parameters.get("pageNo")) or page.number
    size = rows or count_in(parameters.get("pageSize")) or PAGE_SIZE
    more = number * size < count if count is not None else len(links) >= size
    following: tuple[Ask, ...] = ()
    if more:
        alone = argument(asked(page), "pageNo") is not None
        calls = (_numbered(asked(page), number + 1, size, bare=True),) if alone else tuple(_numbered(asked(page), number + 1, size, bare=b) for b in (False, True))
        following = tuple(data_call(call, page, "jpaas") for call in calls)
    return Listing("list", "jpaas", "unit build", links, following=following, declared=count, counted=True)
