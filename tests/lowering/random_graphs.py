"""Random networks: sizes, strides, paddings and joins that no one would think of."""

import dataclasses
import math

import numpy as np

from lowering.graph import ops, verify
from tests.lowering import networks

SCHEMES = tuple(networks.SCHEMES)


@dataclasses.dataclass
class Builder:
    """A graph that grows by random steps; `last` is the value that the next step reads."""

    rng: np.random.Generator
    nodes: list[ops.Node]
    width: int

    @property
    def last(self) -> ops.Node:
        return self.nodes[-1]

    def pick(self, low: int, high: int) -> int:
        """Between `low` and `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def add(self, op: ops.Op, *inputs: ops.Node) -> ops.Node:
        """Appends a node, named after its kind and place."""
        shape = op.shape([node.shape for node in inputs])
        name = f"{type(op).__name__.lower()}{len(self.nodes)}"
        self.nodes.append(ops.Node(name, op, tuple(node.name for node in inputs), shape))
        return self.last

    def window(self, shape: ops.Shape, largest: int) -> ops.Window:
        """A window that fits a feature map even without padding."""
        d, h, w = (self.pick(1, min(largest, size)) for size in shape[:3])
        return d, h, w

    def padding(self, window: ops.Window, same: bool = False) -> ops.Padding:
        """Less than the window on either side; with `same` as much as keeps the size under stride 1."""
        lows = [self.pick(0, k - 1) if self.chance(0.7) else 0 for k in window]
        highs = [k - 1 - low if same else self.pick(0, k - 1) for k, low in zip(window, lows, strict=True)]
        return tuple(zip(lows, highs, strict=True))

    def strides(self, largest: int) -> ops.Window:
        d, h, w = (self.pick(1, largest) if self.chance(0.5) else 1 for _ in range(3))
        return (d, h, h) if self.chance(0.5) else (d, h, w)

    def conv(self, x: ops.Node, window: ops.Window, strides: ops.Window, padding: ops.Padding, width: int) -> ops.Node:
        """A convolution cut by a random mask, or into groups."""
        scheme = SCHEMES[self.pick(0, len(SCHEMES) - 1)]
        layer = networks.layer(self.rng, *window, x.shape[3], width, scheme=scheme)
        if self.chance(0.15):  # groups, as many as there can be; depthwise where the widths agree
            groups = math.gcd(x.shape[3], width)
            layer["kernel"] *= np.kron(np.eye(groups), np.ones((x.shape[3] // groups, width // groups))) != 0
        return self.add(ops.Conv(layer["kernel"], layer["bias"], strides, padding), x)

    def any_conv(self) -> None:
        window = self.window(self.last.shape, self.pick(1, 5))
        self.conv(self.last, window, self.strides(3), self.padding(window), self.pick(1, self.width))
        self.maybe_relu()

    def same_conv(self, x: ops.Node, width: int) -> ops.Node:
        """A convolution that keeps the size."""
        window = self.window(x.shape, 3)
        return self.conv(x, window, (1, 1, 1), self.padding(window, same=True), width)

    def residual(self) -> None:
        """x + conv(x), or a sum of two convolutions, either way round."""
        x = self.last
        first = self.same_conv(x, x.shape[3] if self.chance(0.6) else self.pick(1, self.width))
        second = x if first.shape == x.shape and self.chance(0.6) else self.same_conv(x, first.shape[3])
        self.add(ops.Add(), *((first, second) if self.chance(0.5) else (second, first)))
        self.maybe_relu()

    def space_then_time(self) -> None:
        """As R(2+1)D."""
        x = self.last
        _, h, w = self.window(x.shape, 3)
        x = self.conv(x, (1, h, w), (1, *self.strides(2)[1:]), self.padding((1, h, w)), self.pick(1, self.width))
        if self.chance(0.7):
            x = self.add(ops.Relu(), x)
        d = self.pick(1, min(4, x.shape[0]))
        padding = (*self.padding((d, 1, 1))[:1], (0, 0), (0, 0))
        first = self.conv(x, (d, 1, 1), (self.pick(1, 3), 1, 1), padding, self.pick(1, self.width))
        if self.chance(0.4):
            self.add(ops.Add(), first, self.same_conv(first, first.shape[3]))
        self.maybe_relu()

    def branches(self) -> None:
        """As S3D."""
        x, found = self.last, []
        for _ in range(self.pick(2, 3)):
            branch = self.same_conv(x, self.pick(1, 20))
            found.append(self.add(ops.Relu(), branch) if self.chance(0.5) else branch)
        if self.chance(0.5):
            window = self.window(x.shape, 3)
            found.append(self.add(ops.MaxPool(window, (1, 1, 1), self.padding(window, same=True)), x))
        self.add(ops.Concat(), *found)

    def pool(self) -> None:
        x = self.last
        window = self.window(x.shape, self.pick(1, 4))
        if self.chance(0.15):
            window = (window[0], x.shape[1], x.shape[2])
        padding = self.padding(window) if self.chance(0.6) else ops.NO_PADDING
        kind = ops.MaxPool if self.chance(0.6) else ops.AvgPool
        self.add(kind(window, self.strides(3), padding), x)

    def affine(self) -> None:
        channels = self.last.shape[-1]
        self.add(ops.Affine(self.rng.uniform(0.5, 2, channels), self.rng.normal(size=channels)), self.last)

    def maybe_relu(self) -> None:
        if self.chance(0.5):
            self.add(ops.Relu(), self.last)

    def head(self) -> None:
        """Flattened, averaged or as it is; then dense layers and a softmax, or none."""
        if self.chance(0.5):
            d, h, w, _ = self.last.shape
            self.add(ops.AvgPool((d, h, w), (1, 1, 1), ops.NO_PADDING), self.last)
        self.add(ops.Reshape(), self.last)
        for _ in range(self.pick(0, 2)):
            scheme = ("dense", "unstructured")[self.pick(0, 1)]
            layer = networks.layer(self.rng, self.last.shape[0], self.pick(1, 130), scheme=scheme)
            self.add(ops.Dense(layer["kernel"], layer["bias"]), self.last)
            self.maybe_relu()
        if self.chance(0.2):
            self.add(ops.Softmax(), self.last)


STEPS = (
    *(Builder.any_conv, Builder.any_conv, Builder.residual, Builder.space_then_time, Builder.branches),
    *(Builder.pool, Builder.pool, Builder.affine),
)


def graph(seed: int, steps: int = 5, size: ops.Shape = (7, 23, 23, 5), width: int = 40) -> ops.Graph:
    """A random graph of at most so many steps before the head, an input and layers of at most this size and width."""
    rng = np.random.default_rng(seed)
    clip = ops.Node("clip", ops.Input(), (), tuple(int(rng.integers(1, n + 1)) for n in size))
    builder = Builder(rng, [clip], width)
    for _ in range(builder.pick(1, steps)):
        STEPS[builder.pick(0, len(STEPS) - 1)](builder)
    builder.head()
    return verify.verify(ops.Graph(tuple(builder.nodes), builder.last.name))


def clip(graph: ops.Graph, seed: int) -> np.ndarray:
    """f32[1, D, H, W, C]."""
    return networks.clip(np.random.default_rng(seed), *graph.input.shape)
