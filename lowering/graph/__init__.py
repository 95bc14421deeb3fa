"""The network between JAX and MLIR: operations, the trace of a jaxpr, named rewrites with a verification after each, the interpreter, ONNX.

Imports targets.
"""
