"""The entropy rule against numpy, from recorded samples to the chosen bin."""
import struct

import numpy as np
import onnx
from onnx import TensorProto, helper

VALUES = 200
SAMPLES = 6
HALF, LEVELS, STEP = 2048, 128, 16


def recorded(i):
    """[samples, elements] as value i of a network may be: long tails, values
    cut off by a ReLU, few distinct ones, two heaps, one glaring outlier."""
    random = np.random.default_rng(i)
    shape = (SAMPLES, 3000)
    spread = 10.0 ** random.uniform(-6, 4)
    x = [random.normal(0, 1, shape), random.laplace(0, 1, shape),
         random.standard_t(2, shape), random.uniform(-1, 1, shape),
         random.normal(random.choice([-3, 5], shape), 1),
         np.round(random.normal(0, 4, shape)) / 4][i % 6]
    if i % 4 == 1:
        x = np.maximum(x, 0)
    if i % 5 == 2:
        x[random.integers(SAMPLES), random.integers(3000)] *= 40
    return (spread * x).astype(np.float32)


def magnitudes(x):
    """Counts by |x| in 2048 bins of the smallest power of two that holds x.

    A bin of the negative half holds its lower end, one of the positive half
    too: -2w lies in [-2w, -w), 2w in [2w, 3w).
    """
    exact = x.ravel().astype(np.float64)
    width = 2.0 ** -140
    while (np.floor(exact / width).min() < -HALF or
           np.floor(exact / width).max() >= HALF):
        width *= 2
    bins = np.floor(exact[exact != 0] / width).astype(int)
    bins = np.where(bins < 0, -1 - bins, bins)
    counts = np.bincount(bins, minlength=HALF)
    counts[0] += np.count_nonzero(exact == 0)
    return counts.astype(np.float64), width


def chosen_bins(counts):
    """The last of the thresholds whose 128 levels lose least (KL(P || Q))."""
    counts = counts.copy()
    counts[0] = counts[1]
    best, least = None, np.inf
    for bins in range(LEVELS, HALF + 1, STEP):
        inside = counts[:bins]
        p = inside.copy()
        p[-1] += counts[bins:].sum()
        level = np.arange(bins) * LEVELS // bins
        filled = np.bincount(level, inside > 0)
        q = np.where(inside > 0, (np.bincount(level, inside) /
                                  np.maximum(filled, 1))[level], 0)
        if q.sum() == 0:
            divergence = 0.0
        else:
            p, q = p / p.sum(), np.maximum(q / q.sum(), 1e-9)
            some = p > 0
            divergence = np.sum(p[some] * np.log(p[some] / q[some]))
        if divergence <= least:
            best, least = bins, divergence
    return best


def save_model(path):
    """A ReLU of each input."""
    names = [f'x{i}' for i in range(VALUES)]

    def value(name):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3000])
    graph = helper.make_graph(
        [helper.make_node('Relu', [name], ['y' + name], 'y' + name)
         for name in names], 'many', [value(name) for name in names],
        [value('y' + name) for name in names])
    onnx.save(helper.make_model(
        graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8), path)
    return names


def test_the_chosen_bin_is_that_of_numpy(octet, tmp_path):
    names = save_model(tmp_path / 'many.onnx')
    data = {name: recorded(i) for i, name in enumerate(names)}
    np.savez(tmp_path / 'samples.npz', **data)
    octet.ok('calibrate', tmp_path / 'many.onnx', '--data',
             tmp_path / 'samples.npz', '--method', 'entropy', '-o',
             tmp_path / 'many.calib', '--tensorrt-cache', tmp_path / 'cache')
    cache = dict(line.split(': ') for line in
                 (tmp_path / 'cache').read_text().splitlines()[1:])
    inner = 0
    for name in names:
        scale, = struct.unpack('>f', bytes.fromhex(cache[name].zfill(8)))
        counts, width = magnitudes(data[name])
        bins = chosen_bins(counts)
        peak = np.abs(data[name]).max()
        if bins * width < peak:
            inner += 1
            assert round(scale * 127 / width, 3) == bins, name
        else:
            assert np.isclose(scale * 127, peak, rtol=1e-6), name
    # A third and more have a tail to cut off.
    assert inner > VALUES / 3
