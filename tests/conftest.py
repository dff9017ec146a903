"""Options of the test run. `--update` writes the expected records of the fixtures anew and fails once."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="write expected.json of fixtures whose record differs, and fail, so that a person looks at the difference",
    )
