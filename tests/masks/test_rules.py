"""The three rules of pixels, bit for bit beside an exact computation, pycocotools and OpenCV."""

import random

import cv2
import numpy as np
import pytest
from pycocotools import _mask as coco_rings
from pycocotools import mask as coco

from rasterizer import box, encoded, job, pixels, rasterize
from shapes import by_chance, by_hand, large, wavy

HAND = [((16, 12), rings) for rings in by_hand()]
CASES = HAND + list(by_chance(3000, seed=1)) + list(large(seed=2))


def assert_same(jobs, wanted):
    """Every answer is what is wanted: counts, area and box."""
    wrong = []
    for asked, answer, expected in zip(jobs, rasterize(jobs), wanted, strict=True):
        if answer != expected:
            wrong.append((asked, answer, expected))
    assert not wrong, f"{len(wrong)} of {len(jobs)} differ, such as {str(min(wrong, key=lambda one: len(str(one))))[:2000]}"


def even_odd(rings, size, grid=1024):
    """Centres inside, in whole numbers: exact for coordinates that are multiples of one over `grid`."""
    width, height = size
    x = (2 * np.arange(width, dtype=np.int64) + 1) * (grid // 2)
    y = (2 * np.arange(height, dtype=np.int64) + 1)[:, None] * (grid // 2)
    inside = np.zeros((height, width), dtype=bool)
    for ring in rings:
        corners = [[round(value * grid) for value in point] for point in ring]
        for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1]):
            if ay > by:
                ax, ay, bx, by = bx, by, ax, ay
            inside ^= (ay <= y) & (y < by) & ((x - ax) * (by - ay) >= (y - ay) * (bx - ax))
    return inside.astype(np.uint8)


def filled(rings, size):
    width, height = size
    bits = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(bits, [np.rint(np.array(ring, dtype=np.float64)).astype(np.int32) for ring in rings], 1)
    return bits


def coco_ring(ring, size):
    width, height = size
    return coco_rings.frPoly([[value for point in ring for value in point]], height, width)[0]


def coco_facts(rle):
    return {
        "counts": rle["counts"].decode(),
        "area": int(coco.area(rle)),
        "bbox": [int(number) for number in coco.toBbox(rle)],
    }


def test_opencv_is_the_version_that_the_rule_names():
    assert cv2.__version__.startswith("4.11.")


def on_grid(rings, grid=1024):
    return [[[round(value * grid) / grid for value in point] for point in ring] for ring in rings]


def test_centres_are_inside_exactly():
    cases = [(size, on_grid(rings)) for size, rings in CASES]
    jobs = [job("centre", size, rings) for size, rings in cases]
    assert_same(jobs, [encoded(even_odd(rings, size)) for size, rings in cases])


def test_opencv_sets_the_same_pixels():
    jobs = [job("opencv", size, rings) for size, rings in CASES]
    assert_same(jobs, [encoded(filled(rings, size)) for size, rings in CASES])


def test_opencv_sets_the_same_pixels_far_outside():
    rnd = random.Random(3)
    cases = []
    for _ in range(500):
        size = (rnd.randint(1, 60), rnd.randint(1, 60))
        far = rnd.choice([100, 10_000, 1_000_000])
        corners = rnd.randint(2, 6)
        cases.append((size, [[[rnd.randint(-far, far), rnd.randint(-far, far)] for _ in range(corners)]]))
    jobs = [job("opencv", size, rings) for size, rings in cases]
    assert_same(jobs, [encoded(filled(rings, size)) for size, rings in cases])


@pytest.mark.parametrize("seed", [4, 5])
def test_pycocotools_sets_the_same_pixels(seed):
    cases = HAND + list(by_chance(2500, seed, grids=(1, 2, 5, 10, 1000))) + list(large(seed))
    jobs = [job("coco", size, rings, whole=False) for size, rings in cases]
    wanted = [coco.merge([coco_ring(ring, size) for ring in rings]) for size, rings in cases]
    assert_same(jobs, [coco_facts(rle) for rle in wanted])


def test_pycocotools_sets_the_same_pixels_far_outside():
    rnd = random.Random(6)
    cases = []
    for _ in range(300):
        size = (rnd.randint(1, 60), rnd.randint(1, 60))
        far = rnd.choice([100, 3_000, 30_000])
        cases.append((size, [[[rnd.uniform(-far, far), rnd.uniform(-far, far)] for _ in range(rnd.randint(2, 6))]]))
    jobs = [job("coco", size, rings) for size, rings in cases]
    assert_same(jobs, [coco_facts(coco_ring(rings[0], size)) for size, rings in cases])


def test_a_hole_is_what_pycocotools_sets_of_it_taken_out():
    cases = [(size, rings) for size, rings in by_chance(500, seed=7) if len(rings) > 1]
    assert len(cases) > 100
    answers = rasterize([job("coco", size, rings) for size, rings in cases])
    for (size, rings), answer in zip(cases, answers):
        region, *holes = (coco.decode(coco_ring(ring, size)) for ring in rings)
        for hole in holes:
            region &= 1 - hole
        assert (pixels(answer, size) == region).all(), (size, rings)


def test_boxes_are_theirs_too_with_negative_sizes():
    rnd = random.Random(8)
    grids = [1, 2, 10, 1024]
    boxes = []
    for _ in range(1000):
        grid = rnd.choice(grids)
        boxes.append([rnd.randint(-30 * grid, 60 * grid) / grid for _ in range(4)])
    size = (40, 30)
    wanted = [coco_facts(rle) for rle in coco.frPyObjects(np.array(boxes), 30, 40)]
    assert_same([box("coco", size, corners) for corners in boxes], wanted)
    rings = [[[x, y], [x + w, y], [x + w, y + h], [x, y + h]] for x, y, w, h in boxes]
    wanted = [encoded(filled([ring], size)) for ring in rings]
    assert_same([box("opencv", size, corners) for corners in boxes], wanted)
    rings = on_grid(rings)
    wanted = [encoded(even_odd([ring], size)) for ring in rings]
    assert_same([box("centre", size, corners) for corners in (on_grid([boxes])[0])], wanted)


def test_zones_of_one_shape_are_united_by_every_rule():
    cases = [(size, on_grid(rings)) for size, rings in by_chance(400, seed=9)]
    for rule, one in [("centre", lambda ring, size: even_odd([ring], size)), ("opencv", lambda ring, size: filled([ring], size))]:
        jobs = [job(rule, size, rings, whole=False) for size, rings in cases]
        assert_same(jobs, [encoded(np.maximum.reduce([one(ring, size) for ring in rings])) for size, rings in cases])


def test_the_largest_image_is_counted_as_pycocotools_counts_it():
    size = (65_500, 65_500)
    ring = wavy(random.Random(10), size, 200, grid=1)
    (answer,) = rasterize([job("coco", size, [ring])])
    wanted = coco_ring(ring, size)
    assert answer["counts"] == wanted["counts"].decode()
    assert answer["area"] == int(coco.area(wanted))


def test_coordinates_of_any_size_are_answered():
    huge = [1e300, -1e300, 1.7e308, 4e18, -4e18, 3e9, -3e9, 2.0**31, 5e-324, 0.0]
    rnd = random.Random(11)
    jobs = []
    for rule in ["centre", "coco", "opencv"]:
        for _ in range(200):
            jobs.append(job(rule, (20, 10), [[[rnd.choice(huge), rnd.choice(huge)] for _ in range(5)]]))
            jobs.append(box(rule, (20, 10), [rnd.choice(huge) for _ in range(4)]))
    for answer in rasterize(jobs):
        assert 0 <= answer["area"] <= 200
