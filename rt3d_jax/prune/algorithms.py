"""The pruning algorithms. Each is a `contract.Algorithm`.

| algorithm | in the penalise phase | what a block is worth at the cut |
|---|---|---|
| Heuristic | nothing, or plain training | what later layers lose without it, on sample clips |
| Regularised, Reweighted | a proximal step empties blocks | its squared weights |
| ADMM | the weights are drawn to the nearest network within the budget | its squared weights |
| Gradual | blocks leave while the budget falls | its squared weights |

Formulas and sources: docs/pruning.md.
"""

from rt3d_jax.prune import admm, contract, gradual, heuristic, penalties

Setting, Hooks, Cut = contract.Setting, contract.Hooks, contract.Cut
Heuristic = heuristic.Heuristic
Regularised, Reweighted = penalties.Regularised, penalties.Reweighted
ADMM = admm.ADMM
Gradual = gradual.Gradual
Algorithm = Heuristic | Regularised | Reweighted | ADMM | Gradual
