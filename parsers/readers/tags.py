"""One tag of a page with the text behind it: what kind of tag it is, and what it leaves in the page's marked text.
How tags stand to each other is left to `nesting`, the page to `markup`."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.entities import name2codepoint

from gongkai.parsers.readers.hidden import NO_RULES, Sight, names_of, sight_of, squeezed
from gongkai.parsers.readers.marked import BLOCK, BREAK, CELL, CLOSE, PICTURE, ROW, SPAN, TABLE
from gongkai.parsers.readers.marked import END as TABLE_END
from gongkai.parsers.readers.nesting import (
    BAD,
    BLOCKS,
    CELL_ENDS,
    COLUMN,
    COMMENT,
    END,
    FRAME,
    META,
    NOTHING,
    ODD,
    OPEN,
    PHRASES,
    RAW,
    RAW_END,
    RULE,
)

GONE, RAISED, DOUBTFUL = map(chr, range(0x10F5E0, 0x10F5E3))
"""Before what a start tag leaves: its element prints nothing, is raised, or may be hidden."""

_SPACE = rb"[ \t\r\n\f]"
# What every reader of HTML takes for the same tag. A `<` or an odd quotation mark in it is left to those that guess.
_TAG = re.compile(
    rb"(/?)([A-Za-z][A-Za-z0-9:-]*)"
    rb"((?:(?:S+|(?<=[\"']))[^\s\"'<>/=&\x00-\x1f]+(?:S*=S*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>=`\x00-\x1f][^\s\"'<>`\x00-\x1f]*))?)*)"
    rb"S*(/?)>".replace(b"S", _SPACE)
)
_ATTRIBUTE = re.compile(
    rb"([^\s\"'<>/=]+)(?:S*=S*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>=`][^\s\"'<>`]*)))?".replace(b"S", _SPACE)
)
_DECLARATION = re.compile(rb"[!?][^>]*>")
_RAW_END = re.compile(rb"/(?:script|style|title|textarea|iframe)", re.IGNORECASE)
# Characters that are not taken as they stand, and what may be a character reference and is none that all agree on.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_REFERRED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\U0010f000-\U0010ffff]")
_REFERENCES = re.compile(r"&(?:([A-Za-z][A-Za-z0-9]*);|#(?:(\d{2,6})|[xX]([0-9A-Fa-f]{2,5}));|[A-Za-z#])")

_EMPTY = {
    "br": BREAK, "hr": BREAK, "img": PICTURE, "input": "", "col": "", "meta": "", "link": "", "area": "", "base": "",
    "embed": "", "param": "", "wbr": "", "source": "",
}  # fmt: skip
"""Elements without an end tag, and what they leave."""
_EMPTY_KINDS = {"hr": RULE, "col": COLUMN, "meta": META}
_LEAVES = {
    **dict.fromkeys((*OPEN, *RAW), ""), **_EMPTY, **dict.fromkeys(BLOCKS, BLOCK),
    **dict.fromkeys(("s", "strike", "del", "noscript", "template"), GONE),
    "table": TABLE, "tr": ROW, "td": CELL, "th": CELL, "sup": " [", "sub": " [", "small": " ",
    "select": GONE + PICTURE, "object": GONE + PICTURE, "script": PICTURE, "textarea": PICTURE,
}  # fmt: skip
_NOT_READ = frozenset((
    "pre", "listing", "xmp", "plaintext", "frameset", "frame", "noframes", "noembed", "menu", "dir", "isindex", "basefont",
    "bgsound", "keygen", "track", "command", "image", "spacer", "nextid", "applet", "svg", "math", "ruby", "rb", "rt", "rp",
    "rtc", "dialog",
))  # fmt: skip
"""Elements of HTML that mean more than a phrase or a block, and that parsers treat each in its own way."""
_RAW_STARTS, _RAW_ENDS = frozenset(RAW.values()), frozenset(RAW_END.values())
END_LEAVES = {**dict.fromkeys(BLOCKS, CLOSE), "table": TABLE_END, "sup": "]", "sub": "]"}

LONGEST_REMEMBERED, MOST_REMEMBERED = 1000, 16_384
"""Bytes of a tag with the text behind it, and how many of them are remembered: pages print most of theirs again and
again, in their own cells and from page to page of a site."""


class _Kinds(dict[bytes, str]):
    """The kind of each piece's tag; what is remembered of one is remembered with what it leaves."""

    def __missing__(self, piece: bytes) -> str:
        kind, leaves = _read(piece)
        if len(piece) < LONGEST_REMEMBERED:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
                LEAVES.clear()
            self[piece], LEAVES[piece] = kind, leaves
        return kind


