"""Which files, Pythons and processes bench/compare works with."""
import os
from pathlib import Path
import subprocess
import sys

import pytest

onnx = pytest.importorskip('onnx')
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'bench'))

from comparison import places  # noqa: E402

try:
    from comparison import networks, run
except places.Missing as missing:
    pytest.skip(str(missing), allow_module_level=True)


def save(path, nodes, dims):
    values = [onnx.helper.make_tensor_value_info(
        name, onnx.TensorProto.FLOAT, dims) for name in ('x', 'y')]
    graph = onnx.helper.make_graph(nodes, 'g', values[:1], values[1:])
    onnx.save(onnx.helper.make_model(graph, ir_version=8), path)
    return path


def relu(path, dims=(1, 4)):
    return save(path, [onnx.helper.make_node('Relu', ['x'], ['y'])], dims)


def test_what_is_made_is_whole_or_not_there(tmp_path):
    def fail(part):
        part.write_text('half')
        raise OSError('disk full')

    with pytest.raises(OSError):
        networks.write_once(tmp_path / 'a', fail)
    assert not (tmp_path / 'a').exists()
    networks.write_once(tmp_path / 'a', lambda part: part.write_text('whole'))
    networks.write_once(tmp_path / 'a', fail)  # is there: not made again
    assert (tmp_path / 'a').read_text() == 'whole'


def test_a_path_is_a_network_of_its_own_batch(tmp_path):
    network = networks.find(str(relu(tmp_path / 'mine.onnx')), 1, True,
                            'samples.npy')
    assert network.name == 'mine' and network.qdq == {}
    assert network.calibration == Path('samples.npy') and network.macs == 0
    assert networks.inputs(network)['x'].shape == (1, 4)


def test_inputs_are_the_same_every_time(tmp_path):
    network = networks.find(str(relu(tmp_path / 'mine.onnx')), 1, True)
    first, second = networks.inputs(network), networks.inputs(network)
    assert (first['x'] == second['x']).all() and first['x'].std() > 0


@pytest.mark.parametrize('make,said', [
    (lambda path: save(path, [onnx.helper.make_node(
        'QuantizeLinear', ['x', 's'], ['y'])], [1]), 'is quantized'),
    (lambda path: relu(path, ['n', 4]), "input 'x' has no fixed shape"),
    (lambda path: path, 'no network'),
])
def test_a_path_that_will_not_do_says_why(tmp_path, make, said):
    with pytest.raises(places.Missing, match=said):
        networks.inputs(networks.find(str(make(tmp_path / 'm.onnx')), 1, True))


@pytest.mark.parametrize('name,verdict,timed', [
    ('octet qdq', (0.01, True), True), ('octet qdq', (0.4, False), False),
    ('octet qdq', 'ended with status -11', False),
    ('onnxruntime u8s8', (0.4, False), True),  # what a user has, even so
    ('onnxruntime u8s8', 'no such operator', False),
])
def test_octet_is_timed_only_where_it_answers_right(name, verdict, timed):
    assert run.may_be_timed(name, verdict) == timed


class FakeContender:
    def __init__(self, values):
        self.values = values

    def outputs(self, shapes):
        if self.values is None:
            raise run.Refused('ended with status -11')
        return [networks.np.full(shape, self.values) for shape in shapes]


@pytest.mark.parametrize('name,value,agrees', [
    ('octet fp32', 1.0, True), ('octet fp32', 1.001, False),
    ('octet own', 1.05, True),       # against the float model
    ('octet qdq', 2.05, True),       # against the QDQ file
    ('octet qdq', 1.0, False),
    ('onnxruntime s8s8', 3.0, True),  # each against its own file
])
def test_each_engine_is_held_against_what_its_file_says(name, value, agrees):
    references = {kind: [networks.np.full((2, 2), wanted)] for kind, wanted
                  in (('float', 1.0), ('u8s8', 2.0), ('s8s8', 3.0))}
    verdict = run.verdict(name, FakeContender(value), references, [(2, 2)])
    assert verdict[1] == agrees


