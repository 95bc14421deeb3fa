"""Writes bundles: rewrites, emits and compiles a traced network for one target, beside its weights and an example."""

import dataclasses
import hashlib
import json
import math
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from iree import runtime

from lowering.bundle import bundles, coverage, examples, manifests, meaning
from lowering.bundle import compile as compilers
from lowering.graph import ops
from lowering.graph.rewrites import stages
from lowering.kernels import emit, steps
from lowering.system import files, hashes
from lowering.targets import schedules, targets


@dataclasses.dataclass(frozen=True, eq=False)
class _Draft:
    """A network as it would be compiled: rewritten, as a module, and what the manifest says of it."""

    graph: ops.Graph
    module: emit.Module
    about: dict[str, Any]


def write(
    folder: pathlib.Path,
    example: examples.Example,
    target: targets.Target,
    info: bundles.Info,
    chosen: schedules.Schedules = schedules.NONE,
    strict: bool = False,
) -> bundles.Bundle:
    """Rewrites, emits and compiles a traced network into `folder`, which is written whole or not at all.

    A bundle of the same network, target and versions that is already there is left as it is. `chosen`: tuned schedules.
    `strict`: refuse a network with operations that no kernel of ours computes. Where Winograd's filtering would make
    the answers worse than a bundle may give them, smaller tiles are taken, or none. The manifest's entry "refused" says
    so.

    Raises:
      bundles.BundleError: as `check_folder`.
      coverage.NotOurs: what `strict` refuses, before anything is compiled.
      meaning.WrongGraph: what would be compiled means something else than what JAX computed. Nothing is written.
    """
    files.clear_beside(folder)
    check_folder(folder)
    refused: list[dict[str, Any]] = []
    while True:
        draft = _draft(example, target, chosen, info, strict)
        if (existing := _reusable(folder, draft.about["source"])) is not None:
            return existing
        found = meaning.measure(draft.graph, example, target.precision)
        if not found.is_coarse:
            break
        refused.append(found.entry)
        target = targets.with_smaller_tiles(target, found.tile)
    found.check()
    answers = example.streamed.answers if example.streamed else example.answers
    allowed = min(map(bundles.scale, answers)) * found.tolerance
    with files.whole_folder(folder) as part:
        build(part, draft.module, target, example.inputs)
        for place, answer in enumerate(example.answers):
            _save(part / manifests.output_file(place), answer)
        _write_run(part, example, target, allowed)
        _write_manifest(part, draft.about | {"tolerance": found.tolerance} | ({"refused": refused} if refused else {}))
        bundles.read(part)
    return bundles.read(folder, verify=False)


def check(folder: pathlib.Path, example: examples.Example, target: targets.Target, strict: bool) -> None:
    """What `write` refuses at once, before anything is timed: see there."""
    check_folder(folder)
    if strict:
        coverage.check_strict(stages.rewrite(example.graph, target))


