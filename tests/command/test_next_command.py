"""What a command says to type next does what it says, to the same thing."""
import json
import shlex

import numpy as np
import pytest

import models

OPEN = ('--shapes', 'n=1')


@pytest.fixture(scope='module')
def place(octet, tmp_path_factory):
    """A model that needs --shapes and another that int8 hurts, in a folder
    whose name a shell would take apart."""
    folder = tmp_path_factory.mktemp('it is $HOME')
    model = models.small()
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = 'n'
    models.save(model, folder / 'm.onnx')
    np.save(folder / 'samples.npy', models.samples(24))
    octet.ok('calibrate', folder / 'm.onnx', *OPEN, '--data',
             folder / 'samples.npy', '-o', folder / 'm.calib')
    octet.ok('build', folder / 'm.onnx', *OPEN, '--ranges',
             folder / 'm.calib', '-o', folder / 'm.octet', '--no-verdict')
    hurt = models.blue_or_green()
    hurt.graph.input[0].type.tensor_type.shape.dim[0].dim_param = 'n'
    hurt.graph.output[0].type.tensor_type.shape.dim[0].dim_param = 'n'
    models.save(hurt, folder / 'hurt.onnx')
    samples = np.abs(models.samples(12, (3, 16, 16)))
    samples[::2, 1] += 1  # more green than blue
    samples[3] *= 3000
    np.save(folder / 'glaring.npy', samples)
    octet.ok('build', folder / 'hurt.onnx', *OPEN, '--calib',
             folder / 'glaring.npy', '--method', 'minmax', '-o',
             folder / 'hurt.octet', '--no-verdict')
    (folder / 'check.toml').write_text(
        'model = "whole.onnx"\n[build]\ncalib = "glaring.npy"\n'
        'method = "minmax"\nlimit = 11\nkeep = ["scores=int8"]\n'
        '[[gate]]\ncheck = "agrees"\nleast = 1.0\n')
    models.save(models.blue_or_green(), folder / 'whole.onnx')
    return folder


def next_of(octet, *arguments):
    """The words of the command that this one says to type next."""
    process = octet(*arguments, '--json')
    assert process.returncode in (0, 5), process.stderr
    return shlex.split(json.loads(process.stdout)['next'])


def type_it(octet, words, folder):
    """Types it; what octet cannot know is put in."""
    known = {'DATA': folder / 'samples.npy'}
    words = [str(known.get(word, word)) for word in words]
    words[words.index('-o') + 1] = str(folder / 'next.out')
    assert words[0] == 'octet'
    octet.ok(*words[1:])


def pairs(words):
    return set(zip(words, words[1:]))


CASES = {
    'calibrate': ('m.onnx', '--data', 'samples.npy', '--limit', 9, '--method',
                  'minmax', '-o', 'again.calib'),
    'doctor': ('m.onnx', '--data', 'samples.npy', '--limit', 23),
    'sensitivity': ('m.onnx', '--calib', 'samples.npy', '--limit', 9,
                    '--method', 'minmax', '--top', 1),
    'advise': ('m.onnx', '--for', 'edge', '--calib', 'samples.npy',
               '--seconds', 0),
    'build': ('hurt.onnx', '--calib', 'glaring.npy', '--limit', 11,
              '--no-timing', '--method', 'minmax', '--keep', 'pooled=fp32',
              '-o', 'e.octet'),
    'compare': ('hurt.onnx', 'hurt.octet', '--data', 'glaring.npy'),
}


@pytest.mark.parametrize('command', CASES)
def test_the_next_command_repeats_what_was_given_and_runs(octet, place,
                                                          command):
    given = [str(place / a) if (place / str(a)).exists() else str(a)
             for a in CASES[command]]
    if '-o' in given:
        given[given.index('-o') + 1] = str(place / given[-1])
    words = next_of(octet, command, *given, *OPEN)
    assert words[1] in ('build', 'calibrate')
    assert str(place / CASES[command][0]) in words
    assert OPEN in pairs(words)
    for option in ('--limit', '--keep'):
        if option in given:
            assert (option, given[given.index(option) + 1]) in pairs(words)
    type_it(octet, words, place)


def test_a_sensitivity_on_given_ranges_builds_with_these(octet, place):
    words = next_of(octet, 'sensitivity', place / 'm.onnx', *OPEN, '--calib',
                    place / 'samples.npy', '--ranges', place / 'm.calib')
    assert ('--ranges', str(place / 'm.calib')) in pairs(words)
    type_it(octet, words, place)


