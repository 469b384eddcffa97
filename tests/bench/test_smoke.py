"""bench/compare runs, and engines answer as their files say; judges no time."""
import importlib.util
import json
import os
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get('OCTET_BUILD_DIR', ROOT / 'build/release'))
SCRIPTS = Path(os.environ.get('OCTET_BENCH_MODELS', ROOT / '../shared/bench'))
SECONDS = 120


def compare(*arguments, **env):
    return subprocess.run(
        [sys.executable, ROOT / 'bench/compare', *map(str, arguments)],
        capture_output=True, text=True, timeout=SECONDS, check=False,
        env={**os.environ, 'OCTET_BUILD_DIR': str(BUILD), **env})


@pytest.fixture(scope='module')
def built():
    for name in ('octet', 'octet_bench_slots'):
        if not (BUILD / 'bin' / name).exists():
            pytest.skip(f'{name} is not built')


@pytest.fixture(scope='module')
def peers(built):
    if not (SCRIPTS / 'make_models.py').exists():
        pytest.skip(f'no make_models.py at {SCRIPTS}; set OCTET_BENCH_MODELS')
    if not importlib.util.find_spec('onnxruntime'):
        pytest.skip('no onnxruntime in this Python')


def test_every_engine_agrees_with_what_the_files_say(peers, tmp_path):
    done = compare('--smoke', '--precision', 'int8,fp32', '--json',
                   tmp_path / 'r.json', '--python', sys.executable)
    assert done.returncode == 0, done.stderr + done.stdout
    report = json.loads((tmp_path / 'r.json').read_text())
    rows = {(row['precision'], row['source']): row for row in report['rows']}
    assert set(rows) == {('fp32', 'float'), ('int8', 'qdq'), ('int8', 'own')}
    for row in rows.values():
        assert row['octet_ms'] > 0 and row['floor_ms'] > 0
        assert 'onnxruntime' in ' '.join(row['peers'])
        assert row['ratio'] == pytest.approx(
            min(row['peers'].values()) / row['octet_ms'])


def test_a_missing_folder_of_networks_is_named(built, tmp_path):
    done = compare('--smoke', OCTET_BENCH_MODELS=str(tmp_path / 'nothing'))
    assert done.returncode == 3
    assert 'nothing/make_models.py is missing' in done.stderr
    assert 'OCTET_BENCH_MODELS' in done.stderr


def test_an_unknown_network_is_refused_with_those_that_there_are(peers):
    done = compare('resnet51', '--python', sys.executable)
    assert done.returncode == 3
    assert "no network 'resnet51'" in done.stderr
    assert 'resnet50' in done.stderr


@pytest.mark.parametrize('arguments,said', [
    (['--precision', 'int4'], 'no precision int4'),
    (['--threads', '0'], 'threads'), (['--batch', 'x'], 'batch')])
def test_wrong_options_are_refused(arguments, said):
    done = compare(*arguments)
    assert done.returncode == 2 and said in done.stderr


@pytest.mark.parametrize('arguments,said', [
    ([], 'usage'), (['missing.octet', '1'], 'missing.octet'),
    (['missing.octet', 'x'], 'number of threads')])
def test_octets_contender_says_why_it_does_not_start(built, arguments, said):
    done = subprocess.run([BUILD / 'bin/octet_bench_slots', *arguments],
                          capture_output=True, text=True, check=False)
    assert done.returncode != 0 and said in done.stderr


@pytest.mark.parametrize('engine', ['onnxruntime', 'openvino'])
def test_a_peer_takes_integers_and_answers(engine, tmp_path):
    onnx = pytest.importorskip('onnx')
    pytest.importorskip(engine)
    sys.path.insert(0, str(ROOT / 'bench'))
    from comparison import contender, field
    import numpy as np
    helper, kinds = onnx.helper, onnx.TensorProto
    nodes = [helper.make_node('Cast', ['i'], ['f'], to=kinds.FLOAT),
             helper.make_node('Mul', ['f', 'x'], ['y'])]
    values = [helper.make_tensor_value_info(name, kind, [1, 3]) for name, kind
              in (('i', kinds.INT64), ('x', kinds.FLOAT), ('y', kinds.FLOAT))]
    graph = helper.make_graph(nodes, 'g', values[:2], values[2:])
    onnx.save(helper.make_model(
        graph, ir_version=8, opset_imports=[helper.make_opsetid('', 17)]),
        tmp_path / 'm.onnx')
    np.array([[1, 2, 3]]).tofile(tmp_path / 'in.0')
    np.array([[0.5, 1, 2]], np.float32).tofile(tmp_path / 'in.1')
    one = contender.Contender(engine, [
        sys.executable, field.PEER_PROCESS, engine, tmp_path / 'm.onnx', 1])
    one.set_inputs(tmp_path / 'in')
    assert one.outputs([(1, 3)])[0].tolist() == [[0.5, 2, 6]]
    assert len(one.slot(0)) >= 3 and min(one.slot(0)) > 0
    with pytest.raises(contender.Refused, match='expected inputs'):
        one.ask('jump')
    one.close()
