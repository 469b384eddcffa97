"""octet build with budgets: the search for a plan within them."""
import json
import re

import numpy as np
import pytest

import models


@pytest.fixture(scope='module')
def culprit(tmp_path_factory):
    folder = tmp_path_factory.mktemp('culprit')
    models.save(models.with_culprit(), folder / 'net.onnx')
    np.save(folder / 'samples.npy', models.samples(24, (4, 8, 8)))
    return folder


def build(culprit, output, *arguments):
    return ['build', culprit / 'net.onnx', '--calib',
            culprit / 'samples.npy', '-o', output, '--no-timing',
            # A rule that is named: the default one folds channel scales, which
            # mends the culprit.
            '--method', 'minmax',
            '--fall-back', '100%', *arguments]


def test_only_the_culprit_is_kept_out(octet, culprit, tmp_path):
    engine = tmp_path / 'net.octet'
    found = json.loads(octet.ok(*build(culprit, engine, '--max-drop', '0.1%',
                                       '--json')))
    search = found['search']
    assert search['chosen']['kept'] == ['wide.nhwc']
    assert search['meets_drop'] and search['finished']
    # A rule of structure named it before anything was ranked.
    assert search['chosen']['proposed_by'] == 'weight channel'
    assert search['float']['accuracy'] == pytest.approx(1)
    assert search['all_int8']['accuracy'] < 0.999 < search['chosen']['accuracy']
    assert found['verdict'].startswith('1 values kept out of int8')
    why = octet.ok('inspect', engine, '--why', 'left')
    assert 'kept: sensitive (-' in why and 'weight channel' in why
    plan = json.loads((tmp_path / 'net.octet.plan.json').read_text())
    kept = [name for name, node in plan['nodes'].items()
            if node['reason'] == 'sensitive']
    assert kept == ['left', 'right']
    # The plan is what was built: it gives the same engine again.
    octet.ok('build', culprit / 'net.onnx', '--calib',
             culprit / 'samples.npy', '--plan', tmp_path /
             'net.octet.plan.json', '-o', tmp_path / 'again.octet',
             '--method', 'minmax', '--no-verdict')
    assert (tmp_path / 'again.octet').read_bytes() == engine.read_bytes()
    assert not list(tmp_path.glob('*.search.part*'))


@pytest.mark.parametrize('precision', ['fp16', 'bf16'])
def test_values_are_kept_in_the_precision_that_is_asked(octet, culprit,
                                                        tmp_path, precision):
    engine = tmp_path / 'net.octet'
    found = json.loads(octet.ok(*build(culprit, engine, '--max-drop', '0.1%',
                                       '--protect', precision, '--json')))
    assert found['search']['chosen']['precision'] == precision
    assert f'1 values kept out of int8, in {precision}' in found['verdict']
    assert found['search']['chosen']['accuracy'] > 0.999
    assert f'{precision}' in octet.ok('inspect', engine, '--why', 'left')


def test_auto_says_why_it_takes_a_precision(octet, culprit, tmp_path):
    found = json.loads(octet.ok(*build(culprit, tmp_path / 'net.octet',
                                       '--max-drop', '0.1%', '--json')))
    search = found['search']
    assert search['protect'] == search['chosen']['precision']
    assert search['protect'] in ('fp32', 'fp16', 'bf16')
    # How long the model takes in each, or the engine with what is kept.
    assert re.search(' in (fp32|fp16|bf16)', search['protect_reason'])


def test_what_is_kept_by_hand_stays_kept(octet, culprit, tmp_path):
    engine = tmp_path / 'net.octet'
    octet.ok(*build(culprit, engine, '--max-drop', '0.1%', '--keep',
                    'left.end=fp32'))
    assert 'fp32' in octet.ok('inspect', engine, '--why', 'left.end')
    assert 'asked' in octet.ok('inspect', engine, '--why', 'left.end')


def test_a_generous_budget_keeps_nothing_out(octet, culprit, tmp_path):
    found = json.loads(octet.ok(*build(culprit, tmp_path / 'net.octet',
                                       '--max-drop', '60%', '--json')))
    assert found['search']['chosen']['kept'] == []
    assert found['search']['trials'] == 2


def test_a_latency_that_cannot_be_met_is_said_with_code_6(octet, culprit,
                                                          tmp_path):
    message = octet.fails(6, *build(culprit, tmp_path / 'net.octet',
                                    '--max-latency', '0.01us'))
    assert '--max-latency 0.01us cannot be met' in message
    assert 'the fastest plan takes' in message
    assert (tmp_path / 'net.octet').exists()  # the best that there is


def test_a_drop_that_is_not_met_in_time_is_said_with_code_5(octet, culprit,
                                                            tmp_path):
    engine = tmp_path / 'net.octet'
    arguments = build(culprit, engine, '--max-drop', '0.1%')
    message = octet.fails(5, *arguments, '--time-budget', '0s')
    assert '--max-drop 0.1% was not verified' in message
    assert '--resume' in message
    assert (tmp_path / 'net.octet.plan.json').exists()
    # Goes on where it was.
    found = json.loads(octet.ok(*arguments, '--resume', '--json'))
    assert found['search']['chosen']['kept'] == ['wide.nhwc']


