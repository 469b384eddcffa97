#!/usr/bin/env python3
"""Writes the inspection example's pictures and their annotations.

  surfaces.py --split calib --out DIR    200 pictures to calibrate with
  surfaces.py --split test --out DIR     100 pictures to measure on

DIR/images/*.png are the pictures, DIR/annotations.json the boxes in COCO's
form. The same command gives the same bytes every time; nothing is stored.
Needs numpy and Pillow (Debian: python3-numpy python3-pil).
"""

import argparse
import json
import os
import sys

from PIL import Image

from metal import scene

# The first number of the seed keeps the splits apart.
SPLITS = {"train": (1, 6000), "validation": (2, 200), "calib": (3, 200),
          "test": (4, 100)}


def picture(split, index):
    """Picture `index` of a split, as `scene.make` returns it."""
    return scene.make(SPLITS[split][0], index)


def annotations(split, truths):
    """The COCO form of a list of what `scene.make` tells about pictures."""
    images, objects = [], []
    for index, truth in enumerate(truths):
        images.append({"id": index, "file_name": file_name(split, index),
                       "width": 320, "height": 320, "night": truth["night"],
                       "finish": truth["finish"]})
        for name, box in truth["objects"]:
            objects.append({"id": len(objects) + 1, "image_id": index,
                            "category_id": scene.CLASSES.index(name),
                            "bbox": list(box), "area": box[2] * box[3],
                            "iscrowd": 0})
    categories = [{"id": i, "name": name}
                  for i, name in enumerate(scene.CLASSES)]
    return {"info": {"description": "octet inspection example, " + split},
            "images": images, "annotations": objects, "categories": categories}


def file_name(split, index):
    return f"{split}_{index:04d}.png"


def write(split, count, folder):
    os.makedirs(os.path.join(folder, "images"), exist_ok=True)
    truths = []
    for index in range(count):
        pixels, truth = picture(split, index)
        path = os.path.join(folder, "images", file_name(split, index))
        Image.fromarray(pixels).save(path, compress_level=1)
        truths.append(truth)
    with open(os.path.join(folder, "annotations.json"), "w",
              encoding="ascii") as file:
        json.dump(annotations(split, truths), file, indent=1)
        file.write("\n")


def main(arguments):
    parser = argparse.ArgumentParser(
        description="Writes the inspection example's pictures.")
    parser.add_argument("--split", choices=sorted(SPLITS), required=True)
    parser.add_argument("--out", required=True, help="folder to write")
    parser.add_argument("--count", type=int,
                        help="how many pictures (default: all of the split)")
    options = parser.parse_args(arguments)
    count = SPLITS[options.split][1] if options.count is None else options.count
    if count < 1:
        parser.error("--count must be at least 1")
    write(options.split, count, options.out)
    print(f"{count} pictures in {options.out}/images, boxes in "
          f"{options.out}/annotations.json")


if __name__ == "__main__":
    main(sys.argv[1:])
