"""Packed kernels for CPUs: conv and chain (loops over buffers), dense (linalg in a pass pipeline of ours), pool, phases."""
