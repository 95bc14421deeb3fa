"""The instructions that an arm64 bundle executes: in each layer alone, at its full size, and in a whole inference.

These are counts. They say nothing about times.
"""

import collections
import dataclasses
import pathlib
import tempfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lowering.bundle import bundles, qemu
from lowering.counts import instructions, layers, library, loops, plugin
from lowering.system import spelling

MILLION = 1_000_000
Counts = dict[str, int]  # executed instructions by class
# progress(done, total), in millions of MACs. The time of emulation is roughly proportional to them.
Progress = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True)
class Layer:
    """What the kernels of one layer execute in one inference.

    macs: the MACs that were kept, as the manifest says.
    convolution: whether the layer is one. A layer whose kernel has no space axes is not.
    loop: the loop that executed most of the instructions. None if nothing was repeated.
    """

    name: str
    macs: int
    convolution: bool
    counts: Counts
    loop: loops.Loop | None

    def row(self) -> dict[str, Any]:
        """The layer as JSON: the keys of `row` and "loop"."""
        found = row(self.name, self.macs, self.counts)
        return found | {"loop": self.loop and self.loop.row(sum(self.counts.values()))}


@dataclasses.dataclass(frozen=True)
class Inference:
    """What one inference of the shipped module executes: in its kernels, and in IREE's runtime around them."""

    kernels: Counts
    runtime: Counts

    def whole(self) -> Counts:
        """The counts of both together."""
        return dict(collections.Counter(self.kernels) + collections.Counter(self.runtime))


def count(
    bundle: bundles.Bundle, names: Sequence[str] = (), progress: Progress = lambda done, total: None
) -> tuple[list[Layer], Inference | None]:
    """The counts of every layer and of a whole inference. With `names`, those of the named layers only, and None.

    CountError for a bundle that is not for an Android CPU, an unknown layer, or a program that cannot be run.
    """
    if not bundle.target.name.startswith("android:"):
        raise plugin.CountError(
            f"{bundle.name} has no arm64 code to count; lower the run for a target such as android:cortex-a76"
        )
    plugin.emulator()
    chosen, found = _chosen(layers.entries(bundle), names), []
    work = [1 + sum(layer["macs"] for layer in bundle.layers_of(entry.name)) // MILLION for entry in chosen]
    total = sum(work) * (1 if names else 4)  # three whole inferences follow: one in a process, two in another
    with tempfile.TemporaryDirectory() as temporary:
        module = layers.compile(bundle, pathlib.Path(temporary))
        for i, entry in enumerate(chosen):
            progress(sum(work[:i]), total)
            found.append(_layer(bundle, module, entry))
    progress(sum(work), total)
    if names:
        return found, None
    one = _whole(bundle, 1)
    progress(2 * sum(work), total)
    two = _whole(bundle, 2)
    progress(total, total)
    return found, Inference(_less(two.counts(), one.counts()), _less(two.outside, one.outside))


def total(found: Iterable[Layer]) -> Counts:
    """The sum of the counts over layers."""
    counts: collections.Counter[str] = collections.Counter()
    for layer in found:
        counts.update(layer.counts)
    return dict(counts)


def row(name: str, macs: int, counts: Counts) -> dict[str, Any]:
    """Counts as JSON, in sum and per MAC that was kept. "per_mac" is empty where there are no MACs."""
    sums = {
        "instructions": sum(counts.values()),
        "loads": sum(counts.get(kind, 0) for kind in instructions.LOADS),
        "stores": sum(counts.get(kind, 0) for kind in instructions.STORES),
    }
    counts = {kind: counts[kind] for kind in instructions.CLASSES if kind in counts}
    per_mac = {kind: value / macs for kind, value in (sums | counts).items()} if macs else {}
    return {"name": name, "macs": macs, **sums, "counts": counts, "per_mac": per_mac}


def _chosen(entries: list[layers.Entry], names: Sequence[str]) -> list[layers.Entry]:
    known = [entry.name for entry in entries]
    for name in names:
        if name not in known:
            meant = spelling.meant(name, known)
            raise plugin.CountError(f"no layer {name!r}; expected some of: {', '.join(known)}{meant}")
    return [entry for entry in entries if not names or entry.name in names]


def _layer(bundle: bundles.Bundle, module: pathlib.Path, entry: layers.Entry) -> Layer:
    lines = (bundle.folder / "bench.flags").read_text().split()
    flags = [f"--module={module}", *(line for line in lines if line.startswith(("--parameters", "--device")))]
    ran = _run(bundle, "iree-run-module", [*flags, *entry.arguments, "--output=@/dev/null"], module)
    kept = bundle.layers_of(entry.name)
    convolution = any(len(layer["shape"]) == 4 for layer in kept)
    return Layer(entry.name, sum(layer["macs"] for layer in kept), convolution, ran.counts(), loops.hottest(ran))


def _whole(bundle: bundles.Bundle, inferences: int) -> library.Ran:
    """What a process executes that makes this number of inferences.

    The difference between two such processes is what the further inferences execute, because loading cancels out.
    """
    flags, module = ["--flagfile=bench.flags", f"--benchmark_min_time={inferences}x"], bundle.folder / "module.vmfb"
    ran = _run(bundle, "iree-benchmark-module", flags, module)
    if not ran.times:
        raise plugin.CountError(f"none of the kernels of {module} ran; lower the run again")
    return ran


def _less(more: Counts, counts: Counts) -> Counts:
    return {kind: value - counts.get(kind, 0) for kind, value in more.items() if value > counts.get(kind, 0)}


def _run(bundle: bundles.Bundle, tool: str, arguments: list[str], module: pathlib.Path) -> library.Ran:
    """What one of IREE's aarch64 tools executes in the bundle's folder: in the module's kernels, and elsewhere."""
    blocks = plugin.run([*qemu.tool(tool), *arguments], bundle.folder)
    return library.locate(blocks, library.code(module))
