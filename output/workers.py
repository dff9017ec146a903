"""Documents → rows, on all cores: one process a core, each given a few documents at a time.
A process that dies or takes too long costs the one document it was at; results come in the order of the documents."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import NamedTuple

from gongkai.output.conversion import convert
from gongkai.output.documents import Document, TooLarge, Unreadable, digest_of_file, linked_files, read, together
from gongkai.output.rows import Entry, Rows, build, entries, rejected
from gongkai.parsers import PARSER_VERSION, parse_all
from gongkai.parsers.readers.outside import Outside

DOCUMENTS_AT_ONCE = 32
BYTES_AT_ONCE = 4 * 2**20
SECONDS_A_DOCUMENT = 300.0
"""A document that takes longer is given up. A usual page takes milliseconds."""
MEMORY_A_PROCESS = 900 * 2**20
"""Bytes of data a process may take for documents; a page that takes more to parse is given up, not the machine's memory."""
SMALL_INPUT_BYTES = 2**18
"""Up to this much in at most `SMALL_INPUT_DOCUMENTS` files is parsed without starting processes."""
SMALL_INPUT_DOCUMENTS = 4


class Outcome(NamedTuple):
    """What became of one document: `problem` is a line for people when it could not be read or broke the parser."""

    source: str
    sha256: str | None
    report_ids: tuple[str, ...]
    statuses: tuple[str, ...]
    problem: str | None = None


class Done(NamedTuple):
    """A batch of documents with their rows."""

    outcomes: list[Outcome]
    rows: Rows


def run(documents: Sequence[Document], jobs: int) -> Generator[Done, None, None]:
    """The rows of all documents, batch after batch in the order given; `jobs` processes work at them."""
    batches = _batches(documents)
    small = len(documents) <= SMALL_INPUT_DOCUMENTS and sum(d.size for d in documents) <= SMALL_INPUT_BYTES
    if small:
        yield from map(parse_batch, batches)
    else:
        yield from _in_processes(batches, min(jobs, len(batches)))


def parse_batch(documents: Sequence[Document], begun: Callable[[], None] = lambda: None) -> Done:
    """Reads and parses documents one after the other. Never raises: what fails becomes a rejected row with its reason.
    A document with the same bytes as an earlier one of the batch gets an outcome without reports, and no rows; so does
    one that is part of the report of a page before it. `begun` is called when a document's turn comes."""
    seen: set[str] = set()
    used: set[bytes] = set()  # files that a report's page shows or attaches: parts of that report
    found = []
    for d in documents:
        begun()
        found.append(_Found(None, []) if d.path in used else _from_archive(d, _read_and_parse(d, seen, used)))
    try:
        rows = build([e for f in found for e in f.entries], PARSER_VERSION)
    except Exception:  # some value cannot be a row: find whose it is
        found = [_checked(d, f) for d, f in zip(documents, found, strict=True)]
        rows = build([e for f in found for e in f.entries], PARSER_VERSION)
    return Done([_outcome(d, f) for d, f in zip(documents, found, strict=True)], rows)


class _Found(NamedTuple):
    """The reports of one document, and a line for people when its bytes could not be had or the parser failed."""

    sha256: str | None
    entries: list[Entry]
    problem: str | None = None


def _outcome(document: Document, found: _Found) -> Outcome:
    ids = tuple(e.report_id for e in found.entries)
    return Outcome(document.source, found.sha256, ids, tuple(e.report.status for e in found.entries), found.problem)


def _read_and_parse(document: Document, seen: set[str], used: set[bytes]) -> _Found:
    try:
        body = read(document)
    except Unreadable as error:
        return _Found(None, [rejected(document.source, str(error))], str(error))
    except TooLarge as error:
        return _Found(None, [rejected(document.source, str(error))])
    except MemoryError:
        return _failed(document, None, "cannot be read: not enough memory")
    sha256 = hashlib.sha256(body).hexdigest()
    if sha256 in seen:
        return _Found(sha256, [])
    seen.add(sha256)
    try:
        asked: set[bytes] = set()
        refers = document.refers or document.attached or (document.record and document.record.attached)
        outside = Outside(linked_files(document, asked), convert) if refers else Outside(convert=convert)
        reports = parse_all(body, outside=outside)
    except Exception as error:
        return _failed(document, sha256, _fault(error))
    if any(r.status != "rejected" for r in reports):
        used |= asked
    found = entries(document.source, sha256, reports)
    return _Found(sha256, found or [rejected(document.source, "no report found", sha256)])


def _from_archive(document: Document, found: _Found) -> _Found:
    """With where the document lies, if it lies in a web archive."""
    if document.record is None:
        return found
    capture, at = document.record.capture, document.record.at
    return found._replace(entries=[e._replace(capture=capture, fetched_at=at) for e in found.entries])


def _checked(document: Document, found: _Found) -> _Found:
    try:
        build(found.entries, PARSER_VERSION)
    except Exception as error:
        return _failed(document, found.sha256, _fault(error))
    return found


def _failed(document: Document, sha256: str | None, reason: str) -> _Found:
    return _Found(sha256, [rejected(document.source, reason, sha256)], reason)


