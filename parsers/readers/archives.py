"""ZIP archives: the one report among the files inside, read by the reader of its kind.
Nothing is unpacked to disk, archives within archives are not opened, and every size is measured, not believed."""

from __future__ import annotations

from collections.abc import Iterator
from zipfile import ZipFile, ZipInfo

from gongkai.parsers.document import Document
from gongkai.parsers.labels import fold
from gongkai.parsers.lexicon import roles_of
from gongkai.parsers.number import read_number
from gongkai.parsers.readers import media_type_of, read
from gongkai.parsers.readers.outside import Linked, Outside
from gongkai.parsers.readers.problems import Unreadable
from gongkai.parsers.readers.zipped import ZIP, member, opened

MOST_FILES = 200
"""Files of one archive; a report with its annexes has a handful."""
LARGEST_FILE = 40 * 1024 * 1024
LARGEST_IN_ALL = 120 * 1024 * 1024
"""Bytes of all files of an archive when unpacked; one is held at a time."""
FEWEST_LABELS = 12
"""Row labels of the statutory tables in a document that holds them; a notice or a guide has fewer."""
_NOT_OPENED = (ZIP, "application/vnd.rar", "application/x-7z-compressed", "application/gzip")


def read_zip(body: bytes, outside: Outside) -> Document:
    """The report in an archive: the one document with the statutory tables, else its only document.

    Raises Unreadable where there is none, where several different ones are, and where a limit is passed.
    """
    container = opened(body, "ZIP archive")
    files = [info for info in container.infolist() if not _left_out(info)]
    if not files:
        raise Unreadable("ZIP archive: empty")
    if len(files) > MOST_FILES:
        raise Unreadable(f"ZIP archive: more than {MOST_FILES} files: refused; unpack it and give the report itself")
    files.sort(key=lambda info: info.filename)
    found: list[tuple[str, Document]] = []
    reasons: list[str] = []
    for name, part in _contents(container, files):
        media_type, plain = media_type_of(part)
        if media_type in _NOT_OPENED:
            reasons.append(f"{name}: an archive within an archive is not opened")
        elif media_type.startswith("image/"):
            reasons.append(f"{name}: {plain}, not read within an archive")
        else:
            try:
                found.append((name, read(part, Outside(_linked(container, files), outside.convert))[0]))
            except Unreadable as problem:
                reasons.append(f"{name}: {problem}")
    return _chosen(found, reasons)


def _left_out(info: ZipInfo) -> bool:
    name = info.filename.rpartition("/")[2]
    return info.is_dir() or info.filename.startswith("__MACOSX/") or name.startswith(".") or name == "Thumbs.db"


def shown_name(info: ZipInfo) -> str:
    """The name of a file inside; names in GBK, which most Chinese archives have, are marked as another code page."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = info.filename
    return name[-80:]


def _contents(container: ZipFile, files: list[ZipInfo]) -> Iterator[tuple[str, bytes]]:
    left = LARGEST_IN_ALL
    for info in files:
        try:
            part = member(container, info, min(LARGEST_FILE, left))
        except Unreadable as problem:
            raise Unreadable(f"ZIP archive: {problem}") from None
        left -= len(part)
        yield shown_name(info), part


def _linked(container: ZipFile, files: list[ZipInfo]) -> Linked:
    """The files of the archive, by the references of a page that lies beside them."""
    by_name = {shown_name(info).rpartition("/")[2]: info for info in files}

    def linked(reference: str) -> bytes | None:
        info = by_name.get(reference.rpartition("/")[2])
        if info is None:
            return None
        try:
            return member(container, info, LARGEST_FILE)
        except Unreadable:
            return None

    return linked


def _labels(document: Document) -> int:
    """How many different rows of the statutory tables have their label in a document."""
    return len({r for t in document.texts if 1 < len(t) < 60 for r in roles_of(fold(t)) if r.what == "row"})


def _figures(document: Document) -> list[str]:
    return [t for i, t in enumerate(document.texts) if document.tables[i] and read_number(t).kind == "number"]


def _chosen(found: list[tuple[str, Document]], reasons: list[str]) -> Document:
    if not found:
        shown = "; ".join(reasons[:3]) + (f" and {len(reasons) - 3} more" if len(reasons) > 3 else "")
        raise Unreadable(f"ZIP archive: no file in it can be read ({shown})")
    reports = [(name, document) for name, document in found if _labels(document) >= FEWEST_LABELS]
    if len(reports) > 1 and any(_figures(document) != _figures(reports[0][1]) for _, document in reports[1:]):
        names = ", ".join(name for name, _ in reports[:4])
        raise Unreadable(f"ZIP archive: several different reports ({names}); unpack it and give them one by one")
    if not reports and len(found) > 1:
        names = ", ".join(name for name, _ in found[:4])
        more = f"; not read: {'; '.join(reasons[:2])}" if reasons else ""
        raise Unreadable(f"ZIP archive: no statutory table in any of its files ({names}{more})")
    name, document = (reports or found)[0]
    document.where = [f"{name} {document.at(i)}" for i in range(len(document))]
    return document
