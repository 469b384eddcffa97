"""bench/RESULTS.md: what a run of bench/compare came to, in tables."""
from pathlib import Path

from .places import ROOT

FILE = ROOT / 'bench/RESULTS.md'
FINDINGS = ROOT / 'bench/findings.md'
WORST = 10
CPU_TIME = (
    '- **one thread is timed by the processor, not by the clock**: what others '
    'did in between does not count, but their use of caches and memory does',)
TITLES = {('int8', 'own'): 'INT8, each by its own quantization',
          ('int8', 'qdq'): 'INT8, from the same QDQ file',
          ('fp32', 'float'): 'FP32', ('bf16', 'float'): 'BF16'}
RULES = '''\
Times are medians over slots, in milliseconds; `bench/compare` says how they are
taken. The ratio is that to the faster peer: above 1 octet is faster. The floor
is twice the multiply-accumulates over the peak of the product instruction times
the threads. Spread is how far apart the slots' medians are, of octet / of the
faster peer. The error of octet's answers is against ONNX Runtime without
optimizations: in FP32 the largest, over the largest magnitude; else in L2 norm
(INT8 of a QDQ file against that file; own quantization against the float
network, whose weights are random, so that it says nothing about accuracy).
`min` is the ratio of the least times, which the rest of the machine's work
moves less.
'''


def markdown(heads, rows):
    lines = ['| ' + ' | '.join(heads) + ' |', '|---' * len(heads) + '|']
    lines += ['| ' + ' | '.join(row) + ' |' for row in rows]
    return '\n'.join(lines) + '\n'


def ms(value):
    return '-' if value is None else f'{value:.2f}'


def times(value):
    return '-' if value is None else f'{value:.2f}×'


def percent(value):
    return '-' if value is None else f'{100 * value:.0f} %'


def quietness(row):
    return f"{row['quiet_slots']} of {row['slots']}"


def cells(row, peers):
    threads = str(row['threads'])
    if row.get('place') not in (None, 'alone'):
        threads += f" {row['place']}"
    begin = [row['network'], threads, str(row['batch'])]
    if row['octet_ms'] is None:
        return begin + [row['refused']] + ['-'] * (len(peers) + 7)
    least = min(row['peers_min_ms'].values(), default=None)
    return begin + [
        ms(row['octet_ms']), *(ms(row['peers'].get(peer)) for peer in peers),
        times(row['ratio']),
        times(least and least / row['octet_min_ms']), ms(row['floor_ms']),
        percent(row['floor_ms'] and row['floor_ms'] / row['octet_ms']),
        f"{percent(row['spread'])} / {percent(row['peer_spread'])}",
        quietness(row), f"{row['error']:.1e}"]


def table(rows):
    """The rows of one precision and source."""
    peers = sorted({peer for row in rows for peer in row['peers']})
    heads = ['network', 'threads', 'batch', 'octet', *peers, 'ratio', 'min',
             'floor', 'of floor', 'spread', 'quiet', 'error']
    return markdown(heads, [cells(row, peers) for row in rows])


def machine_text(report):
    peaks = report['hardware']
    versions = ', '.join(f'{name} {version}' for name, version
                         in sorted(report['versions'].items()))
    lines = [f"- {report['date']}, {peaks['cpu']}, kernels of level "
             f"{peaks['level']}, {report['cores']} cores; "
             f"instruction sets: {', '.join(report['instruction_sets'])}",
             f'- {versions}',
             f"- peaks of one core in the same run: int8 "
             f"{peaks['int8_gops']:.0f} GOP/s, fp32 "
             f"{peaks['f32_gflops']:.0f} GFLOP/s, bf16 "
             + (f"{peaks['bf16_gflops']:.0f} GFLOP/s"
                if peaks['bf16_gflops'] else 'none'),
             *(CPU_TIME if report['cpu_time'] else ()),
             f"- {report['rounds']} rounds of {report['slot_ms']:.0f} ms; "
             f"{percent(report['quiet_share'])} of the slots passed the quiet "
             f"gate" + ('' if report['quiet_share'] > 0.9 else ': the machine '
                        'was loaded by others')]
    return '\n'.join(lines) + '\n'


def memory_table(report):
    rows = [[one['network'], one['contender'], str(one['threads']),
             f"{one['load_ms']:.1f}", f"{one['peak_mb']:.0f}",
             mib(one, 'weight_bytes'), mib(one, 'live_bytes'),
             mib(one, 'arena_bytes'), mib(one, 'scratch_bytes'),
             over_live(one)] for one in report['memory']
            if one['threads'] == report['memory'][0]['threads']]
    return markdown(['network', 'contender', 'threads', 'load ms',
                     'process MiB at most', 'weights MiB', 'live set MiB',
                     'arena MiB', 'scratch beyond MiB', 'over live set'], rows)


def mib(one, key):
    return f'{one[key] / 2**20:.2f}' if key in one else '-'


def over_live(one):
    """What a session takes besides weights, over its largest live set."""
    if not one.get('live_bytes'):
        return '-'
    taken = one['arena_bytes'] + one['scratch_bytes']
    return f"{100 * (taken / one['live_bytes'] - 1):+.1f} %"


def layer_rows(products):
    return [[one['step'], one['shape'], one['kernel'], f"{one['us']:.1f}",
             f"{one['gops']:.0f}", percent(one['of_peak']),
             f"{one['lost_us']:.1f}"] for one in products]


LAYER_HEADS = ['step', 'shape', 'kernel', 'us', 'GOP/s', 'of peak', 'us lost']


def layers_text(name, profile):
    products = profile['products']
    rest = ', '.join(f'{kernel} {us:.0f}' for kernel, us
                     in list(profile['rest_us'].items())[:WORST])
    text = [f'### {name}\n',
            f"The steps sum to {100 * profile['sum_over_run']:+.1f} % of the "
            f"time of the runs that they were timed in; "
            f"{profile['layers_ms']:.2f} ms by the least of each. Without "
            f"products, in us: {rest or 'none'}.\n",
            f'The {min(WORST, len(products))} that lose most:\n',
            markdown(LAYER_HEADS, layer_rows(products[:WORST]))]
    if len(products) > WORST:
        text += ['The others:\n',
                 markdown(LAYER_HEADS, layer_rows(products[WORST:]))]
    return '\n'.join(text)


def page(report, findings=''):
    """The whole text; `findings` is what people make of it."""
    parts = ['# Measured against peers\n',
             'Written by `bench/compare --results`.\n', machine_text(report),
             RULES]
    for key, title in TITLES.items():
        rows = [row for row in report['rows']
                if (row['precision'], row['source']) == key]
        if rows:
            parts += [f'## {title}\n', table(rows)]
    if findings:
        parts.append(findings)
    if report['memory']:
        parts += ['## Load time and memory\n', memory_table(report)]
    if report['layers']:
        parts.append('## Products against the peak, one thread, own '
                     'quantization\n')
        parts += [layers_text(name, profile)
                  for name, profile in report['layers'].items()]
    return '\n'.join(parts)


def write(report, path=FILE):
    findings = FINDINGS.read_text() if FINDINGS.exists() else ''
    Path(path).write_text(page(report, findings))
