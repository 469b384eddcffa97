"""No output may replace what is read, nor another output."""
import numpy as np
import onnx
import pytest

import models

USAGE = 2


@pytest.fixture(scope='module')
def beside(octet, tmp_path_factory):
    """A model that keeps its tensors in a file beside it, and its engine."""
    folder = tmp_path_factory.mktemp('beside')
    onnx.save_model(models.small(), folder / 'm.onnx',
                    save_as_external_data=True, location='m.data',
                    size_threshold=0)
    np.save(folder / 'samples.npy', models.samples(4))
    octet.ok('build', folder / 'm.onnx', '--calib', folder / 'samples.npy',
             '-o', folder / 'm.octet', '--no-verdict')
    return folder


OUTPUTS = {
    'annotate': ('inspect', 'm.octet', '--model', 'm.onnx', '--annotate'),
    'build': ('build', 'm.onnx', '--precision', 'fp32', '-o'),
    'plan': ('build', 'm.onnx', '--precision', 'fp32', '-o', 'new.octet',
             '--plan-out'),
    'calibrate': ('calibrate', 'm.onnx', '--data', 'samples.npy', '-o'),
    'sensitivity': ('sensitivity', 'm.onnx', '--calib', 'samples.npy', '-o'),
}


@pytest.mark.parametrize('case', OUTPUTS)
def test_the_tensors_beside_a_model_are_not_replaced(octet, beside, case):
    before = (beside / 'm.data').read_bytes()
    arguments = [str(beside / a) if '.' in a else a for a in OUTPUTS[case]]
    message = octet.fails(USAGE, *arguments, beside / 'm.data')
    assert 'm.data' in message and 'would replace' in message
    assert (beside / 'm.data').read_bytes() == before


@pytest.mark.parametrize('option, suffix', [
    ('--plan-out', '.verdict.json'), ('--report', '.verdict.json'),
    ('--save-ranges', '.calib.part')])
def test_what_build_writes_beside_the_engine_is_one_of_its_outputs(
        octet, shop, tmp_path, option, suffix):
    message = octet.fails(USAGE, 'build', shop / 'small.onnx', '--calib',
                          shop / 'samples.npy', '-o', tmp_path / 'e.octet',
                          option, tmp_path / f'e.octet{suffix}')
    assert 'two results' in message
    assert not list(tmp_path.iterdir())


def test_a_search_does_not_write_its_plan_over_the_given_one(octet, shop,
                                                             tmp_path):
    plan = (shop / 'small.plan.json').read_text()
    (tmp_path / 'e.octet.plan.json').write_text(plan)
    octet.fails(USAGE, 'build', shop / 'small.onnx', '--calib',
                shop / 'samples.npy', '--plan', tmp_path / 'e.octet.plan.json',
                '--max-drop', '1%', '-o', tmp_path / 'e.octet')
    assert (tmp_path / 'e.octet.plan.json').read_text() == plan


def test_run_does_not_replace_a_sample_of_the_folder_it_reads(octet, shop,
                                                              tmp_path):
    sample = np.load(shop / 'samples.npy')[:1]
    np.save(tmp_path / 'joined.npy', sample)  # the name of an output
    octet.fails(USAGE, 'run', shop / 'small.octet', '--input', tmp_path, '-o',
                tmp_path)
    assert np.array_equal(np.load(tmp_path / 'joined.npy'), sample)
