"""I3D, MoViNet-A0 and 3D-MobileNetV2 in PyTorch, in the names of the state dicts of the repositories that publish them.

Written from the published structures. `width` scales their channels, so that tests can be small.
"""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from rt3d_jax.models import mobilenetv2, movinet, s3d
from tests.weights.references import Size, conv, scaled

ONE = (1, 1, 1)


def same(x: torch.Tensor, size: Size, stride: Size) -> torch.Tensor:
    """TensorFlow's "same" zeros around a clip."""
    pads = []
    for length, window, step in zip(reversed(x.shape[2:]), reversed(size), reversed(stride), strict=True):
        missing = max((-(-length // step) - 1) * step + window - length, 0)
        pads += [missing // 2, missing - missing // 2]
    return functional.pad(x, pads)


def max_pool(x: torch.Tensor, size: Size, stride: Size) -> torch.Tensor:
    """Of values that are not negative, so that zeros around them change nothing."""
    return functional.max_pool3d(same(x, size, stride), size, stride)


def avg_pool(x: torch.Tensor, size: Size, stride: Size) -> torch.Tensor:
    """Of what lies in the clip."""
    there = same(torch.ones_like(x), size, stride)
    return functional.avg_pool3d(same(x, size, stride), size, stride) / functional.avg_pool3d(there, size, stride)


class Unit(nn.Module):
    """A convolution with TensorFlow's "same" pads and its batch norm, under the names that a repository gives them."""

    def __init__(self, names: tuple[str, str], inputs: int, outputs: int, size: Size, stride: Size = ONE, **given):
        super().__init__()
        made = nn.Conv3d(inputs, outputs, size, stride, bias=False, **given)
        self.parts = (made, nn.BatchNorm3d(outputs, eps=1e-3))
        for name, part in zip(names, self.parts, strict=True):
            self.add_module(name, part)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made, norm = self.parts
        return norm(made(same(x, made.kernel_size, made.stride)))


class I3D(nn.Module):
    """pytorch-i3d's InceptionI3d."""

    def __init__(self, width: float, classes: int):
        super().__init__()
        unit = lambda *given: Unit(("conv3d", "bn"), *given)
        stem, inputs = scaled(64, width), scaled(192, width)
        self.Conv3d_1a_7x7 = unit(3, stem, (7, 7, 7), (2, 2, 2))
        self.Conv3d_2b_1x1 = unit(stem, stem, ONE)
        self.Conv3d_2c_3x3 = unit(stem, inputs, (3, 3, 3))
        for name, channels in (*s3d.MIXED3, *s3d.MIXED4, *s3d.MIXED5):
            one, two, three, four, five, six = (scaled(each, width) for each in channels)
            parts = {
                "b0": unit(inputs, one, ONE),
                "b1a": unit(inputs, two, ONE),
                "b1b": unit(two, three, (3, 3, 3)),
                "b2a": unit(inputs, four, ONE),
                "b2b": unit(four, five, (3, 3, 3)),
                "b3b": unit(inputs, six, ONE),
            }
            self.add_module(name.replace("mixed", "Mixed_"), nn.ModuleDict(parts))
            inputs = one + three + five + six
        self.logits = nn.ModuleDict({"conv3d": nn.Conv3d(inputs, classes, 1)})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = max_pool(torch.relu(self.Conv3d_1a_7x7(x)), (1, 3, 3), (1, 2, 2))
        x = torch.relu(self.Conv3d_2c_3x3(torch.relu(self.Conv3d_2b_1x1(x))))
        pools = (((1, 3, 3), (1, 2, 2)), ((3, 3, 3), (2, 2, 2)), ((2, 2, 2), (2, 2, 2)))
        for (size, stride), stage in zip(pools, (s3d.MIXED3, s3d.MIXED4, s3d.MIXED5), strict=True):
            x = max_pool(x, size, stride)
            for name, _ in stage:
                x = self.mixed(name.replace("mixed", "Mixed_"), x)
        x = functional.avg_pool3d(x, [min(most, side) for most, side in zip((2, 7, 7), x.shape[2:], strict=True)], 1)
        return self.get_submodule("logits.conv3d")(x).mean((2, 3, 4))

    def mixed(self, name: str, x: torch.Tensor) -> torch.Tensor:
        through = lambda x, *names: self._relu(name, x, names)
        pooled = max_pool(x, (3, 3, 3), ONE)
        return torch.cat(
            [through(x, "b0"), through(x, "b1a", "b1b"), through(x, "b2a", "b2b"), through(pooled, "b3b")], 1
        )

    def _relu(self, name: str, x: torch.Tensor, names: Sequence[str]) -> torch.Tensor:
        for each in names:
            x = torch.relu(self.get_submodule(f"{name}.{each}")(x))
        return x


def wrapped(part: nn.Module) -> nn.ModuleDict:
    """As MoViNet-pytorch has its convolutions."""
    return nn.ModuleDict({"conv_1": part})


class Bneck(nn.Module):
    """A block of MoViNet-pytorch."""

    def __init__(self, inputs: int, outputs: int, width: float, bottleneck: movinet.Bottleneck):
        super().__init__()
        unit = lambda *given, **more: wrapped(Unit(("conv3d", "norm"), *given, **more))
        plain = lambda inputs, outputs: wrapped(nn.ModuleDict({"conv3d": nn.Conv3d(inputs, outputs, 1)}))
        channels, frames, side, stride = bottleneck
        inner, squeezed = scaled(channels, width), scaled(movinet._squeezed(channels), width)
        self.stride: Size = (1, stride, stride)
        self.expand = unit(inputs, inner, ONE)
        self.deep = unit(inner, inner, (frames, side, side), self.stride, groups=inner)
        self.se = nn.ModuleDict({"fc1": plain(inner, squeezed), "fc2": plain(squeezed, inner)})
        self.project = unit(inner, outputs, ONE)
        if stride > 1 or inputs != outputs:
            self.res = nn.Sequential(*[nn.Identity()] * (stride > 1), unit(inputs, outputs, ONE))
        self.alpha = nn.Parameter(torch.tensor(0.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        part = lambda name, x: self.get_submodule(f"{name}.conv_1")(x)
        y = functional.silu(part("deep", functional.silu(part("expand", x))))
        gate = functional.silu(self.get_submodule("se.fc1.conv_1.conv3d")(y.mean((2, 3, 4), keepdim=True)))
        y = part("project", y * torch.sigmoid(self.get_submodule("se.fc2.conv_1.conv3d")(gate)))
        if "res" in self._modules:
            x = avg_pool(x, (1, 3, 3), self.stride) if self.stride[1] > 1 else x
            x = part(f"res.{int(self.stride[1] > 1)}", x)
        return x + self.alpha * y


class MoViNet(nn.Module):
    """MoViNet-pytorch's A0, not causal, with TensorFlow's pads."""

    def __init__(self, width: float, classes: int):
        super().__init__()
        inputs, middle, wide = (scaled(each, width) for each in (movinet.STEM, *movinet.HEAD))
        self.conv1 = wrapped(Unit(("conv3d", "norm"), 3, inputs, (1, 3, 3), (1, 2, 2)))
        blocks = {}
        for stage, (_, channels, bottlenecks) in enumerate(movinet.STAGES):
            for number, bottleneck in enumerate(bottlenecks):
                blocks[f"b{stage}_l{number}"] = Bneck(inputs, scaled(channels, width), width, bottleneck)
                inputs = scaled(channels, width)
        self.blocks = nn.ModuleDict(blocks)
        self.conv7 = wrapped(Unit(("conv3d", "norm"), inputs, middle, ONE))
        plain = lambda inputs, outputs: wrapped(nn.ModuleDict({"conv3d": nn.Conv3d(inputs, outputs, 1)}))
        self.classifier = nn.ModuleList([plain(middle, wide), nn.SiLU(), nn.Dropout(), plain(wide, classes)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.silu(self.get_submodule("conv1.conv_1")(x))
        for block in self.blocks.values():
            x = block(x)
        x = functional.silu(self.get_submodule("conv7.conv_1")(x)).mean((2, 3, 4), keepdim=True)
        x = functional.silu(self.get_submodule("classifier.0.conv_1.conv3d")(x))
        return self.get_submodule("classifier.3.conv_1.conv3d")(x).flatten(1)


class MobileNetV2(nn.Module):
    """Efficient-3DCNNs' mobilenetv2."""

    def __init__(self, width: float, classes: int):
        super().__init__()
        inputs, last = scaled(mobilenetv2.STEM, width), scaled(mobilenetv2.LAST, width)
        features = [self.unit(3, inputs, (3, 3, 3), (1, 2, 2))]
        for _, factor, channels, blocks, stride in mobilenetv2.STAGES:
            for number in range(blocks):
                outputs, step = scaled(channels, width), 1 if number else stride
                features.append(self.block(inputs, inputs * factor, outputs, step))
                inputs = outputs
        self.features = nn.Sequential(*features, self.unit(inputs, last, ONE))
        self.classifier = nn.Sequential(nn.Dropout(), nn.Linear(last, classes))

    @staticmethod
    def unit(inputs: int, outputs: int, size: Size, stride: Size = ONE, groups: int = 1) -> nn.Sequential:
        return nn.Sequential(conv(inputs, outputs, size, stride, groups), nn.BatchNorm3d(outputs), nn.ReLU6())

    def block(self, inputs: int, inner: int, outputs: int, stride: int) -> nn.Module:
        expand = [] if inner == inputs else [*self.unit(inputs, inner, ONE)]
        deep = self.unit(inner, inner, (3, 3, 3), (stride, stride, stride), inner)
        found = nn.Module()
        found.conv = nn.Sequential(*expand, *deep, *self.unit(inner, outputs, ONE)[:2])
        return found

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        stem, *blocks, last = self.features
        x = stem(x)
        for block in blocks:
            y = block.get_submodule("conv")(x)
            x = x + y if x.shape == y.shape else y
        return self.classifier(last(x).mean((2, 3, 4)))
