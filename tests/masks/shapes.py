"""Shapes to compare pixels of: made by hand where rules differ, and many more by chance from a fixed seed."""

import random

SIZES = [(1, 1), (1, 9), (9, 1), (16, 12), (33, 40), (64, 48)]


def by_hand():
    """Rings that rules disagree about, for an image of 16 by 12."""
    square = [[2, 2], [10, 2], [10, 9], [2, 9]]
    yield [square]
    yield [[[2.5, 2.5], [10.5, 2.5], [10.5, 9.5], [2.5, 9.5]]]
    yield [[[x + 0.5, y] for x, y in square], [[4, 4], [8, 4], [8, 7], [4, 7]]]
    yield [square, [[2, 2], [6, 2], [6, 5], [2, 5]]]
    yield [square, square]
    yield [[[1, 1], [14, 10], [14, 1], [1, 10]]]  # crosses itself
    yield [[[8, 0], [13, 11], [0, 4], [15, 4], [3, 11]]]  # a star
    yield [[[0, 0], [15, 11], [0.2, 0]]]  # slivers
    yield [[[0, 3.5], [16, 3.5], [16, 3.5001], [0, 3.5001]]]
    yield [[[3, 3], [12, 3]]]  # no area
    yield [[[3, 3], [3, 8], [3, 3]]]
    yield [[[3, 3], [12, 8], [3, 3], [12, 8]]]
    yield [[[5, 5]]]
    yield [[[5.5, 5.5]]]
    yield [[[5, 5]] * 4]
    yield [[[2, 2], [2, 2], [10, 2], [10, 2], [10, 9], [2, 9], [2, 9]]]
    yield [[[-5, -5], [30, -5], [30, 30], [-5, 30]]]  # all of the image
    yield [[[0, 0], [16, 0], [16, 12], [0, 12]]]
    yield [[[-9, 3], [-2, 3], [-2, 8]]]  # outside
    yield [[[20, 3], [29, 3], [29, 8]]]
    yield [[[3, -9], [8, -9], [8, -1]]]
    yield [[[3, 20], [8, 20], [8, 29]]]
    yield [[[-9, 20], [30, -7], [40, 50]]]
    yield [[[-3, 6], [19, 5], [19, 7]]]
    yield [[[-1000, -2000], [3000, 400], [-50, 6000]]]
    yield [[[0.5, 0.5], [1.5, 2.5], [2.5, 4.5], [0.5, 4.5]]]  # edges through centres


def coordinate(rnd, length, grid, beyond):
    low, high = -beyond * length, (1 + beyond) * length
    return round(rnd.uniform(low, high) * grid) / grid


def ring(rnd, size, grid, beyond, corners):
    """A ring of a kind that chance chooses."""
    kind = rnd.randrange(4)
    width, height = size
    if kind == 0:  # close together
        x, y = (coordinate(rnd, length, grid, beyond) for length in size)
        points = [[x + rnd.randint(-3, 3) / grid, y + rnd.randint(-3, 3) / grid] for _ in range(corners)]
    elif kind == 1:  # along rows and columns
        points, at = [], [coordinate(rnd, length, grid, beyond) for length in size]
        for step in range(corners):
            at[step % 2] = coordinate(rnd, size[step % 2], grid, beyond)
            points.append(list(at))
    else:
        points = [[coordinate(rnd, width, grid, beyond), coordinate(rnd, height, grid, beyond)] for _ in range(corners)]
    if rnd.random() < 0.2:
        points.insert(rnd.randrange(len(points)), list(rnd.choice(points)))
    return points


def by_chance(count, seed, grids=(1, 2, 4, 1024), rings=3):
    """`count` times a size and rings. Coordinates are whole multiples of one over a number of `grids`."""
    rnd = random.Random(seed)
    for _ in range(count):
        size = rnd.choice(SIZES)
        grid = rnd.choice(grids)
        beyond = rnd.choice([0, 0, 0.5, 5])
        number = rnd.choice([1, 1, rnd.randint(1, rings)])
        yield size, [ring(rnd, size, grid, beyond, rnd.choice([1, 2, 3, 4, 5, 8, 20])) for _ in range(number)]


def wavy(rnd, size, corners, grid=1024):
    """A ring of many corners around the middle of the image."""
    from math import cos, pi, sin

    width, height = size
    points = []
    for corner in range(corners):
        angle = 2 * pi * corner / corners
        far = 0.5 + 0.4 * sin(7 * angle) + 0.2 * rnd.random()
        x, y = width / 2 * (1 + far * cos(angle)), height / 2 * (1 + far * sin(angle))
        points.append([round(x * grid) / grid, round(y * grid) / grid])
    return points


def large(seed):
    """Rings of thousands of corners."""
    rnd = random.Random(seed)
    for size, corners in [((640, 480), 3000), ((301, 997), 5000), ((1024, 768), 1000)]:
        yield size, [wavy(rnd, size, corners)]
        yield size, [ring(rnd, size, 64, 0.3, 400)]
