"""check: the gates of a TOML file, for CI."""
import json
from pathlib import Path
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
from onnx import numpy_helper
import pytest

import models

ROOT = Path(__file__).resolve().parents[2]


def gate(check, **limits):
    lines = [f'check = "{check}"']
    lines += [f'{key} = {json.dumps(value)}' for key, value in limits.items()]
    return '\n[[gate]]\n' + '\n'.join(lines) + '\n'


@pytest.fixture(scope='module')
def shop(octet, tmp_path_factory):
    """A classifier, samples that it tells apart, its .calib file, engines."""
    folder = tmp_path_factory.mktemp('check')
    model = folder / 'small.onnx'
    classifier = models.classifier()
    for tensor in classifier.graph.initializer:
        if tensor.name.endswith('.b'):
            zeros = np.zeros(tensor.dims, np.float32)
            tensor.CopyFrom(numpy_helper.from_array(zeros, tensor.name))
    models.save(classifier, model)
    colours = np.random.default_rng(1).normal(size=(24, 3, 1, 1))
    np.save(folder / 'samples.npy',
            models.samples(24) + 2 * colours.astype(np.float32))
    octet.ok('calibrate', model, '--data', folder / 'samples.npy', '-o',
             folder / 'small.calib')
    octet.ok('build', model, '--ranges', folder / 'small.calib', '-o',
             folder / 'small.octet', '--no-verdict')
    octet.ok('build', model, '--precision', 'fp32', '-o',
             folder / 'float.octet', '--no-verdict')
    return folder


@pytest.fixture(scope='module')
def labelled(octet, shop, tmp_path_factory):
    """The shop's samples with the float model's answers as labels."""
    folder = tmp_path_factory.mktemp('labelled')
    octet.ok('run', shop / 'float.octet', '--input',
             f"x={shop / 'samples.npy'}", '-o', folder)
    answers = np.load(folder / 'p_1_y.npy').argmax(1)
    assert len(set(answers)) > 1
    np.save(folder / 'labels.npy', answers)
    return folder / 'labels.npy'


@pytest.fixture
def write(shop, labelled, tmp_path):
    """Writes a check of the small model, built anew or as it is given."""
    def write(*gates, engine=None, level=2):
        built = f'engine = "{engine}"\n' if engine else ''
        ranges = '' if engine else f'ranges = "{shop / "small.calib"}"\n'
        path = tmp_path / 'check.toml'
        path.write_text(
            f'model = "{shop / "small.onnx"}"\nlevel = {level}\n{built}'
            f'[build]\ncalib = "{shop / "samples.npy"}"\n{ranges}'
            f'[data]\ndata = "{shop / "samples.npy"}"\n'
            f'labels = "{labelled}"\n'
            f'[timing]\nseconds = 0.01\n' + ''.join(gates))
        return path
    return write


def rows_of(process):
    return json.loads(process.stdout)['gates']


def test_results_do_not_replace_what_is_checked(octet, shop, write):
    before = (shop / 'small.onnx').read_bytes()
    octet.fails(2, 'check', write(gate('loads')), '--junit',
                shop / 'small.onnx')
    assert (shop / 'small.onnx').read_bytes() == before


def test_gates_that_hold_end_with_0(octet, write):
    process = octet('check', write(
        gate('loads'), gate('smaller', ratio=2.0),
        gate('accurate', metric='top1', drop=0.5), gate('agrees', least=0.5),
        gate('faster', ratio=0.001), gate('faster', ms=10000, percentile=99)),
        '--json')
    assert process.returncode == 0, process.stderr
    rows = rows_of(process)
    assert [row['check'] for row in rows] == [
        'loads', 'smaller', 'accurate', 'agrees', 'faster', 'faster']
    assert all(row['passed'] for row in rows)
    assert rows[2]['numbers']['f32'] == 1
    assert rows[5]['numbers']['ms'] > 0


@pytest.mark.parametrize('failing, code', [
    (gate('smaller', bytes=1), 1),
    (gate('faster', ratio=1000000), 6),
    (gate('faster', ms=0), 6),
    (gate('accurate', metric='top1', least=1.0), 5),
    (gate('agrees', least=1.0), 5),
])
def test_a_gate_that_fails_has_its_exit_code_and_the_others_still_run(
        octet, shop, write, tmp_path, failing, code):
    """With an engine whose answers are wrong: none of its codes differ."""
    plan = tmp_path / 'plan.json'
    octet.ok('build', shop / 'small.onnx', '--ranges', shop / 'small.calib',
             '-o', tmp_path / 'e.octet', '--plan-out', plan, '--no-verdict')
    changed = json.loads(plan.read_text())
    for value in changed['values'].values():
        for form in value:
            if form['type'] == 'u8':
                form['scale'] = [1e4] * len(form['scale'])
    plan.write_text(json.dumps(changed))
    octet.ok('build', shop / 'small.onnx', '--ranges', shop / 'small.calib',
             '-o', tmp_path / 'e.octet', '--plan', plan, '--no-verdict')
    process = octet('check', write(failing, gate('loads'),
                                   engine=tmp_path / 'e.octet'), '--json')
    assert process.returncode == code, process.stderr
    first, second = rows_of(process)
    assert not first['passed'] and first['measured']
    assert second['passed']
    if code == 5:
        assert json.loads(process.stdout)['suspects']


def test_accuracy_counts_before_speed_and_speed_before_size(octet, shop,
                                                            write):
    small, slow = gate('smaller', bytes=1), gate('faster', ms=0)
    assert octet('check', write(small, slow)).returncode == 6
    wrong = gate('accurate', metric='top1', least=1.0)
    process = octet('check', write(small, slow, wrong), '--json')
    found = rows_of(process)[2]['numbers']['value']
    assert process.returncode == (5 if found < 1 else 6)


