"""Texts as sets of overlapping pieces, near-copies among very many of them, and what two texts have in common.
Which texts are compared is left to `likeness`."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import numpy.typing as npt

LENGTH = 5
"""Characters of a piece: in Chinese two to three words; of 4 characters official phrases alone make texts alike."""
LEAST_LIKENESS = 0.6
"""Shared pieces of all pieces of two texts (Jaccard) from which on they are near-copies: one sentence in five is another,
or one in seven characters. Texts put together independently from the same few dozen phrases stay below 0.45."""
BANDS, ROWS, MOST_ROWS = 50, 3, 6
"""MinHash signatures of 150 numbers in 50 bands: a pair of likeness 0.6 agrees in no band once in 190,000 times
((1 - 0.6³)⁵⁰), one of 0.7 practically never; runs of over 256 texts ask for up to 6 numbers."""
ESTIMATE_MARGIN = 0.16
"""Four standard deviations of a likeness of 0.6 estimated from 150 numbers: below, no exact look is worth it."""
SEED = 42
LEAST_PASSAGE = 12
_CHUNK = 2_000
_LONG_RUN, _PAIRS_AT_ONCE = 256, 50_000
"""Texts in a run from which on not all its pairs are compared at once, and pairs compared at once (60 MB)."""
_LONGEST_COMPARED = 4_000

_ENDS = re.compile(r"(?<=[。！？；!?;])|\n")
_FIGURES = re.compile(r"\d[\d,.]*")
_TEMPLATES = re.compile(
    r"信息公开条例|国办公开办函|政府信息公开工作年度报告格式|现将.{0,40}(报告|公布)如下|(数据|统计).{0,6}(期限|时间|截止|截至|自)"
    r"|本(报告|年报).{0,30}(组成|部分|编制|编写|电子版)|如有(疑问|问题|任何)|(联系|咨询)(电话|地址)|电子版可"
)
"""Sentences that the form and the law ask for: what the report is based on, its parts, its period, whom to call."""
Hashes = npt.NDArray[np.uint32]


def sentences(text: str) -> list[str]:
    """The sentences of a text as printed, without white space, with their last sign."""
    found = ("".join(s.split()) for s in _ENDS.split(text))
    return [s for s in found if len(s) > 1]


def is_template(sentence: str) -> bool:
    """Whether the form or the law asks for this sentence."""
    return bool(_TEMPLATES.search(sentence))


def masked(text: str, names: Sequence[str] = ()) -> str:
    """The text with every figure as 0 and the agency's own names left out: what is left when another one copies it."""
    for name in names:
        text = text.replace(name, "")
    return _FIGURES.sub("0", unicodedata.normalize("NFKC", text))


def digest(text: str) -> int:
    """A number of 64 bits that stands for the text."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def shingles(text: str) -> Hashes:
    """The pieces of a text, sorted, each as a number of 32 bits; all of a text shorter than one piece is one."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    count = max(1, len(codes) - LENGTH + 1)
    mixed = np.zeros(count, np.uint64)
    with np.errstate(over="ignore"):
        for k in range(min(LENGTH, len(codes))):
            mixed = (mixed ^ codes[k : k + count]) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
    return np.unique((mixed >> np.uint64(32)).astype(np.uint32))


class Shingles:
    """The pieces of very many texts, on disk, with their signatures in memory (600 bytes a text)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = open(path, "wb")  # noqa: SIM115  (closed by close)
        self._starts = [0]
        self._signatures: list[npt.NDArray[np.uint32]] = []
        self._waiting: list[Hashes] = []
        self.signatures: npt.NDArray[np.uint32] = np.zeros((0, BANDS * ROWS), np.uint32)
        self._pieces: npt.NDArray[np.uint32] = np.zeros(0, np.uint32)

    def add(self, pieces: Hashes) -> None:
        self._file.write(pieces.tobytes())
        self._starts.append(self._starts[-1] + len(pieces))
        self._waiting.append(pieces)
        if len(self._waiting) == _CHUNK:
            self._sign()

    def _sign(self) -> None:
        if self._waiting:
            self._signatures.append(signatures(self._waiting))
            self._waiting = []

    def close(self) -> None:
        """Ends the adding; only then can texts be compared."""
        self._sign()
        self._file.close()
        if self._signatures:
            self.signatures = np.concatenate(self._signatures)
            self._pieces = np.memmap(self._path, np.uint32, "r")
        self._signatures = []

    def likeness(self, i: int, j: int) -> float:
        """Shared pieces of all pieces of two texts, exactly."""
        a, b = (self._pieces[self._starts[k] : self._starts[k + 1]] for k in (i, j))
        shared = len(np.intersect1d(a, b, assume_unique=True))
        return shared / (len(a) + len(b) - shared)


def signatures(texts: Sequence[Hashes]) -> npt.NDArray[np.uint32]:
    """MinHash signatures, a row a text."""
    from rensa import RMinHash

    flat = np.concatenate(texts).astype(np.uint64)
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.uint64)
    made = RMinHash.digest_matrix_from_flat_token_hashes(flat, offsets, BANDS * ROWS, SEED)
    return np.array(made.to_rows(), np.uint32)


def alike_groups(cut: Shingles, least: float) -> list[list[tuple[int, int, float]]]:
    """The groups of texts that hang together by pairs of at least this likeness: each text with its nearest and the
    likeness to it. Texts of one group are not compared again: a template of ten thousand copies costs ten thousand looks."""
    groups = _Groups(len(cut.signatures))
    for band in range(BANDS):
        for lines in _runs(cut.signatures, band * ROWS, np.arange(len(cut.signatures))):
            if lines.shape[1] > _LONG_RUN:
                _join_long(lines[0], cut, groups, least)
            else:
                _join_short(lines, cut, groups, least)
    return [[(i, *_nearest(i, groups)) for i in members] for members in groups.members.values() if len(members) > 1]


class _Groups:
    """Which group each text is in, and the pairs that were found; the smaller group takes the larger one's name."""

    def __init__(self, count: int) -> None:
        self.label = np.arange(count)
        self.members: dict[int, list[int]] = {i: [i] for i in range(count)}
        self.links: dict[int, list[tuple[int, float]]] = defaultdict(list)

    def join(self, i: int, j: int, likeness: float) -> None:
        self.links[i].append((j, likeness))
        self.links[j].append((i, likeness))
        small, large = sorted((int(self.label[i]), int(self.label[j])), key=lambda g: len(self.members[g]))
        moved = self.members.pop(small)
        self.label[moved] = large
        self.members[large] += moved


