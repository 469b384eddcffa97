"""Where an engine's time goes: products against the peak, layer by layer."""
import math

from .rows import peak_gops


def fastest_of(runs):
    """The steps of an engine, each with the least time that it took."""
    best = {}
    for run in runs:
        for step in run['layers']:
            least = min(step['min_us'],
                        best.get(step['step'], {}).get('us', math.inf))
            best[step['step']] = step | {'us': least}
    return list(best.values())


def sum_over_run(runs):
    """What the steps sum to, over the time of the runs that they were timed
    in, less 1: of the run in which that is smallest in magnitude, since what
    else runs on the machine falls between two steps as well as into them.
    """
    return min((run['layers_us'] / 1e3 / run['timed_mean_ms'] - 1
                for run in runs), key=abs)


def of_peak(steps, hardware, shapes):
    """Rows of the steps with products, those that lose most time first."""
    found = []
    for step in steps:
        if not step['macs'] or not step['us']:
            continue
        peak = peak_gops(step['precision'] if step['precision'] in
                         ('int8', 'bf16') else 'fp32', hardware)
        gops = 2e-3 * step['macs'] / step['us']
        found.append({
            'step': step['step'], 'shape': shapes.get(step['step'], ''),
            'kernel': step['kernel'],
            'precision': step['precision'], 'us': step['us'], 'gops': gops,
            'of_peak': gops / peak,
            'lost_us': step['us'] - 2e-3 * step['macs'] / peak})
    return sorted(found, key=lambda one: (-one['lost_us'], one['step']))


def rest(steps):
    """{kernel: us} of the steps without products, the longest first."""
    taken = {}
    for step in steps:
        if not step['macs']:
            taken[step['kernel']] = taken.get(step['kernel'], 0) + step['us']
    return dict(sorted(taken.items(), key=lambda one: (-one[1], one[0])))


def profile(runs, hardware, shapes):
    """All of it, as JSON, of some runs of `octet bench --layers`.

    shapes: {step: words}, see shapes.py.
    """
    steps = fastest_of(runs)
    return {'sum_over_run': sum_over_run(runs),
            'layers_ms': sum(step['us'] for step in steps) / 1e3,
            'products': of_peak(steps, hardware, shapes),
            'rest_us': rest(steps)}
