"""Quantised networks: where int8 stands in a function, the scales that calibration finds, weights on their grid.

Imports nothing of the package. A network is a function apply(params, *inputs) here, of whatever library.
"""
