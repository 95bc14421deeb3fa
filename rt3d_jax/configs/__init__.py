"""Experiments and sweeps, one file each, with a function experiment() or grid(); the keeps of the paper's released
models.

Imports what an experiment is made of: sparsity, models, prune, data, tasks, training.
"""
