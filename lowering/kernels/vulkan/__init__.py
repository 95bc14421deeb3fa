"""Kernels for Vulkan: convolutions, fully connected layers and Winograd's transforms. Imports as kernels.

`words`, `dense.of_integers` and `quantise` compute with int8, four numbers to a word, by the products in `dots`.
"""
