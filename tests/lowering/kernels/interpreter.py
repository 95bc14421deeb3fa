"""Runs a kernel over buffers in Python: every access is checked, and what was never written is not a number.

IREE's parser reads the kernel. Each of its operations then becomes a line of Python; scalars and vectors are those of
numpy.
"""

import functools
import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from iree.compiler import ir

from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import types
from lowering.targets import precisions
from tests.lowering.kernels import parse

# Of a workgroup, an invocation in it, the number of the dispatch's first workgroup, and the bindings.
Body = Callable[[tuple[int, ...], int, int, list[np.ndarray]], None]
WHOLE = {"i8": "int8", "i16": "int16", "i32": "int32"}
ELEMENTS = {**{name: str(dtype) for name, dtype in precisions.DTYPES.items()}, **WHOLE}

# Python for operations by name: {0}, {1} ... are operands, {attribute} an attribute, {lanes} and {element} those of the
# result's type.
COMPARE = {1: np.equal, 2: np.greater, 3: np.greater_equal, 4: np.less, 5: np.less_equal, 13: np.not_equal}
COMPARE_WHOLE = {0: np.equal, 2: np.less}
PYTHON = {
    "hal.interface.workgroup.id": "group[{dimension}]",
    "hal.interface.constant.load": "first",
    "hal.interface.binding.subspan": "Memory(bindings[{binding}], {width})",
    "gpu.thread_id": "thread",
    "arith.addi": "{0} + {1}",
    "arith.addf": "{0} + {1}",
    "arith.mulf": "{0} * {1}",
    "arith.remui": "{0} % {1}",
    "arith.divui": "{0} // {1}",
    "vector.fma": "{0} * {1} + {2}",
    "math.fma": "{0} * {1} + {2}",
    "arith.subi": "{0} - {1}",
    "arith.andi": "{0} & {1}",
    "arith.ori": "{0} | {1}",
    "arith.xori": "{0} ^ {1}",
    "arith.shli": "{0} << {1}",
    "arith.muli": "{0} * {1}",
    "arith.shrsi": "{0} >> {1}",
    "arith.trunci": "{0}.astype('{element}')",
    "arith.maxui": "np.maximum({0}.view('uint8'), {1}.view('uint8')).view('int8')",
    "math.absi": "np.abs({0})",
    "math.roundeven": "np.rint({0})",
    "vector.bitcast": "np.ascontiguousarray({0}).view('{element}')",
    "llvm.call_intrinsic": "intrinsics[{intrin}]({operands})",
    "spirv.SDot": "products(np.array([{0}]).view('int8'), np.array([{1}]).view('int8'), 4)[0]",
    "arm_neon.intr.smmla": "{0} + matrix_product({1}, {2})",
    "arm_neon.intr.sdot": "{0} + products({1}, {2}, 4)",
    "arith.shrui": "({0}.view('uint32') >> {1}.view('uint32')).view('int32')",
    "arith.subf": "{0} - {1}",
    "arith.divf": "{0} / {1}",
    "arith.negf": "-{0}",
    "arith.bitcast": "{0}.view('{element}')",
    "arith.fptosi": "{0}.astype('{element}')",
    "arith.sitofp": "{0}.astype('{element}')",
    "arith.minimumf": "np.minimum({0}, {1})",
    "math.absf": "np.abs({0})",
    "math.floor": "np.floor({0})",
    "math.ceil": "np.ceil({0})",
    "math.sqrt": "np.sqrt({0})",
    "arith.maximumf": "np.maximum({0}, {1})",
    "arith.minnumf": "np.fmin({0}, {1})",
    "arith.maxnumf": "np.fmax({0}, {1})",
    "arith.minsi": "min({0}, {1})",
    "arith.maxsi": "np.maximum({0}, {1})",
    "arith.index_cast": "int({0})",
    "arith.extf": "{0}.astype('{element}')",
    "arith.truncf": "{0}.astype('{element}')",
    "arith.cmpi": "compare_whole[{predicate}]({0}, {1})",
    "arith.cmpf": "compare[{predicate}]({0}, {1})",
    "arith.select": "select({0}, {1}, {2})",
    "vector.broadcast": "np.full({lanes}, {0})",
    "vector.extract": "{0}[{static_position}[0]]",
    "vector.from_elements": "np.array([{operands}])",
    "vector.deinterleave": "{0}[::2], {0}[1::2]",
    "vector.shuffle": "np.concatenate([{0}, {1}])[{mask}]",
    "vector.reduction": "reductions['{kind}']({0})",
    "memref.load": "{0}.load({1})",
    "vector.load": "{0}.vector({1}, {lanes})",
    "vector.constant_mask": "np.arange({lanes}) < {mask_dim_sizes}[0]",
    "vector.maskedload": "{0}.masked({1}, {2})",
    "vector.maskedstore": "{0}.store_masked({3}, {1}, {2})",
    "memref.store": "{1}.store({0}, {2}, 1)",
    "vector.store": "{1}.store({0}, {2}, len({0}))",
    **dict.fromkeys(("memref.prefetch", "func.return"), "None"),
}


