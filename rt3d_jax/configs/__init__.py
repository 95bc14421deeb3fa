"""Experiments, one file each; every file has a function experiment() that returns a config.Experiment."""
