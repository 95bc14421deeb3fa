"""Runs the text of a kernel over buffers in Python: every access is checked, and what was never written is not a number.

Each operation of the templates becomes a line of Python; scalars and vectors are those of numpy.
"""

import functools
import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from lowering.kernels import kernel as kernels
from lowering.targets import precisions

Body = Callable[[tuple[int, ...], int, list[np.ndarray]], None]  # of a workgroup, an invocation in it, the bindings
LOOP = re.compile(r"(?:(V)(:\d+)? = )?scf\.for (V) = (V) to (V) step (V)(?: iter_args\((.*?)\) -> \(.*\))? \{".replace("V", r"v_\w+"))  # fmt: skip
# Operations once %name is v_name and #1 is [1]: V stands for a value, W for the rest of the line.
OPERATIONS = [
    (r"V = hal\.interface\.workgroup\.id\[(\d)\]W", r"\1 = group[\2]"),
    (r"V = gpu\.thread_id x", r"\1 = thread"),
    (r"V = hal\.interface\.binding\.subspan .* binding\((\d+)\) .*: memref<\d+x(?:vector<(\d+)x)?W", r"\1 = Memory(bindings[\2], '\3')"),
    (r"V = arith\.constant true", r"\1 = True"),
    (r"V = arith\.constant (\S+) : index", r"\1 = \2"),
    (r"V = arith\.constant (?:dense<)?([^\s>]+)>? : .*?(f16|f32)>?", r"\1 = constant('\2', '\3')"),
    (r"V = affine\.(\w+) affine_map<\((.*?)\)(?:\[(.*?)\])? -> \((.*)\)>\((.*?)\)(?:\[(.*?)\])?", r"\1 = \2((lambda \3, \4: (\5))(\6, \7))"),
    (r"V = arith\.add[if] V, VW", r"\1 = \2 + \3"),
    (r"V = arith\.mul[if] V, VW", r"\1 = \2 * \3"),
    (r"V = (?:vector|math)\.fma V, V, VW", r"\1 = \2 * \3 + \4"),
    (r"V = arith\.maximumf V, VW", r"\1 = np.maximum(\2, \3)"),
    (r"V = arith\.maxnumf V, VW", r"\1 = np.fmax(\2, \3)"),
    (r"V = arith\.(min|max)si V, VW", r"\1 = \2(\3, \4)"),
    (r"V = arith\.index_cast VW", r"\1 = int(\2)"),
    (r"V = arith\.(?:extf|truncf) VW to .*?(f16|f32)>?", r"\1 = \2.astype(DTYPES['\4'])"),
    (r"V = arith\.cmpi eq, V, VW", r"\1 = \2 == \3"),
    (r"V = arith\.select V, V, VW", r"\1 = \3 if \2 else \4"),
    (r"V = vector\.broadcast VW to vector<(\d+)W", r"\1 = np.full(\4, \2)"),
    (r"V = vector\.extract V(\[\d+\])W", r"\1 = \2\3"),
    (r"V = vector\.from_elements (.*) : W", r"\1 = np.array([\2])"),
    (r"V, V = vector\.deinterleave VW", r"\1, \2 = \3[::2], \3[1::2]"),
    (r"V = vector\.shuffle V, V (\[.*?\])W", r"\1 = np.concatenate([\2, \3])[\4]"),
    (r"V = vector\.reduction <add>, VW", r"\1 = \2.sum()"),
    (r"V = vector\.reduction <maxnumf>, VW", r"\1 = \2.max()"),
    (r"V = memref\.load V\[V\]W", r"\1 = \2.load(\3)"),
    (r"V = vector\.load V\[V\] : .*, vector<(\d+)W", r"\1 = \2.vector(\3, \4)"),
    (r"memref\.store V, V\[V\]W", r"\2.store(\1, \3, 1)"),
    (r"vector\.store V, V\[V\] : .*, vector<(\d+)W", r"\2.store(\1, \3, \4)"),
    (r"memref\.prefetchW", r"pass"),
    (r"//W", r"pass"),
]  # fmt: skip
PATTERNS = [
    (re.compile(re.sub(r"\bV(?=W|\b)", r"(v_\\w+(?:\\[\\d+\\])?)", pattern).replace("W", "(.*)")), to)
    for pattern, to in OPERATIONS
]


