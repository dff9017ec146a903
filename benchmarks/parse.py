"""`python -m benchmarks.parse`: what reading a report costs, as ratios to other tools in the same run.
Limits and goals stand beside the ratios; a limit that is exceeded is said, and fails nothing: machines differ."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from benchmarks import memory, pages, rivals
from benchmarks.cores import two_against_one
from benchmarks.rounds import Case, Ratio, play, ratio
from gongkai.parsers import LARGEST_BODY, parse
from gongkai.parsers.readers import text

_PAGE = "100 kB page"
_EXPORT = "400 kB Word export"
_LONG = {"page": _PAGE, "export": _EXPORT}
_OURS = {
    _PAGE: (pages.html_pages, 8),
    _EXPORT: (pages.word_exports, 3),
    "flattened text": (pages.flattened_texts, 24),
    "Markdown": (pages.markdowns, 12),
}
"""What makes the documents of each kind, and how many are read in a turn: some milliseconds' worth."""
_STRANGE = "flattened text, labels not printed before"
_TREE = "lxml.etree.HTML"
_TWO_FREE_CORES = 1.8
"""What two processes must make of plain arithmetic before anything is said of ours: a busy machine has no second core."""
_LARGE = 20_000_000
_MEMORY_LIMIT = 2**30 / LARGEST_BODY
"""A page of the largest size that is read at all must not take more than a gigabyte."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: `what` is so many times `over`; a limit and a goal are bounds on that."""

    what: str
    over: str
    ratio: Ratio
    limit: float | None = None
    goal: float | None = None
    at_least: bool = False
    measurable: bool = True

    def verdict(self) -> str:
        """Whether the limit holds (ok, over) and the goal is reached; nothing where there is neither."""
        if self.limit is None and self.goal is None:
            return ""
        if not self.measurable:
            return "machine busy"
        if self.limit is not None and not self._within(self.limit):
            return "over"
        if self.goal is not None and not self._within(self.goal):
            return "ok, goal not reached" if self.limit is not None else "goal not reached"
        return "ok"

    def _within(self, bound: float) -> bool:
        # as printed: a ratio that prints as its bound is within it
        shown = round(self.ratio.median, 2)
        return shown >= bound if self.at_least else shown <= bound


