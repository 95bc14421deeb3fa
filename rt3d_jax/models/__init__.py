"""Networks in Flax NNX, one file each; catalog makes them by name.

Imports sparsity (their cost), neither prune nor data: building a network must not load a video decoder.
"""
