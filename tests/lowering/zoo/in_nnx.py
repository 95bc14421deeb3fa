"""Networks in Flax NNX: 3D classifiers after 2D ones, and what was built on them."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from tests.lowering.zoo import network
from tests.lowering.zoo.nnx_layers import Act, Classifier, Excite, Residual, Unit, pooled, same


def c3d(rngs: nnx.Rngs) -> Any:
    conv = lambda a, b: nnx.Conv(a, b, (3, 3, 3), rngs=rngs)
    layers = [conv(3, 16), nnx.relu, pooled, conv(16, 32), nnx.relu, lambda x: pooled(x, (2, 2, 2))]
    return Classifier([*layers, conv(32, 32), nnx.relu, conv(32, 32), nnx.relu], 32, rngs)


def se_resnet(rngs: nnx.Rngs) -> Any:
    def block(a: int, b: int, strides: int) -> Any:
        body = [Unit((a, b), (3, 3, 3), rngs, strides), Unit((b, b), (3, 3, 3), rngs, act=same), Excite(b, rngs)]
        return Residual(body, (a, b), rngs, strides)

    return Classifier([Unit((3, 16), (3, 7, 7), rngs, (1, 2, 2)), block(16, 16, 1), block(16, 32, 2)], 32, rngs)


def resnext(rngs: nnx.Rngs) -> Any:
    def block(a: int, b: int, strides: int) -> Any:
        body = [Unit((a, b), (1, 1, 1), rngs), Unit((b, b), (3, 3, 3), rngs, strides, groups=4)]
        return Residual([*body, Unit((b, 2 * b), (1, 1, 1), rngs, act=same)], (a, 2 * b), rngs, strides)

    return Classifier([Unit((3, 16), (3, 5, 5), rngs, (1, 2, 2)), block(16, 16, 1), block(32, 32, 2)], 64, rngs)


def csn(rngs: nnx.Rngs) -> Any:
    """Channel-separated: depthwise 3 x 3 x 3 between dense 1 x 1 x 1."""

    def block(a: int, b: int, strides: int) -> Any:
        body = [Unit((a, b), (1, 1, 1), rngs), Unit((b, b), (3, 3, 3), rngs, strides, groups=b)]
        return Residual([*body, Unit((b, 2 * b), (1, 1, 1), rngs, act=same)], (a, 2 * b), rngs, strides)

    return Classifier([Unit((3, 16), (3, 7, 7), rngs, (1, 2, 2)), pooled, block(16, 16, 1), block(32, 24, 2)], 48, rngs)


def p3d(rngs: nnx.Rngs) -> Any:
    """Pseudo-3D in its three forms: one after the other, side by side, and one with a shortcut of its own."""

    class Pseudo(nnx.Module):
        def __init__(self, form: str) -> None:
            self.space, self.time = Unit((16, 16), (1, 3, 3), rngs), Unit((16, 16), (3, 1, 1), rngs)
            self.form = form

        def __call__(self, x: jax.Array) -> jax.Array:
            space = self.space(x)
            return self.time(space) if self.form == "A" else self.time(space if self.form == "C" else x) + space

    def block(form: str) -> Any:
        body = [Unit((32, 16), (1, 1, 1), rngs), Pseudo(form), Unit((16, 32), (1, 1, 1), rngs, act=same)]
        return Residual(body, (32, 32), rngs)

    return Classifier([Unit((3, 32), (1, 7, 7), rngs, (1, 2, 2)), pooled, *map(block, "ABC")], 32, rngs)


def densenet(rngs: nnx.Rngs) -> Any:
    class Grow(nnx.Module):
        def __init__(self, inputs: int) -> None:
            self.squeeze, self.conv = Unit((inputs, 32), (1, 1, 1), rngs), Unit((32, 8), (3, 3, 3), rngs)

        def __call__(self, x: jax.Array) -> jax.Array:
            return jnp.concatenate([x, self.conv(self.squeeze(x))], -1)

    halve = [Unit((32, 16), (1, 1, 1), rngs), lambda x: nnx.avg_pool(x, (2, 2, 2), (2, 2, 2))]
    layers = [Unit((3, 16), (3, 5, 5), rngs, (1, 2, 2)), Grow(16), Grow(24), *halve, Grow(16), Grow(24)]
    return Classifier(layers, 32, rngs)


def squeezenet(rngs: nnx.Rngs) -> Any:
    class Fire(nnx.Module):
        def __init__(self, inputs: int, squeezed: int) -> None:
            self.squeeze = Unit((inputs, squeezed), (1, 1, 1), rngs)
            self.one, self.three = (Unit((squeezed, 2 * squeezed), kernel, rngs) for kernel in ((1, 1, 1), (3, 3, 3)))

        def __call__(self, x: jax.Array) -> jax.Array:
            x = self.squeeze(x)
            return jnp.concatenate([self.one(x), self.three(x)], -1)

    layers = [Unit((3, 24), (3, 3, 3), rngs, (1, 2, 2)), Fire(24, 8), lambda x: pooled(x, (2, 2, 2)), Fire(32, 12)]
    return Classifier(layers, 48, rngs)


def mobilenet_v1(rngs: nnx.Rngs) -> Any:
    def separable(a: int, b: int, strides: Any) -> list[Any]:
        return [Unit((a, a), (3, 3, 3), rngs, strides, groups=a), Unit((a, b), (1, 1, 1), rngs)]

    layers = [Unit((3, 16), (3, 3, 3), rngs, (1, 2, 2)), *separable(16, 32, 1), *separable(32, 64, 2)]
    return Classifier([*layers, *separable(64, 64, 1)], 64, rngs)


class Inverted(nnx.Module):
    """MobileNet's inverted residual: expand, depthwise, excite, project."""

    def __init__(self, shape: tuple[int, int, int], rngs: nnx.Rngs, strides: int, act: Act, gate: Act | None) -> None:
        inputs, wide, outputs = shape
        self.expand = Unit((inputs, wide), (1, 1, 1), rngs, act=act)
        self.depthwise = Unit((wide, wide), (3, 3, 3), rngs, strides, groups=wide, act=act)
        self.excite = Excite(wide, rngs, nnx.relu, gate) if gate else same
        self.project = Unit((wide, outputs), (1, 1, 1), rngs, act=same)
        self.adds = strides == 1 and inputs == outputs

    def __call__(self, x: jax.Array) -> jax.Array:
        y = self.project(self.excite(self.depthwise(self.expand(x))))
        return x + y if self.adds else y


