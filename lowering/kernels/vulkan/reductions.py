"""Reductions in StableHLO, written so that IREE 3.13 computes them right on GPUs.

IREE would spread a reduction over a subgroup of the size that it expects of the target, and give wrong results on a GPU
with another size. So does it with matrix products, which are sums too.
"""

import dataclasses
import re
from collections.abc import Sequence

REDUCTION = re.compile(
    r"(?P<pad> *)%(?P<name>\S+) = (?P<head>stablehlo\.reduce\(.*\)) applies (?P<operation>stablehlo\.\w+) "
    r"across dimensions = (?P<rest>.* -> (?P<to>tensor<(?:\d+x)*(?P<type>\w+)>))"
)
# One whose function is written out, such as that of an argmax.
LONG_REDUCTION = re.compile(
    r"(?P<pad> *)%(?P<name>\w+)(?::\d+)? = stablehlo\.reduce\(.*\) across dimensions = .* "
    r"-> \(?(?P<to>tensor<[^()]*)\)?"
)
LARGEST = {"f32": "0x7F800000", "f16": "0x7C00", "bf16": "0x7F80"}
PRODUCT = re.compile(
    r"(?P<pad> *)%(?P<name>\w+) = stablehlo\.dot_general (?P<a>%\S+), (?P<b>%\S+), "
    r"(?:batching_dims = (?P<batch_a>\[.*?\]) x (?P<batch_b>\[.*?\]), )?"
    r"contracting_dims = (?P<sum_a>\[.*?\]) x (?P<sum_b>\[.*?\]).* : "
    r"\((?P<type_a>tensor<\S+>), (?P<type_b>tensor<\S+>)\) -> (?P<to>tensor<(?:\d+x)*(?P<type>\w+)>)"
)


def written(lines: Sequence[str]) -> list[str]:
    """The lines of functions in StableHLO with all their reductions and products in that form."""
    return one_by_one([line for each in lines for line in in_sums(each)])


def one_by_one(lines: Sequence[str]) -> list[str]:
    """Reductions in StableHLO as IREE 3.13 computes them right on any GPU: each in a dispatch of its own.

    In one dispatch with what reads the result, such as x - mean(x), its SPIR-V gives wrong numbers; a barrier keeps the
    two apart.
    """
    found: list[str] = []
    barriers: list[tuple[str, str]] = []  # of the reductions whose functions are being read: where it goes, and itself
    for line in lines:
        short, long = REDUCTION.fullmatch(line), LONG_REDUCTION.fullmatch(line)
        if short:
            found += [*_by_one_invocation(short), _barrier(short)]
        elif long:
            found.append(line.replace(f"%{long['name']}", f"%whole_{long['name']}", 1))
            barriers.append((f"{long['pad']}}}", _barrier(long)))
        else:
            found.append(line)
            if barriers and line == barriers[-1][0]:
                found.append(barriers.pop()[1])
    return found


def _by_one_invocation(found: re.Match[str]) -> list[str]:
    """A reduction by one operation, in a form that IREE computes in one invocation.

    It would spread the reduction over a subgroup of the size that it expects of the target, and give wrong results on a
    GPU with another size. What is added up is therefore compared with infinity, which changes nothing for numbers and
    is no reduction that IREE knows. Integers it does not spread.
    """
    scalar, pad, element = f"tensor<{found['type']}>", found["pad"], found["type"]
    head = f"{pad}%whole_{found['name']} = {found['head']}"
    if element not in LARGEST:
        return [f"{head} applies {found['operation']} across dimensions = {found['rest']}"]
    return [
        f"{head} across dimensions = {found['rest']}",
        f"{pad} reducer(%one: {scalar}, %more: {scalar}) {{",
        f"{pad}  %both = {found['operation']} %one, %more : {scalar}",
        f"{pad}  %largest = stablehlo.constant dense<{LARGEST[element]}> : {scalar}",
        f"{pad}  %real = stablehlo.compare LE, %more, %largest, FLOAT : ({scalar}, {scalar}) -> tensor<i1>",
        f"{pad}  %next = stablehlo.select %real, %both, %one : tensor<i1>, {scalar}",
        f"{pad}  stablehlo.return %next : {scalar}",
        f"{pad}}}",
    ]


