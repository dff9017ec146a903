"""Two processes against one, over the same documents, through the pool that the commands use.
Plain arithmetic in two processes, in the same rounds, tells what the machine had to give."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import pages
from benchmarks.rounds import Ratio, spread
from gongkai.output.documents import Document, find
from gongkai.output.workers import run

_STEPS = 4_000_000


@contextmanager
def _files(count: int) -> Iterator[list[Document]]:
    with TemporaryDirectory() as folder:
        for report in pages.documents(count):
            (Path(folder) / report.name).write_bytes(report.body)
        yield find([folder], "")[0]


def _parse_all(documents: list[Document], jobs: int) -> float:
    start = time.perf_counter()
    for _ in run(documents, jobs):
        pass
    return time.perf_counter() - start


def arithmetic(steps: int) -> int:
    total = 0
    for n in range(steps):
        total += n
    return total


def _arithmetic(pool: ProcessPoolExecutor, parts: int) -> float:
    """The same work in one part, or in two at once."""
    start = time.perf_counter()
    list(pool.map(arithmetic, [2 * _STEPS // parts] * parts))
    return time.perf_counter() - start


def two_against_one(count: int, rounds: int) -> tuple[Ratio, Ratio]:
    """How many times faster two processes are: at `count` documents, and at plain arithmetic."""
    ours: list[float] = []
    machine: list[float] = []
    with _files(count) as documents, ProcessPoolExecutor(2, get_context("spawn")) as pool:
        # the first run starts the server that later processes are forked from
        _parse_all(documents, 2)
        _arithmetic(pool, 2)
        for _ in range(rounds):
            ours.append(_parse_all(documents, 1) / _parse_all(documents, 2))
            machine.append(_arithmetic(pool, 1) / _arithmetic(pool, 2))
    return spread(ours), spread(machine)
