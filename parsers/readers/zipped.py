"""ZIP containers: what kind of file one is, by its members, and single members up to a stated size.
Nothing is written anywhere; what a member says is left to the reader of its kind."""

from __future__ import annotations

import zlib
from io import BytesIO
from struct import error as StructError
from zipfile import BadZipFile, ZipFile, ZipInfo

from gongkai.parsers.readers.problems import Unreadable

MOST_MEMBERS = 20_000
"""Members of one container; a report with every picture of its annex has a few hundred."""
LARGEST_MEMBER = 24 * 1024 * 1024
"""Bytes of one member when unpacked: the text of a report has at most a few MB; its tree takes some twenty times as much."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OFD = "application/ofd"
ZIP = "application/zip"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
OPENDOCUMENT = {ODT: "OpenDocument text", ODS: "OpenDocument spreadsheet"}

_ENTRY = b"PK\x01\x02"
_DAMAGE = (BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, OSError, StructError, ValueError,
           OverflowError, ImportError)  # fmt: skip


def opened(body: bytes, name: str = "ZIP container") -> ZipFile:
    """The container in these bytes. Raises Unreadable where it is damaged or holds too many members."""
    if body.count(_ENTRY) > MOST_MEMBERS:  # counted before the list of a million of them is built
        raise Unreadable(f"{name}: more than {MOST_MEMBERS} files inside: refused")
    try:
        container = ZipFile(BytesIO(body))
    except _DAMAGE:
        raise Unreadable(f"{name}: damaged or cut off in the middle; download it again") from None
    if len(container.infolist()) > MOST_MEMBERS:
        raise Unreadable(f"{name}: more than {MOST_MEMBERS} files inside: refused")
    return container


def member(container: ZipFile, info: ZipInfo | str, limit: int = LARGEST_MEMBER) -> bytes:
    """The bytes of one member. Its stated size is not believed: unpacking stops at the limit.

    Raises Unreadable for a member that is encrypted, damaged or too large, KeyError for one that is not there.
    """
    info = container.getinfo(info) if isinstance(info, str) else info
    shown = info.filename[-60:]
    if info.flag_bits & 1:
        raise Unreadable(f"encrypted file ({shown}): save it without a password")
    try:
        with container.open(info) as file:
            found = file.read(limit + 1)
    except _DAMAGE:
        raise Unreadable(f"damaged or cut off in the middle ({shown}); download it again") from None
    if len(found) > limit:
        raise Unreadable(f"a part of it ({shown}) is larger than {limit // 2**20} MB when unpacked: refused")
    return found


def kind_of_zip(body: bytes) -> tuple[str, str]:
    """Media type and plain name of a ZIP container, by the names of its members."""
    try:
        container = opened(body)
    except Unreadable:
        return ZIP, "ZIP container (DOCX, XLSX, OFD or archive)"
    names = set(container.namelist())
    if "[Content_Types].xml" in names:
        for folder, media_type, name in (("word/", DOCX, "Word document (DOCX)"), ("ppt/", PPTX, "slides (PPTX)")):
            if any(n.startswith(folder) for n in names):
                return media_type, name
        if any(n.startswith("xl/") for n in names):
            return (XLSB, "spreadsheet (XLSB)") if "xl/workbook.bin" in names else (XLSX, "spreadsheet (XLSX)")
    if "OFD.xml" in names:
        return OFD, "OFD document"
    if "mimetype" in names and "content.xml" in names:
        try:
            stated = member(container, "mimetype", 200).decode("ascii", errors="replace").strip()
        except Unreadable:
            stated = ""
        if stated in OPENDOCUMENT:
            return stated, OPENDOCUMENT[stated]
    return ZIP, "ZIP archive"
