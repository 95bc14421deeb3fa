"""rt3d onnx: a trained run as an ONNX model."""

import dataclasses
import importlib.util
import pathlib
from collections.abc import Sequence
from typing import Annotated

import jax
import numpy as np
import tyro

from lowering.graph import trace
from lowering.graph.rewrites import stages
from rt3d_jax.cli import console, lower
from rt3d_jax.training import checkpoints

TOLERANCE = 1e-4  # of the largest output


def run(folder: Annotated[pathlib.Path, tyro.conf.Positional], /, out: pathlib.Path | None = None) -> int:
    """Write a trained run as an ONNX model for other engines, and check it against JAX with ONNX Runtime.

    The input `clip` is f32[1, 3, frames, height, width], the output `logits` f32[1, classes]. Networks of other tasks
    have their own inputs, feature maps as NCDHW. Batch norm and ReLU are folded, and pruned weights are zeros. The clip
    spec, labels, scheme, rate and score are in metadata_props. Exit code 1 if the answer differs from JAX's.

    Args:
        folder: Folder of a finished phase, such as OUT/runs/dense.
        out: File to write; default: onnx/NAME.onnx, beside the folder runs.
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
