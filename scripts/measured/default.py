"""Every case with default settings."""
import resource
import time
from pathlib import Path

from . import cases

NAME = 'default'
INTRODUCTION = '''## Default settings

    octet build MODEL --calib SAMPLES --preprocess case.json -o ENGINE

- float: as measured with ONNX Runtime for the case; FP32: octet's float engine.
- INT8: octet's default engine; to float: its difference to the FP32 engine with
  the 95 % interval over pairs of samples (`octet eval ENGINE FP32`).
- ORT: the best of ONNX Runtime's calibrators MinMax, Entropy and Percentile,
  over the whole graph / over Conv, MatMul and Gemm only. For a model that is
  quantized already (QDQ): the model as ONNX Runtime executes it.
- NNCF: the best of its presets.
- MACs: the share of multiply-accumulates that INT8 kernels do.
- Build: seconds from model and samples to the engine and its verdict, and
  processor seconds of the same.
- Met: FP32 within 0.002 of float; INT8 at least the smaller of float and ORT
  (whole graph), and no more than 0.02 (detection) or 0.01 (classification)
  below float; PicoDet at least 0.25 instead.
'''
CALIBRATORS = ('MinMax', 'Entropy', 'Percentile')

# What the default settings have to reach: points below float, or a value.
MOST_LOSS = {'detection': 0.02, 'classification': 0.01}
LEAST = {'det-picodet-s': 0.25}
# A float engine computes what the model says: how far its metric may be off.
FLOAT_TOLERANCE = 0.002


def is_case(name, case):
    return cases.is_vision(case)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def faults(row):
    """The rules that a row does not meet."""
    found = []
    if row['fp32'] is not None and \
            abs(row['fp32'] - row['float']) > FLOAT_TOLERANCE + 1e-9:
        found.append('FP32 is not float')
    peers = [v for v in (row['ort'], row['float']) if v is not None]
    if row['int8'] < min(peers):
        found.append('below ORT' if row['ort'] else 'below float')
    least = LEAST.get(row['case'], row['float'] - MOST_LOSS[row['task']])
    if row['int8'] < least - 1e-9:
        found.append(f'below {least:.4f}')
    return found


def measure_model(name, case, model, quantized):
    metric = case['metric']['name']
    engine = cases.WORK / f'{name}.{Path(model).stem}.octet'
    began, cpu = time.monotonic(), cpu_seconds()
    verdict = cases.build(name, case, model, engine)
    row = {'seconds': time.monotonic() - began,
           'cpu_seconds': cpu_seconds() - cpu}
    if quantized:
        [int8], fp32 = cases.evaluate(name, engine), {'value': None}
    else:
        int8, fp32 = cases.evaluate(name, engine, cases.float_engine(name, case))
    qdq = case.get('qdq_metric', {}).get(model, {}).get(metric)
    row |= {
        'case': name, 'model': model, 'task': case['task'], 'metric': metric,
        'float': cases.float_value(case, model),
        'fp32': fp32['value'], 'int8': int8['value'],
        'difference': int8['difference'],
        'ort': qdq if quantized else
               cases.best(cases.peers(case, 'peer_int8', CALIBRATORS)),
        'ort_conv_only': None if quantized else
                cases.best(
                    cases.peers(case, 'peer_int8_conv_only', CALIBRATORS)),
        'nncf': None if quantized else case.get('peer_int8', {}).get('nncf'),
        'int8_mac_share': verdict['int8_mac_share'],
    }
    row['faults'] = faults(row)
    return row


def measure_case(name):
    case = cases.read_case(name)
    stored = case.get('qdq_metric', {})
    rows = []
    for model in dict.fromkeys([case['model'], *stored]):
        try:
            row = measure_model(name, case, model, model in stored)
        except RuntimeError as error:
            row = {'case': name, 'model': model, 'faults': [str(error)]}
        print(f"{name} {model}: {row.get('int8')} of {row.get('float')}"
              f"  {', '.join(row['faults']) or 'met'}", flush=True)
        rows.append(row)
    return rows


def cells(row, name):
    met = 'yes' if not row['faults'] else 'no: ' + ', '.join(row['faults'])
    if 'int8' not in row:
        return [name, *[''] * 9, met]
    ort = cases.number(row['ort'])
    if row['ort_conv_only'] is not None:
        ort += ' / ' + cases.number(row['ort_conv_only'])
    return [name, row['metric'], cases.number(row['float']),
            cases.number(row['fp32']), cases.number(row['int8']),
            cases.difference(row['difference']) if row['difference'] else '-',
            ort,
            cases.number(row['nncf']), f"{100 * row['int8_mac_share']:.1f} %",
            f"{row['seconds']:.0f} ({row['cpu_seconds']:.0f} CPU)", met]


def table(rows):
    def title(row):
        name = row['case']
        alone = sum(other['case'] == name for other in rows) == 1
        return name if alone else f"{name} {row['model']}"
    return cases.markdown(
        ['case', 'metric', 'float', 'FP32', 'INT8', 'to float', 'ORT', 'NNCF',
         'MACs', 'build, s', 'met'], [cells(row, title(row)) for row in rows])