def check_folder(folder: pathlib.Path) -> None:
    """BundleError for a folder that holds other things than a bundle, and for a path that can be no folder."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        raise bundles.BundleError(f"{folder} cannot be made: {there} is a file; choose a folder that is empty or new")
    if not (folder / "manifest.json").is_file() and not files.is_free(folder):
        raise bundles.BundleError(f"{folder} holds other things than a bundle; choose a folder that is empty or new")


def build(folder: pathlib.Path, module: emit.Module, target: targets.Target, inputs: Sequence[np.ndarray]) -> None:
    """Compiles a module into `folder`, beside its weights, example inputs and the flags to time it."""
    (folder / "module.mlir").write_text(_header(target) + module.text)
    (folder / "compile.flags").write_text("".join(f"{flag}\n" for flag in target.flags))
    compilers.compile(folder / "module.mlir", target, folder / "module.vmfb")
    _write_weights(folder / "weights.irpa", module.parameters)
    for place, array in enumerate(inputs):
        _save(folder / manifests.input_file(place), array)
    names = [manifests.input_file(place) for place in range(len(inputs))]
    (folder / "bench.flags").write_text(_lines(_flags(target, module.function, names)))


def layers(rewritten: ops.Graph, traced: ops.Graph) -> list[dict[str, Any]]:
    """What the manifest says of each packed layer.

    MACs as traced (dense) and as packed, the shape of the output, filters in a row, rows, taps of the shortest and the
    longest row, and the schedule where there is one.
    """
    dense = {node.name: node.macs for node in traced.nodes}
    every = [layer for node in rewritten.nodes for layer in ops.layers(node)]
    tiled = {node.inputs[0]: node for node in every if isinstance(node.op, ops.WinogradResult)}
    found = []
    for node in _packed(rewritten):
        result = tiled.get(node.name)
        found.append(_layer(node, dense[node.name]) if result is None else _tiled(node, result, dense[result.name]))
    return found


def tuning(rewritten: ops.Graph) -> str:
    """Who chose the schedules: the last of schedules.SOURCES that did so for any convolution."""
    several = [getattr(node.op, "products", node.op) for node in _packed(rewritten)]
    found = {op.schedule.source for op in several if isinstance(op, ops.PackedConv)}
    return max(found | {"default"}, key=schedules.SOURCES.index)


def _draft(
    example: examples.Example, target: targets.Target, chosen: schedules.Schedules, info: bundles.Info, strict: bool
) -> _Draft:
    """coverage.NotOurs as `write`."""
    rewritten = stages.rewrite(example.graph, target, chosen)
    if strict:
        coverage.check_strict(rewritten)
    module = emit.emit(rewritten, target)
    about = {"tuning": tuning(rewritten), "layers": layers(rewritten, example.graph)}
    about |= {"nodes": coverage.nodes(rewritten), **example.entries}
    source = _source_hash(module, target, example, info)
    return _Draft(rewritten, module, {**_about(module, target, info), **about, "source": source})


def _packed(rewritten: ops.Graph) -> list[ops.Node]:
    """The layers with weights in rows of taps, those of fused kernels among them."""
    kinds = ops.PackedConv | ops.PackedDense | ops.Depthwise | ops.WinogradFrames
    return [layer for node in rewritten.nodes for layer in ops.layers(node) if isinstance(layer.op, kinds)]


def _layer(node: ops.Node, dense: int) -> dict[str, Any]:
    about = {"name": node.name, "shape": list(node.shape), "macs_dense": dense, "macs": node.macs}
    if isinstance(node.op, ops.Depthwise):
        taps = np.count_nonzero(node.op.kernel, axis=(0, 1, 2))
        about |= {"macs_dense": math.prod(node.shape[:-1]) * node.op.kernel.size}
        return about | {"group": 1, "rows": len(taps), "row_taps": [int(taps.min()), int(taps.max())]}
    op = node.op
    if isinstance(op, ops.WinogradFrames):  # its MACs as it is written, its rows as they are multiplied
        about, op = about | {"macs": op.work, "winograd_frames": op.tile}, op.products
    assert isinstance(op, ops.PackedConv | ops.PackedDense)
    kernel = op.kernel
    lengths = np.diff(kernel.starts)
    schedule = op.schedule.row() if isinstance(op, ops.PackedConv) else {}
    about |= {"group": kernel.group, "rows": kernel.rows, "row_taps": [int(lengths.min()), int(lengths.max())]}
    return about | ({"choice": schedule} if schedule else {})


def _tiled(products: ops.Node, result: ops.Node, dense: int) -> dict[str, Any]:
    """A layer by Winograd's filtering: its MACs as it is written, its rows as they are multiplied."""
    assert isinstance(result.op, ops.WinogradResult)
    about = {"name": result.name, "shape": list(result.shape), "macs": result.op.work, "winograd": result.op.tile}
    return _layer(products, dense) | about


def _reusable(folder: pathlib.Path, source: str) -> bundles.Bundle | None:
    try:
        bundle = bundles.read(folder)
    except (bundles.BundleError, targets.TargetError):
        return None
    return bundle if bundle.manifest.get("source") == source else None


def _header(target: targets.Target) -> str:
    lines = [f"iree-compile @compile.flags module.mlir -o module.vmfb   (IREE {bundles.versions()[compilers.PACKAGE]})"]
    if target.kind == "vulkan":
        lines.append(
            "The module.vmfb here says SPIR-V 1.6 in its headers where iree-compile says 1.0; all else is the same."
        )
    return "".join(f"// {line}\n" for line in lines)


