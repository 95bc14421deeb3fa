"""Deploy: a JAX function and its weights -> Graph -> packed kernels -> MLIR -> IREE modules in a bundle.

The rooms in the order in which they may import each other: system, targets, graph, kernels, bundle, counts, tune, phone, peers.
Nothing here imports rt3d_jax.
"""
