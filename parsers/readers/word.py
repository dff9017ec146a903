"""Word documents as XML (DOCX, DOCM, flat OPC, Word 2003 XML) into the stream of cells, as Word would print them.
Nothing but the text's own parts is opened: no macro, no embedded object, no link. What cells mean is left to `align`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from zipfile import ZipFile

from lxml import etree

from gongkai.parsers.document import Document
from gongkai.parsers.readers import flow
from gongkai.parsers.readers.numbering import Numbering, attribute, child, local, whole
from gongkai.parsers.readers.outside import Outside
from gongkai.parsers.readers.problems import Unreadable
from gongkai.parsers.readers.zipped import member, opened

_NAME = "Word document (DOCX)"
# Wrappers that print what they hold.
_OPEN = frozenset([
    "sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink", "hlink", "fldSimple", "bdo", "dir",
    "sect", "sub-section", "content", "annotation", "oMath", "oMathPara", "subDoc", "pBdrGroup", "body",
])  # fmt: skip
# Tracked changes whose text is gone from the page.
_GONE = frozenset(["del", "moveFrom"])
_NO = frozenset(["0", "false", "off", "none"])
_GRAPHICS = frozenset(["drawing", "pict", "object", "ole", "binData"])
MOST_TAGS = 800_000
"""Tags of one part: a report torn into runs of single characters has 200,000; this many take ten seconds and half a gigabyte."""
MOST_NESTED = 40
"""Tables within tables; deeper is no report but an attack, or a converter's mistake."""


