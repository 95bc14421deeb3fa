"""What a node may compute, a class for each operation: its shape, its meaning in numpy, its work, and what rewrites may
know of it.

Imports packed, and targets for the schedule of a convolution. Read the operations by way of graph/ops.py, which names
them all.
"""
