"""The step that makes a JAX function a quantised one: values rounded to int8, and still floats.

It is a primitive of its own, so that whoever reads the function finds it by its name. Training goes through it.
"""

from typing import Any

import jax
import jax.numpy as jnp
from jax.extend import core
from jax.interpreters import ad, batching, mlir

NAME = "fake_quantise"
LOWEST, LARGEST = -128, 127


def fake_quantise(x: jax.Array, scale: Any) -> jax.Array:
    """y = scale * clip(round(x / scale), -128, 127), half to even: what int8 keeps of f32[...], with zero at zero.

    scale: f32, one number or an array that x's shape holds, such as f32[O] of a kernel. x / scale is computed as x
    times f32(1 / scale), so that integers follow from the same arithmetic everywhere. The gradient is that of a
    straight-through estimator (Bengio et al. 2013, arXiv 1308.3432): 1 where x lies within the range, 0 outside.
    """
    return primitive.bind(x, jnp.asarray(scale, x.dtype))


def _rounded(x: Any, scale: Any) -> Any:
    return jnp.clip(jnp.round(x * (1 / scale)), LOWEST, LARGEST) * scale


def _jvp(primals: Any, tangents: Any) -> tuple[Any, Any]:
    (x, scale), (change, _) = primals, tangents
    y = primitive.bind(x, scale)
    if type(change) is ad.Zero:
        return y, change
    steps = x * (1 / scale)
    return y, jnp.where((steps >= LOWEST - 0.5) & (steps <= LARGEST + 0.5), change, 0)


def _batched(operands: Any, axes: Any) -> tuple[Any, int]:
    """One example's scale may have axes of its own, so that of several cannot simply stand beside them."""
    return jax.vmap(_rounded, axes)(*operands), 0


primitive = core.Primitive(NAME)
primitive.def_impl(jax.jit(_rounded))
primitive.def_abstract_eval(lambda x, scale: x)
mlir.register_lowering(primitive, mlir.lower_fun(_rounded, multiple_results=False))
ad.primitive_jvps[primitive] = _jvp
batching.primitive_batchers[primitive] = _batched
