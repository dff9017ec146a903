"""Answers that are no pages: JSON, JSONP and numbers in them. What their fields mean is left to the adapters."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from gongkai.scraper.sites.listing import Ask, Page

_JSONP = re.compile(r"^\s*(?:/\*.{0,200}?\*/\s*)?[\w$.]{1,80}\s*\(\s*(?=[\[{])", re.S)

LARGEST_COUNT = 1_000_000
"""Entries that a list may declare; more is no count."""


def json_of(text: str) -> Any:
    """The value of a JSON or JSONP answer; None for anything else, however broken or deep."""
    text = text.lstrip("\ufeff \t\r\n")
    if match := _JSONP.match(text):
        text = text[match.end() :].rstrip().rstrip(";").rstrip().removesuffix(")")
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text_in(record: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that holds text."""
    for name in names:
        if isinstance(value := record.get(name), str) and value.strip():
            return value
    return ""


def count_in(value: Any) -> int | None:
    """A count as sites write it, 89 or "89"; None for anything else."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip()[:9])
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_COUNT else None


def argument(url: str, name: str) -> str | None:
    """The value of one argument of a URL."""
    return next((value for key, value in parse_qsl(urlsplit(url).query, keep_blank_values=True) if key == name), None)


def with_argument(url: str, **changed: str) -> str:
    """The URL with these arguments set, the others as they are and in their order."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(key, changed.pop(key) if key in changed else value) for key, value in pairs]
    return urlunsplit(parts._replace(query=urlencode([*kept, *changed.items()], safe="/:,-_")))


def goes_on(number: int, size: int, shown: int, total: int) -> bool:
    """Whether entries follow after page `number` of a list of `total` that shows `shown`, where `size` a page were asked
    for: a server may give fewer a page than it is asked for."""
    expected = min(size, total - (number - 1) * size)
    if shown == expected or (number > 1 and shown < expected):  # fewer on a later page: some of those counted are hidden
        return number * size < total
    return number * shown < total


def asked(page: Page) -> str:
    """The address that was asked: that of the page, but for redirects."""
    return page.ask.url if page.ask else page.url


def home_of(page: Page) -> str:
    """The column page that an answer belongs to: its Referer, else the answer's own address."""
    return next((value for name, value in page.ask.headers if name == "Referer"), page.url) if page.ask else page.url


def data_call(url: str, page: Page, adapter: str, form: tuple[tuple[str, str], ...] | None = None) -> Ask:
    """A request as the page's own script would make it: several families answer 404 without these two headers."""
    return Ask(url, form, (("Referer", home_of(page)), ("X-Requested-With", "XMLHttpRequest")), adapter)
