"""A peer as a contender: peer_process.py ENGINE MODEL THREADS [PRECISION].

ENGINE is onnxruntime or openvino, set up as in peers.py; PRECISION is that of
OpenVINO (f32, bf16; its default otherwise). Obeys the lines that slots.cc does.
"""
import json
import sys
import time

import numpy as np

WARM_UPS, LEAST_RUNS = 2, 3
CLOCKS = {'run': time.perf_counter, 'cpu': time.process_time}


class OnnxRuntime:
    def __init__(self, path, threads, precision=None):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.runtime = onnxruntime
        self.session = onnxruntime.InferenceSession(
            path, options, providers=['CPUExecutionProvider'])
        self.binding = self.session.io_binding()
        self.shapes = [(i.name, i.shape, np.int64 if 'int64' in i.type
                        else np.float32) for i in self.session.get_inputs()]
        self.bound = []
        for output in self.session.get_outputs():
            self.binding.bind_output(output.name)

    def bind(self, arrays):
        self.bound = [self.runtime.OrtValue.ortvalue_from_numpy(array)
                      for array in arrays]
        for (name, _, _), value in zip(self.shapes, self.bound):
            self.binding.bind_ortvalue_input(name, value)

    def write(self, index, array):
        self.bound[index].update_inplace(array)

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def outputs(self):
        return self.binding.copy_outputs_to_cpu()


class OpenVino:
    def __init__(self, path, threads, precision=None):
        import openvino
        config = {'PERFORMANCE_HINT': 'LATENCY', 'NUM_STREAMS': 1,
                  'INFERENCE_NUM_THREADS': threads}
        if precision:
            config['INFERENCE_PRECISION_HINT'] = precision
        core = openvino.Core()
        compiled = core.compile_model(core.read_model(path), 'CPU', config)
        self.runtime = openvino
        self.compiled = compiled
        self.request = compiled.create_infer_request()
        self.shapes = [(i.any_name, list(i.shape), np.int64
                        if 'int64' in str(i.element_type) else np.float32)
                       for i in compiled.inputs]
        self.bound = []

    def bind(self, arrays):
        self.bound = [self.runtime.Tensor(array) for array in arrays]
        for (name, _, _), tensor in zip(self.shapes, self.bound):
            self.request.set_tensor(name, tensor)

    def write(self, index, array):
        self.bound[index].data[:] = array

    def run(self):
        self.request.infer()

    def outputs(self):
        return [self.request.get_tensor(output).data
                for output in self.compiled.outputs]


ENGINES = {'onnxruntime': OnnxRuntime, 'openvino': OpenVino}


def read(prefix, shapes):
    return [np.fromfile(f'{prefix}.{index}', dtype).reshape(shape)
            for index, (_, shape, dtype) in enumerate(shapes)]


class Contender:
    def __init__(self, engine):
        self.engine, self.arrays = engine, []

    def run(self, clock=time.perf_counter):
        """The seconds of one run; its inputs are written anew before it."""
        for index, array in enumerate(self.arrays):
            self.engine.write(index, array)
        start = clock()
        self.engine.run()
        return clock() - start

    def times(self, seconds, clock):
        for _ in range(WARM_UPS):
            self.run()
        taken, end = [], time.perf_counter() + seconds
        while len(taken) < LEAST_RUNS or time.perf_counter() < end:
            taken.append(self.run(clock))
        return ' '.join(f'{1e3 * one:.6f}' for one in taken)

    def obey(self, line):
        verb, _, argument = line.partition(' ')
        if verb in CLOCKS:
            return self.times(float(argument), CLOCKS[verb])
        if verb == 'inputs':
            self.arrays = read(argument, self.engine.shapes)
            self.engine.bind(self.arrays)
        elif verb == 'outputs':
            self.run()
            for index, array in enumerate(self.engine.outputs()):
                np.asarray(array, np.float32).tofile(f'{argument}.{index}')
        else:
            raise ValueError(f"'{line}': expected inputs, outputs, run or cpu")
        return 'ok'


def main():
    kind, path, threads, *precision = sys.argv[1:]
    # The import is no part of loading a model.
    __import__(kind)
    start = time.perf_counter()
    engine = ENGINES[kind](path, int(threads), *precision)
    load_ms = 1e3 * (time.perf_counter() - start)
    print(json.dumps({'load_ms': round(load_ms, 3)}), flush=True)
    contender = Contender(engine)
    for line in sys.stdin:
        try:
            answer = contender.obey(line.strip())
        except Exception as error:  # whatever an engine fails with is told
            answer = 'error ' + ' '.join(str(error).split())
        print(answer, flush=True)


if __name__ == '__main__':
    main()
