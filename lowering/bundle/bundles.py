"""The deploy folder: a module for one target, its weights, a real clip with JAX's answer, flags for IREE's tools, and a manifest."""

import dataclasses
import hashlib
import importlib.metadata
import json
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
from iree import runtime

from lowering.bundle import compile as compilers
from lowering.bundle import manifests
from lowering.graph import ops, rewrites
from lowering.kernels import emit
from lowering.system import files
from lowering.targets import schedules, targets

FORMAT = 1
FILES = ("module.mlir", "module.vmfb", "weights.irpa", "clip.npy", "logits.npy", "run.flags", "bench.flags")


class BundleError(ValueError):
    """A folder that is no bundle, or not as it was written: the message says what was met, what was expected and how to mend it."""


@dataclasses.dataclass(frozen=True)
class Info:
    """What travels with a network: where it comes from and what it may be called upon to do. `clip` is the clip spec as JSON."""

    run: str
    model: str
    labels: tuple[str, ...]
    clip: dict[str, Any]
    scheme: str
    rate: float
    accuracy: float | None
    protocol: str


@dataclasses.dataclass(frozen=True)
class Bundle:
    """A checked bundle on disk."""

    folder: pathlib.Path
    manifest: dict[str, Any]

    @property
    def target(self) -> targets.Target:
        return targets.find(self.manifest["target"]["name"])

    @property
    def name(self) -> str:
        return f"{self.manifest['run']} on {self.manifest['target']['name']}"

    @property
    def macs(self) -> int:
        return sum(layer["macs"] for layer in self.manifest["layers"])

    def array(self, name: str) -> np.ndarray:
        """f32, the bundle's own clip or the logits for it: "clip.npy", "logits.npy"."""
        return _checked(self.folder / name, manifests.array)

    def layers_of(self, dispatch: str) -> list[dict[str, Any]]:
        """The entries of the layers that a dispatch computes: none, its own, or both of a chain "first.second"."""
        return [layer for layer in self.manifest["layers"] if layer["name"] in dispatch.split(".")]


def write(
    folder: pathlib.Path, graph: ops.Graph, target: targets.Target, clip: np.ndarray, logits: np.ndarray, info: Info,
    chosen: schedules.Schedules = schedules.NONE,
) -> Bundle:  # fmt: skip
    """Rewrites, emits and compiles a traced graph into `folder`; clip f32[1, D, H, W, C] and JAX's logits f32[1, classes] for it.

    A bundle of the same network, target and versions that is already there is left as it is. Nothing half-written is left under `folder`.
    """
    _check_arrays(graph, clip, logits)
    if not (folder / "manifest.json").is_file() and not files.is_free(folder):
        raise BundleError(f"{folder} holds other things than a bundle; choose a folder that is empty or new")
    rewritten = rewrites.tuned(graph, chosen)
    module = emit.emit(rewritten, target)
    source = _source_hash(module, target, clip, logits, info)
    if (existing := _reusable(folder, source)) is not None:
        return existing
    with files.whole_folder(folder) as part:
        build(part, module, target, clip)
        np.save(part / "logits.npy", logits.astype(np.float32, order="C"))
        (part / "run.flags").write_text(_flags(target, check=float(np.abs(logits).max()) * target.precision.tolerance))
        found = {"tuning": tuning(rewritten), "layers": layers(rewritten, graph)}
        text = json.dumps(_manifest(part, module, found, target, info, source), indent=1)
        (part / "manifest.json").write_text(text)
        _checked(part / "manifest.json", lambda path: manifests.check(manifests.read(path)))
    return Bundle(folder, json.loads(text))


def build(folder: pathlib.Path, module: emit.Module, target: targets.Target, clip: np.ndarray) -> None:
    """Compiles a module into `folder`, beside its weights, a clip and the flags to time it: all that it takes to run."""
    (folder / "module.mlir").write_text(module.text)
    compilers.compile(folder / "module.mlir", target, folder / "module.vmfb")
    _write_weights(folder / "weights.irpa", module.parameters)
    np.save(folder / "clip.npy", clip.astype(np.float32, order="C"))
    (folder / "bench.flags").write_text(_flags(target, check=None))


def read(folder: pathlib.Path, verify: bool = True) -> Bundle:
    """The bundle in `folder`; with `verify` every file must have the size and hash that the manifest says, flags and arrays be as `write` makes them.

    A hash says that nothing was damaged. Who made a bundle may have put anything into its module: run those that you trust.
    """
    path = folder / "manifest.json"
    if not path.is_file() or path.is_symlink():
        raise BundleError(f"{folder} has no manifest.json; expected a folder that `rt3d lower` wrote")
    try:
        manifest = manifests.read(path)
        written = manifest["format"]
        if written == FORMAT:
            manifests.check(manifest)
    except (ValueError, KeyError, OSError) as error:
        raise BundleError(f"{path} is not a manifest ({error!r}); write the bundle again with `rt3d lower`") from error
    if written != FORMAT:
        raise BundleError(
            f"{path} has format {repr(written)[:100]}, this version reads {FORMAT}; write the bundle again with `rt3d lower`"
        )
    bundle = Bundle(folder, manifest)
    device = bundle.target.device
    for name in FILES if verify else ():
        _check_file(folder / name, manifest["files"].get(name))
    if verify:
        _checked(folder / "run.flags", lambda found: manifests.check_flags(found, device))
        _checked(folder / "bench.flags", lambda found: manifests.check_flags(found, device))
        for name in ("clip.npy", "logits.npy"):
            bundle.array(name)
    return bundle


