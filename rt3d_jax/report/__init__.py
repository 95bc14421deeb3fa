"""Pages and tables for people, from JSON: the report of an experiment, of devices, of a sweep.

Imports evaluation, for what a score is, and no other room.
"""
