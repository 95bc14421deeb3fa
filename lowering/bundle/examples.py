"""A traced network, or a stream, with an example of what it does: what `write` makes a bundle of."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from lowering.bundle import bundles, manifests
from lowering.graph import interpret, ops
from lowering.graph.streaming import step
from lowering.targets import precisions

SAME = 1e-3  # of the largest value: how far numpy may be from JAX
# The same, of networks that round to these types on their way.
ROUNDED = {"float16": 2**-7, "bfloat16": 2**-4, "int8": precisions.I8.tolerance}
FURTHER = 3  # steps of a stream's example beyond those of its first clip


@dataclasses.dataclass(frozen=True, eq=False)
class Streamed:
    """A stream with an example of several steps from a reset on.

    frames: f32[steps, every, height, width, channels]. answers: of each result [steps, ...], as numpy computes them
    from the traced network.
    """

    stream: step.Stream
    frames: np.ndarray
    answers: tuple[np.ndarray, ...]

    @property
    def entry(self) -> dict[str, Any]:
        """What the manifest says of it."""
        answers = [
            manifests.array_entry(name, manifests.answer_file(place), array.shape, array.dtype.name)
            for place, (array, (name, _, _)) in enumerate(zip(self.answers, self.stream.graph.outputs, strict=True))
        ]
        said = {name: getattr(self.stream, name) for name in ("every", "stride", "frames", "warm_up")}
        sequence = manifests.array_entry("frames", manifests.FRAMES, self.frames.shape)
        return said | {"whole": list(self.stream.whole), "sequence": sequence, "answers": answers}


@dataclasses.dataclass(frozen=True, eq=False)
class Example:
    """A traced network with an example of what it does.

    inputs: an array for each input of the graph, as JAX takes them. answers: JAX's results for them, in the order of
    the graph's. BundleError if a shape or an element type is not the graph's, or if an answer is not finite.
    streamed: of a stream, whose inputs and answers are those of its first step; None for a network of clips.
    """

    graph: ops.Graph
    inputs: tuple[np.ndarray, ...]
    answers: tuple[np.ndarray, ...]
    streamed: Streamed | None = None

    def __post_init__(self) -> None:
        nodes, outputs = self.graph.inputs, self.graph.outputs
        if len(self.inputs) != len(nodes):
            raise bundles.BundleError(f"{len(self.inputs)} example inputs were given, the network has {len(nodes)}")
        named = [(node.name, self.graph.given(node), ops.dtype(node)) for node in nodes]
        named += [(f"JAX's answer {name!r}", shape, dtype) for name, shape, dtype in outputs]
        for (name, shape, dtype), array in zip(named, (*self.inputs, *self.answers), strict=True):
            if array.shape != shape:
                raise bundles.BundleError(f"{name} has shape {array.shape}, the network wants {shape}")
            if array.dtype.name != dtype:
                raise bundles.BundleError(f"{name} holds {array.dtype}, the network wants {dtype}")
        if not all(np.isfinite(answer).all() for answer in self.answers):
            raise bundles.BundleError(
                "JAX's answer is not finite everywhere; the network's weights are broken or the clip is not normalised"
            )

    @property
    def entries(self) -> dict[str, Any]:
        """What the manifest says of the arrays."""
        inputs = [
            manifests.array_entry(node.name, manifests.input_file(place), array.shape, array.dtype.name)
            for place, (node, array) in enumerate(zip(self.graph.inputs, self.inputs, strict=True))
        ]
        outputs = [
            manifests.array_entry(name, manifests.output_file(place), shape, dtype)
            | ({"rounded": True} if self.graph.rounded[place] else {})
            for place, (name, shape, dtype) in enumerate(self.graph.outputs)
        ]
        stream = {"format": bundles.STREAM, "stream": self.streamed.entry} if self.streamed else {}
        return {"inputs": inputs, "outputs": outputs, **stream}


def rounding(graph: ops.Graph) -> dict[str, float]:
    """The types that a graph rounds to on its way, and how far that may bring its answers."""
    kinds = {kind for node in graph.nodes for kind in _types(node.op)} | set(ops.element_types(graph).values())
    return {kind: ROUNDED[kind] for kind in sorted(kinds & ROUNDED.keys())}


def allowed(rounding: Mapping[str, float]) -> float:
    """How far the answers of a graph that rounds so may be from JAX's, of the largest value, as numpy computes them."""
    return max([SAME, *rounding.values()])


def sequence(
    graph: ops.Graph, frames: np.ndarray, numbers: interpret.Numbers = interpret.EXACT
) -> tuple[np.ndarray, ...]:
    """The answers of a stream to frames [steps, every, ...] from a reset on, as numpy computes them: [steps, ...]."""
    several = zip(*interpret.steps(graph, ((some[None],) for some in frames), numbers), strict=True)
    stacked = (np.stack(each) for each in several)
    return tuple(each[:, 0] if each.shape[1:2] == (1,) else each for each in stacked)


def stream(example: Example, every: int | None = None, steps: int | None = None) -> Example:
    """A stream of a network of clips, with an example that begins with the network's own.

    every: frames of a step, which divide the strides of the network in time; None: as many as they are. steps: of the
    example, at least those of a clip; None: FURTHER more than those. The example goes on with the clip backwards.
    pace.NoStream for a network that cannot be computed frame by frame. BundleError where the stream answers to the
    clip otherwise than the network.
    """
    found = step.stream(example.graph, every)
    clip = example.inputs[0][0]
    count = found.warm_up + FURTHER if steps is None else max(steps, found.warm_up)
    there_and_back = np.concatenate([clip, clip[::-1]] * -(-count * found.every // len(clip)))
    frames = there_and_back[: count * found.every].reshape(count, found.every, *clip.shape[1:])
    graph = dataclasses.replace(found.graph, steps=count)
    answers = sequence(graph, frames)
    if found.begins_with_a_clip:
        _check_clip([each[found.warm_up - 1] for each in answers], example)
    first = tuple(each[0].reshape(shape) for each, (_, shape, _) in zip(answers, graph.outputs, strict=True))
    return Example(graph, (frames[:1],), first, Streamed(found, frames, answers))


def _check_clip(answers: list[np.ndarray], example: Example) -> None:
    """BundleError unless these are the network's answers to its clip."""
    most = allowed(rounding(example.graph))
    for found, answer in zip(answers, example.answers, strict=True):
        error = interpret.difference(found.reshape(answer.shape), answer)
        if not error <= most:
            raise bundles.BundleError(
                f"the stream answers to the clip otherwise than the network, by {error:.1e} of the largest value, "
                f"expected at most {most:.0e}; please report it"
            )


def _types(op: ops.Op) -> frozenset[str]:
    """The element types that an operation rounds to: of a piece all that it reads, computes and gives."""
    if isinstance(op, ops.FakeQuantise):
        return frozenset({"int8"})
    return op.program.types if isinstance(op, ops.Piece) else frozenset()
