"""Networks in Flax NNX, one file each; catalog makes them by name.

Imports sparsity (their cost) and hosts (classes of the user's own). It imports neither prune nor data, since building a
network must not load a video decoder.
"""
