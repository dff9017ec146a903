"""A build that is killed, runs twice at once, is read meanwhile, or meets a full disk: last night's dataset or tonight's, whole."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from handmade import process
from nights import command, crawled, run, said

from gongkai.output.dataset import open_dataset, package_of, read_table
from gongkai.output.placing import alone

KILLS = int(os.environ.get("GONGKAI_KILLS", "3"))
FINE = (0, 1)


@dataclass
class Case:
    """A home, and the datasets of last night and of tonight with what they say."""

    home: Path
    last: Path
    tonight: Path
    seconds: float

    def __post_init__(self) -> None:
        self.may_be = {said(self.last): "last", said(self.tonight): "tonight"}

    def start(self, place: Path) -> Path:
        """Last night's dataset in a place of its own."""
        return Path(shutil.copytree(self.last, place / "dataset"))


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("builds")
    before, after = crawled(folder)
    code, _, err = run("build", before, "--out", folder / "last", "--jobs", 1)
    assert code in FINE, err
    shutil.copytree(folder / "last", folder / "tonight")
    began = time.monotonic()
    done = process("build", after, "--out", folder / "tonight", "--jobs", 1)
    assert done.returncode in FINE, done.stderr
    made = Case(after, folder / "last", folder / "tonight", time.monotonic() - began)
    assert len(made.may_be) == 2, "the second night must bring something"
    return made


def test_killed_at_random_moments(case: Case, tmp_path: Path) -> None:
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    chance, out, ends = random.Random(seed), case.start(tmp_path), Counter[str]()
    for _ in range(KILLS):
        process = command("build", case.home, "--out", out, "--jobs", 1)
        time.sleep(chance.uniform(0.3 * case.seconds, 1.05 * case.seconds))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        ends[case.may_be[said(out)]] += 1
        if case.may_be[said(out)] == "tonight":
            shutil.rmtree(out)
            case.start(tmp_path)
    print(dict(ends))
    assert run("build", case.home, "--out", out, "--jobs", 1)[0] in FINE
    assert case.may_be[said(out)] == "tonight"


def test_killed_before_each_file_that_is_written(case: Case, tmp_path: Path) -> None:
    """The moments chance may miss: a death at every write of a part, at the description, and at the exchange."""
    script = (
        "import os, sys, signal\n"
        "from gongkai.output import cli, dataset\n"
        "left = int(sys.argv.pop(1))\n"
        "real = os.fsync\n"
        "def dies(handle):\n"
        "    global left\n"
        "    left -= 1\n"
        "    if left < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    real(handle)\n"
        "os.fsync = dies\n"
        "cli.main()\n"
    )
    import subprocess
    import sys

    out, deaths = case.start(tmp_path), 0
    for left in (0, 1, 3, 7, 15, 31, 63, 127, 10_000):
        line = [sys.executable, "-c", script, str(left), "build", str(case.home), "--out", str(out), "--jobs", "1"]
        done = subprocess.run(line, capture_output=True, timeout=120, check=False)
        deaths += done.returncode == -signal.SIGKILL
        state = case.may_be[said(out)]
        if done.returncode in FINE:
            assert state == "tonight"
            break
        if state == "tonight":  # it died after the exchange
            shutil.rmtree(out)
            case.start(tmp_path)
    assert deaths >= 4


def test_two_builds_at_once(case: Case, tmp_path: Path) -> None:
    out = case.start(tmp_path)
    both = [command("build", case.home, "--out", out, "--jobs", 1) for _ in range(2)]
    for each in both:
        each.communicate(timeout=180)
    codes = sorted(p.returncode for p in both)
    assert set(codes) <= {*FINE, 3}
    assert codes[0] in FINE
    assert case.may_be[said(out)] == "tonight"
    with alone(str(out)):
        code, _, err = run("build", case.home, "--out", out)
    assert (code, len(err.splitlines())) == (3, 1)
    assert "another build" in err
    assert not [p.name for p in tmp_path.iterdir() if "writing" in p.name]


def test_read_during_builds(case: Case, tmp_path: Path) -> None:
    out, counts, stop, faults = case.start(tmp_path), Counter[tuple[str, int]](), threading.Event(), list[str]()
    sizes = {
        read_table(open_dataset(str(d)), "cells").num_rows: name
        for d, name in ((case.last, "last"), (case.tonight, "tonight"))
    }

    def read() -> None:
        while not stop.is_set():
            try:
                rows = read_table(open_dataset(str(out)), "cells", ["report_id", "year"]).num_rows
            except Exception as error:
                faults.append(str(error))
                continue
            counts[sizes.get(rows, "half"), rows] += 1

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert process("build", case.home, "--out", out, "--jobs", 1).returncode in FINE
        assert process("build", case.home, "--out", out, "--jobs", 1, "--full").returncode in FINE
    finally:
        stop.set()
        reader.join()
    assert not faults
    assert {name for name, _ in counts} == {"last", "tonight"}


@pytest.mark.parametrize("most", [200, 3_000, 12_000, 30_000, 90_000])
def test_a_disk_that_is_full(case: Case, tmp_path: Path, most: int) -> None:
    out, home = case.start(tmp_path), shutil.copytree(case.home, tmp_path / "home")
    done = process("build", home, "--out", out, "--jobs", 1, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    code, err = done.returncode, done.stderr
    if code in FINE:  # all of it fitted
        assert case.may_be[said(out)] == "tonight"
        return
    assert (code, len(err.splitlines())) == (3, 1), err
    assert "Traceback" not in err
    assert case.may_be[said(out)] == "last"
    assert not [p.name for p in tmp_path.iterdir() if "writing" in p.name]
    assert run("build", home, "--out", out, "--jobs", 1)[0] in FINE
    assert case.may_be[said(out)] == "tonight"
    assert package_of(out)["run"]
