"""Reports that are pictures: scanned PDF files, one long PNG, and web pages that show their tables as images only.
How a page is drawn is left to `drawing`, what a scanner does to it to `wear`."""

from __future__ import annotations

import base64
import re
import time
from html import escape
from io import BytesIO
from random import Random

from PIL import Image

from gongkai.samplesite import furniture, wear
from gongkai.samplesite.composing import Item
from gongkai.samplesite.draft import Draft
from gongkai.samplesite.drawing import PAPER, Pen, draw_items, draw_paragraph, draw_table, stacked
from gongkai.samplesite.faces import faces
from gongkai.samplesite.grids import Shape
from gongkai.samplesite.layouts import Layout

_A4 = (8.27, 11.69)  # inches
_RULES = ("all",) * 8 + ("no-sides",)
_DATA = re.compile(r"data:image/(png|jpeg);base64,([A-Za-z0-9+/=]+)")


def _pen(rng: Random, width: int, dpi: int, rules: str | None = None) -> Pen:
    """Points to pixels: text of 14 to 16 points, tables of 9 to 12, as offices set them."""
    face = rng.choice(faces())
    digits = face if rng.random() < 0.6 else rng.choice(faces())
    point = dpi / 72
    shade = rng.choice((PAPER, PAPER, (230, 230, 230), (217, 226, 243)))
    return Pen(
        face, digits, round(rng.uniform(13, 16) * point), round(rng.uniform(9, 12) * point), width,
        round(width * rng.uniform(0.06, 0.11)), rng.choice((1, 2, 2, 3)) if dpi < 200 else rng.choice((2, 3, 4)),
        rules or rng.choice(_RULES), rng.choice((0.0, 0.0, 0.0, 0.15)), shade, rng.random() < 0.1,
    )  # fmt: skip


def _shape(rng: Random) -> Shape:
    return Shape(rng.choice(("one", "one", "several", "skewed")), "whole", rng.choice(("wide", "wide", "wide-empties")))


def pages(draft: Draft, items: list[Item], rng: Random, dpi: int) -> list[Image.Image]:
    """The report as sheets of A4 that went through a scanner."""
    width, height = round(_A4[0] * dpi), round(_A4[1] * dpi)
    pen = _pen(rng, width, dpi)
    clean = stacked(pen, draw_items(pen, items, rng), height)
    if rng.random() < 0.4:
        k = rng.randrange(len(clean))
        clean[k] = wear.sealed(clean[k], pen, draft.agency.name, rng)
    grey = rng.random() < 0.5
    worn = [wear.scanned(page, rng, dpi) for page in clean]
    return [page.convert("L") for page in worn] if grey else worn


def pdf_of(images: list[Image.Image], dpi: int, quality: int = 80) -> bytes:
    """A PDF file that holds nothing but these pictures."""
    out = BytesIO()
    day = time.gmtime(0)  # a file that says when it was made would differ with every making
    images[0].save(
        out, "PDF", save_all=True, append_images=images[1:], resolution=dpi, quality=quality, creationDate=day, modDate=day
    )
    return out.getvalue()


def _scan(dpi: int):  # type: ignore[no-untyped-def]
    def printed(draft: Draft, items: list[Item], rng: Random) -> bytes:
        return pdf_of(pages(draft, items, rng, dpi), dpi, rng.randint(50, 92))

    return printed


def _clean(draft: Draft, items: list[Item], rng: Random, dpi: int) -> tuple[Pen, list[Image.Image]]:
    """The report as sheets of A4 straight from the printer."""
    pen = _pen(rng, round(_A4[0] * dpi), dpi)
    return pen, stacked(pen, draw_items(pen, items, rng), round(_A4[1] * dpi))


def _fax(draft: Draft, items: list[Item], rng: Random) -> bytes:
    return pdf_of([wear.faxed(wear.scanned(page, rng, 200), rng) for page in _clean(draft, items, rng, 200)[1]], 200, 95)


def _fine(draft: Draft, items: list[Item], rng: Random) -> bytes:
    return pdf_of([wear.scanned(page, rng, 300) for page in _clean(draft, items, rng, 300)[1]], 300, rng.randint(50, 92))


def _phone(draft: Draft, items: list[Item], rng: Random) -> bytes:
    return pdf_of([wear.photographed(page, rng) for page in _clean(draft, items, rng, 200)[1]], 200, rng.randint(50, 85))


