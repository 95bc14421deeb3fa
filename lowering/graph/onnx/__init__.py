"""Graph -> ONNX: model (the nodes as plain data), writer (names, layouts), a form for each operation, export (files).

Imports the graph's operations. Only export needs the package onnx: PyTorch reads the plain data (peers).
"""
