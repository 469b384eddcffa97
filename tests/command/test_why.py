"""inspect --why and --annotate; what inspect says is what the engine does."""
import json
from pathlib import Path

import numpy as np
import onnx
import pytest

import models

ROOT = Path(__file__).resolve().parents[2]
CASES = ('cls-mobilenetv2', 'cls-squeezenet', 'cls-resnet20-cifar10',
         'det-fastestdet', 'det-picodet-s', 'det-yolov8n', 'det-yolox-nano')


def why(octet, *arguments):
    return json.loads(octet.ok('inspect', *arguments, '--json'))['why']


def test_why_tells_all_that_the_engine_knows(octet, shop):
    found = why(octet, shop / 'small.octet', '--why', 'pointwise0')
    assert found['precision'] == 'int8' and found['reason']
    assert found['steps'][0]['kernel'].startswith('conv_u8')
    made = found['makes'][0]
    assert made['dtype'] == 'u8' and made['granularity'] == 'per tensor'
    assert made['low'] < 0 < made['high']
    assert made['scale_least'] > 0


def test_why_tells_readers_weights_ranges_and_error_where_they_are_given(
        octet, shop, tmp_path):
    comparison = tmp_path / 'comparison.json'
    comparison.write_text(octet.ok(
        'compare', shop / 'small.onnx', shop / 'small.octet', '--data',
        shop / 'samples.npy', '--limit', 2, '--json'))
    found = why(octet, shop / 'small.octet', '--why', 'pointwise0', '--model',
                shop / 'small.onnx', '--ranges', shop / 'small.calib',
                '--comparison', comparison)
    assert [reader['node'] for reader in found['readers']] == ['joined']
    assert 'sum0' in found['fused']
    weights = next(c for c in found['constants'] if c['shape'] == '[8, 1, 1, 8]')
    model = onnx.load(shop / 'small.onnx')
    tensor = next(t for t in model.graph.initializer
                  if t.name == 'pointwise0.w')
    values = onnx.numpy_helper.to_array(tensor)
    assert weights['low'] == pytest.approx(float(values.min()))
    assert weights['high'] == pytest.approx(float(values.max()))
    reads = {row['value']: row for row in found['reads']}
    assert reads['depthwise0.relu']['made_by'].startswith('depthwise0')
    form = reads['depthwise0.relu']['forms'][0]
    assert form['seen_high'] > 0 and form['high_sample'] >= 0
    assert found['error']['node'] == 'pointwise0'
    assert found['error']['sqnr_db'] > 10


def test_why_finds_a_node_that_was_fused_into_another(octet, shop):
    found = why(octet, shop / 'small.octet', '--why', 'sum0', '--model',
                shop / 'small.onnx')
    assert found['node'] == 'pointwise0'


def test_why_says_what_was_meant(octet, shop):
    message = octet.fails(2, 'inspect', shop / 'small.octet', '--why',
                          'pointwse0')
    assert "did you mean 'pointwise0'?" in message
    octet.fails(2, 'inspect', shop / 'small.onnx', '--why', 'pointwise0')


def annotate(octet, shop, output):
    octet.ok('inspect', shop / 'small.octet', '--model', shop / 'small.onnx',
             '--annotate', output)
    return onnx.load(output)


def test_an_annotated_model_bears_precision_and_reason(octet, shop, tmp_path):
    model = annotate(octet, shop, tmp_path / 'seen.onnx')
    onnx.checker.check_model(model)
    said = {node.name: node.doc_string for node in model.graph.node}
    assert said['pointwise0'] == 'octet: int8; int8'
    assert said['sum0'] == 'octet: int8; int8; part of pointwise0'
    assert said['p:1/y'].startswith('octet: fp32; ')
    assert 'softmax' in said['p:1/y'].lower()


def test_an_annotated_model_computes_the_same(octet, shop, tmp_path):
    onnxruntime = pytest.importorskip('onnxruntime')
    annotate(octet, shop, tmp_path / 'seen.onnx')
    sample = {'x': models.samples(1)}
    plain, seen = (
        onnxruntime.InferenceSession(
            path, providers=['CPUExecutionProvider']).run(None, sample)
        for path in (shop / 'small.onnx', tmp_path / 'seen.onnx'))
    for a, b in zip(plain, seen):
        assert np.array_equal(a, b)


