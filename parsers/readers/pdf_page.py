"""One page of a PDF as glyphs, ruling lines and pictures, in points from the top left of the page as it is shown.
What is drawn beside the text is found by `pdf_drawn`; which glyphs make up lines and cells is left to `pdf_lines`."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from gongkai.parsers.readers.pdf_drawn import Box, Move, Point, Rule, drawn_on
from gongkai.parsers.readers.pdf_ink import Ink, Sight
from gongkai.parsers.readers.pdf_layers import switch_off
from gongkai.parsers.readers.pdf_shapes import Digits

TINIEST = 2.0
"""Points; smaller type is not meant to be read."""
MOST_GLYPHS = 60_000
"""Of one page; a full page of small print has some 6,000."""
MOST_TILTED = 0.2
"""Radians (11 degrees) by which text may lean from level or plumb; what leans more is a watermark or a stamp."""
LEAST_LEAN = 0.001
"""Radians: a page of text that leans less is level."""
SAMPLE = 200
"""Glyphs of a page that say whether it leans."""
MOST_PALE = 0.5
"""Of a page's glyphs: where more are so light, it is no watermark that they are."""
LARGEST_BOX = 2.6
"""Of the type size: no character's box is larger."""
SAME_PLACE = 0.2
"""Of the type size: the same character twice this near is one, printed twice to look bold."""
MIDDLE = (0.18, 0.52)
"""Of the type size over the baseline, where a line runs through a digit."""
SLACK = 0.25
"""Of a digit's width that a line through it may fall short of."""
STEP = 4.0
PAPER = 0.3
"""Of a page's area: a larger picture is a background, or the page is a scan."""
HALF = 0.5
"""Of a picture that lies in a place, or of the place that lies under a picture, so that it stands there."""
UNKNOWN = "\ufffd"
"""Stands for a glyph of which the file does not say what character it is; no label or number matches it."""
CUT_OFF = "\ufffc"
"""Stands for a glyph beyond the edge of the page: in a cell it says that something is there, elsewhere it is dropped."""

# Radicals that look like characters; of these Unicode's own folding knows all but the supplement's without one.
_RADICALS = {
    "⺁": "厂", "⺄": "乙", "⺇": "几", "⺈": "刀", "⺉": "刂", "⺊": "卜", "⺋": "㔾", "⺌": "小", "⺍": "小", "⺎": "兀", "⺏": "尣",
    "⺒": "巳", "⺓": "幺", "⺔": "彑", "⺖": "忄", "⺗": "㣺", "⺘": "扌", "⺙": "攵", "⺛": "旡", "⺜": "日", "⺝": "月", "⺞": "歺",
    "⺠": "民", "⺡": "氵", "⺢": "氺", "⺣": "灬", "⺤": "爫", "⺥": "爫", "⺨": "犭", "⺩": "王", "⺪": "疋", "⺫": "目", "⺬": "示",
    "⺭": "礻", "⺮": "竹", "⺯": "糸", "⺰": "纟", "⺱": "罒", "⺲": "罒", "⺷": "羊", "⺹": "耂", "⺺": "肀", "⺼": "月", "⺽": "臼",
    "⺾": "艹", "⺿": "艹", "⻀": "艹", "⻁": "虎", "⻂": "衤", "⻃": "覀", "⻄": "西", "⻅": "见", "⻆": "角", "⻇": "角", "⻈": "讠",
    "⻉": "贝", "⻋": "车", "⻌": "辶", "⻍": "辶", "⻎": "辶", "⻏": "阝", "⻐": "钅", "⻑": "長", "⻒": "镸", "⻓": "长", "⻔": "门",
    "⻖": "阝", "⻗": "雨", "⻘": "青", "⻙": "韦", "⻚": "页", "⻛": "风", "⻜": "飞", "⻝": "食", "⻞": "食", "⻟": "飠", "⻠": "饣",
    "⻢": "马", "⻣": "骨", "⻤": "鬼", "⻥": "鱼", "⻦": "鸟", "⻧": "卤", "⻨": "麦", "⻩": "黄", "⻪": "黾", "⻫": "斉", "⻬": "齐",
    "⻭": "歯", "⻮": "齿", "⻯": "竜", "⻰": "龙", "⻲": "亀", "⻳": "龟",
}  # fmt: skip


