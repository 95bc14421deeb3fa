"""Where an operation of a jaxpr stands in the user's source, and which operations no module can hold."""

import re
from typing import Any

from jax.extend import core

from lowering.functions import jaxprs

LIBRARIES = re.compile(r"[/\\](?:jax|jaxlib|flax|equinox|haiku|optax|jaxtyping)[/\\]|[/\\]functools\.py$|^<")
LAPACK = "it calls LAPACK, a library of the host; compute it once among the weights, or write it in plain operations"
TOO_MANY = "it gives more elements than the k largest; leave aggregate_to_topk at True"
KEYS = "it draws random numbers; close over a constant key, or evaluate without one"
# Parts of the names of primitives that call Python, or draw random numbers, while a network runs.
REFUSED = {
    "callback": "it calls Python",
    "infeed": "it reads from the host",
    "outfeed": "it writes to the host",
    "random_": KEYS,
    "rng_": KEYS,
    "ffi_call": "it calls a library of the host",
    "pallas_call": "it is a kernel for one kind of device; give the network its plain form",
}
# Primitives that JAX writes as calls of LAPACK.
FACTORS = frozenset(
    ("cholesky", "cholesky_update", "lu", "geqrf", "geqp3", "qr", "householder_product", "eig", "eigh", "svd", "schur")
    + ("hessenberg", "tridiagonal", "triangular_solve", "tridiagonal_solve", "symmetric_product")
)


def line(eqn: core.JaxprEqn) -> str:
    """The innermost line outside of JAX and its libraries, as "file.py:12"; "" where JAX kept none."""
    traceback = eqn.source_info.traceback
    for frame in traceback.frames if traceback else ():
        if not LIBRARIES.search(frame.file_name):
            return f"{frame.file_name}:{frame.line_num}"
    return ""


def located(jaxpr: core.Jaxpr, caller: Any = None) -> core.Jaxpr:
    """The same, where what JAX's own functions do under jit stands at the line that calls them: JAX keeps none for it.

    caller: the source_info of the operation that holds this jaxpr.
    """
    found = []
    for eqn in jaxpr.eqns:
        info = eqn.source_info if caller is None or line(eqn) else caller
        params = {name: _located(value, info) for name, value in eqn.params.items()}
        found.append(eqn.replace(source_info=info, params=params))
    return jaxpr.replace(eqns=found)


def _located(value: Any, caller: Any) -> Any:
    """A parameter of an operation, with each function in it `located`."""
    match value:
        case core.Jaxpr():
            return located(value, caller)
        case core.ClosedJaxpr():
            return core.ClosedJaxpr(located(value.jaxpr, caller), value.consts)
        case tuple() if any(isinstance(each, core.Jaxpr | core.ClosedJaxpr) for each in value):
            parts = (_located(each, caller) for each in value)
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
        case _:
            return value


def refusal(eqn: core.JaxprEqn) -> str | None:
    """Why no module can hold an operation; None for all others. Loops and branches are searched too."""
    name = eqn.primitive.name
    if name in FACTORS:
        return LAPACK
    if name == "approx_top_k" and not eqn.params["aggregate_to_topk"]:
        return TOO_MANY
    for part, why in REFUSED.items():
        if part in name:
            return why
    inner = (refusal(each) for value in eqn.params.values() for body in jaxprs.bodies(value) for each in body.eqns)
    return next((why for why in inner if why is not None), None)
