"""The same inputs give the same bytes, however the work is divided."""
import json

import numpy as np
import pytest

BAD_INPUT = 3


def calibrate(octet, shop, output, *options):
    octet.ok('calibrate', shop / 'small.onnx', '--data', shop / 'samples.npy',
             '-o', output, *options)
    return output.read_bytes()


def outputs(octet, engine, samples, folder, *options, env=None):
    octet.ok('run', engine, '--input', f'x={samples}', '-o', folder, *options,
             env=env)
    return {path.name: path.read_bytes() for path in folder.glob('*.npy')}


def test_two_builds_give_the_same_bytes(octet, shop, tmp_path):
    for name in ('a', 'b'):
        octet.ok('build', shop / 'small.onnx', '--calib',
                 shop / 'samples.npy', '-o', tmp_path / name, '--plan-out',
                 tmp_path / (name + '.plan'), '--no-verdict')
    for end in ('', '.plan'):
        assert ((tmp_path / ('a' + end)).read_bytes() ==
                (tmp_path / ('b' + end)).read_bytes())


def test_calibrating_apart_is_the_same_as_on_the_way(octet, shop, tmp_path):
    def build(name, *options):
        octet.ok('build', shop / 'small.onnx', '-o', tmp_path / name,
                 '--no-verdict', *options)
        return (tmp_path / name).read_bytes()

    samples = ('--calib', shop / 'samples.npy')
    ranges = ('--ranges', shop / 'small.calib')
    assert build('a', *samples) == build('b', *samples, *ranges)
    auto = ('--method', 'auto')
    assert build('c', *samples, *auto) == build('d', *samples, *ranges, *auto)
    # Without samples there is nothing to measure on: auto is mse.
    assert build('e', *ranges, *auto) == build('f', *ranges)
    printed = octet.ok('build', shop / 'small.onnx', '-o', tmp_path / 'g',
                       '--no-verdict', *ranges)
    assert 'give --calib too' in printed


def test_one_timing_cache_gives_one_engine(octet, shop, tmp_path):
    cache = tmp_path / 't.cache'

    def build(name, *options):
        octet.ok('build', shop / 'small.onnx', '-o', tmp_path / name,
                 '--ranges', shop / 'small.calib', '--no-verdict', *options)
        return (tmp_path / name).read_bytes()

    build('a', '--timing-cache', cache)
    timed = cache.read_bytes()
    assert json.loads(timed)['tactics']
    # Nothing is left to time, under whatever name of the option.
    first = build('b', '--timing-cache', cache)
    assert build('c', f'--timingCacheFile={cache}') == first
    assert cache.read_bytes() == timed
    # Tactics change how a result is computed, not the result.
    build('d')
    samples = shop / 'samples.npy'
    assert (outputs(octet, tmp_path / 'b', samples, tmp_path / 'timed') ==
            outputs(octet, tmp_path / 'd', samples, tmp_path / 'ruled'))


def test_what_is_no_timing_cache_is_refused_and_kept(octet, shop, tmp_path):
    cache = tmp_path / 't.cache'
    cache.write_text('mine')
    message = octet.fails(BAD_INPUT, 'build', shop / 'small.onnx', '-o',
                          tmp_path / 'e.octet', '--ranges',
                          shop / 'small.calib', '--no-verdict',
                          '--timing-cache', cache)
    assert 'no timing cache' in message
    assert cache.read_text() == 'mine'


@pytest.mark.parametrize('shards', [1, 2, 7])
def test_shards_merged_in_any_order_equal_one_run(octet, shop, tmp_path,
                                                  shards):
    whole = (shop / 'small.calib').read_bytes()
    parts = []
    for i in range(1, shards + 1):
        parts.append(tmp_path / f'{i}.calib')
        calibrate(octet, shop, parts[-1], '--shard', f'{i}/{shards}')
    for order in (parts, parts[::-1], parts[1::2] + parts[0::2]):
        octet.ok('merge', *order, '-o', tmp_path / 'merged.calib')
        assert (tmp_path / 'merged.calib').read_bytes() == whole


def test_threads_do_not_change_a_calibration(octet, shop, tmp_path):
    whole = (shop / 'small.calib').read_bytes()
    for threads in (1, 2):
        assert calibrate(octet, shop, tmp_path / 'a.calib', '--threads',
                         threads) == whole


@pytest.mark.parametrize('engine', ['small.octet', 'float.octet'])
def test_threads_do_not_change_outputs(octet, shop, tmp_path, engine):
    one, two = (outputs(octet, shop / engine, shop / 'samples.npy',
                        tmp_path / str(threads), '--threads', threads)
                for threads in (1, 2))
    assert len(one) == 2 and one == two


def test_cpu_levels_give_the_same_int8_outputs(octet, shop, tmp_path):
    results = {}
    for level in ('scalar', 'avx2', 'avxvnni', 'avx512vnni', 'avx512bf16'):
        process = octet('run', shop / 'small.octet', '--input',
                        f"x={shop / 'samples.npy'}", '-o', tmp_path / level,
                        env={'OCTET_CPU': level})
        if process.returncode == 4:
            continue  # this machine lacks the level
        assert process.returncode == 0, process.stderr
        results[level] = np.load(tmp_path / level / 'joined.npy')
    assert 'scalar' in results and len(results) >= 2
    for level, values in results.items():
        assert np.array_equal(values, results['scalar']), level


def test_a_sample_does_not_depend_on_its_neighbours(octet, shop, tmp_path):
    samples = np.load(shop / 'samples.npy')
    np.save(tmp_path / 'one.npy', samples[5:6])
    outputs(octet, shop / 'small.octet', tmp_path / 'one.npy', tmp_path / 'a')
    outputs(octet, shop / 'small.octet', shop / 'samples.npy', tmp_path / 'b')
    for name in ('p_1_y.npy', 'joined.npy'):
        assert np.array_equal(np.load(tmp_path / 'a' / name)[0],
                              np.load(tmp_path / 'b' / name)[5])