def _covers(one: Box, box: Box) -> bool:
    common = Box(max(one.x0, box.x0), max(one.top, box.top), min(one.x1, box.x1), min(one.bottom, box.bottom))
    if common.x1 <= common.x0 or common.bottom <= common.top:
        return False
    if min(one.x1 - one.x0, one.bottom - one.top) < 1.5:
        return False  # a line
    return common.area > HALF * one.area or common.area > HALF * box.area


class Glyph(NamedTuple):
    """One printed character: its box, baseline and type size. `upright`: it stands as most of the page does.

    `weak`: of a watermark, or beyond the part of the page that is shown: it is print only where nothing else is.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    base: float
    size: float
    upright: bool = True
    weak: bool = False

    @property
    def x(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        return (self.top + self.bottom) / 2


class Page(NamedTuple):
    """What is printed on a page. `turned`: quarter turns by which its text was turned to stand upright.

    `curves`: small drawings, as characters are that were turned into curves. `lost`: places of digits in no cell of a grid
    that may be print or not.
    `unseen`: glyphs that are there but not to be seen (invisible, white, tiny, covered, cut off).
    """

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    pictures: tuple[Box, ...]
    unseen: int
    turned: int = 0
    curves: tuple[Box, ...] = ()
    lost: tuple[Box, ...] = ()

    def shows_picture(self, box: Box) -> bool:
        """A picture or a lost digit stands in this place, or covers much of it: what it says nobody has read. Large ones are
        paper."""
        largest = PAPER * self.width * self.height
        return any(_covers(one, box) for one in (*self.pictures, *self.lost) if one.area < largest)

    def place(self, x: float, y: float) -> str:
        """`p3 (120,88)`: points from the top left of the page as it is shown."""
        width, height = self.width, self.height
        for _ in range(-self.turned % 4):
            x, y = _turn(x, y, height)
            width, height = height, width
        return f"p{self.number} ({x:.0f},{y:.0f})"


def plain(char: str) -> str:
    """The character that a look-alike stands for: radicals and compatibility forms of Chinese characters."""
    if "\u2e80" <= char <= "\u2fdf" or "\uf900" <= char <= "\ufaff" or char >= "\U0002f800":
        return _RADICALS.get(char) or unicodedata.normalize("NFKC", char)
    return char


def _turn(x: float, y: float, height: float) -> Point:
    """A point after a quarter turn to the right of the page it stands on."""
    return height - y, x


def read_page(document: pypdfium2.PdfDocument, index: int, digits: Digits, *, layers: bool = False) -> Page:
    """The page's content as it is shown: turned as the file says, form fields and stamps included.

    `digits`: is shown what the digits of the page look like. `layers`: the file has parts that can be switched off.
    Raises pypdfium2.PdfiumError where the page cannot be loaded.
    """
    page = document[index]
    try:
        if _flattened(page):
            page.close()
            page = document[index]
        if layers:
            switch_off(page)
        text = page.get_textpage()
        try:
            return _read(page, text, index + 1, digits, layers=layers)
        finally:
            text.close()
    finally:
        page.close()


def _read(page: Any, text: Any, number: int, digits: Digits, *, layers: bool) -> Page:
    xs, ys = sorted(page.get_cropbox()[::2]), sorted(page.get_cropbox()[1::2])  # any two corners may be given
    turn = page.get_rotation() // 90 % 4
    move = _mover(turn, xs[0], ys[0], xs[1], ys[1])
    width, height = (xs[1] - xs[0], ys[1] - ys[0]) if turn % 2 == 0 else (ys[1] - ys[0], xs[1] - xs[0])
    whole = Box(0, 0, width, height)
    lean = _lean(text.raw)
    if lean:
        move = _levelled(move, lean, width / 2, height / 2)
    drawn = drawn_on(page, move, whole)
    glyphs, unseen, quarter, printed = _glyphs(text, move, turn, lean, whole, Ink(drawn, layers=layers))
    found = Page(number, width, height, tuple(glyphs), tuple(drawn.rules), tuple(drawn.pictures), unseen, curves=tuple(drawn.curves))
    found = _upright(found, quarter)
    kept = tuple(_struck(found.glyphs, found.rules))
    if not lean and kept == found.glyphs:  # a line through a digit changes its looks
        for (_, way), (font, places) in printed.items():
            digits.look(page, text.raw, font, places, way)
    return found._replace(glyphs=kept)


def _struck(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> list[Glyph]:
    """The glyphs; digits through whose middle a level line runs are struck out, or stand on a line of a table: unknown."""
    lines: dict[int, list[Rule]] = {}
    for rule in rules:
        if rule.level:
            lines.setdefault(int(rule.y0 // STEP), []).append(rule)
    if not lines:
        return list(glyphs)

    def through(g: Glyph) -> bool:
        high, low = g.base - MIDDLE[1] * g.size, g.base - MIDDLE[0] * g.size
        slack = SLACK * (g.x1 - g.x0)
        return any(
            high <= r.y0 <= low and r.x0 <= g.x0 + slack and r.x1 >= g.x1 - slack
            for k in range(int(high // STEP), int(low // STEP) + 1)
            for r in lines.get(k, ())
        )

    return [g._replace(text=UNKNOWN) if g.text.isdigit() and g.upright and through(g) else g for g in glyphs]


def quick_text(document: pypdfium2.PdfDocument, index: int) -> str:
    """The text of a page as the file has it, in no certain order: a quick look."""
    page = document[index]
    try:
        text = page.get_textpage()
        try:
            return str(text.get_text_range())
        finally:
            text.close()
    finally:
        page.close()


def _flattened(page: Any) -> bool:
    """Makes the form fields and stamps of the page part of what is printed on it; False where it has none."""
    if pdfium.FPDFPage_GetAnnotCount(page.raw) <= 0:
        return False
    return bool(pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS)


def _mover(turn: int, left: float, bottom: float, right: float, top: float) -> Move:
    if turn == 1:
        return lambda x, y: (y - bottom, x - left)
    if turn == 2:
        return lambda x, y: (right - x, y - bottom)
    if turn == 3:
        return lambda x, y: (top - y, right - x)
    return lambda x, y: (x - left, top - y)


def _lean(raw: Any) -> float:
    """The angle (radians) by which most of the text of a page leans, as on a sheet that lay crookedly; else 0."""
    matrix = pdfium.FS_MATRIX()
    count = min(pdfium.FPDFText_CountChars(raw), MOST_GLYPHS)
    angles = []
    for i in range(0, count, max(1, count // SAMPLE)):
        if pdfium.FPDFText_IsGenerated(raw, i) != 1 and pdfium.FPDFText_GetMatrix(raw, i, matrix):
            angle = math.atan2(matrix.b, matrix.a)
            angles.append(angle - round(angle / (math.pi / 2)) * (math.pi / 2))
    if not angles:
        return 0.0
    angle = median(angles)
    alike = sum(abs(other - angle) < LEAST_LEAN for other in angles)
    return angle if LEAST_LEAN < abs(angle) < MOST_TILTED and alike * 2 > len(angles) else 0.0


def _levelled(move: Move, lean: float, x: float, y: float) -> Move:
    """The same way to the page's points, and turned back about its middle."""
    cos, sin = math.cos(lean), math.sin(lean)

    def levelled(px: float, py: float) -> Point:
        qx, qy = move(px, py)
        return x + cos * (qx - x) - sin * (qy - y), y + sin * (qx - x) + cos * (qy - y)

    return levelled


