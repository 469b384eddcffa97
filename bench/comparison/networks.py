"""The timing networks as files: float, QDQ, calibration samples, inputs."""
from dataclasses import dataclass
import os
from pathlib import Path

import numpy as np
import onnx

from .places import Missing, WORK
from .shared import make_models, peers

NAMES = ('resnet50', 'mobilenetv1', 'mobilenetv2', 'yolov8n', 'yolox_nano',
         'bert_base')
MODELS = WORK / 'models'
# As many as make_models quantizes with.
CALIBRATION_SAMPLES = 4
# Neither what calibrated nor what the peers' own script times with.
INPUT_SEED = 11


@dataclass
class Network:
    name: str
    batch: int
    float_model: Path
    qdq: dict           # 'u8s8', 's8s8': path; empty for a model of the user's
    calibration: Path   # what octet build takes as --calib; None: there is none
    macs: int           # of one inference; 0 where the model does not say

    @property
    def label(self):
        return self.name if self.batch == 1 else f'{self.name}_b{self.batch}'


def write_once(path, write):
    """Makes a file or folder under another name first: whole, or not there."""
    if not path.exists():
        part = path.with_name('part.' + path.name)
        write(part)
        os.replace(part, path)
    return path


def macs_of(model):
    for entry in model.metadata_props:
        if entry.key == 'macs':
            return int(entry.value)
    return 0


def samples(path, count, seed=7):
    """Lists of {input name: array}, as make_models.py calibrates with."""
    return list(make_models.samples(onnx.load(path), count, seed))


def write_calibration(model, folder):
    folder.mkdir(exist_ok=True)
    for index, row in enumerate(samples(model, CALIBRATION_SAMPLES)):
        np.savez(folder / f'{index}.npz', **row)


def made(name, batch, quantized):
    """A network of make_models.py, made on first use."""
    MODELS.mkdir(parents=True, exist_ok=True)
    label = name if batch == 1 else f'{name}_b{batch}'
    model = write_once(
        MODELS / f'{label}.onnx', lambda part: onnx.save(
            getattr(make_models, name)(batch=batch).model(), part))
    qdq = {}
    if quantized:
        for kind in ('u8s8', 's8s8'):
            qdq[kind] = write_once(
                MODELS / f'{label}.qdq_{kind}.onnx',
                lambda part, symmetric=kind == 's8s8': make_models.quantize(
                    model, part, symmetric=symmetric))
    calibration = write_once(MODELS / f'{label}.calib',
                             lambda part: write_calibration(model, part))
    return Network(name, batch, model, qdq, calibration,
                   macs_of(onnx.load(model)))


def given(path, batch, calibration):
    """A model of the user's; its batch is what it is."""
    model = onnx.load(path)
    if any(node.op_type == 'QuantizeLinear' for node in model.graph.node):
        raise Missing(f'{path} is quantized: give the float model, and samples '
                      'to quantize it with as --calib')
    return Network(path.stem, batch, path, {},
                   Path(calibration) if calibration else None, macs_of(model))


def find(name, batch, quantized, calibration=None):
    """A network by its name, or by a path to an .onnx file."""
    if name in NAMES:
        return made(name, batch, quantized)
    path = Path(name)
    if path.suffix != '.onnx' or not path.exists():
        raise Missing(f"no network '{name}': give a path to an .onnx file, or "
                      'one of ' + ', '.join(NAMES))
    return given(path, batch, calibration)


def inputs(network):
    """{input name: array}: what all contenders are given."""
    if network.name in NAMES:
        return samples(network.float_model, 1, INPUT_SEED)[0]
    signature = []
    for value in onnx.load(network.float_model).graph.input:
        kind = value.type.tensor_type
        shape = [d.dim_value for d in kind.shape.dim]
        if 0 in shape:
            raise Missing(f"{network.float_model}: input '{value.name}' has no "
                          'fixed shape; export it with one')
        signature.append((value.name, onnx.TensorProto.DataType.Name(
            kind.elem_type).lower(), shape))
    return peers.random_inputs(signature, INPUT_SEED)


def write_inputs(feed, prefix):
    for index, array in enumerate(feed.values()):
        array.tofile(f'{prefix}.{index}')
