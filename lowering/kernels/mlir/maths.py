"""Functions of floats by additions, multiplications and a few bits: no call of a library is left in a loop.

They are written in f32, on scalars or vectors. Errors are a few units in the last place of the larger of the result
and 1.
"""

import math

from lowering.kernels.mlir import block, types
from lowering.kernels.mlir.values import Value

LOG2E = 1 / math.log(2)
LN2_HIGH, LN2_LOW = (
    0.693359375,
    -2.12194440e-4,
)  # their sum is log 2; products of the first with small integers are exact
EXP = (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)  # Cephes
# 2^f for |f| <= 1/2, relative error 9e-8: minimax, exact at 0.
POWER = (1.3264731799e-3, 9.6715139437e-3, 5.5507337316e-2, 2.4022242060e-1, 6.9314697761e-1, 1.0)
LOG = (
    *(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1),
    *(-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1),
)  # Cephes
# erfc(x) = t exp(-x^2 + p(t)), t = 1 / (1 + x / 2): W. J. Cody's form as in Numerical Recipes, relative error 1.2e-7.
ERFC = (
    *(0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807),
    *(-0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223),
)


def exp(b: block.Block, x: Value) -> Value:
    """e to the x; infinite where f32 holds nothing as large, e to the -87 below that."""
    x = _between(b, x, -87.0, 89.0)
    n = b.op("math.floor", fma(b, x, number(b, x, LOG2E), number(b, x, 0.5)), name="n")
    r = fma(b, n, number(b, x, -LN2_HIGH), x)
    return _scaled_power(b, n, fma(b, n, number(b, x, -LN2_LOW), r))


def exp2(b: block.Block, x: Value) -> Value:
    """2 to the x; infinite where f32 holds nothing as large, 2 to the -125 below that."""
    x = _between(b, x, -125.0, 128.0)
    n = b.op("math.floor", b.op("arith.addf", x, number(b, x, 0.5), name="up"), name="n")
    rest = b.op("arith.subf", x, n, name="rest")
    return _scaled_power(b, n, b.op("arith.mulf", rest, number(b, x, 1 / LOG2E), name="r"))


def log(b: block.Block, x: Value) -> Value:
    """The natural logarithm of a number that is no subnormal; minus infinity for those that have none."""
    whole = x.type.of("i32")
    assert isinstance(whole, types.Scalar | types.Vector)
    bits = b.let("bits", whole, f"arith.bitcast {x} : {x.type} to {whole}")
    shifted = b.op("arith.shrui", bits, b.constant(23, whole), name="shifted")
    exponent = b.op("arith.subi", shifted, b.constant(126, whole), name="exponent")
    low = b.op("arith.andi", bits, b.constant(0x7FFFFF, whole), name="low")
    half = b.op("arith.ori", low, b.constant(0x3F000000, whole), name="half")
    m = b.let("m", x.type, f"arith.bitcast {half} : {whole} to {x.type}")  # in 0.5 to 1
    e = b.let("e", x.type, f"arith.sitofp {exponent} : {whole} to {x.type}")
    small = b.compare("olt", m, number(b, x, math.sqrt(0.5)), "small")
    one, zero = number(b, x, 1.0), number(b, x, 0.0)
    e = b.op("arith.subf", e, b.select(small, one, zero, "step"), name="e")
    m = b.op("arith.addf", m, b.select(small, m, zero, "again"), name="m")
    m = b.op("arith.subf", m, one, name="m")
    square = b.op("arith.mulf", m, m, name="square")
    p = b.op("arith.mulf", polynomial(b, m, LOG), b.op("arith.mulf", square, m, name="cube"), name="p")
    p = fma(b, e, number(b, x, LN2_LOW), p)
    p = fma(b, square, number(b, x, -0.5), p)
    found = fma(b, e, number(b, x, LN2_HIGH), b.op("arith.addf", m, p, name="sum"))
    found = b.select(b.compare("ogt", x, zero, "positive"), found, number(b, x, -math.inf), "log")
    return b.select(b.compare("olt", x, number(b, x, math.inf), "finite"), found, x, "log")


def tanh(b: block.Block, x: Value) -> Value:
    """2 / (1 + exp(-2 x)) - 1."""
    share = _share(b, 2.0, x, -2.0)
    return b.op("arith.subf", share, number(b, x, 1.0), name="tanh")


