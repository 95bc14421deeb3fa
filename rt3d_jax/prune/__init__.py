"""How a network is pruned.

Algorithms as optax transformations, budgets of MACs or parameters, and the selection of the blocks that a budget keeps.
This room imports sparsity.
"""
