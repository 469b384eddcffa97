"""Pictures in: preprocessing, unreadable files, boxes out."""
import json

import numpy as np
from PIL import Image
import pytest

import models

SETTINGS = '''resize = "letterbox_center"
size = [32, 32]
pad_value = 114
color = "{color}"
mean = [0, 0, 0]
scale = [0.00392156862745098, 0.00392156862745098, 0.00392156862745098]

[detect]
decoder = "yolov8"
names = ["scratch", "dent"]
score_threshold = 0.3
nms_iou = 0.6
'''


def draw(path, seed, size=(48, 36)):
    generator = np.random.default_rng(seed)
    small = generator.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(small).resize(size).save(path)


@pytest.fixture(scope='module')
def pictures(tmp_path_factory, octet):
    """A folder with pictures and a detector's engine made with them."""
    folder = tmp_path_factory.mktemp('pictures')
    (folder / 'calib').mkdir()
    for i in range(10):
        draw(folder / 'calib' / f'{i}.png', i)
    (folder / 'new').mkdir()
    draw(folder / 'new' / 'wide.jpg', 21, (64, 24))
    draw(folder / 'new' / 'tall.png', 22, (20, 50))
    models.save(models.detector(), folder / 'detector.onnx')
    for color in ('RGB', 'BGR'):
        (folder / f'{color}.toml').write_text(SETTINGS.format(color=color))
    octet.ok('build', folder / 'detector.onnx', '--calib', folder / 'calib',
             '--preprocess', folder / 'RGB.toml', '--save-ranges',
             folder / 'detector.calib', '-o', folder / 'detector.octet')
    return folder


def test_pictures_without_preprocessing_are_answered_with_the_option(
        octet, pictures, tmp_path):
    models.save(models.detector(), tmp_path / 'alone.onnx')
    assert '--preprocess' in octet.fails(
        2, 'build', tmp_path / 'alone.onnx', '--calib', pictures / 'calib',
        '-o', tmp_path / 'e.octet')


def test_detect_writes_pictures_and_json(octet, pictures, tmp_path):
    text = octet.ok('detect', pictures / 'detector.octet', pictures / 'new',
                    '-o', tmp_path, '--json')
    written = json.loads((tmp_path / 'detections.json').read_text())
    assert json.loads(text)['images'] == written['images']
    sizes = {'wide': (64, 24), 'tall': (20, 50)}
    assert len(written['images']) == 2
    objects = 0
    for image in written['images']:
        stem = 'wide' if 'wide' in json.dumps(image) else 'tall'
        with Image.open(tmp_path / f'{stem}.png') as annotated:
            assert annotated.size == sizes[stem]
        assert (image['width'], image['height']) == sizes[stem]
        objects += len(image['detections'])
    assert objects > 0


def test_the_next_command_that_calibrate_names_works(octet, pictures,
                                                     tmp_path):
    found = json.loads(octet.ok(
        'calibrate', pictures / 'detector.onnx', '--data', pictures / 'calib',
        '--preprocess', pictures / 'RGB.toml', '-o', tmp_path / 'd.calib',
        '--json'))
    program, *arguments = found['next'].split()
    assert program == 'octet'
    arguments[-1] = tmp_path / 'model.octet'
    octet.ok(*arguments, '--no-verdict')
    message = octet.fails(3, 'build', pictures / 'detector.onnx', '--ranges',
                          tmp_path / 'd.calib', '-o', tmp_path / 'e.octet')
    assert 'asked:      raw' in message and '--preprocess' in message


def test_pictures_of_one_name_do_not_replace_each_other(octet, pictures,
                                                        tmp_path):
    for i, name in enumerate(('a.png', 'a.jpg', 'deep/a.png')):
        (tmp_path / 'in' / name).parent.mkdir(parents=True, exist_ok=True)
        draw(tmp_path / 'in' / name, i)
    octet.ok('detect', pictures / 'detector.octet', tmp_path / 'in', '-o',
             tmp_path / 'out')
    assert ({path.name for path in (tmp_path / 'out').glob('*.png')} ==
            {'a.png', 'a-2.png', 'a-3.png'})


