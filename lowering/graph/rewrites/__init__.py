"""Graph -> Graph: the rewrites between what JAX wrote and what the kernels compute, and their list (stages).

Imports the rest of graph, and targets.
"""
