"""One reader for each kind of document: bytes become one stream of cells in reading order.
What the cells mean is left to `align` and `identity`."""

from __future__ import annotations

import json
import re
from codecs import utf_8_decode
from email import message_from_bytes
from html import unescape
from importlib import import_module

from gongkai.parsers.document import Document
from gongkai.parsers.readers.hidden import ANCHORS
from gongkai.parsers.readers.html import TooDeep, read_html, read_plain, read_tree
from gongkai.parsers.readers.mixed import as_page, is_typed, without_blocks
from gongkai.parsers.readers.ole import DOC, OLE, XLS, kind_of_ole
from gongkai.parsers.readers.ole import SIGNATURE as OLE_SIGNATURE
from gongkai.parsers.readers.outside import NOTHING_OUTSIDE, Outside
from gongkai.parsers.readers.problems import Unreadable as Unreadable  # other readers import it from here
from gongkai.parsers.readers.text import read_text
from gongkai.parsers.readers.zipped import DOCX, ODS, ODT, OFD, PPTX, XLSB, XLSX, ZIP, kind_of_zip

RTF = "application/rtf"
WORD_XML = "application/vnd.ms-word+xml"
SHEET_XML = "application/vnd.ms-excel+xml"

# What a file is stands in its first bytes; names and media types lie.
_SIGNATURES = (
    (b"%PDF", "application/pdf", "PDF"),
    (b"{\\rtf", "application/rtf", "RTF"),
    (b"\x89PNG", "image/png", "picture (PNG)"),
    (b"\xff\xd8\xff", "image/jpeg", "picture (JPEG)"),
    (b"GIF8", "image/gif", "picture (GIF)"),
    (b"II*\x00", "image/tiff", "picture (TIFF)"),
    (b"MM\x00*", "image/tiff", "picture (TIFF)"),
    (b"Rar!", "application/vnd.rar", "RAR archive"),
    (b"7z\xbc\xaf", "application/x-7z-compressed", "7z archive"),
    (b"\x1f\x8b", "application/gzip", "gzip file"),
)
_MARKS = tuple(mark for mark, _, _ in _SIGNATURES)
# Readers loaded when first used: media type -> module, function, and the extra whose packages it needs.
_CONVERTED = "gongkai.parsers.readers.converted"
_PICTURES = ("gongkai.parsers.readers.picture", "read_picture", "ocr")
_READERS: dict[str, tuple[str, str, str]] = {
    "application/pdf": ("gongkai.parsers.readers.pdf", "read_pdf", "pdf"),
    DOCX: ("gongkai.parsers.readers.word", "read_docx", ""),
    WORD_XML: ("gongkai.parsers.readers.word", "read_word_xml", ""),
    DOC: ("gongkai.parsers.readers.doc", "read_doc", ""),
    XLSX: ("gongkai.parsers.readers.workbook", "read_xlsx", ""),
    SHEET_XML: ("gongkai.parsers.readers.workbook", "read_sheet_xml", ""),
    XLS: ("gongkai.parsers.readers.biff", "read_xls", ""),
    RTF: ("gongkai.parsers.readers.rtf", "read_rtf", ""),
    ODT: (_CONVERTED, "read_text_document", ""),
    ODS: (_CONVERTED, "read_spreadsheet", ""),
    XLSB: (_CONVERTED, "read_spreadsheet", ""),
    ZIP: ("gongkai.parsers.readers.archives", "read_zip", ""),
    "image/png": _PICTURES,
    "image/jpeg": _PICTURES,
    "image/gif": _PICTURES,
    "image/bmp": _PICTURES,
    "image/tiff": _PICTURES,
    "image/webp": _PICTURES,
}
# Kinds that are known and not read, and what to do instead.
_NO_READER = {
    OFD: "save it as PDF to read it now",
    PPTX: "slides are no report; look at the file",
    "application/vnd.rar": "unpack it, or pack it as ZIP, to read what is in it",
    "application/x-7z-compressed": "unpack it, or pack it as ZIP, to read what is in it",
    "application/gzip": "unpack it to read what is in it",
}
_LATE_PDF = re.compile(rb"%PDF-[12]\.\d[ \t]*[\r\n]+(?:%|\d+ 0 obj)")
LATEST_PDF = 1024  # bytes before it that readers of PDF files skip
XML_HEAD = 4096  # bytes in which an XML file names its root
_OFFICE_XML = re.compile(rb"<(?:\w+:)?(?:(?P<word>wordDocument|package)\s|(?P<sheet>Workbook)\s)[^>]*schemas[.-]microsoft[.-]com")
_TAG = re.compile(r"<(?:!doctype html|html|head|body|table|tr|td|div|p|span|br|meta|ul|li)\b", re.IGNORECASE)
_STRUCTURE = re.compile(r"<(?:!doctype html|html|head|body|table|tr|td|div|p|meta|ul|li)\b", re.IGNORECASE)
_INLINE = re.compile(r"</?(?:b|i|u|em|strong|span|font|sup|sub)\b[^<>]*>", re.IGNORECASE)
_RAISED = re.compile(r"<(su[pb])\b[^<>]*>([^<>]*)</\1>", re.IGNORECASE)  # the mark of a footnote is no digit of the figure before it
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BLOCK_FIRST = (b"<div", b"<span", b"<table")
_ESCAPED = re.compile(rb"&lt;/?td(?:&gt;|\s)", re.IGNORECASE)
_LOST = re.compile(rb"\x00{16,}")
_HOLE = "\ufffd" * 3
_CUT_OFF = ("cut_off",)
_ENDS = (b"</body", b"</html")
LAST_TAGS = 200  # bytes at the end of a page in which it says that it ends
FEWEST_PIPED = 5  # lines of a table in Markdown
SHORTEST_CONTENT = 200  # characters of a text in a JSON answer that may be a page
# The same in bytes, and before a letter of any script it is no such tag.
_PLAIN_STRUCTURE = re.compile(_STRUCTURE.pattern.replace(r"\b", r"(?![\w\x80-\xff])").encode(), re.IGNORECASE)
_CONTROL = (b"\x00", b"\x01", b"\x02", b"\x03", b"\x04")
PIECE = 2**16  # bytes
# Words that every such report prints, whatever else of it is damaged.
_PROOF = "信息公开"
_PROOF_IN_UTF8 = _PROOF.encode()
_WESTERN = {chr(b): b for b in range(0x80, 0x100)} | {
    c: b for b in range(0x80, 0xA0) if (c := bytes([b]).decode("cp1252", errors="ignore"))
}
"""The byte that each character was, where one that knows nothing but Western European took each byte for a character."""
_WESTERN_PROOFS = tuple(
    "".join(table.get(b, chr(b)) for b in _PROOF.encode(encoding)).encode()
    for encoding in ("utf-8", "gb18030")
    for table in ({}, {b: c for c, b in _WESTERN.items() if ord(c) > 0xFF})
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BOM_STARTS = frozenset(mark[:1] for mark, _ in _BOMS)


def decode(body: bytes) -> tuple[str, bool]:
    """Text of the bytes, and whether they are plain UTF-8: byte order mark, else strict UTF-8, else GB18030; a declared charset is not believed.

    A page of UTF-8 with a few damaged bytes, or cut within a character, stays UTF-8: the damaged places
    become U+FFFD, which no label or number matches. Raises Unreadable for binary data.
    """
    for mark, encoding in _BOMS if body[:1] in _BOM_STARTS else ():
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace"), False
    try:
        return body.decode("utf-8"), True
    except UnicodeDecodeError:
        pass
    as_utf8 = body.decode("utf-8", errors="replace")
    foreign = sum(b >= 0x80 for b in body[:200_000])
    if as_utf8[:100_000].count("\ufffd") * 50 < foreign:
        return as_utf8, False
    try:
        return body.decode("gb18030"), False
    except UnicodeDecodeError:
        text = body.decode("gb18030", errors="replace")
    if text.count("\ufffd") * 50 > len(text):
        raise Unreadable("neither UTF-8 nor GB18030 text: binary data or an unknown encoding; look at the file")
    return text, False


def _without_western(body: bytes) -> bytes:
    """The bytes as they were before somebody took each of them for a Western European letter and saved those as UTF-8:
    what programs do that are told no charset. Undone only where the words of a report come out, and nothing is lost."""
    if _PROOF_IN_UTF8 in body or not any(proof in body for proof in _WESTERN_PROOFS):
        return body
    try:
        letters = body.decode("utf-8").removeprefix("\ufeff")
        raw = bytes(_WESTERN[c] if c >= "\x80" else ord(c) for c in letters)
        return raw if _PROOF in decode(raw)[0] else body
    except (UnicodeDecodeError, KeyError, Unreadable):
        return body


def _of_wide_characters(body: bytes) -> str | None:
    """The text of a file in UTF-16 that does not begin with a byte order mark; None for anything else."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _PROOF in text:
            return text
    return None


def media_type_of(body: bytes) -> tuple[str, str]:
    """Media type and plain name of the content, by its first bytes, and for containers by what they hold."""
    if b"\xe4" <= body[:1] <= b"\xe9" and b"%PDF" not in body[:LATEST_PDF]:  # an ideograph, with which no other kind begins
        return "text/plain", "text"
    if body.startswith(b"PK\x03\x04"):
        return kind_of_zip(body)
    if body.startswith(OLE_SIGNATURE):
        return kind_of_ole(body)
    head = body[:XML_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<?xml") and (match := _OFFICE_XML.search(head)):
        return (SHEET_XML, "spreadsheet (XML)") if match["sheet"] else (WORD_XML, "Word document (XML)")
    head = body[:64].lstrip()
    if head.startswith(_MARKS):
        for mark, media_type, name in _SIGNATURES:
            if head.startswith(mark):
                return media_type, name
    if _LATE_PDF.search(body, 0, LATEST_PDF) and not head.startswith(b"<"):  # behind what a server wrote
        return "application/pdf", "PDF"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp", "picture (WebP)"
    if body[:2] == b"BM" and body[6:10] == b"\x00\x00\x00\x00":  # two letters alone may begin a text
        return "image/bmp", "picture (BMP)"
    return "text/plain", "text"


def _is_page(body: bytes) -> bool:
    """Whether these bytes begin as an HTML page does: most do, and need no look at the whole text.

    What this says no to may still be one; `read` says by its text.
    """
    head = body[:64].lstrip()
    if not head.startswith(b"<") or not _PLAIN_STRUCTURE.search(body, 0, 2048):
        return False
    if head.startswith(_BLOCK_FIRST) and b"\n\n" in body and b"</p>" not in body:
        return False  # Markdown may begin so
    return b"<td" in body or not _ESCAPED.search(body)


def _is_utf8(body: bytes) -> bool:
    """The text of a large page takes three times as long to make at once as piece by piece in the same memory."""
    at = 0
    try:
        while at < len(body):
            piece = body[at : at + PIECE]
            at += utf_8_decode(piece, "strict", len(piece) < PIECE)[1]
    except UnicodeDecodeError:
        return False
    return True


def _content_of_json(text: str) -> tuple[str, str] | None:
    """Title and text of a site's JSON answer: its longest text is the page; None for other JSON."""
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    except RecursionError:
        return None
    longest = title = ""
    stack = [answer]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            for key, value in item.items():
                if isinstance(value, str) and key.lower() in ("title", "articletitle", "headline"):
                    title = title or value
                stack.append(value)
        elif isinstance(item, list):
            stack += item
        elif isinstance(item, str) and len(item) > len(longest):
            longest = item
    return (title, longest) if len(longest) > SHORTEST_CONTENT else None


def _is_mhtml(body: bytes) -> bool:
    head = body[:2000]
    if b"/" not in head:
        return False
    head = head.lower()
    return b"mime-version:" in head and b"multipart/related" in head


def _page_of_mhtml(body: bytes) -> bytes:
    """The HTML part of a page that a browser saved as one file which prints statutory tables, else the first: a frame's
    content is a part of its own. The whole where there is none."""
    pages = [page for part in message_from_bytes(body).walk()
             if part.get_content_type() == "text/html" and isinstance(page := part.get_payload(decode=True), bytes)]  # fmt: skip
    labels = [label.encode(encoding) for label in ANCHORS for encoding in ("utf-8", "gb18030")]
    return next((page for page in pages if any(label in page for label in labels)), pages[0] if pages else body)


def _parts_of_mhtml(body: bytes, outside: Outside) -> Outside:
    """The pictures that a browser saved within the same file, by their address or number."""
    parts: dict[str, bytes] = {}
    for part in message_from_bytes(body).walk():
        if part.get_content_maintype() == "image" and isinstance(data := part.get_payload(decode=True), bytes):
            parts[str(part.get("Content-Location", ""))] = data
            parts["cid:" + str(part.get("Content-ID", "")).strip("<>")] = data
    return outside._replace(linked=lambda reference: parts.get(reference) or outside.linked(reference))


def _with_pictures(page: bytes, outside: Outside) -> Document:
    try:
        found: Document | None = import_module("gongkai.parsers.readers.pictured").with_pictures(page, outside)
    except ImportError as problem:
        raise Unreadable(f"they may be in its pictures: install gongkai[ocr] to read them ({problem.name} is missing)") from None
    if found is None:
        raise Unreadable("none of its pictures shows one")
    return found


def _read_with(reader: tuple[str, str, str], name: str, body: bytes, outside: Outside) -> Document:
    """The document by a reader `(module, function, extra)`. Raises Unreadable, also where the extra is not installed."""
    module, function, extra = reader
    try:
        found = getattr(import_module(module), function)
    except ImportError as problem:
        raise Unreadable(f"{name}: install gongkai[{extra}] to read it ({problem.name} is missing)") from None
    document: Document = found(body, outside)
    return document


def _page(page: bytes, outside: Outside, *, pictures: bool, plain: bool = True) -> Document:
    """`plain`: the page may need no tree."""
    try:
        if pictures:
            return _with_pictures(page, outside)
        return _marked_where_cut(page, read_html(page) if plain else read_tree(page))
    except TooDeep:
        raise Unreadable("tags nested thousands of levels deep: no page; look at the file") from None


def _marked_where_cut(page: bytes, document: Document) -> Document:
    """The document of a page; where that breaks off within a cell, or has a hole, the cell, or all of its row, is marked: not
    all of it may be there."""
    if _HOLE in "\n".join(document.texts):
        rows = {row for row, text in zip(document.rows, document.texts, strict=True) if "\ufffd" in text}
        document.marks = {i: _CUT_OFF for i, row in enumerate(document.rows) if row in rows}
    last = page[-LAST_TAGS:].lower()
    if any(end in last for end in _ENDS):
        return document
    tail = page[max(page.rfind(b"<t"), page.rfind(b"<T")) :].lower()
    if tail.startswith((b"<td", b"<th")) and not any(end in tail for end in (b"</t", *_ENDS)) and len(document) and document.tables[-1]:
        document.marks = {**document.marks, len(document) - 1: _CUT_OFF}
    return document


def read(body: bytes, outside: Outside = NOTHING_OUTSIDE, *, pictures: bool = False) -> tuple[Document, str]:
    """The document in these bytes and its media type. Raises Unreadable where no reader takes them.

    `pictures`: tables that a web page shows as pictures are read, too; Unreadable where it shows none.
    """
    media_type, name = media_type_of(body)
    if reader := _READERS.get(media_type):
        return _read_with(reader, name, body, outside), media_type
    if media_type == OLE:  # neither a document nor a workbook: the name says what it is
        raise Unreadable(f"{name}: open it and save it without a password" if "encrypted" in name else f"{name}: look at the file")
    if media_type != "text/plain":
        todo = _NO_READER.get(media_type, "save the page as HTML or text to read it now")
        raise Unreadable(f"{name}: no reader for this kind of file; {todo}")
    if not body.strip():
        raise Unreadable("empty file")
    head = body[:4096]
    # looked for before they are counted, which takes thirty times as long
    control = sum(map(head.count, _CONTROL)) if any(map(head.__contains__, _CONTROL)) else 0
    if control * 20 > len(head) and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        if (wide := _of_wide_characters(body)) is None:
            raise Unreadable("binary data, no text; look at the file")
        body = wide.encode(errors="replace")
    if b"\x00" in body and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        # zeros that a damaged disk leaves stand for what was lost, single ones for nothing
        body = _LOST.sub(_HOLE.encode(), body).replace(b"\x00", b"")
    body = _without_western(body)
    if _is_mhtml(body):
        body, outside = _page_of_mhtml(body), _parts_of_mhtml(body, outside) if pictures else outside
    if _is_page(body):
        if not pictures and (plain := read_plain(body)) is not None:
            return _marked_where_cut(body, plain), "text/html"
        if _is_utf8(body):
            return _page(body, outside, pictures=pictures, plain=False), "text/html"
    text, utf8 = decode(body)
    if not text.strip():
        raise Unreadable("nothing but white space")
    title = ""
    if text.lstrip()[:1] in ("{", "[") and (answer := _content_of_json(text)):
        title, text, utf8 = *answer, False
    if "&" in text and "<td" not in text and _ESCAPED.search(text.encode(errors="replace")):  # a page escaped once too often
        text, utf8 = unescape(text), False
    if "<" in text and (_TAG.search(text) or (text.count("\n|") >= FEWEST_PIPED and _INLINE.search(text))):
        typed = is_typed(text)
        if not typed and (_STRUCTURE.search(text) or text.count("\n|") < FEWEST_PIPED):
            if (mixed := as_page(text)) is not None:
                text, utf8 = mixed, False
            page = body if utf8 else text.encode("utf-8", errors="replace")
            document = _page(page, outside, pictures=pictures)
            if title:
                document.meta.setdefault("articletitle", title)
            return document, "text/html"
        # Markdown with a line break or an emphasis in HTML inside its cells
        text = without_blocks(text) if typed else text
        text = unescape(_INLINE.sub("", _RAISED.sub(r" [\2]", _BREAK.sub(" ", text))))
    return read_text(text), "text/plain"