# --- Glyphs -------------------------------------------------------------------------------------------------------


_Printed = dict[tuple[int, int], tuple[Any, dict[str, list[int]]]]
"""The digits that are printed in a font and direction: the font, and for each some of its places in the text."""


def _glyphs(
    text: Any, move: Move, turn: int, lean: float, whole: Box, ink: Ink
) -> tuple[list[Glyph], int, int, _Printed]:
    """The glyphs that can be seen, how many cannot, the direction (quarter turns) that most of them run in, the digits."""
    raw = text.raw
    rect, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    ox, oy = ctypes.c_double(), ctypes.c_double()
    ink_box = tuple(ctypes.c_double() for _ in range(4))
    found: list[tuple[int, Glyph]] = []
    ways: Counter[int] = Counter()
    pale: set[int] = set()
    printed: _Printed = {}
    unseen = 0
    high = ""
    for i in range(min(pdfium.FPDFText_CountChars(raw), MOST_GLYPHS)):
        if pdfium.FPDFText_IsGenerated(raw, i) == 1:
            continue
        code = pdfium.FPDFText_GetUnicode(raw, i)
        if 0xD800 <= code < 0xDC00:  # the first half of a character beyond the basic plane
            high = chr(code)
            continue
        char = chr(code)
        if 0xDC00 <= code < 0xE000:
            char = (high + char).encode("utf-16", "surrogatepass").decode("utf-16", "replace") if high else UNKNOWN
        high = ""
        if code in (0x0A, 0x0D, 0x02, 0xAD, 0x200B, 0xFEFF):
            continue
        if not pdfium.FPDFText_GetLooseCharBox(raw, i, rect):
            continue
        pdfium.FPDFText_GetMatrix(raw, i, matrix)
        pdfium.FPDFText_GetCharOrigin(raw, i, ox, oy)
        size = pdfium.FPDFText_GetFontSize(raw, i) * math.hypot(matrix.c, matrix.d)
        if max(rect.right - rect.left, abs(rect.top - rect.bottom)) > LARGEST_BOX * size:
            # fonts that write downwards: the box of the line is not to be had, that of the ink is
            pdfium.FPDFText_GetCharBox(raw, i, *(ctypes.byref(edge) for edge in ink_box))
            rect.left, rect.right, rect.bottom, rect.top = (edge.value for edge in ink_box)
        (ax, ay), (bx, by) = move(rect.left, rect.top), move(rect.right, rect.bottom)
        x0, x1, top, bottom = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
        x, y = (x0 + x1) / 2, (top + bottom) / 2
        quarters = (math.atan2(matrix.b, matrix.a) - lean) / (math.pi / 2)
        way = (round(quarters) - turn) % 4
        if code < 0x20 or 0xE000 <= code <= 0xF8FF or code in (0xFFFD, 0xFFFE, 0xFFFF) or _unmapped(raw, i):
            char = UNKNOWN
        item = pdfium.FPDFText_GetTextObject(raw, i)
        if abs(quarters - round(quarters)) > MOST_TILTED / (math.pi / 2):
            continue
        sight = ink.sight(item, x, y) if item else Sight.SEEN
        if size < TINIEST or sight is Sight.UNSEEN:
            unseen += not char.isspace()
            continue
        base = move(ox.value, oy.value)[1 if way % 2 == 0 else 0]
        if item and char.isdigit() and sight is Sight.SEEN:
            sight = ink.cut(item, Box(x0, top, x1, bottom), base, size, level=way == 0)
            if sight is Sight.CUT:
                char = UNKNOWN
            elif sight is Sight.SEEN and "0" <= char <= "9":
                font, key = ink.font(item)
                places = printed.setdefault((key, way), (font, {}))[1].setdefault(char, [])
                places[1 if places else 0 :] = [i]
        if not whole.holds(x, y):
            # cut off by the page's edge: kept as a character nobody can read, so that its cell is not blank
            unseen += not char.isspace()
            char = " " if char.isspace() else CUT_OFF
        ways[way] += not char.isspace() and char != CUT_OFF
        if sight is Sight.FAINT:
            pale.add(len(found))
        found.append((way, Glyph(plain(char), x0, x1, top, bottom, base, size, weak=sight in (Sight.FAINT, Sight.BEYOND))))
    if len(pale) > MOST_PALE * len(found):  # this page is printed in such ink
        found = [(way, g._replace(weak=False)) if k in pale else (way, g) for k, (way, g) in enumerate(found)]
    quarter = ways.most_common(1)[0][0] if ways else 0
    return [g if way == quarter else g._replace(upright=False) for way, g in found], unseen, quarter, printed