def _fault(error: Exception) -> str:
    """Why the parser could not handle a document, with the place in the code, so that it can be mended."""
    if isinstance(error, MemoryError):
        return "not enough memory to parse it"
    where = error.__traceback__
    while where and where.tb_next:
        where = where.tb_next
    place = f"{os.path.basename(where.tb_frame.f_code.co_filename)} line {where.tb_lineno}" if where else "?"
    return f"the parser failed on it ({type(error).__name__} in {place}); please report this document"


def _batches(documents: Sequence[Document]) -> list[list[Document]]:
    """Documents a few at a time; the cut depends on the documents alone, so that any number of jobs gives one result."""
    batches: list[list[Document]] = []
    size = 0
    for group in together(documents):
        more = sum(d.size for d in group)
        if not batches or len(batches[-1]) >= DOCUMENTS_AT_ONCE or size + more > BYTES_AT_ONCE:
            batches.append([])
            size = 0
        batches[-1] += group
        size += more
    return batches


@dataclass(slots=True)
class _Task:
    """Some documents of one batch: all of them, or a single one after a process died over the batch."""

    batch: int
    part: int
    documents: list[Document]


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    task: _Task | None = None
    since: float = 0.0


@dataclass(slots=True)
class _Batch:
    """Results of one batch by part; complete when all of its `parts` are there."""

    parts: int = 1
    done: dict[int, Done] = field(default_factory=dict)


def _serve(pipe: Connection) -> None:
    """The life of a process: parse what comes through the pipe until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(ImportError, OSError, ValueError):  # Windows has no such limit, and a lower one may be set already
        import resource

        most = _data_held() + MEMORY_A_PROCESS
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    while True:
        try:
            pipe.send(parse_batch(pipe.recv(), lambda: pipe.send(None)))
        except (EOFError, OSError):
            return


def _data_held() -> int:
    """Bytes of data that the process has reserved before it parses anything: libraries reserve a gigabyte and use none."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _start(context: multiprocessing.context.ForkServerContext | multiprocessing.context.SpawnContext) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _context() -> multiprocessing.context.ForkServerContext | multiprocessing.context.SpawnContext:
    """Processes that share nothing with this one's threads: forked from a clean server where there is one."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    # pyarrow imports pandas at the first array it makes, 0.2 s: once in the server is enough.
    context.set_forkserver_preload([__name__, "gongkai.output.cli", "pandas"])
    return context


def _in_processes(
    batches: Sequence[list[Document]], jobs: int, clock: Callable[[], float] = time.monotonic
) -> Iterator[Done]:
    context = _context()
    workers = [_start(context) for _ in range(jobs)]
    ahead = 4 * jobs  # batches that may wait for an earlier one, so that memory stays bounded
    tasks: deque[_Task] = deque()
    results: dict[int, _Batch] = {}
    given = written = 0
    try:
        while written < len(batches):
            while given < len(batches) and given < written + ahead:
                tasks.append(_Task(given, 0, batches[given]))
                results[given] = _Batch()
                given += 1
            for worker in workers:
                if worker.task is None and tasks:
                    worker.task, worker.since = tasks.popleft(), clock()
                    with suppress(OSError):  # it is dead: found below
                        worker.pipe.send(worker.task.documents)
            wait([w.pipe for w in workers if w.task], timeout=1.0)
            for i, worker in enumerate(workers):
                if worker.task is None:
                    continue
                if (done := _answer(worker, clock)) is not None:
                    results[worker.task.batch].done[worker.task.part] = done
                    worker.task = None
                elif reason := _given_up(worker, clock()):
                    _after_death(worker.task, reason, tasks, results)
                    _end(worker)
                    workers[i] = _start(context)
            while written in results and len(results[written].done) == results[written].parts:
                batch = results.pop(written)
                for part in range(batch.parts):
                    yield batch.done[part]
                written += 1
    finally:
        for worker in workers:
            _end(worker)


def _answer(worker: _Worker, clock: Callable[[], float]) -> Done | None:
    """What the process sent back, None when nothing is there (yet, or ever: then it is dead). A word that the next
    document's turn has come starts its time: scans of a batch take seconds each."""
    try:
        while worker.pipe.poll():
            answer: Done | None = worker.pipe.recv()
            if answer is not None:
                return answer
            worker.since = clock()
    except (EOFError, OSError):
        worker.process.join(1.0)
    return None


def _given_up(worker: _Worker, now: float) -> str | None:
    """Why the process will not answer any more; None while it may."""
    code = worker.process.exitcode
    if code is not None:
        if code == -signal.SIGKILL:
            return "the parser was killed at this document, most likely for want of memory"
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"the parser died at this document ({cause}); please report it"
    if now - worker.since > SECONDS_A_DOCUMENT:
        return f"not parsed within {SECONDS_A_DOCUMENT:.0f} seconds"
    return None


def _after_death(task: _Task, reason: str, tasks: deque[_Task], results: dict[int, _Batch]) -> None:
    """Rejects the document at fault; when several were at hand, each is tried again by itself to find it."""
    if len(task.documents) > 1:
        results[task.batch] = _Batch(len(task.documents))
        tasks.extendleft(_Task(task.batch, i, [d]) for i, d in reversed(list(enumerate(task.documents))))
        return
    [document] = task.documents
    sha256 = digest_of_file(document.path)
    found = _failed(document, sha256, reason)
    results[task.batch].done[task.part] = Done([_outcome(document, found)], build(found.entries, PARSER_VERSION))


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()
