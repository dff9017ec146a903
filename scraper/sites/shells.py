"""Pages that only point elsewhere: meta refresh, `location.replace`, frames. One literal target on the same host.

No script is run: a target that a script computes, or that comes with a cookie, is left alone.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gongkai.scraper.dialects import is_file
from gongkai.scraper.markup import resolve, same_host, same_page
from gongkai.scraper.sites.entries import Reading

LONGEST_SHELL = 300
"""Characters of visible text of a shell; a page with more is a page."""
LARGEST_SHELL = 50_000
"""Characters of the source of a shell: those seen have 160, a few a template around them."""
MOST_FRAMES = 8
"""Frames of one page that are looked into: a list stands in one of them, or in each that of a year."""

_REFRESH = re.compile(r"""<meta\b[^>]{0,200}?http-equiv\s*=\s*["']?refresh["']?[^>]{0,200}?content\s*=\s*(["']?)\s*\d{0,4}\s*[;,]\s*(?:url\s*=)?\s*['"]?([^"'>\s]{1,500})""", re.I)
_REFRESH_REVERSED = re.compile(r"""<meta\b[^>]{0,20}?content\s*=\s*(["']?)\s*\d{0,4}\s*[;,]\s*url\s*=\s*['"]?([^"'>\s]{1,500})[^>]{0,200}?refresh""", re.I)
_LOCATION = re.compile(r"""(?:(?:window|self|top|parent|document)\.)?location(?:\.href)?\s*(?:\.\s*(?:replace|assign)\s*\(\s*|=\s*)(["'])([^"'<>\s+]{1,500})\1\s*(\+)?""")
_COMPUTED = re.compile(r"document\.cookie\s*=|\$_ts\b|eval\s*\(|fromCharCode|atob\s*\(")
_COMMENTS = re.compile(r"<!--.*?(?:-->|\Z)|^\s*//[^\n]*$", re.S | re.M)
_LOADED = re.compile(r"""\$\([^()]{1,60}\)\.load\(\s*["']([^"'\s]{1,300})["']|\.src\s*=\s*["']([^"'\s]{1,300}\.(?:[sj]?html?|jsp|aspx?|php)(?:\?[^"'\s]{0,200})?)["']\s*(?:[;)}<\n]|$)""")
_WIDGETS = re.compile(r"tianqi|weather|share|comment|login|search|top(?:\.s?html?|/)|foot|header|banner|nav(?:\.s?html?|/)|menu|map\.|video|player|count|stat\b|jiathis|wza|fxyx", re.I)


class Target(NamedTuple):
    """Where a shell points, by what, and whether that is this host: only then it is followed."""

    url: str
    how: str
    same_host: bool


def shell_target(text: str, url: str, visible: str) -> Target | None:
    """The one page that a shell leads to; None where it is no shell, leads to itself, or computes its target."""
    if len(text) > LARGEST_SHELL or len(visible) > LONGEST_SHELL or _COMPUTED.search(text):
        return None
    text = _COMMENTS.sub(" ", text)
    found: dict[str, Target] = {}
    for pattern, how in ((_REFRESH, "meta refresh"), (_REFRESH_REVERSED, "meta refresh"), (_LOCATION, "location")):
        for match in pattern.finditer(text):
            if pattern is _LOCATION and match[3]:  # "./x?" + something: computed
                continue
            target = resolve(url, match[2])
            if target and same_page(target) != same_page(url):
                found.setdefault(same_page(target), Target(target, how, same_host(target, url)))
    return next(iter(found.values())) if len(found) == 1 else None


def frames(reading: Reading, *, has_reports: bool) -> tuple[str, ...]:
    """Frames on the same host that may hold the list, when the page around them holds no report."""
    if has_reports or reading.tree is None:
        return ()
    found: list[str] = []
    for element in reading.tree.iter("iframe", "frame", "object"):
        target = resolve(reading.base, element.get("src") or element.get("data") or "")
        if not target or is_file(target) or not same_host(target, reading.url) or same_page(target) == same_page(reading.url):
            continue
        if _hidden(element.get("style") or "", element.get("width"), element.get("height")) or _WIDGETS.search(target):
            continue
        if target not in found:
            found.append(target)
        if len(found) == MOST_FRAMES:
            break
    return tuple(found)


def loaded(text: str, reading: Reading) -> tuple[str, ...]:
    """Parts of a page that a script puts in from plain addresses on the same host: `$('#list').load('list.html')`."""
    found: list[str] = []
    for match in _LOADED.finditer(_COMMENTS.sub(" ", text)):
        target = resolve(reading.base, match[1] or match[2])
        if not target or is_file(target) or not same_host(target, reading.url) or same_page(target) == same_page(reading.url):
            continue
        if not _WIDGETS.search(target) and target not in found and len(found) < MOST_FRAMES:
            found.append(target)
    return tuple(found)


def _hidden(style: str, *sizes: str | None) -> bool:
    compact = style.replace(" ", "").lower()
    return "display:none" in compact or any(size is not None and size.strip() in ("0", "1", "0px") for size in sizes)
