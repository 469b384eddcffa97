"""Bolts, rivets and the holes they sit in."""

import math

import numpy as np

from .canvas import box_of, cover, grid, patch_around

# Unit vectors to the three sides of a hexagon.
HEXAGON = ((1.0, 0.0), (0.5, 0.8660254037844386), (0.5, -0.8660254037844386))


def _hexagon(x, y, turn, radius):
    """Signed distance to a hexagon whose sides are `radius` from its centre."""
    c, s = turn
    u, v = x * c + y * s, y * c - x * s
    sides = [np.abs(u * a + v * b) for a, b in HEXAGON]
    return np.maximum(np.maximum(sides[0], sides[1]), sides[2]) - radius


def _cast_shadow(canvas, center, radius, light, depth):
    middle = (center[0] - light[0] * radius * 0.25,
              center[1] - light[1] * radius * 0.25)
    left, top, side = patch_around(middle, radius * 1.5)
    x, y = grid(left, top, side, side, middle)
    distance = np.sqrt(x * x + y * y) / np.float32(radius)
    dark = np.clip((np.float32(1.5) - distance) * np.float32(2), 0, 1)
    canvas.shade(dark * np.float32(-depth), left, top)


def bolt(canvas, center, radius, style, turn, light, tone):
    """A bolt head: style is "hex", "socket" or "cross"."""
    _cast_shadow(canvas, center, radius, light, 0.4)
    left, top, side = patch_around(center, radius * 1.35)
    x, y = grid(left, top, side, side, center)
    distance = np.sqrt(x * x + y * y)
    slope = (x * light[0] + y * light[1]) / np.float32(radius)
    ring = cover(distance - radius * 1.3)
    canvas.paint(ring, left, top, (tone * 0.85,) * 3)
    canvas.shade(cover(np.abs(distance - radius * 1.25) - 0.5) * slope *
                 np.float32(0.35), left, top)
    if style == "hex":
        shape = _hexagon(x, y, turn, radius * 0.95)
    else:
        shape = distance - radius
    head = cover(shape)
    canvas.paint(cover(shape - 1) * np.float32(0.55), left, top, (25, 25, 28))
    canvas.paint(head, left, top, (tone, tone, tone * 1.02))
    rim = cover(np.abs(shape + 1.5) - 1)
    canvas.shade(head * slope * np.float32(0.18) +
                 rim * slope * np.float32(0.5), left, top)
    if style == "hex":
        face = cover(np.abs(distance - radius * 0.78) - 0.4)
        canvas.shade(face * slope * np.float32(0.5), left, top)
    elif style == "socket":
        well = cover(_hexagon(x, y, turn, radius * 0.45))
        canvas.paint(well * np.float32(0.85), left, top, (30, 30, 32))
    else:
        _cross(canvas, x, y, turn, radius, (left, top))


def _cross(canvas, x, y, turn, radius, corner):
    u, v = np.abs(x * turn[0] + y * turn[1]), np.abs(y * turn[0] - x * turn[1])
    long_side, short_side = np.maximum(u, v), np.minimum(u, v)
    mark = cover(np.maximum(long_side - radius * 0.6,
                            short_side - radius * 0.14))
    canvas.paint(mark * np.float32(0.8), corner[0], corner[1], (35, 35, 36))


def rivet(canvas, center, radius, light, tone):
    """A round dome, lit from one side."""
    _cast_shadow(canvas, center, radius, light, 0.35)
    left, top, side = patch_around(center, radius)
    x, y = grid(left, top, side, side, center)
    distance = np.sqrt(x * x + y * y)
    canvas.paint(cover(distance - radius), left, top, (tone,) * 3)
    slope = (x * light[0] + y * light[1]) / np.float32(radius)
    near = np.clip(slope * np.float32(1.2), -0.55, 0.6)
    canvas.shade(cover(distance - radius) * near, left, top)


