"""What each JAX primitive becomes: one rule per primitive, from its operands to a value of the graph.

A rule raises `values.NoKernel` for what our kernels do not compute. Then JAX writes that operation itself.
"""
