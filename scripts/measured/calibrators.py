"""The detection cases with each way to choose ranges."""
from . import cases

NAME = 'calibrators'
INTRODUCTION = '''## Calibrators

    octet build MODEL --calib SAMPLES --preprocess case.json --method METHOD

The metric on the evaluation data. Engines of one model that were built in
different ways scatter by about 0.004 (docs/designs/0003); less than twice that
counts as noise. `auto` chooses by the ratio of signal to noise on the
calibration samples.
'''
METHODS = ('auto', 'mse', 'minmax', 'mean-minmax', 'entropy', 'percentile')
# Two engines of one model differ by so much by chance.
NOISE = 0.008


def is_case(case):
    return case['task'] == 'detection'


def measure_case(name):
    case = cases.read_case(name)
    row = {'case': name, 'float': cases.float_value(case, case['model'])}
    engine = cases.WORK / f'{name}.method.octet'
    for method in METHODS:
        cases.build(name, case, case['model'], engine, '--method', method,
                    '--no-verdict', '--no-timing')
        row[method] = cases.metric(name, engine)
        print(f'{name} {method}: {row[method]} of {row["float"]}', flush=True)
    best = max(row[m] for m in METHODS)
    row['faults'] = [] if row['auto'] >= best - NOISE else [
        f'auto is {best - row["auto"]:.4f} below the best']
    return [row]


def table(rows):
    return cases.markdown(
        ['case', 'float', *METHODS, 'auto within noise of the best'],
        [[row['case'], cases.number(row['float']),
          *[cases.number(row[m]) for m in METHODS],
          'no: ' + row['faults'][0] if row['faults'] else 'yes']
         for row in rows])
