"""What a bundle is, and reading one.

A bundle is a folder: a module for one target, its weights, an example with JAX's answer, flags for IREE's tools, and a
manifest. `write` makes one, `run` runs it.
"""

import dataclasses
import importlib.metadata
import os
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lowering.bundle import flags, manifests
from lowering.graph.operations import winograd
from lowering.system import hashes, typed
from lowering.targets import targets

FORMAT, STREAM = 3, 4  # of manifests, and of those of streams
FILES = (
    "module.mlir",
    "module.vmfb",
    "weights.irpa",
    "clip.npy",
    "logits.npy",
    "compile.flags",
    "run.flags",
    "bench.flags",
)
ANSWER = "logits.npy"
AGAIN = "write the bundle again with `rt3d lower`"


class BundleError(ValueError):
    """A folder is no bundle, or not as it was written. The message says what is wrong with it and how to mend it."""


@dataclasses.dataclass(frozen=True)
class Score:
    """How good a network is, by the measure of its task.

    value is in `unit`, such as "%". name: of the measure, such as "accuracy". protocol: how it was measured, in words.
    error: the standard error of `value`, None where it is not known. also: further numbers by their names.
    """

    value: float
    unit: str
    name: str
    protocol: str
    more_is_better: bool = True
    error: float | None = None
    also: Mapping[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Info:
    """What travels with a network beside its weights. All of it is optional.

    run: what the network is called. model: the architecture. labels: names of the classes, in the order of the logits.
    clip: how a clip is cut from a video, as JSON. scheme: how the weights were pruned, such as "kgs 8x4".
    rate: dense MACs / kept MACs; None: counted from the layers as they are packed.
    accuracy: of a classifier, in % of the test examples, measured as `protocol` says. score: the same for any task.
    quantisation: of a network of int8, how it became one, see manifests.Quantised; None for one of f32.
    """

    run: str = "network"
    model: str = ""
    labels: tuple[str, ...] = ()
    clip: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    scheme: str = ""
    rate: float | None = None
    accuracy: float | None = None
    protocol: str = ""
    score: Score | None = None
    quantisation: Mapping[str, Any] | None = None

    @property
    def entries(self) -> dict[str, Any]:
        """The fields of a manifest or model that say this."""
        found = dataclasses.asdict(self)
        if self.quantisation is None:
            del found["quantisation"]
        if self.score is not None and not self.score.also:
            del found["score"]["also"]
        return found


@dataclasses.dataclass(frozen=True)
class Bundle:
    """A checked bundle on disk. A manifest of an older format is held as one of today's."""

    folder: pathlib.Path
    manifest: dict[str, Any]

    @property
    def target(self) -> targets.Target:
        return targets.find(self.manifest["target"]["name"])

    @property
    def name(self) -> str:
        return f"{self.manifest['run']} on {self.manifest['target']['name']}"

    @property
    def form(self) -> str:
        """How its kernels are written, one of targets.FORMS; older bundles do not say, and have executables."""
        return self.manifest.get("form", targets.FORMS[0])

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference, those of kept weights only."""
        return sum(layer["macs"] for layer in self.manifest["layers"])

    @property
    def inputs(self) -> tuple[str, ...]:
        """The files of the example inputs, in the order of the network's arguments. The first is always clip.npy."""
        return tuple(entry["file"] for entry in self.manifest["inputs"])

    @property
    def outputs(self) -> tuple[str, ...]:
        """The files of JAX's answers, in the order of the network's results. The first is always logits.npy."""
        return tuple(entry["file"] for entry in self.manifest["outputs"])

    @property
    def files(self) -> tuple[str, ...]:
        """Every file of the bundle but manifest.json."""
        written = (name for name in FILES if name != "compile.flags" or self.manifest["format"] > 1)
        return (*written, *self.inputs[1:], *self.outputs[1:], *(entry["file"] for entry in self.sequence))

    @property
    def stream(self) -> dict[str, Any] | None:
        """How a stream goes on (manifests.StreamEntry); None for a network of clips."""
        return self.manifest.get("stream")

    @property
    def sequence(self) -> list[dict[str, Any]]:
        """The arrays of a stream's example: its frames, then the answers."""
        return [self.stream["sequence"], *self.stream["answers"]] if self.stream else []

    @property
    def tolerance(self) -> float:
        """The largest error of an answer, of the largest value of JAX's."""
        return self.manifest.get("tolerance", self.target.precision.tolerance)

    def array(self, name: str) -> np.ndarray:
        """One of the example inputs or of JAX's answers to them, by file: "clip.npy", "logits.npy"."""
        return _checked(self.folder / name, manifests.array)

    def errors(self, name: str, found: np.ndarray) -> tuple[float, float]:
        """The largest error of an answer against JAX's in the file `name`: absolute, and of the largest value.

        Both have the same shape and type. Of integers made of floats, the error is what goes beyond one step.
        """
        expected = self.array(name)
        if not np.isfinite(found).all():
            return float("inf"), float("inf")
        rounded = any(entry.get("rounded") for entry in self.manifest["outputs"] if entry["file"] == name)
        largest = max(0.0, float(np.abs(found.astype(np.float64) - expected).max()) - rounded)
        return largest, largest / scale(expected)

    def layers_of(self, dispatch: str) -> list[dict[str, Any]]:
        """The layers that a dispatch computes: none, one, or both of two fused layers, called "first.second".

        A layer by Winograd's filtering has two or three dispatches, of which only that of its products counts.
        """
        found = [layer for layer in self.manifest["layers"] if layer["name"] in dispatch.split(".")]
        return [layer for layer in found if not layer.get("winograd") or winograd.PRODUCTS in dispatch]


def read(folder: str | pathlib.Path, verify: bool = True) -> Bundle:
    """The bundle in `folder`. BundleError if it is none; with `verify`, also if a file is not the one that was written.

    Verified are the size and hash of every file, the flags and the arrays. A hash says that nothing was damaged. It
    says nothing about who made the bundle, and a module may do anything: run those that you trust.
    """
    if not isinstance(folder, str | os.PathLike):
        raise BundleError(f"folder is {typed.what(folder)}, expected the path of a bundle")
    bundle = Bundle(pathlib.Path(folder), _manifest(pathlib.Path(folder)))
    if verify:
        _verify(bundle)
    return bundle


def opened(bundle: "Bundle | str | pathlib.Path") -> Bundle:
    """A bundle, which may be given by its folder. It is then read and verified. BundleError as `read`."""
    return bundle if isinstance(bundle, Bundle) else read(bundle)


def versions() -> dict[str, str]:
    """Versions of the packages on which a bundle's numbers depend."""
    names = ("rt3d-jax", "iree-base-compiler", "iree-base-runtime", "jax", "numpy")
    return {name: importlib.metadata.version(name) for name in names}


def scale(answer: np.ndarray) -> float:
    """Errors are relative to the largest magnitude of JAX's answer, or absolute where it is zero everywhere."""
    return float(np.abs(answer).max()) or 1.0


def _manifest(folder: pathlib.Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    if not path.is_file() or path.is_symlink():
        raise BundleError(f"{folder} has no manifest.json; expected a folder that `rt3d lower` wrote")
    try:
        manifest = manifests.read(path)
        written = manifest["format"]
        if written in range(1, STREAM + 1):
            manifests.check(manifest)
    except ValueError as error:
        raise BundleError(f"{path} is not a manifest ({error}); {AGAIN}") from error
    if written not in range(1, STREAM + 1):
        raise BundleError(f"{path} has format {repr(written)[:100]}, this version reads 1 to {STREAM}; {AGAIN}")
    if hashes.SEAL in manifest and not hashes.is_whole(manifest):
        raise BundleError(f"{path} is not the file that was written, of which it holds the hash; {AGAIN}")
    if written >= FORMAT:
        return manifest
    return manifests.upgrade(manifest, lambda: _shapes(folder, manifest["files"]))


def _shapes(folder: pathlib.Path, files: dict[str, Any]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Of the clip and of the answer, which a manifest of format 1 does not say."""
    for name in ("clip.npy", ANSWER):
        _check_file(folder / name, files.get(name))
    return _checked(folder / "clip.npy", manifests.array).shape, _checked(folder / ANSWER, manifests.array).shape


def _verify(bundle: Bundle) -> None:
    folder, manifest, device = bundle.folder, bundle.manifest, bundle.target.device
    for name in bundle.files:
        _check_file(folder / name, manifest["files"].get(name))
    sequence = [entry["file"] for entry in bundle.sequence]
    of_run = (sequence[:1], sequence[1:]) if sequence else (bundle.inputs, bundle.outputs)
    for name, arrays in (("run.flags", of_run), ("bench.flags", (bundle.inputs, bundle.outputs))):
        _checked(folder / name, lambda found, arrays=arrays: flags.check_flags(found, device, *arrays))
    if "compile.flags" in bundle.files:
        known = manifest["target"].get("flags", [])
        _checked(folder / "compile.flags", lambda found: flags.check_compile_flags(found, known))
    for entry in (*manifest["inputs"], *manifest["outputs"], *bundle.sequence):
        found = bundle.array(entry["file"])
        if (found.shape, found.dtype.name) != (wanted := (tuple(entry["shape"]), entry["dtype"])):
            held = f"{found.dtype.name} of the shape {found.shape}"
            raise BundleError(f"{folder / entry['file']} holds {held}, expected {wanted[1]} of {wanted[0]}; {AGAIN}")


def _check_file(path: pathlib.Path, entry: dict[str, Any] | None) -> None:
    if entry is None or not path.is_file():
        raise BundleError(f"{path} is missing; {AGAIN}")
    if path.is_symlink():
        raise BundleError(f"{path} is a link, expected a file of the bundle's own; copy what it names to its place")
    if path.stat().st_size != entry["bytes"] or hashes.of_file(path) != entry["sha256"]:
        wanted = f"{entry['bytes']} bytes, sha256 {entry['sha256'][:12]}..."
        raise BundleError(f"{path} is not the file that was written ({wanted}); lower again")


def _checked(path: pathlib.Path, parse: Callable[[pathlib.Path], Any]) -> Any:
    """What `parse` makes of a file; BundleError for its ValueError."""
    try:
        return parse(path)
    except ValueError as error:
        raise BundleError(f"{path} holds {error}; {AGAIN}") from error
