"""Executed instructions of arm64 bundles, counted under qemu-user. Counts, never times.

Imports bundle.
"""
