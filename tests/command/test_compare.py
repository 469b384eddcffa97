"""compare: where an engine's error comes from, and what repairs it."""
import json

import numpy as np
import onnx
from onnx import numpy_helper
import pytest

import models


def compare(octet, *arguments):
    return json.loads(octet.ok('compare', *arguments, '--json'))


def prepare(octet, folder, model, samples):
    """Writes a model and its samples; calibrates."""
    models.save(model, folder / 'm.onnx')
    np.save(folder / 'samples.npy', samples)
    octet.ok('calibrate', folder / 'm.onnx', '--data', folder / 'samples.npy',
             '-o', folder / 'm.calib')


def build(octet, folder, *options):
    octet.ok('build', folder / 'm.onnx', '--ranges', folder / 'm.calib', '-o',
             folder / 'e.octet', '--no-verdict', *options)


def suspects_of(octet, folder):
    found = compare(octet, folder / 'm.onnx', folder / 'e.octet', '--data',
                    folder / 'samples.npy', '--ranges', folder / 'm.calib')
    return found['suspects']


def test_a_head_forced_to_one_scale_is_the_first_suspect(octet, tmp_path):
    prepare(octet, tmp_path, models.detector(size=64),
            models.samples(4, (3, 64, 64)))
    build(octet, tmp_path, '--plan-out', tmp_path / 'plan.json')
    plan = json.loads((tmp_path / 'plan.json').read_text())
    assert plan['nodes']['y']['precision'] == 'fp32'
    plan['nodes']['y'] |= {'precision': 'int8', 'reason': 'asked'}
    (tmp_path / 'plan.json').write_text(json.dumps(plan))
    build(octet, tmp_path, '--plan', tmp_path / 'plan.json')
    worst = suspects_of(octet, tmp_path)[0]
    assert worst['kind'] == 'shared concat scale'
    assert worst['keep'] == ['y']
    assert 'classes.score' in worst['cause']
    assert worst['share'] > 0.5


def test_a_weight_channel_that_is_scaled_up_is_named(octet, tmp_path):
    model = models.chain()
    for tensor in model.graph.initializer:
        if tensor.name == 'middle.w':
            weights = numpy_helper.to_array(tensor).copy()
            weights[5] = 50 * np.abs(weights[5])  # not cut off by the ReLU
            tensor.CopyFrom(numpy_helper.from_array(weights, tensor.name))
    prepare(octet, tmp_path, model, models.samples(8))
    build(octet, tmp_path, '--method', 'minmax')
    worst = suspects_of(octet, tmp_path)[0]
    assert worst['kind'] == 'weight channel'
    assert "output channel 5 of 'middle'" in worst['cause']
    assert worst['remedy'] == '--method auto'


def test_an_outlier_among_the_samples_is_named(octet, tmp_path):
    folder = tmp_path / 'samples'
    folder.mkdir()
    for i, sample in enumerate(models.samples(8)):
        np.save(folder / f'{i}.npy', sample[None] * (40 if i == 6 else 1))
    models.save(models.small(), tmp_path / 'm.onnx')
    octet.ok('calibrate', tmp_path / 'm.onnx', '--data', folder, '-o',
             tmp_path / 'm.calib')
    build(octet, tmp_path, '--method', 'minmax')
    found = compare(octet, tmp_path / 'm.onnx', tmp_path / 'e.octet',
                    '--data', folder, '--ranges', tmp_path / 'm.calib')
    worst = found['suspects'][0]
    assert worst['kind'] == 'outlier sample'
    assert '6.npy' in worst['cause'] and '6.npy' in worst['remedy']


def test_a_sum_that_saturates_is_named_with_where_it_does(octet, tmp_path):
    prepare(octet, tmp_path, models.small(), models.samples(8))
    build(octet, tmp_path, '--plan-out', tmp_path / 'plan.json')
    plan = json.loads((tmp_path / 'plan.json').read_text())
    # The sum is fused into the convolution before it.
    value = next(name for name in plan['values'] if name == 'sum0')
    for form in plan['values'][value]:
        if form['type'] == 'u8':
            form['scale'], form['zero_point'] = [1e-3], [128]
            form.pop('same_as', None)
    (tmp_path / 'plan.json').write_text(json.dumps(plan))
    build(octet, tmp_path, '--plan', tmp_path / 'plan.json')
    worst = suspects_of(octet, tmp_path)[0]
    assert worst['value'] == 'sum0'
    assert worst['kind'] == 'saturated sum'
    found = compare(octet, tmp_path / 'm.onnx', tmp_path / 'e.octet', '--data',
                    tmp_path / 'samples.npy')
    assert found['first_jump'] == 'sum0'
    row = next(row for row in found['layers'] if row['value'] == 'sum0')
    assert row['saturated_low'] > 0.01 and row['saturated_high'] > 0.01


