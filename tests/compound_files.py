"""Writes OLE compound files for tests: a header, one allocation table, a directory, streams in whole sectors."""

from __future__ import annotations

from struct import pack

_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: dict[str, bytes]) -> bytes:
    """A file with these streams in its root, at most 100 sectors of 512 bytes in all."""
    sectors: list[bytes] = [b"", b""]  # the table and the directory
    table = [_TABLE, _END]
    entries = [("Root Entry", 5, _END, 0)]
    for name, body in streams.items():
        padded = body.ljust(4096, b"\0")  # short streams would live in a place of their own
        padded += bytes(-len(padded) % 512)
        entries.append((name, 2, len(sectors), len(padded)))
        pieces = [padded[i : i + 512] for i in range(0, len(padded), 512)]
        table += [len(sectors) + k + 1 for k in range(len(pieces) - 1)] + [_END]
        sectors += pieces
    assert len(table) <= 128
    assert len(entries) <= 4
    directory = b""
    for k, (name, kind, start, size) in enumerate(entries):
        raw = (name + "\0").encode("utf-16-le").ljust(64, b"\0")
        right = k + 1 if 0 < k < len(entries) - 1 else _FREE
        below = 1 if k == 0 and len(entries) > 1 else _FREE
        directory += raw + pack("<HBBIII36xIQ", 2 * len(name) + 2, kind, 1, _FREE, right, below, start, size)
    sectors[0] = pack("<128I", *table, *[_FREE] * (128 - len(table)))
    sectors[1] = directory.ljust(512, b"\0")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += pack("<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    head += pack("<109I", 0, *[_FREE] * 108)
    return head + b"".join(sectors)
