"""Reading: videos, clips, lists and layouts of data sets, made-up videos, batches.

Imports no other room, and no jax: its worker processes must start fast.
"""
