"""Times several ways to do a thing in rounds A B C A B C …, and compares them within each round.
A machine that is busy for a while slows a whole round, and leaves the ratios within it nearly as they were; what is
timed is the processor time of this process, which others that want the same core do not lengthen.
Every turn takes documents that no turn before it has seen, so that what is remembered of documents helps as much as it
does in a folder of many, and no more."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Case:
    """One thing to time: `run` on each of some `documents`. `every`: it takes part in every n-th round only, for what is
    slow beside all others; `at_most`: on so many documents a turn."""

    run: Callable[[bytes], object]
    documents: Sequence[bytes]
    every: int = 1
    at_most: int | None = None
    seconds: list[float | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Median of the rounds' ratios, with the quartiles that say how far to trust it."""

    median: float
    low: float
    high: float


def play(cases: Mapping[str, Case], rounds: int) -> None:
    """Warms every case up, then times all of them in each round on the documents of that round; the seconds of one call
    are kept by round. Each case needs at least two documents more than rounds."""
    for case in cases.values():
        for document in case.documents[:2]:
            case.run(document)
    # What lives now is no garbage; without it each collection below looks at little.
    gc.collect()
    gc.freeze()
    try:
        for number in range(rounds):
            for case in cases.values():
                case.seconds.append(None if number % case.every else _turn(case, number, rounds))
    finally:
        gc.unfreeze()


def _turn(case: Case, number: int, rounds: int) -> float:
    share = (len(case.documents) - 2) // rounds
    first = 2 + number * share
    documents = case.documents[first : first + min(share, case.at_most or share)]
    gc.collect()  # one tool's garbage is not collected in another's time
    start = time.process_time()
    for document in documents:
        case.run(document)
    return (time.process_time() - start) / len(documents)


def ratio(over: Case, under: Case) -> Ratio:
    """How many times longer the first takes than the second."""
    pairs = zip(over.seconds, under.seconds, strict=True)
    return spread([a / b for a, b in pairs if a is not None and b is not None])


def spread(ratios: list[float]) -> Ratio:
    if len(ratios) < 2:
        return Ratio(ratios[0], ratios[0], ratios[0])
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Ratio(median, low, high)
