"""Red and other coloured stamps taken off the picture of a page, so that the print and the lines under them show.
What stood under a stamp and cannot be seen is left unread by `picture`: the places are handed back."""

from __future__ import annotations

import cv2
import numpy as np

from gongkai.parsers.readers.pixels import Pixels

COLOURFUL = 40
"""Levels between the strongest and the weakest colour of a pixel that is no grey."""
COLOURED = 0.0005
"""Share of such pixels on a page with seals or coloured print."""
_SMALLEST, _LARGEST = 0.05, 0.35  # of the page's width: what a seal measures in both directions
_LONGEST = 2.0  # times as long as wide at most: round, oval or square
_NEAR = 0.008  # of the page's width; strokes of a seal stand so close together
_DEAD = 8  # levels by which the colour of one seal varies with the paper and the scan
_CLEAR = 40.0  # levels by which print under a seal is darker than the seal beside it
_MOST = 6  # seals on one page; more coloured things are pictures and charts


def is_coloured(image: Pixels) -> bool:
    """Whether the page shows anything but greys."""
    return float((_colour_of(image[::2, ::2]) > COLOURFUL).mean()) > COLOURED


def _colour_of(image: Pixels) -> Pixels:
    found: Pixels = cv2.subtract(image.max(axis=2), image.min(axis=2))
    return found


def without_seals(image: Pixels) -> tuple[Pixels, Pixels | None]:
    """The page (rows × columns × 3) with its seals faded to paper, and 255 where a seal was; None without any.

    Black print under the ink of a seal stays: it is darker than the seal around it.
    """
    if not is_coloured(image):
        return image, None
    coloured = np.where(_colour_of(image) > COLOURFUL, 255, 0).astype(np.uint8)
    width = image.shape[1]
    near = max(3, round(_NEAR * width)) | 1
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(coloured, np.ones((near, near), np.uint8)))
    boxes = [
        (int(x), int(y), int(w), int(h))
        for x, y, w, h, _ in stats[1:]
        if _SMALLEST * width <= min(w, h) and max(w, h) <= min(_LARGEST * width, _LONGEST * min(w, h))
    ]
    if not boxes or len(boxes) > _MOST:
        return image, None
    result, removed = image.copy(), np.zeros(image.shape[:2], np.uint8)
    for x, y, w, h in boxes:
        part, ink = result[y : y + h, x : x + w], cv2.dilate(coloured[y : y + h, x : x + w], np.ones((3, 3), np.uint8)) > 0
        removed[y : y + h, x : x + w][ink] = 255
        bright = part.max(axis=2).astype(np.float32)
        paper = float(np.percentile(bright[~ink], 70)) if (~ink).any() else 255.0
        seal = float(np.median(bright[coloured[y : y + h, x : x + w] > 0]))
        dark = min(float(np.percentile(bright[ink], 1)), seal - _CLEAR)
        faded = paper - np.clip((seal - _DEAD - bright) / (seal - _DEAD - dark), 0, 1) * paper
        part[ink] = np.minimum(faded, paper).astype(np.uint8)[ink][:, None]
    return result, removed
