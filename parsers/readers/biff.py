"""XLS and ET files (Excel 97–2003 workbooks, BIFF8) into sheets of texts as their cells show them, after [MS-XLS].
How sheets become the stream of cells is left to `sheets`; a workbook older than Excel 97 to the caller's converter."""

from __future__ import annotations

from collections.abc import Iterator
from struct import error as StructError
from struct import unpack, unpack_from
from typing import NamedTuple

from gongkai.parsers.document import Document
from gongkai.parsers.readers.number_format import code_of, plain, shown
from gongkai.parsers.readers.ole import XLS, Compound
from gongkai.parsers.readers.outside import CannotConvert, Outside
from gongkai.parsers.readers.problems import Unreadable
from gongkai.parsers.readers.sheets import MOST_CELLS, Sheet, document_of
from gongkai.parsers.readers.workbook import read_xlsx

_BIFF8 = 0x0600
_BOF, _EOF, _CONTINUE, _PASSWORD, _DATES, _FORMAT, _FONT, _STYLE, _SHEET, _STRINGS = (
    0x0809, 0x000A, 0x003C, 0x002F, 0x0022, 0x041E, 0x0031, 0x00E0, 0x0085, 0x00FC,
)  # fmt: skip
_ROW, _COLUMNS, _NUMBER, _SHORT, _SHORTS, _BLANK, _BLANKS, _SHARED, _LABEL, _RICH, _TRUTH, _FORMULA, _RESULT, _MERGED = (
    0x0208, 0x007D, 0x0203, 0x027E, 0x00BD, 0x0201, 0x00BE, 0x00FD, 0x0204, 0x00D6, 0x0205, 0x0006, 0x0207, 0x00E5,
)  # fmt: skip
_DAMAGED = "spreadsheet (XLS): damaged or cut off in the middle; open it and save it as XLSX"
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
MOST_RECORDS = 2_000_000


_WINDOW = 0x023E
_SHOWS_ZEROS = 0x10
_WHITE = (1, 9)  # in the usual palette


class _Font(NamedTuple):
    struck: bool
    raised: bool
    white: bool = False


class _Look(NamedTuple):
    code: str
    framed: bool
    unseen: bool


