"""A night's files, their digests and those of the night before: nothing can be altered unnoticed.
Comparing them with what lies on the disk is left to `verify.py`."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.scraper import cdxj
from gongkai.scraper.archive import sync_folder
from gongkai.scraper.records import records

FOLDER, INDEX, HEAD = "manifest", "cdxj", "HEAD"


class Place(NamedTuple):
    """One record as it was written: what `verify` looks for."""

    file: str
    offset: int
    length: int
    sha256: str  # of the compressed member, 32 digits
    type: str
    record: str
    uri: str


def digest(path: Path) -> tuple[int, str]:
    """Size and sha256 of a file."""
    with open(path, "rb") as stream:
        made = hashlib.file_digest(stream, "sha256")
        return stream.tell(), made.hexdigest()


def close_night(archive: Path, night: str) -> Path:
    """Writes the index and the manifest of a night whose WARC files are closed. Again is the same: a manifest that
    stands is not written twice."""
    target = archive / FOLDER / f"{night}.json"
    if not target.exists():
        y, m, d = night[:4], night[4:6], night[6:8]
        files = sorted((archive / "warc" / y / m / d).glob(f"gongkai-{night}-*.warc.gz"))
        lines, places = [], []
        for path in files:
            name = path.relative_to(archive).as_posix()
            for record in records(path):
                places.append(Place(name, record.offset, record.length, record.sha256[:32], record.type, record.id, record.uri))
                if line := cdxj.line_of(record, name):
                    lines.append(line.text())
        index, listed = archive / INDEX / f"{night}.cdxj", archive / FOLDER / f"{night}.records.tsv"
        write(index, "".join(f"{line}\n" for line in sorted(lines)))
        write(listed, "".join("\t".join(map(str, place)) + "\n" for place in places))
        told: dict[str, Any] = {"night": night, "previous": _head(archive), "records": len(places), "files": []}
        for path in (*files, index, listed):
            size, sha256 = digest(path)
            told["files"].append({"path": path.relative_to(archive).as_posix(), "bytes": size, "sha256": sha256})
        write(target, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    head = {"manifest": target.name, "sha256": digest(target)[1]}
    before = _head(archive)
    is_next = json.loads(target.read_text(encoding="utf-8"))["previous"] == before
    if is_next and before != head:
        write(archive / FOLDER / HEAD, json.dumps(head) + "\n")
    return target


def _head(archive: Path) -> dict[str, str] | None:
    path = archive / FOLDER / HEAD
    if not path.exists():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return {"manifest": told["manifest"], "sha256": told["sha256"]}


def places(path: Path) -> Iterator[Place]:
    """The records a night wrote; lines that are damaged are left out."""
    for line in path.read_bytes().decode("utf-8", "replace").split("\n"):
        cells = line.split("\t")
        if len(cells) == 7 and cells[1].isdecimal() and cells[2].isdecimal():
            yield Place(cells[0], int(cells[1]), int(cells[2]), *cells[3:])


def write(path: Path, text: str) -> None:
    """A file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
