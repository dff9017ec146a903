"""Prints a report as a DOCX file or as one flat XML file, with the markup of Word and WPS: torn runs, tracked changes,
hidden text, fields, content controls, wrong grids. The bare tables come from `grids`; other office files from `office`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from io import BytesIO
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from gongkai.samplesite.boxes import Box, Table
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import TEAR, Draft

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_SPACES = (
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"'
)
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Hand:
    """How one office program, and the person at it, writes a document; each a share of cells or paragraphs."""

    torn: float  # runs of a few characters
    tracked: float  # a figure that replaced another under tracked changes
    hidden: float  # hidden text beside the text
    fields: float  # the text is a field's result
    controls: float  # the text stands in a content control
    noted: float  # a footnote's mark behind the figure
    boxed: float  # the figure stands in a text box that is a character of its line
    paragraphs: bool  # torn labels are paragraphs, else lines
    grid: str  # right, wrong, none
    numbered: bool  # the numbers of headings are automatic
    framed: bool  # one table around the whole page
    withdrawn: bool  # a row that is deleted under tracked changes
    nested: bool  # a field within another's instruction, which only Word itself reads
    ragged: bool  # where a cut table's group cell is missing, its rows begin a few columns in


def hand(rng: Random) -> Hand:
    def share(*choices: float) -> float:
        return rng.choice((0.0, 0.0, *choices))

    return Hand(
        share(0.2, 1.0), share(0.02, 0.2), share(0.02, 0.2), share(0.02, 0.1), share(0.05, 0.5), share(0.01),
        share(0.01), rng.random() < 0.5, rng.choice(("right", "wrong", "none")), rng.random() < 0.3,
        rng.random() < 0.1, rng.random() < 0.2, rng.random() < 0.5, rng.random() < 0.5,
    )  # fmt: skip


def _t(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(text, quote=False)}</w:t>'


def _run(text: str, properties: str = "") -> str:
    """One run; a hyphen may be one that never breaks."""
    inside = '<w:noBreakHyphen/>'.join(_t(part) if part else "" for part in text.split("-"))
    return f"<w:r><w:rPr><w:sz w:val=\"21\"/>{properties}</w:rPr>{inside}</w:r>"


class _Printer:
    def __init__(self, rng: Random, like: Hand) -> None:
        self.rng = rng
        self.like = like
        self.notes = 0
        self.boxes = 0
        self.heading = 0

    def runs(self, text: str, figure: bool) -> str:
        """The runs of a text without line ends."""
        rng, like = self.rng, self.like
        if not text:
            return ""
        pieces = [text]
        if rng.random() < like.torn:
            pieces, at = [], 0
            while at < len(text):
                step = rng.choice((1, 1, 2, 4))
                pieces.append(text[at : at + step])
                at += step
        found = []
        for piece in pieces:
            run = _run(piece)
            if len(pieces) > 1 and rng.random() < 0.2:
                run = rng.choice((
                    f'<w:smartTag w:uri="urn:x" w:element="chsdate"><w:smartTagPr/>{run}</w:smartTag>',
                    f'<w:proofErr w:type="spellStart"/>{run}<w:proofErr w:type="spellEnd"/>',
                    f'<w:bookmarkStart w:id="{rng.randint(1, 99)}" w:name="_GoBack"/>{run}',
                    f"{run}<w:r><w:softHyphen/></w:r>" if not figure else run,
                ))  # fmt: skip
            found.append(run)
        inside = "".join(found)
        if figure and rng.random() < like.fields:
            ways = (
                f'<w:fldSimple w:instr=" =SUM(LEFT) ">{inside}</w:fldSimple>',
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>=SUM(B2:B9)</w:instrText></w:r>'
                f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{inside}<w:r><w:fldChar w:fldCharType="end"/></w:r>',
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>'
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>A1</w:instrText></w:r>'
                '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>77</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
                f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{inside}<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            )  # fmt: skip
            inside = rng.choice(ways if like.nested else ways[:2])
        elif rng.random() < like.controls:
            inside = f'<w:sdt><w:sdtPr><w:id w:val="{rng.randint(1, 10**6)}"/></w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>'
        elif figure and rng.random() < like.boxed:
            inside = self.box(inside)
        return inside

    def box(self, inside: str) -> str:
        """The runs in a text box that stands in its line as a character, written twice as Word does."""
        self.boxes += 1
        content = f"<w:txbxContent><w:p>{inside}</w:p></w:txbxContent>"
        return (
            '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><a:graphic><a:graphicData><wps:wsp>'
            f"<wps:txbx>{content}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
            f'<mc:Fallback><w:pict><v:shape id="s{self.boxes}"><v:textbox>{content}</v:textbox></v:shape></w:pict>'
            "</mc:Fallback></mc:AlternateContent></w:r>"
        )

    def paragraphs(self, text: str, figure: bool, properties: str = "") -> str:
        """The paragraphs of a cell or of the page."""
        rng, like = self.rng, self.like
        parts = text.split(TEAR)
        before = after = ""
        if rng.random() < like.tracked and text:
            old = str(rng.randint(1, 99))
            before = f'<w:del w:id="1" w:author="a"><w:r><w:delText>{old}</w:delText></w:r></w:del>'
        if rng.random() < like.hidden:
            vanish = rng.choice(('<w:rPr><w:vanish/></w:rPr>', '<w:rPr><w:rStyle w:val="unseen"/></w:rPr>'))
            after = f"<w:r>{vanish}<w:t>{rng.randint(1, 99)}</w:t></w:r>"
        if figure and text[-1:].isdigit() and rng.random() < like.noted:
            self.notes += 1
            after += f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="{self.notes}"/></w:r>'
        inside = [self.runs(part, figure) for part in parts]
        if before:
            inside[0] = f'<w:ins w:id="2" w:author="a">{inside[0]}</w:ins>'
        inside[0] = before + inside[0]
        inside[-1] += after
        if len(inside) > 1 and not (like.paragraphs and not figure):
            inside = ["<w:r><w:br/></w:r>".join(inside)]
        return "".join(f"<w:p>{properties}{one}</w:p>" for one in inside)

    def cell(self, box: Box, merge: str = "") -> str:
        span = f'<w:gridSpan w:val="{box.across}"/>' if box.across > 1 else ""
        down = {"restart": '<w:vMerge w:val="restart"/>', "continue": self.rng.choice(("<w:vMerge/>", '<w:vMerge w:val="continue"/>'))}
        inside = self.paragraphs("" if merge == "continue" else box.text, box.role == "value")
        whole = f'<w:tc><w:tcPr><w:tcW w:w="800" w:type="dxa"/>{span}{down.get(merge, "")}</w:tcPr>{inside}</w:tc>'
        if self.rng.random() < 0.1 * self.like.controls:
            whole = f"<w:sdt><w:sdtPr/><w:sdtContent>{whole}</w:sdtContent></w:sdt>"
        return whole

    def table(self, table: Table) -> str:
        width = max(sum(box.across for box in row) for row in table.rows) if table.rows else 1
        rows: list[str] = []
        reaching: dict[int, tuple[int, int]] = {}  # column → rows left, columns wide
        for r, boxes in enumerate(table.rows):
            cells: list[str] = []
            column, waiting = 0, list(boxes)
            while waiting or any(c >= column for c in reaching):
                if column in reaching:
                    left, wide = reaching.pop(column)
                    cells.append(self.cell(Box("", "pad", wide), "continue"))
                    if left > 1:
                        reaching[column] = (left - 1, wide)
                    column += wide
                    continue
                if not waiting:
                    break
                box = waiting.pop(0)
                cells.append(self.cell(box, "restart" if box.down > 1 else ""))
                if box.down > 1:
                    reaching[column] = (box.down - 1, box.across)
                column += box.across
            head = "<w:trPr><w:tblHeader/></w:trPr>" if r < table.heads else ""
            short = width - column
            if 0 < short < 3 and not head and self.like.ragged and len(cells) > 7:
                head = f'<w:trPr><w:gridBefore w:val="{short}"/></w:trPr>'
            elif 0 < short < 3 and not head and self.like.nested and len(cells) > 7:
                # the group's cell goes on from the table before the cut
                cells.insert(0, self.cell(Box("", "pad", short), "continue"))
            row = f"<w:tr>{head}{''.join(cells)}</w:tr>"
            if self.rng.random() < 0.05 * self.like.controls:
                row = f"<w:sdt><w:sdtPr/><w:sdtContent>{row}</w:sdtContent></w:sdt>"
            rows.append(row)
        if self.like.withdrawn:
            gone = "".join(self.cell(Box(str(self.rng.randint(1, 99)), "value")) for _ in range(8))
            rows.insert(len(rows) - 1, f'<w:tr><w:trPr><w:del w:id="3" w:author="a"/></w:trPr>{gone}</w:tr>')
        columns = {"right": width, "wrong": self.rng.randint(1, 20), "none": 0}[self.like.grid]
        column_mark = '<w:gridCol w:w="800"/>'
        grid = f"<w:tblGrid>{column_mark * columns}</w:tblGrid>" if columns else ""
        return f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>{grid}{"".join(rows)}</w:tbl>'

    def item(self, item: Item) -> str:
        if item.table is not None:
            return self.table(item.table) + ("<w:p/>" if self.rng.random() < 0.3 else "")
        text, properties = item.text, ""
        if item.kind == "heading" and self.like.numbered:
            number = f"{_NUMERALS[self.heading]}、" if self.heading < len(_NUMERALS) else "-"
            if text.startswith(number) and TEAR not in text:
                self.heading += 1
                text = text[len(number) :]
                properties = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="4"/></w:numPr>'
        properties = f"<w:pPr>{properties}</w:pPr>" if properties else ""
        return self.paragraphs(text, False, properties)


_STYLES = '<w:style w:type="character" w:styleId="unseen"><w:name w:val="unseen"/><w:rPr><w:vanish/></w:rPr></w:style>'
_FOOTNOTE = '<w:footnote w:id="{}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>含上年数 3 件。</w:t></w:r></w:p></w:footnote>'
_NUMBERING = (
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
    '<w:suff w:val="nothing"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="4"><w:abstractNumId w:val="1"/></w:num>'
)


def _parts(items: list[Item], rng: Random, space: str, like: Hand) -> dict[str, str]:
    """Member → XML of the parts that hold text."""
    printer = _Printer(rng, like)
    inside = "".join(printer.item(item) for item in items)
    if like.framed:
        inside = f"<w:tbl><w:tblPr/><w:tr><w:tc><w:tcPr/>{inside}<w:p/></w:tc></w:tr></w:tbl>"
    head = f'xmlns:w="{space}"'
    return {
        "word/document.xml": f'<w:document {head} {_SPACES}><w:body>{inside}<w:sectPr/></w:body></w:document>',
        "word/styles.xml": f"<w:styles {head}>{_STYLES}</w:styles>",
        "word/numbering.xml": f"<w:numbering {head}>{_NUMBERING}</w:numbering>",
        "word/footnotes.xml": f"<w:footnotes {head}>{''.join(_FOOTNOTE.format(i) for i in range(1, printer.notes + 1))}</w:footnotes>",
        "word/header1.xml": f"<w:hdr {head}><w:p><w:r><w:t>第 3 页</w:t></w:r></w:p></w:hdr>",
    }


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def packed(members: dict[str, bytes]) -> bytes:
    """A ZIP file that is the same on every day."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as container:
        for name, body in members.items():
            info = ZipInfo(name, (2025, 1, 2, 3, 4, 6))
            info.compress_type = ZIP_DEFLATED
            container.writestr(info, body)
    return buffer.getvalue()


