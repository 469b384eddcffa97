"""How the command line speaks: help, suggestions, what is checked first."""
import json

import pytest

USAGE, BAD_INPUT, UNSUPPORTED, DAMAGED = 2, 3, 4, 7
COMMANDS = ['build', 'calibrate', 'merge', 'inspect', 'run', 'eval', 'compare',
            'bench', 'hardware', 'detect']


def test_help_lists_every_command_and_the_exit_codes(octet):
    text = octet.ok('--help')
    for command in COMMANDS:
        assert f'\n  {command} ' in text
    assert 'Exit codes' in text and '7 damaged' in text


@pytest.mark.parametrize('command', COMMANDS)
def test_help_of_a_command_has_examples_that_are_its_own(octet, command):
    text = octet.ok(command, '--help')
    examples = text.split('Examples:\n')[1].splitlines()
    assert any(line.startswith(f'  octet {command} ') for line in examples)
    for option in ('--json', '--quiet', '--verbose'):
        assert option in text


@pytest.mark.parametrize('command', COMMANDS)
def test_every_option_of_an_example_exists(octet, command):
    head, examples = octet.ok(command, '--help').split('Examples:\n')
    for word in examples.split():
        if word.startswith('-'):
            assert word in head, word


def test_help_of_build_is_grouped(octet):
    text = octet.ok('build', '--help')
    for group in ('Model:', 'Calibration:', 'Precision:', 'Output:',
                  'Names of trtexec:'):
        assert group in text


def test_version(octet):
    assert octet.ok('--version').startswith('octet ')


@pytest.mark.parametrize('typed,meant', [
    (['buidl'], "'build'"), (['calibrte'], "'calibrate'"),
    (['hardwrae'], "'hardware'"), (['--versoin'], "'--version'"),
    (['build', 'm.onnx', '--kepp', 'a=fp32'], "'--keep'"),
    (['build', 'm.onnx', '--outptu', 'e'], "'--output'"),
    (['build', 'm.onnx', '-o', 'e', '--saveEngin=e'], "'--saveEngine'"),
    (['calibrate', 'm.onnx', '--dat', 'd', '-o', 'c'], "'--data'"),
    (['merge', 'a', '--ouput', 'b'], "'--output'"),
    (['inspect', 'f', '--step'], "'--steps'"),
    (['bench', 'e', '--layer'], "'--layers'"),
    (['detect', 'e', 'd', '-o', 'f', '--scroe', '1'], "'--score'"),
    (['build', 'm.onnx', '-o', 'e', '--precision', 'in8'], "'int8'"),
])
def test_what_is_mistyped_is_answered_with_what_was_meant(octet, typed, meant):
    message = octet.fails(USAGE, *typed)
    assert 'did you mean ' + meant in message
    assert '--help' in message


@pytest.mark.parametrize('command', COMMANDS)
def test_an_unknown_flag_is_named_with_where_to_read_on(octet, command):
    message = octet.fails(USAGE, command, '--frobnicate')
    assert f'octet {command} has no option --frobnicate' in message
    assert f'octet {command} --help' in message


@pytest.mark.parametrize('arguments,named', [
    ([], 'subcommand'), (['build'], 'required'),
    (['build', '-o', 'e'], 'MODEL is required'),
    (['build', 'm', '--onnx', 'n', '-o', 'e'], 'MODEL excludes --onnx'),
    (['build', 'm', '-o', ''], 'expected a name'),
    (['calibrate', 'm', '--data', 'd', '-o', ''], 'expected a name'), (['merge'], 'required'),
    (['run', 'e'], 'required'), (['eval', 'e'], '--data'),
    (['compare', 'm'], 'ENGINE'), (['detect', 'e'], 'required'),
    (['bench'], 'ENGINE'), (['inspect'], 'FILE'),
    (['bench', 'e', '--threads', 'many'], '--threads'),
    (['bench', 'e', '--seconds', '-1'], '--seconds'),
    (['bench', 'e', '--seconds', 'inf'], '--seconds'),
    (['bench', 'e', '--threads', '-2'], '--threads'),
    (['detect', 'e', 'd', '-o', 'f', '--score', '2'], '--score'),
    (['detect', 'e', 'd', '-o', 'f', '--limit', '-1'], '--limit'),
])
def test_what_is_missing_or_no_number_is_named(octet, arguments, named):
    assert named in octet.fails(USAGE, *arguments)


@pytest.mark.parametrize('arguments', [
    ['inspect'], ['bench'], ['run', '--input', 'x=x.npy', '-o', 'never'],
    ['eval', '--data', 'x.npy'], ['detect', 'pictures', '-o', 'never']])
@pytest.mark.parametrize('file', ['absent.octet', 'small.calib'])
def test_a_file_that_is_no_engine_is_named(octet, shop, arguments, file):
    if arguments == ['inspect'] and file == 'small.calib':
        return  # that is one of its kinds
    command, *options = arguments
    process = octet(command, shop / file, *options)
    assert process.returncode in (BAD_INPUT, DAMAGED)
    assert file in process.stderr


