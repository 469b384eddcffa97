"""Real models give the outputs that ONNX Runtime gives.

Every vision case of OCTET_DATA, on prepared calibration samples.
"""
import importlib.util
import json
import os
from pathlib import Path

import numpy as np
import onnx
import pytest

onnxruntime = pytest.importorskip('onnxruntime')

SAMPLES = 16
# An error of float addition in another order, relative to the largest
# magnitude of the output.
FLOAT_TOLERANCE = 1e-4
# Where no QuantizeLinear says what a step is.
STEP_OF_MAGNITUDE = 1e-2
WITHIN_A_STEP = 0.999

DATA = Path(os.environ.get(
    'OCTET_DATA', Path(__file__).resolve().parents[2] / '../shared/data'))


def is_quantized(path):
    return any(node.op_type == 'QuantizeLinear'
               for node in onnx.load(path).graph.node)


def vision_models():
    for path in sorted(DATA.glob('*/case.json')):
        case = json.loads(path.read_text())
        if 'resize' not in case.get('preprocess', {}):
            continue
        for model in sorted(path.parent.glob('*.onnx')):
            yield path.parent, model


FLOAT = [(folder, model) for folder, model in vision_models()
         if not is_quantized(model)]
QDQ = [(folder, model) for folder, model in vision_models()
       if is_quantized(model)]


def named(pairs):
    return pytest.mark.parametrize('folder,model', pairs,
                                   ids=[model.stem for _, model in pairs])


@pytest.fixture(scope='session')
def vision(data):
    path = data / 'tools/vision.py'
    if not path.exists():
        pytest.skip(f'{path} is missing')
    spec = importlib.util.spec_from_file_location('vision', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prepared(vision, folder):
    source = vision.Data(vision.load_case(str(folder)), 'calib')
    return np.stack([source.get(i)[0] for i in range(SAMPLES)])


def expected(model, samples):
    """What ONNX Runtime gives: {output: array}, first axis = samples."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Without optimisations, for they depart from what the file says: Q and DQ
    # around an operator become an integer kernel with roundings of its own, and
    # float operators are fused (yolox_nano against double precision: 8e-5 of
    # the largest magnitude with optimisations, 5e-5 without).
    options.graph_optimization_level = \
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        str(model), options, providers=['CPUExecutionProvider'])
    name = session.get_inputs()[0].name
    rows = [session.run(None, {name: sample[None]}) for sample in samples]
    return name, {output.name: np.concatenate(values) for output, values
                  in zip(session.get_outputs(), zip(*rows))}


def computed(octet, engine, name, samples, outputs, folder):
    np.save(folder / 'x.npy', samples)
    octet.ok('run', engine, '--input', f"{name}={folder / 'x.npy'}", '-o',
             folder / 'out', '--threads', 1, '--quiet')
    return {output: np.load(folder / 'out' / (
        output.replace('/', '_').replace(':', '_') + '.npy'))
        for output in outputs}


def build(octet, model, engine, *options):
    octet.ok('build', model, '-o', engine, '--no-verdict', '--no-timing',
             '--quiet', *options)


@pytest.mark.long
@named(FLOAT)
def test_a_float_engine_equals_onnxruntime(octet, vision, tmp_path, folder,
                                           model):
    samples = prepared(vision, folder)
    name, wanted = expected(model, samples)
    build(octet, model, tmp_path / 'e.octet', '--precision', 'fp32')
    found = computed(octet, tmp_path / 'e.octet', name, samples, wanted,
                     tmp_path)
    for output, values in wanted.items():
        error = np.abs(found[output].reshape(values.shape) - values).max()
        assert error <= FLOAT_TOLERANCE * np.abs(values).max(), output


@pytest.mark.parametrize('mode', ['reflect', 'edge'])
def test_padding_with_what_is_there_equals_onnxruntime(octet, tmp_path, mode):
    helper = onnx.helper
    pads = onnx.numpy_helper.from_array(
        np.array([0, 1, 3, -2, 0, 2, 5, 4]), 'pads')
    nodes = [helper.make_node('Relu', ['x'], ['r']),
             helper.make_node('Pad', ['r', 'pads'], ['y'], mode=mode)]
    values = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, dims)
              for name, dims in (('x', [1, 4, 6, 7]), ('y', None))]
    graph = helper.make_graph(nodes, 'padded', values[:1], values[1:], [pads])
    model = tmp_path / 'padded.onnx'
    onnx.save(helper.make_model(
        graph, ir_version=8, opset_imports=[helper.make_opsetid('', 13)]),
        model)
    samples = np.random.default_rng(1).normal(size=(3, 4, 6, 7)).astype('f')
    name, wanted = expected(model, samples)
    build(octet, model, tmp_path / 'e.octet', '--precision', 'fp32')
    found = computed(octet, tmp_path / 'e.octet', name, samples, wanted,
                     tmp_path)
    assert np.array_equal(found['y'], wanted['y'])


def last_steps(model):
    """{output: scale of the QuantizeLinear right before it, if there is one}"""
    graph = onnx.load(model).graph
    scales = {tensor.name: onnx.numpy_helper.to_array(tensor)
              for tensor in graph.initializer}
    scales |= {node.output[0]: onnx.numpy_helper.to_array(
        node.attribute[0].t) for node in graph.node
        if node.op_type == 'Constant' and node.attribute[0].name == 'value'}
    makers = {output: node for node in graph.node for output in node.output}
    steps = {}
    for output in graph.output:
        maker = makers[output.name]
        if maker.op_type == 'DequantizeLinear':
            scale = scales[maker.input[1]]
            steps[output.name] = float(np.max(scale))
    return steps


@pytest.mark.long
@named(QDQ)
def test_a_qdq_engine_is_within_a_step_of_onnxruntime(octet, vision, tmp_path,
                                                      folder, model):
    samples = prepared(vision, folder)
    name, wanted = expected(model, samples)
    build(octet, model, tmp_path / 'e.octet')
    found = computed(octet, tmp_path / 'e.octet', name, samples, wanted,
                     tmp_path)
    steps = last_steps(model)
    for output, values in wanted.items():
        step = steps.get(output, STEP_OF_MAGNITUDE * np.abs(values).max())
        error = np.abs(found[output].reshape(values.shape) - values)
        # A little more than a step: the codes themselves are exact.
        share = (error <= step * 1.0001).mean()
        assert share >= WITHIN_A_STEP, (output, share, error.max() / step)


@pytest.mark.long
@named(QDQ)
def test_a_qdq_model_in_float_answers_as_in_int8(octet, vision, tmp_path,
                                                 folder, model):
    """Nothing that its quantizers stood for is lost: ReLUs, above all."""
    samples = prepared(vision, folder)
    name, wanted = expected(model, samples)
    build(octet, model, tmp_path / 'e.octet', '--precision', 'fp32')
    found = computed(octet, tmp_path / 'e.octet', name, samples, wanted,
                     tmp_path)
    for output, values in wanted.items():
        values = values.reshape(len(values), -1)
        top = found[output].reshape(values.shape).argmax(1)
        assert (top == values.argmax(1)).mean() >= 0.8
