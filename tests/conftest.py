"""Options of the test run. `--update` writes the expected records of the fixtures anew and fails once."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# The suite says the same twice, on a slow machine too; `make accuracy` looks for new examples, and for many more of them.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("GONGKAI_EXAMPLES", "same"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="write expected.json of fixtures whose record differs, and fail, so that a person looks at the difference",
    )


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Tests wait for servers, processes and pauses of crawls a third of their time: one worker more than there are cores."""
    return (os.cpu_count() or 1) + 1