def run(kernel: kernels.Kernel, inputs: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """What the kernel's executable leaves of an output of not-a-numbers; its workgroups run in a random order. Scratch memory comes last."""
    values, written = iter(inputs), re.findall(r"memref<(\d+)x.*?(f16|f32|i32)", "\n".join(_bindings(kernel.outside)))
    bindings = [np.ravel(next(values) if o.array is None else o.array) for o in kernel.operands]
    bindings += [np.full(int(n), np.nan, precisions.DTYPES[element]) for n, element in written[len(bindings) :]]
    out = bindings[len(kernel.operands)]
    assert (out.size, out.dtype) == (kernel.out.size, precisions.DTYPES[kernel.out.element])
    counts = [range(int(n)) for n in re.findall(r"%c[xyz] = arith\.constant (\d+)", kernel.outside)]
    workgroups = list(itertools.product(*counts))
    body, (threads,) = translate(kernel.outside), re.findall(r"workgroup_size = \[(\d+)", kernel.outside)
    with np.errstate(invalid="ignore"):
        for i in rng.permutation(len(workgroups)):
            for thread in range(int(threads)):
                body(workgroups[i], thread, bindings)
    return out


def _bindings(text: str) -> list[str]:
    """The types of an executable's buffers."""
    return [line.rpartition(" : ")[2] for line in text.splitlines() if "binding.subspan" in line]


@functools.lru_cache(maxsize=8)
def translate(text: str) -> Body:
    """The function of an executable."""
    lines = [re.sub(r"#(\d+)", r"[\1]", re.sub(r"%(\w+)", r"v_\1", line.strip())) for line in text.splitlines()]
    start = next(i for i, line in enumerate(lines) if line.startswith("func.func @"))
    source, loops, alone = (
        ["def body(group, thread, bindings):"],
        [],
        set(),
    )  # alone: the only result of a loop, #0 or not
    for line in lines[start + 1 : lines.index("return")]:
        pad = "    " * (1 + len(loops))
        if line == "}":
            source += [f"{pad}pass", pad[4:] + loops.pop()[1]]
        elif found := LOOP.fullmatch(line):
            name, several, variable, *bounds, carried = found.groups()
            names = [pair.split(" = ")[0] for pair in carried.split(", ")] if carried else []
            source += [pad + pair for pair in (carried or "").split(", ")]
            source.append(f"{pad}for {variable} in range({', '.join(bounds)}):")
            alone |= {name} if several == ":1" else set()
            loops.append((names, f"{name} = {', '.join(names)}" if name else "pass"))
        elif line.startswith("scf.yield"):
            source.append(f"{pad}{', '.join(loops[-1][0])} = {line.removeprefix('scf.yield ').partition(' : ')[0]}")
        else:
            source.append(
                pad + _statement(functools.reduce(lambda s, name: s.replace(f"{name}[0]", name), alone, line))
            )
    scope: dict[str, Any] = {"np": np, "Memory": _Memory, "constant": _constant, "DTYPES": precisions.DTYPES, "apply": lambda value: value}  # fmt: skip
    exec("\n".join(source), scope)
    return scope["body"]


def _statement(line: str) -> str:
    for pattern, to in PATTERNS:
        if found := pattern.fullmatch(line):
            return found.expand(to).replace(" mod ", " % ").replace("floordiv", "//")
    raise NotImplementedError(f"no Python is written for {line}")


def _constant(text: str, element: str) -> Any:
    dtype = precisions.DTYPES[element]
    if text.startswith("0x"):
        return np.array(int(text, 16), f"u{dtype.itemsize}").view(dtype)[()]
    return dtype.type(text)


class _Memory:
    """A buffer of scalars, or of vectors of `width`. To read or write outside it is an error."""

    def __init__(self, values: np.ndarray, width: str) -> None:
        self.values = values.reshape(-1, int(width)) if width else values

    def load(self, at: int) -> Any:
        self._check(at, 1)
        return self.values[at]

    def vector(self, at: int, count: int) -> np.ndarray:
        self._check(at, count)
        return self.values[at : at + count]

    def store(self, value: Any, at: int, count: int) -> None:
        self._check(at, count)
        self.values[at : at + count] = value

    def _check(self, at: int, count: int) -> None:
        if not 0 <= at <= len(self.values) - count:
            raise IndexError(f"{count} elements at {at}: the buffer has {len(self.values)}")
