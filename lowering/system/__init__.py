"""The system under both halves: files written whole, values and JSON held to their types, /proc/cpuinfo, ELF, optional
libraries, misspelt names, freed memory.

The lowest room. It imports neither package, and of libraries pyelftools only; rt3d_jax may import it.
"""
