"""octet's own engines of a network, and what its command measures."""
import json
import subprocess

from .contender import Refused
from .places import WORK, binary

ENGINES = WORK / 'engines'


def octet(*arguments):
    """Runs the command; what it prints as JSON."""
    done = subprocess.run([binary('octet'), *map(str, arguments), '--json'],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise Refused(said[-1] if said else f'exit code {done.returncode}')
    return json.loads(done.stdout)


def build_arguments(network, kind):
    """What `octet build` is told for an engine of a kind, or None."""
    if kind == 'qdq':
        if 'u8s8' not in network.qdq:
            return None
        return [network.qdq['u8s8']]
    if kind == 'own':
        if network.calibration is None:
            return None
        return [network.float_model, '--calib', network.calibration,
                '--preprocess', 'raw']
    return [network.float_model, '--precision', kind]


def engine(network, kind):
    """The engine file, built where the command or the model is newer.

    kind:    'fp32', 'bf16', 'qdq' (INT8 from the QDQ file) or 'own' (the
             default build, from the float file and samples).
    returns: None if the network has no such file.
    errors:  Refused, with octet's own message.
    """
    arguments = build_arguments(network, kind)
    if arguments is None:
        return None
    ENGINES.mkdir(parents=True, exist_ok=True)
    path = ENGINES / f'{network.label}.{kind}.octet'
    newest = max(binary('octet').stat().st_mtime,
                 arguments[0].stat().st_mtime)
    if not path.exists() or path.stat().st_mtime < newest:
        octet('build', *arguments, '-o', path, '--no-verdict')
    return path


def hardware():
    """The machine's peaks now."""
    return octet('hardware')


def best_peaks(before, now):
    """The higher of each: a peak is what the machine can do at its best."""
    return now if before is None else {
        key: max(value, before[key]) if key.endswith(('_gops', '_gflops'))
        else value for key, value in now.items()}


def timed_layers(path, threads, seconds, repeats=3):
    """What `octet bench --layers` says of an engine, some times over."""
    return [octet('bench', path, '--threads', threads, '--seconds', seconds,
                  '--layers')['engines'][0] for _ in range(repeats)]
