"""Fixtures of the command's tests: the command, a small model and its data."""
import os
from pathlib import Path
import subprocess

import numpy as np
import pytest

import models

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get('OCTET_BUILD_DIR', ROOT / 'build/release'))
SECONDS = 120  # no command of these tests may need more


def pytest_configure(config):
    config.addinivalue_line('markers', 'long: takes more than some seconds')


class Octet:
    """The command; every call checks that no signal ended it."""

    def __init__(self, path):
        self.path = path

    def __call__(self, *arguments, env=None):
        process = subprocess.run(
            [self.path, *map(str, arguments)], capture_output=True, text=True,
            timeout=SECONDS, check=False, env={**os.environ, **(env or {})})
        assert process.returncode >= 0, (arguments, process.stderr)
        return process

    def ok(self, *arguments, env=None):
        """Runs what has to succeed; returns what it prints."""
        process = self(*arguments, env=env)
        assert process.returncode == 0, (arguments, process.stderr)
        return process.stdout

    def fails(self, code, *arguments, env=None):
        """Runs what has to fail with this exit code; returns its message."""
        process = self(*arguments, env=env)
        assert process.returncode == code, (arguments, process.returncode,
                                            process.stderr)
        assert process.stderr.strip(), f'{arguments}: failed without a word'
        return process.stderr


@pytest.fixture(scope='session')
def octet():
    path = BUILD / 'bin/octet'
    if not path.exists():
        pytest.skip(f'{path} is not built')
    return Octet(path)


@pytest.fixture(scope='session')
def data():
    path = Path(os.environ.get('OCTET_DATA', ROOT / '../shared/data'))
    if not path.is_dir():
        pytest.skip(f'no real models and data at {path}; set OCTET_DATA')
    return path.resolve()


@pytest.fixture(scope='session')
def shop(tmp_path_factory, octet):
    """A folder with a small model, samples, its .calib file and engines."""
    folder = tmp_path_factory.mktemp('shop')
    models.save(models.small(), folder / 'small.onnx')
    np.save(folder / 'samples.npy', models.samples(24))
    octet.ok('calibrate', folder / 'small.onnx', '--data',
             folder / 'samples.npy', '-o', folder / 'small.calib')
    octet.ok('build', folder / 'small.onnx', '--ranges',
             folder / 'small.calib', '-o', folder / 'small.octet',
             '--plan-out', folder / 'small.plan.json', '--no-verdict')
    octet.ok('build', folder / 'small.onnx', '--precision', 'fp32', '-o',
             folder / 'float.octet', '--no-verdict')
    return folder
