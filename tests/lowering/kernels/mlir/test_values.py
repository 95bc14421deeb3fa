"""Index arithmetic: what an expression says in MLIR is what Python would have calculated."""

import operator

import numpy as np
import pytest

from lowering.kernels.mlir import types, values
from lowering.kernels.mlir.values import Value

X, Y = Value("%x", types.INDEX), Value("%y", types.INDEX)


def calculated(index: values.Index, **given: int) -> int:
    """The text of an expression, as Python."""
    return eval(str(values.affine(index)).replace("floordiv", "//").replace("mod", "%"), {}, given)


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (X * 1 + 0, "x"),
        (X * 8 + 3, "x * 8 + 3"),
        (X - 3, "x - 3"),
        (3 - X, "3 - x"),
        (-3 - X * 2, "-x * 2 - 3"),
        (X + Y * 4 + X, "x * 2 + y * 4"),
        ((X + Y) - X, "y"),
        (X - X, "0"),
        ((X + Y * 2) * 3 + 1, "(x + y * 2) * 3 + 1"),
        ((X + 1) * 2 * 3 + X, "(x + 1) * 6 + x"),
        (2 - (X + Y), "2 - x - y"),
        (X // 1 + X % 1, "x"),
        ((X + 1) // 3 * 2, "((x + 1) floordiv 3) * 2"),
        (X % 3 + Y // 4, "x mod 3 + y floordiv 4"),
        ((X % 3) * 5 % 7, "((x mod 3) * 5) mod 7"),
        (5 * X, "x * 5"),
        (X * 0 + 7, "7"),
    ],
)
def test_an_expression_is_written_in_its_shortest_form(index: values.Index, text: str) -> None:
    assert str(values.affine(index)) == text


@pytest.mark.parametrize("seed", range(40))
def test_the_text_of_an_expression_means_what_python_calculates(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for x, y in rng.integers(-50, 50, (5, 2)).tolist():
        rng = np.random.default_rng(seed)
        pairs: list[tuple[values.Index, int]] = [(X, x), (Y, y)]
        for _ in range(12):
            step, number = rng.integers(5), int(rng.integers(1, 9))
            (a, known), (c, other) = (pairs[i] for i in rng.integers(len(pairs), size=2))
            sign = rng.choice([-1, 1])
            function, right, value = [
                (operator.add, c, other),
                (operator.sub, c, other),
                (operator.mul, int(sign) * number, int(sign) * number),
                (operator.floordiv, number, number),
                (operator.mod, number, number),
            ][step]
            pairs.append((function(a, right), function(known, value)))
            assert calculated(pairs[-1][0], x=x, y=y) == pairs[-1][1]


def test_a_map_takes_each_value_once_in_the_order_of_appearance() -> None:
    text, operands = values.map_of([values.affine(Y * 2 + X), values.affine(X % 3), values.affine(7)])
    assert text == "affine_map<(y, x) -> (y * 2 + x, x mod 3, 7)>"
    assert operands == (Y, X)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: X * Y, r"^%x \* %y is not affine: one factor must be an integer$"),
        (lambda: X // Y, "^x floordiv %y is not affine: the divisor must be a positive integer$"),
        (lambda: X % 0, "^x mod 0 is not affine: the divisor must be a positive integer$"),
        (lambda: Value("%v", types.F32) + 1, "^%v is of type f32; only indices are calculated with$"),
    ],
)
def test_what_is_not_affine_is_refused(wrong: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        wrong()  # type: ignore[operator]
