"""The network between JAX and MLIR: the trace of a JAX function, operations, rewrites, the interpreter, ONNX.

Imports functions, system and targets.
"""
