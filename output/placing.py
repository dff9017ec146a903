"""A file or folder of an export appears whole or not at all, and takes the place only of what gongkai wrote.
What is in it is left to the module of each format."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gongkai.output.dataset import locked_folder, remove_leftovers, swap, writing_prefix

Ours = Callable[[Path], bool]
"""Tells whether gongkai wrote the file or folder, from what is in it."""


class NotOurs(Exception):
    """The place holds something that gongkai did not write; the message says what to do."""


@contextmanager
def new_file(out: str, ours: Ours) -> Iterator[Path]:
    """A path to write to; when the block ends without an error the file there takes the place of `out` in one step.

    It lies in a folder of its own beside `out`, which may hold by-products and is removed with them.
    Raises NotOurs when `out` exists and is something else, OSError when the disk is full or not writable.
    """
    with _beside(out, ours, folder=False) as (target, folder):
        path = folder / target.name
        yield path
        _to_disk(path)
        _check(target, ours, folder=False)
        os.replace(path, target)
        _to_disk(target.parent)


@contextmanager
def new_folder(out: str, ours: Ours) -> Iterator[Path]:
    """A folder to fill; when the block ends without an error it takes the place of `out` in one step. Raises like `new_file`."""
    with _beside(out, ours, folder=True) as (target, folder):
        yield folder
        for path in folder.iterdir():
            _to_disk(path)
        _to_disk(folder)
        _check(target, ours, folder=True)
        swap(folder, target)


@contextmanager
def _beside(out: str, ours: Ours, *, folder: bool) -> Iterator[tuple[Path, Path]]:
    target = Path(os.path.realpath(out))
    _check(target, ours, folder=folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(target)
    beside = target.parent / f"{writing_prefix(target)}{os.getpid()}-{time.time_ns():x}"
    beside.mkdir()
    lock = locked_folder(beside)
    try:
        yield target, beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        os.close(lock)


def _check(target: Path, ours: Ours, *, folder: bool) -> None:
    if not target.exists():
        return
    if folder and target.is_dir() and not any(target.iterdir()):
        return
    if target.is_dir() != folder:
        kind = "a folder" if target.is_dir() else "a file"
        raise NotOurs(f"{target} is {kind}; this export is {'a folder' if folder else 'a file'}, choose another --out")
    if not ours(target):
        raise NotOurs(f"{target} is no such export of gongkai; nothing was overwritten, choose another --out")


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
