"""Titles in every pattern, made from existing divisions: who reports is read right, or said to be open, and never wrong.

GONGKAI_TITLES sets how many there are (10000 for the full measurement; `pytest -s` prints the table)."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from typing import NamedTuple

import pytest

from gongkai.parsers import parse
from gongkai.parsers.identity import identify
from gongkai.parsers.report import Identity
from gongkai.parsers.territory import located
from gongkai.samplesite.titles import Made, titles

TITLES = int(os.environ.get("GONGKAI_TITLES", "1500"))
LEAST_RIGHT = 0.995


class Verdict(NamedTuple):
    """`right`, `open` (the identity says that it does not know) or `wrong`, and what differs."""

    word: str
    differences: tuple[str, ...]


def judged(made: Made, read: Identity) -> Verdict:
    """Region, level, department, kind and year against how the title was made."""
    wrong = [
        f"{name} {want!r} read {got!r}"
        for name, want, got in (
            ("level", made.level, read.level), ("department", made.department, read.department), ("kind", made.kind, read.kind),
            ("year", made.year, read.year),
        )
        if want != got and not (name == "level" and made.undecided and got is None)
    ]  # fmt: skip
    said = any(f.rule == "region_ambiguous" for f in read.findings)
    if made.undecided:
        if read.region_code is not None:
            wrong.append(f"several divisions are possible, read {read.region_code}")
        elif not said:
            wrong.append("several divisions are possible, which is not said")
    elif (made.region, made.code) != (read.region, read.region_code):
        wrong.append(f"region {made.region} {made.code} read {read.region} {read.region_code}")
    if not wrong:
        return Verdict("right", ())
    return Verdict("open" if read.agency is None or (said and read.region_code is None) else "wrong", tuple(wrong))


def test_titles_of_every_pattern() -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: list[str] = []
    for made in titles(TITLES, 41):
        verdict = judged(made, located(identify(made.lines, made.meta), made.meta))
        counts[made.pattern][verdict.word] += 1
        if verdict.word == "wrong":
            wrong.append(f"{' / '.join(made.lines[:2])} {made.meta}: {'; '.join(verdict.differences)}")
    print(f"\n{'pattern':<42}{'titles':>7}{'right':>7}{'open':>6}{'wrong':>6}")
    total: Counter[str] = Counter()
    for pattern in sorted(counts):
        total.update(found := counts[pattern])
        print(f"{pattern:<42}{found.total():>7}{found['right']:>7}{found['open']:>6}{found['wrong']:>6}")
    print(f"{'all':<42}{total.total():>7}{total['right']:>7}{total['open']:>6}{total['wrong']:>6}")
    assert wrong == []
    assert total["right"] >= LEAST_RIGHT * total.total()
    assert len(counts) >= 30


def test_the_judge_sees_a_wrong_answer() -> None:
    made = next(m for m in titles(50, 1) if m.code and not m.undecided)
    read = located(identify(made.lines, made.meta), made.meta)
    assert judged(made, read).word == "right"
    for field, other in (("level", "national"), ("department", "气象台"), ("region_code", "999999"), ("year", 1999)):
        values = {f: getattr(read, f) for f in Identity._fields} | {field: other}
        assert judged(made, Identity(**values)).word == "wrong"


@pytest.mark.parametrize("seed", range(20))
def test_the_whole_parser_says_the_same(seed: int) -> None:
    made = next(titles(1, seed))
    head = "".join(f'<meta name="{name}" content="{value}">' for name, value in made.meta.items() if name != "title")
    title = f"<title>{made.meta['title']}</title>" if "title" in made.meta else ""
    body = "".join(f"<p>{line.replace('>', '&gt;')}</p>" for line in made.lines)
    read = parse(f"<html><head>{title}{head}</head><body>{body}</body></html>".encode()).identity
    assert judged(made, read).word == "right", (made.lines, read)
