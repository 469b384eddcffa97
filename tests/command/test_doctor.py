"""The calibration doctor: silent on a good set, and every planted fault found.

The inspection example is a trained network, so that its pictures can be fed to
it in the right way and in wrong ones.
"""
import json
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper
from PIL import Image
import pytest

import models

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / 'examples/inspection'
PREPROCESS = EXAMPLE / 'preprocess.toml'
BAD_INPUT = 3


def make_pictures(folder, split, count):
    subprocess.run([sys.executable, EXAMPLE / 'surfaces.py', '--split', split,
                    '--count', str(count), '--out', folder], check=True,
                   capture_output=True)
    truth = json.loads((folder / 'annotations.json').read_text())
    return {folder / 'images' / image['file_name']: image['night']
            for image in truth['images']}


@pytest.fixture(scope='module')
def surfaces(tmp_path_factory):
    """{picture: whether it is by night} of two splits, and their folders."""
    folder = tmp_path_factory.mktemp('surfaces')
    return {split: (folder / split / 'images',
                    make_pictures(folder / split, split, count))
            for split, count in (('calib', 64), ('test', 60))}


def diagnose(octet, data, *options, model=EXAMPLE / 'inspection.onnx',
             preprocess=PREPROCESS):
    return json.loads(octet.ok('doctor', model, '--data', data, '--preprocess',
                               preprocess, '--json', *options))


def kinds(diagnosis):
    return [finding['kind'] for finding in diagnosis['findings']]


def copy(pictures, folder):
    folder.mkdir(exist_ok=True)
    for picture in pictures:
        shutil.copy(picture, folder)
    return folder


# --- a good set ---

def test_a_good_set_is_passed_in_silence(octet, surfaces):
    found = diagnose(octet, surfaces['calib'][0], '--eval-data',
                     surfaces['test'][0])
    assert found['findings'] == []
    assert found['samples'] == found['usable'] == 64
    assert found['evaluation_samples'] == 60
    for row in found['saturation']:
        widths = [point['width'] for point in row['points']]
        assert widths == sorted(widths) and widths[-1] == 1


def test_the_verdict_of_a_good_set_says_what_to_type_next(octet, surfaces):
    text = octet.ok('doctor', EXAMPLE / 'inspection.onnx', '--data',
                    surfaces['calib'][0], '--limit', 24, '--preprocess',
                    PREPROCESS)
    assert 'no fault found in 24 samples' in text
    assert 'octet calibrate' in text


# --- preprocessing that cannot be right ---

def first_weights(model):
    node = next(n for n in model.graph.node if n.op_type == 'Conv')
    return next(t for t in model.graph.initializer if t.name == node.input[1])


def trained_on_bytes(model):
    weights = first_weights(model)
    scaled = numpy_helper.to_array(weights) / np.float32(255)
    weights.CopyFrom(numpy_helper.from_array(scaled, weights.name))


def trained_on_imagenet_statistics(model):
    """0..1 again from (pixel / 255 - mean) / deviation."""
    graph = model.graph
    name = graph.input[0].name
    for key, numbers in (('mean', (0.485, 0.456, 0.406)),
                         ('deviation', (0.229, 0.224, 0.225))):
        array = np.array(numbers, np.float32).reshape(1, 3, 1, 1)
        graph.initializer.append(numpy_helper.from_array(array, key))
    for node in graph.node:
        node.input[:] = ['unit' if i == name else i for i in node.input]
    graph.node.insert(0, helper.make_node('Mul', [name, 'deviation'],
                                          ['spread']))
    graph.node.insert(1, helper.make_node('Add', ['spread', 'mean'], ['unit']))


UNIT, BYTE, SIGNED = (0, 1 / 255), (0, 1), (127.5, 1 / 127.5)


@pytest.mark.parametrize('change,fed,answer', [
    (None, BYTE, '0..1'),
    (None, SIGNED, '0..1'),
    (trained_on_bytes, UNIT, '0..255'),
    (trained_on_imagenet_statistics, UNIT, "ImageNet's mean and deviation"),
])
def test_wrong_preprocessing_is_found_and_the_right_one_named(
        octet, surfaces, tmp_path, change, fed, answer):
    model = onnx.load(EXAMPLE / 'inspection.onnx')
    if change:
        change(model)
    onnx.save(model, tmp_path / 'net.onnx')
    (tmp_path / 'fed.toml').write_text(
        PREPROCESS.read_text().split('mean =')[0] +
        f'mean = {[fed[0]] * 3}\nscale = {[fed[1]] * 3}\n[detect]\n'
        + PREPROCESS.read_text().split('[detect]')[1])
    found = diagnose(octet, surfaces['calib'][0], '--limit', 24,
                     model=tmp_path / 'net.onnx',
                     preprocess=tmp_path / 'fed.toml')
    assert kinds(found)[0] == 'preprocessing'
    finding = found['findings'][0]
    assert finding['severity'] == 'error'
    assert finding['names'][0].endswith(answer)
    assert finding['numbers']['information_of_better'] > \
        finding['numbers']['information']