class _Leaves(dict[bytes, str]):
    """What each piece leaves."""

    def __missing__(self, piece: bytes) -> str:
        return _read(piece)[1]


KINDS, LEAVES = _Kinds(), _Leaves()
"""By a piece of a page, from behind a `<` to the next: the kind of its tag (`nesting`), and what tag and text leave."""


def _read(piece: bytes) -> tuple[str, str]:
    tag, more, rest = piece.partition(b">")
    found = _known_tag(tag + more) if len(tag) < LONGEST_REMEMBERED else _tag(tag + more)
    if found is None:
        # a `>` within quotation marks, or no tag at all
        long = _TAG.match(piece)
        found = _tag(long[0]) if long else None
        if long is None or found is None:
            return _declaration(piece)
        rest = piece[long.end() :]
    kind, leaves = found
    if kind in _RAW_STARTS:
        return kind, leaves
    text = text_of(rest)
    if text is None:
        return (BAD if kind in _RAW_ENDS else ODD), ""
    if kind in CELL_ENDS and text and not text.isspace():  # text between cells is in none of them
        return ODD, ""
    return kind, leaves + text


def _tag(whole: bytes) -> tuple[str, str] | None:
    """The kind of a tag and what it leaves without the text behind it; None for what is no whole tag."""
    tag = _TAG.fullmatch(whole)
    if tag is None or not is_utf8(whole):
        return None
    end, written, attributes, slash = tag.groups()
    name = written.decode().lower()
    if name in RAW:
        return _raw(name, tag)
    if name not in _LEAVES and name not in _NOT_READ:
        name = "*"
    if end:
        return (ODD, "") if attributes or slash or name not in END else (END[name], END_LEAVES.get(name, ""))
    leaves = _leaves(name, attributes)
    if leaves is None:
        return ODD, ""
    if name in _EMPTY:
        return _EMPTY_KINDS.get(name, NOTHING), leaves
    if slash:
        return (ODD, "") if leaves or name not in PHRASES else (NOTHING, "")
    return OPEN[name], leaves


_known_tag = lru_cache(maxsize=4096)(_tag)


def _raw(name: str, tag: re.Match[bytes]) -> tuple[str, str]:
    """A script and the like. A slash, or attributes where none belong, mean something else to each reader."""
    if tag[1]:
        return (BAD, "") if tag[3] or tag[4] else (RAW_END[name], "")
    leaves = _leaves(name, tag[3])
    return (BAD, "") if tag[4] or leaves is None or GONE in leaves else (RAW[name], leaves)


def _declaration(piece: bytes) -> tuple[str, str]:
    """A comment, `<!DOCTYPE …>`, `<![if …]>`, `<?xml …?>`: none of them leaves anything but the text behind it."""
    if not is_utf8(piece):
        return BAD, ""
    if piece.startswith(b"!--"):
        if piece.startswith((b"!-->", b"!--->")) or b"--!>" in piece:
            return ODD, ""
        end = piece.find(b"-->", 3) + 3
        if end < 3:
            return COMMENT, ""
    elif declared := _DECLARATION.match(piece):
        end = declared.end()
    else:
        return (BAD if _RAW_END.match(piece) else ODD), ""
    text = text_of(piece[end:])
    return (ODD, "") if text is None else (NOTHING, text)


