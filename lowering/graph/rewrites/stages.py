"""The list of rewrites in running order: from the graph that JAX wrote to the one that a target's kernels compute.

merge_moves         slices, borders, joins and shuffles in a row become one
fold_moves          borders and choices of channels become the padding and the kernels of the convolutions behind them
compute_once        what is computed twice, such as a mean, is computed once
flatten_last        a ReLU behind a flattening goes before it, where a kernel can take it in
merge_affine        batch norms and biases go into the kernels beside them
shuffle_last        1 x 1 convolutions behind a pixel shuffle go before it, where less is moved then
fuse_add            a sum becomes the epilogue of a convolution (the residual)
fuse_relu           a ReLU becomes the epilogue of the kernel before it
use_integers        layers between quantise steps compute with integers
drop_dead_channels  filters that give only zeros, and channels that nobody reads, leave their kernels
merge_pointwise     activations and gates become one expression each
fuse_reductions     sums over positions and channels take in the expression that they add up
fuse_activations    an activation becomes the end of the epilogue of the kernel before it
join_pieces         what JAX writes itself becomes the largest pieces that no kernel of ours divides
split_transposed    transposed convolutions become one of stride 1 and a Mosaic of its results
crop_windows        kernels lose locations that only ever meet padding
find_depthwise      convolutions whose filters read one channel each become depthwise
split_strides       strides in height and width become SpaceToDepth and a convolution without them
mark_nonnegative    pools of values that are never below zero are told so
split_at_once       arrays that become feature maps become their phases at once on CPUs, where nothing else reads them
undo_depthwise      depthwise convolutions become ordinary ones where a target has no kernel for them
use_words           moves of int8 that a target cannot do on words of four channels are done in f32
use_winograd        convolutions of 3 x 3 pixels become products of transformed tiles where that is faster
use_frame_tiles     convolutions of 3 frames become products of transformed frames on CPUs, where that is faster
pack                kernels become rows of kept taps, by the schedule of each layer
quantise_results    convolutions of f32 give int8 on CPUs, where nothing but a quantise step reads them
fuse_kernels        two layers become one kernel on CPUs, where what lies between them is larger than a cache
use_outer           dense kernels are computed by outer products on CPUs, where that is faster
fold_gates          factors of channels go into the weights behind them on CPUs

The first nineteen are the same for every target. A graph is verified after each stage.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence

from lowering.graph import keys, ops, packed, verify
from lowering.graph.rewrites import (
    algebra,
    dead_channels,
    depthwise,
    equal,
    expressions,
    fusion,
    gates,
    integers,
    moves,
    outer,
    packing,
    pieces,
    reductions,
    shuffles,
    strides,
    transposed,
    windows,
    winograd,
    winograd_frames,
    words,
)
from lowering.targets import precisions, schedules, targets


@dataclasses.dataclass(frozen=True)
class Stage:
    """A named rewrite."""

    name: str
    run: Callable[[ops.Graph], ops.Graph]


def _stages(*functions: Callable[[ops.Graph], ops.Graph]) -> tuple[Stage, ...]:
    return tuple(Stage(function.__name__, function) for function in functions)


# What any engine gains from: what ONNX and PyTorch are given.
ALGEBRA = _stages(algebra.flatten_last, algebra.merge_affine, algebra.fuse_relu, dead_channels.drop_dead_channels)
# What our kernels need besides, on every target.
PREPARATION = _stages(
    moves.merge_moves,
    moves.fold_moves,
    equal.compute_once,
    algebra.flatten_last,
    algebra.merge_affine,
    shuffles.shuffle_last,
    algebra.fuse_add,
    algebra.fuse_relu,
    integers.use_integers,
    dead_channels.drop_dead_channels,
    expressions.merge_pointwise,
    reductions.fuse_reductions,
    expressions.fuse_activations,
    pieces.join_pieces,
    transposed.split_transposed,
    windows.crop_windows,
    depthwise.find_depthwise,
    strides.split_strides,
    algebra.mark_nonnegative,
)


def completion(
    target: targets.Target,
    choose: Callable[[ops.Graph], schedules.Schedules],
    packer: packing.Packer = packed.pack,
) -> tuple[Stage, ...]:
    """The stages after the preparation. choose: schedules for the convolutions of the prepared graph, by name."""
    pack = Stage("pack", lambda graph: packing.pack(graph, target, choose(graph), packer))
    split = Stage("split_at_once", functools.partial(strides.split_at_once, target=target))
    undo = Stage("undo_depthwise", functools.partial(depthwise.undo_depthwise, target=target))
    tiles = Stage("use_winograd", lambda graph: winograd.use_winograd(graph, target, choose(graph), packer))
    frames = Stage(
        "use_frame_tiles", lambda graph: winograd_frames.use_frame_tiles(graph, target, choose(graph), packer)
    )
    fuse = Stage("fuse_kernels", functools.partial(fusion.fuse, target=target))
    use = Stage("use_outer", functools.partial(outer.use_outer, target=target))
    words_ = Stage("use_words", functools.partial(words.use_words, target=target))
    round_ = Stage("quantise_results", functools.partial(words.quantise_results, target=target))
    fold = Stage("fold_gates", functools.partial(gates.fold_gates, target=target))
    return split, undo, words_, tiles, frames, pack, round_, fuse, use, fold


def stages(target: targets.Target, chosen: schedules.Schedules = schedules.NONE) -> tuple[Stage, ...]:
    """Every stage for a target.

    chosen: schedules by key (graph/keys.py), for convolutions with that key or a near one.
    """
    return *PREPARATION, *completion(target, lambda graph: keys.by_name(graph, chosen))


def run(graph: ops.Graph, several: Sequence[Stage]) -> ops.Graph:
    """Runs stages, with a verification after each; GraphError names the stage that spoilt the graph."""
    for stage in several:
        try:
            graph = verify.verify(stage.run(graph))
        except ops.GraphError as error:
            raise ops.GraphError(f"after {stage.name}: {error}") from error
    return graph


def rewrite(graph: ops.Graph, target: targets.Target | str, chosen: schedules.Schedules = schedules.NONE) -> ops.Graph:
    """A traced graph as the target's kernels compute it, with schedules by key for its convolutions.

    target: or its name, such as "host". TargetError for a name that there is none of, GraphError for a network that is
    quantised where the target does not compute with integers, or the other way round.
    """
    target = target if isinstance(target, targets.Target) else targets.find(target)
    check_precision(graph, target)
    return run(graph, stages(target, chosen))


def check_precision(graph: ops.Graph, target: targets.Target) -> None:
    """GraphError unless a traced network is quantised where its target's precision is that of integers."""
    integral, precision = integers.is_quantised(graph), target.precision.name
    if integral and precision != precisions.I8.name:
        raise ops.GraphError(
            f"the network is quantised, and {target.name} computes in {precision}; lower it for {target.machine}:i8, "
            "or the network as it was before"
        )
    if not integral and precision == precisions.I8.name:
        raise ops.GraphError(
            f"{target.name} computes with integers, and nothing in the network is quantised; quantise it first "
            "(docs/quantisation.md), or choose another precision"
        )