def test_an_error_is_json_too(octet, shop):
    process = octet('bench', shop / 'absent.octet', '--json')
    found = json.loads(process.stdout)
    assert found['exit_code'] == process.returncode == BAD_INPUT
    assert 'absent.octet' in found['error']


# Whatever can be checked is checked before samples are opened: those below are
# missing, so that calibrating first would end with another code.

@pytest.mark.parametrize('options,named', [
    (['--keep', 'pointwse0=fp32'], "did you mean 'pointwise0"),
    (['--keep', 'pointwise0'], 'PATTERN=PRECISION'),
    (['--keep', 'pointwise0=fp8'], "no precision 'fp8'"),
    (['--require', 'no-such*=int8'], 'no-such*'),
    (['--method', 'entropie'], "did you mean 'entropy'"),
    (['--method', 'percentile:10'], 'percentile'),
    (['--shard', '1/99999999999'], '1/99999999999'),
    (['--limit', '-3'], '--limit -3'),
    (['--preprocess', 'yolo8'], 'yolov8'),
    (['--layerPrecisions', 'pointwse0:fp32'], "did you mean 'pointwise0"),
])
def test_options_are_checked_before_calibrating(octet, shop, options, named):
    assert named in octet.fails(
        USAGE, 'build', shop / 'small.onnx', '--calib', shop / 'nowhere', '-o',
        shop / 'never.octet', *options)


def test_a_requirement_is_checked_before_calibrating(octet, shop):
    message = octet.fails(
        UNSUPPORTED, 'build', shop / 'small.onnx', '--calib', shop / 'nowhere',
        '-o', shop / 'never.octet', '--require', 'type:Softmax=int8')
    assert 'p:1/y' in message


@pytest.mark.parametrize('option', ['-o', '--plan-out', '--save-ranges'])
def test_outputs_are_checked_before_calibrating(octet, shop, option):
    arguments = ['build', shop / 'small.onnx', '--calib', shop / 'nowhere']
    if option != '-o':
        arguments += ['-o', shop / 'never.octet']
    message = octet.fails(BAD_INPUT, *arguments, option,
                          shop / 'no-folder' / 'file')
    assert 'no-folder' in message and 'nowhere' not in message
    assert not list(shop.glob('never*'))


def test_a_result_does_not_replace_what_it_is_made_of(octet, shop):
    before = (shop / 'small.onnx').read_bytes()
    assert 'replace' in octet.fails(
        USAGE, 'build', shop / 'small.onnx', '--precision', 'fp32', '-o',
        shop / 'small.onnx')
    assert (shop / 'small.onnx').read_bytes() == before
    assert 'replace' in octet.fails(USAGE, 'merge', shop / 'small.calib', '-o',
                                    shop / 'small.calib')


# --- the names of trtexec ---

def test_trtexec_flags_build_the_same_engine(octet, shop, tmp_path):
    octet.ok('build', f"--onnx={shop / 'small.onnx'}", '--int8', '--best',
             f"--saveEngine={tmp_path / 'e.octet'}", '--shapes=x:1x3x16x16',
             '--layerPrecisions=pointwise*:fp32', '--ranges',
             shop / 'small.calib', '--no-verdict')
    octet.ok('build', shop / 'small.onnx', '-o', tmp_path / 'own.octet',
             '--keep', 'pointwise*=fp32', '--ranges', shop / 'small.calib',
             '--no-verdict')
    assert ((tmp_path / 'e.octet').read_bytes() ==
            (tmp_path / 'own.octet').read_bytes())


def test_layer_precisions_keep_a_node_whatever_the_default(octet, shop,
                                                            tmp_path):
    octet.ok('build', shop / 'small.onnx', '-o', tmp_path / 'e.octet',
             '--layerPrecisions=pointwise0:fp32,*:int8', '--ranges',
             shop / 'small.calib', '--no-verdict')
    found = json.loads(octet.ok('inspect', tmp_path / 'e.octet', '--why',
                                'pointwise0', '--json'))
    assert found['nodes'][0]['precision'] == 'fp32'


@pytest.mark.parametrize('options,code,instead', [
    (['--int8', '--fp16'], USAGE, 'contradict'),
    (['--bf16', '--fp16'], USAGE, 'contradict'),
    (['--precision', 'fp32', '--fp16'], USAGE, 'contradict'),
    (['--layerPrecisions=first:fp8'], USAGE, 'use fp32'),
    (['--layerPrecisions=first'], USAGE, 'NODE:PRECISION'),
    (['--precision', 'fp32', '--best'], USAGE, 'contradict'),
])
def test_a_trtexec_flag_that_cannot_be_honoured_is_refused(octet, shop,
                                                           options, code,
                                                           instead):
    message = octet.fails(
        code, 'build', shop / 'small.onnx', '--ranges', shop / 'small.calib',
        '-o', shop / 'never.octet', *options)
    assert instead in message
