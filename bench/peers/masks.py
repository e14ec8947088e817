"""Makes masks with Pillow and with pycocotools: rings as JSON lines in, masks per CPU-second out."""

import io
import json
import sys
import time

import numpy as np
from PIL import Image, ImageDraw
from pycocotools import mask as coco

SIZE = (1024, 768)


def saved(picture):
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def pillow(ring):
    picture = Image.new("L", SIZE)
    ImageDraw.Draw(picture).polygon([tuple(point) for point in ring], fill=255)
    return saved(picture)


def pycocotools(ring):
    width, height = SIZE
    (rle,) = coco.frPyObjects([[value for point in ring for value in point]], height, width)
    return saved(Image.fromarray(np.ascontiguousarray(coco.decode(rle)) * np.uint8(255)))


def rate(make, rings, seconds):
    """Masks per second of this process's CPU time."""
    masks, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for ring in rings:
            make(ring)
            masks += 1
    return masks / (time.process_time() - start)


rings = [json.loads(line) for line in sys.stdin]
print(json.dumps({make.__name__: rate(make, rings, float(sys.argv[1])) for make in (pillow, pycocotools)}))
