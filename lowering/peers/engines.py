"""How each engine loads a network: its own best settings for single clips in f32 on a fixed number of threads.

A load function takes the network's folder, the number of threads and the inputs by name, as JAX takes them. It gives a
function from nothing to the results by name. The inputs lie in memory as the engine likes it, and feature maps among
the results are NCDHW. Engines are imported where they are used, so that the process of one holds no other.
"""

import dataclasses
import importlib
import importlib.metadata
import pathlib
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lowering.graph.onnx import model as models
from lowering.peers import networks

Arrays = Mapping[str, np.ndarray]
Infer = Callable[[], dict[str, np.ndarray]]
OURS = "rt3d-jax (IREE)"


@dataclasses.dataclass(frozen=True)
class Engine:
    """library: the module that must be there. package: what pip calls it. settings: how it is run, for people."""

    name: str
    library: str
    package: str
    settings: str
    load: Callable[[pathlib.Path, int, Arrays], Infer]

    @property
    def version(self) -> str:
        return importlib.metadata.version(self.package)


def rt3d(folder: pathlib.Path, threads: int, inputs: Arrays) -> Infer:
    """The host bundle, in IREE's Python runtime."""
    from lowering.bundle import bundles, run

    bundle = bundles.read(folder / networks.BUNDLE, verify=False)
    network, names = run.load(bundle, threads), [entry["name"] for entry in bundle.manifest["outputs"]]
    given = tuple(inputs[entry["name"]] for entry in bundle.manifest["inputs"])

    def infer() -> dict[str, np.ndarray]:
        found = network(*given)
        several = found if isinstance(found, tuple) else (found,)
        return {name: models.laid(array) for name, array in zip(names, several, strict=True)}

    return infer


def openvino(folder: pathlib.Path, threads: int, inputs: Arrays) -> Infer:
    """OpenVINO's CPU plugin; f32 is asked for, since it would take bf16 where the processor has it."""
    import openvino as library

    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
    request = library.Core().compile_model(folder / networks.MODEL, "CPU", settings).create_infer_request()
    given = _laid(inputs)

    def infer() -> dict[str, np.ndarray]:
        found = request.infer(given, share_inputs=True)
        return {port.any_name: np.asarray(array) for port, array in found.items()}

    return infer


def onnxruntime(folder: pathlib.Path, threads: int, inputs: Arrays) -> Infer:
    """ONNX Runtime's CPU provider."""
    import onnxruntime as library

    options = library.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.execution_mode = library.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = library.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = library.InferenceSession(folder / networks.MODEL, options, providers=["CPUExecutionProvider"])
    given, names = _laid(inputs), [each.name for each in session.get_outputs()]
    return lambda: dict(zip(names, map(np.asarray, session.run(names, given)), strict=True))


def torch(folder: pathlib.Path, threads: int, inputs: Arrays) -> Infer:
    """PyTorch as it is called: eager, in inference mode, in the memory format of its own networks."""
    from lowering.peers import torch_network

    return torch_network.eager(folder / networks.NODES, threads, inputs)


def torch_frozen(folder: pathlib.Path, threads: int, inputs: Arrays) -> Infer:
    """PyTorch, traced and frozen for oneDNN by TorchScript: much faster than eager, and deprecated."""
    from lowering.peers import torch_network

    return torch_network.frozen(folder / networks.NODES, threads, inputs)


def inductor(folder: pathlib.Path, threads: int, inputs: Arrays) -> Infer:
    """PyTorch through torch.compile; needs a C++ compiler and a minute."""
    from lowering.peers import torch_network

    return torch_network.compiled(folder / networks.NODES, threads, inputs)


def mnn(folder: pathlib.Path, threads: int, inputs: Arrays) -> Infer:
    """MNN's CPU backend, from a model that its converter made in a process of its own."""
    library: Any = importlib.import_module("MNN")  # of which nothing is typed
    converted = _convert_to_mnn(folder / networks.MODEL)
    interpreter = library.Interpreter(str(converted))
    session = interpreter.createSession({"backend": "CPU", "numThread": threads, "precision": "high"})
    kinds = {"float32": library.Halide_Type_Float, "int32": library.Halide_Type_Int, "uint8": library.Halide_Type_Uint8}
    caffe = library.Tensor_DimensionType_Caffe
    tensor = lambda array: library.Tensor(array.shape, kinds[array.dtype.name], array, caffe)
    sources = {name: interpreter.getSessionInput(session, name) for name in inputs}
    given = {name: tensor(array) for name, array in _laid(inputs).items()}
    results = interpreter.getSessionOutputAll(session)
    taken = {name: tensor(np.array(each.getNumpyData())) for name, each in results.items()}

    def infer() -> dict[str, np.ndarray]:
        for name, source in sources.items():
            source.copyFrom(given[name])
        interpreter.runSession(session)
        for name, result in results.items():
            result.copyToHostTensor(taken[name])
        return {name: np.array(each.getNumpyData()) for name, each in taken.items()}

    return infer


ENGINES: dict[str, Engine] = {
    OURS: Engine(OURS, "iree.runtime", "iree-base-runtime", "module of the host bundle, caching allocator", rt3d),
    "openvino": Engine("openvino", "openvino", "openvino", "CPU, LATENCY hint, f32 inference precision", openvino),
    "onnxruntime": Engine(
        "onnxruntime", "onnxruntime", "onnxruntime", "CPU, all graph optimisations, sequential", onnxruntime
    ),
    "torch": Engine("torch", "torch", "torch", "eager, inference mode, batch norms folded", torch),
    "torch-frozen": Engine(
        "torch-frozen", "torch", "torch", "inference mode, traced and frozen for oneDNN", torch_frozen
    ),
    "inductor": Engine("inductor", "torch", "torch", "torch.compile with freezing, channels last", inductor),
    "mnn": Engine("mnn", "MNN", "MNN", "CPU, converted from ONNX, precision high", mnn),
}
PEERS = tuple(name for name in ENGINES if name != OURS)


def _laid(inputs: Arrays) -> dict[str, np.ndarray]:
    return {name: np.array(models.laid(array), order="C") for name, array in inputs.items()}


def _convert_to_mnn(model: pathlib.Path) -> pathlib.Path:
    """MNN's own form beside an ONNX model.

    The converter is called as the library that it is: the script `mnnconvert` around it runs pip and reports to its
    makers.
    """
    converted = model.with_suffix(".mnn")
    command = [sys.executable, "-c", "import sys, _tools; _tools.mnnconvert(sys.argv)"]
    arguments = ["-f", "ONNX", "--modelFile", str(model), "--MNNModel", str(converted), "--bizCode", "rt3d"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if done.returncode or not converted.is_file():
        said = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        raise RuntimeError(f"MNN's converter failed on {model.name}: {said[-1]}")
    return converted
