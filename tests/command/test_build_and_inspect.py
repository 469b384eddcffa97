"""What build decides, says and writes down; and how it is told otherwise."""
import json

import numpy as np
import pytest


def build(octet, shop, engine, *options):
    return json.loads(octet.ok(
        'build', shop / 'small.onnx', '--ranges', shop / 'small.calib', '-o',
        engine, '--json', '--no-verdict', *options))


def nodes_of(octet, path):
    found = json.loads(octet.ok('inspect', path, '--json'))
    return {node['node']: node for node in found['nodes']}


def test_the_verdict_is_complete(octet, shop, tmp_path):
    engine = tmp_path / 'e.octet'
    verdict = json.loads(octet.ok(
        'build', shop / 'small.onnx', '--calib', shop / 'samples.npy', '-o',
        engine, '--json'))
    assert verdict['engine_bytes'] == engine.stat().st_size
    assert verdict['f32_engine_bytes'] > verdict['engine_bytes'] / 2
    assert 0.5 < verdict['int8_mac_share'] <= 1
    assert verdict['agreement']['samples'] > 0
    assert 0 <= verdict['agreement']['share'] <= 1
    assert verdict['latency_ms']['f32'] > 0
    assert verdict['latency_ms']['built'] > 0
    assert all(row['reason'] and row['nodes'] for row in verdict['kept'])
    assert verdict['verdict'] and verdict['next']
    written = json.loads((tmp_path / 'e.octet.verdict.json').read_text())
    assert written['verdict'] == verdict['verdict']


def test_the_last_lines_for_a_person_are_verdict_reason_next(octet, shop,
                                                             tmp_path):
    text = octet.ok('build', shop / 'small.onnx', '--calib',
                    shop / 'samples.npy', '-o', tmp_path / 'e.octet',
                    '--no-timing')
    last = text.strip().splitlines()[-3:]
    assert [line.split()[0] for line in last] == ['verdict:', 'because:',
                                                  'next:']


def test_an_obeyed_plan_gives_the_same_engine(octet, shop, tmp_path):
    octet.ok('build', shop / 'small.onnx', '--plan',
             shop / 'small.plan.json', '--ranges', shop / 'small.calib', '-o',
             tmp_path / 'e.octet', '--no-verdict')
    assert ((tmp_path / 'e.octet').read_bytes() ==
            (shop / 'small.octet').read_bytes())


def test_a_plan_edited_by_hand_is_obeyed(octet, shop, tmp_path):
    written = json.loads((shop / 'small.plan.json').read_text())
    int8 = [name for name, node in written['nodes'].items()
            if node['precision'] == 'int8']
    assert 'pointwise0' in int8
    for node in int8:
        plan = json.loads(json.dumps(written))
        plan['nodes'][node]['precision'] = 'fp32'
        path = tmp_path / 'edited.plan.json'
        path.write_text(json.dumps(plan))
        octet.ok('build', shop / 'small.onnx', '--plan', path, '--ranges',
                 shop / 'small.calib', '-o', tmp_path / 'e.octet',
                 '--no-verdict')
        found = nodes_of(octet, tmp_path / 'e.octet')
        assert [name for name in int8
                if found[name]['precision'] != 'int8'] == [node]


def test_a_plan_that_cannot_be_obeyed_is_refused_with_the_remedy(octet, shop,
                                                                tmp_path):
    plan = json.loads((shop / 'small.plan.json').read_text())
    node = next(name for name, node in plan['nodes'].items()
                if node['reason'] == 'no_int8_form')
    plan['nodes'][node]['precision'] = 'int8'
    path = tmp_path / 'edited.plan.json'
    path.write_text(json.dumps(plan))
    message = octet.fails(4, 'build', shop / 'small.onnx', '--plan', path,
                          '--ranges', shop / 'small.calib', '-o',
                          tmp_path / 'e.octet', '--no-verdict')
    for word in ('edited.plan.json', node, 'set its precision to fp32'):
        assert word in message


