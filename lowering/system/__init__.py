"""The system under both halves: files written whole, values held to their types, /proc/cpuinfo, ELF, misspelt names.

The lowest room. It imports neither package, and of libraries pyelftools only; rt3d_jax may import it.
"""
