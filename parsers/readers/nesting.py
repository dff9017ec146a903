"""The tags of a page as one string, a character each, and whether every one of them is closed where it should be.
What stands in a tag or between tags is left to `tags`."""

from __future__ import annotations

import re

# Elements by what they do to the text around them: nothing; a block of its own; the parts of a table. Phrases may
# stand in anything that holds text; `*` is any element that HTML does not know, as a site's own or Word's.
PHRASES = (
    "span", "b", "strong", "i", "em", "u", "font", "big", "small", "sup", "sub", "label", "cite", "code", "ins",
    "q", "tt", "var", "kbd", "abbr", "s", "strike", "del", "select", "object", "noscript", "template", "button", "map", "nobr", "mark", "time", "o:p", "xml", "*",
    "aside", "video", "audio", "marquee",
)  # fmt: skip
_OTHERS = ("a", "option", "optgroup", "legend", "thead", "tbody", "tfoot", "colgroup", "table", "tr", "td", "th")
FRAME = ("html", "head", "body")
BLOCKS = (
    "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "center", "section", "article", "header",
    "footer", "nav", "main", "blockquote", "form", "caption", "ul", "ol", "dl", "fieldset", "figure", "figcaption",
    "address",
)  # fmt: skip

# One character for each start tag, and for its end tag the one 96 further on. What ends itself stands below them.
_FIRST, _TO_END = 0x40, 0x60
OPEN = {name: chr(_FIRST + k) for k, name in enumerate((*PHRASES, *BLOCKS, *_OTHERS, *FRAME))}
END = {name: chr(ord(char) + _TO_END) for name, char in OPEN.items()}
CELL_ENDS = "".join(END[name] for name in ("td", "th", "tr", "tbody", "thead", "tfoot"))
NAME_OF_START = {char: name for name, char in OPEN.items()}
NAME_OF_END = {char: name for name, char in END.items()}
NOTHING, RULE, COLUMN, META = ".-:#"  # what makes no element or an empty one; hr, and title, which ends a paragraph as hr does; col; meta
COMMENT = "!"  # one that goes on behind the next `<`
RAW = {"script": "0", "style": "1", "title": "2", "textarea": "3", "iframe": "4"}
RAW_END = {"script": "5", "style": "6", "title": "7", "textarea": "8", "iframe": "9"}
ODD, BAD = "?", "*"  # no tag that is understood; and one that ends the likes of a script by rules not followed here

_HELD = {
    "a": "a fieldset table td th", "span": "td th", "b": "p center td th", "i": "p center td th", "u": "p td th",
    "font": "center td th", "big": "p", "small": "p", "tt": "p", "s": "p", "strike": "p", "option": "option optgroup",
    "p": "p h1 h2 h3 h4 h5 h6 div center li ul ol dl dt dd blockquote form caption fieldset address table tbody tfoot"
    " tr td th colgroup hr col head body",
    "h1": "p li form fieldset table", "h2": "p li form fieldset table", "h3": "p li form fieldset table",
    "h4": "p li form fieldset table", "h5": "p li form fieldset table", "h6": "p li form fieldset table",
    "li": "li", "ul": "form address", "ol": "form", "dl": "li form", "dt": "dl dd", "dd": "dt", "form": "form",
    "caption": "thead tbody tfoot tr colgroup col", "legend": "fieldset", "address": "li ul dl dt dd form",
    "thead": "tbody tfoot", "tbody": "tbody tfoot", "tfoot": "tbody", "tr": "tbody tfoot tr",
    "td": "tbody tfoot tr td th", "th": "tbody tfoot tr td th", "colgroup": "thead tbody tfoot tr colgroup",
}  # fmt: skip
"""Start tags that libxml2 takes for the end of an element not closed before; `tests/test_markup.py` asks it for each."""
_ALONE = {**OPEN, "hr": RULE, "col": COLUMN}
NOT_WITHIN = frozenset(OPEN[outer] + _ALONE[inner] for outer, names in _HELD.items() for inner in names.split())
_END_OF = {OPEN[name]: END[name] for name in OPEN}
_FRAME_TAGS = frozenset(kind[name] for name in FRAME for kind in (OPEN, END))
_FRAME_ORDER = re.compile("{html}?(?:{head}{head_end}?)?{body}?{body_end}?{html_end}?".format(
    **{name: re.escape(OPEN[name]) for name in FRAME}, **{f"{name}_end": END[name] for name in FRAME}
))  # fmt: skip
_PAIRS = {OPEN[name]: OPEN[name] + END[name] for name in PHRASES}
_LINK_PAIR = OPEN["a"] + END["a"]
_LINKS = re.compile("{0}[^{0}{1}]*{0}".format(re.escape(OPEN["a"]), END["a"]))


_CELLS = (OPEN["td"], OPEN["th"])
_PARAGRAPH = OPEN["p"] + END["p"]


def _only(outer: str, *inner: str) -> tuple[re.Pattern[str], str]:
    """Such a start tag with whole inner elements behind it that hold nothing more; and the start tag alone."""
    pairs = "|".join(re.escape(OPEN[name]) + END[name] for name in inner)
    return re.compile(f"{re.escape(OPEN[outer])}(?:{pairs})+"), OPEN[outer]


_FILLED = (
    _only("div", "p"), _only("tr", "td", "th"), _only("tbody", "tr"),
    _only("table", "tr"), _only("ul", "li"),
)  # fmt: skip
"""What nearly all tags of a page are after its phrases: elements in those where they belong."""
DEEPEST = 200
"""Elements within each other; no page that a person has made comes near."""
_ROUNDS = 8  # phrases within each other that are taken out at once; those left are looked at one by one


def nested(kinds: str) -> bool:
    """Whether every start tag has its end tag in the same element, and none is taken for the end of another.

    For such a page no parser has to guess: the tree is what the tags say.
    """
    kinds = kinds.replace(NOTHING, "").replace(META, "")
    if _LINKS.search(kinds):
        return False
    # most elements are phrases within a line: those that hold nothing else are taken out, then those around them
    present = [pair for start, pair in _PAIRS.items() if start in kinds]
    present.append(_LINK_PAIR)
    for _ in range(_ROUNDS):
        length = len(kinds)
        for pair in present:
            kinds = kinds.replace(pair, "")
        if len(kinds) == length:
            break
    for cell in _CELLS:
        kinds = kinds.replace(cell + _PARAGRAPH, cell)
    for filled, start in _FILLED:
        kinds = filled.sub(start, kinds)
    return _closed(kinds)


def _closed(kinds: str) -> bool:
    """The same, tag by tag.

    A document pasted into another is read as if its `html`, `head` and `body` were not there: what they hold stands in
    what is around them.
    """
    first_end, frame = chr(_FIRST + _TO_END), ""
    ends, around = [""], [""]
    for kind in kinds:
        if kind in _FRAME_TAGS and len(ends) == 1:
            frame += kind
        elif kind >= first_end:
            around.pop()
            if ends.pop() != kind:
                return False
        elif around[-1] + kind in NOT_WITHIN:
            return False
        elif kind in _END_OF:
            ends.append(_END_OF[kind])
            around.append(around[-1] if kind in _FRAME_TAGS else kind)
            if len(ends) > DEEPEST:
                return False
    return len(ends) == 1 and _FRAME_ORDER.fullmatch(frame) is not None
