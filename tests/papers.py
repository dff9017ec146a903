"""PDF files made by hand for tests: from raw objects, or by a few strokes of a pen.
Whole reports come from the sample generator."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
registerFont(UnicodeCIDFont(FONT))


def raw_pdf(objects: Sequence[bytes], *, root: int = 1) -> bytes:
    """A file of these objects, numbered from 1, with a table of where they stand."""
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    return bytes(out)


def stream(data: bytes, entries: bytes = b"", *, packed: bool = True) -> bytes:
    if packed:
        data, entries = zlib.compress(data, 9), entries + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def drawn(
    draw: Callable[[Canvas], object], *, size: tuple[float, float] = (595, 842), pages: int = 1, encrypt: tuple[str, str] | None = None
) -> bytes:  # fmt: skip
    """Pages on which `draw` has drawn; `encrypt`: the user's and the owner's password."""
    out = BytesIO()
    secret: Any = StandardEncryption(encrypt[0], encrypt[1], canModify=0) if encrypt else None
    canvas = Canvas(out, pagesize=size, invariant=1, encrypt=secret)
    for _ in range(pages):
        canvas.setFont(FONT, 10)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def grid(canvas: Canvas, rows: Sequence[Sequence[str]], *, x: float = 60, y: float = 700, widths: Sequence[float] = (), high: float = 24) -> None:
    """A ruled table, its upper left corner at (x, y) from the bottom left of the page."""
    for r, row in enumerate(rows):
        at = x
        for k, text in enumerate(row):
            wide = widths[k] if widths else 90.0
            canvas.rect(at, y - (r + 1) * high, wide, high)
            canvas.drawString(at + 5, y - (r + 1) * high + 8, text)
            at += wide
