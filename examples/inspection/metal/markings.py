"""What looks like a defect and is none: text, paint, seams, slots."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .canvas import SIZE, grid, strokes, to_mask
from .fittings import slot

PAINTS = ((214, 178, 40), (190, 52, 44), (44, 84, 160), (235, 235, 230),
          (40, 44, 46), (60, 130, 72))
LETTERS = "ABCDEFGHKLMNPRSTUVXZ0123456789"


def clutter(draws, canvas, light):
    """Zero to three harmless things."""
    kinds = (_engraving, _print, _seam, _slot, _stripe, _code, _arrow, _pen)
    for _ in range(draws.integer(0, 3)):
        draws.choice(kinds)(draws, canvas, light)


# Pillow 10.1 and later have an outline font as their default.
_bitmap_font = getattr(ImageFont, "load_default_imagefont",
                       ImageFont.load_default)


def _text(draws):
    """Random letters as a mask, drawn with Pillow's built-in bitmap font."""
    text = "".join(draws.choice(LETTERS) for _ in range(draws.integer(3, 7)))
    if draws.chance(0.5):
        text = text[:2] + "-" + text[2:]
    font = _bitmap_font()
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (right + 2, bottom + 2))
    ImageDraw.Draw(image).text((1, 1), text, fill=255, font=font)
    zoom = draws.uniform(1.2, 3.2)
    size = (int(image.width * zoom), int(image.height * zoom))
    image = image.resize(size, Image.BICUBIC)
    if draws.chance(0.25):
        image = image.transpose(Image.ROTATE_90)
    return to_mask(image)


def _corner(draws, mask):
    height, width = mask.shape
    return (draws.integer(4, max(SIZE - width - 4, 5)),
            draws.integer(4, max(SIZE - height - 4, 5)))


def _engraving(draws, canvas, light):
    mask = _text(draws)
    left, top = _corner(draws, mask)
    depth = np.float32(draws.uniform(0.25, 0.6))
    dx, dy = (1 if light[0] > 0 else -1), (1 if light[1] > 0 else -1)
    canvas.shade(mask * depth * np.float32(0.7), left - dx, top - dy)
    canvas.shade(mask * -depth, left, top)


def _print(draws, canvas, light):
    mask = _text(draws)
    left, top = _corner(draws, mask)
    canvas.paint(mask * np.float32(draws.uniform(0.5, 0.9)), left, top,
                 draws.choice(PAINTS))


def _seam(draws, canvas, light):
    """A step between two plates: a groove, and one side darker."""
    dx, dy = draws.choice(((1.0, 0.0), (0.0, 1.0), (0.8, 0.6), (0.6, -0.8)))
    x, y = grid(0, 0, SIZE, SIZE, draws.point(60, 260))
    across = x * np.float32(dx) + y * np.float32(dy)
    side = np.clip(across, 0, 1)
    groove = np.clip(np.float32(draws.uniform(1.2, 3.0)) - np.abs(across), 0, 1)
    edge = np.clip(np.float32(1.5) - np.abs(across + np.float32(3)), 0, 1)
    canvas.shade(side * np.float32(draws.uniform(-0.3, 0.15)) -
                 groove * np.float32(draws.uniform(0.4, 0.75)) +
                 edge * np.float32(0.2 * (light[0] * dx + light[1] * dy)),
                 0, 0)


def _slot(draws, canvas, light):
    radius = draws.uniform(4, 9)
    slot(canvas, draws.point(40, 280), radius * draws.uniform(1.5, 3.0),
         radius, light, draws.chance(0.5))


def _stripe(draws, canvas, light):
    """A painted warning band with slanted bars."""
    width, pitch = draws.integer(10, 24), draws.integer(14, 30)
    length = draws.integer(80, 320)
    x, y = grid(0, 0, length, width, (0, 0))
    bars = (np.floor((x + y) / np.float32(pitch)) % 2).astype(np.float32)
    left, top = draws.integer(-40, 200), draws.integer(0, SIZE - width)
    share = np.float32(draws.uniform(0.45, 0.85))
    if draws.chance(0.5):
        bars, left, top = bars.T, top, left
    canvas.paint(bars * share, left, top, (38, 38, 38))
    canvas.paint((1 - bars) * share, left, top, (206, 172, 46))


def _code(draws, canvas, light):
    """A printed matrix code or bar code."""
    n = draws.integer(8, 14)
    rows = n if draws.chance(0.6) else 1
    cells = draws.generator.integers(0, 2, (rows, n)).astype(np.uint8) * 255
    cells[:, 0] = 255
    cells[-1, :] = cells[-1, :] if rows == 1 else 255
    side = draws.integer(2, 4)
    height = n * side if rows > 1 else draws.integer(14, 28)
    image = Image.fromarray(cells).resize((n * side, height), Image.NEAREST)
    mask = to_mask(image)
    left, top = _corner(draws, mask)
    share = np.float32(draws.uniform(0.5, 0.9))
    canvas.paint(np.full((height + 8, n * side + 8), share * 0.7, np.float32),
                 left - 4, top - 4, (225, 225, 222))
    canvas.paint(mask * share, left, top, (30, 30, 32))


def _arrow(draws, canvas, light):
    dx, dy = draws.direction()
    x, y = draws.point(60, 260)
    reach, width = draws.uniform(18, 45), draws.uniform(2.0, 4.0)
    tip = (x + dx * reach, y + dy * reach)
    wing = reach * 0.35
    shaft = [(x - dx * reach, y - dy * reach) + tip + (width,)]
    for side in (-1, 1):
        end = (tip[0] - wing * (dx + side * dy),
               tip[1] - wing * (dy - side * dx))
        shaft.append(tip + end + (width,))
    _painted(draws, canvas, shaft)


def _pen(draws, canvas, light):
    """A ring or a check mark that somebody drew with a paint pen."""
    x, y = draws.point(50, 270)
    size, width = draws.uniform(8, 20), draws.uniform(1.8, 3.2)
    if draws.chance(0.5):
        corners = ((1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0),
                   (-0.7, -0.7), (0, -1), (0.7, -0.7), (1, 0.1))
    else:
        corners = ((-0.8, 0), (-0.2, 0.7), (1, -1))
    points = [(x + a * size, y + b * size) for a, b in corners]
    _painted(draws, canvas, [a + b + (width,)
                             for a, b in zip(points, points[1:])])


def _painted(draws, canvas, segments):
    mask, left, top = strokes(segments)
    canvas.paint(mask * np.float32(draws.uniform(0.55, 0.9)), left, top,
                 draws.choice(PAINTS))