def test_a_damaged_engine_ends_with_7_and_every_gate_says_so(octet, shop,
                                                             write, tmp_path):
    bytes_ = bytearray((shop / 'small.octet').read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    (tmp_path / 'e.octet').write_bytes(bytes_)
    process = octet('check', write(gate('loads'), gate('smaller', ratio=1.0),
                                   engine=tmp_path / 'e.octet'),
                    '--json', '--junit', tmp_path / 'out.xml')
    assert process.returncode == 7
    assert all(not row['measured'] for row in rows_of(process))
    suite = ElementTree.parse(tmp_path / 'out.xml').getroot()[0]
    assert suite.get('errors') == '2' and suite.get('failures') == '0'


def test_an_engine_of_another_model_ends_with_3(octet, shop, write, tmp_path):
    models.save(models.small(stages=2), tmp_path / 'other.onnx')
    octet.ok('build', tmp_path / 'other.onnx', '--precision', 'fp32', '-o',
             tmp_path / 'other.octet', '--no-verdict')
    message = octet.fails(3, 'check', write(gate('loads'),
                                            engine=tmp_path / 'other.octet'))
    assert 'another model' in message


def test_junit_lists_every_gate_with_what_was_found(octet, write, tmp_path):
    process = octet('check', write(gate('loads'), gate('smaller', bytes=1)),
                    '--junit', tmp_path / 'out.xml')
    assert process.returncode == 1
    suite = ElementTree.parse(tmp_path / 'out.xml').getroot()[0]
    assert suite.get('tests') == '2' and suite.get('failures') == '1'
    passed, failed = suite.findall('testcase')
    assert passed.find('failure') is None
    assert passed.get('classname') == 'check.toml'
    message = failed.find('failure').get('message')
    assert 'at most 1 B' in message and 'KiB' in message


def test_a_level_that_does_not_exist_yet_is_unsupported(octet, write):
    message = octet.fails(4, 'check', write(gate('loads'), level=3))
    assert 'level 3 (tuned)' in message and 'level 2' in message


def test_faults_of_the_file_are_listed_at_once(octet, write, tmp_path):
    message = octet.fails(3, 'check', write(
        gate('lods'), gate('smaller', ratio=-1), gate('faster')))
    for fault in ("did you mean 'loads'?", "'ratio' is -1", "'ratio' or 'ms'"):
        assert fault in message
    octet.fails(3, 'check', tmp_path / 'absent.toml')


def test_results_do_not_replace_the_configuration(octet, write):
    path = write(gate('loads'))
    octet.fails(2, 'check', path, '--junit', path)


@pytest.mark.long
def test_the_check_of_the_inspection_example_holds(octet, tmp_path):
    pytest.importorskip('PIL')
    folder = tmp_path / 'ci'
    shutil.copytree(ROOT / 'examples/ci', folder)
    (tmp_path / 'inspection').symlink_to(ROOT / 'examples/inspection')
    for split in ('calib', 'test'):
        subprocess.run(
            [sys.executable, ROOT / 'examples/inspection/surfaces.py',
             '--split', split, '--out', folder / 'pictures' / split],
            check=True)
    process = octet('check', folder / 'check.toml', '--junit',
                    tmp_path / 'check.xml', '--json')
    rows = rows_of(process)
    # How fast it is depends on what else this machine does.
    assert all(row['passed'] for row in rows if row['check'] != 'faster'), rows
    assert all(row['measured'] for row in rows)
    assert ElementTree.parse(tmp_path / 'check.xml').getroot()[0].get(
        'tests') == str(len(rows))


# --- what is wrong with the configuration ---

BROKEN = {
    'toml': ('model = ', 3),
    'gate': ('model = "m.onnx"\n[build]\ncalib = "c"\n'
             '[[gate]]\ncheck = "fastr"\n', 3),
    'level': ('model = "m.onnx"\nlevel = 3\nengine = "e"\n'
              '[[gate]]\ncheck = "loads"\n', 4),
    'missing': (None, 3),
}


@pytest.mark.parametrize('case', BROKEN)
def test_a_fault_of_the_configuration_is_an_error_in_the_results(
        octet, tmp_path, case):
    text, code = BROKEN[case]
    if text is not None:
        (tmp_path / 'check.toml').write_text(text)
    message = octet.fails(code, 'check', tmp_path / 'check.toml', '--junit',
                          tmp_path / 'out.xml')
    suite = ElementTree.parse(tmp_path / 'out.xml').getroot()
    rows = list(suite.iter('testcase'))
    assert len(rows) == 1 and rows[0].find('error') is not None
    said = rows[0].find('error').get('message')
    assert said.split()[0] in message


def test_a_wrong_path_of_the_results_is_said_and_nothing_is_written(octet,
                                                                    tmp_path):
    (tmp_path / 'check.toml').write_text('model = ')
    message = octet.fails(3, 'check', tmp_path / 'check.toml', '--junit',
                          tmp_path / 'absent/out.xml')
    assert 'absent/out.xml' in message


def test_a_model_with_open_dimensions_is_checked_in_given_shapes(octet,
                                                                 tmp_path):
    models.save(models.open_chain(), tmp_path / 'm.onnx')
    np.save(tmp_path / 'samples.npy', models.samples(4))
    config = ('model = "m.onnx"\n{}[build]\ncalib = "samples.npy"\n'
              '[[gate]]\ncheck = "loads"\n')
    (tmp_path / 'check.toml').write_text(config.format('shapes = ["h=16"]\n'))
    octet.ok('check', tmp_path / 'check.toml')
    (tmp_path / 'check.toml').write_text(config.format(''))
    assert "'h'" in octet.fails(3, 'check', tmp_path / 'check.toml')