def printed(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """A DOCX file."""
    space = _STRICT if rng.random() < 0.1 else _W
    return _container(_parts(items, rng, space, hand(rng)))


def printed_plainly(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """A DOCX file with nothing in it that other programs than Word read otherwise: fit to be converted by one."""
    like = replace(hand(rng), withdrawn=False, nested=False, fields=0.0, controls=0.0, boxed=0.0, ragged=False, grid="right")
    return _container(_parts(items, rng, _W, like))


def _container(parts: dict[str, str]) -> bytes:
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{_MAIN}.{kind}+xml"/>'
        for name, kind in (("word/document.xml", "document.main"), ("word/styles.xml", "styles"),
                           ("word/numbering.xml", "numbering"), ("word/header1.xml", "header"), ("word/footnotes.xml", "footnotes"))
    )  # fmt: skip
    types = f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    top = f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
    inner = "".join(
        f'<Relationship Id="r{i}" Type="{_OFFICE}/{kind}" Target="{kind}{"1" if kind == "header" else ""}.xml"/>'
        for i, kind in enumerate(("styles", "numbering", "header", "footnotes"))
    )
    members = {
        "[Content_Types].xml": types,
        "_rels/.rels": top,
        **parts,
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{inner}</Relationships>',
    }
    return packed({name: (_XML + text).encode() for name, text in members.items()})


def printed_flat(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """The same as one XML file, as Word saves it (flat OPC) or as Word 2003 did."""
    parts = _parts(items, rng, _W, hand(rng))
    if rng.random() < 0.5:
        inside = "".join(
            f'<pkg:part pkg:name="/{name}"><pkg:xmlData>{text}</pkg:xmlData></pkg:part>' for name, text in parts.items()
        )
        start = '<?mso-application progid="Word.Document"?>\n<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
        return (_XML + start + inside + "</pkg:package>").encode()
    space = "http://schemas.microsoft.com/office/word/2003/wordml"
    body = re.search("<w:body>.*</w:body>", parts["word/document.xml"], re.DOTALL)
    text = body[0].replace("<w:vMerge", "<w:vmerge") if body else ""
    text = re.sub(r"<w:(del|ins) (?=[^>]*author)", lambda m: f'<aml:annotation w:type="Word.{"Deletion" if m[1] == "del" else "Insertion"}" ', text)
    text = re.sub(r"</w:(?:del|ins)>", "</aml:annotation>", text).replace('w:author="a"/>', 'w:author="a"></aml:annotation>')
    text = re.sub(r"<w:trPr><aml:annotation [^>]*></aml:annotation></w:trPr>", '<w:trPr><w:del/></w:trPr>', text)
    start = f'<?mso-application progid="Word.Document"?>\n<w:wordDocument xmlns:w="{space}" xmlns:aml="http://schemas.microsoft.com/aml/2001/core" {_SPACES}>'
    numbered = parts["word/numbering.xml"].partition(">")[2].rpartition("<")[0]
    return (_XML + start + f"<w:styles>{_STYLES}</w:styles><w:lists>{numbered}</w:lists>{text}</w:wordDocument>").encode()
