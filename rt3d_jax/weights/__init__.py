"""Reads weights of other libraries without running code in their files. Writes and reads shared folders.

Imports every room above it but prune, report and configs.
"""
