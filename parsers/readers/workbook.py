"""XLSX files and Excel 2003 XML into sheets of texts as their cells show them: formats, hidden rows, borders, merged cells.
How sheets become the stream of cells is left to `sheets`; no macro, link, formula or drawing is looked at."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple
from zipfile import ZipFile

from lxml import etree

from gongkai.parsers.document import Document
from gongkai.parsers.readers.number_format import code_of, shown
from gongkai.parsers.readers.numbering import attribute, child, local, whole
from gongkai.parsers.readers.outside import Outside
from gongkai.parsers.readers.problems import Unreadable
from gongkai.parsers.readers.sheets import MOST_CELLS, MOST_ROWS, Sheet, document_of
from gongkai.parsers.readers.word import relations, tree_of
from gongkai.parsers.readers.zipped import member, opened

_NAME = "spreadsheet (XLSX)"
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_XML_FORMATS = {
    "General Number": "General", "Fixed": "0.00", "Standard": "#,##0.00", "Percent": "0.00%", "Scientific": "0.00E+00",
    "Short Date": "yyyy-mm-dd", "Long Date": "yyyy-mm-dd", "Medium Date": "yyyy-mm-dd", "General Date": "yyyy-mm-dd",
}  # fmt: skip


class _Look(NamedTuple):
    """What a cell's style says: the code of its number format, a border, whether its text is struck out or white on
    white."""

    code: str = "General"
    framed: bool = False
    unseen: bool = False


def read_xlsx(body: bytes, outside: Outside) -> Document:
    """The cells of an XLSX or XLSM file; hidden sheets, rows and columns are left out, as in print. Raises Unreadable."""
    container = opened(body, _NAME)
    try:
        main = relations(container, "").get("officeDocument", "xl/workbook.xml")
        book = tree_of(member(container, main), _NAME)
    except KeyError:
        raise Unreadable(f"{_NAME}: damaged, without its list of sheets; open it and save it again") from None
    since_1904 = (attribute(child(book, "workbookPr"), "date1904") or "0") in ("1", "true")
    paths = _targets(container, main)
    parts = relations(container, main)
    strings = _strings(_part(container, parts.get("sharedStrings", "xl/sharedStrings.xml")))
    looks = _looks(_part(container, parts.get("styles", "xl/styles.xml")))
    sheets = []
    for e in _named(child(book, "sheets"), "sheet"):
        path = paths.get(e.get(_relation_of(e)) or "")
        if (e.get("state") or "visible") != "visible" or path is None or "chartsheet" in path or "macrosheet" in path:
            continue
        try:
            part = member(container, path)
        except KeyError:
            raise Unreadable(f"{_NAME}: damaged, its sheet {e.get('name')} is missing; open it and save it again") from None
        sheets.append(_sheet(e.get("name") or "", part, strings, looks, since_1904))
    return document_of(sheets)


def _part(container: ZipFile, path: str) -> etree._Element | None:
    try:
        return tree_of(member(container, path), _NAME)
    except KeyError:
        return None


def _named(e: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if e is None else [c for c in e.iterchildren(etree.Element) if local(c) == name]


def _relation_of(e: etree._Element) -> str:
    return next((str(key) for key in e.attrib if str(key).endswith("}id")), "")


def _targets(container: ZipFile, main: str) -> dict[str, str]:
    """Relation → member that the workbook refers to, those within the file."""
    folder, name = posixpath.split(main)
    root = _part(container, posixpath.join(folder, "_rels", f"{name}.rels"))
    found = {}
    for e in _named(root, "Relationship"):
        target = e.get("Target") or ""
        if e.get("TargetMode") != "External":
            found[e.get("Id") or ""] = target[1:] if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
    return found


def _rich(e: etree._Element) -> str:
    """The text of a string in runs; readings beside it and struck-out runs are none, raised ones are notes."""
    found = []
    for c in e.iterchildren(etree.Element):
        if local(c) == "t":
            found.append("".join(map(str, c.itertext())))
        elif local(c) == "r":
            text, look = _rich(c), child(c, "rPr")
            if (strike := child(look, "strike")) is not None and attribute(strike) not in ("0", "false"):
                continue
            stands = attribute(child(look, "vertAlign"))
            low = stands == "subscript" and found and found[-1][-1:].isdigit() and text.strip().isdigit()
            raised = (stands == "superscript" or low) and text.strip()
            found.append(f" [{text.strip()}]" if raised else text)
    return re.sub(r"_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)) if m[1] > "001F" else " ", "".join(found))


def _strings(root: etree._Element | None) -> list[str]:
    return [_rich(e) for e in _named(root, "si")]


def _looks(root: etree._Element | None) -> list[_Look]:
    """The look of each cell style by its number."""
    custom = {whole(e.get("numFmtId")): e.get("formatCode") or "" for e in _named(child(root, "numFmts"), "numFmt")}
    struck = [child(e, "strike") is not None for e in _named(child(root, "fonts"), "font")]
    white = [_is_white(child(e, "color")) for e in _named(child(root, "fonts"), "font")]
    filled = [
        any((attribute(pattern, "patternType") or "none") != "none" for pattern in fill.iterchildren(etree.Element))
        for fill in _named(child(root, "fills"), "fill")
    ]
    borders = [
        any(e.get("style") not in (None, "none") for e in border.iterchildren(etree.Element))
        for border in _named(child(root, "borders"), "border")
    ]

    def at(values: list[bool], number: int) -> bool:
        return values[number] if 0 <= number < len(values) else False

    def look(e: etree._Element) -> _Look:
        font = whole(e.get("fontId"))
        unseen = at(struck, font) or (at(white, font) and not at(filled, whole(e.get("fillId"))))
        return _Look(code_of(whole(e.get("numFmtId")), custom), at(borders, whole(e.get("borderId"))), unseen)

    return [look(e) for e in _named(child(root, "cellXfs"), "xf")]


def _is_white(colour: etree._Element | None) -> bool:
    """White as such, or as the theme's first colour, which is that of the paper."""
    if colour is None or colour.get("tint"):
        return False
    return (colour.get("rgb") or "")[-6:].upper() == "FFFFFF" or colour.get("theme") == "0"


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _elements(part: bytes) -> Iterator[etree._Element]:
    """The rows and the other parts of a sheet, one after the other, so that a long sheet needs no large tree."""
    if b"<!DOCTYPE" in part[:4096]:
        raise Unreadable(f"{_NAME}: declares XML entities, which no office program writes: refused")
    reader = etree.iterparse(
        BytesIO(part), events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
    )  # fmt: skip
    try:
        for _, e in reader:
            if local(e) in ("row", "cols", "mergeCells", "sheetViews"):
                yield e
                e.clear()
                while (before := e.getprevious()) is not None:
                    parent = before.getparent()
                    if parent is None:
                        break
                    parent.remove(before)
    except etree.XMLSyntaxError:
        raise Unreadable(f"{_NAME}: damaged, its XML cannot be read; open it and save it again") from None


