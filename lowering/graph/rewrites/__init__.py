"""Graph -> Graph: the stages between what JAX wrote and what the kernels compute, and the one list that runs them
(stages).

Imports the rest of graph, and targets.
"""
