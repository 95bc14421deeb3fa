"""MNN: its CPU backend, its converter, and its quantiser. Of the package nothing is typed."""

import importlib
import json
import pathlib
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from lowering.peers import networks
from lowering.peers.loaded import Arrays, Loaded, laid

# Examples that the quantiser sees. ADMM computes all of them in one batch, and holds all their activations.
MOST = 8


def floats(folder: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """MNN's CPU backend, from a model that its converter made in a process of its own."""
    library: Any = importlib.import_module("MNN")
    interpreter = library.Interpreter(str(_converted(folder / networks.MODEL)))
    session = interpreter.createSession({"backend": "CPU", "numThread": threads, "precision": "high"})
    kinds = {"float32": library.Halide_Type_Float, "int32": library.Halide_Type_Int, "uint8": library.Halide_Type_Uint8}
    caffe = library.Tensor_DimensionType_Caffe
    tensor = lambda array: library.Tensor(array.shape, kinds[array.dtype.name], array, caffe)
    sources = {name: interpreter.getSessionInput(session, name) for name in inputs}
    results = interpreter.getSessionOutputAll(session)
    taken = {name: tensor(np.array(each.getNumpyData())) for name, each in results.items()}

    def infer(given: dict[str, Any]) -> dict[str, np.ndarray]:
        for name, source in sources.items():
            source.copyFrom(given[name])
        interpreter.runSession(session)
        for name, result in results.items():
            result.copyToHostTensor(taken[name])
        return {name: np.array(each.getNumpyData()) for name, each in taken.items()}

    return Loaded(lambda inputs: {name: tensor(array) for name, array in laid(inputs).items()}, infer)


def integers(folder: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """The network of f32, quantised by MNN. Modules run it: MNN's sessions give wrong answers for such a network."""
    library: Any = importlib.import_module("MNN")
    network, expr = importlib.import_module("MNN.nn"), importlib.import_module("MNN.expr")
    converted = _converted(folder / networks.FLOATS)
    interpreter = library.Interpreter(str(converted))
    names = list(interpreter.getSessionOutputAll(interpreter.createSession()))
    quantised = _quantised(converted, networks.calibration(folder))
    settings = {"backend": "CPU", "numThread": threads, "precision": "high"}
    runtime: Any = network.create_runtime_manager((settings,))
    module = network.load_module_from_file(str(quantised), list(inputs), names, runtime_manager=runtime)
    order = list(inputs)

    def place(inputs: Arrays) -> list[Any]:
        given = laid(inputs)
        return [expr.const(given[name], list(given[name].shape), expr.NCHW) for name in order]

    def infer(given: list[Any]) -> dict[str, np.ndarray]:
        found = [expr.convert(each, expr.NCHW).read() for each in module.forward(given)]
        return dict(zip(names, map(np.array, found), strict=True))

    return Loaded(place, infer)


def _converted(model: pathlib.Path) -> pathlib.Path:
    """MNN's own form beside an ONNX model.

    The converter is called as the library that it is: the script `mnnconvert` around it runs pip and reports to its
    makers.
    """
    converted = model.with_suffix(".mnn")
    _tool("converter", "mnnconvert", ["-f", "ONNX", "--modelFile", model, "--MNNModel", converted, "--bizCode", "rt3d"])
    return converted


def _quantised(model: pathlib.Path, examples: Sequence[Arrays]) -> pathlib.Path:
    """A model of MNN's with int8 in it.

    Of its three methods, KL crashes on clips, and EMA was off by a third of the answers on a network on which ADMM was
    off by 1 %. The examples are text.
    """
    to, folder = model.with_suffix(".int8.mnn"), model.with_suffix(".examples")
    shapes: list[dict[str, Any]] = []
    for number, example in enumerate(examples[:MOST]):
        (place := folder / f"{number:04}").mkdir(parents=True, exist_ok=True)
        arrays = laid(example)
        for name, array in arrays.items():
            np.savetxt(place / f"{name}.txt", array.reshape(1, -1), fmt="%.9g")
        shapes = [{"name": name, "shape": list(array.shape)} for name, array in arrays.items()]
        (place / "input.json").write_text(json.dumps({"inputs": shapes}))
    settings = {
        "path": str(folder),
        "input_type": "sequence",
        "inputs": shapes,
        "used_sample_num": len(examples[:MOST]),
        "feature_quantize_method": "ADMM",
        "weight_quantize_method": "MAX_ABS",
        "quant_bits": 8,
        "batch_size": 1,
    }
    described = model.with_suffix(".json")
    described.write_text(json.dumps(settings))
    _tool("quantiser", "mnnquant", [model, to, described])
    return to


def _tool(what: str, name: str, arguments: Sequence[str | pathlib.Path]) -> None:
    """Runs one of MNN's tools, which all write the file that ends in .mnn last among the arguments."""
    command = [sys.executable, "-c", f"import sys, _tools; _tools.{name}(sys.argv)", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    models_ = [pathlib.Path(each) for each in arguments if str(each).endswith(".mnn")]
    if done.returncode or not models_[-1].is_file():
        said = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        raise RuntimeError(f"MNN's {what} failed on {pathlib.Path(models_[-1]).name}: {said[-1]}")