@pytest.mark.parametrize('into', ['in', 'in/deep', 'link'])
def test_detect_does_not_draw_into_the_pictures_that_it_reads(
        octet, pictures, tmp_path, into):
    (tmp_path / 'in' / 'deep').mkdir(parents=True)
    (tmp_path / 'link').symlink_to('in')
    sources = [tmp_path / 'in' / 'a.png', tmp_path / 'in' / 'deep' / 'b.png']
    for i, path in enumerate(sources):
        draw(path, i)
    before = [path.read_bytes() for path in sources]
    assert '-o' in octet.fails(2, 'detect', pictures / 'detector.octet',
                               pictures / 'new', tmp_path / 'in', '-o',
                               tmp_path / into)
    assert [path.read_bytes() for path in sources] == before
    assert len(list((tmp_path / into).glob('*.png'))) == 1


def test_a_higher_score_leaves_fewer_objects(octet, pictures, tmp_path):
    def count(score):
        octet.ok('detect', pictures / 'detector.octet', pictures / 'new',
                 '-o', tmp_path, '--score', score)
        found = json.loads((tmp_path / 'detections.json').read_text())
        return sum(len(image['detections']) for image in found['images'])
    assert count(0.01) >= count(0.3) >= count(0.999)
    assert count(0.01) > 0


def test_run_prepares_pictures_as_recorded(octet, pictures, tmp_path):
    octet.ok('run', pictures / 'detector.octet', '--input', pictures / 'new',
             '-o', tmp_path)
    assert np.load(tmp_path / 'y.npy').shape == (2, 6, 21)


def test_another_preprocessing_is_refused(octet, pictures, tmp_path):
    message = octet.fails(
        3, 'build', pictures / 'detector.onnx', '--ranges',
        pictures / 'detector.calib', '--preprocess', pictures / 'BGR.toml',
        '-o', tmp_path / 'e.octet')
    assert 'color' in message or 'RGB' in message
    message = octet.fails(2, 'detect', pictures / 'detector.octet',
                          pictures / 'new', '--preprocess',
                          pictures / 'BGR.toml', '-o', tmp_path)
    assert 'color' in message


def test_shards_of_another_preprocessing_do_not_merge(octet, pictures,
                                                      tmp_path):
    octet.ok('calibrate', pictures / 'detector.onnx', '--data',
             pictures / 'calib', '--preprocess', pictures / 'BGR.toml', '-o',
             tmp_path / 'other.calib')
    octet.fails(3, 'merge', pictures / 'detector.calib',
                tmp_path / 'other.calib', '-o', tmp_path / 'merged.calib')


def calibrate_with_broken(octet, pictures, folder, good, broken):
    for i in range(good):
        draw(folder / f'{i:03}.png', i)
    for i in range(broken):
        (folder / f'broken{i}.png').write_bytes(b'no picture')
    return octet('calibrate', pictures / 'detector.onnx', '--data', folder,
                 '--preprocess', pictures / 'RGB.toml', '-o',
                 folder / 'x.calib', '--json')


def test_few_unreadable_pictures_are_skipped_and_named(octet, pictures,
                                                       tmp_path):
    process = calibrate_with_broken(octet, pictures, tmp_path, 39, 1)
    assert process.returncode == 0, process.stderr
    assert 'broken0.png' in process.stderr
    found = json.loads(process.stdout)
    assert found['samples'] == 39 and len(found['skipped']) == 1


def test_many_unreadable_pictures_are_an_error(octet, pictures, tmp_path):
    process = calibrate_with_broken(octet, pictures, tmp_path, 10, 2)
    assert process.returncode == 3
    assert 'broken0.png' in process.stderr
    assert 'broken1.png' in process.stderr


def test_an_empty_folder_is_bad_input(octet, pictures, tmp_path):
    octet.fails(3, 'calibrate', pictures / 'detector.onnx', '--data', tmp_path,
                '--preprocess', pictures / 'RGB.toml', '-o',
                tmp_path / 'x.calib')
