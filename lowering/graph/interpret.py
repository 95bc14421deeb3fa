"""What a graph means, in numpy: the oracle that every backend is held against.

Operations say their own meaning (graph/operations).
"""

import numpy as np

from lowering.graph import ops


def evaluate(graph: ops.Graph, *inputs: np.ndarray) -> np.ndarray:
    """The graph's result for one example, f32: an array f32[D, H, W, C] or f32[K] per input; sums are f64."""
    arguments = zip(graph.inputs, inputs, strict=True)
    values = {node.name: np.asarray(given, np.float64) for node, given in arguments}
    for node in graph.nodes:
        if not isinstance(node.op, ops.Input):
            values[node.name] = node.op.apply([values[name] for name in node.inputs])
    return values[graph.result].astype(np.float32)
