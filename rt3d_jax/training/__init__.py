"""Training: experiments and recipes, the phases in order, the loop of one phase, checkpoints, reuse of finished phases,
sweeps.

Imports every room but configs, weights and cli.
"""