def _runs(
    signatures: npt.NDArray[np.uint32], column: int, lines: npt.NDArray[np.intp], rows: int = ROWS
) -> Iterator[npt.NDArray[np.intp]]:
    """Which of these texts agree in all numbers of a band, two or more: a matrix of runs of one length at a time, a run a
    row. A long run, where one frequent phrase stands for many texts, is parted by one number more, up to MOST_ROWS."""
    keys = np.zeros(len(lines), np.uint64)
    with np.errstate(over="ignore"):
        for k in range(column, column + rows):
            keys = (keys ^ signatures[lines, k % signatures.shape[1]]) * np.uint64(0x9E3779B97F4A7C15)
            keys ^= keys >> np.uint64(31)
    order = np.argsort(keys, kind="stable")
    starts = np.concatenate([[0], np.flatnonzero(np.diff(keys[order])) + 1])
    lengths = np.diff(np.append(starts, len(order)))
    order = lines[order]
    for length in np.unique(lengths[lengths > 1]):
        of_length = starts[lengths == length]
        if length > _LONG_RUN:
            for start in of_length:
                run = order[start : start + length]
                if rows < MOST_ROWS:
                    yield from _runs(signatures, column, run, rows + 1)
                else:
                    yield run[None, :]
            continue
        step = max(1, _PAIRS_AT_ONCE // int(length * (length - 1) // 2))
        for k in range(0, len(of_length), step):
            yield order[of_length[k : k + step, None] + np.arange(length)]


def _join_short(lines: npt.NDArray[np.intp], cut: Shingles, groups: _Groups, least: float) -> None:
    """Joins the groups of texts alike enough in these runs, all pairs at once by the estimate and then exactly."""
    one, other = np.triu_indices(lines.shape[1], 1)
    left, right = lines[:, one].ravel(), lines[:, other].ravel()
    apart = groups.label[left] != groups.label[right]
    left, right = left[apart], right[apart]
    estimate = (cut.signatures[left] == cut.signatures[right]).mean(axis=1)
    for k in np.argsort(-estimate, kind="stable"):
        if estimate[k] < least - ESTIMATE_MARGIN:
            break
        _join(int(left[k]), int(right[k]), cut, groups, least)


def _join_long(run: npt.NDArray[np.intp], cut: Shingles, groups: _Groups, least: float) -> None:
    """The same for a run with too many pairs: each text with those before it that are in other groups."""
    for place in range(1, len(run)):
        i = int(run[place])
        others = run[:place]
        others = others[groups.label[others] != groups.label[i]]
        if len(others):
            estimate = (cut.signatures[others] == cut.signatures[i]).mean(axis=1)
            for k in np.argsort(-estimate, kind="stable"):
                if estimate[k] < least - ESTIMATE_MARGIN:
                    break
                _join(i, int(others[k]), cut, groups, least)


def _join(i: int, j: int, cut: Shingles, groups: _Groups, least: float) -> None:
    if groups.label[i] != groups.label[j] and (likeness := cut.likeness(i, j)) >= least:
        groups.join(i, j, likeness)


def _nearest(i: int, groups: _Groups) -> tuple[int, float]:
    """The most alike of the texts that this one was found with."""
    return max(groups.links[i], key=lambda link: (link[1], -link[0]))


def common_passages(one: str, other: str) -> list[str]:
    """What two texts have in common word for word, the longest first."""
    one, other = one[:_LONGEST_COMPARED], other[:_LONGEST_COMPARED]
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    found = {one[b.a : b.a + b.size] for b in blocks if b.size >= LEAST_PASSAGE}
    return sorted(found, key=lambda text: (-len(text), text))
