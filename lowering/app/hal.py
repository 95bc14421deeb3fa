"""Reads the schedule of a module from what IREE's compiler says of it, in its HAL dialect.

The compiler has then placed all values in memory that it uses again as soon as it can, and knows which kernels may run
at the same time. A module whose function is more than a list of kernels, such as a loop, is refused by the name of the
operation.
"""

import pathlib
from collections.abc import Mapping
from typing import Any

from lowering.app import dialect, schedule, streams
from lowering.app.dialect import NotAList as NotAList

# Operations around the kernels that a runner without devices, queues and fences has no need of.
AROUND = (
    *("hal.memory_type", "hal.buffer_usage", "hal.element_type", "hal.encoding_type", "util.null"),
    *("hal.fence.create", "hal.fence.join", "hal.fence.await", "util.status.check_ok", "hal.device.allocator"),
    *("hal.buffer_view.assert", "hal.buffer.assert", "hal.executable.lookup.function"),
    *("hal.command_buffer.finalize", "hal.device.queue.execute", "hal.device.queue.dealloca"),
)


# The functions of a bundle's module.
FUNCTIONS = ("main", "example", "step", "reset", "sequence")


def read(path: pathlib.Path, prefix: str = "") -> schedule.Schedule:
    """The schedule of @main, or of @step and @reset, in a module in the HAL dialect. NotAList if there is none.

    prefix: what functions begin with.
    """
    with dialect.parsed(path.read_text()) as module:
        functions = {name.removeprefix(prefix): op for name, op in dialect.functions(module).items()}
        parameters = dialect.parameters(module)
        if {"step", "reset"} <= functions.keys():
            step, reset = (_function(functions[name], parameters) for name in ("step", "reset"))
            return streams.joined(step, reset)
        if list(functions) != ["main"]:
            named = ", ".join(functions)
            raise NotAList(f"it has the functions {named} where main alone, or step and reset, were expected")
        found = _function(functions["main"], parameters)
        if any(place.buffer.kind == "variable" for place in found.ranges):
            raise NotAList("it keeps a state from one call to the next")
        return schedule.Schedule(found.stages, found.outputs)


def _function(op: Any, parameters: Mapping[str, schedule.Buffer]) -> streams.Function:
    """What a function does."""
    block, *more = op.regions[0].blocks
    if more:
        raise NotAList("IREE compiled it to branches")
    return _Reader(parameters, dialect.places(block)).read(block)


class _Reader:
    """A function while it is read.

    known: what variables hold after it. That is what they hold before it too, where it is a step of a stream.
    """

    def __init__(self, parameters: Mapping[str, schedule.Buffer], known: Mapping[str, int]) -> None:
        self.parameters, self.known = parameters, known
        self.buffers: dict[Any, schedule.Buffer] = {}
        self.views: dict[Any, schedule.Range] = {}
        self.stages: list[list[schedule.Step]] = [[]]
        self.outputs: tuple[schedule.Range, ...] = ()
        self.stores: dict[str, schedule.Buffer | int] = dict(known)

    def read(self, block: Any) -> streams.Function:
        """What the function's block does."""
        for op in block.operations:
            self._operation(op.operation)
        return streams.Function(tuple(tuple(stage) for stage in self.stages if stage), self.outputs, self.stores)

    def _operation(self, op: Any) -> None:
        """Notes what one operation says."""
        match op.name:
            case "util.global.load":
                self._load(op)
            case "util.global.store":
                self._store(op)
            case "hal.buffer_view.buffer":
                place = dialect.argument(op.operands[0])
                self.buffers[op.results[0]] = schedule.Buffer("input", str(place), 0)
            case "hal.device.queue.alloca":
                size = self._number(op.operands[len(op.operands) - 1])
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
                self.stages[-1].append(schedule.Fill(self._range(target, start, length), dialect.bytes_of(pattern)))
            case "hal.buffer_view.create":
                self.views[op.results[0]] = self._range(*list(op.operands)[:3])
            case "util.return":
                self.outputs = tuple(map(self._output, op.operands))
            case name if name not in AROUND and not name.startswith("arith."):
                raise NotAList(f"IREE compiled it to {name}, which is no kernel")

    def _load(self, op: Any) -> None:
        """A buffer of weights; globals of the runtime's own are of other types."""
        name = dialect.symbol(op)
        if str(op.results[0].type) == "!hal.buffer":
            if name not in self.parameters and "is_immutable" in op.attributes:
                raise NotAList(f"it reads {name}, which is no parameter")
            self.buffers[op.results[0]] = self.parameters.get(name, schedule.Buffer("variable", name, 0))

    def _store(self, op: Any) -> None:
        """A buffer that holds states of a stream from here on. Other variables are places, or the runtime's own."""
        if str(op.operands[0].type) == "!hal.buffer":
            self.stores[dialect.symbol(op)] = self._buffer(op.operands[0])

    def _kernel(self, op: Any) -> schedule.Kernel:
        _, _, function, *groups, constants, buffers, offsets, lengths = dialect.segments(op)
        x, y, z = (self._number(value) for (value,) in groups)
        name, numbers = dialect.kernel(function[0]), tuple(self._number(value) & 0xFFFFFFFF for value in constants)
        bindings = zip(buffers, offsets, lengths, strict=True)
        return schedule.Kernel(name, (x, y, z), numbers, tuple(self._range(*each) for each in bindings))

    def _output(self, value: Any) -> schedule.Range:
        found = self.views.get(value)
        if found is None or found.buffer.kind != "values":
            raise NotAList("one of its results is one of its inputs")
        return found

    def _range(self, buffer: Any, offset: Any, length: Any) -> schedule.Range:
        return schedule.Range(self._buffer(buffer), self._number(offset), self._number(length))

    def _number(self, value: Any) -> int:
        return dialect.number(value, self.known)

    def _buffer(self, value: Any) -> schedule.Buffer:
        if value not in self.buffers:
            raise NotAList(f"it uses what {value.owner.name} gives")
        return self.buffers[value]
