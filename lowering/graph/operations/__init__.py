"""What a node may compute, a class for each operation: its shape, its meaning, its work, what rewrites may know.

Imports packed, and targets for the schedule of a convolution. Read the operations by way of graph/ops.py, which
names them all.
"""
