"""Files beside a report: their addresses in each vendor's style, and small PDF, Word, archive and picture bytes.
Real reports as PDF or Word can be given to `Web` as a callable; what reads them is left to other rooms."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from datetime import date

KINDS = ("pdf", "docx", "doc", "wps", "zip", "ofd")
MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "wps": "application/octet-stream",
    "zip": "application/zip",
    "ofd": "application/octet-stream",
    "png": "image/png",
}
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")  # what .doc and .wps files start with


def address(adapter: str, day: date, serial: int, ending: str) -> str:
    """Where a vendor's system puts an attached file."""
    mixed = f"{serial * 2654435761 % 2**64:016x}"
    if adapter == "hanweb":
        return f"/module/download/downfile.jsp?classid=0&filename={mixed}.{ending}"
    if adapter == "gkmlpt":
        return f"/attachment/0/{serial // 1000}/{serial}/{serial}.{ending}"
    if adapter == "longxun":
        return f"/group6/M00/0A/1B/{mixed}.{ending}"
    if adapter == "vsb":
        return f"/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1023&wbfileid={serial}.{ending}"
    return f"/zwgk/files/{day:%Y%m}/P0{day:%Y%m%d}{serial:012d}.{ending}"


def content(kind: str, words: str) -> bytes:
    """A small file of the kind that says `words` (ASCII); the same words give the same bytes."""
    if kind == "pdf":
        return pdf(words)
    if kind in ("doc", "wps"):
        return _COMPOUND_FILE + b"\0" * 504 + words.encode("utf-16-le").ljust(512, b"\0")
    if kind == "png":
        return png(len(words) % 40 + 8, 12)
    names = {"docx": ("word/document.xml", "[Content_Types].xml"), "ofd": ("OFD.xml", "Doc_0/Document.xml")}
    text = f"<w:document><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>"
    return archive({name: text.encode() for name in names.get(kind, ("readme.txt",))})


def archive(files: dict[str, bytes]) -> bytes:
    """A zip file without a clock in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in files.items():
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), body)
    return out.getvalue()


def pdf(words: str) -> bytes:
    """One page with one line of Latin text."""
    text = words.replace("\\", "").replace("(", "").replace(")", "")
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1", "replace")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    return _pdf_of(objects)


def scanned_pdf() -> bytes:
    """One page that is a picture and holds no text."""
    picture = zlib.compress(bytes(64 * 64))
    draw = b"q 595 0 0 842 0 0 cm /Im0 Do Q"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</Im0 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw),
        b"<</Type/XObject/Subtype/Image/Width 64/Height 64/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode/Length %d>>"
        b"stream\n%s\nendstream" % (len(picture), picture),
    )
    return _pdf_of(objects)


def _pdf_of(objects: tuple[bytes, ...]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def png(width: int, height: int) -> bytes:
    """A grey picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(b"\0" + b"\xc8" * width for _ in range(height))
    size = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
