"""RTF files, often saved under the name of a DOC, into the stream of cells: tables with merged cells, hidden text, notes.
What this reader does not know for certain (text boxes, torn rows) is left to the caller's converter."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from gongkai.parsers.document import Document
from gongkai.parsers.readers import flow
from gongkai.parsers.readers.grown_tables import CellShape, NotKnown, Page, Row
from gongkai.parsers.readers.outside import CannotConvert, Outside
from gongkai.parsers.readers.problems import Unreadable
from gongkai.parsers.readers.word import read_docx

RTF = "application/rtf"
_TOKEN = re.compile(r"\\([a-zA-Z]{1,32})(-?\d{1,11})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL)
# Groups that print nothing; those marked \* print nothing either, unless they are known.
_SILENT = frozenset([
    "fonttbl", "colortbl", "stylesheet", "info", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr",
    "footerf", "footnote", "nonesttables", "fldinst", "datafield", "shprslt", "xe", "tc", "template", "listtable",
    "listoverridetable", "rsidtbl", "generator", "themedata", "annotation", "atnid", "atnauthor", "objdata", "objclass",
])  # fmt: skip
_KNOWN = frozenset(["nesttableprops", "shppict"])
_SYMBOLS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "tab": "\t", "line": flow.BREAK, "emspace": " ", "enspace": " ", "qmspace": " ", "lbr": flow.BREAK, "column": flow.BREAK,
}  # fmt: skip
_SIGNS = {"~": "\xa0", "_": "-", "-": "", "\\": "\\", "{": "{", "}": "}", "\t": "\t"}
_CHARSETS = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 204: "cp1251", 238: "cp1250"}
_GROUNDS = re.compile(rb"\\(?:cl|ch)?cbpat[1-9]|\\(?:cl|ch)?shdng[1-9]|\\highlight[1-9]|\\cb[1-9]")
LEAST_LIFT = 4
"""Half-points by which the mark of a note stands over its line."""
MOST_GROUPS = 1000  # open at once


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within a group."""

    silent: bool = False
    hiding: frozenset[str] = frozenset()  # which of hidden, deleted, struck out, white are in force
    raised: bool = False
    lifted: bool = False  # as `raised`, where something stands before it
    lowered: bool = False  # the same, where a digit stands before it
    nested: bool = False  # within the properties of a nested row
    fonts: bool = False  # within the table of fonts
    colours: bool = False  # within the table of colours
    skip: int = 1  # characters that stand in for one in Unicode
    font: int = -1
    in_table: bool = False
    depth: int = 0

    @property
    def hidden(self) -> bool:
        return self.silent or bool(self.hiding)


def read_rtf(body: bytes, outside: Outside) -> Document:
    """The cells of an RTF file; by the caller's converter where its structure is not known. Raises Unreadable."""
    try:
        return flow.document_of(_Reader(body).page.written())
    except NotKnown as problem:
        try:
            return read_docx(outside.convert(body, RTF), outside)
        except CannotConvert as other:
            raise Unreadable(f"RTF: {problem}; {other}") from None


class _Row:
    """The definition of a row as it grows."""

    def __init__(self) -> None:
        self.edges: list[int] = []
        self.cells: list[CellShape] = []
        self.left = 0
        self.marks: set[str] = set()

    def cell(self, right: int) -> None:
        marks = self.marks
        self.edges.append(max(right, self.edges[-1] if self.edges else right))
        self.cells.append(CellShape("clmrg" in marks, bool(marks & {"clvmgf", "clvmrg"}), "clvmgf" in marks))
        self.marks = set()

    def row(self) -> Row:
        left = min(self.left, self.edges[0]) if self.edges else 0
        return Row([left, *self.edges], list(self.cells))


