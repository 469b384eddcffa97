"""Cases whose searched engine misses a line: what else could be had, and how
much of the miss is chance."""
import json

from . import cases

NAME = 'frontier'
INTRODUCTION = '''## Where a line is missed

For each case above that is below its peer or float: engines of the same model
from all INT8 to float, by rule of ranges and by how many of the nodes that gain
most (`octet sensitivity`) are kept in 16 bits (`--keep NODE=fp16`).

- to float: the difference to the float engine with its 95 % interval, as
  `octet eval ENGINE FLOAT` says it: over pairs of answers (Agresti and Min), or
  pictures drawn with replacement. Won and lost: answers that only this engine,
  only the float engine has right.
- ms: one thread, in a run of its own.

An interval that holds 0 says that the evaluation samples do not tell the engine
from float. Where all of a case's do, the line is missed by chance: another rule,
another draw of the same quality, lies on its other side.
'''
RULES = ('mse', 'auto', 'minmax', 'entropy')
KEPT = (4, 16, 48)


def is_case(name, case):
    return cases.is_vision(case)


def ranking(name, case):
    calib = case['data']['calib']
    folder = cases.DATA / name
    result = cases.octet(
        'sensitivity', folder / case['model'], '--calib',
        folder / calib.get('images_npy', calib.get('images_dir')),
        '--preprocess', folder / 'case.json', '--top', max(KEPT))
    nodes = [n for n in result['nodes'] if 'gain' in n]
    nodes.sort(key=lambda n: -n['gain']['mean'])
    return [n['node'] for n in nodes]


def plans(name, case):
    """(what, options of build), the fastest first."""
    found = [(f'INT8, {rule}', ['--method', rule]) for rule in RULES]
    nodes = ranking(name, case)
    for count in KEPT:
        if count < len(nodes):
            keep = [x for node in nodes[:count]
                    for x in ('--keep', f'{node}=fp16')]
            found.append((f'INT8, mse, {count} nodes FP16', keep))
    return [*found, ('BF16', ['--precision', 'bf16']),
            ('FP16', ['--precision', 'fp16'])]


def measure_case(name):
    searched = cases.WORK / f'searched.{name}.json'
    if not searched.exists() or not any(
            row['faults'] for row in json.loads(searched.read_text())):
        return []
    case = cases.read_case(name)
    float_engine = cases.float_engine(name, case)
    row = {'case': name, 'float': cases.float_value(case, case['model']),
           'peer': cases.best(cases.peers(case, 'peer_int8', cases.PEERS)),
           'engines': [], 'faults': []}
    engine = cases.WORK / f'{name}.frontier.octet'
    for what, options in plans(name, case):
        built = cases.build(name, case, case['model'], engine, '--no-verdict',
                            '--no-timing', *options)
        one = cases.against(name, engine, float_engine)
        one |= {'what': what, 'share': built['int8_mac_share'],
                'ms': cases.milliseconds(engine)}
        row['engines'].append(one)
        print(f"{name} {what}: {one['value']} {one['difference']}", flush=True)
    return [row]


def cells(one):
    difference = one['difference']
    return [one['what'], cases.number(one['value']),
            cases.difference(difference),
            f"{difference['won']} / {difference['lost']}"
            if 'won' in difference else '-',
            f"{100 * one['share']:.1f} %", f"{one['ms']:.2f}"]


def table(rows):
    text = ''
    for row in rows:
        text += (f"\n**{row['case']}**: float {cases.number(row['float'])}, "
                 f"peer {cases.number(row['peer'])}\n\n")
        text += cases.markdown(
            ['engine', 'value', 'to float', 'won / lost', 'MACs in INT8', 'ms'],
            [cells(one) for one in row['engines']])
    return text.lstrip('\n')
