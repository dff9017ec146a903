"""What printing, stamping, scanning and saving do to a clean page: seals, grey paper, skew, blur, noise, JPEG.
What stands on the page is left to `drawing`."""

from __future__ import annotations

from io import BytesIO
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from gongkai.samplesite.drawing import Pen
from gongkai.samplesite.faces import font


def sealed(image: Image.Image, pen: Pen, name: str, rng: Random) -> Image.Image:
    """A red round seal with the agency's name pressed on the page, anywhere, over figures too."""
    radius = round(pen.body * rng.uniform(2.2, 3.2))
    seal = Image.new("RGBA", (2 * radius, 2 * radius), (0, 0, 0, 0))
    draw = ImageDraw.Draw(seal)
    red = (rng.randint(190, 235), rng.randint(10, 60), rng.randint(10, 60), rng.randint(120, 210))
    draw.ellipse((3, 3, 2 * radius - 4, 2 * radius - 4), outline=red, width=max(3, radius // 16))
    draw.regular_polygon((radius, radius, radius * 0.3), 5, rotation=0, fill=red)
    size = max(10, round(radius * 1.5 / max(4, len(name))))
    draw.text((radius, radius * 1.55), name, fill=red, font=font(pen.face, size), anchor="mm")
    seal = seal.rotate(rng.uniform(-25, 25))
    x = rng.randint(0, max(1, image.width - 2 * radius))
    y = rng.randint(image.height // 3, max(image.height // 3 + 1, image.height - 2 * radius))
    image = image.copy()
    image.paste(seal, (x, y), seal)
    return image


def scanned(image: Image.Image, rng: Random, dpi: int) -> Image.Image:
    """The page as a flat-bed or a sheet feeder sees it."""
    chance = np.random.default_rng(rng.randrange(2**32))
    grey = rng.randint(228, 255)
    angle = rng.uniform(-1.5, 1.5) if rng.random() < 0.6 else rng.uniform(-0.3, 0.3)
    image = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    if (blur := rng.uniform(0, 0.8) * dpi / 150) > 0.2:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    pixels: NDArray[np.floating] = np.asarray(image, dtype=np.float32)
    slope = np.linspace(rng.uniform(0.93, 1), rng.uniform(0.93, 1), image.width, dtype=np.float32)
    ink = rng.uniform(0, 70)  # how light the toner is
    pixels = (ink + pixels * (255 - ink) / 255) * slope[None, :, None] * (grey / 255)
    pixels += chance.normal(0, rng.uniform(0, 7), pixels.shape[:2]).astype(np.float32)[..., None]
    for _ in range(rng.randint(0, 40)):  # dust
        x, y = rng.randrange(image.width), rng.randrange(image.height)
        pixels[y : y + rng.randint(1, 2), x : x + rng.randint(1, 2)] = rng.randint(0, 120)
    if rng.random() < 0.2:  # the edge of the glass
        pixels[:, : rng.randint(2, 12)] = rng.randint(20, 90)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def faxed(image: Image.Image, rng: Random) -> Image.Image:
    """Black and white only, as a fax or a copier's smallest file; specks where the paper was grey."""
    chance = np.random.default_rng(rng.randrange(2**32))
    grey = np.asarray(image.convert("L"), dtype=np.float32) + chance.normal(0, 22, (image.height, image.width))
    return Image.fromarray(np.where(grey > rng.randint(140, 180), 255, 0).astype(np.uint8)).convert("RGB")


def photographed(image: Image.Image, rng: Random) -> Image.Image:
    """The page on a table by a telephone: not quite from above, a warm lamp at one side, a shadow at the other."""
    w, h = image.size
    lean = [rng.uniform(0, 0.012) for _ in range(8)]
    corners = (
        -lean[0] * w, -lean[1] * h, -lean[2] * w, h + lean[3] * h, w + lean[4] * w, h + lean[5] * h, w + lean[6] * w, -lean[7] * h,
    )  # fmt: skip
    seen = image.transform((w, h), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    pixels = np.asarray(seen.filter(ImageFilter.GaussianBlur(0.6)), dtype=np.float32)
    light = np.linspace(rng.uniform(0.65, 0.8), 1.0, w, dtype=np.float32)[None, :] * np.linspace(1.0, rng.uniform(0.8, 0.95), h, dtype=np.float32)[:, None]
    warm = np.array((1.0, rng.uniform(0.93, 0.98), rng.uniform(0.82, 0.92)), np.float32)
    chance = np.random.default_rng(rng.randrange(2**32))
    lit = pixels * light[..., None] * warm + chance.normal(0, 3, pixels.shape)
    return Image.fromarray(lit.clip(0, 255).astype(np.uint8))


def framed(image: Image.Image, rng: Random) -> Image.Image:
    """A border around the page, drawn by hand or printed."""
    image = image.copy()
    draw = ImageDraw.Draw(image)
    inset = round(image.width * rng.uniform(0.02, 0.04))
    right, bottom = image.width - inset, image.height - inset
    corners = [(inset, inset), (right, inset), (right, bottom), (inset, bottom), (inset, inset)]
    draw.line([(x + rng.randint(-3, 3), y + rng.randint(-3, 3)) for x, y in corners], fill=(20, 20, 20), width=rng.randint(2, 4))
    return image


def side_by_side(left: Image.Image, right: Image.Image) -> Image.Image:
    """Two pages on one sheet, as a booklet is scanned."""
    sheet = Image.new("RGB", (left.width + right.width, max(left.height, right.height)), (255, 255, 255))
    sheet.paste(left, (0, 0))
    sheet.paste(right, (left.width, 0))
    return sheet


def jpeg(image: Image.Image, quality: int, dpi: int = 150) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    return out.getvalue()


def png(image: Image.Image, mode: str = "RGB") -> bytes:
    """As PNG in a mode of Pillow: RGB, RGBA, L, P (palette)."""
    if mode == "P":
        image = image.quantize(32)
    out = BytesIO()
    image.convert(mode).save(out, "PNG") if mode != "P" else image.save(out, "PNG")
    return out.getvalue()