def _write_weights(path: pathlib.Path, parameters: dict[str, np.ndarray]) -> None:
    index = runtime.ParameterIndex()
    for name, array in parameters.items():
        index.add_buffer(name, array.reshape(-1).view(np.uint8))
    try:
        index.create_archive_file(str(path))
    except Exception:  # of any type; why the system refused, Python says
        path.write_bytes(bytes(sum(array.nbytes for array in parameters.values())))
        raise
    path.chmod(0o644)


def _save(path: pathlib.Path, array: np.ndarray) -> None:
    np.save(path, np.ascontiguousarray(array) if array.ndim else array)


def _write_run(folder: pathlib.Path, example: examples.Example, target: targets.Target, allowed: float) -> None:
    """The flags that check the answers, to the example or to the sequence of a stream, and the arrays of a sequence.

    allowed: the largest absolute error. With results that are rounded, the flags run the network and compare nothing.
    """
    function, inputs = emit.MAIN, [manifests.input_file(place) for place in range(len(example.inputs))]
    outputs = [manifests.output_file(place) for place in range(len(example.answers))]
    if example.streamed is not None:
        function, inputs = steps.SEQUENCE, [manifests.FRAMES]
        outputs = [manifests.answer_file(place) for place in range(len(outputs))]
        for name, array in zip([*inputs, *outputs], [example.streamed.frames, *example.streamed.answers], strict=True):
            _save(folder / name, array)
    expected = [f"--expected_output=@{name}" for name in outputs] + [f"--expected_f32_threshold={allowed:.9g}"]
    if any(example.graph.rounded):  # which IREE's tools would compare bit by bit
        expected = []
    (folder / "run.flags").write_text(_lines([*_flags(target, function, inputs), *expected]))


def _flags(target: targets.Target, function: str, inputs: Sequence[str]) -> list[str]:
    """Flags for iree-run-module and iree-benchmark-module. inputs: files."""
    lines = [
        "--module=module.vmfb",
        f"--parameters={emit.SCOPE}=weights.irpa",
        f"--device={target.device}",
        f"--function={function}",
        *(f"--input=@{name}" for name in inputs),
    ]
    # Fresh buffers in every call would cost page faults: a fifth of C3D's time.
    return [*lines, "--device_allocator=caching"] if target.kind == "cpu" else lines


def _lines(flags: Sequence[str]) -> str:
    return "".join(f"{flag}\n" for flag in flags)


def _about(module: emit.Module, target: targets.Target, info: bundles.Info) -> dict[str, Any]:
    """The manifest, as far as the module, the target and the info decide it."""
    machine = {name: getattr(target, name) for name in ("name", "kind", "device", "macs_per_dispatch")}
    return {
        "format": bundles.FORMAT,
        **info.entries,
        "target": {**machine, "flags": list(target.flags), "features": list(target.features)},
        "form": target.form,
        "dispatches": module.dispatches,
        "executables": module.executables,
        "versions": bundles.versions(),
    }


def _write_manifest(folder: pathlib.Path, about: dict[str, Any]) -> None:
    """The manifest with every file that lies in `folder`, and the rate where it was not given."""
    if about["rate"] is None:
        dense, kept = (sum(layer[name] for layer in about["layers"]) for name in ("macs_dense", "macs"))
        about = {**about, "rate": dense / kept if kept else 1.0}
    paths = sorted(folder.iterdir())
    listed = {path.name: {"bytes": path.stat().st_size, "sha256": hashes.of_file(path)} for path in paths}
    (folder / "manifest.json").write_text(json.dumps(hashes.sealed({**about, "files": listed}), indent=1))


def _source_hash(module: emit.Module, target: targets.Target, example: examples.Example, info: bundles.Info) -> str:
    """Over all that decides what a bundle holds."""
    digest = hashlib.sha256(module.text.encode())
    digest.update(json.dumps([bundles.FORMAT, target.flags, bundles.versions(), info.entries]).encode())
    digest.update(" ".join(target.features).encode())
    sequence = (example.streamed.frames, *example.streamed.answers) if example.streamed else ()
    for array in (*example.inputs, *example.answers, *sequence):
        digest.update(array.tobytes())
    for name, array in sorted(module.parameters.items()):
        digest.update(name.encode() + array.tobytes())
    return digest.hexdigest()
