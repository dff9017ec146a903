"""How results reach people: data on standard output, words and progress on standard error.
What is said is left to the commands."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

SECONDS_BETWEEN_LINES = 10.0


class Stopped(BaseException):
    """SIGINT or SIGTERM came in."""


def say(text: str) -> None:
    """Words for people, in their turn among the data where both go to one place."""
    sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)


def show_json(data: Any) -> None:
    """One JSON document on standard output."""
    print(json_text(data))


def json_text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, default=str)


def show_table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> None:
    """A table: drawn on a terminal, tab-separated with a head line elsewhere; `numbers` are aligned right."""
    if not sys.stdout.isatty():
        for row in chain([heads], rows):
            print("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(head, justify="right" if head in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


@contextmanager
def progress(total: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A function to tell how many documents more are done: a bar on a terminal, a line now and then elsewhere."""
    if quiet:
        yield lambda n: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("parsing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("parsing", total=total)
            yield lambda n: bar.advance(task, n)
    else:
        done, last = 0, time.monotonic()

        def line(n: int) -> None:
            nonlocal done, last
            done += n
            if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                say(f"{done} of {total} documents")

        yield line


def number(value: float | int | None, unknown: str = "?") -> str:
    """A number as people write it; `unknown` for None, never 0."""
    if value is None:
        return unknown
    return str(int(value)) if value == int(value) else f"{value:.10g}"


def shortened(text: str, room: int | None) -> str:
    """The text, cut to this many characters and then ending in …; whole without a limit."""
    return text if room is None or len(text) <= room else text[: room - 1] + "…"