def inverted(rngs: nnx.Rngs, act: Act, gate: Act | None) -> Any:
    stem = Unit((3, 16), (3, 3, 3), rngs, (1, 2, 2), act=act)
    shapes = (((16, 48, 16), 1), ((16, 48, 24), 2), ((24, 72, 24), 1))
    blocks = [Inverted(shape, rngs, strides, act, gate) for shape, strides in shapes]
    return Classifier([stem, *blocks, Unit((24, 96), (1, 1, 1), rngs, act=act)], 96, rngs)


def mobilenet_v2(rngs: nnx.Rngs) -> Any:
    return inverted(rngs, nnx.relu6, None)


def mobilenet_v3(rngs: nnx.Rngs) -> Any:
    return inverted(rngs, nnx.hard_swish, nnx.hard_sigmoid)


def efficientnet(rngs: nnx.Rngs) -> Any:
    return inverted(rngs, nnx.silu, nnx.sigmoid)


def s3d_g(rngs: nnx.Rngs) -> Any:
    """Separable convolutions, each followed by a gate per channel from the mean over positions."""

    class Gate(nnx.Module):
        def __init__(self, channels: int) -> None:
            self.dense = nnx.Linear(channels, channels, rngs=rngs)

        def __call__(self, x: jax.Array) -> jax.Array:
            return x * nnx.sigmoid(self.dense(x.mean((1, 2, 3), keepdims=True)))

    def gated(a: int, b: int) -> list[Any]:
        return [Unit((a, b), (1, 3, 3), rngs), Unit((b, b), (3, 1, 1), rngs), Gate(b)]

    stem = [Unit((3, 16), (1, 7, 7), rngs, (1, 2, 2)), Unit((16, 16), (3, 1, 1), rngs), pooled]
    return Classifier([*stem, *gated(16, 32), *gated(32, 32)], 32, rngs)


