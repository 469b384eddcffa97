"""The detector: a small anchor-free network in YOLOv8's form.

A picture [B, 3, 320, 320] (RGB / 255) gives, for each of N = 2100 places on
grids of stride 8, 16 and 32, the box around the place and one score a class.
A side of the box is the mean of a distribution over 16 bins ("distribution
focal loss", Li et al., NeurIPS 2020), counted in strides.
"""

import torch
from torch import nn

CLASSES = 5
BINS = 16
STRIDES = (8, 16, 32)
SIZE = 320


class ConvUnit(nn.Sequential):
    """Convolution, batch norm, SiLU."""

    def __init__(self, inputs, outputs, kernel=3, stride=1, groups=1):
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2,
                      groups=groups, bias=False),
            nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03), nn.SiLU())


class Residual(nn.Module):
    """x plus two 3x3 convolutions of x."""

    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(ConvUnit(width, width),
                                  ConvUnit(width, width))

    def forward(self, x):
        return x + self.body(x)


class Branches(nn.Module):
    """Half of the channels pass a residual block; all are mixed again."""

    def __init__(self, inputs, outputs, residual=True):
        super().__init__()
        self.half = half = outputs // 2
        self.enter = ConvUnit(inputs, 2 * half, 1)
        self.body = Residual(half) if residual else Separable(half, half)
        self.leave = ConvUnit(3 * half, outputs, 1)

    def forward(self, x):
        a, b = self.enter(x).split((self.half, self.half), 1)
        return self.leave(torch.cat((a, b, self.body(b)), 1))


class Separable(nn.Sequential):
    """A depthwise 3x3 convolution and a 1x1 convolution."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(ConvUnit(inputs, inputs, 3, stride, groups=inputs),
                         ConvUnit(inputs, outputs, 1))


class Pyramid(nn.Module):
    """Three 5x5 maxima in a row, joined: context from far around."""

    def __init__(self, width):
        super().__init__()
        self.enter = ConvUnit(width, width // 2, 1)
        self.leave = ConvUnit(width * 2, width, 1)
        self.pool = nn.MaxPool2d(5, 1, 2)

    def forward(self, x):
        a = self.enter(x)
        b = self.pool(a)
        c = self.pool(b)
        return self.leave(torch.cat((a, b, c, self.pool(c)), 1))


class Head(nn.Module):
    """Boxes and classes by separate branches."""

    def __init__(self, width, stride):
        super().__init__()
        self.places = (SIZE // stride) ** 2
        self.box = nn.Sequential(Separable(width, 64), Separable(64, 64),
                                 nn.Conv2d(64, 4 * BINS, 1))
        self.score = nn.Sequential(Separable(width, 64), Separable(64, 64),
                                   nn.Conv2d(64, CLASSES, 1))
        nn.init.constant_(self.box[-1].bias, 1.0)
        # About one object in 2 * (320 / stride)^2 places of each class.
        nn.init.constant_(self.score[-1].bias, -6.0 + stride / 32)

    def forward(self, x):
        # Numbers, not x.shape, so that the exported graph stays plain.
        return (self.box(x).reshape(-1, 4 * BINS, self.places),
                self.score(x).reshape(-1, CLASSES, self.places))


def places():
    """Grid points in pixels [N, 2] and their strides [N, 1]."""
    points, strides = [], []
    for stride in STRIDES:
        axis = (torch.arange(SIZE // stride) + 0.5) * stride
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        points.append(torch.stack((x.flatten(), y.flatten()), 1))
        strides.append(torch.full((x.numel(), 1), float(stride)))
    return torch.cat(points), torch.cat(strides)


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage8 = nn.Sequential(
            ConvUnit(3, 16, 3, 2), ConvUnit(16, 24, 3, 2), Branches(24, 24),
            ConvUnit(24, 64, 3, 2), Branches(64, 64))
        self.stage16 = nn.Sequential(ConvUnit(64, 96, 3, 2),
                                     Branches(96, 96))
        self.stage32 = nn.Sequential(ConvUnit(96, 160, 3, 2),
                                     Branches(160, 160), Pyramid(160))
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.merge16 = Branches(160 + 96, 96, residual=False)
        self.merge8 = Branches(96 + 64, 64, residual=False)
        self.down16 = Separable(64, 64, 2)
        self.join16 = Branches(64 + 96, 96, residual=False)
        self.down32 = Separable(96, 96, 2)
        self.join32 = Branches(96 + 160, 128, residual=False)
        self.heads = nn.ModuleList(Head(width, stride) for width, stride
                                   in zip((64, 96, 128), STRIDES))

    def forward(self, images):
        """returns: box bins [B, 4 * BINS, N], class logits [B, CLASSES, N]."""
        c8 = self.stage8(images)
        c16 = self.stage16(c8)
        c32 = self.stage32(c16)
        p16 = self.merge16(torch.cat((self.up(c32), c16), 1))
        p8 = self.merge8(torch.cat((self.up(p16), c8), 1))
        p16 = self.join16(torch.cat((self.down16(p8), p16), 1))
        p32 = self.join32(torch.cat((self.down32(p16), c32), 1))
        boxes, scores = zip(*(head(p) for head, p in
                              zip(self.heads, (p8, p16, p32))))
        return torch.cat(boxes, 2), torch.cat(scores, 2)


class Exported(nn.Module):
    """The detector with its decoding: [B, 4 + CLASSES, N].

    Rows: centre x, centre y, width, height in pixels, then the class scores
    after the sigmoid.
    """

    def __init__(self, detector):
        super().__init__()
        self.detector = detector
        points, strides = places()
        self.register_buffer("points", (points / strides).T[None].clone())
        self.register_buffer("strides", strides.T[None].clone())
        self.mean = nn.Conv2d(BINS, 1, 1, bias=False)
        self.mean.weight.data = torch.arange(float(BINS)).view(1, BINS, 1, 1)

    def forward(self, images):
        bins, logits = self.detector(images)
        bins = bins.reshape(1, 4, BINS, -1).transpose(1, 2)
        sides = self.mean(bins.softmax(1)).reshape(1, 4, -1)
        before, after = sides.split((2, 2), 1)
        low, high = self.points - before, self.points + after
        box = torch.cat(((low + high) / 2, high - low), 1) * self.strides
        return torch.cat((box, logits.sigmoid()), 1)


def export(detector, path):
    """Writes the ONNX file: opset 17, batch 1, `images` to `output0`."""
    network = Exported(detector).eval()
    torch.onnx.export(network, torch.zeros(1, 3, SIZE, SIZE), path,
                      opset_version=17, input_names=["images"],
                      output_names=["output0"])
