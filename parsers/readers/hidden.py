"""Which elements of a web page a browser does not show, or shows struck out or raised, as styles say.
What is printed in the others is left to `html`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

# Styles and classes are repeated from cell to cell: what is looked at is each of them once.
_STYLES = re.compile(rb"""style\s*=\s*("[^"]*"|'[^']*')""")
_CLASSES = re.compile(rb"""class\s*=\s*("[^"]*"|'[^']*')""")
_WORD = re.compile(
    rb"visibility|opacity|mso-hide|line-through|super|font-size\s*:\s*0|scale\(|clip|:\s*-\d{3}|overflow|(?<![-\w])color\s*:\s*(?:#f|w|rgb)",
    re.IGNORECASE,
)
_SHEET = re.compile(rb"<style\b[^>]*>[^<]*?(?:none|hidden|opacity|font-size\s*:\s*0)", re.IGNORECASE)

# No reader of the page sees what has one of these: off the screen by a thousand pixels or more, of no size, cut to nothing.
_UNSEEN = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|opacity:0*\.?0*(?:!|;|%|$)|mso-hide:all|content-visibility:hidden"
    r"|transform:scale\(0(?:,0)?\)|clip:rect\((?:0|1px)(?:px)?,(?:0|1px)(?:px)?,(?:0|1px)(?:px)?,(?:0|1px)"
    r"|clip-path:inset\((?:50|100)%|(?:left|right|top|bottom|text-indent|margin-left|margin-top):-(?:\d{4,}px|\d{3,}(?:r?em|vw|vh|%)))"
)
_NO_LETTERS = re.compile(r"(?:^|;)font-size:0+(?:\.0+)?(?:px|pt|em|rem|%)?(?:!|;|$)")
_NO_HEIGHT = re.compile(r"(?:^|;)(?:max-)?(?:height|width):0(?:px|pt|em|%)?(?:!|;|$)")
_CUT_OFF = re.compile(r"(?:^|;)overflow(?:-[xy])?:hidden")
_STRUCK = re.compile(r"(?:^|;)text-decoration(?:-line)?:[^;]*line-through")
_RAISED = re.compile(r"(?:^|;)vertical-align:super")
_WHITE = re.compile(r"(?:^|;)color:(?:#fff(?:fff)?|white|rgb\(255,255,255\))(?:!|;|$)")
_VISIBLE = re.compile(r"visibility:visible")
_SHOWN = re.compile(r"(?:^|;)(?:display:(?!none)|visibility:visible|opacity:(?:1|0?\.[1-9]))")
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
# Rules for print, or for screens of some width, say nothing of the page as it is read.
_AT_RULE = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COMPOUND = re.compile(r"([a-z][a-z0-9]*)?((?:[.#][\w-]+)*)", re.IGNORECASE)

HIDING_CLASSES = frozenset(["hidden", "hide", "d-none", "sr-only", "visually-hidden", "layui-hide", "am-hide"])
"""Names that the stylesheets used everywhere (Bootstrap, Layui, Amaze) give to what is not shown."""
_HIDING_BYTES = frozenset(name.encode() for name in HIDING_CLASSES)
ANCHORS = ("本年新收政府信息公开申请", "行政许可", "结果维持")
"""A label of each statutory table: a hidden element with one that the page does not show is no copy, but a panel that a
click opens."""
MOST_RULES = 5_000


class _Selector(NamedTuple):
    """The last part of a selector: `div.pane.active`."""

    tag: str
    names: frozenset[str]  # with their dot or hash

    def fits(self, tag: str, names: set[str]) -> bool:
        return self.names <= names and (not self.tag or self.tag == tag)


def may_hide(page: bytes) -> bool:
    """Whether any element of the page may be hidden, struck out or raised by a style."""
    if b"<rt" in page or b"<dialog" in page or (b"<style" in page and _SHEET.search(page)):
        return True
    if b"style" in page and _WORD.search(b" ".join(set(_STYLES.findall(page)))):
        return True
    if b"STYLE" in page and _WORD.search(page):
        return True
    if b"class" not in page:
        return False
    names = {name for names in set(_CLASSES.findall(page)) for name in names[1:-1].split()}
    return not names.isdisjoint(_HIDING_BYTES)