def test_the_build_says_why_answers_changed_and_what_to_type(octet, tmp_path):
    """Eight bits over a range that one glaring sample made change classes."""
    samples = np.abs(models.samples(12, (3, 16, 16)))
    samples[::2, 1] += 1  # more green than blue
    samples[3] *= 3000
    prepare(octet, tmp_path, models.blue_or_green(), samples)
    verdict = json.loads(octet.ok(
        'build', tmp_path / 'm.onnx', '--calib', tmp_path / 'samples.npy',
        '--method', 'minmax', '-o', tmp_path / 'e.octet', '--no-timing',
        '--json'))
    assert verdict['suspects'][0]['kind'] == 'outlier sample'
    assert 'costs most' in verdict['reason']
    assert verdict['next'].startswith('octet build')
    assert '--keep' in verdict['next'] or '--method' in verdict['next']


def dump(folder, model_path, samples):
    """Every tensor of the model as ONNX Runtime computes it, one file each."""
    onnxruntime = pytest.importorskip('onnxruntime')
    model = onnx.load(model_path)
    known = {output.name for output in model.graph.output}
    for node in model.graph.node:
        for name in node.output:
            if name not in known:
                model.graph.output.append(onnx.ValueInfoProto(name=name))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=['CPUExecutionProvider'])
    names = [output.name for output in session.get_outputs()]
    folder.mkdir()
    np.save(folder / 'x.npy', samples)
    runs = [session.run(names, {'x': sample[None]}) for sample in samples]
    for i, name in enumerate(names):
        path = folder / (name.translate({47: '_', 58: '_'}) + '.npy')
        np.save(path, np.concatenate([run[i] for run in runs]))


def test_tensors_of_onnxruntime_equal_the_float_model(octet, tmp_path):
    models.save(models.small(), tmp_path / 'm.onnx')
    dump(tmp_path / 'dump', tmp_path / 'm.onnx', models.samples(3))
    found = compare(octet, tmp_path / 'm.onnx', '--tensors', tmp_path / 'dump')
    rows = {row['value']: row for row in found['layers']}
    assert {'x', 'first.relu', 'joined', 'p:1/y'} <= set(rows)
    assert found['samples'] == 3
    for row in rows.values():
        assert row['relative_l2'] < 1e-5, row
    # The convolution's own tensor was fused away.
    assert 'first' in found['unmatched']


def test_an_engine_against_tensors_shows_the_same_error_as_against_float(
        octet, shop, tmp_path):
    samples = np.load(shop / 'samples.npy')[:3]
    dump(tmp_path / 'dump', shop / 'small.onnx', samples)
    np.save(tmp_path / 'three.npy', samples)
    dumped = compare(octet, shop / 'small.onnx', shop / 'small.octet',
                     '--tensors', tmp_path / 'dump')
    against_float = compare(octet, shop / 'small.onnx', shop / 'small.octet',
                            '--data', tmp_path / 'three.npy')
    wanted = {row['value']: row for row in against_float['layers']}
    for row in dumped['layers']:
        assert row['relative_l2'] == pytest.approx(
            wanted[row['value']]['relative_l2'], rel=1e-3, abs=1e-6)


def test_tensors_with_other_names_are_refused_with_what_was_meant(
        octet, shop, tmp_path):
    octet.fails(3, 'compare', shop / 'small.onnx', '--tensors',
                tmp_path / 'nowhere')
    np.save(tmp_path / 'joint.npy', np.zeros((1, 16, 16, 16), np.float32))
    message = octet.fails(3, 'compare', shop / 'small.onnx', '--tensors',
                          tmp_path, '--data', shop / 'samples.npy')
    assert "did you mean 'joined'?" in message
    message = octet.fails(3, 'compare', shop / 'small.onnx', '--tensors',
                          tmp_path)
    assert 'x.npy' in message and '--data' in message


def test_two_engines_are_compared_with_the_first_as_the_truth(octet, shop):
    data = ['--data', shop / 'samples.npy', '--limit', 3]
    same = compare(octet, shop / 'small.onnx', shop / 'small.octet',
                   shop / 'small.octet', *data)
    assert all(row['relative_l2'] == 0 for row in same['layers'])
    unlike = compare(octet, shop / 'small.onnx', shop / 'float.octet',
                     shop / 'small.octet', *data)
    assert any(row['relative_l2'] > 0 for row in unlike['layers'])
    assert 'suspects' not in unlike


@pytest.mark.parametrize('arguments, said', [
    ([], 'ENGINE'),
    (['small.octet'], '--data'),
    (['small.octet', 'small.octet', '--tensors', 'd'], '--tensors takes one'),
])
def test_what_is_missing_is_said(octet, shop, arguments, said):
    paths = [shop / a if a.endswith('.octet') else a for a in arguments]
    assert said in octet.fails(2, 'compare', shop / 'small.onnx', *paths)


@pytest.mark.parametrize('option', ('--shard', '--resume', '--method',
                                    '--threads'))
def test_what_makes_no_difference_to_it_is_refused(octet, shop, option):
    message = octet.fails(2, 'compare', shop / 'small.onnx',
                          shop / 'small.octet', '--data',
                          shop / 'samples.npy', option, '1/2')
    assert f'has no option {option}' in message


def test_a_limit_that_is_no_number_of_samples_is_refused(octet, shop):
    message = octet.fails(2, 'compare', shop / 'small.onnx',
                          shop / 'small.octet', '--data',
                          shop / 'samples.npy', '--limit', -1)
    assert '--limit' in message
