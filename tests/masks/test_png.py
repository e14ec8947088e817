"""Pictures of masks and of classes, read back by Pillow and OpenCV."""

import io
import random

import cv2
import numpy as np
import pytest
from PIL import Image

from rasterizer import job, pixels, rasterize
from shapes import by_chance, by_hand, large

CASES = [((16, 12), rings) for rings in by_hand()] + list(by_chance(300, seed=21)) + list(large(seed=22))
WHITE = {1: 1, 8: 255, 16: 65535}


def pillow(file):
    """A picture and its samples, checked to the last byte."""
    with Image.open(io.BytesIO(file)) as picture:
        picture.verify()
    with Image.open(io.BytesIO(file)) as picture:
        picture.load()
        return picture.mode, np.array(picture), picture.getpalette()


def opencv(file):
    return cv2.imdecode(np.frombuffer(file, dtype=np.uint8), cv2.IMREAD_UNCHANGED)


def files(jobs):
    return [bytes.fromhex(answer["png"]) for answer in rasterize(jobs)]


@pytest.mark.parametrize("depth", [1, 8, 16])
def test_masks_are_read_back(depth):
    jobs = [job("centre", size, rings) for size, rings in CASES]
    masks = [pixels(answer, size) for answer, (size, _) in zip(rasterize(jobs), CASES)]
    for file, mask in zip(files([{**one, "depth": depth} for one in jobs]), masks, strict=True):
        mode, samples, _ = pillow(file)
        assert mode == {1: "1", 8: "L", 16: "I;16"}[depth]
        assert (samples == mask.astype(np.int64) * WHITE[depth]).all()
        white = 65535 if depth == 16 else 255
        assert (opencv(file) == mask.astype(np.int64) * white).all()


def scenes(count, seed, classes):
    rnd = random.Random(seed)
    shapes = list(by_chance(count * 6, seed, grids=(1, 2)))
    for start in range(0, len(shapes), 6):
        size = shapes[start][0]
        objects = [
            {"class": rnd.randint(1, classes), "parts": job("centre", size, rings)["parts"]}
            for _, rings in shapes[start : start + rnd.randint(1, 6)]
        ]
        yield {"size": size, "rule": "centre", "objects": objects}


def painted(scene):
    """The classes, painted one object after the other."""
    width, height = scene["size"]
    picture = np.zeros((height, width), dtype=np.int64)
    parts = [{"size": scene["size"], "rule": "centre", "parts": one["parts"]} for one in scene["objects"]]
    for one, answer in zip(scene["objects"], rasterize(parts), strict=True):
        picture[pixels(answer, scene["size"]) == 1] = one["class"]
    return picture


@pytest.mark.parametrize(("depth", "classes"), [(8, 3), (8, 255), (16, 65_535)])
def test_classes_are_read_back_with_later_objects_over_earlier_ones(depth, classes):
    asked = list(scenes(60, seed=23 + classes, classes=classes))
    for scene, file in zip(asked, files([{**scene, "depth": depth} for scene in asked]), strict=True):
        wanted = painted(scene)
        assert (pillow(file)[1] == wanted).all()
        assert (opencv(file) == wanted).all()


def test_a_palette_shows_colours_and_keeps_numbers():
    colors = ["#ff0000", "#0f0", "#1234AB"]
    asked = list(scenes(60, seed=24, classes=3))
    for scene, file in zip(asked, files([{**scene, "depth": 8, "colors": colors} for scene in asked]), strict=True):
        wanted = painted(scene)
        mode, samples, palette = pillow(file)
        assert mode == "P"
        assert (samples == wanted).all()
        assert palette[:12] == [0, 0, 0, 255, 0, 0, 0, 255, 0, 0x12, 0x34, 0xAB]
        shown = np.array(palette, dtype=np.uint8).reshape(-1, 3)[wanted]
        assert (cv2.cvtColor(opencv(file), cv2.COLOR_BGR2RGB) == shown).all()
