"""The bytes of a picture file into upright pixels, within stated limits.
What is to be seen in them is left to `lattice` and `ocr`."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

Pixels = NDArray[Any]
"""Rows × columns × 3 colours (blue, green, red, as OpenCV orders them), or rows × columns; 8 bits each."""

LONGEST_SIDE = 20_000
"""Pixels; a picture with a longer side is refused by its header, before a pixel of it is decoded."""
MOST_PIXELS = 50_000_000
"""Pixels of one picture; A4 at 600 dpi has 35 million. 200 MB while it is decoded."""
WORKING_PIXELS = 24_000_000
"""Pixels that are looked at; a larger picture is made smaller by a whole factor first. A page at 600 dpi becomes one at 300."""
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
"""What is decoded; Pillow knows some sixty formats, and each is a door."""
MOST_FRAMES = 30
"""Pages of one TIFF file (a fax or a scan of several sheets)."""

ImageFile.LOAD_TRUNCATED_IMAGES = False


class NoPicture(Exception):
    """The bytes are no picture that can be decoded within the limits; the message says why."""


def pictures(body: bytes) -> list[Pixels]:
    """The pages of a picture file: one, except in a TIFF. The first frame of an animation. Raises NoPicture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures; the limit here is our own
            with Image.open(BytesIO(body), formats=FORMATS) as image:
                frames = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
                if frames > MOST_FRAMES:
                    raise NoPicture(f"{frames} pages in one picture file: above the limit of {MOST_FRAMES}")
                found = []
                for k in range(frames):
                    image.seek(k)
                    _within_limits(image.size)
                    found.append(_decoded(image))
                return found
    except NoPicture:
        raise
    except UnidentifiedImageError:
        raise NoPicture("not decodable: damaged, or no PNG, JPEG, GIF, BMP, TIFF or WebP") from None
    except Image.DecompressionBombError:
        raise NoPicture(f"above the limit of {MOST_PIXELS // 10**6} million pixels: refused") from None
    except MemoryError:
        raise NoPicture("takes more memory than a process may have: make it smaller") from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, ZeroDivisionError, OverflowError) as problem:
        why = str(problem).partition("\n")[0] or type(problem).__name__
        raise NoPicture(f"damaged or cut off ({why}): get the file again") from None


def size_of(body: bytes) -> tuple[int, int] | None:
    """Width and height by the header alone; None where it is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(body), formats=FORMATS) as image:
                return image.size
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError):
        return None


def _within_limits(size: tuple[int, int]) -> None:
    width, height = size
    if max(size) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise NoPicture(
            f"{width:,} × {height:,} pixels: above the limit of {LONGEST_SIDE:,} a side"
            f" and {MOST_PIXELS // 10**6} million in all: refused"
        )


def _decoded(image: Image.Image) -> Pixels:
    """Any mode as 8-bit colours on white paper, turned as its EXIF tag says."""
    factor = 1
    while image.width * image.height > WORKING_PIXELS * factor * factor:
        factor += 1
    if image.mode.startswith(("I", "F")):  # 16 bits and more a pixel: stretched to 8
        deep = np.asarray(image)[::factor, ::factor].astype(np.float32)
        low, high = float(deep.min()), float(deep.max())
        grey = ((deep - low) * (255 / (high - low)) if high > low else np.full(deep.shape, 255.0)).astype(np.uint8)
        return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    seen = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    plain = image.convert("RGBA" if seen else "RGB")
    upright = ImageOps.exif_transpose(plain.reduce(factor) if factor > 1 else plain)
    if seen:
        paper = Image.new("RGBA", upright.size, (255, 255, 255, 255))
        upright = Image.alpha_composite(paper, upright).convert("RGB")
    return np.ascontiguousarray(np.asarray(upright)[:, :, ::-1])
