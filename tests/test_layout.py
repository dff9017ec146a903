"""The shape of the repository: what is packaged, what imports what, and that no address or machine slips in."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("scraper", "parsers", "output", "samplesite")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

FORBIDDEN = {
    "scraper": {"gongkai.parsers", "gongkai.output", "gongkai.samplesite"},
    "parsers": {
        "gongkai.scraper", "gongkai.output", "gongkai.samplesite",
        "pandas", "os", "pathlib", "socket", "time", "random", "logging", "httpx", "urllib.request", "subprocess",
    },
    "output": set(),
    "samplesite": {"gongkai.scraper", "gongkai.parsers", "gongkai.output"},
}  # fmt: skip


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Every module a file imports, with the packages above it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {".".join(name.split(".")[:i]) for name in names for i in range(1, name.count(".") + 2)}


def test_every_package_on_disk_is_packaged() -> None:
    on_disk = {
        f"gongkai.{path.parent.relative_to(ROOT).as_posix().replace('/', '.')}"
        for room in ROOMS
        for path in (ROOT / room).rglob("__init__.py")
    }
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == on_disk


def test_every_room_is_seen_by_the_type_checker() -> None:
    for room in ROOMS:
        assert (ROOT / ".typing" / "gongkai" / room).resolve() == ROOT / room


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_keep_apart(room: str) -> None:
    for path in modules(room):
        assert not imported(path) & FORBIDDEN[room], path
        bare = imported(path) & {*ROOMS}
        assert not bare, f"{path}: import gongkai.{bare}"


@pytest.mark.parametrize("room", ROOMS)
def test_modules_start_with_what_they_do(room: str) -> None:
    for path in modules(room):
        source = path.read_text(encoding="utf-8")
        assert not source.strip() or ast.get_docstring(ast.parse(source)), f"{path} has no docstring"


def test_httpx_is_imported_in_one_module_only() -> None:
    users = [path for room in ROOMS for path in modules(room) if "httpx" in imported(path)]
    assert len(users) <= 1


def test_the_parser_needs_neither_pandas_nor_arrow() -> None:
    code = (
        "import sys, gongkai.parsers; print([m for m in ('pandas', 'pyarrow', 'numpy', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_have_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|^\s*--?(i|index-url|extra-index-url|find-links|f|trusted-host)\b", text, re.MULTILINE)
    pins = re.findall(r"^([a-z0-9.-]+)==", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-z0-9.-]+==\S+ \\\n +--hash=sha256:[0-9a-f]{64}", text, re.MULTILINE))
    wanted = [*PROJECT["project"]["dependencies"]]
    if "dev" in name:
        wanted += PROJECT["project"]["optional-dependencies"]["dev"]
    assert {re.match(r"[A-Za-z0-9.-]+", w)[0].lower() for w in wanted} <= set(pins)  # type: ignore[index]


def test_nothing_is_ignored_that_belongs_to_us() -> None:
    done = subprocess.run(
        ["git", "check-ignore", *(str(p) for room in ROOMS for p in modules(room))],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == ""


def test_the_extra_all_is_all_extras() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    every = {one for name, wanted in extras.items() if name not in ("all", "dev") for one in wanted}
    assert set(extras["all"]) == every