def non_local(rngs: nnx.Rngs) -> Any:
    """A residual network with a block of attention over all positions of all frames."""

    class NonLocal(nnx.Module):
        def __init__(self) -> None:
            self.theta, self.phi, self.g = (nnx.Conv(32, 16, (1, 1, 1), rngs=rngs) for _ in range(3))
            self.out = nnx.Conv(16, 32, (1, 1, 1), rngs=rngs)

        def __call__(self, x: jax.Array) -> jax.Array:
            flat = lambda y: y.reshape(y.shape[0], -1, 16)
            near = nnx.softmax(jnp.einsum("bqc,bkc->bqk", flat(self.theta(x)), flat(self.phi(pooled(x)))))
            mixed = jnp.einsum("bqk,bkc->bqc", near, flat(self.g(pooled(x))))
            return x + self.out(mixed.reshape(*x.shape[:-1], 16))

    body = lambda: Residual(
        [Unit((32, 32), (3, 3, 3), rngs), Unit((32, 32), (3, 3, 3), rngs, act=same)], (32, 32), rngs
    )
    return Classifier([Unit((3, 32), (1, 5, 5), rngs, (2, 4, 4)), body(), NonLocal(), body()], 32, rngs)


def feature_pyramid(rngs: nnx.Rngs) -> Any:
    """Maps of three sizes, joined from coarse to fine, each a result."""

    class Pyramid(nnx.Module):
        def __init__(self) -> None:
            sizes = ((3, 16), (16, 32), (32, 48))
            self.down = nnx.List([Unit((a, b), (3, 3), rngs, 2) for a, b in sizes])
            self.side = nnx.List([nnx.Conv(b, 16, (1, 1), rngs=rngs) for _, b in sizes])
            self.smooth = nnx.List([nnx.Conv(16, 16, (3, 3), rngs=rngs) for _ in sizes])

        def __call__(self, x: jax.Array) -> dict[str, jax.Array]:
            maps = []
            for down in self.down:
                maps.append(x := down(x))
            found, top = {}, None
            for place in (2, 1, 0):
                side = self.side[place](maps[place])
                top = side if top is None else side + jax.image.resize(top, side.shape, "nearest")
                found[f"p{place}"] = self.smooth[place](top)
            return found

    return Pyramid()


def mixer(rngs: nnx.Rngs) -> Any:
    """An MLP-Mixer on tubes of 2 x 8 x 8."""

    class Block(nnx.Module):
        def __init__(self) -> None:
            layers = lambda size: nnx.List([nnx.Linear(size, 64, rngs=rngs), nnx.Linear(64, size, rngs=rngs)])
            self.norms = nnx.List([nnx.LayerNorm(32, rngs=rngs) for _ in range(2)])
            self.tokens, self.channels = layers(64), layers(32)

        def __call__(self, x: jax.Array) -> jax.Array:
            first, second = self.tokens
            x = x + second(nnx.gelu(first(self.norms[0](x).swapaxes(1, 2)))).swapaxes(1, 2)
            first, second = self.channels
            return x + second(nnx.gelu(first(self.norms[1](x))))

    tubes = nnx.Conv(3, 32, (2, 8, 8), (2, 8, 8), padding="VALID", rngs=rngs)
    layers = [tubes, lambda x: x.reshape(x.shape[0], -1, 32), Block(), Block(), nnx.LayerNorm(32, rngs=rngs)]
    return Classifier([*layers, lambda x: x[:, :, None, None]], 32, rngs)


CLIP = network.clip()
NETWORKS: dict[str, tuple[Callable[[nnx.Rngs], Any], tuple[Any, ...]]] = {
    "C3D": (c3d, (CLIP,)),
    "SE-ResNet-3D": (se_resnet, (CLIP,)),
    "ResNeXt-3D": (resnext, (CLIP,)),
    "CSN": (csn, (CLIP,)),
    "P3D": (p3d, (CLIP,)),
    "DenseNet-3D": (densenet, (CLIP,)),
    "SqueezeNet-3D": (squeezenet, (CLIP,)),
    "MobileNetV1-3D": (mobilenet_v1, (CLIP,)),
    "MobileNetV2-3D": (mobilenet_v2, (CLIP,)),
    "MobileNetV3-3D": (mobilenet_v3, (CLIP,)),
    "EfficientNet-3D": (efficientnet, (CLIP,)),
    "S3D-G": (s3d_g, (CLIP,)),
    "Non-local ResNet": (non_local, (CLIP,)),
    "FPN, three maps": (feature_pyramid, (network.array(1, 64, 64, 3),)),
    "MLP-Mixer, video": (mixer, (CLIP,)),
}