def test_detections_are_verified_by_those_of_the_float_model(octet, tmp_path):
    models.save(models.detector(), tmp_path / 'net.onnx')
    np.save(tmp_path / 'samples.npy', models.samples(12, (3, 32, 32)))
    found = json.loads(octet.ok(
        'build', tmp_path / 'net.onnx', '--calib', tmp_path / 'samples.npy',
        '--max-drop', '0%', '--fall-back', '100%', '-o', tmp_path / 'n.octet',
        '--no-timing', '--json'))['search']
    # Its boxes are objects with the probability of their scores: not all of
    # them, and so not even it is perfect.
    assert 0.2 < found['float']['accuracy'] < 1
    assert found['all_int8']['accuracy'] != found['float']['accuracy']
    assert found['finished'] and found['meets_drop']
    assert found['chosen']['accuracy'] >= found['float']['accuracy'] - 1e-9


def test_labels_decide_where_there_are_any(octet, shop, tmp_path):
    scores = tmp_path / 'scores'
    octet.ok('run', shop / 'float.octet', '--input',
             f"x={shop / 'samples.npy'}", '-o', scores)
    labels = np.load(scores / 'p_1_y.npy').argmax(1)
    np.save(tmp_path / 'labels.npy', labels)
    found = json.loads(octet.ok(
        'build', shop / 'small.onnx', '--calib', shop / 'samples.npy',
        '--max-drop', '50%', '--eval-data', shop / 'samples.npy',
        '--eval-labels', tmp_path / 'labels.npy', '-o', tmp_path / 's.octet',
        '--no-timing', '--json'))
    assert found['search']['float']['accuracy'] == 1
    assert 0.5 <= found['search']['all_int8']['accuracy'] <= 1


@pytest.mark.parametrize('arguments, message', [
    (['--max-drop', 'half'], 'a share like 0.5% or 0.005'),
    (['--max-drop', '5'], 'a share like 0.5% or 0.005'),
    (['--max-latency', '3 parsecs'], 'a time like 8ms'),
    (['--max-drop', '1%', '--time-budget', '5min'], '90s, 5m or 1h'),
    (['--max-drop', '1%', '--precision', 'fp32'], 'nothing to search'),
    (['--eval-data', 'labels.json'], '--max-drop'),
    (['--protect', 'fp16'], '--keep PATTERN=fp16'),
    (['--max-drop', '1%', '--protect', 'fp61'], 'did you mean'),
])
def test_usage_errors_say_what_to_do(octet, culprit, tmp_path, arguments,
                                     message):
    assert message in octet.fails(
        2, *build(culprit, tmp_path / 'net.octet', *arguments))


def test_budgets_need_samples(octet, shop, culprit, tmp_path):
    assert '--calib DATA' in octet.fails(
        2, 'build', shop / 'small.onnx', '--ranges', shop / 'small.calib',
        '--max-drop', '1%', '-o', tmp_path / 's.octet')
    np.save(tmp_path / 'one.npy', models.samples(1, (4, 8, 8)))
    assert 'at least 2' in octet.fails(
        3, 'build', culprit / 'net.onnx', '--calib', tmp_path / 'one.npy',
        '--max-drop', '1%', '-o', tmp_path / 's.octet')


@pytest.fixture
def cut_short(octet, tmp_path):
    """A search that an error ended, with what it had measured on disk."""
    model = models.classifier()
    model.graph.node[-1].op_type = 'Sqrt'  # NaN of the negative scores
    models.save(model, tmp_path / 'net.onnx')
    np.save(tmp_path / 'samples.npy', models.samples(8))
    build_it = ['build', tmp_path / 'net.onnx', '--calib',
                tmp_path / 'samples.npy', '-o', tmp_path / 'net.octet',
                '--no-timing']
    # A given plan: whatever else changes, the search starts from the same.
    plan = tmp_path / 'given.json'
    octet.ok(*build_it, '--no-verdict', '--plan-out', plan)
    arguments = [*build_it, '--plan', plan, '--max-drop', '0.01%']
    assert 'holds NaN' in octet.fails(3, *arguments)
    return [*arguments, '--resume']


def test_scores_that_are_no_numbers_end_the_search_at_once(octet, cut_short):
    message = octet.fails(3, *cut_short)
    assert "the float model's output 'p:1/y' holds NaN" in message
    assert 'samples.npy[1]' in message and '--eval-data' in message


def test_a_search_goes_on_with_the_same_samples_held_out_only(
        octet, cut_short, tmp_path):
    np.save(tmp_path / 'samples.npy', models.samples(7))
    assert 'data to verify on' in octet.fails(3, *cut_short)


def test_latencies_of_another_level_of_the_cpu_are_not_gone_on_from(
        octet, cut_short):
    message = octet.fails(3, *cut_short, env={'OCTET_CPU': 'scalar'})
    assert 'or CPU' in message
