"""Train and prune 3D video networks in JAX: functional masks, penalties and budgets over any parameter tree.

The rooms in the order in which they may import each other: hosts, sparsity, models, prune, data, report, evaluation,
training, configs, weights, cli. Only cli imports lowering, of which the others import lowering.system alone.
"""
