"""The network between JAX and MLIR: the trace of a JAX function, the operations, the rewrites, the interpreter that says what they mean, ONNX.

Imports functions, system and targets.
"""
