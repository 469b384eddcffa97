#!/usr/bin/env python3
"""Trains the detector and writes inspection.onnx and training.log.

Needs PyTorch (Debian: python3-torch) besides numpy and Pillow. One core is
enough; see README.md for the time. The pictures are made first and kept in
--cache (about 2 GB).
"""

import argparse
import copy
import math
import os
import sys
import time

import numpy as np
import torch

import model
import pictures
import score
import surfaces
from objective import Objective

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH = 16
PEAK_RATE, LAST_RATE, DECAY = 2e-3, 2e-5, 0.03
WARMUP_STEPS = 300
AVERAGE = 0.998


class Log:
    """Lines to a file and the screen, with the seconds since the start."""

    def __init__(self, path, append):
        self.file = open(path, "a" if append else "w", encoding="ascii")
        self.start = time.time()

    def __call__(self, text):
        line = f"[{time.time() - self.start:6.0f} s] {text}"
        print(line, flush=True)
        self.file.write(line + "\n")
        self.file.flush()


def batch_of(pixels, truths, numbers, random):
    """Pictures and boxes, turned and mirrored at random, brightness varied."""
    images, boxes = [], []
    for n in numbers:
        image = torch.from_numpy(np.array(pixels[n])).permute(2, 0, 1)
        truth = torch.from_numpy(truths[n]).clone()
        if random.random() < 0.5:
            image = image.flip(2)
            truth[:, [1, 3]] = model.SIZE - truth[:, [3, 1]]
        if random.random() < 0.5:
            image = image.flip(1)
            truth[:, [2, 4]] = model.SIZE - truth[:, [4, 2]]
        if random.random() < 0.5:
            image = image.transpose(1, 2)
            truth = truth[:, [0, 2, 1, 4, 3]]
        gain = random.uniform(0.75, 1.25) * random.uniform(0.95, 1.05, 3)
        gain = torch.tensor(gain / 255, dtype=torch.float32)[:, None, None]
        images.append((image * gain).clamp(0, 1))
        boxes.append(truth)
    images = torch.stack(images)
    return images.contiguous(memory_format=torch.channels_last), boxes


def measure(detector, split, count, cache):
    """mAP50 and mAP50-95 on a split, and AP50 by class."""
    pixels, truths = pictures.load(split, count, cache)
    network = model.Exported(detector).eval()
    found = []
    with torch.no_grad():
        for image in pixels:
            x = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None]
            found.append(score.detections((network(x / 255.0))[0].numpy()))
    table = score.average_precision(found, truths, model.CLASSES)
    return np.nanmean(table[:, 0]), np.nanmean(table), table[:, 0]


def rate_at(step, steps):
    if step < WARMUP_STEPS:
        return PEAK_RATE * (step + 1) / WARMUP_STEPS
    part = (step - WARMUP_STEPS) / max(steps - WARMUP_STEPS, 1)
    return LAST_RATE + (PEAK_RATE - LAST_RATE) * (1 + math.cos(
        math.pi * part)) / 2


def optimizer_of(detector):
    """Weight decay for the kernels only, not for biases and norms."""
    kernels = [p for p in detector.parameters() if p.ndim > 1]
    others = [p for p in detector.parameters() if p.ndim <= 1]
    return torch.optim.AdamW([{"params": kernels, "weight_decay": DECAY},
                              {"params": others, "weight_decay": 0.0}])


def follow(average, detector, step):
    """Moves the averaged weights towards the trained ones."""
    keep = AVERAGE * (1 - math.exp(-step / 400))
    new = detector.state_dict()
    for name, value in average.state_dict().items():
        if value.dtype.is_floating_point:
            value.mul_(keep).add_(new[name], alpha=1 - keep)
        else:
            value.copy_(new[name])


def store(path, state, random, epochs):
    saved = {name: part.state_dict() for name, part in state.items()}
    torch.save({**saved, "random": random.bit_generator.state,
                "epochs": epochs}, path)


def restore(path, state, random):
    """Puts a stored state back; returns how many epochs it has seen."""
    saved = torch.load(path)
    for name, part in state.items():
        part.load_state_dict(saved[name])
    random.bit_generator.state = saved["random"]
    return saved["epochs"]


def train(options, log):
    """Trains from the start; returns the averaged detector."""
    random = np.random.default_rng(options.seed)
    torch.manual_seed(options.seed)
    pixels, truths = pictures.load("train", options.pictures, options.cache)
    detector = model.Detector().to(memory_format=torch.channels_last)
    average = copy.deepcopy(detector)
    log(f"{sum(p.numel() for p in detector.parameters())} parameters, "
        f"{len(truths)} pictures, {sum(map(len, truths))} objects, "
        f"{options.epochs} epochs, seed {options.seed}")
    objective, optimizer = Objective(), optimizer_of(detector)
    steps = options.epochs * (len(truths) // BATCH)
    state = {"detector": detector, "average": average,
             "optimizer": optimizer}
    path = os.path.join(options.cache, "checkpoint.pt")
    begin = 0
    if options.resume:
        begin = restore(path, state, random)
        log(f"resumed after {begin} of {options.epochs} epochs")
    step = begin * (len(truths) // BATCH)
    for epoch in range(begin, options.epochs):
        order = random.permutation(len(truths))
        parts = torch.zeros(3)
        for first in range(0, len(order) - BATCH + 1, BATCH):
            for group in optimizer.param_groups:
                group["lr"] = rate_at(step, steps)
            images, boxes = batch_of(pixels, truths,
                                     order[first:first + BATCH], random)
            loss, now = objective(*detector(images), boxes)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(detector.parameters(), 10.0)
            optimizer.step()
            step += 1
            follow(average, detector, step)
            parts += now
            if step % 100 == 0:
                log(f"epoch {epoch + 1} step {step}/{steps} "
                    f"loss {float(loss):.3f}")
        box, scores, bins = (parts / (len(order) // BATCH)).tolist()
        map50, map_all, _ = measure(average, "validation", 200, options.cache)
        log(f"epoch {epoch + 1}/{options.epochs} "
            f"loss {box + scores + bins:.4f} "
            f"(box {box:.4f}, score {scores:.4f}, bins {bins:.4f}) "
            f"validation mAP50 {map50:.4f} mAP50-95 {map_all:.4f}")
        store(path, state, random, epoch + 1)
    return average


def main(arguments):
    parser = argparse.ArgumentParser(description="Trains the detector.")
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--pictures", type=int,
                        default=surfaces.SPLITS["train"][1])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true",
                        help="go on from the checkpoint in the cache")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cache", default="/tmp/octet-inspection")
    parser.add_argument("--out", default=HERE)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    log = Log(os.path.join(options.out, "training.log"), options.resume)
    detector = train(options, log).eval()
    map50, map_all, by_class = measure(detector, "test", 100, options.cache)
    log(f"test mAP50 {map50:.4f} mAP50-95 {map_all:.4f}; AP50 " +
        ", ".join(f"{name} {value:.4f}" for name, value in
                  zip(surfaces.scene.CLASSES, by_class)))
    model.export(detector.to(memory_format=torch.contiguous_format),
                 os.path.join(options.out, "inspection.onnx"))


if __name__ == "__main__":
    main(sys.argv[1:])
