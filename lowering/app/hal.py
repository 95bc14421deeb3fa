"""Reads the schedule of a module from what IREE's compiler says of it, in its HAL dialect.

The compiler has then placed all values in memory that it uses again as soon as it can, and knows which kernels may run
at the same time. A module whose function is more than a list of kernels, such as a loop, is refused by the name of the
operation. The dialect is that of IREE 3.13 (compiler/src/iree/compiler/Dialect/HAL/IR/HALOps.td).
"""

import pathlib
from collections.abc import Iterator
from typing import Any

from iree.compiler import ir as bindings

from lowering.app import schedule

ir: Any = bindings  # without types

# Operations around the kernels that a runner without devices, queues and fences has no need of.
AROUND = (
    *("arith.constant", "hal.memory_type", "hal.buffer_usage", "hal.element_type", "hal.encoding_type", "util.null"),
    *("hal.fence.create", "hal.fence.join", "hal.fence.await", "util.status.check_ok", "hal.device.allocator"),
    *("hal.buffer_view.assert", "hal.buffer.assert", "hal.executable.lookup.function"),
    *("hal.command_buffer.finalize", "hal.device.queue.execute", "hal.device.queue.dealloca"),
)


class NotAList(ValueError):
    """A module does more than run kernels one after the other. The message names the operation."""


def read(path: pathlib.Path) -> schedule.Schedule:
    """The schedule of @main in a module in the HAL dialect. NotAList for a module that has none."""
    with ir.Context():
        module: Any = ir.Module.parse(path.read_text())
        functions = [op.operation for op in module.body.operations if op.operation.name == "util.func"]
        named = [ir.StringAttr(op.attributes["sym_name"]).value for op in functions]
        if named != ["main"]:
            raise NotAList(f"it has the functions {', '.join(named)} where one, main, was expected")
        block, *more = functions[0].regions[0].blocks
        if more:
            raise NotAList("IREE compiled it to branches")
        return _Reader(dict(_parameters(module))).read(block)


def _parameters(module: Any) -> Iterator[tuple[str, schedule.Buffer]]:
    """The parameters of a module by the globals that hold them."""
    for initializer in (op.operation for op in module.body.operations if op.operation.name == "util.initializer"):
        for block in initializer.regions[0].blocks:
            for store in (op.operation for op in block.operations if op.operation.name == "util.global.store"):
                made = store.operands[0].owner
                if isinstance(made, ir.Block) or made.name != "io_parameters.load":
                    continue
                place = ir.OpResult(store.operands[0]).result_number
                keys, sizes = _segment(made, 5)[place], _segment(made, 9)[place]
                name = ir.StringAttr(keys.owner.attributes["value"]).value
                yield _symbol(store), schedule.Buffer("weights", name, _integer(sizes))


class _Reader:
    """The function while it is read."""

    def __init__(self, parameters: dict[str, schedule.Buffer]) -> None:
        self.parameters = parameters
        self.buffers: dict[Any, schedule.Buffer] = {}
        self.views: dict[Any, schedule.Range] = {}
        self.stages: list[list[schedule.Step]] = [[]]
        self.outputs: tuple[schedule.Range, ...] = ()

    def read(self, block: Any) -> schedule.Schedule:
        """The schedule of the function's block."""
        for op in block.operations:
            self._operation(op.operation)
        return schedule.Schedule(tuple(tuple(stage) for stage in self.stages if stage), self.outputs)

    def _operation(self, op: Any) -> None:
        """Notes what one operation says."""
        match op.name:
            case "util.global.load":
                self._load(op)
            case "hal.buffer_view.buffer":
                place = ir.BlockArgument(op.operands[0]).arg_number
                self.buffers[op.results[0]] = schedule.Buffer("input", str(place), 0)
            case "hal.device.queue.alloca":
                size = _integer(op.operands[len(op.operands) - 1])
                self.buffers[op.results[0]] = schedule.Buffer("values", str(len(self.buffers)), size)
            case "hal.command_buffer.execution_barrier" | "hal.command_buffer.create":
                self.stages.append([])
            case "hal.command_buffer.dispatch":
                self.stages[-1].append(self._kernel(op))
            case "hal.command_buffer.copy_buffer":
                _, source, start, target, to, length = op.operands
                places = self._range(source, start, length), self._range(target, to, length)
                self.stages[-1].append(schedule.Copy(*places))
            case "hal.command_buffer.fill_buffer":
                _, target, start, length, pattern = op.operands
                self.stages[-1].append(schedule.Fill(self._range(target, start, length), _bytes(pattern)))
            case "hal.buffer_view.create":
                self.views[op.results[0]] = self._range(*list(op.operands)[:3])
            case "util.return":
                self.outputs = tuple(map(self._output, op.operands))
            case name if name not in AROUND:
                raise NotAList(f"IREE compiled it to {name}, which is no kernel")

    def _load(self, op: Any) -> None:
        """A buffer of weights; globals of the runtime's own are of other types."""
        if str(op.results[0].type) == "!hal.buffer":
            if _symbol(op) not in self.parameters:
                raise NotAList(f"it reads {_symbol(op)}, which is no parameter")
            self.buffers[op.results[0]] = self.parameters[_symbol(op)]

    def _kernel(self, op: Any) -> schedule.Kernel:
        name = str(_segment(op, 2)[0].owner.attributes["entry_point"]).split("::@")[-1].strip('"')
        x, y, z = (_integer(_segment(op, place)[0]) for place in (3, 4, 5))
        constants = tuple(_integer(value) & 0xFFFFFFFF for value in _segment(op, 6))
        bindings = zip(_segment(op, 7), _segment(op, 8), _segment(op, 9), strict=True)
        return schedule.Kernel(name, (x, y, z), constants, tuple(self._range(*each) for each in bindings))

    def _output(self, value: Any) -> schedule.Range:
        found = self.views.get(value)
        if found is None or found.buffer.kind != "values":
            raise NotAList("one of its results is one of its inputs")
        return found

    def _range(self, buffer: Any, offset: Any, length: Any) -> schedule.Range:
        if buffer not in self.buffers:
            raise NotAList(f"a kernel uses what {buffer.owner.name} gives")
        return schedule.Range(self.buffers[buffer], _integer(offset), _integer(length))


def _segment(op: Any, place: int) -> list[Any]:
    """The operands of one of an operation's groups."""
    sizes = list(ir.DenseI32ArrayAttr(op.attributes["operandSegmentSizes"]))
    start = sum(sizes[:place])
    return list(op.operands)[start : start + sizes[place]]


def _symbol(op: Any) -> str:
    """The global that an operation loads or stores."""
    return str(op.attributes["global"]).lstrip("@").strip('"')


def _constant(value: Any) -> Any:
    made = value.owner
    if isinstance(made, ir.Block) or made.name != "arith.constant":
        raise NotAList("a size or place is known only when it runs")
    return ir.IntegerAttr(made.attributes["value"])


def _integer(value: Any) -> int:
    """The number that a constant holds."""
    return _constant(value).value


def _bytes(value: Any) -> bytes:
    """The bytes that a constant of a whole number of bytes holds."""
    found = _constant(value)
    width = ir.IntegerType(found.type).width
    return (found.value % (1 << width)).to_bytes(width // 8, "little")
