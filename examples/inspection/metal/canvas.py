"""The pixels of a picture, and masks to paint them through.

A patch is a small array placed at (left, top); it may stick out of the
picture, and what sticks out is cut off.
"""

import numpy as np
from PIL import Image, ImageDraw

SIZE = 320
OVERSAMPLING = 4
SMALLEST_SIDE = 9


class Canvas:
    """float32 [SIZE, SIZE, 3], 0 is black and 255 white."""

    def __init__(self, pixels):
        self.pixels = pixels

    def _overlap(self, mask, left, top):
        height, width = mask.shape
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + width, SIZE), min(top + height, SIZE)
        if x0 >= x1 or y0 >= y1:
            return None, None
        inside = mask[y0 - top:y1 - top, x0 - left:x1 - left, None]
        return self.pixels[y0:y1, x0:x1], inside

    def paint(self, mask, left, top, color):
        """Moves pixels towards a colour by the share in the mask, 0 to 1."""
        pixels, share = self._overlap(mask, left, top)
        if pixels is not None:
            pixels += (np.asarray(color, np.float32) - pixels) * share

    def shade(self, field, left, top):
        """Multiplies pixels by 1 + field."""
        pixels, share = self._overlap(field, left, top)
        if pixels is not None:
            pixels *= np.float32(1) + share


def box_of(mask, left, top, threshold=0.25):
    """The box around what a mask shows inside the picture, in whole pixels.

    The box has a margin of one pixel, and no side is shorter than
    SMALLEST_SIDE: nobody outlines a straight scratch any tighter.

    returns: (x, y, width, height), and the share of the masked pixels that
             are inside the picture; (None, 0.0) for none.
    """
    rows, columns = np.nonzero(mask >= threshold)
    inside = ((rows + top >= 0) & (rows + top < SIZE) &
              (columns + left >= 0) & (columns + left < SIZE))
    if not inside.any():
        return None, 0.0
    share = int(inside.sum()) / len(rows)
    x, width = _span(columns[inside] + left)
    y, height = _span(rows[inside] + top)
    return (x, y, width, height), share


def _span(positions):
    first, last = int(positions.min()) - 1, int(positions.max()) + 1
    missing = max(SMALLEST_SIDE - (last - first + 1), 0)
    first -= missing // 2
    last += missing - missing // 2
    first, last = max(first, 0), min(last, SIZE - 1)
    return first, last - first + 1


def grid(left, top, width, height, center):
    """Coordinates of a patch's pixel centres relative to a point."""
    x = np.arange(width, dtype=np.float32) + np.float32(left + 0.5 - center[0])
    y = np.arange(height, dtype=np.float32) + np.float32(top + 0.5 - center[1])
    return x[None, :], y[:, None]


def patch_around(center, radius):
    """(left, top, side) of a square patch that holds a disc and a margin."""
    side = int(2 * radius) + 6
    return (int(center[0] - side / 2), int(center[1] - side / 2), side)


def cover(distance):
    """Antialiased inside of a signed distance: 1 inside, 0 outside."""
    return np.clip(np.float32(0.5) - distance, 0, 1)


def strokes(segments):
    """Draws line segments (x0, y0, x1, y1, width) into a patch.

    returns: mask float32 0..1, left, top.
    """
    margin = 4
    left = int(min(min(s[0], s[2]) for s in segments)) - margin
    top = int(min(min(s[1], s[3]) for s in segments)) - margin
    right = int(max(max(s[0], s[2]) for s in segments)) + margin
    bottom = int(max(max(s[1], s[3]) for s in segments)) + margin
    n = OVERSAMPLING
    image = Image.new("L", ((right - left) * n, (bottom - top) * n))
    draw = ImageDraw.Draw(image)
    for x0, y0, x1, y1, width in segments:
        a = (int((x0 - left) * n), int((y0 - top) * n))
        b = (int((x1 - left) * n), int((y1 - top) * n))
        thickness = max(int(width * n + 0.5), 1)
        draw.line([a, b], fill=255, width=thickness)
        if thickness > 3:
            r = thickness // 2
            draw.ellipse([b[0] - r, b[1] - r, b[0] + r, b[1] + r], fill=255)
    return to_mask(image.reduce(n)), left, top


def to_mask(image):
    return np.asarray(image, np.float32) * np.float32(1 / 255)


def smooth_noise(draws, height, width, cells):
    """Smooth noise 0..1 with about `cells` bumps a side, [height, width]."""
    coarse = draws.generator.integers(0, 256, (cells, cells), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((width, height), Image.BICUBIC)
    return to_mask(image)
