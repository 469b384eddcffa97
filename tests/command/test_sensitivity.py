"""octet sensitivity: the ranking, its files, its errors."""
import json

import numpy as np
import pytest

import models


@pytest.fixture(scope='module')
def culprit(tmp_path_factory):
    folder = tmp_path_factory.mktemp('culprit')
    models.save(models.with_culprit(), folder / 'net.onnx')
    np.save(folder / 'samples.npy', models.samples(12, (4, 8, 8)))
    return folder


def test_the_culprit_comes_first_with_all_its_readers(octet, culprit,
                                                      tmp_path):
    # A rule that is named: the default one folds channel scales, which mends it.
    arguments = ['sensitivity', culprit / 'net.onnx', '--calib',
                 culprit / 'samples.npy', '--method', 'minmax']
    found = json.loads(octet.ok(*arguments, '--json', '-o',
                                tmp_path / 'ranking.json'))
    first, second = found['values'][:2]
    assert first['value'] == 'wide.nhwc'  # images are NHWC inside
    assert first['readers'] == ['left', 'right']
    alone = first['alone']['noise']
    assert alone['mean'] - 3 * alone['error'] > 3 * second['alone']['noise'][
        'mean']
    assert first['gain_db'] > 10 > 1 > second['gain_db']
    assert found['damage'] == 'single' and found['top_share'] > 0.5
    assert '--keep left=fp32 --keep right=fp32' in found['next']
    nodes = found['nodes']
    assert {row['node'] for row in nodes} == {
        row for value in found['values'] for row in value['readers']}
    assert [row['rank'] for row in nodes] == list(range(1, len(nodes) + 1))
    kept = json.loads((tmp_path / 'ranking.json').read_text())
    assert kept['values'] == found['values'] and kept['nodes'] == nodes
    text = octet.ok(*arguments)
    assert 'wide.nhwc -> left, right' in text and 'rank correlation' in text


def test_what_it_says_to_type_next_mends_it(octet, culprit, tmp_path):
    noise = []
    for keep in ([], ['--keep', 'left=fp32', '--keep', 'right=fp32']):
        octet.ok('build', culprit / 'net.onnx', '--calib',
                 culprit / 'samples.npy', *keep, '-o', tmp_path / 'net.octet',
                 '--method', 'minmax',
                 '--no-timing', '--json')
        compared = json.loads(octet.ok(
            'compare', culprit / 'net.onnx', tmp_path / 'net.octet', '--data',
            culprit / 'samples.npy', '--json'))['layers']
        noise.append(next(row['sqnr_db'] for row in compared
                          if row['value'] == 'left.end'))
    assert noise[1] > noise[0] + 10


def test_threads_and_shards_of_work_change_nothing(octet, culprit):
    found = [json.loads(octet.ok(
        'sensitivity', culprit / 'net.onnx', '--calib',
        culprit / 'samples.npy', '--threads', threads, '--json'))['values']
        for threads in (1, 2)]
    assert found[0] == found[1]


def test_top_bounds_what_is_shown_and_tried(octet, culprit):
    arguments = ['sensitivity', culprit / 'net.onnx', '--calib',
                 culprit / 'samples.npy', '--top', 1]
    found = json.loads(octet.ok(*arguments, '--json'))['values']
    assert ['gain_db' in row for row in found] == [True] + [False] * (
        len(found) - 1)
    assert 'left.relu ->' not in octet.ok(*arguments)


@pytest.mark.parametrize('arguments, message', [
    ([], '--calib DATA is missing'),
    (['--calib', 'SAMPLES', '--resume'], '--resume needs -o'),
    (['--calib', 'SAMPLES', '--method', 'entrpy'], 'entropy'),
    (['--calib', 'SAMPLES', '--top', 0], '--top'),
])
def test_usage_errors_say_what_to_do(octet, culprit, arguments, message):
    arguments = [culprit / 'samples.npy' if a == 'SAMPLES' else a
                 for a in arguments]
    assert message in octet.fails(2, 'sensitivity', culprit / 'net.onnx',
                                  *arguments)


def test_a_float_plan_has_nothing_to_measure(octet, shop, tmp_path):
    octet.ok('build', shop / 'small.onnx', '--precision', 'fp32', '-o',
             tmp_path / 'f.octet', '--plan-out', tmp_path / 'f.json',
             '--no-verdict')
    assert 'nothing is stored in int8' in octet.fails(
        3, 'sensitivity', shop / 'small.onnx', '--calib',
        shop / 'samples.npy', '--plan', tmp_path / 'f.json')


def test_labels_rank_by_the_metric_of_the_first_values(octet, shop, tmp_path):
    scores = tmp_path / 'scores'
    octet.ok('run', shop / 'float.octet', '--input',
             f"x={shop / 'samples.npy'}", '-o', scores)
    np.save(tmp_path / 'labels.npy',
            np.load(scores / 'p_1_y.npy').argmax(1))
    arguments = ['sensitivity', shop / 'small.onnx', '--calib',
                 shop / 'samples.npy', '--eval-data', shop / 'samples.npy',
                 '--eval-labels', tmp_path / 'labels.npy', '--eval-top', 3]
    found = json.loads(octet.ok(*arguments, '--json'))
    assert found['metric']['float'] == 1
    assert 0 <= found['metric']['lost']['mean'] <= 1
    ranked = [row for row in found['values'] if 'metric_rank' in row]
    assert sorted(row['metric_rank'] for row in ranked) == [1, 2, 3]
    assert [row['rank'] for row in ranked] == [1, 2, 3]
    gains = {row['metric_rank']: row['metric_gain']['mean'] for row in ranked}
    assert gains[1] >= gains[2] >= gains[3]
    assert 'points that int8 loses' in found['verdict']
    assert 'given back, points' in octet.ok(*arguments)


def test_wrong_labels_are_refused_before_anything_is_measured(octet, culprit,
                                                              tmp_path):
    message = octet.fails(
        2, 'sensitivity', culprit / 'net.onnx', '--calib',
        culprit / 'samples.npy', '--eval-data', tmp_path / 'none.npy')
    assert 'none.npy: give the labels' in message
