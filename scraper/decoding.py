"""Bytes of a page to text: byte order mark, strict UTF-8, else GB18030; escapes that servers leave in titles.

What the page declares is not asked: declared charsets lie, and two encodings cover these sites.
"""

from __future__ import annotations

import codecs
import re
from urllib.parse import quote

LARGEST_PAGE = 10_000_000
"""Bytes of a page that are looked at; the client stops there too."""
LARGEST_LIST = 3_000_000
"""Bytes of a list page that are looked at: the largest list seen, 470 entries with all their markup, has 0.3 MB."""
FEW_DAMAGED = 0.02
"""Share of bytes up to which a page that is not quite UTF-8 is UTF-8 with damage (an include in another charset)
rather than GB18030: text in GB18030 has more than half of its Chinese bytes wrong when read as UTF-8."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_ASCII = bytes(range(0x80))
_ARGUMENTS = re.compile(r"""((?:href|value|src|action)\s*=\s*["']?[^"'<>\s?]{0,300}\?)([^"'<>\s]{0,300}[^\x00-\x7f][^"'<>\s]{0,300})""", re.I)
"""The arguments of an address in a page that is not UTF-8: browsers send their Chinese in the charset of the page."""
_KEPT = "/%:@!$&'()*+,;=~-._?[]{}|"
_PERCENT_U = re.compile(r"%u([0-9a-fA-F]{4})")


def decode(body: bytes, largest: int = LARGEST_PAGE) -> str:
    """The text of a page. Never raises; what cannot be read becomes U+FFFD, which no rule matches."""
    body = body[:largest]
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace").replace("\x00", "")
    return _decode_unmarked(body).replace("\x00", "")


def _decode_unmarked(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as problem:
        if problem.end >= len(body) and problem.reason == "unexpected end of data":
            return body[: problem.start].decode("utf-8")  # cut within its last character
    text = body.decode("utf-8", "replace")
    high = len(body.translate(None, _ASCII))
    if high and text.count("\ufffd") <= FEW_DAMAGED * high:
        return text
    return _ARGUMENTS.sub(_as_sent, body.decode("gb18030", "replace"))


def _as_sent(match: re.Match[str]) -> str:
    return match[1] + quote(match[2].encode("gb18030", "replace"), safe=_KEPT)


def unescape_u(text: str) -> str:
    """`%u653F` as 政: how the JavaScript function escape() writes a title."""
    return _PERCENT_U.sub(lambda match: chr(int(match[1], 16)), text) if "%u" in text else text
