"""A run of bench/compare, network by network, and the report of it."""
from importlib import metadata
import os
from pathlib import Path
import tempfile
import time

import onnx

from . import answers, engines, field, layers, networks, rounds, shapes
from .contender import Refused, start_all
from .rows import rows

FLAGS = ('avx2', 'fma', 'avx_vnni', 'avx512f', 'avx512_vnni', 'avx512_bf16',
         'amx_int8', 'amx_bf16')


def instruction_sets():
    info = Path('/proc/cpuinfo').read_text().split()
    return [flag for flag in FLAGS if flag in info]


def versions():
    found = {}
    for package in ('onnxruntime', 'openvino', 'nncf'):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            pass
    return found


def verdict(name, contender, references, shapes):
    """(error, whether it agrees), or why there are no answers."""
    kind = name.split()[1]
    precision = kind if kind in answers.MOST else 'int8'
    try:
        found = contender.outputs(shapes)
    except Refused as reason:
        return str(reason)
    # octet reads the u8s8 file; what a tool quantized itself is held against
    # the float network.
    wanted = references.get('u8s8' if kind == 'qdq' else kind,
                            references['float'])
    error = answers.error(precision, found, wanted)
    return error, answers.agrees(precision, error)


def verdicts_of(network, feed, contenders):
    """{contender: verdict}."""
    references = {kind: answers.reference(path, feed) for kind, path
                  in {'float': network.float_model, **network.qdq}.items()}
    shapes = [output.shape for output in references['float']]
    return {name: verdict(name, contender, references, shapes)
            for name, contender in contenders.items()}


def may_be_timed(name, verdict):
    """A peer is what a user would have instead, whatever it answers."""
    return not isinstance(verdict, str) and (
        verdict[1] or not name.startswith('octet '))


class Run:
    """Measures and keeps what was measured."""

    def __init__(self, options, say):
        self.options, self.say = options, say
        self.slots = self.quiet_slots = 0
        self.report = {
            'date': time.strftime('%Y-%m-%d'), 'versions': versions(),
            'cores': len(os.sched_getaffinity(0)), 'hardware': None,
            'instruction_sets': instruction_sets(), 'rounds': options.rounds,
            'slot_ms': options.slot_ms,
            'cpu_time': options.cpu_time, 'quiet_share': 0.0, 'rows': [],
            'memory': [], 'layers': {}}

    def network(self, network):
        for threads in self.options.threads:
            with rounds.pinned(threads) as cpus:
                self.times(network, threads, cpus)
        if self.options.layers and network.batch == 1:
            with rounds.pinned(1):
                self.layers(network)

    def times(self, network, threads, cpus):
        options = self.options
        ours, refused = field.octet_commands(network, threads,
                                             options.precision)
        commands = ours | field.peer_commands(
            network, threads, options.precision, options.own_quantization)
        feed = networks.inputs(network)
        with tempfile.TemporaryDirectory() as folder:
            networks.write_inputs(feed, f'{folder}/in')
            contenders, more, closing = start_all(
                commands, f'{folder}/in', self.clock(threads))
            with closing:
                verdicts = verdicts_of(network, feed, contenders)
                timed = {name: one for name, one in contenders.items()
                         if may_be_timed(name, verdicts[name])}
                times = rounds.measure(timed, cpus, options.rounds,
                                       options.slot_ms / 1e3,
                                       options.patience)
                self.keep_memory(network, threads, timed)
        self.keep_peaks()
        self.keep(network, threads, times, verdicts | refused | more)

    def clock(self, threads):
        """Threads wait for each other, which takes no time of the processor."""
        return 'cpu' if self.options.cpu_time and threads == 1 else 'run'

    def keep_peaks(self):
        self.report['hardware'] = engines.best_peaks(
            self.report['hardware'], engines.hardware())

    def keep_memory(self, network, threads, contenders):
        for name, one in contenders.items():
            row = {'network': network.label, 'contender': name,
                   'threads': threads, 'peak_mb': one.peak_mb(), **one.loaded}
            # After the peak was read, since it takes memory itself.
            if name.startswith('octet '):
                row['live_bytes'] = int(one.ask('live'))
            self.report['memory'].append(row)

    def keep(self, network, threads, times, verdicts):
        for match in field.matches(self.options.precision):
            for row in rows(match, network, threads, times, verdicts,
                            self.report['hardware']):
                self.report['rows'].append(row)
                self.say(row)
        for by_place in times.values():
            self.slots += by_place['any']['slots']
            self.quiet_slots += by_place['any']['quiet_slots']
        self.report['quiet_share'] = self.quiet_slots / max(self.slots, 1)

    def layers(self, network):
        path = engines.engine(network, 'own')
        if path:
            runs = engines.timed_layers(path, 1, self.options.slot_ms / 1e3)
            self.report['layers'][network.name] = layers.profile(
                runs, self.report['hardware'],
                shapes.descriptions(onnx.load(network.float_model)))
