"""Pieces of a JAX function as programs of their own: some of its operations, which JAX runs or writes as StableHLO.

A program reads and gives flat arrays, the elements of each in row-major order. So do the values of a graph between
kernels, whatever their shape in JAX.
"""

import dataclasses
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend import core

from lowering.functions import jaxprs

EMBEDDED = 64  # elements: smaller constants stand in the text, larger ones become arguments unless all are the same

Slot = tuple[str, int, int]  # of "inputs" or "constants": its place, 0; of "steps": the step, and which of its results


@dataclasses.dataclass(frozen=True, eq=False)
class Operation:
    """One of JAX's operations, by its name and parameters, so that it can also be written in other languages.

    shapes: of its results. apply: JAX arrays -> a sequence of them.
    """

    name: str
    params: Mapping[str, Any]
    shapes: tuple[tuple[int, ...], ...]
    apply: Callable[..., Sequence[Any]]

    def __call__(self, *operands: Any) -> Sequence[Any]:
        return self.apply(*operands)


@dataclasses.dataclass(frozen=True, eq=False)
class Laid:
    """The array of this shape that lies in a flat one: as axes of these sizes, turned into this order."""

    flat: jax.ShapeDtypeStruct
    sizes: tuple[int, ...]
    order: tuple[int, ...]
    shape: tuple[int, ...]

    def __call__(self, flat: Any) -> Sequence[Any]:
        return (flat.reshape(self.sizes).transpose(self.order).reshape(self.shape),)


@dataclasses.dataclass(frozen=True, eq=False)
class Step:
    """One operation, or a change of shape. apply: an Operation, a Laid, or JAX arrays -> a sequence of them."""

    apply: Callable[..., Sequence[Any]]
    operands: tuple[Slot, ...]

    @property
    def name(self) -> str:
        """What it does, for people; "" for a change of shape."""
        return self.apply.name if isinstance(self.apply, Operation) else ""


@dataclasses.dataclass(frozen=True, eq=False)
class Program:
    """Operations in running order on flat inputs.

    inputs: element types of the flat inputs, with their sizes. constants: arrays of any shape. results: which values it
    gives, each flattened.
    """

    inputs: tuple[jax.ShapeDtypeStruct, ...]
    constants: tuple[np.ndarray, ...]
    steps: tuple[Step, ...]
    results: tuple[Slot, ...]

    def __call__(self, *inputs: Any) -> tuple[jax.Array, ...]:
        """The results, flat, for flat inputs."""
        return self._run(inputs, self.constants)

    @property
    def arguments(self) -> tuple[np.ndarray, ...]:
        """The constants that the function of `text` takes after the inputs, in their order.

        Integers and truths are int32, which IREE 3.13 reads from weights as no other type of them on all targets.
        """
        large = (constant for constant in self.constants if _is_argument(constant))
        return tuple(each.astype(np.int32) if _is_whole(each) else each for each in large)

    @property
    def names(self) -> tuple[str, ...]:
        """What it does, each operation once, in order of appearance; changes of shape aside."""
        return tuple(dict.fromkeys(step.name for step in self.steps if step.name))

    @property
    def types(self) -> frozenset[str]:
        """The element types of all that it reads, computes and gives, inside of loops and branches too."""
        return frozenset(_types(jax.make_jaxpr(self)(*self.inputs).jaxpr))

    def outputs(self) -> tuple[jax.ShapeDtypeStruct, ...]:
        """Element types and sizes of the results."""
        found = jax.eval_shape(self, *self.inputs)
        return tuple(jax.ShapeDtypeStruct(each.shape, each.dtype) for each in found)

    def text(self, name: str) -> list[str]:
        """Lines of a private function @name, and of the functions that it calls, in StableHLO."""

        def function(*given: Any) -> tuple[jax.Array, ...]:
            arguments = iter(given[len(self.inputs) :])
            constants = [next(arguments).astype(c.dtype) if _is_argument(c) else _spread(c) for c in self.constants]
            return self._run(given[: len(self.inputs)], constants)

        lowered = jax.jit(function, keep_unused=True).lower(*self.inputs, *self.arguments)
        head, *lines = lowered.as_text().rstrip().splitlines()
        assert head.startswith("module") and lines[-1] == "}"
        return [_renamed(line[2:], name) for line in lines[:-1]]

    def _run(self, inputs: Sequence[Any], constants: Sequence[Any]) -> tuple[jax.Array, ...]:
        values: list[Sequence[Any]] = []

        def read(slot: Slot) -> Any:
            kind, place, result = slot
            return values[place][result] if kind == "steps" else (inputs if kind == "inputs" else constants)[place]

        for step in self.steps:
            values.append(step.apply(*map(read, step.operands)))
        return tuple(jnp.ravel(read(slot)) for slot in self.results)


