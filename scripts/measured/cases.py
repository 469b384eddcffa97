"""The cases of the test data, and the command on them."""
import json
import os
from pathlib import Path
import subprocess

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get('OCTET_DATA', ROOT / '../shared/data')).resolve()
BUILD = Path(os.environ.get('OCTET_BUILD_DIR', ROOT / 'build/release'))
WORK = ROOT / 'build/accuracy'
TASKS = ('detection', 'classification')


def octet(*arguments):
    """Runs the command; what it prints as JSON."""
    process = subprocess.run(
        [WORK / 'octet', *map(str, arguments), '--json'],
        capture_output=True, text=True, check=False)
    if process.returncode != 0:
        raise RuntimeError(process.stderr.strip().splitlines()[-1])
    return json.loads(process.stdout)


def vision_cases():
    names = []
    for path in sorted(DATA.glob('*/case.json')):
        case = json.loads(path.read_text())
        # Sound and text are classified too, without pictures to prepare.
        if case.get('task') in TASKS and 'resize' in case.get('preprocess', {}):
            names.append(path.parent.name)
    return names


def read_case(name):
    return json.loads((DATA / name / 'case.json').read_text())


def evaluate(name, engine):
    """The metric of an engine on the evaluation data."""
    rows = octet('eval', engine, '--data', DATA / name / 'case.json')['engines']
    return round(rows[0]['value'], 4)


def build(name, case, model, engine, *options):
    calib = case['data']['calib']
    folder = DATA / name
    samples = folder / calib.get('images_npy', calib.get('images_dir'))
    return octet('build', folder / model, '--calib', samples, '--preprocess',
                 folder / 'case.json', '-o', engine, *options)


def float_value(case, model):
    values = case['float_metric']
    return values.get(model, values).get(case['metric']['name'])


def peers(case, key, names):
    """The peer's values by name, of those that were measured."""
    values = case.get(key, {})
    return {n: values[n] for n in names if n in values}


def number(value):
    return '-' if value is None else f'{value:.4f}'


def markdown(heads, rows):
    lines = ['| ' + ' | '.join(heads) + ' |', '|---' * len(heads) + '|']
    lines += ['| ' + ' | '.join(row) + ' |' for row in rows]
    return '\n'.join(lines) + '\n'