def coloured(count, *channels):
    """Pictures of which each is bright in one of these channels."""
    generator = np.random.default_rng(6)
    pictures = generator.uniform(0, 0.3, (count, 3, 16, 16))
    for i in range(count):
        pictures[i, channels[i % len(channels)]] += 0.7
    return pictures.astype(np.float32)


def test_swapped_colours_are_found(octet, tmp_path):
    models.save(models.blue_or_green(), tmp_path / 'net.onnx')
    for name, colours in (('right', (1, 2)), ('swapped', (1, 0))):
        np.save(tmp_path / f'{name}.npy', coloured(40, *colours))
    common = {'model': tmp_path / 'net.onnx', 'preprocess': 'raw'}
    assert diagnose(octet, tmp_path / 'right.npy', **common)['findings'] == []
    found = diagnose(octet, tmp_path / 'swapped.npy', **common)
    assert kinds(found) == ['preprocessing']
    assert 'red and blue are swapped' in found['findings'][0]['found']


@pytest.mark.parametrize('preprocess,answer', [
    ('imagenet', None),
    ('BGR', "RGB, ImageNet's mean and deviation"),
    ('yolov8', "RGB, ImageNet's mean and deviation"),
])
def test_a_network_trained_on_photographs_knows_its_preprocessing(
        octet, data, tmp_path, preprocess, answer):
    case = data / 'cls-resnet20-cifar10'
    settings = json.loads((case / 'case.json').read_text())['preprocess']
    if preprocess == 'BGR':
        settings['color'] = 'BGR'
        settings['mean'] = settings['mean'][::-1]
        settings['scale'] = settings['scale'][::-1]
    if preprocess == 'yolov8':
        settings['mean'], settings['scale'] = [0, 0, 0], [1 / 255] * 3
    lines = [f'{key} = {json.dumps(value)}'
             for key, value in settings.items()]
    (tmp_path / 'fed.toml').write_text('\n'.join(lines))
    found = diagnose(octet, data / 'images-cifar10/calib_images.npy',
                     '--limit', 128, model=case / 'resnet20.onnx',
                     preprocess=tmp_path / 'fed.toml')
    assert [f['names'][0] for f in found['findings']] == \
        ([answer] if answer else [])


def test_ready_tensors_are_checked_by_their_extremes(octet, surfaces,
                                                     tmp_path):
    pictures = [np.asarray(Image.open(p), np.float32).transpose(2, 0, 1)
                for p in list(surfaces['calib'][1])[:32]]
    np.save(tmp_path / 'bytes.npy', pictures)
    found = diagnose(octet, tmp_path / 'bytes.npy', preprocess='raw')
    assert kinds(found) == ['preprocessing']
    assert found['findings'][0]['names'] == ['RGB, 0..1']
    np.save(tmp_path / 'unit.npy', np.array(pictures) / np.float32(255))
    assert diagnose(octet, tmp_path / 'unit.npy',
                    preprocess='raw')['findings'] == []


# --- the set itself ---

def test_duplicates_are_found_exact_and_saved_anew(octet, surfaces, tmp_path):
    pictures = list(surfaces['calib'][1])
    data = copy(pictures[:32], tmp_path / 'data')
    shutil.copy(pictures[3], data / 'zz_again.png')
    for i in (5, 9):
        Image.open(pictures[i]).save(data / f'zz_{i}.jpg', quality=90)
    found = diagnose(octet, data)
    assert kinds(found) == ['duplicates']
    numbers = found['findings'][0]['numbers']
    assert (numbers['exact'], numbers['near'], numbers['of']) == (1, 2, 35)
    assert all('zz_' in name for name in found['findings'][0]['names'])


def test_an_evaluation_set_without_a_usable_picture_is_named(octet, surfaces,
                                                             tmp_path):
    (tmp_path / 'broken.png').write_bytes(b'no picture')
    found = diagnose(octet, surfaces['calib'][0], '--eval-data', tmp_path)
    assert kinds(found) == ['useless-evaluation']
    assert 'broken.png' in found['findings'][0]['evidence']


