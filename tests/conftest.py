"""Options of the test run. `--update` writes the expected records of the fixtures anew and fails once."""

from __future__ import annotations

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="write expected.json of fixtures whose record differs, and fail, so that a person looks at the difference",
    )


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Tests wait for servers, processes and pauses of crawls a third of their time: one worker more than there are cores."""
    return (os.cpu_count() or 1) + 1
