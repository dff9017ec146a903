"""A site's robots.txt → what may be asked there, and how far apart (RFC 9309, read strictly).
Fetching it is left to `crawl.py`."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from protego import Protego

LARGEST = 512_000
"""RFC 9309 asks for at least 500 KiB; what stands behind is not read."""
LONGEST_DELAY_S = 3_600.0
FRESH_S = 86_400.0
"""RFC 9309: not used for more than a day."""
HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|script|body|meta|title)\b", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^<>]{0,500}>")
RULE = re.compile(r"^\s*(?:user-?agent|(?:dis)?allow)\s*:", re.IGNORECASE | re.MULTILINE)
"""Lines of a robots.txt that somebody keeps as a web page: two of them make it one all the same."""

Standing = Literal["rules", "none", "refused", "unreachable"]
"""`rules`: there is a file · `none`: there is none, everything may be asked · `refused`: 401 or 403, whether we are
welcome cannot be established, so nothing is asked · `unreachable`: 5xx or no answer, nothing is asked tonight."""


@dataclass(frozen=True)
class Robots:
    """What one origin's robots.txt says to us."""

    standing: Standing
    note: str = ""
    delay_s: float = 0.0
    _rules: Protego | None = None
    _agent: str = "*"
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        if self.standing in ("refused", "unreachable"):
            return False
        return self._rules is None or bool(self._rules.can_fetch(url, self._agent))


def read(status: int, body: bytes, user_agent: str) -> Robots:
    """The rules in an answer for `/robots.txt`. `status` is 0 where no answer came."""
    if status in (401, 403, 407, 451):
        return Robots("refused", f"robots.txt answers {status}")
    if status == 0 or status >= 500 or status in (408, 425, 429):
        return Robots("unreachable", f"robots.txt answers {status}" if status else "robots.txt: no answer")
    if not 200 <= status < 300:
        return Robots("none", f"robots.txt answers {status}")
    if len(body) > LARGEST:  # up to the end of a line: «Disallow: /private/» cut short would be «Disallow: /»
        body = body[: max(body.rfind(b"\n", 0, LARGEST), body.rfind(b"\r", 0, LARGEST), 0)]
    text = _text(body)
    if HTML.match(body.removeprefix(codecs.BOM_UTF8)):
        text = TAG.sub("\n", text)
        if len(RULE.findall(text)) < 2:
            return Robots("none", "robots.txt is a web page")
    if not body.strip():
        return Robots("none", "robots.txt is empty")
    agent = product(user_agent)
    # «User-agent: gongkai/1.0» means us as well; the parser compares whole names.
    rules = Protego.parse(re.sub(rf"(?im)^(\s*user-?agent\s*:\s*{re.escape(agent)})[/ (][^\r\n]*", r"\1", text))
    delay = float(rules.crawl_delay(agent) or 0.0)
    rate = rules.request_rate(agent)
    if rate and rate.requests:
        delay = max(delay, rate.seconds / rate.requests)
    return Robots("rules", "", min(delay, LONGEST_DELAY_S), rules, agent, tuple(rules.sitemaps))


def product(user_agent: str) -> str:
    """The name robots.txt knows us by: `gongkai` of `gongkai/1.0 (+https://…)`."""
    return re.split(r"[/\s(]", user_agent, maxsplit=1)[0]


def _text(body: bytes) -> str:
    """A byte order mark makes Protego lose the first line, so it is taken off; full-width colons are typed by hand."""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if body.startswith(mark):
            return body.decode(name, "replace").replace("：", ":")
    if b"\0" in body[:2]:  # the same without its mark
        return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", "replace").replace("：", ":")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("gb18030", "replace")
    return text.lstrip("\ufeff").replace("：", ":")
