"""Graph -> MLIR: the layout of activations, index tables, and a kernel for each node from templates, for CPUs and
Vulkan.

Imports targets and graph.
"""