def _check_arrays(graph: ops.Graph, clip: np.ndarray, logits: np.ndarray) -> None:
    for what, array, shape in (("clip", clip, graph.input.shape), ("logits", logits, graph.output.shape)):
        if array.shape != (1, *shape):
            raise BundleError(f"{what} has shape {array.shape}, the network wants {(1, *shape)}")
    if not np.isfinite(logits).all():
        raise BundleError(
            "JAX's logits for the clip are not all finite; the network's weights are broken or the clip is not normalised"
        )


def _check_file(path: pathlib.Path, entry: dict[str, Any] | None) -> None:
    if entry is None or not path.is_file():
        raise BundleError(f"{path} is missing; write the bundle again with `rt3d lower`")
    if path.is_symlink():
        raise BundleError(f"{path} is a link, expected a file of the bundle's own; copy what it names to its place")
    if path.stat().st_size != entry["bytes"] or file_hash(path) != entry["sha256"]:
        raise BundleError(
            f"{path} is not the file that was written ({entry['bytes']} bytes, sha256 {entry['sha256'][:12]}...); lower again"
        )


def _checked(path: pathlib.Path, parse: Callable[[pathlib.Path], Any]) -> Any:
    """What `parse` makes of a file; BundleError for its ValueError."""
    try:
        return parse(path)
    except ValueError as error:
        raise BundleError(f"{path} holds {error}; write the bundle again with `rt3d lower`") from error


def _reusable(folder: pathlib.Path, source: str) -> Bundle | None:
    try:
        bundle = read(folder)
    except (BundleError, targets.TargetError):
        return None
    return bundle if bundle.manifest.get("source") == source else None


def _write_weights(path: pathlib.Path, parameters: dict[str, np.ndarray]) -> None:
    index = runtime.ParameterIndex()
    for name, array in parameters.items():
        index.add_buffer(name, array.reshape(-1).view(np.uint8))
    index.create_archive_file(str(path))
    path.chmod(0o644)


def _flags(target: targets.Target, check: float | None) -> str:
    lines = [
        "--module=module.vmfb",
        f"--parameters={emit.SCOPE}=weights.irpa",
        f"--device={target.device}",
        "--function=main",
        "--input=@clip.npy",
    ]
    lines += (
        ["--device_allocator=caching"] if target.kind == "cpu" else []
    )  # fresh buffers in every call would cost page faults: a fifth of C3D's time
    lines += ["--expected_output=@logits.npy", f"--expected_f32_threshold={check:.9g}"] if check is not None else []
    return "\n".join(lines) + "\n"


def _manifest(
    folder: pathlib.Path,
    module: emit.Module,
    found: dict[str, Any],
    target: targets.Target,
    info: Info,
    source: str,
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        **dataclasses.asdict(info),
        "target": {
            "name": target.name,
            "kind": target.kind,
            "device": target.device,
            "flags": list(target.flags),
            "macs_per_dispatch": target.macs_per_dispatch,
        },
        **found,
        "dispatches": module.dispatches,
        "executables": module.executables,
        "versions": versions(),
        "source": source,
        "files": {
            name: {"bytes": (folder / name).stat().st_size, "sha256": file_hash(folder / name)} for name in FILES
        },
    }


def layers(packed: ops.Graph, traced: ops.Graph) -> list[dict[str, Any]]:
    """One entry per kernel: MACs as traced (dense) and as packed, output shape, filters in a row, rows, the shortest and longest."""
    dense = {node.name: ops.macs(node) for node in traced.nodes}
    found = []
    for node in packed.nodes:
        if isinstance(node.op, ops.PackedConv | ops.PackedDense):
            kernel = node.op.kernel
            lengths = np.diff(kernel.starts)
            found.append({
                "name": node.name, "shape": list(node.shape), "macs_dense": dense[node.name], "macs": ops.macs(node),
                "group": kernel.group, "rows": kernel.rows, "row_taps": [int(lengths.min()), int(lengths.max())],
                **({"choice": node.op.schedule.row()} if isinstance(node.op, ops.PackedConv) and node.op.schedule.row() else {}),
            })  # fmt: skip
    return found


def tuning(packed: ops.Graph) -> str:
    """Who chose how the convolutions are computed, one of choices.SOURCES: the last of them that chose for any layer."""
    found = {node.op.schedule.source for node in packed.nodes if isinstance(node.op, ops.PackedConv)} | {"default"}
    return max(found, key=schedules.SOURCES.index)


def versions() -> dict[str, str]:
    """Versions of what a bundle's numbers depend on."""
    return {
        name: importlib.metadata.version(name)
        for name in ("rt3d-jax", "iree-base-compiler", "iree-base-runtime", "jax", "numpy")
    }


def file_hash(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _source_hash(module: emit.Module, target: targets.Target, clip: np.ndarray, logits: np.ndarray, info: Info) -> str:
    digest = hashlib.sha256(module.text.encode())
    for part in (
        json.dumps([target.flags, versions(), dataclasses.asdict(info)]).encode(),
        clip.tobytes(),
        logits.tobytes(),
    ):
        digest.update(part)
    for name, array in sorted(module.parameters.items()):
        digest.update(name.encode() + array.tobytes())
    return digest.hexdigest()
