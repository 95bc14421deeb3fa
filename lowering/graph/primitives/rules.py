"""The table of rules. What is not in it, JAX writes itself."""

from collections.abc import Callable
from typing import Any

from lowering.graph.operations import pointwise
from lowering.graph.primitives import elementwise, loops, moves, products, quantise, shapes, windows

RULES: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(pointwise.FUNCTIONS, elementwise.expression),
    "add": elementwise.arithmetic,
    "sub": elementwise.arithmetic,
    "mul": elementwise.arithmetic,
    "div": elementwise.arithmetic,
    "max": elementwise.maximum,
    "select_n": elementwise.choose,
    "clamp": elementwise.clamp,
    "integer_pow": elementwise.integer_power,
    "conv_general_dilated": products.conv,
    "dot_general": products.dot,
    "winograd_conv": products.winograd_conv,
    "reduce_window_max": windows.pool,
    "reduce_window_sum": windows.pool,
    "reduce_max": windows.reduce,
    "reduce_sum": windows.reduce,
    "concatenate": moves.concatenate,
    "slice": moves.cut,
    "dynamic_slice": moves.dynamic_cut,
    "split": moves.split,
    "rev": moves.reverse,
    "pad": moves.pad,
    "gather": moves.gather,
    "stack": moves.stack,
    "tile": moves.tile,
    "scan": loops.scan,
    "fake_quantise": quantise.fake_quantise,
    "reshape": shapes.reshape,
    "squeeze": shapes.reshape,
    "expand_dims": shapes.reshape,
    "broadcast_in_dim": shapes.reshape,
    "transpose": shapes.transpose,
    "stop_gradient": shapes.same,
    "copy": shapes.same,
    "copy_p": shapes.same,
    "name": shapes.same,
    "sharding_constraint": shapes.same,
    "convert_element_type": shapes.same,
    "reduce_precision": shapes.same,
    "optimization_barrier": shapes.each,
}
