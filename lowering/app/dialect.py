"""Modules in IREE's HAL dialect, as the bindings of its compiler give them.

The dialect is that of IREE 3.13 (compiler/src/iree/compiler/Dialect/HAL/IR/HALOps.td).
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from iree.compiler import ir as bindings

from lowering.app import schedule

ir: Any = bindings  # without types


class NotAList(ValueError):
    """A module does more than run kernels one after the other. The message names the operation."""


@contextlib.contextmanager
def parsed(text: str) -> Iterator[Any]:
    """The module of a text; it can be read while the block runs."""
    with ir.Context():
        yield ir.Module.parse(text)


def functions(module: Any) -> dict[str, Any]:
    """Its functions by name."""
    found = (op.operation for op in module.body.operations)
    return {ir.StringAttr(op.attributes["sym_name"]).value: op for op in found if op.name == "util.func"}


def parameters(module: Any) -> dict[str, schedule.Buffer]:
    """Its parameters by the variables that hold them."""
    found = {}
    for store in (op for op in _initial(module) if op.name == "util.global.store"):
        made = store.operands[0].owner
        if not isinstance(made, ir.Block) and made.name == "io_parameters.load":
            *_, keys, _, _, _, sizes = segments(made)
            place = ir.OpResult(store.operands[0]).result_number
            name = ir.StringAttr(keys[place].owner.attributes["value"]).value
            found[symbol(store)] = schedule.Buffer("weights", name, number(sizes[place], {}))
    return found


def places(block: Any) -> dict[str, int]:
    """The numbers that variables of the type index hold once a function has run, as often as it takes."""
    stores = [op.operation for op in block.operations if op.operation.name == "util.global.store"]
    left = {symbol(op): op.operands[0] for op in stores if str(op.operands[0].type) == "index"}
    found: dict[str, int] = {}
    while left:  # a variable may be given what another one held
        ready = {name: value for name, value in left.items() if not _loads(value) or symbol(value.owner) in found}
        if not ready:
            raise NotAList(f"{', '.join(left)} hold what no function says")
        found |= {name: number(value, found) for name, value in ready.items()}
        left = {name: value for name, value in left.items() if name not in ready}
    return found


def segments(op: Any) -> list[list[Any]]:
    """The operands of an operation, group by group."""
    values, found = iter(op.operands), []
    for size in ir.DenseI32ArrayAttr(op.attributes["operandSegmentSizes"]):
        found.append([next(values) for _ in range(size)])
    return found


def symbol(op: Any) -> str:
    """The variable that an operation loads or stores."""
    return str(op.attributes["global"]).lstrip("@").strip('"')


def kernel(function: Any) -> str:
    """The name of a kernel in the object, of a value that looks it up."""
    return str(function.owner.attributes["entry_point"]).split("::@")[-1].strip('"')


def argument(value: Any) -> int:
    """The place of an argument of a function."""
    return ir.BlockArgument(value).arg_number


def number(value: Any, known: Mapping[str, int]) -> int:
    """A number that is known before the module runs. known: what variables hold. NotAList for another."""
    op: Any = None if isinstance(value.owner, ir.Block) else value.owner
    match op.name if op else "":
        case "arith.constant":
            return ir.IntegerAttr(op.attributes["value"]).value
        case "util.global.load" if symbol(op) in known:
            return known[symbol(op)]
        case "arith.index_cast" | "arith.index_castui" | "arith.extui":
            return number(op.operands[0], known)
        case "arith.trunci":
            return number(op.operands[0], known) % (1 << ir.IntegerType(value.type).width)
        case "arith.shrui":
            return number(op.operands[0], known) >> number(op.operands[1], known)
    raise NotAList(f"{op.name if op else 'an argument'} gives a size or place that is known only when it runs")


def bytes_of(value: Any) -> bytes:
    """The bytes of a constant that has a whole number of them."""
    width = ir.IntegerType(value.type).width
    return (number(value, {}) % (1 << width)).to_bytes(width // 8, "little")


def _loads(value: Any) -> bool:
    """Whether a value is what a variable held."""
    return not isinstance(value.owner, ir.Block) and value.owner.name == "util.global.load"


def _initial(module: Any) -> Iterator[Any]:
    """The operations that run once, before any function."""
    for initializer in (op.operation for op in module.body.operations if op.operation.name == "util.initializer"):
        for block in initializer.regions[0].blocks:
            yield from (op.operation for op in block.operations)
