"""Several random programs as the results of one module, compiled for a target and run."""

import dataclasses
import pathlib
import tempfile
from collections.abc import Sequence
from typing import Any

import jax

from lowering.bundle import bundles, deploy, run, write
from lowering.targets import targets
from tests.lowering.random_programs import compare, program


@dataclasses.dataclass(frozen=True)
class Compared:
    """Which programs of a module were run, by their seeds, and what went wrong."""

    compiled: list[int]
    faults: list[str]


def compared(made: Sequence[program.Program], name: str) -> Compared:
    """Programs in one module for a target: what goes wrong, by program, where each alone goes wrong too.

    Programs whose answers are errors of rounding alone are left out.
    """
    target = targets.find(name)

    def wrong(programs: Sequence[program.Program]) -> str:
        with tempfile.TemporaryDirectory() as folder:
            return "; ".join(faults(programs, target, pathlib.Path(folder) / "bundle")) if programs else ""

    programs = exact(made)
    if wrong(programs):
        programs = [each for each in programs if compare.steady(each)]
    seeds = [each.seed for each in programs]
    if not (found := wrong(programs)):
        return Compared(seeds, [])
    first = f"input of {made[0].seed}, on {name}"
    alone = [f"{each.seed}, {first}: {said}" for each in programs if (said := wrong([each]))]
    return Compared(seeds, alone or [f"{seeds[0]} to {seeds[-1]}, {first}: {found}"])


def exact(made: Sequence[program.Program]) -> list[program.Program]:
    """The programs without 16-bit floats, which round at other places once they are compiled.

    Each reads the inputs of the first, and has its own chain of steps on them.
    """
    given = [dataclasses.replace(each, given=made[0].inputs) for each in made]
    return [each for each in given if compare.tolerance(each) == compare.CLOSE]


def faults(made: Sequence[program.Program], target: targets.Target, folder: pathlib.Path) -> list[str]:
    """What is wrong with a bundle of programs: an error, or the results that are off.

    All read the inputs of the first. Those with 16-bit floats are left out.
    """
    programs = exact(made)
    params = {f"p{each.seed}": each.params for each in programs}
    try:
        example = deploy.example(joined(programs), params, list(made[0].inputs))
        check = run.check(write.write(folder, example, target, bundles.Info()))
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    off = [compare.distance(a, b) for a, b in zip(check.answers, example.answers, strict=True)]
    owners = [each.seed for each in programs for _ in jax.tree.leaves(jax.eval_shape(each, each.params, *each.inputs))]
    return [f"seed {seed}: error {far}" for seed, far in zip(owners, off, strict=True) if far > 10 * compare.CLOSE]


def joined(programs: Sequence[program.Program]) -> Any:
    """A network with the results of all programs."""
    return lambda params, *xs: [each(params[f"p{each.seed}"], *xs) for each in programs]
