"""A night's files, their digests and those of the night before: nothing can be altered unnoticed.
Comparing them with what lies on the disk is left to `verify.py`."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.scraper import cdxj
from gongkai.scraper.archive import sync_folder
from gongkai.scraper.records import records
from gongkai.scraper.written import INDEXED, Notes, place_line

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


def close_night(archive: Path, night: str, noted: Mapping[str, Notes] | None = None) -> Path:
    """Writes the index and the manifest of a night whose WARC files are closed. Again is the same: a manifest that
    stands is not written twice. `noted`: what this process itself wrote, by file; all other files are read."""
    target = archive / FOLDER / f"{night}.json"
    if not target.exists():
        y, m, d = night[:4], night[4:6], night[6:8]
        known = dict(noted or {})
        files = sorted((archive / "warc" / y / m / d).glob(f"gongkai-{night}-*.warc.gz"))
        told: dict[str, Any] = {"night": night, "previous": _head(archive), "records": 0, "files": []}
        found: list[str] = []

        def places() -> Iterator[str]:
            for path in files:
                name = path.relative_to(archive).as_posix()
                notes = known.get(name)
                if notes is not None and not notes.tell(path.stat().st_size):
                    del known[name]
                    notes = None
                for line in notes.lines() if notes is not None else _read(path, name):
                    if line.startswith(INDEXED):
                        found.append(line.removeprefix(INDEXED))
                    else:
                        told["records"] += 1
                        yield line

        index, listed = archive / INDEX / f"{night}.cdxj", archive / FOLDER / f"{night}.records.tsv"
        write(listed, places())
        write(index, sorted(found))
        for path in (*files, index, listed):
            name = path.relative_to(archive).as_posix()
            size, sha256 = (known[name].size, known[name].sha256) if name in known else digest(path)
            told["files"].append({"path": name, "bytes": size, "sha256": sha256})
        write(target, [json.dumps(told, ensure_ascii=False, indent=1), "\n"])
    head = {"manifest": target.name, "sha256": digest(target)[1]}
    before = _head(archive)
    is_next = json.loads(target.read_text(encoding="utf-8"))["previous"] == before
    if is_next and before != head:
        write(archive / FOLDER / HEAD, [json.dumps(head), "\n"])
    return target


def _read(path: Path, name: str) -> Iterator[str]:
    """The lines of a file of which nothing is known but itself, as `Notes.lines` gives them."""
    for record in records(path):
        yield place_line(name, record.offset, record.length, record.sha256, record.type, record.id, record.uri)
        if line := cdxj.line_of(record, name):
            yield f"{INDEXED}{line.text()}\n"


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


def write(path: Path, lines: Iterable[str]) -> None:
    """A file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(lines)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