class _Reader:
    def __init__(self, body: bytes) -> None:
        self.page = Page()
        self._state = _State()
        self._stack: list[_State] = []
        self._starred = False
        self._bytes = bytearray()  # characters of a code page not yet decoded
        self._text: list[str] = []
        self._skip = 0
        self._row, self._nested_row = _Row(), _Row()
        self._codes: dict[int, str] = {}
        self._default = "cp1252"
        self._notes = 0
        self._shaded = _GROUNDS.search(body) is not None  # somewhere; where, is not made out
        self._colours: list[tuple[int, int, int]] = []
        self._colour = {"red": 0, "green": 0, "blue": 0}
        self._high = 0  # the first half of a character beyond the first plane
        self._read(body)

    def _read(self, body: bytes) -> None:
        text = body.decode("latin-1")
        at = 0
        while match := _TOKEN.match(text, at):
            at = match.end()
            word, number, code, sign, brace, plain = match.groups()
            if word:
                if word == "bin":  # so many bytes of anything
                    at += max(0, int(number or 0))
                    continue
                self._word(word, int(number) if number else None)
            elif code:
                self._byte(int(code, 16))
            elif brace:
                self._brace(brace)
            elif sign:
                self._sign(sign)
            elif plain:
                for byte in plain.encode("latin-1"):
                    self._byte(byte)
        if self._stack:
            raise NotKnown("cut off in the middle")
        self._flush()
        if self._text:
            self._end_paragraph()

    def _brace(self, brace: str) -> None:
        self._flush()
        self._skip = 0
        if brace == "{":
            if len(self._stack) >= MOST_GROUPS:
                raise NotKnown("groups nested without end")
            self._stack.append(self._state)
        elif self._stack:
            self._state = self._stack.pop()
        self._starred = False

    def _byte(self, byte: int) -> None:
        if self._skip:
            self._skip -= 1
        elif self._state.colours:
            if byte == ord(";"):
                self._colours.append((self._colour["red"], self._colour["green"], self._colour["blue"]))
                self._colour = {"red": 0, "green": 0, "blue": 0}
        elif not self._state.hidden:
            self._bytes.append(byte)

    def _flush(self) -> None:
        """Decodes what waits, as characters of the font in force."""
        if self._bytes:
            code = self._codes.get(self._state.font, self._default)
            text = self._bytes.decode(code, errors="replace")
            self._bytes.clear()
            self._put("".join(c for c in text if c >= " "))

    def _put(self, text: str) -> None:
        if text and not self._state.hidden:
            inside = flow.escaped(text)
            raised = self._state.raised or (self._state.lifted and any(self._text))
            raised = raised or (self._state.lowered and flow.is_low_mark("".join(self._text[-1:]), inside))
            self._text.append(flow.note(inside) if raised and text.strip() else inside)

    def _raw(self, written: str) -> None:
        if not self._state.hidden:
            self._flush()
            self._text.append(written)

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._starred = True
        elif sign in "\r\n":
            self._word("par", None)
        elif self._skip:
            self._skip -= 1
        else:
            self._flush()
            self._put(_SIGNS.get(sign, ""))

    def _inside(self) -> str:
        self._flush()
        found = "".join(self._text)
        self._text = []
        return found

    def _end_paragraph(self) -> None:
        self.page.paragraph(self._inside(), max(self._state.depth, int(self._state.in_table)))

    def _word(self, word: str, number: int | None) -> None:
        if word == "u":
            self._unicode(number or 0)
            return
        self._flush()
        starred, self._starred = self._starred, False
        state = self._state
        if starred and word == "shpinst":
            self._raw(flow.PICTURE)
        if word == "shptxt":
            raise NotKnown("a text box")
        if word in _SILENT or (starred and word not in _KNOWN):
            if word == "footnote" and not state.silent:
                self._note()
            self._state = replace(state, silent=True, fonts=word == "fonttbl", colours=word == "colortbl")
        elif word == "pict":
            self._raw(flow.PICTURE)
            self._state = replace(state, silent=True)
        elif state.fonts:
            self._font(word, number)
        elif state.colours and word in self._colour:
            self._colour[word] = number or 0
        elif not state.silent:
            self._shown_word(word, number)

    def _note(self) -> None:
        self._notes += 1
        self._raw(flow.note(str(self._notes)))

    def _font(self, word: str, number: int | None) -> None:
        if word == "f" and number is not None:
            self._state = replace(self._state, font=number)
        elif word == "fcharset" and number in _CHARSETS:
            self._codes[self._state.font] = _CHARSETS[number]

    def _unicode(self, number: int) -> None:
        self._flush()
        number %= 0x10000
        if 0xD800 <= number < 0xDC00:
            self._high = number
        elif 0xDC00 <= number < 0xE000:
            if self._high:
                self._put(chr(0x10000 + ((self._high - 0xD800) << 10) + number - 0xDC00))
            self._high = 0
        elif number >= 32:
            self._put(chr(number))
        self._skip = self._state.skip

    def _shown_word(self, word: str, number: int | None) -> None:
        state = self._state
        if word in _SYMBOLS:
            self._raw(_SYMBOLS[word])
        elif word in ("par", "sect", "page"):
            self._end_paragraph()
        elif word in ("cell", "nestcell"):
            depth = 1 if word == "cell" else max(2, state.depth)
            self.page.cell(self._inside(), depth)
        elif word in ("row", "nestrow"):
            nested = word == "nestrow"
            self.page.row((self._nested_row if nested else self._row).row(), max(2, state.depth) if nested else 1)
        elif word == "pard":
            self._state = replace(state, in_table=False, depth=0)
        elif word == "intbl":
            self._state = replace(state, in_table=True)
        elif word == "itap":
            self._state = replace(state, depth=max(0, number or 0))
        elif word == "plain":
            self._state = replace(state, hiding=frozenset(), raised=False, lifted=False, lowered=False)
        elif word == "cf":
            known = number is not None and 0 <= number < len(self._colours)
            white = known and self._colours[number or 0] == (255, 255, 255) and not self._shaded
            self._state = replace(state, hiding=state.hiding | {word} if white else state.hiding - {word})
        elif word in ("up", "dn"):
            off = (6 if number is None else number) >= LEAST_LIFT
            self._state = replace(state, lifted=off and word == "up", lowered=off and word == "dn")
        elif word in ("v", "deleted", "strike", "striked"):
            self._state = replace(state, hiding=state.hiding | {word} if number != 0 else state.hiding - {word})
        elif word in ("super", "sub", "nosupersub"):
            self._state = replace(state, raised=word == "super" and number != 0, lowered=word == "sub" and number != 0)
        elif word == "f":
            self._state = replace(state, font=number if number is not None else -1)
        elif word == "uc":
            self._state = replace(state, skip=max(0, min(number or 0, 8)))
        elif word == "ansicpg" and number in (936, 950, 1250, 1251, 1252, 932):
            self._default = "gb18030" if number == 936 else f"cp{number}"
        elif word == "nesttableprops":
            self._state = replace(state, nested=True)
        else:
            self._row_word(word, number)

    def _row_word(self, word: str, number: int | None) -> None:
        row = self._nested_row if self._state.nested else self._row
        if word == "trowd":
            if self._state.nested:
                self._nested_row = _Row()
            else:
                self._row = _Row()
        elif word == "trleft":
            row.left = number or 0
        elif word in ("clmgf", "clmrg", "clvmgf", "clvmrg"):
            row.marks.add(word)
        elif word == "cellx":
            row.cell(number or 0)