def test_inspecting_a_malformed_plan_names_file_and_place(octet, shop,
                                                          tmp_path):
    plan = json.loads((shop / 'small.plan.json').read_text())
    plan['nodes']['pointwise0']['precision'] = 8
    path = tmp_path / 'odd.plan.json'
    path.write_text(json.dumps(plan))
    message = octet.fails(3, 'inspect', path)
    assert 'odd.plan.json' in message
    assert 'nodes.pointwise0.precision' in message


def test_an_empty_plan_is_no_plan(octet, shop, tmp_path):
    (tmp_path / 'empty.plan.json').touch()
    assert 'is empty' in octet.fails(
        3, 'build', shop / 'small.onnx', '--plan',
        tmp_path / 'empty.plan.json', '-o', tmp_path / 'e.octet')


def test_a_plan_with_an_unknown_node_is_refused(octet, shop, tmp_path):
    plan = json.loads((shop / 'small.plan.json').read_text())
    first = next(iter(plan['nodes']))
    plan['nodes'][first + 'x'] = plan['nodes'].pop(first)
    path = tmp_path / 'wrong.plan.json'
    path.write_text(json.dumps(plan))
    message = octet.fails(3, 'build', shop / 'small.onnx', '--plan', path,
                          '--ranges', shop / 'small.calib', '-o',
                          tmp_path / 'e.octet')
    assert first in message


def test_keep_changes_precision_and_leaves_its_reason(octet, shop, tmp_path):
    before = nodes_of(octet, shop / 'small.octet')
    kept = [name for name in before if name.startswith('pointwise0')]
    assert kept and before[kept[0]]['precision'] == 'int8'
    build(octet, shop, tmp_path / 'e.octet', '--keep', 'pointwise*=fp32')
    after = nodes_of(octet, tmp_path / 'e.octet')
    assert after[kept[0]]['precision'] != 'int8'
    assert 'pointwise*' in json.dumps(after[kept[0]])
    why = json.loads(octet.ok('inspect', tmp_path / 'e.octet', '--why',
                              kept[0], '--json'))
    assert len(why['nodes']) == 1 and why['nodes'][0]['reason']


def test_why_offers_the_node_that_was_meant(octet, shop):
    assert "did you mean 'pointwise0'" in octet.fails(
        2, 'inspect', shop / 'small.octet', '--why', 'pointwse0')


# NaN compares equal to nothing: one such sample once made any engine perfect.
def test_a_sample_of_no_numbers_is_not_compared_with(octet, shop, tmp_path):
    samples = np.load(shop / 'samples.npy')
    samples[3, 0, 0, 0] = np.nan
    np.save(tmp_path / 'hole.npy', samples)
    process = octet('build', shop / 'small.onnx', '--calib',
                    tmp_path / 'hole.npy', '--method', 'auto', '--no-timing',
                    '-o', tmp_path / 'e.octet')
    assert process.returncode == 0, process.stderr
    assert 'hole.npy[3]' in process.stderr
    assert 'nan' not in process.stdout
    verdict = json.loads((tmp_path / 'e.octet.verdict.json').read_text())
    assert verdict['agreement']['samples'] == len(samples) - 1
    assert 15 < verdict['agreement']['sqnr_db'] < 80


def test_keep_by_operator_type(octet, shop, tmp_path):
    build(octet, shop, tmp_path / 'e.octet', '--keep', 'type:Conv=fp32')
    found = nodes_of(octet, tmp_path / 'e.octet')
    assert {node['precision'] for node in found.values()
            if node['type'] == 'Conv'} == {'fp32'}


def test_keep_that_matches_nothing_says_what_was_meant(octet, shop, tmp_path):
    message = octet.fails(
        2, 'build', shop / 'small.onnx', '--ranges', shop / 'small.calib',
        '--keep', 'pointwse0=fp32', '-o', tmp_path / 'e.octet')
    assert "did you mean 'pointwise0" in message


