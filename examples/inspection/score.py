"""Detections from raw outputs, and COCO's average precision, in numpy.

Follows COCOeval (boxes, all areas, at most 100 detections a picture), so the
numbers equal pycocotools' on the same boxes.
"""

import numpy as np

SCORE_THRESHOLD = 0.001
NMS_IOU = 0.6
MOST_DETECTIONS = 100
IOU_LEVELS = 0.5 + 0.05 * np.arange(10)
RECALLS = np.linspace(0.0, 1.0, 101)


def detections(output):
    """Decodes one picture's output [4 + classes, N].

    returns: float array [k, 6], rows (class, score, x0, y0, x1, y1), best
             score first, after suppression class by class.
    """
    center, size = output[:2].T, output[2:4].T
    boxes = np.clip(np.concatenate((center - size / 2, center + size / 2), 1),
                    0, 320)
    found = []
    for label, scores in enumerate(output[4:]):
        order = np.argsort(-scores, kind="stable")
        order = order[scores[order] > SCORE_THRESHOLD][:1000]
        for i in _suppress(boxes[order]):
            found.append((label, scores[order[i]], *boxes[order[i]]))
    found.sort(key=lambda row: -row[1])
    return np.asarray(found[:MOST_DETECTIONS], np.float64).reshape(-1, 6)


def _suppress(boxes):
    """Numbers of the boxes that no better box overlaps too much."""
    kept = []
    alive = np.ones(len(boxes), bool)
    for i in range(len(boxes)):
        if alive[i]:
            kept.append(i)
            alive[i + 1:] &= iou(boxes[i:i + 1], boxes[i + 1:])[0] <= NMS_IOU
    return kept


def iou(a, b):
    """Intersection over union of boxes [n, 4] and [m, 4], as [n, m]."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    area_a = (a[:, 2:] - a[:, :2]).prod(1)[:, None]
    area_b = (b[:, 2:] - b[:, :2]).prod(1)[None]
    return shared / np.maximum(area_a + area_b - shared, 1e-9)


def average_precision(found, truths, classes):
    """AP by class and IoU level, [classes, 10], of lists over pictures.

    found: arrays as `detections` returns; truths: arrays of rows
    (class, x0, y0, x1, y1). NaN where a class has no object.
    """
    table = np.full((classes, len(IOU_LEVELS)), np.nan)
    for label in range(classes):
        count, scores, hits = 0, [], []
        for rows, truth in zip(found, truths):
            mine = rows[rows[:, 0] == label]
            real = truth[truth[:, 0] == label, 1:]
            count += len(real)
            scores.append(mine[:, 1])
            hits.append(_match(mine[:, 2:], real))
        if count:
            order = np.argsort(-np.concatenate(scores), kind="mergesort")
            flat = np.concatenate(hits, 1)[:, order]
            table[label] = [_area(level, count) for level in flat]
    return table


def _match(boxes, real):
    """Which detections find an object of their own, bool [levels, k]."""
    hits = np.zeros((len(IOU_LEVELS), len(boxes)), bool)
    if len(real) == 0:
        return hits
    overlaps = iou(boxes.astype(np.float64), real.astype(np.float64))
    for t, level in enumerate(IOU_LEVELS):
        free = np.ones(len(real), bool)
        for i, row in enumerate(overlaps):
            best = np.where(free, row, -1)
            # COCOeval takes the last of equally good objects.
            j = len(best) - 1 - int(np.argmax(best[::-1]))
            if best[j] >= min(level, 1 - 1e-10):
                free[j], hits[t, i] = False, True
    return hits


def _area(hits, count):
    """Mean precision over 101 recalls, precision made to fall only."""
    right = np.cumsum(hits)
    recall = right / count
    precision = right / np.arange(1, len(hits) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, RECALLS, side="left")
    return float(np.append(falling, 0.0)[np.minimum(at, len(hits))].mean())
