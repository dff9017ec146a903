"""The binary structures of Word 97–2003 files, after [MS-DOC]: pieces of text, properties of characters, paragraphs, rows.
What is printed with them is left to `doc`. Whatever is damaged or unknown raises NotKnown; nothing is guessed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from struct import error as StructError
from struct import unpack_from
from typing import NamedTuple

from gongkai.parsers.readers.grown_tables import CellShape, NotKnown, Row
from gongkai.parsers.readers.ole import Compound
from gongkai.parsers.readers.problems import Unreadable

_WORD_97 = 0xC1
LONGEST_TEXT = 4_000_000
"""Characters; a report has some ten thousand."""


class Character(NamedTuple):
    """What the properties of a run say of how it shows."""

    hidden: bool = False  # hidden, struck out, or deleted under tracked changes
    deleted: bool = False
    superscript: bool = False
    special: bool = False  # its characters are marks: fields, pictures, footnotes
    lifted: bool = False  # stands over its line: behind other characters it is a note's mark
    lowered: bool = False  # stands under its line: behind a digit it is one


class Paragraph(NamedTuple):
    """`depth`: in how many tables it stands."""

    depth: int = 0
    ends_row: bool = False
    ends_cell: bool = False
    row: Row | None = None


# Operands by the three highest bits of a property's code; 6 says its own length.
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)
_DEFINE_TABLE, _CHANGE_TABS = 0xD608, 0xC615
_HUGE = (0x6646, 0x6645)
_IN_TABLE, _ROW_END, _DEPTH, _DEPTH_CHANGE, _INNER_CELL, _INNER_ROW = 0x2416, 0x2417, 0x6649, 0x664A, 0x244B, 0x244C
_VERTICAL = 0xD62B
# Rows changed by steps after they were defined: no program in use writes them.
_ROW_STEPS = frozenset([0x7621, 0x5622, 0x5624, 0x5625])
_VANISH, _DELETED, _STRIKE, _DOUBLE, _SPECIAL, _POSITION = 0x083C, 0x0800, 0x0837, 0x2A53, 0x0855, 0x2A48
_STYLE = 0x4A30
_LIFT, _COLOUR_NUMBER, _COLOUR, _HIGHLIGHT, _OLD_GROUND, _GROUND = 0x4845, 0x2A42, 0x6870, 0x2A0C, 0x4866, 0xCA71
LEAST_LIFT = 4
"""Half-points by which the mark of a note stands over its line."""
_WHITE_NUMBER, _WHITE_COLOUR = 8, b"\xff\xff\xff\x00"
# Grounds of paragraphs and cells: one of ten bytes, several of two, several of ten.
_PARAGRAPH_GROUND, _OLD_CELL_GROUNDS, _CELL_GROUNDS = 0xC64D, (0x442D, 0xD609), (0xD612, 0xD616, 0xD60C)
_CHARACTER_STYLE = 2
MOST_STYLES = 4096
_ON = (1, 129)


def _properties(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Code and operand of each property of a block."""
    at = 0
    while at + 2 <= len(block):
        (code,) = unpack_from("<H", block, at)
        at += 2
        size = _SIZES[code >> 13]
        if not size:
            if code == _DEFINE_TABLE:
                size = unpack_from("<H", block, at)[0] + 1
            elif code == _CHANGE_TABS and block[at : at + 1] == b"\xff":
                gone = block[at + 1] if at + 1 < len(block) else 0
                more = at + 2 + 4 * gone
                size = 2 + 4 * gone + 1 + 3 * (block[more] if more < len(block) else 0)
            else:
                size = 1 + (block[at] if at < len(block) else 0)
        if at + size > len(block):
            raise NotKnown("properties cut off")
        yield code, block[at : at + size]
        at += size


DAMAGE = (StructError, IndexError, ValueError, OverflowError)
"""What reading a damaged file raises, at any step, besides NotKnown."""
MOST_STEPS = 8
"""How often the properties of a paragraph may be continued elsewhere; more is a circle."""


def opened(body: bytes) -> File:
    """The file in these bytes. Raises Unreadable for a damaged or encrypted one, NotKnown for another format, DAMAGE."""
    return File(Compound(body))