def test_a_check_that_fails_repairs_the_build_of_its_configuration(octet,
                                                                   place):
    words = next_of(octet, 'check', place / 'check.toml')
    assert {('--calib', str(place / 'glaring.npy')), ('--limit', '11'),
            ('--keep', 'scores=int8')} <= pairs(words)
    type_it(octet, words, place)


def test_a_shard_is_merged_before_it_is_built_with(octet, place):
    words = next_of(octet, 'calibrate', place / 'm.onnx', *OPEN, '--data',
                    place / 'samples.npy', '--shard', '1/2', '-o',
                    place / '1.calib')
    assert words[:3] == ['octet', 'merge', str(place / '1.calib')]
    octet.ok('calibrate', place / 'm.onnx', *OPEN, '--data',
             place / 'samples.npy', '--shard', '2/2', '-o',
             place / '2.calib')
    words[words.index('OTHER_SHARDS')] = str(place / '2.calib')
    type_it(octet, words, place)


def test_the_warning_that_points_to_doctor_can_be_typed(octet, place):
    process = octet('calibrate', place / 'hurt.onnx', *OPEN, '--data',
                    place / 'glaring.npy', '--limit', 3, '--preprocess',
                    'raw', '-o', place / 'h.calib')
    warning = next(line for line in process.stderr.splitlines()
                   if 'octet doctor' in line)
    words = shlex.split(warning[warning.index('octet doctor'):])
    words = words[1:words.index('says')]
    assert {OPEN, ('--limit', '3'), ('--preprocess', 'raw')} <= pairs(words)
    octet.ok(*words)


@pytest.mark.parametrize('name', ('m.calib', 'm.octet', 'whole.onnx'))
def test_the_name_of_what_is_inspected_is_quoted(octet, place, name):
    assert str(place / name) in next_of(octet, 'inspect', place / name)


def test_the_name_of_what_is_merged_is_quoted(octet, place):
    words = next_of(octet, 'merge', place / 'm.calib', '-o',
                    place / 'merged.calib')
    assert str(place / 'merged.calib') in words


# --- a quantized model ---

@pytest.fixture(scope='module')
def quantized(octet, tmp_path_factory):
    """A QDQ model whose coarse input makes its answers wrong, its engine."""
    folder = tmp_path_factory.mktemp('quantized')
    models.save(models.quantized_blue_or_green(10.0), folder / 'q.onnx')
    samples = np.abs(models.samples(12, (3, 16, 16)))
    samples[::2, 1] += 0.7  # more green than blue
    samples[1::2, 2] += 0.6
    np.save(folder / 'samples.npy', samples)
    octet.ok('build', folder / 'q.onnx', '-o', folder / 'q.octet',
             '--no-verdict')
    return folder


REFUSED = ('--keep', '--require', '--method', '--ranges')
QUANTIZED_CASES = {
    'build': ('q.onnx', '--calib', 'samples.npy', '--no-timing', '-o',
              'new.octet'),
    'compare': ('q.onnx', 'q.octet', '--data', 'samples.npy'),
    'sensitivity': ('q.onnx', '--calib', 'samples.npy'),
    'advise': ('q.onnx', '--for', 'video', '--calib', 'samples.npy',
               '--seconds', 0),
    'inspect': ('q.octet', '--why', 'score', '--model', 'q.onnx'),
}


@pytest.mark.parametrize('command', QUANTIZED_CASES)
def test_nothing_is_proposed_that_a_quantized_model_has_no_use_for(
        octet, quantized, command):
    given = [str(quantized / a) if '.' in str(a) else str(a)
             for a in QUANTIZED_CASES[command]]
    said = octet.ok(command, *given)
    assert 'next:' in said
    assert not [option for option in REFUSED if option in said], said
    words = next_of(octet, command, *given)
    type_it(octet, words, quantized)


def test_the_model_itself_is_built_without_samples(octet, quantized):
    words = next_of(octet, 'inspect', quantized / 'q.onnx')
    assert 'DATA' not in words
    type_it(octet, words, quantized)


def test_a_search_is_what_mends_a_quantized_model(octet, quantized):
    words = next_of(octet, 'compare', quantized / 'q.onnx',
                    quantized / 'q.octet', '--data', quantized / 'samples.npy')
    assert ('--max-drop', '0.5%') in pairs(words)
