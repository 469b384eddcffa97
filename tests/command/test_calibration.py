"""Calibrating: samples of no use, shards, resuming, TensorRT's cache."""
import json
import os
import pty
import signal
import struct
import subprocess

import numpy as np
import pytest

import models

USAGE, BAD_INPUT = 2, 3


def calibrate(octet, shop, output, *options, data=None):
    return octet('calibrate', shop / 'small.onnx', '--data',
                 data or shop / 'samples.npy', '-o', output, *options)


# --- samples of no use ---

def test_samples_that_are_no_numbers_are_skipped_and_named(octet, shop,
                                                           tmp_path):
    samples = models.samples(60)
    samples[7] = np.nan
    samples[20] = np.inf
    np.save(tmp_path / 'odd.npy', samples)
    process = calibrate(octet, shop, tmp_path / 'c.calib', '--json',
                        data=tmp_path / 'odd.npy')
    assert process.returncode == 0, process.stderr
    found = json.loads(process.stdout)
    assert found['samples'] == 58 and len(found['skipped']) == 2
    assert 'odd.npy[7]' in process.stderr and 'odd.npy[20]' in process.stderr
    inside = json.loads(octet.ok('inspect', tmp_path / 'c.calib', '--json'))
    assert all(row['non_finite'] == 0 for row in inside['values'])


def test_many_samples_that_are_no_numbers_are_bad_input(octet, shop, tmp_path):
    samples = models.samples(24)
    samples[[3, 9]] = np.nan
    np.save(tmp_path / 'odd.npy', samples)
    process = calibrate(octet, shop, tmp_path / 'c.calib',
                        data=tmp_path / 'odd.npy')
    assert process.returncode == BAD_INPUT
    assert 'odd.npy[3]' in process.stderr and 'odd.npy[9]' in process.stderr
    assert not (tmp_path / 'c.calib').exists()


def test_infinities_do_not_make_the_bytes_depend_on_shards(octet, shop,
                                                           tmp_path):
    samples = models.samples(15)
    samples[[2, 5, 11], 0, 3, 4] = np.inf
    samples[[4, 5], 1, 7, 7] = -np.inf
    np.save(tmp_path / 'odd.npy', samples)

    def run(name, *options):
        process = calibrate(octet, shop, tmp_path / name, *options,
                            data=tmp_path / 'odd.npy')
        assert process.returncode == 0, process.stderr
        return tmp_path / name
    whole = run('whole').read_bytes()
    for shards in (2, 7):
        parts = [run(f'{i}', '--shard', f'{i}/{shards}')
                 for i in range(1, shards + 1)]
        for order in (parts, parts[::-1], parts[1::2] + parts[0::2]):
            octet.ok('merge', *order, '-o', tmp_path / 'merged')
            assert (tmp_path / 'merged').read_bytes() == whole


# --- shards ---

@pytest.mark.parametrize('shard', ['3/2', '0/2', '1', 'a/b', '-1/2', '1/0',
                                   '1/99999999999', '99999999999/1', '1/2/3'])
def test_a_shard_that_there_cannot_be_is_a_usage_error(octet, shop, tmp_path,
                                                       shard):
    process = calibrate(octet, shop, tmp_path / 'c', '--shard=' + shard)
    assert process.returncode == USAGE
    assert f"--shard '{shard}'" in process.stderr


def test_there_are_not_more_shards_than_samples(octet, shop, tmp_path):
    process = calibrate(octet, shop, tmp_path / 'c', '--shard', '1/25')
    assert process.returncode == USAGE
    assert '24 samples' in process.stderr


