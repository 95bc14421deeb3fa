"""The fused multiply-adds that a number of cores can do, as a module.

Independent accumulators in registers, no traffic with memory.
"""

import dataclasses

from lowering.kernels import emit, executables, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import types


@dataclasses.dataclass(frozen=True)
class Peak:
    """A workgroup per thread, which does `steps` x `accumulators` fused multiply-adds of vectors of `lanes` f32."""

    threads: int
    lanes: int
    accumulators: int
    steps: int

    def text(self) -> str:
        """The module: @peak takes f32[threads, lanes] and gives as much, by executables of our own."""
        kernel = self.kernel()
        assert kernel.executable is not None
        head = [f"{name} = {attribute}" for name, attribute in kernel.executable.aliases.items()]
        lines = "\n".join([*head, *emit.function("peak", kernel)])
        return lines.replace("func.func private", "func.func") + "\n"

    def kernel(self) -> kernels.Kernel:
        """A row of the input is a workgroup's."""
        x = types.Tensor((self.threads, self.lanes))
        comment = f"{self.accumulators} independent accumulators in registers, no traffic with memory."
        kernel = loops.Loops(comment, [kernels.Operand("x", x)], x, executables.Grid((self.threads, 1, 1)))
        b, (thread,) = kernel.block, kernel.workgroup("thread")
        start = b.vector(kernel["x"], thread * self.lanes, self.lanes, "start")
        numbers = [b.constant(float(i), types.Vector(self.lanes), f"number{i}") for i in range(self.accumulators)]
        inits = [b.op("arith.addf", start, number, name="first") for number in numbers]
        with b.carry("step", 0, self.steps, inits) as loop:
            loop.next([b.op("vector.fma", start, acc, start, name="acc") for acc in loop.carried])
        total, *others = loop.results
        for other in others:
            total = b.op("arith.addf", total, other, name="total")
        b.store(total, kernel["out"], thread * self.lanes)
        return kernel.kernel()