def in_sums(line: str) -> list[str]:
    """A matrix product as sums of products of elements, which are reductions as any other."""
    found = PRODUCT.fullmatch(line)
    if found is None:
        return [line]
    name, kind = found["name"], found["type"]
    left, right = (_Factor.of(found, side) for side in "ab")
    batch, summed = [left.shape[axis] for axis in left.batch], [left.shape[axis] for axis in left.summed]
    free = [[each.shape[axis] for axis in each.free] for each in (left, right)]
    sizes = [*batch, *free[0], *free[1], *summed]
    every, ends = f"tensor<{'x'.join(map(str, [*sizes, kind]))}>", list(range(len(sizes) - len(summed), len(sizes)))
    zero = "0.000000e+00" if kind in LARGEST else "0"
    lines = [
        *left.spread(f"a_{name}", kind, every, len(batch), ends[0]),
        *right.spread(f"b_{name}", kind, every, len(batch) + len(free[0]), ends[0]),
        f"%products_{name} = stablehlo.multiply %a_{name}, %b_{name} : {every}",
        f"%zero_{name} = stablehlo.constant dense<{zero}> : tensor<{kind}>",
        f"%{name} = stablehlo.reduce(%products_{name} init: %zero_{name}) applies stablehlo.add across "
        f"dimensions = {ends} : ({every}, tensor<{kind}>) -> {found['to']}",
    ]
    return [found["pad"] + each for each in lines]


@dataclasses.dataclass(frozen=True)
class _Factor:
    """An operand of a matrix product, and its axes by what becomes of them."""

    value: str
    type: str
    batch: list[int]
    summed: list[int]

    @classmethod
    def of(cls, found: re.Match[str], side: str) -> "_Factor":
        axes = [[int(each) for each in re.findall(r"\d+", found[f"{what}_{side}"] or "")] for what in ("batch", "sum")]
        return cls(found[side], found[f"type_{side}"], *axes)

    @property
    def shape(self) -> list[int]:
        return [int(size) for size in re.findall(r"(\d+)x", self.type)]

    @property
    def free(self) -> list[int]:
        return [axis for axis in range(len(self.shape)) if axis not in (*self.batch, *self.summed)]

    def spread(self, name: str, kind: str, every: str, first: int, last: int) -> list[str]:
        """Lines that repeat it along the other's free axes. first, last: where its free and its summed axes begin."""
        groups = ((self.batch, 0), (self.free, first), (self.summed, last))
        place = {axis: start + number for axes, start in groups for number, axis in enumerate(axes)}
        order, to = sorted(place, key=lambda axis: place[axis]), "x".join(map(str, [*self.shape, kind]))
        turned = "x".join(map(str, [*(self.shape[axis] for axis in order), kind]))
        before, value = [], self.value
        if self.type != f"tensor<{to}>":
            before = [
                f"%as_{name} = stablehlo.convert {value} : ({self.type}) -> tensor<{to}>",
                f"%made_{name} = stablehlo.optimization_barrier %as_{name} : tensor<{to}>",  # see conversions.py
            ]
            value = f"%made_{name}"
        return [
            *before,
            # IREE 3.13 takes what only turns axes as a transposition, by the inverse permutation. So that is one.
            f"%turned_{name} = stablehlo.transpose {value}, dims = {order} : (tensor<{to}>) -> tensor<{turned}>",
            f"%{name} = stablehlo.broadcast_in_dim %turned_{name}, dims = {sorted(place.values())} : "
            f"(tensor<{turned}>) -> {every}",
        ]


def _barrier(found: re.Match[str]) -> str:
    """What stands between a reduction, renamed, and those that read its results."""
    name, kinds = found["name"], found["to"]
    count = kinds.count("tensor<")
    results = ", ".join(f"%whole_{name}#{place}" for place in range(count)) if count > 1 else f"%whole_{name}"
    return (
        f"{found['pad']}%{name}{f':{count}' if count > 1 else ''} = stablehlo.optimization_barrier {results} : {kinds}"
    )
