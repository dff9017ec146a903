"""What a PDF may cost before it is opened: sizes of its streams once inflated, and drawings that draw each other.
What the pages say is left to `pdf`."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from collections.abc import Iterator
from itertools import islice

MEGABYTE = 1024 * 1024
LARGEST_CONTENT = 16 * MEGABYTE
"""Inflated bytes of one stream that is no picture and no font; a page of a report has some 50 kB, a dense drawing 5 MB."""
LARGEST_FONT = 64 * MEGABYTE
"""Inflated bytes of one font; the largest Chinese ones are embedded whole with 20 MB."""
LARGEST_PICTURE = 256 * MEGABYTE
"""Inflated bytes of one picture: A3 in colour at 600 dpi is 200 MB."""
LARGEST_OF_ALL = 512 * MEGABYTE
"""Inflated bytes of all streams but pictures, which are never inflated to read the text."""
LARGEST_OLD_STREAM = 128 * 1024
"""Packed bytes of a stream in LZW, of which each may stand for 2,000; only programs of the nineties write it."""
LARGEST_ARMOUR = 8 * MEGABYTE
"""Bytes of a stream that is written in letters (ASCII85, hexadecimal)."""
MOST_STREAMS = 200_000
MOST_DRAWINGS = 1_000_000
"""How often the drawings (form XObjects) that draw one another may be drawn at worst."""
_BEFORE = 3000  # bytes before a stream in which its dictionary is looked for
_CHUNK = 256 * 1024

_STREAM = re.compile(rb"stream\r?\n")
_LAST_OBJECT = re.compile(rb".*\bobj\b", re.DOTALL)
_FONT = re.compile(rb"/Length1\b|/Subtype\s*/(?:Type1C|CIDFontType0C|OpenType)")
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_OBJECTS = re.compile(rb"/Type\s*/ObjStm\b")
_FORM = re.compile(rb"/Subtype\s*/Form\b")
_INFLATED = re.compile(rb"/(?:FlateDecode|Fl)\b")
_OTHER_INFLATING = re.compile(rb"/(?:LZWDecode|LZW|RunLengthDecode|RL)\b")
_ARMOUR = re.compile(rb"/(?:ASCII85Decode|A85|ASCIIHexDecode|AHx)\b")
_DRAWS = re.compile(rb"/[^\s/<>\[\]()]+\s+Do\b")


def too_costly(body: bytes) -> str | None:
    """Why these bytes are not opened as a PDF, or None. Bounded: no stream is inflated beyond its limit."""
    whole = 0
    drawn = 1
    for dictionary, start in islice(_streams(body), MOST_STREAMS):
        picture = _PICTURE.search(dictionary) is not None
        layers = len(_INFLATED.findall(dictionary))
        others = len(_OTHER_INFLATING.findall(dictionary))
        if layers + others == 0:
            continue
        limit = LARGEST_PICTURE if picture else LARGEST_FONT if _FONT.search(dictionary) else LARGEST_CONTENT
        if layers + others > 2 or others > 1:
            return f"a stream packed {layers + others} times over: no honest PDF has one; look at the file"
        if others and body.find(b"endstream", start, start + LARGEST_OLD_STREAM) < 0:
            return f"a stream of more than {LARGEST_OLD_STREAM // 1024} kB in an old packing that can hide gigabytes"
        if not layers:
            continue
        keep = _FORM.search(dictionary) is not None
        data = memoryview(body)[start:]
        if armour := _ARMOUR.search(dictionary):
            unarmoured = _unarmoured(body, start, armour[0])
            if unarmoured is None:
                return f"a stream of more than {LARGEST_ARMOUR // MEGABYTE} MB in letters instead of bytes: refused"
            data = memoryview(unarmoured)
        size, text = _inflated(data, limit, layers, keep=keep)
        if size > limit:
            return f"a stream inflates to more than {limit // MEGABYTE} MB: refused as a decompression bomb"
        if not picture:
            whole += size
            if whole > LARGEST_OF_ALL:
                return f"its streams inflate to more than {LARGEST_OF_ALL // MEGABYTE} MB: refused"
        if keep and (draws := len(_DRAWS.findall(text))) > 1:
            drawn *= draws
            if drawn > MOST_DRAWINGS:
                return "drawings that draw one another without end: refused"
    return None


def object_streams(body: bytes) -> Iterator[bytes]:
    """The inflated text of the streams that hold other objects, such as the file's catalogue; of bodies not too costly."""
    for dictionary, start in islice(_streams(body), MOST_STREAMS):
        if _OBJECTS.search(dictionary):
            yield _inflated(memoryview(body)[start:], LARGEST_CONTENT, 1, keep=True)[1]


def _streams(body: bytes) -> Iterator[tuple[bytes, int]]:
    """The dictionary before each stream, as far as it is found, and where the stream's bytes begin."""
    for match in _STREAM.finditer(body):
        start = match.start()
        if body[start - 3 : start] == b"end":
            continue
        before = body[max(0, start - _BEFORE) : start]
        yield (before[last.end() :] if (last := _LAST_OBJECT.match(before)) else before), match.end()


def _unarmoured(body: bytes, start: int, armour: bytes) -> bytes | None:
    """The bytes of a stream that is written in letters; None where it is too long. Damaged ones are empty."""
    end = body.find(b">", start, start + LARGEST_ARMOUR)
    if end < 0:
        return b"" if len(body) - start <= LARGEST_ARMOUR else None
    letters = body[start:end].rstrip(b"~")
    try:
        return a85decode(letters) if b"85" in armour else bytes.fromhex(letters.decode("ascii"))
    except ValueError:
        return b""


def _inflated(data: memoryview, limit: int, layers: int, *, keep: bool) -> tuple[int, bytes]:
    """Bytes that the stream inflates to, and the bytes themselves where they are to be kept; stops above the limit."""
    first = zlib.decompressobj()
    second = zlib.decompressobj() if layers > 1 else None
    size = 0
    kept: list[bytes] = []
    at = 0
    rest = b""
    try:
        while not first.eof and (rest or at < len(data)):
            if not rest:
                rest = bytes(data[at : at + _CHUNK])
                at += _CHUNK
            out = first.decompress(rest, _CHUNK)
            rest = first.unconsumed_tail
            if second is not None:
                # as much as the second layer makes of this piece, a bounded part at a time
                out = second.decompress(out, limit + 1)
            size += len(out)
            if size > limit:
                return size, b""
            if keep:
                kept.append(out)
            if not out and not rest and first.eof:
                break
    except zlib.error:
        pass  # damaged, or encrypted: what is beyond is not inflated by a reader either
    return size, b"".join(kept)
