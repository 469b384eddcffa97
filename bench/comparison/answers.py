"""Whether engines answer alike: looked at before any time is taken.

The reference is ONNX Runtime without optimizations, which computes what a file
says. With them it makes integer kernels of quantized operators, whose sums of
u8 x s8 products saturate on a CPU without VNNI.
"""
import math

import numpy as np

# By the precision of the engine: how far it may be from the reference, in the
# measure of that precision.
MOST = {'fp32': 1e-4, 'bf16': 2e-2, 'int8': 0.10}


def reference(path, feed):
    """What a file says: the outputs in the model's order."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = \
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        str(path), options, providers=['CPUExecutionProvider'])
    return session.run(None, feed)


def largest_error(found, wanted):
    """Largest difference over the largest magnitude."""
    scale = float(np.abs(wanted).max()) or 1.0
    return float(np.abs(found - wanted).max()) / scale


def relative_l2(found, wanted):
    scale = float(np.linalg.norm(wanted)) or 1.0
    return float(np.linalg.norm(found - wanted)) / scale


def error(precision, found, wanted):
    """Of the worst output, in the measure of a precision: the largest error in
    FP32, the L2 norm of it where numbers are rounded.
    """
    measure = largest_error if precision == 'fp32' else relative_l2
    errors = [measure(a.astype(np.float64), b.astype(np.float64))
              for a, b in zip(found, wanted, strict=True)]
    # A maximum would pass a NaN over.
    return math.nan if any(map(math.isnan, errors)) else max(errors)


def agrees(precision, value):
    """False for NaN too."""
    return value <= MOST[precision]
