"""rt3d onnx: write a trained run, or a network of the user's own, as an ONNX model."""

import importlib.util
import pathlib
from collections.abc import Sequence

import jax
import numpy as np

from lowering.graph import interpret
from lowering.graph.onnx import model
from lowering.graph.rewrites import stages
from lowering.targets import precisions
from rt3d_jax.cli import console, lowerable

TOLERANCE = 1e-4  # of the largest output


def run(network: pathlib.Path, /, out: pathlib.Path | None = None, name: str | None = None) -> int:
    """Write a network as an ONNX model for other engines, and check it against JAX with ONNX Runtime.

    The input `clip` is f32[1, 3, frames, height, width], and the output `logits` is f32[1, classes]. A network of
    another task has the inputs of its task, with feature maps as NCDHW. Batch norm and ReLU are folded into the
    convolutions. Pruned weights are stored as zeros. A run of int8 has pairs of QuantizeLinear and DequantizeLinear,
    and weights of int8. The metadata of the model (metadata_props) hold the clip, labels,
    scheme, rate and score.

    A network is a trained run, or a JAX function of your own: a function build() in my_nets.py that gives (apply,
    params, example) is called my_nets.py:build, or my_package.nets:build in a module.

    The exit code is 1 if the answer differs from JAX's.

    Args:
        network: A run, such as OUT/runs/dense, or a function, such as my_nets.py:build.
        out: The file to write. By default it is onnx/NAME.onnx beside the folder `runs`, and for a function in the
            current folder.
        name: What the model calls its network. By default it is the name of the run or function.

    Examples:
        rt3d onnx runs/first/runs/vanilla-3.6x
        rt3d onnx runs/first/runs/dense --out c3d.onnx
        rt3d onnx my_nets.py:build
    """
    from lowering.graph.onnx import export as onnx_export

    found = lowerable.find(network, name)
    path = out or found.home / "onnx" / f"{found.name}.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    graph = stages.run(found.traced(), stages.ALGEBRA)
    onnx_export.write(path, onnx_export.export(graph, found.info.entries))
    if importlib.util.find_spec("onnxruntime") is None:
        console.say(f"{path}: not checked, onnxruntime is not installed")
        return 0
    inputs = found.example or found.drawn()
    expected = jax.tree.leaves(jax.jit(found.apply)(found.params, *inputs))
    answers = _answers(path, [onnx_export.to_input(one) for one in inputs])
    laid = [model.laid(np.asarray(each)) for each in expected]
    error = max(map(interpret.difference, answers, laid, graph.rounded))
    allowed = TOLERANCE if found.info.quantisation is None else precisions.I8.tolerance
    verdict = "same answer as JAX" if error <= allowed else "WRONG ANSWER"
    console.say(f"{path}: {verdict} (ONNX Runtime), error {error:.1e} of the largest output")
    return 0 if error <= allowed else 1


def _answers(path: pathlib.Path, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    return [np.asarray(one) for one in session.run(None, dict(zip(names, inputs, strict=True)))]
