"""Options of the test run. `--update` writes the expected records of the fixtures anew and fails once."""

from __future__ import annotations

import os
from itertools import groupby

import pytest
from hypothesis import settings

# The suite says the same twice, on a slow machine too; `make accuracy` looks for new examples, and for many more of them.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("GONGKAI_EXAMPLES", "same"))


LONG = (
    "test_pictures", "test_cli", "test_builds_killed", "test_faults", "test_bad_input", "test_full_disk", "test_nightly_killed",
    "test_building", "test_importing", "test_crawl_killed", "test_nightly", "test_exports", "test_crawl_night", "test_pdf",
    "test_crawl_cli", "test_sites", "test_samplesite", "test_office", "test_office_bad_input", "test_crawl_security", "test_growing", "test_generated",
)  # fmt: skip
"""Modules that take most time, the longest first: what is begun last must not be what everybody waits for."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="write expected.json of fixtures whose record differs, and fail, so that a person looks at the difference",
    )


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Tests wait for servers, processes and pauses of crawls a third of their time: one worker more than there are cores."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker is given as many tests of the list in a row, and what is left over is shared in the end: so the long modules are dealt
    out to the beginnings of these rows. A module stays together, for it makes its datasets once."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1:
        return
    modules = {path: [*tests] for path, tests in groupby(items, lambda item: item.path)}
    long = sorted((path for path in modules if path.stem in LONG), key=lambda path: LONG.index(path.stem))
    shares: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for number, path in enumerate(long):
        turn, place = divmod(number, workers)
        shares[place if turn % 2 == 0 else -1 - place].extend(modules.pop(path))
    rest = [test for tests in modules.values() for test in tests]
    ordered: list[pytest.Item] = []
    for number, share in enumerate(shares):
        room = (len(items) - len(ordered)) // (workers - number) - len(share)
        ordered += share + rest[: max(0, room)]
        del rest[: max(0, room)]
    items[:] = ordered + rest
