"""What a JAX function and its parameters look like from outside: the walk over a jaxpr, leaves of a tree by path.

Imports jax and nothing of either package. Both packages use it.
"""
