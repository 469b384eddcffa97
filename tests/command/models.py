"""Small ONNX models of a few kilobytes, the same at every call."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SHAPE = (3, 16, 16)  # of a sample of small()
CLASSES = 4


def samples(count, shape=SHAPE, seed=0):
    generator = np.random.default_rng(seed)
    return generator.uniform(-1, 1, (count, *shape)).astype(np.float32)


def save(model, path):
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


class _Graph:
    """Collects nodes and weights; weights are small random numbers."""

    def __init__(self, seed):
        self.nodes = []
        self.weights = []
        self.random = np.random.default_rng(seed)

    def weight(self, name, *shape):
        spread = 1 / np.sqrt(max(1, np.prod(shape[1:])))
        self.constant(name, self.random.normal(0, spread, shape)
                      .astype(np.float32))

    def constant(self, name, values):
        self.weights.append(numpy_helper.from_array(values, name))

    def add(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], output,
                                           **attributes))
        return output

    def conv(self, x, channels, out, name, kernel=1, group=1, **attributes):
        self.weight(name + '.w', out, channels // group, kernel, kernel)
        self.weight(name + '.b', out)
        return self.add('Conv', [x, name + '.w', name + '.b'], name,
                        kernel_shape=[kernel, kernel], group=group,
                        pads=[kernel // 2] * 4, **attributes)

    def model(self, input_shape, outputs):
        def value(name, shape):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT,
                                                 shape)
        graph = helper.make_graph(
            self.nodes, 'small', [value('x', input_shape)],
            [value(name, shape) for name, shape in outputs.items()],
            self.weights)
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)


def small(stages=1, classes=CLASSES):
    """Convolutions of every kind, an addition, a concatenation, a softmax.

    More stages repeat the middle, for a model that takes longer.
    """
    graph = _Graph(seed=1)
    x = graph.add('Relu', [graph.conv('x', 3, 8, 'first', 3)], 'first.relu')
    for i in range(stages):
        deep = graph.conv(x, 8, 8, f'depthwise{i}', 3, group=8)
        deep = graph.add('Relu', [deep], f'depthwise{i}.relu')
        flat = graph.conv(deep, 8, 8, f'pointwise{i}')
        x = graph.add('Add', [flat, x], f'sum{i}')
    x = graph.add('Concat', [x, 'first.relu'], 'joined', axis=1)
    x = graph.add('GlobalAveragePool', [x], 'pooled')
    x = graph.add('Flatten', [x], 'flat')
    graph.weight('head.w', 16, classes)
    graph.weight('head.b', classes)
    x = graph.add('Gemm', [x, 'head.w', 'head.b'], 'scores')
    graph.add('Softmax', [x], 'p:1/y')
    return graph.model([1, *SHAPE], {'p:1/y': [1, classes],
                                     'joined': [1, 16, 16, 16]})


def chain():
    """Three convolutions in a row."""
    graph = _Graph(seed=5)
    x = graph.add('Relu', [graph.conv('x', 3, 8, 'first', 3)], 'narrow')
    x = graph.add('Relu', [graph.conv(x, 8, 16, 'middle')], 'wide')
    graph.conv(x, 16, 4, 'y')
    return graph.model([1, *SHAPE], {'y': [1, 4, *SHAPE[1:]]})


def open_chain():
    """chain() with an open height: the dimension 'h'."""
    model = chain()
    for value in (model.graph.input[0], model.graph.output[0]):
        value.type.tensor_type.shape.dim[2].dim_param = 'h'
    return model


def classifier():
    """small() with its scores alone, as classifiers have them."""
    model = small()
    model.graph.output.pop()
    return model


def detector(classes=2, size=32):
    """Outputs as YOLOv8 gives them: [1, 4 + classes, cells]."""
    graph = _Graph(seed=2)
    x = graph.conv('x', 3, 8, 'stem', 3, strides=[2, 2])
    x = graph.add('Relu', [x], 'stem.relu')
    x = graph.conv(x, 8, 8, 'down1', 3, strides=[2, 2])
    p3 = graph.conv(x, 8, 8, 'down2', 3, strides=[2, 2])
    p4 = graph.conv(p3, 8, 8, 'down3', 3, strides=[2, 2])
    p5 = graph.conv(p4, 8, 8, 'down4', 3, strides=[2, 2])
    cells = 0
    parts = {'box': [], 'class': []}
    for level, (feature, stride) in enumerate(((p3, 8), (p4, 16), (p5, 32))):
        count = (size // stride) ** 2
        cells += count
        for kind, out in (('box', 4), ('class', classes)):
            head = graph.conv(feature, 8, out, f'{kind}{level}')
            shape = f'{kind}{level}.shape'
            graph.constant(shape, np.array([1, out, count], np.int64))
            parts[kind].append(graph.add('Reshape', [head, shape],
                                         f'{kind}{level}.flat'))
    boxes = graph.add('Concat', parts['box'], 'boxes', axis=2)
    boxes = graph.add('Sigmoid', [boxes], 'boxes.unit')
    graph.constant('size', np.array(size, np.float32))
    boxes = graph.add('Mul', [boxes, 'size'], 'boxes.pixels')
    classes_out = graph.add('Concat', parts['class'], 'classes', axis=2)
    classes_out = graph.add('Sigmoid', [classes_out], 'classes.score')
    graph.add('Concat', [boxes, classes_out], 'y', axis=1)
    return graph.model([1, 3, size, size], {'y': [1, 4 + classes, cells]})


def alike_outputs():
    """Two outputs whose names are one as a file's."""
    graph = _Graph(seed=4)
    graph.add('Relu', ['x'], 'a/b')
    graph.add('Sigmoid', ['x'], 'a_b')
    return graph.model([1, *SHAPE], {'a/b': [1, *SHAPE], 'a_b': [1, *SHAPE]})


