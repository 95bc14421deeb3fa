"""What a random program draws while it runs: numbers, axes, and weights, which it takes from its parameters."""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

Array = jax.Array
Step = Callable[["Draw", Array], Array | None]  # None: it does not take such a value
Item = TypeVar("Item")
LARGEST = 3000  # elements of a value


class Draw:
    """Random choices, the same in every run of a program.

    given: the program's parameters by name; None in its first run, which makes them in `weights`. pool: the values so
    far, which a step may read besides the one that it is given.
    """

    def __init__(self, given: dict[str, Any] | None) -> None:
        self.given, self.weights = given, dict[str, np.ndarray]()
        self.pool: list[Array] = []
        self.rng = np.random.default_rng(0)

    def pick(self, low: int, high: int) -> int:
        """Between `low` and `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def one(self, items: Sequence[Item]) -> Item:
        return items[self.pick(0, len(items) - 1)]

    def some(self, count: int, least: int = 0) -> tuple[int, ...]:
        """Some of the numbers below `count`, in order."""
        size = self.pick(min(least, count), count)
        return tuple(sorted(self.rng.permutation(count)[:size].tolist()))

    def order(self, count: int) -> tuple[int, ...]:
        return tuple(self.rng.permutation(count).tolist())

    def size(self) -> int:
        """Of an axis; often 1."""
        return self.one((1, 1, 2, 3, 4, 5, 6))

    def divisor(self, number: int) -> int:
        return self.one([n for n in range(1, number + 1) if number % n == 0])

    def weight(self, *shape: int, fan: int | None = None) -> Any:
        """f32 of this shape, from the parameters; sometimes one that was drawn before.

        fan: how many of its elements a sum has, which makes its values small; None: about 1.
        """
        same = [name for name, array in self.weights.items() if array.shape == shape]
        if same and self.chance(0.3):
            name = self.one(same)
        else:
            name = f"w{len(self.weights)}"
            drawn = self.rng.normal(size=shape) / math.sqrt(fan or 1)
            self.weights[name] = np.asarray(drawn, np.float32)
        return self.weights[name] if self.given is None else jnp.asarray(self.given[name])

    def constant(self, shape: Sequence[int]) -> Any:
        """Of a shape that fits into this one when it is broadcast: fewer axes, or some of size 1."""
        kept = shape[self.pick(0, len(shape)) :]
        spread = [1 if self.chance(0.5) else size for size in kept]
        return self.weight(*spread)

    def other(self, fits: Callable[[Array], bool]) -> Array | None:
        """Another value of floats for which this holds."""
        found = [each for each in self.pool if is_float(each) and fits(each)]
        return self.one(found) if found else None


def is_float(x: Array) -> bool:
    return x.dtype == jnp.float32


def fits(shape: Sequence[int], to: Sequence[int]) -> bool:
    """Whether an array can be broadcast to a shape."""
    pairs = zip(reversed(shape), reversed(to), strict=False)
    return len(shape) <= len(to) and all(a in (1, b) for a, b in pairs)


def bounded(x: Array, most: float = 4.0) -> Array:
    """With values that cannot grow from step to step, and a slope everywhere."""
    return most * jnp.tanh(x / most)
