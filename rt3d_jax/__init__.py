"""Train and prune 3D video networks in JAX: functional masks, penalties and budgets over any parameter tree.

The rooms in the order in which they may import each other: hosts, sparsity, models, prune, quantise, data, evaluation,
report, tasks, training, search, configs, weights, live, cli. Only cli imports all of lowering; the others import two
rooms of it at most, lowering.system and lowering.functions, which belong to neither half. The names below are for
users; each is imported, with what it needs, when it is first used.
"""

from typing import TYPE_CHECKING

from lowering.system import lazy

if TYPE_CHECKING:
    from rt3d_jax.models.catalog import Compute as Compute
    from rt3d_jax.models.catalog import Model as Model
    from rt3d_jax.prune.admm import ADMM as ADMM
    from rt3d_jax.prune.freeze import apply_masks as apply_masks
    from rt3d_jax.prune.freeze import freeze as freeze
    from rt3d_jax.prune.gradual import Gradual as Gradual
    from rt3d_jax.prune.heuristic import Heuristic as Heuristic
    from rt3d_jax.prune.own_loop import default_plan as default_plan
    from rt3d_jax.prune.own_loop import describe as describe
    from rt3d_jax.prune.own_loop import masks_at as masks_at
    from rt3d_jax.prune.own_loop import penalise as penalise
    from rt3d_jax.prune.own_loop import read_layers as read_layers
    from rt3d_jax.prune.penalties import Regularised as Regularised
    from rt3d_jax.prune.penalties import Reweighted as Reweighted
    from rt3d_jax.sparsity.cost import macs as macs
    from rt3d_jax.sparsity.cost import parameters as parameters
    from rt3d_jax.sparsity.patterns import CHANNEL as CHANNEL
    from rt3d_jax.sparsity.patterns import FILTER as FILTER
    from rt3d_jax.sparsity.patterns import UNSTRUCTURED as UNSTRUCTURED
    from rt3d_jax.sparsity.patterns import BlockPattern as BlockPattern
    from rt3d_jax.sparsity.patterns import kgs as kgs
    from rt3d_jax.sparsity.patterns import vanilla as vanilla
    from rt3d_jax.sparsity.plans import Prune as Prune
    from rt3d_jax.training.checkpoints import load_network as load_network
    from rt3d_jax.training.experiments import Experiment as Experiment
    from rt3d_jax.training.phases import run as run
    from rt3d_jax.training.recipes import SGD as SGD
    from rt3d_jax.training.recipes import AdamW as AdamW
    from rt3d_jax.training.recipes import Distillation as Distillation
    from rt3d_jax.training.recipes import Recipe as Recipe

_HOMES = {
    "ADMM": "rt3d_jax.prune.admm",
    "AdamW": "rt3d_jax.training.recipes",
    "BlockPattern": "rt3d_jax.sparsity.patterns",
    "CHANNEL": "rt3d_jax.sparsity.patterns",
    "Compute": "rt3d_jax.models.catalog",
    "Distillation": "rt3d_jax.training.recipes",
    "Experiment": "rt3d_jax.training.experiments",
    "FILTER": "rt3d_jax.sparsity.patterns",
    "Gradual": "rt3d_jax.prune.gradual",
    "Heuristic": "rt3d_jax.prune.heuristic",
    "Model": "rt3d_jax.models.catalog",
    "Prune": "rt3d_jax.sparsity.plans",
    "Recipe": "rt3d_jax.training.recipes",
    "Regularised": "rt3d_jax.prune.penalties",
    "Reweighted": "rt3d_jax.prune.penalties",
    "SGD": "rt3d_jax.training.recipes",
    "UNSTRUCTURED": "rt3d_jax.sparsity.patterns",
    "apply_masks": "rt3d_jax.prune.freeze",
    "default_plan": "rt3d_jax.prune.own_loop",
    "describe": "rt3d_jax.prune.own_loop",
    "freeze": "rt3d_jax.prune.freeze",
    "kgs": "rt3d_jax.sparsity.patterns",
    "load_network": "rt3d_jax.training.checkpoints",
    "macs": "rt3d_jax.sparsity.cost",
    "masks_at": "rt3d_jax.prune.own_loop",
    "parameters": "rt3d_jax.sparsity.cost",
    "penalise": "rt3d_jax.prune.own_loop",
    "read_layers": "rt3d_jax.prune.own_loop",
    "run": "rt3d_jax.training.phases",
    "vanilla": "rt3d_jax.sparsity.patterns",
}

__getattr__, __dir__ = lazy.names(__name__, _HOMES)
