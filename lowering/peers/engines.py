"""How each engine loads a network: its own best settings for single clips on a fixed number of threads.

A load function takes the network's folder, the number of threads and the example's inputs by name, as JAX takes them.
Engines are imported where they are used, so that the process of one holds no other.
"""

import dataclasses
import importlib
import importlib.metadata
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lowering.graph.onnx import model as models
from lowering.peers import mnn, networks
from lowering.peers.loaded import Arrays, Loaded, laid
from lowering.targets import targets

OURS = "rt3d-jax (IREE)"
PRECISIONS = ("f32", "i8")


@dataclasses.dataclass(frozen=True)
class Engine:
    """An engine by its name.

    library: the module that must be there. package: what pip calls it. settings: how it is run, for people. extra: of
    rt3d-jax, by which it is installed. quantises: whether it makes integers of a network of f32 itself, by the
    calibration examples; else it gets ours. precisions: of the networks that it takes. switches: by level of x86-64
    (targets.LEVELS), the environment that keeps the engine to it; a level without one is none that it can be kept to.
    """

    name: str
    library: str
    package: str
    settings: str
    load: Callable[[pathlib.Path, int, Arrays], Loaded]
    extra: str = "peers"
    quantises: bool = False
    precisions: tuple[str, ...] = PRECISIONS
    switches: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)

    @property
    def version(self) -> str:
        return importlib.metadata.version(self.package)


def rt3d(folder: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """The host bundle, in IREE's Python runtime."""
    from lowering.bundle import bundles, run

    bundle = bundles.read(folder / networks.BUNDLE, verify=False)
    network, names = run.load(bundle, threads), [entry["name"] for entry in bundle.manifest["outputs"]]
    order = [entry["name"] for entry in bundle.manifest["inputs"]]

    def infer(given: list[np.ndarray]) -> dict[str, np.ndarray]:
        found = network(*given)
        several = found if isinstance(found, tuple) else (found,)
        return {name: models.laid(array) for name, array in zip(names, several, strict=True)}

    return Loaded(lambda inputs: [inputs[name] for name in order], infer)


def openvino(folder: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """OpenVINO's CPU plugin; f32 is asked for, since it would take bf16 where the processor has it."""
    return _openvino(folder / networks.MODEL, threads)


def openvino_nncf(folder: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """The same of the network of f32, which NNCF quantises after training by the calibration examples."""
    nncf, library = importlib.import_module("nncf"), importlib.import_module("openvino")
    floats = library.Core().read_model(folder / networks.FLOATS)
    examples = [laid(each) for each in networks.calibration(folder)]
    return _openvino(nncf.quantize(floats, nncf.Dataset(examples), subset_size=len(examples)), threads)


def _openvino(model: Any, threads: int) -> Loaded:
    """model: the path of one, or one in memory."""
    import openvino as library

    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
    request = library.Core().compile_model(model, "CPU", settings).create_infer_request()

    def infer(given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        found = request.infer(given, share_inputs=True)
        return {port.any_name: np.asarray(array) for port, array in found.items()}

    return Loaded(laid, infer)


def onnxruntime(folder: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """ONNX Runtime's CPU provider."""
    import onnxruntime as library

    options = library.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.execution_mode = library.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = library.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = library.InferenceSession(folder / networks.MODEL, options, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]
    infer = lambda given: dict(zip(names, map(np.asarray, session.run(names, given)), strict=True))
    return Loaded(laid, infer)


def torch(folder: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """PyTorch as it is called: eager, in inference mode, in the memory format of its own networks."""
    from lowering.peers import torch_network

    return torch_network.eager(folder / networks.NODES, threads, inputs)


def torch_frozen(folder: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """PyTorch, traced and frozen for oneDNN by TorchScript: much faster than eager, and deprecated."""
    from lowering.peers import torch_network

    return torch_network.frozen(folder / networks.NODES, threads, inputs)


def inductor(folder: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """PyTorch through torch.compile; needs a C++ compiler and a minute."""
    from lowering.peers import torch_network

    return torch_network.compiled(folder / networks.NODES, threads, inputs)


# oneDNN, in OpenVINO and PyTorch, and PyTorch's own kernels choose their instructions by these.
ONEDNN = {"avx2": {"ONEDNN_MAX_CPU_ISA": "AVX2"}, "avx512": {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}}
TORCH = {level: {**ONEDNN[level], "ATEN_CPU_CAPABILITY": level} for level in ONEDNN}
COMPILED: dict[str, dict[str, str]] = {level: {} for level in targets.LEVELS}  # for the level already

_ours: dict[str, Any] = {"package": "iree-base-runtime", "settings": "module of the host bundle, caching allocator"}
_torch: dict[str, Any] = {"library": "torch", "package": "torch", "extra": "torch", "precisions": ("f32",)}
_held: dict[str, Any] = _torch | {"switches": TORCH}
_openvino_settings = "CPU, LATENCY hint, f32 inference precision"
ENGINES: dict[str, Engine] = {
    each.name: each
    for each in (
        Engine(OURS, "iree.runtime", load=rt3d, switches=COMPILED, **_ours),
        Engine("openvino", "openvino", "openvino", _openvino_settings, openvino, switches=ONEDNN),
        Engine("onnxruntime", "onnxruntime", "onnxruntime", "CPU, all graph optimisations, sequential", onnxruntime),
        Engine("torch", load=torch, settings="eager, inference mode, batch norms folded", **_held),
        Engine("torch-frozen", load=torch_frozen, settings="inference mode, traced and frozen for oneDNN", **_held),
        Engine("inductor", load=inductor, settings="torch.compile with freezing, channels last", **_torch),
        Engine("mnn", "MNN", "MNN", "CPU, converted from ONNX, precision high", mnn.floats, precisions=("f32",)),
        Engine(
            "openvino-nncf",
            "nncf",
            "nncf",
            "as openvino, quantised by NNCF: all layers, symmetric, fast bias correction",
            openvino_nncf,
            extra="nncf",
            quantises=True,
            precisions=("i8",),
            switches=ONEDNN,
        ),
        Engine(
            "mnn-int8",
            "MNN",
            "MNN",
            "CPU, converted from ONNX and quantised by MNN's tool (ADMM, weights by MAX_ABS)",
            mnn.integers,
            quantises=True,
            precisions=("i8",),
        ),
    )
}
PEERS = tuple(name for name in ENGINES if name != OURS)
