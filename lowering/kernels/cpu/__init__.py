"""Kernels for CPUs: convolutions and their fusions, fully connected layers, pools, space to depth, the clip.

Imports as kernels.
"""