class _Pieces:
    """A record and those that continue it, read as one; a text cut by a boundary says there anew how it is packed."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._piece = self._at = 0

    def take(self, size: int) -> bytes:
        found = b""
        while size > 0:
            piece = self._pieces[self._piece] if self._piece < len(self._pieces) else None
            if piece is None:
                raise Unreadable(_DAMAGED)
            part = piece[self._at : self._at + size]
            found += part
            self._at += len(part)
            size -= len(part)
            if self._at >= len(piece) and size > 0:
                self._piece, self._at = self._piece + 1, 0
        return found

    def characters(self, count: int, wide: bool) -> str:
        found = []
        while count > 0:
            if self._piece >= len(self._pieces):
                raise Unreadable(_DAMAGED)
            if self._at >= len(self._pieces[self._piece]):
                self._piece, self._at = self._piece + 1, 0
                wide = bool(self.take(1)[0] & 1)
            here = self._pieces[self._piece]
            size = 2 if wide else 1
            some = min(count, (len(here) - self._at) // size)
            if not some:
                raise Unreadable(_DAMAGED)
            raw = here[self._at : self._at + some * size]
            found.append(raw.decode("utf-16-le", "replace") if wide else raw.decode("latin-1"))
            self._at += some * size
            count -= some
        return "".join(found)

    def text(self, fonts: list[_Font], count: int | None = None) -> str:
        """A string with its runs: struck-out ones are no text, raised ones are notes."""
        if count is None:
            (count,) = unpack("<H", self.take(2))
        flags = self.take(1)[0]
        runs = unpack("<H", self.take(2))[0] if flags & 8 else 0
        extra = unpack("<I", self.take(4))[0] if flags & 4 else 0
        text = self.characters(count, bool(flags & 1))
        starts = [unpack("<HH", self.take(4)) for _ in range(runs)]
        self.take(min(extra, 1_000_000))
        if not starts:
            return text
        found = [text[: starts[0][0]]]
        for k, (start, number) in enumerate(starts):
            part = text[start : starts[k + 1][0] if k + 1 < len(starts) else len(text)]
            font = _font(fonts, number)
            if font.raised and part.strip():
                part = f" [{part.strip()}]"
            found.append("" if font.struck else part)
        return "".join(found)


def _font(fonts: list[_Font], number: int) -> _Font:
    number -= number > 4  # there is no fifth font in any file
    return fonts[number] if 0 <= number < len(fonts) else _Font(False, False)


def _records(stream: bytes, at: int = 0) -> Iterator[tuple[int, _Pieces, bytes]]:
    """Kind, whole content and first piece of each record until its part of the file ends."""
    depth = count = 0
    while at + 4 <= len(stream):
        kind, size = unpack_from("<HH", stream, at)
        first = stream[at + 4 : at + 4 + size]
        at += 4 + size
        pieces = [first]
        while at + 4 <= len(stream) and unpack_from("<H", stream, at)[0] == _CONTINUE:
            (size,) = unpack_from("<H", stream, at + 2)
            pieces.append(stream[at + 4 : at + 4 + size])
            at += 4 + size
        count += 1
        if count > MOST_RECORDS:
            raise Unreadable("spreadsheet (XLS): millions of records: no report; refused")
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 1 or kind == _BOF:  # charts within a sheet are parts of their own
            yield kind, _Pieces(pieces), first
        if not depth:
            return
    raise Unreadable(_DAMAGED)


def read_xls(body: bytes, outside: Outside) -> Document:
    """The cells of an XLS or ET file; hidden sheets, rows and columns are left out, as in print. Raises Unreadable."""
    compound = Compound(body)
    stream = compound.stream("Workbook")
    if not stream:
        try:
            return read_xlsx(outside.convert(body, XLS), outside)
        except CannotConvert as problem:
            raise Unreadable(f"spreadsheet (XLS) older than Excel 97: {problem}") from None
    try:
        return document_of(_sheets(stream))
    except (StructError, IndexError):
        raise Unreadable(_DAMAGED) from None


def _sheets(stream: bytes) -> list[Sheet]:
    fonts: list[_Font] = []
    styles: list[tuple[int, int, bool, bool]] = []
    custom: dict[int, str] = {}
    places: list[tuple[int, str]] = []
    strings: list[str] = []
    since_1904 = False
    for kind, pieces, first in _records(stream):
        if kind == _BOF and unpack_from("<H", first)[0] != _BIFF8:
            raise Unreadable("spreadsheet (XLS) older than Excel 97: open it and save it as XLSX")
        if kind == _PASSWORD:
            raise Unreadable("encrypted spreadsheet (XLS): save it without a password")
        if kind == _DATES:
            since_1904 = first[:1] == b"\x01"
        elif kind == _FORMAT:
            (number,) = unpack("<H", pieces.take(2))
            custom[number] = pieces.text(fonts)
        elif kind == _FONT:
            (colour,) = unpack_from("<H", first, 4)
            fonts.append(_Font(bool(first[2] & 8), unpack_from("<H", first, 8)[0] == 1, colour in _WHITE))
        elif kind == _STYLE:
            font, number = unpack_from("<HH", first)
            styles.append((font, number, bool(unpack_from("<H", first, 10)[0]), bool(unpack_from("<I", first, 14)[0] >> 26)))
        elif kind == _SHEET:
            place, hidden, sort = unpack("<IBB", pieces.take(6))
            name = pieces.text(fonts, pieces.take(1)[0])
            if not hidden & 3 and not sort:
                places.append((place, name))
        elif kind == _STRINGS:
            _, count = unpack("<II", pieces.take(8))
            if count > MOST_CELLS:
                raise Unreadable(f"spreadsheet (XLS): more than {MOST_CELLS} texts: no report; refused")
            strings = [pieces.text(fonts) for _ in range(count)]
    looks = []
    for number_of_font, number, framed, filled in styles:
        one = _font(fonts, number_of_font)
        looks.append(_Look(code_of(number, custom), framed, one.struck or (one.white and not filled)))
    return [_Reader(stream, place, name, strings, looks, since_1904).sheet for place, name in places]


class _Reader:
    """Reads one sheet."""

    def __init__(
        self, stream: bytes, place: int, name: str, strings: list[str], looks: list[_Look], since_1904: bool
    ) -> None:
        self.sheet = Sheet(name)
        self._strings = strings
        self._looks = looks
        self._since_1904 = since_1904
        self._zeros: list[tuple[int, int]] = []  # cells that are 0; whether they are shown is said behind them
        self._awaited: tuple[int, int, int] | None = None  # the cell of a formula whose result follows as a text
        for kind, pieces, first in _records(stream, place):
            if len(self.sheet.cells) + len(self.sheet.framed) > MOST_CELLS:
                raise Unreadable(f"spreadsheet (XLS): more than {MOST_CELLS} cells on one sheet ({name}): no report; refused")
            self._record(kind, pieces, first)

    def _record(self, kind: int, pieces: _Pieces, first: bytes) -> None:
        if kind in (_NUMBER, _SHORT, _SHARED, _LABEL, _RICH, _TRUTH, _BLANK, _FORMULA):
            self._cell(kind, pieces, first)
        elif kind in (_SHORTS, _BLANKS):
            row, column = unpack_from("<HH", first)
            size = 6 if kind == _SHORTS else 2
            for k in range((len(first) - 6) // size):
                (style,) = unpack_from("<H", first, 4 + k * size)
                if kind == _SHORTS:
                    self._number(row, column + k, style, _short(unpack_from("<I", first, 6 + k * size)[0]))
                else:
                    self._put(row, column + k, style, "")
        elif kind == _WINDOW:
            if not unpack_from("<H", first)[0] & _SHOWS_ZEROS:
                self.sheet.cells.update(dict.fromkeys((at for at in self._zeros if at in self.sheet.cells), ""))
        elif kind == _RESULT and self._awaited:
            self._put(*self._awaited, pieces.text([]))
            self._awaited = None
        elif kind == _ROW:
            if unpack_from("<H", first, 12)[0] & 0x20:
                self.sheet.hidden_rows.add(unpack_from("<H", first)[0])
        elif kind == _COLUMNS:
            start, end, width, _, options = unpack_from("<5H", first)
            if options & 1 or not width:
                self.sheet.hidden_columns.update(range(start, end + 1))
        elif kind == _MERGED:
            for k in range(unpack_from("<H", first)[0]):
                r1, r2, c1, c2 = unpack_from("<4H", first, 2 + 8 * k)
                self.sheet.merged.append((r1, c1, max(0, r2 - r1) + 1, max(0, c2 - c1) + 1))

    def _cell(self, kind: int, pieces: _Pieces, first: bytes) -> None:
        row, column, style = unpack_from("<3H", first)
        if kind == _NUMBER:
            self._number(row, column, style, unpack_from("<d", first, 6)[0])
        elif kind == _SHORT:
            self._number(row, column, style, _short(unpack_from("<I", first, 6)[0]))
        elif kind == _SHARED:
            (number,) = unpack_from("<I", first, 6)
            self._put(row, column, style, self._strings[number] if number < len(self._strings) else "?")
        elif kind in (_LABEL, _RICH):
            pieces.take(6)
            self._put(row, column, style, pieces.text([]))
        elif kind == _TRUTH:
            self._put(row, column, style, _ERRORS.get(first[6], "#") if first[7] else ("TRUE" if first[6] else "FALSE"))
        elif kind == _BLANK:
            self._put(row, column, style, "")
        elif first[12:14] != b"\xff\xff":
            self._number(row, column, style, unpack_from("<d", first, 6)[0])
        elif first[6] == 0:
            self._awaited = (row, column, style)
        elif first[6] == 3:
            # An empty result, or one that was never stored: programs other than Excel write the same for both.
            self._put(row, column, style, "")
            self.sheet.doubtful.add((row, column))
        else:
            self._put(row, column, style, _ERRORS.get(first[8], "#") if first[6] == 2 else ("TRUE" if first[8] else "FALSE"))

    def _number(self, row: int, column: int, style: int, value: float) -> None:
        look = self._looks[style] if style < len(self._looks) else _Look("?", False, False)
        if abs(value) < 1e15:
            text, sure = shown(value, look.code, since_1904=self._since_1904)
        else:
            text, sure = (plain(value) if value == value and abs(value) < 1e30 else "#"), False
        self._put(row, column, style, text)
        if value == 0:
            self._zeros.append((row, column))
        if not sure:
            self.sheet.doubtful.add((row, column))

    def _put(self, row: int, column: int, style: int, text: str) -> None:
        look = self._looks[style] if style < len(self._looks) else _Look("?", False, False)
        if look.framed:
            self.sheet.framed.add((row, column))
        if text and not look.unseen:
            self.sheet.cells[row, column] = text


def _short(packed: int) -> float:
    """A number in 30 bits: a whole one or the high half of a double, in hundredths or not."""
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 0x8000_0000 else 0))
    else:
        (value,) = unpack("<d", b"\0\0\0\0" + (packed & 0xFFFF_FFFC).to_bytes(4, "little"))
    return value / 100 if packed & 1 else value