def _sheet(name: str, part: bytes, strings: list[str], looks: list[_Look], since_1904: bool) -> Sheet:
    sheet = Sheet(name)
    row, count = -1, 0
    zeros = True
    if b"<tablePart" in part:  # the ground may be that of a table's style
        looks = [look._replace(unseen=False) for look in looks]
    for e in _elements(part):
        kind = local(e)
        if kind == "sheetViews":
            zeros = not any((view.get("showZeros") or "1") in ("0", "false") for view in _named(e, "sheetView"))
        elif kind == "cols":
            for c in _named(e, "col"):
                first, last = whole(c.get("min"), 1), whole(c.get("max"), 1)
                if (c.get("hidden") or "0") in ("1", "true") or c.get("width") == "0":
                    sheet.hidden_columns.update(range(first - 1, min(last, 20_000)))
        elif kind == "mergeCells":
            for c in _named(e, "mergeCell"):
                ends = _PLACE.findall(c.get("ref") or "")
                if len(ends) == 2:
                    (c1, r1), (c2, r2) = ((_column(letters), int(digits) - 1) for letters, digits in ends)
                    sheet.merged.append((min(r1, r2), min(c1, c2), abs(r2 - r1) + 1, abs(c2 - c1) + 1))
        else:
            row = whole(e.get("r"), row + 2) - 1
            if (e.get("hidden") or "0") in ("1", "true") or e.get("ht") == "0":
                sheet.hidden_rows.add(row)
                continue
            count += _add_cells(sheet, row, e, strings, looks, since_1904, zeros)
            if count > MOST_CELLS or len(sheet.hidden_rows) > 10 * MOST_ROWS:
                raise Unreadable(f"{_NAME}: more than {MOST_CELLS} cells on one sheet ({name}): no report; refused")
    return sheet


def _add_cells(
    sheet: Sheet, row: int, e: etree._Element, strings: list[str], looks: list[_Look], since_1904: bool, zeros: bool
) -> int:
    """Adds the cells of a row; `zeros`: whether the sheet shows cells that are 0."""
    column, count = -1, 0
    for c in _named(e, "c"):
        place = _PLACE.fullmatch(c.get("r") or "")
        column = _column(place[1]) if place else column + 1
        style = whole(c.get("s"))
        look = looks[style] if 0 <= style < len(looks) else _Look()
        text, sure = _text(c, strings, look, since_1904)
        if not zeros and (c.get("t") or "n") == "n" and _is_zero(c):
            text = ""
        if look.framed:
            sheet.framed.add((row, column))
        if text and not look.unseen:
            sheet.cells[row, column] = text
            if not sure:
                sheet.doubtful.add((row, column))
        count += bool(text) or look.framed
    return count


