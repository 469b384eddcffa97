"""What a model's convolutions and products are, in a few words."""
import onnx


def dims_of(value):
    return [d.dim_value for d in value.type.tensor_type.shape.dim]


def known_shapes(model):
    """{value: dims}, of all that shape inference knows."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    shapes = {value.name: dims_of(value) for value in
              [*graph.input, *graph.output, *graph.value_info]}
    return shapes | {tensor.name: list(tensor.dims)
                     for tensor in graph.initializer}


def attribute(node, name, default):
    for one in node.attribute:
        if one.name == name:
            return onnx.helper.get_attribute_value(one)
    return default


def convolution(node, shapes):
    """'3x3/2, 64 to 128, 28x28': window, stride, channels, result's sides."""
    weight, y = shapes[node.input[1]], shapes[node.output[0]]
    group = attribute(node, 'group', 1)
    window = 'x'.join(map(str, weight[2:]))
    stride = max(attribute(node, 'strides', [1]))
    sides = 'x'.join(map(str, y[2:]))
    channels = (f'{weight[0]} depthwise' if group == weight[0] and group > 1
                else f'{weight[1] * group} to {weight[0]}'
                + (f' in {group} groups' if group > 1 else ''))
    return f"{window}{'' if stride == 1 else f'/{stride}'}, {channels}, {sides}"


def product(node, shapes):
    """'[128, 768] x [768, 3072]'"""
    return ' x '.join(str(shapes[name]) for name in node.input[:2])


def descriptions(model):
    """{node: words}, of a model or of one whose shapes are not all known."""
    shapes, found = known_shapes(model), {}
    for node in model.graph.node:
        known = all(name in shapes for name in
                    [*node.input[:2], node.output[0]])
        if known and node.op_type == 'Conv':
            found[node.name] = convolution(node, shapes)
        elif known and node.op_type in ('Gemm', 'MatMul'):
            found[node.name] = product(node, shapes)
    return found
