"""One whole picture: plate, fittings, clutter, defects, camera."""

from . import camera, defects, fittings, markings, texture
from .canvas import box_of
from .draws import Draws

CLASSES = ("scratch", "dent", "stain", "missing_part", "crack")
NIGHT_SHARE = 0.35
_PAINTERS = {"scratch": defects.scratch, "dent": defects.dent,
             "stain": defects.stain, "crack": defects.crack}


def make(*seed):
    """Makes the picture that belongs to a seed.

    returns: uint8 [320, 320, 3], and a dict: `objects` is a list of
             (class name, (x, y, width, height)), `night` a bool, `finish`
             the kind of metal surface.
    """
    draws = Draws(*seed)
    night = draws.chance(NIGHT_SHARE)
    hardness = draws.uniform(0.0, 1.0)
    light = draws.direction()
    canvas, finish = texture.plate(draws)
    markings.clutter(draws, canvas, light)
    objects, taken = [], []
    for _ in range(draws.choice((0, 1, 1, 1, 2))):
        missing = draws.choice((0, 0, 1, 1, 2))
        boxes, places = fittings.row(draws, canvas, light, missing,
                                     taken)
        objects += [("missing_part", box) for box in boxes]
        taken += places
    crowded = draws.chance(0.15)
    for _ in range(draws.integer(4, 7) if crowded else draws.integer(0, 3)):
        _add(draws, canvas, light, hardness, objects, taken)
    picture = camera.photograph(draws, canvas, night, hardness)
    return picture, {"objects": objects, "night": night, "finish": finish}


def _around(place):
    x, y, radius = place
    return (x - radius, y - radius, 2 * radius, 2 * radius)


def _add(draws, canvas, light, hardness, objects, taken):
    """Paints one more defect where there is room; gives up after four tries."""
    name = draws.choice(tuple(_PAINTERS))
    fitted = [_around(place) for place in taken]
    for _ in range(4):
        before = canvas.pixels.copy()
        own = 0.5 * hardness + 0.5 * draws.uniform(0.0, 1.0)
        mask, left, top = _PAINTERS[name](draws, canvas, draws.point(15, 305),
                                          light, own)
        box, share = box_of(mask, left, top)
        if (box is not None and share > 0.6 and max(box[2:]) >= 12 and
                all(_overlap(box, other) < 0.15 for other in fitted) and
                all(_overlap(box, other) < 0.3 for _, other in objects)):
            objects.append((name, box))
            return
        canvas.pixels = before


def _overlap(a, b):
    """Shared area as a part of the smaller box."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(a[2] * a[3], b[2] * b[3])
