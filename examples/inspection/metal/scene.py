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
        boxes, places = fittings.row(draws, canvas, light, missing)
        objects += [("missing_part", box) for box in boxes]
        taken += [_around(place) for place in places]
    crowded = draws.chance(0.15)
    for _ in range(draws.integer(4, 7) if crowded else draws.integer(0, 3)):
        _add(draws, canvas, light, hardness, objects, taken)
    picture = camera.photograph(draws, canvas, night, hardness)
    return picture, {"objects": objects, "night": night, "finish": finish}
