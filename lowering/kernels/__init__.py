"""Graph -> MLIR: for each node of the graph a kernel, for CPUs and for Vulkan.

`emit` writes a module: `build` finds the kernel of each node in a table. `kernel` and `loops` are the two ways to write
one, on tensors and over buffers, with the writer of MLIR in mlir/. `layouts` says how activations lie in memory, and
`tables` what kernels look up.
Imports targets and graph.
"""