def test_an_engine_that_fails_to_answer_is_refused_with_its_words():
    assert run.verdict('octet own', FakeContender(None), {'float': []},
                       []) == 'ended with status -11'


def test_a_python_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv('OCTET_BENCH_ENTERED', raising=False)
    with pytest.raises(places.Missing, match='no such Python'):
        places.enter_environment(str(tmp_path / 'python'), False)


def test_the_environment_is_made_once_and_again_for_more(tmp_path,
                                                         monkeypatch):
    calls = []

    def note(command, **_):
        calls.append([os.fspath(part) for part in command])
        (tmp_path / 'venv').mkdir(exist_ok=True)
        return subprocess.CompletedProcess(command, 0, '', '')

    monkeypatch.setattr(places, 'WORK', tmp_path)
    monkeypatch.setattr(places.subprocess, 'run', note)
    for own_quantization, installs in ((False, 1), (False, 1), (True, 2),
                                       (False, 2)):
        places.make_environment(own_quantization)
        pips = [call for call in calls if call[0].endswith('pip')]
        assert len(pips) == installs
    assert pips[1][-1].startswith('nncf==')


def test_packages_that_cannot_be_had_are_reported(tmp_path, monkeypatch):
    def fail(command, **_):
        (tmp_path / 'venv').mkdir(exist_ok=True)
        return subprocess.CompletedProcess(command, 1, '', 'no network\n')

    monkeypatch.setattr(places, 'WORK', tmp_path)
    monkeypatch.setattr(places.subprocess, 'run', fail)
    with pytest.raises(places.Missing, match='--python PATH.*no network'):
        places.make_environment(False)
    assert not (tmp_path / 'venv/installed').exists()


@pytest.mark.parametrize('weight,attributes,said', [
    ([8, 4, 3, 3], {}, '3x3, 4 to 8, 4x4'),
    ([8, 4, 1, 1], {'strides': [2, 2]}, '1x1/2, 4 to 8, 3x3'),
    ([4, 1, 3, 5], {'group': 4}, '3x5, 4 depthwise, 4x2'),
    ([8, 2, 1, 1], {'group': 2}, '1x1, 4 to 8 in 2 groups, 6x6'),
])
def test_a_convolution_is_told_in_words(weight, attributes, said):
    from comparison import shapes
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    node = helper.make_node('Conv', ['x', 'w'], ['y'], 'c', **attributes)
    values = [helper.make_tensor_value_info(name, kind, dims) for name, dims
              in (('x', [1, 4, 6, 6]), ('w', weight), ('y', None))]
    graph = helper.make_graph([node], 'g', values[:2], values[2:])
    model = helper.make_model(graph, ir_version=8, opset_imports=[
        helper.make_opsetid('', 17)])
    assert shapes.descriptions(model) == {'c': said}


def test_a_product_is_told_by_its_operands():
    from comparison import shapes
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [helper.make_node('MatMul', ['a', 'b'], ['y'], 'known'),
             helper.make_node('MatMul', ['y', 'hidden'], ['z'], 'unknown')]
    values = [helper.make_tensor_value_info(name, kind, dims) for name, dims
              in (('a', [2, 3]), ('b', [3, 5]), ('z', None))]
    graph = helper.make_graph(nodes, 'g', values[:2], values[2:])
    model = helper.make_model(graph, ir_version=8, opset_imports=[
        helper.make_opsetid('', 17)])
    assert shapes.descriptions(model) == {'known': '[2, 3] x [3, 5]'}


def test_slots_are_summed_up_by_place_and_together():
    from comparison import rounds
    slots = [(True, 'near', 0.001, 0.0009), (False, 'far', 0.003, 0.002),
             (True, 'near', 0.002, 0.001)]
    found = rounds.by_place(slots)
    assert set(found) == {'near', 'far', 'any'}
    assert found['near']['median_ms'] == 1.5 and found['near']['slots'] == 2
    assert found['any']['slots'] == 3 and found['any']['quiet_slots'] == 2
    assert found['any']['min_ms'] == 0.9
