"""Proposals by Optuna: Bayesian optimisation of two aims, the score and the latency, with the bound as a constraint."""

from collections.abc import Sequence

from lowering.system import extras
from rt3d_jax.search import points

with extras.need("search"):
    import optuna

STARTUP = 6  # points that are drawn at random before the estimators are asked
AIMS = ("maximize", "minimize")  # the score, the latency
BOUND = "bound"
Asked = dict[str, optuna.distributions.BaseDistribution]


def bayesian(among: Sequence[points.Choice], told: Sequence[points.Told], count: int, seed: int) -> list[points.Point]:
    """Points by multivariate tree-structured Parzen estimators (Bergstra et al., NeurIPS 2011; Ozaki et al., 2022)."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed + len(told), n_startup_trials=STARTUP, multivariate=True)
    study = optuna.create_study(directions=AIMS, sampler=sampler)
    asked: Asked = {
        choice.name: optuna.distributions.CategoricalDistribution(tuple(range(len(choice.values)))) for choice in among
    }
    for one in told:
        _tell(study, asked, one, told)
    return [tuple(study.ask(asked).params[choice.name] for choice in among) for _ in range(count)]


def _tell(
    study: optuna.Study,
    asked: Asked,
    one: points.Told,
    told: Sequence[points.Told],
) -> None:
    """One point. A refused one, which nobody trained, counts as the worst that was, and as over the bound."""
    study.enqueue_trial(dict(zip(asked, one.point, strict=True)))
    trial = study.ask(asked)
    trial.set_constraint(BOUND, one.over)
    worst = min((other.gain for other in told if other.gain is not None), default=0.0)
    slowest = max((other.latency for other in told if other.latency is not None), default=0.0)
    gain, latency = (worst if one.gain is None else one.gain), (slowest if one.latency is None else one.latency)
    study.tell(trial, (gain, latency))
