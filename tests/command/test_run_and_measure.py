"""Engines at work: run, compare, bench, hardware, eval."""
import json
import re

import numpy as np
import onnx
import pytest

import models


def test_run_writes_every_output_of_every_sample(octet, shop, tmp_path):
    octet.ok('run', shop / 'small.octet', '--input',
             f"x={shop / 'samples.npy'}", '-o', tmp_path / 'new' / 'folder')
    scores = np.load(tmp_path / 'new' / 'folder' / 'p_1_y.npy')
    joined = np.load(tmp_path / 'new' / 'folder' / 'joined.npy')
    assert scores.shape == (24, 4) and scores.dtype == np.float32
    assert joined.shape == (24, 16, 16, 16)
    assert np.allclose(scores.sum(1), 1, atol=1e-5)


@pytest.mark.parametrize('inputs,named', [
    (['x={0}', 'x={0}'], 'twice'),
    (['{0}', '{0}'], 'one folder or list'),
])
def test_run_passes_over_no_input(octet, shop, tmp_path, inputs, named):
    paths = [text.format(shop / 'samples.npy') for text in inputs]
    assert named in octet.fails(2, 'run', shop / 'small.octet', '--input',
                                *paths, '-o', tmp_path / 'out')


def test_run_replaces_no_input(octet, shop, tmp_path):
    path = tmp_path / 'joined.npy'
    path.write_bytes((shop / 'samples.npy').read_bytes())
    assert 'replace' in octet.fails(2, 'run', shop / 'small.octet', '--input',
                                    f'x={path}', '-o', tmp_path)
    assert path.read_bytes() == (shop / 'samples.npy').read_bytes()


def test_run_writes_no_output_over_another(octet, shop, tmp_path):
    import models
    models.save(models.alike_outputs(), tmp_path / 'm.onnx')
    octet.ok('build', tmp_path / 'm.onnx', '--precision', 'fp32', '-o',
             tmp_path / 'e.octet', '--no-verdict')
    message = octet.fails(3, 'run', tmp_path / 'e.octet', '--input',
                          f"x={shop / 'samples.npy'}", '-o', tmp_path / 'out')
    assert "'a/b' and 'a_b'" in message


def test_int8_stays_near_float(octet, shop, tmp_path):
    for name in ('small', 'float'):
        octet.ok('run', shop / f'{name}.octet', '--input',
                 f"x={shop / 'samples.npy'}", '-o', tmp_path / name)
    int8, f32 = (np.load(tmp_path / name / 'joined.npy')
                 for name in ('small', 'float'))
    noise = ((int8 - f32) ** 2).sum()
    assert 0 < noise < (f32 ** 2).sum() * 1e-3


def test_float_equals_onnxruntime(octet, shop, tmp_path):
    onnxruntime = pytest.importorskip('onnxruntime')
    octet.ok('run', shop / 'float.octet', '--input',
             f"x={shop / 'samples.npy'}", '-o', tmp_path)
    session = onnxruntime.InferenceSession(
        shop / 'small.onnx', providers=['CPUExecutionProvider'])
    names = [output.name for output in session.get_outputs()]
    for i, sample in enumerate(np.load(shop / 'samples.npy')):
        for name, wanted in zip(names, session.run(None, {'x': sample[None]})):
            path = tmp_path / (name.translate({47: '_', 58: '_'}) + '.npy')
            assert np.allclose(np.load(path)[i], wanted[0], atol=1e-5)


def test_compare_has_a_row_for_every_value(octet, shop):
    arguments = ['compare', shop / 'small.onnx', shop / 'small.octet',
                 '--data', shop / 'samples.npy', '--limit', 4]
    found = json.loads(octet.ok(*arguments, '--json'))
    assert len(found['layers']) >= 6
    assert found['first_jump'] == ''  # nothing is wrong with this engine
    for row in found['layers']:
        assert row['sqnr_db'] > 15 and row['cosine'] > 0.98, row
        assert row['kl'] >= 0
    own = json.loads(octet.ok(*arguments, '--json', '--sort', 'own'))['layers']
    noise = [row['own_sqnr_db'] for row in own]
    assert noise == sorted(noise)
    assert 'SQNR' in octet.ok(*arguments)


def test_compare_refuses_an_engine_of_another_model(octet, shop, tmp_path):
    import models
    models.save(models.small(stages=2), tmp_path / 'other.onnx')
    octet.fails(3, 'compare', tmp_path / 'other.onnx', shop / 'small.octet',
                '--data', shop / 'samples.npy')


def test_bench_times_every_layer(octet, shop):
    found = json.loads(octet.ok('bench', shop / 'small.octet',
                                shop / 'float.octet', '--seconds', 0.1,
                                '--layers', '--json'))
    assert len(found['engines']) == 2
    for engine in found['engines']:
        assert 0 < engine['p50_ms'] <= engine['p90_ms'] <= engine['p99_ms']
        assert engine['runs'] > 0 and engine['arena_bytes'] > 0
        assert np.isclose(sum(row['share'] for row in engine['layers']), 1)


