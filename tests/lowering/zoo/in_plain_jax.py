"""Networks in plain JAX, with dictionaries or lists of arrays: other inputs, results and layouts."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

from tests.lowering.zoo import network

Params = Any


def weights(**shapes: tuple[int, ...]) -> dict[str, jax.ShapeDtypeStruct]:
    """Shapes by name; `b` in front of a name is a bias."""
    return {name: jax.ShapeDtypeStruct(shape, np.float32) for name, shape in shapes.items()}


def conv(x: jax.Array, kernel: Any, strides: Any = 1, **options: Any) -> jax.Array:
    """Channels last, of one to three axes."""
    rank = x.ndim - 2
    letters = "DHW"[3 - rank :]
    numbers = (f"N{letters}C", f"{letters}IO", f"N{letters}C")
    strides = (strides,) * rank if isinstance(strides, int) else strides
    return lax.conv_general_dilated(x, jnp.asarray(kernel), strides, "SAME", dimension_numbers=numbers, **options)


def pool(x: jax.Array, *window: int) -> jax.Array:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, *window, 1), (1, *window, 1), "VALID")


def features(p: Params, x: jax.Array, first: str = "one", second: str = "two") -> jax.Array:
    return nn.relu(conv(pool(nn.relu(conv(x, p[first])), 1, 2, 2), p[second])).mean((1, 2, 3))


def two_stream(p: Params, rgb: jax.Array, flow: jax.Array) -> jax.Array:
    """Colours and optical flow, each through a network of its own; the mean of the probabilities."""
    colours, motion = features(p, rgb) @ p["head"], features(p, flow, "flow_one", "flow_two") @ p["flow_head"]
    return (nn.softmax(colours) + nn.softmax(motion)) / 2


def slowfast(p: Params, clip: jax.Array) -> jax.Array:
    """Every fourth frame in many channels, all frames in few; what the fast one knows joins the slow one."""
    slow, fast = nn.relu(conv(clip[:, ::4], p["slow"], (1, 2, 2))), nn.relu(conv(clip, p["fast"], (1, 2, 2)))
    joined = jnp.concatenate([slow, conv(fast, p["lateral"], (4, 1, 1))], -1)
    slow, fast = nn.relu(conv(joined, p["slow2"], (1, 2, 2))), nn.relu(conv(fast, p["fast2"], (1, 2, 2)))
    return jnp.concatenate([slow.mean((1, 2, 3)), fast.mean((1, 2, 3))], -1) @ p["head"]


def classifier(p: Params, x: jax.Array) -> jax.Array:
    return features(p, x) @ p["head"]


def of_pixels(p: Params, x: jax.Array) -> dict[str, jax.Array]:
    """Bytes in, normalised in the module; the five best classes and their probabilities."""
    probabilities = nn.softmax(classifier(p, (x.astype(jnp.float32) / 255 - 0.45) / 0.225))
    best, classes = lax.top_k(probabilities, 5)
    return {"classes": classes, "probabilities": best}


def multi_task(p: Params, x: jax.Array) -> dict[str, Any]:
    """One trunk and three heads: classes, an age, and a map of what is salient."""
    trunk = nn.relu(conv(nn.relu(conv(x, p["one"], (1, 2, 2))), p["two"]))
    mean = trunk.mean((1, 2, 3))
    heat = nn.sigmoid(conv(trunk, p["map"]))
    return {"action": nn.log_softmax(mean @ p["head"]), "age": nn.softplus(mean @ p["age"])[:, 0], "salient": heat}


def of_lists(p: Params, x: jax.Array) -> jax.Array:
    """NCDHW, kernels OIDHW, dense weights [outputs, inputs], as from PyTorch; parameters as lists of tuples."""
    numbers = ("NCDHW", "OIDHW", "NCDHW")
    for kernel, scale, shift in p[:-1]:
        x = lax.conv_general_dilated(x, jnp.asarray(kernel), (1, 2, 2), "SAME", dimension_numbers=numbers)
        x = nn.relu(x * scale[:, None, None, None] + shift[:, None, None, None])
    weight, bias = p[-1]
    return x.mean((2, 3, 4)) @ jnp.asarray(weight).T + bias


def heatmaps(p: Params, x: jax.Array) -> dict[str, jax.Array]:
    """Key points of a pose: where each map is largest, and its soft mean position."""
    maps = conv(nn.relu(conv(nn.relu(conv(x, p["one"], 2)), p["two"])), p["maps"])
    flat = nn.softmax(maps.reshape(1, -1, maps.shape[-1]), 1)
    size = maps.shape[1]
    rows, columns = jnp.arange(size * size) // size / size, jnp.arange(size * size) % size / size
    soft = jnp.stack([jnp.einsum("bpk,p->bk", flat, each) for each in (rows, columns)], -1)
    return {"places": flat.argmax(1), "points": soft}


def interpolation(p: Params, before: jax.Array, after: jax.Array) -> jax.Array:
    """The frame between two: both in one network, and a blend of the two by its mask."""
    x = nn.leaky_relu(conv(jnp.concatenate([before, after], -1), p["one"], 2))
    x = nn.leaky_relu(conv(x, p["two"]))
    x = jax.image.resize(x, (1, *before.shape[1:3], x.shape[-1]), "bilinear")
    mask = nn.sigmoid(conv(x, p["map"]))
    return mask * before + (1 - mask) * after


def low_light(p: Params, x: jax.Array) -> jax.Array:
    """Zero-DCE: curves for each pixel, applied four times; an image."""
    y = nn.relu(conv(nn.relu(conv(x, p["one"])), p["two"]))
    curves = jnp.tanh(conv(y, p["curves"]))
    for place in range(4):
        x = x + curves[..., 3 * place : 3 * place + 3] * (x**2 - x)
    return x


def temporal_relations(p: Params, x: jax.Array) -> jax.Array:
    """TRN: pairs and triples of frames' features, in order, each through dense layers, summed."""
    frames = nn.relu(conv(nn.relu(conv(x[0], p["one"], 2)), p["two"], 2)).mean((1, 2))
    scores = jnp.zeros((1, 10))
    for name, tuples in (("pairs", ((0, 3), (2, 5), (4, 7))), ("triples", ((0, 3, 6), (1, 4, 7)))):
        for places in tuples:
            joined = jnp.concatenate([frames[place] for place in places])[None]
            scores = scores + nn.relu(joined @ p[name]) @ p["head"]
    return scores


