"""Bare plates: brushed, cast and milled metal."""

import math

import numpy as np

from .canvas import SIZE, Canvas, grid, smooth_noise

# Colours of the metal under white light.
METALS = {
    "steel": (150, 153, 158),
    "aluminium": (178, 180, 182),
    "iron": (112, 110, 108),
    "brass": (176, 152, 104),
    "bronze": (150, 120, 92),
    "primer": (138, 150, 142),
}


def plate(draws):
    """A bare plate of random metal and finish."""
    finish = draws.choice(("brushed", "cast", "milled"))
    relief = {"brushed": _brushed, "cast": _cast, "milled": _milled}[finish]
    level = np.float32(1) + relief(draws)
    level += (smooth_noise(draws, SIZE, SIZE, 4) - np.float32(0.5)) * \
        np.float32(draws.uniform(0.02, 0.12))
    metal = METALS[draws.choice(tuple(METALS))]
    bright = draws.uniform(0.8, 1.15)
    color = np.asarray([c * bright for c in metal], np.float32)
    return Canvas(level[:, :, None] * color), finish


def _brushed(draws):
    """Fine lines along one direction, some of them longer and stronger."""
    length = draws.choice((24, 48, 96))
    noise = draws.field(SIZE, SIZE + 2 * length + SIZE // 2)
    running = np.cumsum(noise, axis=1, dtype=np.float64)
    lines = (running[:, length:] - running[:, :-length]) / math.sqrt(length)
    broad = draws.field(SIZE, 1)
    level = lines * draws.uniform(0.03, 0.09) + broad * 0.03
    level = _sheared(level, draws.uniform(-0.4, 0.4))
    return level.T if draws.chance(0.5) else level


def _sheared(level, slope):
    """Leans a texture by shifting each row; wraps at the borders."""
    rows = np.arange(SIZE)[:, None]
    columns = np.arange(SIZE)[None, :]
    shifted = (rows + (columns * slope).astype(np.int64)) % SIZE
    return np.ascontiguousarray(level[shifted, columns], dtype=np.float32)


def _cast(draws):
    """Grains of two sizes and pores, as from a sand mould."""
    strength = draws.uniform(0.05, 0.16)
    level = (smooth_noise(draws, SIZE, SIZE, 110) - np.float32(0.5))
    level += smooth_noise(draws, SIZE, SIZE, 45) - np.float32(0.5)
    level *= np.float32(strength)
    pores = smooth_noise(draws, SIZE, SIZE, 130)
    level -= np.clip(pores - np.float32(0.93), 0, 1) * \
        np.float32(draws.uniform(1.0, 4.0))
    return level


def _milled(draws):
    """Arcs of a round cutter, or the parallel steps of a flat one."""
    pitch = draws.uniform(5.0, 12.0)
    if draws.chance(0.6):
        center = (draws.uniform(-300, 620), draws.choice((-200, -90, 420, 540)))
        x, y = grid(0, 0, SIZE, SIZE, center)
        along = np.sqrt(x * x + y * y)
    else:
        dx, dy = draws.direction()
        x, y = grid(0, 0, SIZE, SIZE, (0, 0))
        along = x * np.float32(dx) + y * np.float32(dy)
    phase = along / np.float32(pitch)
    groove = np.floor(phase)
    wave = np.abs(phase - groove - np.float32(0.5)) * np.float32(2)
    # Each groove has its own brightness, looked up by its number.
    lot = draws.field(1, 256)[0]
    each = lot[groove.astype(np.int64) % 256]
    level = (wave - np.float32(0.5)) * np.float32(draws.uniform(0.05, 0.14))
    level += each * np.float32(draws.uniform(0.01, 0.05))
    level += draws.field(SIZE, SIZE) * np.float32(0.02)
    return level
