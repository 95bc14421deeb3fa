"""Whether a rewritten network means what JAX computed, and whether Winograd's filtering is exact enough for it."""

import dataclasses
from typing import Any

import numpy as np

from lowering.bundle import examples
from lowering.graph import interpret, ops
from lowering.targets import precisions

# The largest error with Winograd's filtering, by the type of maps: that to which such bundles are checked.
F32_BOUND, F16_BOUND = precisions.F32.tolerance, precisions.PRECISIONS["f16-f32"].tolerance


class WrongGraph(RuntimeError):
    """A network as it would be compiled means something else than what JAX computed. This is a fault of ours."""


@dataclasses.dataclass(frozen=True)
class Meaning:
    """How far a rewritten network is from JAX's answers, as numpy computes it in f32.

    error: of the result that is furthest off, called `result`, relative to its largest value. allowed: the largest that
    is no fault. tile: the side of the largest tile in which Winograd's filtering computes a convolution; 0: of none.
    tolerance: the largest error of a bundle's answers, of a target's precision or of the network's own.
    tiled: the error that tiles are judged by: where memory holds feature maps in f16, that of a network whose maps are
    rounded to it. bound: the largest one with tiles.
    """

    error: float
    result: str
    allowed: float
    tile: int
    tolerance: float
    tiled: float
    bound: float

    @property
    def is_coarse(self) -> bool:
        """Whether smaller tiles, or none, are to be tried."""
        return self.tile > 0 and not self.tiled <= self.bound

    def check(self) -> None:
        """WrongGraph unless the network gives JAX's answers."""
        if not self.error <= self.allowed:
            raise WrongGraph(
                f"the network was traced or rewritten wrongly: its result {self.result!r} differs from JAX's by "
                f"{self.error:.1e} of the largest value, expected at most {self.allowed:.0e}; nothing was written; "
                "please report it"
            )

    @property
    def entry(self) -> dict[str, Any]:
        """What the manifest says of tiles that were refused. An error beyond 1 is 1."""
        return {"tile": self.tile, "error": min(self.tiled, 1.0), "bound": self.bound}


def measure(
    rewritten: ops.Graph, example: examples.Example, precision: precisions.Precision = precisions.F32
) -> Meaning:
    """A rewritten network, computed in numpy for its example. precision: of the target.

    With Winograd's filtering, answers may be off by as much as a bundle's in f32. Where maps are f16, that is by as
    much as a bundle's with maps in f16 and sums in f32, whatever the sums are: they are shorter than those of the
    convolution itself.
    """
    error, name = _worst(rewritten, example, interpret.FAST)
    rounding = examples.rounding(rewritten)
    allowed = examples.allowed(rounding)
    tolerance = max([precision.tolerance, *(far for kind, far in rounding.items() if kind != "int8")])
    tile, tiled = _largest_tile(rewritten, example.graph), error
    bound = F32_BOUND if allowed == examples.SAME else allowed
    if tile and precision.activations == "f16":
        tiled, _ = _worst(rewritten, example, interpret.Numbers(np.float32, maps=np.float16))
        bound = max(bound, F16_BOUND)
    return Meaning(error, name, allowed, tile, tolerance, tiled, bound)


def lines(entries: list[dict[str, Any]]) -> list[str]:
    """For people: the tiles that were refused, by the manifest's entries."""
    return [
        f"no tiles of {each['tile']} in Winograd's filtering: answers would be off by {each['error']:.1e} of the "
        f"largest value, expected at most {each['bound']:.0e}"
        for each in entries
    ]


def _worst(rewritten: ops.Graph, example: examples.Example, numbers: interpret.Numbers) -> tuple[float, str]:
    """The error of the result that is furthest off, and its name. What is too large for a type is infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        if example.streamed is None:
            found, answers = interpret.results(rewritten, *example.inputs, numbers=numbers), example.answers
        else:
            found, answers = examples.sequence(rewritten, example.streamed.frames, numbers), example.streamed.answers
        errors = map(interpret.difference, found, answers, rewritten.rounded)
        return max((error, name) for error, (name, _, _) in zip(errors, rewritten.outputs, strict=True))


def _largest_tile(rewritten: ops.Graph, traced: ops.Graph) -> int:
    """The side of the largest tile that a rewrite chose; kernels in the transformed domain have theirs anyway."""
    given = {node.name for node in traced.nodes if isinstance(node.op, ops.TransformedConv)}
    found = [layer.op for node in rewritten.nodes for layer in ops.layers(node) if layer.name not in given]
    return max((op.tile for op in found if isinstance(op, ops.WinogradResult | ops.WinogradFrames)), default=0)
