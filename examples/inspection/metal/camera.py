"""Light, night and the camera's own faults."""

import numpy as np
from PIL import Image, ImageFilter

from .canvas import SIZE, grid

# Gains of red, green and blue under the lamps of a night shift.
NIGHT_CASTS = ((0.78, 0.92, 1.18), (1.25, 0.95, 0.55), (0.75, 1.08, 0.78),
               (1.0, 1.0, 1.0))
DAY_CASTS = ((1.0, 1.0, 1.0), (1.04, 1.0, 0.94), (0.96, 1.0, 1.05))


def photograph(draws, canvas, night, hardness):
    """The picture that the camera takes: uint8 [SIZE, SIZE, 3]."""
    light = _daylight(draws)
    if draws.chance(0.25):
        light *= _shadow(draws)
    if night:
        light *= _lamp(draws, hardness)
    cast = draws.choice(NIGHT_CASTS if night else DAY_CASTS)
    pixels = canvas.pixels * light[:, :, None] * np.asarray(cast, np.float32)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(draws.uniform(0.2, 0.7)))
    noise = draws.bell((SIZE, SIZE))[:, :, None] * np.float32(0.8)
    color_noise = draws.bell((SIZE, SIZE, 3)) * np.float32(0.6)
    strength = draws.uniform(4.0, 6.0 + 4.0 * hardness) if night else \
        draws.uniform(1.0, 3.5)
    noisy = np.asarray(image, np.float32) + \
        (noise + color_noise) * np.float32(strength)
    return np.clip(noisy + np.float32(0.5), 0, 255).astype(np.uint8)


def _daylight(draws):
    """A slope of light, a soft highlight, and darker corners."""
    dx, dy = draws.direction()
    x, y = grid(0, 0, SIZE, SIZE, (SIZE / 2, SIZE / 2))
    slope = draws.uniform(0.0, 0.0012)
    light = np.float32(1) + (x * np.float32(dx) + y * np.float32(dy)) * \
        np.float32(slope)
    light -= (x * x + y * y) * np.float32(draws.uniform(0.0, 5e-6))
    hx, hy = grid(0, 0, SIZE, SIZE, draws.point(0, SIZE))
    reach = draws.uniform(50, 130)
    spot = np.float32(1) / \
        (np.float32(1) + (hx * hx + hy * hy) / np.float32(reach * reach))
    return light * (np.float32(0.85) +
                    spot * spot * np.float32(draws.uniform(0.0, 0.5)))


def _shadow(draws):
    """The soft edge of something that stands in the light."""
    dx, dy = draws.direction()
    x, y = grid(0, 0, SIZE, SIZE, draws.point(60, 260))
    across = (x * np.float32(dx) + y * np.float32(dy)) / \
        np.float32(draws.uniform(6, 40))
    depth = np.float32(draws.uniform(0.3, 0.6))
    return np.float32(1) - np.clip(across + np.float32(0.5), 0, 1) * depth


def _lamp(draws, hardness):
    """Little light, most of it from one lamp."""
    x, y = grid(0, 0, SIZE, SIZE, draws.point(60, 260))
    reach = np.float32(draws.uniform(110, 240))
    fall = np.float32(1) / \
        (np.float32(1) + (x * x + y * y) / (reach * reach))
    base = draws.uniform(0.27, 0.40) - 0.08 * hardness
    return np.float32(base) + fall * np.float32(draws.uniform(0.1, 0.35))
