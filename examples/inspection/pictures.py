"""The splits as arrays, made once and kept in a cache folder."""

import json
import os

import numpy as np
from metal import scene

import surfaces


def load(split, count, folder):
    """uint8 [count, 320, 320, 3], and a list of float32 [k, 5] arrays.

    A row of the second is (class, x0, y0, x1, y1) in pixels.
    """
    os.makedirs(folder, exist_ok=True)
    stem = os.path.join(folder, f"{split}_{count}")
    if not os.path.exists(stem + ".json"):
        _make(split, count, stem)
    with open(stem + ".json", encoding="ascii") as file:
        truths = [np.asarray(t, np.float32).reshape(-1, 5)
                  for t in json.load(file)]
    return np.load(stem + ".npy", mmap_mode="r"), truths


def _make(split, count, stem):
    pixels = np.lib.format.open_memmap(stem + ".npy", "w+", np.uint8,
                                       (count, 320, 320, 3))
    truths = []
    for index in range(count):
        pixels[index], truth = surfaces.picture(split, index)
        truths.append([[scene.CLASSES.index(name), x, y, x + w, y + h]
                       for name, (x, y, w, h) in truth["objects"]])
    pixels.flush()
    with open(stem + ".json", "w", encoding="ascii") as file:
        json.dump(truths, file)