def _all_sealed(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """A seal on every page, the scan in grey: nothing tells its ink from print but how dark it is."""
    pen, sheets = _clean(draft, items, rng, 200)
    return pdf_of([wear.scanned(wear.sealed(page, pen, draft.agency.name, rng), rng, 200).convert("L") for page in sheets], 200)


def _framed(draft: Draft, items: list[Item], rng: Random) -> bytes:
    return pdf_of([wear.scanned(wear.framed(page, rng), rng, 150) for page in _clean(draft, items, rng, 150)[1]], 150)


def _any_way_up(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """Sheets fed the wrong way, each for itself, and crookedly."""
    turns = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
    fed = []
    for page in _clean(draft, items, rng, 150)[1]:
        crooked = page.rotate(rng.choice((-1, 1)) * rng.uniform(1, 3), Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
        fed.append(wear.scanned(crooked.transpose(rng.choice(turns)), rng, 150))
    return pdf_of(fed, 150)


def _two_up(draft: Draft, items: list[Item], rng: Random) -> bytes:
    _, sheets = _clean(draft, items, rng, 150)
    if len(sheets) % 2:
        sheets.append(Image.new("RGB", sheets[0].size, PAPER))
    pairs = [wear.side_by_side(a, b) for a, b in zip(sheets[::2], sheets[1::2], strict=True)]
    return pdf_of([wear.scanned(pair, rng, 150) for pair in pairs], 150)


def _png(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """A screenshot, or the page of a word processor saved as one long picture."""
    width = rng.randint(900, 1500)
    pen = _pen(rng, width, round(width / _A4[0]))
    [image] = stacked(pen, draw_items(pen, items, rng))
    if rng.random() < 0.3:
        image = wear.sealed(image, pen, draft.agency.name, rng)
    return wear.png(image, rng.choice(("RGB", "RGB", "L", "P", "RGBA")))


def _picture(image: Image.Image, rng: Random) -> str:
    if rng.random() < 0.5:
        kind, data = "png", wear.png(image, rng.choice(("RGB", "L", "P")))
    else:
        kind, data = "jpeg", wear.jpeg(image, rng.randint(60, 95))
    return f'<p style="text-align:center"><img src="data:image/{kind};base64,{base64.b64encode(data).decode()}"></p>'


def _page_with_pictures(draft: Draft, items: list[Item], rng: Random) -> bytes:
    """Prose as text; each table an image, or a heading and its table in one."""
    width = rng.randint(760, 1300)
    pen = _pen(rng, width, round(width / _A4[0]) if width > 900 else 110)
    out = []
    for item in items:
        if item.table is None:
            out.append(f"<p>{escape(item.text)}</p>")
            continue
        parts = [draw_paragraph(pen, Item("topic", item.table.title))] if item.table.title and rng.random() < 0.5 else []
        [image] = stacked(pen, [*parts, draw_table(pen, item.table, rng)])
        out.append(_picture(image, rng))
    logo = _picture(Image.new("RGB", (180, 60), (200, 30, 30)), rng)
    return furniture.page(draft, rng, logo + "\n".join(out)).encode()


def apart(page: bytes, folder: str) -> tuple[bytes, dict[str, bytes]]:
    """A page with its pictures in files beside it, as a browser saves it: the page, and the files by reference."""
    files: dict[str, bytes] = {}

    def named(match: re.Match[str]) -> str:
        name = f"{folder}/image{len(files) + 1}.{match[1]}"
        files[name] = base64.b64decode(match[2])
        return name

    return _DATA.sub(named, page.decode()).encode(), files


SCANS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("scan-150", ".pdf", "table", _shape, _scan(150)),
        Layout("scan-200", ".pdf", "table", _shape, _scan(200)),
        Layout("png", ".png", "table", _shape, _png),
        Layout("html-images", ".html", "table", _shape, _page_with_pictures),
    )
}
"""Ways to print a report that take seconds to read, and are therefore no part of `LAYOUTS`."""

HARD_SCANS: dict[str, Layout] = {
    name: Layout(name, ".pdf", "table", _shape, printed)
    for name, printed in (
        ("fax", _fax),
        ("scan-300", _fine),
        ("phone", _phone),
        ("sealed-grey", _all_sealed),
        ("framed", _framed),
        ("any-way-up", _any_way_up),
        ("two-up", _two_up),
    )
}
"""Scans as nobody should make them: to be read, or flagged, or turned away, but never misread in silence."""
