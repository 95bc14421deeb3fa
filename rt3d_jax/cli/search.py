"""rt3d search: look for a network that keeps a bound on latency."""

import dataclasses
import pathlib
from typing import Any, Literal

from lowering.system import bounds
from lowering.targets import targets
from rt3d_jax.cli import console, meters, train
from rt3d_jax.report import searches
from rt3d_jax.search import limits, records, settings, spaces, stages


def run(
    experiment: str,
    /,
    budget: str = "20ms",
    target: str = "host",
    out: pathlib.Path = pathlib.Path("search"),
    proposer: Literal["bayesian", "reinforce", "evolution", "random"] = "bayesian",
    schemes: bounds.Count = 24,
    rates: bounds.CountOrZero = 12,
    effort: bounds.Fraction = 0.5,
    margin: bounds.BelowOne = 0.05,
    tiles: tuple[int, ...] = (),
    threads: bounds.Count = 1,
    count: bool = False,
    speed: bounds.Positive = meters.SPEED,
    seed: bounds.CountOrZero = 0,
) -> int:
    """Look for a network that keeps a bound on latency and loses least.

    Of every layer that the experiment prunes, the search chooses the pattern (KGS 8x4, 4x4 or 8x1, vanilla, filter, or
    none) and the rate. It chooses the algorithm of pruning too, direct or Winograd's convolutions where --tiles says
    so, and the width, depth and operators of networks that offer them, such as wdsr and sesr.

    First the dense network is trained. All proposals start from its weights. The first stage proposes schemes,
    sizes and operators, and the second one the rates of the layers. The density of every proposal is raised until
    it fills the bound, before it is trained for a share of the experiment's epochs. None that breaks the bound is
    accepted. The examples that decide are held out of the training examples where the task can do that:
    Classification, SuperResolution and Detection can.

    The result is OUT/found.py, an experiment as any other: `rt3d train OUT/found.py` trains it whole. OUT/report.html
    shows all proposals. After Ctrl-C the same command continues. The exit code is 1 if no network kept the bound.

    Args:
        experiment: What is searched around, as for `rt3d train`. Its first rate only names the start.
        budget: The bound: ms such as 20ms, or for Android CPUs also millions of instructions such as 100M.
        target: The machine: host, which is measured, or android:CPU, whose instructions are estimated.
        out: The folder for everything that is written.
        proposer: Who proposes: bayesian (Optuna), reinforce (a recurrent network), evolution or random.
        schemes: Proposals of the first stage.
        rates: Proposals of the second stage.
        effort: The share of the experiment's epochs after the dense phase that a proposal trains for.
        margin: The share of the bound that is left free, so that networks keep the bound when they are timed again.
        tiles: Sides of Winograd's tiles, 2 or 4, in which kernels may be transformed before they are pruned.
        threads: Threads of the timed networks.
        count: For Android CPUs, count instructions under qemu-user instead of estimating them. It is exact and slow.
        speed: For Android CPUs, the instructions per nanosecond by which a bound in ms is understood. No phone was
            measured.
        seed: The seed of the proposals.

    Examples:
        rt3d search quickstart --budget 1.2ms --out runs/search
        rt3d search c3d_ucf101 --budget 20ms --target android:cortex-a76 --proposer reinforce
        rt3d search super_resolution --budget 400M --target android:cortex-a76
    """
    chosen = targets.find(target)
    asked = settings.Search(
        experiment=train.load(experiment),
        bound=limits.Bound(meters.budget(budget, chosen, speed), margin),
        space=dataclasses.replace(spaces.Space(), tiles=tiles),
        proposer=proposer,
        schemes=schemes,
        rates=rates,
        effort=effort,
        seed=seed,
    )
    meter = meters.find(chosen, out.absolute() / "meter", threads, count)
    with console.Progress() as progress:
        found = stages.run(asked, out.absolute(), meter, progress)
    show(found)
    console.say(f"\nReport: {out / 'report.html'}")
    if found.best() is None:
        console.say(f"No network kept the bound of {budget}.")
        return 1
    console.say(f"Train the best one whole: rt3d train {out / stages.FOUND} --out {out / 'found'}")
    return 0


def show(found: records.Found) -> None:
    """Prints the proposals as a table."""
    unit = found.about["unit"]
    rows = [(number, *_cells(dataclasses.asdict(one))) for number, one in enumerate(found.records)]
    console.table("Proposals", ("", "stage", "what", "score", unit, "rate", "choices"), rows)


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    said = searches.words(row)
    return row["stage"], searches.STATES[row["state"]], searches.value(row), row["latency"], row["rate"], said
