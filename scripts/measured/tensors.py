"""Models of sound, text, ratings and series, by default and searched."""
import time

from . import cases

NAME = 'tensors'
INTRODUCTION = '''## Sound, text, ratings, series

    octet build MODEL --calib SAMPLES -o ENGINE
    octet build MODEL --calib SAMPLES -o ENGINE --max-drop 0.5% [--eval-data ...]

Keyword spotting (kws), likeness of sentences (a BERT-like encoder), recommending
and forecasting (mse: lower is better): samples are arrays, and metrics other than
top1 are computed by the script from what `octet run` gives.

- float: as measured with ONNX Runtime for the case; FP32: octet's float engine.
- to float: the difference to the FP32 engine with its 95 % interval over samples
  drawn with replacement.
- searched: without labels / with them, where the command knows the metric.
- Without labels a search of tensors goes by the share of the outputs' power that
  is not noise (docs/designs/0004).
- ORT: the best of ONNX Runtime's static calibrators / dynamic. NNCF: the best of
  its presets and its accuracy control.
- MACs: the share of multiply-accumulates in INT8, by default, searched.
- ms: INT8, FP32; one thread.
- Met: FP32 within 0.002 of float; INT8, and what was searched, at least the
  smaller of float and the best peer, or not told from the FP32 engine by the
  samples (the interval holds 0); searched with at least 90 % in INT8.
'''
STATIC = ('MinMax', 'Entropy', 'Percentile')
NNCF = ('nncf', 'nncf_accuracy_control')
# Without numpy, which only measuring needs.
LOWER_IS_BETTER = ('mse',)
FLOAT_TOLERANCE, LEAST_SHARE = 0.002, 0.9


def is_case(name, case):
    return name in ('forecast-ttm', 'kws-dscnn', 'kws-kwt1', 'recsys-ncf',
                    'text-minilm')


def best(case, metric, names):
    """Of the peer's values that were measured."""
    values = [case['peer_int8'][n][metric] for n in names
              if n in case['peer_int8']]
    if not values:
        return None
    return min(values) if metric in LOWER_IS_BETTER else max(values)


def faults(row, one):
    """Of one engine."""
    sign = -1 if row['metric'] in LOWER_IS_BETTER else 1
    peers = [p for p in (row['static'], row['dynamic'], row['nncf'])
             if p is not None]
    wanted = min(sign * row['float'], max(sign * p for p in peers))
    found = []
    worse = one['difference']['high'] < 0 if sign > 0 else \
        one['difference']['low'] > 0
    if sign * round(one['value'], 4) < wanted and worse:
        found.append('below peer and float')
    if 'seconds' in one and one['share'] < LEAST_SHARE:
        found.append(f"{100 * one['share']:.0f} % in INT8")
    return found


def measure_case(name):
    try:
        from . import arrays  # needs numpy, the tables do not
    except ImportError as error:
        raise SystemExit(f'{error}: scripts/python has it; run '
                         'scripts/python scripts/accuracy ...') from error
    case = cases.read_case(name)
    recipe = arrays.RECIPES[name]
    model = cases.DATA / name / case['model']
    calib = arrays.calibration_path(name)

    def build(kind, *options):
        engine = cases.WORK / f'{name}.{kind}.octet'
        return engine, cases.octet('build', model, *recipe.options, '-o',
                                   engine, *options)

    fp32, _ = build('float', '--precision', 'fp32', '--no-verdict')
    row = {'case': name, 'metric': recipe.metric,
           'float': case['float_metric'][recipe.metric],
           'static': best(case, recipe.metric, STATIC),
           'dynamic': best(case, recipe.metric, ('dynamic',)),
           'nncf': best(case, recipe.metric, NNCF)}
    int8, built = build('int8', '--calib', calib, '--no-timing')
    engines = {'int8': int8}
    found = {'int8': {'share': built['int8_mac_share']}}
    labels = arrays.labelled(name, calib)
    for kind, options in {'searched': [], 'labelled': labels}.items():
        if kind == 'labelled' and not labels:
            continue
        began = time.monotonic()
        engines[kind], built = build(kind, '--calib', calib, '--no-timing',
                                     '--max-drop', '0.5%', *options)
        found[kind] = {'share': built['search']['chosen']['int8_mac_share'],
                       'seconds': time.monotonic() - began}
    *rows, whole = arrays.compare(name, [*engines.values(), fp32])
    row['fp32'] = whole['value']
    row['ms'] = [cases.milliseconds(engine) for engine in (int8, fp32)]
    row['faults'] = []
    if abs(row['fp32'] - row['float']) > FLOAT_TOLERANCE:
        row['faults'].append('FP32 is not float')
    for kind, measured in zip(engines, rows):
        row[kind] = found[kind] | measured
        row[kind]['faults'] = faults(row, row[kind])
        row['faults'] += [f'{kind} {fault}' for fault in row[kind]['faults']]
    print(f"{name}: {row['int8']['value']:.4f} of {row['float']}"
          f"  {', '.join(row['faults']) or 'met'}", flush=True)
    return [row]


def cells(row):
    int8, searched = row['int8'], row['searched']
    labelled = row.get('labelled')

    def both(text):
        return ' / '.join(text(one) for one in (searched, labelled) if one)
    return [row['case'], row['metric'], cases.number(row['float']),
            cases.number(row['fp32']), cases.number(int8['value']),
            cases.difference(int8['difference']),
            both(lambda one: cases.number(one['value'])),
            both(lambda one: cases.difference(one['difference'])),
            f"{cases.number(row['static'])} / {cases.number(row['dynamic'])}",
            cases.number(row['nncf']),
            f"{100 * int8['share']:.1f}, " +
            both(lambda one: f"{100 * one['share']:.1f}") + ' %',
            f"{row['ms'][0]:.2f}, {row['ms'][1]:.2f}",
            both(lambda one: f"{one['seconds']:.0f}"),
            'no: ' + ', '.join(row['faults']) if row['faults'] else 'yes']


def table(rows):
    return cases.markdown(
        ['case', 'metric', 'float', 'FP32', 'INT8', 'to float', 'searched',
         'to float', 'ORT', 'NNCF', 'MACs', 'ms', 'search, s', 'met'],
        [cells(row) for row in rows])