def _unmapped(raw: Any, i: int) -> bool:
    """The file does not say what character this is."""
    return bool(pdfium.FPDFText_HasUnicodeMapError(raw, i) == 1)


def _upright(page: Page, quarter: int) -> Page:
    """The page turned so that the text that runs up, down or upside down stands upright."""
    if not quarter:
        return page
    glyphs, rules, boxes = page.glyphs, page.rules, (*page.pictures, *page.curves)
    width, height = page.width, page.height
    for _ in range(quarter):
        glyphs = tuple(_turned_glyph(g, height) for g in glyphs)
        rules = tuple(Rule(height - r.y1, r.x0, height - r.y0, r.x1) for r in rules)
        boxes = tuple(Box(height - p.bottom, p.x0, height - p.top, p.x1) for p in boxes)
        width, height = height, width
    if quarter > 1:
        glyphs = tuple(g._replace(base=(page.height if quarter == 2 else page.width) - g.base) for g in glyphs)
    return page._replace(width=width, height=height, glyphs=glyphs, rules=rules, turned=quarter,
                         pictures=boxes[: len(page.pictures)], curves=boxes[len(page.pictures) :])  # fmt: skip


def _turned_glyph(g: Glyph, height: float) -> Glyph:
    return g._replace(x0=height - g.bottom, x1=height - g.top, top=g.x0, bottom=g.x1)