def logistic(b: block.Block, x: Value) -> Value:
    """1 / (1 + exp(-x))."""
    return _share(b, 1.0, x, -1.0)


def erfc(b: block.Block, x: Value) -> Value:
    """The complementary error function."""
    z = b.op("math.absf", x, name="z")
    one = number(b, x, 1.0)
    t = b.op("arith.divf", one, fma(b, z, number(b, x, 0.5), one), name="t")
    minus = b.op("arith.negf", z, name="minus")
    power = exp(b, fma(b, minus, z, polynomial(b, t, ERFC)))
    tail = b.op("arith.mulf", t, power, name="tail")
    other = b.op("arith.subf", number(b, x, 2.0), tail, name="other")
    return b.select(b.compare("oge", x, number(b, x, 0.0), "right"), tail, other, "erfc")


def polynomial(b: block.Block, x: Value, coefficients: tuple[float, ...]) -> Value:
    """By Horner's rule, the highest power first."""
    value = number(b, x, coefficients[0])
    for coefficient in coefficients[1:]:
        value = fma(b, value, x, number(b, x, coefficient))
    return value


def fma(b: block.Block, x: Value, factor: Value, more: Value) -> Value:
    """x * factor + more, rounded once."""
    return b.op("math.fma", x, factor, more, name="fma")


def number(b: block.Block, like: Value, value: float) -> Value:
    """A constant of the type of another value."""
    assert isinstance(like.type, types.Scalar | types.Vector)
    return b.constant(value, like.type, "number")


def _share(b: block.Block, of: float, x: Value, factor: float) -> Value:
    """of / (1 + e^(factor x)).

    The power is 2^n 2^f for a whole number n and |f| <= 1/2. Its error grows with x, where it is of no account beside 1
    or in what is left of it. The divisor is finite: processors that have it take an estimate and a step of Newton's.
    """
    whole = x.type.of("i32")
    assert isinstance(whole, types.Scalar | types.Vector)
    exponent = _between(b, b.op("arith.mulf", x, number(b, x, factor * LOG2E), name="exponent"), -126.0, 126.0)
    n = b.op("math.floor", b.op("arith.addf", exponent, number(b, x, 0.5), name="up"), name="n")
    part = polynomial(b, b.op("arith.subf", exponent, n, name="rest"), POWER)
    bits = b.let("bits", whole, f"arith.bitcast {part} : {x.type} to {whole}")
    steps = b.let("steps", whole, f"arith.fptosi {n} : {x.type} to {whole}")
    scaled = b.op("arith.addi", bits, b.op("arith.shli", steps, b.constant(23, whole), name="scale"), name="scaled")
    power = b.let("power", x.type, f"arith.bitcast {scaled} : {whole} to {x.type}")
    total = b.op("arith.addf", power, number(b, x, 1.0), name="total")
    return b.let("share", x.type, f"arith.divf {number(b, x, of)}, {total} fastmath<ninf,arcp,contract> : {x.type}")


def _between(b: block.Block, x: Value, least: float, most: float) -> Value:
    x = b.op("arith.minimumf", x, number(b, x, most), name="below")
    return b.op("arith.maximumf", x, number(b, x, least), name="above")


def _scaled_power(b: block.Block, n: Value, r: Value) -> Value:
    """2^n e^r for a whole number n and |r| <= log(2) / 2, as 2^(n - 1) twice e^r: 2^128 is no number of f32."""
    p = polynomial(b, r, EXP)
    square, more = b.op("arith.mulf", r, r, name="square"), b.op("arith.addf", r, number(b, r, 1.0), name="more")
    p = fma(b, p, square, more)
    twice = b.op("arith.addf", p, p, name="twice")
    return b.op("arith.mulf", twice, _half_power_of_two(b, n), name="exp")


def _half_power_of_two(b: block.Block, n: Value) -> Value:
    """2^(n - 1) in f32 for a whole number n from -125 to 128, by its bits."""
    whole = n.type.of("i32")
    assert isinstance(whole, types.Scalar | types.Vector)
    i = b.let("i", whole, f"arith.fptosi {n} : {n.type} to {whole}")
    biased = b.op("arith.addi", i, b.constant(126, whole), name="biased")
    bits = b.op("arith.shli", biased, b.constant(23, whole), name="bits")
    return b.let("power", n.type, f"arith.bitcast {bits} : {whole} to {n.type}")
