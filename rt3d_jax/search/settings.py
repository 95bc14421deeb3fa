"""What a search is asked for."""

import dataclasses

from lowering.system import bounds, typed
from rt3d_jax.search import limits, spaces
from rt3d_jax.training import experiments


@dataclasses.dataclass(frozen=True)
class Search:
    """What is searched for.

    Args:
        experiment: What is searched around. Its own plan, at one budget for the whole network, is the first proposal.
        bound: What a network may take.
        space: What is open to choice.
        proposer: Who proposes, see `proposers`.
        schemes, rates: Proposals of each stage.
        effort: The share of the experiment's epochs that a proposal trains for.
        asked: Points that are proposed at a time, of which the predictors pick one.
        seed: The seed of the proposals.
    """

    experiment: experiments.Experiment
    bound: limits.Bound
    space: spaces.Space = spaces.Space()
    proposer: str = "bayesian"
    schemes: bounds.Count = 24
    rates: bounds.CountOrZero = 12
    effort: bounds.Fraction = 0.5
    asked: bounds.Count = 16
    seed: bounds.CountOrZero = 0

    def __post_init__(self) -> None:
        typed.check(self)
        if not self.effort:
            raise ValueError("effort is 0, expected a share of the experiment's epochs above 0")