def hole(canvas, center, radius, light, depth):
    """An empty hole with a worn rim; depth 0..1 is how black it is.

    returns: mask of hole and rim, left, top.
    """
    left, top, side = patch_around(center, radius * 1.2)
    x, y = grid(left, top, side, side, center)
    distance = np.sqrt(x * x + y * y)
    slope = (x * light[0] + y * light[1]) / np.float32(radius)
    rim = cover(np.abs(distance - radius * 1.05) - max(radius * 0.1, 0.6))
    canvas.shade(rim * np.clip(-slope, -0.5, 0.5), left, top)
    well = cover(distance - radius)
    canvas.paint(well * np.float32(depth), left, top, (22, 21, 22))
    # The far wall of the bore catches the light, thread by thread.
    wall = well * np.clip(-slope - np.float32(0.35), 0, 1)
    thread = np.abs(distance - np.floor(distance / 3) * 3 - np.float32(1.5))
    canvas.paint(wall * (np.float32(0.2) + thread * np.float32(0.2)),
                 left, top, (120, 118, 112))
    return cover(distance - radius * 1.12), left, top


def slot(canvas, center, half, radius, light, upright):
    """A long hole that belongs there: never round, so never a missing bolt."""
    left, top, side = patch_around(center, half + radius * 1.3)
    x, y = grid(left, top, side, side, center)
    if upright:
        x, y = y, x
    along = np.maximum(np.abs(x) - np.float32(half), 0)
    distance = np.sqrt(along * along + y * y)
    rim = cover(np.abs(distance - radius * 1.1) - 1)
    canvas.shade(rim * np.float32(-0.3 * light[0 if upright else 1]), left, top)
    canvas.paint(cover(distance - radius) * np.float32(0.85),
                 left, top, (28, 27, 28))


def row(draws, canvas, light, missing, taken):
    """A row of equal fittings, some of which are gone and leave a hole.

    missing: how many are gone.
    taken:   places (x, y, radius) to keep clear of.
    returns: boxes (x, y, width, height) of the empty places, and centres
             (x, y, radius) of all places.
    """
    small = draws.chance(0.35)
    radius = draws.uniform(4.5, 7.0) if small else draws.uniform(8.0, 16.0)
    spacing = radius * draws.uniform(3.2, 5.0)
    count = draws.integer(4, 8) if small else draws.integer(3, 6)
    places = [p for p in _places(draws, count, spacing, radius)
              if not any(_touch(p, radius * 1.5, other) for other in taken)]
    style = draws.choice(("hex", "socket", "cross"))
    tone = draws.uniform(95, 190)
    depth = draws.uniform(0.55, 0.95)
    inside = [i for i, p in enumerate(places)
              if radius * 1.2 < p[0] < 320 - radius * 1.2 and
              radius * 1.2 < p[1] < 320 - radius * 1.2]
    gone = set()
    while inside and len(gone) < min(missing, len(inside) - 1):
        gone.add(draws.choice(inside))
    boxes = []
    for i, center in enumerate(places):
        if i in gone:
            size = radius * draws.uniform(0.7, 1.0)
            box, _ = box_of(*hole(canvas, center, size, light, depth), 0.5)
            boxes.append(box)
        elif small:
            rivet(canvas, center, radius, light, tone)
        else:
            bolt(canvas, center, radius, style, draws.direction(), light,
                 tone * draws.uniform(0.93, 1.07))
    return boxes, [(x, y, radius * 1.4) for x, y in places]


def _touch(center, radius, other):
    dx, dy = center[0] - other[0], center[1] - other[1]
    reach = radius + other[2]
    return dx * dx + dy * dy < reach * reach


def _places(draws, count, spacing, radius):
    """Along a border most often, sometimes anywhere or round a flange."""
    kind = draws.integer(0, 9)
    if kind < 2:
        turn = draws.direction()
        center = draws.point(90, 230)
        reach = max(spacing * 1.1, 42.0)
        arms = HEXAGON + tuple((-a, -b) for a, b in HEXAGON)
        return [(center[0] + reach * (a * turn[0] - b * turn[1]),
                 center[1] + reach * (a * turn[1] + b * turn[0]))
                for a, b in arms]
    start = draws.uniform(radius * 1.5, 60)
    offset = draws.uniform(radius * 1.6, 70) if kind < 8 else \
        draws.uniform(60, 260)
    lean = draws.uniform(-0.12, 0.12)
    length = math.sqrt(1 + lean * lean)
    line = [(start + i * spacing / length, offset + i * spacing * lean / length)
            for i in range(count)]
    if draws.chance(0.5):
        line = [(x, 320 - y) for x, y in line]
    return [(y, x) for x, y in line] if draws.chance(0.5) else line
