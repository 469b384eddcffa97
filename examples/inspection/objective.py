"""What training minimizes.

Places are assigned to objects by "task alignment" (Feng et al., TOOD, ICCV
2021): the ten places inside an object's box whose score^0.5 * IoU^6 is
highest. Losses: binary cross entropy towards the alignment, complete IoU
(Zheng et al., AAAI 2020), and the distribution focal loss.
"""

import math

import torch
import torch.nn.functional as F

from model import BINS, CLASSES, places

BEST_PLACES = 10
BOX_WEIGHT, SCORE_WEIGHT, BINS_WEIGHT = 7.5, 0.5, 1.5


class Objective:
    def __init__(self):
        self.points, self.strides = places()
        self.bins = torch.arange(float(BINS))

    def __call__(self, bins, logits, truths):
        """The loss of a batch.

        bins, logits: as the detector returns them.
        truths: list over pictures of float tensors [k, 5], rows
                (class, x0, y0, x1, y1).
        returns: the sum to minimize, and its three parts (box, score, bins).
        """
        bins = bins.unflatten(1, (4, BINS)).permute(0, 3, 1, 2)
        logits = logits.transpose(1, 2)
        boxes = self._boxes(bins)
        with torch.no_grad():
            assigned = [self._assign(b, s, t) for b, s, t in
                        zip(boxes, logits.sigmoid(), truths)]
        target = torch.stack([scores for scores, _, _ in assigned])
        total = target.sum().clamp(min=1)
        score_loss = F.binary_cross_entropy_with_logits(
            logits, target, reduction="sum") / total
        picture = torch.cat([torch.full_like(a[1], i)
                             for i, a in enumerate(assigned)])
        place = torch.cat([a[1] for a in assigned])
        real = torch.cat([a[2] for a in assigned])
        weight = target[picture, place].sum(1)
        overlap = complete_iou(boxes[picture, place], real)
        box_loss = ((1 - overlap) * weight).sum() / total
        bins_loss = (self._bins_loss(bins[picture, place], place, real) *
                     weight).sum() / total
        parts = torch.stack((BOX_WEIGHT * box_loss, SCORE_WEIGHT * score_loss,
                             BINS_WEIGHT * bins_loss))
        return parts.sum(), parts.detach()

    def _boxes(self, bins):
        sides = (bins.softmax(3) @ self.bins) * self.strides
        return torch.cat((self.points - sides[..., :2],
                          self.points + sides[..., 2:]), 2)

    def _assign(self, boxes, scores, truth):
        """Target scores [N, CLASSES], places with an object, their boxes."""
        target = torch.zeros_like(scores)
        if len(truth) == 0:
            return target, torch.zeros(0, dtype=torch.long), boxes[:0]
        label, real = truth[:, 0].long(), truth[:, 1:]
        gaps = torch.cat((self.points[None] - real[:, None, :2],
                          real[:, None, 2:] - self.points[None]), 2)
        inside = gaps.amin(2) > 0
        overlap = plain_iou(real[:, None], boxes[None]).clamp(min=0) * inside
        alignment = scores[:, label].T.sqrt() * overlap ** 6 * inside
        # Places inside come first even when nothing overlaps yet.
        best = (alignment + inside * 1e-12).topk(BEST_PLACES, 1).indices
        chosen = torch.zeros_like(inside).scatter_(1, best, True) & inside
        # A place wanted by several objects goes to the best overlap.
        winner = (overlap + 1e-9).where(chosen, torch.zeros(())).argmax(0)
        place = chosen.any(0).nonzero()[:, 0]
        owner = winner[place]
        mine = alignment[owner, place]
        held = torch.zeros_like(alignment)
        held[owner, place] = 1
        peak = (alignment * held).amax(1).clamp(min=1e-12)
        top = (overlap * held).amax(1)
        target[place, label[owner]] = mine / peak[owner] * top[owner]
        return target, place, real[owner]

    def _bins_loss(self, bins, place, real):
        """Cross entropy with the two bins around each true side."""
        points, strides = self.points[place], self.strides[place]
        sides = torch.cat((points - real[:, :2], real[:, 2:] - points), 1)
        sides = (sides / strides).clamp(0, BINS - 1.01)
        low = sides.long()
        share = sides - low
        logs = bins.log_softmax(2)
        loss = -(logs.gather(2, low[..., None])[..., 0] * (1 - share) +
                 logs.gather(2, low[..., None] + 1)[..., 0] * share)
        return loss.mean(1)


def _shared_and_all(a, b):
    low = torch.maximum(a[..., :2], b[..., :2])
    high = torch.minimum(a[..., 2:], b[..., 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    both = (a[..., 2:] - a[..., :2]).prod(-1) + \
        (b[..., 2:] - b[..., :2]).prod(-1)
    return shared, both - shared


def plain_iou(a, b):
    shared, union = _shared_and_all(a, b)
    return shared / (union + 1e-7)


def complete_iou(a, b):
    """IoU less the distance of the centres and the unlikeness of the shapes."""
    shared, union = _shared_and_all(a, b)
    ratio = shared / (union + 1e-7)
    hull = torch.maximum(a[..., 2:], b[..., 2:]) - \
        torch.minimum(a[..., :2], b[..., :2])
    apart = ((a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) ** 2).sum(-1)
    size_a, size_b = a[..., 2:] - a[..., :2], b[..., 2:] - b[..., :2]
    angle_a = torch.atan(size_a[..., 0] / (size_a[..., 1] + 1e-7))
    angle_b = torch.atan(size_b[..., 0] / (size_b[..., 1] + 1e-7))
    shape = 4 / math.pi ** 2 * (angle_a - angle_b) ** 2
    with torch.no_grad():
        factor = shape / (1 - ratio + shape + 1e-7)
    return ratio - apart / (4 * (hull ** 2).sum(-1) + 1e-7) - factor * shape
