"""Scratches, dents, stains and cracks.

Each function paints one defect and returns its mask, left, top. `hardness`
0..1 makes it fainter and smaller. A missing part is made in `fittings`.
"""

import math

import numpy as np

from .canvas import cover, grid, patch_around, smooth_noise, strokes

RUST, OIL = (112, 58, 24), (34, 30, 26)
CHALK, HEAT = (220, 219, 210), (62, 72, 128)


def _contrast(draws, hardness, easy, hard):
    return np.float32((easy + (hard - easy) * hardness) *
                      draws.uniform(0.9, 1.1))


def scratch(draws, canvas, center, light, hardness):
    """One to three long, almost straight bright lines with a dark flank."""
    dx, dy = draws.direction()
    length = draws.uniform(28, 130) * (1.2 - 0.4 * hardness)
    bend = draws.uniform(-0.12, 0.12) * length
    width = draws.uniform(1.2, 2.4) - 0.4 * hardness
    segments = []
    for line in range(draws.choice((1, 1, 1, 2, 3))):
        shift = line * draws.uniform(2.5, 5.0)
        reach = length * (1.0 if line == 0 else draws.uniform(0.5, 0.9))
        points = []
        for i in range(13):
            t = i / 12 - 0.5
            off = bend * 4 * t * t + shift
            points.append((center[0] + dx * t * reach - dy * off,
                           center[1] + dy * t * reach + dx * off))
        for i, (a, b) in enumerate(zip(points, points[1:])):
            taper = 0.6 + 0.4 * (1 - abs(i - 5.5) / 6)
            segments.append(a + b + (width * taper,))
    mask, left, top = strokes(segments)
    strength = _contrast(draws, hardness, 0.85, 0.3)
    flank = mask * strength * np.float32(-0.5)
    canvas.shade(flank, left + (1 if light[0] < 0 else -1),
                 top + (1 if light[1] < 0 else -1))
    canvas.paint(mask * strength, left, top, (238, 238, 236))
    return mask, left, top


def crack(draws, canvas, center, light, hardness):
    """A dark jagged line that branches."""
    dx, dy = draws.direction()
    steps = draws.integer(7, 20) - int(4 * hardness)
    width = draws.uniform(1.3, 2.6) - 0.4 * hardness
    reach = steps * 2.6
    start = (center[0] - dx * reach, center[1] - dy * reach)
    segments = _walk(draws, start, (dx, dy), steps, width)
    for _ in range(draws.integer(1, 3)):
        x, y = segments[draws.integer(1, len(segments) - 2)][:2]
        side = draws.choice((-1, 1))
        away = (dx - side * dy) / math.sqrt(2), (dy + side * dx) / math.sqrt(2)
        segments = segments + _walk(draws, (x, y), away,
                                    draws.integer(2, max(steps // 2, 3)),
                                    width * 0.75)
    mask, left, top = strokes(segments)
    strength = _contrast(draws, hardness, 0.95, 0.4)
    canvas.shade(mask * strength * np.float32(0.3),
                 left + (1 if light[0] > 0 else -1),
                 top + (1 if light[1] > 0 else -1))
    canvas.paint(mask * strength, left, top, (20, 18, 18))
    return mask, left, top


def _walk(draws, start, heading, steps, width):
    """A random walk that keeps roughly to its heading."""
    (x, y), (hx, hy) = start, heading
    segments = []
    for i in range(steps):
        sway = draws.uniform(-1.1, 1.1)
        dx, dy = hx - hy * sway, hy + hx * sway
        norm = draws.uniform(3.0, 7.0) / math.sqrt(dx * dx + dy * dy)
        nx, ny = x + dx * norm, y + dy * norm
        thin = width * (1 - 0.5 * i / steps)
        segments.append((x, y, nx, ny, thin))
        x, y = nx, ny
    return segments


def dent(draws, canvas, center, light, hardness):
    """A shallow oval hollow: dark towards the light, bright away from it."""
    long_radius = draws.uniform(9, 34) * (1.1 - 0.35 * hardness)
    short_radius = long_radius * draws.uniform(0.65, 1.0)
    c, s = draws.direction()
    left, top, side = patch_around(center, long_radius)
    x, y = grid(left, top, side, side, center)
    u = (x * c + y * s) / np.float32(long_radius)
    v = (y * c - x * s) / np.float32(short_radius)
    inside = np.clip(1 - (u * u + v * v), 0, 1)
    # The slope of the depth (1 - r^2)^2 along the light.
    lu, lv = light[0] * c + light[1] * s, light[1] * c - light[0] * s
    slope = (u * np.float32(lu) + v * np.float32(lv)) * inside
    strength = _contrast(draws, hardness, 1.7, 0.5)
    canvas.shade(np.clip(-slope * strength - inside * inside * strength *
                         np.float32(0.1), -0.8, 1.2), left, top)
    outline = (np.float32(0.06) - inside) * np.float32(long_radius)
    return cover(outline), left, top


def stain(draws, canvas, center, light, hardness):
    """A blot of rust, oil, lime or heat colour with an uneven border."""
    radius = draws.uniform(9, 40) * (1.1 - 0.35 * hardness)
    left, top, side = patch_around(center, radius * 1.2)
    x, y = grid(left, top, side, side, center)
    stretch = np.float32(draws.uniform(0.6, 1.0))
    if draws.chance(0.5):
        x, y = y, x
    far = (x * x + y * y / (stretch * stretch)) / np.float32(radius * radius)
    border = smooth_noise(draws, side, side, 6)
    shape = np.float32(1) - far + (border - np.float32(0.5)) * np.float32(1.1)
    mask = np.clip(shape * np.float32(radius / 7), 0, 1)
    fine = smooth_noise(draws, side, side, max(side // 4, 4))
    strength = _contrast(draws, hardness, 0.75, 0.28)
    inner = mask * strength * (np.float32(0.65) + fine * np.float32(0.5))
    rim = np.clip(1 - np.abs(shape - np.float32(0.15)) * np.float32(6), 0, 1)
    color = draws.choice((RUST, RUST, OIL, CHALK, HEAT))
    canvas.paint(np.clip(inner, 0, 0.95), left, top, color)
    canvas.shade(rim * mask * strength * np.float32(-0.2), left, top)
    return mask, left, top