def test_annotating_wants_the_model_and_replaces_no_input(octet, shop,
                                                          tmp_path):
    message = octet.fails(2, 'inspect', shop / 'small.octet', '--annotate',
                          tmp_path / 'seen.onnx')
    assert '--model' in message
    octet.fails(2, 'inspect', shop / 'small.octet', '--model',
                shop / 'small.onnx', '--annotate', shop / 'small.onnx')
    models.save(models.small(stages=2), tmp_path / 'other.onnx')
    message = octet.fails(3, 'inspect', shop / 'small.octet', '--model',
                          tmp_path / 'other.onnx', '--annotate',
                          tmp_path / 'seen.onnx')
    assert 'another model' in message


# What the name of a kernel says of the numbers that it computes on; others
# only move bytes, or convert.
KERNELS = {'u8': 'int8', 'f32': 'fp32', 'half': ('fp16', 'bf16')}


def precision_of_kernel(kernel):
    for part, precision in KERNELS.items():
        if part in kernel.split('_'):
            return precision
    return None


def check_that_engine_and_plan_agree(octet, folder, model):
    inputs = json.loads(octet.ok('inspect', model, '--json'))['inputs']
    generator = np.random.default_rng(0)
    arrays = {row['name']: generator.random(
        (2, *json.loads(row['shape'])[1:]), np.float32) for row in inputs}
    np.savez(folder / 'samples.npz', **arrays)
    octet.ok('build', model, '--calib', folder / 'samples.npz',
             '--preprocess', 'raw', '-o', folder / 'e.octet', '--plan-out',
             folder / 'plan.json', '--method', 'minmax', '--no-verdict')
    plan = json.loads((folder / 'plan.json').read_text())['nodes']
    found = json.loads(octet.ok('inspect', folder / 'e.octet', '--steps',
                                '--json'))
    assert {node['node']: node['precision'] for node in found['nodes']} == {
        name: node['precision'] for name, node in plan.items()}
    stepped = set()
    for step in found['steps']:
        computed = precision_of_kernel(step['kernel'])
        if step['precision'] == 'move' or computed is None:
            continue
        planned = plan[step['node']]['precision']
        assert step['precision'] == planned, step
        assert planned in computed, step
        stepped.add(step['node'])
    assert stepped, 'no step computes anything'
    for node in found['nodes']:
        if node['macs'] > 0:
            assert node['node'] in stepped, node


@pytest.mark.parametrize('name', ['small', 'deep', 'detector', 'inspection'])
def test_every_step_computes_in_the_precision_of_the_plan(octet, tmp_path,
                                                          name):
    if name == 'inspection':
        path = ROOT / 'examples/inspection/inspection.onnx'
    else:
        path = tmp_path / 'm.onnx'
        models.save({'small': models.small(), 'deep': models.small(stages=3),
                     'detector': models.detector()}[name], path)
    check_that_engine_and_plan_agree(octet, tmp_path, path)


@pytest.mark.parametrize('name', CASES)
def test_every_step_of_real_models_does_too(octet, data, tmp_path, name):
    case = json.loads((data / name / 'case.json').read_text())
    check_that_engine_and_plan_agree(octet, tmp_path,
                                     data / name / case['model'])


def test_a_model_with_open_dimensions_is_told_of_in_given_shapes(octet,
                                                                 tmp_path):
    models.save(models.open_chain(), tmp_path / 'm.onnx')
    np.save(tmp_path / 'samples.npy', models.samples(4))
    shapes = ['--shapes', 'h=16']
    octet.ok('build', tmp_path / 'm.onnx', *shapes, '--calib',
             tmp_path / 'samples.npy', '-o', tmp_path / 'e.octet',
             '--no-verdict')
    text = octet.ok('inspect', tmp_path / 'e.octet', '--why', 'middle',
                    '--model', tmp_path / 'm.onnx', *shapes)
    assert 'read by' in text and '--shapes h=16' in text
    assert '[1, 16, 16, 16]' in octet.ok('inspect', tmp_path / 'm.onnx',
                                         *shapes)
    message = octet.fails(2, 'inspect', tmp_path / 'e.octet', *shapes)
    assert '--shapes' in message and '--model' in message
