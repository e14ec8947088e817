"""Our rasterizer, asked through the example that reads shapes as JSON lines."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
from pycocotools import mask as coco


def example(name):
    return Path(os.environ["INSITU_EXAMPLES"]) / name


def rasterize(jobs):
    """The answer to each job, in order."""
    lines = "".join(json.dumps(job) + "\n" for job in jobs)
    done = subprocess.run([example("raster")], input=lines, capture_output=True, text=True, check=True, timeout=300)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(jobs)
    return answers


def job(rule, size, rings, whole=True):
    """A shape of one zone whose later rings are holes, or of a zone for every ring."""
    zones = [{"region": rings[0], "holes": rings[1:]}] if whole else [{"region": ring} for ring in rings]
    return {"size": size, "rule": rule, "parts": zones}


def box(rule, size, corners):
    return {"size": size, "rule": rule, "parts": [{"box": corners}]}


def pixels(answer, size):
    """An answer's pixels, decoded by pycocotools."""
    width, height = size
    return coco.decode({"size": [height, width], "counts": answer["counts"]})


def encoded(bits):
    """Pixels as pycocotools encodes them, with area and bounding box."""
    rle = coco.encode(np.asfortranarray(bits))
    return {
        "counts": rle["counts"].decode(),
        "area": int(coco.area(rle)),
        "bbox": [int(number) for number in coco.toBbox(rle)],
    }