def blue_or_green():
    """Tells blue pictures of 0..1 from green ones; knows no red."""
    graph = _Graph(seed=4)
    x = graph.add('GlobalAveragePool', ['x'], 'pooled')
    x = graph.add('Flatten', [x], 'flat')
    graph.constant('head.w', np.array([[0, 0], [0, 30], [30, 0]], np.float32))
    graph.constant('head.b', np.zeros(2, np.float32))
    x = graph.add('Gemm', [x, 'head.w', 'head.b'], 'scores')
    graph.add('Softmax', [x], 'y')
    return graph.model([1, 3, 16, 16], {'y': [1, 2]})


def quantized_blue_or_green(step):
    """blue_or_green() as a QDQ model whose input has codes this far apart."""
    graph = _Graph(seed=4)

    def through_codes(x, scale, dtype, name):
        graph.constant(name + '.scale', np.array(scale, np.float32))
        graph.constant(name + '.zero', np.zeros((), dtype))
        parameters = [name + '.scale', name + '.zero']
        if dtype == np.uint8:
            x = graph.add('QuantizeLinear', [x, *parameters], name + '.codes')
        return graph.add('DequantizeLinear', [x, *parameters], name)

    graph.constant('w', np.array([[0, 0, 100], [0, 100, 0]], np.int8)
                   .reshape(2, 3, 1, 1))
    x = through_codes('x', step, np.uint8, 'x.q')
    w = through_codes('w', 0.3, np.int8, 'w.q')
    x = graph.add('Conv', [x, w], 'score', kernel_shape=[1, 1])
    x = through_codes(x, 0.5, np.uint8, 'score.q')
    x = graph.add('GlobalAveragePool', [x], 'pooled')
    x = graph.add('Flatten', [x], 'flat')
    graph.add('Softmax', [x], 'y')
    return graph.model([1, 3, 16, 16], {'y': [1, 2]})


def with_unsupported_nodes():
    """A model with two operators that octet does not have."""
    graph = _Graph(seed=3)
    x = graph.add('Det', ['x'], 'first.det')
    graph.add('EyeLike', [x], 'second.eye')
    return graph.model([2, 3, 3], {'second.eye': [2, 2]})


def with_nan_weight():
    model = small()
    for tensor in model.graph.initializer:
        if tensor.name == 'first.w':
            values = numpy_helper.to_array(tensor).copy()
            values[0, 0, 0, 0] = np.nan
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    return model


def with_culprit():
    """One value has a channel 50 times the others; two convolutions read it."""
    graph = _Graph(seed=4)
    graph.constant('wide.w', np.diag([50, 1, 1, 1]).astype(np.float32)
                   .reshape(4, 4, 1, 1))
    wide = graph.add('Conv', ['x', 'wide.w'], 'wide', kernel_shape=[1, 1])
    outputs = {}
    for side in ('left', 'right'):
        weights = graph.random.normal(0, 1, (4, 4, 1, 1)).astype(np.float32)
        weights[:, 0] = 0
        graph.constant(side + '.w', weights)
        x = graph.add('Conv', [wide, side + '.w'], side, kernel_shape=[1, 1])
        x = graph.add('Relu', [x], side + '.relu')
        graph.conv(x, 4, 4, side + '.end')
        outputs[side + '.end'] = [1, 4, 8, 8]
    return graph.model([1, 4, 8, 8], outputs)