@pytest.mark.parametrize('case', ['cls-mobilenetv2-qdq', 'cls-squeezenet',
                                  'det-picodet-s', 'det-yolox-nano'])
def test_a_session_takes_a_tenth_over_what_is_needed_at_one_time(
        octet, data, tmp_path, case):
    model = next((data / case).glob('*.onnx'))
    octet.ok('build', model, '-o', tmp_path / 'model.octet', '--no-verdict',
             *([] if case.endswith('-qdq') else ['--precision', 'fp32']))
    [row] = json.loads(octet.ok('bench', tmp_path / 'model.octet', '--seconds',
                                0, '--json'))['engines']
    assert row['live_bytes'] <= row['arena_bytes']
    taken = row['arena_bytes'] + row['scratch_bytes']
    assert taken <= 1.1 * row['live_bytes']


def test_hardware_measures_this_machine(octet):
    found = json.loads(octet.ok('hardware', '--json'))
    assert found['int8_gops'] > 0 and found['f32_gflops'] > 0
    assert found['level'] in ('scalar', 'avx2', 'avxvnni', 'avx512vnni',
                              'avx512bf16')
    assert (found['bf16_gflops'] > 0) == (found['level'] == 'avx512bf16')
    assert 'not faster' in found['halves']['fp16']


def labelled(octet, shop, folder, wrong):
    """Samples with the float engine's own answers, some of them changed."""
    octet.ok('run', shop / 'float.octet', '--input',
             f"x={shop / 'samples.npy'}", '-o', folder)
    labels = np.load(folder / 'p_1_y.npy').argmax(1)
    labels[:wrong] = (labels[:wrong] + 1) % 4
    np.save(folder / 'labels.npy', labels.astype(np.int64))
    return ['--data', shop / 'samples.npy', '--labels', folder / 'labels.npy']


def test_eval_counts_right_answers(octet, shop, tmp_path):
    data = labelled(octet, shop, tmp_path, wrong=6)
    found = json.loads(octet.ok('eval', shop / 'float.octet',
                                shop / 'small.octet', *data, '--json'))
    first, second = found['engines']
    assert first['metric'] == 'top1' and first['samples'] == 24
    assert first['value'] == 18 / 24
    assert 0 < first['low'] < first['value'] < first['high'] < 1
    assert abs(second['value'] - first['value']) <= 0.25
    # Each is compared with the last, sample by sample.
    difference = first['difference']
    assert difference['to'] == str(shop / 'small.octet')
    assert difference['value'] == first['value'] - second['value']
    assert difference['value'] == (difference['won'] - difference['lost']) / 24
    assert difference['low'] <= difference['value'] <= difference['high']
    assert 'difference' not in second


def test_eval_refuses_labels_of_another_count(octet, shop, tmp_path):
    np.save(tmp_path / 'labels.npy', np.zeros(5, np.int64))
    octet.fails(3, 'eval', shop / 'small.octet', '--data',
                shop / 'samples.npy', '--labels', tmp_path / 'labels.npy')


def test_eval_knows_its_metrics(octet, shop, tmp_path):
    data = labelled(octet, shop, tmp_path, wrong=0)
    octet.fails(2, 'eval', shop / 'small.octet', *data, '--metric', 'f1')
    assert 'labelled with classes' in octet.fails(
        2, 'eval', shop / 'small.octet', *data, '--metric', 'map50')


@pytest.mark.parametrize('dtype', ['UINT8', 'INT32', 'INT64'])
def test_outputs_that_are_no_floats_are_compared_as_numbers(octet, tmp_path,
                                                            dtype):
    model = models.chain()
    del model.graph.output[:]
    kind = getattr(onnx.TensorProto, dtype)
    model.graph.node.extend([
        onnx.helper.make_node('Relu', ['y'], ['positive'], 'positive'),
        onnx.helper.make_node('Mul', ['positive', 'times'], ['more'], 'more'),
        onnx.helper.make_node('Cast', ['more'], ['codes'], 'codes', to=kind)])
    model.graph.initializer.append(onnx.numpy_helper.from_array(
        np.array(30, np.float32), 'times'))
    model.graph.output.append(onnx.helper.make_tensor_value_info(
        'codes', kind, [1, 4, 16, 16]))
    models.save(model, tmp_path / 'net.onnx')
    np.save(tmp_path / 'samples.npy', models.samples(4))
    outputs = []
    for arguments in (['--precision', 'fp32'],
                      ['--calib', tmp_path / 'samples.npy', '--no-timing']):
        said = octet.ok('build', tmp_path / 'net.onnx', *arguments, '-o',
                        tmp_path / 'net.octet')
        octet.ok('run', tmp_path / 'net.octet', '--input',
                 f"x={tmp_path / 'samples.npy'}", '-o', tmp_path / 'out')
        outputs.append(np.load(tmp_path / 'out' / 'codes.npy')
                       .astype(np.float64))
    signal = (outputs[0] ** 2).sum()
    noise = ((outputs[0] - outputs[1]) ** 2).sum()
    found = re.search(r'outputs (-?[\d.]+) dB above the error', said)
    assert float(found[1]) == pytest.approx(10 * np.log10(signal / noise),
                                            abs=0.06)
