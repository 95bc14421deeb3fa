"""rt3d onnx: write a trained run as an ONNX model."""

import dataclasses
import importlib.util
import pathlib
from collections.abc import Sequence

import jax
import numpy as np

from lowering.graph import trace
from lowering.graph.rewrites import stages
from rt3d_jax.cli import console, lower
from rt3d_jax.training import checkpoints

TOLERANCE = 1e-4  # of the largest output


def run(folder: pathlib.Path, /, out: pathlib.Path | None = None) -> int:
    """Write a run as an ONNX model for other engines, and check it against JAX with ONNX Runtime.

    The input `clip` is f32[1, 3, frames, height, width], and the output `logits` is f32[1, classes]. A network of
    another task has the inputs of its task, with feature maps as NCDHW. Batch norm and ReLU are folded into the
    convolutions. Pruned weights are stored as zeros. The metadata of the model (metadata_props) hold the clip, labels,
    scheme, rate and score.

    The exit code is 1 if the answer differs from JAX's.

    Args:
        folder: A run, such as OUT/runs/dense.
        out: The file to write. By default it is onnx/NAME.onnx beside the folder `runs`.

    Examples:
        rt3d onnx runs/first/runs/kgs-3.6x
        rt3d onnx runs/first/runs/dense --out c3d.onnx
    """
    from lowering.graph import onnx as onnx_export

    network = checkpoints.load_network(folder)
    apply, shapes = checkpoints.apply(network), [one.shape for one in network.signature.structs()]
    path = out or folder.resolve().parents[1] / "onnx" / f"{network.name}.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    graph = stages.run(trace.trace(apply, network.params, shapes), stages.ALGEBRA)
    onnx_export.write(path, onnx_export.export(graph, dataclasses.asdict(lower.describe(network))))
    if importlib.util.find_spec("onnxruntime") is None:
        console.say(f"{path}: not checked, onnxruntime is not installed")
        return 0
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    expected = np.moveaxis(np.asarray(jax.jit(apply)(network.params, *inputs)), -1, 1)  # NCDHW, too
    answer = _answer(path, [onnx_export.to_input(one) for one in inputs])
    error = float(np.abs(answer - expected).max() / np.abs(expected).max())
    verdict = "same answer as JAX" if error <= TOLERANCE else "WRONG ANSWER"
    console.say(f"{path}: {verdict} (ONNX Runtime), error {error:.1e} of the largest output")
    return 0 if error <= TOLERANCE else 1


def _answer(path: pathlib.Path, inputs: Sequence[np.ndarray]) -> np.ndarray:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    return np.asarray(session.run(None, dict(zip(names, inputs, strict=True)))[0])
