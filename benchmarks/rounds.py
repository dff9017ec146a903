"""Times several ways to do a thing in rounds A B C A B C …, and compares them within each round.
A machine that is busy for a while slows a whole round, and leaves the ratios within it nearly as they were."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

TURN_SECONDS = 0.004
"""A turn repeats a quick case until it has taken about this long, so that the clock and the caches do not matter."""


@dataclass(slots=True)
class Case:
    """One thing to time. `every`: it takes part in every n-th round only, for what is slow beside all others."""

    run: Callable[[], object]
    every: int = 1
    calls: int = 1
    seconds: list[float | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Median of the rounds' ratios, with the quartiles that say how far to trust it."""

    median: float
    low: float
    high: float


def play(cases: Mapping[str, Case], rounds: int) -> None:
    """Warms every case up, then times all of them in each round; the seconds of one call are kept by round."""
    for case in cases.values():
        case.run()
        start = time.perf_counter()
        case.run()
        case.calls = max(1, round(TURN_SECONDS / (time.perf_counter() - start)))
    # What lives now is no garbage; without it each collection below looks at little.
    gc.collect()
    gc.freeze()
    try:
        for number in range(rounds):
            for case in cases.values():
                case.seconds.append(None if number % case.every else _turn(case))
    finally:
        gc.unfreeze()


def _turn(case: Case) -> float:
    gc.collect()  # one tool's garbage is not collected in another's time
    start = time.perf_counter()
    for _ in range(case.calls):
        case.run()
    return (time.perf_counter() - start) / case.calls


def ratio(over: Case, under: Case) -> Ratio:
    """How many times longer the first takes than the second."""
    pairs = zip(over.seconds, under.seconds, strict=True)
    return spread([a / b for a, b in pairs if a is not None and b is not None])


def spread(ratios: list[float]) -> Ratio:
    if len(ratios) < 2:
        return Ratio(ratios[0], ratios[0], ratios[0])
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Ratio(median, low, high)
