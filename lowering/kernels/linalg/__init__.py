"""Kernels as linalg on tensors, for any backend of IREE.

`maps` is what has no weights, which IREE schedules by itself; either form of kernels uses it. The packed convolutions
and fully connected layers, and a pool, are the form "linalg".

The group-sparse structure is written out: a loop over rows of filters, a loop over a row's taps, a slice of the input
at each tap's offset, and a linalg.generic that multiplies it with the weights of the row's filters. How that runs on a
machine is the pass pipeline in `schedules`. Imports as kernels.
"""
