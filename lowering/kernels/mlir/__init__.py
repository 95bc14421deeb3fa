"""A small writer of MLIR's text: types, values with index arithmetic, blocks of operations, linalg on tensors.

Imports no other room.
"""