@pytest.fixture(scope='module')
def halves(octet, shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp('halves')
    for i in (1, 2):
        process = calibrate(octet, shop, folder / f'{i}.calib', '--shard',
                            f'{i}/2')
        assert process.returncode == 0, process.stderr
    return folder


@pytest.mark.parametrize('files', [
    ['1.calib', '1.calib'], ['1.calib', '2.calib', '1.calib'],
    ['1.calib', '2.calib', '2.calib']])
def test_a_shard_does_not_go_in_twice(octet, halves, tmp_path, files):
    message = octet.fails(BAD_INPUT, 'merge', *[halves / f for f in files],
                          '-o', tmp_path / 'merged')
    assert files[-1] in message and not (tmp_path / 'merged').exists()


def test_a_whole_calibration_does_not_merge_with_itself(octet, shop, halves,
                                                        tmp_path):
    whole = shop / 'small.calib'
    assert 'twice' in octet.fails(BAD_INPUT, 'merge', whole, whole, '-o',
                                  tmp_path / 'merged')
    octet.fails(BAD_INPUT, 'merge', whole, halves / '1.calib', '-o',
                tmp_path / 'merged')


def test_the_first_samples_of_a_set_do_not_merge_with_the_whole(
        octet, shop, halves, tmp_path):
    process = calibrate(octet, shop, tmp_path / 'few', '--limit', '5')
    assert process.returncode == 0, process.stderr
    for other in (shop / 'small.calib', halves / '1.calib'):
        message = octet.fails(BAD_INPUT, 'merge', other, tmp_path / 'few',
                              '-o', tmp_path / 'merged')
        assert 'in common' in message and 'sample 1 of 5' in message
        assert not (tmp_path / 'merged').exists()


def test_an_incomplete_set_can_be_used_and_completed(octet, shop, halves,
                                                     tmp_path):
    octet.ok('build', shop / 'small.onnx', '--ranges', halves / '1.calib',
             '-o', tmp_path / 'e.octet', '--no-verdict')
    octet.ok('merge', halves / '1.calib', '-o', tmp_path / 'one')
    octet.ok('merge', tmp_path / 'one', halves / '2.calib', '-o',
             tmp_path / 'all')
    assert ((tmp_path / 'all').read_bytes() ==
            (shop / 'small.calib').read_bytes())


def test_sets_of_other_samples_are_joined(octet, shop, tmp_path):
    np.save(tmp_path / 'night.npy', models.samples(24, seed=5))
    process = calibrate(octet, shop, tmp_path / 'night.calib',
                        data=tmp_path / 'night.npy')
    assert process.returncode == 0, process.stderr
    for order in ([shop / 'small.calib', tmp_path / 'night.calib'],
                  [tmp_path / 'night.calib', shop / 'small.calib']):
        octet.ok('merge', *order, '-o', tmp_path / f'{order[0].stem}-first')
    merged = (tmp_path / 'small-first').read_bytes()
    assert merged == (tmp_path / 'night-first').read_bytes()
    found = json.loads(octet.ok('inspect', tmp_path / 'small-first', '--json'))
    assert found['samples'] == 48


# --- stopping and resuming ---

class LongRun:
    """A calibration that can be ended once it has begun."""

    def __init__(self, octet, folder):
        self.octet = octet
        self.output = folder / 'stopped.calib'
        self.part = folder / 'stopped.calib.part'
        models.save(models.small(stages=6), folder / 'long.onnx')
        self.data = folder / 'many.npy'
        np.save(self.data, models.samples(600))
        self.arguments = ['calibrate', folder / 'long.onnx', '--data',
                          self.data, '--threads', '1', '-o']

    def whole(self, output):
        self.octet.ok(*self.arguments, output)
        return output.read_bytes()

    def end(self, how, *options):
        """Sends a signal as soon as a sample is done; returns the exit code.

        The command draws its bar at once if it writes to a terminal.
        """
        ours, theirs = pty.openpty()
        with subprocess.Popen(
                [self.octet.path, *map(str, self.arguments), self.output,
                 *options], stdout=subprocess.DEVNULL, stderr=theirs) as run:
            os.close(theirs)
            assert b'calibrating' in os.read(ours, 100)
            run.send_signal(how)
            code = run.wait()
        os.close(ours)
        return code

    def resume(self):
        self.octet.ok(*self.arguments, self.output, '--resume')
        return self.output.read_bytes()


@pytest.fixture
def long_run(octet, tmp_path):
    return LongRun(octet, tmp_path)


@pytest.mark.long
def test_stopped_killed_and_resumed_it_ends_in_the_same_bytes(long_run,
                                                              tmp_path):
    whole = long_run.whole(tmp_path / 'whole.calib')
    assert long_run.end(signal.SIGINT) == 1
    first = long_run.part.read_bytes()
    assert not long_run.output.exists()
    assert long_run.end(signal.SIGKILL, '--resume') == -signal.SIGKILL
    assert long_run.part.read_bytes() == first
    assert long_run.resume() == whole
    assert not long_run.part.exists()


def test_an_unfinished_calibration_is_not_used(octet, shop, long_run,
                                               tmp_path):
    assert long_run.end(signal.SIGINT) == 1
    assert 'unfinished' in octet.fails(
        BAD_INPUT, 'build', tmp_path / 'long.onnx', '--ranges', long_run.part,
        '-o', tmp_path / 'e.octet')


def test_a_run_does_not_go_on_with_other_samples(octet, long_run):
    assert long_run.end(signal.SIGINT) == 1
    samples = np.load(long_run.data)
    samples[2, 0, 0, 0] += 1
    np.save(long_run.data, samples)
    message = octet.fails(BAD_INPUT, *long_run.arguments, long_run.output,
                          '--resume')
    assert 'many.npy[2]' in message and 'stopped.calib.part' in message
    np.save(long_run.data, samples[:599])
    assert '599' in octet.fails(BAD_INPUT, *long_run.arguments,
                                long_run.output, '--resume')


# --- TensorRT's cache ---

def scales(path):
    """{name: scale} of a cache."""
    head, *lines = path.read_text().splitlines()
    assert head.startswith('TRT-')
    return {name: struct.unpack('>f', bytes.fromhex(digits))[0]
            for name, digits in (line.rsplit(': ', 1) for line in lines)}


@pytest.fixture(scope='module')
def cache(octet, shop, tmp_path_factory):
    path = tmp_path_factory.mktemp('cache') / 'tensorrt.cache'
    process = calibrate(octet, shop, path.parent / 'c.calib', '--method',
                        'minmax', '--tensorrt-cache', path)
    assert process.returncode == 0, process.stderr
    return path


def test_a_tensorrt_cache_has_the_larger_end_of_each_range(octet, shop, cache):
    found = scales(cache)
    rows = json.loads(octet.ok('inspect', shop / 'small.calib',
                               '--json'))['values']
    assert set(found) == {row['name'] for row in rows}
    for row in rows:
        assert np.isclose(found[row['name']],
                          max(-row['low'], row['high']) / 127, rtol=1e-6)


@pytest.mark.parametrize('option', ['--ranges', '--calib'])
def test_an_engine_is_built_from_a_tensorrt_cache(octet, shop, cache, tmp_path,
                                                  option):
    octet.ok('build', shop / 'small.onnx', option, cache, '-o',
             tmp_path / 'e.octet')
    for name in ('e', 'float'):
        engine = (tmp_path if name == 'e' else shop) / f'{name}.octet'
        octet.ok('run', engine, '--input', f"x={shop / 'samples.npy'}", '-o',
                 tmp_path / name)
    int8, f32 = (np.load(tmp_path / name / 'joined.npy')
                 for name in ('e', 'float'))
    noise = ((int8 - f32) ** 2).sum()
    assert 0 < noise < (f32 ** 2).sum() * 1e-2


@pytest.mark.parametrize('text,named', [
    ('TRT-8601-EntropyCalibration2\nother: 3c010a14\n', 'none of them'),
    ('TRT-8601-EntropyCalibration2\nx: zzz\n', ':2'),
    ('TRT-8601-EntropyCalibration2\nx: 3c010a14\n', 'first'),
])
def test_a_cache_that_does_not_fit_is_refused(octet, shop, tmp_path, text,
                                              named):
    (tmp_path / 'odd.cache').write_text(text)
    assert named in octet.fails(
        BAD_INPUT, 'build', shop / 'small.onnx', '--ranges',
        tmp_path / 'odd.cache', '-o', tmp_path / 'e.octet')
