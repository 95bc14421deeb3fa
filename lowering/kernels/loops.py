"""Kernels written as loops over buffers (scf, vector, memref), each in an executable of its own."""

from collections.abc import Sequence

from lowering.kernels import executables
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import block, types, values


class Loops:
    """A kernel while it is written: `block` takes the operations, kernel[name] is a buffer.

    Buffers are those of the operands, "out", and scratch memory.

    comment: what the kernel does. scratch: memory by name that its workgroups may use, of no meaning afterwards.
    """

    def __init__(
        self,
        comment: str,
        operands: Sequence[kernels.Operand],
        out: types.Tensor,
        grid: executables.Grid,
        scratch: dict[str, types.Tensor] | None = None,
    ) -> None:
        self.operands, self.out, self.grid, self.block = tuple(operands), out, grid, block.Block()
        for line in comment.splitlines():
            self.block.comment(line)
        results = {"out": out} | (scratch or {})
        self._results = tuple(results.values())
        buffers = {o.name: buffer(o.type, o.width) for o in operands}
        buffers |= {name: buffer(type) for name, type in results.items()}
        self._layout = executables.layout(len(buffers), len(results), grid)
        self._buffers = {name: self._bound(i, name, type) for i, (name, type) in enumerate(buffers.items())}

    def __getitem__(self, name: str) -> values.Value:
        return self._buffers[name]

    def get(self, name: str) -> values.Value | None:
        """The buffer of this name, if the kernel has one."""
        return self._buffers.get(name)

    def _bound(self, binding: int, name: str, type: types.Buffer) -> values.Value:
        start = self.block.index(0)
        where = f"layout({self._layout}) binding({binding}) alignment(64) offset({start})"
        return self.block.let(name, type, f"hal.interface.binding.subspan {where} : {type}")

    def workgroup(self, *names: str) -> list[values.Value]:
        """The workgroup's place along x, y and z, as many as there are names."""
        if self.grid.dispatches:
            return self._numbered(names)
        return [
            self.block.let(name, types.INDEX, f"hal.interface.workgroup.id[{axis}] : index")
            for axis, name in enumerate(names)
        ]

    def thread(self) -> values.Value:
        """The invocation's place in its workgroup, on a GPU."""
        return self.block.let("thread", types.INDEX, "gpu.thread_id x")

    def _numbered(self, names: Sequence[str]) -> list[values.Value]:
        """The place of one of several dispatches' workgroups.

        The first one's number is a constant that the dispatch was given.
        """
        b, places = self.block, []
        first = b.let("first32", types.I32, f"hal.interface.constant.load layout({self._layout}) ordinal(0) : i32")
        here = b.let("here", types.INDEX, "hal.interface.workgroup.id[0] : index")
        number = b.op("arith.addi", b.cast(first, "index", name="first"), here, name="number")
        for name, count in zip(names, self.grid.counts, strict=False):
            along = b.index(count)
            places.append(b.op("arith.remui", number, along, name=name))
            number = b.op("arith.divui", number, along, name="number")
        return places

    def kernel(self) -> kernels.Kernel:
        """The kernel, once it is written."""
        lines = tuple(self.block.lines())
        found = executables.Executable(len(self._buffers), self._results, self.grid, lines)
        return kernels.Kernel(self.operands, self.out, executable=found)


def buffer(tensor: types.Tensor, width: int = 1) -> types.Buffer:
    """The flat buffer behind a tensor, of scalars or of vectors of `width`."""
    item = types.Scalar(tensor.element) if width == 1 else types.Vector(width, tensor.element)
    return types.Buffer(tensor.size // width, item)


def taps_of_row(b: block.Block, starts: values.Value, row: values.Value) -> tuple[values.Value, values.Value]:
    """The first tap of a row and the end of its taps."""
    next_ = b.op("arith.addi", row, b.index(1), name="next_row")
    first32, end32 = b.load(starts, row, "tap_first32"), b.load(starts, next_, "tap_end32")
    return b.cast(first32, "index", "tap_first"), b.cast(end32, "index", "tap_end")
