"""Pages that a protection puts in place of the one that was asked for: recognised, named, never answered.
What follows from it (the host is left alone) is left to `settle.py`."""

from __future__ import annotations

import re

from gongkai.scraper.wire import Head

STATUSES = frozenset({202, 403, 405, 412, 418, 503, 521})
LARGEST = 20_000
"""A challenge is a few kB of script; a page of this size is a page."""
CONTENT = re.compile(rb"""<meta\s[^>]*name\s*=\s*["']?(?:SiteName|SiteIDCode|ColumnName|ArticleTitle)\b""", re.IGNORECASE)
"""The tags every government page must carry (国办发〔2017〕47号). A page that has them is content, whatever scripts stand in it."""

_SIGNATURES: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("jiasule", re.compile(rb"__jsl_clearance|__jsluid_[hs]=|document\.cookie=.{0,2000}?location", re.DOTALL)),
    ("ruishu", re.compile(rb"\$_ts\b|r=['\"]m['\"]|FSSBBIl1UgzbN7N80[ST]")),
    ("chuangyu", re.compile(rb"365cyd\.com|ks-waf-error")),
    ("yunsuo", re.compile(rb"yunsuo_session|yunsuologo")),
    ("safedog", re.compile(rb"safedog")),
    ("wangzhan-weishi", re.compile(rb"wzws_[sc]id|wzws_wsck")),
    ("safeline", re.compile(rb"safeline|<!-- event[_ ]id:", re.IGNORECASE)),
    ("xuanwudun", re.compile(rb"dbappwaf\.cn")),
    ("nsfocus", re.compile(rb"\bNSFocus\b", re.IGNORECASE)),
    ("webray", re.compile(rb"WebRay-WAF", re.IGNORECASE)),
    ("tencent", re.compile(rb"waf\.tencent-cloud\.com")),
    ("aliyun", re.compile(rb"errors\.aliyun\.com|acw_sc__v2")),
    ("yunjiasu", re.compile(rb"yunjiasu", re.IGNORECASE)),
    ("captcha", re.compile(rb"captcha|\xe9\xaa\x8c\xe8\xaf\x81\xe7\xa0\x81", re.IGNORECASE)),
)
_ALWAYS = frozenset({412, 418, 521})
"""No server says these to a plain GET of a page; a signature is not needed to doubt them."""


def detect(head: Head, wire_head: bytes, body: bytes) -> str:
    """The product that stands in the way, `unknown` for one without a known mark, "" where none does.

    `wire_head`: the head's raw bytes, where cookies and servers sign. `body`: as decoded.
    """
    scripted = head.status == 200 and len(body) < LARGEST and _is_script_only(body)
    if not (head.status in STATUSES or scripted) or len(body) >= LARGEST or CONTENT.search(body):
        return ""
    text = wire_head + body
    product = next((name for name, mark in _SIGNATURES if mark.search(text)), "")
    return product or ("unknown" if head.status in _ALWAYS else "")


def _is_script_only(body: bytes) -> bool:
    """A page with status 200 that is nothing but the protection's script."""
    if not re.search(rb"\$_ts\b|__jsl_clearance|acw_sc__v2|wzws_", body):
        return False
    shown = re.sub(rb"<(script|style|noscript|head)\b.*?</\1\s*>|<[^>]*>", b"", body, flags=re.DOTALL | re.IGNORECASE)
    return len(shown.strip()) < 200