def graph_convolution(p: Params, x: jax.Array) -> jax.Array:
    """ST-GCN on skeletons: a product with the joints' graph, then a convolution over time."""
    graph = nn.softmax(jnp.asarray(p["graph"]))
    for place in ("1", "2"):
        x = jnp.einsum("btjc,jk->btkc", x, graph) @ p["mix" + place]
        x = nn.relu(conv(x, p["time" + place]))
    return x.mean((1, 2)) @ p["head"]


def frames_by_vmap(p: Params, x: jax.Array) -> jax.Array:
    """A network of one frame, mapped over all of them, and attention over their features."""
    one = lambda frame: nn.relu(conv(nn.relu(conv(frame[None], p["one"], 2)), p["two"], 2)).mean((0, 1, 2))
    frames = jax.vmap(one)(x[0])
    share = nn.softmax(jnp.tanh(frames @ p["attend"]) @ p["query"], 0)
    return (share.T @ frames) @ p["head"]


def streaming(p: Params, x: jax.Array) -> jax.Array:
    """A convolution in a scan over the frames, with a state that fades."""

    def step(state: jax.Array, frame: jax.Array) -> tuple[jax.Array, jax.Array]:
        state = 0.5 * state + nn.relu(conv(frame[None], p["one"], 2))
        return state, nn.relu(conv(state, p["two"])).mean((0, 1, 2))

    _, found = lax.scan(step, jnp.zeros((1, x.shape[2] // 2, x.shape[3] // 2, p["one"].shape[-1])), x[0])
    return found.max(0)[None] @ p["head"]


def half(p: Params, x: jax.Array) -> jax.Array:
    """Weights in bfloat16, arithmetic in f32."""
    return classifier(jax.tree.map(lambda leaf: leaf.astype(jnp.float32), p), x)


K2, K3 = (3, 3), (3, 3, 3)
PLAIN = weights(one=(*K3, 3, 16), two=(*K3, 16, 32), head=(32, 10))
STREAMS = PLAIN | weights(flow_one=(*K3, 2, 16), flow_two=(*K3, 16, 32), flow_head=(32, 10))
RATES = weights(slow=(1, 7, 7, 3, 32), fast=(5, 7, 7, 3, 4), lateral=(5, 1, 1, 4, 8), slow2=(1, 3, 3, 40, 32))
IMAGES = weights(one=(*K2, 3, 16), two=(*K2, 16, 32), head=(32, 10))
LISTS = [
    [jax.ShapeDtypeStruct(shape, np.float32) for shape in shapes]
    for shapes in (((16, 3, *K3), (16,), (16,)), ((32, 16, *K3), (32,), (32,)), ((10, 32), (10,)))
]
GRAPH = weights(graph=(17, 17), mix1=(3, 32), time1=(9, 1, 32, 32), mix2=(32, 32), time2=(9, 1, 32, 32), head=(32, 10))
CLIP, IMAGE = network.clip(), network.array(1, 48, 48, 3)
BYTES = (CLIP * 40 + 128).clip(0, 255).astype(np.uint8)


def made(what: tuple[Callable[..., Any], Any], *inputs: np.ndarray) -> network.Network:
    """A function with parameters of these shapes."""
    function, shapes = what
    return network.Network(function, network.drawn(shapes), inputs)


def _halves(shapes: Any) -> Any:
    return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, jnp.bfloat16), shapes)


NETWORKS: dict[str, tuple[tuple[Callable[..., Any], Any], Sequence[np.ndarray]]] = {
    "Two-stream": ((two_stream, STREAMS), (CLIP, network.clip(8, 32, 2))),
    "SlowFast, lateral": ((slowfast, RATES | weights(fast2=(3, 3, 3, 4, 8), head=(40, 10))), (CLIP,)),
    "A batch of two": ((classifier, PLAIN), (network.clip(batch=2),)),
    "Pixels in, five best out": ((of_pixels, PLAIN), (BYTES,)),
    "Several heads": ((multi_task, PLAIN | weights(map=(1, 1, 1, 32, 1), age=(32, 1))), (CLIP,)),
    "As PyTorch stores it": ((of_lists, LISTS), (network.array(1, 3, 8, 32, 32),)),
    "bfloat16 weights": ((half, _halves(PLAIN)), (CLIP,)),
    "Pose, heat maps": ((heatmaps, IMAGES | weights(maps=(1, 1, 32, 17))), (IMAGE,)),
    "Frame interpolation": (
        (interpolation, weights(one=(*K2, 6, 16), two=(*K2, 16, 16), map=(*K2, 16, 1))),
        (IMAGE, network.array(1, 48, 48, 3)[:, ::-1].copy()),
    ),
    "Zero-DCE, low light": ((low_light, IMAGES | weights(curves=(*K2, 32, 12))), (np.abs(IMAGE) % 1,)),
    "TRN": ((temporal_relations, IMAGES | weights(pairs=(64, 32), triples=(96, 32))), (CLIP,)),
    "ST-GCN, skeletons": ((graph_convolution, GRAPH), (network.array(1, 24, 17, 3),)),
    "Frames by vmap": ((frames_by_vmap, IMAGES | weights(attend=(32, 16), query=(16, 1))), (CLIP,)),
    "Convolution in a scan": ((streaming, IMAGES), (CLIP,)),
}
