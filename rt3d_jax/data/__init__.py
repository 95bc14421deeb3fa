"""Reading data: videos, clips, the lists and layouts of data sets, made-up videos, batches.

Imports no other room. It does not import jax either, because its worker processes must start fast.
"""
