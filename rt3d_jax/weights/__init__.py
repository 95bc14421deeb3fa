"""Reads weights of other libraries without running code in their files. Writes and reads shared folders.

Imports sparsity, models, data and training.
"""
