"""Experiments and sweeps, one file each, with a function experiment() or grid(); the keeps of the paper's released
models.

Imports what an experiment is made of: sparsity, prune, models, data, training.
"""
