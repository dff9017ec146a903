"""A file, folder or dataset appears whole or not at all, and takes the place only of what gongkai wrote.
What is in it is left to `dataset` and to the module of each format."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Ours = Callable[[Path], bool]
"""Tells whether gongkai wrote the file or folder, from what is in it."""
Check = Callable[[Path], None]
"""Raises when what stands at the path must not be replaced; nothing may stand there."""
LEFT_OVER_S = 3600
"""How old a folder that nobody holds must be to count as a killed run's: a disk without locks tells no other way."""


class NotOurs(Exception):
    """The place holds something that gongkai did not write; the message says what to do."""


class InUse(Exception):
    """Another process builds this dataset."""


@contextmanager
def new_file(out: str, ours: Ours) -> Iterator[Path]:
    """A path to write to; when the block ends without an error the file there takes the place of `out` in one step.

    It lies in a folder of its own beside `out`, which may hold by-products and is removed with them.
    Raises NotOurs when `out` exists and is something else, OSError when the disk is full or not writable.
    """

    def check(target: Path) -> None:
        _check(target, ours, folder=False)

    with _beside(out, check) as (target, folder):
        path = folder / target.name
        yield path
        sync(path)
        check(target)
        os.replace(path, target)
        sync(target.parent)


@contextmanager
def new_folder(out: str, ours: Ours) -> Iterator[Path]:
    """A folder to fill; when the block ends without an error it takes the place of `out` in one step. Raises like `new_file`."""
    with replacing(out, lambda target: _check(target, ours, folder=True)) as folder:
        yield folder
        for path in folder.iterdir():
            sync(path)
        sync(folder)


@contextmanager
def replacing(out: str, check: Check) -> Iterator[Path]:
    """An empty folder beside `out` that takes its place in one step when the block ends without an error; what is
    written in it must be brought to the disk before. `check` looks at `out` before anything is made and before the step.

    Raises what `check` raises, OSError when the disk is full or not writable; then `out` is as it was.
    """
    with _beside(out, check) as (target, folder):
        yield folder
        check(target)  # someone may have put something there meanwhile
        _swap(folder, target)


@contextmanager
def _beside(out: str, check: Check) -> Iterator[tuple[Path, Path]]:
    target = Path(os.path.realpath(out))
    check(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(target)
    beside = target.parent / f"{writing_prefix(target)}{os.getpid()}-{time.time_ns():x}"
    lock = None
    try:  # a signal may come at any step
        beside.mkdir()
        lock = os.open(beside, os.O_RDONLY)
        with suppress(OSError):  # some network disks have no locks
            # others see that it is in use as long as this process lives
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield target, beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)  # what was half written, or what was replaced
        if lock is not None:
            os.close(lock)


@contextmanager
def alone(out: str) -> Iterator[None]:
    """The dataset at `out` for one process that reads it, adds to it and puts the result in its place. The system takes
    the lock back however the process ends. Raises InUse."""
    target = Path(os.path.realpath(out))
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(target.parent / f".{target.name}.gongkai-lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(f"{target}: another build is at work on it; nothing was changed") from None
        except OSError:  # some network disks have no locks
            pass
        yield
    finally:
        os.close(handle)


def sync(path: Path) -> None:
    """Brings a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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


def writing_prefix(target: Path) -> str:
    return f".{target.name}.gongkai-writing-"


def _remove_leftovers(target: Path) -> None:
    """Removes what a killed run left beside the target: an hour old at least, and in nobody's use."""
    for folder in target.parent.glob(f"{writing_prefix(target)}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime < LEFT_OVER_S:
                continue
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def _swap(new: Path, target: Path) -> None:
    """Puts `new` in the place of `target`, whose old content is then under the name of `new`."""
    parent = os.open(target.parent, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(parent, fcntl.LOCK_EX)  # one at a time: matters only without an atomic exchange
        if not target.exists():
            os.rename(new, target)
        elif not _exchange(new, target):
            aside = new.with_name(new.name + "-old")
            os.rename(target, aside)
            os.rename(new, target)
            os.rename(aside, new)
        os.fsync(parent)
    finally:
        os.close(parent)


def _exchange(a: Path, b: Path) -> bool:
    """Exchanges two directories in one step; False where the system or the disk cannot."""
    if not sys.platform.startswith("linux"):
        return False
    with suppress(AttributeError, OSError):
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
        here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        return bool(renameat2(here, os.fsencode(a), here, os.fsencode(b), exchange) == 0)
    return False
