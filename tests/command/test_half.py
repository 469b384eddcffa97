"""16-bit floats: for a whole engine, and for a node that int8 hurts."""
import json

import numpy as np
import pytest

import models

USAGE, UNSUPPORTED = 2, 4
HALVES = ('fp16', 'bf16')
# A few rounding steps of each, relative to the largest output.
TOLERANCE = {'fp16': 2e-3, 'bf16': 2e-2}


def build(octet, model, engine, *options):
    return json.loads(octet.ok('build', model, '-o', engine, '--json',
                               '--no-timing', *options))


def nodes_of(octet, path):
    found = json.loads(octet.ok('inspect', path, '--json'))
    return {node['node']: node for node in found['nodes']}


def joined(octet, shop, engine, folder):
    octet.ok('run', engine, '--input', f"x={shop / 'samples.npy'}", '-o',
             folder)
    return np.load(folder / 'joined.npy')


@pytest.mark.parametrize('half', HALVES)
def test_a_16_bit_engine_is_half_the_size_and_close(octet, tmp_path, shop,
                                                    half):
    verdict = build(octet, shop / 'small.onnx', tmp_path / 'e.octet',
                    '--precision', half, '--calib', shop / 'samples.npy')
    assert f'in {half}' in verdict['reason']
    assert 'halves storage' in verdict['halves'][half]
    assert verdict['agreement']['share'] == 1
    nodes = nodes_of(octet, tmp_path / 'e.octet')
    for name in ('first', 'depthwise0', 'pointwise0', 'scores'):
        assert nodes[name]['precision'] == half, nodes[name]
    assert nodes['p:1/y']['precision'] == 'fp32'
    assert 'no 16-bit form' in nodes['p:1/y']['reason']
    ours = joined(octet, shop, tmp_path / 'e.octet', tmp_path / 'half')
    exact = joined(octet, shop, shop / 'float.octet', tmp_path / 'float')
    error = np.abs(ours - exact).max() / np.abs(exact).max()
    assert 0 < error < TOLERANCE[half]


def test_weights_of_16_bits_take_half_the_bytes(octet, tmp_path):
    model = models.small(classes=4096)
    models.save(model, tmp_path / 'wide.onnx')
    sizes = {}
    for precision in ('fp32', 'fp16', 'bf16'):
        engine = tmp_path / f'{precision}.octet'
        octet.ok('build', tmp_path / 'wide.onnx', '--precision', precision,
                 '-o', engine, '--no-verdict')
        found = json.loads(octet.ok('inspect', engine, '--json'))
        sizes[precision] = found['weight_bytes']
    assert sizes['fp16'] == sizes['bf16']
    assert sizes['fp16'] < 0.6 * sizes['fp32']


@pytest.mark.parametrize('half', HALVES)
def test_the_flags_of_trtexec_mean_the_same(octet, tmp_path, shop, half):
    for name, options in (('a', ['--precision', half]), ('b', ['--' + half])):
        octet.ok('build', shop / 'small.onnx', '-o', tmp_path / name,
                 '--no-verdict', *options)
    assert (tmp_path / 'a').read_bytes() == (tmp_path / 'b').read_bytes()


@pytest.mark.parametrize('half', HALVES)
def test_one_node_of_an_int8_engine_is_protected(octet, tmp_path, shop, half):
    verdict = build(octet, shop / 'small.onnx', tmp_path / 'e.octet',
                    '--ranges', shop / 'small.calib', '--keep',
                    f'pointwise0={half}', '--plan-out', tmp_path / 'p.json')
    nodes = nodes_of(octet, tmp_path / 'e.octet')
    assert nodes['pointwise0']['precision'] == half
    assert nodes['pointwise0']['reason'] == 'kept: asked (pointwise0)'
    assert nodes['first']['precision'] == 'int8'
    kept = [row for row in verdict['kept'] if row['precision'] == half]
    assert kept == [{'precision': half, 'nodes': ['pointwise0'],
                     'reason': 'kept: asked (pointwise0)'}]
    # The plan that it wrote makes the same engine.
    octet.ok('build', shop / 'small.onnx', '--plan', tmp_path / 'p.json',
             '--ranges', shop / 'small.calib', '-o', tmp_path / 'again.octet',
             '--no-verdict')
    assert ((tmp_path / 'again.octet').read_bytes() ==
            (tmp_path / 'e.octet').read_bytes())
    assert half in octet.ok('inspect', tmp_path / 'p.json')


def test_a_pattern_of_what_only_moves_data_is_refused(octet, tmp_path, shop):
    message = octet.fails(2, 'build', shop / 'small.onnx', '--calib',
                          shop / 'samples.npy', '--keep', 'joined=fp16', '-o',
                          tmp_path / 'e.octet')
    assert 'joined=fp16' in message and 'precision of its readers' in message


def test_a_plan_edited_to_16_bits_is_obeyed(octet, tmp_path, shop):
    plan = json.loads((shop / 'small.plan.json').read_text())
    plan['nodes']['depthwise0']['precision'] = 'fp16'
    (tmp_path / 'p.json').write_text(json.dumps(plan))
    octet.ok('build', shop / 'small.onnx', '--plan', tmp_path / 'p.json',
             '--ranges', shop / 'small.calib', '-o', tmp_path / 'e.octet',
             '--no-verdict')
    node = nodes_of(octet, tmp_path / 'e.octet')['depthwise0']
    assert node['precision'] == 'fp16'
    assert node['reason'] == 'kept: asked (edited plan)'
    layers = json.loads(octet.ok('bench', tmp_path / 'e.octet', '--seconds',
                                 0.1, '--layers', '--json'))
    row = [row for row in layers['engines'][0]['layers']
           if row['step'] == 'depthwise0']
    assert row[0]['precision'] == 'fp16'
    assert row[0]['kernel'].startswith('depthwise_half')


