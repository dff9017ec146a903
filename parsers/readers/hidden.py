"""Which elements of a web page a browser does not show, or shows struck out or raised, as styles say.
What is printed in the others is left to `html` and `markup`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from lxml import etree

# Styles and classes are repeated from cell to cell: what is looked at is each of them once. All of a page in small letters.
_STYLES = re.compile(rb"""style\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_CLASSES = re.compile(rb"""class\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_WORD = re.compile(
    rb"display\s*:\s*none|visibility|opacity|mso-hide|line-through|super|relative|text-top|vertical-align\s*:\s*(?:sub|top)|font-size\s*:\s*0|scale\(|clip|:\s*-\d{3}|overflow|(?<![-\w])color\s*:\s*(?:#f|w|rgb|t)"
)
_HIDDEN = re.compile(rb"hidden[\s=>/]")

# No reader of the page sees what has one of these: off the screen by a thousand pixels or more, of no size, cut to nothing.
_UNSEEN = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|opacity:0*\.?0*(?:!|;|%|$)|mso-hide:all|content-visibility:hidden"
    r"|transform:scale\(0(?:,0)?\)|clip:rect\((?:0|1px)(?:px)?,(?:0|1px)(?:px)?,(?:0|1px)(?:px)?,(?:0|1px)"
    r"|clip-path:inset\((?:50|100)%|(?:left|right|top|bottom|text-indent|margin-left|margin-top):-(?:\d{4,}px|\d{3,}(?:r?em|vw|vh|%)))"
)
_HIDING_WORDS = ("none", "hidden", "collapse", "opacity", "mso-hide", "scale", "clip", "-")
_NO_LETTERS = re.compile(r"(?:^|;)font-size:0+(?:\.0+)?(?:px|pt|em|rem|%)?(?:!|;|$)")
_NO_HEIGHT = re.compile(r"(?:^|;)(?:max-)?(?:height|width):0(?:px|pt|em|%)?(?:!|;|$)")
_CUT_OFF = re.compile(r"(?:^|;)overflow(?:-[xy])?:hidden")
_STRUCK = re.compile(r"(?:^|;)text-decoration(?:-line)?:[^;]*line-through")
_HIDING_SHEET = re.compile(f"{_UNSEEN.pattern}|{_STRUCK.pattern}".replace("(?:^|;)", "[{;]"))
_RAISED = re.compile(r"(?:^|;)vertical-align:su(?:per|b)")
_SHIFTED = re.compile(r"(?:^|;)(?:position:relative;(?:.*;)?top:-\d|vertical-align:(?:text-)?top)")
_WHITE = re.compile(r"(?:^|;)color:(?:#fff(?:fff)?|white|rgb\(255,255,255\)|transparent|rgba\(\d+,\d+,\d+,0*\.?0*\))(?:!|;|$)")
_VISIBLE = re.compile(r"visibility:visible")
_SHOWN = re.compile(r"(?:^|;)(?:display:(?!none)|visibility:visible|opacity:(?:1|0?\.[1-9]))")
_COMMENT = re.compile(r"/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|\Z)|<!--|-->")
# Rules for print, or for screens of some width, say nothing of the page as it is read.
_AT_RULE = re.compile(r"@[^@{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_COMPOUND = re.compile(r"([a-z][a-z0-9]*)?((?:[.#][\w-]+)*)", re.IGNORECASE)

HIDING_CLASSES = frozenset(["hidden", "hide", "d-none", "sr-only", "visually-hidden", "layui-hide", "am-hide"])
"""Names that the stylesheets used everywhere (Bootstrap, Layui, Amaze) give to what is not shown."""
_HIDING_BYTES = frozenset(name.encode() for name in HIDING_CLASSES)
_HIDING_NAMES = frozenset(f".{name}" for name in HIDING_CLASSES)
ANCHORS = ("本年新收政府信息公开申请", "行政许可", "结果维持")
"""A label of each statutory table: a hidden element with one that the page does not show is no copy, but a panel that a
click opens."""
MOST_RULES = 5_000
_LETTERED = ("span", "font", "b", "i", "em", "strong", "a")
_AS = {"gone": "template", "unseen": "template", "no letters": "template", "white": "template", "struck": "del", "raised": "sup"}


class _Selector(NamedTuple):
    """The last part of a selector: `div.pane.active`."""

    tag: str
    names: frozenset[str]  # with their dot or hash

    def fits(self, tag: str, names: frozenset[str]) -> bool:
        return self.names <= names and (not self.tag or self.tag == tag)


class Rules(NamedTuple):
    """Selectors that hide an element, and those that show one which others hide, each under one of its names."""

    hides: dict[str, list[_Selector]]
    shows: dict[str, list[_Selector]]

    def hide(self, tag: str, names: frozenset[str], style: str) -> bool:
        """Whether an element with these names is hidden by its classes. `style`: its own, squeezed."""
        if not names or _SHOWN.search(style):
            return False
        hidden = not _HIDING_NAMES.isdisjoint(names) or _fits(self.hides, tag, names)
        return hidden and not _fits(self.shows, tag, names)


def _fits(selectors: dict[str, list[_Selector]], tag: str, names: frozenset[str]) -> bool:
    return any(selector.fits(tag, names) for name in names for selector in selectors.get(name, ()))


NO_RULES = Rules({}, {})

Sight = Literal["shown", "gone", "struck", "raised", "shifted", "doubtful", "unseen", "no letters", "white"]
"""How an element is seen. What is gone, unseen or struck out is not read; what is doubtful is not, where the page shows
its tables elsewhere; of the others its neighbours and what it holds decide. What is shifted up stands apart from what is before it: no digit of the
same figure, unless all of it is shifted."""


def squeezed(style: str) -> str:
    """A style as it is compared: without white space, in small letters."""
    return "".join(style.split()).lower()


def sight_of(tag: str, style: str) -> Sight:
    """What an element's own style says, squeezed."""
    if "display:none" in style:
        return "gone"
    if _UNSEEN.search(style):
        return "unseen" if "visibility:" in style else "gone"
    if _NO_LETTERS.search(style):
        return "no letters"
    if _NO_HEIGHT.search(style) and _CUT_OFF.search(style):
        return "doubtful"
    if _STRUCK.search(style):
        return "struck"
    if tag in _LETTERED:
        if _RAISED.search(style):
            return "raised"
        if _SHIFTED.search(style):
            return "shifted"
        if _WHITE.search(style) and "background" not in style:
            return "white"
    return "shown"


def _may_hide(page: bytes) -> bool:
    """Whether any element of the page may be hidden, struck out or raised, whatever its stylesheets say."""
    page = page.lower()
    if b"<rt" in page or b"<rp" in page or b"<dialog" in page or _HIDDEN.search(page):
        return True
    if b"style" in page and _WORD.search(b" ".join(set(_STYLES.findall(page)))):
        return True
    if b"class" not in page:
        return False
    names = {name.strip(b"\"'") for names in set(_CLASSES.findall(page)) for name in names.split()}
    return not names.isdisjoint(_HIDING_BYTES)


def mark_unseen(root: etree._Element, page: bytes) -> None:
    """Renames what is not shown to `template`, what is struck out to `del`, what is raised to `sup`; text behind stays."""
    rules = rules_of(["".join(map(str, sheet.itertext())) for sheet in root.iter("style")])
    if not rules.hides and not _may_hide(page):
        return
    doubtful: list[etree._Element] = []
    for e in list(root.iter(etree.Element)):
        tag = str(e.tag)
        if tag in ("rt", "rp") or (tag == "dialog" and e.get("open") is None) or e.get("hidden") is not None:
            e.tag = "template"
            continue
        style = squeezed(e.get("style") or "")
        seen = sight_of(tag, style) if style else "shown"
        if seen == "doubtful" or rules.hide(tag, _names(e), style):
            doubtful.append(e)
        if seen == "shifted":
            e.text = " " + (e.text or "")
        elif seen != "shown" and _is_so(e, seen):
            e.tag = _AS[seen]
    if doubtful:
        _drop_copies(root, doubtful)


def _is_so(e: etree._Element, seen: Sight) -> bool:
    """Whether the element's neighbours and what it holds leave it as its own style says."""
    if seen == "unseen":
        return not any(_VISIBLE.search(d.get("style", "").replace(" ", "")) for d in e.iterdescendants("*"))
    if seen == "no letters":
        # around blocks side by side it takes away the gaps between them, which have a size of their own
        return not any(d.get("style") or d.get("class") for d in e.iterdescendants("*"))
    if seen == "white":
        return _stands_beside_text(e)
    return seen != "doubtful"


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


def _names(e: etree._Element) -> frozenset[str]:
    return names_of(e.get("class") or "", e.get("id") or "")


def names_of(classes: str, ident: str) -> frozenset[str]:
    """The classes and the id of an element, with their dot or hash."""
    names = [f".{name}" for name in classes.split()]
    return frozenset([*names, f"#{ident}"] if ident else names)


def _may_hold_rules(sheet: str) -> bool:
    """Whether anything in a stylesheet hides; most hold none of the words, or only to take the dots off a list."""
    sheet = sheet.lower()
    return any(word in sheet for word in _HIDING_WORDS) and bool(_HIDING_SHEET.search(squeezed(_COMMENT.sub("", sheet))))


def rules_of(sheets: Sequence[str]) -> Rules:
    """What the page's own stylesheets hide, and what they show; nothing where they hide nothing."""
    if not any(map(_may_hold_rules, sheets)):
        return NO_RULES
    rules = Rules({}, {})
    for sheet in sheets:
        text = _AT_RULE.sub("", _COMMENT.sub("", sheet))
        for rule in text.split("}", MOST_RULES)[:MOST_RULES]:
            selectors, _, body = rule.rpartition("{")
            body = squeezed(body)
            # what a class strikes out is read no more than what it hides
            hiding, showing = _UNSEEN.search(body) or _STRUCK.search(body), _SHOWN.search(body)
            if not hiding and not showing:
                continue
            for selector in selectors.rpartition("{")[2].split(","):
                parts = selector.split()
                last = _COMPOUND.fullmatch(parts[-1]) if parts else None
                if last is None or not last[2]:
                    continue
                names = re.findall(r"[.#][\w-]+", last[2])
                one = _Selector((last[1] or "").lower(), frozenset(names))
                if hiding and len(parts) == 1:
                    rules.hides.setdefault(names[0], []).append(one)
                elif showing:
                    rules.shows.setdefault(names[0], []).append(one)
    return rules
