"""Kernels as linalg on tensors: packed convolutions and fully connected layers, and pools, for any backend of IREE.

The group-sparse structure is written out: a loop over rows of filters, a loop over a row's taps, a slice of the input
at each tap's offset, and a linalg.generic that multiplies it with the weights of the row's filters. How that runs on a
machine is the pass pipeline in `schedules`.
"""
