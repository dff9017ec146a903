"""Files and folders that are to be imported → what is taken from each, attachments with their pages.
Reading one kind of file is left to `foreign.py`, `saved.py` and `copylists.py`, keeping to `importing.py`."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gongkai.scraper import foreign
from gongkai.scraper.attachments import companions
from gongkai.scraper.challenge import detect
from gongkai.scraper.copylists import LONGEST_LINE
from gongkai.scraper.foreign import Body, Foreign
from gongkai.scraper.importing import Importer, Take, address, when
from gongkai.scraper.likely import kind_of, looks_like_report
from gongkai.scraper.saved import NotTaken, Saved, read_saved, sidecars
from gongkai.scraper.settle import soft_404
from gongkai.scraper.wire import Broken, TooLarge

LARGEST_LIST = 64_000_000
"""Bytes of a list of copies that is read as one JSON document; a larger one must have a row a line."""
LISTS = (".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz", ".cdx.json")
Refers = Callable[[Path], Sequence[tuple[str, Path]]]
"""Which files beside a saved page it refers to: the reference as printed, and the file."""


def gather(importer: Importer, paths: Sequence[str], *, url: str = "", everything: bool = False, refers: Refers) -> None:
    """Takes all that is in these files and folders. Raises FileNotFoundError for one that does not exist, OSError."""
    files = [found for path in paths for found in _files(Path(path))]
    archives = [p for p in files if foreign.is_warc(p.name) or foreign.is_wacz(p.name)]
    lists = [p for p in files if p.name.lower().endswith(LISTS)]
    pages = [p for p in files if p not in archives and p not in lists]
    _saved(importer, pages, url, refers)
    _archives(importer, archives, everything)
    for path in lists:
        try:
            importer.note_copies(_lines(path), str(path))
        except (OSError, EOFError, zlib.error) as error:
            importer.done.problem(str(path), f"cannot be read: {error}")


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        path.stat()
        yield path
        return
    for parent, folders, names in os.walk(path):
        stems = {n.rpartition(".")[0] for n in names if n.lower().endswith((".html", ".htm"))}
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f.removesuffix("_files") not in stems)
        for name in sorted(names):
            found = Path(parent) / name
            if not name.startswith(".") and not name.lower().endswith(".url") and found.is_file() and not found.is_symlink():
                yield found


def _lines(path: Path) -> Iterator[str]:
    if path.name.lower().endswith(".json") and path.stat().st_size <= LARGEST_LIST:
        # One array in one line, or spread over lines: what a tool made of an answer that had a row a line.
        try:
            rows = json.loads(path.read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError):
            rows = None
        if isinstance(rows, list) and all(isinstance(row, (list, dict)) for row in rows):
            yield from (json.dumps(row) for row in rows)
            return
    opened = gzip.open(path, "rb") if path.name.lower().endswith(".gz") else open(path, "rb")  # noqa: SIM115
    with opened as stream:
        while line := stream.readline(LONGEST_LINE + 2):
            yield line.decode("utf-8", "replace")


# saved by hand


def _saved(importer: Importer, paths: Sequence[Path], url: str, refers: Refers) -> None:
    used: set[Path] = set()
    meant = {path: tuple(refers(path)) for path in paths}
    for path in sorted(paths, key=lambda p: not meant[p]):  # pages before what may be part of them
        if path in used:
            continue
        try:
            saved = read_saved(path, url)
            if not kind_of(saved.body):
                raise NotTaken("neither a page nor a document: not taken")
        except NotTaken as error:
            importer.done.problem(str(path), str(error))
            continue
        except OSError as error:
            importer.done.problem(str(path), f"cannot be read: {error.strerror or error}")
            continue
        importer.take(_hand(path, saved))
        used |= _parts(importer, path, saved, meant[path])


def _hand(path: Path, saved: Saved) -> Take:
    facts = {"address-from": saved.url_from, "date-from": saved.at_from, "source-sha256": hashlib.sha256(saved.body).hexdigest()}
    named = next((str(p) for p in sidecars(path) if p.is_file()), "") if saved.url_from == "sidecar" else ""
    return Take(
        saved.url, "page", saved.at, "hand", str(path), saved.body, saved.body, "resource", saved.media_type,
        facts=facts | ({"sidecar": named} if named else {}),
    )  # fmt: skip


def _parts(importer: Importer, path: Path, saved: Saved, meant: Sequence[tuple[str, Path]]) -> set[Path]:
    """The files of a saved page, under the addresses by which it knows them."""
    used: set[Path] = set()
    found: list[tuple[str, bytes, str]] = []
    wanted = {link.url for link in companions(saved.url, saved.body)} if saved.parts else set()
    found += [(part.url, part.body, f"{path}!{part.url[:200]}") for part in saved.parts if part.url in wanted]
    for reference, file in meant:
        if file.stat().st_size <= foreign.LARGEST_BLOCK:
            found.append((reference, file.read_bytes(), str(file)))
            used.add(file)
    for reference, body, source in found:
        target = address(saved.url, reference)
        if target and body and kind_of(body) in ("document", "picture"):
            importer.take(Take(target, "attachment", saved.at, "hand", source, body, body, "resource", pages=(saved.url,),
                               facts={"address-from": "reference in the saved page"}))  # fmt: skip
    return used


# archives of other tools


@dataclass
class Answers:
    """What a first look at archives found: which records are reports, which files belong to them."""

    reports: set[tuple[str, int]] = field(default_factory=set)
    files: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # address → pages that refer to it
    places: dict[str, tuple[str, int]] = field(default_factory=dict)  # address → its first whole answer
    dates: dict[tuple[str, int], str] = field(default_factory=dict)
    sizes: dict[tuple[str, int], int] = field(default_factory=dict)  # of the body
    kinds: dict[str, str] = field(default_factory=dict)
    urls: dict[tuple[str, int], str] = field(default_factory=dict)  # of `reports`
    originals: dict[str, tuple[str, int]] = field(default_factory=dict)  # digest or record id → place
    problems: list[tuple[str, str]] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def survey(paths: Sequence[Path], everything: bool = False) -> Answers:
    """The first look. Holds one record at a time."""
    found = Answers()
    for path in paths:
        try:
            for record in foreign.records_of(path):
                _look(record, found, everything)
        except (foreign.NotPerRecord, OSError) as error:
            found.problems.append((str(path), str(error)))
    return found


def _look(record: Foreign, found: Answers, everything: bool) -> None:
    if record.problem:
        found.problems.append((record.place, f"{record.problem}{': ' + record.url if record.url else ''}"))
        return
    if record.type not in ("response", "resource"):
        return
    got = answer(record)
    if isinstance(got, str):
        if got.startswith("!"):
            found.problems.append((record.place, f"{got[1:]}: {record.url}"))
        else:
            found.skipped[got] += 1
        return
    url, body = got
    kind = kind_of(body.plain)
    if not kind:
        return
    place = (record.file, record.offset)
    found.places.setdefault(url, place)
    found.dates[place], found.sizes[place] = record.date, len(body.plain)
    found.kinds.setdefault(url, kind)
    for name in (record.headers.get("warc-payload-digest", ""), record.id):
        if name:
            found.originals.setdefault(name, place)
    if kind in ("page", "document", "text") and (everything or looks_like_report(url, body.plain)):
        found.reports.add(place)
        found.urls[place] = url
        for link in companions(url, body.plain) if kind == "page" else ():
            if target := address(url, link.url):
                found.files[target].add(url)


def answer(record: Foreign) -> tuple[str, Body] | str:
    """Address and body of a record that holds a whole page or file; else why not, with "!" where it is damage."""
    url = address(record.url, "")
    if not url or url.startswith("file:"):
        return "address that is not http or https"
    try:
        body = foreign.body_of(record)
    except (Broken, TooLarge) as error:
        return f"!{error}"
    if body.status != 200:
        return f"status {body.status}"
    if not body.plain:
        return "empty"
    if body.head.length and detect(body.head, record.block[: body.head.length], body.plain):
        return "a challenge in place of a page"
    if kind_of(body.plain) == "page" and soft_404(body.plain, "page"):
        return "a page that says it is missing"
    if when(record.date) is None:
        return "!no WARC-Date"
    return url, body


def wanted(paths: Sequence[Path], looked: Answers) -> Iterator[tuple[Foreign, str, Body, str]]:
    """The second look: each report and each file of one: record, address, body, role. Holds one record at a time."""
    for path in paths:
        try:
            for record in foreign.records_of(path):
                if found := _wanted(record, looked):
                    yield found
        except (foreign.NotPerRecord, OSError):
            continue  # told at the first look


def _wanted(record: Foreign, looked: Answers) -> tuple[Foreign, str, Body, str] | None:
    if record.problem or record.type not in ("response", "resource", "revisit"):
        return None
    place = (record.file, record.offset)
    source = record
    if record.type == "revisit":
        names = (record.headers.get("warc-refers-to", "").strip("<>"), record.headers.get("warc-payload-digest", ""))
        original = next((looked.originals[n] for n in names if n in looked.originals), None)
        if original is None:
            looked.skipped["a revisit of a record that is in none of the files"] += 1
            return None
        place, source = original, foreign.record_at(*original)
        source = source._replace(headers={**source.headers, "warc-target-uri": record.url, "warc-date": record.date})
    elif place not in looked.reports and address(record.url, "") not in looked.files:
        return None
    got = answer(source)
    if isinstance(got, str):
        return None
    url, body = got
    if record.type == "revisit":  # its own block holds a head only
        body = body._replace(verbatim=False)
    if url in looked.files and (place not in looked.reports or kind_of(body.plain) != "page"):
        return record, url, body, "attachment"
    return (record, url, body, "page") if place in looked.reports else None


def _archives(importer: Importer, paths: Sequence[Path], everything: bool) -> None:
    looked = survey(paths, everything)
    for where, what in looked.problems:
        importer.done.problem(where, what)
    digests: dict[str, str] = {}
    for record, url, body, role in wanted(paths, looked):
        base = record.file if not record.file.lower().count(".wacz!") else record.file[: record.file.lower().find(".wacz!") + 5]
        if base not in digests:
            with open(base, "rb") as stream:
                digests[base] = hashlib.file_digest(stream, "sha256").hexdigest()
        importer.take(_take(record, url, body, role, looked, digests[base]))
    importer.done.skipped.update(looked.skipped)


def _take(record: Foreign, url: str, body: Body, role: str, looked: Answers, digest: str) -> Take:
    at = when(record.date)
    assert at is not None  # `answer` saw to it
    facts = {"original-record": record.id, "source-sha256": digest}
    kind = "response" if body.head.length else "resource"
    block = body.plain if kind == "resource" else body.wire(record.block) if record.type == "response" else body.wire(b"")
    pages = tuple(sorted(looked.files.get(url, ()))) if role == "attachment" else ()
    origin = "wacz" if ".wacz!" in record.file.lower() else "warc"
    return Take(url, role, at, origin, record.place, body.plain, block, kind, body.media_type, pages, facts)
