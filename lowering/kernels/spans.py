"""Workgroups in spans, each a dispatch of its own: a phone's GPU gives up on a dispatch that runs for long, and lets nothing else run meanwhile.

Workgroups are numbered with x innermost. A dispatch gets the number of its first one as a constant and their count as its workload, and all dispatches
of a kernel write into the same result: IREE ties it to the operand that holds what was written so far, without a copy.
"""

import numpy as np

from lowering.kernels import kernel

MOST = 65535  # workgroups along an axis, as Vulkan promises; a span is along x


def grid(macs: np.ndarray, invocations: int, bound: int | None) -> kernel.Grid:
    """The grid of workgroups of `macs` i64[x, y, z], in as few spans of at most `bound` MACs as follow each other; one dispatch if all are.

    A workgroup of more than `bound` is a span of its own: `limits.check` refuses it, by the layer's name.
    """
    x, y, z = macs.shape
    total = int(macs.sum())
    if bound is None or (total <= bound and max(x, y, z) <= MOST):
        return kernel.Grid((x, y, z), invocations, macs=total)
    sums = np.concatenate([[0], np.cumsum(macs.ravel(order="F"))])
    starts = [0]
    while starts[-1] < macs.size:
        start = starts[-1]
        end = int(np.searchsorted(sums, sums[start] + bound, "right")) - 1
        starts.append(min(max(end, start + 1), start + MOST, macs.size))
    return kernel.Grid(
        (x, y, z),
        invocations,
        tuple(zip(starts[:-1], np.diff(starts).tolist(), strict=True)),
        int(np.diff(sums[starts]).max()),
    )


def places(found: kernel.Grid, names: tuple[str, ...]) -> list[str]:
    """Lines that make `names` the workgroup's place in x, y and z."""
    if not found.spans:
        return [f"%{name} = hal.interface.workgroup.id[{axis}] : index" for axis, name in enumerate(names)]
    lines = [
        "%group_here = hal.interface.workgroup.id[0] : index",
        "%group0 = arith.addi %group_first, %group_here : index",
    ]
    for axis, (name, count) in enumerate(zip(names, found.counts, strict=False)):
        lines += [
            f"%along{axis} = arith.constant {count} : index",
            f"%{name} = arith.remui %group{axis}, %along{axis} : index",
            f"%group{axis + 1} = arith.divui %group{axis}, %along{axis} : index",
        ]
    return lines


def first(layout: str) -> list[str]:
    """Lines that make %group_first, the number of a dispatch's first workgroup."""
    return [
        f"%group_first32 = hal.interface.constant.load layout({layout}) ordinal(0) : i32",
        "%group_first = arith.index_cast %group_first32 : i32 to index",
    ]


def dispatches(operands: list[tuple[str, kernel.Tensor]], out: kernel.Tensor, found: kernel.Grid) -> list[str]:
    """%result, written by one dispatch after the other: each but the first is given the result so far."""
    lines, given, types = (
        [],
        "".join(f", %{name}" for name, _ in operands),
        "".join(f", {type_}" for _, type_ in operands),
    )
    for i, (start, count) in enumerate(found.spans):
        lines += [f"  %first{i} = arith.constant {start} : i32", f"  %groups{i} = arith.constant {count} : index"]
        before, type_ = (f", %part{i - 1}", f", {out}") if i else ("", "")
        name, result = ("result" if i == len(found.spans) - 1 else f"part{i}"), f"%part{i - 1}" if i else out
        call = f"flow.dispatch @{{name}}_kernel::@{{name}}[%groups{i}](%first{i}{given}{before})"
        lines += [f"  %{name} = {call} : (i32{types}{type_}) -> {result}"]
    return lines
