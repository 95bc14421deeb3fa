"""The step that marks a quantised value."""

import numpy as np

from lowering.graph import ops, values
from lowering.graph.values import Const, NoKernel, Ref, Tracer


def fake_quantise(tracer: Tracer, eqn: values.Equation, x: Ref, scale: Const | Ref) -> Ref:
    """fake_quantise (lowering/functions/quantise.py) of a value, with one scale that only weights decide."""
    if not isinstance(scale, Const) or scale.value.size != 1:
        raise NoKernel("its scale is not one number that weights decide")
    op = ops.FakeQuantise(float(np.asarray(scale.value, np.float32).ravel()[0]))
    x = values.computed(x)
    return Ref(tracer.add(f"{x.node}_quantised", op, [x]), x.view)
