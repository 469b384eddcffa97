"""Tests of the picture generator: run `pytest examples/inspection`."""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import surfaces
from metal import canvas, scene

HERE = os.path.dirname(os.path.abspath(__file__))


def truths(split, count):
    return [surfaces.picture(split, index)[1] for index in range(count)]


@pytest.fixture(scope="module")
def test_split():
    return truths("test", surfaces.SPLITS["test"][1])


def written(folder, split, count):
    command = [sys.executable, os.path.join(HERE, "surfaces.py"), "--split",
               split, "--count", str(count), "--out", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def test_the_same_command_writes_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        written(tmp_path / name, "test", 4)
    files = sorted(p.relative_to(tmp_path / "a")
                   for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert len(files) == 5
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == \
            (tmp_path / "b" / file).read_bytes()


def test_a_picture_does_not_depend_on_those_made_before_it():
    alone = surfaces.picture("calib", 7)[0]
    for index in range(7):
        surfaces.picture("calib", index)
    assert np.array_equal(alone, surfaces.picture("calib", 7)[0])


def test_the_test_pictures_are_the_ones_the_figures_were_measured_on(
        test_split):
    with open(os.path.join(HERE, "pictures.sha256"), encoding="ascii") as file:
        expected = dict(line.split()[::-1] for line in file)
    for split in ("calib", "test"):
        total = hashlib.sha256()
        for index in range(surfaces.SPLITS[split][1]):
            total.update(surfaces.picture(split, index)[0].tobytes())
        assert total.hexdigest() == expected[split]


def test_splits_share_no_picture():
    hashes = [surfaces.picture(split, index)[0].tobytes()
              for split in surfaces.SPLITS for index in range(5)]
    assert len(set(hashes)) == len(hashes)


def test_pictures_are_color_bytes_of_the_network_s_size():
    pixels = surfaces.picture("train", 0)[0]
    assert pixels.shape == (320, 320, 3) and pixels.dtype == np.uint8


def test_boxes_lie_inside_the_pictures_and_are_not_tiny(test_split):
    for truth in test_split:
        for _, (x, y, width, height) in truth["objects"]:
            assert 0 <= x and 0 <= y
            assert x + width <= 320 and y + height <= 320
            assert max(width, height) >= canvas.SMALLEST_SIDE


def test_every_class_appears_by_day_and_by_night(test_split):
    for night in (False, True):
        names = {name for truth in test_split if truth["night"] == night
                 for name, _ in truth["objects"]}
        assert names == set(scene.CLASSES)


def test_every_finish_appears(test_split):
    assert {t["finish"] for t in test_split} == {"brushed", "cast", "milled"}


def test_some_pictures_show_no_defect_and_some_are_crowded(test_split):
    counts = [len(truth["objects"]) for truth in test_split]
    assert min(counts) == 0 and max(counts) >= 6


def test_night_pictures_are_darker():
    light = {False: [], True: []}
    for index in range(40):
        pixels, truth = surfaces.picture("test", index)
        light[truth["night"]].append(pixels.mean())
    assert np.mean(light[True]) < 0.6 * np.mean(light[False])


def test_a_box_has_a_margin_and_a_smallest_side():
    mask = np.zeros((40, 40), np.float32)
    mask[10, 5:30] = 1
    box, share = canvas.box_of(mask, 100, 200)
    assert box == (104, 206, 27, 9) and share == 1.0


def test_a_box_is_cut_at_the_picture_s_border():
    mask = np.ones((20, 20), np.float32)
    box, share = canvas.box_of(mask, -10, 310)
    assert box == (0, 309, 11, 11) and share == 0.25
    assert canvas.box_of(mask, -30, 0) == (None, 0.0)


def test_the_annotations_are_valid_coco(tmp_path):
    written(tmp_path, "calib", 12)
    with open(tmp_path / "annotations.json", encoding="ascii") as file:
        coco = json.load(file)
    images = {image["id"]: image for image in coco["images"]}
    assert len(images) == 12
    for image in images.values():
        with Image.open(tmp_path / "images" / image["file_name"]) as picture:
            assert picture.size == (image["width"], image["height"])
    categories = {c["id"]: c["name"] for c in coco["categories"]}
    assert tuple(categories.values()) == scene.CLASSES
    numbers = [a["id"] for a in coco["annotations"]]
    assert len(set(numbers)) == len(numbers) > 0 and 0 not in numbers
    for annotation in coco["annotations"]:
        assert annotation["image_id"] in images
        assert annotation["category_id"] in categories
        assert annotation["iscrowd"] == 0
        _, _, width, height = annotation["bbox"]
        assert annotation["area"] == width * height > 0


def test_a_wrong_count_is_refused(tmp_path):
    command = [sys.executable, os.path.join(HERE, "surfaces.py"), "--split",
               "test", "--count", "0", "--out", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2 and "at least 1" in result.stderr
