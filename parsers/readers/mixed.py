"""Markdown and plain text with HTML in it, as converters write it: where tables are HTML, lines become paragraphs of a page.
What the page or the text says is left to `html` and `text`."""

from __future__ import annotations

import re

FEWEST_LINES = 5  # a page's source may have a line or two without a tag before the first

_BEGINS_A_PAGE = re.compile(r"\s*<(?!div\b|span\b|table\b)", re.IGNORECASE)
_TABLE = re.compile(r"(<table\b.*?</table\s*>)", re.IGNORECASE | re.DOTALL)
_PAGE = re.compile(r"<(?:table|t[dr]|p|li|html|body|pre)\b", re.IGNORECASE)
_BLOCKS = re.compile(r"</?(?:div|ul|meta|section|a)\b[^<>]*>", re.IGNORECASE)
_PIPED = re.compile(r"^\s*(?:\||\{\||\+[-=])", re.MULTILINE)
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+|>\s+)|\s*\{[#.][^{}]*\}\s*$|\*\*|__")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_FENCE = re.compile(r"\s*(?::{3,}|`{3,})")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")


def as_page(text: str) -> str | None:
    """A text whose tables are HTML as a page with a paragraph for each of its lines; None where it is a page already."""
    if _BEGINS_A_PAGE.match(text):
        return None
    pieces = _TABLE.split(text)
    lines = [line for piece in pieces[::2] for line in piece.split("\n") if line.strip() and "<" not in line]
    if len(pieces) < 2 or len(lines) < FEWEST_LINES:
        return None
    pieces[::2] = ["\n".join(map(_paragraph, piece.split("\n"))) for piece in pieces[::2]]
    return "".join(pieces)


def _paragraph(line: str) -> str:
    if _FENCE.match(line):
        return ""
    if not line.strip() or "<" in line:
        return line
    text = _LINK.sub(r"\1", _HEADING.sub("", line))
    return f"<p>{_ESCAPE.sub(_escaped, text)}</p>"


def _escaped(match: re.Match[str]) -> str:
    return match[1].replace("<", "&lt;")


def is_typed(text: str) -> bool:
    """The tables are typed, piped or drawn, and the tags between the lines of the text make up no page."""
    return len(_PIPED.findall(text)) >= FEWEST_LINES and _PAGE.search(text) is None


def without_blocks(text: str) -> str:
    return _BLOCKS.sub("", text)