def mark_unseen(root: etree._Element) -> None:
    """Renames what is not shown to `template`, what is struck out to `del`, what is raised to `sup`; text behind stays."""
    hides, shows = _rules_of(root)
    doubtful: list[etree._Element] = []
    for e in list(root.iter(etree.Element)):
        tag = str(e.tag)
        if tag in ("rt", "rp") or (tag == "dialog" and e.get("open") is None):
            e.tag = "template"
            continue
        style = e.get("style")
        if style:
            _by_style(e, re.sub(r"\s+", "", style).lower(), doubtful)
        names = _names(e)
        if names and not (style and _SHOWN.search(re.sub(r"\s+", "", style).lower())):
            hidden = any(n[1:] in HIDING_CLASSES for n in names if n[0] == ".") or any(s.fits(tag, names) for s in hides)
            if hidden and not any(s.fits(tag, names) for s in shows):
                doubtful.append(e)
    if doubtful:
        _drop_copies(root, doubtful)


def _by_style(e: etree._Element, style: str, doubtful: list[etree._Element]) -> None:
    """What an element's own style says."""
    if _UNSEEN.search(style):
        if "visibility:" not in style or not any(_VISIBLE.search(d.get("style", "").replace(" ", "")) for d in e.iterdescendants("*")):
            e.tag = "template"
    elif _NO_LETTERS.search(style):
        # around blocks side by side it takes away the gaps between them, which have a size of their own
        if not any(d.get("style") or d.get("class") for d in e.iterdescendants("*")):
            e.tag = "template"
    elif _NO_HEIGHT.search(style) and _CUT_OFF.search(style):
        doubtful.append(e)
    elif _STRUCK.search(style):
        e.tag = "del"
    elif e.tag in ("span", "font", "b", "i", "em", "strong", "a"):
        if _RAISED.search(style):
            e.tag = "sup"
        elif _WHITE.search(style) and "background" not in style and _stands_beside_text(e):
            e.tag = "template"


def _stands_beside_text(e: etree._Element) -> bool:
    """White letters beside others that are not white: nobody is meant to read them. A white head on a dark ground is."""
    parent = e.getparent()
    if parent is None:
        return False
    return bool((parent.text or "").strip() or any((c.tail or "").strip() for c in parent))


def _drop_copies(root: etree._Element, doubtful: list[etree._Element]) -> None:
    """Elements that the page's stylesheet hides, but not those which hold a table that the page does not show."""
    tags = [e.tag for e in doubtful]
    for e in doubtful:
        e.tag = "template"
    shown = "".join(_shown(root))
    missing = [a for a in ANCHORS if a not in shown]
    if missing:
        for e, tag in zip(doubtful, tags, strict=True):
            text = "".join("".join(map(str, e.itertext())).split())
            if any(a in text for a in missing):
                e.tag = tag


def _shown(e: etree._Element) -> Iterator[str]:
    """The text of an element without what is hidden in it, without white space."""
    walker = etree.iterwalk(e, events=("start", "end"))
    for event, part in walker:
        if event == "end":
            if part is not e:
                yield "".join((part.tail or "").split())
        elif part.tag in ("template", "script", "style", "noscript", "title", "textarea"):
            walker.skip_subtree()
        else:
            yield "".join((part.text or "").split())


def _names(e: etree._Element) -> set[str]:
    """The classes and the id of an element, with their dot or hash."""
    names = {f".{name}" for name in (e.get("class") or "").split()}
    if ident := e.get("id"):
        names.add(f"#{ident}")
    return names


def _rules_of(root: etree._Element) -> tuple[list[_Selector], list[_Selector]]:
    """The selectors that the page's own stylesheets hide, and those that they show."""
    hides: list[_Selector] = []
    shows: list[_Selector] = []
    for sheet in root.iter("style"):
        text = _AT_RULE.sub("", _COMMENT.sub("", "".join(map(str, sheet.itertext()))))
        for k, rule in enumerate(_RULE.finditer(text)):
            if k > MOST_RULES:
                break
            body = re.sub(r"\s+", "", rule[2]).lower()
            hiding, showing = _UNSEEN.search(body), _SHOWN.search(body)
            if not hiding and not showing:
                continue
            for selector in rule[1].split(","):
                parts = selector.split()
                last = _COMPOUND.fullmatch(parts[-1]) if parts else None
                if last is None or not last[2]:
                    continue
                one = _Selector((last[1] or "").lower(), frozenset(re.findall(r"[.#][\w-]+", last[2])))
                if hiding and len(parts) == 1:
                    hides.append(one)
                elif showing:
                    shows.append(one)
    return hides, shows
