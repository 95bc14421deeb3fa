"""Random JAX functions of all kinds mean in the graph what they mean in JAX, as traced and as rewritten."""

from typing import Any

import pytest

from lowering.graph import values, views
from lowering.graph.primitives import rules
from tests.lowering.random_programs import compare, program


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_random_programs_mean_what_they_mean_in_jax(first: int) -> None:
    found = {seed: compare.faults(program.Program(seed)) for seed in range(first, first + 10)}
    assert {seed: faults for seed, faults in found.items() if faults} == {}


def test_a_program_is_the_same_in_every_run() -> None:
    one, other = program.Program(3), program.Program(3)
    assert str(one.params) == str(other.params) and one.steps == other.steps
    assert [x.tolist() for x in one.inputs] == [x.tolist() for x in other.inputs]


def test_a_wrong_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison itself can fail: here every transposition is forgotten."""

    def forgets(tracer: values.Tracer, eqn: Any, x: values.Ref) -> values.Ref:
        flat = tracer.as_flat(x)
        return values.Ref(flat.node, views.flat(eqn.outvars[0].aval.shape), x.dtype)

    monkeypatch.setitem(rules.RULES, "transpose", forgets)
    assert any(compare.faults(program.Program(seed)) for seed in range(10))
