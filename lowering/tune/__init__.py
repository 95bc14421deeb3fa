"""The tuner: a cost model, trials (measured, counted, modelled), the search, and the log of what was found.

Imports targets, graph, kernels, bundle and counts.
"""