def tree_of(part: bytes, name: str = _NAME) -> etree._Element:
    """The tree of one XML part. Raises Unreadable for broken or endless XML and for any document type declaration: office
    files have none, and entities, whether from outside or growing without end, come in by no other door."""
    if b"<!DOCTYPE" in part[:4096]:
        raise Unreadable(f"{name}: declares XML entities, which no office program writes: refused")
    if part.count(b"<") > MOST_TAGS:
        raise Unreadable(f"{name}: more than {MOST_TAGS} XML tags in one part: no report; refused")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(part, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable(f"{name}: damaged, its XML cannot be read; open it in Word and save it again") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(f"{name}: declares XML entities, which no office program writes: refused")
    return root


def _is_on(e: etree._Element | None) -> bool:
    """Whether a switch such as `w:vanish` is there and not turned off."""
    return e is not None and (attribute(e) or "1").lower() not in _NO


def relations(container: ZipFile, of: str) -> dict[str, str]:
    """Kind of relation → member that a part refers to; what lies outside the file is left out."""
    folder, name = posixpath.split(of)
    try:
        root = tree_of(member(container, posixpath.join(folder, "_rels", f"{name}.rels")))
    except KeyError:
        return {}
    found: dict[str, str] = {}
    for e in root.iterchildren(etree.Element):
        kind, target = (e.get("Type") or "").rpartition("/")[2], e.get("Target") or ""
        if e.get("TargetMode") != "External" and target:
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found.setdefault(kind, path)
    return found


def read_docx(body: bytes, outside: Outside) -> Document:
    """The cells of a DOCX or DOCM file. Raises Unreadable."""
    container = opened(body, _NAME)
    main = relations(container, "").get("officeDocument", "word/document.xml")

    def part(kind: str, usual: str) -> etree._Element | None:
        try:
            return tree_of(member(container, parts.get(kind, usual)))
        except KeyError:
            return None

    try:
        document = tree_of(member(container, main))
    except KeyError:
        raise Unreadable(f"{_NAME}: its text ({main[-60:]}) is not in the file; open it in Word and save it again") from None
    parts = relations(container, main)
    return _read(document, part("styles", "word/styles.xml"), part("numbering", "word/numbering.xml"))


def read_word_xml(body: bytes, outside: Outside) -> Document:
    """The cells of a Word document saved as one XML file: flat OPC, or Word 2003 XML. Raises Unreadable."""
    root = tree_of(body, "Word document (XML)")
    if local(root) != "package":
        return _read(root, child(root, "styles"), child(root, "lists"))
    parts: dict[str, etree._Element] = {}
    for e in root.iterchildren(etree.Element):
        inside = child(e, "xmlData")
        if inside is not None and len(inside):
            parts[attribute(e, "name") or ""] = inside[0]
    document = parts.get("/word/document.xml")
    if document is None:
        raise Unreadable("Word document (XML): holds no text; open it in Word and save it again")
    return _read(document, parts.get("/word/styles.xml"), parts.get("/word/numbering.xml"))


def _read(document: etree._Element, styles: etree._Element | None, numbering: etree._Element | None) -> Document:
    body = child(document, "body")
    if body is None:
        raise Unreadable(f"{_NAME}: holds no text; open it in Word and save it again")
    if any(local(e) == "altChunk" for e in body.iter(etree.Element)):
        raise Unreadable(f"{_NAME}: its text is a page put in as a whole (altChunk); open it in Word and save it again")
    return flow.document_of(_Page(body, styles, numbering).written)


_WHITE = frozenset(["ffffff", "white", "fefefe"])
_NO_GROUND = frozenset(["", "auto", "ffffff", "clear", "nil"])
LEAST_LIFT = 4
"""Half-points by which the mark of a note stands over its line."""
TINIEST = 4
"""Half-points; smaller type is not meant to be read (as in `pdf_page`)."""


def _stands_low(properties: etree._Element | None) -> bool:
    """The run is set lower than its line."""
    lift = attribute(child(properties, "position")) or ""
    return attribute(child(properties, "vertAlign")) == "subscript" or (lift.startswith("-") and lift[1:].isdecimal() and int(lift[1:]) >= LEAST_LIFT)


def _switches(properties: etree._Element | None) -> dict[str, bool]:
    """What a run's or a style's properties say of whether its text is seen; nothing where they do not say."""
    found: dict[str, bool] = {}
    if properties is None:
        return found
    for e in properties.iterchildren(etree.Element):
        name = local(e)
        if name in ("vanish", "strike", "dstrike"):
            found[name] = _is_on(e)
        elif name == "color":
            found["white"] = (attribute(e) or "").lower().lstrip("#") in _WHITE
        elif name == "highlight" or (name == "shd" and _is_ground(e)):
            found["ground"] = True
        elif name == "sz":
            size = attribute(e) or ""
            found["tiny"] = size.isdecimal() and 0 < int(size) < TINIEST
    return found


def _has_ground(properties: etree._Element | None) -> bool:
    """A paragraph, cell or run is shaded."""
    shading = child(properties, "shd")
    return shading is not None and _is_ground(shading)


def _is_ground(shading: etree._Element) -> bool:
    return (attribute(shading, "fill") or "").lower() not in _NO_GROUND


def _is_hidden(on: dict[str, bool]) -> bool:
    if any(on.get(name) for name in ("vanish", "strike", "dstrike", "tiny")):
        return True
    return on.get("white", False) and not on.get("ground", False)


def _hiding_styles(styles: etree._Element | None) -> dict[str, dict[str, bool]]:
    """Style → what it says of whether its text is seen, itself or by what it is based on; of a style of tables, whether it
    shades any of its cells."""
    own: dict[str, tuple[str, dict[str, bool]]] = {}
    if styles is None:
        return {}
    for e in styles.iterchildren(etree.Element):
        if local(e) == "style":
            on = _switches(child(e, "rPr"))
            if attribute(e, "type") == "table" and any(_has_ground(properties) for properties in e.iter(etree.Element)):
                on["ground"] = True
            own[attribute(e, "styleId") or ""] = (attribute(child(e, "basedOn")) or "", on)
    found = {}
    for name in own:
        at, chain = name, [name]
        while (at := own[at][0]) in own and len(chain) < 20:
            chain.append(at)
        on = {}
        for one in reversed(chain):
            on |= own[one][1]
        if on:
            found[name] = on
    return found


class _Page:
    """Writes one document as a page. Kept between paragraphs: open fields, numbers of lists, notes counted."""

    def __init__(
        self, body: etree._Element, styles: etree._Element | None, numbering: etree._Element | None
    ) -> None:
        self._hiding = _hiding_styles(styles)
        self._numbering = Numbering(numbering, styles)
        kinds = [attribute(e, "fldCharType") for e in body.iter(etree.Element) if local(e) == "fldChar"]
        # Where ends are missing, a field would swallow the rest of the document.
        self._fields_close = kinds.count("begin") == kinds.count("end")
        self._fields: list[bool] = []  # of each open field: whether its result has begun
        self._notes = 0
        self._depth = 0
        self._ground = False  # whether what is written stands on a shaded ground
        self._boxes: list[str] = []
        self.written = self._blocks(body)

    def _blocks(self, parent: etree._Element) -> str:
        found = []
        for e in self._children(parent):
            name = local(e)
            if name == "p":
                found.append(self._paragraph(e))
            elif name == "tbl":
                found.append(self._table(e))
        return "".join(found)

    def _children(self, parent: etree._Element) -> Iterator[etree._Element]:
        """The elements that a parent prints, those of transparent wrappers in their place."""
        for e in parent.iterchildren(etree.Element):
            name = local(e)
            if name in _GONE or (name == "annotation" and (attribute(e, "type") or "").endswith("Deletion")):
                continue
            if name == "AlternateContent":
                yield from self._children(_chosen(e))
            elif name in _OPEN:
                yield from self._children(e)
            else:
                yield e

    def _paragraph(self, p: etree._Element) -> str:
        properties = child(p, "pPr")
        number = self._numbering.before(properties)
        styled = self._hiding.get(attribute(child(properties, "pStyle")) or "Normal", {})
        if self._ground or _has_ground(properties):
            styled = styled | {"ground": True}
        outer, self._boxes = self._boxes, []
        pieces = [flow.escaped(number)]
        behind_number = bool(number.strip())  # which stands apart from the text: 4. 46 is not 4.46
        for r in self._children(p):
            piece = self._run(r, styled)
            if behind_number and piece.strip():
                pieces.append(" " if piece.strip()[0].isdigit() and not number.endswith((" ", "\t")) else "")
                behind_number = False
            lift = attribute(child(child(r, "rPr"), "position")) or ""
            if (lift.isdecimal() and int(lift) >= LEAST_LIFT and any(pieces) and piece.strip().isdigit()) or (_stands_low(child(r, "rPr")) and flow.is_low_mark("".join(pieces), piece)):
                piece = flow.note(piece)
            pieces.append(piece)
        inside = "".join(pieces)
        boxes, self._boxes = self._boxes, outer
        return flow.paragraph(inside) + "".join(boxes)

    def _run(self, r: etree._Element, styled: dict[str, bool]) -> str:
        """What a run prints; formulas and stray elements count as runs without properties."""
        if local(r) not in ("r", "f", "e", "num", "den", "sSup", "sSub", "sup", "sub", "d", "m", "mr", "rad", "deg", "t"):
            return ""
        properties = child(r, "rPr")
        on = styled | self._hiding.get(attribute(child(properties, "rStyle")) or "none", {}) | _switches(properties)
        if _is_hidden(on):  # hidden, white on white, or struck out as withdrawn figures are
            self._follow_fields(r)
            return ""
        inside = self._text(r) if local(r) == "t" else "".join(self._piece(e, styled) for e in self._children(r))
        if inside.strip() and attribute(child(properties, "vertAlign")) == "superscript":
            return inside if inside.startswith(flow.NOTE) else flow.note(inside)
        return inside

    def _piece(self, e: etree._Element, styled: dict[str, bool]) -> str:
        name = local(e)
        if name == "fldChar":
            self._field(attribute(e, "fldCharType"))
            return flow.PICTURE if child(child(e, "ffData"), "ddList") is not None else ""
        if self._fields_close and not all(self._fields):
            return ""
        if name == "t":
            return self._text(e)
        if name in ("footnoteReference", "endnoteReference", "footnote", "endnote"):
            self._notes += 1
            return flow.note(str(self._notes))
        if name in _GRAPHICS:
            return self._graphic(e)
        if name == "ruby":
            base = child(e, "rubyBase")
            return "" if base is None else "".join(self._run(r, styled) for r in self._children(base))
        if name == "sym":
            return flow.PICTURE
        if name in ("r", "f", "e", "num", "den", "sup", "sub", "d"):
            return self._run(e, styled)
        return {"tab": "\t", "ptab": "\t", "br": flow.BREAK, "cr": flow.BREAK, "noBreakHyphen": "-"}.get(name, "")

    def _text(self, t: etree._Element) -> str:
        text = "".join(map(str, t.itertext()))
        if attribute(t, "space") != "preserve":  # spaces at its ends are then no text, so says the format
            text = text.strip(" \t\r\n")
        return flow.escaped(text)

    def _field(self, kind: str | None) -> None:
        """A field is its result: what stands between its begin and its separation is an instruction."""
        if not self._fields_close:
            return
        if kind == "begin":
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _follow_fields(self, r: etree._Element) -> None:
        for e in r.iter(etree.Element):
            if local(e) == "fldChar":
                self._field(attribute(e, "fldCharType"))

    def _graphic(self, e: etree._Element) -> str:
        """A picture leaves a mark. The text of a text box follows the paragraph that it is tied to."""
        found = list(_text_boxes(e))
        if not found:
            return flow.PICTURE
        floats = self._depth and _floats(e)
        inline = ""
        for box in found:
            inside = self._deeper(box)
            if not self._depth or "<table" in inside:
                self._boxes.append(inside)
                continue
            line = inside.replace("</p><p>", flow.BREAK).replace("<p>", "").replace("</p>", "")
            # Over which cell a floating box shows is not in the file: its text stands beside the cell's own, as a note.
            # Any other is a character of its line.
            inline += flow.note(line) if floats else line
        return inline

    def _deeper(self, e: etree._Element) -> str:
        if self._depth >= MOST_NESTED:
            raise Unreadable(f"{_NAME}: tables nested more than {MOST_NESTED} deep: no report; look at the file")
        self._depth += 1
        found = self._blocks(e)
        self._depth -= 1
        return found

    def _table(self, tbl: etree._Element) -> str:
        rows: list[list[str]] = []
        open_columns: set[int] = set()  # where the row above has a cell that may reach down
        style = attribute(child(child(tbl, "tblPr"), "tblStyle")) or ""
        outer, self._ground = self._ground, self._ground or self._hiding.get(style, {}).get("ground", False)
        for tr in self._children(tbl):
            properties = child(tr, "trPr")
            if local(tr) != "tr" or child(properties, "del") is not None or _is_on(child(properties, "hidden")):
                continue
            row, open_columns = self._row(tr, properties, open_columns)
            rows.append(row)
        self._ground = outer
        return flow.table(rows)

    def _row(
        self, tr: etree._Element, properties: etree._Element | None, above: set[int]
    ) -> tuple[list[str], set[int]]:
        column = min(max(0, whole(attribute(child(properties, "gridBefore")))), flow.WIDEST)
        row = [flow.gap(column)]
        reach: set[int] = set()
        cells = [tc for tc in self._children(tr) if local(tc) == "tc"]
        k = 0
        while k < len(cells):
            tc, properties = cells[k], child(cells[k], "tcPr")
            width = self._width(properties)
            k += 1
            while k < len(cells) and _merge(child(cells[k], "tcPr"), "hmerge") == "continue":
                width += self._width(child(cells[k], "tcPr"))
                k += 1
            merge = _merge(properties, "vmerge")
            outer, self._ground = self._ground, self._ground or _has_ground(properties)
            inside = self._deeper(tc)
            self._ground = outer
            if child(properties, "cellDel") is not None or (merge == "continue" and column in above):
                row.append(flow.gap(width))
            else:
                row.append(flow.cell(inside, width))
            if merge:
                reach.add(column)
            column += width
        return row, reach

    def _width(self, properties: etree._Element | None) -> int:
        return min(max(1, whole(attribute(child(properties, "gridSpan")), 1)), flow.WIDEST)


def _merge(properties: etree._Element | None, name: str) -> str:
    """`restart`, `continue`, or "" for a cell that is not merged; `vMerge` without a value continues."""
    if properties is not None:
        for e in properties.iterchildren(etree.Element):
            if local(e).lower() == name:
                return "restart" if attribute(e) == "restart" else "continue"
    return ""


def _chosen(e: etree._Element) -> etree._Element:
    """One of the readings that a file offers for the same content: the first that holds anything."""
    for c in e.iterchildren(etree.Element):
        if len(c):
            return c
    return e


def _floats(e: etree._Element) -> bool:
    """Whether a drawing may stand elsewhere than in the line that holds it."""
    for c in e.iter(etree.Element):
        if local(c) in ("inline", "anchor"):
            return local(c) == "anchor"
        if "absolute" in (c.get("style") or ""):
            return True
    return False


def _text_boxes(e: etree._Element) -> Iterator[etree._Element]:
    """The outermost text boxes of a drawing, each once."""
    for c in e.iterchildren(etree.Element):
        if local(c) == "AlternateContent":
            yield from _text_boxes(_chosen(c))
        elif local(c) == "txbxContent":
            yield c
        else:
            yield from _text_boxes(c)