def one(operation: Operation, operands: Sequence[np.ndarray | Laid]) -> Program:
    """A program of one operation on constants and on what lies in its flat inputs."""
    inputs: list[jax.ShapeDtypeStruct] = []
    constants: list[np.ndarray] = []
    steps: list[Step] = []
    slots: list[Slot] = []
    for operand in operands:
        if isinstance(operand, Laid):
            steps.append(Step(operand, (("inputs", len(inputs), 0),)))
            inputs.append(operand.flat)
            slots.append(("steps", len(steps) - 1, 0))
        else:
            slots.append(("constants", len(constants), 0))
            constants.append(operand)
    steps.append(Step(operation, tuple(slots)))
    gives: tuple[Slot, ...] = tuple(("steps", len(steps) - 1, result) for result in range(len(operation.shapes)))
    return Program(tuple(inputs), tuple(constants), tuple(steps), gives)


def copied(shape: tuple[int, ...]) -> Operation:
    """The array of this shape itself."""
    return Operation("copy", {}, (shape,), lambda x: (x,))


def converted(shape: tuple[int, ...], to: str) -> Operation:
    """The array of this shape in another element type."""
    return Operation("convert_element_type", {"new_dtype": np.dtype(to)}, (shape,), lambda x: (x.astype(to),))


@dataclasses.dataclass(frozen=True, eq=False)
class Part:
    """A program that is to be joined with others: the names of what it reads, and of each of its results."""

    program: Program
    reads: tuple[Hashable, ...]
    gives: tuple[Hashable | None, ...]


def join(parts: Sequence[Part], wanted: Sequence[Hashable]) -> tuple[Program, tuple[Hashable, ...]]:
    """Programs in running order as one that gives the `wanted` values, and the names of what that one reads."""
    known: dict[Hashable, Slot] = {}
    inputs: dict[Hashable, jax.ShapeDtypeStruct] = {}
    constants: list[np.ndarray] = []
    steps: list[Step] = []
    for part in parts:
        for name, kind in zip(part.reads, part.program.inputs, strict=True):
            if name not in known:
                known[name] = ("inputs", len(inputs), 0)
                inputs[name] = kind
        first, base = len(steps), len(constants)

        def moved(slot: Slot, part: Part = part, first: int = first, base: int = base) -> Slot:
            kind, place, result = slot
            if kind == "inputs":
                return known[part.reads[place]]
            return (kind, place + (base if kind == "constants" else first), result)

        constants += part.program.constants
        steps += [dataclasses.replace(s, operands=tuple(map(moved, s.operands))) for s in part.program.steps]
        for name, slot in zip(part.gives, part.program.results, strict=True):
            if name is not None:
                flat = Step(lambda x: (jnp.ravel(x),), (moved(slot),))
                steps.append(flat)
                known[name] = ("steps", len(steps) - 1, 0)
    results = tuple(known[name] for name in wanted)
    return Program(tuple(inputs.values()), tuple(constants), tuple(steps), results), tuple(inputs)


def _types(jaxpr: core.Jaxpr) -> Iterator[str]:
    held: Any = (*jaxpr.invars, *jaxpr.constvars, *(each for eqn in jaxpr.eqns for each in eqn.outvars))
    yield from (each.aval.dtype.name for each in held)
    for eqn in jaxpr.eqns:
        for value in eqn.params.values():
            for body in jaxprs.bodies(value):
                yield from _types(body)


def _is_argument(constant: np.ndarray) -> bool:
    return constant.size > EMBEDDED and not (constant == constant.flat[0]).all()


def _is_whole(constant: np.ndarray) -> bool:
    return constant.dtype == bool or jnp.issubdtype(constant.dtype, jnp.integer)


def _spread(constant: np.ndarray) -> Any:
    """A constant of the text: one number, where there are many of the same."""
    return jnp.full(constant.shape, constant.flat[0], constant.dtype) if constant.size > EMBEDDED else constant


def _renamed(line: str, name: str) -> str:
    """A line of JAX's module as one of ours: its functions are private and called after `name`."""
    line = re.sub(r" \{(?:jax|mhlo)\.[^}]*\}", "", line).replace("func.func public", "func.func private")
    return re.sub(r"@(\w+)", lambda found: f"@{name}" if found[1] == "main" else f"@{name}.{found[1]}", line)