def run(kernel: kernels.Kernel, inputs: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """What the kernel's executable leaves of an output of not-a-numbers; its workgroups run in a random order.

    Scratch memory comes last.
    """
    assert kernel.executable is not None
    given = iter(inputs)
    bindings = [np.ravel(next(given) if o.array is None else o.array) for o in kernel.operands]
    bindings += [_unwritten(t) for t in kernel.executable.results]
    grid, body = kernel.executable.grid, translate(parse.section("kernel", kernel))
    workgroups = list(launched(kernel))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for i in rng.permutation(len(workgroups)):
            for thread in range(grid.invocations):
                body(*workgroups[i], thread, bindings)
    return bindings[len(kernel.operands)]


def _unwritten(memory: types.Tensor) -> np.ndarray:
    """Memory that nothing was written into: not-a-numbers, or a whole number that no test wants."""
    if memory.element in WHOLE:
        return np.full(memory.size, 0x5A5A5A5A, WHOLE[memory.element])
    return np.full(memory.size, np.nan, precisions.DTYPES[memory.element])


def _products(a: np.ndarray, b: np.ndarray, count: int) -> np.ndarray:
    """i32: the sums of so many products that follow each other."""
    return (a.astype(np.int32) * b.astype(np.int32)).reshape(-1, count).sum(1, dtype=np.int32)


def _matrix_product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """i32[4]: of two rows of 8 numbers with two others."""
    return (a.reshape(2, 8).astype(np.int32) @ b.reshape(2, 8).astype(np.int32).T).ravel()


def _saturated(sums: np.ndarray) -> np.ndarray:
    return np.clip(sums, -(1 << 15), (1 << 15) - 1).astype(np.int16)


# Of LLVM for x86, by name. vpdpbusd and vpmaddubsw take their first vector of bytes without a sign.
_DOT = lambda acc, a, b: acc + _products(a.view("uint8"), b, 4)
_PAIRS = lambda a, b: _saturated(_products(a.view("uint8"), b, 2))
INTRINSICS = {
    **{f"llvm.x86.avx512.vpdpbusd.{bits}": _DOT for bits in (128, 256, 512)},
    **dict.fromkeys(("llvm.x86.avx512.pmaddubs.w.512", "llvm.x86.avx2.pmadd.ub.sw"), _PAIRS),
    "llvm.x86.ssse3.pmadd.ub.sw.128": _PAIRS,
    **dict.fromkeys(("llvm.x86.avx512.pmaddw.d.512", "llvm.x86.avx2.pmadd.wd"), lambda a, b: _products(a, b, 2)),
    "llvm.x86.sse2.pmadd.wd": lambda a, b: _products(a, b, 2),
    **dict.fromkeys(("llvm.x86.avx2.psign.b", "llvm.x86.ssse3.psign.b.128"), lambda a, b: a * np.sign(b)),
}


def launched(kernel: kernels.Kernel) -> Iterator[tuple[tuple[int, ...], int]]:
    """The place of each workgroup in its dispatch, and the number of the dispatch's first one."""
    assert kernel.grid is not None
    for first, count in kernel.grid.dispatches:
        yield from (((i, 0, 0), first) for i in range(count))
    if not kernel.grid.dispatches:
        yield from ((place, 0) for place in itertools.product(*map(range, kernel.grid.counts)))


@functools.lru_cache(maxsize=8)
def translate(text: str) -> Body:
    """The function of the executable in a module."""
    scope: dict[str, Any] = {"np": np, "Memory": _Memory, "reductions": {"add": np.sum, "maxnumf": np.max}}
    scope |= {"compare": COMPARE, "compare_whole": COMPARE_WHOLE, "select": _select}
    scope |= {"matrix_product": _matrix_product, "products": _products, "intrinsics": INTRINSICS}
    module = parse.parse(text)
    function = next(op for op in _operations(module.operation) if op.name == "func.func")
    source = _Python(scope).block(function.regions[0].blocks[0], 1)
    exec("\n".join(["def body(group, first, thread, bindings):", *source]), scope)
    return scope["body"]


def _operations(operation: ir.Operation) -> Iterator[ir.Operation]:
    """All operations of a module, in order: an executable's function comes before the one that calls it."""
    for region in operation.regions:
        for block in region.blocks:
            for inner in block.operations:
                yield inner.operation
                yield from _operations(inner.operation)


class _Python:
    """Lines of Python for blocks of operations. Constants go into `scope`."""

    def __init__(self, scope: dict[str, Any]) -> None:
        self.scope, self.names = scope, dict[ir.Value, str]()

    def name(self, value: ir.Value) -> str:
        return self.names.setdefault(value, f"v{len(self.names)}")

    def block(self, block: ir.Block, depth: int) -> list[str]:
        return [line for each in block.operations for line in self.operation(each.operation, depth)]

    def operation(self, op: ir.Operation, depth: int) -> list[str]:
        pad, results = "    " * depth, ", ".join(map(self.name, op.results))
        if op.name == "scf.for":
            return self.loop(op, depth)
        if op.name == "scf.yield":
            return []
        if op.name == "arith.constant":
            self.scope[results] = _constant(op)
            return []
        return [f"{pad}{results} = {self.expression(op)}" if results else f"{pad}{self.expression(op)}"]

    def loop(self, op: ir.Operation, depth: int) -> list[str]:
        (first, end, step, *inits), pad = [self.name(each) for each in op.operands], "    " * depth
        body = op.regions[0].blocks[0]
        index, *carried = (self.name(each) for each in body.arguments)
        given = [self.name(each) for each in body.operations[len(body.operations) - 1].operands]
        pairs = lambda to, what: [f"{', '.join(to)} = {', '.join(what)}"] if to else []
        return [
            *(pad + line for line in pairs(carried, inits)),
            f"{pad}for {index} in range({first}, {end}, {step}):",
            *self.block(body, depth + 1),
            *(f"{pad}    {line}" for line in pairs(carried, given) or ["pass"]),
            *(pad + line for line in pairs([self.name(each) for each in op.results], carried)),
        ]

    def expression(self, op: ir.Operation) -> str:
        operands = [self.name(each) for each in op.operands]
        if op.name in ("affine.apply", "affine.min", "affine.max"):
            _, _, values = str(op.attributes["map"]).partition(" -> ")
            python = values[:-1].replace("floordiv", "//").replace("mod", "%")
            python = re.sub(r"d(\d+)", lambda found: operands[int(found[1])], python)
            return python if op.name == "affine.apply" else f"{op.name.removeprefix('affine.')}{python}"
        if op.name not in PYTHON:
            raise NotImplementedError(f"no Python is written for {op}")
        attributes = {
            each: _attribute(str(op.attributes[each])) for each in op.attributes if f"{{{each}" in PYTHON[op.name]
        }
        shaped = _shaped(op.results[0].type) if len(op.results) else {}
        return PYTHON[op.name].format(*operands, operands=", ".join(operands), **attributes, **shaped)


def _attribute(text: str) -> str:
    """A number, a list of numbers, or the name in an attribute."""
    if found := re.fullmatch(r"array<i64: (.*)>", text):
        return f"[{found[1]}]"
    return re.sub(r"^#[\w.]+<(?:\w+ )?(\w+)>$|^(-?\d+) : \w+$", lambda found: found[1] or found[2], text)


def _shaped(type_: ir.Type) -> dict[str, object]:
    """Lanes and element of a vector, or the width of a buffer's items."""
    found = re.search(r"vector<(\d+)x(\w+)>", str(type_))
    width = found[1] if found else None
    element = found[2] if found else str(type_)
    return {"lanes": width, "width": width, "element": ELEMENTS.get(element, element)}


def _select(condition: Any, yes: Any, no: Any) -> Any:
    """One of two values, lane by lane where the condition is a vector."""
    return np.where(condition, yes, no) if isinstance(condition, np.ndarray) else yes if condition else no


def _constant(op: ir.Operation) -> Any:
    """An integer, or a number or a vector of numpy."""
    type_, value = op.results[0].type, op.attributes["value"]
    if isinstance(value, ir.IntegerAttr):
        return value.value if str(type_) == "index" else np.int32(value.value)
    if isinstance(value, ir.DenseIntElementsAttr):
        vector = ir.VectorType(type_)
        return np.full(vector.shape[0], value.get_splat_value().value, WHOLE[str(vector.element_type)])
    dtype = precisions.DTYPES[re.findall(r"f\d+", str(type_))[0]]
    if isinstance(value, ir.FloatAttr):
        return dtype.type(value.value)
    splat = ir.DenseElementsAttr(value).get_splat_value()
    return np.full(ir.VectorType(type_).shape[0], ir.FloatAttr(splat).value, dtype)


class _Memory:
    """A buffer of scalars, or of vectors of `width`. To read or write outside it is an error."""

    def __init__(self, values: np.ndarray, width: int | None) -> None:
        self.values = values.reshape(-1, width) if width else values

    def load(self, at: int) -> Any:
        self._check(at, 1)
        return self.values[at]

    def vector(self, at: int, count: int) -> np.ndarray:
        self._check(at, count)
        return self.values[at : at + count]

    def store(self, value: Any, at: int, count: int) -> None:
        self._check(at, count)
        self.values[at : at + count] = value

    def masked(self, at: int, mask: np.ndarray) -> np.ndarray:
        found = np.zeros(len(mask), self.values.dtype)
        for lane in np.flatnonzero(mask):
            found[lane] = self.load(at + lane)
        return found

    def store_masked(self, value: np.ndarray, at: int, mask: np.ndarray) -> None:
        for lane in np.flatnonzero(mask):
            self.store(value[lane], at + lane, 1)

    def _check(self, at: int, count: int) -> None:
        if not 0 <= at <= len(self.values) - count:
            raise IndexError(f"{count} elements at {at}: the buffer has {len(self.values)}")
