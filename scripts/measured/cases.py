"""The cases of the test data, and the command on them."""
import json
import os
from pathlib import Path
import subprocess

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get('OCTET_DATA', ROOT / '../shared/data')).resolve()
BUILD = Path(os.environ.get('OCTET_BUILD_DIR', ROOT / 'build/release'))
WORK = ROOT / 'build/accuracy'
ACCURACY_GATE = 5  # the exit code
TASKS = ('detection', 'classification')
# Of case.json's peer_int8; the last two are NNCF's.
PEERS = ('MinMax', 'Entropy', 'Percentile', 'nncf', 'nncf_accuracy_control')


def octet(*arguments):
    """Runs the command; what it prints as JSON, also where what it built misses
    the accuracy asked for."""
    process = subprocess.run(
        [WORK / 'octet', *map(str, arguments), '--json'],
        capture_output=True, text=True, check=False)
    if process.returncode not in (0, ACCURACY_GATE):
        raise RuntimeError(process.stderr.strip().splitlines()[-1])
    return json.loads(process.stdout)


def names():
    return [path.parent.name for path in sorted(DATA.glob('*/case.json'))]


def is_vision(case):
    # Sound and text are classified too, without pictures to prepare.
    return case.get('task') in TASKS and 'resize' in case.get('preprocess', {})


def read_case(name):
    return json.loads((DATA / name / 'case.json').read_text())


def evaluate(name, *engines):
    """The metric of each engine on the evaluation data, and the difference of
    all but the last to the last."""
    rows = octet('eval', *engines, '--data', DATA / name / 'case.json')
    return [{'value': round(row['value'], 4),
             'difference': row.get('difference')} for row in rows['engines']]


def against(name, engine, float_engine):
    """The metric of an engine and its difference to that of the float one."""
    return evaluate(name, engine, float_engine)[0]


def float_engine(name, case):
    engine = WORK / f'{name}.float.octet'
    build(name, case, case['model'], engine, '--precision', 'fp32',
          '--no-verdict', '--no-timing')
    return engine


def milliseconds(engine):
    """The median of runs on one thread."""
    found = octet('bench', engine, '--threads', '1', '--seconds', '1')
    return found['engines'][0]['p50_ms']


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


def best(values):
    return max(values.values(), default=None)


def number(value):
    return '-' if value is None else f'{value:.4f}'


def difference(found):
    """A difference with its 95 % interval."""
    return f"{found['value']:+.4f} [{found['low']:+.4f}, {found['high']:+.4f}]"


def markdown(heads, rows):
    lines = ['| ' + ' | '.join(heads) + ' |', '|---' * len(heads) + '|']
    lines += ['| ' + ' | '.join(row) + ' |' for row in rows]
    return '\n'.join(lines) + '\n'