def test_night_that_is_only_in_the_evaluation_set_is_missed(octet, surfaces,
                                                            tmp_path):
    day = [p for p, night in surfaces['calib'][1].items() if not night]
    found = diagnose(octet, copy(day, tmp_path / 'day'), '--eval-data',
                     surfaces['test'][0])
    assert kinds(found) == ['missing-light']
    night = {str(p) for p, night in surfaces['test'][1].items() if night}
    named = set(found['findings'][0]['names'])
    # Some pictures of the day are as dark.
    assert len(named & night) >= 0.75 * max(len(named), len(night))


def test_a_glaring_outlier_is_named(octet, shop, tmp_path):
    samples = models.samples(40)
    samples[17] *= 30
    np.save(tmp_path / 'x.npy', samples)
    found = diagnose(octet, tmp_path / 'x.npy', model=shop / 'small.onnx',
                     preprocess='raw')
    assert kinds(found) == ['outlier']
    assert found['findings'][0]['names'][0].endswith('x.npy[17]')
    assert found['findings'][0]['numbers']['median_stretch'] > 10


def test_too_few_samples_are_an_error(octet, surfaces, tmp_path):
    data = copy(list(surfaces['calib'][1])[:4], tmp_path / 'few')
    found = diagnose(octet, data)
    assert kinds(found)[0] == 'too-few'
    assert found['findings'][0]['severity'] == 'error'


def test_unreadable_constant_and_infinite_samples_are_named(
        octet, surfaces, shop, tmp_path):
    data = copy(list(surfaces['calib'][1])[:40], tmp_path / 'data')
    whole = (data / 'calib_0007.png').read_bytes()
    (data / 'cut.png').write_bytes(whole[:len(whole) // 2])
    for i in range(3):
        Image.new('RGB', (320, 320), (9 + i,) * 3).save(data / f'lens_cap{i}.png')
    found = diagnose(octet, data)
    assert kinds(found) == ['unreadable', 'constant']
    assert [f['names'][0].rsplit('/', 1)[-1] for f in found['findings']] == \
        ['cut.png', 'lens_cap0.png']
    assert found['usable'] == 43

    samples = models.samples(40)
    samples[3, 0, 0, 0] = np.inf
    np.save(tmp_path / 'x.npy', samples)
    found = diagnose(octet, tmp_path / 'x.npy', model=shop / 'small.onnx',
                     preprocess='raw')
    assert kinds(found) == ['non-finite']


def test_a_set_of_which_nothing_is_usable_is_bad_input(octet, tmp_path):
    (tmp_path / 'a.png').write_bytes(b'\x89PNG\r\n\x1a\n')
    message = octet.fails(BAD_INPUT, 'doctor', EXAMPLE / 'inspection.onnx',
                          '--data', tmp_path, '--preprocess', PREPROCESS)
    assert 'a.png' in message


# --- after calibrating ---

def test_ranges_of_other_samples_are_noticed(octet, shop, tmp_path):
    np.save(tmp_path / 'wide.npy', 3 * models.samples(40, seed=5))
    np.save(tmp_path / 'same.npy', models.samples(40))
    common = {'model': shop / 'small.onnx', 'preprocess': 'raw'}
    found = diagnose(octet, tmp_path / 'wide.npy', '--ranges',
                     shop / 'small.calib', **common)
    assert kinds(found) == ['uncovered']
    assert diagnose(octet, tmp_path / 'same.npy', '--ranges',
                    shop / 'small.calib', **common)['findings'] == []


def test_ranges_of_other_preprocessing_are_refused(octet, surfaces, shop):
    message = octet.fails(
        BAD_INPUT, 'doctor', EXAMPLE / 'inspection.onnx', '--data',
        surfaces['calib'][0], '--preprocess', PREPROCESS, '--ranges',
        shop / 'small.calib')
    assert 'other preprocessing' in message


@pytest.mark.parametrize('samples,words', [
    (models.samples(4), '4 samples are few'),
    (np.concatenate([models.samples(30), 30 * models.samples(1, seed=3)]),
     'x.npy[30] owns an end of the range'),
])
def test_calibrating_points_to_the_doctor(octet, shop, tmp_path, samples,
                                          words):
    np.save(tmp_path / 'x.npy', samples)
    process = octet('calibrate', shop / 'small.onnx', '--data',
                    tmp_path / 'x.npy', '-o', tmp_path / 'x.calib')
    assert process.returncode == 0
    assert words in process.stderr and 'octet doctor' in process.stderr


def test_calibrating_with_a_good_set_says_nothing(octet, shop, tmp_path):
    process = octet('calibrate', shop / 'small.onnx', '--data',
                    shop / 'samples.npy', '-o', tmp_path / 'x.calib')
    assert process.returncode == 0 and 'doctor' not in process.stderr
