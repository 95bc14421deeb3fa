"""How it is pruned: algorithms as optax transformations, budgets of MACs or parameters, the selection of blocks.

Imports sparsity.
"""
