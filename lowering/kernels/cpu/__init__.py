"""Kernels for CPUs as loops over buffers: convolutions, depthwise and fused ones, fully connected layers, pools, gates,
SpaceToDepth, the clip.

`rows`, `rolling`, `pads`, `epilogues`, `prefetch`, `shares` and `windows` are what several of them are made of. Imports
as kernels.
"""