class _Pages(NamedTuple):
    """Stretches of the file with the same properties: where each begins, and its block of properties."""

    starts: list[int]
    ends: list[int]
    blocks: list[bytes]

    def at(self, place: int) -> int:
        k = bisect_right(self.starts, place) - 1
        return k if k >= 0 and place < self.ends[k] else -1


class File:
    """One Word file. Positions are characters from the document's start, places are bytes of its main stream."""

    def __init__(self, compound: Compound) -> None:
        main = compound.stream("WordDocument")
        identity, version = unpack_from("<HH", main, 0)
        (flags,) = unpack_from("<H", main, 10)
        if flags & 0x0100:
            raise Unreadable("encrypted Word document: save it without a password")
        if identity != 0xA5EC or version < _WORD_97:
            raise NotKnown("a format older than Word 97")
        self._main = main
        self._data = compound.stream("Data")
        self._table = compound.stream("1Table" if flags & 0x0200 else "0Table")
        text, notes, heads, _, remarks, ends, boxes = unpack_from("<7i", main, 76)
        if min(text, notes, heads, remarks, ends, boxes) < 0 or text + boxes > LONGEST_TEXT:
            raise NotKnown("lengths that cannot be")
        before = text + notes + heads + remarks + ends
        self.main = (0, text)
        self.boxes = (before, before + boxes)
        self._pieces = self._read_pieces()
        self._characters = self._pages(12, _character_block, 1)
        self._paragraphs = self._pages(13, _paragraph_block, 13)
        self._styles = dict(self._read_styles())
        self._looks: dict[bytes, Character] = {}
        self._kinds: dict[bytes, Paragraph] = {}

    def _stored(self, number: int) -> bytes:
        """A structure of the table stream by its number in the file's header."""
        start, length = unpack_from("<II", self._main, 154 + 8 * number)
        found = self._table[start : start + length]
        if len(found) < length:
            raise NotKnown("its structures are cut off")
        return found

    def _read_pieces(self) -> list[tuple[int, int, int, int]]:
        """First position, last, place and bytes a character of each piece of text."""
        block, at = self._stored(33), 0
        while block[at : at + 1] == b"\x01":
            at += 3 + unpack_from("<H", block, at + 1)[0]
        if block[at : at + 1] != b"\x02":
            raise NotKnown("no table of its pieces of text")
        (length,) = unpack_from("<I", block, at + 1)
        count = (length - 4) // 12
        positions = unpack_from(f"<{count + 1}I", block, at + 5)
        found = []
        for k in range(count):
            place, change = unpack_from("<IH", block, at + 5 + 4 * (count + 1) + 8 * k + 2)
            if change:
                raise NotKnown("saved in haste, with changes kept apart from the text")
            packed = bool(place & 0x4000_0000)
            start = (place & 0x3FFF_FFFF) // 2 if packed else place & 0x3FFF_FFFF
            if positions[k + 1] < positions[k]:
                raise NotKnown("pieces of text out of order")
            found.append((positions[k], positions[k + 1], start, 1 if packed else 2))
        return found

    def _read_styles(self) -> Iterator[tuple[int, bytes]]:
        """The properties of each character style, those of the style it is based on before its own."""
        sheet = self._stored(1)
        if len(sheet) < 6:
            return
        (head,) = unpack_from("<H", sheet)
        count, base_size = unpack_from("<HH", sheet, 2)
        at = 2 + head
        own: dict[int, tuple[int, bytes]] = {}
        for number in range(min(count, MOST_STYLES)):
            if at + 2 > len(sheet):
                break
            (size,) = unpack_from("<H", sheet, at)
            style, at = sheet[at + 2 : at + 2 + size], at + 2 + size
            if len(style) < base_size + 2 or unpack_from("<H", style, 2)[0] & 15 != _CHARACTER_STYLE:
                continue
            block = base_size + 2 + 2 * unpack_from("<H", style, base_size)[0] + 2
            if block + 2 <= len(style):
                (length,) = unpack_from("<H", style, block)
                own[number] = (unpack_from("<H", style, 2)[0] >> 4, style[block + 2 : block + 2 + length])
        for number in own:
            base, found = own[number]
            for _ in range(20):
                if base not in own:
                    break
                found, base = own[base][1] + found, own[base][0]
            yield number, found

    def _pages(self, number: int, block_of: Callable[[bytes, int], bytes], entry: int) -> _Pages:
        """Properties kept in pages of 512 bytes; `entry` bytes a stretch say where its block stands."""
        plan = self._stored(number)
        count = (len(plan) - 4) // 8
        pages = unpack_from(f"<{count}I", plan, 4 * (count + 1)) if count > 0 else ()
        found = _Pages([], [], [])
        for page in pages:
            at = (page & 0x3FFFFF) * 512
            block = self._main[at : at + 512]
            if len(block) < 512:
                raise NotKnown("its structures are cut off")
            stretches = block[511]
            places = unpack_from(f"<{stretches + 1}I", block, 0)
            for k in range(stretches):
                offset = block[4 * (stretches + 1) + entry * k]
                found.starts.append(places[k])
                found.ends.append(places[k + 1])
                found.blocks.append(block_of(block, offset * 2) if offset else b"")
        if found.starts != sorted(found.starts):
            order = sorted(range(len(found.starts)), key=found.starts.__getitem__)
            found = _Pages([found.starts[k] for k in order], [found.ends[k] for k in order], [found.blocks[k] for k in order])
        return found

    def runs(self, start: int, stop: int) -> Iterator[tuple[str, int, int, Character]]:
        """Text, place, bytes a character and look of each run between two positions."""
        known = self._characters
        for first, last, place, width in self._pieces:
            at, end = max(first, start), min(last, stop)
            while at < end:
                here = place + (at - first) * width
                k = known.at(here)
                until = end
                if k >= 0:
                    until = min(end, at + max(1, (known.ends[k] - here + width - 1) // width))
                elif (following := bisect_right(known.starts, here)) < len(known.starts):
                    until = min(end, at + max(1, (known.starts[following] - here + width - 1) // width))
                raw = self._main[here : here + (until - at) * width]
                if len(raw) < (until - at) * width:
                    raise NotKnown("its text is cut off")
                text = raw.decode("utf-16-le", "surrogatepass") if width == 2 else raw.decode("cp1252", "replace")
                yield text, here, width, self._look(known.blocks[k]) if k >= 0 else Character()
                at = until

    def _look(self, block: bytes) -> Character:
        found = self._looks.get(block)
        if found is None:
            all_ = {code: operand for code, operand in _properties(block) if operand}
            style = next((unpack_from("<H", operand)[0] for code, operand in _properties(block) if code == _STYLE), None)
            if style in self._styles:
                all_ = {code: operand for code, operand in _properties(self._styles[style]) if operand} | all_
            on = {code: operand[0] for code, operand in all_.items()}
            deleted = on.get(_DELETED, 0) in _ON
            hidden = deleted or any(on.get(code, 0) in _ON for code in (_VANISH, _STRIKE, _DOUBLE))
            hidden = hidden or (_is_white(all_) and not self.has_grounds)
            lifted = unpack_from("<h", all_[_LIFT])[0] >= LEAST_LIFT if _LIFT in all_ else False
            lowered = on.get(_POSITION) == 2 or (_LIFT in all_ and unpack_from("<h", all_[_LIFT])[0] <= -LEAST_LIFT)
            found = Character(hidden, deleted, on.get(_POSITION) == 1, on.get(_SPECIAL, 0) == 1, lifted, lowered)
            self._looks[block] = found
        return found

    @cached_property
    def has_grounds(self) -> bool:
        """Whether any paragraph or cell is shaded; which one, white text does not say."""
        for block in self._paragraphs.blocks:
            waiting, steps = [block[2:]], 0
            while waiting:
                for code, operand in _properties(waiting.pop()):
                    if code in _HUGE and steps < MOST_STEPS:
                        steps += 1
                        (start,) = unpack_from("<I", operand)
                        (length,) = unpack_from("<H", self._data, start)
                        waiting.append(self._data[start + 2 : start + 2 + length])
                    elif _shades(code, operand):
                        return True
        return False

    def paragraph(self, place: int) -> Paragraph:
        """The properties of the paragraph whose end mark stands at a place."""
        k = self._paragraphs.at(place)
        if k < 0:
            raise NotKnown("a paragraph without properties")
        block = self._paragraphs.blocks[k]
        found = self._kinds.get(block)
        if found is None:
            found = self._kinds[block] = self._kind(block)
        return found

    def ends_at(self, place: int) -> bool:
        """Whether a paragraph ends right before a place."""
        k = self._paragraphs.at(place - 1)
        return k >= 0 and self._paragraphs.ends[k] == place

    def _kind(self, block: bytes) -> Paragraph:
        depth = steps = 0
        in_table = ends_row = ends_cell = False
        row: Row | None = None
        waiting = [block[2:]]
        while waiting:
            for code, operand in _properties(waiting.pop()):
                if code in _HUGE:
                    steps += 1
                    if steps > MOST_STEPS:
                        raise NotKnown("properties that go round in a circle")
                    (start,) = unpack_from("<I", operand)
                    (length,) = unpack_from("<H", self._data, start)
                    waiting.append(self._data[start + 2 : start + 2 + length])
                elif code == _IN_TABLE:
                    in_table = bool(operand[0])
                elif code in (_ROW_END, _INNER_ROW):
                    ends_row = ends_row or bool(operand[0])
                elif code == _INNER_CELL:
                    ends_cell = bool(operand[0])
                elif code == _DEPTH:
                    (depth,) = unpack_from("<i", operand)
                elif code == _DEPTH_CHANGE:
                    raise NotKnown("depths of tables given in steps")
                elif code == _DEFINE_TABLE:
                    row = _row(operand)
                elif code == _VERTICAL and row is not None and len(operand) >= 3 and operand[1] < len(row.cells):
                    old = row.cells[operand[1]]
                    row.cells[operand[1]] = CellShape(old.joined_left, operand[2] in (1, 3), operand[2] == 3)
                elif code in _ROW_STEPS:
                    raise NotKnown("rows changed in steps after they were defined")
        if in_table and depth < 1:
            depth = 1
        return Paragraph(depth if in_table else 0, ends_row, ends_cell, row)


def _is_white(properties: Mapping[int, bytes]) -> bool:
    """White letters on no ground of their own."""
    colour = properties.get(_COLOUR)
    white = colour == _WHITE_COLOUR if colour is not None else properties.get(_COLOUR_NUMBER, b"\0")[0] == _WHITE_NUMBER
    grounds = properties.get(_HIGHLIGHT, b"\0")[0] or properties.get(_OLD_GROUND, b"\0\0") not in (b"\0\0", b"\xff\xff")
    return white and not grounds and not _shades(_PARAGRAPH_GROUND, properties.get(_GROUND, b""))


def _shades(code: int, operand: bytes) -> bool:
    """Whether a property gives a paragraph or any cell a ground that is neither none nor white."""
    if code == _PARAGRAPH_GROUND or code in _CELL_GROUNDS:
        colours = (operand[at + 4 : at + 8] for at in range(1, len(operand) - 9, 10))
        return any(colour[3:] == b"\0" and colour != _WHITE_COLOUR for colour in colours)
    if code in _OLD_CELL_GROUNDS:
        old = operand[1:] if code >> 13 == 6 else operand
        grounds = (unpack_from("<H", old, at)[0] for at in range(0, len(old) - 1, 2))
        return any(one != 0xFFFF and (one >> 10 or (one >> 5) & 0x1F not in (0, _WHITE_NUMBER)) for one in grounds)
    return False


def _row(operand: bytes) -> Row:
    count = operand[2]
    edges = list(unpack_from(f"<{count + 1}h", operand, 3))
    shapes = []
    for k in range(count):
        at = 3 + 2 * (count + 1) + 20 * k
        # cells beyond those that are spelled out are plain
        flags = unpack_from("<H", operand, at)[0] if at + 2 <= len(operand) else 0
        shapes.append(CellShape(bool(flags & 2) and not flags & 1, bool(flags & 0x20), bool(flags & 0x40)))
    for k in range(1, len(edges)):
        edges[k] = max(edges[k], edges[k - 1])
    return Row(edges, shapes)


def _character_block(page: bytes, at: int) -> bytes:
    return page[at + 1 : at + 1 + page[at]]


def _paragraph_block(page: bytes, at: int) -> bytes:
    if page[at]:
        return page[at + 1 : at + 2 * page[at]]
    return page[at + 2 : at + 2 + 2 * page[at + 1]]
