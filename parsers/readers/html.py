"""HTML pages and Word or WPS exports into the stream of cells.
Pages that need no tree are left to `markup`; what the marked text becomes to `marked`."""

from __future__ import annotations

import re

from lxml import etree

from gongkai.parsers.document import Document
from gongkai.parsers.readers.hidden import mark_unseen
from gongkai.parsers.readers.marked import (
    BLOCK,
    BREAK,
    CELL,
    CLOSE,
    END,
    PICTURE,
    ROW,
    SHORT_AREA,
    SPAN,
    TABLE,
    cells_of,
)
from gongkai.parsers.readers.markup import marked_text

_MARKS = re.compile("[\U0010f5e0-\U0010f5e2\U0010f5f0-\U0010f5f9\x00]")  # what `marked` and `tags` use
_MARK_REFERENCES = re.compile(rb"&#(?:[xX]0*10[fF]5[eEfF][0-9a-fA-F]|0*11115(?:2\d|3\d|4\d|5[01]))(?![0-9a-fA-F]);?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BARE = re.compile(rb"<(?:html|body|p|div|br|span)\b", re.IGNORECASE)

# Tags that change nothing but how text looks, unless they may hide it.
_DRESS = re.compile(rb"</?(?:b|i|u|em|strong|big|center|font)(?:\s[^<>]*)?>", re.IGNORECASE)
_MAY_HIDE = re.compile(rb"<(?:b|i|u|em|strong|big|center|font)\s[^<>]*(?:display|visib|hid|class|id|opacity|clip)", re.IGNORECASE)

# Text that stands behind a cell and in none: to which cell it belongs no reader can tell, so it is one of its own.
_CELLS = "preceding-sibling::td or preceding-sibling::th or preceding-sibling::tr or preceding-sibling::tbody"
_BEHIND = f"({_CELLS}) and not(preceding-sibling::*[1][self::table])"
_PRINTED = "normalize-space(translate(., '\xa0\u3000', ''))"
_STYLESHEET = f"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/>
<xsl:template match="style|title|template|noscript|s|strike|del|comment()|processing-instruction()"/>
<xsl:template match="img|script|select|textarea|object|svg">{PICTURE}</xsl:template>
<xsl:template match="textarea[not(*) and string-length() &lt; {SHORT_AREA}]"><xsl:value-of select="."/></xsl:template>
<xsl:template match="table">{TABLE}<xsl:apply-templates/>{END}</xsl:template>
<xsl:template match="tr">{ROW}<xsl:apply-templates/></xsl:template>
<xsl:template match="td|th">{CELL}<xsl:if test="@colspan|@rowspan"><xsl:value-of select="@colspan"/>,<xsl:value-of
 select="@rowspan"/>{SPAN}</xsl:if><xsl:apply-templates/></xsl:template>
<xsl:template match="tr/text()[{_PRINTED}][{_BEHIND}]|tbody/text()[{_PRINTED}][{_BEHIND}]|table/text()[{_PRINTED}][{_BEHIND}]"
>{CELL}<xsl:value-of select="."/></xsl:template>
<xsl:template match="tr/*[{_PRINTED}][{_BEHIND}]" priority="-0.1">{CELL}<xsl:apply-templates/></xsl:template>
<xsl:template match="sup|sub"> [<xsl:apply-templates/>]</xsl:template>
<xsl:template match="small|a[starts-with(@href, '#')]"><xsl:text> </xsl:text><xsl:apply-templates/></xsl:template>
<xsl:template match="input[not(@type) or @type='text' or @type='number']"><xsl:if test="parent::tr[td|th]">{CELL}</xsl:if><xsl:value-of select="@value"/></xsl:template>
<xsl:template match="br|hr">{BREAK}</xsl:template>
<xsl:template match="p|div|li|h1|h2|h3|h4|h5|h6|dd|dt|center|section|article|header|footer|nav|main|blockquote|form|pre
|caption|ul|ol|dl|fieldset|figure|figcaption|address">{BLOCK}<xsl:apply-templates/>{CLOSE}</xsl:template>
</xsl:stylesheet>"""
_TO_TEXT = etree.XSLT(etree.XML(_STYLESHEET))


class TooDeep(Exception):
    """The page's tags are nested deeper than any page that a person has made."""


def read_html(page: bytes) -> Document:
    """The cells of an HTML page in UTF-8, of any quality; one that lxml cannot build at all gives an empty document.

    Raises TooDeep.
    """
    plain = read_plain(page)
    return read_tree(page) if plain is None else plain


def read_plain(page: bytes) -> Document | None:
    """The same of a page that is all UTF-8 and needs no tree; None for any other bytes."""
    if _may_hold_marks(page):
        try:
            page = _MARKS.sub("", page.decode()).encode()
        except UnicodeDecodeError:
            return None
    found = marked_text(page)
    return None if found is None else cells_of(*found)


def read_tree(page: bytes) -> Document:
    """The same by a tree, which lxml builds of any page, as browsers do, and a stylesheet. Raises TooDeep."""
    if _may_hold_marks(page):
        page = _MARKS.sub("", page.decode("utf-8", errors="replace")).encode()
    if b"&#" in page:
        page = _MARK_REFERENCES.sub(b"", page)
    root, is_cut = _tree_of(page)
    if is_cut and not _MAY_HIDE.search(page):  # tags that nobody closed lie in each other: mostly such as only dress text
        root, is_cut = _tree_of(_DRESS.sub(b"", page))
    if is_cut:
        raise TooDeep
    if root is None:
        return Document("html", [], [], [], [], [], [])
    meta = _meta_of(root)
    _keep_line_ends(root, page)
    mark_unseen(root, page)
    try:
        text = str(_TO_TEXT(root))
    except etree.XSLTApplyError as problem:
        raise TooDeep from problem
    return cells_of(text, meta)


def _tree_of(page: bytes) -> tuple[etree._Element | None, bool]:
    """The root of a page's tree, and whether the page goes on where the tree ends: below so many levels lxml reads no more."""
    # without a table of ids, which nothing here asks for, the tree is built in 0.96 of the time
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        root = etree.fromstring(page, parser)
    except etree.XMLSyntaxError:
        root = None
    last = parser.error_log.last_error
    return root, last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT


def _may_hold_marks(page: bytes) -> bool:
    return b"\xf4" in page or b"\x00" in page  # the first byte of each of them in UTF-8


def _meta_of(root: etree._Element) -> dict[str, str]:
    """The page's meta tags by lower-case name and, under `title`, the text of its title element."""
    meta: dict[str, str] = {}
    titles: list[etree._Element] = []
    for e in root.iter("meta", "title"):
        if e.tag == "title":
            titles.append(e)
        elif (name := e.get("name")) and (content := e.get("content")):
            meta.setdefault(name.lower(), content.strip())
    for e in titles:
        meta.setdefault("title", " ".join("".join(map(str, e.itertext())).split()))
    return meta


def _keep_line_ends(root: etree._Element, page: bytes) -> None:
    """Line ends that mean something: in preformatted text, and where tables in HTML stand between lines of plain
    text or Markdown, as text recognition writes them."""
    for e in root.iter("pre"):
        for part in e.iter():
            part.text, part.tail = _with_breaks(part.text), _with_breaks(part.tail)
    if not _BARE.search(page):
        for e in root.iter("body", "p"):
            e.text = _with_breaks(e.text)
        for e in root.iter("table", "p"):
            e.tail = _with_breaks(e.tail)


def _with_breaks(text: str | None) -> str:
    """Line ends as marks; control characters, which a tree takes from a page but not from a program, are dropped."""
    return _CONTROL.sub("", text or "").replace("\n", BREAK)