def _is_zero(c: etree._Element) -> bool:
    stored = child(c, "v")
    value = (stored.text or "") if stored is not None else ""
    return bool(_NUMBER.fullmatch(value)) and float(value) == 0


def _text(c: etree._Element, strings: list[str], look: _Look, since_1904: bool) -> tuple[str, bool]:
    """What a cell shows, and whether that is sure."""
    kind = c.get("t") or "n"
    if kind == "inlineStr":
        inside = child(c, "is")
        return ("" if inside is None else _rich(inside)), True
    stored = child(c, "v")
    value = (stored.text or "") if stored is not None else ""
    if not value:
        formula = child(c, "f")
        # A formula whose result was never stored is no blank.
        return (f"={formula.text or '…'}" if formula is not None and kind != "str" else ""), True
    if kind == "s":
        number = whole(value, -1)
        return (strings[number] if 0 <= number < len(strings) else "?"), True
    if kind == "b":
        return ("TRUE" if value == "1" else "FALSE"), True
    if kind in ("str", "e"):
        return value, True
    if kind == "d":
        return value[:10], True
    return _number(value, look.code, since_1904)


def _number(value: str, code: str, since_1904: bool) -> tuple[str, bool]:
    if not _NUMBER.fullmatch(value) or len(value) > 40:
        return value, True
    number = float(value)
    if abs(number) > 1e15:
        return value, False
    return shown(number, code, since_1904=since_1904)


def read_sheet_xml(body: bytes, outside: Outside) -> Document:
    """The cells of a workbook saved as one XML file (Excel 2003). Raises Unreadable."""
    root = tree_of(body, "spreadsheet (XML)")
    codes: dict[str, _Look] = {}
    for style in _named(child(root, "Styles"), "Style"):
        code = attribute(child(style, "NumberFormat"), "Format") or "General"
        borders = _named(child(style, "Borders"), "Border")
        codes[attribute(style, "ID") or ""] = _Look(_XML_FORMATS.get(code, code), bool(borders))
    sheets = []
    for e in _named(root, "Worksheet"):
        options = child(e, "WorksheetOptions")
        visible = child(options, "Visible")
        if visible is None or (visible.text or "").startswith("SheetVisible"):
            sheet = _xml_sheet(attribute(e, "Name") or "", child(e, "Table"), codes)
            if child(options, "DoNotDisplayZeros") is not None:
                sheet.cells.update({at: "" for at, text in sheet.cells.items() if _NUMBER.fullmatch(text) and float(text) == 0})
            sheets.append(sheet)
    return document_of(sheets)


def _xml_sheet(name: str, table: etree._Element | None, codes: dict[str, _Look]) -> Sheet:
    sheet = Sheet(name)
    column = -1
    for c in _named(table, "Column"):
        column = whole(attribute(c, "Index"), column + 2) - 1
        more = min(whole(attribute(c, "Span")), 20_000)
        if attribute(c, "Hidden") == "1":
            sheet.hidden_columns.update(range(column, column + more + 1))
        column += more
    row = -1
    for e in _named(table, "Row"):
        row = whole(attribute(e, "Index"), row + 2) - 1
        if attribute(e, "Hidden") == "1":
            sheet.hidden_rows.add(row)
        column = -1
        for c in _named(e, "Cell"):
            column = whole(attribute(c, "Index"), column + 2) - 1
            _add_xml_cell(sheet, row, column, c, codes)
            column += max(0, whole(attribute(c, "MergeAcross")))
        row += max(0, whole(attribute(e, "Span")))
    return sheet


def _add_xml_cell(sheet: Sheet, row: int, column: int, c: etree._Element, codes: dict[str, _Look]) -> None:
    look = codes.get(attribute(c, "StyleID") or "", _Look())
    if look.framed:
        sheet.framed.add((row, column))
    data = child(c, "Data")
    text = "" if data is None else "".join(map(str, data.itertext()))
    kind = attribute(data, "Type")
    if kind == "Number":
        text, sure = _number(text, look.code, False)
        if not sure:
            sheet.doubtful.add((row, column))
    elif kind == "DateTime":
        text = text[:10]
    if text:
        sheet.cells[row, column] = text
    elif data is None and attribute(c, "Formula"):
        sheet.cells[row, column] = "="
    high, wide = whole(attribute(c, "MergeDown")) + 1, whole(attribute(c, "MergeAcross")) + 1
    if high * wide > 1:
        sheet.merged.append((row, column, max(1, high), max(1, wide)))
