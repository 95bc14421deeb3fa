"""How kernels on tensors become machine code: the pass pipelines of CPUs and of GPUs, and how positions are cut.

A kernel's text says what is computed. Its one schedule attribute, `#packed`, names the passes of IREE that turn it into
code: no pipeline that IREE would choose by itself takes loops whose length is read from a table.
"""

import dataclasses

import numpy as np

from lowering.graph import ops
from lowering.kernels import layouts
from lowering.kernels.mlir import block
from lowering.kernels.mlir.values import Value
from lowering.targets import targets

WORKGROUPS = 12  # of a CPU at least, where a layer has that many shares
INVOCATIONS = 64  # of a GPU's workgroup, one position each
PACKED = "compilation_info = #packed"  # on an operation of each kernel

# Accumulators stay in vector registers, and a tile's epilogue is part of its loop.
CPU = (
    "iree-codegen-tile-and-distribute-to-workgroups-using-forall-op",
    "iree-codegen-bufferize-dispatch-tensor-load-store",
    "canonicalize",
    "cse",
    "iree-codegen-generic-vectorization{generate-contract=true}",
    "iree-codegen-optimize-tensor-insert-extract-slices",
    "canonicalize",
    "cse",
    "iree-codegen-llvmcpu-bufferization-pipeline",
    "iree-codegen-remove-single-iteration-loop",
    "canonicalize",
    "cse",
    "iree-codegen-llvmcpu-vector-lowering-pipeline",
)
# Vectors of four filters; weights are loaded as such, and what is stored is taken apart.
GPU = (
    "iree-codegen-tile-and-distribute-to-workgroups-using-forall-op",
    "iree-codegen-bufferize-dispatch-tensor-load-store",
    "canonicalize",
    "cse",
    "iree-codegen-generic-vectorization{vectorize-copies=true}",
    "iree-codegen-optimize-tensor-insert-extract-slices",
    "canonicalize",
    "cse",
    "iree-spirv-initial-vector-lowering",
    "iree-codegen-hoist-vector-extract-insert-slice",
    "canonicalize",
    "cse",
    "iree-eliminate-empty-tensors",
    "iree-codegen-iree-comprehensive-bufferize",
    "iree-codegen-gpu-distribute",
    "canonicalize",
    "cse",
    "canonicalize",
    "iree-codegen-fold-memref-alias-ops",
    "canonicalize",
    "cse",
    "iree-spirv-vectorize-load-store",
    "iree-codegen-vector-transfer-lowering",
    "iree-spirv-final-vector-lowering",
    "canonicalize",
    "cse",
)


def packed(target: targets.Target) -> dict[str, str]:
    """The attribute behind #packed, by that name."""
    passes, config, size = CPU, "#iree_cpu.lowering_config<distribution = [0, 0]>", ""
    if target.kind == "vulkan":
        passes, config = GPU, "#iree_codegen.lowering_config<tile_sizes = [[0, 0]]>"
        size = f" workgroup_size = [{INVOCATIONS}, 1, 1]"
    pipeline = f'#iree_codegen.pass_pipeline<"{", ".join(passes)}">'
    info = f"#iree_codegen.translation_info<pipeline = {pipeline}{size}>"
    return {"#packed": f"#iree_codegen.compilation_info<lowering_config = {config}, translation_info = {info}>"}


@dataclasses.dataclass(frozen=True)
class Cut:
    """How a convolution's positions are cut.

    shape: of a tile, () for the one position of an invocation.
    start, last: the first position of the first tile, and the largest that a tile may start at.
    tiles: in a plane. chunk: as many tiles are computed for a row of filters before the next row.
    blocks: equal shares of the rows of filters, a workgroup each.
    """

    shape: tuple[int, ...]
    start: int
    last: int
    tiles: int
    chunk: int
    blocks: int

    @property
    def size(self) -> int:
        """Positions in a tile."""
        return self.shape[0] if self.shape else 1

    @property
    def chunks(self) -> int:
        return -(-self.tiles // self.chunk)


def cut(op: ops.PackedConv, out: layouts.Layout, target: targets.Target) -> Cut:
    """On a GPU a position is an invocation, a row of filters a workgroup; planes are computed whole, zeros included.

    On a CPU tiles go from the first pixel to the last. They have a power of two of positions, which IREE turns into
    whole vectors; with other numbers its code is 10 to 40 times slower.
    """
    if target.kind == "vulkan":
        return Cut((), 0, out.plane - 1, out.plane, INVOCATIONS, op.kernel.rows)
    tiling, positions = op.schedule.tiling(target, op.kernel.group), out.end - out.first
    most = max(positions, out.plane - out.first - max(0, reach(op, out)))
    sizes = [1 << n for n in range(30) if 1 << n <= min(most, target.lanes * tiling.vectors)]
    # 0.4: the time to set a tile up, in vectors.
    size = min(reversed(sizes), key=lambda n: -(-positions // n) * (max(1, n / target.lanes) + 0.4))
    last, count = out.first + max(0, positions - size), -(-positions // size)
    return Cut((size,), out.first, last, count, min(tiling.chunk, count), _blocks(op.kernel.rows, out.frames))


def reach(op: ops.PackedConv, layout: layouts.Layout) -> int:
    """The largest offset within a plane that a tap has from its position."""
    _, kh, kw = op.extent
    _, (top, _), (left, _) = op.padding
    return (kh - 1 - top) * layout.pitch + kw - 1 - left


def _blocks(rows: int, frames: int) -> int:
    """Equal shares of the rows, as few as give all threads work: the rows of a share find their inputs in cache."""
    return next(n for n in range(1, rows + 1) if rows % n == 0 and (n * frames >= WORKGROUPS or n == rows))


def shares(macs: np.ndarray, bound: int | None) -> list[tuple[int, int]]:
    """Rows of filters, of `macs` i64[rows] each, in ranges of at most `bound` MACs. A row of more is a range alone."""
    ranges, first, sum_ = [], 0, 0
    for row, more in enumerate(macs.tolist()):
        if bound is not None and sum_ and sum_ + more > bound:
            ranges.append((first, row))
            first, sum_ = row, 0
        sum_ += more
    return [*ranges, (first, len(macs))]


def multiply_add(b: block.Block, weight: Value, value: Value, total: Value) -> Value:
    """total + weight * value, which a machine may round once."""
    product = b.let("product", total.type, f"arith.mulf {weight}, {value} fastmath<contract> : {total.type}")
    return b.let("more", total.type, f"arith.addf {total}, {product} fastmath<contract> : {total.type}")
