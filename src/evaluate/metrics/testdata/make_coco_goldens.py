"""Makes the goldens of this folder with pycocotools.

  python3 make_coco_goldens.py        (needs numpy and pycocotools)

Each file holds annotations and detections, made at random to hit one
difficulty, and what COCOeval says of them.
"""

import contextlib
import io
import json
import pathlib

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

HERE = pathlib.Path(__file__).parent


def make(seed, images=6, classes=3, objects=4, extra=3, score_steps=1000,
         crowds=0.0, jitter=0.06, first_id=1, sizes=(8, 200), empty=()):
    """Objects, and detections that lie on them more or less, or nowhere."""
    random = np.random.default_rng(seed)
    number = lambda x: round(float(x), 2)
    truth = dict(
        images=[dict(id=int(i) * 7 + 3, file_name=f"{i}.jpg", width=640,
                     height=480) for i in random.permutation(images)],
        categories=[dict(id=2 * c + 1, name=f"class {c}")
                    for c in range(classes)],
        annotations=[])
    found = []
    for image in truth["images"]:
        for category in truth["categories"]:
            if category["id"] in empty:
                continue
            for _ in range(random.poisson(objects)):
                size = np.exp(random.uniform(*np.log(sizes), 2))
                corner = random.uniform(0, (640 - size[0], 480 - size[1]))
                box = [number(v) for v in (*corner, *size)]
                crowd = int(random.random() < crowds)
                truth["annotations"].append(dict(
                    id=len(truth["annotations"]) + first_id,
                    image_id=image["id"], category_id=category["id"],
                    bbox=box, area=number(box[2] * box[3] * 0.7),
                    iscrowd=crowd))
                for _ in range(random.integers(0, 6 if crowd else 3)):
                    shift = random.normal(0, jitter, 4) * np.tile(size, 2)
                    found.append((image, category, np.array(box) + shift))
            for _ in range(random.poisson(extra)):
                found.append((image, category,
                              random.uniform(5, 150, 4)))
    detections = [
        dict(image_id=image["id"], category_id=category["id"],
             bbox=[number(v) for v in np.maximum(box, (0, 0, 1, 1))],
             score=int(random.integers(1, score_steps + 1)) / score_steps)
        for image, category, box in found]
    return truth, detections


def score(truth, detections):
    with contextlib.redirect_stdout(io.StringIO()):
        gt = COCO()
        gt.dataset = json.loads(json.dumps(truth))
        gt.createIndex()
        evaluation = COCOeval(gt, gt.loadRes(json.loads(
            json.dumps(detections))), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    classes = []
    for k in range(len(truth["categories"])):
        precision = evaluation.eval["precision"][:, :, k, 0, 2]
        precision = precision[precision > -1]
        classes.append(float(precision.mean()) if precision.size else -1.0)
    return [float(s) for s in evaluation.stats], classes


CASES = {
    "plain": dict(seed=1),
    "ties": dict(seed=2, score_steps=4),
    "all_equal_scores": dict(seed=3, score_steps=1),
    "crowds": dict(seed=4, crowds=0.4, score_steps=20),
    "sizes": dict(seed=5, sizes=(20, 120), images=8, score_steps=50),
    "large_only": dict(seed=6, sizes=(100, 300), images=3),
    "more_than_100": dict(seed=7, images=2, classes=1, objects=20, extra=130,
                          score_steps=200),
    "empty_class": dict(seed=8, classes=4, empty=(3,)),
    "id_zero": dict(seed=9, first_id=0, images=3),
    "exact": dict(seed=10, jitter=0.0),
    "nothing_right": dict(seed=11, objects=1, extra=5, jitter=3.0, images=2),
}


def main():
    for name, options in CASES.items():
        truth, detections = make(**options)
        stats, classes = score(truth, detections)
        text = json.dumps(dict(truth=truth, detections=detections, stats=stats,
                               classes=classes), separators=(",", ":"))
        (HERE / f"{name}.json").write_text(text + "\n")
        print(name, len(detections), [round(s, 3) for s in stats])


if __name__ == "__main__":
    main()
