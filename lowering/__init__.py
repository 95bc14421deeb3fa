"""Deploy: a function and its weights -> Graph -> packed kernels -> MLIR linalg -> IREE modules in a bundle.

trace (jaxpr -> Graph) -> rewrite (named stages) -> rows (memory layout) -> emit (templates) -> compile -> bundle -> run, measure.
"""
