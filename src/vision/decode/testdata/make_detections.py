"""Makes the goldens of this folder with another implementation.

  python3 make_detections.py FOLDER     (of the vision.py of the test data)

Each file holds the settings and the random outputs of a small head, and the
detections that vision.py, written in NumPy, finds in them.
"""

import json
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
HEIGHT, WIDTH = 64, 96  # of the input
CLASSES = 3


def logistic(x):
    return 1 / (1 + np.exp(-x))


def outputs_of(kind, random):
    """Random outputs with a batch of 1, in the shapes of the head."""
    cells = [(HEIGHT // s) * (WIDTH // s) for s in (8, 16, 32)]
    normal = lambda *shape: random.normal(0, 1, shape).astype(np.float32)
    if kind == "yolox":
        rows = normal(1, sum(cells), 5 + CLASSES)
        rows[:, :, 4:] = logistic(rows[:, :, 4:])
        return [rows]
    if kind == "yolov8":
        columns = normal(1, 4 + CLASSES, sum(cells))
        columns[:, 0] = random.uniform(0, WIDTH, sum(cells))
        columns[:, 1] = random.uniform(0, HEIGHT, sum(cells))
        columns[:, 2:4] = random.uniform(4, 60, (1, 2, sum(cells)))
        columns[:, 4:] = logistic(columns[:, 4:])
        return [columns]
    if kind == "picodet":
        scores = [logistic(normal(1, n, CLASSES)) for n in cells]
        return scores + [normal(1, n, 4 * 8) * 2 for n in cells]
    grid = normal(1, 5 + CLASSES, HEIGHT // 16, WIDTH // 16)
    grid[:, 0] = logistic(grid[:, 0])
    grid[:, 5:] = logistic(grid[:, 5:])
    return [grid]


def rounded(array):
    return [float(f"{x:.4f}") for x in array.ravel()]


def main():
    sys.path.insert(0, sys.argv[1])
    import vision
    random = np.random.default_rng(7)
    for kind in ("yolox", "yolov8", "picodet", "fastestdet"):
        spec = dict(type=kind, input_hw=[HEIGHT, WIDTH], strides=[8, 16, 32],
                    score_threshold=0.3, nms_iou=0.45, max_det=20)
        stored = [dict(shape=list(o.shape), values=rounded(o))
                  for o in outputs_of(kind, random)]
        outputs = [np.array(o["values"], np.float32).reshape(o["shape"])[0]
                   for o in stored]
        place = (0.5, 0.25, 10, 4)
        meta = dict(id=1, width=170, height=230)
        found = vision.detections(spec, outputs, place, meta)
        assert 5 < len(found) <= 20, (kind, len(found))
        golden = dict(spec=spec, outputs=stored, placement=place,
                      width=meta["width"], height=meta["height"],
                      detections=[dict(category=d["category_id"],
                                       score=d["score"], bbox=d["bbox"])
                                  for d in found])
        (HERE / f"{kind}.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
