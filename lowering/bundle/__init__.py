"""The deploy folder: compile, write, read, run and check (natively, under qemu-user, on lavapipe), measure.

Imports targets, graph and kernels.
"""
