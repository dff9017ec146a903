"""Crops of text into characters with their probabilities, and the places of text on a page: PP-OCR on onnxruntime.
The models come inside the package rapidocr; nothing is downloaded. Which crops there are is left to `picture`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import files
from typing import Any, NamedTuple

import cv2
import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from gongkai.parsers.readers.pixels import Pixels

cv2.setNumThreads(1)  # a process a core is at work already

LINE_HEIGHT = 48  # pixels that the recognition model wants
_STEP = 8  # pixels of width for each of its steps
WIDEST = 2400
"""Pixels of the widest crop as the model sees it; a longer line is squeezed."""
BATCH_WIDTH = 2400
"""Pixels of all crops that are recognised at once, which bounds the memory."""
DETECT_WIDTH, DETECT_HEIGHT = 1280, 800
"""Pixels; a page is looked at for text scaled to at most this width, in pieces of this height, which bounds the memory."""
_DETECT_MULTIPLE = 32
_TEXT_PROBABILITY = 0.3  # of a pixel, PP-OCR's own setting
_BOX_PROBABILITY = 0.5  # of a box on average, likewise
_SHRUNK = 0.4  # the model marks the core of a line; this share of its height is missing on each side
_SMALLEST_BOX = 3

if not (_PACKAGED := [f for f in files("rapidocr") or () if f.suffix == ".onnx"]):
    raise ImportError("rapidocr holds no models", name="rapidocr")


class Reading(NamedTuple):
    """The text of one crop, and the probability of its least certain character (0 for no text)."""

    text: str
    sure: float


def _session(task: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    path = next(str(f.locate()) for f in sorted(_PACKAGED) if f"_{task}_" in f.name)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@cache
def _detector() -> onnxruntime.InferenceSession:
    return _session("det")


@cache
def _recogniser() -> tuple[onnxruntime.InferenceSession, list[str]]:
    """The model and its alphabet: no character first, a space last."""
    session = _session("rec")
    characters = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    return session, ["", *characters, " "]


def _run(session: onnxruntime.InferenceSession, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    try:
        found: Any = session.run(None, {session.get_inputs()[0].name: batch})[0]
    except Exception as problem:  # of several classes, which have no common one
        if "alloc" in str(problem):
            raise MemoryError("text recognition needs more memory than the process may have") from None
        raise
    result: NDArray[np.float32] = found
    return result


def _prepared(crop: Pixels, squeeze: float) -> NDArray[np.float32]:
    height, width = crop.shape[:2]
    wide = min(WIDEST, max(_STEP, round(width * LINE_HEIGHT / height * squeeze)))
    small = cv2.resize(crop, (wide, LINE_HEIGHT), interpolation=cv2.INTER_AREA if height > LINE_HEIGHT else cv2.INTER_CUBIC)
    if small.ndim == 2:
        small = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)
    scaled: NDArray[np.float32] = small.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1
    return scaled


def recognise(crops: Sequence[Pixels], squeeze: float = 1.0) -> list[Reading]:
    """The text of each crop, which holds one line. `squeeze` narrows wide lines, which costs less time."""
    found = [Reading("", 0.0)] * len(crops)
    prepared = [_prepared(crop, squeeze) for crop in crops]
    order = sorted(range(len(crops)), key=lambda k: prepared[k].shape[2])
    session, alphabet = _recogniser()
    while order:
        batch: list[int] = []
        while order:
            wide = _padded(prepared[order[0]].shape[2])
            if batch and wide * (len(batch) + 1) > BATCH_WIDTH:
                break
            batch.append(order.pop(0))
        wide = _padded(prepared[batch[-1]].shape[2])
        stack = np.zeros((len(batch), 3, LINE_HEIGHT, wide), np.float32)
        for k, i in enumerate(batch):
            stack[k, :, :, : prepared[i].shape[2]] = prepared[i]
        for i, steps in zip(batch, _run(session, stack), strict=True):
            found[i] = _decoded(steps, alphabet)
    return found


def _padded(width: int) -> int:
    return -(-(width + _STEP) // _STEP) * _STEP


def _decoded(steps: NDArray[np.float32], alphabet: list[str]) -> Reading:
    """Connectionist decoding: the likeliest character of each step, repeats and gaps taken out."""
    best = steps.argmax(axis=1)
    text: list[str] = []
    sure: list[float] = []
    for k, c in enumerate(best):
        if c == 0:
            continue
        if k and best[k - 1] == c:
            sure[-1] = max(sure[-1], float(steps[k, c]))
            continue
        text.append(alphabet[c])
        sure.append(float(steps[k, c]))
    return Reading("".join(text).strip(), min(sure, default=0.0))


def find_text(page: Pixels, scale: float) -> list[tuple[int, int, int, int]]:
    """Boxes (left, top, right, bottom) of the lines of text on an upright page; `scale` shrinks the page for the search."""
    height, width = page.shape[:2]
    scale = min(scale, DETECT_WIDTH / width)
    rows = max(1, round(DETECT_HEIGHT / scale))
    found: list[tuple[int, int, int, int]] = []
    for top in range(0, height, rows):
        piece = page[top : top + rows + round(rows / 8)]
        for x0, y0, x1, y1 in _boxes(piece, scale):
            box = x0, y0 + top, x1, y1 + top
            same = [other for other in found if _same(box, other)]
            if all(_area(box) > _area(other) for other in same):  # a line cut by the edge of a piece is whole in the next
                found = [other for other in found if other not in same] + [box]
    return found


def _area(box: tuple[int, int, int, int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _same(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Two boxes of one line, which was seen in both of two overlapping pieces."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > 0 and high > 0 and wide * high * 2 > min(_area(one), _area(other))


def _boxes(piece: Pixels, scale: float) -> list[tuple[int, int, int, int]]:
    height, width = piece.shape[:2]
    wide, high = (max(_DETECT_MULTIPLE, round(n * scale / _DETECT_MULTIPLE) * _DETECT_MULTIPLE) for n in (width, height))
    small = cv2.resize(piece, (wide, high), interpolation=cv2.INTER_AREA)
    if small.ndim == 2:
        small = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)
    batch = (small.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1)[None]
    chance = _run(_detector(), batch)[0, 0]
    core = cv2.dilate((chance > _TEXT_PROBABILITY).astype(np.uint8), np.ones((2, 2), np.uint8))
    count, marks, stats, _ = cv2.connectedComponentsWithStats(core)
    found = []
    for k in range(1, count):
        x, y, w, h = (int(n) for n in stats[k, :4])
        if min(w, h) < _SMALLEST_BOX:
            continue
        inside = marks[y : y + h, x : x + w] == k
        if float(chance[y : y + h, x : x + w][inside].mean()) < _BOX_PROBABILITY:
            continue
        grow = min(w, h) * _SHRUNK
        box = (x - grow) * width / wide, (y - grow) * height / high, (x + w + grow) * width / wide, (y + h + grow) * height / high
        found.append((max(0, round(box[0])), max(0, round(box[1])), min(width, round(box[2])), min(height, round(box[3]))))
    return found
