"""Bundles: folders with a compiled network for one target, its weights, an example and JAX's answer to it.

`deploy` does everything in one call; `write`, `bundles`, `run` and `measure` write, read, run and time bundles. Bundles
for Android CPUs run here under qemu-user, those for Vulkan on any device found. Imports targets, graph, kernels
and tune.
"""
