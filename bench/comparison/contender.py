"""A process that runs one model in one engine and is timed inside itself.

octet_bench_slots and peer_process.py obey the same lines; see slots.cc.
"""
from contextlib import ExitStack
import json
from pathlib import Path
import subprocess
import tempfile

import numpy as np


class Refused(Exception):
    """An engine does not take a model, or fails; says why."""


class Contender:
    """Started and loaded by the constructor, ended by close().

    clock: 'run' is timed by the clock on the wall, 'cpu' by the processor time
           of the process.
    """

    def __init__(self, name, command, clock='run'):
        self.name, self.clock = name, clock
        self.errors = tempfile.TemporaryFile(mode='w+')
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, text=True)
        try:
            self.loaded = json.loads(self._answer())
        except Refused:
            self.close()
            raise

    def _answer(self):
        line = self.process.stdout.readline().strip()
        if line.startswith('error '):
            raise Refused(line.removeprefix('error '))
        if not line:
            self.process.wait()
            self.errors.seek(0)
            said = self.errors.read().strip().splitlines()
            raise Refused(said[-1] if said else
                          f'ended with status {self.process.returncode}')
        return line

    def ask(self, line):
        try:
            self.process.stdin.write(line + '\n')
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the answer says why
        return self._answer()

    def set_inputs(self, prefix):
        self.ask(f'inputs {prefix}')

    def outputs(self, shapes):
        """One run's outputs as f32 arrays, in the model's order."""
        with tempfile.TemporaryDirectory() as folder:
            self.ask(f'outputs {folder}/out')
            return [np.fromfile(f'{folder}/out.{index}', np.float32)
                    .reshape(shape) for index, shape in enumerate(shapes)]

    def slot(self, seconds):
        """Times in seconds of consecutive runs."""
        return [float(ms) / 1e3 for ms in
                self.ask(f'{self.clock} {seconds}').split()]

    def peak_mb(self):
        """The most memory that the process has had."""
        status = Path(f'/proc/{self.process.pid}/status').read_text()
        for line in status.splitlines():
            if line.startswith('VmHWM'):
                return int(line.split()[1]) / 1024
        return 0.0

    def close(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()


def start_all(commands, prefix, clock='run'):
    """Starts {name: command}, each with the inputs of files PREFIX.i.

    Returns {name: Contender} of those that run, {name: reason} of the rest,
    and what closes them: a context manager.
    """
    started, refused, stack = {}, {}, ExitStack()
    for name, command in commands.items():
        try:
            contender = Contender(name, command, clock)
        except Refused as reason:
            refused[name] = str(reason)
            continue
        stack.callback(contender.close)
        try:
            contender.set_inputs(prefix)
            started[name] = contender
        except Refused as reason:
            refused[name] = str(reason)
    return started, refused, stack
