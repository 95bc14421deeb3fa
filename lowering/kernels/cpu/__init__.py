"""Kernels for CPUs as loops over buffers: convolutions, fusions, fully connected layers, pools, SpaceToDepth, the clip.

`rows`, `rolling`, `pads`, `prefetch`, `shares` and `windows` are what several of them are made of. Imports as kernels.
"""