def _leaves(name: str, attributes: bytes) -> str | None:
    """What a start tag leaves; None where the tag is not known, or only what stands around it says what is seen."""
    leaves = _LEAVES.get(name)
    if leaves is None or not attributes:
        return leaves
    small = attributes.lower()
    if name in ("td", "th") and (b"colspan" in small or b"rowspan" in small):
        found = attributes_of(attributes)
        spans = [text_of(found.get(span, b"")) for span in (b"colspan", b"rowspan")]
        if None in spans:
            return None
        if b"colspan" in found or b"rowspan" in found:
            leaves += f"{spans[0]},{spans[1]}{SPAN}"
    elif name == "input":
        found = attributes_of(attributes)
        if found.get(b"type", b"text") in (b"text", b"number"):
            value = text_of(found.get(b"value", b""))
            if value is None:
                return None
            leaves = value
    elif name == "a" and attributes_of(attributes).get(b"href", b"").startswith(b"#"):
        leaves = " "  # the mark of a note is no digit of the figure before it
    if b"style" in small or b"hidden" in small or b"hide" in small or b"class" in small:
        return _as_seen(name, leaves, attributes_of(attributes))
    return leaves


def _as_seen(name: str, leaves: str, attributes: dict[bytes, bytes]) -> str | None:
    """What a start tag leaves where its style or its classes hide or raise it."""
    style, classes = text_of(attributes.get(b"style", b"")), text_of(attributes.get(b"class", b""))
    if style is None or classes is None:
        return None
    style = squeezed(style)
    seen: Sight = "gone" if b"hidden" in attributes else sight_of(name, style)
    if seen in ("gone", "struck"):
        return "" if name in _EMPTY else None if name in FRAME else GONE
    by_class = NO_RULES.hide(name, names_of(classes, ""), style)
    if seen in ("shown", "shifted") and not by_class:
        return " " + leaves if seen == "shifted" else leaves
    if seen == "doubtful" or (seen == "shown" and by_class):
        return None if (leaves and name in _EMPTY) or GONE in leaves or name in FRAME else DOUBTFUL + leaves
    return RAISED + leaves if seen == "raised" and not by_class else None


def is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def text_of(raw: bytes) -> str | None:
    """The characters of a stretch of text; None where readers of HTML may not agree on them."""
    if not raw:
        return ""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    if _CONTROL.search(text) or "\ufffe" in text or "\uffff" in text:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        for reference in _REFERENCES.finditer(text):
            if not _is_agreed(reference):
                return None
        text = unescape(text)
        if _REFERRED.search(text):
            return None
    return text


def _is_agreed(reference: re.Match[str]) -> bool:
    """Whether all readers of HTML take a character reference for the same character: one by its name in HTML 4, or by
    the number of a character that is none of the control characters which some take for those of Windows."""
    name, decimal, hexadecimal = reference.groups()
    if name:
        return name in name2codepoint
    number = int(decimal) if decimal else int(hexadecimal or "0", 16)
    return not 0x7F <= number < 0xA0 and len(unescape(reference[0])) == 1


def attributes_of(attributes: bytes) -> dict[bytes, bytes]:
    """The attributes of a start tag as written, by their names in small letters; of two with one name the first."""
    found: dict[bytes, bytes] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(attributes):
        found.setdefault(name.lower(), double or single or bare)
    return found


def start_of(piece: bytes) -> tuple[str, dict[bytes, bytes]]:
    """Name and attributes of a piece that begins with a tag; nothing of a comment."""
    tag = _TAG.match(piece)
    return (tag[2].decode().lower(), attributes_of(tag[3])) if tag else ("", {})


def content_of(piece: bytes) -> bytes:
    """What stands behind a tag that is understood."""
    tag = _TAG.match(piece)
    return piece[tag.end() :] if tag else b""


def behind(piece: bytes) -> str:
    """The text behind a tag that is understood."""
    return text_of(content_of(piece)) or ""
