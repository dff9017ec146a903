"""An archive as it lies on the disk, against what its manifests say was written: every damage named, the rest counted as
intact. Nothing is repaired; what must be asked for again is listed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.scraper import manifest
from gongkai.scraper.archive import OPEN
from gongkai.scraper.manifest import Place
from gongkai.scraper.records import Record, records


class NotAnArchive(Exception):
    """There is no archive in this folder."""


class Problem(NamedTuple):
    """One thing that is not as it was written."""

    file: str
    offset: int  # -1: the file as a whole
    what: str
    uri: str = ""


@dataclass
class Verified:
    """What was found. `again`: addresses whose answer is lost; `damaged`: files with intact records between."""

    files: int = 0
    records: int = 0  # intact
    problems: list[Problem] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    open_files: list[str] = field(default_factory=list)  # of a night under way: checked record by record only
    intact: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # of damaged files: offset and length


def verify(archive: Path) -> Verified:
    """Checks everything. Raises NotAnArchive."""
    if not (archive / "warc").is_dir() and not (archive / manifest.FOLDER).is_dir():
        raise NotAnArchive(f"{archive}: no archive: neither warc nor manifest in it")
    found = Verified()
    listed: dict[str, tuple[int, str]] = {}
    places: dict[str, list[Place]] = {}
    for told in _manifests(archive, found):
        _take(archive, told, listed, places, found)
    written = {place.sha256 for each in places.values() for place in each}
    newest = max((path.stem for path in (archive / manifest.FOLDER).glob("*.json")), default="")
    lost: list[Place] = []
    held: set[str] = set()
    for path in sorted(archive.glob("warc/*/*/*/*")):
        if not path.is_file():
            if (kept := path.relative_to(archive).as_posix()) not in listed:
                found.problems.append(Problem(kept, -1, "no file: a folder, or a link to something else"))
            continue
        name = path.relative_to(archive).as_posix()
        found.files += 1
        if name in listed and manifest.digest(path) == listed[name]:
            found.records += len(places.get(name, ()))
        elif name.endswith(OPEN) or (name not in listed and newest and newest < _night_of(path)):
            found.open_files.append(name)  # also a file that was closed in a night which has not ended
            _record_by_record(path, name, found)
        elif name not in listed:
            found.problems.append(Problem(name, -1, "a closed file that no manifest names: its manifest is lost, or its night never ended"))
            _record_by_record(path, name, found)
        else:
            lost += _compare(path, name, places.get(name), written, found, held)
    for name in sorted(listed):
        if name.startswith("warc/") and not (archive / name).is_file():
            found.problems.append(Problem(name, -1, "the file is missing"))
            lost += places.get(name, ())
    _ask_again(archive, [place for place in lost if place.sha256 not in held], found)
    return found


def _night_of(path: Path) -> str:
    """The night in a file's name; "" for a name that is not ours."""
    parts = path.name.split("-")
    return parts[1] if len(parts) > 2 and parts[0] == "gongkai" else ""


def _manifests(archive: Path, found: Verified) -> Iterator[dict[str, Any]]:
    """All nights, the newest first, each checked against the digest that the next one holds of it."""
    folder = archive / manifest.FOLDER
    names = {path.name for path in folder.glob("*.json")}
    link = _json(folder / manifest.HEAD, found)
    seen: set[str] = set()
    while link:
        name, sha256 = str(link.get("manifest")), link.get("sha256")
        if name in seen:
            break
        seen.add(name)
        if name not in names:
            found.problems.append(Problem(f"{manifest.FOLDER}/{name}", -1, "the manifest is missing"))
            break
        told = _json(folder / name, found)
        if (folder / name).is_file() and manifest.digest(folder / name)[1] != sha256:
            found.problems.append(Problem(f"{manifest.FOLDER}/{name}", -1, "the manifest was altered"))
        if told is None:
            break
        yield told
        link = told.get("previous") if isinstance(told.get("previous"), dict) else None
    for name in sorted(names - seen):
        found.problems.append(Problem(f"{manifest.FOLDER}/{name}", -1, "not in the chain of manifests"))
        if (told := _json(folder / name, found)) is not None:
            yield told
    if names and not seen:
        found.problems.append(Problem(f"{manifest.FOLDER}/{manifest.HEAD}", -1, "missing or damaged"))


def _json(path: Path, found: Verified) -> dict[str, Any] | None:
    if not path.exists():
        return None
    try:
        told = json.loads(path.read_bytes().decode("utf-8"))
        if isinstance(told, dict):
            return told
    except (ValueError, RecursionError, IsADirectoryError):
        pass
    found.problems.append(Problem(f"{manifest.FOLDER}/{path.name}", -1, "cannot be read"))
    return None


