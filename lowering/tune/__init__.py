"""The tuner: a cost model, the search and the log of what was found, and contests of a few schedules.

What schedules cost is modelled here, measured in the room bundle, and counted in counts. Imports targets, graph and
kernels.
"""
