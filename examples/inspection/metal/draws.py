"""Random numbers for one picture, the same on every machine."""

import math

import numpy as np


class Draws:
    """All random choices of one picture, from a seed of integers."""

    def __init__(self, *seed):
        self.generator = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(list(seed))))

    def uniform(self, low, high):
        return low + (high - low) * float(self.generator.random())

    def integer(self, low, high):
        """An integer from low to high, both included."""
        return int(self.generator.integers(low, high + 1))

    def chance(self, probability):
        return float(self.generator.random()) < probability

    def choice(self, values):
        return values[self.integer(0, len(values) - 1)]

    def point(self, low, high):
        return self.uniform(low, high), self.uniform(low, high)

    def direction(self):
        """A unit vector of any angle, made without sine and cosine."""
        while True:
            x, y = self.point(-1.0, 1.0)
            length = math.sqrt(x * x + y * y)
            if 0.1 < length <= 1.0:
                return x / length, y / length

    def field(self, height, width):
        """Even noise between -1 and 1, float32 [height, width]."""
        noise = self.generator.random((height, width), dtype=np.float32)
        return noise * np.float32(2) - np.float32(1)

    def bell(self, shape):
        """Bell-shaped noise of mean 0 and deviation 1, float32.

        The sum of four even bytes; its deviation is sqrt(4 * 65535 / 12).
        """
        noise = self.generator.integers(0, 256, (4,) + shape, dtype=np.uint8)
        total = noise.sum(axis=0, dtype=np.int16).astype(np.float32)
        return (total - np.float32(510)) * np.float32(1 / 147.8)