def _take(
    archive: Path, told: dict[str, Any], listed: dict[str, tuple[int, str]], places: dict[str, list[Place]], found: Verified
) -> None:
    """The files of one manifest. Its list of records is used even if it is damaged, line by line."""
    try:
        files = [(str(f["path"]), (int(f["bytes"]), str(f["sha256"]))) for f in told["files"]]
    except (KeyError, TypeError, ValueError):
        found.problems.append(Problem(manifest.FOLDER, -1, f"manifest of {told.get('night')!r} lists no files"))
        return
    for name, expected in files:
        listed[name] = expected
        path = archive / name
        if name.startswith("warc/"):
            continue
        found.files += 1
        if ".." in Path(name).parts or Path(name).is_absolute():
            found.problems.append(Problem(name[:200], -1, "a manifest names a file outside the archive"))
            continue
        if not path.is_file():
            found.problems.append(Problem(name, -1, "the file is missing"))
        elif manifest.digest(path) != expected:
            found.problems.append(Problem(name, -1, "the file was altered; it can be made again from the WARC files"))
        if name.endswith(".records.tsv") and path.is_file():
            for place in manifest.places(path):
                places.setdefault(place.file, []).append(place)


def _record_by_record(path: Path, name: str, found: Verified) -> None:
    """A file of which nothing is known but itself."""
    group: list[Record] = []
    for record in records(path):
        if record.problem:
            found.problems.append(Problem(name, record.offset, record.problem, record.uri))
            if record.uri:
                found.again.append(record.uri)
            found.intact.setdefault(name, [])
            continue
        found.records += 1
        found.intact.setdefault(name, []).append((record.offset, record.length))
        group = [] if record.type in ("metadata", "warcinfo") else [*group, record]
    if group:
        found.problems.append(Problem(name, group[0].offset, "the last exchange has no end", group[0].uri))
        found.again.append(group[0].uri)


def _compare(
    path: Path, name: str, expected: list[Place] | None, written: set[str], found: Verified, held: set[str]
) -> list[Place]:
    """A file that is not as it was: which records still are, which moved, which are lost."""
    found.problems.append(Problem(name, -1, "the file was altered"))
    there: dict[str, int] = {}
    known = {place.sha256 for place in expected or ()}
    intact = found.intact.setdefault(name, [])
    for record in records(path):
        if record.problem:
            found.problems.append(Problem(name, record.offset, record.problem, record.uri))
            if expected is None and record.uri:
                found.again.append(record.uri)
            continue
        if record.sha256[:32] in there:
            found.problems.append(Problem(name, record.offset, "a record that is there twice", record.uri))
        there.setdefault(record.sha256[:32], record.offset)
        found.records += expected is None or record.sha256[:32] in written
        intact.append((record.offset, record.length))
        if expected is not None and record.sha256[:32] not in known:
            found.problems.append(Problem(name, record.offset, "a record that was not written here", record.uri))
    held.update(there)
    lost, last = [], -1
    for place in expected or ():
        at = there.get(place.sha256)
        if at is None:
            found.problems.append(Problem(name, place.offset, f"the {place.type} record is lost", place.uri))
            lost.append(place)
        elif at < last:  # a mere shift has its cause in the lines before
            found.problems.append(Problem(name, place.offset, f"the {place.type} record lies at {at} now", place.uri))
        last = last if at is None else max(at, last)
    return lost


def _ask_again(archive: Path, lost: list[Place], found: Verified) -> None:
    """Addresses whose answer is lost, also those that only refer to a lost one."""
    gone = {place.record for place in lost if place.type in ("response", "revisit")}
    again = {*found.again, *(place.uri for place in lost if place.type in ("response", "revisit"))}
    if gone:
        for path in filter(Path.is_file, sorted(archive.glob("warc/*/*/*/*"))):
            for record in records(path):
                if record.type == "revisit" and record.headers.get("warc-refers-to", "").strip("<>") in gone:
                    again.add(record.uri)
    found.again = sorted(again)


def salvage(archive: Path, found: Verified, out: Path) -> list[Path]:
    """Copies the intact records of damaged files to files of their own. Raises OSError."""
    made = []
    for name, spans in found.intact.items():
        if not spans or not any(problem.file == name for problem in found.problems):
            continue
        target = out / name.removesuffix(OPEN)
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(archive / name, "rb") as source, open(target, "xb") as copy:
            for offset, length in spans:
                source.seek(offset)
                copy.write(source.read(length))
        made.append(target)
    return made
