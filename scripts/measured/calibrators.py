"""The detection cases with each way to choose ranges."""
from . import cases

NAME = 'calibrators'
INTRODUCTION = '''## Calibrators

    octet build MODEL --calib SAMPLES --preprocess case.json --method METHOD

The metric on the evaluation data, and the best of the others less `auto` with
its 95 % interval over pictures drawn with replacement. Engines of one model that
were built in different ways scatter by about 0.004 besides (docs/designs/0003):
less than twice that counts as noise, and so does what a method scores above the
float model, for no engine is closer to that than itself. `auto` chooses by the
ratio of signal to noise on the calibration samples.
'''
# `auto` last: what the others are compared with.
METHODS = ('mse', 'minmax', 'mean-minmax', 'entropy', 'percentile', 'auto')
# Two engines of one model differ by so much by chance.
NOISE = 0.008


def is_case(name, case):
    return cases.is_vision(case) and case['task'] == 'detection'


def measure_case(name):
    case = cases.read_case(name)
    row = {'case': name, 'float': cases.float_value(case, case['model']),
           'faults': []}
    engines = [cases.WORK / f'{name}.{method}.octet' for method in METHODS]
    for method, engine in zip(METHODS, engines):
        cases.build(name, case, case['model'], engine, '--method', method,
                    '--no-verdict', '--no-timing')
    found = dict(zip(METHODS, cases.evaluate(name, *engines)))
    for method, one in found.items():
        row[method] = one['value']
        print(f'{name} {method}: {row[method]} of {row["float"]}', flush=True)
        better = min(row[method], row['float']) - found['auto']['value']
        if better > NOISE:
            row['faults'].append(f'{method} is {better:.4f} better')
    del found['auto']
    row['best'] = max((one['difference'] for one in found.values()),
                      key=lambda difference: difference['value'])
    return [row]


def table(rows):
    return cases.markdown(
        ['case', 'float', *METHODS, 'best less auto',
         'auto within noise of the best'],
        [[row['case'], cases.number(row['float']),
          *[cases.number(row[m]) for m in METHODS],
          cases.difference(row['best']),
          'no: ' + ', '.join(row['faults']) if row['faults'] else 'yes']
         for row in rows])
