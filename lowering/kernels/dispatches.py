"""A kernel's workgroups in several dispatches, and the calls that launch them.

A phone's GPU gives up on a dispatch that runs for long, and lets nothing else run meanwhile. Workgroups are numbered
with x innermost. A dispatch is given the number of its first workgroup as a constant, and their count as its workload.
All dispatches of a kernel write into
the same result: IREE ties it to the operand that holds what was written so far, without a copy.
"""

import numpy as np

from lowering.kernels import executables
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import block, tensors, types, values

MOST = 65535  # workgroups along an axis, as Vulkan promises; the workgroups of a dispatch lie along x


def grid(macs: np.ndarray, invocations: int, bound: int | None) -> executables.Grid:
    """The grid of workgroups of `macs` i64[x, y, z], in as few dispatches of at most `bound` MACs as can be.

    A workgroup of more than `bound` MACs is a dispatch of its own: `limits.check` refuses it, by the layer's name.
    """
    x, y, z = macs.shape
    total = int(macs.sum())
    if bound is None or (total <= bound and max(x, y, z) <= MOST):
        return executables.Grid((x, y, z), invocations, macs=total)
    sums = np.concatenate([[0], np.cumsum(macs.ravel(order="F"))])
    starts = [0]
    while starts[-1] < macs.size:
        start = starts[-1]
        end = int(np.searchsorted(sums, sums[start] + bound, "right")) - 1
        starts.append(min(max(end, start + 1), start + MOST, macs.size))
    parts = tuple(zip(starts[:-1], np.diff(starts).tolist(), strict=True))
    return executables.Grid((x, y, z), invocations, parts, int(np.diff(sums[starts]).max()))


def call(name: str, kernel: kernels.Kernel) -> tuple[list[str], str]:
    """The lines that launch a kernel of our own on flat inputs, and the name of what it gives. `name`: the node's."""
    assert kernel.executable is not None
    b, found = block.Block(), kernel.executable
    declared = {o.name: b.argument(o.name, o.type) for o in kernel.operands}
    given = [
        tensors.flatten(b, declared[o.name], f"{o.name}.flat") if o.array is None else declared[o.name]
        for o in kernel.operands
    ]
    entry = f"@{name}{executables.SUFFIX}::@{name}"
    if not found.grid.dispatches:
        names = [b.name("result"), *(b.name("scratch") for _ in found.results[1:])]
        results = ", ".join(map(str, found.results))
        results = f"({results})" if len(found.results) > 1 else results
        b.do(
            f"{', '.join(names)} = flow.dispatch {entry}({values.names(given)}) : ({values.kinds(given)}) -> {results}"
        )
        return b.lines(), names[0]
    result: list[values.Value] = []
    for first, count in found.grid.dispatches:
        groups, number = b.index(count), b.constant(first, types.I32, f"first{first}")
        operands = [number, *given, *result]
        to = result[0].name if result else str(kernel.out)  # written into what the dispatch before it wrote
        call = f"flow.dispatch {entry}[{groups}]({values.names(operands)}) : ({values.kinds(operands)}) -> {to}"
        result = [b.let("result", kernel.out, call)]
    return b.lines(), result[0].name
