"""Machines that a bundle can be compiled for, as data: targets, precisions, GPU limits, schedules of convolutions and
those that are tuned, tiles.

Imports no other room.
"""
