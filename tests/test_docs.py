"""What is documented is there, and what is there is documented: commands, options, columns, rules, flags, exit codes."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from handmade import gongkai
from nights import crawled

from gongkai.output import asking, cli
from gongkai.output.findings import FLAGS, RULES
from gongkai.output.schema import TABLES
from gongkai.parsers import parse_all
from gongkai.parsers.forms import FORMS
from gongkai.samplesite.reports import make

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DICTIONARY = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
COMMANDS = [c.name or c.callback.__name__ for c in cli.app.registered_commands if c.callback]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`gongkai {command}" in README


def test_every_command_in_the_readme_exists() -> None:
    assert set(re.findall(r"`gongkai ([a-z]+)", README)) == set(COMMANDS)


def test_every_exit_code_is_in_the_readme() -> None:
    for code in (cli.DONE, asking.LOOK, asking.USAGE, asking.NOT_STARTED, cli.STOPPED):
        assert f"\n| {code} |" in README


def test_the_data_dictionary_is_up_to_date() -> None:
    made = subprocess.run([sys.executable, "-m", "gongkai.output.dictionary"], capture_output=True, check=True)
    assert made.stdout.decode() == DICTIONARY, "run `make docs`"


def test_the_rows_in_the_readme_are_what_comes_out() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "gongkai.output.dictionary", "sample"], capture_output=True, check=True
    )
    assert made.stdout.decode().strip() in README, "paste `python -m gongkai.output.dictionary sample`"


def test_the_example_in_the_readme_runs(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(make(1, deviations=()).body)
    assert gongkai("parse", "page.html", "--out", "dataset", cwd=tmp_path).returncode == 0
    [code] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, check=True)


def test_the_notebook_goes_from_an_archive_to_a_figure(tmp_path: Path) -> None:
    """Its code as a person runs it, but on a home of three sites; warnings are errors."""
    notebook = json.loads((ROOT / "docs" / "from-archive-to-figure.ipynb").read_text(encoding="utf-8"))
    assert not any(c.get("outputs") for c in notebook["cells"]), "clear the outputs: they are somebody's machine"
    code = "\n".join("".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    home = {"GONGKAI_HOME": str(crawled(tmp_path, nights=1)[0]), "MPLBACKEND": "agg", "PATH": path}
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, check=True, env=os.environ | home)
    assert (tmp_path / "disclosed.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_in_the_data_dictionary(table: str) -> None:
    section = DICTIONARY.split(f"\n## `{table}`\n")[1].split("\n## ")[0]
    for column in TABLES[table].columns:
        assert f"| `{column.name}` |" in section
        assert column.description


def test_every_rule_is_documented() -> None:
    """Rules named in the parsers' sources, and the sums of the forms."""
    named = {s.rule for form in FORMS.values() for s in form.sums}
    for path in (ROOT / "parsers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    named.add(first.value)
    assert named <= set(RULES), "say in output/findings.py what it means"


def test_rules_and_flags_that_occur_are_documented() -> None:
    rules: set[str] = set()
    flags: set[str] = set()
    for seed in range(300):
        for report in parse_all(make(seed).body):
            rules.update(f.rule for f in report.findings)
            flags.update(flag for v in report.values for flag in v.flags)
    assert rules <= set(RULES)
    assert flags <= set(FLAGS)


def test_the_number_of_cells_in_the_readme() -> None:
    cells = [c for c in FORMS["2021"].cells if c.table != "narrative"]
    one_row = [
        c for c in cells if (c.table, c.row) == ("applications", "other")
    ]  # printed instead of three rows by some
    assert f"{len(cells) - len(one_row)} cells in the form since 2021" in README


def test_what_the_documents_link_to_exists() -> None:
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_limits_are_those_of_the_code() -> None:
    from gongkai.output.documents import LARGEST_DOCUMENT
    from gongkai.output.encoding import BYTES_BEFORE_WRITING
    from gongkai.output.workers import SECONDS_A_DOCUMENT

    limits = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert f"above {LARGEST_DOCUMENT // 2**20} MB" in limits
    assert f"longer than {SECONDS_A_DOCUMENT:.0f} s" in limits
    assert f"at most {BYTES_BEFORE_WRITING // 2**20} MB of each table" in limits


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench", "fixtures", "accuracy"])
def test_make_has_the_targets(target: str) -> None:
    assert re.search(rf"^{target}: \$\(READY\)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_version_is_the_same_everywhere() -> None:
    version = gongkai("--version").stdout.split()[1]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
