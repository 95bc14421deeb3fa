"""Weights of other libraries and shared folders, in and out: files read without running code, sources, imports, exports.

Imports sparsity, models, data and training.
"""
