"""Operations in another form than JAX's own give JAX's values, those at the ends of their types too."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.functions import binding, forms, jaxprs

rng = np.random.default_rng(0)
X = rng.normal(size=(2, 5, 6, 8)).astype(np.float32)
ENDS = np.array([-np.inf, -1e10, -300, -1.5, -0.5, 0.7, 127.6, 255.5, 4e4, 3e9, 1e10, np.inf, np.nan], np.float32)
BYTES = rng.integers(0, 256, size=(2, 5, 6)).astype(np.uint8)
OPERATIONS: dict[str, tuple[Any, np.ndarray]] = {
    **{kind: (lambda x, kind=kind: x.astype(kind), ENDS) for kind in ("int8", "uint8", "int16", "int32", "uint32")},
    "from f16": (lambda x: x.astype("float16").astype("int8"), ENDS[:7]),
    "fft of 5, 6 and 8": (lambda x: jnp.fft.fftn(x, axes=(1, 2, 3)), X),
    "ifft of 5 and 6": (lambda x: jnp.fft.ifft2(x, axes=(1, 2)), X),
    "rfft of 5": (lambda x: jnp.fft.rfft(x, axis=1), X),
    "irfft of 9": (lambda x: jnp.fft.irfft(x, n=9, axis=1), X),
    "irfft of 14": (lambda x: jnp.fft.irfft(x + 1j * x[::-1], axis=3), X),
    "fft of 150": (lambda x: jnp.fft.fft(X.reshape(-1)[:300].reshape(2, 150) + x[0, 0, 0, 0]), X),
    "ifft of 480": (lambda x: jnp.fft.ifft(x.reshape(480) * (1 + 2j)), X),
    "rfft of 256": (lambda x: jnp.fft.rfft(x.reshape(-1)[:256]), X),
    "rfft of a prime": (lambda x: jnp.fft.rfft(x.reshape(-1)[:131]), X),
    "bytes reversed": (lambda x: x[:, ::-1], BYTES),
    "words reversed": (lambda x: x[:, ::-1], BYTES.astype(np.uint32) << 24),
    "a product of bytes": (
        lambda x: lax.dot_general(x, x, (((2,), (2,)), ((0,), (0,))), preferred_element_type=jnp.int32),
        BYTES,
    ),
    "largest along an axis": (lambda x: lax.approx_max_k(x, 3, reduction_dimension=1), X),
    "smallest": (lambda x: lax.approx_min_k(x, 3), X),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_another_form_gives_jaxs_values(name: str) -> None:
    function, x = OPERATIONS[name]
    jaxpr = jax.make_jaxpr(function)(x)
    step = lambda eqn, operands: binding.bind(eqn)(*operands)
    found = jaxprs.walk(jaxpr.jaxpr, jaxpr.consts, [jnp.asarray(x)], step, lambda array: array)
    for a, b in zip(found, jax.tree.leaves(function(jnp.asarray(x))), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "largest"), [("int8", 127), ("uint16", 65535), ("int32", 2**31 - 128), ("uint32", 2**32 - 256)]
)
def test_the_largest_float_of_an_integer_type_is_within_it(kind: str, largest: int) -> None:
    assert forms.bounds(kind)[1] == largest
