"""What is wrong with the input decides the exit code; nothing ends by signal."""
import random

import numpy as np
import pytest

import models

USAGE, BAD_INPUT, UNSUPPORTED, DAMAGED = 2, 3, 4, 7
FLIPS = 60


def build(folder, model, *options):
    return ['build', model, '--calib', folder / 'samples.npy', '-o',
            folder / 'never.octet', '--no-verdict', *options]


def test_a_missing_model_is_bad_input(octet, shop):
    assert 'absent.onnx' in octet.fails(
        BAD_INPUT, *build(shop, shop / 'absent.onnx'))


@pytest.mark.parametrize('content', ['empty', 'truncated', 'garbage', 'text'])
def test_a_file_that_is_no_model_is_bad_input(octet, shop, tmp_path, content):
    whole = (shop / 'small.onnx').read_bytes()
    path = tmp_path / 'broken.onnx'
    path.write_bytes({'empty': b'', 'truncated': whole[:len(whole) // 2],
                      'garbage': random.Random(1).randbytes(5000),
                      'text': b'This is not a network.\n' * 20}[content])
    assert 'broken.onnx' in octet.fails(BAD_INPUT, *build(shop, path))
    octet.fails(BAD_INPUT, 'inspect', path)


def test_every_unsupported_node_is_listed(octet, shop, tmp_path):
    models.save(models.with_unsupported_nodes(), tmp_path / 'strange.onnx')
    message = octet.fails(UNSUPPORTED, *build(shop, tmp_path / 'strange.onnx'))
    for word in ('first.det', 'Det', 'second.eye', 'EyeLike'):
        assert word in message


def test_weights_that_are_not_numbers_are_bad_input(octet, shop, tmp_path):
    models.save(models.with_nan_weight(), tmp_path / 'nan.onnx')
    assert 'first.w' in octet.fails(BAD_INPUT,
                                    *build(shop, tmp_path / 'nan.onnx'))


def test_a_wrong_option_is_a_usage_error(octet, shop):
    octet.fails(USAGE, *build(shop, shop / 'small.onnx', '--no-such-option'))
    octet.fails(USAGE, *build(shop, shop / 'small.onnx', '--method', 'median'))
    octet.fails(USAGE, 'calibrate', shop / 'small.onnx', '--data',
                shop / 'samples.npy', '--shard', '3/2', '-o', shop / 'x.calib')


def test_an_unknown_preset_says_what_was_meant(octet, shop):
    assert 'yolov8' in octet.fails(
        USAGE, *build(shop, shop / 'small.onnx', '--preprocess', 'yolo8'))


def test_a_missing_calibration_folder_is_bad_input(octet, shop):
    assert 'nowhere' in octet.fails(
        BAD_INPUT, 'build', shop / 'small.onnx', '--calib', shop / 'nowhere',
        '-o', shop / 'never.octet')
    octet.fails(BAD_INPUT, 'build', shop / 'small.onnx', '--calib',
                shop / 'nowhere', '--preprocess', 'imagenet', '-o',
                shop / 'never.octet')


def test_a_calibration_in_place_of_samples_says_where_it_goes(octet, shop):
    (shop / 'some.calib').write_bytes(b'x')
    assert '--ranges' in octet.fails(
        BAD_INPUT, 'build', shop / 'small.onnx', '--calib',
        shop / 'some.calib', '--preprocess', 'imagenet', '-o',
        shop / 'never.octet')


def test_int8_without_samples_says_how_to_give_them(octet, shop):
    process = octet('build', shop / 'small.onnx', '-o', shop / 'never.octet')
    assert process.returncode in (USAGE, BAD_INPUT)
    assert '--calib' in process.stderr


@pytest.mark.parametrize('command', ['build', 'calibrate', 'merge', 'run'])
def test_an_unwritable_output_is_bad_input(octet, shop, command):
    # Below a file, for that fails for the superuser too.
    output = shop / 'small.onnx' / 'output'
    message = octet.fails(BAD_INPUT, *{
        'build': ['build', shop / 'small.onnx', '--ranges',
                  shop / 'small.calib', '--no-verdict'],
        'calibrate': ['calibrate', shop / 'small.onnx', '--data',
                      shop / 'samples.npy'],
        'merge': ['merge', shop / 'small.calib'],
        'run': ['run', shop / 'small.octet', '--input',
                f"x={shop / 'samples.npy'}"],
    }[command], '-o', output)
    assert str(output) in message


@pytest.mark.parametrize('wrong', ['shape', 'dtype', 'rank', 'absent'])
def test_an_input_that_does_not_fit_is_bad_input(octet, shop, tmp_path, wrong):
    path = tmp_path / 'wrong.npy'
    if wrong != 'absent':
        np.save(path, {'shape': np.zeros((2, 3, 16, 15), np.float32),
                       'dtype': np.zeros((2, 3, 16, 16), np.uint8),
                       'rank': np.zeros((2, 3), np.float32)}[wrong])
    octet.fails(BAD_INPUT, 'run', shop / 'small.octet', '--input', f'x={path}',
                '-o', tmp_path / 'out')


def test_an_unknown_input_name_is_a_usage_error(octet, shop, tmp_path):
    assert 'x' in octet.fails(
        USAGE, 'run', shop / 'small.octet', '--input',
        f"y={shop / 'samples.npy'}", '-o', tmp_path / 'out')


def flipped(whole, count):
    """Copies of the bytes, each with one byte changed; the ends are among."""
    generator = random.Random(7)
    places = {0, 1, 8, len(whole) // 2, len(whole) - 1}
    while len(places) < count:
        places.add(generator.randrange(len(whole)))
    for place in sorted(places):
        copy = bytearray(whole)
        copy[place] ^= 1 << generator.randrange(8)
        yield place, bytes(copy)


@pytest.mark.parametrize('name', ['small.octet', 'small.calib'])
def test_a_flipped_byte_is_refused(octet, shop, tmp_path, name):
    path = tmp_path / name
    for place, copy in flipped((shop / name).read_bytes(), FLIPS):
        path.write_bytes(copy)
        if name.endswith('.octet'):
            arguments = ['run', path, '--input', f"x={shop / 'samples.npy'}",
                         '-o', tmp_path / 'out']
        else:
            arguments = ['merge', path, '-o', tmp_path / 'merged.calib']
        process = octet(*arguments)
        assert process.returncode == DAMAGED, (place, process.stderr)


@pytest.mark.parametrize('name', ['small.octet', 'small.calib'])
@pytest.mark.parametrize('length', [0, 1, 7, 64, -1])
def test_a_shortened_file_is_refused(octet, shop, tmp_path, name, length):
    path = tmp_path / name
    path.write_bytes((shop / name).read_bytes()[:length])
    option = 'bench' if name.endswith('.octet') else 'merge'
    rest = [] if option == 'bench' else ['-o', tmp_path / 'merged.calib']
    octet.fails(DAMAGED, option, path, *rest)


def test_a_flipped_byte_is_refused_by_inspect(octet, shop, tmp_path):
    for name in ('small.octet', 'small.calib'):
        copy = bytearray((shop / name).read_bytes())
        copy[len(copy) // 2] ^= 0x40
        (tmp_path / name).write_bytes(copy)
        octet.fails(DAMAGED, 'inspect', tmp_path / name)


# --- tensors without elements ---

def sliced(graph):
    for name, value in (('from', 5), ('to', 5), ('axis', 2)):
        graph.constant(name, np.array([value], np.int64))
    graph.add('Slice', ['x', 'from', 'to', 'axis'], 'nothing')
    graph.add('Relu', ['nothing'], 'y')
    return 'nothing', [1, 3, 0, 16]


def multiplied(graph):
    graph.constant('w', np.zeros((16, 0), np.float32))
    graph.add('MatMul', ['x', 'w'], 'y')
    return 'w', [1, 3, 16, 0]


def joined(graph):
    graph.constant('none', np.zeros((1, 0, 16, 16), np.float32))
    x = graph.add('Relu', ['x'], 'relu')
    graph.add('Concat', [x, 'none'], 'y', axis=1)
    return 'none', [1, 3, 16, 16]


@pytest.mark.parametrize('make', (sliced, multiplied, joined))
def test_a_tensor_without_elements_is_refused_by_its_name(octet, tmp_path,
                                                          make):
    graph = models._Graph(seed=1)
    name, shape = make(graph)
    model = graph.model([1, 3, 16, 16], {'y': shape})
    (tmp_path / 'm.onnx').write_bytes(model.SerializeToString())
    for command in (['inspect', tmp_path / 'm.onnx'],
                    ['build', tmp_path / 'm.onnx', '--precision', 'fp32',
                     '-o', tmp_path / 'e.octet']):
        message = octet.fails(3, *command)
        assert f"'{name}'" in message and 'no elements' in message
    assert not (tmp_path / 'e.octet').exists()
