"""Where bench/compare finds things and keeps them, and in which Python it runs.

Only the standard library: it is read before the packages are there.
"""
import os
from pathlib import Path
import subprocess
import sys

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get('OCTET_BUILD_DIR', ROOT / 'build/release'))
WORK = ROOT / 'build/bench'
REQUIREMENTS = ROOT / 'bench/requirements.txt'
# The packages of peers that quantize by themselves (--own-quantization).
OWN_QUANTIZATION = ('nncf==3.4.0',)


class Missing(Exception):
    """Something that the comparison needs is not there; says what to do."""


def binary(name):
    path = BUILD / 'bin' / name
    if not path.exists():
        raise Missing(f'{path} is missing: build it with scripts/build, or set '
                      'OCTET_BUILD_DIR')
    return path


def timing_scripts():
    """The folder of make_models.py and peers.py."""
    folder = Path(os.environ.get('OCTET_BENCH_MODELS',
                                 ROOT / '../shared/bench')).resolve()
    for script in ('make_models.py', 'peers.py'):
        if not (folder / script).exists():
            raise Missing(
                f'{folder / script} is missing: it makes the timing networks '
                'and says how they are timed; set OCTET_BENCH_MODELS to the '
                'folder that has it')
    return folder


def make_environment(own_quantization):
    """The Python of build/bench/venv, with the pinned packages; made once."""
    venv = WORK / 'venv'
    extra = list(OWN_QUANTIZATION) if own_quantization else []
    wanted = REQUIREMENTS.read_text() + '\n'.join(extra)
    stamp = venv / 'installed'
    # An environment with more than is wanted serves too.
    if not stamp.exists() or not stamp.read_text().startswith(wanted):
        print(f'installing the peers into {venv}', file=sys.stderr)
        venv.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, '-m', 'venv', venv], check=True)
        done = subprocess.run(
            [venv / 'bin/pip', 'install', '-q', '--disable-pip-version-check',
             '-r', REQUIREMENTS, *extra], capture_output=True, text=True,
            check=False)
        if done.returncode != 0:
            raise Missing('the peers cannot be installed; --python PATH takes '
                          'a Python that has them: '
                          + done.stderr.strip().splitlines()[-1])
        stamp.write_text(wanted)
    return venv / 'bin/python'


def enter_environment(python, own_quantization):
    """Goes on in a Python that has the packages, if this one is not it.

    python: a Python of the user's with the packages, or None.
    """
    if os.environ.get('OCTET_BENCH_ENTERED'):
        return
    python = python or os.environ.get('OCTET_BENCH_PYTHON')
    path = Path(python) if python else make_environment(own_quantization)
    if not path.exists():
        raise Missing(f'{path}: no such Python')
    os.environ['OCTET_BENCH_ENTERED'] = '1'
    os.execv(path, [str(path), *sys.argv])