def main(argv: Sequence[str] | None = None) -> int:
    """Measures, prints the table (or JSON), and ends with 0 whatever the ratios are."""
    options = _options(argv)
    say = sys.stderr.write if options.json else sys.stdout.write
    say(f"{_machine()}\n")
    rows: list[Row] = []
    missing: list[str] = []
    rows += _speed(options.rounds, missing)
    rows += _cores(options.documents, max(3, options.rounds // 4))
    rows += _memory()
    if options.json:
        print(json.dumps(_as_json(rows, missing), ensure_ascii=False, indent=2))
    else:
        print(_table(rows))
        for line in missing:
            print(line)
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parse", description=__doc__)
    parser.add_argument("--json", action="store_true", help="write the ratios as JSON")
    parser.add_argument("--rounds", type=int, default=30, metavar="N", help="rounds of all tools (default: 30)")
    parser.add_argument("--documents", type=int, default=600, metavar="N", help="documents for two processes")
    options = parser.parse_args(argv)
    if options.rounds < 2 or options.documents < 100:
        parser.error("at least 2 rounds and 100 documents")
    return options


def _machine() -> str:
    tools = ", ".join(f"{name} {number}" for name, number in rivals.versions().items())
    busy = f"; load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {tools}{busy}"


def _speed(rounds: int, missing: list[str]) -> Iterator[Row]:
    """Records of four documents and other tools on the page, all in the same rounds."""
    bodies = {name: make(2 + rounds * share) for name, (make, share) in _OURS.items()}
    tree = rivals.load(rivals.LXML)
    assert not isinstance(tree, str)
    cases: dict[str, Case] = {}
    for name, documents in bodies.items():
        cases[name] = Case(parse, documents)
    make, share = _OURS["flattened text"]
    cases[_STRANGE] = Case(_as_the_first, make(2 * (2 + rounds * share))[2 + rounds * share :])
    cases[f"{_TREE} page"] = Case(tree, bodies[_PAGE])
    cases[f"{_TREE} export"] = Case(tree, bodies[_EXPORT])
    present: list[str] = []
    for rival in rivals.RIVALS:
        read = rivals.load(rival)
        if isinstance(read, str):
            missing.append(read)
            continue
        present.append(rival.name)
        cases[rival.name] = Case(read, bodies[_PAGE], rival.every, at_most=1)
    play(cases, rounds)
    for name, documents in bodies.items():  # not before: what is remembered of a document would make it quick to read
        for body in documents:
            if (record := parse(body)).status != "ok":
                raise SystemExit(f"{name}: read as {record.status} ({record.reason}); what it costs says nothing")

    for what, document, limit, goal in (
        (_PAGE, "page", 2.0, 1.7),
        (_EXPORT, "export", 2.0, 1.3),
        ("flattened text", "page", 0.2, 0.15),
        (_STRANGE, "page", None, None),
        ("Markdown", "page", None, None),
    ):
        over = cases[f"{_TREE} {document}"]
        yield Row(f"record, {what}", f"{_TREE}, {_LONG[document]}", ratio(cases[what], over), limit, goal)
    least = {"pandas.read_html": 3.0, "docling, HTML backend": 50.0}
    for name in present:
        goal = 10.0 if name.startswith("BeautifulSoup") else least.get(name)
        yield Row(f"{name}, 100 kB page", "record of the page", ratio(cases[name], cases[_PAGE]), None, goal, True)


def _as_the_first(body: bytes) -> object:
    """A record of a text whose tables no text before it has printed with the same labels."""
    known = getattr(text, "recognised")  # noqa: B009, the module gives it to nobody
    setattr(text, "recognised", lambda _: None)  # noqa: B010
    try:
        return parse(body)
    finally:
        setattr(text, "recognised", known)  # noqa: B010


def _cores(documents: int, rounds: int) -> Iterator[Row]:
    ours, machine = two_against_one(documents, rounds)
    free = machine.median >= _TWO_FREE_CORES
    yield Row(f"{documents} documents by one process", "by two", ours, 1.6, 1.7, True, free)
    yield Row("plain arithmetic by one process", "by two", machine)


def _memory() -> Iterator[Row]:
    """Peak growth of a process over the size of the document it reads."""
    for name, body in ((_EXPORT, pages.word_exports(1)[0]), ("20 MB page", pages.large_page(_LARGE))):
        grown = {tool: memory.growth(tool, body, pages.flattened_texts(1)[0]) for tool in memory.TOOLS}
        record, tree = grown["record"], grown["tree"]
        if record is None or tree is None:
            return
        yield Row(f"peak memory, record, {name}", "its size", _once(record / len(body)), _MEMORY_LIMIT)
        yield Row(f"peak memory, {_TREE}, {name}", "its size", _once(tree / len(body)))


def _once(value: float) -> Ratio:
    return Ratio(value, value, value)


def _bound(row: Row, bound: float | None) -> str:
    return "" if bound is None else f"{'≥' if row.at_least else '≤'} {bound:g}"


def _table(rows: Sequence[Row]) -> str:
    heads = ("what", "over", "ratio", "middle half", "limit", "goal", "")
    cells = [
        (
            row.what,
            row.over,
            f"{row.ratio.median:.2f}",
            "" if row.ratio.low == row.ratio.high else f"{row.ratio.low:.2f}–{row.ratio.high:.2f}",
            _bound(row, row.limit),
            _bound(row, row.goal),
            row.verdict(),
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    lines = [heads, tuple("-" * width for width in widths), *cells]
    return "\n".join(
        "| " + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def _as_json(rows: Sequence[Row], missing: Sequence[str]) -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": rivals.versions(),
        "bytes": {name: len(make(1)[0]) for name, (make, _) in _OURS.items()},
        "ratios": [{**asdict(row), "verdict": row.verdict()} for row in rows],
        "missing": list(missing),
    }


if __name__ == "__main__":
    sys.exit(main())
