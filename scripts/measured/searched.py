"""Every case searched under an accuracy budget."""
import time

from . import cases

NAME = 'searched'
INTRODUCTION = '''## Searched

    octet build ... --max-drop 0.5% --time-budget 5m
    octet build ... --max-drop 0.5% --time-budget 5m --eval-data LABELLED

Without labels the drop is what the float model's own scores let expect
(docs/designs/0004), on half of the calibration samples; with them it is that of
the metric on the labelled calibration samples. A plan meets the budget unless it
is shown to lose more; where it is not shown to lose no more either, up to 5 % of
its time is spent on that (`--spare`). Both see calibration samples only; the
figures are of the evaluation samples.

- peer: the best of ONNX Runtime's calibrators and NNCF, with and without its
  accuracy control.
- MACs: the share of multiply-accumulates in INT8, without and with labels.
- ms: all INT8, searched without and with labels, FP32; one thread.
- s: seconds of the two builds.
- to float: the difference of each build to octet's float engine, with its 95 %
  interval over pairs of samples (`octet eval ENGINE FLOAT`).
- Met: within 0.005 of that engine or no more below it than the interval, at least
  90 % of the arithmetic in INT8, and at least the smaller of peer and float.
'''
MOST_DROP, LEAST_SHARE = 0.005, 0.9


def is_case(name, case):
    return cases.is_vision(case)


def search(name, case, engine, float_engine, labelled):
    options = ['--max-drop', '0.5%', '--time-budget', '5m', '--no-timing']
    if labelled:
        options += ['--eval-data', cases.DATA / name / 'case.json',
                    '--eval-split', 'calib']
    began = time.monotonic()
    result = cases.build(name, case, case['model'], engine, *options)['search']
    seconds = time.monotonic() - began
    return cases.against(name, engine, float_engine) | {
            'seconds': seconds,
            'ms': result['chosen']['latency_ms'],
            'share': result['chosen']['int8_mac_share'],
            'meets': result['meets_drop'], 'fell_back': result['fell_back'],
            'int8_ms': result['all_int8']['latency_ms'],
            'fp32_ms': result['float']['latency_ms']}


def faults(one, row):
    """Of one of a case's builds."""
    found = []
    difference = one['difference']
    if difference['value'] < -MOST_DROP and difference['high'] < 0:
        found.append(f"{-difference['value']:.4f} below float")
    if one['share'] < LEAST_SHARE:
        found.append(f"{100 * one['share']:.0f} % in INT8")
    if row['peer'] is not None and one['value'] < min(row['peer'], row['float']):
        found.append('below peer')
    return found


def measure_case(name):
    case = cases.read_case(name)
    if case['model'] in case.get('qdq_metric', {}):
        return []  # quantized by its makers: nothing is left to search
    engine = cases.WORK / f'{name}.searched.octet'
    row = {'case': name, 'metric': case['metric']['name'],
           'float': cases.float_value(case, case['model']),
           'peer': cases.best(cases.peers(case, 'peer_int8', cases.PEERS))}
    float_engine = cases.float_engine(name, case)
    for labelled, key in ((False, 'unlabelled'), (True, 'labelled')):
        row[key] = search(name, case, engine, float_engine, labelled)
        print(f"{name} {key}: {row[key]['value']} of {row['float']}, "
              f"{row[key]['ms']:.1f} ms", flush=True)
        row[key]['faults'] = faults(row[key], row)
    row['faults'] = row['unlabelled']['faults'] + row['labelled']['faults']
    return [row]


def verdict(found):
    return 'no: ' + ', '.join(found) if found else 'yes'


def cells(row):
    one, two = row['unlabelled'], row['labelled']
    return [row['case'], cases.number(row['float']), cases.number(row['peer']),
            cases.number(one['value']), cases.difference(one['difference']),
            verdict(one['faults']),
            cases.number(two['value']), cases.difference(two['difference']),
            verdict(two['faults']),
            f"{100 * one['share']:.1f} / {100 * two['share']:.1f} %",
            f"{one['int8_ms']:.2f}, {one['ms']:.2f} / {two['ms']:.2f}, "
            f"{one['fp32_ms']:.2f}",
            f"{one['seconds']:.0f} / {two['seconds']:.0f}"]


def table(rows):
    return cases.markdown(
        ['case', 'float', 'peer', 'searched', 'to float', 'met', 'with labels',
         'to float', 'met', 'MACs', 'ms', 's'], [cells(row) for row in rows])