def test_a_plan_that_asks_for_the_impossible_is_refused(octet, tmp_path, shop):
    plan = json.loads((shop / 'small.plan.json').read_text())
    plan['nodes']['p:1/y']['precision'] = 'bf16'
    (tmp_path / 'p.json').write_text(json.dumps(plan))
    message = octet.fails(UNSUPPORTED, 'build', shop / 'small.onnx', '--plan',
                          tmp_path / 'p.json', '-o', tmp_path / 'e.octet')
    assert 'p:1/y' in message and 'no 16-bit form' in message
    message = octet.fails(UNSUPPORTED, 'build', shop / 'small.onnx',
                          '--ranges', shop / 'small.calib', '--require',
                          'p:1/y=fp16', '-o', tmp_path / 'e.octet')
    assert 'no 16-bit form' in message
    assert "did you mean 'fp16'" in octet.fails(
        USAGE, 'build', shop / 'small.onnx', '--keep', 'first=fp166', '-o',
        tmp_path / 'e.octet')


def test_values_beyond_fp16_keep_their_nodes_out_of_it(octet, tmp_path, shop):
    loud = np.load(shop / 'samples.npy') * 1e5
    np.save(tmp_path / 'loud.npy', loud)
    octet.ok('build', shop / 'small.onnx', '--precision', 'fp16', '--calib',
             tmp_path / 'loud.npy', '-o', tmp_path / 'e.octet', '--no-verdict')
    nodes = nodes_of(octet, tmp_path / 'e.octet')
    assert nodes['first']['precision'] == 'fp32'
    assert 'overflow' in nodes['first']['reason']
    assert 'fp16 ends at 65504' in nodes['first']['reason']
    octet.ok('build', shop / 'small.onnx', '--precision', 'bf16', '--calib',
             tmp_path / 'loud.npy', '-o', tmp_path / 'b.octet', '--no-verdict')
    nodes = nodes_of(octet, tmp_path / 'b.octet')
    assert nodes['first']['precision'] == 'bf16'


def test_fp16_without_samples_says_what_was_not_looked_for(octet, tmp_path,
                                                           shop):
    process = octet('build', shop / 'small.onnx', '--precision', 'fp16', '-o',
                    tmp_path / 'e.octet', '--no-verdict')
    assert process.returncode == 0
    assert '65504' in process.stderr + process.stdout


@pytest.mark.parametrize('half', HALVES)
def test_neither_threads_nor_batches_change_16_bit_results(octet, tmp_path,
                                                           shop, half):
    samples = np.load(shop / 'samples.npy')[:4].reshape(4, 3, 16, 16)
    found = set()
    for batch in (1, 4):
        model = models.small(stages=2)
        for value in (*model.graph.input, *model.graph.output):
            value.type.tensor_type.shape.dim[0].dim_value = batch
        models.save(model, tmp_path / 'm.onnx')
        octet.ok('build', tmp_path / 'm.onnx', '--precision', half, '-o',
                 tmp_path / 'e.octet', '--no-verdict')
        np.save(tmp_path / 'x.npy', samples.reshape(-1, batch, 3, 16, 16))
        for threads in (1, 2, 3):
            octet.ok('run', tmp_path / 'e.octet', '--threads', threads,
                     '--input', f"x={tmp_path / 'x.npy'}", '-o',
                     tmp_path / 'y')
            found.add(np.load(tmp_path / 'y/joined.npy').tobytes())
    assert len(found) == 1


def test_compare_measures_values_of_16_bits(octet, tmp_path, shop):
    octet.ok('build', shop / 'small.onnx', '--precision', 'fp16', '-o',
             tmp_path / 'e.octet', '--no-verdict')
    found = json.loads(octet.ok('compare', shop / 'small.onnx',
                                tmp_path / 'e.octet', '--data',
                                shop / 'samples.npy', '--limit', 4, '--json'))
    rows = [row for row in found['layers'] if row['precision'] == 'fp16']
    assert len(rows) >= 3
    assert all(row['sqnr_db'] > 50 for row in rows), rows


@pytest.mark.parametrize('half,error,most_changed', [('fp16', 2e-3, 0),
                                                     ('bf16', 2e-2, 1)])
def test_a_real_classifier_keeps_its_answers(octet, data, tmp_path, half,
                                             error, most_changed):
    folder = data / 'cls-resnet20-cifar10'
    case = json.loads((folder / 'case.json').read_text())
    model, settings = folder / case['model'], folder / 'case.json'
    for what in ('images_npy', 'labels'):
        rows = np.load(folder / case['data']['eval'][what], mmap_mode='r')
        np.save(tmp_path / what, rows[:200])
    images = tmp_path / 'images_npy.npy'
    for precision in ('fp32', half):
        octet.ok('build', model, '--precision', precision, '--calib', images,
                 '--preprocess', settings, '-o', tmp_path / precision,
                 '--no-verdict')
    found = json.loads(octet.ok('compare', model, tmp_path / half, '--data',
                                images, '--preprocess', settings, '--limit', 4,
                                '--json'))
    assert max(row['relative_l2'] for row in found['layers']) < error
    found = json.loads(octet.ok('eval', tmp_path / 'fp32', tmp_path / half,
                                '--data', images, '--labels',
                                tmp_path / 'labels.npy', '--json'))
    exact, ours = (engine['value'] for engine in found['engines'])
    assert exact > 0.8
    assert abs(ours - exact) * 200 < most_changed + 0.5
