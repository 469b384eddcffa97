"""Advice: each line has a measurement, and none is made up."""
import json

import numpy as np
import pytest

import models

USAGE = 2
USES = ('video', 'edge', 'recommend', 'medical', 'language', 'speech')


def advise(octet, *arguments):
    return json.loads(octet.ok('advise', *arguments, '--seconds', 0, '--json'))


def topics(found):
    return {line['topic']: line for line in found['advice']}


@pytest.mark.parametrize('use', USES)
def test_every_use_gets_its_lines_with_samples(octet, shop, use):
    found = advise(octet, shop / 'small.onnx', '--for', use, '--calib',
                   shop / 'samples.npy')
    lines = topics(found)
    assert {'precision', 'accuracy', 'calibrator', 'protection', 'batch',
            'threads', 'memory'} <= set(lines)
    assert all('not measured:' not in line['evidence']
               for line in found['advice'] if line['topic'] != 'batch')
    assert found['agreement']['samples'] == 24
    assert found['timings'][0]['int8_p50_ms'] > 0
    halves = lines['16 bits']['evidence']
    assert 'fp32' in halves and 'fp16' in halves and 'bf16' in halves


def test_without_samples_accuracy_is_not_measured_and_it_says_how(octet,
                                                                  shop):
    found = advise(octet, shop / 'small.onnx', '--for', 'medical')
    accuracy = topics(found)['accuracy']
    assert 'not measured' in accuracy['evidence']
    assert '--calib' in accuracy['advice']
    assert found['precision'] == 'fp32'
    assert 'agreement' not in found


def test_a_larger_batch_is_tried_where_the_model_has_one(octet, shop,
                                                         tmp_path):
    fixed = topics(advise(octet, shop / 'small.onnx', '--for', 'recommend'))
    assert 'fixed at 1' in fixed['batch']['evidence']
    model = models.small()
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = 'n'
    models.save(model, tmp_path / 'open.onnx')
    found = advise(octet, tmp_path / 'open.onnx', '--for', 'recommend',
                   '--batch', 4)
    assert 'in a batch of 4' in topics(found)['batch']['evidence']
    assert found['timings'][-1]['batch'] == 4
    # What --shapes says of it is no bound of the model.
    one = topics(advise(octet, tmp_path / 'open.onnx', '--for', 'recommend',
                        '--batch', 4, '--shapes', 'n=1'))
    assert 'in a batch of 4' in one['batch']['evidence']
    two = topics(advise(octet, tmp_path / 'open.onnx', '--for', 'recommend',
                        '--shapes', 'n=2'))
    assert '--shapes' in two['batch']['evidence']


def test_the_verdict_says_what_to_type(octet, shop):
    text = octet.ok('advise', shop / 'small.onnx', '--for', 'edge', '--calib',
                    shop / 'samples.npy', '--seconds', 0)
    assert 'for edge' in text and 'octet build' in text


def test_a_mistyped_use_is_a_usage_error_with_the_nearest(octet, shop):
    message = octet.fails(USAGE, 'advise', shop / 'small.onnx', '--for',
                          'vidoe')
    assert "'video'" in message


def test_integer_inputs_are_timed_too(octet, data):
    found = advise(octet, data / 'recsys-ncf/model.onnx', '--for',
                   'recommend')
    assert topics(found)['tables']['evidence'].split()[0].isdigit()
    assert np.isfinite(found['timings'][0]['int8_p50_ms'])
