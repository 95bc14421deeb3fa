"""Expressions at every place of a feature map or vector: activations, gates, products and comparisons."""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from lowering.graph.operations import base

Operand = tuple[str, float]  # of "inputs", "steps" or "channels": its place; of "number": the constant itself

_erf = np.vectorize(math.erf, otypes=[np.float64])
# What each step computes, by the name of JAX's primitive.
FUNCTIONS: dict[str, Callable[..., np.ndarray]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "max": np.maximum,
    "min": np.minimum,
    "neg": np.negative,
    "abs": np.abs,
    "square": np.square,
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "tanh": np.tanh,
    "logistic": lambda x: 0.5 * (1 + np.tanh(0.5 * x)),
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "erf": _erf,
    "erfc": lambda x: 1 - _erf(x),
    "floor": np.floor,
    "ceil": np.ceil,
    "sign": np.sign,
    "gt": np.greater,
    "ge": np.greater_equal,
    "lt": np.less,
    "le": np.less_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "select_n": lambda which, no, yes: np.where(np.asarray(which, bool), yes, no),
}
# Steps that give nothing below zero: of any operands, if all of them are not below zero, or if one is.
NONNEGATIVE = frozenset(("exp", "exp2", "logistic", "abs", "square", "sqrt", "rsqrt", "erfc"))
OF_NONNEGATIVE = frozenset(("add", "mul", "div", "min", "expm1", "log1p", "tanh", "erf", "floor", "ceil", "sign"))
OF_ONE_NONNEGATIVE = frozenset(("max",))
TRUTHS = frozenset(("gt", "ge", "lt", "le", "eq", "ne", "and", "or", "not"))  # steps that give true or false


@dataclasses.dataclass(frozen=True)
class Step:
    """One function of the expression, a key of FUNCTIONS."""

    name: str
    operands: tuple[Operand, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Pointwise(base.Op):
    """y = an expression of the values at a place; the last step is the result.

    Its inputs are feature maps of the result's shape, and values that are the same at several places: maps of one frame
    or one pixel, vectors, which all positions read, and any of these with a number for each of several equal groups of
    channels. If the result is a vector, so are all inputs. channels: constants f64[C] that steps read.
    """

    steps: tuple[Step, ...]
    channels: tuple[np.ndarray, ...] = ()
    arity = (1, 1 << 30)

    @property
    def dtype(self) -> str:
        """ "bool" for a comparison, which only other expressions can read."""
        return "bool" if self.steps[-1].name in TRUTHS else "float32"

    @property
    def is_activation(self) -> bool:
        """Whether it is a function of one value, the same for every channel."""
        reads = {operand for step in self.steps for operand in step.operands if operand[0] == "inputs"}
        return reads == {("inputs", 0.0)} and not self.channels

    @property
    def passes_channels(self) -> bool:  # type: ignore[override]
        return self.is_activation and not self.apply([np.zeros(1)]).any()

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        known: list[bool] = []
        read: dict[str, Callable[[float], bool]] = {
            "inputs": lambda place: inputs[int(place)],
            "steps": lambda place: known[int(place)],
            "channels": lambda place: bool((self.channels[int(place)] >= 0).all()),
            "number": lambda value: value >= 0,
        }
        for step in self.steps:
            given = [read[kind](place) for kind, place in step.operands]
            given = given[1:] if step.name == "select_n" else given
            of_all = step.name in OF_NONNEGATIVE or step.name == "select_n"
            known.append(
                step.name in NONNEGATIVE
                or (of_all and all(given))
                or (step.name in OF_ONE_NONNEGATIVE and any(given))
                or (step.name == "mul" and step.operands[0] == step.operands[1])
            )
        return known[-1]

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        shape = self._widest(inputs)
        for each in inputs:
            if not fits(each, shape):
                raise base.GraphError(f"reads values of shapes {shape} and {each}, which do not fit")
        if any(len(values) != shape[-1] for values in self.channels):
            raise base.GraphError(f"has constants for {[len(v) for v in self.channels]} channels and reads {shape}")
        return shape

    def _widest(self, inputs: list[base.Shape]) -> base.Shape:
        """The shape that holds every input at every place."""
        channels = max((*(shape[-1] for shape in inputs), *map(len, self.channels)))
        maps = [shape for shape in inputs if len(shape) == 4]
        if not maps:
            return (channels,)
        return (max(shape[0] for shape in maps), *max(shape[1:3] for shape in maps), channels)

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        with np.errstate(all="ignore"):
            shape = self.shape([x.shape for x in inputs])
            return np.broadcast_to(self.evaluate([_by_channel(x, shape[-1]) for x in inputs]), shape)

    def evaluate(self, inputs: list[np.ndarray]) -> np.ndarray:
        """The expression in f64."""
        values: list[np.ndarray] = []
        read: dict[str, Callable[[float], np.ndarray]] = {
            "inputs": lambda place: inputs[int(place)],
            "steps": lambda place: values[int(place)],
            "channels": lambda place: self.channels[int(place)],
            "number": lambda value: np.asarray(value, inputs[0].dtype if inputs[0].dtype.kind == "f" else None),
        }
        for step in self.steps:
            values.append(np.asarray(FUNCTIONS[step.name](*(read[kind](place) for kind, place in step.operands))))
        return values[-1]

    @property
    def note(self) -> str:
        return " ".join(step.name for step in self.steps)


def fits(given: base.Shape, shape: base.Shape) -> bool:
    """Whether an expression of this shape can read a value of the given one."""
    if shape[-1] % given[-1] or len(given) not in (1, len(shape)):
        return False
    return len(given) == 1 or (given[0] in (1, shape[0]) and given[1:3] in ((1, 1), shape[1:3]))


def _by_channel(x: np.ndarray, channels: int) -> np.ndarray:
    """Numbers for each group of channels as numbers for each channel."""
    return x if x.shape[-1] in (1, channels) else np.repeat(x, channels // x.shape[-1], -1)


def one(name: str, operands: tuple[Operand, ...], channels: tuple[np.ndarray, ...] = ()) -> Pointwise:
    """An expression of one step."""
    return Pointwise((Step(name, operands),), channels)


def substitute(outer: Pointwise, place: int, inner: Pointwise, inputs: tuple[int, ...]) -> Pointwise:
    """`outer` with `inner` instead of its input at `place`.

    inputs: for each input of `inner`, its place among the inputs of the new expression, which begin with those of
    `outer` but that one.
    """
    base_steps, base_channels = len(inner.steps), len(outer.channels)

    def inside(operand: Operand) -> Operand:
        kind, at = operand
        return {
            "inputs": (kind, inputs[int(at)] if kind == "inputs" else at),
            "channels": (kind, at + base_channels),
        }.get(kind, operand)

    def outside(operand: Operand) -> Operand:
        kind, at = operand
        if kind == "inputs":
            return ("steps", base_steps - 1) if at == place else (kind, at - (at > place))
        return (kind, at + base_steps) if kind == "steps" else operand

    steps = [Step(step.name, tuple(map(inside, step.operands))) for step in inner.steps]
    steps += [Step(step.name, tuple(map(outside, step.operands))) for step in outer.steps]
    return Pointwise(tuple(steps), (*outer.channels, *inner.channels))