def test_a_requirement_that_cannot_be_met_is_unsupported(octet, shop,
                                                         tmp_path):
    message = octet.fails(
        4, 'build', shop / 'small.onnx', '--ranges', shop / 'small.calib',
        '--require', 'type:Softmax=int8', '-o', tmp_path / 'e.octet')
    assert 'oftmax' in message or 'p:1/y' in message


def test_ranges_of_another_model_are_refused(octet, shop, tmp_path):
    import models
    models.save(models.small(stages=2), tmp_path / 'other.onnx')
    octet.fails(3, 'build', tmp_path / 'other.onnx', '--ranges',
                shop / 'small.calib', '-o', tmp_path / 'e.octet')


def test_inspect_reads_every_kind_of_file(octet, shop):
    kinds = {'small.onnx': 'model', 'small.calib': 'calibration',
             'small.plan.json': 'plan', 'small.octet': 'engine'}
    for name, kind in kinds.items():
        found = json.loads(octet.ok('inspect', shop / name, '--json'))
        assert found['kind'] == kind
        assert octet.ok('inspect', shop / name).strip()
    steps = json.loads(octet.ok('inspect', shop / 'small.octet', '--steps',
                                '--json'))['steps']
    assert all(step['kernel'] for step in steps)
    assert 'Conv' in octet.ok('inspect', shop / 'small.onnx', '--text')


def test_a_calibration_says_what_it_saw(octet, shop):
    found = json.loads(octet.ok('inspect', shop / 'small.calib', '--json'))
    samples = np.load(shop / 'samples.npy')
    assert found['samples'] == len(samples)
    rows = {row['name']: row for row in found['values']}
    assert np.isclose(rows['x']['low'], samples.min(), atol=1e-6)
    assert np.isclose(rows['x']['high'], samples.max(), atol=1e-6)
    assert rows['x']['count'] == samples.size
    assert rows['x']['high_sample'] == samples.max((1, 2, 3)).argmax()


@pytest.mark.parametrize('keep, named', [
    (('first*=fp32', '*irst=fp16'), "node 'first'"),
    (('type:Conv=bf16', 'point*=fp32'), "node 'pointwise0'"),
    (('first=fp32', 'first.relu=bf16'), "node 'first'"),  # fused into one
])
def test_two_wishes_that_contradict_each_other_are_named(octet, shop, tmp_path,
                                                         keep, named):
    options = [word for wish in keep for word in ('--keep', wish)]
    message = octet.fails(2, 'build', shop / 'small.onnx', '--ranges',
                          shop / 'small.calib', *options, '-o',
                          tmp_path / 'e.octet')
    assert all(f"'{wish}'" in message for wish in keep) and named in message


@pytest.mark.parametrize('keep', [
    ('first=bf16', 'type:Conv=fp32'), ('type:Conv=fp32', 'first=bf16'),
    ('*irst=fp16', 'first=bf16', 'fir*=fp32')])
def test_a_name_counts_before_a_pattern_in_any_order(octet, shop, tmp_path,
                                                     keep):
    options = [word for wish in keep for word in ('--keep', wish)]
    octet.ok('build', shop / 'small.onnx', '--ranges', shop / 'small.calib',
             *options, '-o', tmp_path / 'e.octet', '--no-verdict')
    found = json.loads(octet.ok('inspect', tmp_path / 'e.octet', '--json'))
    precision = {node['node']: node['precision'] for node in found['nodes']}
    assert precision['first'] == 'bf16'


def test_two_patterns_that_agree_may_overlap(octet, shop, tmp_path):
    octet.ok('build', shop / 'small.onnx', '--ranges', shop / 'small.calib',
             '--keep', 'first*=fp32', '--keep', 'type:Conv=fp32', '-o',
             tmp_path / 'e.octet', '--no-verdict')
